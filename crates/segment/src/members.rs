//! One merchant's members: a base segment of most of them, a delta of those who are new or have changed, and, while
//! these two are being merged, another delta. In the folder is what goes through all of them: the scan of a count, its
//! histograms and sums, and the merge.
//!
//! Each member is in one segment: who changes leaves the base segment's row for one of the delta. Rows are counted
//! through all segments, the base segment's first. What changes by itself or often, sums and facts, is held by row
//! beside them.

mod answers;
mod base;
mod breakdown;
mod delta;
mod histogram;
mod merge;
mod row_set;
mod scan;
mod sums;

use std::sync::{Arc, Mutex};

use crate::columns::cell_vec::GROUP;
use crate::columns::dictionary::Dictionary;
use crate::columns::{Cell, Column};
use crate::rule::{Expr, Fact, Subject};
use crate::tag::{Kind, Tag};
use crate::value::Value;
use crate::windows::{Behavior, Event, Place};
use answers::Answers;
use base::Base;
use breakdown::Breakdown;
use delta::Delta;
use histogram::Histograms;
use row_set::RowSet;
use scan::{Common, Scan, Segment};
use sums::Sums;

pub use merge::{Merge, MergeResult};
pub use scan::Counts;

/// A delta of fewer members is not worth a merge.
const DELTA_MIN: usize = 8192;
/// A delta of more than one in so many members is.
const DELTA_SHARE: usize = 32;

/// One merchant's members in columns.
pub struct Members {
    tags: Vec<Tag>,
    /// The tags that rules name most.
    order: Vec<usize>,
    /// By tag; those of tags of other kinds are empty.
    dictionaries: Vec<Dictionary>,
    base: Option<Arc<Base>>,
    /// Rows of the base segment whose members are in a delta.
    left_base: RowSet,
    /// What is being merged into the base segment.
    merging: Option<Arc<Delta>>,
    /// Its rows whose members are in the other delta.
    left_merging: RowSet,
    delta: Delta,
    len: usize,
    version: u64,
    sums: Sums,
    /// What members did, once that is asked for.
    history: Option<History>,
    /// Those of whom it is not known yet what they did before they came.
    unread: Vec<u64>,
    answers: Mutex<Answers>,
}

/// What members did, and which rows they have: there, members are named by the order of their arrival.
struct History {
    behavior: Behavior,
    /// By arrival.
    rows: Vec<u32>,
    /// By row.
    arrivals: Vec<u32>,
}

/// Where a member is.
#[derive(Clone, Copy)]
struct Found {
    /// Its row among those of all members.
    row: usize,
    version: u32,
    segment: Which,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Base,
    Merging,
    Delta,
}

impl Members {
    /// These tags, and no members yet. `order` says which tags rules name most: indices into `tags`. Where many members
    /// are put in an order, tags with many words come first, and among equals these.
    ///
    /// # Panics
    /// When `order` has a tag of another kind than enum or text.
    pub fn new(tags: Vec<Tag>, order: &[usize]) -> Members {
        let is_words = |tag: &usize| matches!(tags[*tag].kind, Kind::Enum | Kind::Text);
        assert!(order.iter().all(is_words), "members are ordered by enum or text tags");
        let dictionaries: Vec<_> = tags.iter().map(|_| Dictionary::default()).collect();
        let delta = Delta::new(&tags, &dictionaries, 0);
        let (base, left_base, merging, left_merging, sums, history, unread, answers) = Default::default();
        let order = order.to_vec();
        let (len, version) = (0, 0);
        Members {
            tags,
            order,
            dictionaries,
            base,
            left_base,
            merging,
            left_merging,
            delta,
            len,
            version,
            sums,
            history,
            unread,
            answers,
        }
    }

    /// The tags, in the order that tests and values refer to.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// Grows with every change that a count could see, and names the state that a count between two changes saw.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Adds a tag whose value is unknown for every member.
    pub fn add_tag(&mut self, tag: Tag) {
        self.tags.push(tag);
        self.dictionaries.push(Dictionary::default());
        self.delta.add_tag(&self.tags, &self.dictionaries);
        self.version += 1;
    }

