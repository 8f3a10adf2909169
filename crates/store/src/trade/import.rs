//! Trades that happened elsewhere, taken in by the chunk: trade, refund, job and numbers of each row, members and their sums,
//! and once for all of it the entries and both balances. What comes again with a higher refund is changed.

mod again;

#[cfg(test)]
pub(crate) use again::STATEMENTS as AGAIN_STATEMENTS;

use std::collections::{BTreeMap, HashMap};

use domain::Refusal;
use domain::id::TradeNo;
use domain::trade::{Off, Status, Trade, finishes_at};

use super::{INSERT, Refund, columns, insert_refunds, scope};
use crate::bucket::{Bucket, bucket_of, bucket_of_key};
use crate::fault::{Fault, Stop};
use crate::ledger::{self, Cause, Purse, Transfer};
use crate::member::{MemberRow, put_chunk};
use crate::params;
use crate::row::Val;
use crate::rows::Rows;
use crate::sql::statements;
use crate::tx::Tx;
use crate::{job, sales};

statements! {
    CLAIMED = "SELECT key, fingerprint, subject FROM once WHERE bucket = $1 AND scope = $2 AND key = $3";
    BETWEEN = "SELECT key, fingerprint, subject FROM once
        WHERE bucket = $1 AND scope = $2 AND key >= $3 AND key <= $4 ORDER BY key LIMIT $5";
}

static FIND: Rows<3> = Rows::new(
    "WITH wanted (bucket, scope, key) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT once.key, fingerprint, subject FROM wanted
        JOIN once ON once.bucket = wanted.bucket AND once.scope = wanted.scope AND once.key = wanted.key",
)
.or_alone(CLAIMED);

static CLAIM: Rows<6> = Rows::new(
    "INSERT INTO once (bucket, scope, key, fingerprint, subject, created_at) VALUES",
    ["INTEGER", "TEXT", "TEXT", "", "BIGINT", "BIGINT"],
    "ON CONFLICT (bucket, scope, key) DO NOTHING",
);

/// How many new numbers a chunk of so many rows takes: for each its trade's, or that of the entry of its refund, and one for
/// each of the chunk's two entries.
pub fn numbers(rows: usize) -> u32 {
    u32::try_from(rows + 2).expect("a chunk is small")
}

/// A trade that happened elsewhere. Checked by the caller: amounts are above 0, times are past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeRow {
    /// The number that it has; what the import is idempotent by.
    pub trade_no: String,
    /// Who paid.
    pub user_id: String,
    /// In which of the merchant's shops.
    pub shop_id: Option<String>,
    /// What was paid.
    pub total_fen: i64,
    /// When, UTC milliseconds.
    pub paid_at: i64,
    /// The merchant's number; the trade's own when absent.
    pub out_trade_no: Option<String>,
    /// What was refunded, and when.
    pub refunded: Option<(i64, i64)>,
}

/// What a row says of a trade, as it says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeContent<'a> {
    /// The number that it has.
    pub trade_no: &'a str,
    /// Who paid.
    pub user_id: &'a str,
    /// In which of the merchant's shops.
    pub shop_id: Option<&'a str>,
    /// What was paid.
    pub total_fen: i64,
    /// When, UTC milliseconds.
    pub paid_at: i64,
    /// The merchant's number, where it says one.
    pub out_trade_no: Option<&'a str>,
    /// What was refunded, and when.
    pub refunded: Option<(i64, i64)>,
}

/// What makes two rows of one number the same row.
pub type Fingerprint = fn(&TradeContent<'_>) -> [u8; 32];

/// What a row of an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The trade is new.
    New,
    /// It was imported before.
    Unchanged,
    /// It was imported before, and more of it has been refunded since.
    Changed,
    /// One of its numbers is used by another trade, or by this one with other content: the row was left out.
    Taken,
}

/// Rows of one merchant's file, with all of the work done that takes no store: made beside the writer, not in it.
#[derive(Debug)]
pub struct TradeChunk {
    pid: String,
    now: i64,
    rows: Vec<Imported>,
    print: Fingerprint,
    /// Every number that is used, in their order.
    keys: Vec<Key>,
    /// Whether one of them is used twice.
    repeats: bool,
    /// The places of the rows, those of one member together, in the order of members.
    by_user: Vec<usize>,
}

/// A row, and what becomes of it.
#[derive(Debug)]
struct Imported {
    /// With all that has happened to it until now. It was made when it was paid. Its number has a bucket and nothing above it.
    trade: Trade,
    /// Whether the row says the merchant's number.
    says_out: bool,
    /// The row's.
    fingerprint: [u8; 32],
}

/// A number that a row uses.
#[derive(Clone, Copy, Debug)]
struct Key {
    row: usize,
    /// The merchant's number for it, and not the one that it came with.
    out: bool,
}

