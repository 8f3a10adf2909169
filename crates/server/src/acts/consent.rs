//! Consent: somebody proves on a page who they are and agrees, and the app that asks gets a code (`docs/decisions.md`,
//! "Consent").

pub mod page;
pub mod revocation;
