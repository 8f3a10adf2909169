//! Trades as operators look for them: newest first, page by page, and what happened on a day in the order of time.

use domain::trade::{Status, Trade};

use super::refund::Refund;
use super::row::bucket;
use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

statements! {
    // Pairs are compared beside their first parts: SQLite finds a range of an expression by these alone.
    PAGE: all_buckets = "SELECT id, pid, seller_id, buyer_id, out_trade_no, imported_no, status, subject, total_fen, discountable_fen,
            buyer_pay_fen, receipt_fen, refunded_fen, shop_id, detail, app_id, auth_app_id, notify_url, sign_type,
            page_token, created_at, expires_at, paid_at, closed_at, refunded_at, version
        FROM trade WHERE pid = $1 AND COALESCE(paid_at, created_at) BETWEEN $2 AND $3
            AND (COALESCE(paid_at, created_at), id) >= ($2, $4) AND (COALESCE(paid_at, created_at), id) < ($3, $5) AND ($6 = '' OR status = $6) AND ($7 = '*' OR shop_id = $7)
        ORDER BY COALESCE(paid_at, created_at) DESC, id DESC LIMIT $8";
    EDGE: all_buckets = "SELECT COALESCE(paid_at, created_at), id FROM trade
        WHERE pid = $1 AND COALESCE(paid_at, created_at) BETWEEN $2 AND $3
            AND (COALESCE(paid_at, created_at), id) >= ($2, $4) AND (COALESCE(paid_at, created_at), id) < ($3, $5)
        ORDER BY COALESCE(paid_at, created_at) DESC, id DESC LIMIT 1 OFFSET $6";
    OF_MEMBER = "SELECT id, pid, seller_id, buyer_id, out_trade_no, imported_no, status, subject, total_fen, discountable_fen,
            buyer_pay_fen, receipt_fen, refunded_fen, shop_id, detail, app_id, auth_app_id, notify_url, sign_type,
            page_token, created_at, expires_at, paid_at, closed_at, refunded_at, version
        FROM trade WHERE bucket = $1 AND id IN (SELECT own.id FROM trade AS own
                WHERE own.bucket = $1 AND own.pid = $2 AND own.buyer_id = $3 AND own.paid_at IS NOT NULL
            UNION ALL SELECT own.id FROM trade AS own
                WHERE own.bucket = $1 AND own.pid = $2 AND own.buyer_id = $3 AND own.paid_at IS NULL)
            AND COALESCE(paid_at, created_at) >= $4 AND (COALESCE(paid_at, created_at), id) < ($5, $6)
            AND ($7 = '' OR status = $7) AND ($8 = '*' OR shop_id = $8)
        ORDER BY COALESCE(paid_at, created_at) DESC, id DESC LIMIT $9";
    PAID: all_buckets = "SELECT id, pid, seller_id, buyer_id, out_trade_no, imported_no, status, subject, total_fen, discountable_fen,
            buyer_pay_fen, receipt_fen, refunded_fen, shop_id, detail, app_id, auth_app_id, notify_url, sign_type,
            page_token, created_at, expires_at, paid_at, closed_at, refunded_at, version
        FROM trade WHERE pid = $1 AND COALESCE(paid_at, created_at) >= $2 AND (COALESCE(paid_at, created_at), id) > ($2, $3)
            AND COALESCE(paid_at, created_at) < $4 AND paid_at IS NOT NULL ORDER BY COALESCE(paid_at, created_at), id LIMIT $5";
    // The refunds of all merchants come first, however few of them are this one's: SQLite would begin with the trades.
    REFUNDED: all_buckets = "SELECT refund.trade, refund.out_request_no, refund.amount_fen, refund.buyer_fen, refund.cash_fen,
            refund.reason, refund.cancels, refund.at FROM refund CROSS JOIN trade
        WHERE trade.bucket = refund.bucket AND trade.id = refund.trade AND trade.pid = $1
            AND (refund.at, refund.trade, refund.out_request_no) > ($2, $3, $4) AND refund.at < $5
        ORDER BY refund.at, refund.trade, refund.out_request_no LIMIT $6";
    OFF = "SELECT trade, CASE WHEN template IS NULL THEN 0 ELSE 1 END, deducted_fen, merchant_fen FROM trade_voucher
        WHERE bucket = $1 AND trade = $2";
}

static OFF_OF: Rows<2> = Rows::new(
    "WITH wanted (bucket, trade) AS (VALUES",
    ["INTEGER", "BIGINT"],
    ") SELECT trade_voucher.trade, CASE WHEN trade_voucher.template IS NULL THEN 0 ELSE 1 END, trade_voucher.deducted_fen,
            trade_voucher.merchant_fen FROM wanted
        JOIN trade_voucher ON trade_voucher.bucket = wanted.bucket AND trade_voucher.trade = wanted.trade",
)
.or_alone(OFF);

/// As a statement says that any shop will do: no shop has that id.
const ALL_SHOPS: &str = "*";
/// How many trades of a merchant are looked at in one step, while most of them are not wanted.
const STEP: u32 = 4_096;
/// How many steps a page takes at most.
const STEPS_MAX: u32 = 8;

