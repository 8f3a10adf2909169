//! Whose delivery is next: a queue for each lane, so that a host that answers late or never delays no other.
//!
//! Lanes with something to deliver take turns. Each has a few deliveries at once, a slow one (whose last delivery ran into
//! the time-out) has one; and all slow lanes together have half of the workers at most.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Deliveries at once, to all hosts.
const WORKERS_MAX: usize = 256;
/// Those of slow lanes among them.
const SLOW_WORKERS_MAX: usize = WORKERS_MAX / 2;
/// Deliveries at once in one lane.
const LANE_WORKERS_MAX: usize = 8;
/// How many notifications are remembered; the others stay in the store until there is room.
const KNOWN_MAX: usize = 100_000;

/// The queues.
#[derive(Default)]
pub struct Lanes(Mutex<Queues>);

#[derive(Default)]
struct Queues {
    lanes: HashMap<String, Lane>,
    /// Lanes that may begin a delivery, each once.
    ready: VecDeque<String>,
    ready_slow: VecDeque<String>,
    workers: usize,
    slow_workers: usize,
    /// What is queued or being delivered or recorded; whether it is more than queued.
    known: HashMap<i64, bool>,
}

#[derive(Default)]
struct Lane {
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
    /// Its lane.
    pub lane: String,
    slow: bool,
}

impl Lanes {
    /// Queues a notification, unless it is known already; false if there is no room for it.
    pub fn offer(&self, lane: &str, notice: i64) -> bool {
        let mut queues = self.lock();
        if queues.known.contains_key(&notice) {
            return true;
        }
        if KNOWN_MAX <= queues.known.len() {
            return false;
        }
        queues.known.insert(notice, false);
        queues.lanes.entry(lane.to_owned()).or_default().queue.push_back(notice);
        queues.make_ready(lane);
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

    /// A worker's delivery has been made, `slow` if it ran into the time-out; its next turn. Without one the worker ends.
    pub fn next(&self, made: &Turn, slow: bool) -> Option<Turn> {
        let mut queues = self.lock();
        queues.slow_workers -= usize::from(made.slow);
        let lane = queues.lanes.get_mut(&made.lane).expect("a lane stays while deliveries run in it");
        lane.running -= 1;
        lane.slow = slow;
        if lane.running == 0 && lane.queue.is_empty() {
            queues.lanes.remove(&made.lane);
        } else {
            queues.make_ready(&made.lane);
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
        for lane in queues.lanes.values_mut() {
            lane.queue.retain(|notice| !given_up(*notice));
        }
        queues.known.retain(|notice, begun| *begun || !given_up(*notice));
        !queues.known.keys().any(|notice| given_up(*notice))
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    /// Lines a lane up, if it has something to deliver and may begin.
    fn make_ready(&mut self, name: &str) {
        let Some(lane) = self.lanes.get_mut(name) else { return };
        let most = if lane.slow { 1 } else { LANE_WORKERS_MAX };
        if !lane.is_ready && !lane.queue.is_empty() && lane.running < most {
            lane.is_ready = true;
            let line = if lane.slow { &mut self.ready_slow } else { &mut self.ready };
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
            let Some(lane) = self.lanes.get_mut(&name) else { continue };
            lane.is_ready = false;
            let Some(notice) = lane.queue.pop_front() else {
                // What it had queued was given up.
                if lane.running == 0 {
                    self.lanes.remove(&name);
                }
                continue;
            };
            lane.running += 1;
            self.slow_workers += usize::from(slow);
            self.known.insert(notice, true);
            self.make_ready(&name);
            return Some(Turn { notice, lane: name, slow });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin_all(lanes: &Lanes) -> Vec<Turn> {
        std::iter::from_fn(|| lanes.begin()).collect()
    }

    #[test]
    fn lanes_take_turns_and_have_a_few_at_once() {
        let lanes = Lanes::default();
        for notice in 0..20 {
            lanes.offer("a", notice);
            lanes.offer("a", notice);
        }
        lanes.offer("b", 100);
        let turns = begin_all(&lanes);
        let order: Vec<_> = turns.iter().map(|turn| (turn.lane.as_str(), turn.notice)).collect();
        assert_eq!(order[..3], [("a", 0), ("b", 100), ("a", 1)]);
        assert_eq!(order.len(), LANE_WORKERS_MAX + 1);
        assert_eq!(lanes.next(&turns[0], false).map(|turn| turn.notice), Some(8));
        assert_eq!(lanes.next(&turns[1], false), None, "the others of a run already");
        lanes.offer("a", 0);
        lanes.forget(0);
        lanes.offer("a", 0);
        assert_eq!(lanes.0.lock().expect("no panic").lanes["a"].queue, (9..20).chain([0]).collect::<VecDeque<_>>());
    }

    #[test]
    fn slow_lanes_leave_room() {
        let lanes = Lanes::default();
        let mut turns = Vec::new();
        for lane in 0..200 {
            for notice in 0..3 {
                lanes.offer(&format!("dead {lane}"), lane * 10 + notice);
            }
        }
        turns.extend(begin_all(&lanes));
        assert_eq!(turns.len(), WORKERS_MAX);
        // All time out, and the workers take the next of them: now as slow ones.
        let mut next: Vec<Turn> = Vec::new();
        for turn in turns {
            next.extend(lanes.next(&turn, true));
        }
        assert!(next.iter().filter(|turn| turn.slow).count() <= SLOW_WORKERS_MAX);
        let quick: Vec<Turn> = next.into_iter().filter(|turn| !turn.slow).collect();
        for turn in quick {
            assert!(lanes.next(&turn, true).is_none_or(|turn| !turn.slow || turn.notice >= 0));
        }
        lanes.offer("alive", -1);
        let alive = lanes.begin().expect("there is room beside the slow ones");
        assert_eq!((alive.notice, alive.slow), (-1, false));
    }

    #[test]
    fn what_is_given_up_is_dropped_but_for_what_is_on_its_way() {
        let lanes = Lanes::default();
        lanes.offer("a", 1);
        let turn = lanes.begin().expect("a turn");
        lanes.offer("a", 2);
        lanes.offer("a", 3);
        lanes.offer("b", 2);
        assert!(!lanes.give_up(|notice| notice < 3), "1 is on its way");
        assert_eq!(lanes.next(&turn, false).map(|turn| turn.notice), Some(3));
        lanes.forget(1);
        assert!(lanes.give_up(|notice| notice < 3));
        assert!(!lanes.give_up(|notice| notice == 3));
    }
}
