//! The answer of a call, or the reason why there is none.

use std::error::Error;
use std::fmt::{Display, Formatter};
use wire::Rejection;

/// The answer of a call, or of a part of it.
pub type Answer<T> = Result<T, CallError>;

/// The reason why a call has no answer. Nothing was changed.
#[derive(Debug)]
pub enum CallError {
    /// The caller's: a rule refuses the call, and this is the refusal that the caller gets.
    Rejection(Rejection),
    /// Ours: the store failed. The log gets the reason; a caller who is no operator gets 20000.
    Error(store::Fault),
    /// The caller's app or authorisation has changed since it was looked up: look it up again, and repeat the call.
    Stale,
}

impl From<Rejection> for CallError {
    fn from(rejection: Rejection) -> CallError {
        CallError::Rejection(rejection)
    }
}

impl From<store::Fault> for CallError {
    fn from(error: store::Fault) -> CallError {
        CallError::Error(error)
    }
}

impl Display for CallError {
    /// For operators: a refusal's text, or an error with what lies behind it.
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            CallError::Rejection(rejection) => f.write_str(&rejection.sub_msg),
            CallError::Error(fault) => {
                write!(f, "{fault}")?;
                fault.source().map_or(Ok(()), |source| write!(f, ": {source}"))
            }
            CallError::Stale => f.write_str("the caller's app or authorisation has changed meanwhile"),
        }
    }
}
