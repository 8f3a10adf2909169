//! Learning of the changes that other processes make on one PostgreSQL.
//!
//! A row's number says when it was written, not when its transaction committed, so "rows after the last one seen"
//! misses late commits. Here nothing is missed or seen twice, without a time window: each row carries the transaction
//! that wrote it, each poll remembers its snapshot (`xmin:xmax:in progress`), and the next asks for the rows whose
//! transaction that snapshot did not see and this one does. Rows of this process are left out, for it has applied them;
//! but for those whose COMMIT was lost on the way.
//!
//! A row of a member or of a sum says which version it has. Where the snapshot has an earlier one still, as on a
//! database of several servers, it is asked for again at each poll until it is there.
//!
//! Rows are kept for an hour of real time, and then removed by whoever has been polling for that long. A process that
//! could not poll for half of it reads everything again.
//!
//! What changes seldom wakes up whoever polls, who shows then which settings it has applied (see `settings`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use postgres::Config;

use super::change::Change;
use super::parts::Parts;
use super::read::read;
use super::settings::Settings;
use crate::engine::effect::AnyEffect;
use crate::engine::fault::Fault;
use crate::engine::op::{Job, Op};
use crate::engine::postgres::connection::{Connection, config};
use crate::engine::postgres::worker::{BEGIN_READ, BEGIN_WRITE, Worker};
use crate::engine::shared::Shared;
use crate::engine::sql::statements;
use crate::engine::tx::{Backend, Tx};
use crate::params;

/// Twice as often as changes must be seen.
const EVERY: Duration = Duration::from_millis(100);

/// How long rows are kept.
const KEPT: Duration = Duration::from_secs(3600);

statements! {
    PRUNE: all_buckets = "DELETE FROM changes WHERE tx < $1";
    SNAPSHOT: postgres = "SELECT CAST(pg_current_snapshot() AS TEXT), CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT),
        CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)";
    NEW: postgres = "SELECT kind, subject, payload FROM changes
        WHERE tx >= $1 AND tx < $2 AND origin <> $3
        AND NOT pg_visible_in_snapshot(CAST(CAST(tx AS TEXT) AS xid8), CAST(CAST($4 AS TEXT) AS pg_snapshot))";
    OWN: postgres = "SELECT seq, kind, subject, payload FROM changes
        WHERE tx >= $1 AND tx < $2 AND origin = $3
        AND NOT pg_visible_in_snapshot(CAST(CAST(tx AS TEXT) AS xid8), CAST(CAST($4 AS TEXT) AS pg_snapshot))";
}

/// The thread that polls; once this is dropped no more changes are applied.
pub(crate) struct Poller {
    stopped: Arc<Mutex<bool>>,
    thread: JoinHandle<()>,
}

/// The snapshot of the last poll.
#[derive(Clone)]
struct Snapshot {
    text: String,
    xmin: i64,
}

impl Poller {
    /// Everything that commits from here on will be applied; returns once that is so.
    pub(crate) fn start(url: &str, shared: &Arc<Shared>) -> Result<Poller, Fault> {
        let config = config(url).map_err(Fault::unavailable)?;
        let (ready, started) = mpsc::channel();
        let (shared, stopped) = (shared.clone(), Arc::new(Mutex::new(false)));
        let stop = stopped.clone();
        let run = move || {
            let mut polling = match Polling::start(config, shared, KEPT) {
                Ok(polling) => polling,
                Err(fault) => return drop(ready.send(Err(fault))),
            };
            drop(ready.send(Ok(())));
            loop {
                polling.wait();
                let stopped = stop.lock().unwrap_or_else(PoisonError::into_inner);
                if *stopped {
                    return;
                }
                polling.poll();
            }
        };
        let thread = thread::Builder::new().name("store-poll".to_owned()).spawn(run).expect("a thread can be started");
        started.recv().unwrap_or_else(|_| Err(Fault::bug("the polling thread panicked")))?;
        Ok(Poller { stopped, thread })
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        // Not joined: it may be waiting, and ends after that. A listener that drops the store holds the lock itself.
        if self.thread.thread().id() != thread::current().id() {
            *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = true;
        }
    }
}

