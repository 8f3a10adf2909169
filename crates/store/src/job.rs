//! What is due, and when: jobs. The transaction that does a job takes its row away, so each is done once.

use crate::bucket::Bucket;
use crate::changes::Change;
use crate::fault::Fault;
use crate::params;
use crate::sql::statements;
use crate::tx::Tx;

statements! {
    PUT = "INSERT INTO job (bucket, kind, subject, due_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (bucket, kind, subject) DO UPDATE SET due_at = excluded.due_at";
    TAKE = "DELETE FROM job WHERE bucket = $1 AND kind = $2 AND subject = $3";
}

/// Plans the job of this kind for the thing `subject` (an id), or plans it anew, for `due_at`, UTC milliseconds.
pub fn put(tx: &mut Tx, kind: &str, subject: i64, due_at: i64) -> Result<(), Fault> {
    tx.execute(PUT, params![Bucket::of_id(subject), kind, subject, due_at])?;
    tx.after_commit(Change::Job { due_at });
    Ok(())
}

/// Takes a job away, because it is done with this transaction or no longer needed; whether it was there.
pub fn take(tx: &mut Tx, kind: &str, subject: i64) -> Result<bool, Fault> {
    Ok(tx.execute(TAKE, params![Bucket::of_id(subject), kind, subject])? == 1)
}
