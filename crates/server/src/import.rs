//! Members from a file: CSV or NDJSON, gzipped or not, told apart by what they begin with.
//!
//! One thread reads and checks rows while the store writes the chunk before. A row is whole or absent; a bad one is
//! reported by its line and the rest is taken; importing a file twice changes nothing.

mod rows;

use crate::app::App;
use rows::Rows;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::sync::Arc;
use store::Tx;
use store::member::{Effect, MemberRow};
use thiserror::Error;

/// Rows a transaction: few enough that waiting calls do not notice.
const CHUNK_ROWS: usize = 2_000;
/// Chunks that may wait between reader and writer.
const CHUNKS_WAITING: usize = 4;
/// Bad rows that a report names; the others are counted.
const BAD_ROWS_NAMED: usize = 100;

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Good rows.
    pub rows: u64,
    /// Of these, members that were new.
    pub new: u64,
    /// Of these, members that changed.
    pub changed: u64,
    /// Bad rows, which were left out.
    pub bad: u64,
    /// The first bad rows.
    pub bad_rows: Vec<BadRow>,
}

/// A row that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadRow {
    /// Its line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
}

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
    Store(#[from] store::Fault),
}

/// Whether to write what is good, or only to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Import {
    /// Check every row, change nothing.
    Check,
    /// Write the good rows.
    Write,
}

/// What the reading thread sends.
enum Message {
    Chunk(Vec<MemberRow>),
    Bad(BadRow),
    Broken(String),
}

/// Imports members of a merchant.
pub async fn members(
    app: &Arc<App>,
    pid: &str,
    input: impl Read + Send + 'static,
    how: Import,
) -> Result<Report, ImportError> {
    let owner = pid.to_owned();
    let load = move |tx: &mut Tx| {
        Ok::<_, store::Fault>((store::world::merchant(tx, &owner)?, store::world::tags(tx, &owner)?))
    };
    let (merchant, own) = app.store.read(load).await?;
    if merchant.is_none() {
        return Err(ImportError::UnknownMerchant(pid.to_owned()));
    }
    let mut tags = domain::tag::built_in();
    tags.extend(own);
    let (sender, mut receiver) = tokio::sync::mpsc::channel(CHUNKS_WAITING);
    let reading = tokio::task::spawn_blocking(move || {
        let mut rows = match Rows::open(input, tags) {
            Ok(rows) => rows,
            Err(wrong) => return drop(sender.blocking_send(Message::Broken(wrong))),
        };
        let mut chunk = Vec::with_capacity(CHUNK_ROWS);
        while let Some(row) = rows.next() {
            let message = match row {
                Ok(row) => {
                    chunk.push(row);
                    if chunk.len() < CHUNK_ROWS {
                        continue;
                    }
                    Message::Chunk(std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK_ROWS)))
                }
                Err(rows::Wrong::Row(bad)) => Message::Bad(bad),
                Err(rows::Wrong::File(wrong)) => Message::Broken(wrong),
            };
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
        drop(sender.blocking_send(Message::Chunk(chunk)));
    });
    let mut report = Report::default();
    while let Some(message) = receiver.recv().await {
        match message {
            Message::Chunk(chunk) => {
                report.rows += chunk.len() as u64;
                if how == Import::Write && !chunk.is_empty() {
                    let owner = pid.to_owned();
                    let put = app.store.write(move |tx: &mut Tx| store::member::put_chunk(tx, &owner, &chunk)).await?;
                    let count = |effect| put.effects.iter().filter(|&&had| had == effect).count() as u64;
                    report.new += count(Effect::New);
                    report.changed += count(Effect::Changed);
                }
            }
            Message::Bad(bad) => {
                report.bad += 1;
                if report.bad_rows.len() < BAD_ROWS_NAMED {
                    report.bad_rows.push(bad);
                }
            }
            Message::Broken(wrong) => return Err(ImportError::File(wrong)),
        }
    }
    reading.await.map_err(|_| ImportError::File("the reader stopped unexpectedly".to_owned()))?;
    Ok(report)
}
