//! The crowd index: every merchant's members in memory, to count.
//!
//! A cache of the store, built when the process starts and updated between each commit and its answer (an import's: its
//! last one), so that a count sees every write that was answered before it on this node. Deleting it loses time, never
//! truth; one user's membership is decided from the store, inside the transaction that acts on it.

mod behavior;
mod mapping;
mod merchant;
mod person;
mod stored;
mod updater;

use domain::condition::Value;
use domain::tag::{Tag, TagKind};
use mapping::{cell, tag_kind};
use merchant::Merchant;
use segment::{Counts, Expr, Members, day};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, RwLock};
use store::member::{Cursor, Member};
use store::sales::Sales;
use store::{Store, Tx};
use stored::place;

pub use mapping::{column, expr, facts};
pub use person::Person;
pub use updater::IndexUpdater;

/// Members read from the store at a time while the index is built.
const LOAD_ROWS: usize = 10_000;
/// From this many members on, a count is long enough to leave the async threads alone.
const LONG_COUNT: usize = 100_000;

/// The tags that rules name most: where members are put in order, these come first among tags of as many values.
const ORDER: [&str; 3] = ["pam_gender", "pam_age", "pam_city_code"];

/// The index of all merchants.
#[derive(Default)]
pub struct Index {
    merchants: RwLock<HashMap<String, Arc<Merchant>>>,
    version: AtomicU64,
}

impl Index {
    /// Counts a merchant's members. `ask` makes the question over the columns as the index has them, which hold at
    /// least `tags`.
    pub fn count<E>(
        &self,
        pid: &str,
        tags: &[segment::Tag],
        now: i64,
        ask: impl FnOnce(&[segment::Tag]) -> Result<(Expr, Vec<usize>), E>,
    ) -> Result<Counts, E> {
        let merchant = self.merchant(pid);
        if tags.iter().any(|tag| !has(&merchant.read(), &tag.code)) {
            define(&mut merchant.write(), tags);
        }
        let members = merchant.read();
        let (expr, dimensions) = ask(members.tags())?;
        Ok(counted(&members, &expr, &dimensions, now))
    }

    /// Counts the members of each of several questions, all of them among the same members; and of the last, as
    /// [`Index::count`] does.
    pub fn count_steps<E>(
        &self,
        pid: &str,
        tags: &[segment::Tag],
        now: i64,
        ask: impl FnOnce(&[segment::Tag]) -> Result<(Vec<Expr>, Expr, Vec<usize>), E>,
    ) -> Result<(Vec<u64>, Counts), E> {
        let merchant = self.merchant(pid);
        if tags.iter().any(|tag| !has(&merchant.read(), &tag.code)) {
            define(&mut merchant.write(), tags);
        }
        let members = merchant.read();
        let (steps, last, dimensions) = ask(members.tags())?;
        let steps = steps.iter().map(|step| counted(&members, step, &[], now).total).collect();
        Ok((steps, counted(&members, &last, &dimensions, now)))
    }

    /// Takes members' new rows; a row older than the one held changes nothing.
    pub fn put(&self, pid: &str, rows: &[Member]) {
        let merchant = self.merchant(pid);
        let mut members = merchant.write();
        let tags = by_code(members.tags());
        let taken = rows.iter().filter(|row| put(&mut members, &tags, row)).count();
        self.version.fetch_add(taken as u64, Ordering::Relaxed);
        merchant.merge_if_due(&members);
    }

    /// Takes what members paid; a sum older than the one held changes nothing.
    pub fn put_sums(&self, pid: &str, rows: &[Sales]) {
        let merchant = self.merchant(pid);
        let mut members = merchant.write();
        for Sales { user_id, net_fen, version: version_of_sum } in rows {
            if let Ok(user) = user_id.parse() {
                // Who pays is a member. Of a new one the sum may come first: an import's rows take longer, and
                // connections tell of what they have written side by side.
                members.put(user, 0, &[]);
                members.put_sum(user, version(*version_of_sum), *net_fen);
            }
        }
        merchant.merge_if_due(&members);
    }

    /// Takes a merchant's tags.
    pub fn define(&self, pid: &str, tags: &[Tag]) {
        let tags: Vec<_> = tags.iter().map(column).collect();
        define(&mut self.merchant(pid).write(), &tags);
    }

