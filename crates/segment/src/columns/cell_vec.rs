//! The cells of one column, in groups of 64 rows.
//!
//! One 64-bit word of a bitset has a bit for each row of a group. So kernels go group by group, and no kernel handles a
//! shorter last group: cells past the last member are unknown like any other, and the scan masks their bits once.
//! Groups are aligned for the widest vector loads.

/// Rows a group, and bits a word of a bitset.
pub(crate) const GROUP: usize = 64;

/// Groups a block: 32 K members, so that a few bitsets of a block (4 KiB each) stay in the first-level cache.
pub(crate) const BLOCK: usize = 512;

/// The cells of 64 neighbouring rows.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Group<T>(pub(crate) [T; GROUP]);

/// The cells of all members, by row; those past the last member are unknown.
pub(crate) struct CellVec<T> {
    groups: Vec<Group<T>>,
    unknown: T,
}

impl<T: Copy> CellVec<T> {
    pub(crate) fn new(unknown: T) -> CellVec<T> {
        CellVec { groups: Vec::new(), unknown }
    }

    /// Cells from whole groups; `unknown` fills the rows that are added later.
    pub(crate) fn from_groups(unknown: T, groups: Vec<Group<T>>) -> CellVec<T> {
        CellVec { groups, unknown }
    }

    /// Room for so many rows; new ones are unknown.
    pub(crate) fn grow(&mut self, rows: usize) {
        let groups = rows.div_ceil(GROUP);
        if self.groups.len() < groups {
            self.groups.resize(groups, Group([self.unknown; GROUP]));
        }
    }

    pub(crate) fn get(&self, row: usize) -> T {
        self.groups[row / GROUP].0[row % GROUP]
    }

    pub(crate) fn set(&mut self, row: usize, cell: T) {
        self.groups[row / GROUP].0[row % GROUP] = cell;
    }

    /// The cells of these rows, one after the other; those past the last are unknown.
    pub(crate) fn gather(&self, rows: &[u32]) -> CellVec<T> {
        let cell =
            |row: &u32| self.groups.get(*row as usize / GROUP).map_or(self.unknown, |it| it.0[*row as usize % GROUP]);
        let mut gathered = CellVec::new(self.unknown);
        gathered.grow(rows.len());
        for (group, rows) in gathered.groups.iter_mut().zip(rows.chunks(GROUP)) {
            for (held, row) in group.0.iter_mut().zip(rows) {
                *held = cell(row);
            }
        }
        gathered
    }

    pub(crate) fn as_slice(&self) -> &[Group<T>] {
        &self.groups
    }

    /// The same cells in another width or unit.
    pub(crate) fn map<U: Copy>(&self, unknown: U, convert: impl Fn(T) -> U) -> CellVec<U> {
        CellVec { groups: self.groups.iter().map(|group| Group(group.0.map(&convert))).collect(), unknown }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.groups.capacity() * size_of::<Group<T>>()
    }
}
