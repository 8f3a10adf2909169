//! What is done next: mostly what makes sense by the books, among few members, shops and offers, so that calls meet;
//! now and then what repeats or contradicts what was said before, or makes no sense.

use super::activities;
use super::model::Step;
use super::points;
use super::templates;
use super::trades::{self, Order, Status};
use super::vouchers;
use super::wire::Thing;
use super::{Play, RACERS, coupons};
use fastrand::Rng;

const CUSTOMERS: u64 = 4;
const NEWCOMERS: u64 = 4;
const SHOPS: u64 = 2;
/// How many of the calls at once are visits: each of them is several calls, and every order is tried.
const VISITS_MAX: usize = 3;

/// Who buys at the nth merchant's all the time.
pub(crate) fn customers(nth: u64) -> Vec<String> {
    (0..CUSTOMERS).map(|user| user_id(nth, user)).collect()
}

/// Who comes once, to be new.
pub(crate) fn newcomers(nth: u64) -> Vec<String> {
    (CUSTOMERS..CUSTOMERS + NEWCOMERS).map(|user| user_id(nth, user)).collect()
}

/// Who pays for templates of cash vouchers and seldom for anything else.
pub(crate) fn sponsor(nth: u64) -> String {
    user_id(nth, CUSTOMERS + NEWCOMERS)
}

fn user_id(nth: u64, user: u64) -> String {
    format!("20883{nth:09}{user:02}")
}

/// A user's login id.
pub(crate) fn login_id(user: &str) -> String {
    format!("u{user}@example.com")
}

/// A user's nickname on Taobao.
pub(crate) fn nick(user: &str) -> String {
    format!("昵称{user}")
}

/// The login id of another customer.
pub(crate) fn other_login(user: &str) -> String {
    let (head, last) = user.split_at(user.len() - 1);
    login_id(&format!("{head}{}", if last == "0" { "1" } else { "0" }))
}

/// Its shops.
pub(crate) fn shops(nth: u64) -> Vec<String> {
    (0..SHOPS).map(|shop| format!("2026010100077{nth:013}{shop:02}")).collect()
}

/// What calls at once are about, so that they meet.
pub(super) struct Focus {
    /// The number of a trade.
    pub(super) trade: u64,
    /// Its buyer.
    pub(super) user: String,
    /// The key of a prize.
    pub(super) prize: String,
}

