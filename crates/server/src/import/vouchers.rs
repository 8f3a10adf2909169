//! The columns of vouchers that members received elsewhere: a number, who received it, and when it was redeemed.

use super::rows::Table;
use super::values::{foreign_number, known_column, past};
use crate::world::account_id;
use domain::voucher_history::{Again, ImportedVoucher};
use store::voucher_history::{Effect, VoucherChunk};

/// The columns that a merchant's file of vouchers may have.
pub struct Vouchers {
    pid: String,
    now: i64,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The number that the import is idempotent by.
    VoucherNo,
    /// Who received it.
    UserId,
    /// When.
    ReceivedAt,
    /// When it was redeemed.
    RedeemedAt,
}

/// The names of the columns, those that must be there first.
const COLUMNS: [(&str, Column); 4] = [
    ("voucher_no", Column::VoucherNo),
    ("user_id", Column::UserId),
    ("received_at", Column::ReceivedAt),
    ("redeemed_at", Column::RedeemedAt),
];

impl Vouchers {
    /// Of the merchant `pid`, at `now`, UTC milliseconds.
    pub fn new(pid: String, now: i64) -> Vouchers {
        Vouchers { pid, now }
    }
}

impl Table for Vouchers {
    type Column = Column;
    /// With its line, by which the store's refusal is told.
    type Row = (u64, ImportedVoucher);
    /// And the lines of its rows.
    type Chunk = (Vec<u64>, VoucherChunk);
    /// The members of a chunk are looked up: most of them received several vouchers, so a large one has few of them.
    const CHUNK_ROWS: usize = 10_000;
    const REQUIRED: &'static [&'static str] = &["voucher_no", "user_id", "received_at"];
    const NUMBERS: &'static [&'static str] = &["voucher_no", "user_id"];

    fn column(&self, name: &str) -> Result<Column, String> {
        known_column(&COLUMNS, name)
    }

    fn number(&self, column: Column) -> Option<usize> {
        match column {
            Column::VoucherNo => Some(0),
            Column::UserId => Some(1),
            Column::ReceivedAt | Column::RedeemedAt => None,
        }
    }

    fn row<'a>(&self, line: u64, cells: impl Iterator<Item = (Column, &'a str)>) -> Result<Self::Row, String> {
        let mut texts = [""; COLUMNS.len()];
        cells.for_each(|(column, text)| texts[column as usize] = text);
        let [voucher_no, user_id, received_at, redeemed_at] = texts;
        foreign_number("voucher_no", "voucher", voucher_no)?;
        let user_id = account_id("user_id", user_id)?;
        let received_at = past("received_at", received_at, self.now)?;
        let redeemed_at = match redeemed_at {
            "" => None,
            text => Some(past("redeemed_at", text, self.now)?),
        };
        if redeemed_at.is_some_and(|redeemed_at| redeemed_at < received_at) {
            return Err("redeemed_at is before received_at".to_owned());
        }
        Ok((line, ImportedVoucher { voucher_no: voucher_no.to_owned(), user_id, received_at, redeemed_at }))
    }

    fn chunk(&self, rows: Vec<Self::Row>) -> Result<Self::Chunk, String> {
        let (lines, rows) = rows.into_iter().unzip();
        Ok((lines, VoucherChunk::new(&self.pid, rows, fingerprint)))
    }
}

/// Why a row was left out, if it was.
pub fn contradiction(effect: Effect) -> Option<&'static str> {
    match effect {
        Effect::New | Effect::Known(Again::Same | Again::Redeemed) => None,
        Effect::Known(Again::OtherUser) => Some("voucher_no is used by a voucher of another user"),
        Effect::Known(Again::OtherReceivedAt) => Some("the voucher was imported with another received_at"),
        Effect::Known(Again::OtherRedeemedAt) => Some("the voucher was imported with another redeemed_at"),
    }
}