struct Polling {
    worker: Worker,
    shared: Arc<Shared>,
    seen: Snapshot,
    /// What was announced and was not there yet in the version that was announced.
    behind: Things,
    /// The settings that it has shown to have applied.
    shown: Option<Settings>,
    woken: bool,
    at: Instant,
    kept: Duration,
    /// Earlier polls, now and then one: every transaction before its `xmin` had ended by that time.
    ended: VecDeque<(Instant, i64)>,
}

impl Polling {
    fn start(config: Config, shared: Arc<Shared>, kept: Duration) -> Result<Polling, Fault> {
        let mut worker = Worker::reader(config, shared.clone());
        let ((seen, _), settings) = run(&mut worker, |tx| Ok((snapshot(tx)?, Settings::read(tx)?)))?;
        let (at, ended) = (Instant::now(), VecDeque::new());
        let behind = Things::new();
        let mut polling = Polling { worker, shared, seen, behind, shown: None, woken: false, at, kept, ended };
        polling.show(Some(settings))?;
        Ok(polling)
    }

    /// Waits for a wake-up, or until it is time to look.
    fn wait(&mut self) {
        let started = Instant::now();
        let woken = self.tx().map(|tx| listening(tx).wait(EVERY));
        // A connection that was lost is logged, and replaced, by the next round.
        self.woken = woken.is_some_and(|woken| woken.unwrap_or(false));
        if !self.woken {
            thread::sleep(EVERY.saturating_sub(started.elapsed()));
        }
    }

    fn tx(&mut self) -> Option<&mut Tx> {
        self.worker.tx.as_mut()
    }

    /// Has a new connection receive wake-ups, and shows what was applied.
    fn show(&mut self, settings: Option<Settings>) -> Result<(), Fault> {
        let Some(tx) = self.worker.tx.as_mut() else { return Ok(()) };
        if !listening(tx).listens() {
            listening(tx).listen()?;
            self.shown = None;
        }
        if let Some(settings) = settings.filter(|settings| Some(*settings) != self.shown) {
            settings.show(tx, self.shown)?;
            self.shown = Some(settings);
        }
        Ok(())
    }

    /// One round. A failure is logged and tried again: what was not seen stays unseen.
    fn poll(&mut self) {
        let missed = self.at.elapsed() > self.kept / 2;
        let (seen, behind, shared) = (self.seen.clone(), self.behind.clone(), self.shared.clone());
        let asked = self.woken || self.shown.is_none();
        let polled = run(&mut self.worker, move |tx| news(tx, &seen, behind.clone(), &shared, asked));
        let applied = polled.map(|News { seen, behind, changes, found, settings }| {
            (self.seen, self.behind, self.at) = (seen, behind, Instant::now());
            self.shared.found(&found);
            let first = missed.then_some(Change::Missed);
            let effects: Vec<AnyEffect> =
                first.into_iter().chain(changes).map(|change| Box::new(change) as AnyEffect).collect();
            self.shared.apply(&effects);
            settings
        });
        if let Err(fault) = applied.and_then(|settings| self.show(settings)).and_then(|()| self.prune()) {
            tracing::warn!(error = &fault as &dyn std::error::Error, "changes could not be polled");
        }
    }

    /// Removes the rows that are too old to be of use to anybody.
    fn prune(&mut self) -> Result<(), Fault> {
        if self.ended.back().is_none_or(|(at, _)| at.elapsed() > self.kept / 60) {
            self.ended.push_back((self.at, self.seen.xmin));
        }
        let Some(&(_, xmin)) = self.ended.front().filter(|(at, _)| at.elapsed() > self.kept) else { return Ok(()) };
        self.worker.begin = BEGIN_WRITE;
        let pruned = run(&mut self.worker, move |tx| tx.execute(PRUNE, params![xmin]));
        self.worker.begin = BEGIN_READ;
        self.ended.pop_front();
        pruned.map(drop)
    }
}

fn run<T: Send>(worker: &mut Worker, work: impl Fn(&mut Tx) -> Result<T, Fault> + Send) -> Result<T, Fault> {
    let (mut job, mut answer) = Job::new(work);
    worker.serve(&mut job);
    Box::new(job).answer();
    answer.try_recv().map_or_else(|_| Err(Fault::bug("a poll without an answer")), |(result, _)| result)
}

