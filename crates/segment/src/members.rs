//! One merchant's members: when each arrived, which row each has, and a column for each tag. In the folder is what goes
//! through all of them: their order, the scan of a count, its histograms and sums.

mod histogram;
mod row_order;
mod scan;
mod sums;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasherDefault, Hasher};

use crate::columns::Column;
use crate::columns::packed_codes::PackedCodes;
use crate::rule::{Expr, Fact, Subject};
use crate::tag::Tag;
use crate::value::Value;
use crate::windows::{Behavior, Event, Place};
use histogram::Histograms;
use row_order::RowOrder;
use scan::{Columns, Scan};
use sums::Sums;

pub use scan::Counts;

/// One merchant's members in columns.
pub struct Members {
    tags: Vec<Tag>,
    columns: Vec<Column>,
    packed: PackedCodes,
    arrivals: HashMap<u64, u32, BuildHasherDefault<UserHasher>>,
    /// By arrival; all else is by row.
    versions: Vec<u32>,
    order: RowOrder,
    sums: Sums,
    /// What members did, once that is asked for.
    behavior: Option<Behavior>,
    /// Those of whom it is not known yet what they did before they came.
    unread: Vec<u64>,
}

impl Members {
    /// These tags, and no members yet. Rows are sorted by the tags of `order`: indices into `tags`, at most three, of
    /// enum or text tags, those with few values first. Counts are faster where rules name these tags.
    ///
    /// # Panics
    /// When `order` has more than three tags, or a tag of another kind.
    pub fn new(tags: Vec<Tag>, order: &[usize]) -> Members {
        let columns: Vec<_> = tags.iter().map(|tag| Column::new(tag.kind)).collect();
        let packed = PackedCodes::new(&columns);
        let (arrivals, versions, sums, unread) = Default::default();
        let order = RowOrder::new(&columns, order);
        Members { order, tags, columns, packed, arrivals, versions, sums, behavior: None, unread }
    }

    /// The tags, in the order that tests and values refer to.
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// Adds a tag whose value is unknown for every member.
    pub fn add_tag(&mut self, tag: Tag) {
        let mut column = Column::new(tag.kind);
        column.grow(self.versions.len());
        self.columns.push(column);
        self.tags.push(tag);
        self.packed.rebuild(&self.columns, self.versions.len());
    }

