//! Members: what a merchant knows about a user. Written in chunks by imports, read in pages by the index.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::bucket::{Bucket, bucket_of};
use crate::changes::{Change, announce};
use crate::fault::Fault;
use crate::params;
use crate::row::{FromRow, Row, Val};
use crate::sql::statements;
pub use crate::tags::Tags;
use crate::tx::Tx;

statements! {
    INSERT = "INSERT INTO member (bucket, pid, user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT (bucket, pid, user_id) DO NOTHING";
    INSERT_ACCOUNT = "INSERT INTO account (bucket, user_id) VALUES ($1, $2) ON CONFLICT (bucket, user_id) DO NOTHING";
    GET = "SELECT user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version FROM member
        WHERE bucket = $1 AND pid = $2 AND user_id = $3";
    UPDATE = "UPDATE member SET tags = $1, home_lon_e7 = $2, home_lat_e7 = $3, work_lon_e7 = $4, work_lat_e7 = $5,
        version = $6 + 1 WHERE bucket = $7 AND pid = $8 AND user_id = $9 AND version = $6";
    SCAN = "SELECT user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version FROM member
        WHERE bucket = $1 AND pid = $2 AND user_id > $3 ORDER BY user_id LIMIT $4";
    COUNT = "SELECT COUNT(*) FROM member WHERE bucket = $1 AND pid = $2";
    PIDS = "SELECT DISTINCT pid FROM member ORDER BY pid";
}

/// A position in degrees times 10⁷.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// East is positive.
    pub lon_e7: i32,
    /// North is positive.
    pub lat_e7: i32,
}

/// A member as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose.
    pub user_id: String,
    /// Tag values by code, sorted.
    pub tags: Tags,
    /// Where the member lives.
    pub home: Option<Position>,
    /// Where the member works.
    pub work: Option<Position>,
    /// 1 for a new member, one more with each change.
    pub version: i64,
}

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

/// Merges rows into a merchant's members, creating members and users that are missing. Whole or not at all; one change is
/// told for all of it.
pub fn put_chunk(tx: &mut Tx, pid: &str, rows: &[MemberRow]) -> Result<Chunk, Fault> {
    let order = in_key_order(tx, pid, rows);
    let people: Vec<Person<'_>> = order.chunk_by(|left, right| left.1 == right.1).map(Person).collect();
    let mut effects = vec![Effect::Unchanged; rows.len()];
    let mut written = Vec::with_capacity(people.len());
    let (mut new, mut known) = (Vec::with_capacity(people.len()), Vec::new());
    for some in people.chunks(tx.rows_per_statement()) {
        let fresh: Vec<Member> = some.iter().map(|person| person.applied(None, rows, &mut effects)).collect();
        let inserted = insert(tx, pid, some, &fresh)?;
        for (&person, member) in some.iter().zip(fresh) {
            if inserted.holds(&member.user_id) {
                new.push(person);
                written.push(member);
            } else {
                known.push(person);
            }
        }
    }
    for some in new.chunks(tx.rows_per_statement()) {
        insert_accounts(tx, some)?;
    }
    for some in known.chunks(tx.rows_per_statement()) {
        let mut before = members(tx, pid, some.iter().map(|person| person.user_id()))?;
        for person in some {
            // Whoever inserted the row has committed, so it is there, unless another operation is taking it away.
            let Some(before) = before.remove(person.user_id()) else { return Err(tx.fail(Fault::Stale)) };
            let version = before.version;
            let after = person.applied(Some(before), rows, &mut effects);
            if after.version != version {
                update(tx, pid, version, &after)?;
                written.push(after);
            }
        }
    }
    let rows: Arc<[Member]> = written.into();
    if !rows.is_empty() {
        announce(tx, Change::Members { pid: pid.into(), rows: rows.clone() })?;
    }
    Ok(Chunk { effects, rows })
}

/// One member.
pub fn get(tx: &mut Tx, pid: &str, user_id: &str) -> Result<Option<Member>, Fault> {
    tx.query_opt(GET, params![bucket_of(pid, user_id), pid, user_id])
}

/// Those of `users` that are members, in no order.
pub fn get_many(tx: &mut Tx, pid: &str, users: &[&str]) -> Result<Vec<Member>, Fault> {
    let mut found = Vec::with_capacity(users.len());
    for some in users.chunks(tx.rows_per_statement()) {
        found.extend(members(tx, pid, some.iter().copied())?.into_values());
    }
    Ok(found)
}

