//! `promo_tools`: what an activity gives, and how much of it at once.

use super::coupon_plan::{CouponPlan, YesNo};
use super::point_card::PointCard;
use crate::biz::{ABSENT, Biz, Object, Text, WholeNumber, Yuan, biz, invalid};
use domain::activity::{Kind, ToolKind};
use domain::coupon::Validity;
use wire::Rejection;

biz! {
    /// A tool: a coupon or a point card.
    pub struct PromoTool {
        /// The coupon; required for DIRECT_SEND, absent for POINT_SEND.
        voucher: Option<Object<CouponPlan>>,
        /// The point card; required for POINT_SEND, absent for DIRECT_SEND.
        point_card: Option<Object<PointCard>>,
        /// How the coupon is given.
        send_rule: Option<Object<SendRule>>,
        /// The platform's number of the tool: the prize id of a coupon, the activity_account of a point card. In
        /// `activity.modify` it says which tool is meant; ignored when an activity is created.
        voucher_no: Option<Text<32>>,
    }
}

biz! {
    /// How a coupon is given.
    pub struct SendRule {
        /// Whether a user who holds one unused may take another; no when absent.
        allow_repeat_send: Option<YesNo>,
        /// Refused: for activities of types that are not served.
        min_cost: Option<Yuan<16>>,
        /// Refused: for activities of types that are not served.
        send_budget: Option<WholeNumber<9_999_999_999>>,
        /// How many coupons a user gets at once; 1 when absent.
        send_num: Option<WholeNumber<5>>,
    }
}

impl PromoTool {
    /// Whether an activity of this kind that ends at `end_at` may have it; `at` is its path.
    pub fn check(&self, at: &str, kind: Kind, end_at: i64) -> Result<(), Rejection> {
        let wrong = |field: &str, reason| Err(invalid(&format!("{at}.{field}"), reason));
        match (kind, &self.voucher, &self.point_card) {
            (Kind::PointSend, Some(_), _) => return wrong("voucher", "type为POINT_SEND时必须为空"),
            (Kind::DirectSend, _, Some(_)) => return wrong("point_card", "type为DIRECT_SEND时必须为空"),
            (Kind::PointSend, None, None) => return wrong("point_card", ABSENT),
            (Kind::DirectSend, None, None) => return wrong("voucher", ABSENT),
            (Kind::PointSend, None, Some(card)) => card.check(&format!("{at}.point_card"), end_at)?,
            (Kind::DirectSend, Some(coupon), None) => coupon.check(&format!("{at}.voucher"), end_at)?,
        }
        let Some(rule) = &self.send_rule else { return Ok(()) };
        if rule.min_cost.is_some() {
            return wrong("send_rule.min_cost", "仅消费送活动可设置");
        }
        if rule.send_budget.is_some() {
            return wrong("send_rule.send_budget", "仅口令送活动可设置");
        }
        Ok(())
    }

    /// What the store calls its type.
    pub fn kind(&self) -> ToolKind {
        self.voucher.as_ref().map_or(ToolKind::PointCard, |coupon| coupon.kind())
    }

    /// Its own first and last moment, unless they depend on when it is taken.
    pub fn lasts(&self) -> Option<(i64, i64)> {
        if let Some(card) = &self.point_card {
            return Some((card.start_time.0, card.end_time.0));
        }
        match self.voucher.as_ref()?.validity("voucher") {
            Ok(Validity::Fixed { starts_at, ends_at }) => Some((starts_at, ends_at)),
            Ok(Validity::Relative { .. }) | Err(_) => None,
        }
    }

    /// How many are given at once.
    pub fn send_num(&self) -> u32 {
        let said = self.send_rule.as_ref().and_then(|rule| rule.send_num);
        said.map_or(1, |number| u32::try_from(number.0).expect("five at most"))
    }

    /// Whether a user who holds one unused may take another.
    pub fn may_repeat(&self) -> bool {
        self.send_rule.as_ref().is_some_and(|rule| rule.allow_repeat_send == Some(YesNo::Yes))
    }

    /// Without the shops, which its activity has, and the number, which the store has.
    pub fn bare(&self) -> PromoTool {
        let mut bare = self.clone();
        bare.voucher_no = None;
        if let Some(coupon) = &mut bare.voucher {
            coupon.0.use_rule.0.suit_shops = None;
        }
        bare
    }

    /// As it is kept: all that was said of it that has no place of its own.
    pub fn to_text(&self) -> String {
        serde_json::Value::Object(self.bare().as_sent()).to_string()
    }
}
