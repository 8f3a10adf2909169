//! A trade: what a buyer owes a seller, pays, and gets back.
//!
//! WAIT_BUYER_PAY → TRADE_SUCCESS (paid) | TRADE_CLOSED (time-out, close, cancel); TRADE_SUCCESS → TRADE_CLOSED (all of it
//! refunded, or cancelled) | TRADE_FINISHED (nothing can be refunded any more). Amounts are fen, times UTC milliseconds.

mod timing;

pub use timing::{CANCEL_TIME_MS, Timeout, finishes_at};

use crate::Refusal;
use crate::id::TradeNo;

/// The most that a trade may be about: 100,000,000 yuan, in fen.
pub const TOTAL_MAX_FEN: i64 = 10_000_000_000;
/// The most characters of a trade's number.
pub const NUMBER_CHARS_MAX: usize = 64;

/// Whether a merchant may call a trade so (`out_trade_no` of alipay.trade.pay): 1 to 64 letters, digits or underscores.
pub fn is_out_trade_no(text: &str) -> bool {
    (1..=NUMBER_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Where a trade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Made, not paid.
    WaitBuyerPay,
    /// Paid; may still be refunded.
    TradeSuccess,
    /// Never paid and given up, or paid and given back whole.
    TradeClosed,
    /// Paid for good.
    TradeFinished,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 4] =
        [Status::WaitBuyerPay, Status::TradeSuccess, Status::TradeClosed, Status::TradeFinished];

    /// As the wire spells it.
    pub fn name(self) -> &'static str {
        match self {
            Status::WaitBuyerPay => "WAIT_BUYER_PAY",
            Status::TradeSuccess => "TRADE_SUCCESS",
            Status::TradeClosed => "TRADE_CLOSED",
            Status::TradeFinished => "TRADE_FINISHED",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Who is told of a trade, and how: what the call that made it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The calling app.
    pub app_id: String,
    /// The merchant's own app, where an ISV's called for it.
    pub auth_app_id: String,
    /// Where the merchant wants to be told.
    pub notify_url: Option<String>,
    /// `RSA2` or `RSA`.
    pub sign_type: String,
}

/// A trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Its number, which says when it was made.
    pub no: TradeNo,
    /// The merchant it belongs to.
    pub pid: String,
    /// Whose account gets the money.
    pub seller_id: String,
    /// Whose account pays.
    pub buyer_id: String,
    /// The merchant's own number, unique among its trades.
    pub out_trade_no: String,
    /// The number that an imported trade came with.
    pub imported_no: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// What it is for.
    pub subject: String,
    /// What the seller asks.
    pub total_fen: i64,
    /// The part of it that vouchers may take from.
    pub discountable_fen: i64,
    /// What the buyer paid; 0 until paid.
    pub buyer_pay_fen: i64,
    /// What the seller got; 0 until paid.
    pub receipt_fen: i64,
    /// The sum of its refunds.
    pub refunded_fen: i64,
    /// The shop it was made in.
    pub shop_id: Option<String>,
    /// What is kept and given back and never asked for, in the form that the caller keeps it.
    pub detail: String,
    /// The call that made it; an imported trade has none.
    pub origin: Option<Origin>,
    /// What opens its cashier page.
    pub page_token: Option<String>,
    /// When it is given up unless paid.
    pub expires_at: Option<i64>,
    /// When it was paid.
    pub paid_at: Option<i64>,
    /// When it was closed.
    pub closed_at: Option<i64>,
    /// When it was last refunded.
    pub refunded_at: Option<i64>,
    /// Counts its changes, from 1.
    pub version: i64,
}

/// What vouchers take off a payment, fen. At most the total, together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Off {
    /// At the seller's cost: he gets that much less.
    pub seller_fen: i64,
    /// At somebody else's.
    pub others_fen: i64,
}

/// What taking a trade back did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It was not paid: it is closed now, and no money moves.
    Closed(Trade),
    /// It was paid: it is closed now, and this much goes back.
    Refunded(Trade, i64),
    /// It had been closed before; whether money went back is in the trade.
    Before(Trade),
}

impl Trade {
    /// Its number as the wire shows it: an imported trade keeps the one that it came with.
    pub fn trade_no(&self) -> String {
        self.imported_no.clone().unwrap_or_else(|| self.no.to_text())
    }

    /// What can still be refunded, once paid.
    pub fn rest_fen(&self) -> i64 {
        self.total_fen - self.refunded_fen
    }

