//! What vouchers took off trades, what of it went back since, and the bills that say so. A buyer's vouchers are in the
//! bucket of the merchant's trades with that buyer, so that a payment writes one bucket.

use domain::coupon::share::Deduction;
use domain::id::{BUCKET_BITS, VoucherId};

use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::{cash_voucher, params};

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { without_rowid: true, lock: Lock::Part, ..Table::by_bucket("trade_voucher", BucketOf::Id("trade")) },
        Table { without_rowid: true, lock: Lock::Part, ..Table::by_bucket("voucher_bill", BucketOf::Id("id")) },
    ],
    proofs: &[
        Proof { name: "buyers' part of refunds", count: REFUNDS, differ: BUYERS_OFF, values: &[] },
        Proof { name: "what vouchers took off trades", count: USES, differ: OFF_OFF, values: &[] },
        Proof { name: "bills of vouchers", count: USES, differ: BILLS_OFF, values: &[] },
    ],
};

statements! {
    INSERT = "INSERT INTO trade_voucher (bucket, trade, voucher, name, kind, memo, template, deducted_fen, merchant_fen,
            refunded_fen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    // A coupon is in the trade's bucket, a cash voucher in its holder's.
    LIST = "SELECT trade_voucher.trade, trade_voucher.voucher, COALESCE(voucher.received_at, cash_voucher.received_at),
            trade_voucher.name, trade_voucher.kind, trade_voucher.memo, trade_voucher.template, trade_voucher.deducted_fen,
            trade_voucher.merchant_fen, trade_voucher.refunded_fen FROM trade_voucher
        LEFT JOIN voucher ON voucher.bucket = $1 AND voucher.id = trade_voucher.voucher
        LEFT JOIN cash_voucher ON cash_voucher.bucket = $2 AND cash_voucher.id = trade_voucher.voucher
        WHERE trade_voucher.bucket = $1 AND trade_voucher.trade = $3 ORDER BY trade_voucher.voucher";
    GIVE_BACK = "UPDATE trade_voucher SET refunded_fen = refunded_fen + $1 WHERE bucket = $2 AND trade = $3 AND voucher = $4";
    BILLS = "SELECT trade, kind, amount_fen, at FROM voucher_bill
        WHERE bucket = $1 AND id IN (SELECT own.id FROM voucher_bill AS own WHERE own.bucket = $1 AND own.voucher = $2)
            AND trade IS NOT NULL ORDER BY at, id";
    BILL = "INSERT INTO voucher_bill (bucket, id, voucher, trade, kind, amount_fen, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    BILL_OF_ID = "SELECT voucher, trade, kind, amount_fen, at FROM voucher_bill WHERE bucket = $1 AND id = $2";
    REFUNDS: proof = "SELECT COUNT(*) FROM refund";
    BUYERS_OFF: proof = "SELECT trade.pid || '/' || trade.out_trade_no, CAST(COALESCE(parts.fen, 0) AS TEXT),
            CAST(trade.refunded_fen - COALESCE(shares.fen, 0) AS TEXT) FROM trade
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(refunded_fen) AS BIGINT) AS fen FROM trade_voucher GROUP BY bucket, trade)
            AS shares ON shares.bucket = trade.bucket AND shares.trade = trade.id
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(buyer_fen) AS BIGINT) AS fen FROM refund GROUP BY bucket, trade) AS parts
            ON parts.bucket = trade.bucket AND parts.trade = trade.id
        WHERE COALESCE(parts.fen, 0) <> trade.refunded_fen - COALESCE(shares.fen, 0) ORDER BY 1";
    USES: proof = "SELECT COUNT(*) FROM trade_voucher";
    OFF_OFF: proof = "SELECT sums.name, CAST(sums.less AS TEXT) || ' and ' || CAST(sums.merchant_less AS TEXT),
            CAST(sums.fen AS TEXT) || ' and ' || CAST(sums.merchant_fen AS TEXT) FROM
        (SELECT trade.pid || '/' || trade.out_trade_no AS name,
            CASE WHEN trade.paid_at IS NULL THEN 0 ELSE trade.total_fen - trade.buyer_pay_fen END AS less,
            CASE WHEN trade.paid_at IS NULL THEN 0 ELSE trade.total_fen - trade.receipt_fen END AS merchant_less,
            COALESCE(taken.fen, 0) AS fen, COALESCE(taken.merchant_fen, 0) AS merchant_fen FROM trade
        LEFT JOIN (SELECT bucket, trade, CAST(SUM(deducted_fen) AS BIGINT) AS fen,
            CAST(SUM(merchant_fen) AS BIGINT) AS merchant_fen FROM trade_voucher GROUP BY bucket, trade) AS taken
            ON taken.bucket = trade.bucket AND taken.trade = trade.id) AS sums
        WHERE sums.less <> sums.fen OR sums.merchant_less <> sums.merchant_fen ORDER BY 1";
    BILLS_OFF: proof = "SELECT sums.name, CAST(sums.deducted AS TEXT) || ' less ' || CAST(sums.refunded AS TEXT),
            CAST(sums.used AS TEXT) || ' less ' || CAST(sums.back AS TEXT) FROM
        (SELECT CAST(voucher AS TEXT) || ' in trade ' || CAST(trade AS TEXT) AS name,
            SUM(deducted_fen) AS deducted, SUM(refunded_fen) AS refunded, SUM(used_fen) AS used, SUM(back_fen) AS back FROM
            (SELECT voucher, trade, deducted_fen, refunded_fen, 0 AS used_fen, 0 AS back_fen FROM trade_voucher
            UNION ALL SELECT voucher, trade, 0, 0, CASE WHEN kind = 'V_USE' THEN amount_fen ELSE 0 END,
                CASE WHEN kind = 'V_REFUND' THEN amount_fen ELSE 0 END FROM voucher_bill WHERE trade IS NOT NULL) AS parts
            GROUP BY voucher, trade) AS sums
        WHERE sums.deducted <> sums.used OR sums.refunded <> sums.back ORDER BY 1";
}

