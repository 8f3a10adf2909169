//! A trade: what a buyer owes a seller, pays, and gets back.
//!
//! WAIT_BUYER_PAY → TRADE_SUCCESS (paid) | TRADE_CLOSED (time-out, close, cancel); TRADE_SUCCESS → TRADE_CLOSED (all of
//! it refunded, or cancelled) | TRADE_FINISHED (nothing can be refunded any more). Amounts are fen, times UTC
//! milliseconds.

mod timing;

pub use timing::{CANCEL_TIME_MS, Timeout, finishes_at};

use crate::Refusal;
use crate::id::TradeNo;

/// The most that a trade may be about: 100,000,000 yuan, in fen.
pub const TOTAL_MAX_FEN: i64 = 10_000_000_000;
/// The most characters of a trade's number, the merchant's own included.
pub const NUMBER_CHARS_MAX: usize = 64;

/// Whether a merchant may call a trade so (`out_trade_no` of alipay.trade.pay): 1 to 64 letters, digits or underscores.
pub fn is_out_trade_no(text: &str) -> bool {
    (1..=NUMBER_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The status of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The trade was made and is not paid.
    WaitBuyerPay,
    /// The trade was paid and may still be refunded.
    TradeSuccess,
    /// Never paid and given up, or paid and given back whole.
    TradeClosed,
    /// The trade was paid, and its time for refunds is over.
    TradeFinished,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 4] =
        [Status::WaitBuyerPay, Status::TradeSuccess, Status::TradeClosed, Status::TradeFinished];

    /// The status's name on the wire and in the store, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            Status::WaitBuyerPay => "WAIT_BUYER_PAY",
            Status::TradeSuccess => "TRADE_SUCCESS",
            Status::TradeClosed => "TRADE_CLOSED",
            Status::TradeFinished => "TRADE_FINISHED",
        }
    }

    /// The status with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Who is told of a trade, and how: what the call that made it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The calling app's id.
    pub app_id: String,
    /// The merchant's own app, where an ISV's called for it.
    pub auth_app_id: String,
    /// The address for the merchant's notifications, if the call named one.
    pub notify_url: Option<String>,
    /// How notifications are signed: `RSA2` or `RSA`, as the call was.
    pub sign_type: String,
}

/// A trade. Amounts are fen, times UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trade {
    /// The trade's number, which holds the day it was made on.
    pub no: TradeNo,
    /// The account id of the merchant that it belongs to.
    pub pid: String,
    /// The account that gets the money.
    pub seller_id: String,
    /// The account that pays.
    pub buyer_id: String,
    /// The merchant's own number, unique among its trades.
    pub out_trade_no: String,
    /// The platform's number that an imported trade came with.
    pub imported_no: Option<String>,
    /// The last status that was recorded.
    pub status: Status,
    /// The merchant's title for it, shown to the buyer.
    pub subject: String,
    /// The price that the seller asks, before deductions.
    pub total_fen: i64,
    /// The part of the total that coupons may take from.
    pub discountable_fen: i64,
    /// The amount that the buyer paid; 0 until paid.
    pub buyer_pay_fen: i64,
    /// The amount that the seller got; 0 until paid.
    pub receipt_fen: i64,
    /// The sum of all refunds, coupons' shares included.
    pub refunded_fen: i64,
    /// The shop that it was made in.
    pub shop_id: Option<String>,
    /// What is kept and given back and never asked for, in the form that the caller keeps it.
    pub detail: String,
    /// The call that made it; an imported trade has none.
    pub origin: Option<Origin>,
    /// The token in the address of its cashier page; `None` where it has no page.
    pub page_token: Option<String>,
    /// The moment at which it is closed unless paid.
    pub expires_at: Option<i64>,
    /// The moment of the payment.
    pub paid_at: Option<i64>,
    /// The moment at which it was closed.
    pub closed_at: Option<i64>,
    /// The moment of the last refund.
    pub refunded_at: Option<i64>,
    /// The number of its changes, from 1; an update names the version that it was decided on.
    pub version: i64,
}

/// What vouchers take off a payment, fen. At most the total, together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TradeDeduction {
    /// Taken off at the seller's cost: the seller gets that much less.
    pub seller_fen: i64,
    /// Taken off at somebody else's cost: the seller gets it all the same.
    pub others_fen: i64,
}

/// The outcome of cancelling a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cancellation {
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

    /// The amount that can still be refunded, once the trade is paid.
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

    /// The buyer pays what coupons leave of the total: WAIT_BUYER_PAY → TRADE_SUCCESS. Refused where [`Trade::payable`]
    /// refuses.
    pub fn pay(self, off: TradeDeduction, at: i64) -> Result<Trade, Refusal> {
        self.payable(at)?;
        let TradeDeduction { seller_fen, others_fen } = off;
        debug_assert!(0 <= seller_fen && 0 <= others_fen, "coupons add nothing to a price");
        debug_assert!(seller_fen + others_fen <= self.total_fen, "coupons take at most the total");
        Ok(Trade {
            status: Status::TradeSuccess,
            buyer_pay_fen: self.total_fen - seller_fen - others_fen,
            receipt_fen: self.total_fen - seller_fen,
            paid_at: Some(at),
            ..self
        })
    }

    /// What coupons took off; nothing until the trade is paid.
    pub fn off(&self) -> TradeDeduction {
        match self.paid_at {
            Some(_) => TradeDeduction {
                seller_fen: self.total_fen - self.receipt_fen,
                others_fen: self.receipt_fen - self.buyer_pay_fen,
            },
            None => TradeDeduction::default(),
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

    /// The time to pay is over: WAIT_BUYER_PAY → TRADE_CLOSED. Refused where the trade was paid or is closed.
    pub fn expire(self, at: i64) -> Result<Trade, Refusal> {
        match self.status {
            Status::WaitBuyerPay => self.close(at),
            Status::TradeClosed => Err(Refusal::TradeHasClosed),
            Status::TradeSuccess | Status::TradeFinished => Err(Refusal::TradePaid),
        }
    }

    /// The time for refunds is over: TRADE_SUCCESS → TRADE_FINISHED. Refused in any other status.
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
    pub fn cancel(self, at: i64) -> Result<Cancellation, Refusal> {
        match self.status {
            Status::WaitBuyerPay => self.close(at).map(Cancellation::Closed),
            Status::TradeClosed => Ok(Cancellation::Before(self)),
            Status::TradeFinished => Err(Refusal::TradeHasFinished),
            Status::TradeSuccess if 0 < self.refunded_fen => Err(Refusal::CancelOfPart),
            Status::TradeSuccess if self.paid_at.is_none_or(|paid| CANCEL_TIME_MS < at - paid) => {
                Err(Refusal::CancelTooLate)
            }
            Status::TradeSuccess => {
                let amount_fen = self.rest_fen();
                self.refund(amount_fen, at).map(|trade| Cancellation::Refunded(trade, amount_fen))
            }
        }
    }
}

#[cfg(test)]
mod tests;
