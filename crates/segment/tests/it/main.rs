//! The crate from outside: every operator by example, a naive twin to disagree with, and the laws of sets.

mod agree;
mod behavior;
mod growth;
mod laws;
mod naive;
mod operators;
mod texts;
mod worlds;
