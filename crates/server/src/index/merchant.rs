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
    /// Whether a thread merges, or is about to.
    merges: AtomicBool,
    /// Held by who reads the pasts of members: whoever counts waits until that is done.
    pub(super) settling: tokio::sync::Mutex<()>,
    /// Whether the shops must be read again.
    pub(super) shops_changed: AtomicBool,
}

impl Merchant {
    pub(super) fn new(members: Members) -> Merchant {
        let settling = tokio::sync::Mutex::new(());
        let (waiting, merges, shops_changed) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicBool::new(true));
        Merchant { members: RwLock::new(members), waiting, merges, settling, shops_changed }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Members> {
        self.wait_for(|| self.members.read().expect("no holder panics"))
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Members> {
        self.wait_for(|| self.members.write().expect("no holder panics"))
    }

    /// Has what is new or has changed merged into the base segment, when that is due: on a thread of its own, while
    /// counts and changes go on. Where no thread can be had, a later change asks for one again.
    pub(super) fn merge_if_due(self: &Arc<Self>, members: &Members) {
        if members.needs_merge() && !self.merges.swap(true, Ordering::Relaxed) {
            let own = self.clone();
            let thread = thread::Builder::new().name("index-merge".to_owned());
            if thread.spawn(move || own.merge()).is_err() {
                self.merges.store(false, Ordering::Relaxed);
            }
        }
    }

    fn merge(&self) {
        while let Some(merge) = self.next_merge() {
            let result = merge.run();
            self.write().end_merge(result);
        }
    }

    /// The merge that is due, if one is.
    fn next_merge(&self) -> Option<Merge> {
        let mut members = self.write();
        let merge = if members.needs_merge() { members.begin_merge() } else { None };
        self.merges.store(merge.is_some(), Ordering::Relaxed);
        merge
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
