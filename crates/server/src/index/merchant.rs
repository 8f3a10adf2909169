//! One merchant's members, as the index holds them.

use segment::{Members, Merge};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::thread;

/// A merchant's members, and what belongs to keeping them.
pub(super) struct Merchant {
    members: RwLock<Members>,
    /// How many threads wait for the members.
    waiting: AtomicUsize,
    /// Held by who reads the pasts of members: whoever counts waits until that is done.
    pub(super) settling: tokio::sync::Mutex<()>,
    /// Whether the shops must be read again.
    pub(super) shops_changed: AtomicBool,
}

impl Merchant {
    pub(super) fn new(members: Members) -> Merchant {
        let settling = tokio::sync::Mutex::new(());
        let (waiting, shops_changed) = (AtomicUsize::new(0), AtomicBool::new(true));
        Merchant { members: RwLock::new(members), waiting, settling, shops_changed }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Members> {
        self.wait_for(|| self.members.read().expect("no holder panics"))
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Members> {
        self.wait_for(|| self.members.write().expect("no holder panics"))
    }

    /// Has what is new or has changed merged into the base segment, when that is due: on a thread of its own, while
    /// counts and changes go on.
    pub(super) fn merge_if_due(self: &Arc<Self>, members: &mut Members) {
        if let Some(merge) = due(members) {
            let own = self.clone();
            let thread = thread::Builder::new().name("index-merge".to_owned());
            thread.spawn(move || own.merge(merge)).expect("a thread can be started");
        }
    }

    fn merge(&self, first: Merge) {
        let mut next = Some(first);
        while let Some(merge) = next {
            let result = merge.run();
            let mut members = self.write();
            members.end_merge(result);
            next = due(&mut members);
        }
    }

    /// Lets those have the members who wait for them, where this thread will want them again at once: the lock is not
    /// fair, and whoever has just let go of it is the first to have it again.
    pub(super) fn let_others_in(&self) {
        // There may always be somebody.
        const YIELDS_MAX: usize = 1_000;
        for _ in 0..YIELDS_MAX {
            if self.waiting.load(Ordering::Acquire) == 0 {
                return;
            }
            thread::yield_now();
        }
    }

    fn wait_for<T>(&self, lock: impl FnOnce() -> T) -> T {
        self.waiting.fetch_add(1, Ordering::AcqRel);
        let guard = lock();
        self.waiting.fetch_sub(1, Ordering::AcqRel);
        guard
    }
}

/// The merge that is due, if one is.
fn due(members: &mut Members) -> Option<Merge> {
    if members.needs_merge() { members.begin_merge() } else { None }
}