/// A voucher that a trade was paid with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeVoucher {
    /// The trade's number in the store.
    pub trade: i64,
    /// The voucher.
    pub voucher: VoucherId,
    /// What it is called.
    pub name: String,
    /// What callers are told that it is, such as `ALIPAY_FIX_VOUCHER`.
    pub kind: String,
    /// What its maker wants tills to be told.
    pub memo: Option<String>,
    /// The template of a cash voucher.
    pub template: Option<String>,
    /// What it took off, at least 1.
    pub deducted_fen: i64,
    /// What of that was at the seller's cost.
    pub merchant_fen: i64,
    /// What of it went back with refunds.
    pub refunded_fen: i64,
}

impl TradeVoucher {
    /// What refunds are shared by.
    pub fn taken(&self) -> Deduction {
        Deduction { deducted_fen: self.deducted_fen, refunded_fen: self.refunded_fen }
    }
}

/// Enters that a trade was paid with a voucher, under the number `bill`.
pub fn enter_use(tx: &mut Tx, used: &TradeVoucher, bill: i64, at: i64) -> Result<(), Fault> {
    let TradeVoucher { trade, voucher, name, kind, memo, template, deducted_fen, merchant_fen, refunded_fen } = used;
    let bucket = Bucket::of_id(*trade);
    let (memo, template) = (memo.as_deref(), template.as_deref());
    let amounts = [*deducted_fen, *merchant_fen, *refunded_fen];
    let [deducted_fen, merchant_fen, refunded_fen] = amounts;
    let values =
        params![bucket, *trade, voucher.number, name, kind, memo, template, deducted_fen, merchant_fen, refunded_fen];
    tx.execute(INSERT, values)?;
    enter_bill(tx, "V_USE", (voucher.number, Some(*trade)), bill, deducted_fen, at)
}

