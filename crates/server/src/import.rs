//! Members, trades and vouchers from a file: CSV or NDJSON, gzipped or not, told apart by what they begin with.
//!
//! One thread reads and checks rows and makes chunks of them while the store writes the chunk before. A row is whole or
//! absent; a bad one is reported by its line and the rest is taken; importing a file twice changes nothing.

mod cells;
mod charset;
mod fields;
mod lines;
mod members;
mod object;
mod recipients;
mod report;
mod rows;
mod source;
mod trades;
mod values;
mod vouchers;

pub use charset::{Detection, charset_of, name as charset_name};
pub use report::Report;

use crate::app::App;
use domain::voucher_history::Again;
use members::Members;
use recipients::Recipients;
use report::Reporter;
use rows::{RowError, Rows, Table};
use std::io::Read;
use std::sync::Arc;
use store::member::{Effect, MemberRow};
use store::trade::{self, TradeChunk};
use store::voucher_history::{self, VoucherChunk};
use store::{Fault, Stop, Tx};
use thiserror::Error;
use trades::Trades;
use vouchers::{Vouchers, contradiction};
use wire::Charset;

/// Chunks that may wait between reader and writer.
const CHUNKS_WAITING: usize = 4;

/// Why an import ended before its end.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The file as a whole is wrong, or cannot be read on.
    #[error("{0}")]
    File(String),
    /// No such merchant.
    #[error("no merchant {0} in the store; add it with a world file: punchcard apply FILE")]
    UnknownMerchant(String),
    /// The store failed; the chunks before are in it.
    #[error("the store failed: {0}")]
    Store(#[from] Fault),
    /// The merchant has not what was refunded of trades that were imported before.
    #[error(
        "the merchant's balance does not cover the refunds of rows up to line {0}; the rows before are in the store"
    )]
    Balance(u64),
}

/// How to import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Import {
    /// Only look: check every row, change nothing.
    pub check: bool,
    /// The file's: [`charset_of`] finds it out.
    pub charset: Charset,
}

impl Import {
    /// Writes the good rows of a file in UTF-8.
    pub const WRITE: Import = Import { check: false, charset: Charset::Utf8 };
}

/// What the reading thread sends.
enum Message<C> {
    /// How many rows it has, and they.
    Chunk(u64, C),
    /// A bad row's line, and what is wrong with it.
    Bad(u64, String),
    Warnings(Vec<String>),
    Broken(String),
}

