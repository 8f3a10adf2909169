//! What operators did: rows that are only ever added, each with the hash of the one before.
//!
//! Rows wait for one another at the row that knows the last of them, which a transaction locks after everything else.

use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, column};
use crate::engine::sql::statements;
use crate::engine::table::{Lock, Module, Table};
use crate::engine::tx::Tx;
use crate::params;

pub(crate) static MODULE: Module = Module {
    tables: &[
        Table { lock: Lock::Audit, ..Table::on_coordinator("operator_action") },
        Table { lock: Lock::Audit, ..Table::on_coordinator("operator_action_end") },
    ],
    proofs: &[],
};

statements! {
    HOLD = "INSERT INTO operator_action_end (nr, id, hash) VALUES (0, 0, '')
        ON CONFLICT (nr) DO UPDATE SET id = operator_action_end.id RETURNING id, hash";
    LAST = "SELECT id, hash FROM operator_action_end WHERE nr = 0";
    KEEP = "UPDATE operator_action_end SET id = $1, hash = $2 WHERE nr = 0";
    PUT = "INSERT INTO operator_action (id, at, wall_at, operator, address, pid, method, request, code, sub_code, trace_id, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    NEXT = "SELECT id, at, wall_at, operator, address, pid, method, request, code, sub_code, trace_id, hash FROM operator_action
        WHERE id > $1 ORDER BY id LIMIT $2";
    NEWEST = "SELECT id, at, wall_at, operator, address, pid, method, request, code, sub_code, trace_id, hash FROM operator_action
        WHERE id < $1 AND ($2 = '' OR pid = $2) AND ($3 = '' OR operator = $3) ORDER BY id DESC LIMIT $4";
}

/// Rows that the proof reads at once.
const CHUNK: i64 = 1_000;

/// Gives the SHA-256 of bytes.
pub type Digest = fn(&[u8]) -> [u8; 32];

/// What an operator did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The store's clock, UTC milliseconds.
    pub at: i64,
    /// The machine's clock, UTC milliseconds.
    pub wall_at: i64,
    /// The operator's name.
    pub operator: String,
    /// The address that the call came from; empty for a command.
    pub address: String,
    /// The merchant that it was about; empty for the whole store.
    pub pid: String,
    /// The method, or what else was done.
    pub method: String,
    /// What it was asked to do, as JSON, without secrets.
    pub request: String,
    /// What it was answered; empty where it has only begun.
    pub code: String,
    /// The refusal's name, or nothing.
    pub sub_code: String,
    /// The call's name in the log.
    pub trace_id: String,
}

impl Act {
    /// The hash of its row after another, in hexadecimal. Each text is preceded by its length, so that no two rows have
    /// the same bytes.
    fn hash(&self, id: i64, before: &str, digest: Digest) -> String {
        let Act { at, wall_at, operator, address, pid, method, request, code, sub_code, trace_id } = self;
        let mut bytes = [id, *at, *wall_at].map(i64::to_be_bytes).concat();
        for text in [before, operator, address, pid, method, request, code, sub_code, trace_id] {
            bytes.extend((text.len() as u64).to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// An act as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAct {
    /// Its number, from 1.
    pub id: i64,
    /// The act.
    pub act: Act,
    /// Its hash, in hexadecimal.
    pub hash: String,
}

impl FromRow for KeptAct {
    fn from_row(row: &dyn Row) -> Result<KeptAct, Fault> {
        let act = Act {
            at: column(row, 1)?,
            wall_at: column(row, 2)?,
            operator: column(row, 3)?,
            address: column(row, 4)?,
            pid: column(row, 5)?,
            method: column(row, 6)?,
            request: column(row, 7)?,
            code: column(row, 8)?,
            sub_code: column(row, 9)?,
            trace_id: column(row, 10)?,
        };
        Ok(KeptAct { id: column(row, 0)?, act, hash: column(row, 11)? })
    }
}

/// Adds an act. The last thing that a transaction does.
pub fn append(tx: &mut Tx, act: &Act, digest: Digest) -> Result<(), Fault> {
    let (last, before): (i64, String) = tx.query_one(HOLD, params![])?;
    let id = last + 1;
    let hash = act.hash(id, &before, digest);
    let Act { at, wall_at, operator, address, pid, method, request, code, sub_code, trace_id } = act;
    tx.execute(
        PUT,
        params![id, *at, *wall_at, operator, address, pid, method, request, code, sub_code, trace_id, &hash],
    )?;
    tx.execute(KEEP, params![id, &hash]).map(drop)
}

/// Acts before number `before`, the newest first: of a merchant or, if `pid` is empty, of all; of an operator likewise.
pub fn newest(tx: &mut Tx, before: i64, pid: &str, operator: &str, limit: i64) -> Result<Vec<KeptAct>, Fault> {
    tx.query(NEWEST, params![before, pid, operator, limit])
}

/// Whether rows were changed, removed or put between, as far as hashes can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// How many rows were looked at: up to the first that does not follow from the one before.
    pub checked: i64,
    /// That one: its name, what the store has, and what it should have.
    pub broken: Option<[String; 3]>,
}

/// Follows the rows from the first to the last.
pub fn chain(tx: &mut Tx, digest: Digest) -> Result<Chain, Fault> {
    let (mut id, mut hash, mut checked, mut read) = (0, String::new(), 0, i64::MIN);
    loop {
        let rows: Vec<KeptAct> = tx.query(NEXT, params![read, CHUNK])?;
        if rows.is_empty() {
            break;
        }
        for kept in rows {
            let expect = kept.act.hash(id + 1, &hash, digest);
            checked += 1;
            if (kept.id, &kept.hash) != (id + 1, &expect) {
                let broken = [format!("act {}", kept.id), kept.hash, format!("act {}, {expect}", id + 1)];
                return Ok(Chain { checked, broken: Some(broken) });
            }
            (id, hash, read) = (kept.id, kept.hash, kept.id);
        }
    }
    let last: Option<(i64, String)> = tx.query_opt(LAST, params![])?;
    let (last_id, last_hash) = last.unwrap_or_default();
    let is_last = (last_id, last_hash.as_str()) == (id, hash.as_str());
    let missing = || ["the last act".to_owned(), format!("act {last_id}, {last_hash}"), format!("act {id}, {hash}")];
    Ok(Chain { checked, broken: (!is_last).then(missing) })
}
