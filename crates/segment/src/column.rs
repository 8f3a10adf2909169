//! One tag's values over all members, in the form that suits its kind.

use crate::lines::Lines;
use crate::shuffle::Shuffle;
use crate::steps::Steps;
use crate::tag::Kind;
use crate::value::Value;
use crate::words::Words;

pub(crate) enum Column {
    Codes(Words),
    Texts(Words),
    Numbers(Steps),
    Dates(Steps),
    Places(Places),
}

/// Degrees east and north; unknown is NaN, which is near nothing.
pub(crate) struct Places {
    pub(crate) lon: Lines<f64>,
    pub(crate) lat: Lines<f64>,
}

impl Column {
    pub(crate) fn new(kind: Kind) -> Column {
        match kind {
            Kind::Enum => Column::Codes(Words::default()),
            Kind::Text => Column::Texts(Words::default()),
            Kind::Number => Column::Numbers(Steps::numbers()),
            Kind::Date => Column::Dates(Steps::days()),
            Kind::Location => Column::Places(Places { lon: Lines::new(f64::NAN), lat: Lines::new(f64::NAN) }),
        }
    }

    /// Room for so many rows; new ones are unknown.
    pub(crate) fn grow(&mut self, rows: usize) {
        match self {
            Column::Codes(words) | Column::Texts(words) => words.grow(rows),
            Column::Numbers(steps) | Column::Dates(steps) => steps.grow(rows),
            Column::Places(places) => {
                places.lon.grow(rows);
                places.lat.grow(rows);
            }
        }
    }

    pub(crate) fn get(&self, row: usize) -> Option<Value<'_>> {
        match self {
            Column::Codes(words) => words.get(row).map(Value::Code),
            Column::Texts(words) => words.get(row).map(Value::Text),
            Column::Numbers(steps) => steps.get(row).map(Value::Number),
            Column::Dates(steps) => {
                steps.get(row).map(|days| Value::Date(i32::try_from(days).expect("a day came in as an i32")))
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
            (Column::Codes(words), Some(Value::Code(word))) | (Column::Texts(words), Some(Value::Text(word))) => {
                words.set(row, Some(word));
            }
            (Column::Numbers(steps), Some(Value::Number(number))) => steps.set(row, Some(number)),
            (Column::Dates(steps), Some(Value::Date(days))) => steps.set(row, Some(days.into())),
            (Column::Places(places), Some(Value::Place { lon, lat })) => places.set(row, lon, lat),
            (Column::Codes(words) | Column::Texts(words), None) => words.set(row, None),
            (Column::Numbers(steps) | Column::Dates(steps), None) => steps.set(row, None),
            (Column::Places(places), None) => places.set(row, f64::NAN, f64::NAN),
            (_, Some(value)) => panic!("{value:?} was not parsed for its tag's kind"),
        }
    }

    pub(crate) fn shuffle(&mut self, shuffle: &Shuffle) {
        match self {
            Column::Codes(words) | Column::Texts(words) => words.shuffle(shuffle),
            Column::Numbers(steps) | Column::Dates(steps) => steps.shuffle(shuffle),
            Column::Places(places) => {
                places.lon.shuffle(shuffle);
                places.lat.shuffle(shuffle);
            }
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Column::Codes(words) | Column::Texts(words) => words.bytes(),
            Column::Numbers(steps) | Column::Dates(steps) => steps.bytes(),
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
