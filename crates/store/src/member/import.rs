//! Importing members by the chunk: rows are merged into what the table has.

use std::collections::HashMap;
use std::sync::Arc;

use super::hold::INSERT;
use super::read::get_many;
use super::row::{Member, Position};
use super::tags::Tags;
use crate::changes::announce::announce;
use crate::changes::change::Change;
use crate::engine::bucket::{Bucket, bucket_of};
use crate::engine::fault::Fault;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

statements! {
    BETWEEN = "SELECT user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version FROM member
        WHERE bucket = $1 AND pid = $2 AND user_id >= $3 AND user_id <= $4 ORDER BY user_id LIMIT $5";
}

static UPDATE: Rows<9> = Rows::new(
    "WITH new (bucket, pid, user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT", "TEXT", "INTEGER", "INTEGER", "INTEGER", "INTEGER", "BIGINT"],
    ") UPDATE member SET tags = new.tags, home_lon_e7 = new.home_lon_e7, home_lat_e7 = new.home_lat_e7,
        work_lon_e7 = new.work_lon_e7, work_lat_e7 = new.work_lat_e7, version = new.version FROM new
        WHERE member.bucket = new.bucket AND member.pid = new.pid AND member.user_id = new.user_id
        AND member.version = new.version - 1",
);

static INSERT_ACCOUNT: Rows<2> = Rows::new(
    "INSERT INTO account (bucket, user_id) VALUES",
    ["INTEGER", "TEXT"],
    "ON CONFLICT (bucket, user_id) DO NOTHING",
);

/// What a row of an import says about one of a member's positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch {
    /// Nothing.
    #[default]
    Keep,
    /// There is none.
    Clear,
    /// This is it.
    Set(Position),
}

/// A row of an import: what it names is set or cleared, everything else is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberRow {
    user_id: String,
    set: Tags,
    cleared: Vec<String>,
    home: Patch,
    work: Patch,
}

impl MemberRow {
    /// Sets the tags that come with a value and clears the others. Of a code named twice, the last value counts. Values
    /// are the caller's to check.
    pub fn new<'a>(user_id: &str, tags: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> MemberRow {
        let mut tags: Vec<_> = tags.into_iter().collect();
        tags.reverse();
        tags.sort_by_key(|&(code, _)| code);
        tags.dedup_by_key(|&mut (code, _)| code);
        let set = Tags::pack(tags.iter().filter_map(|&(code, value)| Some((code, value?))));
        let cleared = tags.iter().filter(|(_, value)| value.is_none()).map(|&(code, _)| code.to_owned()).collect();
        MemberRow { user_id: user_id.to_owned(), set, cleared, ..MemberRow::default() }
    }

    /// With positions.
    #[must_use]
    pub fn at(self, home: Patch, work: Patch) -> MemberRow {
        MemberRow { home, work, ..self }
    }
}

/// What one row of an import did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The member was not known.
    New,
    /// The member was, and something is different now.
    Changed,
    /// Nothing is different.
    Unchanged,
}

/// What a chunk of an import did.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// What each row did, in their order.
    pub effects: Vec<Effect>,
    /// The members that are new or changed, as they are now.
    pub rows: Arc<[Member]>,
}

/// Merges rows into a merchant's members, creating members and users that are missing. Whole or not at all; one change
/// is announced for all of it.
pub fn put_chunk(tx: &mut Tx, pid: &str, rows: &[MemberRow]) -> Result<Chunk, Fault> {
    let order = in_key_order(tx, pid, rows);
    let people: Vec<Person<'_>> = order.chunk_by(|left, right| left.1 == right.1).map(Person).collect();
    let users: Vec<&str> = people.iter().map(|person| person.user_id()).collect();
    let mut before = find(tx, pid, &users)?;
    let mut effects = vec![Effect::Unchanged; rows.len()];
    let (mut new, mut changed) = (Vec::new(), Vec::new());
    for person in &people {
        let before = before.remove(person.user_id());
        let version = before.as_ref().map_or(0, |member| member.version);
        let after = person.applied(before, rows, &mut effects);
        if version == 0 {
            new.push(after);
        } else if version < after.version {
            changed.push(after);
        }
    }
    write(tx, &INSERT, pid, &new)?;
    let mut users: Vec<_> = new.iter().map(|it| (bucket_of("", &it.user_id), &it.user_id)).collect();
    if 1 < tx.buckets() {
        // Two merchants may have the same new users, each in an order of its own.
        users.sort_unstable();
    }
    tx.execute_rows(&INSERT_ACCOUNT, users.into_iter().map(|(bucket, user)| [bucket.into(), user.into()]))?;
    write(tx, &UPDATE, pid, &changed)?;
    new.append(&mut changed);
    let rows: Arc<[Member]> = new.into();
    if !rows.is_empty() {
        announce(tx, Change::Members { pid: pid.into(), rows: rows.clone() })?;
    }
    Ok(Chunk { effects, rows })
}

