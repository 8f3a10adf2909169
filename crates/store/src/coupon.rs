//! Coupons that members hold. A coupon is in the bucket of its merchant and holder, which its id tells. Its table is
//! named by the wire's word for it, `voucher`, and stores hold that name.

use domain::id::VoucherId;
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::{Redemption, Status};
use domain::window;

use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val, column};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::history::{self, Event};
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[Table { lock: Lock::Part, ..Table::by_bucket("voucher", BucketOf::Id("id")) }],
    proofs: &[Proof { name: "statuses of vouchers", count: COUPONS, differ: COUPONS_OFF, values: &[] }],
};

statements! {
    GET = "SELECT id, pid, user_id, activity, tool, token, status, received_at, starts_at, ends_at, trade, held_until,
            used_at, version FROM voucher WHERE bucket = $1 AND id = $2";
    OF_MEMBER = "SELECT id, pid, user_id, activity, tool, token, status, received_at, starts_at, ends_at, trade, held_until,
            used_at, version FROM voucher WHERE bucket = $1 AND pid = $2 AND user_id = $3 AND status IN ('ENABLED', 'USING')
            AND ends_at >= $4 ORDER BY ends_at, id";
    OF_TOKEN = "SELECT id, pid, user_id, activity, tool, token, status, received_at, starts_at, ends_at, trade, held_until,
            used_at, version FROM voucher WHERE bucket = $1 AND token = $2 ORDER BY id";
    UPDATE = "UPDATE voucher SET status = $1, trade = $2, held_until = $3, used_at = $4, version = version + 1
        WHERE bucket = $5 AND id = $6 AND version = $7";
    OF_ACTIVITY: all_buckets = "SELECT CASE WHEN status IN ('ENABLED', 'USING') AND ends_at < $1 THEN 'EXPIRED' ELSE status END AS state,
            COUNT(*) FROM voucher WHERE activity = $2
        GROUP BY CASE WHEN status IN ('ENABLED', 'USING') AND ends_at < $1 THEN 'EXPIRED' ELSE status END";
    // Each coupon that was used leads to its trade: SQLite would look through all trades.
    COST: all_buckets = "SELECT CAST(COALESCE(SUM(trade_voucher.deducted_fen), 0) AS BIGINT),
            CAST(COALESCE(SUM(trade_voucher.merchant_fen), 0) AS BIGINT),
            CAST(COALESCE(SUM(trade_voucher.refunded_fen), 0) AS BIGINT) FROM voucher CROSS JOIN trade_voucher
        WHERE trade_voucher.bucket = voucher.bucket AND trade_voucher.trade = voucher.trade
            AND trade_voucher.voucher = voucher.id AND voucher.activity = $1 AND voucher.status IN ('USED', 'REFUNDED')";
    COUPONS: proof = "SELECT COUNT(*) FROM voucher";
    // A coupon that was used has one bill of it: with the trade that took it, or with none where its holder used it
    // alone.
    COUPONS_OFF: proof = "SELECT voucher.user_id || '/' || CAST(voucher.id AS TEXT), voucher.status,
            'a status that its trade, bills and times allow' FROM voucher
        LEFT JOIN trade ON trade.bucket = voucher.bucket AND trade.id = voucher.trade
        LEFT JOIN trade_voucher ON trade_voucher.bucket = voucher.bucket AND trade_voucher.trade = voucher.trade
            AND trade_voucher.voucher = voucher.id
        LEFT JOIN (SELECT bucket, voucher, COUNT(*) AS times, MAX(trade) AS trade FROM voucher_bill WHERE kind = 'V_USE'
            GROUP BY bucket, voucher) AS uses ON uses.bucket = voucher.bucket AND uses.voucher = voucher.id
        WHERE voucher.tool IS NOT NULL AND NOT (
            (voucher.status IN ('ENABLED', 'EXPIRED') AND voucher.trade IS NULL AND voucher.held_until IS NULL
                AND voucher.used_at IS NULL AND uses.times IS NULL)
            OR (voucher.status = 'USING' AND voucher.held_until IS NOT NULL AND voucher.used_at IS NULL
                AND uses.times IS NULL AND COALESCE(trade.status, '') = 'WAIT_BUYER_PAY')
            OR (voucher.status = 'USED' AND voucher.held_until IS NULL AND voucher.used_at IS NOT NULL
                AND COALESCE(uses.times, 0) = 1 AND COALESCE(uses.trade, 0) = COALESCE(voucher.trade, 0)
                AND (voucher.trade IS NULL OR (trade_voucher.voucher IS NOT NULL AND trade.paid_at IS NOT NULL
                    AND trade.refunded_fen < trade.total_fen)))
            OR (voucher.status = 'REFUNDED' AND voucher.held_until IS NULL AND voucher.used_at IS NOT NULL
                AND COALESCE(uses.times, 0) = 1 AND trade_voucher.voucher IS NOT NULL AND trade.paid_at IS NOT NULL
                AND trade.refunded_fen = trade.total_fen)) ORDER BY 1";
}

static INSERT: Rows<15> = Rows::new(
    "INSERT INTO voucher (bucket, id, pid, user_id, activity, tool, token, status, received_at, starts_at, ends_at, trade,
        held_until, used_at, version) VALUES",
    [
        "INTEGER", "BIGINT", "TEXT", "TEXT", "BIGINT", "BIGINT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BIGINT",
        "BIGINT", "BIGINT", "BIGINT",
    ],
    "",
);