    /// Replaces a member's whole row, or takes in a new member; the next count sees it. Tags without a value become
    /// unknown. Each value comes with the index of its tag, and must be of that tag's kind; of two values for one tag
    /// the last counts. Returns false and changes nothing when the version held is this one or a later one.
    ///
    /// # Panics
    /// When a value is of another kind than its tag.
    pub fn put(&mut self, user: u64, version: u32, values: &[(usize, Value<'_>)]) -> bool {
        let (row, key) = match self.arrivals.entry(user) {
            Entry::Occupied(entry) => {
                let arrival = *entry.get() as usize;
                if version <= self.versions[arrival] {
                    return false;
                }
                self.versions[arrival] = version;
                let row = self.order.row(arrival);
                let key = self.order.key(&self.columns, row);
                for column in &mut self.columns {
                    column.set(row, None);
                }
                (row, Some(key))
            }
            Entry::Vacant(entry) => {
                let row = self.versions.len();
                entry.insert(u32::try_from(row).expect("a merchant has fewer than 2³² members"));
                self.versions.push(version);
                self.order.push();
                for column in &mut self.columns {
                    column.grow(row + 1);
                }
                if let Some(behavior) = &mut self.behavior {
                    behavior.grow(row + 1);
                    self.unread.push(user);
                }
                (row, None)
            }
        };
        for (tag, value) in values {
            self.columns[*tag].set(row, Some(*value));
        }
        self.packed.update(&self.columns, row, self.versions.len());
        let moved = key.is_none_or(|key| key != self.order.key(&self.columns, row));
        if moved && let Some(permutation) = self.order.changed(&self.columns, row) {
            for column in &mut self.columns {
                column.permute(&permutation);
            }
            self.packed.permute(&permutation);
            self.sums.permute(&permutation);
            if let Some(behavior) = &mut self.behavior {
                behavior.permute(&permutation);
            }
        }
        true
    }

    /// Sets the sum that a member paid, in fen and at most 4 × 10¹⁵; the next count sees it. Returns false and changes
    /// nothing when there is no such member, or the version held is this one or a later one.
    pub fn put_sum(&mut self, user: u64, version: u32, fen: i64) -> bool {
        self.arrivals.get(&user).is_some_and(|&arrival| self.sums.put(self.order.row(arrival as usize), version, fen))
    }

    /// Holds from here on what members do, as of `now`, UTC milliseconds. What they did before is unread.
    pub fn track(&mut self, now: i64) {
        if self.behavior.is_none() {
            self.behavior = Some(Behavior::new(now, self.len()));
            self.forget_pasts();
        }
    }

    /// Whether it is held what members do.
    pub fn tracks(&self) -> bool {
        self.behavior.is_some()
    }

    /// Takes everybody's past for unread: something may have been missed.
    pub fn forget_pasts(&mut self) {
        if self.behavior.is_some() {
            self.unread = self.arrivals.keys().copied().collect();
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
        if let Some(behavior) = &mut self.behavior
            && let Some(&arrival) = self.arrivals.get(&user)
        {
            behavior.take(arrival as usize, self.order.row(arrival as usize), event);
        }
    }

    /// Sets where a member lives and works, as the row of that version says; nothing where the version held is a later
    /// one, it is not held what members do, or there is no such member.
    pub fn put_places(&mut self, user: u64, version: u32, home: Option<Place>, work: Option<Place>) {
        if let Some(behavior) = &mut self.behavior
            && let Some(&arrival) = self.arrivals.get(&user)
            && self.versions[arrival as usize] <= version
        {
            behavior.put_places(arrival as usize, self.order.row(arrival as usize), home, work);
        }
    }

    /// Sets where the merchant's shops are.
    pub fn set_shops(&mut self, shops: &[Place]) {
        if let Some(behavior) = &mut self.behavior {
            behavior.set_shops(shops);
        }
    }

    /// Whether these facts are as of `now`: there is nothing for [`Members::require`] to do.
    pub fn is_current(&self, facts: &[Fact], now: i64) -> bool {
        self.behavior.as_ref().is_some_and(|behavior| {
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
        let behavior = self.behavior.as_mut().expect("what members do is held");
        behavior.step(facts, now, |arrival| self.order.row(arrival))
    }

    /// A member's value of a fact that was required; `None` where it has none, or there is no such member.
    pub fn fact(&self, user: u64, fact: Fact) -> Option<i64> {
        let arrival = *self.arrivals.get(&user)? as usize;
        self.behavior.as_ref()?.column(fact)?.get(self.order.row(arrival))
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.versions.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.versions.is_empty()
    }

    /// Memory held, in bytes: an estimate to plan with.
    pub fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Column::bytes).sum();
        let arrival = size_of::<(u64, u32)>() + 1;
        columns
            + self.packed.bytes()
            + self.sums.bytes()
            + self.order.bytes()
            + self.behavior.as_ref().map_or(0, Behavior::bytes)
            + self.arrivals.capacity() * arrival
            + self.versions.capacity() * size_of::<u32>()
    }

    /// Counts the members that the expression takes, and, for each dimension, how many of them hold each value.
    /// `dimensions` are indices of enum or text tags. `today` is in days since 1970-01-01.
    ///
    /// # Panics
    /// When a dimension is a tag of another kind, or a fact of the expression was not required.
    pub fn count(&self, expr: &Expr, dimensions: &[usize], today: i32) -> Counts {
        let histograms = Histograms::new(&self.columns, &self.packed, dimensions);
        Scan::new(self.columns(), self.len(), expr, today).count(histograms, &self.sums)
    }

    /// Whether the expression takes this member; `None` when there is no such member. `today` is in days since
    /// 1970-01-01.
    ///
    /// # Panics
    /// When a fact of the expression was not required.
    pub fn matches(&self, user: u64, expr: &Expr, today: i32) -> Option<bool> {
        let arrival = *self.arrivals.get(&user)? as usize;
        Some(self.row_matches(self.order.row(arrival), expr, today))
    }

    fn columns(&self) -> Columns<'_> {
        Columns { tags: &self.columns, behavior: self.behavior.as_ref() }
    }

    fn row_matches(&self, row: usize, expr: &Expr, today: i32) -> bool {
        match expr {
            Expr::All(parts) => parts.iter().all(|part| self.row_matches(row, part, today)),
            Expr::Any(parts) => parts.iter().any(|part| self.row_matches(row, part, today)),
            Expr::Not(part) => !self.row_matches(row, part, today),
            Expr::Test(test) => match test.subject {
                Subject::Tag(tag) => test.rule.takes(self.columns[tag].get(row), today),
                Subject::Fact(fact) => test.rule.takes_number(self.columns().fact(fact).get(row), today),
            },
        }
    }
}

/// User ids are the platform's own, so one multiplication spreads them: they need no guard against chosen keys.
#[derive(Default)]
struct UserHasher(u64);

impl Hasher for UserHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("users are u64");
    }

    fn write_u64(&mut self, user: u64) {
        // The high half mixes every bit; the table takes its place from the low bits and its tag from the high ones.
        let product = u128::from(user) * 0x9e37_79b9_7f4a_7c15_u128;
        self.0 = (product as u64) ^ (product >> 64) as u64;
    }
}
