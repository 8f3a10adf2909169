//! Taking in the rows of a chunk: what each does is decided from what the store has, and then all of it is written.

use std::collections::{BTreeSet, HashMap};

use domain::voucher_history::{Again, ImportedVoucher};

use super::chunk::VoucherChunk;
use super::read::find_many;
use super::tables::scope;
use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::history::{self, Event};
use crate::idempotency::{ClaimAgain, NewClaim, claim_many, claim_many_again, find_many as find_claims};
use crate::member::{MemberRow, put_chunk};

statements! {
    REDEEM = "UPDATE voucher_history SET redeemed_at = $1
        WHERE bucket = $2 AND pid = $3 AND user_id = $4 AND voucher_no = $5 AND redeemed_at IS NULL";
}

static INSERT: Rows<6> = Rows::new(
    "INSERT INTO voucher_history (bucket, pid, user_id, voucher_no, received_at, redeemed_at) VALUES",
    ["INTEGER", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT"],
    "",
);

static REDEEM_EACH: Rows<5> = Rows::new(
    "WITH redeemed (at, bucket, pid, user_id, voucher_no) AS (VALUES",
    ["BIGINT", "INTEGER", "TEXT", "TEXT", "TEXT"],
    ") UPDATE voucher_history SET redeemed_at = redeemed.at FROM redeemed
        WHERE voucher_history.bucket = redeemed.bucket AND voucher_history.pid = redeemed.pid
            AND voucher_history.user_id = redeemed.user_id AND voucher_history.voucher_no = redeemed.voucher_no
            AND voucher_history.redeemed_at IS NULL",
)
.or_alone(REDEEM);

/// What a row of an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The voucher is new.
    New,
    /// It was imported before. Where the row contradicts what was, it was left out.
    Known(Again),
}

/// What the rows of a chunk do, without doing it.
struct Plan<'a> {
    /// What each row does, in their order.
    effects: Vec<Effect>,
    /// For each number that is written, the row that says how its voucher is now.
    writes: HashMap<&'a str, Write<'a>>,
}

/// A voucher that is written.
struct Write<'a> {
    row: usize,
    /// The fingerprint that its number was used with until now; `None` for a voucher that is new.
    before: Option<&'a [u8]>,
}

/// Takes in vouchers that a merchant's members received elsewhere; what each row did, in their order. Who received one
/// becomes a member. Whole or not at all.
pub fn import(tx: &mut Tx, chunk: &VoucherChunk) -> Result<Vec<Effect>, Fault> {
    let scope = scope(&chunk.pid);
    let mut numbers: Vec<&str> = chunk.by_number.iter().map(|&row| chunk.rows[row].voucher_no.as_str()).collect();
    numbers.dedup();
    let used = find_claims(tx, &scope, &numbers)?;
    let used = used.iter().map(|(number, print, _)| (number.as_str(), print.as_slice())).collect();
    let Plan { effects, writes } = plan(tx, chunk, &used)?;
    let in_order = numbers.iter().filter_map(|number| writes.get(number));
    let (new, redeemed): (Vec<&Write<'_>>, Vec<&Write<'_>>) = in_order.partition(|write| write.before.is_none());
    // All keys before all else, as everybody locks.
    claim(tx, chunk, &scope, &new, &redeemed)?;
    if !new.is_empty() {
        insert(tx, chunk, &new)?;
    }
    redeem(tx, chunk, &redeemed)?;
    announce(tx, chunk, &new, &redeemed)?;
    Ok(effects)
}

/// What the rows do to what the store has, where `used` are the numbers that vouchers have, and their fingerprints.
fn plan<'a>(tx: &mut Tx, chunk: &'a VoucherChunk, used: &HashMap<&str, &'a [u8]>) -> Result<Plan<'a>, Fault> {
    let rows = || chunk.rows.iter().zip(&chunk.fingerprints);
    // A row that is as it was is known by its fingerprint; what another one is compared with is read.
    let differs =
        rows().filter(|(row, print)| used.get(row.voucher_no.as_str()).is_some_and(|used| **used != print[..]));
    let stored = find_many(tx, &chunk.pid, differs.map(|(row, _)| row))?;
    let stored: HashMap<&str, &ImportedVoucher> = stored.iter().map(|it| (it.voucher_no.as_str(), it)).collect();
    let mut plan = Plan { effects: Vec::with_capacity(chunk.rows.len()), writes: HashMap::new() };
    for (place, (row, print)) in rows().enumerate() {
        let number = row.voucher_no.as_str();
        let before = used.get(number).copied();
        let again = match (plan.writes.get(number), before) {
            (Some(write), _) => Some(chunk.rows[write.row].again(row)),
            (None, Some(before)) if before == print => Some(Again::Same),
            (None, Some(_)) => Some(stored.get(number).map_or(Again::OtherUser, |known| known.again(row))),
            (None, None) => None,
        };
        if matches!(again, None | Some(Again::Redeemed)) {
            plan.writes.entry(number).or_insert(Write { row: place, before }).row = place;
        }
        plan.effects.push(again.map_or(Effect::New, Effect::Known));
    }
    Ok(plan)
}

