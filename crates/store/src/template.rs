//! Templates of cash vouchers, and the totals of what happened to their vouchers.

use domain::id::{TemplateId, TemplateIdText};
use domain::template::{Publication, Status, Template, Totals, Unit, ValidPeriod};
use domain::trade::Origin;

use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val, column};
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::{job, ledger, params};

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { without_rowid: true, lock: Lock::Thing, ..Table::on_every_node("voucher_template") },
        Table {
            without_rowid: true,
            lock: Lock::Counter,
            ..Table::by_bucket("template_total", BucketOf::Id("template"))
        },
    ],
    proofs: &[
        Proof { name: "totals of templates", count: TEMPLATES, differ: TOTALS_OFF, values: &[ledger::RECYCLE] },
        Proof { name: "money of templates", count: TEMPLATES, differ: MONEY_OFF, values: &[] },
        Proof { name: "ends of templates", count: TEMPLATES, differ: ENDS_OFF, values: &[job::TEMPLATE_EXPIRE] },
    ],
};

statements! {
    INSERT = "INSERT INTO voucher_template (id, pid, status, sponsor_id, amount_fen, floor_fen, quantity, publish_starts_at,
            publish_ends_at, valid_starts_at, valid_ends_at, valid_duration, valid_unit, rules, content, page_token, app_id,
            auth_app_id, notify_url, sign_type, created_at, paid_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)";
    OPEN_TOTAL = "INSERT INTO template_total (bucket, template, quantity, published, used, used_fen, expired, refunded_fen,
            returned_fen) VALUES ($1, $2, $3, 0, 0, 0, 0, 0, 0)";
    UPDATE = "UPDATE voucher_template SET status = $1, publish_starts_at = $2, publish_ends_at = $3, valid_starts_at = $4,
            valid_ends_at = $5, valid_duration = $6, valid_unit = $7, content = $8, paid_at = $9, version = version + 1
        WHERE id = $10 AND version = $11";
    GET = "SELECT id, pid, status, sponsor_id, amount_fen, floor_fen, quantity, publish_starts_at, publish_ends_at,
            valid_starts_at, valid_ends_at, valid_duration, valid_unit, rules, content, page_token, app_id, auth_app_id,
            notify_url, sign_type, created_at, paid_at, version FROM voucher_template WHERE id = $1";
    PAGE = "SELECT id, pid, status, sponsor_id, amount_fen, floor_fen, quantity, publish_starts_at, publish_ends_at,
            valid_starts_at, valid_ends_at, valid_duration, valid_unit, rules, content, page_token, app_id, auth_app_id,
            notify_url, sign_type, created_at, paid_at, version FROM voucher_template
        WHERE pid = $1 AND status <> 'D' AND created_at BETWEEN $2 AND $3 ORDER BY created_at DESC, id DESC LIMIT $4 OFFSET $5";
    COUNT = "SELECT COUNT(*) FROM voucher_template WHERE pid = $1 AND status <> 'D' AND created_at BETWEEN $2 AND $3";
    FUNDED = "SELECT id, pid, status, sponsor_id, amount_fen, floor_fen, quantity, publish_starts_at, publish_ends_at,
            valid_starts_at, valid_ends_at, valid_duration, valid_unit, rules, content, page_token, app_id, auth_app_id,
            notify_url, sign_type, created_at, paid_at, version FROM voucher_template
        WHERE pid = $1 AND paid_at IS NOT NULL AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4";
    TOTALS = "SELECT published, used, used_fen, expired, refunded_fen, returned_fen FROM template_total
        WHERE bucket = $1 AND template = $2";
    HOLD = "UPDATE template_total SET used = used WHERE bucket = $1 AND template = $2";
    // The second condition is that the fund is enough for all that can be used then: once the end of sending is
    // recorded, what was left has gone back, and who had loaded the template before that sends nothing that nobody paid
    // for.
    PUBLISH = "UPDATE template_total SET published = published + $1
        WHERE bucket = $2 AND template = $3 AND published + $1 <= quantity
            AND used_fen + returned_fen <= $4 * (quantity - published - $1 + used + expired)";
    USE = "UPDATE template_total SET used = used + 1, used_fen = used_fen + $1 WHERE bucket = $2 AND template = $3";
    EXPIRE = "UPDATE template_total SET expired = expired + $1 WHERE bucket = $2 AND template = $3";
    REFUND = "UPDATE template_total SET refunded_fen = refunded_fen + $1 WHERE bucket = $2 AND template = $3";
    RETURN = "UPDATE template_total SET returned_fen = returned_fen + $1 WHERE bucket = $2 AND template = $3";
    TEMPLATES: proof = "SELECT COUNT(*) FROM voucher_template";
    TOTALS_OFF: proof = "SELECT sums.name, CAST(sums.published AS TEXT) || ' sent, ' || CAST(sums.used AS TEXT) || ' used for '
            || CAST(sums.used_fen AS TEXT) || ', ' || CAST(sums.expired AS TEXT) || ' expired, ' || CAST(sums.refunded_fen AS TEXT)
            || ' refunded, ' || CAST(sums.returned_fen AS TEXT) || ' returned',
            CAST(sums.held AS TEXT) || ' sent, ' || CAST(sums.uses AS TEXT) || ' used for ' || CAST(sums.taken_fen AS TEXT) || ', '
            || CAST(sums.over AS TEXT) || ' expired, ' || CAST(sums.back_fen AS TEXT) || ' refunded, '
            || CAST(sums.moved_fen AS TEXT) || ' returned' FROM
        (SELECT voucher_template.pid || '/' || CAST(voucher_template.id AS TEXT) AS name,
            COALESCE(template_total.published, -1) AS published, COALESCE(template_total.used, 0) AS used,
            COALESCE(template_total.used_fen, 0) AS used_fen, COALESCE(template_total.expired, 0) AS expired,
            COALESCE(template_total.refunded_fen, 0) AS refunded_fen, COALESCE(template_total.returned_fen, 0) AS returned_fen,
            COALESCE(held.vouchers, 0) AS held, COALESCE(held.over, 0) AS over, COALESCE(bills.uses, 0) AS uses,
            COALESCE(bills.taken_fen, 0) AS taken_fen, COALESCE(bills.back_fen, 0) AS back_fen,
            COALESCE(moved.fen, 0) AS moved_fen FROM voucher_template
        LEFT JOIN template_total ON template_total.template = voucher_template.id
            AND template_total.quantity = voucher_template.quantity
        LEFT JOIN (SELECT template, COUNT(*) AS vouchers,
            CAST(SUM(CASE WHEN status = 'EXPIRED' THEN 1 ELSE 0 END) AS BIGINT) AS over FROM cash_voucher GROUP BY template)
            AS held ON held.template = voucher_template.id
        LEFT JOIN (SELECT cash_voucher.template,
            CAST(SUM(CASE WHEN voucher_bill.kind = 'V_USE' THEN 1 ELSE 0 END) AS BIGINT) AS uses,
            CAST(SUM(CASE WHEN voucher_bill.kind = 'V_USE' THEN voucher_bill.amount_fen ELSE 0 END) AS BIGINT) AS taken_fen,
            CAST(SUM(CASE WHEN voucher_bill.kind = 'V_REFUND' THEN voucher_bill.amount_fen ELSE 0 END) AS BIGINT) AS back_fen
            FROM voucher_bill JOIN cash_voucher ON cash_voucher.bucket = voucher_bill.bucket
                AND cash_voucher.id = voucher_bill.voucher GROUP BY cash_voucher.template) AS bills
            ON bills.template = voucher_template.id
        LEFT JOIN (SELECT debit, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM transfer WHERE kind = $1 GROUP BY debit)
            AS moved ON moved.debit = 'template/' || CAST(voucher_template.id AS TEXT)) AS sums
        WHERE sums.published <> sums.held OR sums.used <> sums.uses OR sums.used_fen <> sums.taken_fen
            OR sums.expired <> sums.over OR sums.refunded_fen <> sums.back_fen OR sums.returned_fen <> sums.moved_fen
        ORDER BY 1";
    // A paid template's fund has what was paid less what was used and returned: enough for every voucher that can still
    // be used and, until sending is over, for those that are left; nothing when all is over.
    MONEY_OFF: proof = "SELECT sums.name, CAST(sums.fund_fen AS TEXT),
            CAST(sums.paid_fen - sums.used_fen - sums.returned_fen AS TEXT) || ', at least ' || CAST(sums.bound_fen AS TEXT) FROM
        (SELECT voucher_template.pid || '/' || CAST(voucher_template.id AS TEXT) AS name, voucher_template.status,
            COALESCE(fund.balance_fen, 0) AS fund_fen,
            CASE WHEN voucher_template.paid_at IS NULL THEN 0 ELSE voucher_template.amount_fen * voucher_template.quantity END
                AS paid_fen,
            template_total.used_fen, template_total.returned_fen,
            template_total.published - template_total.used - template_total.expired AS live,
            CASE WHEN voucher_template.paid_at IS NULL THEN 0 ELSE voucher_template.amount_fen * (
                CASE WHEN voucher_template.status = 'S' THEN voucher_template.quantity ELSE template_total.published END
                - template_total.used - template_total.expired) END AS bound_fen FROM voucher_template
        JOIN template_total ON template_total.template = voucher_template.id
        LEFT JOIN fund ON fund.name = 'template/' || CAST(voucher_template.id AS TEXT)) AS sums
        WHERE sums.fund_fen <> sums.paid_fen - sums.used_fen - sums.returned_fen OR sums.fund_fen < sums.bound_fen
            OR (sums.status = 'E' AND sums.live = 0 AND sums.fund_fen <> 0) OR (sums.paid_fen = 0 AND sums.live <> 0)
        ORDER BY 1";
    ENDS_OFF: proof = "SELECT voucher_template.pid || '/' || CAST(voucher_template.id AS TEXT), voucher_template.status,
            COALESCE(CAST(job.due_at AS TEXT), 'no job') FROM voucher_template
        LEFT JOIN job ON job.subject = voucher_template.id AND job.kind = $1
        WHERE (voucher_template.status IN ('I', 'S')
                AND (job.kind IS NULL OR job.due_at <> voucher_template.publish_ends_at + 1000))
            OR (voucher_template.status IN ('E', 'D') AND job.kind IS NOT NULL)
            OR (voucher_template.status = 'S' AND voucher_template.paid_at IS NULL)
            OR (voucher_template.status IN ('I', 'D') AND voucher_template.paid_at IS NOT NULL) ORDER BY 1";
}

