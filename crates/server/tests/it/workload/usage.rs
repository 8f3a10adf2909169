//! How far a coupon or a cash voucher is used: by one trade, once, in its time.

/// How far one is used, and when it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) starts_at: i64,
    /// Its last moment.
    pub(crate) ends_at: i64,
    pub(crate) fate: Fate,
    /// The trade whose page holds it, and until when.
    pub(crate) held: Option<(String, i64)>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Unspent,
    /// In this trade.
    Spent(String),
    /// All of that trade was given back; the coupon or voucher was not.
    Refunded,
    /// Its time went by. Of coupons nobody records it.
    Expired,
}

impl Usage {
    pub(crate) fn new(starts_at: i64, ends_at: i64) -> Usage {
        Usage { starts_at, ends_at, fate: Fate::Unspent, held: None }
    }

    pub(crate) fn is_unredeemed(&self, now: i64) -> bool {
        self.fate == Fate::Unspent && now <= self.ends_at
    }

    pub(crate) fn is_good(&self, now: i64) -> bool {
        self.starts_at <= now && self.is_unredeemed(now)
    }

    /// Whether this trade can take it: in its time, and held by no other.
    pub(crate) fn is_open_to(&self, out_trade_no: &str, now: i64) -> bool {
        let is_free = self.held.as_ref().is_none_or(|(trade, _)| trade == out_trade_no);
        self.is_good(now) && is_free
    }

    pub(crate) fn spend(&mut self, out_trade_no: &str) {
        (self.fate, self.held) = (Fate::Spent(out_trade_no.to_owned()), None);
    }

    /// All of a trade was given back.
    pub(crate) fn refund(&mut self, out_trade_no: &str) {
        if matches!(&self.fate, Fate::Spent(trade) if trade == out_trade_no) {
            self.fate = Fate::Refunded;
        }
    }
}
