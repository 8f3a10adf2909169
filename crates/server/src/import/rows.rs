//! Rows out of bytes: what is it (gzip, CSV, NDJSON), which columns has it, is each value what its tag takes.

use super::BadRow;
use crate::methods::segment::conditions::column;
use crate::world::{account_id, degrees_e7};
use domain::tag::Tag;
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};
use std::io::{BufRead, BufReader, Read};
use store::member::{MemberRow, Patch, Position};

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

/// The rows of a file, in their order.
pub struct Rows {
    source: Source,
    columns: Columns,
    ended: bool,
}

enum Source {
    Csv { reader: csv::Reader<Box<dyn BufRead + Send>>, header: Vec<Column>, record: csv::StringRecord },
    Json { reader: Box<dyn BufRead + Send>, line: u64 },
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    UserId,
    Tag(usize),
    Degrees(Corner),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Corner {
    HomeLongitude,
    HomeLatitude,
    WorkLongitude,
    WorkLatitude,
}

/// The columns that a merchant's file may have.
struct Columns {
    tags: Vec<Tag>,
    kinds: Vec<segment::Kind>,
}

impl Rows {
    /// Finds out what the file is. The error is about the file as a whole, such as a column that is no tag.
    pub fn open(input: impl Read + Send + 'static, tags: Vec<Tag>) -> Result<Rows, String> {
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
        let kinds = tags.iter().map(|tag| column(tag).kind).collect();
        let columns = Columns { tags, kinds };
        let source = match first {
            None => return Err("the file is empty".to_owned()),
            Some(b'{') => Source::Json { reader, line: 0 },
            Some(_) => {
                let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(reader);
                let names = reader.headers().map_err(|error| format!("line 1: {error}"))?.clone();
                Source::Csv { reader, header: columns.header(&names)?, record: csv::StringRecord::new() }
            }
        };
        Ok(Rows { source, columns, ended: false })
    }

    /// The next row; after a wrong file there is none.
    pub fn next(&mut self) -> Option<Result<MemberRow, Wrong>> {
        if self.ended {
            return None;
        }
        let row = match &mut self.source {
            Source::Csv { reader, header, record } => next_csv(reader, header, record, &self.columns),
            Source::Json { reader, line } => next_json(reader, line, &self.columns),
        };
        self.ended = matches!(row, None | Some(Err(Wrong::File(_))));
        row
    }
}

fn next_csv(
    reader: &mut csv::Reader<Box<dyn BufRead + Send>>,
    header: &[Column],
    record: &mut csv::StringRecord,
    columns: &Columns,
) -> Option<Result<MemberRow, Wrong>> {
    let read = reader.read_record(record);
    let line = record.position().map_or(0, csv::Position::line);
    let bad = |reason: String| Wrong::Row(BadRow { line, reason });
    match read {
        Ok(false) => None,
        Ok(true) if record.len() != header.len() => {
            Some(Err(bad(format!("{} fields where the header has {}", record.len(), header.len()))))
        }
        Ok(true) => Some(columns.row(header.iter().copied().zip(record.iter())).map_err(bad)),
        Err(error) => Some(Err(match error.kind() {
            csv::ErrorKind::Utf8 { pos, .. } => {
                let line = pos.as_ref().map_or(line, csv::Position::line);
                Wrong::Row(BadRow { line, reason: "no UTF-8".to_owned() })
            }
            _ => Wrong::File(format!("the file cannot be read on: {error}")),
        })),
    }
}

fn next_json(reader: &mut dyn BufRead, line: &mut u64, columns: &Columns) -> Option<Result<MemberRow, Wrong>> {
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
                return Some(members.and_then(|members| columns.json(&members).map_err(bad)));
            }
            Err(error) => return Some(Err(Wrong::File(format!("the file cannot be read on: {error}")))),
        }
    }
}

impl Columns {
    fn header(&self, names: &csv::StringRecord) -> Result<Vec<Column>, String> {
        let header = names.iter().map(|name| self.column(name.trim())).collect::<Result<Vec<_>, _>>()?;
        if let Some(twice) = (1..header.len()).find(|&index| header[..index].contains(&header[index])) {
            return Err(format!("line 1: the column {:?} is here twice", &names[twice]));
        }
        if header.contains(&Column::UserId) {
            Ok(header)
        } else {
            Err("line 1: the header has no column user_id".to_owned())
        }
    }

    fn column(&self, name: &str) -> Result<Column, String> {
        Ok(match name {
            "user_id" => Column::UserId,
            "home_longitude" => Column::Degrees(Corner::HomeLongitude),
            "home_latitude" => Column::Degrees(Corner::HomeLatitude),
            "work_longitude" => Column::Degrees(Corner::WorkLongitude),
            "work_latitude" => Column::Degrees(Corner::WorkLatitude),
            code => match self.tags.iter().position(|tag| tag.code == code) {
                Some(tag) => Column::Tag(tag),
                None => return Err(format!("the column {code:?} is no tag of this merchant")),
            },
        })
    }

