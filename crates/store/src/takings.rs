//! What a merchant's shops took and gave back on each day: sums of trades and refunds, kept in the transaction of each.
//!
//! A day of a merchant has as many rows as shops that took anything, so a year is read at once however many trades it
//! had. The row of a shop's day is written right before the merchant's balance: who pays the merchant waits for that
//! anyway, and so waits for nothing more.

use domain::calendar;
use domain::trade::Trade;

use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::params;
use crate::trade::Refund;

pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        lock: Lock::Counter,
        ..Table::by_bucket("takings", BucketOf::Pair(None, "pid"))
    }],
    proofs: &[Proof { name: "takings of days", count: TAKINGS, differ: TAKINGS_OFF, values: &[] }],
};

statements! {
    LIST = "SELECT day, shop_id, trades, total_fen, buyer_fen, receipt_fen, refunds, refunded_fen, back_fen FROM takings
        WHERE bucket = $1 AND pid = $2 AND day BETWEEN $3 AND $4 AND (day, shop_id) < ($5, $6) AND ($7 = '*' OR shop_id = $7)
        ORDER BY day DESC, shop_id DESC LIMIT $8";
    SUM = "SELECT 0, '', CAST(COALESCE(SUM(trades), 0) AS BIGINT), CAST(COALESCE(SUM(total_fen), 0) AS BIGINT),
            CAST(COALESCE(SUM(buyer_fen), 0) AS BIGINT), CAST(COALESCE(SUM(receipt_fen), 0) AS BIGINT),
            CAST(COALESCE(SUM(refunds), 0) AS BIGINT), CAST(COALESCE(SUM(refunded_fen), 0) AS BIGINT),
            CAST(COALESCE(SUM(back_fen), 0) AS BIGINT) FROM takings
        WHERE bucket = $1 AND pid = $2 AND day BETWEEN $3 AND $4 AND ($5 = '*' OR shop_id = $5)";
    TAKINGS: proof = "SELECT COUNT(*) FROM takings";
    // A million days more, so that the division rounds down whatever the time.
    TAKINGS_OFF: proof = "SELECT pid || '/' || CAST(day AS TEXT) || '/' || shop_id,
            CAST(trades AS TEXT) || ' trades of ' || CAST(total_fen AS TEXT) || ', ' || CAST(buyer_fen AS TEXT) || ', '
                || CAST(receipt_fen AS TEXT) || ' and ' || CAST(refunds AS TEXT) || ' refunds of ' || CAST(refunded_fen AS TEXT)
                || ', ' || CAST(back_fen AS TEXT),
            CAST(paid AS TEXT) || ' trades of ' || CAST(paid_fen AS TEXT) || ', ' || CAST(paid_buyer_fen AS TEXT) || ', '
                || CAST(paid_receipt_fen AS TEXT) || ' and ' || CAST(given AS TEXT) || ' refunds of ' || CAST(given_fen AS TEXT)
                || ', ' || CAST(given_back_fen AS TEXT) FROM
        (SELECT pid, day, shop_id, CAST(SUM(trades) AS BIGINT) AS trades, CAST(SUM(total_fen) AS BIGINT) AS total_fen,
            CAST(SUM(buyer_fen) AS BIGINT) AS buyer_fen, CAST(SUM(receipt_fen) AS BIGINT) AS receipt_fen,
            CAST(SUM(refunds) AS BIGINT) AS refunds, CAST(SUM(refunded_fen) AS BIGINT) AS refunded_fen,
            CAST(SUM(back_fen) AS BIGINT) AS back_fen, CAST(SUM(paid) AS BIGINT) AS paid, CAST(SUM(paid_fen) AS BIGINT) AS paid_fen,
            CAST(SUM(paid_buyer_fen) AS BIGINT) AS paid_buyer_fen, CAST(SUM(paid_receipt_fen) AS BIGINT) AS paid_receipt_fen,
            CAST(SUM(given) AS BIGINT) AS given, CAST(SUM(given_fen) AS BIGINT) AS given_fen,
            CAST(SUM(given_back_fen) AS BIGINT) AS given_back_fen FROM
            (SELECT pid, CAST(day AS BIGINT) AS day, shop_id, trades, total_fen, buyer_fen, receipt_fen, refunds, refunded_fen,
                back_fen, 0 AS paid, 0 AS paid_fen, 0 AS paid_buyer_fen, 0 AS paid_receipt_fen, 0 AS given, 0 AS given_fen,
                0 AS given_back_fen FROM takings
            UNION ALL SELECT pid, (paid_at + 86400028800000) / 86400000 - 1000000, COALESCE(shop_id, ''), 0, 0, 0, 0, 0, 0, 0,
                1, total_fen, buyer_pay_fen, receipt_fen, 0, 0, 0 FROM trade WHERE paid_at IS NOT NULL
            UNION ALL SELECT trade.pid, (refund.at + 86400028800000) / 86400000 - 1000000, COALESCE(trade.shop_id, ''),
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, refund.amount_fen, refund.buyer_fen FROM refund
                JOIN trade ON trade.bucket = refund.bucket AND trade.id = refund.trade) AS parts
            GROUP BY pid, day, shop_id) AS sums
        WHERE trades <> paid OR total_fen <> paid_fen OR buyer_fen <> paid_buyer_fen OR receipt_fen <> paid_receipt_fen
            OR refunds <> given OR refunded_fen <> given_fen OR back_fen <> given_back_fen ORDER BY 1";
    FILL: all_buckets = "SELECT pid, day, shop_id, CAST(SUM(trades) AS BIGINT), CAST(SUM(total_fen) AS BIGINT),
            CAST(SUM(buyer_fen) AS BIGINT), CAST(SUM(receipt_fen) AS BIGINT), CAST(SUM(refunds) AS BIGINT),
            CAST(SUM(refunded_fen) AS BIGINT), CAST(SUM(back_fen) AS BIGINT) FROM
        (SELECT pid, (paid_at + 86400028800000) / 86400000 - 1000000 AS day, COALESCE(shop_id, '') AS shop_id, 1 AS trades,
            total_fen, buyer_pay_fen AS buyer_fen, receipt_fen, 0 AS refunds, 0 AS refunded_fen, 0 AS back_fen
            FROM trade WHERE paid_at IS NOT NULL
        UNION ALL SELECT trade.pid, (refund.at + 86400028800000) / 86400000 - 1000000, COALESCE(trade.shop_id, ''), 0, 0, 0, 0,
            1, refund.amount_fen, refund.buyer_fen FROM refund
            JOIN trade ON trade.bucket = refund.bucket AND trade.id = refund.trade) AS parts
        GROUP BY pid, day, shop_id ORDER BY pid, day, shop_id";
}

