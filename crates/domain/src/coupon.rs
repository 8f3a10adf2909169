//! A coupon: what it takes off a trade, and when it may (`docs/decisions.md`, "Deductions").
//!
//! [`Terms`] is all that decides, in integers: money in fen, rates in percent. [`Terms::takes`] computes what a coupon
//! takes off one trade, [`choice`] picks among a buyer's vouchers, [`share`] says what of it goes back with a refund.

mod calendar;
pub mod choice;
mod deduction;
pub mod share;
#[cfg(test)]
mod tests;
mod validity;

pub use calendar::{Days, Hours, HoursParseError, ParseError, ParseErrorKind};
pub use deduction::{Goods, Sale};
pub use validity::{Begin, Validity};

/// Everything that decides what a coupon takes off, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How much it takes off.
    pub offer: Offer,
    /// The least amount that it may take from (`min_consume`); 0 for any.
    pub min_consume_fen: i64,
    /// The goods that it is for; `None` for all that a trade sells.
    pub items: Option<Items>,
    /// The hours of a week in which it may be used (`use_time`).
    pub hours: Hours,
    /// The days on which it may not (`forbidden_time`).
    pub forbidden: Days,
    /// What happens to the odd part of what remains to be paid.
    pub rounding: Rounding,
    /// Which other coupons may be used in the same trade (`multi_use_mode`).
    pub multi_use: MultiUse,
    /// Whether it is for payments with the merchant's stored-value card alone (`USE_ON_CURRENT_PAY_CHANNEL`). No trade
    /// here is paid with one.
    pub card_only: bool,
}

/// How much a coupon takes off, by its type. Amounts are fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// 代金券, MONEY: an amount.
    Money {
        /// The amount that it takes off.
        worth_fen: i64,
    },
    /// 每满减券, PER_FULL_CUT: an amount for each full `min_consume`.
    PerFullCut {
        /// The amount for each full `min_consume`.
        worth_fen: i64,
        /// The most that it takes off in all.
        max_fen: Option<i64>,
    },
    /// 折扣券, RATE: a share of the amount.
    Rate {
        /// What is still to be paid, in percent: 85 for a `rate` of 0.85.
        percent: i64,
        /// The most that it takes off.
        max_fen: Option<i64>,
    },
    /// 减至券, REDUCETO: what each piece costs above a price.
    ReduceTo {
        /// The price of a piece with the coupon.
        worth_fen: i64,
    },
    /// 兑换券, EXCHANGE: the price of one piece.
    Exchange {
        /// Who redeems it, and where.
        verify: Verify,
    },
}

/// Who redeems an EXCHANGE coupon (`verify_mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// The member redeems it on the coupon's page; it is used in no trade.
    UserClick,
    /// The merchant redeems it in a trade.
    MerchantScan,
}

/// The goods that a coupon is for, and how many of them (`item_info`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// The merchant's numbers of the goods, as `goods_id` in a trade's lines.
    pub ids: Vec<String>,
    /// What a piece costs without the coupon; REDUCETO's must be below it.
    pub original_price_fen: Option<i64>,
    /// The most pieces of each kind that it takes from.
    pub max_discount_num: Option<u64>,
    /// The least pieces of a kind that must be bought for any of it to count.
    pub min_consume_num: Option<u64>,
    /// The most pieces of all kinds together that it takes from.
    pub total_max_discount_num: Option<u64>,
    /// The least that must be spent on these goods (`sku_min_consume`); 0 for any.
    pub sku_min_consume_fen: i64,
}

/// What happens to the odd part of what remains to be paid (`rounding_rule`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// No rounding.
    #[default]
    None,
    /// Rounds down to whole yuan.
    DownYuan,
    /// Rounds down to whole jiao (10 fen).
    DownJiao,
    /// Rounds half up to whole yuan.
    HalfUpYuan,
    /// Rounds half up to whole jiao (10 fen).
    HalfUpJiao,
}

/// With what else a coupon may be used (`multi_use_mode`). A trade takes one Koubei coupon at most (alipay.trade.pay,
/// "Redeeming a voucher", rule 3), so today it decides nothing; a cash voucher may always come beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MultiUse {
    /// No other coupon may be used beside it.
    #[default]
    No,
    /// One coupon for single goods may be used beside it.
    WithSingle,
    /// Any other coupon that allows it may be used beside it.
    WithOthers,
}
