//! Rows out of bytes: what is it (gzip, CSV, NDJSON), which columns has it. What the columns mean is the [`Table`]'s.

use super::cells::{Zeros, number, trimmed};
use super::charset::name;
use super::fields::{fields, separator, separator_line};
use super::lines::{LINE_BYTES_MAX, Line, Lines};
use super::object::Object;
use super::source::plain;
use serde_json::Value;
use std::io::Read;
use wire::Charset;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// What is wrong: one row, by its line, or all that is left of the file.
#[derive(Debug)]
pub enum RowError {
    Row(u64, String),
    File(String),
}

/// What a file may hold: its columns, and what a row of them is.
pub trait Table: Send + 'static {
    /// A column.
    type Column: Copy + PartialEq + Send;
    /// A row that is right.
    type Row: Send;
    /// Rows as they are written.
    type Chunk: Send;
    /// Rows a transaction: so few that waiting calls hardly notice, so many that pages are not written over and over.
    const CHUNK_ROWS: usize;
    /// The columns that a header must have.
    const REQUIRED: &'static [&'static str];
    /// The columns that hold ids and other numbers which are names.
    const NUMBERS: &'static [&'static str];

    /// The column of that name, in whatever case; the error says why there is none.
    fn column(&self, name: &str) -> Result<Self::Column, String>;

    /// The place of a column in [`Table::NUMBERS`].
    fn number(&self, column: Self::Column) -> Option<usize>;

    /// A row of cells without blanks around them; the error says what is wrong with it.
    fn row<'a>(&self, line: u64, cells: impl Iterator<Item = (Self::Column, &'a str)>) -> Result<Self::Row, String>;

    /// Rows made ready to be written: what can be done beside the writer.
    fn chunk(&self, rows: Vec<Self::Row>) -> Result<Self::Chunk, String>;
}

/// The rows of a file, in their order.
pub struct Rows<T: Table> {
    lines: Lines,
    charset: Charset,
    form: Form<T::Column>,
    /// A first line that is a row already.
    first: Option<String>,
    columns: Columns<T>,
    ended: bool,
}

enum Form<C> {
    Csv { header: Vec<C>, separator: char },
    Json,
}

/// The columns, and what was noticed in them.
struct Columns<T> {
    table: T,
    /// For each of [`Table::NUMBERS`].
    zeros: Vec<Zeros>,
}

