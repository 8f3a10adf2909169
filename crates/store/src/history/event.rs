//! A fact of what a user did with a merchant, and how `changes` has it.
//!
//! Facts only grow in number: an event is known by its user, kind, id and time, and all that can change of it is that a
//! trade's net amount falls. So whoever takes the lesser amount of two may take events twice and in any order.

use std::fmt::Write;

use domain::trade::Trade;

use crate::engine::bucket;

/// What a user did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Paid a trade.
    Paid,
    /// Received a voucher.
    Received,
    /// Redeemed a voucher.
    Redeemed,
}

/// What a user did with a merchant, once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Who.
    pub user_id: String,
    /// What.
    pub kind: Kind,
    /// With which trade or voucher: the store's number of it; of a voucher from elsewhere a hash of its number, whose
    /// highest bit says so.
    pub id: u64,
    /// When, UTC milliseconds.
    pub at: i64,
    /// What was paid less what was refunded, fen: 0 for a trade that counts for nothing, and for a voucher.
    pub net_fen: i64,
}

impl Event {
    /// The payment of a trade that has this number; `None` for one that was not paid.
    pub(crate) fn paid(number: i64, trade: &Trade) -> Option<Event> {
        let net_fen = trade.total_fen - trade.refunded_fen;
        Some(Event::of_trade(trade.buyer_id.clone(), number, trade.paid_at?, net_fen))
    }

    /// The payment of a trade, net of refunds.
    pub(super) fn of_trade(user_id: String, number: i64, at: i64, net_fen: i64) -> Event {
        Event { user_id, kind: Kind::Paid, id: number.cast_unsigned(), at, net_fen }
    }

    /// That a voucher was received, if the caller tells when, and that it was redeemed, if it was.
    pub(crate) fn of_voucher(
        user_id: &str,
        number: i64,
        received_at: Option<i64>,
        redeemed_at: Option<i64>,
    ) -> impl Iterator<Item = Event> {
        Event::with_id(user_id, number.cast_unsigned(), received_at, redeemed_at)
    }

    /// The same of a voucher from elsewhere.
    pub(crate) fn of_imported(
        user_id: &str,
        voucher_no: &str,
        received_at: Option<i64>,
        redeemed_at: Option<i64>,
    ) -> impl Iterator<Item = Event> {
        // The store's own numbers are not negative.
        let id = bucket::hash("", voucher_no) | 1 << 63;
        Event::with_id(user_id, id, received_at, redeemed_at)
    }

    fn with_id(
        user_id: &str,
        id: u64,
        received_at: Option<i64>,
        redeemed_at: Option<i64>,
    ) -> impl Iterator<Item = Event> {
        let event = move |kind, at| Event { user_id: user_id.to_owned(), kind, id, at, net_fen: 0 };
        let received = received_at.map(|at| event(Kind::Received, at));
        received.into_iter().chain(redeemed_at.map(|at| event(Kind::Redeemed, at)))
    }
}

/// An event as a row of `changes` has it: `P 7 1767225600000 880 2088102146931393`. Earlier builds read the id of a
/// user in it, of a kind of change that they do not know.
pub(crate) fn to_text(event: &Event) -> String {
    let Event { user_id, kind, id, at, net_fen } = event;
    let mut text = String::with_capacity(64);
    write!(text, "{} {id} {at} {net_fen} {user_id}", kind.letter()).expect("a text takes everything");
    text
}

/// What [`to_text`] has written; `None` for what a later build writes otherwise.
pub(crate) fn from_text(text: &str) -> Option<Event> {
    let mut words = text.splitn(5, ' ');
    let kind = Kind::from_letter(words.next()?)?;
    let (id, at, net_fen) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(Event { user_id: words.next()?.to_owned(), kind, id, at, net_fen })
}

impl Kind {
    fn letter(self) -> &'static str {
        match self {
            Kind::Paid => "P",
            Kind::Received => "V",
            Kind::Redeemed => "R",
        }
    }

    fn from_letter(letter: &str) -> Option<Kind> {
        [Kind::Paid, Kind::Received, Kind::Redeemed].into_iter().find(|kind| kind.letter() == letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_back_from_its_text() {
        let user = "2088102146931393";
        let paid = Event::of_trade(user.to_owned(), 7, 1_767_225_600_000, 880);
        assert_eq!(to_text(&paid), "P 7 1767225600000 880 2088102146931393");
        let vouchers = Event::of_voucher("a user", 7, Some(-5), Some(i64::MAX));
        let imported = Event::of_imported(user, "券 1", None, Some(3));
        for event in [paid].into_iter().chain(vouchers).chain(imported) {
            assert_eq!(from_text(&to_text(&event)), Some(event));
        }
        for other in ["", "P", "X 7 1 0 a", "P 7 1 0", "P -7 1 0 a", "P 7 1 a 0", user] {
            assert_eq!(from_text(other), None, "{other}");
        }
    }

    #[test]
    fn ids_of_vouchers_from_elsewhere_are_what_they_have_always_been() {
        let id = |voucher_no| Event::of_imported("a", voucher_no, Some(1), None).next().unwrap().id;
        assert_eq!(id("V-1"), bucket::hash("", "V-1") | 0x8000_0000_0000_0000);
        assert_ne!(id("V-1"), id("V-2"));
        assert!(i64::try_from(id("V-1")).is_err());
    }
}
