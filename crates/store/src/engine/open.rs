//! How a store is opened: where it is, what it is for, and why it may not be.

use std::fmt;
use std::path::PathBuf;

use super::fault::Fault;
use super::postgres::Pool;

/// Where a store is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// SQLite, in `punchcard.db` of this folder. One process at a time; the caller sees to that.
    Folder(PathBuf),
    /// PostgreSQL 15 or later, at this URL: a database of its own, in UTF-8.
    Postgres(String),
}

impl fmt::Debug for Place {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Folder(folder) => f.debug_tuple("Folder").field(folder).finish(),
            Place::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

/// What a store is for; written when it is made and never changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For a developer's tests.
    StandIn,
    /// For real members.
    Platform,
}

impl Mode {
    /// As the command line and the store spell it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::StandIn => "stand-in",
            Mode::Platform => "platform",
        }
    }

    /// The mode of that name.
    pub fn from_name(name: &str) -> Option<Mode> {
        [Mode::StandIn, Mode::Platform].into_iter().find(|mode| mode.name() == name)
    }
}

/// How to open a store.
#[derive(Clone, Copy, Debug, Default)]
pub struct Open {
    /// Make it if there is none, and upgrade one that an earlier build left. Without this an older store is refused.
    pub create: bool,
    /// Read it only: nothing of it is changed, and every write is refused.
    pub look: bool,
    /// What it must be for; `None` takes it as it is.
    pub mode: Option<Mode>,
    /// What a new one is for, where `mode` does not say so.
    pub new_mode: Option<Mode>,
    /// PostgreSQL's connections.
    pub pool: Pool,
}

/// What opening a store found there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// None: it was made.
    Nothing,
    /// One of this build's schema.
    Current,
    /// An older one, which was upgraded.
    Older {
        /// The newest migration that it had.
        from: i64,
        /// The newest that it has now.
        to: i64,
    },
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is none, and none was to be made.
    #[error("there is no store here yet")]
    Missing,
    /// A backup was being restored, and that was cut off.
    #[error(
        "a restore into this place was cut off before its end, so there is no store here: run `punchcard restore` \
         again, or, to begin with an empty store instead, {}", .remedy
    )]
    Unfinished {
        /// How to forget about it.
        remedy: String,
    },
    /// An earlier build left it, and it was not to be upgraded.
    #[error(
        "the store has migration {found}, and this build needs {known}: `punchcard serve` upgrades it when it starts, for \
         good; make a backup with the build that wrote it first"
    )]
    OlderStore {
        /// The newest migration in the store.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// A newer build has changed the schema.
    #[error(
        "the store has migration {found}, but this build knows only up to {known}: \
         use the build that wrote it or a newer one, or restore a backup made before the update"
    )]
    NewerStore {
        /// The newest migration in the store.
        found: i64,
        /// The newest that this build knows.
        known: i64,
    },
    /// A migration of the same number, but not the one of this build.
    #[error(
        "migration {number} of the store is not the one of this build: \
         it was made by a build that was never released; use that build, or a new store"
    )]
    OtherSchema {
        /// Which one.
        number: i64,
    },
    /// It is for something else.
    #[error("the store was made in mode {}, which never changes; it cannot be opened in mode {}", found.name(), asked.name())]
    WrongMode {
        /// What it was made for.
        found: Mode,
        /// What was asked.
        asked: Mode,
    },
    /// The place is not one that this build can use; the text says why and what to do.
    #[error("{0}")]
    Unusable(String),
    /// The store said no.
    #[error("the store cannot be opened: {0}")]
    Fault(#[from] Fault),
}
