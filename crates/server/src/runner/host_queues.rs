//! One queue of deliveries for each host, so that a host that answers late or never delays no other.
//!
//! Hosts with something to deliver take turns. Each has a few deliveries at once, a slow one (whose last delivery ran
//! into the time-out) has one; and all slow hosts together have half of the workers at most.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Deliveries at once, to all hosts.
const WORKERS_MAX: usize = 256;
/// Those of slow hosts among them.
const SLOW_WORKERS_MAX: usize = WORKERS_MAX / 2;
/// Deliveries at once to one host.
const HOST_WORKERS_MAX: usize = 8;
/// How many notifications are remembered; the others stay in the store until there is room.
const KNOWN_MAX: usize = 100_000;

/// The queues.
#[derive(Default)]
pub struct HostQueues(Mutex<Queues>);

#[derive(Default)]
struct Queues {
    hosts: HashMap<String, HostQueue>,
    /// HostQueues that may begin a delivery, each once.
    ready: VecDeque<String>,
    ready_slow: VecDeque<String>,
    workers: usize,
    slow_workers: usize,
    /// What is queued or being delivered or recorded; whether it is more than queued.
    known: HashMap<i64, bool>,
}

#[derive(Default)]
struct HostQueue {
    queue: VecDeque<i64>,
    running: usize,
    slow: bool,
    is_ready: bool,
}

/// A notification whose turn it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Turn {
    /// Its id.
    pub notice: i64,
    /// Its host.
    pub host: String,
    slow: bool,
}

impl HostQueues {
    /// Queues a notification, unless it is known already; false if there is no room for it.
    pub fn offer(&self, host: &str, notice: i64) -> bool {
        let mut queues = self.lock();
        if queues.known.contains_key(&notice) {
            return true;
        }
        if KNOWN_MAX <= queues.known.len() {
            return false;
        }
        queues.known.insert(notice, false);
        queues.hosts.entry(host.to_owned()).or_default().queue.push_back(notice);
        queues.make_ready(host);
        true
    }

    /// The next turn of a new worker, if there may be one more.
    pub fn begin(&self) -> Option<Turn> {
        let mut queues = self.lock();
        if WORKERS_MAX <= queues.workers {
            return None;
        }
        let turn = queues.turn()?;
        queues.workers += 1;
        Some(turn)
    }

    /// A worker's delivery has been made, `slow` if it ran into the time-out; its next turn. Without one the worker
    /// ends.
    pub fn next(&self, made: &Turn, slow: bool) -> Option<Turn> {
        let mut queues = self.lock();
        queues.slow_workers -= usize::from(made.slow);
        let host = queues.hosts.get_mut(&made.host).expect("a host stays while deliveries to it run");
        host.running -= 1;
        host.slow = slow;
        if host.running == 0 && host.queue.is_empty() {
            queues.hosts.remove(&made.host);
        } else {
            queues.make_ready(&made.host);
        }
        let turn = queues.turn();
        queues.workers -= usize::from(turn.is_none());
        turn
    }

    /// A notification's delivery is recorded: it may be queued again.
    pub fn forget(&self, notice: i64) {
        self.lock().known.remove(&notice);
    }

