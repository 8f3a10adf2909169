//! `voucher`: a coupon of one of five types, as a merchant describes it.

use super::description::{ClauseTerms, DescDetails, DisplayConfig};
use super::item_info::ItemInfo;
use super::use_rule::{LimitRule, UseRule};
use crate::biz::{ABSENT, Date, Field, Flag, List, Object, Shape, Text, WholeNumber, Yuan, biz, choice, invalid, text};
use domain::activity::ToolKind;
use domain::coupon::{Begin, MultiUse, Offer, Rounding, Terms, Validity, Verify};
use serde_json::Value;
use wire::{Rejection, money};

biz! {
    /// The coupon.
    pub struct CouponPlan {
        /// What the coupon takes off.
        r#type: CouponType,
        /// The name of the coupon.
        name: Text<64>,
        /// The second line of the name.
        brand_name: Text<64>,
        /// The id of the logo.
        logo: Text<64>,
        /// The id of a picture.
        voucher_img: Option<Text<64>>,
        /// A description.
        desc: Option<Text<500>>,
        /// How to use the coupon, in words.
        use_instructions: Option<List<Text<100>, 6>>,
        /// What the coupon is worth, or (REDUCETO) the price of a piece with it, yuan; required for MONEY, REDUCETO and
        /// PER_FULL_CUT.
        worth_value: Option<Yuan<16>>,
        /// The most that a RATE or PER_FULL_CUT takes off, yuan.
        max_amount: Option<Yuan<16>>,
        /// What remains to be paid, of RATE; required there.
        rate: Option<Rate>,
        /// How the time is given in which the coupon can be used.
        validate_type: ValidateType,
        /// When a FIXED coupon begins; required there.
        start_time: Option<Date>,
        /// When a FIXED coupon ends, after the activity; required there.
        end_time: Option<Date>,
        /// How many days a RELATIVE coupon lasts; required there.
        relative_time: Option<WholeNumber<99_999>>,
        /// When the days of a RELATIVE coupon begin; IMMEDIATELY when absent.
        effect_type: Option<EffectType>,
        /// How long a DELAY is; required there.
        delay_info: Option<Object<DelayInfo>>,
        /// Whether the coupon may be given away. Kept and given back.
        donate_flag: Option<YesNo>,
        /// With which other coupons this one may be used; NO_MULTI when absent.
        multi_use_mode: Option<MultiUseMode>,
        /// How what remains to be paid is rounded; not at all when absent.
        rounding_rule: Option<RoundingRule>,
        /// Who redeems an EXCHANGE coupon; the merchant when absent. Of no other type.
        verify_mode: Option<VerifyMode>,
        /// A note for the till: `voucher_detail_list[].memo` in trades.
        voucher_note: Option<Text<256>>,
        /// Kept and given back; nothing reads it.
        allow_split: Option<Flag>,
        /// Kept and given back; nothing reads it.
        ext_info: Option<Text<1024>>,
        /// Terms, in words.
        clause_terms: Option<ClauseTerms>,
        /// Details, in words.
        desc_detail_list: Option<DescDetails>,
        /// How the coupon is advertised.
        display_config: Option<Object<DisplayConfig>>,
        /// The goods that the coupon is for; required for REDUCETO, absent for EXCHANGE.
        item_info: Option<Object<ItemInfo>>,
        /// Where and when the coupon may be used.
        use_rule: Object<UseRule>,
    }
}

biz! {
    /// How much later than taken a coupon begins.
    pub struct DelayInfo {
        /// How the delay is counted.
        r#type: DelayType,
        /// The delay, minutes.
        value: WholeNumber<99_999_999>,
    }
}

choice! {
    /// The five types.
    pub enum CouponType {
        /// An amount off (代金券).
        Money = "MONEY",
        /// Goods for nothing (兑换券).
        Exchange = "EXCHANGE",
        /// A lower price of goods (减至券).
        ReduceTo = "REDUCETO",
        /// A share off (折扣券).
        Rate = "RATE",
        /// An amount off for each full `min_consume` (每满减券).
        PerFullCut = "PER_FULL_CUT",
    }
}

choice! {
    /// How a validity is said.
    pub enum ValidateType {
        /// By beginning and end.
        Fixed = "FIXED",
        /// By days since the coupon was taken.
        Relative = "RELATIVE",
    }
}

choice! {
    /// Since when the days of a relative validity count.
    pub enum EffectType {
        /// When the coupon is taken.
        Immediately = "IMMEDIATELY",
        /// Later, by `delay_info`.
        Delay = "DELAY",
    }
}

