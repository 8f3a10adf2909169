//! What is done next: few things and few numbers, so that calls meet, repeat each other and contradict each other.

use super::activities::{self, Named};
use super::coupons;
use super::model::Step;
use super::offers::{CARDS, PRIZES, card_key, prize_key};
use super::points::{self, Kind, Update};
use super::trades::{self, Order};
use super::wire::Thing;
use super::{Play, RACERS};
use fastrand::Rng;

const USERS: u64 = 4;
const SHOPS: u64 = 2;
const TRADES: u64 = 16;
/// Numbers of updates for each card, and of tokens for each prize.
const UPDATES: u64 = 24;
const TOKENS: u64 = 8;

/// The members of the nth merchant.
pub(crate) fn users(nth: u64) -> Vec<String> {
    (0..USERS).map(|user| user_id(nth, user)).collect()
}

/// Its shops.
pub(crate) fn shops(nth: u64) -> Vec<String> {
    (0..SHOPS).map(|shop| shop_id(nth, shop)).collect()
}

fn user_id(nth: u64, user: u64) -> String {
    format!("20883{nth:09}{user:02}")
}

fn shop_id(nth: u64, shop: u64) -> String {
    format!("2026010100077{nth:013}{shop:02}")
}

impl Play<'_> {
    pub(super) fn some_step(&mut self) -> Step {
        match self.rng.u8(..40) {
            0..=6 => Step::Trade(trades::Step::Pay(self.order())),
            7..=9 => Step::Trade(trades::Step::Create(self.order())),
            10..=14 => self.some_refund(),
            15 => Step::Trade(trades::Step::Cancel { out_trade_no: self.some_trade() }),
            16 => Step::Trade(trades::Step::Close { out_trade_no: self.some_trade() }),
            17 => Step::Trade(trades::Step::Query { out_trade_no: self.some_trade() }),
            18..=20 => Step::Activity(activities::Step::Create(self.some_offer())),
            21 => self.some_change(),
            22..=29 => self.some_update(),
            30 => {
                let (card, user) = (self.some_card(), self.some_user());
                Step::Points(points::Step::Query { card, user })
            }
            31..=33 => self.some_authorisation(),
            34..=36 => self.some_visit(),
            _ => {
                let again = self.rng.choice(self.past.clone());
                again.unwrap_or_else(|| self.some_refund())
            }
        }
    }

    /// Several steps, of which some are the same.
    pub(super) fn some_steps(&mut self) -> Vec<Step> {
        let mut steps = vec![self.some_step()];
        while steps.len() < RACERS {
            let again = self.rng.bool().then(|| self.rng.choice(steps.clone())).flatten();
            let next = again.unwrap_or_else(|| self.some_step());
            steps.push(next);
        }
        steps
    }

    /// A question about everything that there may be.
    pub(super) fn all_there_is(&self) -> Vec<Step> {
        let trades = (0..TRADES).map(|nth| Step::Trade(trades::Step::Query { out_trade_no: self.out_trade_no(nth) }));
        let camps = (0..CARDS).map(card_key).chain((0..PRIZES).map(prize_key));
        let camps =
            camps.map(|key| Step::Activity(activities::Step::Look { camp: self.names.named(Thing::Camp, &key) }));
        let points = (0..CARDS).flat_map(|card| {
            let card = self.names.named(Thing::Tool, &card_key(card));
            users(self.nth).into_iter().map(move |user| Step::Points(points::Step::Query { card: card.clone(), user }))
        });
        let tokens = (0..PRIZES).map(prize_key).flat_map(|key| {
            let prize = self.names.named(Thing::Item, &key);
            let known = self.names.keys(Thing::Token, &key).into_iter();
            known.map(move |req_id| {
                let token = self.names.within(Thing::Token, &key, &req_id);
                Step::Coupon(coupons::Step::Look { prize: prize.clone(), token })
            })
        });
        trades.chain(camps).chain(points).chain(tokens).collect()
    }

    /// What is said of a number follows from it, so that most calls about it agree, and some do not.
    pub(super) fn own(&self, kind: u64, nth: u64) -> Rng {
        Rng::with_seed(self.nth << 32 | kind << 16 | nth)
    }

    fn order(&mut self) -> Order {
        let nth = self.rng.u64(..TRADES);
        let mut own = self.own(0, nth);
        let odd = self.rng.u8(..12);
        Order {
            out_trade_no: self.out_trade_no(nth),
            buyer: self.buyer(nth),
            subject: if odd == 0 { "别的商品".to_owned() } else { format!("商品{nth}") },
            total: own.i64(1..20_000) + i64::from(odd == 1),
            shop: (own.u8(..4) != 0).then(|| shop_id(self.nth, own.u64(..SHOPS))),
            minutes: own.bool().then(|| own.i64(1..3_000)),
            notifies: own.u8(..4) != 0,
        }
    }

    /// Who buys under this number.
    fn buyer(&self, trade: u64) -> String {
        user_id(self.nth, self.own(1, trade).u64(..USERS))
    }

    fn out_trade_no(&self, nth: u64) -> String {
        format!("w{}_{nth}", self.nth)
    }

    fn some_trade(&mut self) -> String {
        let nth = self.rng.u64(..TRADES);
        self.out_trade_no(nth)
    }

    fn some_user(&mut self) -> String {
        user_id(self.nth, self.rng.u64(..USERS))
    }

    fn some_refund(&mut self) -> Step {
        let out_trade_no = self.some_trade();
        let rest = self.book().trades.get(&out_trade_no).map_or(5, |trade| trade.total - trade.refunded());
        let amount = match self.rng.u8(..6) {
            0 => rest,
            1 => rest + 1,
            2 => 0,
            _ => self.rng.i64(1..=rest.max(1)),
        };
        let request_no = format!("r{}", self.rng.u8(..5));
        Step::Trade(trades::Step::Refund { out_trade_no, request_no, amount })
    }

    fn some_card(&mut self) -> Named {
        let key = card_key(self.rng.u64(..CARDS));
        self.names.named(Thing::Tool, &key)
    }

    fn some_update(&mut self) -> Step {
        let card = self.some_card();
        let nth = self.rng.u64(..UPDATES);
        let mut own = self.own(if card.key == card_key(0) { 4 } else { 5 }, nth);
        let trade = own.u64(..TRADES);
        let mut user = if own.u8(..6) == 0 { self.some_user() } else { self.buyer(trade) };
        let mut amount = Some(own.i64(1..6) + i64::from(self.rng.u8(..12) == 0));
        let kind = match own.u8(..12) {
            0..=4 => {
                let trade = self.names.named(Thing::Trade, &self.out_trade_no(trade));
                amount = amount.map(|amount| 3 * amount);
                Kind::Deposit { trade, shop: shop_id(self.nth, own.u64(..SHOPS)) }
            }
            5..=7 => Kind::Freeze,
            8 => Kind::Consume,
            ending => {
                let known = self.names.keys(Thing::PointLog, &card.key);
                let key = self.rng.choice(known).unwrap_or_else(|| "none".to_owned());
                let freeze = self.names.within(Thing::PointLog, &card.key, &key);
                let of = self.book().updates.get(&(card.key.clone(), key)).cloned();
                if let Some(of) = of.filter(|_| self.rng.u8(..8) != 0) {
                    user = of.user;
                    amount = self.rng.bool().then_some(of.amount).flatten();
                }
                if ending == 9 { Kind::Cancel { freeze } } else { Kind::Commit { freeze } }
            }
        };
        let update = Update { req_id: format!("q{nth}"), user, kind, amount };
        Step::Points(points::Step::Update { card, update })
    }

    fn some_authorisation(&mut self) -> Step {
        let (prize, nth) = (self.rng.u64(..PRIZES), self.rng.u64(..TOKENS));
        let own = self.own(6 + prize, nth).u64(..USERS);
        let user = if self.rng.u8(..8) == 0 { self.some_user() } else { user_id(self.nth, own) };
        let prize = self.names.named(Thing::Tool, &prize_key(prize));
        Step::Coupon(coupons::Step::Authorise { prize, req_id: format!("k{nth}"), user })
    }

    fn some_visit(&mut self) -> Step {
        let key = prize_key(self.rng.u64(..PRIZES));
        let known = self.names.keys(Thing::Token, &key);
        let req_id = self.rng.choice(known).unwrap_or_else(|| "none".to_owned());
        let token = self.names.within(Thing::Token, &key, &req_id);
        Step::Coupon(coupons::Step::Look { prize: self.names.named(Thing::Item, &key), token })
    }
}