impl TradeChunk {
    /// Prepares rows that a merchant imports at `now`, UTC milliseconds; `print` must be the same for ever.
    pub fn new(pid: &str, rows: Vec<TradeRow>, now: i64, print: Fingerprint) -> Result<TradeChunk, Refusal> {
        let rows = rows.into_iter().map(|row| Imported::new(pid, row, now, print)).collect::<Result<Vec<_>, _>>()?;
        let of_row = |(row, it): (usize, &Imported)| it.outs().map(move |out| Key { row, out });
        let mut keys: Vec<Key> = rows.iter().enumerate().flat_map(of_row).collect();
        let text = |key: &Key| rows[key.row].key(key.out);
        keys.sort_by(|left, right| text(left).cmp(text(right)));
        let repeats = !keys.is_sorted_by(|left, right| text(left) < text(right));
        let mut by_user: Vec<usize> = (0..rows.len()).collect();
        by_user.sort_unstable_by_key(|&row| rows[row].user_id());
        Ok(TradeChunk { pid: pid.to_owned(), now, rows, print, keys, repeats, by_user })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn text(&self, key: Key) -> &str {
        self.rows[key.row].key(key.out)
    }
}

/// Takes in a merchant's trades; what each row did, in their order. `first_number` is the first of as many new numbers as
/// [`numbers`] says. Whole or not at all; refused when the merchant's balance does not cover what was refunded since.
pub fn import(tx: &mut Tx, chunk: &TradeChunk, first_number: i64) -> Result<Vec<Effect>, Stop> {
    let Plan { effects, latest, changes } = plan(tx, chunk)?;
    // Each row has a number of its own, whether it needs it or not.
    let number = |row: usize| first_number + i64::try_from(row).expect("a chunk is small");
    let id = |(row, had): (usize, &Effect)| {
        (*had == Effect::New).then(|| Bucket::of_id(chunk.rows[row].trade.no.number).id(number(row)))
    };
    let ids: Vec<Option<i64>> = effects.iter().enumerate().map(id).collect();
    let content = |row: usize| latest.get(&row).copied().unwrap_or(row);
    let trade = |row: usize| &chunk.rows[content(row)].trade;
    let new: Vec<New<'_>> =
        ids.iter().enumerate().filter_map(|(row, &id)| Some(New { id: id?, trade: trade(row) })).collect();
    if new.is_empty() && changes.is_empty() {
        return Ok(effects);
    }
    claim(tx, chunk, &ids, content)?;
    let back = again::change(tx, chunk, &changes, number)?;
    let of_user = |rows: &[usize]| {
        let new = rows.iter().filter(|&&row| ids[row].is_some());
        let rests = new.map(|&row| trade(row).rest_fen());
        let sum = rests.reduce(|sum, rest| sum + rest)?;
        Some((chunk.rows[rows[0]].user_id(), sum))
    };
    let same = |left: &usize, right: &usize| chunk.rows[*left].user_id() == chunk.rows[*right].user_id();
    let sums: Vec<(&str, i64)> = chunk.by_user.chunk_by(same).filter_map(of_user).collect();
    let users: Vec<&str> = sums.iter().map(|(user, _)| *user).collect();
    let known = sales::payers(tx, &chunk.pid, &users)?;
    let people = users.into_iter().filter(|user| !known.contains(*user)).map(|user| MemberRow::new(user, []));
    put_chunk(tx, &chunk.pid, &people.collect::<Vec<_>>())?;
    sales::move_many(tx, &chunk.pid, &again::less(sums, &changes, chunk))?;
    tx.execute_rows(&INSERT, new.iter().map(New::columns))?;
    follow(tx, &new)?;
    enter(tx, chunk, &new, back, number(chunk.len()))?;
    Ok(effects)
}

/// A row that becomes a trade, and its number.
struct New<'a> {
    id: i64,
    trade: &'a Trade,
}

impl New<'_> {
    /// What its row in the table holds.
    fn columns(&self) -> [Val<'_>; 27] {
        let mut columns = columns(self.trade);
        columns[1] = self.id.into();
        columns
    }
}

impl TradeRow {
    fn content(&self) -> TradeContent<'_> {
        TradeContent {
            trade_no: &self.trade_no,
            user_id: &self.user_id,
            shop_id: self.shop_id.as_deref(),
            total_fen: self.total_fen,
            paid_at: self.paid_at,
            out_trade_no: self.out_trade_no.as_deref(),
            refunded: self.refunded,
        }
    }
}