    /// Whether the buyer can pay. After its time nobody can, even if nobody has closed it yet.
    pub fn payable(&self, at: i64) -> Result<(), Refusal> {
        match self.status {
            Status::WaitBuyerPay if self.expires_at.is_some_and(|end| end <= at) => Err(Refusal::TradeHasClosed),
            Status::WaitBuyerPay => Ok(()),
            Status::TradeSuccess | Status::TradeFinished => Err(Refusal::TradeHasSuccess),
            Status::TradeClosed => Err(Refusal::TradeHasClosed),
        }
    }

    /// The buyer pays what vouchers leave of it.
    pub fn pay(self, off: Off, at: i64) -> Result<Trade, Refusal> {
        self.payable(at)?;
        let Off { seller_fen, others_fen } = off;
        Ok(Trade {
            status: Status::TradeSuccess,
            buyer_pay_fen: self.total_fen - seller_fen - others_fen,
            receipt_fen: self.total_fen - seller_fen,
            paid_at: Some(at),
            ..self
        })
    }

    /// What vouchers took off, once paid.
    pub fn off(&self) -> Off {
        match self.paid_at {
            Some(_) => {
                Off { seller_fen: self.total_fen - self.receipt_fen, others_fen: self.receipt_fen - self.buyer_pay_fen }
            }
            None => Off::default(),
        }
    }

    /// The merchant gives an unpaid trade up; one that was given up before stays as it is (alipay.trade.close, replay).
    pub fn close(self, at: i64) -> Result<Trade, Refusal> {
        match self.status {
            Status::WaitBuyerPay => Ok(Trade { status: Status::TradeClosed, closed_at: Some(at), ..self }),
            Status::TradeClosed if self.paid_at.is_none() => Ok(self),
            Status::TradeClosed | Status::TradeSuccess | Status::TradeFinished => Err(Refusal::TradePaid),
        }
    }

    /// Nobody paid in time.
    pub fn expire(self, at: i64) -> Result<Trade, Refusal> {
        match self.status {
            Status::WaitBuyerPay => self.close(at),
            Status::TradeClosed => Err(Refusal::TradeHasClosed),
            Status::TradeSuccess | Status::TradeFinished => Err(Refusal::TradePaid),
        }
    }

    /// The time for refunds is over.
    pub fn finish(self) -> Result<Trade, Refusal> {
        match self.status {
            Status::TradeSuccess => Ok(Trade { status: Status::TradeFinished, ..self }),
            Status::WaitBuyerPay => Err(Refusal::TradeUnpaid),
            Status::TradeClosed => Err(Refusal::TradeHasClosed),
            Status::TradeFinished => Err(Refusal::TradeHasFinished),
        }
    }

    /// Gives back a part of what was paid, or all that is left of it; the last of it closes the trade.
    pub fn refund(self, amount_fen: i64, at: i64) -> Result<Trade, Refusal> {
        match self.status {
            Status::TradeSuccess if self.rest_fen() < amount_fen => Err(Refusal::RefundTooMuch),
            Status::TradeSuccess => {
                let all = amount_fen == self.rest_fen();
                Ok(Trade {
                    status: if all { Status::TradeClosed } else { Status::TradeSuccess },
                    closed_at: if all { Some(at) } else { None },
                    refunded_fen: self.refunded_fen + amount_fen,
                    refunded_at: Some(at),
                    ..self
                })
            }
            Status::WaitBuyerPay => Err(Refusal::TradeUnpaid),
            Status::TradeClosed => Err(Refusal::TradeHasClosed),
            Status::TradeFinished => Err(Refusal::TradeHasFinished),
        }
    }

    /// Takes a trade back, paid or not: within [`CANCEL_TIME_MS`] of the payment, and only whole (alipay.trade.cancel).
    pub fn cancel(self, at: i64) -> Result<Cancelled, Refusal> {
        match self.status {
            Status::WaitBuyerPay => self.close(at).map(Cancelled::Closed),
            Status::TradeClosed => Ok(Cancelled::Before(self)),
            Status::TradeFinished => Err(Refusal::TradeHasFinished),
            Status::TradeSuccess if 0 < self.refunded_fen => Err(Refusal::CancelOfPart),
            Status::TradeSuccess if self.paid_at.is_none_or(|paid| CANCEL_TIME_MS < at - paid) => {
                Err(Refusal::CancelTooLate)
            }
            Status::TradeSuccess => {
                let amount_fen = self.rest_fen();
                self.refund(amount_fen, at).map(|trade| Cancelled::Refunded(trade, amount_fen))
            }
        }
    }
}

#[cfg(test)]
mod tests;
