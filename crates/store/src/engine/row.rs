//! Values in and out of statements: the few types that both engines hold alike.

use super::bucket::Bucket;
use super::fault::Fault;

/// A parameter. Made by [`params!`](crate::params).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Val<'a> {
    /// NULL.
    Null,
    /// BIGINT, or INTEGER and SMALLINT where it fits; a number that does not fit its column is a fault.
    Int(i64),
    /// TEXT.
    Text(&'a str),
    /// BYTEA.
    Bytes(&'a [u8]),
    /// The bucket column: 0 on SQLite.
    Bucket(Bucket),
}

/// The parameters of a statement, in the order of `$1`, `$2`, …: `params![bucket, pid, 7]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Val::from($value)),*] };
}

macro_rules! val_from {
    ($($from:ty => |$value:ident| $val:expr;)*) => { $(
        impl<'a> From<$from> for Val<'a> {
            fn from($value: $from) -> Val<'a> {
                $val
            }
        }
    )* };
}

val_from! {
    i64 => |value| Val::Int(value);
    i32 => |value| Val::Int(value.into());
    u32 => |value| Val::Int(value.into());
    bool => |value| Val::Int(value.into());
    &'a str => |value| Val::Text(value);
    &'a String => |value| Val::Text(value);
    &'a [u8] => |value| Val::Bytes(value);
    &'a Vec<u8> => |value| Val::Bytes(value);
    &'a [u8; 32] => |value| Val::Bytes(value);
    Bucket => |value| Val::Bucket(value);
}

impl<'a, T: Into<Val<'a>>> From<Option<T>> for Val<'a> {
    fn from(value: Option<T>) -> Val<'a> {
        value.map_or(Val::Null, Into::into)
    }
}

/// One value of a row as an engine gives it.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    /// NULL.
    Null,
    /// Any integer column.
    Int(i64),
    /// TEXT.
    Text(&'a str),
    /// BYTEA.
    Bytes(&'a [u8]),
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// The value, if it is of this type.
    fn from_cell(cell: Cell<'_>) -> Option<Self>;
}

impl Column for i64 {
    fn from_cell(cell: Cell<'_>) -> Option<i64> {
        if let Cell::Int(value) = cell { Some(value) } else { None }
    }
}

impl Column for i32 {
    fn from_cell(cell: Cell<'_>) -> Option<i32> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl Column for u32 {
    fn from_cell(cell: Cell<'_>) -> Option<u32> {
        i64::from_cell(cell)?.try_into().ok()
    }
}

impl Column for bool {
    fn from_cell(cell: Cell<'_>) -> Option<bool> {
        match cell {
            Cell::Int(0) => Some(false),
            Cell::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl Column for String {
    fn from_cell(cell: Cell<'_>) -> Option<String> {
        if let Cell::Text(value) = cell { Some(value.to_owned()) } else { None }
    }
}

impl Column for Vec<u8> {
    fn from_cell(cell: Cell<'_>) -> Option<Vec<u8>> {
        if let Cell::Bytes(value) = cell { Some(value.to_vec()) } else { None }
    }
}

impl<T: Column> Column for Option<T> {
    fn from_cell(cell: Cell<'_>) -> Option<Option<T>> {
        if let Cell::Null = cell { Some(None) } else { T::from_cell(cell).map(Some) }
    }
}

/// A row of either engine.
pub trait Row {
    /// The value of column `index`, counted from 0.
    fn cell(&self, index: usize) -> Result<Cell<'_>, Fault>;
    /// How many columns there are.
    fn cells(&self) -> usize;
}

/// What a row can be read as: a tuple of columns.
pub trait FromRow: Sized {
    /// Reads the first columns of the row.
    fn from_row(row: &dyn Row) -> Result<Self, Fault>;
}

/// Reads one column.
pub(crate) fn column<T: Column>(row: &dyn Row, index: usize) -> Result<T, Fault> {
    let cell = row.cell(index)?;
    T::from_cell(cell)
        .ok_or_else(|| Fault::bug(format!("column {index} cannot be read as {}", std::any::type_name::<T>())))
}

macro_rules! from_row {
    ($($name:ident $index:tt),+) => {
        impl<$($name: Column),+> FromRow for ($($name,)+) {
            fn from_row(row: &dyn Row) -> Result<Self, Fault> {
                Ok(($(column::<$name>(row, $index)?,)+))
            }
        }
    };
}

from_row!(A 0);
from_row!(A 0, B 1);
from_row!(A 0, B 1, C 2);
from_row!(A 0, B 1, C 2, D 3);
from_row!(A 0, B 1, C 2, D 3, E 4);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10);
from_row!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11);
