//! Batches of cash vouchers: a template's vouchers, sent to the recipients of a list page by page.

use domain::id::{BatchId, BatchIdText};
use domain::voucher_batch::{Batch, Status};

use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{BucketOf, Lock, Module, Proof, Table};
use crate::engine::tx::Tx;
use crate::{job, params};

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { without_rowid: true, lock: Lock::Thing, ..Table::on_every_node("voucher_batch") },
        Table { lock: Lock::Part, ..Table::by_bucket("voucher_batch_page", BucketOf::Id("batch")) },
    ],
    proofs: &[
        Proof { name: "batches of vouchers", count: BATCHES, differ: SUMS_OFF, values: &[] },
        Proof { name: "jobs of batches", count: BATCHES, differ: JOBS_OFF, values: &[job::VOUCHER_BATCH] },
    ],
};

statements! {
    INSERT = "INSERT INTO voucher_batch (id, template, source, round, name, memo, status, recipients, pages, next_page, sent,
            refused, created_at, ended_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 0, $10, NULL, 1) ON CONFLICT (template, source, round) DO NOTHING";
    GET = "SELECT id, template, source, round, name, memo, status, recipients, pages, next_page, sent, refused, created_at,
            ended_at, version FROM voucher_batch WHERE id = $1";
    LATEST = "SELECT id, template, source, round, name, memo, status, recipients, pages, next_page, sent, refused, created_at,
            ended_at, version FROM voucher_batch WHERE template = $1 AND source = $2 ORDER BY round DESC LIMIT 1";
    NEWEST = "SELECT id, template, source, round, name, memo, status, recipients, pages, next_page, sent, refused, created_at,
            ended_at, version FROM voucher_batch ORDER BY created_at DESC, id DESC LIMIT $1";
    OF_SOURCE = "SELECT id, template, source, round, name, memo, status, recipients, pages, next_page, sent, refused, created_at,
            ended_at, version FROM voucher_batch WHERE source = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
    UPDATE = "UPDATE voucher_batch SET status = $1, next_page = $2, sent = $3, refused = $4, ended_at = $5,
        version = version + 1 WHERE id = $6 AND version = $7";
    PAGE = "SELECT recipients, results FROM voucher_batch_page WHERE bucket = $1 AND batch = $2 AND page = $3";
    END_PAGE = "UPDATE voucher_batch_page SET results = $1, sent = $2, refused = $3
        WHERE bucket = $4 AND batch = $5 AND page = $6 AND results IS NULL";
    BATCHES: proof = "SELECT COUNT(*) FROM voucher_batch";
    SUMS_OFF: proof = "SELECT CAST(voucher_batch.id AS TEXT), CAST(voucher_batch.sent AS TEXT) || ' sent, '
            || CAST(voucher_batch.refused AS TEXT) || ' refused on ' || CAST(voucher_batch.next_page AS TEXT) || ' of '
            || CAST(voucher_batch.pages AS TEXT) || ' pages',
            CAST(sums.sent AS TEXT) || ' sent, ' || CAST(sums.refused AS TEXT) || ' refused on ' || CAST(sums.done AS TEXT)
            || ' of ' || CAST(sums.pages AS TEXT) || ' pages' FROM voucher_batch
        JOIN (SELECT batch, COUNT(*) AS pages, CAST(SUM(CASE WHEN results IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS done,
            CAST(SUM(sent) AS BIGINT) AS sent, CAST(SUM(refused) AS BIGINT) AS refused FROM voucher_batch_page GROUP BY batch)
            AS sums ON sums.batch = voucher_batch.id
        WHERE voucher_batch.sent <> sums.sent OR voucher_batch.refused <> sums.refused OR voucher_batch.pages <> sums.pages
            OR voucher_batch.next_page <> sums.done
            OR (voucher_batch.status = 'DONE' AND sums.sent + sums.refused <> voucher_batch.recipients) ORDER BY 1";
    JOBS_OFF: proof = "SELECT CAST(voucher_batch.id AS TEXT), voucher_batch.status,
            CASE WHEN job.kind IS NULL THEN 'no job' ELSE 'a job' END FROM voucher_batch
        LEFT JOIN job ON job.subject = voucher_batch.id AND job.kind = $1
        WHERE (voucher_batch.status = 'RUNNING' AND job.kind IS NULL)
            OR (voucher_batch.status = 'DONE' AND job.kind IS NOT NULL) ORDER BY 1";
}

static INSERT_PAGE: Rows<4> = Rows::new(
    "INSERT INTO voucher_batch_page (bucket, batch, page, recipients) VALUES",
    ["INTEGER", "BIGINT", "BIGINT", "TEXT"],
    "",
);

/// A page: a line for each recipient, and once it is done a line for what each got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The recipients.
    pub recipients: String,
    /// What they got; `None` while the page is not done.
    pub results: Option<String>,
}

