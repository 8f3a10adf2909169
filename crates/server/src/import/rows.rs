//! Rows out of bytes: what is it (gzip, CSV, NDJSON), which columns has it. What the columns mean is the [`Table`]'s.

use super::BadRow;
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Read};

const BUFFER_BYTES: usize = 1 << 16;
/// The most bytes of one NDJSON line.
const LINE_BYTES_MAX: u64 = 1 << 20;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What is wrong: one row, or all that is left of the file.
pub enum Wrong {
    Row(BadRow),
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

    /// The column of that name; the error says why there is none.
    fn column(&self, name: &str) -> Result<Self::Column, String>;

    /// A row of cells; the error says what is wrong with it.
    fn row<'a>(&self, line: u64, cells: impl Iterator<Item = (Self::Column, &'a str)>) -> Result<Self::Row, String>;

    /// Rows made ready to be written: what can be done beside the writer.
    fn chunk(&self, rows: Vec<Self::Row>) -> Result<Self::Chunk, String>;
}

/// The rows of a file, in their order.
pub struct Rows<T: Table> {
    source: Source<T::Column>,
    table: T,
    ended: bool,
}

enum Source<C> {
    Csv { reader: csv::Reader<Box<dyn BufRead + Send>>, header: Vec<C>, record: csv::StringRecord },
    Json { reader: Box<dyn BufRead + Send>, line: u64 },
}

impl<T: Table> Rows<T> {
    /// Finds out what the file is. The error is about the file as a whole, such as a column that is no tag.
    pub fn open(input: impl Read + Send + 'static, table: T) -> Result<Rows<T>, String> {
        let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
        let mut reader: Box<dyn BufRead + Send> = Box::new(BufReader::with_capacity(BUFFER_BYTES, input));
        if reader.fill_buf().map_err(unreadable)?.starts_with(&GZIP_MAGIC) {
            reader = Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(reader)));
        }
        if reader.fill_buf().map_err(unreadable)?.starts_with(BYTE_ORDER_MARK) {
            reader.consume(BYTE_ORDER_MARK.len());
        }
        let start = reader.fill_buf().map_err(unreadable)?;
        let first = start.iter().find(|byte| !byte.is_ascii_whitespace()).copied();
        let source = match first {
            None => return Err("the file is empty".to_owned()),
            Some(b'{') => Source::Json { reader, line: 0 },
            Some(_) => {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
                let names = reader.headers().map_err(|error| format!("line 1: {error}"))?.clone();
                Source::Csv { reader, header: header(&table, &names)?, record: csv::StringRecord::new() }
            }
        };
        Ok(Rows { source, table, ended: false })
    }

    /// These rows, ready to be written.
    pub fn chunk(&self, rows: Vec<T::Row>) -> Result<T::Chunk, String> {
        self.table.chunk(rows)
    }

    /// The next row; after a wrong file there is none.
    pub fn next(&mut self) -> Option<Result<T::Row, Wrong>> {
        if self.ended {
            return None;
        }
        let row = match &mut self.source {
            Source::Csv { reader, header, record } => next_csv(reader, header, record, &self.table),
            Source::Json { reader, line } => next_json(reader, line, &self.table),
        };
        self.ended = matches!(row, None | Some(Err(Wrong::File(_))));
        row
    }
}

fn next_csv<T: Table>(
    reader: &mut csv::Reader<Box<dyn BufRead + Send>>,
    header: &[T::Column],
    record: &mut csv::StringRecord,
    table: &T,
) -> Option<Result<T::Row, Wrong>> {
    let read = reader.read_record(record);
    let line = record.position().map_or(0, csv::Position::line);
    let bad = |reason: String| Wrong::Row(BadRow { line, reason });
    match read {
        Ok(false) => None,
        Ok(true) if record.len() != header.len() => {
            Some(Err(bad(format!("{} fields where the header has {}", record.len(), header.len()))))
        }
        Ok(true) => Some(table.row(line, header.iter().copied().zip(record.iter())).map_err(bad)),
        Err(error) => Some(Err(match error.kind() {
            csv::ErrorKind::Utf8 { pos, .. } => {
                let line = pos.as_ref().map_or(line, csv::Position::line);
                Wrong::Row(BadRow { line, reason: "no UTF-8".to_owned() })
            }
            _ => Wrong::File(format!("the file cannot be read on: {error}")),
        })),
    }
}

fn next_json<T: Table>(reader: &mut dyn BufRead, line: &mut u64, table: &T) -> Option<Result<T::Row, Wrong>> {
    loop {
        let mut bytes = Vec::new();
        *line += 1;
        let bad = |reason: String| Wrong::Row(BadRow { line: *line, reason });
        match reader.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes) {
            Ok(0) => return None,
            Ok(_) if bytes.len() as u64 == LINE_BYTES_MAX && !bytes.ends_with(b"\n") => {
                return Some(Err(Wrong::File(format!("line {line} is longer than {LINE_BYTES_MAX} bytes"))));
            }
            Ok(_) if bytes.trim_ascii().is_empty() => {}
            Ok(_) => {
                let members: Result<Map<String, Value>, _> = serde_json::from_slice(&bytes);
                let members = members.map_err(|error| bad(format!("no JSON object: {error}")));
                return Some(members.and_then(|members| json(table, *line, &members).map_err(bad)));
            }
            Err(error) => return Some(Err(Wrong::File(format!("the file cannot be read on: {error}")))),
        }
    }
}

/// The columns of a CSV file: each once, and all that must be.
fn header<T: Table>(table: &T, names: &csv::StringRecord) -> Result<Vec<T::Column>, String> {
    let header = names.iter().map(|name| table.column(name.trim())).collect::<Result<Vec<_>, _>>()?;
    if let Some(twice) = (1..header.len()).find(|&index| header[..index].contains(&header[index])) {
        return Err(format!("line 1: the column {:?} is here twice", &names[twice]));
    }
    match T::REQUIRED.iter().find(|name| !table.column(name).is_ok_and(|column| header.contains(&column))) {
        Some(missing) => Err(format!("line 1: the header has no column {missing}")),
        None => Ok(header),
    }
}

fn json<T: Table>(table: &T, line: u64, members: &Map<String, Value>) -> Result<T::Row, String> {
    let cells = members.iter().map(|(name, value)| {
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                return Err(format!("{name} must be a string or a number"));
            }
        };
        Ok((table.column(name)?, text))
    });
    let cells = cells.collect::<Result<Vec<_>, _>>()?;
    table.row(line, cells.iter().map(|(column, text)| (*column, text.as_str())))
}
