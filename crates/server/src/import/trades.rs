//! The columns of trades that a merchant made elsewhere: numbers, who paid how much in which shop, and what was
//! refunded.

use super::rows::Table;
use super::values::{foreign_number, known_column, past};
use crate::world::account_id;
use domain::trade::{NUMBER_CHARS_MAX, TOTAL_MAX_FEN, is_out_trade_no};
use std::collections::HashSet;
use store::trade::{TradeChunk, TradeContent, TradeRow};
use wire::money;

/// The columns that a merchant's file of trades may have.
pub struct Trades {
    pid: String,
    shops: HashSet<String>,
    now: i64,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The number that the import is idempotent by.
    TradeNo,
    /// Who paid.
    UserId,
    /// In which shop.
    ShopId,
    /// What was paid, yuan.
    TotalAmount,
    /// When.
    PaidAt,
    /// The merchant's number.
    OutTradeNo,
    /// What was refunded, yuan.
    RefundedAmount,
    /// When.
    RefundedAt,
}

/// The names of the columns, those that must be there first.
const COLUMNS: [(&str, Column); 8] = [
    ("trade_no", Column::TradeNo),
    ("user_id", Column::UserId),
    ("shop_id", Column::ShopId),
    ("total_amount", Column::TotalAmount),
    ("paid_at", Column::PaidAt),
    ("out_trade_no", Column::OutTradeNo),
    ("refunded_amount", Column::RefundedAmount),
    ("refunded_at", Column::RefundedAt),
];

impl Trades {
    /// Of the merchant `pid` with these shops, at `now`, UTC milliseconds.
    pub fn new(pid: String, shops: HashSet<String>, now: i64) -> Trades {
        Trades { pid, shops, now }
    }

    fn refunded(&self, amount: &str, at: &str, total_fen: i64, paid_at: i64) -> Result<Option<(i64, i64)>, String> {
        if amount.is_empty() && at.is_empty() {
            return Ok(None);
        }
        let fen = fen("refunded_amount", amount)?;
        if fen == 0 && at.is_empty() {
            return Ok(None);
        }
        if fen == 0 || total_fen < fen {
            return Err(format!("refunded_amount {amount:?} must be above 0 and at most total_amount"));
        }
        let at = past("refunded_at", at, self.now)?;
        if at < paid_at {
            return Err("refunded_at is before paid_at".to_owned());
        }
        Ok(Some((fen, at)))
    }
}

impl Table for Trades {
    type Column = Column;
    /// With its line, by which the store's refusal is told.
    type Row = (u64, TradeRow);
    /// And the lines of its rows.
    type Chunk = (Vec<u64>, TradeChunk);
    /// A merchant's members are far fewer than its trades, and most of them are in any chunk: their sums are a chunk's
    /// cost.
    const CHUNK_ROWS: usize = 20_000;
    const REQUIRED: &'static [&'static str] = &["trade_no", "user_id", "shop_id", "total_amount", "paid_at"];
    const NUMBERS: &'static [&'static str] = &["trade_no", "user_id", "shop_id", "out_trade_no"];

    fn column(&self, name: &str) -> Result<Column, String> {
        known_column(&COLUMNS, name)
    }

    fn number(&self, column: Column) -> Option<usize> {
        match column {
            Column::TradeNo => Some(0),
            Column::UserId => Some(1),
            Column::ShopId => Some(2),
            Column::OutTradeNo => Some(3),
            Column::TotalAmount | Column::PaidAt | Column::RefundedAmount | Column::RefundedAt => None,
        }
    }

    fn row<'a>(&self, line: u64, cells: impl Iterator<Item = (Column, &'a str)>) -> Result<(u64, TradeRow), String> {
        let mut texts = [""; COLUMNS.len()];
        cells.for_each(|(column, text)| texts[column as usize] = text);
        let [trade_no, user_id, shop_id, total, paid_at, out_trade_no, refunded, refunded_at] = texts;
        foreign_number("trade_no", "trade", trade_no)?;
        if !out_trade_no.is_empty() && !is_out_trade_no(out_trade_no) {
            let may = "letters, digits and underscores";
            return Err(format!("out_trade_no {out_trade_no:?} must be at most {NUMBER_CHARS_MAX} {may}"));
        }
        let user_id = account_id("user_id", user_id)?;
        if !shop_id.is_empty() && !self.shops.contains(shop_id) {
            return Err(format!("shop_id {shop_id:?} is no shop of this merchant"));
        }
        let total_fen = fen("total_amount", total)?;
        if total_fen == 0 {
            return Err("total_amount 0.00: where nothing was paid, there was no trade".to_owned());
        }
        if TOTAL_MAX_FEN < total_fen {
            return Err(format!("total_amount {total:?} is above 100000000"));
        }
        let paid_at = past("paid_at", paid_at, self.now)?;
        let refunded = self.refunded(refunded, refunded_at, total_fen, paid_at)?;
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let row = TradeRow {
            trade_no: trade_no.to_owned(),
            user_id,
            shop_id: filled(shop_id),
            total_fen,
            paid_at,
            out_trade_no: filled(out_trade_no),
            refunded,
        };
        Ok((line, row))
    }

    fn chunk(&self, rows: Vec<(u64, TradeRow)>) -> Result<(Vec<u64>, TradeChunk), String> {
        let (lines, rows) = rows.into_iter().unzip();
        let chunk = TradeChunk::new(&self.pid, rows, self.now, fingerprint);
        Ok((lines, chunk.map_err(|refusal| format!("a row that was not checked: {refusal:?}"))?))
    }
}