/// Uses up the numbers of new vouchers, and notes with the others what their rows say now.
fn claim(
    tx: &mut Tx,
    chunk: &VoucherChunk,
    scope: &str,
    new: &[&Write<'_>],
    redeemed: &[&Write<'_>],
) -> Result<(), Fault> {
    let content = |write: &Write<'_>| (&chunk.rows[write.row], &chunk.fingerprints[write.row]);
    let claims = new.iter().map(|write| {
        let (ImportedVoucher { voucher_no, received_at, .. }, fingerprint) = content(write);
        NewClaim { key: voucher_no, fingerprint, subject: None, at: *received_at }
    });
    claim_many(tx, scope, claims)?;
    let claims = redeemed.iter().filter_map(|write| {
        let (ImportedVoucher { voucher_no, .. }, fingerprint) = content(write);
        Some(ClaimAgain { key: voucher_no, before: write.before?, fingerprint })
    });
    claim_many_again(tx, scope, claims)
}

/// Keeps new vouchers, and who received them as members.
fn insert(tx: &mut Tx, chunk: &VoucherChunk, new: &[&Write<'_>]) -> Result<(), Fault> {
    let users: BTreeSet<&str> = new.iter().map(|write| chunk.rows[write.row].user_id.as_str()).collect();
    let people: Vec<MemberRow> = users.into_iter().map(|user| MemberRow::new(user, [])).collect();
    put_chunk(tx, &chunk.pid, &people)?;
    let rows = in_key_order(tx, chunk, new);
    let values = rows.iter().map(|&(bucket, ImportedVoucher { voucher_no, user_id, received_at, redeemed_at })| {
        let pid = chunk.pid.as_str();
        [bucket.into(), pid.into(), user_id.into(), voucher_no.into(), (*received_at).into(), (*redeemed_at).into()]
    });
    tx.execute_rows(&INSERT, values).map(drop)
}

/// Notes when vouchers were redeemed. Their numbers are claimed, so nobody else has since they were found.
fn redeem(tx: &mut Tx, chunk: &VoucherChunk, redeemed: &[&Write<'_>]) -> Result<(), Fault> {
    let rows = in_key_order(tx, chunk, redeemed);
    let values = rows.iter().map(|&(bucket, ImportedVoucher { voucher_no, user_id, redeemed_at, .. })| {
        let pid = chunk.pid.as_str();
        [(*redeemed_at).into(), bucket.into(), pid.into(), user_id.into(), voucher_no.into()]
    });
    let changed = tx.execute_rows(&REDEEM_EACH, values)?;
    if usize::try_from(changed) == Ok(rows.len()) {
        return Ok(());
    }
    Err(tx.fail(Fault::bug("an imported voucher whose number is claimed cannot be redeemed")))
}

/// Announces that new vouchers were received, and that they or others were redeemed.
fn announce(tx: &mut Tx, chunk: &VoucherChunk, new: &[&Write<'_>], redeemed: &[&Write<'_>]) -> Result<(), Fault> {
    let events = |write: &&Write<'_>| -> Vec<Event> {
        let ImportedVoucher { voucher_no, user_id, received_at, redeemed_at } = &chunk.rows[write.row];
        let received_at = write.before.is_none().then_some(*received_at);
        Event::of_imported(user_id, voucher_no, received_at, *redeemed_at).collect()
    };
    history::announce(tx, &chunk.pid, new.iter().chain(redeemed).flat_map(events))
}

/// Vouchers in the order of the primary key: as everybody locks, and so that pages fill one after another.
fn in_key_order<'a>(tx: &Tx, chunk: &'a VoucherChunk, writes: &[&Write<'_>]) -> Vec<(Bucket, &'a ImportedVoucher)> {
    let one_bucket = (tx.buckets() == 1).then_some(Bucket::of_id(0));
    let row = |write: &&Write<'_>| {
        let voucher = &chunk.rows[write.row];
        (one_bucket.unwrap_or_else(|| bucket_of(&chunk.pid, &voucher.user_id)), voucher)
    };
    let mut rows: Vec<_> = writes.iter().map(row).collect();
    rows.sort_unstable_by_key(|&(bucket, ImportedVoucher { user_id, voucher_no, .. })| (bucket, user_id, voucher_no));
    rows
}