/// What a chunk came to.
#[derive(Default)]
struct ChunkResult {
    new: u64,
    changed: u64,
    bad: Vec<(u64, &'static str)>,
}

impl ChunkResult {
    /// Of rows with these effects; `bad` says of those that were left out why.
    fn new<E: Copy + PartialEq>(
        effects: &[E],
        [new, changed]: [E; 2],
        lines: &[u64],
        bad: impl Fn(E) -> Option<&'static str>,
    ) -> ChunkResult {
        let count = |effect| effects.iter().filter(|&&had| had == effect).count() as u64;
        let bad = lines.iter().zip(effects).filter_map(|(&line, &had)| Some((line, bad(had)?))).collect();
        ChunkResult { new: count(new), changed: count(changed), bad }
    }
}

/// Imports members of a merchant; whatever was imported when this returns, counts see.
pub async fn members(
    app: &Arc<App>,
    pid: &str,
    input: impl Read + Send + 'static,
    how: Import,
) -> Result<Report, ImportError> {
    let owner = known(app, pid).await?;
    let of = owner.clone();
    let own = app.store.read(move |tx: &mut Tx| store::world::tags(tx, &of)).await?;
    let mut tags = domain::tag::built_in();
    tags.extend(own);
    let imported = run(input, Members::new(tags), how, |chunk: Vec<MemberRow>| {
        let (app, owner) = (app.clone(), owner.clone());
        async move {
            let put = app.store.write(move |tx: &mut Tx| store::member::put_chunk(tx, &owner, &chunk)).await?;
            Ok(ChunkResult::new(&put.effects, [Effect::New, Effect::Changed], &[], |_| None))
        }
    })
    .await;
    app.index_updater.settled().await;
    imported
}

/// Imports trades that a merchant made elsewhere.
pub async fn trades(
    app: &Arc<App>,
    pid: &str,
    input: impl Read + Send + 'static,
    how: Import,
) -> Result<Report, ImportError> {
    let owner = known(app, pid).await?;
    let (of, now) = (owner.clone(), app.clock.now());
    let shops = app.store.read(move |tx: &mut Tx| store::world::shops(tx, &of)).await?;
    let shops = shops.into_iter().map(|shop| shop.shop_id).collect();
    run(input, Trades::new(owner, shops, now), how, |(lines, chunk): (Vec<u64>, TradeChunk)| {
        let app = app.clone();
        async move {
            let first = app.store.lease_numbers(trade::numbers(chunk.len())).await?;
            let chunk = Arc::new(chunk);
            let written = chunk.clone();
            let put = move |tx: &mut Tx| trade::import(tx, &written, first);
            let effects: Vec<trade::Effect> = app.store.write(put).await.map_err(|stop| match stop {
                Stop::Refused(_) => ImportError::Balance(lines.last().copied().unwrap_or_default()),
                Stop::Fault(fault) => ImportError::Store(fault),
            })?;
            // To let go of so many texts takes milliseconds, in which the writer should have the next chunk.
            drop(tokio::task::spawn_blocking(move || drop(chunk)));
            let reason = "trade_no or out_trade_no is used by another trade, or by this one with other content";
            let bad = |effect| (effect == trade::Effect::Taken).then_some(reason);
            Ok(ChunkResult::new(&effects, [trade::Effect::New, trade::Effect::Changed], &lines, bad))
        }
    })
    .await
}

/// Imports the history of vouchers that a merchant's members received elsewhere; counts see who has become a member.
pub async fn vouchers(
    app: &Arc<App>,
    pid: &str,
    input: impl Read + Send + 'static,
    how: Import,
) -> Result<Report, ImportError> {
    let owner = known(app, pid).await?;
    let table = Vouchers::new(owner, app.clock.now());
    let imported = run(input, table, how, |(lines, chunk): (Vec<u64>, VoucherChunk)| {
        let app = app.clone();
        async move {
            let put = move |tx: &mut Tx| voucher_history::import(tx, &chunk);
            let effects = app.store.write::<_, Fault, _>(put).await?;
            let changes = [voucher_history::Effect::New, voucher_history::Effect::Known(Again::Redeemed)];
            Ok(ChunkResult::new(&effects, changes, &lines, contradiction))
        }
    })
    .await;
    app.index_updater.settled().await;
    imported
}

/// Reads a list of recipients whole: each row's line, and the recipient as one text. A file with a bad row is refused,
/// since whoever is left out of a list is not noticed; so is one of more than `most` rows.
pub fn recipients(
    input: impl Read + Send + 'static,
    charset: Charset,
    most: usize,
) -> Result<Vec<(u64, String)>, ImportError> {
    let mut rows = Rows::open(input, charset, Recipients).map_err(ImportError::File)?;
    let (mut list, mut reporter) = (Vec::new(), Reporter::default());
    while let Some(row) = rows.next() {
        match row {
            Ok(row) => list.push(row),
            Err(RowError::Row(line, reason)) => reporter.leave_out(line, &reason),
            Err(RowError::File(wrong)) => return Err(ImportError::File(wrong)),
        }
        if most < list.len() {
            return Err(ImportError::File(format!("the list has more than {most} recipients")));
        }
    }
    let Report { bad, bad_rows, .. } = reporter.finish();
    let told: Vec<String> = bad_rows.iter().map(|row| format!("line {}: {}", row.line, row.text())).collect();
    let warnings = rows.warnings();
    match (bad, warnings.is_empty()) {
        (0, true) => Ok(list),
        (0, false) => Err(ImportError::File(warnings.join("\n"))),
        _ => Err(ImportError::File(format!("the file is refused whole for {bad} bad rows\n{}", told.join("\n")))),
    }
}

/// The merchant, if there is one.
async fn known(app: &App, pid: &str) -> Result<String, ImportError> {
    let owner = pid.to_owned();
    let merchant = app.store.read(move |tx: &mut Tx| store::world::merchant(tx, &owner)).await?;
    merchant.map(|merchant| merchant.pid).ok_or_else(|| ImportError::UnknownMerchant(pid.to_owned()))
}

/// Reads rows on a thread of its own, and has them written by the chunk.
async fn run<T: Table, W: Future<Output = Result<ChunkResult, ImportError>> + Send>(
    input: impl Read + Send + 'static,
    table: T,
    how: Import,
    write: impl Fn(T::Chunk) -> W,
) -> Result<Report, ImportError> {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(CHUNKS_WAITING);
    let reading = tokio::task::spawn_blocking(move || {
        let mut rows = match Rows::open(input, how.charset, table) {
            Ok(rows) => rows,
            Err(wrong) => return drop(sender.blocking_send(Message::Broken(wrong))),
        };
        let message = |rows: &Rows<T>, some: Vec<T::Row>| {
            let count = some.len() as u64;
            rows.chunk(some).map_or_else(Message::Broken, |chunk| Message::Chunk(count, chunk))
        };
        // The writer waits for the first chunk, so it is small, and each other one larger.
        let mut most = T::CHUNK_ROWS.div_ceil(8);
        let mut chunk = Vec::with_capacity(most);
        while let Some(row) = rows.next() {
            let message = match row {
                Ok(row) => {
                    chunk.push(row);
                    if chunk.len() < most {
                        continue;
                    }
                    most = T::CHUNK_ROWS.min(2 * most);
                    message(&rows, std::mem::replace(&mut chunk, Vec::with_capacity(most)))
                }
                Err(RowError::Row(line, reason)) => Message::Bad(line, reason),
                Err(RowError::File(wrong)) => Message::Broken(wrong),
            };
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
        let last = (!chunk.is_empty()).then(|| message(&rows, chunk));
        for message in last.into_iter().chain([Message::Warnings(rows.warnings())]) {
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
    });
    let mut reporter = Reporter::default();
    while let Some(message) = receiver.recv().await {
        match message {
            Message::Chunk(rows, chunk) => {
                reporter.report.rows += rows;
                if !how.check {
                    let ChunkResult { new, changed, bad } = write(chunk).await?;
                    reporter.report.rows -= bad.len() as u64;
                    reporter.report.new += new;
                    reporter.report.changed += changed;
                    bad.into_iter().for_each(|(line, reason)| reporter.leave_out(line, reason));
                }
            }
            Message::Bad(line, reason) => reporter.leave_out(line, &reason),
            Message::Warnings(warnings) => reporter.report.warnings = warnings,
            Message::Broken(wrong) => return Err(ImportError::File(wrong)),
        }
    }
    reading.await.map_err(|_| ImportError::File("the reader stopped unexpectedly".to_owned()))?;
    Ok(reporter.finish())
}
