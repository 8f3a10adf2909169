//! One statement for many rows: a hundred at a time on PostgreSQL, where a statement is a round trip; a few at a time on
//! SQLite, where an INSERT of the next row of a table goes on from where it is, and everything else is run row by row. The
//! text is the same but for how many rows it lists.

use std::borrow::Cow;
use std::sync::OnceLock;

use crate::fault::Fault;
use crate::lite;
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

    /// What SQLite runs, and for how many rows at a time. What joins the listed rows with a table is planned otherwise for
    /// several of them.
    fn text_on_lite(&self) -> (&str, usize) {
        if self.head.starts_with("INSERT") {
            (self.together_lite.get_or_init(|| self.text(TOGETHER_LITE)), TOGETHER_LITE)
        } else {
            (self.one(), 1)
        }
    }

    /// Has `run` run it for these rows on SQLite, and those that are left in the end one by one.
    fn on_lite<'a>(
        &self,
        connection: &lite::Connection,
        rows: impl IntoIterator<Item = [Val<'a>; N]>,
        mut run: impl FnMut(&mut lite::Again<'_, 'a>, &[Val<'a>]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (text, together) = self.text_on_lite();
        let mut statement = None;
        each_of(rows, together, |some| {
            if some.len() < together {
                let mut one = connection.again(self.one())?;
                return some.iter().try_for_each(|row| run(&mut one, row));
            }
            let statement = match &mut statement {
                Some(statement) => statement,
                None => statement.insert(connection.again(text)?),
            };
            run(statement, some.as_flattened())
        })
    }
}

/// Hands out the rows, so many at a time, and at last those that are left; all of them laid out in the same place, for a
/// chunk's rows together are more than a processor keeps near.
fn each_of<T>(
    rows: impl IntoIterator<Item = T>,
    together: usize,
    mut each: impl FnMut(&[T]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut rows = rows.into_iter();
    let mut some = Vec::with_capacity(together.min(rows.size_hint().0));
    loop {
        some.extend(rows.by_ref().take(together));
        if some.is_empty() {
            return Ok(());
        }
        each(&some)?;
        some.clear();
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
    pub(crate) fn execute_rows<'a, const N: usize>(
        &mut self,
        sql: &Rows<N>,
        rows: impl IntoIterator<Item = [Val<'a>; N]>,
    ) -> Result<u64, Fault> {
        let mut changed = 0;
        self.run(|arm| match arm {
            Arm::Lite(connection) => sql.on_lite(connection, rows, |statement, values| {
                changed += statement.execute(values)?;
                Ok(())
            }),
            Arm::Postgres(connection) => each_of(rows, TOGETHER, |some| {
                changed += connection.execute(&sql.several(some.len()), some.as_flattened())?;
                Ok(())
            }),
        })?;
        Ok(changed)
    }

    /// Everything that a statement gives for the rows, in no order.
    pub(crate) fn query_rows<'a, const N: usize, R: FromRow>(
        &mut self,
        sql: &Rows<N>,
        rows: impl IntoIterator<Item = [Val<'a>; N]>,
    ) -> Result<Vec<R>, Fault> {
        let mut found = Vec::new();
        self.run(|arm| match arm {
            Arm::Lite(connection) => {
                sql.on_lite(connection, rows, |statement, values| statement.query(values, &mut found))
            }
            Arm::Postgres(connection) => each_of(rows, TOGETHER, |some| {
                found.append(&mut connection.query(&sql.several(some.len()), some.as_flattened())?);
                Ok(())
            }),
        })?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_handed_out_together_and_in_their_order() {
        let check = |rows: u32, expect: &[&[u32]]| {
            let mut handed = Vec::new();
            each_of(0..rows, 3, |some| {
                handed.push(some.to_vec());
                Ok(())
            })
            .unwrap();
            assert_eq!(handed, expect, "{rows}");
        };
        check(0, &[]);
        check(2, &[&[0, 1]]);
        check(3, &[&[0, 1, 2]]);
        check(7, &[&[0, 1, 2], &[3, 4, 5], &[6]]);
    }
}
