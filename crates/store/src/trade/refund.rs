//! Refunds of a trade, by the merchant's numbers for them.

use crate::bucket::Bucket;
use crate::fault::Fault;
use crate::params;
use crate::row::{FromRow, Row};
use crate::sql::statements;
use crate::tx::Tx;

statements! {
    INSERT = "INSERT INTO refund (bucket, trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    GET = "SELECT trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at FROM refund
        WHERE bucket = $1 AND trade = $2 AND out_request_no = $3";
    LIST = "SELECT trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at FROM refund
        WHERE bucket = $1 AND trade = $2 ORDER BY at, out_request_no";
}

/// Money that was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The trade's number in the store.
    pub trade: i64,
    /// The merchant's number for it, unique within the trade.
    pub out_request_no: String,
    /// How much of the trade's amount.
    pub amount_fen: i64,
    /// How much of that the buyer got.
    pub buyer_fen: i64,
    /// Why, as the merchant says.
    pub reason: Option<String>,
    /// Whether it came of taking the whole trade back.
    pub cancels: bool,
    /// When, UTC milliseconds.
    pub at: i64,
}

/// Keeps a refund. Its number must not have been used before in its trade.
pub fn insert_refund(tx: &mut Tx, refund: &Refund) -> Result<(), Fault> {
    let Refund { trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at } = refund;
    let bucket = Bucket::of_id(*trade);
    let values = params![bucket, *trade, out_request_no, *amount_fen, *buyer_fen, reason.as_deref(), *cancels, *at];
    tx.execute(INSERT, values).map(drop)
}

/// A trade's refund by the merchant's number.
pub fn refund(tx: &mut Tx, trade: i64, out_request_no: &str) -> Result<Option<Refund>, Fault> {
    tx.query_opt(GET, params![Bucket::of_id(trade), trade, out_request_no])
}

/// A trade's refunds, oldest first.
pub fn refunds(tx: &mut Tx, trade: i64) -> Result<Vec<Refund>, Fault> {
    tx.query(LIST, params![Bucket::of_id(trade), trade])
}

impl FromRow for Refund {
    fn from_row(row: &dyn Row) -> Result<Refund, Fault> {
        let (trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at) = FromRow::from_row(row)?;
        Ok(Refund { trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at })
    }
}
