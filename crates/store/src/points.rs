//! Points: accounts, their log, and the freezes that wait. An account's rows share the bucket of its merchant and user,
//! which the numbers in the log tell.

mod account;
mod list;
pub(crate) mod tables;

pub use account::{Entry, Frozen, account, bucket, card, change, deposit_scope, end, entered_at, frozen};
pub use list::{ListedCard, Logged, Open, Outstanding, Waiting, cards, entry, log, on_card, open, outstanding};
