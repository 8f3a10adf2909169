//! Cash vouchers that users hold. A voucher is in the bucket of its holder, which its id tells.

use domain::cash_voucher::CashVoucher;
use domain::id::{TemplateId, VoucherId};
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
use crate::{job, params};

pub(crate) static MODULE: Module = Module {
    tables: &[Table { without_rowid: true, lock: Lock::Part, ..Table::by_bucket("cash_voucher", BucketOf::Id("id")) }],
    proofs: &[
        Proof { name: "statuses of cash vouchers", count: VOUCHERS, differ: STATUS_OFF, values: &[] },
        Proof { name: "ends of cash vouchers", count: VOUCHERS, differ: ENDS_OFF, values: &[job::VOUCHER_EXPIRE] },
    ],
};

statements! {
    GET = "SELECT id, template, user_id, memo, status, received_at, starts_at, ends_at, trade, held_until, used_at, version
        FROM cash_voucher WHERE bucket = $1 AND id = $2";
    // With what its template says to whoever looks at it: one statement, which most calls need nothing besides.
    LABELLED = "SELECT cash_voucher.id, cash_voucher.template, cash_voucher.user_id, cash_voucher.memo, cash_voucher.status,
            cash_voucher.received_at, cash_voucher.starts_at, cash_voucher.ends_at, cash_voucher.trade,
            cash_voucher.held_until, cash_voucher.used_at, cash_voucher.version, voucher_template.created_at,
            voucher_template.pid, voucher_template.amount_fen, voucher_template.content FROM cash_voucher
        JOIN voucher_template ON voucher_template.id = cash_voucher.template
        WHERE cash_voucher.bucket = $1 AND cash_voucher.id = $2";
    OF_USER = "SELECT id, template, user_id, memo, status, received_at, starts_at, ends_at, trade, held_until, used_at, version
        FROM cash_voucher WHERE bucket = $1 AND id IN (SELECT own.id FROM cash_voucher AS own
            WHERE own.bucket = $1 AND own.user_id = $2 AND own.template = $3) ORDER BY received_at DESC, id DESC";
    // With what decides of their templates: one statement, however many templates a user has vouchers of.
    UNUSED = "SELECT cash_voucher.id, cash_voucher.template, cash_voucher.user_id, cash_voucher.memo, cash_voucher.status,
            cash_voucher.received_at, cash_voucher.starts_at, cash_voucher.ends_at, cash_voucher.trade,
            cash_voucher.held_until, cash_voucher.used_at, cash_voucher.version, voucher_template.amount_fen,
            voucher_template.floor_fen, voucher_template.rules FROM cash_voucher
        JOIN voucher_template ON voucher_template.id = cash_voucher.template
        WHERE cash_voucher.bucket = $1 AND cash_voucher.id IN (SELECT own.id FROM cash_voucher AS own
            WHERE own.bucket = $1 AND own.user_id = $2 AND own.status IN ('ENABLED', 'USING') AND own.ends_at >= $3)
        ORDER BY cash_voucher.ends_at, cash_voucher.id";
    // With whose template it is, so that a use is announced without another statement.
    UPDATE = "UPDATE cash_voucher SET status = $1, trade = $2, held_until = $3, used_at = $4, version = version + 1
        WHERE bucket = $5 AND id = $6 AND version = $7
        RETURNING (SELECT voucher_template.pid FROM voucher_template WHERE voucher_template.id = cash_voucher.template)";
    UPDATE_ROW = "UPDATE cash_voucher SET status = $1, trade = $2, held_until = $3, used_at = $4, version = version + 1
        WHERE bucket = $5 AND id = $6 AND version = $7";
    OVER: all_buckets = "SELECT id, template, user_id, memo, status, received_at, starts_at, ends_at, trade, held_until, used_at,
            version FROM cash_voucher
        WHERE template = $1 AND status IN ('ENABLED', 'DISABLED', 'USING') AND ends_at < $2 ORDER BY ends_at LIMIT $3";
    FIRST_END: all_buckets = "SELECT MIN(ends_at) FROM cash_voucher
        WHERE template = $1 AND status IN ('ENABLED', 'DISABLED', 'USING')";
    VOUCHERS: proof = "SELECT COUNT(*) FROM cash_voucher";
    STATUS_OFF: proof = "SELECT cash_voucher.user_id || '/' || CAST(cash_voucher.id AS TEXT), cash_voucher.status,
            'a status that its trade, bills and times allow' FROM cash_voucher
        LEFT JOIN trade ON trade.id = cash_voucher.trade
        LEFT JOIN trade_voucher ON trade_voucher.trade = cash_voucher.trade AND trade_voucher.voucher = cash_voucher.id
            AND trade_voucher.template IS NOT NULL
        LEFT JOIN (SELECT bucket, voucher, COUNT(*) AS times, MAX(trade) AS trade FROM voucher_bill WHERE kind = 'V_USE'
            GROUP BY bucket, voucher) AS uses ON uses.bucket = cash_voucher.bucket AND uses.voucher = cash_voucher.id
        WHERE NOT (
            (cash_voucher.status IN ('ENABLED', 'DISABLED', 'EXPIRED') AND cash_voucher.trade IS NULL
                AND cash_voucher.held_until IS NULL AND cash_voucher.used_at IS NULL AND uses.times IS NULL)
            OR (cash_voucher.status = 'USING' AND cash_voucher.held_until IS NOT NULL AND cash_voucher.used_at IS NULL
                AND uses.times IS NULL AND COALESCE(trade.status, '') = 'WAIT_BUYER_PAY')
            OR (cash_voucher.status IN ('USED', 'REFUNDED') AND cash_voucher.held_until IS NULL
                AND cash_voucher.used_at IS NOT NULL AND COALESCE(uses.times, 0) = 1 AND uses.trade = cash_voucher.trade
                AND trade_voucher.voucher IS NOT NULL AND trade.paid_at IS NOT NULL AND trade.buyer_id = cash_voucher.user_id
                AND CASE WHEN trade.refunded_fen = trade.total_fen THEN 'REFUNDED' ELSE 'USED' END = cash_voucher.status))
        ORDER BY 1";
    ENDS_OFF: proof = "SELECT CAST(live.template AS TEXT), CAST(live.vouchers AS TEXT) || ' vouchers', 'no job' FROM
        (SELECT template, COUNT(*) AS vouchers FROM cash_voucher WHERE status IN ('ENABLED', 'DISABLED', 'USING')
            GROUP BY template) AS live
        LEFT JOIN job ON job.subject = live.template AND job.kind = $1 WHERE job.kind IS NULL ORDER BY 1";
}

