//! The rows of an import, made ready beside the writer: what takes no store is done here.

use domain::Refusal;
use domain::id::TradeNo;
use domain::trade::{Status, Trade, TradeDeduction, finishes_at};

use crate::trade::row::bucket;

/// A trade that happened elsewhere. Checked by the caller: amounts are above 0, times are past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeRow {
    /// The number that it has; what the import is idempotent by.
    pub trade_no: String,
    /// Who paid.
    pub user_id: String,
    /// In which of the merchant's shops.
    pub shop_id: Option<String>,
    /// What was paid.
    pub total_fen: i64,
    /// When, UTC milliseconds.
    pub paid_at: i64,
    /// The merchant's number; the trade's own when absent.
    pub out_trade_no: Option<String>,
    /// What was refunded, and when.
    pub refunded: Option<(i64, i64)>,
}

/// What a row says of a trade, as it says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TradeContent<'a> {
    /// The number that it has.
    pub trade_no: &'a str,
    /// Who paid.
    pub user_id: &'a str,
    /// In which of the merchant's shops.
    pub shop_id: Option<&'a str>,
    /// What was paid.
    pub total_fen: i64,
    /// When, UTC milliseconds.
    pub paid_at: i64,
    /// The merchant's number, where it says one.
    pub out_trade_no: Option<&'a str>,
    /// What was refunded, and when.
    pub refunded: Option<(i64, i64)>,
}

/// What makes two rows of one number the same row.
pub type Fingerprint = fn(&TradeContent<'_>) -> [u8; 32];

/// Rows of one merchant's file, with all of the work done that takes no store: made beside the writer, not in it.
#[derive(Debug)]
pub struct TradeChunk {
    pub(super) pid: String,
    pub(super) now: i64,
    pub(super) rows: Vec<Imported>,
    pub(super) print: Fingerprint,
    /// Every number that is used, in their order.
    pub(super) keys: Vec<Key>,
    /// Whether one of them is used twice.
    pub(super) repeats: bool,
    /// The places of the rows, those of one member together, in the order of members.
    pub(super) by_user: Vec<usize>,
}

/// A row, and what becomes of it.
#[derive(Debug)]
pub(super) struct Imported {
    /// With all that has happened to it until now. It was made when it was paid. Its number has a bucket and nothing
    /// above it.
    pub(super) trade: Trade,
    /// Whether the row says the merchant's number.
    says_out: bool,
    /// The row's.
    pub(super) fingerprint: [u8; 32],
}

/// A number that a row uses.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) row: usize,
    /// The merchant's number for it, and not the one that it came with.
    out: bool,
}

impl TradeChunk {
    /// Prepares rows that a merchant imports at `now`, UTC milliseconds; `print` must be the same for ever.
    pub fn new(pid: &str, rows: Vec<TradeRow>, now: i64, print: Fingerprint) -> Result<TradeChunk, Refusal> {
        let rows = rows.into_iter().map(|row| Imported::new(pid, row, now, print)).collect::<Result<Vec<_>, _>>()?;
        let of_row = |(row, it): (usize, &Imported)| it.outs().map(move |out| Key { row, out });
        let mut keys: Vec<Key> = rows.iter().enumerate().flat_map(of_row).collect();
        let text = |key: &Key| rows[key.row].key(key.out);
        keys.sort_by(|left, right| text(left).cmp(text(right)));
        let repeats = !keys.is_sorted_by(|left, right| text(left) < text(right));
        let mut by_user: Vec<usize> = (0..rows.len()).collect();
        by_user.sort_unstable_by_key(|&row| rows[row].user_id());
        Ok(TradeChunk { pid: pid.to_owned(), now, rows, print, keys, repeats, by_user })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn text(&self, key: Key) -> &str {
        self.rows[key.row].key(key.out)
    }
}

impl TradeRow {
    fn content(&self) -> TradeContent<'_> {
        TradeContent {
            trade_no: &self.trade_no,
            user_id: &self.user_id,
            shop_id: self.shop_id.as_deref(),
            total_fen: self.total_fen,
            paid_at: self.paid_at,
            out_trade_no: self.out_trade_no.as_deref(),
            refunded: self.refunded,
        }
    }
}

impl Imported {
    fn new(pid: &str, row: TradeRow, now: i64, print: Fingerprint) -> Result<Imported, Refusal> {
        let fingerprint = print(&row.content());
        let TradeRow { trade_no, user_id, shop_id, total_fen, paid_at, out_trade_no, refunded } = row;
        let says_out = out_trade_no.is_some();
        let waiting = Trade {
            no: TradeNo::new(paid_at, bucket(pid, &user_id).id(0)),
            pid: pid.to_owned(),
            seller_id: pid.to_owned(),
            buyer_id: user_id,
            out_trade_no: out_trade_no.unwrap_or_else(|| trade_no.clone()),
            imported_no: Some(trade_no),
            status: Status::WaitBuyerPay,
            subject: String::new(),
            total_fen,
            discountable_fen: total_fen,
            buyer_pay_fen: 0,
            receipt_fen: 0,
            refunded_fen: 0,
            shop_id,
            detail: "{}".to_owned(),
            origin: None,
            page_token: None,
            expires_at: None,
            paid_at: None,
            closed_at: None,
            refunded_at: None,
            version: 1,
        };
        let paid = waiting.pay(TradeDeduction::default(), paid_at)?;
        let trade = match refunded {
            Some((fen, at)) => paid.refund(fen, at)?,
            None => paid,
        };
        let over = trade.status == Status::TradeSuccess && finishes_at(paid_at) <= now;
        Ok(Imported { trade: if over { trade.finish()? } else { trade }, says_out, fingerprint })
    }

    pub(super) fn user_id(&self) -> &str {
        &self.trade.buyer_id
    }

    /// The numbers by which the merchant knows it, each once: the one that it came with, and the merchant's own.
    pub(super) fn outs(&self) -> impl Iterator<Item = bool> + use<> {
        let own = self.key(true) != self.key(false);
        [Some(false), own.then_some(true)].into_iter().flatten()
    }

    pub(super) fn key(&self, out: bool) -> &str {
        match &self.trade.imported_no {
            Some(came_with) if !out => came_with,
            _ => &self.trade.out_trade_no,
        }
    }

    /// What the row says, with another refund.
    pub(super) fn content(&self, refunded: Option<(i64, i64)>) -> TradeContent<'_> {
        TradeContent {
            trade_no: self.key(false),
            user_id: self.user_id(),
            shop_id: self.trade.shop_id.as_deref(),
            total_fen: self.trade.total_fen,
            paid_at: self.trade.no.created_at,
            out_trade_no: self.says_out.then_some(&self.trade.out_trade_no),
            refunded,
        }
    }
}
