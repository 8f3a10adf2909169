//! The request log: a line for each call that was answered, and what was sent and answered of those that are recorded
//! in full.
//!
//! What was recorded in full is kept in blocks: one row for many calls of a share that were written together, under
//! the id of the last. Rows of their own would fill no page, and each page costs a write of the log and one of the
//! file.
//!
//! Lines are only added, in the order of their ids, and removed from the oldest on: both ends of a B-tree, whatever the
//! table holds. A line's id is drawn in the transaction that writes it, from a counter that others wait for until the
//! COMMIT: so whoever has read up to an id misses nothing by reading on from there, however many processes write.
//! How much a share holds is the difference of two lines' `end_bytes`, so nothing is summed up.

use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::{ids, params};
use std::fmt::Write;

pub(crate) static MODULE: Module = Module {
    // A backup is what a merchant has; what callers have sent is none of it.
    tables: &[
        Table { dumped: false, without_rowid: true, ..Table::on_coordinator("call_log") },
        Table { dumped: false, ..Table::on_coordinator("call_log_full") },
    ],
    proofs: &[],
};

/// The counter of the lines' ids.
const IDS: &str = "call_log";
/// What a line takes beside its texts, about: columns of numbers, the key, the B-tree.
const LINE_BYTES: usize = 120;
/// Bytes of a block at most, unless one call has more: what goes through many hands is copied in each, and the
/// allocator gives back what is larger.
const BLOCK_BYTES: usize = 64 << 10;

statements! {
    NEWEST = "SELECT id, at, took_us, trace_id, app_id, pid, method, door, code, sub_code, cause, address, bytes_in, bytes_out, made
        FROM call_log WHERE share = $1 AND id < $2 AND ($3 = '' OR SUBSTR(trace_id, 1, LENGTH($3)) = $3) AND ($4 = '' OR app_id = $4)
            AND ($5 = '' OR pid = $5) AND ($6 = '' OR method = $6) AND ($7 = '' OR code = $7 OR sub_code = $7)
            AND ($8 = '' OR cause = $8) AND at >= $9 ORDER BY id DESC LIMIT $10";
    NEXT = "SELECT id, at, took_us, trace_id, app_id, pid, method, door, code, sub_code, cause, address, bytes_in, bytes_out, made
        FROM call_log WHERE share = $1 AND id > $2 AND ($3 = '' OR SUBSTR(trace_id, 1, LENGTH($3)) = $3) AND ($4 = '' OR app_id = $4)
            AND ($5 = '' OR pid = $5) AND ($6 = '' OR method = $6) AND ($7 = '' OR code = $7 OR sub_code = $7)
            AND ($8 = '' OR cause = $8) AND at >= $9 ORDER BY id LIMIT $10";
    LAST = "SELECT id, end_bytes FROM call_log WHERE share = $1 ORDER BY id DESC LIMIT 1";
    OLDEST = "SELECT id, logged_at, end_bytes FROM call_log WHERE share = $1 ORDER BY id LIMIT $2";
    BLOCK = "SELECT id, content FROM call_log_full WHERE share = $1 AND id >= $2 ORDER BY id LIMIT 1";
    REMOVE = "DELETE FROM call_log WHERE share = $1 AND id <= $2";
    REMOVE_FULL = "DELETE FROM call_log_full WHERE share = $1 AND id <= $2";
}

static INSERT: Rows<18> = Rows::new(
    "INSERT INTO call_log (share, id, at, logged_at, end_bytes, took_us, trace_id, app_id, pid, method, door, code, sub_code,
        cause, address, bytes_in, bytes_out, made) VALUES",
    [
        "SMALLINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT",
        "TEXT", "TEXT", "BIGINT", "BIGINT", "TEXT",
    ],
    "",
);

static INSERT_FULL: Rows<3> =
    Rows::new("INSERT INTO call_log_full (share, id, content) VALUES", ["SMALLINT", "BIGINT", "TEXT"], "");

/// A part of the log's room. Whoever has no key pushes out nothing of those who have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Of calls that were verified.
    Verified,
    /// Of all others.
    Unverified,
}

impl Share {
    /// Both.
    pub const ALL: [Share; 2] = [Share::Verified, Share::Unverified];

    fn number(self) -> i64 {
        self as i64
    }

    /// The counter of the bytes that it has ever held.
    fn counter(self) -> &'static str {
        match self {
            Share::Verified => "call_log_bytes",
            Share::Unverified => "call_log_bytes_unverified",
        }
    }
}