impl Imported {
    fn new(pid: &str, row: TradeRow, now: i64, print: Fingerprint) -> Result<Imported, Refusal> {
        let fingerprint = print(&row.content());
        let TradeRow { trade_no, user_id, shop_id, total_fen, paid_at, out_trade_no, refunded } = row;
        let says_out = out_trade_no.is_some();
        let waiting = Trade {
            no: TradeNo::new(paid_at, super::bucket(pid, &user_id).id(0)),
            pid: pid.to_owned(),
            seller_id: pid.to_owned(),
            buyer_id: user_id,
            out_trade_no: out_trade_no.unwrap_or_else(|| trade_no.clone()),
            imported_no: Some(trade_no),
            status: Status::WaitBuyerPay,
            subject: String::new(),
            total_fen,
            discountable_fen: total_fen,
            buyer_pay_fen: 0,
            receipt_fen: 0,
            refunded_fen: 0,
            shop_id,
            detail: "{}".to_owned(),
            origin: None,
            page_token: None,
            expires_at: None,
            paid_at: None,
            closed_at: None,
            refunded_at: None,
            version: 1,
        };
        let paid = waiting.pay(Off::default(), paid_at)?;
        let trade = match refunded {
            Some((fen, at)) => paid.refund(fen, at)?,
            None => paid,
        };
        let over = trade.status == Status::TradeSuccess && finishes_at(paid_at) <= now;
        Ok(Imported { trade: if over { trade.finish()? } else { trade }, says_out, fingerprint })
    }

    fn user_id(&self) -> &str {
        &self.trade.buyer_id
    }

    /// The numbers by which the merchant knows it, each once: the one that it came with, and the merchant's own.
    fn outs(&self) -> impl Iterator<Item = bool> + use<> {
        let own = self.key(true) != self.key(false);
        [Some(false), own.then_some(true)].into_iter().flatten()
    }

    fn key(&self, out: bool) -> &str {
        match &self.trade.imported_no {
            Some(came_with) if !out => came_with,
            _ => &self.trade.out_trade_no,
        }
    }
}

/// What the rows do, without doing it.
struct Plan {
    effects: Vec<Effect>,
    /// New rows that come again in the chunk with higher refunds, and the last of these.
    latest: HashMap<usize, usize>,
    /// The trades of the store that change, by their numbers there.
    changes: BTreeMap<i64, again::Change>,
}

fn plan(tx: &mut Tx, chunk: &TradeChunk) -> Result<Plan, Fault> {
    let scope = scope(&chunk.pid);
    let found = match find_between(tx, &scope, chunk)? {
        Some(found) => found,
        None => {
            let key = |&key: &Key| {
                let text = chunk.text(key);
                [bucket_of_key(&scope, text).into(), scope.as_str().into(), text.into()]
            };
            tx.query_rows(&FIND, chunk.keys.iter().map(key))?
        }
    };
    let mut plan = Plan { effects: Vec::new(), latest: HashMap::new(), changes: BTreeMap::new() };
    if found.is_empty() && !chunk.repeats {
        plan.effects = vec![Effect::New; chunk.len()];
        return Ok(plan);
    }
    let mut used: HashMap<&str, (&[u8], Whose)> =
        found.iter().map(|(key, print, id)| (key.as_str(), (print.as_slice(), Whose::Stored(*id)))).collect();
    plan.effects.reserve(chunk.len());
    for (place, row) in chunk.rows.iter().enumerate() {
        let print = row.fingerprint.as_slice();
        let before: Vec<Option<(&[u8], Whose)>> = row.outs().map(|out| used.get(row.key(out)).copied()).collect();
        let (effect, whose) = match before[0] {
            None if before.iter().all(Option::is_none) => (Effect::New, Whose::Row(place)),
            Some((known, whose)) if before.iter().all(|used| *used == before[0]) => {
                if known == print {
                    (Effect::Unchanged, whose)
                } else if again::refunds_more(tx, chunk, &mut plan, place, known, whose)? {
                    (Effect::Changed, whose)
                } else {
                    (Effect::Taken, whose)
                }
            }
            _ => (Effect::Taken, Whose::Row(place)),
        };
        if matches!(effect, Effect::New | Effect::Changed) {
            used.extend(row.outs().map(|out| (row.key(out), (print, whose))));
        }
        plan.effects.push(effect);
    }
    Ok(plan)
}

/// What is known of a number: itself, the fingerprint that it was used with, and the trade that uses it.
type Used = (String, Vec<u8>, i64);

/// Which trade uses a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    /// One of the store, by its number there.
    Stored(i64),
    /// That of a row of this chunk.
    Row(usize),
}