static ADD: Rows<11> = Rows::new(
    "INSERT INTO takings (bucket, pid, day, shop_id, trades, total_fen, buyer_fen, receipt_fen, refunds, refunded_fen,
        back_fen) VALUES",
    ["INTEGER", "TEXT", "INTEGER", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT"],
    "ON CONFLICT (bucket, pid, day, shop_id) DO UPDATE SET trades = takings.trades + excluded.trades,
        total_fen = takings.total_fen + excluded.total_fen, buyer_fen = takings.buyer_fen + excluded.buyer_fen,
        receipt_fen = takings.receipt_fen + excluded.receipt_fen, refunds = takings.refunds + excluded.refunds,
        refunded_fen = takings.refunded_fen + excluded.refunded_fen, back_fen = takings.back_fen + excluded.back_fen",
);

/// Sums of payments, and of refunds. Amounts are fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many trades were paid.
    pub trades: i64,
    /// What they were about.
    pub total_fen: i64,
    /// What their buyers paid of that.
    pub buyer_fen: i64,
    /// What the seller got.
    pub receipt_fen: i64,
    /// How many refunds there were.
    pub refunds: i64,
    /// What they were about.
    pub refunded_fen: i64,
    /// What buyers got back of that.
    pub back_fen: i64,
}

/// The sums of a shop's day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShopDay {
    /// The day: see [`calendar::day_of`].
    pub day: i64,
    /// The shop; empty for trades of no shop.
    pub shop_id: String,
}

impl Sums {
    /// Of a trade that is paid.
    pub(crate) fn of_payment(trade: &Trade) -> Sums {
        Sums {
            trades: 1,
            total_fen: trade.total_fen,
            buyer_fen: trade.buyer_pay_fen,
            receipt_fen: trade.receipt_fen,
            ..Sums::default()
        }
    }

    /// Of a refund.
    pub(crate) fn of_refund(amount_fen: i64, buyer_fen: i64) -> Sums {
        Sums { refunds: 1, refunded_fen: amount_fen, back_fen: buyer_fen, ..Sums::default() }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Sums) -> Sums {
        Sums {
            trades: self.trades + other.trades,
            total_fen: self.total_fen + other.total_fen,
            buyer_fen: self.buyer_fen + other.buyer_fen,
            receipt_fen: self.receipt_fen + other.receipt_fen,
            refunds: self.refunds + other.refunds,
            refunded_fen: self.refunded_fen + other.refunded_fen,
            back_fen: self.back_fen + other.back_fen,
        }
    }
}

