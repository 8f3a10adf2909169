//! What can go wrong in a store: a [`Fault`] (the disk or the database said no), distinguished by code and not by
//! message.
//!
//! A rule that says no is no fault but a [`Refusal`]; [`Stop`] is either. Statements decide by the rows that they
//! return; `Unique` and `Check` are for what should not have been possible.

use std::error::Error;
use std::sync::Arc;

use domain::Refusal;

/// Where a fault came from: the driver's own error. Shared, because one fault may fail a whole group of operations.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// Why the store could not do what it was asked. Nothing was kept, but for [`Fault::UnknownOutcome`].
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// A primary key or unique index already holds this value.
    #[error("a unique key is taken")]
    Unique(#[source] Cause),
    /// A CHECK or NOT NULL constraint refused a value.
    #[error("a value is out of its bounds")]
    Check(#[source] Cause),
    /// A row refers to one that does not exist.
    #[error("a row refers to one that does not exist")]
    Reference(#[source] Cause),
    /// Others were in the way for longer than the retries last.
    #[error("the store is busy")]
    Busy(#[source] Cause),
    /// What the operation decided on was changed meanwhile; [`crate::Store::write`] runs it again.
    #[error("a row was changed by another operation")]
    Stale,
    /// No room is left on the disk.
    #[error("the disk is full")]
    Full(#[source] Cause),
    /// The database cannot be reached, or cannot read or write its files.
    #[error("the store is not available")]
    Unavailable(#[source] Cause),
    /// COMMIT failed in a way that leaves open whether it happened: repeat with the same key, or look.
    #[error("whether the operation was kept is unknown")]
    UnknownOutcome(#[source] Cause),
    /// Our own mistake: a bad statement, a value of the wrong type, a panic.
    #[error("a mistake in the program")]
    Bug(#[source] Cause),
}

impl Fault {
    /// A mistake of ours, described.
    pub fn bug(what: impl Into<String>) -> Fault {
        Fault::Bug(Arc::new(Note(what.into())))
    }

    /// The store cannot go on, described.
    pub(crate) fn unavailable(what: impl Into<String>) -> Fault {
        Fault::Unavailable(Arc::new(Note(what.into())))
    }

    /// Whether the same operation may succeed when it is tried again later, with the same key.
    pub fn is_transient(&self) -> bool {
        match self {
            Fault::Busy(_) | Fault::Stale | Fault::Full(_) | Fault::Unavailable(_) | Fault::UnknownOutcome(_) => true,
            Fault::Unique(_) | Fault::Check(_) | Fault::Reference(_) | Fault::Bug(_) => false,
        }
    }
}

/// The source of a fault that no driver raised.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Note(String);

/// Why an operation ended without a result: a rule said no, or the store did.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Stop {
    /// The rule said no; nothing was kept.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The store said no.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
        Stop::Refused(refusal)
    }
}
