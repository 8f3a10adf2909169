//! Trades and their refunds. A trade's rows share its bucket, which its number tells.

pub(crate) mod deadline;
pub(crate) mod import;
mod list;
pub(crate) mod refund;
mod row;
pub(crate) mod tables;
pub(crate) mod voucher;

pub use import::{Effect, Fingerprint, TradeChunk, TradeContent, TradeRow, import, numbers};
pub use list::{Off, Place, Sought, TradePage, page, page_of_member, paid, place, refunded, taken_off};
pub use refund::{Refund, insert_refund, refund, refunds};
pub use row::{bucket, find, find_out, get, insert, scope, update};
pub use voucher::{Bill, TradeVoucher, bill, bill_of_buyer, bills, enter_click, enter_refund, enter_use, vouchers};
