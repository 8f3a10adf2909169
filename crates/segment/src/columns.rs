//! Columns: one tag's values over all members, in the form that suits its kind. In the folder are the cells of these
//! forms, and the codes of several tags side by side.

pub(crate) mod cell_vec;
pub(crate) mod dictionary;
pub(crate) mod fixed_point;
pub(crate) mod i24;
pub(crate) mod packed_codes;
pub(crate) mod permutation;
pub(crate) mod planes;
pub(crate) mod u10;

use crate::tag::Kind;
use crate::value::Value;
use cell_vec::CellVec;
use dictionary::DictionaryColumn;
use fixed_point::FixedPointColumn;
use permutation::Permutation;

pub(crate) enum Column {
    Codes(DictionaryColumn),
    Texts(DictionaryColumn),
    Numbers(FixedPointColumn),
    Dates(FixedPointColumn),
    Places(Places),
}

/// Degrees east and north; unknown is NaN, which is near nothing.
pub(crate) struct Places {
    pub(crate) lon: CellVec<f64>,
    pub(crate) lat: CellVec<f64>,
}

impl Column {
    pub(crate) fn new(kind: Kind) -> Column {
        match kind {
            Kind::Enum => Column::Codes(DictionaryColumn::default()),
            Kind::Text => Column::Texts(DictionaryColumn::default()),
            Kind::Number => Column::Numbers(FixedPointColumn::of_numbers()),
            Kind::Date => Column::Dates(FixedPointColumn::of_days()),
            Kind::Location => Column::Places(Places { lon: CellVec::new(f64::NAN), lat: CellVec::new(f64::NAN) }),
        }
    }

    /// Room for so many rows; new ones are unknown.
    pub(crate) fn grow(&mut self, rows: usize) {
        match self {
            Column::Codes(dictionary) | Column::Texts(dictionary) => dictionary.grow(rows),
            Column::Numbers(numbers) | Column::Dates(numbers) => numbers.grow(rows),
            Column::Places(places) => {
                places.lon.grow(rows);
                places.lat.grow(rows);
            }
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<Value<'_>> {
        match self {
            Column::Codes(dictionary) => dictionary.get(row).map(Value::Code),
            Column::Texts(dictionary) => dictionary.get(row).map(Value::Text),
            Column::Numbers(numbers) => numbers.get(row).map(Value::Number),
            Column::Dates(numbers) => {
                numbers.get(row).map(|days| Value::Date(i32::try_from(days).expect("a day came in as an i32")))
            }
            Column::Places(places) => {
                let (lon, lat) = (places.lon.get(row), places.lat.get(row));
                (!lon.is_nan()).then_some(Value::Place { lon, lat })
            }
        }
    }

    /// Sets or, with `None`, forgets one member's value.
    pub(crate) fn set(&mut self, row: usize, value: Option<Value<'_>>) {
        match (self, value) {
            (Column::Codes(dictionary), Some(Value::Code(word)))
            | (Column::Texts(dictionary), Some(Value::Text(word))) => {
                dictionary.set(row, Some(word));
            }
            (Column::Numbers(numbers), Some(Value::Number(number))) => numbers.set(row, Some(number)),
            (Column::Dates(numbers), Some(Value::Date(days))) => numbers.set(row, Some(days.into())),
            (Column::Places(places), Some(Value::Place { lon, lat })) => places.set(row, lon, lat),
            (Column::Codes(dictionary) | Column::Texts(dictionary), None) => dictionary.set(row, None),
            (Column::Numbers(numbers) | Column::Dates(numbers), None) => numbers.set(row, None),
            (Column::Places(places), None) => places.set(row, f64::NAN, f64::NAN),
            (_, Some(value)) => panic!("{value:?} is not of its tag's kind"),
        }
    }

    pub(crate) fn permute(&mut self, permutation: &Permutation) {
        match self {
            Column::Codes(dictionary) | Column::Texts(dictionary) => dictionary.permute(permutation),
            Column::Numbers(numbers) | Column::Dates(numbers) => numbers.permute(permutation),
            Column::Places(places) => {
                places.lon.permute(permutation);
                places.lat.permute(permutation);
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Column::Codes(dictionary) | Column::Texts(dictionary) => dictionary.bytes(),
            Column::Numbers(numbers) | Column::Dates(numbers) => numbers.bytes(),
            Column::Places(places) => places.lon.bytes() + places.lat.bytes(),
        }
    }
}

impl Places {
    fn set(&mut self, row: usize, lon: f64, lat: f64) {
        self.lon.set(row, lon);
        self.lat.set(row, lat);
    }
}
