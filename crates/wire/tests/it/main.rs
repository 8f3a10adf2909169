//! The crate against what real SDKs sent and accepted, and against laws.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, their helpers too")]

mod certificates;
mod charset;
mod corpus;
mod diagnosis;
mod key_texts;
mod keys;
mod laws;
mod leniency;
mod notifications;
mod readers;
mod rejects;
mod requests;
mod responses;
mod v3;
mod vectors;
