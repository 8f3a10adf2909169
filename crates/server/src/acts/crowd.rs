//! Crowds: the conditions that their members meet, and whether one user meets them.

pub mod audience;
pub mod breakdown;
pub mod conditions;
pub mod membership;
pub mod sample;
pub mod why;
pub mod words;
