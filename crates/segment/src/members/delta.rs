//! A delta: members who are new or have changed since the base segment was made, row by row in the order of their
//! coming, in columns that are changed in place.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::columns::dictionary::Dictionary;
use crate::columns::packed_codes::PackedCodes;
use crate::columns::{Cell, Column};
use crate::tag::{Kind, Tag};

/// Some members in rows of their own.
pub(crate) struct Delta {
    pub(crate) columns: Vec<Column>,
    pub(crate) packed: PackedCodes,
    pub(crate) users: Vec<u64>,
    pub(crate) versions: Vec<u32>,
    rows: HashMap<u64, u32, BuildHasherDefault<UserHasher>>,
    /// Its first row among the rows of all members: whole groups lie before it.
    pub(crate) first: usize,
}

impl Delta {
    pub(crate) fn new(tags: &[Tag], dictionaries: &[Dictionary], first: usize) -> Delta {
        let (users, versions, rows) = Default::default();
        let packed = PackedCodes::new(enum_words(tags, dictionaries));
        Delta { columns: tags.iter().map(|tag| Column::new(tag.kind)).collect(), packed, users, versions, rows, first }
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }

    /// The row of a member, counted from its own first.
    pub(crate) fn row(&self, user: u64) -> Option<usize> {
        self.rows.get(&user).map(|row| *row as usize)
    }

    /// One more member, with nothing known of it; its row.
    pub(crate) fn push(&mut self, user: u64, version: u32) -> usize {
        let row = self.len();
        self.rows.insert(user, u32::try_from(row).expect("a merchant has fewer than 2³² members"));
        self.users.push(user);
        self.versions.push(version);
        self.columns.iter_mut().for_each(|column| column.grow(row + 1));
        row
    }

    /// Replaces a member's cells.
    pub(crate) fn set(&mut self, row: usize, tags: &[Tag], dictionaries: &[Dictionary], cells: &[(usize, Cell)]) {
        for (column, tag) in self.columns.iter_mut().zip(tags) {
            column.set(row, Cell::unknown(tag.kind));
        }
        for (tag, cell) in cells {
            self.columns[*tag].set(row, *cell);
        }
        let words = enum_words(tags, dictionaries);
        self.packed.update(&self.columns, words, row, self.users.len());
    }

    /// A tag that is unknown of everybody.
    pub(crate) fn add_tag(&mut self, tags: &[Tag], dictionaries: &[Dictionary]) {
        let mut column = Column::new(tags[self.columns.len()].kind);
        column.grow(self.len());
        self.columns.push(column);
        self.packed.rebuild(&self.columns, enum_words(tags, dictionaries), self.users.len());
    }

    pub(crate) fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Column::bytes).sum();
        let row = size_of::<(u64, u32)>() + 1;
        let users = self.users.capacity() * size_of::<u64>() + self.versions.capacity() * size_of::<u32>();
        columns + self.packed.bytes() + self.rows.capacity() * row + users
    }
}

/// How many words the dictionary of each enum tag has.
fn enum_words(tags: &[Tag], dictionaries: &[Dictionary]) -> impl Iterator<Item = Option<usize>> + Clone {
    tags.iter().zip(dictionaries).map(|(tag, words)| (tag.kind == Kind::Enum).then(|| words.len()))
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
