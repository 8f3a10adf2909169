//! What vouchers took off trades, what of it went back since, and the bills that say so. A buyer's vouchers are in the
//! bucket of the merchant's trades with that buyer, so that a payment writes one bucket.

use domain::coupon::share::Taken;
use domain::id::VoucherId;

use crate::bucket::Bucket;
use crate::fault::Fault;
use crate::params;
use crate::row::{FromRow, Row, column};
use crate::sql::statements;
use crate::tx::Tx;

statements! {
    INSERT = "INSERT INTO trade_voucher (bucket, trade, voucher, name, kind, memo, template, deducted_fen, merchant_fen,
            refunded_fen) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    LIST = "SELECT trade_voucher.trade, trade_voucher.voucher, voucher.received_at, trade_voucher.name, trade_voucher.kind,
            trade_voucher.memo, trade_voucher.template, trade_voucher.deducted_fen, trade_voucher.merchant_fen,
            trade_voucher.refunded_fen FROM trade_voucher
        JOIN voucher ON voucher.bucket = $1 AND voucher.id = trade_voucher.voucher
        WHERE trade_voucher.bucket = $1 AND trade_voucher.trade = $2 ORDER BY trade_voucher.voucher";
    GIVE_BACK = "UPDATE trade_voucher SET refunded_fen = refunded_fen + $1 WHERE bucket = $2 AND trade = $3 AND voucher = $4";
    BILL = "INSERT INTO voucher_bill (bucket, id, voucher, trade, kind, amount_fen, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
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
    pub fn taken(&self) -> Taken {
        Taken { deducted_fen: self.deducted_fen, refunded_fen: self.refunded_fen }
    }
}

/// Enters that a trade was paid with a voucher, under the number `bill` of the trade's bucket.
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
    tx.execute(BILL, params![Bucket::of_id(voucher), bill, voucher, trade, kind, fen, at]).map(drop)
}

/// Enters that its holder used a voucher in no trade, under the number `bill`: nothing was paid with it.
pub fn enter_click(tx: &mut Tx, voucher: VoucherId, bill: i64, at: i64) -> Result<(), Fault> {
    enter_bill(tx, "V_USE", (voucher.number, None), bill, 0, at)
}

/// The vouchers that a trade was paid with, in the order of their numbers.
pub fn vouchers(tx: &mut Tx, trade: i64) -> Result<Vec<TradeVoucher>, Fault> {
    tx.query(LIST, params![Bucket::of_id(trade), trade])
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
