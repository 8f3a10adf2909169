//! One statement for many rows: a hundred at a time on PostgreSQL, where a statement is a round trip; a few at a time
//! on SQLite, where an INSERT of the next row of a table goes on from where it is, and everything else is run row by
//! row. The text is the same but for how many rows it lists.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::fault::Fault;
use super::row::{FromRow, Val};
use super::sqlite::connection::{Connection, Prepared};
use super::tx::{Backend, Tx};

/// Rows in one statement on PostgreSQL; more gains nothing measurable.
const TOGETHER: usize = 128;
/// Rows in one INSERT on SQLite. Twice as many gain nothing, and SQLite looks for each parameter's name among all
/// others.
const TOGETHER_SQLITE: usize = 32;

/// A statement that lists rows of `N` values each: `head (…), (…) tail`.
pub(crate) struct Rows<const N: usize> {
    head: &'static str,
    /// The types of a row's values, which PostgreSQL wants to know; an empty one where it can infer it, as with
    /// bytes, of which SQLite would make a number.
    types: [&'static str; N],
    tail: &'static str,
    alone: Option<&'static str>,
    one: OnceLock<String>,
    together: OnceLock<String>,
    together_sqlite: OnceLock<String>,
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
            together_sqlite: OnceLock::new(),
        }
    }

    /// With a plainer text for one row.
    pub(crate) const fn or_alone(mut self, sql: &'static str) -> Rows<N> {
        self.alone = Some(sql);
        self
    }

    fn text(&self, rows: usize) -> String {
        text(self.head, &self.types, self.tail, rows)
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

    /// What SQLite runs, and for how many rows at a time. What joins the listed rows with a table is planned otherwise
    /// for several of them.
    fn text_on_sqlite(&self) -> (&str, usize) {
        if self.head.starts_with("INSERT") {
            (self.together_sqlite.get_or_init(|| self.text(TOGETHER_SQLITE)), TOGETHER_SQLITE)
        } else {
            (self.one(), 1)
        }
    }

    /// Has `run` run it for these rows on SQLite, and those that are left in the end one by one.
    fn on_sqlite<'a>(
        &self,
        connection: &Connection,
        rows: impl IntoIterator<Item = [Val<'a>; N]>,
        mut run: impl FnMut(&mut Prepared<'_, 'a>, &[Val<'a>]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let (text, together) = self.text_on_sqlite();
        let mut statement = None;
        each_of(rows, together, |some| {
            if some.len() < together {
                let mut one = connection.prepared(self.one())?;
                return some.iter().try_for_each(|row| run(&mut one, row));
            }
            let statement = match &mut statement {
                Some(statement) => statement,
                None => statement.insert(connection.prepared(text)?),
            };
            run(statement, some.as_flattened())
        })
    }
}

/// The text of a statement for that many rows; only the first row needs types.
pub(crate) fn text(head: &str, types: &[&str], tail: &str, rows: usize) -> String {
    let row = |row: usize| {
        let value = |(column, kind): (usize, &&str)| match (row, types.len() * row + column + 1) {
            (0, number) if !kind.is_empty() => format!("CAST(${number} AS {kind})"),
            (_, number) => format!("${number}"),
        };
        let values: Vec<String> = types.iter().enumerate().map(value).collect();
        format!("({})", values.join(", "))
    };
    let rows: Vec<String> = (0..rows).map(row).collect();
    format!("{head} {} {tail}", rows.join(", "))
}

/// Hands out the rows, so many at a time, and at last those that are left; all of them laid out in the same place, for
/// a chunk's rows together are more than a processor keeps near.
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
        match self.backend {
            Backend::Sqlite(_) => 1,
            Backend::Postgres(_) => TOGETHER,
        }
    }

    /// Runs a statement for every row; how many rows it changed.
    pub(crate) fn execute_rows<'a, const N: usize>(
        &mut self,
        sql: &Rows<N>,
        rows: impl IntoIterator<Item = [Val<'a>; N]>,
    ) -> Result<u64, Fault> {
        if cfg!(debug_assertions) {
            let rows: Vec<_> = rows.into_iter().collect();
            rows.iter().for_each(|row| self.note_locks(sql.one(), row));
            return self.execute_each(sql, rows);
        }
        self.execute_each(sql, rows)
    }

    fn execute_each<'a, const N: usize>(
        &mut self,
        sql: &Rows<N>,
        rows: impl IntoIterator<Item = [Val<'a>; N]>,
    ) -> Result<u64, Fault> {
        let mut changed = 0;
        self.run(|backend| match backend {
            Backend::Sqlite(connection) => sql.on_sqlite(connection, rows, |statement, values| {
                changed += statement.execute(values)?;
                Ok(())
            }),
            Backend::Postgres(connection) => each_of(rows, TOGETHER, |some| {
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
        if cfg!(debug_assertions) {
            let rows: Vec<_> = rows.into_iter().collect();
            rows.iter().for_each(|row| self.note_locks(sql.one(), row));
            return self.query_each(sql, rows);
        }
        self.query_each(sql, rows)
    }

    fn query_each<'a, const N: usize, R: FromRow>(
        &mut self,
        sql: &Rows<N>,
        rows: impl IntoIterator<Item = [Val<'a>; N]>,
    ) -> Result<Vec<R>, Fault> {
        let mut found = Vec::new();
        self.run(|backend| match backend {
            Backend::Sqlite(connection) => {
                sql.on_sqlite(connection, rows, |statement, values| statement.query(values, &mut found))
            }
            Backend::Postgres(connection) => each_of(rows, TOGETHER, |some| {
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
