//! What chance alone would seldom bring together: newcomers who pay while they take what is for newcomers, pages of the
//! cashier that want one coupon, and crowds whose members change.

use super::Play;
use super::activities::{self, Kind, Named};
use super::cashier::{self, Choice};
use super::choices::{customers, newcomers};
use super::coupons;
use super::crowds::{self, Rule};
use super::model::{DAY, MINUTE, Step};
use super::taking::Choices;
use super::terms::Restriction;
use super::trades::{self, Status};
use super::wire::Thing;

/// How many there should be.
const CROWDS: usize = 2;
const LEVELS: u8 = 3;

impl Play<'_> {
    /// A newcomer's first payments, and claims of what is for who has paid nothing yet. Or whose payment is given back,
    /// who is new no more.
    pub(super) fn newcomers_scene(&mut self) -> Option<Vec<Step>> {
        let (mut old, mut new) = (newcomers(self.nth), Vec::new());
        old.retain(|user| self.book().payers.contains(user));
        new.extend(newcomers(self.nth).into_iter().filter(|user| !old.contains(user)));
        let is_new = !new.is_empty() && (old.is_empty() || !self.once_in(3));
        let user = self.rng.choice(if is_new { new } else { old })?;
        let prize = self.for_newcomers();
        let camp = self.names.named(Thing::Camp, &prize);
        camp.number.as_ref()?;
        let mut pays = Vec::new();
        if is_new {
            let trades = [self.fresh_trade(&user), self.fresh_trade(&user)];
            pays.extend(trades.map(|trade| Step::Trade(trades::Step::Pay(self.order_of(trade)))));
        } else {
            let own = self.book().trades.iter().filter(|(_, trade)| trade.buyer == user);
            let own: Vec<_> = own.map(|(out_trade_no, _)| out_trade_no.clone()).collect();
            pays.extend(own.into_iter().map(|out_trade_no| Step::Trade(trades::Step::Cancel { out_trade_no })));
            pays.truncate(2);
            self.race(&pays, false);
        }
        let item = self.names.named(Thing::Item, &prize);
        let tokens: Vec<_> = (0..2).filter_map(|_| self.token(&prize, &user)).collect();
        let claim = |token| claim(&item, token);
        Some(tokens.into_iter().map(claim).chain(pays).collect())
    }

    /// The key of a prize for newcomers that runs, a new one if there is none.
    fn for_newcomers(&mut self) -> String {
        let book = self.book();
        let is_for = |key: &String| {
            let activity = &book.activities[key];
            let terms = activity.terms().expect("a prize is a coupon");
            activity.runs(book.now)
                && activity.taken < terms.budget
                && terms.restriction == Some(Restriction::NewMember)
        };
        if let Some(key) = self.prizes().into_iter().find(is_for) {
            return key;
        }
        let mut offer = self.prize();
        let now = self.book().now;
        (offer.starts_at, offer.ends_at) = (now - DAY, offer.ends_at.max(now + DAY));
        if let Kind::Coupon(terms) = &mut offer.kind {
            (terms.restriction, terms.crowd) = (Some(Restriction::NewMember), None);
        }
        let key = offer.out_biz_no.clone();
        self.race(&[Step::Activity(activities::Step::Create(offer))], false);
        self.look_around();
        key
    }

    /// An offer is changed after somebody has taken it, and before others do.
    pub(super) fn changes_scene(&mut self) -> Option<Vec<Step>> {
        let prize = self.some_offered(self.prizes());
        self.names.named(Thing::Camp, &prize).number?;
        let item = self.names.named(Thing::Item, &prize);
        let users = customers(self.nth);
        let tokens: Vec<_> = users.iter().take(3).filter_map(|user| self.token(&prize, user)).collect();
        let (first, rest) = tokens.split_first()?;
        self.race(&[claim(&item, first.clone())], false);
        let change = self.change_of(&prize);
        let mut steps: Vec<_> = rest.iter().map(|token| claim(&item, token.clone())).collect();
        if self.rng.bool() {
            self.race(&[change], false);
        } else {
            steps.push(change);
        }
        Some(steps)
    }

    /// Everybody wants what is not for everybody, while it changes who is in the crowd.
    pub(super) fn restricted_scene(&mut self) -> Option<Vec<Step>> {
        let book = self.book();
        let is_restricted = |key: &String| {
            let activity = &book.activities[key];
            let terms = activity.terms().expect("a prize is a coupon");
            let is = terms.crowd.is_some() || terms.restriction.is_some();
            is && activity.runs(book.now) && activity.taken < terms.budget
        };
        let prizes: Vec<_> = self.prizes().into_iter().filter(is_restricted).collect();
        let prize = self.rng.choice(prizes)?;
        let item = self.names.named(Thing::Item, &prize);
        let mut users = customers(self.nth);
        self.rng.shuffle(&mut users);
        let tokens: Vec<_> = users.iter().take(3).filter_map(|user| self.token(&prize, user)).collect();
        let mut steps: Vec<_> = tokens.into_iter().map(|token| claim(&item, token)).collect();
        steps.push(self.some_import());
        steps.push(self.some_crowd_step());
        Some(steps)
    }

    /// Tokens of an offer that ends soon, and a clock that jumps across that end.
    pub(super) fn ends_scene(&mut self) -> Option<Vec<Step>> {
        let book = self.book();
        let soon = |key: &String| {
            let activity = &book.activities[key];
            let terms = activity.terms().expect("a prize is a coupon");
            let left = activity.offer.ends_at - book.now;
            activity.runs(book.now) && activity.taken < terms.budget && left < DAY / 2
        };
        let mut prizes: Vec<_> = self.prizes().into_iter().filter(soon).collect();
        if prizes.is_empty() {
            // One that ends within the hour.
            let mut offer = self.prize();
            let now = self.book().now;
            (offer.starts_at, offer.ends_at) = (now - DAY, now + 30 * MINUTE);
            prizes.push(offer.out_biz_no.clone());
            self.race(&[Step::Activity(activities::Step::Create(offer))], false);
            self.look_around();
        }
        let prize = self.rng.choice(prizes)?;
        let left = (self.book().activities.get(&prize)?.offer.ends_at - self.book().now) / MINUTE;
        let item = self.names.named(Thing::Item, &prize);
        let users = customers(self.nth);
        let tokens: Vec<_> = users.iter().take(3).filter_map(|user| self.token(&prize, user)).collect();
        // Who has seen a button may press it then: at the last moment, or past it.
        let seen = |token: &Named| {
            let (prize, token) = (item.clone(), token.clone());
            Step::Coupon(coupons::Step::Look { prize, token, presses: false })
        };
        for token in &tokens {
            self.race(&[seen(token)], false);
        }
        let past = if self.rng.bool() { 5 } else { 0 };
        self.advance(left.max(0) + past);
        let has_button = |token: &Named| self.names.within(Thing::Button, &prize, &token.key).number.is_some();
        let steps = tokens.into_iter().zip(0..).map(|(token, nth)| match nth {
            0 if has_button(&token) => Step::Coupon(coupons::Step::Press { prize: item.clone(), token }),
            _ => claim(&item, token),
        });
        Some(steps.collect())
    }

    /// A token that lets this user take the prize, if that can be had.
    fn token(&mut self, prize: &str, user: &str) -> Option<Named> {
        let req_id = format!("k{}", self.fresh());
        let (named, user) = (self.names.named(Thing::Tool, prize), user.to_owned());
        self.race(&[Step::Coupon(coupons::Step::Authorise { prize: named, req_id: req_id.clone(), user })], false);
        let token = self.names.within(Thing::Token, prize, &req_id);
        token.number.is_some().then_some(token)
    }

    /// Two trades of who has a coupon wait at the cashier, and everybody wants it.
    pub(super) fn cashiers_scene(&mut self) -> Option<Vec<Step>> {
        let book = self.book();
        let holding = book.coupons.values().filter(|coupon| coupon.is_unredeemed(book.now));
        let cash = book.vouchers.values().filter(|voucher| voucher.usage.is_unredeemed(book.now));
        let holding: Vec<_> = holding.map(|coupon| coupon.user.clone()).collect();
        let cash: Vec<_> = cash.map(|voucher| voucher.user.clone()).collect();
        // Often somebody who has both.
        let both: Vec<_> = holding.iter().filter(|user| cash.contains(user)).cloned().collect();
        let one = (!self.once_in(4)).then(|| self.rng.choice(both)).flatten();
        let user = one.or_else(|| self.rng.choice(holding.into_iter().chain(cash).collect::<Vec<_>>()))?;
        let trades: Vec<_> = (0..2).map(|_| self.fresh_trade(&user)).collect();
        for trade in &trades {
            let order = self.order_of(*trade);
            self.race(&[Step::Trade(trades::Step::Create(order))], false);
        }
        let known: Vec<_> = trades.iter().map(|trade| self.out_trade_no(*trade)).collect();
        let known: Vec<_> = known.into_iter().filter(|trade| self.names.number(Thing::Page, trade).is_some()).collect();
        let (one, other) = (known.first()?.clone(), known.last()?.clone());
        let first = self.look(&one);
        self.race(&[first], false);
        let mut steps = vec![self.look(&one), self.look(&other)];
        steps.push(match self.rng.u8(..4) {
            0 => Step::Trade(trades::Step::Close { out_trade_no: one }),
            1 => Step::Trade(trades::Step::Pay(self.order_of(trades[0]))),
            2 => {
                let fresh = self.fresh_trade(&user);
                Step::Trade(trades::Step::Pay(self.order_of(fresh)))
            }
            _ => self.look(&one),
        });
        if self.rng.bool() {
            // One after the other: then it is known what each holds.
            let one = steps.remove(0);
            self.race(&[one], false);
        }
        Some(steps)
    }

    pub(super) fn look(&mut self, out_trade_no: &str) -> Step {
        let trade = out_trade_no.to_owned();
        let choice = self.some_choice(out_trade_no);
        Step::Cashier(cashier::Step::Look { trade, choice, pays: self.rng.bool() })
    }

    /// Mostly of a trade that waits. Sometimes it is a form that was seen before.
    pub(super) fn some_checkout(&mut self) -> Step {
        let focus = self.focus.as_ref().map(|focus| self.out_trade_no(focus.trade));
        let any = self.once_in(6);
        let waits = |key: &String| {
            focus.as_ref().is_none_or(|focus| focus == key) && (any || self.book().trades[key].status == Status::Wait)
        };
        let pages: Vec<_> = self.names.keys(Thing::Page, "").into_iter().filter(waits).collect();
        let Some(trade) = self.rng.choice(pages) else {
            return Step::Trade(trades::Step::Create(self.order()));
        };
        let seen = self.names.number(Thing::Form, &trade).is_some();
        if seen && self.once_in(4) {
            let said = |choice: Choice| if choice == Choice::Best { Choice::None } else { choice };
            let Choices { coupon, cash } = self.some_choice(&trade);
            let form = Choices { coupon: said(coupon), cash: said(cash) };
            return Step::Cashier(cashier::Step::Pay { trade, form });
        }
        self.look(&trade)
    }

    /// Mostly what the page chooses by itself.
    fn some_choice(&mut self, out_trade_no: &str) -> Choices {
        let book = self.book();
        let Some(trade) = book.trades.get(out_trade_no) else { return Choices::BEST };
        let own = book.coupon_ids.iter().filter(|(key, _)| {
            book.coupons.get(*key).is_some_and(|coupon| coupon.user == trade.buyer && coupon.is_unredeemed(book.now))
        });
        let coupons: Vec<_> = own.map(|(_, number)| number.clone()).collect();
        let own = book.voucher_ids.iter().filter(|(key, _)| {
            let voucher = book.vouchers.get(*key);
            voucher.is_some_and(|voucher| voucher.user == trade.buyer && voucher.usage.is_unredeemed(book.now))
        });
        let vouchers: Vec<_> = own.map(|(_, number)| number.clone()).collect();
        let mut one_of = |own: Vec<String>| match self.rng.u8(..8) {
            0 => Choice::None,
            1..=2 => self.rng.choice(own).map_or(Choice::Best, Choice::One),
            _ => Choice::Best,
        };
        Choices { coupon: one_of(coupons), cash: one_of(vouchers) }
    }

    pub(super) fn wants_crowds(&self) -> bool {
        self.book().crowds.values().filter(|crowd| crowd.live).count() < CROWDS
    }

    /// Mostly one that is there.
    pub(super) fn some_crowd(&mut self) -> Named {
        let any = self.once_in(6);
        let live = self.book().crowds.iter().filter(|(_, crowd)| any || crowd.live);
        let live: Vec<_> = live.map(|(key, _)| key.clone()).collect();
        let key = self.rng.choice(live).unwrap_or_else(|| "none".to_owned());
        self.names.named(Thing::Crowd, &key)
    }

    fn some_rule(&mut self) -> Rule {
        let many = self.rng.usize(1..=2);
        let mut levels = self.rng.choose_multiple(1..=LEVELS, many);
        levels.sort_unstable();
        Rule { takes: self.rng.bool(), levels }
    }

    pub(super) fn some_crowd_step(&mut self) -> Step {
        let many = self.book().crowds.len();
        Step::Crowd(match self.rng.u8(..8) {
            _ if self.wants_crowds() => {
                crowds::Step::Create { key: format!("crowd{}", self.fresh()), rule: self.some_rule() }
            }
            0 => {
                let before = self.rng.choice(self.book().crowds.keys().cloned().collect::<Vec<_>>());
                crowds::Step::Create { key: before.unwrap_or_else(|| format!("crowd{many}")), rule: self.some_rule() }
            }
            1 => crowds::Step::Delete { crowd: self.some_crowd() },
            _ => {
                let (crowd, key) = (self.some_crowd(), format!("m{}", self.rng.u8(..12)));
                crowds::Step::Modify { crowd, key, to: self.some_rule() }
            }
        })
    }

    /// What the merchant knows now of some of its members.
    pub(super) fn some_import(&mut self) -> Step {
        let (many, focus) = (self.rng.usize(1..=3), self.focus.as_ref().map(|focus| focus.user.clone()));
        let known = customers(self.nth).into_iter().chain(newcomers(self.nth));
        let users = focus.map_or_else(|| self.rng.choose_multiple(known, many), |user| vec![user]);
        let level = |user| (user, (self.rng.u8(..6) != 0).then(|| self.rng.u8(1..=LEVELS)));
        Step::Crowd(crowds::Step::Import { rows: users.into_iter().map(level).collect() })
    }
}

/// A visit that takes what there is to take.
fn claim(prize: &Named, token: Named) -> Step {
    Step::Coupon(coupons::Step::Look { prize: prize.clone(), token, presses: true })
}
