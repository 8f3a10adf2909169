//! What a transaction hands to the listeners of its process once it is committed. The engine carries effects and does
//! not know what they say.

use std::any::Any;

/// A value for the listeners of a process, delivered between COMMIT and answer.
pub trait Effect: Any + Send + Sync {
    /// A short name of what it is about, for the log.
    fn kind(&self) -> &'static str;
}

/// An effect of whatever type.
pub(crate) type AnyEffect = Box<dyn Effect>;