/// The rows of a chunk that are about one user: at least one, in their order.
#[derive(Clone, Copy)]
struct Person<'a>(&'a [(Bucket, &'a str, usize)]);

impl<'a> Person<'a> {
    fn user_id(self) -> &'a str {
        self.0[0].1
    }

    /// The member after all of the rows; what each did goes to its place in `effects`.
    fn applied(self, before: Option<Member>, rows: &[MemberRow], effects: &mut [Effect]) -> Member {
        let mut known = before.is_some();
        let mut changed = false;
        let mut member = before.unwrap_or_else(|| Member {
            user_id: self.user_id().to_owned(),
            tags: Tags::default(),
            home: None,
            work: None,
            version: 0,
        });
        for &(_, _, index) in self.0 {
            let row = &rows[index];
            let tags = member.tags.merged(&row.set, &row.cleared);
            let (home, work) = (row.home.applied(member.home), row.work.applied(member.work));
            let same = tags == member.tags && home == member.home && work == member.work;
            (member.tags, member.home, member.work) = (tags, home, work);
            effects[index] = match (std::mem::replace(&mut known, true), same) {
                (false, _) => Effect::New,
                (true, false) => Effect::Changed,
                (true, true) => Effect::Unchanged,
            };
            changed |= effects[index] != Effect::Unchanged;
        }
        Member { version: member.version + i64::from(changed), ..member }
    }
}

impl Patch {
    fn applied(self, before: Option<Position>) -> Option<Position> {
        match self {
            Patch::Keep => before,
            Patch::Clear => None,
            Patch::Set(position) => Some(position),
        }
    }
}

/// The rows in the order of the primary key, those of one user in their own: so that chunks lock in one order, and
/// pages fill one after another.
fn in_key_order<'a>(tx: &Tx, pid: &str, rows: &'a [MemberRow]) -> Vec<(Bucket, &'a str, usize)> {
    let one_bucket = (tx.buckets() == 1).then_some(Bucket::of_id(0));
    let key = |(index, row): (usize, &'a MemberRow)| {
        let bucket = one_bucket.unwrap_or_else(|| bucket_of(pid, &row.user_id));
        (bucket, row.user_id.as_str(), index)
    };
    let mut order: Vec<_> = rows.iter().enumerate().map(key).collect();
    order.sort_unstable();
    order
}

/// Those of `users` that are members, by user id. `users` are in the order of the primary key.
fn find(tx: &mut Tx, pid: &str, users: &[&str]) -> Result<HashMap<String, Member>, Fault> {
    let found = match find_between(tx, pid, users)? {
        Some(found) => found,
        None => get_many(tx, pid, users)?,
    };
    Ok(found.into_iter().map(|member| (member.user_id.clone(), member)).collect())
}

/// Everybody from the first of `users` to the last, unless these are far more than `users`: most files are sorted, and
/// one walk along the key is much cheaper than a search for each. Only where one bucket holds them all.
fn find_between(tx: &mut Tx, pid: &str, users: &[&str]) -> Result<Option<Vec<Member>>, Fault> {
    let [first, .., last] = users else { return Ok(None) };
    if tx.buckets() > 1 {
        return Ok(None);
    }
    let most = 2 * users.len();
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    let found: Vec<Member> = tx.query(BETWEEN, params![bucket_of(pid, first), pid, *first, *last, limit])?;
    Ok((found.len() < most).then_some(found))
}

/// Inserts or updates members; if another operation was faster with any of them, this one runs again.
fn write(tx: &mut Tx, sql: &Rows<9>, pid: &str, members: &[Member]) -> Result<(), Fault> {
    let written = tx.execute_rows(sql, members.iter().map(|member| member.columns(pid)))?;
    if usize::try_from(written) == Ok(members.len()) { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}