/// Keeps a new batch with its pages. Should another operation have begun the same one meanwhile, this one runs again.
pub fn insert(tx: &mut Tx, batch: &Batch, pages: &[String]) -> Result<(), Fault> {
    let Batch { id, template, source, round, name, memo, status, recipients, pages: count, .. } = batch;
    let values = params![
        id.number,
        *template,
        source,
        *round,
        name,
        memo.as_deref(),
        status.name(),
        *recipients,
        *count,
        id.created_at
    ];
    if tx.execute(INSERT, values)? == 0 {
        return Err(tx.fail(Fault::Stale));
    }
    let bucket = Bucket::of_id(id.number);
    let rows = pages
        .iter()
        .zip(0_i64..)
        .map(|(recipients, page)| [bucket.into(), id.number.into(), page.into(), recipients.as_str().into()]);
    tx.execute_rows(&INSERT_PAGE, rows).map(drop)
}

/// The batch that the store knows by this number.
pub fn get(tx: &mut Tx, number: i64) -> Result<Option<Batch>, Fault> {
    tx.query_opt(GET, params![number])
}

/// A batch by its id; `None` for one that was never made, or has another day.
pub fn find(tx: &mut Tx, id: BatchIdText) -> Result<Option<Batch>, Fault> {
    Ok(get(tx, id.number)?.filter(|batch| id.names(batch.id)))
}

/// The last round in which this list got vouchers of this template.
pub fn latest(tx: &mut Tx, template: i64, source: &str) -> Result<Option<Batch>, Fault> {
    tx.query_opt(LATEST, params![template, source])
}

/// The `limit` newest batches, the newest first.
pub fn newest(tx: &mut Tx, limit: i64) -> Result<Vec<Batch>, Fault> {
    tx.query(NEWEST, params![limit])
}

/// The newest `limit` batches to this list of recipients, of whatever template.
pub fn of_source(tx: &mut Tx, source: &str, limit: i64) -> Result<Vec<Batch>, Fault> {
    tx.query(OF_SOURCE, params![source, limit])
}

/// Keeps how far a batch is, and counts it. Should another operation have changed it since it was loaded, this one runs
/// again.
pub fn update(tx: &mut Tx, batch: &Batch) -> Result<(), Fault> {
    let Batch { id, status, next_page, sent, refused, ended_at, version, .. } = batch;
    let values = params![status.name(), *next_page, *sent, *refused, *ended_at, id.number, *version];
    if tx.execute(UPDATE, values)? == 1 { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// A page of a batch, counted from 0.
pub fn page(tx: &mut Tx, batch: i64, page: i64) -> Result<Option<Page>, Fault> {
    tx.query_opt(PAGE, params![Bucket::of_id(batch), batch, page])
}

/// Keeps what the recipients of a page got. Should another operation have done the page meanwhile, this one runs again.
pub fn end_page(tx: &mut Tx, batch: i64, page: i64, results: &str, sent: i64, refused: i64) -> Result<(), Fault> {
    let values = params![results, sent, refused, Bucket::of_id(batch), batch, page];
    if tx.execute(END_PAGE, values)? == 1 { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

impl FromRow for Page {
    fn from_row(row: &dyn Row) -> Result<Page, Fault> {
        Ok(Page { recipients: column(row, 0)?, results: column(row, 1)? })
    }
}

impl FromRow for Batch {
    fn from_row(row: &dyn Row) -> Result<Batch, Fault> {
        let status: String = column(row, 6)?;
        Ok(Batch {
            id: BatchId::new(column(row, 12)?, column(row, 0)?),
            template: column(row, 1)?,
            source: column(row, 2)?,
            round: column(row, 3)?,
            name: column(row, 4)?,
            memo: column(row, 5)?,
            status: Status::from_name(&status)
                .ok_or_else(|| Fault::bug(format!("batch of vouchers: unknown status {status}")))?,
            recipients: column(row, 7)?,
            pages: column(row, 8)?,
            next_page: column(row, 9)?,
            sent: column(row, 10)?,
            refused: column(row, 11)?,
            ended_at: column(row, 13)?,
            version: column(row, 14)?,
        })
    }
}
