//! What a change of a trade is made with: the time, the cause, and the new ids.

use domain::trade::Trade;
use store::Bucket;
use store::ledger::Cause;

/// The most vouchers that one trade takes: one of each kind.
pub const VOUCHERS_MAX: usize = 2;
/// How many new ids a change of a trade takes: those of the ledger's entries, of the notifications of the trade and of
/// a cash voucher, of the bill of each voucher, and two for the notifications of point cards.
pub const NEW_IDS: u16 = CARDS + 2;
/// The most entries of the ledger: the buyer's money, a cash voucher's, and what its template's fund gives back.
const TRANSFERS: usize = 3;
/// Where the notifications' ids begin.
const NOTICES: usize = TRANSFERS;
/// Where the bills' ids begin.
const BILLS: usize = NOTICES + 2;
/// Where the ids of point cards' notifications begin: a shop with more than two cards takes further ids when it needs
/// them.
#[expect(clippy::cast_possible_truncation, reason = "two vouchers")]
const CARDS: u16 = (BILLS + VOUCHERS_MAX) as u16;

/// Whether the store has a trade before the transaction that pays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TradeOrigin {
    /// An earlier call made it, and it waits.
    Stored,
    /// This transaction makes it.
    New,
}

/// When a trade is changed, why, and under which new ids.
#[derive(Clone, Copy, Debug)]
pub struct TradeContext<'a> {
    /// Now, UTC milliseconds.
    pub at: i64,
    /// What causes it.
    pub cause: Cause<'a>,
    /// Ids in the trade's bucket.
    ids: [i64; NEW_IDS as usize],
}

impl<'a> TradeContext<'a> {
    /// With ids in this trade's bucket: `new_id(nth, bucket)` gives the `nth` of [`NEW_IDS`], counted from 0.
    pub fn new(trade: &Trade, at: i64, cause: Cause<'a>, new_id: impl Fn(u16, Bucket) -> i64) -> TradeContext<'a> {
        let bucket = Bucket::of_id(trade.no.number);
        let mut ids = [0; NEW_IDS as usize];
        for (id, nth) in ids.iter_mut().zip(0..) {
            *id = new_id(nth, bucket);
        }
        TradeContext { at, cause, ids }
    }

    /// The id of the ledger's entry of the buyer's money.
    pub fn transfer_id(&self) -> i64 {
        self.ids[0]
    }

    /// The id of the ledger's entry of a cash voucher's money.
    pub fn voucher_transfer_id(&self) -> i64 {
        self.ids[1]
    }

    /// The id of the ledger's entry of what a template's fund gives back.
    pub fn recycle_id(&self) -> i64 {
        self.ids[2]
    }

    /// The id of the trade's notification.
    pub fn notice_id(&self) -> i64 {
        self.ids[NOTICES]
    }

    /// The id of a cash voucher's notification.
    pub fn flux_id(&self) -> i64 {
        self.ids[NOTICES + 1]
    }

    /// The ids of the vouchers' bills, one for each voucher that a trade may take.
    pub fn bill_ids(&self) -> &[i64] {
        &self.ids[BILLS..usize::from(CARDS)]
    }

    /// The ids of the first notifications of point cards.
    pub fn card_ids(&self) -> &[i64] {
        &self.ids[usize::from(CARDS)..]
    }
}
