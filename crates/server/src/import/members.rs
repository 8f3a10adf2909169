//! The columns of members: a user, tags, and where the user lives and works.

use super::rows::Table;
use crate::world::{account_id, degrees_e7};
use domain::condition::Value;
use domain::tag::Tag;
use store::member::{MemberRow, Patch, Position};

/// The columns that a merchant's file of members may have.
pub struct Members {
    tags: Vec<Tag>,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Whose row it is.
    UserId,
    /// A tag of the merchant, by its place.
    Tag(usize),
    /// A part of a position.
    Degrees(Corner),
}

/// The columns that are no tags.
const COLUMNS: [(&str, Column); 5] = [
    ("user_id", Column::UserId),
    ("home_longitude", Column::Degrees(Corner::HomeLongitude)),
    ("home_latitude", Column::Degrees(Corner::HomeLatitude)),
    ("work_longitude", Column::Degrees(Corner::WorkLongitude)),
    ("work_latitude", Column::Degrees(Corner::WorkLatitude)),
];

/// Which part of which position.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Corner {
    /// Of where the member lives.
    HomeLongitude,
    /// Of where the member lives.
    HomeLatitude,
    /// Of where the member works.
    WorkLongitude,
    /// Of where the member works.
    WorkLatitude,
}

impl Members {
    /// With these tags.
    pub fn new(tags: Vec<Tag>) -> Members {
        Members { tags }
    }

    fn value<'a>(&self, tag: usize, text: &'a str) -> Result<Option<&'a str>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let Tag { code, kind, values, .. } = &self.tags[tag];
        Value::parse(*kind, text).map_err(|reject| format!("{code}: {reject}"))?;
        if !values.is_empty() && !values.iter().any(|known| known.value == text) {
            return Err(format!("{code}: {text:?} is none of its values"));
        }
        Ok(Some(text))
    }
}

