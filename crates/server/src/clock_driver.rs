//! The clock driver: moves a manual clock from due time to due time. Every job that is due at a time is done before the
//! clock goes on.
//!
//! Deliveries of notifications are jobs too, so a script that has moved the clock by ninety days finds the world as it
//! would be then. It does not matter which process does the jobs: this one, or another one on the same PostgreSQL.

use crate::app::App;
use crate::app::clock::Clock;
use domain::calendar::CLOCK_ENDS;
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};
use store::job::{self, Due};
use store::{Fault, Store, Tx, control, settings};
use thiserror::Error;

/// The pause between two looks at the jobs that other processes do.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Within this time a job must be done here, or the jobs that are due must change: a delivery may take ten seconds.
const STUCK_AFTER: Duration = Duration::from_secs(30);
/// How long other processes may take to learn the new time. One that lost its connection is not waited for, so one that
/// takes longer stands still.
const LEARNED_WITHIN: Duration = Duration::from_secs(10);
/// The pause between two looks at whether all processes have learned it.
const LEARNED_LOOK_EVERY: Duration = Duration::from_millis(2);
/// How many due jobs are watched.
const WATCHED: usize = 64;

/// Where to move a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Move {
    /// To this time, UTC milliseconds.
    To(i64),
    /// By so many milliseconds.
    By(i64),
    /// To when the next job is due.
    Next,
}

/// A clock's state. Times are UTC milliseconds.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClockView {
    /// Whether it stands still until it is moved.
    pub manual: bool,
    /// What time it is.
    pub now: i64,
    /// When the next job is due; past while one waits to be done.
    pub next_due: Option<i64>,
}

/// How far a clock was moved. Times are UTC milliseconds.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Movement {
    /// From when.
    pub from: i64,
    /// To when.
    pub to: i64,
    /// At how many times something was due on the way.
    pub stops: u32,
}

/// Why a clock was not moved, or not all the way.
#[derive(Debug, Error)]
pub enum ClockError {
    /// It is the machine's.
    #[error(
        "this store runs on the system's clock, which nobody moves here; only a stand-in made with --clock manual:… has one that can be"
    )]
    System,
    /// Time does not go back.
    #[error("the clock shows {} and never goes back", wire::time::format(*.0))]
    Back(i64),
    /// Time ends before that.
    #[error("the clock shows {} and cannot go as far as that: it ends at {}", wire::time::format(*.0), wire::time::format(CLOCK_ENDS))]
    TooFar(i64),
    /// Something fails at this time.
    #[error("the clock stands at {}: {kind} of {subject} fails, and the log says why; it is tried again", wire::time::format(*.at))]
    Failing {
        /// Where the clock stands.
        at: i64,
        /// What fails.
        kind: String,
        /// About what.
        subject: i64,
    },
    /// Nobody does what is due.
    #[error("the clock stands at {}: {kind} of {subject} is due, and no process does it", wire::time::format(*.at))]
    Stuck {
        /// Where the clock stands.
        at: i64,
        /// What is not done.
        kind: String,
        /// About what.
        subject: i64,
    },
    /// The store said no.
    #[error("the clock cannot be moved")]
    Store(#[from] Fault),
}

/// What the clock shows.
pub async fn show(app: &App) -> Result<ClockView, Fault> {
    let (manual, machine) = (app.clock.stands_still(), app.clock.now());
    let read = move |tx: &mut Tx| {
        let now = if manual { stored(tx)? } else { machine };
        // What would be due later never is.
        let next = job::first_after(tx, &job::KINDS, i64::MIN)?.filter(|due| due.due_at <= CLOCK_ENDS);
        Ok(ClockView { manual, now, next_due: next.map(|due| due.due_at) })
    };
    app.store.read(read).await
}

/// Moves the clock, and returns when nothing is due any more. A runner of jobs must be running, in this process or in
/// another one: [`crate::runner::Runner`].
pub async fn advance(app: &App, to: Move) -> Result<Movement, ClockError> {
    if !app.clock.stands_still() {
        return Err(ClockError::System);
    }
    let _alone = app.clock_moves.lock().await;
    let from = now(app).await?;
    let target = match to {
        Move::To(at) if at < from => return Err(ClockError::Back(from)),
        Move::To(at) => at,
        Move::By(ms) => from.checked_add(ms.max(0)).ok_or(ClockError::TooFar(from))?,
        Move::Next => CLOCK_ENDS,
    };
    if CLOCK_ENDS < target {
        return Err(ClockError::TooFar(from));
    }
    settle(app, from).await?;
    let (mut at, mut target, mut stops, mut waits) = (from, target, 0, true);
    while at < target {
        let moved = app.store.write(move |tx: &mut Tx| step(tx, at, target, to == Move::Next)).await?;
        let Some(step) = moved else { break };
        if step.is_others && matches!(to, Move::By(_)) {
            // This one goes as far as it was asked to, beside what the other one moves.
            target += step.at - at;
            if CLOCK_ENDS < target {
                return Err(ClockError::TooFar(step.at));
            }
        }
        at = step.at;
        stops += u32::from(step.is_due);
        // No process may still decide by an earlier time when the clock goes on from here.
        if waits && !learned_by_all(&app.store, LEARNED_WITHIN).await? {
            tracing::warn!(at = wire::time::format(at), "another process has not learned the time");
            waits = false;
        }
        settle(app, at).await?;
        if to == Move::Next {
            break;
        }
    }
    Ok(Movement { from, to: at, stops })
}

