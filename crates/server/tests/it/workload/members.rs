//! What is done for members: points are collected and spent, prizes are authorised and taken.

use super::Play;
use super::activities::Named;
use super::coupons;
use super::model::Step;
use super::points::{self, Kind, Update};
use super::trades::Status;
use super::wire::Thing;

impl Play<'_> {
    /// The keys of all point cards.
    pub(super) fn cards(&self) -> Vec<String> {
        let cards = self.book().activities.iter().filter(|(_, activity)| activity.terms().is_none());
        cards.map(|(key, _)| key.clone()).collect()
    }

    /// The keys of all prizes.
    pub(super) fn prizes(&self) -> Vec<String> {
        let prizes = self.book().activities.iter().filter(|(_, activity)| activity.terms().is_some());
        prizes.map(|(key, _)| key.clone()).collect()
    }

    /// Mostly one that runs.
    pub(super) fn some_offered(&mut self, keys: Vec<String>) -> String {
        let (any, book) = (self.once_in(6), self.book());
        let runs = |key: &String| any || book.activities[key].runs(book.now);
        let keys: Vec<_> = keys.into_iter().filter(runs).collect();
        self.rng.choice(keys).unwrap_or_else(|| "none".to_owned())
    }

    fn is_of_interest(&self, user: &str) -> bool {
        self.focus.as_ref().is_none_or(|focus| focus.user == user)
    }

    pub(super) fn some_card(&mut self) -> Named {
        let key = self.some_offered(self.cards());
        self.names.named(Thing::Tool, &key)
    }

    pub(super) fn some_update(&mut self) -> Step {
        let card = self.some_card();
        let chosen = match self.rng.u8(..12) {
            0..=2 => None,
            3..=7 => self.spending(&card.key),
            _ => self.ending(&card.key),
        };
        let (user, kind, amount) = chosen.unwrap_or_else(|| self.deposit(&card.key));
        let before: Vec<_> = self.book().updates.keys().filter(|(of, _)| *of == card.key).cloned().collect();
        let again = self.once_in(16).then(|| self.rng.choice(before)).flatten();
        let req_id = again.map_or_else(|| format!("q{}", self.fresh()), |(_, req_id)| req_id);
        // Once in a while, somebody else's.
        let user = if self.once_in(16) { self.some_user() } else { user };
        Step::Points(points::Step::Update { card, update: Update { req_id, user, kind, amount } })
    }

    /// Mostly for a payment that has brought nothing yet.
    fn deposit(&mut self, card: &str) -> (String, Kind, Option<i64>) {
        let fresh = !self.once_in(8);
        let book = self.book();
        let focus = self.focus.as_ref().map(|focus| self.out_trade_no(focus.trade));
        let fits = |key: &String, status: Status| {
            if let Some(focus) = &focus {
                return focus == key;
            }
            let brought = book.deposited.contains(&(card.to_owned(), key.clone()));
            !fresh || matches!(status, Status::Success | Status::Finished) && !brought
        };
        let payments = book.trades.iter().filter(|(key, trade)| fits(key, trade.status));
        let payments: Vec<_> = payments.map(|(key, trade)| (key.clone(), trade.buyer.clone())).collect();
        let payment = self.rng.choice(payments);
        let (trade, user) = payment.unwrap_or_else(|| ("none".to_owned(), self.some_user()));
        let (trade, shop) = (self.names.named(Thing::Trade, &trade), self.some_shop());
        (user, Kind::Deposit { trade, shop }, Some(self.rng.i64(1..30)))
    }

    /// Of points that are there; or of anybody's.
    fn spending(&mut self, card: &str) -> Option<(String, Kind, Option<i64>)> {
        let accounts = self.book().accounts.iter().filter(|((of, _), account)| of == card && 0 < account.available);
        let accounts = accounts.filter(|((_, user), _)| self.is_of_interest(user));
        let accounts: Vec<_> = accounts.map(|((_, user), account)| (user.clone(), account.available)).collect();
        let anybody = self.once_in(12).then(|| (self.some_user(), 1));
        let (user, available) = anybody.or_else(|| self.rng.choice(accounts))?;
        let amount = match self.rng.u8(..6) {
            0 => available + 1,
            1 => available,
            _ => self.rng.i64(1..=available),
        };
        let kind = if self.once_in(4) { Kind::Consume } else { Kind::Freeze };
        Some((user, kind, Some(amount)))
    }

    /// Mostly of a freeze that waits; or of none.
    fn ending(&mut self, card: &str) -> Option<(String, Kind, Option<i64>)> {
        let any = self.once_in(3);
        let freezes = self.book().freezes.iter().filter(|((of, _), freeze)| of == card && (any || freeze.open));
        let freezes = freezes.filter(|(_, freeze)| self.is_of_interest(&freeze.user));
        let freezes: Vec<_> =
            freezes.map(|((_, key), freeze)| (key.clone(), freeze.user.clone(), freeze.amount)).collect();
        let none = self.once_in(12).then(|| ("none".to_owned(), self.some_user(), 1));
        let (key, user, amount) = none.or_else(|| self.rng.choice(freezes))?;
        let amount = match self.rng.u8(..8) {
            0 => Some(amount + 1),
            1..=3 => Some(amount),
            _ => None,
        };
        let freeze = self.names.within(Thing::PointLog, card, &key);
        let kind = if self.rng.bool() { Kind::Cancel { freeze } } else { Kind::Commit { freeze } };
        Some((user, kind, amount))
    }

    pub(super) fn some_authorisation(&mut self) -> Step {
        let book = self.book();
        let held = book.coupons.iter().filter(|(_, coupon)| coupon.is_unredeemed(book.now));
        let held: Vec<_> = held.map(|((of, ..), coupon)| (of.clone(), coupon.user.clone())).collect();
        // Often for who has one of it already.
        let second = self.rng.bool().then(|| self.rng.choice(held)).flatten();
        let focus = self.focus.as_ref().map(|focus| (focus.prize.clone(), focus.user.clone()));
        let (key, user) = focus.or(second).unwrap_or_else(|| (self.some_offered(self.prizes()), self.some_user()));
        let before: Vec<_> = self.book().tokens.keys().filter(|(of, _)| *of == key).cloned().collect();
        let again = self.once_in(8).then(|| self.rng.choice(before)).flatten();
        let req_id = again.map_or_else(|| format!("k{}", self.fresh()), |(_, req_id)| req_id);
        let prize = self.names.named(Thing::Tool, &key);
        Step::Coupon(coupons::Step::Authorise { prize, req_id, user })
    }

    /// Mostly with a token that has given nothing yet.
    pub(super) fn some_visit(&mut self) -> Step {
        let (any, book) = (self.once_in(4), self.book());
        let focus = self.focus.as_ref().map(|focus| &focus.prize);
        let tokens = book.tokens.iter().filter(|(key, _)| focus.is_none_or(|prize| *prize == key.0));
        let gives =
            |key: &(String, String), token: &coupons::Token| book.now < token.expires_at && !book.has_given(key);
        let tokens = tokens.filter(|(key, token)| any || gives(key, token));
        let tokens: Vec<_> = tokens.map(|(key, _)| key.clone()).collect();
        let token = self.rng.choice(tokens);
        let (key, req_id) = token.unwrap_or_else(|| (self.some_offered(self.prizes()), "none".to_owned()));
        let token = self.names.within(Thing::Token, &key, &req_id);
        let prize = self.names.named(Thing::Item, &key);
        if self.once_in(4) && self.names.within(Thing::Button, &key, &token.key).number.is_some() {
            return Step::Coupon(coupons::Step::Press { prize, token });
        }
        Step::Coupon(coupons::Step::Look { prize, token, presses: !self.once_in(6) })
    }
}
