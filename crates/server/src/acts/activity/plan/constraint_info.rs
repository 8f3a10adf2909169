//! `constraint_info`: where an activity is, and for whom.

use super::shop_ids::ShopIds;
use crate::biz::{ABSENT, Field, List, Shape, Text, WholeNumber, Yuan, biz, choice, invalid, text};
use domain::activity::{Frequency, Kind, Limits};
use serde_json::Value;
use wire::Rejection;

biz! {
    /// The constraints.
    pub struct ConstraintInfo {
        /// The ids of the merchant's shops that the activity is for. Required.
        suit_shops: Option<ShopIds>,
        /// How often one user may take part in all; unlimited when absent.
        user_win_count: Option<WholeNumber<9_999_999_999>>,
        /// How often one user may take part in a calendar day, ISO week or month of UTC+8; unlimited when absent.
        user_win_frequency: Option<WinFrequency>,
        /// The crowd whose members alone may take part; of DIRECT_SEND.
        crowd_group_id: Option<Text<32>>,
        /// Who may take part, beside the crowd.
        crowd_restriction: Option<Restriction>,
        /// The member cards of MEMBER_CARD, joined by commas; required with it, absent otherwise.
        crowd_restriction_value: Option<Text<1024>>,
        /// Refused: for activities of types that are not served.
        min_cost: Option<Yuan<16>>,
        /// Kept and given back: for activities of types that are not served.
        item_ids: Option<List<Text<64>, 500>>,
        /// Kept and given back; nothing reads it.
        cash_pool_id: Option<Text<32>>,
        /// Kept and given back; nothing reads it.
        subsidy_percent: Option<Text<8>>,
    }
}

choice! {
    /// Of whom an activity is.
    pub enum Restriction {
        /// Users who have not paid the merchant before.
        NewMember = "NEW_MEMBER_PROMO",
        /// Students.
        Student = "STUDENT",
        /// Users with one of the member cards of `crowd_restriction_value`.
        MemberCard = "MEMBER_CARD",
    }
}

/// `D||1`, `W||2` or `M||3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WinFrequency {
    frequency: Frequency,
    sent: String,
}

impl Field for WinFrequency {
    const SHAPE: Shape = Shape::Form("`D||n`, `W||n` or `M||n`: n times a day, week or month");

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let sent = text(value.ok_or(ABSENT)?)?;
        match Frequency::parse(&sent) {
            Some(frequency) if sent.len() <= 16 => Ok(WinFrequency { frequency, sent }),
            _ => Err("必须是D||次数、W||次数或M||次数".to_owned()),
        }
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.sent.as_str()))
    }
}

impl ConstraintInfo {
    /// Whether an activity of this kind may have them.
    pub fn check(&self, kind: Kind) -> Result<(), Rejection> {
        let wrong = |field: &str, reason| Err(invalid(&format!("constraint_info.{field}"), reason));
        if self.suit_shops.is_none() {
            return wrong("suit_shops", ABSENT);
        }
        if self.crowd_group_id.is_some() && kind != Kind::DirectSend {
            return wrong("crowd_group_id", "仅直发奖类型活动可设置");
        }
        match (self.crowd_restriction, &self.crowd_restriction_value) {
            (Some(Restriction::MemberCard), None) => {
                return wrong("crowd_restriction_value", "crowd_restriction为MEMBER_CARD时不能为空");
            }
            (None | Some(Restriction::NewMember | Restriction::Student), Some(_)) => {
                return wrong("crowd_restriction_value", "仅crowd_restriction为MEMBER_CARD时可设置");
            }
            _ => {}
        }
        if self.min_cost.is_some() {
            return wrong("min_cost", "仅消费送活动可设置");
        }
        Ok(())
    }

    /// How often one user may take part.
    pub fn limits(&self) -> Limits {
        Limits {
            in_all: self.user_win_count.map(WholeNumber::number),
            frequency: self.user_win_frequency.as_ref().map(|it| it.frequency),
        }
    }

    /// The cards of which one lets a user in, where cards do.
    pub fn cards(&self) -> impl Iterator<Item = &str> {
        self.crowd_restriction_value.as_deref().into_iter().flat_map(|cards| cards.split(',')).map(str::trim)
    }
}