/// Where a trade stands among its merchant's: when it was paid, or made where nobody has paid it, and its number.
pub type Place = (i64, i64);

/// Which of a merchant's trades are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// From when on, UTC milliseconds.
    pub from: i64,
    /// Until when, without that moment itself.
    pub until: i64,
    /// In this status.
    pub status: Option<Status>,
    /// In this shop.
    pub shop_id: Option<&'a str>,
}

/// Some of the trades that were asked for, newest first. `next` is where to go on; a page may have fewer trades than
/// were asked for, or none, and still a next one: so many trades were looked at that were not sought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradePage {
    /// The trades.
    pub trades: Vec<Trade>,
    /// Where the next page begins: what is below this place.
    pub next: Option<Place>,
}

/// Where a trade stands.
pub fn place(trade: &Trade) -> Place {
    (trade.paid_at.unwrap_or(trade.no.created_at), trade.no.number)
}

/// At most `limit` of a merchant's trades, those below the place `after`.
pub fn page(tx: &mut Tx, pid: &str, sought: Sought<'_>, after: Option<Place>, limit: u32) -> Result<TradePage, Fault> {
    let Sought { from, until, status, shop_id } = sought;
    let lowest = (from, i64::MIN);
    let mut below = after.unwrap_or((until, i64::MIN)).min((until, i64::MIN));
    let mut trades: Vec<Trade> = Vec::new();
    let takes_all = status.is_none() && shop_id.is_none();
    for _ in 0..STEPS_MAX {
        let edge = match takes_all {
            true => None,
            false => tx.query_opt::<Place>(EDGE, params![pid, lowest.0, below.0, lowest.1, below.1, STEP - 1])?,
        };
        let (low, rest) = (edge.unwrap_or(lowest), limit - u32::try_from(trades.len()).unwrap_or(limit));
        let (status, shop) = (status.map_or("", Status::name), shop_id.unwrap_or(ALL_SHOPS));
        trades.extend(tx.query(PAGE, params![pid, low.0, below.0, low.1, below.1, status, shop, rest])?);
        if limit <= u32::try_from(trades.len()).unwrap_or(limit) {
            return Ok(TradePage { next: trades.last().map(place), trades });
        }
        match edge {
            Some(edge) => below = edge,
            None => return Ok(TradePage { next: None, trades }),
        }
    }
    Ok(TradePage { next: Some(below), trades })
}

/// The same of one member.
pub fn page_of_member(
    tx: &mut Tx,
    (pid, user_id): (&str, &str),
    sought: Sought<'_>,
    after: Option<Place>,
    limit: u32,
) -> Result<TradePage, Fault> {
    let Sought { from, until, status, shop_id } = sought;
    let below = after.unwrap_or((until, i64::MIN)).min((until, i64::MIN));
    let (status, shop) = (status.map_or("", Status::name), shop_id.unwrap_or(ALL_SHOPS));
    let values = params![bucket(pid, user_id), pid, user_id, from, below.0, below.1, status, shop, limit];
    let trades: Vec<Trade> = tx.query(OF_MEMBER, values)?;
    let next = trades.last().filter(|_| limit <= u32::try_from(trades.len()).unwrap_or(limit)).map(place);
    Ok(TradePage { next, trades })
}

/// The first `limit` trades of a merchant that were paid after the place `after` and before `until`, in that order.
pub fn paid(tx: &mut Tx, pid: &str, after: Place, until: i64, limit: u32) -> Result<Vec<Trade>, Fault> {
    tx.query(PAID, params![pid, after.0, after.1, until, limit])
}

/// The first `limit` refunds of a merchant's trades after the last one of an earlier page, or from `from` on, and
/// before `until`, in the order of time.
pub fn refunded(
    tx: &mut Tx,
    pid: &str,
    (from, until): (i64, i64),
    last: Option<&Refund>,
    limit: u32,
) -> Result<Vec<Refund>, Fault> {
    let (at, trade, no) = last.map_or((from, i64::MIN, ""), |last| (last.at, last.trade, last.out_request_no.as_str()));
    tx.query(REFUNDED, params![pid, at, trade, no, until, limit])
}

/// What one voucher took off a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Off {
    /// The number of the trade.
    pub trade: i64,
    /// Whether it is a cash voucher; else a coupon.
    pub is_cash: bool,
    /// How much.
    pub deducted_fen: i64,
    /// What of that was at the seller's cost.
    pub merchant_fen: i64,
}

/// What vouchers took off these trades, in no order.
pub fn taken_off(tx: &mut Tx, trades: impl IntoIterator<Item = i64>) -> Result<Vec<Off>, Fault> {
    let rows = trades.into_iter().map(|trade| -> [Val<'_>; 2] { [Bucket::of_id(trade).into(), trade.into()] });
    tx.query_rows(&OFF_OF, rows)
}

impl FromRow for Off {
    fn from_row(row: &dyn Row) -> Result<Off, Fault> {
        let (trade, is_cash, deducted_fen, merchant_fen) = FromRow::from_row(row)?;
        Ok(Off { trade, is_cash, deducted_fen, merchant_fen })
    }
}