/// Every number from the first of the chunk's to the last, unless these are far more than the chunk's: most files are sorted,
/// and one walk along the key is much cheaper than a search for each. Only where one bucket holds them all.
fn find_between(tx: &mut Tx, scope: &str, chunk: &TradeChunk) -> Result<Option<Vec<Used>>, Fault> {
    let (Some(&first), Some(&last)) = (chunk.keys.first(), chunk.keys.last()) else { return Ok(None) };
    if 1 < tx.buckets() {
        return Ok(None);
    }
    let (first, last) = (chunk.text(first), chunk.text(last));
    let most = 2 * chunk.keys.len();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let found: Vec<Used> = tx.query(BETWEEN, params![bucket_of_key(scope, first), scope, first, last, limit])?;
    Ok((found.len() < most).then_some(found))
}

/// Uses up the numbers of the new trades; if another operation was faster with any of them, this one runs again.
fn claim(tx: &mut Tx, chunk: &TradeChunk, ids: &[Option<i64>], content: impl Fn(usize) -> usize) -> Result<(), Fault> {
    let scope = scope(&chunk.pid);
    let several = 1 < tx.buckets();
    let new = chunk.keys.iter().filter_map(|&key| {
        let text = chunk.text(key);
        // The engine with one bucket does not look at it.
        let bucket = if several { bucket_of_key(&scope, text) } else { Bucket::of_id(0) };
        Some((bucket, text, ids[key.row]?, key.row))
    });
    let mut new: Vec<_> = new.collect();
    if several {
        new.sort_unstable();
    }
    let values = new.iter().map(|&(bucket, key, id, row)| {
        let Imported { trade, fingerprint, .. } = &chunk.rows[content(row)];
        let print = Val::Bytes(fingerprint);
        [bucket.into(), scope.as_str().into(), key.into(), print, id.into(), trade.no.created_at.into()]
    });
    let claimed = tx.execute_rows(&CLAIM, values)?;
    if usize::try_from(claimed) == Ok(new.len()) { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// Refunds and jobs.
fn follow(tx: &mut Tx, new: &[New<'_>]) -> Result<(), Fault> {
    let refund = |it: &New<'_>| {
        let fen = it.trade.refunded_fen;
        Some(Refund {
            trade: it.id,
            out_request_no: it.trade.out_trade_no.clone(),
            amount_fen: fen,
            buyer_fen: fen,
            reason: None,
            cancels: false,
            at: it.trade.refunded_at?,
        })
    };
    insert_refunds(tx, &new.iter().filter_map(refund).collect::<Vec<_>>())?;
    let jobs = new.iter().filter(|it| it.trade.status == Status::TradeSuccess);
    job::put_many(
        tx,
        job::TRADE_FINISH,
        &jobs.map(|it| (it.id, finishes_at(it.trade.no.created_at))).collect::<Vec<_>>(),
    )
}

/// One entry for all that was paid and one for all that was refunded, which name no trade: a trade from elsewhere has no entry
/// of its own until it is refunded here, or an import says so, and `prove` compares the merchant's imported trades with these.
/// (Earlier builds wrote both for each trade.) Last, because a merchant's balance is the one row that everybody waits for.
/// `more_back` is what was refunded since of trades that were imported before: that has entries.
fn enter(tx: &mut Tx, chunk: &TradeChunk, new: &[New<'_>], more_back: i64, number: i64) -> Result<(), Stop> {
    let (outside, merchant) = (Purse::Outside(&chunk.pid), Purse::Account(&chunk.pid));
    let paid: i64 = new.iter().map(|it| it.trade.receipt_fen).sum();
    let back: i64 = new.iter().map(|it| it.trade.refunded_fen).sum();
    let bucket = bucket_of(&chunk.pid, "");
    let entry = |number: i64, debit, credit, amount_fen| Transfer {
        id: bucket.id(number),
        debit,
        credit,
        amount_fen,
        kind: "import",
        trade: None,
        at: chunk.now,
        cause: Cause::default(),
    };
    let entries = [entry(number, outside, merchant, paid), entry(number + 1, merchant, outside, back)];
    let entries: Vec<_> = entries.into_iter().filter(|entry| 0 < entry.amount_fen).collect();
    ledger::enter_many(tx, &entries)?;
    let fen = paid - back - more_back;
    let moved = match fen.signum() {
        0 => true,
        1 => ledger::move_between(tx, outside, merchant, fen)?,
        _ => ledger::move_between(tx, merchant, outside, -fen)?,
    };
    if moved { Ok(()) } else { Err(Refusal::SellerBalanceNotEnough.into()) }
}

/// The texts that are made as needed, for the test of the rules.
#[cfg(test)]
pub(crate) fn several_rows() -> impl Iterator<Item = (&'static str, String)> {
    [1, 2].into_iter().flat_map(|rows| [FIND.text(rows), CLAIM.text(rows)]).map(|sql| ("several rows", sql))
}
