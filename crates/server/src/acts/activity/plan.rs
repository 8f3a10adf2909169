//! What a merchant says of an activity: the members that creating and modifying one have in common.

pub mod budget_info;
pub mod channel;
pub mod constraint_info;
pub mod coupon_plan;
pub mod description;
pub mod item_info;
pub mod point_card;
pub mod promo_tool;
pub mod recruit_tool;
pub mod shop_ids;
pub mod use_rule;

use self::budget_info::BudgetInfo;
use self::channel::{Channel, ChannelType};
use self::constraint_info::ConstraintInfo;
use self::coupon_plan::{CouponPlan, ValidateType};
use self::promo_tool::PromoTool;
use self::recruit_tool::RecruitTool;
use crate::biz::{ABSENT, Biz, Date, Object, Objects, Text, biz, choice, invalid};
use domain::activity::{Budget, Kind};
use serde_json::{Map, Value};
use wire::Rejection;

biz! {
    /// The activity.
    pub struct Plan {
        /// The name of the activity; it need not be unique.
        name: Text<40>,
        /// The kind of activity. POINT_SEND and DIRECT_SEND are served.
        r#type: CampType,
        /// When the activity begins.
        start_time: Date,
        /// When the activity ends: after `start_time` and after now.
        end_time: Date,
        /// A description.
        desc: Option<Text<1024>>,
        /// How many prizes there are; required for DIRECT_SEND.
        budget_info: Option<Object<BudgetInfo>>,
        /// The shops that the activity is for, and who may take part.
        constraint_info: Object<ConstraintInfo>,
        /// What the activity gives: one point card for POINT_SEND, 1 to 20 coupons for DIRECT_SEND.
        promo_tools: Objects<PromoTool, 20>,
        /// Where members find the activity; required for DIRECT_SEND, absent for POINT_SEND.
        publish_channels: Option<Objects<Channel>>,
        /// The other merchants whose shops are asked to join. Kept and given back; nobody is asked.
        recruit_tool: Option<Object<RecruitTool>>,
        /// Whether the end moves on by the length of the activity instead of ending it; only where every coupon is
        /// RELATIVE.
        auto_delay_flag: Option<YN>,
        /// Kept and given back.
        ext_info: Option<Text<1024>>,
    }
}

choice! {
    /// The types that the platform knows.
    pub enum CampType {
        /// A point card (集点卡活动).
        Points = "POINT_SEND",
        /// Coupons (直发奖).
        Direct = "DIRECT_SEND",
        /// Not served (消费送).
        Consume = "CONSUME_SEND",
        /// Not served (实时立减).
        RealTime = "REAL_TIME_SEND",
        /// Not served (口令送).
        Guess = "GUESS_SEND",
        /// Not served (充值送).
        Recharge = "RECHARGE_SEND",
    }
}

choice! {
    /// Yes or no in a letter.
    pub enum YN {
        /// Yes.
        Yes = "Y",
        /// No.
        No = "N",
    }
}

/// Members that have columns, or tables, of their own.
const KEPT_ELSEWHERE: [&str; 6] = ["name", "type", "start_time", "end_time", "promo_tools", "auto_delay_flag"];

