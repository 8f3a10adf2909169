//! A coupon: what it takes off a trade, and when it may (DECISIONS.md 8).
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

pub use calendar::{Days, Hours, HoursMisread, Misread, Why};
pub use deduction::{Goods, Sale};
pub use validity::{Begin, Validity};

/// Everything that decides what a coupon takes off, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What it takes off.
    pub offer: Offer,
    /// The least amount that it may take from (`min_consume`); 0 for any.
    pub min_consume_fen: i64,
    /// The goods that it is for; `None` for all that a trade sells.
    pub items: Option<Items>,
    /// When in a week it may be used (`use_time`).
    pub hours: Hours,
    /// The days on which it may not (`forbidden_time`).
    pub forbidden: Days,
    /// What happens to the odd part of what remains to be paid.
    pub rounding: Rounding,
    /// With what else it may be used.
    pub multi_use: MultiUse,
    /// Whether it is for payments with the merchant's stored-value card alone (`USE_ON_CURRENT_PAY_CHANNEL`). No trade
    /// here is paid with one.
    pub card_only: bool,
}

/// What a coupon takes off, by its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// 代金券: so much.
    Money {
        /// How much.
        worth_fen: i64,
    },
    /// 每满减券: so much for each full `min_consume`.
    PerFullCut {
        /// How much each time.
        worth_fen: i64,
        /// The most of all times together.
        max_fen: Option<i64>,
    },
    /// 折扣券: a part.
    Rate {
        /// What is still to be paid, in percent: 85 for a `rate` of 0.85.
        percent: i64,
        /// The most.
        max_fen: Option<i64>,
    },
    /// 减至券: what each piece costs above a price.
    ReduceTo {
        /// What a piece costs with the coupon.
        worth_fen: i64,
    },
    /// 兑换券: one piece.
    Exchange {
        /// Who redeems it.
        verify: Verify,
    },
}

/// Who redeems an EXCHANGE coupon (`verify_mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// The member, on the voucher page: in no trade.
    UserClick,
    /// The merchant, in a trade.
    MerchantScan,
}

/// The goods that a coupon is for, and how many of them (`item_info`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    /// Their numbers, a line's `goods_id`.
    pub ids: Vec<String>,
    /// What a piece costs without the coupon; REDUCETO's must be below it.
    pub original_price_fen: Option<i64>,
    /// The most pieces of each kind.
    pub max_discount_num: Option<u64>,
    /// The least pieces of a kind that must be bought for any of it to count.
    pub min_consume_num: Option<u64>,
    /// The most pieces of all kinds together.
    pub total_max_discount_num: Option<u64>,
    /// The least that must be spent on these goods (`sku_min_consume`); 0 for any.
    pub sku_min_consume_fen: i64,
}

/// What happens to the odd part of what remains to be paid (`rounding_rule`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// Nothing.
    #[default]
    None,
    /// What is below a yuan is dropped.
    DownYuan,
    /// What is below a jiao is dropped.
    DownJiao,
    /// Half up to the yuan.
    HalfUpYuan,
    /// Half up to the jiao.
    HalfUpJiao,
}

/// With what else a coupon may be used (`multi_use_mode`). A trade takes one Koubei coupon at most (alipay.trade.pay,
/// "Redeeming a voucher", rule 3), so today it decides nothing; a cash voucher may always come beside it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MultiUse {
    /// With no other coupon.
    #[default]
    No,
    /// With one for single goods.
    WithSingle,
    /// With any other.
    WithOthers,
}