/// Counts a payment on its day; `trade` is as it is when it is paid.
pub fn count_payment(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    let Some(paid_at) = trade.paid_at else { return Ok(()) };
    add(tx, &trade.pid, [(key(trade, paid_at), Sums::of_payment(trade))])
}

/// Counts a refund of a trade on its own day.
pub fn count_refund(tx: &mut Tx, trade: &Trade, refund: &Refund) -> Result<(), Fault> {
    add(tx, &trade.pid, [(key(trade, refund.at), Sums::of_refund(refund.amount_fen, refund.buyer_fen))])
}

/// The shop's day that something of a trade at `at` (UTC milliseconds) counts for.
pub(crate) fn key(trade: &Trade, at: i64) -> (i64, &str) {
    (calendar::day_of(at), trade.shop_id.as_deref().unwrap_or_default())
}

/// Adds sums to a merchant's, each to its shop's day, in the order of days and shops.
pub(crate) fn add<'a>(
    tx: &mut Tx,
    pid: &str,
    sums: impl IntoIterator<Item = ((i64, &'a str), Sums)>,
) -> Result<(), Fault> {
    let bucket = bucket(pid);
    tx.execute_rows(&ADD, sums.into_iter().map(|((day, shop_id), sums)| columns(bucket, pid, day, shop_id, sums)))
        .map(drop)
}

fn columns<'a>(bucket: Bucket, pid: &'a str, day: i64, shop_id: &'a str, sums: Sums) -> [Val<'a>; 11] {
    let Sums { trades, total_fen, buyer_fen, receipt_fen, refunds, refunded_fen, back_fen } = sums;
    [
        bucket.into(),
        pid.into(),
        day.into(),
        shop_id.into(),
        trades.into(),
        total_fen.into(),
        buyer_fen.into(),
        receipt_fen.into(),
        refunds.into(),
        refunded_fen.into(),
        back_fen.into(),
    ]
}

/// Beside the merchant's balance.
fn bucket(pid: &str) -> Bucket {
    bucket_of("", pid)
}

/// Of all shops, as a statement says it: no shop has that id.
const ALL_SHOPS: &str = "*";

/// A merchant's days from `first` to `last`, of one shop or of all, newest first and below `after`: at most `limit`.
pub fn list(
    tx: &mut Tx,
    pid: &str,
    (first, last): (i64, i64),
    shop_id: Option<&str>,
    after: Option<&ShopDay>,
    limit: u32,
) -> Result<Vec<(ShopDay, Sums)>, Fault> {
    let (day, shop) = after.map_or((last + 1, ""), |after| (after.day, after.shop_id.as_str()));
    let values = params![bucket(pid), pid, first, last, day, shop, shop_id.unwrap_or(ALL_SHOPS), limit];
    let rows: Vec<Line> = tx.query(LIST, values)?;
    Ok(rows.into_iter().map(|Line(shop_day, sums)| (shop_day, sums)).collect())
}

/// The sums of all of those days.
pub fn sum(tx: &mut Tx, pid: &str, (first, last): (i64, i64), shop_id: Option<&str>) -> Result<Sums, Fault> {
    let Line(_, sums) = tx.query_one(SUM, params![bucket(pid), pid, first, last, shop_id.unwrap_or(ALL_SHOPS)])?;
    Ok(sums)
}

/// Fills the table of a store of an earlier build.
pub(crate) fn fill(tx: &mut Tx) -> Result<(), Fault> {
    let rows: Vec<Filled> = tx.query(FILL, &[])?;
    let values = rows.iter().map(|Filled(pid, Line(at, sums))| columns(bucket(pid), pid, at.day, &at.shop_id, *sums));
    tx.execute_rows(&ADD, values).map(drop)
}

struct Line(ShopDay, Sums);

impl FromRow for Line {
    fn from_row(row: &dyn Row) -> Result<Line, Fault> {
        let (day, shop_id, trades, total_fen, buyer_fen, receipt_fen, refunds, refunded_fen, back_fen) =
            FromRow::from_row(row)?;
        let sums = Sums { trades, total_fen, buyer_fen, receipt_fen, refunds, refunded_fen, back_fen };
        Ok(Line(ShopDay { day, shop_id }, sums))
    }
}

struct Filled(String, Line);

impl FromRow for Filled {
    fn from_row(row: &dyn Row) -> Result<Filled, Fault> {
        let (pid, day, shop_id, trades, total_fen, buyer_fen, receipt_fen, refunds, refunded_fen, back_fen) =
            FromRow::from_row(row)?;
        let sums = Sums { trades, total_fen, buyer_fen, receipt_fen, refunds, refunded_fen, back_fen };
        Ok(Filled(pid, Line(ShopDay { day, shop_id }, sums)))
    }
}