fn snapshot(tx: &mut Tx) -> Result<(Snapshot, i64), Fault> {
    let (text, xmin, xmax) = tx.query_one(SNAPSHOT, &[])?;
    Ok((Snapshot { text, xmin }, xmax))
}

/// What was announced: kind and subject, and the parts of it.
type Things = BTreeMap<(String, String), Parts>;

/// What happened between two snapshots.
struct News {
    seen: Snapshot,
    /// What is asked for again by the next poll.
    behind: Things,
    /// Each thing once, and as it is now.
    changes: Vec<Change>,
    /// Own rows whose COMMIT had been lost.
    found: Vec<i64>,
    /// If they were asked for.
    settings: Option<Settings>,
}

fn news(tx: &mut Tx, seen: &Snapshot, behind: Things, shared: &Shared, asked: bool) -> Result<News, Fault> {
    let (now, xmax) = snapshot(tx)?;
    let values = params![seen.xmin, xmax, shared.origin, &seen.text];
    let mut rows: Vec<(String, String, String)> = tx.query(NEW, values)?;
    let (unknown, mut found) = (shared.unknown(), Vec::new());
    if !unknown.is_empty() {
        let own: Vec<(i64, String, String, String)> = tx.query(OWN, values)?;
        for (seq, kind, subject, payload) in own.into_iter().filter(|(seq, ..)| unknown.contains(seq)) {
            found.push(seq);
            rows.push((kind, subject, payload));
        }
    }
    let mut things = behind;
    for (kind, subject, payload) in rows {
        things.entry((kind, subject)).or_default().merge(Parts::read(&payload)?);
    }
    let (mut changes, mut behind) = (Vec::new(), Things::new());
    for ((kind, subject), parts) in things {
        let (mut read, not_yet) = read(tx, &kind, &subject, &parts)?;
        changes.append(&mut read);
        if !not_yet.is_empty() {
            behind.insert((kind, subject), not_yet);
        }
    }
    let settings = if asked { Some(Settings::read(tx)?) } else { None };
    Ok(News { seen: now, behind, changes, found, settings })
}

/// The connection that polls.
fn listening(tx: &mut Tx) -> &mut Connection {
    let Backend::Postgres(connection) = &mut tx.backend else { unreachable!("only PostgreSQL is polled") };
    connection
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::control;
    use crate::engine::open::Place;
    use crate::testing::{Engine, TestStore, block_on};

    #[test]
    fn old_rows_are_removed_and_a_long_silence_is_told() {
        let test = TestStore::new(Engine::Postgres);
        let Place::Postgres(url) = test.place() else { unreachable!("PostgreSQL's") };
        let shared = Arc::new(Shared::new(-1, None));
        let missed = Arc::new(Mutex::new(0));
        let counter = missed.clone();
        shared.listen(Arc::new(move |effect| *counter.lock().unwrap() += i32::from(effect.kind() == "missed")));
        let kept = Duration::from_millis(400);
        let mut polling = Polling::start(config(&url).unwrap(), shared, kept).unwrap();
        let set = |value: &'static str| {
            let store = test.store().clone();
            block_on(async move { store.write::<_, Fault, _>(move |tx| control::set(tx, "clock", value)).await })
                .unwrap();
        };
        // A row stays while a transaction that began before it is open, in whatever database of the server.
        let mut rows = |expect: i64| {
            let count = |tx: &mut Tx| tx.query_one::<(i64,)>("SELECT COUNT(*) FROM changes", &[]);
            for _ in 0..100 {
                polling.poll();
                if run(&mut polling.worker, count).unwrap() == (expect,) {
                    return;
                }
                thread::sleep(kept / 4);
            }
            panic!("there are not {expect} rows");
        };
        set("1");
        set("2");
        rows(2);
        thread::sleep(kept / 4);
        rows(2);
        assert_eq!(*missed.lock().unwrap(), 0);
        thread::sleep(kept);
        set("3");
        rows(1);
        assert_eq!(*missed.lock().unwrap(), 1);
    }
}
