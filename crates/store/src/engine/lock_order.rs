//! The order of locks, asserted where debug assertions are on: a transaction never locks rows of a table after rows of
//! a table with a later [`Lock`] rank.
//!
//! What a statement locks is read from its text. Rows that the transaction holds already may be written again, for that
//! waits for nobody; so may rows that it has just made.

use std::collections::{HashMap, HashSet};

use super::ddl::TableText;
use super::row::Val;
use super::table::{Lock, Table};

/// The rank and the primary key of every table.
pub(crate) struct LockOrder {
    tables: HashMap<&'static str, (Lock, Vec<&'static str>)>,
}

impl LockOrder {
    /// Of these tables, with their keys as the schema's text has them.
    pub(crate) fn new<'a>(tables: impl Iterator<Item = &'a Table>, texts: &[TableText]) -> LockOrder {
        let key = |name| texts.iter().find(|text| text.name == name).map(|text| text.key.clone()).unwrap_or_default();
        LockOrder { tables: tables.map(|table| (table.name, (table.lock, key(table.name)))).collect() }
    }
}

/// What a transaction has locked.
#[derive(Default)]
pub(crate) struct Locks {
    last: Option<(Lock, &'static str)>,
    rows: HashSet<String>,
    in_any_order: bool,
}

impl Locks {
    /// From here on the transaction may lock in any order.
    pub(crate) fn in_any_order(&mut self) {
        self.in_any_order = true;
    }

    /// Notes what a statement locks. Panics where that is out of order.
    pub(crate) fn note(&mut self, order: &LockOrder, sql: &str, values: &[Val<'_>]) {
        let Some(written) = Written::read(sql) else { return };
        let Some((&name, (lock, key))) = order.tables.get_key_value(written.table) else { return };
        let held = written.row(key, values).is_some_and(|row| !self.rows.insert(row));
        if held || self.in_any_order || !written.waits(*lock) {
            return;
        }
        if let Some((last, table)) = self.last {
            assert!(last <= *lock, "{name} ({lock:?}) is locked after {table} ({last:?}): {sql}");
        }
        self.last = Some((*lock, name));
    }
}

/// What a statement writes.
struct Written<'a> {
    table: &'a str,
    insert: bool,
    sql: &'a str,
}

impl<'a> Written<'a> {
    fn read(sql: &'a str) -> Option<Written<'a>> {
        let after = |words| sql.split_once(words).map(|(_, rest)| rest.split([' ', '\n']).next().unwrap_or_default());
        match (after("INSERT INTO "), after("DELETE FROM ").or_else(|| after("UPDATE "))) {
            (Some(table), _) => Some(Written { table, insert: true, sql }),
            (None, Some(table)) => Some(Written { table, insert: false, sql }),
            (None, None) => None,
        }
    }

    /// Whether it may wait for another transaction. An INSERT makes a row that nobody knows, or leaves one alone that
    /// is there; but for a key from outside, by which two equal calls meet, and for an upsert. A job is planned by
    /// whoever holds its thing, or by whoever has taken it.
    fn waits(&self, lock: Lock) -> bool {
        match lock {
            Lock::Alone => false,
            Lock::Key => true,
            Lock::Job => !self.insert,
            _ => !self.insert || self.sql.contains("DO UPDATE"),
        }
    }

    /// What tells the row from all others, where the text names each column of the key.
    fn row(&self, key: &[&str], values: &[Val<'_>]) -> Option<String> {
        let value = |parameter: &str| {
            let digits = parameter.split_once('$')?.1.split(|c: char| !c.is_ascii_digit()).next()?;
            values.get(digits.parse::<usize>().ok()?.checked_sub(1)?)
        };
        let mut row = self.table.to_owned();
        if self.insert {
            let (columns, rest) = self.sql.split_once("INSERT INTO ")?.1.split_once('(')?.1.split_once(')')?;
            let columns: Vec<&str> = columns.split(',').map(str::trim).collect();
            let parameters: Vec<&str> = rest.split_once("VALUES (")?.1.split(',').collect();
            for column in key {
                let place = columns.iter().position(|other| other == column)?;
                row.push_str(&format!(" {:?}", value(parameters.get(place)?)?));
            }
        } else {
            let condition = self.sql.rsplit_once("WHERE ")?.1;
            for column in key {
                let named =
                    condition.split(" AND ").find_map(|part| part.trim().strip_prefix(column)?.strip_prefix(" = $"));
                row.push_str(&format!(" {:?}", value(&format!("${}", named?))?));
            }
        }
        Some(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ddl;
    use crate::engine::table::BucketOf;

    const CLAIM: &str = "INSERT INTO once (bucket, key) VALUES ($1, $2) ON CONFLICT (bucket, key) DO NOTHING";
    const ANSWER: &str = "UPDATE once SET answer = $1 WHERE bucket = $2 AND key = $3";
    const PAY: &str = "UPDATE account SET fen = fen + $1 WHERE bucket = $2 AND user_id = $3";
    const OPEN: &str = "INSERT INTO account (bucket, user_id) VALUES (CAST($1 AS INTEGER), CAST($2 AS TEXT))";

    fn locked(statements: &[(&str, &[Val<'_>])], in_any_order: bool) -> bool {
        let rank = |name, lock| Table { lock, ..Table::by_bucket(name, BucketOf::None) };
        let tables = [rank("once", Lock::Key), rank("account", Lock::Balance)];
        let text = "CREATE TABLE once (\n    bucket INTEGER,\n    key TEXT,\n    PRIMARY KEY (bucket, key)\n);\n\
            CREATE TABLE account (\n    bucket INTEGER,\n    user_id TEXT,\n    PRIMARY KEY (bucket, user_id)\n);\n";
        let order = LockOrder::new(tables.iter(), &ddl::tables([text]));
        let mut locks = Locks::default();
        if in_any_order {
            locks.in_any_order();
        }
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            statements.iter().for_each(|(sql, values)| locks.note(&order, sql, values));
        }))
        .is_ok()
    }

    #[test]
    fn ranks_do_not_go_down_but_for_rows_that_are_held() {
        let (one, other) = (Val::Text("1"), Val::Text("2"));
        let check = |statements: &[(&str, &[Val<'_>])], expect: bool| assert_eq!(locked(statements, false), expect);
        let bucket = Val::Int(0);
        check(&[(CLAIM, &[bucket, one]), (PAY, &[bucket, bucket, one])], true);
        check(&[(PAY, &[bucket, bucket, one]), (PAY, &[bucket, bucket, other])], true);
        check(&[(PAY, &[bucket, bucket, one]), (CLAIM, &[bucket, one])], false);
        check(&[(CLAIM, &[bucket, one]), (PAY, &[bucket, bucket, one]), (ANSWER, &[one, bucket, one])], true);
        check(&[(CLAIM, &[bucket, one]), (PAY, &[bucket, bucket, one]), (ANSWER, &[one, bucket, other])], false);
        // A row that is made waits for nobody, and is held from then on.
        check(&[(OPEN, &[bucket, one]), (CLAIM, &[bucket, one]), (PAY, &[bucket, bucket, one])], true);
        check(&[("SELECT fen FROM account", &[]), ("UPDATE other SET a = 1", &[]), (CLAIM, &[bucket, one])], true);
        assert!(locked(&[(PAY, &[bucket, bucket, one]), (CLAIM, &[bucket, one])], true));
    }
}