choice! {
    /// How a delay is counted.
    pub enum DelayType {
        /// To the minute.
        Absolutely = "ABSOLUTELY",
        /// From a midnight of UTC+8.
        ByDay = "BYDAY",
    }
}

choice! {
    /// A yes or no that is a String.
    pub enum YesNo {
        /// Yes.
        Yes = "true",
        /// No.
        No = "false",
    }
}

choice! {
    /// With what else a coupon may be used.
    pub enum MultiUseMode {
        /// With no other.
        No = "NO_MULTI",
        /// With a coupon for goods.
        WithSingle = "MULTI_USE_WITH_SINGLE",
        /// With any other.
        WithOthers = "MULTI_USE_WITH_OTHERS",
    }
}

choice! {
    /// What happens to the odd part of what remains to be paid.
    pub enum RoundingRule {
        /// Not at all.
        None = "NOT_AUTO_ROUNDING",
        /// Down to a yuan.
        DownYuan = "AUTO_ROUNDING_YUAN",
        /// Down to a jiao (0.1 yuan).
        DownJiao = "AUTO_ROUNDING_JIAO",
        /// Half up to a yuan.
        HalfUpYuan = "ROUNDING_UP_YUAN",
        /// Half up to a jiao.
        HalfUpJiao = "ROUNDING_UP_JIAO",
    }
}

choice! {
    /// Who redeems an EXCHANGE coupon.
    pub enum VerifyMode {
        /// The member, on the coupon page.
        UserClick = "USER_CLICK",
        /// The merchant.
        MerchantScan = "MERCHANT_SCAN",
    }
}

/// A share of 0.11 to 0.99 with two decimals at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    percent: i64,
    sent: String,
}

impl Field for Rate {
    const SHAPE: Shape = Shape::Form("a share from 0.11 to 0.99 with at most two decimals");

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let sent = text(value.ok_or(ABSENT)?)?.trim().to_owned();
        match money::parse(&sent) {
            Some(percent @ 11..=99) => Ok(Rate { percent, sent }),
            _ => Err("必须是0.11到0.99之间、最多两位小数的折扣率".to_owned()),
        }
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(money::format(self.percent)))
    }

    fn as_sent(&self) -> Option<Value> {
        Some(Value::from(self.sent.as_str()))
    }
}