    /// Builds the index from the store; members written meanwhile are kept, by their versions.
    pub async fn load(&self, store: &Store) -> Result<(), store::Fault> {
        let held: Vec<_> = self.merchants.read().expect("no holder panics").values().cloned().collect();
        for merchant in held {
            merchant.shops_changed.store(true, Ordering::Release);
            merchant.write().forget_pasts();
        }
        for pid in store.read(|tx: &mut Tx| store::member::pids_with_members(tx)).await? {
            self.load_merchant(store, &pid).await?;
        }
        Ok(())
    }

    /// The same of one merchant's members.
    pub async fn load_merchant(&self, store: &Store, pid: &str) -> Result<(), store::Fault> {
        let mut next = Some(Cursor::default());
        while let Some(after) = next {
            let owner = pid.to_owned();
            // In one snapshot: a value whose tag is not known would be dropped.
            let page = move |tx: &mut Tx| {
                let tags = store::world::tags(tx, &owner)?;
                store::member::scan(tx, &owner, &after, LOAD_ROWS).map(|page| (tags, page))
            };
            let (tags, (rows, following)) = store.read::<_, store::Fault, _>(page).await?;
            self.define(pid, &tags);
            self.put(pid, &rows);
            next = following;
        }
        let mut next = Some(Cursor::default());
        while let Some(after) = next {
            let owner = pid.to_owned();
            let page = move |tx: &mut Tx| store::sales::scan(tx, &owner, &after, LOAD_ROWS);
            let (rows, following) = store.read(page).await?;
            self.put_sums(pid, &rows);
            next = following;
        }
        Ok(())
    }

    /// How many rows this process has taken in: grows with every change of a member, and begins anew with the process.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Relaxed)
    }

    /// Members of all merchants, and the bytes they take.
    pub fn size(&self) -> (usize, usize) {
        let merchants: Vec<_> = self.merchants.read().expect("no holder panics").values().cloned().collect();
        merchants.iter().fold((0, 0), |(members, bytes), merchant| {
            let merchant = merchant.read();
            (members + merchant.len(), bytes + merchant.bytes())
        })
    }

    fn held(&self, pid: &str) -> Option<Arc<Merchant>> {
        self.merchants.read().expect("no holder panics").get(pid).cloned()
    }

    fn merchant(&self, pid: &str) -> Arc<Merchant> {
        if let Some(found) = self.held(pid) {
            return found;
        }
        let mut merchants = self.merchants.write().expect("no holder panics");
        let fresh = || {
            let tags: Vec<_> = domain::tag::built_in().iter().map(column).collect();
            let place = |code| tags.iter().position(|tag| tag.code == code).expect("every merchant has it");
            let order = ORDER.map(place);
            Arc::new(Merchant::new(Members::new(tags, &order)))
        };
        merchants.entry(pid.to_owned()).or_insert_with(fresh).clone()
    }
}

/// Whether an expression over these tags takes a member whose row the store has: for who decides in a transaction, and
/// must not ask an index.
pub fn takes(tags: Vec<segment::Tag>, expr: &Expr, row: &Member, now: i64) -> bool {
    !select(tags, expr, std::slice::from_ref(row), now).is_empty()
}

/// The same of many members: the ids of those that it takes, in their order.
pub fn select<'m>(tags: Vec<segment::Tag>, expr: &Expr, rows: &'m [Member], now: i64) -> Vec<&'m str> {
    let mut members = Members::new(tags, &[]);
    let tags = by_code(members.tags());
    for row in rows {
        put(&mut members, &tags, row);
    }
    let today = day(now);
    let is_taken =
        |row: &&Member| row.user_id.parse().is_ok_and(|user| members.matches(user, expr, today) == Some(true));
    rows.iter().filter(is_taken).map(|row| row.user_id.as_str()).collect()
}

fn counted(members: &Members, expr: &Expr, dimensions: &[usize], now: i64) -> Counts {
    let count = || members.answer(expr, dimensions, day(now));
    if LONG_COUNT < members.len() { tokio::task::block_in_place(count) } else { count() }
}

