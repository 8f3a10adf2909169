//! Trades: made, paid, asked about, given back. What their methods, their cashier page and their jobs share is here.
//!
//! A trade that was made is paid with [`settle::settle`], whoever the payer convinced that it is him.

pub mod notice;
pub mod settle;
