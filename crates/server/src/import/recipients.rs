//! The columns of a list of recipients: whom vouchers are sent to.

use super::rows::Table;
use super::values::known_column;
use crate::acts::voucher::recipient::Recipient;
use crate::world::account_id;

/// The columns that a file of recipients may have. Of a row, the first that is not empty decides, as in `voucher.send`.
pub struct Recipients;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The account id.
    UserId,
    /// A phone number or e-mail address.
    LoginId,
    /// The nickname on Taobao.
    TaobaoNick,
}

const COLUMNS: [(&str, Column); 3] =
    [("user_id", Column::UserId), ("login_id", Column::LoginId), ("taobao_nick", Column::TaobaoNick)];

/// The most characters of a name, as in `voucher.send`.
const NAME_CHARS_MAX: usize = 128;

impl Table for Recipients {
    type Column = Column;
    /// The line, and the recipient as one text.
    type Row = (u64, String);
    type Chunk = Vec<(u64, String)>;
    const CHUNK_ROWS: usize = 4_096;
    const REQUIRED: &'static [&'static str] = &[];
    const NUMBERS: &'static [&'static str] = &["user_id"];

    fn column(&self, name: &str) -> Result<Column, String> {
        known_column(&COLUMNS, name)
    }

    fn number(&self, column: Column) -> Option<usize> {
        (column == Column::UserId).then_some(0)
    }

    fn row<'a>(&self, line: u64, cells: impl Iterator<Item = (Column, &'a str)>) -> Result<(u64, String), String> {
        let mut texts = [None; COLUMNS.len()];
        cells.filter(|(_, text)| !text.is_empty()).for_each(|(column, text)| texts[column as usize] = Some(text));
        let [user_id, login_id, taobao_nick] = texts;
        let recipient = Recipient::choose(user_id, login_id, taobao_nick, None);
        let recipient = recipient.ok_or_else(|| "neither user_id nor login_id nor taobao_nick".to_owned())?;
        match recipient {
            Recipient::UserId(user_id) => drop(account_id("user_id", user_id)?),
            Recipient::LoginId(name) | Recipient::TaobaoNick(name) | Recipient::OpenId(name) => {
                if NAME_CHARS_MAX < name.chars().count() || name.contains(char::is_control) {
                    return Err(format!("{name:?} is no name: at most {NAME_CHARS_MAX} characters, on one line"));
                }
            }
        }
        Ok((line, recipient.to_text()))
    }

    fn chunk(&self, rows: Vec<(u64, String)>) -> Result<Vec<(u64, String)>, String> {
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::{RowError, Rows};
    use super::*;

    fn read(file: &str) -> Vec<Result<(u64, String), String>> {
        let input = std::io::Cursor::new(file.to_owned());
        let mut rows = Rows::open(input, wire::Charset::Utf8, Recipients).expect("the file as a whole is right");
        let row = |row: Result<_, RowError>| {
            row.map_err(|wrong| match wrong {
                RowError::Row(_, reason) | RowError::File(reason) => reason,
            })
        };
        std::iter::from_fn(|| rows.next().map(row)).collect()
    }

    #[test]
    fn the_first_name_of_a_row_decides() {
        let file = "taobao_nick,user_id,login_id\n悟空,2088102146931393,a@b\n悟空,,a@b\n悟空,,\n";
        let expect = [(2, "2088102146931393"), (3, "login_id:a@b"), (4, "taobao_nick:悟空")];
        assert_eq!(read(file), expect.map(|(line, text)| Ok((line, text.to_owned()))));
        assert_eq!(read("{\"login_id\":\"a@b\"}"), [Ok((1, "login_id:a@b".to_owned()))]);
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for (file, reason) in [
            ("user_id\n2.088E+15\n", "has been rounded"),
            ("user_id\n12\n", "must be 16 digits"),
            ("{\"user_id\":\"\"}", "neither user_id nor login_id nor taobao_nick"),
            ("{\"login_id\":\"a\\nb\"}", "on one line"),
            (&format!("login_id\n{}\n", "a".repeat(129)), "at most 128"),
        ] {
            let rows = read(file);
            assert!(matches!(&rows[..], [Err(told)] if told.contains(reason)), "{file}: {rows:?}");
        }
    }
}
