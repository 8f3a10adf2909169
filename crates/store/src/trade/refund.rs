//! Refunds of a trade, by the merchant's numbers for them.

use crate::bucket::Bucket;
use crate::fault::Fault;
use crate::params;
use crate::row::{FromRow, Row, Val};
use crate::rows::Rows;
use crate::sql::statements;
use crate::tx::Tx;

statements! {
    GET = "SELECT trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at FROM refund
        WHERE bucket = $1 AND trade = $2 AND out_request_no = $3";
    LIST = "SELECT trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at FROM refund
        WHERE bucket = $1 AND trade = $2 ORDER BY at, out_request_no";
}

static INSERT: Rows<8> = Rows::new(
    "INSERT INTO refund (bucket, trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at) VALUES",
    ["INTEGER", "BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT", "SMALLINT", "BIGINT"],
    "",
);

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
    insert_refunds(tx, std::slice::from_ref(refund))
}

/// The same for many.
pub(crate) fn insert_refunds(tx: &mut Tx, refunds: &[Refund]) -> Result<(), Fault> {
    tx.execute_rows(&INSERT, refunds.iter().map(columns)).map(drop)
}

/// What a refund's row holds, in the order of the statement.
fn columns(refund: &Refund) -> [Val<'_>; 8] {
    let Refund { trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at } = refund;
    [
        Bucket::of_id(*trade).into(),
        (*trade).into(),
        out_request_no.into(),
        (*amount_fen).into(),
        (*buyer_fen).into(),
        reason.as_deref().into(),
        (*cancels).into(),
        (*at).into(),
    ]
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

/// The texts that are made as needed, for the test of the rules.
#[cfg(test)]
pub(crate) fn several_rows() -> impl Iterator<Item = (&'static str, String)> {
    [1, 2].into_iter().map(|rows| ("several rows", INSERT.text(rows)))
}
