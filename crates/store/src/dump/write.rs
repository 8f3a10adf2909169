//! Writing a dump: each table, row by row, in pages along its primary key.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::field::{Field, Fields};
use super::shape::{Shape, shapes};
use super::summary::{DumpError, FORMAT, Sum};
use crate::engine::migrate;
use crate::engine::row::Val;
use crate::engine::tx::Tx;

/// Rows read from the store at a time.
const PAGE_ROWS: i64 = 2_000;

/// Writes everything that `tx` sees.
pub fn write(tx: &mut Tx, made_by: &str, out: &mut dyn Write) -> Result<(), DumpError> {
    let migrations = migrate::applied(tx)?;
    writeln!(
        out,
        "{}",
        json!({"punchcard": "backup", "format": FORMAT, "made_by": made_by, "migrations": migrations})
    )?;
    let mut sums = Map::new();
    for table in &shapes(migrations.len()) {
        writeln!(out, "{}", json!({"table": table.name, "columns": table.columns}))?;
        let sum = scan(tx, table, table.rows, |line| writeln!(out, "{line}"))?;
        let count = format!("SELECT COUNT(*) FROM {} WHERE {}", table.name, table.rows);
        let (rows,) = tx.query_one::<(i64,)>(&count, &[])?;
        if i64::try_from(sum.rows) != Ok(rows) {
            return Err(DumpError::Differs(format!("{} has {rows} rows, but {} were read", table.name, sum.rows)));
        }
        sums.insert(table.name.to_owned(), serde_json::to_value(sum).expect("numbers are JSON"));
    }
    writeln!(out, "{}", json!({"end": sums}))?;
    Ok(())
}

/// Gives every row of a table that meets a condition to `take`, as its line, in pages along the primary key.
pub(super) fn scan(
    tx: &mut Tx,
    table: &Shape,
    rows: &str,
    mut take: impl FnMut(&str) -> io::Result<()>,
) -> Result<Sum, DumpError> {
    let key = table.with_bucket(table.key.iter().copied());
    let key_width = key.len();
    let (key, columns) = (key.join(", "), table.columns.join(", "));
    let numbers = (1..=key_width).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    let page = |condition: &str, limit: usize| {
        format!("SELECT {key}, {columns} FROM {} WHERE {rows}{condition} ORDER BY {key} LIMIT ${limit}", table.name)
    };
    let first = page("", 1);
    let next = page(&format!(" AND ({key}) > ({numbers})"), key_width + 1);
    let mut sum = Sum::default();
    let mut rows: Vec<Fields> = tx.query(&first, &[Val::Int(PAGE_ROWS)])?;
    while let Some(Fields(last)) = rows.last() {
        for Fields(row) in &rows {
            let line = Value::from(row[key_width..].iter().map(Field::json).collect::<Vec<_>>()).to_string();
            sum.add(table.name, &line);
            take(&line)?;
        }
        let values: Vec<_> = last[..key_width].iter().map(Field::val).chain([Val::Int(PAGE_ROWS)]).collect();
        rows = tx.query(&next, &values)?;
    }
    Ok(sum)
}
