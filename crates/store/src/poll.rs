//! Learning of the changes that other processes make on one PostgreSQL.
//!
//! A row's number says when it was written, not when its transaction committed, so "rows after the last one seen" misses
//! late commits. Here nothing is missed or seen twice, without a time window: each row carries the transaction that wrote
//! it, each poll remembers its snapshot (`xmin:xmax:in progress`), and the next asks for the rows whose transaction that
//! snapshot did not see and this one does. Rows of this process are left out, for it has applied them; but for those whose
//! COMMIT was lost on the way.
//!
//! Rows are kept for an hour of real time, and then removed by whoever has been polling for that long. A process that could
//! not poll for half of it is told that it may have missed something.
//!
//! What changes seldom rings: whoever polls is woken by it, and shows which settings it has heard (see `heard`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use postgres::Config;

use crate::changes::Change;
use crate::fault::Fault;
use crate::heard::Settings;
use crate::op::{Job, Op};
use crate::postgres::{BEGIN_READ, BEGIN_WRITE, Connection, Worker, config};
use crate::shared::Shared;
use crate::sql::statements;
use crate::tx::{Arm, Tx};
use crate::{control, member, params, sales, world};

/// Twice as often as changes must be seen.
const EVERY: Duration = Duration::from_millis(100);

/// How long rows are kept.
const KEPT: Duration = Duration::from_secs(3600);

statements! {
    PRUNE = "DELETE FROM changes WHERE tx < $1";
    SNAPSHOT = "SELECT CAST(pg_current_snapshot() AS TEXT), CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT),
        CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)";
    NEW = "SELECT kind, subject, payload FROM changes
        WHERE tx >= $1 AND tx < $2 AND origin <> $3
        AND NOT pg_visible_in_snapshot(CAST(CAST(tx AS TEXT) AS xid8), CAST(CAST($4 AS TEXT) AS pg_snapshot))";
    OWN = "SELECT seq, kind, subject, payload FROM changes
        WHERE tx >= $1 AND tx < $2 AND origin = $3
        AND NOT pg_visible_in_snapshot(CAST(CAST(tx AS TEXT) AS xid8), CAST(CAST($4 AS TEXT) AS pg_snapshot))";
}

/// The thread that polls; once this is dropped nothing is told any more.
pub(crate) struct Poller {
    stopped: Arc<Mutex<bool>>,
    thread: JoinHandle<()>,
}

/// What the last poll saw.
#[derive(Clone)]
struct Seen {
    snapshot: String,
    xmin: i64,
}