    /// Replaces a member's whole row, or takes in a new member; the next count sees it. Tags without a value become
    /// unknown. Each value comes with the index of its tag, and must be of that tag's kind; of two values for one tag
    /// the last counts. Returns false and changes nothing when the version held is this one or a later one.
    ///
    /// # Panics
    /// When a value is of another kind than its tag.
    pub fn put(&mut self, user: u64, version: u32, values: &[(usize, Value<'_>)]) -> bool {
        let found = self.find(user);
        if found.is_some_and(|found| version <= found.version) {
            return false;
        }
        let cells: Vec<_> = values.iter().map(|(tag, value)| (*tag, self.cell(*tag, *value))).collect();
        let own = match found {
            Some(Found { row, segment: Which::Delta, .. }) => {
                let own = row - self.delta.first;
                self.delta.versions[own] = version;
                own
            }
            Some(Found { row, segment, .. }) => {
                match segment {
                    Which::Base => self.left_base.insert(row),
                    _ => self.left_merging.insert(row - self.merging.as_ref().map_or(0, |merging| merging.first)),
                }
                let own = self.delta.push(user, version);
                self.move_row(row, self.delta.first + own);
                own
            }
            None => {
                let own = self.delta.push(user, version);
                self.len += 1;
                self.arrive(user, self.delta.first + own);
                own
            }
        };
        self.delta.set(own, &self.tags, &self.dictionaries, &cells);
        self.version += 1;
        true
    }

    /// A value as columns hold it.
    fn cell(&mut self, tag: usize, value: Value<'_>) -> Cell {
        match (self.tags[tag].kind, value) {
            (Kind::Enum, Value::Code(word)) | (Kind::Text, Value::Text(word)) => {
                Cell::Word(self.dictionaries[tag].number(word))
            }
            (Kind::Number, Value::Number(number)) => Cell::Number(Some(number)),
            (Kind::Date, Value::Date(days)) => Cell::Number(Some(days.into())),
            (Kind::Location, Value::Place { lon, lat }) => Cell::Place(lon, lat),
            _ => panic!("{value:?} is not of its tag's kind"),
        }
    }

    /// What is held by row beside the segments takes in a new member.
    fn arrive(&mut self, user: u64, row: usize) {
        if let Some(History { behavior, rows, arrivals }) = &mut self.history {
            arrivals.resize(row + 1, u32::MAX);
            arrivals[row] = rows.len() as u32;
            rows.push(row as u32);
            behavior.grow(rows.len(), arrivals.len(), |arrival| rows[arrival] as usize);
            self.unread.push(user);
        }
    }

    /// What is held by row beside the segments goes with a member to another row.
    fn move_row(&mut self, from: usize, to: usize) {
        self.sums.move_row(from, to);
        if let Some(History { behavior, rows, arrivals }) = &mut self.history {
            arrivals.resize(arrivals.len().max(to + 1), u32::MAX);
            arrivals[to] = arrivals[from];
            rows[arrivals[to] as usize] = to as u32;
            behavior.grow(rows.len(), arrivals.len(), |arrival| rows[arrival] as usize);
            behavior.move_row(from, to);
        }
    }

    fn find(&self, user: u64) -> Option<Found> {
        let in_delta = |delta: &Delta, segment| {
            let own = delta.row(user)?;
            Some(Found { row: delta.first + own, version: delta.versions[own], segment })
        };
        in_delta(&self.delta, Which::Delta).or_else(|| in_delta(self.merging.as_deref()?, Which::Merging)).or_else(
            || {
                let (row, version) = self.base.as_ref()?.find(user)?;
                Some(Found { row, version, segment: Which::Base })
            },
        )
    }

    /// Whether so much is new or has changed that a merge is due.
    pub fn needs_merge(&self) -> bool {
        self.merging.is_none() && DELTA_MIN.max(self.len / DELTA_SHARE) <= self.delta.len()
    }

    /// Begins to merge what is new or has changed into the base segment. Counts and changes go on meanwhile; `None`
    /// while another merge is going on.
    pub fn begin_merge(&mut self) -> Option<Merge> {
        if self.merging.is_some() {
            return None;
        }
        let first = (self.delta.first + self.delta.len()).next_multiple_of(GROUP);
        let fresh = Delta::new(&self.tags, &self.dictionaries, first);
        let delta = Arc::new(std::mem::replace(&mut self.delta, fresh));
        self.merging = Some(delta.clone());
        Some(Merge {
            base: self.base.clone(),
            left: self.left_base.clone(),
            delta,
            tags: self.tags.clone(),
            words: self.dictionaries.iter().map(Dictionary::len).collect(),
            order: self.order.clone(),
        })
    }

    /// Takes what a merge has made; answers are the same before and after.
    ///
    /// # Panics
    /// When it was not begun here, or ended before.
    pub fn end_merge(&mut self, result: MergeResult) {
        assert!(self.merging.take().is_some(), "a merge was begun");
        let MergeResult { base, rows: mut before } = result;
        let first = base.len().next_multiple_of(GROUP);
        // What is held by row beside the segments.
        before.resize(first, u32::MAX);
        before.extend((self.delta.first..self.delta.first + self.delta.len()).map(|row| row as u32));
        self.sums.gather(&before);
        if let Some(History { behavior, rows, arrivals }) = &mut self.history {
            behavior.gather(&before);
            *arrivals = before.iter().map(|row| arrivals.get(*row as usize).copied().unwrap_or(u32::MAX)).collect();
            for (row, arrival) in arrivals.iter().enumerate() {
                // The row that a member has left is not its row.
                if *arrival != u32::MAX && rows[*arrival as usize] == before[row] {
                    rows[*arrival as usize] = row as u32;
                }
            }
        }
        (self.left_base, self.left_merging) = Default::default();
        for (user, _) in self.delta.users.iter().zip(0_u32..) {
            if let Some((row, _)) = base.find(*user) {
                self.left_base.insert(row);
            }
        }
        self.delta.first = first;
        self.base = Some(Arc::new(base));
    }

    /// Merges all that is new or has changed into the base segment at once.
    pub fn merge(&mut self) {
        if let Some(merge) = self.begin_merge() {
            self.end_merge(merge.run());
        }
    }

    /// Sets the sum that a member paid, in fen and at most 4 × 10¹⁵; the next count sees it. Returns false and changes
    /// nothing when there is no such member, or the version held is this one or a later one.
    pub fn put_sum(&mut self, user: u64, version: u32, fen: i64) -> bool {
        let taken = self.find(user).is_some_and(|found| self.sums.put(found.row, version, fen));
        self.version += u64::from(taken);
        taken
    }

    /// Holds from here on what members do, as of `now`, UTC milliseconds. What they did before is unread.
    pub fn track(&mut self, now: i64) {
        if self.history.is_some() {
            return;
        }
        let mut arrivals = vec![u32::MAX; self.delta.first + self.delta.len()];
        let mut rows = Vec::with_capacity(self.len);
        self.for_each(|_, row| {
            arrivals[row] = rows.len() as u32;
            rows.push(row as u32);
        });
        let mut behavior = Behavior::new(now, 0, 0);
        behavior.grow(rows.len(), arrivals.len(), |arrival| rows[arrival] as usize);
        self.history = Some(History { behavior, rows, arrivals });
        self.version += 1;
        self.forget_pasts();
    }

    /// Goes through all members with their rows.
    fn for_each(&self, mut each: impl FnMut(u64, usize)) {
        if let Some(base) = &self.base {
            let here = base.users().filter(|(_, row)| !self.left_base.contains(*row as usize));
            here.for_each(|(user, row)| each(user, row as usize));
        }
        if let Some(merging) = &self.merging {
            let here = merging.users.iter().enumerate().filter(|(own, _)| !self.left_merging.contains(*own));
            here.for_each(|(own, user)| each(*user, merging.first + own));
        }
        self.delta.users.iter().enumerate().for_each(|(own, user)| each(*user, self.delta.first + own));
    }

    /// Whether it is held what members do.
    pub fn tracks(&self) -> bool {
        self.history.is_some()
    }

    /// Takes everybody's past for unread: something may have been missed.
    pub fn forget_pasts(&mut self) {
        if self.history.is_some() {
            let mut unread = Vec::with_capacity(self.len);
            self.for_each(|user, _| unread.push(user));
            self.unread = unread;
        }
    }

    /// Whether there is anybody whose past is unread.
    pub fn has_unread(&self) -> bool {
        !self.unread.is_empty()
    }

    /// Gives up to `most` of those whose past is unread. The caller gives all that they did to [`Members::take`] and
    /// their places to [`Members::put_places`], or them back to [`Members::put_unread`].
    pub fn take_unread(&mut self, most: usize) -> Vec<u64> {
        self.unread.split_off(self.unread.len().saturating_sub(most))
    }

    /// Takes back those whose past could not be read.
    pub fn put_unread(&mut self, users: Vec<u64>) {
        self.unread.extend(users);
    }

    /// Takes what a member did, in whatever order events come and however often; the next count sees it. Nothing is
    /// changed where it is not held what members do, or there is no such member: its past will be unread when it comes.
    pub fn take(&mut self, user: u64, event: Event) {
        if let Some(Found { row, .. }) = self.find(user)
            && let Some(History { behavior, arrivals, .. }) = &mut self.history
        {
            behavior.take(arrivals[row] as usize, row, event);
            self.version += 1;
        }
    }

    /// Sets where a member lives and works, as the row of that version says; nothing where the version held is a later
    /// one, it is not held what members do, or there is no such member.
    pub fn put_places(&mut self, user: u64, version: u32, home: Option<Place>, work: Option<Place>) {
        if let Some(found) = self.find(user).filter(|found| found.version <= version)
            && let Some(History { behavior, arrivals, .. }) = &mut self.history
        {
            behavior.put_places(arrivals[found.row] as usize, found.row, home, work);
            self.version += 1;
        }
    }

    /// Sets where the merchant's shops are.
    pub fn set_shops(&mut self, shops: &[Place]) {
        if let Some(history) = &mut self.history {
            history.behavior.set_shops(shops);
            self.version += 1;
        }
    }

    /// Whether these facts are as of `now`: there is nothing for [`Members::require`] to do.
    pub fn is_current(&self, facts: &[Fact], now: i64) -> bool {
        self.history.as_ref().is_some_and(|History { behavior, .. }| {
            !behavior.changes_until(now) && facts.iter().all(|fact| behavior.column(*fact).is_some())
        })
    }

    /// Has these facts, as of `now`, UTC milliseconds. Facts do not go back: to a moment before one that was required
    /// already nothing is moved.
    ///
    /// # Panics
    /// When it is not held what members do.
    pub fn require(&mut self, facts: &[Fact], now: i64) {
        while !self.require_step(facts, now) {}
    }

    /// The same in steps of a few milliseconds, for a caller who lets others in between; whether it is done.
    ///
    /// # Panics
    /// When it is not held what members do.
    pub fn require_step(&mut self, facts: &[Fact], now: i64) -> bool {
        let History { behavior, rows, .. } = self.history.as_mut().expect("what members do is held");
        self.version += 1;
        behavior.step(facts, now, |arrival| rows[arrival] as usize)
    }

    /// A member's value of a fact that was required; `None` where it has none, or there is no such member.
    pub fn fact(&self, user: u64, fact: Fact) -> Option<i64> {
        self.history.as_ref()?.behavior.column(fact)?.get(self.find(user)?.row)
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Memory held, in bytes: an estimate to plan with.
    pub fn bytes(&self) -> usize {
        let dictionaries: usize = self.dictionaries.iter().map(Dictionary::bytes).sum();
        let base = self.base.as_ref().map_or(0, |base| base.bytes());
        let deltas = self.delta.bytes() + self.merging.as_ref().map_or(0, |merging| merging.bytes());
        let history = self.history.as_ref().map_or(0, |History { behavior, rows, arrivals }| {
            behavior.bytes() + (rows.capacity() + arrivals.capacity()) * size_of::<u32>()
        });
        let left = self.left_base.bytes() + self.left_merging.bytes();
        let answers = self.answers.lock().expect("no holder panics").bytes();
        let unread = self.unread.capacity() * size_of::<u64>();
        dictionaries + base + deltas + history + left + self.sums.bytes() + unread + answers
    }

    /// Memory that the base segment holds of some tags, in bytes; its dictionaries not counted.
    pub fn base_bytes(&self, tags: &[usize]) -> usize {
        let columns = self.base.as_ref().map_or(&[][..], |base| &base.columns);
        tags.iter().filter_map(|tag| columns.get(*tag)).map(Column::bytes).sum()
    }

    /// The same as [`Members::count`], which is done once for a question that is asked again before anything changes.
    ///
    /// # Panics
    /// As that does.
    pub fn answer(&self, expr: &Expr, dimensions: &[usize], today: i32) -> Counts {
        let answers = || self.answers.lock().expect("no holder panics");
        if let Some(counts) = answers().get(self.version, expr, dimensions, today) {
            return counts;
        }
        let counts = self.count(expr, dimensions, today);
        answers().put((self.version, self.len), expr, dimensions, today, &counts);
        counts
    }

    /// Counts the members that the expression takes, and, for each dimension, how many of them hold each value.
    /// `dimensions` are indices of enum or text tags. `today` is in days since 1970-01-01.
    ///
    /// # Panics
    /// When a dimension is a tag of another kind, or a fact of the expression was not required.
    pub fn count(&self, expr: &Expr, dimensions: &[usize], today: i32) -> Counts {
        let words = |tag: usize| self.dictionaries[tag].len();
        let mut found: Vec<Vec<u64>> = dimensions.iter().map(|tag| vec![0; words(*tag) + 1]).collect();
        let is_dimension = |tag: &usize| matches!(self.tags[*tag].kind, Kind::Enum | Kind::Text);
        assert!(dimensions.iter().all(is_dimension), "a dimension is an enum or a text tag");
        let (mut total, mut sum) = (0, 0);
        let mut add = |(counted, paid): (u64, i128)| (total, sum) = (total + counted, sum + paid);
        let common = self.common(today);
        if let Some(base) = &self.base {
            let mut breakdown = Breakdown::new(base, dimensions, words);
            let segment = Segment { columns: &base.columns, rows: base.len(), first: 0, left: &self.left_base };
            add(Scan::new(common, segment, expr).count(&mut breakdown, &self.sums));
            breakdown.finish(&mut found);
        }
        let nobody = RowSet::default();
        let merging = self.merging.as_deref().map(|merging| (merging, &self.left_merging));
        for (delta, left) in merging.into_iter().chain([(&self.delta, &nobody)]).filter(|(delta, _)| delta.len() != 0) {
            let mut histograms = Histograms::new(delta, dimensions, words);
            let segment = Segment { columns: &delta.columns, rows: delta.len(), first: delta.first, left };
            add(Scan::new(common, segment, expr).count(&mut histograms, &self.sums));
            histograms.finish(&mut found);
        }
        let named = |(tag, counts): (&usize, &Vec<u64>)| self.dictionaries[*tag].named(counts);
        let histograms = dimensions.iter().zip(&found).map(named).collect();
        Counts { total, histograms, sum: (!self.sums.is_empty()).then_some(sum) }
    }

    /// Whether the expression takes this member; `None` when there is no such member. `today` is in days since
    /// 1970-01-01.
    ///
    /// # Panics
    /// When a fact of the expression was not required.
    pub fn matches(&self, user: u64, expr: &Expr, today: i32) -> Option<bool> {
        let found = self.find(user)?;
        Some(self.row_matches(found, expr, today))
    }

    fn common(&self, today: i32) -> Common<'_> {
        let behavior = self.history.as_ref().map(|history| &history.behavior);
        Common { dictionaries: &self.dictionaries, behavior, today }
    }

    fn row_matches(&self, found: Found, expr: &Expr, today: i32) -> bool {
        match expr {
            Expr::All(parts) => parts.iter().all(|part| self.row_matches(found, part, today)),
            Expr::Any(parts) => parts.iter().any(|part| self.row_matches(found, part, today)),
            Expr::Not(part) => !self.row_matches(found, part, today),
            Expr::Test(test) => match test.subject {
                Subject::Tag(tag) => test.rule.takes(self.value(found, tag), today),
                Subject::Fact(fact) => test.rule.takes_number(self.common(today).fact(fact).get(found.row), today),
            },
        }
    }

    /// What a member has of a tag.
    fn value(&self, Found { row, segment, .. }: Found, tag: usize) -> Option<Value<'_>> {
        let (columns, first): (&[Column], _) = match segment {
            Which::Base => (&self.base.as_ref()?.columns, 0),
            Which::Merging => self.merging.as_ref().map(|merging| (&merging.columns[..], merging.first))?,
            Which::Delta => (&self.delta.columns, self.delta.first),
        };
        match (self.tags[tag].kind, columns.get(tag)?.get(row - first)) {
            (Kind::Enum, Cell::Word(number)) => self.dictionaries[tag].word(number).map(Value::Code),
            (_, Cell::Word(number)) => self.dictionaries[tag].word(number).map(Value::Text),
            (Kind::Date, Cell::Number(days)) => {
                days.map(|days| Value::Date(i32::try_from(days).expect("a day came in as an i32")))
            }
            (_, Cell::Number(number)) => number.map(Value::Number),
            (_, Cell::Place(lon, lat)) => (!lon.is_nan()).then_some(Value::Place { lon, lat }),
        }
    }
}