/// What the numbers of a merchant's templates carry.
pub fn bucket(pid: &str) -> Bucket {
    bucket_of(pid, "")
}

/// Keeps a new template, of which nothing was sent.
pub fn insert(tx: &mut Tx, template: &Template) -> Result<(), Fault> {
    let Template { id, pid, status, sponsor_id, amount_fen, floor_fen, quantity, publication, .. } = template;
    let Template { rules, content, page_token, paid_at, version, .. } = template;
    let Origin { app_id, auth_app_id, notify_url, sign_type } = &template.origin;
    let [valid_starts_at, valid_ends_at, valid_duration, valid_unit] = valid_columns(template.valid_period);
    let values = params![
        id.number,
        pid,
        status.name(),
        sponsor_id,
        *amount_fen,
        *floor_fen,
        *quantity,
        publication.starts_at,
        publication.ends_at,
        valid_starts_at,
        valid_ends_at,
        valid_duration,
        valid_unit,
        rules,
        content,
        page_token,
        app_id,
        auth_app_id,
        notify_url.as_deref(),
        sign_type,
        id.created_at,
        *paid_at,
        *version
    ];
    tx.execute(INSERT, values)?;
    tx.execute(OPEN_TOTAL, params![Bucket::of_id(id.number), id.number, *quantity]).map(drop)
}