/// A row's version as the columns hold it.
fn version(of_row: i64) -> u32 {
    u32::try_from(of_row).unwrap_or(u32::MAX)
}

fn has(members: &Members, code: &str) -> bool {
    members.tags().iter().any(|tag| tag.code == code)
}

fn define(members: &mut Members, tags: &[segment::Tag]) {
    for tag in tags {
        if !has(members, &tag.code) {
            members.add_tag(tag.clone());
        }
    }
}

/// Codes with the places of their tags and their kinds, in the order in which a row has its values.
fn by_code(tags: &[segment::Tag]) -> Vec<(String, usize, TagKind)> {
    let with_kind = |(place, tag): (usize, &segment::Tag)| (tag.code.clone(), place, tag_kind(tag.kind));
    let mut tags: Vec<_> = tags.iter().enumerate().map(with_kind).collect();
    tags.sort_unstable_by(|(left, ..), (right, ..)| left.cmp(right));
    tags
}

/// Whether the row was newer than what was held.
fn put(members: &mut Members, tags: &[(String, usize, TagKind)], row: &Member) -> bool {
    let Ok(user) = row.user_id.parse() else { return false };
    let texts: Vec<_> = row.tags.iter().collect();
    let mut values = Vec::with_capacity(texts.len());
    // Both ascend by code, so one walk along the tags finds them all.
    let mut tags = tags;
    for (code, text) in &texts {
        while let Some(((before, ..), rest)) = tags.split_first()
            && **before < **code
        {
            tags = rest;
        }
        let Some((known, place, kind)) = tags.first() else { break };
        if **known == **code
            && let Ok(value) = Value::parse(*kind, text)
        {
            values.push((*place, cell(value)));
        }
    }
    let version = version(row.version);
    let is_newer = members.put(user, version, &values);
    members.put_places(user, version, row.home.map(place), row.work.map(place));
    is_newer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_paid_is_counted_though_it_is_told_of_first() {
        let (index, pid) = (Index::default(), "2088201914979011");
        let user_id = "2088102146931393".to_owned();
        let paid = |version, net_fen| Sales { user_id: user_id.clone(), net_fen, version };
        let count = || {
            let all = |_: &[segment::Tag]| Ok::<_, ()>((Expr::All(Vec::new()), Vec::new()));
            let counts = index.count(pid, &[], 0, all).expect("it can be counted");
            (counts.total, counts.sum)
        };
        index.put_sums(pid, &[paid(2, 300)]);
        assert_eq!(count(), (1, Some(300)));
        let tags = store::member::Tags::default();
        index.put(pid, &[Member { user_id: user_id.clone(), tags, home: None, work: None, version: 1 }]);
        index.put_sums(pid, &[paid(1, 100)]);
        assert_eq!((count(), index.version()), ((1, Some(300)), 1));
    }

    #[test]
    fn counts_are_right_while_members_are_merged() {
        const MEMBERS: i64 = 30_000;
        let (index, pid) = (Index::default(), "2088201914979011");
        let user_id = |user: i64| format!("2088{user:012}");
        let count = || {
            let all = |_: &[segment::Tag]| Ok::<_, ()>((Expr::All(Vec::new()), Vec::new()));
            let counts = index.count(pid, &[], 0, all).expect("it can be counted");
            (counts.total as i64, counts.sum.expect("somebody paid"))
        };
        // In the second round everybody changes, most of them from the base segment to a delta and back.
        for version in 1..=2 {
            for start in (0..MEMBERS).step_by(1000) {
                let users = start..start + 1000;
                let tags = store::member::Tags::default;
                let row = |user| Member { user_id: user_id(user), tags: tags(), home: None, work: None, version };
                index.put(pid, &users.clone().map(row).collect::<Vec<_>>());
                let sums = users.map(|user| Sales { user_id: user_id(user), net_fen: version, version });
                index.put_sums(pid, &sums.collect::<Vec<_>>());
                let expect =
                    if version == 1 { (start + 1000, start + 1000) } else { (MEMBERS, MEMBERS + start + 1000) };
                assert_eq!(count(), (expect.0, expect.1.into()));
            }
        }
        assert_eq!(index.version(), 2 * MEMBERS as u64);
    }
}