/// Where a scan has got to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// How many buckets are behind.
    bucket: u16,
    /// The last member seen of the one at hand.
    user_id: String,
}

/// The next members after `after`, about `limit`, and where to go on; `None` at the end. Pages of one read agree.
pub fn scan(tx: &mut Tx, pid: &str, after: &Cursor, limit: usize) -> Result<(Vec<Member>, Option<Cursor>), Fault> {
    let mut page: Vec<Member> = Vec::new();
    let mut cursor = after.clone();
    while cursor.bucket < tx.buckets() {
        let room = i64::try_from(limit.saturating_sub(page.len()).max(1)).unwrap_or(i64::MAX);
        let bucket = Bucket::of_id(cursor.bucket.into());
        let some: Vec<Member> = tx.query(SCAN, params![bucket, pid, &cursor.user_id, room])?;
        let full = i64::try_from(some.len()) == Ok(room);
        cursor = match some.last() {
            Some(last) if full => Cursor { user_id: last.user_id.clone(), ..cursor },
            _ => Cursor { bucket: cursor.bucket + 1, user_id: String::new() },
        };
        page.extend(some);
        if page.len() >= limit {
            return Ok((page, Some(cursor)));
        }
    }
    Ok((page, None))
}

/// How many members a merchant has.
pub fn count(tx: &mut Tx, pid: &str) -> Result<i64, Fault> {
    let mut total = 0;
    for bucket in 0..tx.buckets() {
        total += tx.query_one::<(i64,)>(COUNT, params![Bucket::of_id(bucket.into()), pid])?.0;
    }
    Ok(total)
}

/// The merchants that have members. Reads the whole table.
pub fn pids_with_members(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    Ok(tx.query::<(String,)>(PIDS, &[])?.into_iter().map(|(pid,)| pid).collect())
}