/// A call that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCall {
    /// Whose room it takes.
    pub share: Share,
    /// When it was answered by the store's clock, UTC milliseconds.
    pub at: i64,
    /// Microseconds from its head to its answer.
    pub took_us: i64,
    /// Its trace id.
    pub trace_id: String,
    /// The calling app, where it is known.
    pub app_id: Option<String>,
    /// The merchant that it acts for, once that was decided.
    pub pid: Option<String>,
    /// The method, or what was sent as its name; empty if nothing was.
    pub method: String,
    /// The door that it came through.
    pub door: String,
    /// `10000` for a success.
    pub code: String,
    /// Which refusal it is; empty for a success.
    pub sub_code: String,
    /// A short name of what its caller has most likely done wrong; empty if nothing was found.
    pub cause: String,
    /// The caller's address, or the network that it is in.
    pub address: String,
    /// Bytes of the request's parameters as they were sent.
    pub bytes_in: i64,
    /// Bytes of the answer.
    pub bytes_out: i64,
    /// The ids that it was given for what it made; of a call that was refused they name nothing.
    pub made: Vec<i64>,
    /// What was sent and answered, as a JSON object on one line, where that is recorded.
    pub full: Option<String>,
}

impl NewCall {
    fn made(&self) -> String {
        self.made.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
    }

    /// About how many bytes it takes.
    fn bytes(&self, made: &str) -> i64 {
        let NewCall { trace_id, app_id, pid, method, door, code, sub_code, cause, address, full, .. } = self;
        let texts =
            [trace_id, method, door, code, sub_code, cause, address].map(String::len).into_iter().sum::<usize>();
        let optional = [app_id, pid, full].map(|text| text.as_ref().map_or(0, String::len)).into_iter().sum::<usize>();
        i64::try_from(LINE_BYTES + texts + optional + made.len()).unwrap_or(i64::MAX)
    }
}

/// A call as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCall {
    /// Its place in the log: a later line has a higher one.
    pub id: i64,
    /// What is said of it, but for [`NewCall::full`].
    pub call: NewCall,
}

/// What is recorded in full of some calls of a share.
struct Block {
    share: Share,
    /// The id of its last call.
    last: i64,
    /// See [`blocks`].
    content: String,
}

/// Which calls are looked for; what is empty asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The trace id, or how it begins.
    pub trace_id: String,
    /// The calling app.
    pub app_id: String,
    /// The merchant that the call acts for.
    pub pid: String,
    /// The method.
    pub method: String,
    /// The code or the sub_code.
    pub code: String,
    /// The cause.
    pub cause: String,
    /// Not before this, UTC milliseconds of the store's clock.
    pub since: Option<i64>,
}

/// How much of one share is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes, about.
    pub bytes_max: i64,
    /// Lines that were written before this, UTC milliseconds of the machine's clock, are removed.
    pub logged_from: i64,
}

/// Writes lines. `logged_at` is the machine's time, UTC milliseconds.
pub fn record(tx: &mut Tx, calls: &[NewCall], logged_at: i64) -> Result<(), Fault> {
    let count = i64::try_from(calls.len()).expect("few");
    let first = ids::advance(tx, IDS, count)? - count;
    let made: Vec<String> = calls.iter().map(NewCall::made).collect();
    let mut ends = vec![0; calls.len()];
    for share in Share::ALL {
        let of_share = || (0..calls.len()).filter(|&nth| calls[nth].share == share);
        let bytes: i64 = of_share().map(|nth| calls[nth].bytes(&made[nth])).sum();
        if 0 < bytes {
            let mut end = ids::advance(tx, share.counter(), bytes)? - bytes;
            for nth in of_share() {
                end += calls[nth].bytes(&made[nth]);
                ends[nth] = end;
            }
        }
    }
    let rows = calls.iter().zip(&ends).zip(&made).zip(first..).map(|(((call, end), made), id)| {
        let NewCall { share, at, took_us, trace_id, app_id, pid, method, door, code, sub_code, cause, address, .. } =
            call;
        [
            share.number().into(),
            id.into(),
            (*at).into(),
            logged_at.into(),
            (*end).into(),
            (*took_us).into(),
            trace_id.into(),
            app_id.as_deref().into(),
            pid.as_deref().into(),
            method.into(),
            door.into(),
            code.into(),
            sub_code.into(),
            cause.into(),
            address.into(),
            call.bytes_in.into(),
            call.bytes_out.into(),
            made.into(),
        ]
    });
    tx.execute_rows(&INSERT, rows)?;
    let blocks: Vec<Block> = Share::ALL.into_iter().flat_map(|share| blocks(calls, first, share)).collect();
    let rows =
        blocks.iter().map(|Block { share, last, content }| [share.number().into(), (*last).into(), content.into()]);
    tx.execute_rows(&INSERT_FULL, rows)?;
    Ok(())
}

/// What is recorded in full of a share's calls, in blocks: a line for each, its id and its JSON.
fn blocks(calls: &[NewCall], first: i64, share: Share) -> Vec<Block> {
    let of_share = calls.iter().zip(first..).filter(|(call, _)| call.share == share);
    let mut blocks: Vec<Block> = Vec::new();
    for (id, json) in of_share.filter_map(|(call, id)| Some((id, call.full.as_deref()?))) {
        debug_assert!(json.starts_with('{') && !json.contains('\n'), "one object on one line: {json}");
        let has_room = |block: &&mut Block| block.content.len() + json.len() <= BLOCK_BYTES;
        let block = match blocks.last_mut().filter(has_room) {
            Some(block) => block,
            None => {
                blocks.push(Block { share, last: id, content: String::with_capacity(BLOCK_BYTES) });
                blocks.last_mut().expect("it was put there")
            }
        };
        block.last = id;
        writeln!(block.content, "{id} {json}").expect("a text takes all");
    }
    blocks
}