impl CouponPlan {
    /// What the store calls its type.
    pub fn kind(&self) -> ToolKind {
        match self.r#type {
            CouponType::Money => ToolKind::Money,
            CouponType::Exchange => ToolKind::Exchange,
            CouponType::ReduceTo => ToolKind::ReduceTo,
            CouponType::Rate => ToolKind::Rate,
            CouponType::PerFullCut => ToolKind::PerFullCut,
        }
    }

    /// Whether it is whole and outlives an activity that ends at `end_at`; `at` is its path.
    pub fn check(&self, at: &str, end_at: i64) -> Result<(), Rejection> {
        self.terms(at)?;
        match self.validity(at)? {
            Validity::Fixed { ends_at, .. } if ends_at <= end_at => {
                Err(invalid(&format!("{at}.end_time"), "必须晚于活动的结束时间"))
            }
            _ => Ok(()),
        }
    }

    /// When it can be used; `at` is its path.
    pub fn validity(&self, at: &str) -> Result<Validity, Rejection> {
        let wrong = |field: &str, reason| invalid(&format!("{at}.{field}"), reason);
        match self.validate_type {
            ValidateType::Fixed => {
                let absent = |field| wrong(field, "validate_type为FIXED时不能为空");
                let starts_at = self.start_time.ok_or_else(|| absent("start_time"))?.0;
                let ends_at = self.end_time.ok_or_else(|| absent("end_time"))?.0;
                if ends_at <= starts_at {
                    return Err(wrong("end_time", "必须晚于start_time"));
                }
                Ok(Validity::Fixed { starts_at, ends_at })
            }
            ValidateType::Relative => {
                let days =
                    self.relative_time.ok_or_else(|| wrong("relative_time", "validate_type为RELATIVE时不能为空"))?;
                let begin = match (self.effect_type, &self.delay_info) {
                    (None | Some(EffectType::Immediately), _) => Begin::AtOnce,
                    (Some(EffectType::Delay), None) => {
                        return Err(wrong("delay_info", "effect_type为DELAY时不能为空"));
                    }
                    (Some(EffectType::Delay), Some(delay)) => {
                        let minutes = small(delay.value);
                        match delay.r#type {
                            DelayType::Absolutely => Begin::After { minutes },
                            DelayType::ByDay => Begin::OnDay { minutes },
                        }
                    }
                };
                Ok(Validity::Relative { days: small(days), begin })
            }
        }
    }

    /// What it takes off, and when it may be used; `at` is its path.
    pub fn terms(&self, at: &str) -> Result<Terms, Rejection> {
        let wrong = |field: &str, reason| invalid(&format!("{at}.{field}"), reason);
        let rule = format!("{at}.use_rule");
        let items = self.item_info.as_ref().map(|info| info.items(&format!("{at}.item_info"))).transpose()?;
        let min_consume_fen = self.use_rule.min_consume.as_ref().map_or(0, |least| least.fen);
        if self.verify_mode.is_some() && self.r#type != CouponType::Exchange {
            return Err(wrong("verify_mode", "仅type为EXCHANGE时可设置"));
        }
        let multi_use = match self.multi_use_mode {
            None | Some(MultiUseMode::No) => MultiUse::No,
            Some(_) if items.is_some() => return Err(wrong("multi_use_mode", "仅全场券可设置")),
            Some(MultiUseMode::WithSingle) => MultiUse::WithSingle,
            Some(MultiUseMode::WithOthers) => MultiUse::WithOthers,
        };
        let worth_fen = || match &self.worth_value {
            None => Err(wrong("worth_value", "type为MONEY、REDUCETO、PER_FULL_CUT时不能为空")),
            Some(worth) if worth.fen == 0 => Err(wrong("worth_value", "必须大于0")),
            Some(worth) => Ok(worth.fen),
        };
        let max_fen = || match &self.max_amount {
            Some(max) if max.fen == 0 => Err(wrong("max_amount", "必须大于0")),
            max => Ok(max.as_ref().map(|max| max.fen)),
        };
        let offer = match self.r#type {
            CouponType::Money => Offer::Money { worth_fen: worth_fen()? },
            CouponType::PerFullCut => {
                let (worth_fen, max_fen) = (worth_fen()?, max_fen()?);
                if min_consume_fen == 0 {
                    return Err(wrong("use_rule.min_consume", "type为PER_FULL_CUT时必须大于0"));
                }
                Offer::PerFullCut { worth_fen, max_fen }
            }
            CouponType::Rate => {
                let rate = self.rate.as_ref().ok_or_else(|| wrong("rate", "type为RATE时不能为空"))?;
                Offer::Rate { percent: rate.percent, max_fen: max_fen()? }
            }
            CouponType::ReduceTo => {
                let worth_fen = worth_fen()?;
                let Some(items) = &items else {
                    return Err(wrong("item_info", "type为REDUCETO时不能为空"));
                };
                let price = "item_info.original_price";
                let full = items.original_price_fen.ok_or_else(|| wrong(price, "type为REDUCETO时不能为空"))?;
                if full <= worth_fen {
                    return Err(wrong("worth_value", "必须低于单品原价"));
                }
                Offer::ReduceTo { worth_fen }
            }
            CouponType::Exchange if items.is_some() => {
                return Err(wrong("item_info", "type为EXCHANGE时不允许设置"));
            }
            CouponType::Exchange => Offer::Exchange {
                verify: match self.verify_mode {
                    Some(VerifyMode::UserClick) => Verify::UserClick,
                    Some(VerifyMode::MerchantScan) | None => Verify::MerchantScan,
                },
            },
        };
        Ok(Terms {
            offer,
            min_consume_fen,
            items,
            hours: self.use_rule.hours(&rule)?,
            forbidden: self.use_rule.forbidden(&rule)?,
            rounding: match self.rounding_rule {
                None | Some(RoundingRule::None) => Rounding::None,
                Some(RoundingRule::DownYuan) => Rounding::DownYuan,
                Some(RoundingRule::DownJiao) => Rounding::DownJiao,
                Some(RoundingRule::HalfUpYuan) => Rounding::HalfUpYuan,
                Some(RoundingRule::HalfUpJiao) => Rounding::HalfUpJiao,
            },
            multi_use,
            card_only: self.use_rule.limit_rule == Some(LimitRule::CardOnly),
        })
    }
}

/// A number whose bound is far below that of the type.
fn small<const MAX: u64>(number: WholeNumber<MAX>) -> u32 {
    u32::try_from(number.0).expect("a bound below that of the type")
}
