//! Refunds of a trade, by the merchant's numbers for them.

use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table { without_rowid: true, lock: Lock::Part, ..Table::by_bucket("refund", BucketOf::Id("trade")) }],
    proofs: &[
        Proof { name: "refunds of trades", count: REFUNDS, differ: REFUNDED_OFF, values: &[] },
        Proof { name: "money paid back", count: REFUNDS, differ: REPAID_OFF, values: &[] },
    ],
};

statements! {
    GET = "SELECT trade, out_request_no, amount_fen, buyer_fen, cash_fen, reason, cancels, at FROM refund
        WHERE bucket = $1 AND trade = $2 AND out_request_no = $3";
    LIST = "SELECT trade, out_request_no, amount_fen, buyer_fen, cash_fen, reason, cancels, at FROM refund
        WHERE bucket = $1 AND trade = $2 ORDER BY at, out_request_no";
    REFUNDS: proof = "SELECT COUNT(*) FROM refund";
    REFUNDED_OFF: proof = "SELECT trade.pid || '/' || trade.out_trade_no, CAST(trade.refunded_fen AS TEXT),
            CAST(COALESCE(parts.fen, 0) AS TEXT) FROM trade
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM refund GROUP BY bucket, trade) AS parts
            ON parts.bucket = trade.bucket AND parts.trade = trade.id
        WHERE trade.refunded_fen <> COALESCE(parts.fen, 0) ORDER BY 1";
    // Of what a coupon paid the seller got nothing, and gives nothing back.
    REPAID_OFF: proof = "SELECT trade.pid || '/' || trade.out_trade_no, CAST(trade.refunded_fen - COALESCE(shares.fen, 0) AS TEXT),
            CAST(COALESCE(moved.fen, 0) AS TEXT) FROM trade
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(refunded_fen) AS BIGINT) AS fen FROM trade_voucher
            WHERE merchant_fen = deducted_fen GROUP BY bucket, trade) AS shares
            ON shares.bucket = trade.bucket AND shares.trade = trade.id
        LEFT JOIN (SELECT bucket, trade, debit, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfer
            WHERE trade IS NOT NULL GROUP BY bucket, trade, debit) AS moved
            ON moved.bucket = trade.bucket AND moved.trade = trade.id AND moved.debit = trade.seller_id
        LEFT JOIN (SELECT bucket, trade, credit, COUNT(*) AS times FROM transfer
            WHERE trade IS NOT NULL GROUP BY bucket, trade, credit) AS paid
            ON paid.bucket = trade.bucket AND paid.trade = trade.id AND paid.credit = trade.seller_id
        WHERE (trade.imported_no IS NULL OR paid.times IS NOT NULL)
            AND trade.refunded_fen - COALESCE(shares.fen, 0) <> COALESCE(moved.fen, 0) ORDER BY 1";
}

static INSERT: Rows<9> = Rows::new(
    "INSERT INTO refund (bucket, trade, out_request_no, amount_fen, buyer_fen, cash_fen, reason, cancels, at) VALUES",
    ["INTEGER", "BIGINT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "SMALLINT", "BIGINT"],
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
    /// How much of it was the cash voucher's that the trade was paid with.
    pub cash_fen: i64,
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
fn columns(refund: &Refund) -> [Val<'_>; 9] {
    let Refund { trade, out_request_no, amount_fen, buyer_fen, cash_fen, reason, cancels, at } = refund;
    [
        Bucket::of_id(*trade).into(),
        (*trade).into(),
        out_request_no.into(),
        (*amount_fen).into(),
        (*buyer_fen).into(),
        (*cash_fen).into(),
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
        let (trade, out_request_no, amount_fen, buyer_fen, cash_fen, reason, cancels, at) = FromRow::from_row(row)?;
        Ok(Refund { trade, out_request_no, amount_fen, buyer_fen, cash_fen, reason, cancels, at })
    }
}
