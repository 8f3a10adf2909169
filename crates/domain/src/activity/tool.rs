//! What an activity gives: a point card, or coupons.

use crate::id::{CardId, PrizeId};

/// What a tool is: a card to collect points on, or a coupon of one of five types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolKind {
    /// A card to collect points on.
    PointCard,
    /// Takes an amount off.
    Money,
    /// Is exchanged for a thing.
    Exchange,
    /// Lowers a price to an amount.
    ReduceTo,
    /// Takes a share off.
    Rate,
    /// Takes an amount off for each so much.
    PerFullCut,
}

impl ToolKind {
    /// Every kind.
    pub const ALL: [ToolKind; 6] = [
        ToolKind::PointCard,
        ToolKind::Money,
        ToolKind::Exchange,
        ToolKind::ReduceTo,
        ToolKind::Rate,
        ToolKind::PerFullCut,
    ];

    /// As the wire spells it.
    pub fn name(self) -> &'static str {
        match self {
            ToolKind::PointCard => "POINT_CARD",
            ToolKind::Money => "MONEY",
            ToolKind::Exchange => "EXCHANGE",
            ToolKind::ReduceTo => "REDUCETO",
            ToolKind::Rate => "RATE",
            ToolKind::PerFullCut => "PER_FULL_CUT",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<ToolKind> {
        ToolKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A tool of an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// What the store knows it by.
    pub number: i64,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// The number of its activity.
    pub activity: i64,
    /// Its place among the tools of the activity, from 0.
    pub place: u32,
    /// What it is.
    pub kind: ToolKind,
    /// All that the merchant said of it, in the form that the caller keeps it.
    pub content: String,
    /// From when on a point card is valid, or a coupon with a fixed validity, UTC milliseconds.
    pub starts_at: Option<i64>,
    /// The end of that.
    pub ends_at: Option<i64>,
}

impl Tool {
    /// As points know it, if it is a card: `activity_account`.
    pub fn card_id(&self) -> Option<CardId> {
        (self.kind == ToolKind::PointCard).then(|| CardId::new(self.created_at, self.number))
    }

    /// As those know it who authorise its taking, if it is a coupon: `prize_id`.
    pub fn prize_id(&self) -> Option<PrizeId> {
        (self.kind != ToolKind::PointCard).then(|| PrizeId::new(self.created_at, self.number))
    }

    /// Either, as an activity's detail calls it: `voucher_no`.
    pub fn voucher_no(&self) -> String {
        match self.kind {
            ToolKind::PointCard => CardId::new(self.created_at, self.number).to_text(),
            _ => PrizeId::new(self.created_at, self.number).to_text(),
        }
    }
}