impl Poller {
    /// Everything that commits from here on will be told; returns once that is so.
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
    seen: Seen,
    /// What it has shown to have heard.
    shown: Option<Settings>,
    rung: bool,
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
        let mut polling = Polling { worker, shared, seen, shown: None, rung: false, at, kept, ended };
        polling.show(Some(settings))?;
        Ok(polling)
    }

    /// Waits until somebody rings, or it is time to look.
    fn wait(&mut self) {
        let started = Instant::now();
        let rung = self.tx().map(|tx| listening(tx).wait(EVERY));
        // A connection that was lost is told of, and replaced, by the next round.
        self.rung = rung.is_some_and(|rung| rung.unwrap_or(false));
        if !self.rung {
            thread::sleep(EVERY.saturating_sub(started.elapsed()));
        }
    }

    fn tx(&mut self) -> Option<&mut Tx> {
        self.worker.tx.as_mut()
    }

    /// Asks a new connection to ring, and shows what was heard.
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

    /// One round. A failure is told and tried again: what was not seen stays unseen.
    fn poll(&mut self) {
        let missed = self.at.elapsed() > self.kept / 2;
        let (seen, shared) = (self.seen.clone(), self.shared.clone());
        let asked = self.rung || self.shown.is_none();
        let polled = run(&mut self.worker, move |tx| news(tx, &seen, &shared, asked));
        let applied = polled.map(|News { seen, changes, found, settings }| {
            (self.seen, self.at) = (seen, Instant::now());
            self.shared.found(&found);
            if missed {
                self.shared.apply(&[Change::Missed]);
            }
            self.shared.apply(&changes);
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

fn snapshot(tx: &mut Tx) -> Result<(Seen, i64), Fault> {
    let (snapshot, xmin, xmax) = tx.query_one(SNAPSHOT, &[])?;
    Ok((Seen { snapshot, xmin }, xmax))
}

/// What happened between two snapshots.
struct News {
    seen: Seen,
    /// Each thing once, and as it is now.
    changes: Vec<Change>,
    /// Own rows whose COMMIT had been lost.
    found: Vec<i64>,
    /// If they were asked for.
    settings: Option<Settings>,
}

fn news(tx: &mut Tx, seen: &Seen, shared: &Shared, asked: bool) -> Result<News, Fault> {
    let (now, xmax) = snapshot(tx)?;
    let values = params![seen.xmin, xmax, shared.origin, &seen.snapshot];
    let mut rows: Vec<(String, String, String)> = tx.query(NEW, values)?;
    let (unknown, mut found) = (shared.unknown(), Vec::new());
    if !unknown.is_empty() {
        let own: Vec<(i64, String, String, String)> = tx.query(OWN, values)?;
        for (seq, kind, subject, payload) in own.into_iter().filter(|(seq, ..)| unknown.contains(seq)) {
            found.push(seq);
            rows.push((kind, subject, payload));
        }
    }
    let mut things: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (kind, subject, payload) in rows {
        let users = things.entry((kind, subject)).or_default();
        if !payload.is_empty() {
            let more: Vec<String> =
                serde_json::from_str(&payload).map_err(|_| Fault::bug("changes: unreadable payload"))?;
            users.extend(more);
        }
    }
    let mut changes = Vec::new();
    for ((kind, subject), users) in &things {
        changes.append(&mut look(tx, kind, subject, users)?);
    }
    let settings = if asked { Some(Settings::read(tx)?) } else { None };
    Ok(News { seen: now, changes, found, settings })
}

/// The connection that polls.
fn listening(tx: &mut Tx) -> &mut Connection {
    let Arm::Postgres(connection) = &mut tx.arm else { unreachable!("only PostgreSQL is polled") };
    connection
}

/// What a row of the table is about, as this snapshot has it, with what must be known before it.
fn look(tx: &mut Tx, kind: &str, subject: &str, users: &BTreeSet<String>) -> Result<Vec<Change>, Fault> {
    let tags =
        |tx: &mut Tx| Ok::<_, Fault>(Change::Tags { pid: subject.into(), tags: world::tags(tx, subject)?.into() });
    let change = match kind {
        "app" => world::app(tx, subject)?.map(|app| Change::App(app.into())),
        "authorization" => world::authorization(tx, subject)?.map(|found| Change::Authorization(found.into())),
        "merchant" => world::merchant(tx, subject)?.map(|merchant| Change::Merchant(merchant.into())),
        "shop" => world::shop(tx, subject)?.map(|shop| Change::Shop(shop.into())),
        "tags" => Some(tags(tx)?),
        "setting" => {
            control::get(tx, subject)?.map(|value| Change::Setting { name: subject.into(), value: value.into() })
        }
        "members" => {
            let users: Vec<&str> = users.iter().map(String::as_str).collect();
            let members = Change::Members { pid: subject.into(), rows: member::get_many(tx, subject, &users)?.into() };
            // Whoever holds a member's values knows their tags: a new tag and its first values may come at once.
            return Ok(vec![tags(tx)?, members]);
        }
        "sales" => {
            let users: Vec<&str> = users.iter().map(String::as_str).collect();
            Some(Change::Sales { pid: subject.into(), rows: sales::get_many(tx, subject, &users)?.into() })
        }
        other => {
            // A newer node may announce what this build does not know, and so does not cache.
            tracing::debug!(kind = other, "a change of an unknown kind");
            None
        }
    };
    Ok(change.into_iter().collect())
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::store::Place;
    use crate::testing::{Engine, TestStore, block_on};

    #[test]
    fn old_rows_are_removed_and_a_long_silence_is_told() {
        let test = TestStore::new(Engine::Postgres);
        let Place::Postgres(url) = test.place() else { unreachable!("PostgreSQL's") };
        let shared = Arc::new(Shared::new(-1));
        let missed = Arc::new(Mutex::new(0));
        let counter = missed.clone();
        shared.listen(Arc::new(move |change| *counter.lock().unwrap() += i32::from(change.kind() == "missed")));
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