impl Play<'_> {
    pub(super) fn some_step(&mut self) -> Step {
        if self.rng.bool() && self.wants_offers() {
            return Step::Activity(activities::Step::Create(self.some_offer()));
        }
        if self.once_in(4) && self.wants_crowds() {
            return self.some_crowd_step();
        }
        if self.once_in(8) && self.wants_groups() {
            return self.some_group_step();
        }
        if self.once_in(8) && self.wants_templates() {
            return self.some_template_step();
        }
        match self.rng.u8(..106) {
            0..=9 => Step::Trade(trades::Step::Pay(self.order())),
            10..=12 => Step::Trade(trades::Step::Create(self.order())),
            13..=17 => self.some_refund(),
            18..=19 => {
                Step::Trade(trades::Step::Cancel { out_trade_no: self.some_trade(&[Status::Success, Status::Wait]) })
            }
            20 => Step::Trade(trades::Step::Close { out_trade_no: self.some_trade(&[Status::Wait]) }),
            21 => Step::Trade(trades::Step::Query { out_trade_no: self.some_trade(&[]) }),
            22 => Step::Activity(activities::Step::Create(self.some_offer())),
            23..=25 => self.some_change(),
            26..=43 | 95..=99 => self.some_update(),
            44 => {
                let (card, user) = (self.some_card(), self.some_user());
                Step::Points(points::Step::Query { card, user })
            }
            45..=51 => self.some_authorisation(),
            52..=59 => self.some_visit(),
            60..=66 => self.some_checkout(),
            67..=70 => self.some_crowd_step(),
            71..=73 => self.some_import(),
            80..=84 => self.some_send(),
            85..=87 => self.some_template_step(),
            88..=90 => self.some_voucher_look(),
            91 => self.some_detail(),
            92..=93 => self.some_bar(),
            94 => self.some_voucher_refund(),
            100..=102 => self.some_question(),
            103..=105 => self.some_group_step(),
            _ => {
                let again = self.rng.choice(self.past.clone());
                again.unwrap_or_else(|| self.some_refund())
            }
        }
    }

    /// Several steps, of which some are the same; often all about the same things.
    pub(super) fn some_steps(&mut self) -> Vec<Step> {
        let shop = self.some_shop();
        self.group = Some((shop, self.some_group_id()));
        let scene = match self.rng.u8(..14) {
            0 => self.newcomers_scene(),
            1 => self.cashiers_scene(),
            2 => self.changes_scene(),
            3 => self.restricted_scene(),
            4 => self.ends_scene(),
            5..=8 => self.voucher_scene(),
            9 => self.facts_scene(),
            10 => self.windows_scene(),
            _ => None,
        };
        self.focus = if scene.is_none() && self.rng.bool() { Some(self.some_focus()) } else { None };
        let mut steps = scene.unwrap_or_else(|| vec![self.some_step()]);
        while steps.len() < RACERS {
            let again = self.rng.bool().then(|| self.rng.choice(steps.clone())).flatten();
            let next = again.unwrap_or_else(|| self.some_step());
            let visits = steps.iter().filter(|step| is_visit(step)).count();
            if !is_visit(&next) || visits < VISITS_MAX {
                steps.push(next);
            }
        }
        (self.focus, self.group) = (None, None);
        self.rng.shuffle(&mut steps);
        steps
    }

    /// A trade and a prize, and the trade's buyer, who often has a coupon.
    fn some_focus(&mut self) -> Focus {
        let book = self.book();
        let holding = book.coupons.values().filter(|coupon| coupon.is_unredeemed(book.now));
        let holding: Vec<_> = holding.map(|coupon| coupon.user.clone()).collect();
        let holder = self.rng.bool().then(|| self.rng.choice(holding)).flatten();
        let any = self.rng.u64(..=self.trades);
        let trade = holder.map_or(any, |holder| self.fresh_trade(&holder));
        let prize = self.some_offered(self.prizes());
        Focus { trade, user: self.about(trade).1, prize }
    }

    /// The number of a new trade of this buyer.
    pub(super) fn fresh_trade(&mut self, buyer: &str) -> u64 {
        self.trades += 1;
        self.buyers.insert(self.trades, buyer.to_owned());
        self.trades
    }

    /// A question about everything that there may be.
    pub(super) fn all_there_is(&self) -> Vec<Step> {
        let trades =
            (0..=self.trades).map(|nth| Step::Trade(trades::Step::Query { out_trade_no: self.out_trade_no(nth) }));
        let camps = self.book().activities.keys();
        let camps =
            camps.map(|key| Step::Activity(activities::Step::Look { camp: self.names.named(Thing::Camp, key) }));
        let points = self.cards().into_iter().flat_map(|key| {
            let card = self.names.named(Thing::Tool, &key);
            let has = move |user: &String| self.book().accounts.contains_key(&(key.clone(), user.clone()));
            let users = customers(self.nth).into_iter().chain(newcomers(self.nth).into_iter().filter(has));
            users.map(move |user| Step::Points(points::Step::Query { card: card.clone(), user }))
        });
        let tokens = self.book().tokens.keys().map(|(prize, req_id)| {
            let (token, prize) = (self.names.within(Thing::Token, prize, req_id), self.names.named(Thing::Item, prize));
            Step::Coupon(coupons::Step::Look { prize, token, presses: false })
        });
        let details = self.book().templates.keys();
        let details = details
            .map(|key| Step::Template(templates::Step::Detail { template: self.names.named(Thing::Template, key) }));
        let sent = self.book().vouchers.keys().map(|(template, own)| {
            let (template, voucher) = (template.clone(), self.names.within(Thing::Voucher, template, own));
            Step::Voucher(vouchers::Step::Query { template, voucher })
        });
        let groups = self.all_groups();
        trades.chain(camps).chain(points).chain(tokens).chain(details).chain(sent).chain(groups).collect()
    }

    /// Payments that tell what the members have, to the fen: one of a fen too much, and one of all.
    pub(super) fn last_payments(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (buyer, balance) in (*self.book().balances).clone() {
            if !self.book().payers.contains(&buyer) {
                continue;
            }
            for total in [balance + 1, balance].into_iter().filter(|total| 0 < *total) {
                let number = self.fresh();
                let (out_trade_no, subject) = (format!("w{}_last{number}", self.nth), "都买了".to_owned());
                let (buyer, shop, minutes) = (buyer.clone(), None, None);
                // Of the balance, whatever vouchers there are.
                let (product, vouchers, notifies) = (false, false, false);
                let order = Order { out_trade_no, buyer, subject, total, shop, product, vouchers, minutes, notifies };
                steps.push(Step::Trade(trades::Step::Pay(order)));
            }
        }
        steps
    }

    /// A number that nothing was called by.
    pub(super) fn fresh(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// True once in so many times.
    pub(super) fn once_in(&mut self, times: u8) -> bool {
        self.rng.u8(..times) == 0
    }

    pub(super) fn some_user(&mut self) -> String {
        if let Some(focus) = &self.focus {
            return focus.user.clone();
        }
        self.rng.choice(customers(self.nth)).expect("there are some")
    }

    pub(super) fn some_shop(&mut self) -> String {
        self.rng.choice(shops(self.nth)).expect("there are some")
    }

    /// A new order, or one under a number that was used.
    pub(super) fn order(&mut self) -> Order {
        // Of what is in focus, payments of one trade meet, and those of one buyer.
        let focus = self.focus.as_ref().map(|focus| (focus.trade, focus.user.clone()));
        let nth = match focus {
            Some((_, buyer)) if self.rng.bool() => self.fresh_trade(&buyer),
            Some((trade, _)) => trade,
            None if self.once_in(3) => self.rng.u64(..=self.trades),
            None => self.trades + 1,
        };
        self.order_of(nth)
    }

    /// The order with this number, now and then a contradiction.
    pub(super) fn order_of(&mut self, nth: u64) -> Order {
        self.trades = self.trades.max(nth);
        let (mut own, buyer) = self.about(nth);
        let odd = self.rng.u8(..12);
        Order {
            out_trade_no: self.out_trade_no(nth),
            buyer,
            subject: if odd == 0 { "别的商品".to_owned() } else { format!("商品{nth}") },
            total: own.i64(1..20_000) + i64::from(odd == 1),
            shop: (own.u8(..6) != 0).then(|| own.choice(shops(self.nth)).expect("there are some")),
            minutes: own.bool().then(|| own.i64(1..3_000)),
            notifies: own.u8(..4) != 0,
            product: own.u8(..3) != 0,
            vouchers: own.u8(..16) != 0,
        }
    }

    /// What is said of a trade follows from its number, so that most calls about it agree, and some do not: from this,
    /// and its buyer.
    fn about(&self, trade: u64) -> (Rng, String) {
        let mut own = Rng::with_seed(self.seed.rotate_left(32) ^ trade);
        let buyer = own.choice(customers(self.nth)).expect("there are some");
        (own, self.buyers.get(&trade).cloned().unwrap_or(buyer))
    }

    pub(super) fn out_trade_no(&self, nth: u64) -> String {
        format!("w{}_{nth}", self.nth)
    }

    /// Mostly one that stands so.
    fn some_trade(&mut self, statuses: &[Status]) -> String {
        if let Some(focus) = &self.focus {
            return self.out_trade_no(focus.trade);
        }
        let of = self.book().trades.iter().filter(|(_, trade)| statuses.contains(&trade.status));
        let of: Vec<_> = of.map(|(out_trade_no, _)| out_trade_no.clone()).collect();
        let any = self.rng.u64(..=self.trades + 1);
        let one = if self.once_in(4) { None } else { self.rng.choice(of) };
        one.unwrap_or_else(|| self.out_trade_no(any))
    }

    fn some_refund(&mut self) -> Step {
        let with_coupon =
            self.book().trades.iter().filter(|(_, trade)| trade.status == Status::Success && !trade.used.is_empty());
        let with_coupon: Vec<_> = with_coupon.map(|(out_trade_no, _)| out_trade_no.clone()).collect();
        let other = self.focus.is_none() && self.once_in(3);
        let one = other.then(|| self.rng.choice(with_coupon)).flatten();
        let out_trade_no = one.unwrap_or_else(|| self.some_trade(&[Status::Success]));
        self.refund_of(out_trade_no)
    }

    /// Of this trade all, a part or too much, perhaps once more.
    pub(super) fn refund_of(&mut self, out_trade_no: String) -> Step {
        let known = self.book().trades.get(&out_trade_no);
        let rest = known.map_or(5, |trade| trade.total - trade.refunded());
        let before = known.map_or(Vec::new(), |trade| trade.refunds.keys().cloned().collect());
        let amount = match self.rng.u8(..10) {
            0..=2 => rest,
            3 => rest + 1,
            4 => 0,
            _ => self.rng.i64(1..=rest.max(1)),
        };
        let again = self.once_in(6).then(|| self.rng.choice(before)).flatten().filter(|no| !no.is_empty());
        let request_no = again.unwrap_or_else(|| format!("r{}", self.rng.u8(..100)));
        Step::Trade(trades::Step::Refund { out_trade_no, request_no, amount })
    }
}

fn is_visit(step: &Step) -> bool {
    let is_fund = matches!(step, Step::Template(templates::Step::Look { .. } | templates::Step::Pay { .. }));
    let is_claim = matches!(step, Step::Coupon(coupons::Step::Look { .. } | coupons::Step::Press { .. }));
    is_fund || is_claim || matches!(step, Step::Cashier(_))
}