impl Table for Members {
    type Column = Column;
    type Row = MemberRow;
    type Chunk = Vec<MemberRow>;
    const CHUNK_ROWS: usize = 2_000;
    const REQUIRED: &'static [&'static str] = &["user_id"];
    const NUMBERS: &'static [&'static str] = &["user_id"];

    /// Of tags whose codes differ only in case, the one that is spelled so.
    fn column(&self, name: &str) -> Result<Column, String> {
        if let Some((_, column)) = COLUMNS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return Ok(*column);
        }
        if let Some(tag) = self.tags.iter().position(|tag| tag.code == name) {
            return Ok(Column::Tag(tag));
        }
        let mut alike = (0..self.tags.len()).filter(|tag| self.tags[*tag].code.eq_ignore_ascii_case(name));
        match (alike.next(), alike.next()) {
            (Some(tag), None) => Ok(Column::Tag(tag)),
            _ => Err(format!("the column {name:?} is no tag of this merchant")),
        }
    }

    fn number(&self, column: Column) -> Option<usize> {
        (column == Column::UserId).then_some(0)
    }

    /// A row of cells; an empty cell takes the value away, a column that is not there leaves it as it is.
    fn row<'a>(&self, _: u64, cells: impl Iterator<Item = (Column, &'a str)>) -> Result<MemberRow, String> {
        let mut user_id = None;
        let mut tags: Vec<(&str, Option<&str>)> = Vec::with_capacity(self.tags.len());
        let mut degrees = [None; 4];
        for (column, text) in cells {
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

    fn chunk(&self, rows: Vec<MemberRow>) -> Result<Vec<MemberRow>, String> {
        Ok(rows)
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
    use super::super::rows::{RowError, Rows};
    use super::*;

    /// A good row: the last digits of its user, and the values of gender that it sets or clears.
    fn good(last: u8, gender: Option<&str>) -> Result<MemberRow, String> {
        Ok(MemberRow::new(&format!("20880000000000{last:02}"), [("pam_gender", gender)]))
    }

    fn bad(line: u64, reason: &str) -> Result<MemberRow, String> {
        Err(format!("line {line}: {reason}"))
    }

    fn open(file: &str) -> Result<Rows<Members>, String> {
        let input = std::io::Cursor::new(file.to_owned());
        Rows::open(input, wire::Charset::Utf8, Members::new(domain::tag::built_in()))
    }

    fn check(file: &str, expect: &[Result<MemberRow, String>]) {
        let mut rows = open(file).expect("the file as a whole is right");
        let mut read = Vec::new();
        while let Some(row) = rows.next() {
            read.push(row.map_err(|wrong| match wrong {
                RowError::Row(line, reason) => format!("line {line}: {reason}"),
                RowError::File(wrong) => wrong,
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
    fn a_quote_swallows_no_line() {
        let open = "a quote is not closed on its line";
        check(
            "user_id,pam_gender\n2088000000000001,\"1\n2088000000000002,2\n2088000000000003,\"1\"\n2088000000000004,2\n",
            &[bad(2, open), good(2, Some("2")), good(3, Some("1")), good(4, Some("2"))],
        );
        check(
            "user_id,pam_gender\r\n\r\n2088000000000001,\"1\r\n\"2088000000000002\"x,2\r\n\r\n2088000000000003,1",
            &[bad(3, open), bad(4, "text follows a closing quote"), good(3, Some("1"))],
        );
        check(
            "user_id,pam_gender\r2088000000000001,\"1\r\r2088000000000002,3\r",
            &[bad(2, open), bad(4, "pam_gender: \"3\" is none of its values")],
        );
    }

    #[test]
    fn files_of_spreadsheets_and_exports_are_read() {
        for file in [
            "USER_ID , Pam_Gender\n2088000000000001,1\n",
            "user_id;pam_gender\n2088000000000001;1\n",
            "user_id\tpam_gender\n\"2088000000000001\"\t1\n",
            "sep=;\r\nuser_id;pam_gender\r\n2088000000000001;1\r\n",
            "\"sep=,\"\nuser_id,pam_gender\n2088000000000001,1\n",
            "user_id,pam_gender\n'2088000000000001,1\n",
            "user_id,pam_gender\n=\"2088000000000001\",1\n",
            "user_id,pam_gender\n\"=\"\"2088000000000001\"\"\",\"1\"\n",
            "user_id,pam_gender\n\"2088000000000001\t\",\"1 \"\n",
            "user_id,pam_gender\n\u{a0}2088000000000001\u{3000},\u{a0}1\n",
            "user_id,pam_gender\r2088000000000001,1\r",
            "user_id,pam_gender\r\r\n2088000000000001,1\r\r\n",
            "\u{feff}\u{feff}\"user_id\",pam_gender\n\n2088000000000001,1\n,\n , \n",
            "\u{feff}{\"USER_ID\":\"2088000000000001\",\"pam_gender\":\"1\"}\r\n",
        ] {
            check(file, &[good(1, Some("1"))]);
        }
        check(
            "user_id,pam_gender\n2.088E+15,1\n2088000000000001,#N/A\n2088000000000001,1\0\nuser_id,pam_gender\n# end,\n",
            &[
                bad(
                    2,
                    "user_id \"2.088E+15\" has been rounded by a spreadsheet: set the column to text before it is filled, \
                     and fill it anew",
                ),
                bad(3, "\"#N/A\" is no value: correct the cell, or leave it empty"),
                bad(4, "a value cannot hold U+0000"),
                bad(5, "user_id \"user_id\" must be 16 digits that begin with 2088"),
                bad(6, "user_id \"# end\" must not hold blanks, quotes, commas or control characters"),
            ],
        );
        check(
            "{\"user_id\":2.088E+15}\n{\"user_id\":\"2088000000000001\",\"user_id\":\"2088000000000002\"}\n\
             {\"user_id\":\"2088000000000001\",\"pam_gender\":\"1\\u0000\"}\n",
            &[
                bad(
                    1,
                    "user_id \"2.088e+15\" has been rounded by a spreadsheet: set the column to text before it is filled, \
                     and fill it anew",
                ),
                bad(2, "\"user_id\" is here twice"),
                bad(3, "a value cannot hold U+0000"),
            ],
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
                bad(3, "no JSON object: key must be a string at column 2"),
            ],
        );
    }

    #[test]
    fn a_wrong_file_is_refused_whole() {
        for (file, expect) in [
            ("", "the file is empty"),
            ("pam_gender\n1\n", "line 1: the header has no column user_id"),
            ("user_id,nope\n", "line 1: the column \"nope\" is no tag of this merchant"),
            ("user_id,user_id\n", "line 1: the column \"user_id\" is here twice"),
            ("user_id,pam_gender,PAM_GENDER\n", "line 1: the column \"PAM_GENDER\" is here twice"),
            ("\n \r\n", "the file is empty"),
            ("\n\nuser_id,\n", "line 3: column 2 has no name: name it, or take it out"),
            (",user_id\n", "line 1: column 1 has no name: name it, or take it out"),
            (
                "2088000000000001,1\n",
                "line 1: \"2088000000000001\" is no name of a column: the first line must name them: user_id …",
            ),
            ("# 会员\nuser_id\n", "line 1: the column \"# 会员\" is no tag of this merchant"),
            ("user_id，pam_gender\n", "line 1: the column \"user_id，pam_gender\" is no tag of this merchant"),
            ("user_id,\"pam_gender\n", "line 1: a quote is not closed on its line"),
            ("[{\"user_id\":1}]", "the file is a JSON array: write one object a line, without brackets around them"),
        ] {
            assert_eq!(open(file).err().as_deref(), Some(expect), "{file}");
        }
    }
}