    /// Drops what is queued and `given_up`; whether nothing given up is left, not even on its way.
    pub fn give_up(&self, given_up: impl Fn(i64) -> bool) -> bool {
        let mut queues = self.lock();
        for host in queues.hosts.values_mut() {
            host.queue.retain(|notice| !given_up(*notice));
        }
        queues.known.retain(|notice, begun| *begun || !given_up(*notice));
        !queues.known.keys().any(|notice| given_up(*notice))
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    /// Lines a host up, if it has something to deliver and may begin.
    fn make_ready(&mut self, name: &str) {
        let Some(host) = self.hosts.get_mut(name) else { return };
        let most = if host.slow { 1 } else { HOST_WORKERS_MAX };
        if !host.is_ready && !host.queue.is_empty() && host.running < most {
            host.is_ready = true;
            let line = if host.slow { &mut self.ready_slow } else { &mut self.ready };
            line.push_back(name.to_owned());
        }
    }

    fn turn(&mut self) -> Option<Turn> {
        loop {
            let slow = SLOW_WORKERS_MAX > self.slow_workers;
            let (name, slow) = match self.ready.pop_front() {
                Some(name) => (name, false),
                None if slow => (self.ready_slow.pop_front()?, true),
                None => return None,
            };
            let Some(host) = self.hosts.get_mut(&name) else { continue };
            host.is_ready = false;
            let Some(notice) = host.queue.pop_front() else {
                // What it had queued was given up.
                if host.running == 0 {
                    self.hosts.remove(&name);
                }
                continue;
            };
            host.running += 1;
            self.slow_workers += usize::from(slow);
            self.known.insert(notice, true);
            self.make_ready(&name);
            return Some(Turn { notice, host: name, slow });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin_all(hosts: &HostQueues) -> Vec<Turn> {
        std::iter::from_fn(|| hosts.begin()).collect()
    }

    #[test]
    fn hosts_take_turns_and_have_a_few_at_once() {
        let hosts = HostQueues::default();
        for notice in 0..20 {
            hosts.offer("a", notice);
            hosts.offer("a", notice);
        }
        hosts.offer("b", 100);
        let turns = begin_all(&hosts);
        let order: Vec<_> = turns.iter().map(|turn| (turn.host.as_str(), turn.notice)).collect();
        assert_eq!(order[..3], [("a", 0), ("b", 100), ("a", 1)]);
        assert_eq!(order.len(), HOST_WORKERS_MAX + 1);
        assert_eq!(hosts.next(&turns[0], false).map(|turn| turn.notice), Some(8));
        assert_eq!(hosts.next(&turns[1], false), None, "the others of a run already");
        hosts.offer("a", 0);
        hosts.forget(0);
        hosts.offer("a", 0);
        assert_eq!(hosts.0.lock().expect("no panic").hosts["a"].queue, (9..20).chain([0]).collect::<VecDeque<_>>());
    }

    #[test]
    fn slow_lanes_leave_room() {
        let hosts = HostQueues::default();
        let mut turns = Vec::new();
        for host in 0..200 {
            for notice in 0..3 {
                hosts.offer(&format!("dead {host}"), host * 10 + notice);
            }
        }
        turns.extend(begin_all(&hosts));
        assert_eq!(turns.len(), WORKERS_MAX);
        // All time out, and the workers take the next of them: now as slow ones.
        let mut next: Vec<Turn> = Vec::new();
        for turn in turns {
            next.extend(hosts.next(&turn, true));
        }
        assert!(next.iter().filter(|turn| turn.slow).count() <= SLOW_WORKERS_MAX);
        let quick: Vec<Turn> = next.into_iter().filter(|turn| !turn.slow).collect();
        for turn in quick {
            assert!(hosts.next(&turn, true).is_none_or(|turn| !turn.slow || turn.notice >= 0));
        }
        hosts.offer("alive", -1);
        let alive = hosts.begin().expect("there is room beside the slow ones");
        assert_eq!((alive.notice, alive.slow), (-1, false));
    }

    #[test]
    fn what_is_given_up_is_dropped_but_for_what_is_on_its_way() {
        let hosts = HostQueues::default();
        hosts.offer("a", 1);
        let turn = hosts.begin().expect("a turn");
        hosts.offer("a", 2);
        hosts.offer("a", 3);
        hosts.offer("b", 2);
        assert!(!hosts.give_up(|notice| notice < 3), "1 is on its way");
        assert_eq!(hosts.next(&turn, false).map(|turn| turn.notice), Some(3));
        hosts.forget(1);
        assert!(hosts.give_up(|notice| notice < 3));
        assert!(!hosts.give_up(|notice| notice == 3));
    }
}
