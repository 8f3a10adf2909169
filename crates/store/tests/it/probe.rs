//! A product in small, for trying the write path on: accounts to spend from, with an entry for each spending.

use domain::Refusal;
use store::ledger::Party;
use store::{Change, Fault, Stop, Store, Tx, bucket_of, idempotency, params};

/// Makes the product's table, and one user with that balance.
pub(crate) async fn prepare(store: &Store, user: &'static str, balance: i64) {
    write(store, move |tx| {
        tx.execute(
            "CREATE TABLE entry (bucket INTEGER NOT NULL, id BIGINT NOT NULL, user_id TEXT NOT NULL,
            delta BIGINT NOT NULL CHECK (delta <> -13), PRIMARY KEY (bucket, id))",
            &[],
        )?;
        add_user(tx, user, balance)
    })
    .await
    .expect("a table and a user");
}

pub(crate) fn add_user(tx: &mut Tx, user: &str, balance: i64) -> Result<(), Stop> {
    let bucket = bucket_of("", user);
    let sql = "INSERT INTO account (bucket, user_id, opening_fen, balance_fen) VALUES ($1, $2, $3, $3)";
    Ok(tx.execute(sql, params![bucket, user, balance]).map(drop)?)
}

/// Spends, if there is enough; writes an entry.
pub(crate) fn spend(tx: &mut Tx, user: &str, id: i64, fen: i64) -> Result<i64, Stop> {
    let bucket = bucket_of("", user);
    let sql =
        "UPDATE account SET balance_fen = balance_fen - $1 WHERE bucket = $2 AND user_id = $3 AND balance_fen >= $1
        RETURNING balance_fen";
    let Some((left,)) = tx.query_opt(sql, params![fen, bucket, user])? else {
        return Err(Refusal::CrowdInUse.into());
    };
    enter(tx, user, id, fen)?;
    Ok(left)
}

/// Writes an entry and an effect that tells of it.
pub(crate) fn enter(tx: &mut Tx, user: &str, id: i64, fen: i64) -> Result<(), Fault> {
    let sql = "INSERT INTO entry (bucket, id, user_id, delta) VALUES ($1, $2, $3, $4)";
    tx.execute(sql, params![bucket_of("", user), id, user, fen])?;
    tx.after_commit(Change::Setting { name: "entry".into(), value: id.to_string().into() });
    Ok(())
}

/// Spends once for a key; the answer says what is left.
pub(crate) fn spend_once(tx: &mut Tx, user: &str, key: &str, id: i64, fen: i64) -> Result<idempotency::Outcome, Stop> {
    let fingerprint = fingerprint(fen);
    idempotency::stored(tx, "spend", key, &fingerprint, 0, |tx| spend(tx, user, id, fen).map(|left| left.to_string()))
}

pub(crate) fn fingerprint(content: i64) -> [u8; 32] {
    let mut fingerprint = [7; 32];
    fingerprint[..8].copy_from_slice(&content.to_be_bytes());
    fingerprint
}

/// The balance of a user, and the ids of all entries, ascending.
pub(crate) async fn state(store: &Store, user: &'static str) -> (i64, Vec<i64>) {
    read(store, move |tx| {
        let sql = "SELECT balance_fen FROM account WHERE bucket = $1 AND user_id = $2";
        let (balance,) = tx.query_one(sql, params![bucket_of("", user), user])?;
        Ok((balance, entries(tx)?))
    })
    .await
    .expect("a state")
}

pub(crate) fn entries(tx: &mut Tx) -> Result<Vec<i64>, Fault> {
    Ok(tx.query::<(i64,)>("SELECT id FROM entry ORDER BY id", &[])?.into_iter().map(|(id,)| id).collect())
}

/// [`Store::write`] with its error settled.
pub(crate) async fn write<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx) -> Result<T, Stop> + Send + 'static,
) -> Result<T, Stop> {
    store.write(work).await
}

/// [`Store::read`] with its error settled.
pub(crate) async fn read<T: Send + 'static>(
    store: &Store,
    work: impl Fn(&mut Tx) -> Result<T, Stop> + Send + 'static,
) -> Result<T, Stop> {
    store.read(work).await
}

/// What is in the fund for the history that this merchant imported.
pub(crate) fn outside_balance(tx: &mut Tx, pid: &str) -> Result<i64, Fault> {
    let name = Party::Outside(pid).name();
    let sql = "SELECT balance_fen FROM fund WHERE bucket = $1 AND name = $2";
    Ok(tx.query_one::<(i64,)>(sql, params![bucket_of("", &name), &*name])?.0)
}