/// The JSON of the call `id` in the block under the id `last`. In earlier builds each call was a block, without its id.
fn in_block(id: i64, last: i64, block: String) -> Option<String> {
    if block.starts_with('{') {
        return (id == last).then_some(block);
    }
    let begin = format!("{id} ");
    block.lines().find_map(|line| line.strip_prefix(&begin)).map(str::to_owned)
}

/// Removes from a share's oldest lines what it has no room for, `lines_max` at most; how many there were.
pub fn trim(tx: &mut Tx, share: Share, room: Room, lines_max: u32) -> Result<usize, Fault> {
    let Some((_, end)) = tx.query_opt::<(i64, i64)>(LAST, params![share.number()])? else { return Ok(0) };
    let is_over = |&(_, logged_at, end_bytes): &(i64, i64, i64)| {
        logged_at < room.logged_from || room.bytes_max < end.saturating_sub(end_bytes)
    };
    // Mostly there is nothing to do, and one line says so.
    let first: Option<(i64, i64, i64)> = tx.query_opt(OLDEST, params![share.number(), 1_u32])?;
    if !first.as_ref().is_some_and(is_over) {
        return Ok(0);
    }
    let oldest: Vec<(i64, i64, i64)> = tx.query(OLDEST, params![share.number(), lines_max])?;
    let over: Vec<_> = oldest.iter().take_while(|line| is_over(line)).collect();
    if let Some((last, ..)) = over.last() {
        // A block goes with its last line.
        tx.execute(REMOVE_FULL, params![share.number(), *last])?;
        tx.execute(REMOVE, params![share.number(), *last])?;
    }
    Ok(over.len())
}

/// The newest `limit` calls before `before` (a place in the log), the newest first.
pub fn newest(tx: &mut Tx, filter: &Filter, before: i64, limit: u32) -> Result<Vec<KeptCall>, Fault> {
    let mut found = both(tx, NEWEST, filter, before, limit)?;
    found.sort_by_key(|call| std::cmp::Reverse(call.id));
    found.truncate(limit as usize);
    Ok(found)
}

/// The first `limit` calls after `after` (a place in the log), the oldest first.
pub fn after(tx: &mut Tx, filter: &Filter, after: i64, limit: u32) -> Result<Vec<KeptCall>, Fault> {
    let mut found = both(tx, NEXT, filter, after, limit)?;
    found.sort_by_key(|call| call.id);
    found.truncate(limit as usize);
    Ok(found)
}

/// The place of the newest line; 0 where there is none.
pub fn end(tx: &mut Tx) -> Result<i64, Fault> {
    let mut end = 0;
    for share in Share::ALL {
        let last: Option<(i64, i64)> = tx.query_opt(LAST, params![share.number()])?;
        end = last.map_or(end, |(id, _)| end.max(id));
    }
    Ok(end)
}

/// What a call has sent and was answered, where that was recorded.
pub fn full(tx: &mut Tx, call: &KeptCall) -> Result<Option<String>, Fault> {
    let block: Option<(i64, String)> = tx.query_opt(BLOCK, params![call.call.share.number(), call.id])?;
    Ok(block.and_then(|(last, block)| in_block(call.id, last, block)))
}

fn both(tx: &mut Tx, sql: &'static str, filter: &Filter, from: i64, limit: u32) -> Result<Vec<KeptCall>, Fault> {
    let Filter { trace_id, app_id, pid, method, code, cause, since } = filter;
    let since = since.unwrap_or(i64::MIN);
    let mut found = Vec::new();
    for share in Share::ALL {
        let asked = params![share.number(), from, trace_id, app_id, pid, method, code, cause, since, limit];
        for Line(id, call) in tx.query(sql, asked)? {
            found.push(KeptCall { id, call: NewCall { share, ..call } });
        }
    }
    Ok(found)
}

/// A line, whose share is still to be said.
struct Line(i64, NewCall);

impl FromRow for Line {
    fn from_row(row: &dyn Row) -> Result<Line, Fault> {
        let made: String = column(row, 14)?;
        Ok(Line(
            column(row, 0)?,
            NewCall {
                share: Share::Verified,
                at: column(row, 1)?,
                took_us: column(row, 2)?,
                trace_id: column(row, 3)?,
                app_id: column(row, 4)?,
                pid: column(row, 5)?,
                method: column(row, 6)?,
                door: column(row, 7)?,
                code: column(row, 8)?,
                sub_code: column(row, 9)?,
                cause: column(row, 10)?,
                address: column(row, 11)?,
                bytes_in: column(row, 12)?,
                bytes_out: column(row, 13)?,
                made: made.split(',').filter_map(|id| id.parse().ok()).collect(),
                full: None,
            },
        ))
    }
}