/// What became of an activity's coupons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CouponTotals {
    /// How many were given.
    pub issued: i64,
    /// How many can be used still, or soon, those that a trade holds among them.
    pub unused: i64,
    /// How many were used, and their trades not refunded whole.
    pub used: i64,
    /// How many were used in trades that were refunded whole.
    pub refunded: i64,
    /// How many nobody used in time.
    pub expired: i64,
    /// What they took off trades, fen.
    pub deducted_fen: i64,
    /// What of that was at the merchant's cost.
    pub merchant_fen: i64,
    /// What of what they took off refunds took back.
    pub refunded_fen: i64,
}

/// What became of the coupons of the activity with this number until `now`, UTC milliseconds.
pub fn totals(tx: &mut Tx, activity: i64, now: i64) -> Result<CouponTotals, Fault> {
    let mut totals = CouponTotals::default();
    for (state, count) in tx.query::<(String, i64)>(OF_ACTIVITY, params![now, activity])? {
        totals.issued += count;
        match &*state {
            "USED" => totals.used = count,
            "REFUNDED" => totals.refunded = count,
            "EXPIRED" => totals.expired = count,
            _ => totals.unused += count,
        }
    }
    let (deducted_fen, merchant_fen, refunded_fen) = tx.query_one(COST, params![activity])?;
    Ok(CouponTotals { deducted_fen, merchant_fen, refunded_fen, ..totals })
}

/// Where a member's coupons of a merchant are, and so what their ids carry.
pub fn bucket(pid: &str, user_id: &str) -> Bucket {
    bucket_of(pid, user_id)
}

/// Keeps new coupons, and announces that they were received.
pub fn insert(tx: &mut Tx, coupons: &[IssuedCoupon]) -> Result<(), Fault> {
    tx.execute_rows(&INSERT, coupons.iter().map(columns))?;
    for of_one in coupons.chunk_by(|left, right| left.pid == right.pid) {
        let received = |it: &IssuedCoupon| -> Vec<Event> {
            Event::of_voucher(&it.user_id, it.id.number, Some(it.id.created_at), it.redemption.used_at).collect()
        };
        history::announce(tx, &of_one[0].pid, of_one.iter().flat_map(received))?;
    }
    Ok(())
}

/// The coupon that the store knows by this number, whoever's it is.
pub fn get(tx: &mut Tx, number: i64) -> Result<Option<IssuedCoupon>, Fault> {
    tx.query_opt(GET, params![Bucket::of_id(number), number])
}

/// What a member holds of a merchant's and can use at `now` or later, if no trade has it: the first to end comes first.
pub fn of_member(tx: &mut Tx, pid: &str, user_id: &str, now: i64) -> Result<Vec<IssuedCoupon>, Fault> {
    tx.query(OF_MEMBER, params![bucket(pid, user_id), pid, user_id, window::earliest_open_end(now)])
}

/// What was taken with a token, in the order of their ids; `pid` and `user_id` are the token's.
pub fn of_token(tx: &mut Tx, pid: &str, user_id: &str, token: &str) -> Result<Vec<IssuedCoupon>, Fault> {
    tx.query(OF_TOKEN, params![bucket(pid, user_id), token])
}

/// Keeps what was done with a coupon, and counts it; that it was used is announced. Should another operation have
/// changed it since it was loaded, this one runs again.
pub fn update(tx: &mut Tx, coupon: &IssuedCoupon) -> Result<(), Fault> {
    let IssuedCoupon { id, redemption, version, .. } = coupon;
    let Redemption { status, trade, held_until, used_at, .. } = *redemption;
    let bucket = Bucket::of_id(id.number);
    let values = params![status.name(), trade, held_until, used_at, bucket, id.number, *version];
    if tx.execute(UPDATE, values)? != 1 {
        return Err(tx.fail(Fault::Stale));
    }
    let redeemed_at = used_at.filter(|_| status == Status::Used);
    history::announce(tx, &coupon.pid, Event::of_voucher(&coupon.user_id, id.number, None, redeemed_at))
}

/// What its row holds, in the order of the table.
fn columns(coupon: &IssuedCoupon) -> [Val<'_>; 15] {
    [
        Bucket::of_id(coupon.id.number).into(),
        coupon.id.number.into(),
        (&coupon.pid).into(),
        (&coupon.user_id).into(),
        coupon.activity.into(),
        coupon.tool.into(),
        coupon.token.as_deref().into(),
        coupon.redemption.status.name().into(),
        coupon.id.created_at.into(),
        coupon.redemption.starts_at.into(),
        coupon.redemption.ends_at.into(),
        coupon.redemption.trade.into(),
        coupon.redemption.held_until.into(),
        coupon.redemption.used_at.into(),
        coupon.version.into(),
    ]
}

impl FromRow for IssuedCoupon {
    fn from_row(row: &dyn Row) -> Result<IssuedCoupon, Fault> {
        let status: String = column(row, 6)?;
        Ok(IssuedCoupon {
            id: VoucherId::new(column(row, 7)?, column(row, 0)?),
            pid: column(row, 1)?,
            user_id: column(row, 2)?,
            activity: column(row, 3)?,
            tool: column(row, 4)?,
            token: column(row, 5)?,
            redemption: Redemption {
                status: Status::from_name(&status)
                    .ok_or_else(|| Fault::bug(format!("coupon: unknown status {status}")))?,
                starts_at: column(row, 8)?,
                ends_at: column(row, 9)?,
                trade: column(row, 10)?,
                held_until: column(row, 11)?,
                used_at: column(row, 12)?,
            },
            version: column(row, 13)?,
        })
    }
}