impl Plan {
    /// Whether it holds together, whoever's it is and whatever time it is.
    pub fn check(&self) -> Result<Kind, Rejection> {
        let kind = match self.r#type {
            CampType::Points => Kind::PointSend,
            CampType::Direct => Kind::DirectSend,
            CampType::Consume | CampType::RealTime | CampType::Guess | CampType::Recharge => {
                return Err(invalid("type", "暂不支持"));
            }
        };
        if self.end_time.0 <= self.start_time.0 {
            return Err(invalid("end_time", "必须晚于start_time"));
        }
        if self.budget()?.is_none() && kind == Kind::DirectSend {
            return Err(invalid("budget_info", ABSENT));
        }
        self.constraint_info.check(kind)?;
        self.check_tools(kind)?;
        self.check_channels(kind)?;
        // Coupons whose end is fixed, and point cards, would be outlived (仅当券为相对有效期时才能设置成Y).
        if self.auto_delay() && !self.all_relative() {
            return Err(invalid("auto_delay_flag", "仅当券为相对有效期时才能设置成Y"));
        }
        Ok(kind)
    }

    /// The tools, and that they are for the shops of the activity.
    fn check_tools(&self, kind: Kind) -> Result<(), Rejection> {
        let tools = self.promo_tools.some().map_err(|reason| invalid("promo_tools", reason))?;
        if kind == Kind::PointSend && 1 < tools.len() {
            return Err(invalid("promo_tools", "type为POINT_SEND时只能有一个元素"));
        }
        for (index, tool) in tools.iter().enumerate() {
            let at = format!("promo_tools[{index}]");
            tool.check(&at, kind, self.end_time.0)?;
            let Some(coupon) = &tool.voucher else { continue };
            let shops = format!("{at}.voucher.use_rule.suit_shops");
            match &coupon.use_rule.suit_shops {
                None => return Err(invalid(&shops, ABSENT)),
                own if *own != self.constraint_info.suit_shops => {
                    return Err(invalid(&shops, "必须与constraint_info.suit_shops一致"));
                }
                Some(_) => {}
            }
            self.check_display(coupon, &format!("{at}.voucher.display_config"))?;
        }
        Ok(())
    }

    /// Coupons for a crowd are advertised where they are found (含圈人的直领活动).
    fn check_display(&self, coupon: &CouponPlan, at: &str) -> Result<(), Rejection> {
        if self.constraint_info.crowd_group_id.is_none() {
            return Ok(());
        }
        let display = coupon.display_config.as_ref();
        let in_shop = self.is_found_by(ChannelType::ShopDetail);
        if (in_shop || self.is_found_by(ChannelType::PaymentResult)) && display.is_none_or(|it| it.slogan.is_none()) {
            return Err(invalid(&format!("{at}.slogan"), "设置人群且渠道为PAYMENT_RESULT或SHOP_DETAIL时不能为空"));
        }
        if in_shop && display.is_none_or(|it| it.slogan_img.is_none()) {
            return Err(invalid(&format!("{at}.slogan_img"), "设置人群且渠道为SHOP_DETAIL时不能为空"));
        }
        Ok(())
    }

    fn check_channels(&self, kind: Kind) -> Result<(), Rejection> {
        let channels = self.publish_channels.as_ref().and_then(|list| list.some().ok());
        match (kind, channels) {
            (Kind::PointSend, Some(_)) => Err(invalid("publish_channels", "type为POINT_SEND时必须为空")),
            (Kind::PointSend, None) => Ok(()),
            (Kind::DirectSend, None) => Err(invalid("publish_channels", ABSENT)),
            (Kind::DirectSend, Some(channels)) => {
                let check =
                    |(index, channel): (usize, &Object<Channel>)| channel.check(&format!("publish_channels[{index}]"));
                channels.iter().enumerate().try_for_each(check)
            }
        }
    }

    /// How many prizes there are, if that is bounded.
    pub fn budget(&self) -> Result<Option<Budget>, Rejection> {
        self.budget_info.as_ref().map(|info| info.budget()).transpose()
    }

    /// Whether its end moves on.
    pub fn auto_delay(&self) -> bool {
        self.auto_delay_flag == Some(YN::Yes)
    }

    /// Whether members find it there.
    pub fn is_found_by(&self, channel: ChannelType) -> bool {
        self.publish_channels.as_ref().is_some_and(|list| list.0.iter().any(|it| it.r#type == channel))
    }

    fn all_relative(&self) -> bool {
        let relative = |coupon: &Object<CouponPlan>| coupon.validate_type == ValidateType::Relative;
        self.promo_tools.0.iter().all(|tool| tool.voucher.as_ref().is_some_and(relative))
    }

    /// As it is kept, but for its end: what it must stay when it is modified.
    pub fn settled(&self) -> Plan {
        let mut settled = self.clone();
        settled.constraint_info.0.suit_shops = None;
        settled.promo_tools.0.iter_mut().for_each(|tool| tool.0 = tool.bare());
        for channel in settled.publish_channels.iter_mut().flat_map(|list| &mut list.0) {
            channel.0 = channel.kept();
        }
        settled.auto_delay_flag = Some(if self.auto_delay() { YN::Yes } else { YN::No });
        settled
    }

    /// As it is kept: all that was said of it that has no place of its own.
    pub fn to_text(&self) -> String {
        let sent = self.settled().as_sent();
        let kept: Map<String, Value> =
            sent.into_iter().filter(|(name, _)| !KEPT_ELSEWHERE.contains(&name.as_str())).collect();
        Value::Object(kept).to_string()
    }
}
