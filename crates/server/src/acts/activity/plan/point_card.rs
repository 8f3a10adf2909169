//! `point_card`: what members collect points on.

use crate::biz::{Date, Text, biz, choice, invalid};
use wire::Rejection;

biz! {
    /// The card.
    pub struct PointCard {
        /// The name of the card.
        name: Text<64>,
        /// A description in at most 16 characters.
        desc: Option<Text<16>>,
        /// The id of the picture.
        logo: Text<64>,
        /// When the card begins.
        start_time: Date,
        /// When the card ends: after the activity.
        end_time: Date,
        /// The kind of card; POINT_CARD when absent.
        r#type: Option<CardType>,
    }
}

choice! {
    /// The kinds of cards.
    pub enum CardType {
        /// A card for points.
        PointCard = "POINT_CARD",
    }
}

impl PointCard {
    /// Whether it outlives its start and an activity that ends at `end_at`; `at` is its path.
    pub fn check(&self, at: &str, end_at: i64) -> Result<(), Rejection> {
        let wrong = |reason| Err(invalid(&format!("{at}.end_time"), reason));
        if self.end_time.0 <= self.start_time.0 {
            return wrong("必须晚于start_time");
        }
        if self.end_time.0 <= end_at {
            return wrong("必须晚于活动的结束时间");
        }
        Ok(())
    }
}
