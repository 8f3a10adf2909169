//! Which members' events leave a window next, in the order of time.
//!
//! A member waits in one place: the span of time (70 minutes) in which its next event leaves. When a span is reached,
//! those who wait in it are taken out, their events within the span are put in exact order, and each waits again for
//! its next event after that. So a window costs 8 bytes a member, and an event that leaves costs the same however many
//! members there are.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::events::{EventKind, Events};

/// 2²² milliseconds, 70 minutes.
const SPAN_BITS: u32 = 22;
/// No span: nothing of the member's is waiting.
const NEVER: i32 = i32::MAX;

/// Who waits for which span.
pub(super) struct Departures {
    kind: EventKind,
    /// By arrival, the span for which the member waits.
    next: Vec<i32>,
    /// Those who wait for a span; who waits for an earlier one by now is left out when it is reached.
    spans: BTreeMap<i32, Vec<u32>>,
    /// The last span that was reached.
    reached: i32,
    /// Events until the end of that span: when each happened, and whose it is. What is over is gone.
    soon: BinaryHeap<Reverse<(i64, u32)>>,
}

impl Departures {
    /// Of events of a kind that happened after `after`.
    pub(super) fn new(kind: EventKind, after: i64) -> Departures {
        let (next, spans, soon) = Default::default();
        Departures { kind, next, spans, reached: span(after), soon }
    }

    /// Room for this many members.
    pub(super) fn grow(&mut self, members: usize) {
        self.next.resize(members, NEVER);
    }

    /// Takes an event that will leave: one that happened after the last `until` of [`Departures::advance`].
    pub(super) fn add(&mut self, arrival: usize, at: i64) {
        let (span, member) = (span(at), arrival as u32);
        if span <= self.reached {
            self.soon.push(Reverse((at, member)));
        } else if span < self.next[arrival] {
            self.next[arrival] = span;
            self.spans.entry(span).or_default().push(member);
        }
    }

    /// Those whose events happened by `until` and have not been given before: in ascending order, each once.
    pub(super) fn advance(&mut self, events: &Events, until: i64) -> Vec<u32> {
        if self.reached < span(until) {
            self.reach(events, span(until));
        }
        let mut due = Vec::new();
        while let Some(Reverse((at, member))) = self.soon.peek()
            && *at <= until
        {
            due.push(*member);
            self.soon.pop();
        }
        due.sort_unstable();
        due.dedup();
        due
    }

    /// Whether [`Departures::advance`] to `until` would give somebody, or may.
    pub(super) fn some_until(&self, until: i64) -> bool {
        let soon = self.soon.peek().is_some_and(|Reverse((at, _))| *at <= until);
        soon || self.spans.first_key_value().is_some_and(|(first, _)| *first <= span(until))
    }

    fn reach(&mut self, events: &Events, last: i32) {
        let mut exact = std::mem::take(&mut self.soon).into_vec();
        while let Some(entry) = self.spans.first_entry()
            && *entry.key() <= last
        {
            let (reached, members) = entry.remove_entry();
            for member in members {
                if self.next[member as usize] == reached {
                    self.next[member as usize] = NEVER;
                    self.wait_again(events, member, reached, &mut exact);
                }
            }
        }
        self.reached = last;
        self.soon = exact.into();
    }

    /// Puts a member's events of a span in exact order, and has the member wait for the next one after it.
    fn wait_again(&mut self, events: &Events, member: u32, reached: i32, exact: &mut Vec<Reverse<(i64, u32)>>) {
        let own = events.of(member as usize);
        let first = own.partition_point(|event| span(event.at()) < reached);
        for event in own[first..].iter().filter(|event| event.is(self.kind)) {
            if span(event.at()) == reached {
                exact.push(Reverse((event.at(), member)));
            } else {
                self.next[member as usize] = span(event.at());
                self.spans.entry(span(event.at())).or_default().push(member);
                return;
            }
        }
    }

    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let waiting: usize = self.spans.values().map(|members| members.capacity() * size_of::<u32>()).sum();
        let soon = self.soon.capacity() * size_of::<(i64, u32)>();
        self.next.capacity() * size_of::<i32>() + waiting + soon
    }
}

fn span(at: i64) -> i32 {
    i32::try_from(at >> SPAN_BITS).expect("a moment is within the years that a clock shows")
}