/// Keeps what happened to a template, and counts it. Should another operation have changed it since it was loaded,
/// this one runs again.
pub fn update(tx: &mut Tx, template: &Template) -> Result<(), Fault> {
    let Template { id, status, publication, content, paid_at, version, .. } = template;
    let [valid_starts_at, valid_ends_at, valid_duration, valid_unit] = valid_columns(template.valid_period);
    let values = params![
        status.name(),
        publication.starts_at,
        publication.ends_at,
        valid_starts_at,
        valid_ends_at,
        valid_duration,
        valid_unit,
        content,
        *paid_at,
        id.number,
        *version
    ];
    if tx.execute(UPDATE, values)? == 1 { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// The template that the store knows by this number, whoever's it is.
pub fn get(tx: &mut Tx, number: i64) -> Result<Option<Template>, Fault> {
    tx.query_opt(GET, params![number])
}

/// A merchant's template; `None` for one that was never made, is another merchant's, or has another day.
pub fn find(tx: &mut Tx, pid: &str, id: TemplateIdText) -> Result<Option<Template>, Fault> {
    Ok(get(tx, id.number)?.filter(|template| template.pid == pid && id.names(template.id)))
}

/// One page of a merchant's templates that were made from `from` to `until` and not deleted, newest first, and how many
/// there are on all pages.
pub fn page(
    tx: &mut Tx,
    pid: &str,
    (from, until): (i64, i64),
    limit: i64,
    offset: i64,
) -> Result<(Vec<Template>, i64), Fault> {
    let (total,) = tx.query_one(COUNT, params![pid, from, until])?;
    Ok((tx.query(PAGE, params![pid, from, until, limit, offset])?, total))
}

/// At most `limit` of a merchant's templates that were paid for, newest first, below the one that was made then and has
/// this number.
pub fn funded(tx: &mut Tx, pid: &str, after: Option<(i64, i64)>, limit: u32) -> Result<Vec<Template>, Fault> {
    let (at, number) = after.unwrap_or((i64::MAX, i64::MAX));
    tx.query(FUNDED, params![pid, at, number, limit])
}

/// What happened to a template's vouchers.
pub fn totals(tx: &mut Tx, template: i64) -> Result<Totals, Fault> {
    let row = tx.query_one(TOTALS, params![Bucket::of_id(template), template])?;
    let (published, used, used_fen, expired, refunded_fen, returned_fen) = row;
    Ok(Totals { published, used, used_fen, expired, refunded_fen, returned_fen })
}

/// The same, which nobody else changes before this transaction ends.
pub fn hold_totals(tx: &mut Tx, template: i64) -> Result<Totals, Fault> {
    add(tx, HOLD, params![Bucket::of_id(template), template])?;
    totals(tx, template)
}

/// Counts `n` vouchers that are sent, all or none; whether they were left, and what they are worth in the fund.
pub fn publish(tx: &mut Tx, template: &Template, n: i64) -> Result<bool, Fault> {
    let number = template.id.number;
    Ok(tx.execute(PUBLISH, params![n, Bucket::of_id(number), number, template.amount_fen])? == 1)
}

/// The same for who has read in this transaction that `n` are left: should another one have sent them, or recorded the
/// end of sending meanwhile, this one runs again.
pub fn publish_left(tx: &mut Tx, template: &Template, n: i64) -> Result<(), Fault> {
    if publish(tx, template, n)? { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// Counts a voucher that was used, and what it took off.
pub fn count_use(tx: &mut Tx, template: i64, fen: i64) -> Result<(), Fault> {
    add(tx, USE, params![fen, Bucket::of_id(template), template])
}

/// Counts `n` vouchers whose time went by unused.
pub fn count_expired(tx: &mut Tx, template: i64, n: i64) -> Result<(), Fault> {
    add(tx, EXPIRE, params![n, Bucket::of_id(template), template])
}

/// Counts what a refund of a trade gave back to the sponsor.
pub fn count_refund(tx: &mut Tx, template: i64, fen: i64) -> Result<(), Fault> {
    add(tx, REFUND, params![fen, Bucket::of_id(template), template])
}

/// Counts what the fund gave back to the sponsor.
pub fn count_return(tx: &mut Tx, template: i64, fen: i64) -> Result<(), Fault> {
    add(tx, RETURN, params![fen, Bucket::of_id(template), template])
}

fn add(tx: &mut Tx, sql: &'static str, values: &[Val<'_>]) -> Result<(), Fault> {
    if tx.execute(sql, values)? == 1 { Ok(()) } else { Err(tx.fail(Fault::bug("a template without totals"))) }
}

fn valid_columns(period: ValidPeriod) -> [Val<'static>; 4] {
    match period {
        ValidPeriod::Absolute { starts_at, ends_at } => [starts_at.into(), ends_at.into(), Val::Null, Val::Null],
        ValidPeriod::Relative { duration, unit } => [Val::Null, Val::Null, duration.into(), unit.name().into()],
    }
}

impl FromRow for Template {
    fn from_row(row: &dyn Row) -> Result<Template, Fault> {
        let status: String = column(row, 2)?;
        let period: [Option<i64>; 3] = [column(row, 9)?, column(row, 10)?, column(row, 11)?];
        let unit: Option<String> = column(row, 12)?;
        let valid_period = match (period, unit.as_deref().and_then(Unit::from_name)) {
            ([Some(starts_at), Some(ends_at), None], None) => ValidPeriod::Absolute { starts_at, ends_at },
            ([None, None, Some(duration)], Some(unit)) => ValidPeriod::Relative { duration, unit },
            _ => return Err(Fault::bug("a template without a period of validity")),
        };
        Ok(Template {
            id: TemplateId::new(column(row, 20)?, column(row, 0)?),
            pid: column(row, 1)?,
            status: Status::from_name(&status)
                .ok_or_else(|| Fault::bug(format!("template: unknown status {status}")))?,
            sponsor_id: column(row, 3)?,
            amount_fen: column(row, 4)?,
            floor_fen: column(row, 5)?,
            quantity: column(row, 6)?,
            publication: Publication { starts_at: column(row, 7)?, ends_at: column(row, 8)? },
            valid_period,
            rules: column(row, 13)?,
            content: column(row, 14)?,
            page_token: column(row, 15)?,
            origin: Origin {
                app_id: column(row, 16)?,
                auth_app_id: column(row, 17)?,
                notify_url: column(row, 18)?,
                sign_type: column(row, 19)?,
            },
            paid_at: column(row, 21)?,
            version: column(row, 22)?,
        })
    }
}
