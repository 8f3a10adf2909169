//! Announcing a change: to this process with the COMMIT, to others by a row of the table `changes`.

use super::change::Change;
use super::settings;
use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::params;

// Its rows are for the processes that run, so no backup has them. It has a bucket, and yet would be the coordinator's
// on a distributed PostgreSQL: what makes polling exact is that one server numbers the transactions.
pub(crate) static MODULE: Module = Module {
    tables: &[Table {
        without_rowid: true,
        dumped: false,
        postgres: WITH_TRANSACTION,
        ..Table::on_coordinator("changes")
    }],
    proofs: &[],
};

/// Which transaction wrote a row is what makes polling exact: see `poll`.
const WITH_TRANSACTION: &[&str] = &[
    "ALTER TABLE changes ALTER COLUMN tx SET DEFAULT CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)",
    "CREATE INDEX changes_tx ON changes (tx)",
];

statements! {
    INSERT = "INSERT INTO changes (bucket, origin, seq, kind, subject, payload) VALUES ($1, $2, $3, $4, $5, $6)";
}

/// Has everybody apply a change once this transaction is committed.
pub(crate) fn announce(tx: &mut Tx, change: Change) -> Result<(), Fault> {
    if tx.has_other_processes() {
        let (origin, seq) = (tx.shared.origin, tx.shared.next_seq());
        let (subject, payload) = (change.subject(), change.parts().to_text());
        tx.execute(INSERT, params![bucket_of(subject, ""), origin, seq, change.kind(), subject, &payload])?;
        tx.announced.push(seq);
        if change.is_rare() {
            settings::wake_all(tx)?;
        }
    }
    tx.after_commit(change);
    Ok(())
}
