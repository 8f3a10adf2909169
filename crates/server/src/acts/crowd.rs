//! Crowds: the conditions that their members meet, and whether one user meets them.

pub mod conditions;
pub mod membership;
