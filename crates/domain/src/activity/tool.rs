//! What an activity gives: a point card, or coupons.

use crate::id::{CardId, PrizeId};

/// What a tool is: a card to collect points on, or a coupon of one of five types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolKind {
    /// A card on which points are collected.
    PointCard,
    /// A coupon that takes an amount off.
    Money,
    /// A coupon that is exchanged for one piece.
    Exchange,
    /// A coupon that lowers the price of each piece to an amount.
    ReduceTo,
    /// A coupon that takes a share off.
    Rate,
    /// A coupon that takes an amount off for each full `min_consume`.
    PerFullCut,
}

impl ToolKind {
    /// Every kind, in the order of the contract.
    pub const ALL: [ToolKind; 6] = [
        ToolKind::PointCard,
        ToolKind::Money,
        ToolKind::Exchange,
        ToolKind::ReduceTo,
        ToolKind::Rate,
        ToolKind::PerFullCut,
    ];

    /// The kind's name on the wire and in the store, in capitals.
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

    /// The kind with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<ToolKind> {
        ToolKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A tool of an activity: one thing that it gives. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The store's number of the tool.
    pub number: i64,
    /// When the tool was made; its ids on the wire hold the UTC+8 day.
    pub created_at: i64,
    /// The store's number of its activity.
    pub activity: i64,
    /// Its place among the tools of the activity, from 0.
    pub place: u32,
    /// The type of the tool, which never changes.
    pub kind: ToolKind,
    /// All that the merchant said of it, in the form that the caller keeps it.
    pub content: String,
    /// From when on a point card is valid, or a coupon with a fixed validity, UTC milliseconds.
    pub starts_at: Option<i64>,
    /// The last second of that validity.
    pub ends_at: Option<i64>,
}

impl Tool {
    /// The id of a coupon as a prize, `prize_id`; `None` for a card.
    pub fn prize_id(&self) -> Option<PrizeId> {
        (self.kind != ToolKind::PointCard).then(|| PrizeId::new(self.created_at, self.number))
    }

    /// The id of a card or a coupon in an activity's detail, `voucher_no`.
    pub fn voucher_no(&self) -> String {
        match self.kind {
            ToolKind::PointCard => CardId::new(self.created_at, self.number).to_text(),
            _ => PrizeId::new(self.created_at, self.number).to_text(),
        }
    }
}
