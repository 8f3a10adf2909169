//! How a store is opened for work, and what may be wrong with it.

use super::clock::Clock;
use super::identity::{PLATFORM_KEY, StoredIdentity};
use super::{logins, pins};
use crate::admission::Admission;
use crate::keys::{Identity, MasterKey, MasterKeyError};
use crate::metrics::Metrics;
use std::path::PathBuf;
use store::{Fault, Mode, OpenError, Place, Pool, Store, Tx, control};
use wire::PrivateKey;

/// The setting by which a master key is recognised as the one that this store was sealed with.
pub const MASTER_KEY_CHECK: &str = "master_key_check";

/// How to open a store for work.
pub struct Opening {
    /// Where it is.
    pub place: Place,
    /// Whether to make it when there is none, and to upgrade an older one.
    pub create: bool,
    /// Whether it is only read.
    pub look: bool,
    /// What it must be, if the command says so.
    pub mode: Option<Mode>,
    /// What a new one is, where `mode` does not say so.
    pub new_mode: Option<Mode>,
    /// The clock of a store that is made now; `None` is the system's.
    pub manual_clock_at: Option<i64>,
    /// The master key, from the environment.
    pub master_key: Option<String>,
    /// The master key's file, where the environment has none.
    pub master_key_file: PathBuf,
    /// Connections to PostgreSQL.
    pub pool: Pool,
    /// Whether a platform may send notifications into private networks.
    pub notify_allow_private: bool,
    /// What a call with a good signature must meet before it runs.
    pub admission: Admission,
    /// The counters of the process, one for each method that it answers.
    pub metrics: Metrics,
}

impl Opening {
    /// A fresh stand-in store in this folder, for tests.
    #[cfg(test)]
    pub fn fresh(folder: &std::path::Path) -> Opening {
        Opening {
            place: Place::Folder(folder.to_owned()),
            create: true,
            look: false,
            mode: Some(Mode::StandIn),
            new_mode: None,
            manual_clock_at: None,
            master_key: None,
            master_key_file: folder.join("master.key"),
            pool: Pool::default(),
            notify_allow_private: false,
            admission: Admission::default(),
            metrics: Metrics::new([], []),
        }
    }

    /// The master key, of the environment or of the file; it is not made.
    pub fn existing_master_key(&self) -> Result<MasterKey, MasterKeyError> {
        match &self.master_key {
            Some(text) => MasterKey::parse(text),
            None => MasterKey::from_file(&self.master_key_file, false),
        }
    }

    /// Opens the store, and the keys that it is sealed and signed with. A new store gets its keys and its clock.
    pub(super) async fn store_and_keys(&self) -> Result<(Store, MasterKey, Identity), AppError> {
        if self.mode == Some(Mode::Platform) && self.manual_clock_at.is_some() {
            return Err(AppError::ClockOnPlatform);
        }
        let &Opening { create, look, mode, new_mode, pool, .. } = self;
        let store = Store::open(&self.place, store::Open { create, look, mode, new_mode, pool })?;
        let check = setting(&store, MASTER_KEY_CHECK).await?;
        let master_key = match &self.master_key {
            None if check.is_none() => MasterKey::from_file(&self.master_key_file, true)?,
            _ => self.existing_master_key()?,
        };
        if check.is_none() && look {
            // The process that was to make the store died while it did.
            return Err(OpenError::Missing.into());
        }
        if check.is_none() {
            self.set_up(&store, &master_key).await?;
        }
        let check = setting(&store, MASTER_KEY_CHECK).await?.ok_or(MasterKeyError::Other)?;
        try_master_key(&master_key, &check)?;
        if !look {
            pins::seal_old(&store, &master_key).await?;
            logins::fold_old(&store).await?;
        }
        let identity = store.read(StoredIdentity::read).await?.open(&master_key).ok_or(AppError::PlatformKey)?;
        Ok((store, master_key, identity))
    }

    /// Writes a new store's first settings. Those that are there already stay: of two processes that start at once on
    /// an empty store, one wins.
    async fn set_up(&self, store: &Store, master_key: &MasterKey) -> Result<(), Fault> {
        let check = master_key.seal(MASTER_KEY_CHECK);
        let platform_key = master_key.seal(&PrivateKey::generate().to_pkcs8_base64());
        let clock = self.manual_clock_at.map_or_else(|| Clock::SYSTEM.to_owned(), |at| at.to_string());
        let set = move |tx: &mut Tx| {
            if control::set_new(tx, MASTER_KEY_CHECK, &check)? == check {
                control::set_new(tx, Clock::SETTING, &clock)?;
                control::set_new(tx, PLATFORM_KEY, &platform_key)?;
            }
            Ok(())
        };
        store.write(set).await
    }
}

/// A setting as the store has it.
pub(super) async fn setting(store: &Store, name: &'static str) -> Result<Option<String>, Fault> {
    store.read(move |tx: &mut Tx| control::get(tx, name)).await
}

/// Whether this is the key that a store was sealed with, by its setting [`MASTER_KEY_CHECK`].
pub fn try_master_key(key: &MasterKey, check: &str) -> Result<(), MasterKeyError> {
    if key.open(check)? == MASTER_KEY_CHECK { Ok(()) } else { Err(MasterKeyError::Other) }
}

/// Why a store cannot be opened for work.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The store itself.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its secrets.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// Reading or writing it.
    #[error("the store failed while starting")]
    Store(#[from] Fault),
    /// The stored signing key is damaged.
    #[error("the platform's private key in the store cannot be read")]
    PlatformKey,
    /// The stored clock is damaged.
    #[error("the clock in the store is {0:?}, which is neither system nor a time: restore a backup from before that")]
    Clock(String),
    /// A manual clock on a platform.
    #[error("a store in platform mode runs on the system's clock; --clock manual needs --mode stand-in")]
    ClockOnPlatform,
}