/// Enters that so much of what a voucher took off went back with a refund, under the number `bill`.
pub fn enter_refund(tx: &mut Tx, used: &TradeVoucher, fen: i64, bill: i64, at: i64) -> Result<(), Fault> {
    let (trade, voucher) = (used.trade, used.voucher.number);
    tx.execute(GIVE_BACK, params![fen, Bucket::of_id(trade), trade, voucher])?;
    enter_bill(tx, "V_REFUND", (voucher, Some(trade)), bill, fen, at)
}

fn enter_bill(
    tx: &mut Tx,
    kind: &str,
    (voucher, trade): (i64, Option<i64>),
    bill: i64,
    fen: i64,
    at: i64,
) -> Result<(), Fault> {
    // The bill stands beside its voucher, which may be in another bucket than what `bill` was made for.
    let bucket = Bucket::of_id(voucher);
    let id = bucket.id(bill >> BUCKET_BITS);
    tx.execute(BILL, params![bucket, id, voucher, trade, kind, fen, at]).map(drop)
}

/// Enters that its holder used a coupon in no trade, under the number `bill`: nothing was paid with it.
pub fn enter_click(tx: &mut Tx, coupon: VoucherId, bill: i64, at: i64) -> Result<(), Fault> {
    enter_bill(tx, "V_USE", (coupon.number, None), bill, 0, at)
}

/// The vouchers that a trade (its number) was paid with by this buyer, in the order of their numbers.
pub fn vouchers(tx: &mut Tx, trade: i64, buyer_id: &str) -> Result<Vec<TradeVoucher>, Fault> {
    tx.query(LIST, params![Bucket::of_id(trade), cash_voucher::bucket(buyer_id), trade])
}

/// A use of a voucher in a trade, or a refund's share of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The trade's number in the store.
    pub trade: i64,
    /// `V_USE` or `V_REFUND`.
    pub kind: String,
    /// How much.
    pub amount_fen: i64,
    /// When, UTC milliseconds.
    pub at: i64,
}

/// The bills of a voucher in trades, the oldest first.
pub fn bills(tx: &mut Tx, voucher: i64) -> Result<Vec<Bill>, Fault> {
    let rows = tx.query(BILLS, params![Bucket::of_id(voucher), voucher])?;
    Ok(rows.into_iter().map(|(trade, kind, amount_fen, at)| Bill { trade, kind, amount_fen, at }).collect())
}

/// The bill of that id with the voucher's number, if there is one and it is of a trade.
pub fn bill(tx: &mut Tx, id: i64) -> Result<Option<(i64, Bill)>, Fault> {
    let row = tx.query_opt::<(i64, Option<i64>, String, i64, i64)>(BILL_OF_ID, params![Bucket::of_id(id), id])?;
    Ok(row.and_then(|(voucher, trade, kind, amount_fen, at)| {
        Some((voucher, Bill { trade: trade?, kind, amount_fen, at }))
    }))
}

/// The same of a bill that was made under `id` in a trade of this buyer: it stands beside its voucher.
pub fn bill_of_buyer(tx: &mut Tx, id: i64, buyer_id: &str) -> Result<Option<(i64, Bill)>, Fault> {
    bill(tx, cash_voucher::bucket(buyer_id).id(id >> BUCKET_BITS))
}

impl FromRow for TradeVoucher {
    fn from_row(row: &dyn Row) -> Result<TradeVoucher, Fault> {
        Ok(TradeVoucher {
            trade: column(row, 0)?,
            voucher: VoucherId::new(column(row, 2)?, column(row, 1)?),
            name: column(row, 3)?,
            kind: column(row, 4)?,
            memo: column(row, 5)?,
            template: column(row, 6)?,
            deducted_fen: column(row, 7)?,
            merchant_fen: column(row, 8)?,
            refunded_fen: column(row, 9)?,
        })
    }
}