static INSERT: Rows<13> = Rows::new(
    "INSERT INTO cash_voucher (bucket, id, template, user_id, memo, status, received_at, starts_at, ends_at, trade, held_until,
        used_at, version) VALUES",
    [
        "INTEGER", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT",
        "BIGINT",
    ],
    "",
);

static UPDATE_ROWS: Rows<7> = Rows::new(
    "WITH new (status, trade, held_until, used_at, bucket, id, version) AS (VALUES",
    ["TEXT", "BIGINT", "BIGINT", "BIGINT", "INTEGER", "BIGINT", "BIGINT"],
    ") UPDATE cash_voucher SET status = new.status, trade = new.trade, held_until = new.held_until, used_at = new.used_at,
        version = new.version + 1 FROM new
        WHERE cash_voucher.bucket = new.bucket AND cash_voucher.id = new.id AND cash_voucher.version = new.version",
)
.or_alone(UPDATE_ROW);

/// A user's voucher that was not used, with what its template says of its use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedVoucher {
    /// The voucher.
    pub voucher: CashVoucher,
    /// What it takes off at most, fen.
    pub amount_fen: i64,
    /// The least order that it can be used for, fen.
    pub floor_fen: i64,
    /// Where it can be used, in the form that the template's maker keeps it.
    pub rules: String,
}

/// A voucher with what its template says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledVoucher {
    /// The voucher.
    pub voucher: CashVoucher,
    /// Its template.
    pub template: TemplateId,
    /// The merchant that gives it.
    pub pid: String,
    /// What it takes off at most, fen.
    pub amount_fen: i64,
    /// What the template was made with to be shown, in the form that the template's maker keeps it.
    pub content: String,
}

/// Where a user's vouchers are, and so what their ids carry.
pub fn bucket(user_id: &str) -> Bucket {
    bucket_of("", user_id)
}

/// Keeps new vouchers of the templates of one merchant, `pid`, and announces that they were received.
pub fn insert(tx: &mut Tx, pid: &str, vouchers: &[CashVoucher]) -> Result<(), Fault> {
    tx.execute_rows(&INSERT, vouchers.iter().map(columns))?;
    let received = |it: &CashVoucher| -> Vec<Event> {
        Event::of_voucher(&it.user_id, it.id.number, Some(it.id.created_at), it.redemption.used_at).collect()
    };
    history::announce(tx, pid, vouchers.iter().flat_map(received))
}

/// The voucher that the store knows by this number, whoever's it is.
pub fn get(tx: &mut Tx, number: i64) -> Result<Option<CashVoucher>, Fault> {
    tx.query_opt(GET, params![Bucket::of_id(number), number])
}

/// The same with what its template says of it.
pub fn labelled(tx: &mut Tx, number: i64) -> Result<Option<LabelledVoucher>, Fault> {
    tx.query_opt(LABELLED, params![Bucket::of_id(number), number])
}

/// All vouchers of a template that a user was sent, newest first.
pub fn of_user(tx: &mut Tx, user_id: &str, template: i64) -> Result<Vec<CashVoucher>, Fault> {
    tx.query(OF_USER, params![bucket(user_id), user_id, template])
}