fn fen(name: &str, text: &str) -> Result<i64, String> {
    money::parse(text).ok_or_else(|| {
        format!(
            "{name} {text:?} must be yuan with at most two decimals, such as 1234.50, without signs, commas or exponent"
        )
    })
}

/// What makes two rows the same.
fn fingerprint(content: &TradeContent<'_>) -> [u8; 32] {
    let TradeContent { trade_no, user_id, shop_id, total_fen, paid_at, out_trade_no, refunded } = content;
    let (shop_id, out_trade_no) = (shop_id.unwrap_or_default(), out_trade_no.unwrap_or_default());
    let (refunded_fen, refunded_at) = refunded.unwrap_or_default();
    // A version byte, and what cannot be part of a number between its parts.
    let content = format!(
        "1\0{trade_no}\0{user_id}\0{shop_id}\0{total_fen}\0{paid_at}\0{out_trade_no}\0{refunded_fen}\0{refunded_at}"
    );
    wire::sha256(content.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::rows::{RowError, Rows};
    use super::*;
    use wire::time;

    const HEADER: &str = "trade_no,user_id,shop_id,total_amount,paid_at,out_trade_no,refunded_amount,refunded_at";

    /// What a row comes to: its refund, or what is wrong with it.
    fn read(row: &str) -> Result<Option<(i64, i64)>, String> {
        let shops = HashSet::from(["s".to_owned()]);
        let now = time::parse("2026-01-01 00:00:00").expect("a time");
        let file = format!("{HEADER}\n{row}\n");
        let table = Trades::new(String::new(), shops, now);
        let mut rows =
            Rows::open(std::io::Cursor::new(file), wire::Charset::Utf8, table).expect("the file as a whole is right");
        rows.next().expect("a row").map(|(_, row)| row.refunded).map_err(|wrong| match wrong {
            RowError::Row(_, reason) => reason,
            RowError::File(wrong) => wrong,
        })
    }

    fn check(row: &str, expect: Result<Option<(i64, i64)>, &str>) {
        let read = read(row);
        assert_eq!(read.as_ref().map(|refunded| *refunded).map_err(String::as_str), expect, "{row}");
    }

    #[test]
    fn rows_are_read_and_bad_ones_named() {
        check("1,2088000000000001,s,8.80,2025-01-01 00:00:00,,,", Ok(None));
        check("1,2088000000000001,,8.80,2025-01-01 00:00:00,o,0.00,", Ok(None));
        let at = time::parse("2025-01-02 00:00:00").expect("a time");
        check("1,2088000000000001,s,8.80,2025-01-01 00:00:00,,8.80,2025-01-02 00:00:00", Ok(Some((880, at))));
        for (row, reason) in [
            (",2088000000000001,s,8.80,2025-01-01 00:00:00,,,", "trade_no is missing"),
            ("1,1,s,8.80,2025-01-01 00:00:00,,,", "user_id \"1\" must be 16 digits that begin with 2088"),
            ("1,2088000000000001,t,8.80,2025-01-01 00:00:00,,,", "shop_id \"t\" is no shop of this merchant"),
            (
                "1,2088000000000001,s,0.00,2025-01-01 00:00:00,,,",
                "total_amount 0.00: where nothing was paid, there was no trade",
            ),
            (
                "1,2088000000000001,s,8.801,2025-01-01 00:00:00,,,",
                "total_amount \"8.801\" must be yuan with at most two decimals, such as 1234.50, without signs, commas or exponent",
            ),
            (
                "1,2088000000000001,s,100000000.01,2025-01-01 00:00:00,,,",
                "total_amount \"100000000.01\" is above 100000000",
            ),
            (
                "1,2088000000000001,s,8.80,2025-01-01,,,",
                "paid_at \"2025-01-01\" must be a time, yyyy-MM-dd HH:mm:ss in UTC+8",
            ),
            ("1,2088000000000001,s,8.80,2026-01-01 00:00:01,,,", "paid_at \"2026-01-01 00:00:01\" is yet to come"),
            (
                "1,2088000000000001,s,8.80,0999-12-31 23:59:59,,,",
                "paid_at \"0999-12-31 23:59:59\" is before 1000-01-01 00:00:00, where time begins here",
            ),
            (
                "1,2088000000000001,s,8.80,2025-01-01 00:00:00,,8.81,2025-01-02 00:00:00",
                "refunded_amount \"8.81\" must be above 0 and at most total_amount",
            ),
            ("1,2088000000000001,s,8.80,2025-01-01 00:00:00,,1,2024-12-31 00:00:00", "refunded_at is before paid_at"),
            (
                "1,2088000000000001,s,8.80,2025-01-01 00:00:00,,1,",
                "refunded_at \"\" must be a time, yyyy-MM-dd HH:mm:ss in UTC+8",
            ),
        ] {
            check(row, Err(reason));
        }
    }

    #[test]
    fn a_column_of_numbers_that_were_cut_is_named() {
        let check = |rows: u64, row: &dyn Fn(u64) -> [String; 3], named: &[&str]| {
            let lines = (0..rows).map(row).map(|[trade_no, user_id, out_trade_no]| {
                format!("{trade_no},{user_id},s,8.80,2025-01-01 00:00:00,{out_trade_no},,\n")
            });
            let file = format!("{HEADER}\n{}", lines.collect::<String>());
            let table = Trades::new(String::new(), HashSet::from(["s".to_owned()]), i64::MAX);
            let input = std::io::Cursor::new(file);
            let mut read = Rows::open(input, wire::Charset::Utf8, table).expect("the file as a whole is right");
            while let Some(row) = read.next() {
                row.expect("it is right");
            }
            let warnings = read.warnings();
            let about = warnings.iter().map(|told| {
                Trades::NUMBERS.iter().find(|name| told.contains(&format!(" rows {name} has"))).expect("a column")
            });
            assert_eq!(about.copied().collect::<Vec<_>>(), named, "{warnings:?}");
        };
        let user = || "2088000000000001".to_owned();
        check(6, &|n| [format!("a{n}"), format!("20880000{n:07}0"), String::new()], &["user_id"]);
        check(5, &|n| [format!("a{n}"), format!("20880000{n:07}0"), String::new()], &[]);
        let appended = |n: u64| format!("20880000{n:07}{}", if n.is_multiple_of(10) { 3 } else { 0 });
        check(1_000, &|n| [format!("a{n}"), appended(n), String::new()], &["user_id"]);
        check(50, &|n| [format!("a{n}"), user(), format!("2016010100000{n:03}00000")], &["out_trade_no"]);
        check(50, &|n| [format!("a{n}"), user(), format!("2016010100000{n:08}")], &[]);
        check(50, &|n| [format!("201601010{n:06}0000000000000"), user(), String::new()], &["trade_no"]);
    }

    #[test]
    fn what_a_spreadsheet_has_changed_is_named() {
        let good = ["1", "2088000000000001", "s", "8.80", "2025-01-01 00:00:00", "", "", ""];
        let with = |place: usize, text: &str| {
            let mut row = good;
            row[place] = text;
            row.join(",")
        };
        for (place, text) in [
            (0, "'20160102"),
            (0, "=\"2016010200000000000000000001\""),
            (0, "\"20160102\t\""),
            (0, "\u{a0}20160102"),
            (0, "POS1-20160102_7"),
            (0, "d3b07384-d113-4ec6-a7d8-8d1d7b4f9f2e"),
            (0, "Jan-2016"),
            (0, "1-5"),
            (2, "'s"),
            (5, "A_1"),
            (5, "'20250001"),
        ] {
            check(&with(place, text), Ok(None));
        }
        for (place, text, reason) in [
            (0, "2.0160102E+27", "trade_no \"2.0160102E+27\" has been rounded"),
            (0, "1E5", "trade_no \"1E5\" has been rounded"),
            (0, "31198000017.0", "trade_no \"31198000017.0\" was made a decimal"),
            (0, "31198000017.00", "trade_no \"31198000017.00\" was made a decimal"),
            (0, "-5", "trade_no \"-5\" has a sign"),
            (0, "########", "too narrow"),
            (0, ".2E+28", "trade_no \".2E+28\" has been rounded"),
            (0, "2.0160102Ｅ+27", "trade_no \"2.0160102Ｅ+27\" holds full-width characters"),
            (0, "2016\u{200b}0102", "holds a character that cannot be seen"),
            (1, "2088\u{200b}000000000001", "holds a character that cannot be seen"),
            (0, "NULL", "trade_no \"NULL\" is no number"),
            (0, "TRUE", "trade_no \"TRUE\" is no number of a trade"),
            (0, "∞", "trade_no \"∞\" is no number of a trade"),
            (0, "Jan-16", "trade_no \"Jan-16\" is no number of a trade"),
            (0, "16-JAN", "trade_no \"16-JAN\" is no number of a trade"),
            (0, "$1.00", "trade_no \"$1.00\" is no number of a trade"),
            (0, "2016/01/02", "trade_no \"2016/01/02\" is no number of a trade"),
            (0, "50%", "trade_no \"50%\" is no number of a trade"),
            (0, "收01", "trade_no \"收01\" is no number of a trade"),
            (0, "٣", "trade_no \"٣\" is no number of a trade"),
            (0, "20 16", "trade_no \"20 16\" must not hold"),
            (1, "2.088E+15", "user_id \"2.088E+15\" has been rounded"),
            (2, "2.0151216E+27", "shop_id \"2.0151216E+27\" has been rounded"),
            (3, "¥8.80", "total_amount \"¥8.80\" must be yuan"),
            (3, "\"1,234.50\"", "total_amount \"1,234.50\" must be yuan"),
            (3, "8.80元", "total_amount \"8.80元\" must be yuan"),
            (3, "-8.80", "total_amount \"-8.80\" must be yuan"),
            (3, "8.8E+00", "total_amount \"8.8E+00\" must be yuan"),
            (3, "#VALUE!", "\"#VALUE!\" is no value"),
            (4, "2025/1/2 9:05", "paid_at \"2025/1/2 9:05\" must be a time"),
            (4, "2025-01-02T09:05:00", "paid_at \"2025-01-02T09:05:00\" must be a time"),
            (4, "2025-01-02 09:05:00.000", "paid_at \"2025-01-02 09:05:00.000\" must be a time"),
            (4, "45659.38", "paid_at \"45659.38\" must be a time"),
            (5, "2.0160102E+27", "out_trade_no \"2.0160102E+27\" has been rounded"),
            (5, "订单1", "out_trade_no \"订单1\" must be at most 64 letters"),
            (5, "A-1", "out_trade_no \"A-1\" must be at most 64 letters"),
            (5, "NaN", "out_trade_no \"NaN\" is no number"),
            (7, "\\N", "\"\\\\N\" is no value"),
            (0, "\"1", "a quote is not closed"),
            (2, "\"s\"t", "text follows a closing quote"),
        ] {
            let row = with(place, text);
            let read = read(&row);
            assert!(read.as_ref().is_err_and(|told| told.contains(reason)), "{row}: {read:?}");
        }
        check(&with(5, &"a".repeat(64)), Ok(None));
        assert!(read(&with(5, &"a".repeat(65))).is_err());
    }
}
