//! Seeded members, the same for everybody: dimensions skewed as in life, one attribute in twenty unknown.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use fastrand::Rng;
use segment::{Members, Tag, Value};

use super::questions::{DIMENSIONS, NUMBERS, ORDER};

const SEED: u64 = 7;
/// One in this many members has changed since the last merge.
const CHANGED: usize = 100;
/// One in this many values is unknown.
const UNKNOWN: u32 = 20;

/// Columns by member; a value is at least 0, and −1 is unknown.
pub(crate) struct Data {
    pub(crate) users: Vec<u64>,
    /// Dimensions (codes from 1), then the amount in cents, days, a count, and tenths of kilometres.
    pub(crate) columns: Vec<Vec<i32>>,
}

impl Data {
    pub(crate) fn generate(members: usize) -> Data {
        let mut rng = Rng::with_seed(SEED);
        let mut users = Vec::with_capacity(members);
        let mut columns = vec![Vec::with_capacity(members); DIMENSIONS.len() + NUMBERS.len()];
        let places = weights(&(1..=340).map(|rank| 1.0 / f64::from(rank).powf(0.9)).collect::<Vec<_>>());
        let small = [
            weights(&[48.0, 52.0]),
            weights(&[8.0, 27.0, 30.0, 18.0, 11.0, 6.0]),
            weights(&[1.0; 12]),
            weights(&[30.0, 18.0, 12.0, 10.0, 8.0, 7.0, 6.0, 4.0, 3.0, 2.0]),
            weights(&[20.0, 30.0, 28.0, 15.0, 7.0]),
            weights(&[70.0, 30.0]),
        ];
        let mut user = 2_088_000_000_000_000;
        for _ in 0..members {
            user += rng.u64(1..1000);
            users.push(user);
            let hometown = pick(&mut rng, &places);
            let city = if rng.f64() < 0.45 { pick(&mut rng, &places) } else { hometown };
            let [gender, age, sign, job, level, baby] = small.each_ref().map(|weights| pick(&mut rng, weights));
            let cents = if rng.f64() < 0.45 { 0 } else { normal(&mut rng).mul_add(1.2, 8.7).exp() as i32 };
            let days = (-25.0 * (1.0 - rng.f64()).ln()).min(365.0) as i32;
            let times = ((1.0 - rng.f64()).ln() / 0.8_f64.ln()) as i32;
            // Tenths of a kilometre.
            let shop = normal(&mut rng).mul_add(1.0, 5.9).exp().min(60_000.0) as i32;
            let row = [gender, age, sign, hometown, city, job, level, baby, cents, days, times, shop];
            for (column, value) in columns.iter_mut().zip(row) {
                column.push(if rng.u32(..UNKNOWN) == 0 { -1 } else { value });
            }
        }
        Data { users, columns }
    }

    /// The members as our columns take them in, one put each, with the first of these columns as these tags: all of
    /// them merged, and then one in a hundred put again, so that it is in the delta.
    pub(crate) fn members(&self, tags: Vec<Tag>) -> Members {
        let codes: Vec<String> = (0..=340).map(|code| code.to_string()).collect();
        let columns = &self.columns[..tags.len()];
        let mut members = Members::new(tags, &ORDER);
        let mut values = Vec::new();
        let rows = self.users.iter().enumerate();
        let again = rows.clone().step_by(CHANGED).map(|(row, user)| (row, user, 2));
        for (row, user, version) in rows.map(|(row, user)| (row, user, 1)).chain(again) {
            if (row, version) == (0, 2) {
                members.merge();
            }
            values.clear();
            for (tag, column) in columns.iter().enumerate() {
                let value = match (column[row], tag - tag.min(DIMENSIONS.len())) {
                    (..0, _) => continue,
                    (code, _) if tag < DIMENSIONS.len() => Value::Code(&codes[code as usize]),
                    (cents, 0) => Value::Number(i64::from(cents) * 100),
                    (tenths, 3) => Value::Number(i64::from(tenths) * 1000),
                    (whole, _) => Value::Number(i64::from(whole) * 10_000),
                };
                values.push((tag, value));
            }
            assert!(members.put(*user, version, &values));
        }
        members
    }

    /// A file a column, little-endian i32; the narrowest types and the peers' own orders are made from these.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let names = DIMENSIONS.iter().map(|(name, _)| name).chain(&NUMBERS);
        names.zip(&self.columns).try_for_each(|(name, column)| write_column(folder, name, column))
    }
}

/// A file of a column, little-endian.
pub(crate) fn write_column(folder: &Path, name: &str, column: &[i32]) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(folder.join(format!("{name}.i32")))?);
    for value in column {
        file.write_all(&value.to_le_bytes())?;
    }
    file.flush()
}

/// Running sums up to 1.
fn weights(weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum();
    weights
        .iter()
        .scan(0.0, |running, weight| {
            *running += weight / sum;
            Some(*running)
        })
        .collect()
}

/// A code from 1.
fn pick(rng: &mut Rng, weights: &[f64]) -> i32 {
    let point = rng.f64();
    weights.partition_point(|running| *running <= point).min(weights.len() - 1) as i32 + 1
}

/// Box and Muller's.
fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}
