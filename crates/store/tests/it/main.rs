//! The store, tried on both engines.
#![cfg(test)]

mod changes;
mod crash;
mod crowd;
mod dump;
mod ids;
mod member;
mod once;
mod opening;
mod postgres;
mod probe;
mod trouble;
mod world;
mod writing;