/// What a user has not used and can use at `now` or later, if no trade has it: the first to end comes first.
pub fn unused(tx: &mut Tx, user_id: &str, now: i64) -> Result<Vec<UnusedVoucher>, Fault> {
    tx.query(UNUSED, params![bucket(user_id), user_id, window::earliest_open_end(now)])
}

/// Keeps what was done with a voucher, and counts it; that it was used is announced. Should another operation have
/// changed it since it was loaded, this one runs again.
pub fn update(tx: &mut Tx, voucher: &CashVoucher) -> Result<(), Fault> {
    let Some((pid,)) = tx.query_opt::<(Option<String>,)>(UPDATE, &changed_columns(voucher))? else {
        return Err(tx.fail(Fault::Stale));
    };
    let Redemption { status, used_at, .. } = voucher.redemption;
    let redeemed_at = used_at.filter(|_| status == Status::Used);
    let redeemed = Event::of_voucher(&voucher.user_id, voucher.id.number, None, redeemed_at);
    pid.map_or(Ok(()), |pid| history::announce(tx, &pid, redeemed))
}

/// The same for many that were not used, but for those that another operation has changed since they were loaded, of
/// which nothing is kept; how many were kept.
pub fn update_current(tx: &mut Tx, vouchers: &[CashVoucher]) -> Result<i64, Fault> {
    let kept = tx.execute_rows(&UPDATE_ROWS, vouchers.iter().map(changed_columns))?;
    Ok(i64::try_from(kept).expect("fewer than memory has bytes"))
}

/// The first `limit` of a template's unused vouchers whose time is over at `now`.
pub fn over(tx: &mut Tx, template: i64, now: i64, limit: i64) -> Result<Vec<CashVoucher>, Fault> {
    tx.query(OVER, params![template, window::earliest_open_end(now), limit])
}

/// The first end of a template's unused vouchers.
pub fn first_end(tx: &mut Tx, template: i64) -> Result<Option<i64>, Fault> {
    Ok(tx.query_one::<(Option<i64>,)>(FIRST_END, params![template])?.0)
}

/// What can change of its row, and which row that is.
fn changed_columns(voucher: &CashVoucher) -> [Val<'_>; 7] {
    let CashVoucher { id, redemption, version, .. } = voucher;
    let Redemption { status, trade, held_until, used_at, .. } = *redemption;
    [
        status.name().into(),
        trade.into(),
        held_until.into(),
        used_at.into(),
        Bucket::of_id(id.number).into(),
        id.number.into(),
        (*version).into(),
    ]
}

/// What its row holds, in the order of the table.
fn columns(voucher: &CashVoucher) -> [Val<'_>; 13] {
    let CashVoucher { id, template, user_id, memo, redemption, version } = voucher;
    let Redemption { status, starts_at, ends_at, trade, held_until, used_at } = *redemption;
    [
        Bucket::of_id(id.number).into(),
        id.number.into(),
        (*template).into(),
        user_id.into(),
        memo.as_deref().into(),
        status.name().into(),
        id.created_at.into(),
        starts_at.into(),
        ends_at.into(),
        trade.into(),
        held_until.into(),
        used_at.into(),
        (*version).into(),
    ]
}

impl FromRow for CashVoucher {
    fn from_row(row: &dyn Row) -> Result<CashVoucher, Fault> {
        let status: String = column(row, 4)?;
        Ok(CashVoucher {
            id: VoucherId::new(column(row, 5)?, column(row, 0)?),
            template: column(row, 1)?,
            user_id: column(row, 2)?,
            memo: column(row, 3)?,
            redemption: Redemption {
                status: Status::from_name(&status)
                    .ok_or_else(|| Fault::bug(format!("cash voucher: unknown status {status}")))?,
                starts_at: column(row, 6)?,
                ends_at: column(row, 7)?,
                trade: column(row, 8)?,
                held_until: column(row, 9)?,
                used_at: column(row, 10)?,
            },
            version: column(row, 11)?,
        })
    }
}

impl FromRow for UnusedVoucher {
    fn from_row(row: &dyn Row) -> Result<UnusedVoucher, Fault> {
        Ok(UnusedVoucher {
            voucher: CashVoucher::from_row(row)?,
            amount_fen: column(row, 12)?,
            floor_fen: column(row, 13)?,
            rules: column(row, 14)?,
        })
    }
}

impl FromRow for LabelledVoucher {
    fn from_row(row: &dyn Row) -> Result<LabelledVoucher, Fault> {
        let voucher = CashVoucher::from_row(row)?;
        Ok(LabelledVoucher {
            template: TemplateId::new(column(row, 12)?, voucher.template),
            pid: column(row, 13)?,
            amount_fen: column(row, 14)?,
            content: column(row, 15)?,
            voucher,
        })
    }
}
