//! How a store is opened for work, and what may be wrong with it.

use crate::keys::{MasterKey, MasterKeyError};
use crate::metrics::Metrics;
use std::path::PathBuf;
use store::{Mode, Place, Pool};

/// The setting that tells whether a master key is the one this store was sealed with.
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
    /// The counters of the process, one for each method that it answers.
    pub metrics: Metrics,
}

impl Opening {
    /// The master key, of the environment or of the file; it is not made.
    pub fn existing_master_key(&self) -> Result<MasterKey, MasterKeyError> {
        match &self.master_key {
            Some(text) => MasterKey::parse(text),
            None => MasterKey::from_file(&self.master_key_file, false),
        }
    }
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
    Open(#[from] store::OpenError),
    /// Its secrets.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// Reading or writing it.
    #[error("the store failed while starting")]
    Store(#[from] store::Fault),
    /// The stored signing key is damaged.
    #[error("the platform's private key in the store cannot be read")]
    PlatformKey,
    /// A manual clock on a platform.
    #[error("a store in platform mode runs on the system's clock; --clock manual needs --mode stand-in")]
    ClockOnPlatform,
}
