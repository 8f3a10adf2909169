//! One statement for many rows: a hundred at a time on PostgreSQL, where a statement is a round trip; a few at a time on
//! SQLite, where an INSERT of the next row of a table goes on from where it is, and everything else is run row by row. The
//! text is the same but for how many rows it lists.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::fault::Fault;
use crate::row::{FromRow, Val};
use crate::tx::{Arm, Tx};

/// Rows in one statement on PostgreSQL; more gains nothing measurable.
const TOGETHER: usize = 128;
/// Rows in one INSERT on SQLite. Twice as many gain nothing, and SQLite looks for each parameter's name among all others.
const TOGETHER_LITE: usize = 32;

/// A statement that lists rows of `N` values each: `head (…), (…) tail`.
pub(crate) struct Rows<const N: usize> {
    head: &'static str,
    /// The types of a row's values, which PostgreSQL wants to be told; an empty one where it can tell by itself, as with
    /// bytes, of which SQLite would make a number.
    types: [&'static str; N],
    tail: &'static str,
    alone: Option<&'static str>,
    one: OnceLock<String>,
    together: OnceLock<String>,
    together_lite: OnceLock<String>,
}

impl<const N: usize> Rows<N> {
    pub(crate) const fn new(head: &'static str, types: [&'static str; N], tail: &'static str) -> Rows<N> {
        Rows {
            head,
            types,
            tail,
            alone: None,
            one: OnceLock::new(),
            together: OnceLock::new(),
            together_lite: OnceLock::new(),
        }
    }

    /// With a plainer text for one row.
    pub(crate) const fn or_alone(mut self, sql: &'static str) -> Rows<N> {
        self.alone = Some(sql);
        self
    }

    /// The text for that many rows; only the first one needs types.
    pub(crate) fn text(&self, rows: usize) -> String {
        let row = |row: usize| {
            let value = |(column, kind): (usize, &&str)| match (row, N * row + column + 1) {
                (0, number) if !kind.is_empty() => format!("CAST(${number} AS {kind})"),
                (_, number) => format!("${number}"),
            };
            let values: Vec<String> = self.types.iter().enumerate().map(value).collect();
            format!("({})", values.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("{} {} {}", self.head, rows.join(", "), self.tail)
    }

    fn one(&self) -> &str {
        self.alone.unwrap_or_else(|| self.one.get_or_init(|| self.text(1)))
    }

    fn several(&self, rows: usize) -> Cow<'_, str> {
        match rows {
            TOGETHER => Cow::Borrowed(self.together.get_or_init(|| self.text(TOGETHER))),
            rest => Cow::Owned(self.text(rest)),
        }
    }

    /// How SQLite runs it for these rows: some with a text for several of them at a time, the rest one by one.
    fn on_lite<'a, R>(&self, rows: &'a [R]) -> impl Iterator<Item = (&str, &'a [R], usize)> {
        // What joins the listed rows with a table is planned otherwise for several of them.
        let inserts = self.head.starts_with("INSERT");
        let several = if inserts { rows.len() - rows.len() % TOGETHER_LITE } else { 0 };
        let (several, rest) = rows.split_at(several);
        let together = || self.together_lite.get_or_init(|| self.text(TOGETHER_LITE)).as_str();
        let several = (!several.is_empty()).then(|| (together(), several, TOGETHER_LITE));
        let rest = (!rest.is_empty()).then(|| (self.one(), rest, 1));
        several.into_iter().chain(rest)
    }
}

impl Tx {
    /// How many rows go well into one statement: each costs a round trip on PostgreSQL and next to nothing on SQLite.
    pub(crate) fn rows_per_statement(&self) -> usize {
        match self.arm {
            Arm::Lite(_) => 1,
            Arm::Postgres(_) => TOGETHER,
        }
    }

    /// Runs a statement for every row; how many rows it changed.
    pub(crate) fn execute_rows<const N: usize>(&mut self, sql: &Rows<N>, rows: &[[Val<'_>; N]]) -> Result<u64, Fault> {
        let mut changed = 0;
        self.run(|arm| match arm {
            Arm::Lite(connection) => {
                for (text, some, together) in sql.on_lite(rows) {
                    changed += connection.execute_each(text, some, together)?;
                }
                Ok(changed)
            }
            Arm::Postgres(connection) => {
                for some in rows.chunks(TOGETHER) {
                    changed += connection.execute(&sql.several(some.len()), some.as_flattened())?;
                }
                Ok(changed)
            }
        })
    }

    /// Everything that a statement gives for the rows, in no order.
    pub(crate) fn query_rows<const N: usize, R: FromRow>(
        &mut self,
        sql: &Rows<N>,
        rows: &[[Val<'_>; N]],
    ) -> Result<Vec<R>, Fault> {
        let mut found = Vec::new();
        self.run(|arm| match arm {
            Arm::Lite(connection) => {
                for (text, some, together) in sql.on_lite(rows) {
                    found.append(&mut connection.query_each(text, some, together)?);
                }
                Ok(found)
            }
            Arm::Postgres(connection) => {
                for some in rows.chunks(TOGETHER) {
                    found.append(&mut connection.query(&sql.several(some.len()), some.as_flattened())?);
                }
                Ok(found)
            }
        })
    }
}