/// What makes two rows the same.
fn fingerprint(voucher: &ImportedVoucher) -> [u8; 32] {
    let ImportedVoucher { voucher_no, user_id, received_at, redeemed_at } = voucher;
    let redeemed_at = redeemed_at.map(|at| at.to_string()).unwrap_or_default();
    // A version byte, and what cannot be part of a number between its parts.
    wire::sha256(format!("1\0{voucher_no}\0{user_id}\0{received_at}\0{redeemed_at}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::rows::{RowError, Rows};
    use super::*;
    use wire::{Charset, time};

    /// What the rows of a file come to: when each was redeemed, or what is wrong with it.
    fn read(file: &str) -> Vec<Result<Option<i64>, String>> {
        let now = time::parse("2026-01-01 00:00:00").expect("a time");
        let table = Vouchers::new(String::new(), now);
        let input = std::io::Cursor::new(file.to_owned());
        let mut rows = Rows::open(input, Charset::Utf8, table).expect("the file as a whole is right");
        std::iter::from_fn(|| rows.next())
            .map(|row| match row {
                Ok((_, row)) => Ok(row.redeemed_at),
                Err(RowError::Row(_, reason) | RowError::File(reason)) => Err(reason),
            })
            .collect()
    }

    #[test]
    fn rows_are_read_and_bad_ones_named() {
        let check = |row: &str, expect: Result<Option<&str>, &str>| {
            let expect = expect.map(|at| at.and_then(time::parse)).map_err(str::to_owned);
            assert_eq!(read(&format!("voucher_no,user_id,received_at,redeemed_at\n{row}\n")), [expect], "{row}");
        };
        check("1,2088000000000001,2025-01-01 00:00:00,", Ok(None));
        check("d3b07384-D113_4,2088000000000001,2026-01-01 00:00:00,", Ok(None));
        check("1,2088000000000001,1000-01-01 00:00:00,1000-01-01 00:00:00", Ok(Some("1000-01-01 00:00:00")));
        check("1,2088000000000001,2025-01-01 00:00:00,2026-01-01 00:00:00", Ok(Some("2026-01-01 00:00:00")));
        let long = "1".repeat(65);
        let too_long = format!("voucher_no \"{long}\" must be at most 64 characters");
        for (row, reason) in [
            (",2088000000000001,2025-01-01 00:00:00,", "voucher_no is missing"),
            (&*format!("{long},2088000000000001,2025-01-01 00:00:00,"), &*too_long),
            (
                "TRUE,2088000000000001,2025-01-01 00:00:00,",
                "voucher_no \"TRUE\" is no number of a voucher, which is made of letters, digits, underscores and hyphens, \
                 with a digit among them",
            ),
            ("1,1,2025-01-01 00:00:00,", "user_id \"1\" must be 16 digits that begin with 2088"),
            ("1,2088000000000001,,", "received_at \"\" must be a time, yyyy-MM-dd HH:mm:ss in UTC+8"),
            (
                "1,2088000000000001,2025-01-01,",
                "received_at \"2025-01-01\" must be a time, yyyy-MM-dd HH:mm:ss in UTC+8",
            ),
            ("1,2088000000000001,2026-01-01 00:00:01,", "received_at \"2026-01-01 00:00:01\" is yet to come"),
            (
                "1,2088000000000001,0999-12-31 23:59:59,",
                "received_at \"0999-12-31 23:59:59\" is before 1000-01-01 00:00:00, where time begins here",
            ),
            (
                "1,2088000000000001,2025-01-01 00:00:00,2026-01-01 00:00:01",
                "redeemed_at \"2026-01-01 00:00:01\" is yet to come",
            ),
            (
                "1,2088000000000001,2025-01-01 00:00:00,2025-01-01 08:00",
                "redeemed_at \"2025-01-01 08:00\" must be a time, yyyy-MM-dd HH:mm:ss in UTC+8",
            ),
            ("1,2088000000000001,2025-01-01 00:00:01,2025-01-01 00:00:00", "redeemed_at is before received_at"),
        ] {
            check(row, Err(reason));
        }
    }

    #[test]
    fn a_file_without_redemptions_and_one_of_objects_are_read() {
        assert_eq!(read("received_at;VOUCHER_NO;user_id\n2025-01-01 00:00:00;1;'2088000000000001\n"), [Ok(None)]);
        let object = "{\"voucher_no\":1,\"user_id\":\"2088000000000001\",\"received_at\":\"2025-01-01 00:00:00\"";
        let redeemed = format!("{object},\"redeemed_at\":null}}\n{object},\"redeemed_at\":\"2025-01-02 00:00:00\"}}\n");
        assert_eq!(read(&redeemed), [Ok(None), Ok(time::parse("2025-01-02 00:00:00"))]);
        let other = format!("{object},\"used_at\":\"\"}}\n");
        let reason = "the column \"used_at\" is none of voucher_no, user_id, received_at, redeemed_at";
        assert_eq!(read(&other), [Err(reason.to_owned())]);
    }

    #[test]
    fn rows_that_say_something_else_have_other_fingerprints() {
        let voucher = |voucher_no: &str, user_id: &str, received_at, redeemed_at| {
            let (voucher_no, user_id) = (voucher_no.to_owned(), user_id.to_owned());
            fingerprint(&ImportedVoucher { voucher_no, user_id, received_at, redeemed_at })
        };
        let prints = [
            voucher("1", "2088000000000001", 1, None),
            voucher("2", "2088000000000001", 1, None),
            voucher("1", "2088000000000002", 1, None),
            voucher("1", "2088000000000001", 2, None),
            voucher("1", "2088000000000001", 1, Some(1)),
            voucher("1", "2088000000000001", 1, Some(2)),
        ];
        let different: std::collections::HashSet<_> = prints.iter().collect();
        assert_eq!(different.len(), prints.len());
        assert_eq!(prints[0], voucher("1", "2088000000000001", 1, None));
    }
}
