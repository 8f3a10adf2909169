//! The console's door, on the operator's address.

pub mod assets;
