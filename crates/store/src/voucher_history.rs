//! Vouchers that members received from a merchant elsewhere, and when they redeemed them: taken in by the chunk, and
//! all of a member's read at once.
//!
//! A row is in its member's bucket. So that a merchant has each `voucher_no` once, it is claimed too
//! ([`idempotency`](crate::idempotency)), as the numbers of trades are.

mod chunk;
mod import;
mod read;
pub(crate) mod tables;

pub use chunk::{Fingerprint, VoucherChunk};
pub use import::{Effect, import};
pub use read::of_member;
