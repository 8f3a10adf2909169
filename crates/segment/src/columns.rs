//! Columns: one tag's values over many members, in the form that suits them. In the folder are the cells of these
//! forms, and the codes of several tags side by side.

pub(crate) mod cell_vec;
pub(crate) mod dictionary;
pub(crate) mod fixed_point;
pub(crate) mod frames;
pub(crate) mod i24;
pub(crate) mod packed_codes;
pub(crate) mod planes;
pub(crate) mod runs;
pub(crate) mod sketch;
pub(crate) mod u10;
pub(crate) mod word_cells;

use crate::tag::Kind;
use cell_vec::CellVec;
use fixed_point::FixedPointColumn;
use runs::Runs;
use sketch::Sketch;
use word_cells::WordCells;

pub(crate) enum Column {
    /// Codes and texts, by number.
    Words(WordCells),
    /// Those that rows are ordered by; never changed.
    Runs(Runs),
    /// Numbers and days.
    Numbers(FixedPointColumn),
    /// The same; never changed.
    Sketch(Sketch),
    Places(Places),
}

/// What a member has of one tag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell {
    /// The number of a word; 0 is unknown.
    Word(u32),
    /// A number or day.
    Number(Option<i64>),
    /// Degrees east and north; NaN is unknown.
    Place(f64, f64),
}

/// Degrees east and north; unknown is NaN, which is near nothing.
pub(crate) struct Places {
    pub(crate) lon: CellVec<f64>,
    pub(crate) lat: CellVec<f64>,
}

impl Cell {
    /// The unknown of a kind.
    pub(crate) fn unknown(kind: Kind) -> Cell {
        match kind {
            Kind::Enum | Kind::Text => Cell::Word(0),
            Kind::Number | Kind::Date => Cell::Number(None),
            Kind::Location => Cell::Place(f64::NAN, f64::NAN),
        }
    }
}

impl Column {
    pub(crate) fn new(kind: Kind) -> Column {
        match kind {
            Kind::Enum | Kind::Text => Column::Words(WordCells::default()),
            Kind::Number => Column::Numbers(FixedPointColumn::of_numbers()),
            Kind::Date => Column::Numbers(FixedPointColumn::of_days()),
            Kind::Location => Column::Places(Places { lon: CellVec::new(f64::NAN), lat: CellVec::new(f64::NAN) }),
        }
    }

    /// Room for so many rows; new ones are unknown.
    pub(crate) fn grow(&mut self, rows: usize) {
        match self {
            Column::Words(cells) => cells.grow(rows),
            Column::Numbers(numbers) => numbers.grow(rows),
            Column::Places(places) => {
                places.lon.grow(rows);
                places.lat.grow(rows);
            }
            Column::Runs(_) | Column::Sketch(_) => unreachable!("a base segment does not grow"),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Cell {
        match self {
            Column::Words(cells) => Cell::Word(cells.get(row)),
            Column::Runs(runs) => Cell::Word(runs.get(row)),
            Column::Numbers(numbers) => Cell::Number(numbers.get(row)),
            Column::Sketch(sketch) => Cell::Number(sketch.get(row)),
            Column::Places(places) => Cell::Place(places.lon.get(row), places.lat.get(row)),
        }
    }

    /// Sets one member's cell, which is of the column's kind.
    pub(crate) fn set(&mut self, row: usize, cell: Cell) {
        match (self, cell) {
            (Column::Words(cells), Cell::Word(number)) => cells.set(row, number),
            (Column::Numbers(numbers), Cell::Number(number)) => numbers.set(row, number),
            (Column::Places(places), Cell::Place(lon, lat)) => {
                places.lon.set(row, lon);
                places.lat.set(row, lat);
            }
            (_, cell) => unreachable!("{cell:?} is not of its column"),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Column::Words(cells) => cells.bytes(),
            Column::Runs(runs) => runs.bytes(),
            Column::Numbers(numbers) => numbers.bytes(),
            Column::Sketch(sketch) => sketch.bytes(),
            Column::Places(places) => places.lon.bytes() + places.lat.bytes(),
        }
    }
}