/// The rows of a chunk that are about one user: at least one, in their order.
#[derive(Clone, Copy)]
struct Person<'a>(&'a [(Bucket, &'a str, usize)]);

impl<'a> Person<'a> {
    fn bucket(self) -> Bucket {
        self.0[0].0
    }

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

/// The rows in the order of the primary key, those of one user in their own: so that chunks lock in one order, and pages
/// fill one after another.
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

/// Whom an insert found missing.
enum Inserted {
    All,
    Only(HashSet<String>),
}

impl Inserted {
    fn holds(&self, user_id: &str) -> bool {
        match self {
            Inserted::All => true,
            Inserted::Only(users) => users.contains(user_id),
        }
    }
}

fn insert(tx: &mut Tx, pid: &str, people: &[Person<'_>], fresh: &[Member]) -> Result<Inserted, Fault> {
    let mut values = Vec::with_capacity(7 * people.len() + 1);
    for (person, member) in people.iter().zip(fresh) {
        values.push(person.bucket().into());
        if values.len() == 1 {
            values.push(pid.into());
        }
        values.extend([Val::from(person.user_id()), member.tags.as_str().into()]);
        values.extend(places(member));
    }
    if people.len() == 1 {
        // A count is cheaper than a row, and this is every row of an import into SQLite.
        let inserted = tx.execute(INSERT, &values)? == 1;
        return Ok(if inserted { Inserted::All } else { Inserted::Only(HashSet::new()) });
    }
    let users: Vec<(String,)> = tx.query(&insert_text(people.len()), &values)?;
    let all = users.len() == people.len();
    Ok(if all { Inserted::All } else { Inserted::Only(users.into_iter().map(|(user,)| user).collect()) })
}

fn insert_accounts(tx: &mut Tx, people: &[Person<'_>]) -> Result<(), Fault> {
    let values: Vec<Val<'_>> =
        people.iter().flat_map(|person| [bucket_of("", person.user_id()).into(), person.user_id().into()]).collect();
    let text = if people.len() == 1 { INSERT_ACCOUNT } else { &insert_accounts_text(people.len()) };
    tx.execute(text, &values).map(drop)
}

fn update(tx: &mut Tx, pid: &str, version: i64, member: &Member) -> Result<(), Fault> {
    let [home_lon, home_lat, work_lon, work_lat] = places(member);
    let (bucket, user_id) = (bucket_of(pid, &member.user_id), &member.user_id);
    let values = [member.tags.as_str().into(), home_lon, home_lat, work_lon, work_lat, version.into()];
    let key = [bucket.into(), pid.into(), user_id.into()];
    match tx.execute(UPDATE, &[values.as_slice(), &key].concat())? {
        1 => Ok(()),
        _ => Err(tx.fail(Fault::Stale)),
    }
}

/// Those of `users` that are members, by user id.
fn members<'a>(
    tx: &mut Tx,
    pid: &str,
    users: impl ExactSizeIterator<Item = &'a str>,
) -> Result<HashMap<String, Member>, Fault> {
    let count = users.len();
    let mut values: Vec<Val<'_>> = Vec::with_capacity(2 * count + 1);
    for user in users {
        values.extend([Val::from(bucket_of(pid, user)), user.into()]);
    }
    values.push(pid.into());
    let found: Vec<Member> = if count == 1 {
        tx.query(GET, &[values[0], values[2], values[1]])?
    } else {
        tx.query(&get_text(count), &values)?
    };
    Ok(found.into_iter().map(|member| (member.user_id.clone(), member)).collect())
}

/// The four columns of a member's positions.
fn places(member: &Member) -> [Val<'static>; 4] {
    let [home, work] = [member.home, member.work]
        .map(|position| [position.map(|it| it.lon_e7).into(), position.map(|it| it.lat_e7).into()]);
    [home[0], home[1], work[0], work[1]]
}

/// [`INSERT`] for several rows: `$2` is the merchant in all of them.
fn insert_text(rows: usize) -> String {
    let mut next = 3;
    let mut row = |index: usize| {
        let bucket = if index == 0 { 1 } else { next };
        next += usize::from(index > 0);
        let own: Vec<String> = (next..next + 6).map(|n| format!("${n}")).collect();
        next += 6;
        format!("(${bucket}, $2, {}, 1)", own.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(&mut row).collect();
    let columns = "bucket, pid, user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version";
    let rest = "ON CONFLICT (bucket, pid, user_id) DO NOTHING RETURNING user_id";
    format!("INSERT INTO member ({columns}) VALUES {} {rest}", rows.join(", "))
}

/// [`INSERT_ACCOUNT`] for several rows.
fn insert_accounts_text(rows: usize) -> String {
    let rows: Vec<String> = (0..rows).map(|index| format!("(${}, ${})", 2 * index + 1, 2 * index + 2)).collect();
    format!("INSERT INTO account (bucket, user_id) VALUES {} ON CONFLICT (bucket, user_id) DO NOTHING", rows.join(", "))
}

/// [`GET`] for several users; the merchant is the last parameter.
fn get_text(users: usize) -> String {
    let key = |index: usize| format!("(CAST(${} AS INTEGER), CAST(${} AS TEXT))", 2 * index + 1, 2 * index + 2);
    let keys: Vec<String> = (0..users).map(key).collect();
    let columns = "user_id, tags, home_lon_e7, home_lat_e7, work_lon_e7, work_lat_e7, version";
    let keys = keys.join(", ");
    let pid = 2 * users + 1;
    format!(
        "WITH wanted (b, u) AS (VALUES {keys}) SELECT {columns} FROM wanted
        JOIN member ON member.bucket = wanted.b AND member.pid = ${pid} AND member.user_id = wanted.u"
    )
}

/// The texts that are made as needed, for the test of the rules.
#[cfg(test)]
pub(crate) fn several_rows() -> impl Iterator<Item = (&'static str, String)> {
    let texts = |rows| [insert_text(rows), insert_accounts_text(rows), get_text(rows)];
    [2, 3].into_iter().flat_map(texts).map(|sql| ("several rows", sql))
}

impl FromRow for Member {
    fn from_row(row: &dyn Row) -> Result<Member, Fault> {
        type Columns = (String, String, Option<i32>, Option<i32>, Option<i32>, Option<i32>, i64);
        let (user_id, tags, home_lon, home_lat, work_lon, work_lat, version) = Columns::from_row(row)?;
        let (home, work) = (Position::from_columns(home_lon, home_lat), Position::from_columns(work_lon, work_lat));
        Ok(Member { user_id, tags: Tags::from_stored(tags), home, work, version })
    }
}

impl Position {
    /// A position from its two columns.
    pub(crate) fn from_columns(lon_e7: Option<i32>, lat_e7: Option<i32>) -> Option<Position> {
        Some(Position { lon_e7: lon_e7?, lat_e7: lat_e7? })
    }
}
