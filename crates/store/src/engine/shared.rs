//! What all threads of one open store share: who listens to effects, what its rows in `changes` are known by, and how
//! it ends.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::effect::{AnyEffect, Effect};
use super::fault::Fault;
use super::lock_order::LockOrder;
use super::measure::Writes;

type Listener = Arc<dyn Fn(&dyn Effect) + Send + Sync>;
type Fatal = Arc<dyn Fn(&Fault) + Send + Sync>;

/// The part of a store that its threads hold.
pub(crate) struct Shared {
    /// Tells this opening of the store from every other one, past and present.
    pub(crate) origin: i64,
    pub(crate) writes: Writes,
    /// In which order transactions lock; none while the schema is made.
    pub(crate) lock_order: Option<&'static LockOrder>,
    seq: AtomicI64,
    /// Own rows of `changes` whose COMMIT was lost on the way: to be taken from the table like those of others.
    unknown: Mutex<HashSet<i64>>,
    listeners: RwLock<Vec<Listener>>,
    fatal: RwLock<Fatal>,
}

impl Shared {
    pub(crate) fn new(origin: i64, lock_order: Option<&'static LockOrder>) -> Shared {
        Shared {
            origin,
            writes: Writes::default(),
            lock_order,
            seq: AtomicI64::new(0),
            unknown: Mutex::default(),
            listeners: RwLock::default(),
            fatal: RwLock::new(Arc::new(exit)),
        }
    }

    /// The number of the next row that this process writes to `changes`.
    pub(crate) fn next_seq(&self) -> i64 {
        self.seq.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn listen(&self, listener: Listener) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    pub(crate) fn on_fatal(&self, hook: Fatal) {
        *self.fatal.write().unwrap_or_else(PoisonError::into_inner) = hook;
    }

    /// Calls every listener. One that panics has a stale cache, which is worth an error and no more.
    pub(crate) fn apply(&self, effects: &[AnyEffect]) {
        if effects.is_empty() {
            return;
        }
        let listeners = self.listeners.read().unwrap_or_else(PoisonError::into_inner).clone();
        for effect in effects {
            for listener in &listeners {
                if catch_unwind(AssertUnwindSafe(|| listener(&**effect))).is_err() {
                    tracing::error!(kind = effect.kind(), "a listener panicked; what it caches may be stale");
                }
            }
        }
    }

    /// The COMMIT that wrote these rows was lost: whether they are there is for the table to say.
    pub(crate) fn forget_own(&self, seqs: Vec<i64>) {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).extend(seqs);
    }

    /// The own rows that are to be looked for.
    pub(crate) fn unknown(&self) -> HashSet<i64> {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// These were found, and applied.
    pub(crate) fn found(&self, seqs: &[i64]) {
        let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.retain(|seq| !seqs.contains(seq));
    }

    /// The file cannot be trusted to be what this process believes.
    pub(crate) fn fatal(&self, why: &Fault) {
        let hook = self.fatal.read().unwrap_or_else(PoisonError::into_inner).clone();
        hook(why);
    }
}

/// After a failed fsync only a fresh process that reads the log knows what was kept.
fn exit(why: &Fault) {
    tracing::error!(error = why as &dyn std::error::Error, "COMMIT failed; exiting so that recovery decides");
    eprintln!("punchcard: the disk failed while committing ({why}: {:?}); start again once it works", source(why));
    std::process::exit(74);
}

fn source(fault: &Fault) -> Option<String> {
    std::error::Error::source(fault).map(ToString::to_string)
}
