//! Points on cards: deposited for trades, frozen, and then taken or given back; or taken at once.

use super::activities::Named;
use super::model::{Expect, Model};
use super::trades::Status;

/// What `koubei.marketing.tool.points.update` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) req_id: String,
    pub(crate) user: String,
    pub(crate) kind: Kind,
    pub(crate) amount: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For a trade, by our number and the platform's, in a shop.
    Deposit {
        trade: Named,
        shop: String,
    },
    Consume,
    Freeze,
    /// Of a freeze, by the `req_id` that it was made with and by its number.
    Commit {
        freeze: Named,
    },
    Cancel {
        freeze: Named,
    },
}

/// One call about a card: by its activity's key and by its own number.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Update { card: Named, update: Update },
    Query { card: Named, user: String },
}

/// A user's points on a card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) available: i64,
    pub(crate) frozen: i64,
    pub(crate) total: i64,
}

/// Points that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Freeze {
    pub(crate) user: String,
    pub(crate) amount: i64,
    pub(crate) open: bool,
}

impl Model {
    pub(crate) fn points(&mut self, step: &Step) -> Expect {
        match step {
            Step::Query { card, user } => self.query_points(card, user),
            Step::Update { card, update } => self.update_points(card, update),
        }
    }

    fn query_points(&self, card: &Named, user: &str) -> Expect {
        if card.number.is_none() {
            return Expect::refused("POINT_ACCOUNT_NOT_EXIST");
        }
        let account = self.accounts.get(&(card.key.clone(), user.to_owned())).copied().unwrap_or_default();
        Expect::Done(vec![
            ("available_points", account.available.to_string()),
            ("freezed_points", account.frozen.to_string()),
            ("total_points", account.total.to_string()),
        ])
    }

    fn update_points(&mut self, card: &Named, update: &Update) -> Expect {
        if card.number.is_none() {
            return Expect::refused("POINT_ACCOUNT_NOT_EXIST");
        }
        let key = (card.key.clone(), update.req_id.clone());
        if let Some(before) = self.updates.get(&key) {
            return if before == update { Expect::Done(Vec::new()) } else { Expect::refused("REQ_ID_CONFLICT") };
        }
        let reasons = self.refusals(&card.key, update);
        if !reasons.is_empty() {
            return Expect::Refused(reasons);
        }
        self.apply(&card.key, update);
        self.updates.insert(key, update.clone());
        Expect::Done(Vec::new())
    }

    /// All that speaks against it.
    fn refusals(&self, card: &str, update: &Update) -> Vec<&'static str> {
        let Update { user, kind, amount, .. } = update;
        let activity = &self.activities[card];
        let account = self.accounts.get(&(card.to_owned(), user.clone()));
        let mut reasons = Vec::new();
        if let Kind::Deposit { trade, shop } = kind {
            if !activity.runs(self.now) {
                reasons.push("CAMPAIGN_STATUS_ERROR");
            }
            if !activity.offer.shops.contains(shop) {
                reasons.push("SHOP_NOT_EXIST");
            }
            let known = self.trades.get(&trade.key).filter(|_| trade.number.is_some());
            let paid = known.filter(|trade| matches!(trade.status, Status::Success | Status::Finished));
            if paid.is_none_or(|trade| trade.buyer != *user) {
                reasons.push("TRADE_NOT_EXIST");
            }
            if trade.number.is_some() && self.deposited.contains(&(card.to_owned(), trade.key.clone())) {
                reasons.push("POINT_TRADE_ALREADY_DEPOSITED");
            }
            return reasons;
        }
        if activity.card_ends_at().is_some_and(|ends_at| ends_at < self.now) {
            reasons.push("CAMPAIGN_STATUS_ERROR");
        }
        if account.is_none() {
            reasons.push("POINT_ACCOUNT_NOT_EXIST");
        }
        match kind {
            Kind::Consume | Kind::Freeze => {
                let asked = amount.expect("it says how much");
                if account.copied().unwrap_or_default().available < asked {
                    reasons.push("POINT_NOT_ENOUGH");
                }
            }
            Kind::Commit { freeze } | Kind::Cancel { freeze } => {
                let found = self.freezes.get(&(card.to_owned(), freeze.key.clone()));
                match found.filter(|found| freeze.number.is_some() && found.user == *user) {
                    None => reasons.push("POINT_LOG_NOT_EXIST"),
                    Some(found) => {
                        if !found.open {
                            reasons.push("POINT_FREEZE_STATUS_ERROR");
                        }
                        if amount.is_some_and(|amount| amount != found.amount) {
                            reasons.push("INVALID_PARAMETER");
                        }
                    }
                }
            }
            Kind::Deposit { .. } => {}
        }
        reasons
    }

    fn apply(&mut self, card: &str, update: &Update) {
        let Update { req_id, user, kind, amount } = update;
        let account = self.accounts.entry((card.to_owned(), user.clone())).or_default();
        let asked = amount.unwrap_or_default();
        match kind {
            Kind::Deposit { trade, .. } => {
                account.available += asked;
                account.total += asked;
                self.deposited.insert((card.to_owned(), trade.key.clone()));
            }
            Kind::Consume => account.available -= asked,
            Kind::Freeze => {
                account.available -= asked;
                account.frozen += asked;
                let freeze = Freeze { user: user.clone(), amount: asked, open: true };
                self.freezes.insert((card.to_owned(), req_id.clone()), freeze);
            }
            Kind::Commit { freeze } | Kind::Cancel { freeze } => {
                let freeze = self.freezes.get_mut(&(card.to_owned(), freeze.key.clone())).expect("it was found");
                freeze.open = false;
                account.frozen -= freeze.amount;
                if matches!(kind, Kind::Cancel { .. }) {
                    account.available += freeze.amount;
                }
            }
        }
    }

    /// What is frozen on a card that has ended is given back.
    pub(crate) fn end_cards(&mut self) {
        for ((card, _), freeze) in self.freezes.iter_mut() {
            let ended = self.activities[card].card_ends_at().is_some_and(|ends_at| ends_at < self.now);
            if ended && freeze.open {
                self.marks.count("a card's end gave frozen points back");
                freeze.open = false;
                let account = self.accounts.get_mut(&(card.clone(), freeze.user.clone())).expect("it was frozen there");
                account.frozen -= freeze.amount;
                account.available += freeze.amount;
            }
        }
    }
}