/// One step of a clock.
struct Step {
    /// Where the clock stands after it, UTC milliseconds.
    at: i64,
    /// Whether a job is due there.
    is_due: bool,
    /// Whether another process has moved it there.
    is_others: bool,
}

/// One step: to the next due time, or to the target if that is earlier; none where nothing is due and only that was
/// asked.
fn step(tx: &mut Tx, at: i64, target: i64, only_due: bool) -> Result<Option<Step>, Fault> {
    let standing = stored(tx)?;
    if standing != at {
        // Another process has moved it: what is due there comes first.
        return Ok(Some(Step { at: standing, is_due: false, is_others: true }));
    }
    let next = job::first_after(tx, &job::KINDS, at)?.filter(|due| due.due_at <= target);
    let step = match next {
        Some(due) => Step { at: due.due_at, is_due: true, is_others: false },
        None if only_due => return Ok(None),
        None => Step { at: target, is_due: false, is_others: false },
    };
    if control::replace(tx, Clock::SETTING, &at.to_string(), &step.at.to_string())? {
        Ok(Some(step))
    } else {
        // Another process has moved it since it was read.
        Ok(Some(Step { at: stored(tx)?, is_due: false, is_others: true }))
    }
}

/// Waits until every process has learned what the settings are; whether that was within this time.
async fn learned_by_all(store: &Store, within: Duration) -> Result<bool, Fault> {
    let began = Instant::now();
    while !store.read::<_, Fault, _>(settings::applied_by_all).await? {
        if within < began.elapsed() {
            return Ok(false);
        }
        tokio::time::sleep(LEARNED_LOOK_EVERY).await;
    }
    Ok(true)
}

/// Waits until nothing is due at `now` any more, whoever does it.
async fn settle(app: &App, now: i64) -> Result<(), ClockError> {
    let (mut before, mut changed) = ((0, Vec::new()), Instant::now());
    loop {
        let done = app.wakeup.done.notified();
        let read = move |tx: &mut Tx| job::due(tx, &job::KINDS, now, None, WATCHED);
        let due: Vec<Due> = app.store.read::<_, Fault, _>(read).await?;
        let Some(first) = due.first() else { return Ok(()) };
        let (kind, subject) = (first.kind.clone(), first.subject);
        if due.iter().all(|due| app.wakeup.is_failing(due)) {
            return Err(ClockError::Failing { at: now, kind, subject });
        }
        let state = (app.wakeup.done_count(), due);
        if state != before {
            (before, changed) = (state, Instant::now());
        } else if STUCK_AFTER < changed.elapsed() {
            return Err(ClockError::Stuck { at: now, kind, subject });
        }
        drop(tokio::time::timeout(LOOK_EVERY, done).await);
    }
}

async fn now(app: &App) -> Result<i64, Fault> {
    app.store.read(stored).await
}

/// The manual clock as the store has it.
fn stored(tx: &mut Tx) -> Result<i64, Fault> {
    let text = control::get(tx, Clock::SETTING)?;
    let at = text.as_deref().and_then(Clock::read);
    at.ok_or_else(|| Fault::bug(format!("the clock's setting is {text:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::channel;
    use store::Change;
    use store::testing::{Engine, TestStore, block_on};

    #[test]
    fn a_clock_that_another_process_moves_is_where_that_has_moved_it() {
        let test = TestStore::new(Engine::Postgres);
        let other = test.open_again().expect("it is there");
        let set = |tx: &mut Tx| control::set(tx, Clock::SETTING, "10").map(drop);
        block_on(test.store().write::<_, Fault, _>(set)).expect("it is kept");
        let (moved, was_moved) = channel();
        let moving = std::thread::spawn(move || {
            let slow = move |tx: &mut Tx| {
                control::replace(tx, Clock::SETTING, "10", "15")?;
                moved.send(()).expect("somebody waits");
                // The other one has read 10 by now, and waits for this row.
                std::thread::sleep(Duration::from_millis(300));
                Ok(())
            };
            block_on(other.write::<_, Fault, _>(slow)).expect("it is kept");
        });
        was_moved.recv().expect("it is moved");
        let next = block_on(test.store().write::<_, Fault, _>(|tx| step(tx, 10, 20, false)));
        let next = next.expect("it is kept").expect("it goes on");
        assert_eq!((next.at, next.is_due, next.is_others), (15, false, true));
        moving.join().expect("no panic");
        assert_eq!(block_on(test.store().read(stored)).expect("it is there"), 15);
    }
    #[test]
    fn a_process_that_is_slow_to_learn_the_time_is_waited_for() {
        let test = TestStore::new(Engine::Postgres);
        let other = test.open_again().expect("it is there");
        let (learns, turn) = channel();
        let turn = Mutex::new(turn);
        let slow = move |change: &Change| {
            if matches!(change, Change::Setting { .. }) {
                turn.lock().expect("no panic").recv().expect("somebody lets it");
            }
        };
        other.on_change(slow).expect("nobody listens yet");
        let set = |tx: &mut Tx| control::set(tx, Clock::SETTING, "10").map(drop);
        block_on(test.store().write::<_, Fault, _>(set)).expect("it is kept");
        let learned = |within| block_on(learned_by_all(test.store(), within)).expect("it is there");
        assert!(!learned(Duration::from_millis(600)), "three polls later");
        learns.send(()).expect("it waits");
        assert!(learned(LEARNED_WITHIN));
    }
}
