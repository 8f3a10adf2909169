//! `constraint_info`: where an activity is, and for whom.

use super::shop_ids::ShopIds;
use crate::biz::{ABSENT, Field, List, Text, Whole, Yuan, biz, choice, invalid, text};
use domain::activity::{Frequency, Kind, Limits};
use serde_json::Value;
use wire::Fault;

biz! {
    /// The constraints.
    pub struct ConstraintInfo {
        /// The shops that the activity is for.
        suit_shops: Option<ShopIds>,
        /// How often a user may take part.
        user_win_count: Option<Whole<9_999_999_999>>,
        /// How often in a period.
        user_win_frequency: Option<WinFrequency>,
        /// The crowd whose members alone may.
        crowd_group_id: Option<Text<32>>,
        /// Who else is meant.
        crowd_restriction: Option<Restriction>,
        /// The cards that those have, joined by commas.
        crowd_restriction_value: Option<Text<1024>>,
        /// For activities of other types.
        min_cost: Option<Yuan<16>>,
        /// For activities of other types; kept.
        item_ids: Option<List<Text<64>, 500>>,
        /// Kept.
        cash_pool_id: Option<Text<32>>,
        /// Kept.
        subsidy_percent: Option<Text<8>>,
    }
}

choice! {
    /// Of whom an activity is.
    pub enum Restriction {
        /// Who has not paid the merchant before.
        NewMember = "NEW_MEMBER_PROMO",
        /// Students.
        Student = "STUDENT",
        /// Who has one of the cards.
        MemberCard = "MEMBER_CARD",
    }
}

/// `D||1`, `W||2` or `M||3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WinFrequency {
    frequency: Frequency,
    said: String,
}

impl Field for WinFrequency {
    fn read(value: Option<&Value>) -> Result<Self, String> {
        let said = text(value.ok_or(ABSENT)?)?;
        match Frequency::parse(&said) {
            Some(frequency) if said.len() <= 16 => Ok(WinFrequency { frequency, said }),
            _ => Err("必须是D||次数、W||次数或M||次数".to_owned()),
        }
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.said.as_str()))
    }
}

impl ConstraintInfo {
    /// Whether an activity of this kind may have them.
    pub fn check(&self, kind: Kind) -> Result<(), Fault> {
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
            in_all: self.user_win_count.map(Whole::number),
            frequency: self.user_win_frequency.as_ref().map(|it| it.frequency),
        }
    }

    /// The cards of which one lets a user in, where cards do.
    pub fn cards(&self) -> impl Iterator<Item = &str> {
        self.crowd_restriction_value.as_deref().into_iter().flat_map(|cards| cards.split(',')).map(str::trim)
    }
}
