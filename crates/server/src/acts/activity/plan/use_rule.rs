//! `use_rule`: where and when a coupon may be used.

use super::shop_ids::ShopIds;
use crate::biz::{Object, Objects, Text, Yuan, biz, choice, invalid};
use domain::coupon::{Days, Hours, HoursParseError, ParseError, ParseErrorKind};
use wire::Rejection;

biz! {
    /// The rule.
    pub struct UseRule {
        /// The ids of the shops where the coupon may be used: the same set as `constraint_info.suit_shops`. Required.
        suit_shops: Option<ShopIds>,
        /// The least amount that the coupon takes from, yuan.
        min_consume: Option<Yuan<16>>,
        /// The hours of the week in which the coupon may be used; any when absent.
        use_time: Option<Objects<UseTime>>,
        /// The days on which the coupon may not be used.
        forbidden_time: Option<Object<ForbiddenTime>>,
        /// With which ways to pay the coupon may be used; any when absent.
        limit_rule: Option<LimitRule>,
        /// Kept and given back; nothing reads it.
        pay_redirect_url: Option<Text<512>>,
        /// Kept and given back; nothing reads it.
        ext_info: Option<Text<1024>>,
    }
}

biz! {
    /// Hours of a week.
    pub struct UseTime {
        /// The period that `values` are days of.
        dimension: Week,
        /// The weekdays, joined by commas: `1,3,5`; 1 is Monday.
        values: Text<32>,
        /// The hours, from and to: `16:00:00,20:00:00^21:00:00,22:00:00`. They must not overlap.
        times: Text<256>,
    }
}

biz! {
    /// Days.
    pub struct ForbiddenTime {
        /// Ranges of days, from and to: `2016-05-01,2016-05-03^2016-10-01,2016-10-07`.
        days: Option<Text<512>>,
    }
}

choice! {
    /// What hours may be of.
    pub enum Week {
        /// A week.
        Week = "W",
    }
}

choice! {
    /// With what a coupon may be paid.
    pub enum LimitRule {
        /// With anything.
        NoLimit = "USE_NO_LIMIT",
        /// With the merchant's stored-value card alone. No trade here is paid so.
        CardOnly = "USE_ON_CURRENT_PAY_CHANNEL",
        /// With anything but the stored-value card.
        NoCard = "NOT_ALLOWED_USE",
    }
}

impl UseRule {
    /// Its hours; `at` is its path.
    pub fn hours(&self, at: &str) -> Result<Hours, Rejection> {
        let mut hours = Hours::default();
        let windows = self.use_time.as_ref().map_or(&[][..], |list| &list.0);
        for (index, window) in windows.iter().enumerate() {
            let (field, misread) = match hours.add(&window.values, &window.times) {
                Ok(()) => continue,
                Err(HoursParseError::Values(misread)) => ("values", misread),
                Err(HoursParseError::Times(misread)) => ("times", misread),
            };
            return Err(invalid(&format!("{at}.use_time[{index}].{field}"), &reason(&misread)));
        }
        Ok(hours)
    }

    /// Its forbidden days; `at` is its path.
    pub fn forbidden(&self, at: &str) -> Result<Days, Rejection> {
        match self.forbidden_time.as_ref().and_then(|it| it.days.as_deref()) {
            Some(days) => {
                Days::parse(days).map_err(|misread| invalid(&format!("{at}.forbidden_time.days"), &reason(&misread)))
            }
            None => Ok(Days::default()),
        }
    }
}

/// What is wrong with a part of a text, in the words of `sub_msg`.
fn reason(misread: &ParseError) -> String {
    let what = match misread.why {
        ParseErrorKind::Shape => "格式有误",
        ParseErrorKind::Backwards => "结束必须晚于开始",
        ParseErrorKind::Overlaps => "时间段重叠",
    };
    format!("{what}: {}", misread.text)
}
