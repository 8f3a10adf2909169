//! Reading a dump, and holding it against what it says of itself.

use std::collections::BTreeMap;
use std::io::BufRead;

use serde_json::{Map, Value, json};

use super::field::Field;
use super::shape::{Shape, shapes};
use super::summary::{DumpError, FORMAT, Sum, Summary};

/// Reads a whole dump and compares it with what it says of itself.
pub fn check(input: impl BufRead) -> Result<Summary, DumpError> {
    let dump = Dump::open(input)?;
    let shapes = shapes(dump.migrations.len());
    dump.rows(&shapes, |_, _, _| Ok(()))
}

/// A dump whose first line has been read.
pub(super) struct Dump<R> {
    input: R,
    line: u64,
    made_by: String,
    /// The migrations that its store had: number and checksum.
    pub(super) migrations: Vec<(i64, String)>,
}

impl<R: BufRead> Dump<R> {
    /// Reads the first line.
    pub(super) fn open(input: R) -> Result<Dump<R>, DumpError> {
        let mut dump = Dump { input, line: 0, made_by: String::new(), migrations: Vec::new() };
        let head = match dump.next()? {
            Some(Value::Object(head)) if head.get("punchcard") == Some(&json!("backup")) => head,
            _ => return Err(dump.damaged("it does not begin as a backup of Punchcard")),
        };
        if head.get("format").and_then(Value::as_i64) != Some(FORMAT) {
            return Err(dump.damaged("it was written in a newer form: use the build that wrote it or a newer one"));
        }
        dump.made_by = head.get("made_by").and_then(Value::as_str).unwrap_or_default().to_owned();
        let migrations = head.get("migrations").cloned().unwrap_or_default();
        dump.migrations = serde_json::from_value(migrations).map_err(|_| dump.damaged("unreadable migrations"))?;
        Ok(dump)
    }

    /// Gives every row to `take`, in order, with its table, one of `shapes`, and the names of its columns.
    pub(super) fn rows<'a>(
        mut self,
        shapes: &'a [Shape],
        mut take: impl FnMut(&'a Shape, &[String], Vec<Field>) -> Result<(), DumpError>,
    ) -> Result<Summary, DumpError> {
        let mut tables: BTreeMap<String, Sum> = BTreeMap::new();
        let mut settings = BTreeMap::new();
        let mut current: Option<(&Shape, Vec<String>)> = None;
        let end = loop {
            let value = self.next()?.ok_or_else(|| self.damaged("it ends in the middle"))?;
            match value {
                Value::Array(fields) => {
                    let (table, columns) = current.as_ref().ok_or_else(|| self.damaged("a row without a table"))?;
                    let sum = tables.get_mut(table.name).expect("entered with the table");
                    sum.add(table.name, &Value::from(fields.clone()).to_string());
                    let row: Option<Vec<_>> = fields.iter().map(Field::from_json).collect();
                    let row = row.filter(|row| row.len() == columns.len());
                    let row = row.ok_or_else(|| self.damaged(format!("no row of {}", table.name)))?;
                    if let ("setting", [Field::Text(name), Field::Text(value)]) = (table.name, &row[..]) {
                        settings.insert(name.clone(), value.clone());
                    }
                    take(table, columns, row)?;
                }
                Value::Object(mut section) => match section.remove("end") {
                    Some(end) => break end,
                    None => {
                        let (table, columns) = self.table(shapes, &section)?;
                        tables.insert(table.name.to_owned(), Sum::default());
                        current = Some((table, columns));
                    }
                },
                _ => return Err(self.damaged("neither a table nor a row")),
            }
        };
        let wanted: BTreeMap<String, Sum> = serde_json::from_value(end).map_err(|_| self.damaged("unreadable sums"))?;
        if wanted != tables {
            return Err(self.damaged("rows are missing or changed: they do not add up to the sums at the end"));
        }
        if self.next()?.is_some() {
            return Err(self.damaged("something follows the end"));
        }
        Ok(Summary { made_by: self.made_by, tables, settings })
    }

    /// The table that a section is about. Names go into statements, so they are checked.
    fn table<'a>(
        &self,
        shapes: &'a [Shape],
        section: &Map<String, Value>,
    ) -> Result<(&'a Shape, Vec<String>), DumpError> {
        let name = section.get("table").and_then(Value::as_str).unwrap_or_default();
        let table = shapes.iter().find(|table| table.name == name);
        let table = table.ok_or_else(|| self.damaged(format!("no table is called {name:?}")))?;
        let columns = section.get("columns").cloned().unwrap_or_default();
        let columns: Vec<String> = serde_json::from_value(columns).map_err(|_| self.damaged("unreadable columns"))?;
        let is_name = |name: &String| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if columns.iter().all(is_name) { Ok((table, columns)) } else { Err(self.damaged("unreadable columns")) }
    }

    fn next(&mut self) -> Result<Option<Value>, DumpError> {
        let mut text = String::new();
        let read = self.input.read_line(&mut text);
        self.line += 1;
        match read {
            Ok(0) => Ok(None),
            Ok(_) => serde_json::from_str(&text).map(Some).map_err(|error| self.damaged(error.to_string())),
            // A broken archive is a damaged backup and not a broken disk.
            Err(error) => Err(self.damaged(error.to_string())),
        }
    }

    fn damaged(&self, reason: impl Into<String>) -> DumpError {
        DumpError::Damaged { line: self.line, reason: reason.into() }
    }
}
