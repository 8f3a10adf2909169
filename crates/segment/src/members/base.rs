//! The base segment: most members, in an order that makes counts fast; it is read and never changed.
//!
//! Rows are ordered by the two tags with most words, then by those with few: so the first are runs of rows, and crowds
//! are neighbours. How members are found by their user is held in the order of users.

use crate::columns::Column;
use crate::columns::frames::Frames;

/// Most members of a merchant.
pub(crate) struct Base {
    /// By tag; tags that came later have none, and are unknown of everybody.
    pub(crate) columns: Vec<Column>,
    pub(crate) directory: Directory,
}

/// Where each user's row is, and which version it has: a few bytes a member.
pub(crate) struct Directory {
    /// Ascending.
    pub(crate) users: Frames,
    /// In the order of users.
    pub(crate) rows: Vec<u32>,
    pub(crate) versions: Frames,
}

impl Base {
    pub(crate) fn len(&self) -> usize {
        self.directory.rows.len()
    }

    /// A member's row and version.
    pub(crate) fn find(&self, user: u64) -> Option<(usize, u32)> {
        let place = self.directory.users.find(user)?;
        Some((self.directory.rows[place] as usize, self.directory.versions.get(place) as u32))
    }

    /// All users, ascending, with their rows.
    pub(crate) fn users(&self) -> impl Iterator<Item = (u64, u32)> {
        self.directory.rows.iter().enumerate().map(|(place, row)| (self.directory.users.get(place), *row))
    }

    pub(crate) fn bytes(&self) -> usize {
        let directory = self.directory.users.bytes() + self.directory.versions.bytes();
        let rows = self.directory.rows.capacity() * size_of::<u32>();
        self.columns.iter().map(Column::bytes).sum::<usize>() + directory + rows
    }
}