/// The text of a line; the error says that it is too long for one, or in another charset.
fn text(charset: Charset, number: u64, line: Line<'_>) -> Result<std::borrow::Cow<'_, str>, RowError> {
    match line {
        Line::TooLong => Err(RowError::Row(number, format!("the line is longer than {LINE_BYTES_MAX} bytes"))),
        Line::Whole(bytes) => charset
            .decode(bytes)
            .ok_or_else(|| RowError::File(format!("line {number} is not {}, as the lines before are", name(charset)))),
    }
}

impl<T: Table> Rows<T> {
    /// Finds out what the file is, whose charset is known. The error is about the file as a whole, such as a column
    /// that is no tag.
    pub fn open(input: impl Read + Send + 'static, charset: Charset, table: T) -> Result<Rows<T>, String> {
        let mut lines = Lines::new(plain(input)?);
        let mut declared = None;
        let (form, first) = loop {
            let number = lines.number() + 1;
            let line = lines.next()?.ok_or("the file is empty")?;
            let line = text(charset, number, line).map_err(|wrong| match wrong {
                RowError::Row(_, reason) => format!("line {number}: {reason}"),
                RowError::File(reason) => reason,
            })?;
            let line = line.trim_start_matches(BYTE_ORDER_MARK);
            if line.trim().is_empty() {
                continue;
            }
            if declared.is_none()
                && let Some(separator) = separator_line(line)
            {
                declared = Some(separator);
                continue;
            }
            if line.trim_start().starts_with('{') {
                break (Form::Json, Some(line.to_owned()));
            }
            if line.trim_start().starts_with('[') {
                return Err(
                    "the file is a JSON array: write one object a line, without brackets around them".to_owned()
                );
            }
            let separator = declared.unwrap_or_else(|| separator(line));
            let header = header(&table, line, separator).map_err(|wrong| format!("line {number}: {wrong}"))?;
            break (Form::Csv { header, separator }, None);
        };
        let columns = Columns { table, zeros: vec![Zeros::default(); T::NUMBERS.len()] };
        Ok(Rows { lines, charset, form, first, columns, ended: false })
    }

    /// These rows, ready to be written.
    pub fn chunk(&self, rows: Vec<T::Row>) -> Result<T::Chunk, String> {
        self.columns.table.chunk(rows)
    }

    /// What looks wrong although the rows until now are right.
    pub fn warnings(&self) -> Vec<String> {
        let Columns { zeros, .. } = &self.columns;
        T::NUMBERS.iter().zip(zeros).filter_map(|(name, zeros)| zeros.warning(name)).collect()
    }

    /// The next row; after a wrong file there is none.
    pub fn next(&mut self) -> Option<Result<T::Row, RowError>> {
        while !self.ended {
            let row = self.read();
            self.ended = matches!(row, Ok(LineContent::End) | Err(RowError::File(_)));
            match row {
                Ok(LineContent::Row(row)) => return Some(Ok(row)),
                Ok(LineContent::Blank | LineContent::End) => {}
                Err(wrong) => return Some(Err(wrong)),
            }
        }
        None
    }

    /// What the next line holds.
    fn read(&mut self) -> Result<LineContent<T::Row>, RowError> {
        let Rows { lines, charset, form, first, columns, .. } = self;
        let number = lines.number() + u64::from(first.is_none());
        let line = match first.take() {
            Some(line) => line.into(),
            None => match lines.next().map_err(RowError::File)? {
                Some(line) => text(*charset, number, line)?,
                None => return Ok(LineContent::End),
            },
        };
        if line.trim().is_empty() {
            return Ok(LineContent::Blank);
        }
        let row = match form {
            Form::Csv { header, separator } => columns.of_fields(number, &line, header, *separator),
            Form::Json => columns.of_object(number, &line).map(Some),
        };
        let row = row.map_err(|reason| RowError::Row(number, reason))?;
        Ok(row.map_or(LineContent::Blank, LineContent::Row))
    }
}

/// What a line holds.
enum LineContent<R> {
    Row(R),
    Blank,
    End,
}

impl<T: Table> Columns<T> {
    /// A row of CSV; none where all fields are empty, as spreadsheets leave rows below a table.
    fn of_fields(
        &mut self,
        line: u64,
        text: &str,
        header: &[T::Column],
        separator: char,
    ) -> Result<Option<T::Row>, String> {
        let fields = fields(text, separator)?;
        if fields.len() != header.len() {
            return Err(format!("{} fields where the header has {}", fields.len(), header.len()));
        }
        let cells = self.cells(header.iter().copied().zip(fields.iter().map(|field| &**field)))?;
        if cells.iter().all(|(_, text)| text.is_empty()) {
            return Ok(None);
        }
        self.table.row(line, cells.into_iter()).map(Some)
    }

    /// A row of NDJSON.
    fn of_object(&mut self, line: u64, text: &str) -> Result<T::Row, String> {
        let object: Object = serde_json::from_str(text).map_err(|error| {
            // Its own line is that of the text, which has one.
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            format!("no JSON object: {reason} at column {}", error.column())
        })?;
        let mut texts: Vec<(T::Column, String)> = Vec::with_capacity(object.0.len());
        for (name, value) in object.0 {
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                Value::Number(number) => number.to_string(),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(format!("{name:?} must be a string or a number"));
                }
            };
            let column = self.table.column(&name)?;
            if texts.iter().any(|(known, _)| *known == column) {
                return Err(format!("{name:?} is here twice"));
            }
            texts.push((column, text));
        }
        let cells = self.cells(texts.iter().map(|(column, text)| (*column, text.as_str())))?;
        self.table.row(line, cells.into_iter())
    }

    /// Cells as the table wants them.
    fn cells<'a>(
        &mut self,
        texts: impl Iterator<Item = (T::Column, &'a str)>,
    ) -> Result<Vec<(T::Column, &'a str)>, String> {
        let mut cells = Vec::with_capacity(texts.size_hint().0);
        for (column, text) in texts {
            let mut text = trimmed(text)?;
            if let Some(place) = self.table.number(column) {
                text = number(T::NUMBERS[place], text)?;
                self.zeros[place].count(text);
            }
            cells.push((column, text));
        }
        Ok(cells)
    }
}

/// The columns of a CSV file: each once, and all that must be.
fn header<T: Table>(table: &T, line: &str, separator: char) -> Result<Vec<T::Column>, String> {
    let names = fields(line, separator)?;
    let names = names.iter().map(|name| trimmed(name)).collect::<Result<Vec<_>, _>>()?;
    if names[0].starts_with(|first: char| first.is_ascii_digit()) {
        let required = T::REQUIRED.join(", ");
        return Err(format!("{:?} is no name of a column: the first line must name them: {required} …", names[0]));
    }
    let mut header = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() {
            return Err(format!("column {} has no name: name it, or take it out", index + 1));
        }
        let column = table.column(name)?;
        if header.contains(&column) {
            return Err(format!("the column {name:?} is here twice"));
        }
        header.push(column);
    }
    match T::REQUIRED.iter().find(|name| !table.column(name).is_ok_and(|column| header.contains(&column))) {
        Some(missing) => Err(format!("the header has no column {missing}")),
        None => Ok(header),
    }
}
