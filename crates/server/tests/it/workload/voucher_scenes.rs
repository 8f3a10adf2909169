//! What chance alone would seldom bring together of cash vouchers: who wants the last one of a template, payments that
//! want one voucher, ends of sending and of vouchers while they are sent and used, and payments for one template.

use super::Play;
use super::cashier::{self, Choice};
use super::choices::{customers, sponsor};
use super::drafts::{Change, Draft, Period, Rules, Unit};
use super::model::{DAY, MINUTE, Step};
use super::taking::{Choices, Holding};
use super::templates::{self, Sponsor, Status};
use super::trades;
use super::vouchers::{self, VoucherKey};
use super::wire::Thing;

impl Play<'_> {
    /// One of those.
    pub(super) fn voucher_scene(&mut self) -> Option<Vec<Step>> {
        match self.rng.u8(..7) {
            0 => self.last_voucher_scene(),
            1 => self.one_voucher_scene(),
            2 => self.end_of_sending_scene(),
            3 => self.clock_scene(),
            4 => self.end_of_voucher_scene(),
            5 => self.fund_scene(),
            _ => self.voucher_refunds_scene(),
        }
    }

    /// The key of a template of which a voucher can be sent; a new one that is paid for if there is none that fits.
    fn sendable(&mut self, fits: impl Fn(&Draft) -> bool, change: impl Fn(&mut Draft, i64)) -> Option<String> {
        let from = self.sent_from().into_iter().filter(|key| fits(&self.book().templates[key].draft));
        let from: Vec<_> = from.collect();
        if let Some(key) = self.rng.choice(from) {
            return Some(key);
        }
        let (mut draft, now) = (self.draft(), self.book().now);
        let seller_has_it = 20_000 < self.book().seller;
        let sellers = seller_has_it && self.once_in(3);
        draft.sponsor = if sellers { Sponsor::Seller } else { Sponsor::User(sponsor(self.nth)) };
        (draft.starts_at, draft.ends_at) = (now - DAY, now + self.rng.i64(1..10) * DAY);
        draft.valid = match self.rng.u8(..6) {
            // Not yet; and over before the last is sent.
            0 => Period::Absolute { starts_at: now + 30 * MINUTE, ends_at: draft.ends_at + DAY },
            1 => Period::Absolute { starts_at: now - DAY, ends_at: now + 30 * MINUTE },
            _ => Period::Relative { duration: self.rng.i64(1..100), unit: Unit::Hour },
        };
        draft.amount = draft.amount.max(10);
        (draft.floor, draft.quantity) = (draft.floor.min(2_000), self.rng.i64(1..5));
        (draft.rules.merchant, draft.rules.payee) = (None, None);
        change(&mut draft, now);
        let key = draft.out_biz_no.clone();
        self.race(&[Step::Template(templates::Step::Create(draft))], false);
        self.names.number(Thing::FundPage, &key)?;
        self.race(&[Step::Template(templates::Step::Look { template: key.clone(), pays: true })], false);
        self.book().templates.get(&key).filter(|template| template.status == Status::Active)?;
        Some(key)
    }

    fn sends(&mut self, template: &str, count: usize) -> Vec<Step> {
        let users = customers(self.nth);
        let send = |play: &mut Self| {
            let user = play.rng.choice(users.clone()).expect("there are some");
            let own = format!("v{}", play.fresh());
            play.send(template, own, user)
        };
        (0..count).map(|_| send(self)).collect()
    }

    /// More want a voucher than are left. They are looked at then.
    fn last_voucher_scene(&mut self) -> Option<Vec<Step>> {
        // Some cannot be used yet.
        let later = self.once_in(3);
        let is_later = |draft: &Draft| matches!(draft.valid, Period::Absolute { .. });
        let template = self.sendable(
            |draft| draft.quantity < 20 && (!later || is_later(draft)),
            |draft, now| {
                if later {
                    draft.valid = Period::Absolute { starts_at: now + 30 * MINUTE, ends_at: draft.ends_at + DAY };
                }
            },
        )?;
        // As many as it takes, unless what is sent would be over by now.
        for _ in 2..self.book().templates[&template].left() {
            let sends = self.sends(&template, 1);
            self.race(&sends, false);
        }
        let mut steps = self.sends(&template, 3);
        // The number of one of them for another user.
        let again = steps[0].clone();
        if let Step::Voucher(vouchers::Step::Send { out_biz_no, .. }) = again {
            let user = self.some_user();
            steps.push(self.send(&template, out_biz_no, user));
        }
        steps.push(self.detail_of(&template));
        self.race(&steps, false);
        let of_it = self.held(|_| true).into_iter().filter(|(of, _)| *of == template);
        Some(of_it.take(2).map(|key| self.query_of(&key)).collect())
    }

    /// A voucher that can be used now; one that is sent if there is none.
    fn usable_voucher(&mut self) -> Option<VoucherKey> {
        let now = self.book().now;
        let usable = self.held(|voucher| voucher.usage.is_good(now) && !voucher.barred);
        if let Some(key) = self.rng.choice(usable) {
            return Some(key);
        }
        let lasts = |draft: &Draft| matches!(draft.valid, Period::Relative { .. });
        let template = self.sendable(lasts, |draft, _| {
            draft.valid = Period::Relative { duration: 40, unit: Unit::Hour };
            draft.rules = Rules::default();
        })?;
        let sends = self.sends(&template, 1);
        self.race(&sends, false);
        self.held(|voucher| voucher.usage.is_good(now)).pop()
    }

    /// Payments of one user, who has vouchers, at once: one gets each. Or an operator bars the voucher meanwhile.
    fn one_voucher_scene(&mut self) -> Option<Vec<Step>> {
        let key = self.usable_voucher()?;
        let user = self.book().vouchers[&key].user.clone();
        let trades: Vec<_> = (0..3).map(|_| self.fresh_trade(&user)).collect();
        let order = self.order_of(trades[0]);
        let at_cashier = order.out_trade_no.clone();
        self.race(&[Step::Trade(trades::Step::Create(order))], false);
        let mut steps = Vec::new();
        for trade in &trades[1..] {
            steps.push(Step::Trade(trades::Step::Pay(self.order_of(*trade))));
        }
        if self.names.number(Thing::Page, &at_cashier).is_some() {
            let look = self.look(&at_cashier);
            if self.rng.bool() {
                // Then it is known what it holds.
                self.race(std::slice::from_ref(&look), false);
            }
            steps.push(look);
        }
        match self.rng.u8(..6) {
            0 => steps.push(self.bar(&key, true)),
            1 => self.race(&[self.bar(&key, true), self.query_of(&key)], false),
            2 => {
                self.race(&[self.bar(&key, true)], false);
                steps.push(self.bar(&key, false));
            }
            3..=4 => steps.extend(self.form_of_taken(&at_cashier, &key)),
            _ => {}
        }
        steps.push(self.query_of(&key));
        Some(steps)
    }

    /// A form of the cashier's page whose voucher another payment has taken since, after the page held it no longer.
    fn form_of_taken(&mut self, at_cashier: &str, key: &VoucherKey) -> Option<Step> {
        self.names.number(Thing::Page, at_cashier)?;
        let number = self.book().voucher_ids.get(key)?.clone();
        let choice = Choices { coupon: Choice::None, cash: Choice::One(number) };
        let trade = at_cashier.to_owned();
        let seen = cashier::Step::Look { trade: trade.clone(), choice: choice.clone(), pays: false };
        self.race(&[Step::Cashier(seen)], false);
        self.names.number(Thing::Form, at_cashier)?;
        self.advance(20);
        let user = self.book().vouchers[key].user.clone();
        let other = self.fresh_trade(&user);
        let pays = Step::Trade(trades::Step::Pay(self.order_of(other)));
        self.race(&[pays], false);
        Some(Step::Cashier(cashier::Step::Pay { trade, form: choice }))
    }

    /// The end of sending is moved into the past while vouchers are sent.
    fn end_of_sending_scene(&mut self) -> Option<Vec<Step>> {
        let template = self.sendable(|_| true, |_, _| ())?;
        let (now, key) = (self.book().now, format!("m{}", self.fresh()));
        let change = Change { ends_at: Some(now - 5 * MINUTE), ..Change::default() };
        let mut steps = self.sends(&template, 3);
        let template = self.names.named(Thing::Template, &template);
        steps.push(self.detail_of(&template.key));
        steps.push(Step::Template(templates::Step::Modify { template, key, change }));
        Some(steps)
    }

    /// Sending ends by the clock while vouchers are sent, which live on. They are looked at then.
    fn clock_scene(&mut self) -> Option<Vec<Step>> {
        let lasts = |draft: &Draft| matches!(draft.valid, Period::Relative { unit: Unit::Day, .. });
        let ends_soon = |now: i64| move |draft: &Draft| lasts(draft) && draft.ends_at < now + DAY / 2;
        let now = self.book().now;
        let template = self.sendable(ends_soon(now), |draft, now| {
            draft.ends_at = now + 10 * MINUTE;
            draft.valid = Period::Relative { duration: 3, unit: Unit::Day };
        })?;
        // The clock passes the end in the second of two minutes, in which nothing else should be due.
        let left = (self.book().templates[&template].draft.ends_at - self.book().now) / MINUTE;
        if 1 < left {
            self.advance(left - 1);
        }
        let mut steps = self.sends(&template, 3);
        steps.push(Step::Clock { ms: 2 * MINUTE });
        self.race(&steps, false);
        self.hear();
        let sent = self.held(|_| true).into_iter().filter(|(of, _)| *of == template);
        for key in sent.collect::<Vec<_>>() {
            self.race(&[self.query_of(&key)], false);
        }
        let mut steps = self.sends(&template, 2);
        steps.push(self.detail_of(&template));
        Some(steps)
    }

    /// Vouchers are at their last moment, or past it, and are used and sent.
    fn end_of_voucher_scene(&mut self) -> Option<Vec<Step>> {
        // Often of a template whose vouchers are over before it is.
        let early = self.rng.bool().then(|| self.early_voucher()).flatten();
        let key = early.or_else(|| self.usable_voucher())?;
        let voucher = self.book().vouchers[&key].clone();
        let left = (voucher.usage.ends_at - self.book().now) / MINUTE;
        let past = if self.rng.bool() { 5 } else { 0 };
        self.advance(left.max(0) + past);
        let trades: Vec<_> = (0..2).map(|_| self.fresh_trade(&voucher.user)).collect();
        let mut steps = Vec::new();
        for trade in trades {
            steps.push(Step::Trade(trades::Step::Pay(self.order_of(trade))));
        }
        steps.extend(self.sends(&key.0, 1));
        steps.extend([self.query_of(&key), self.detail_of(&key.0)]);
        Some(steps)
    }

    /// One of a template whose vouchers are over before sending is.
    fn early_voucher(&mut self) -> Option<VoucherKey> {
        let is_early =
            |draft: &Draft| matches!(draft.valid, Period::Absolute { ends_at, .. } if ends_at < draft.ends_at);
        let template = self.sendable(is_early, |draft, now| {
            draft.valid = Period::Absolute { starts_at: now - DAY, ends_at: now + 30 * MINUTE };
            draft.rules = Rules::default();
        })?;
        let sends = self.sends(&template, 1);
        self.race(&sends, false);
        let now = self.book().now;
        let usable = self.held(|voucher| voucher.usage.is_good(now) && !voucher.barred);
        usable.into_iter().find(|(of, _)| *of == template)
    }

    /// A template is paid for several times at once, beside another of the same sponsor, and changed or deleted.
    fn fund_scene(&mut self) -> Option<Vec<Step>> {
        let now = self.book().now;
        let mut keys = Vec::new();
        for _ in 0..2 {
            let mut draft = self.draft();
            draft.sponsor = Sponsor::User(sponsor(self.nth));
            // Some are not sent yet.
            let starts_at = if self.rng.bool() { now + DAY } else { now - DAY };
            (draft.starts_at, draft.ends_at) = (starts_at, now + 2 * DAY);
            (draft.amount, draft.floor) = (draft.amount.max(10), 0);
            draft.valid = Period::Relative { duration: 2, unit: Unit::Day };
            if self.rng.bool() {
                // Enough for one of the two.
                let has = self.book().balances[&sponsor(self.nth)];
                draft.quantity = (has * 2 / 3 / draft.amount).clamp(1, 99_999);
            }
            keys.push(draft.out_biz_no.clone());
            self.race(&[Step::Template(templates::Step::Create(draft))], false);
        }
        keys.retain(|key| self.names.number(Thing::FundPage, key).is_some());
        let (one, other) = (keys.first()?.clone(), keys.last()?.clone());
        let look = |template: &String| Step::Template(templates::Step::Look { template: template.clone(), pays: true });
        let mut steps = vec![look(&one), look(&one), look(&other)];
        let template = self.names.named(Thing::Template, &one);
        steps.push(Step::Template(match self.rng.u8(..3) {
            0 => templates::Step::Delete { template },
            1 => {
                let change = Change { ends_at: Some(now + 3 * DAY), ..Change::default() };
                templates::Step::Modify { template, key: format!("m{}", self.fresh()), change }
            }
            _ => templates::Step::Detail { template },
        }));
        Some(steps)
    }

    /// A trade that was paid with a cash voucher is given back in parts at once.
    fn voucher_refunds_scene(&mut self) -> Option<Vec<Step>> {
        let out_trade_no = self.rng.choice(self.paid_with_cash())?;
        let used = self.book().trades[&out_trade_no].used.clone();
        let key = used.into_iter().find_map(|used| match used.what {
            Holding::Cash(key) => Some(key),
            Holding::Coupon(_) => None,
        })?;
        let mut steps: Vec<_> = (0..3).map(|_| self.refund_of(out_trade_no.clone())).collect();
        steps.extend([self.query_of(&key), self.detail_of(&key.0)]);
        if self.once_in(4) {
            steps.push(Step::Trade(trades::Step::Cancel { out_trade_no }));
        }
        Some(steps)
    }
}