    fn json(&self, members: &Map<String, Value>) -> Result<MemberRow, String> {
        let cells = members.iter().map(|(name, value)| {
            let text = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(format!("{name} must be a string or a number"));
                }
            };
            Ok((self.column(name)?, text))
        });
        let cells = cells.collect::<Result<Vec<_>, _>>()?;
        self.row(cells.iter().map(|(column, text)| (*column, text.as_str())))
    }

    /// A row of cells; an empty cell takes the value away, a column that is not there leaves it as it is.
    fn row<'a>(&self, cells: impl Iterator<Item = (Column, &'a str)>) -> Result<MemberRow, String> {
        let mut user_id = None;
        let mut tags: Vec<(&str, Option<&str>)> = Vec::with_capacity(self.tags.len());
        let mut degrees = [None; 4];
        for (column, text) in cells {
            let text = text.trim();
            match column {
                Column::UserId => user_id = Some(account_id("user_id", text)?),
                Column::Tag(tag) => tags.push((&self.tags[tag].code, self.value(tag, text)?)),
                Column::Degrees(corner) => {
                    let (name, limit) = match corner {
                        Corner::HomeLongitude => ("home_longitude", 180),
                        Corner::HomeLatitude => ("home_latitude", 90),
                        Corner::WorkLongitude => ("work_longitude", 180),
                        Corner::WorkLatitude => ("work_latitude", 90),
                    };
                    degrees[corner as usize] = Some(degrees_e7(name, Some(text), limit)?);
                }
            }
        }
        let [home_lon, home_lat, work_lon, work_lat] = degrees;
        let user_id = user_id.ok_or("user_id is missing")?;
        let (home, work) = (position("home", home_lon, home_lat)?, position("work", work_lon, work_lat)?);
        Ok(MemberRow::new(&user_id, tags).at(home, work))
    }

    fn value<'a>(&self, tag: usize, text: &'a str) -> Result<Option<&'a str>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let Tag { code, values, .. } = &self.tags[tag];
        if text.contains('\0') {
            return Err(format!("{code}: a value cannot hold U+0000"));
        }
        segment::Value::parse(self.kinds[tag], text).map_err(|reject| format!("{code}: {reject}"))?;
        if !values.is_empty() && !values.iter().any(|known| known.value == text) {
            return Err(format!("{code}: {text:?} is none of its values"));
        }
        Ok(Some(text))
    }
}

/// A position needs both of its columns, and both of them filled or both empty.
fn position(name: &str, lon: Option<Option<i32>>, lat: Option<Option<i32>>) -> Result<Patch, String> {
    match (lon, lat) {
        (None, None) => Ok(Patch::Keep),
        (Some(None), Some(None)) => Ok(Patch::Clear),
        (Some(Some(lon_e7)), Some(Some(lat_e7))) => Ok(Patch::Set(Position { lon_e7, lat_e7 })),
        _ => Err(format!("{name}_longitude and {name}_latitude must be given together")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A good row: the last digits of its user, and the values of gender that it sets or clears.
    fn good(last: u8, gender: Option<&str>) -> Result<MemberRow, String> {
        Ok(MemberRow::new(&format!("20880000000000{last:02}"), [("pam_gender", gender)]))
    }

    fn bad(line: u64, reason: &str) -> Result<MemberRow, String> {
        Err(format!("line {line}: {reason}"))
    }

    fn check(file: &'static str, expect: &[Result<MemberRow, String>]) {
        let mut rows = Rows::open(file.as_bytes(), domain::tag::built_in()).expect("the file as a whole is right");
        let mut read = Vec::new();
        while let Some(row) = rows.next() {
            read.push(row.map_err(|wrong| match wrong {
                Wrong::Row(bad) => format!("line {}: {}", bad.line, bad.reason),
                Wrong::File(wrong) => wrong,
            }));
        }
        assert_eq!(read, expect, "{file}");
    }

    #[test]
    fn csv_rows_are_read_and_bad_ones_named() {
        let good_rows = vec![good(1, Some("1")), good(2, None)];
        check("user_id,pam_gender\n2088000000000001,1\n2088000000000002,\n", &good_rows);
        check("\u{feff}user_id,pam_gender\r\n2088000000000001, 1\r\n", &[good(1, Some("1"))]);
        check(
            "user_id,pam_gender\n2088000000000001,3\n1,1\n2088000000000003\n2088000000000004,2\n",
            &[
                bad(2, "pam_gender: \"3\" is none of its values"),
                bad(3, "user_id \"1\" must be 16 digits that begin with 2088"),
                bad(4, "1 fields where the header has 2"),
                good(4, Some("2")),
            ],
        );
        check(
            "user_id,home_longitude\n2088000000000001,118.79\n",
            &[bad(2, "home_longitude and home_latitude must be given together")],
        );
    }

    #[test]
    fn ndjson_rows_are_read_and_bad_ones_named() {
        check(
            "{\"user_id\":\"2088000000000001\",\"pam_gender\":1}\n\n{\"user_id\":2088000000000002,\"pam_gender\":null}\n",
            &[good(1, Some("1")), good(2, None)],
        );
        check(
            "{\"user_id\":\"2088000000000001\",\"nope\":1}\n{\"pam_gender\":1}\n{x}\n",
            &[
                bad(1, "the column \"nope\" is no tag of this merchant"),
                bad(2, "user_id is missing"),
                bad(3, "no JSON object: key must be a string at line 1 column 2"),
            ],
        );
    }

    #[test]
    fn a_wrong_file_is_refused_whole() {
        for (file, expect) in [
            ("", "the file is empty"),
            ("pam_gender\n1\n", "line 1: the header has no column user_id"),
            ("user_id,nope\n", "the column \"nope\" is no tag of this merchant"),
            ("user_id,user_id\n", "line 1: the column \"user_id\" is here twice"),
        ] {
            let wrong = Rows::open(file.as_bytes(), domain::tag::built_in()).err();
            assert_eq!(wrong.as_deref(), Some(expect), "{file}");
        }
    }
}
