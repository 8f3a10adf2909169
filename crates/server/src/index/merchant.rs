//! One merchant's members, as the index holds them.

use segment::Members;
use std::sync::atomic::AtomicBool;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A merchant's members, and what belongs to keeping them.
pub(super) struct Merchant {
    members: RwLock<Members>,
    /// Held by who reads the pasts of members: whoever counts waits until that is done.
    pub(super) settling: tokio::sync::Mutex<()>,
    /// Whether the shops must be read again.
    pub(super) shops_changed: AtomicBool,
}

impl Merchant {
    pub(super) fn new(members: Members) -> Merchant {
        let settling = tokio::sync::Mutex::new(());
        Merchant { members: RwLock::new(members), settling, shops_changed: AtomicBool::new(true) }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, Members> {
        self.members.read().expect("no holder panics")
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, Members> {
        self.members.write().expect("no holder panics")
    }
}
