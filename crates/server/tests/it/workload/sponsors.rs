//! What is done next with cash vouchers: templates are made, paid for and changed, and vouchers sent, looked at and
//! barred.

use super::Play;
use super::activities::Named;
use super::choices::{customers, shops, sponsor};
use super::drafts::{Change, Draft, Period, Rules, Unit};
use super::model::{DAY, MINUTE, Step};
use super::templates::{self, Sponsor, Status, Template};
use super::trades;
use super::vouchers::{self, Name, Recipient, VoucherKey};
use super::wire::Thing;

/// How many templates there should be of which a voucher can be sent.
const TEMPLATES: usize = 2;
const HALF_HOUR: i64 = 30 * MINUTE;

impl Play<'_> {
    /// Whether there is too little to send.
    pub(super) fn wants_templates(&self) -> bool {
        self.sent_from().len() < TEMPLATES
    }

    /// The templates of which a voucher can be sent now.
    pub(super) fn sent_from(&self) -> Vec<String> {
        let (book, names) = (self.book(), &self.names);
        let live = book.templates.iter().filter(|(_, it)| it.is_sent(book.now) && 0 < it.left());
        let known = live.filter(|(key, _)| names.number(Thing::Template, key).is_some());
        known.map(|(key, _)| key.clone()).collect()
    }

    /// A template that stands so, or any.
    fn some_template(&mut self, fits: impl Fn(&Template) -> bool) -> Option<String> {
        let keys = self.book().templates.iter().filter(|(_, template)| fits(template));
        let keys: Vec<_> = keys.map(|(key, _)| key.clone()).collect();
        self.rng.choice(keys)
    }

    fn template_named(&self, key: Option<String>) -> Named {
        self.names.named(Thing::Template, &key.unwrap_or_else(|| "none".to_owned()))
    }

    /// A template is made, or what there is paid for, changed, or deleted.
    pub(super) fn some_template_step(&mut self) -> Step {
        let open = self.some_template(|it| it.status == Status::Draft);
        let open = open.filter(|key| self.names.number(Thing::FundPage, key).is_some());
        let any = self.names.keys(Thing::FundPage, "");
        Step::Template(match (open, self.rng.u8(..10)) {
            (Some(template), 0..=3) => templates::Step::Look { template, pays: !self.once_in(6) },
            (None, 0..=3) | (_, 4) => templates::Step::Create(self.some_draft()),
            (open, 5..=6) => {
                let template = match open.filter(|_| self.rng.bool()) {
                    Some(key) => Some(key),
                    None => self.some_template(|it| it.status == Status::Active || it.status == Status::Draft),
                };
                let ended = self.once_in(4).then(|| self.some_template(|_| true)).flatten();
                let key = format!("m{}", self.rng.u8(..12));
                templates::Step::Modify {
                    template: self.template_named(ended.or(template)),
                    key,
                    change: self.change(),
                }
            }
            (open, 7) => {
                let key = if self.rng.bool() { open } else { self.some_template(|_| true) };
                templates::Step::Delete { template: self.template_named(key) }
            }
            _ => match self.rng.choice(any) {
                Some(template) if self.names.number(Thing::FundForm, &template).is_some() && self.rng.bool() => {
                    templates::Step::Pay { template }
                }
                Some(template) => templates::Step::Look { template, pays: self.rng.bool() },
                None => templates::Step::Create(self.some_draft()),
            },
        })
    }

    /// Something new, or what was said before, perhaps otherwise.
    fn some_draft(&mut self) -> Draft {
        let before: Vec<Draft> = self.past.iter().filter_map(drafted).cloned().collect();
        let again = self.once_in(5).then(|| self.rng.choice(before)).flatten();
        let Some(mut draft) = again else { return self.draft() };
        if self.rng.bool() {
            draft.amount += 1;
        }
        draft
    }

    pub(super) fn draft(&mut self) -> Draft {
        let (now, nth) = (self.book().now, self.fresh());
        let starts_at = match self.rng.u8(..12) {
            0..=1 => now + DAY + HALF_HOUR,
            // Further ahead than may be.
            2 if self.rng.bool() => now + 16 * DAY,
            _ => now - self.rng.i64(1..30) * DAY,
        };
        // One in twenty has ended before.
        let ends_at = starts_at.max(now) + self.rng.i64(-1..20) * DAY + HALF_HOUR;
        // Half a hundredth of the least order is the least that there may be; now and then it is less.
        let amount = if self.once_in(24) { self.rng.i64(1..10) } else { self.rng.i64(10..3_000) };
        let floor = match self.rng.u8(..8) {
            0..=3 => 0,
            4 if self.once_in(4) => 200 * amount + 1,
            _ => self.rng.i64(0..8_000).min(200 * amount),
        };
        let sponsor = match self.rng.u8(..20) {
            0..=1 => Sponsor::Nobody,
            2..=5 => Sponsor::Seller,
            6..=8 => Sponsor::User(self.rng.choice(customers(self.nth)).expect("there are some")),
            _ => Sponsor::User(sponsor(self.nth)),
        };
        Draft {
            out_biz_no: format!("template{nth}"),
            sponsor,
            slogan: self.rng.bool().then(|| format!("券{}", nth % 100)),
            amount,
            floor,
            quantity: if self.once_in(10) { self.rng.i64(100..1_000) } else { self.rng.i64(1..6) },
            starts_at,
            ends_at,
            valid: self.period(ends_at),
            rules: self.rules(),
            redirects: self.once_in(3),
            notifies: !self.once_in(4),
        }
    }

    fn period(&mut self, publish_ends_at: i64) -> Period {
        let now = self.book().now;
        match self.rng.u8(..10) {
            // Over before the last is sent; now and then before the first, which may not be.
            0 => {
                Period::Absolute { starts_at: now - 5 * DAY, ends_at: now + self.rng.i64(-1..40) * HALF_HOUR + MINUTE }
            }
            1..=2 => Period::Absolute { starts_at: now + HALF_HOUR, ends_at: publish_ends_at + DAY },
            3..=4 => Period::Absolute { starts_at: now - DAY, ends_at: publish_ends_at + 30 * DAY },
            5 => Period::Relative { duration: self.rng.i64(5..120), unit: Unit::Minute },
            6..=7 => Period::Relative { duration: self.rng.i64(1..72), unit: Unit::Hour },
            _ => Period::Relative { duration: self.rng.i64(1..=91), unit: Unit::Day },
        }
    }

    fn rules(&mut self) -> Rules {
        if self.rng.bool() {
            return Rules::default();
        }
        let mut here = || (self.rng.u8(..4) == 0).then(|| self.rng.u8(..8) != 0);
        let (merchant, payee) = (here(), here());
        let mut named = shops(self.nth);
        if self.rng.bool() {
            named.remove(self.rng.usize(..named.len()));
        }
        Rules { merchant, payee, shops: self.once_in(3).then_some(named), product: self.once_in(3) }
    }

    /// Mostly one that a draft or a paid template can take.
    fn change(&mut self) -> Change {
        let now = self.book().now;
        let ends_at = match self.rng.u8(..12) {
            0 => None,
            // Longer than may be.
            1 => Some(now + 100 * DAY + HALF_HOUR),
            2 => Some(now - HALF_HOUR),
            _ => Some(now + self.rng.i64(0..20) * DAY + HALF_HOUR),
        };
        Change {
            slogan: self.once_in(3).then(|| "新券".to_owned()),
            starts_at: self.once_in(4).then(|| now - self.rng.i64(-2..9) * DAY),
            valid: self.once_in(4).then(|| self.period(ends_at.unwrap_or(now + DAY))),
            ends_at,
        }
    }

    /// Mostly of a template of which something is left, under a number of its own.
    pub(super) fn some_send(&mut self) -> Step {
        let (now, from) = (self.book().now, self.sent_from());
        let key = match self.rng.u8(..12) {
            0 => self.some_template(|_| true),
            1..=2 => self.some_template(|it| it.status == Status::Active && now < it.draft.starts_at),
            _ => self.rng.choice(from.clone()),
        };
        let key = key.or_else(|| self.rng.choice(from)).or_else(|| self.some_template(|_| true));
        let user = self.some_user();
        let key = key.unwrap_or_else(|| "none".to_owned());
        let before = self.book().vouchers.keys().filter(|(of, _)| *of == key).map(|(_, own)| own.clone());
        let before: Vec<_> = before.collect();
        let again = self.once_in(4).then(|| self.rng.choice(before)).flatten();
        // A repeat for its user, most times.
        let user = match &again {
            Some(own) if self.rng.bool() => self.book().vouchers[&(key.clone(), own.clone())].user.clone(),
            _ => user,
        };
        let out_biz_no = again.unwrap_or_else(|| format!("v{}", self.fresh()));
        self.send(&key, out_biz_no, user)
    }

    pub(super) fn send(&mut self, template: &str, out_biz_no: String, user: String) -> Step {
        let name = match self.rng.u8(..20) {
            0 => Name::Nobodys,
            1..=4 => Name::LoginId,
            5..=8 => Name::TaobaoNick,
            9..=10 => Name::All,
            _ => Name::UserId,
        };
        let template = self.names.named(Thing::Template, template);
        Step::Voucher(vouchers::Step::Send { template, out_biz_no, to: Recipient { user, name } })
    }

    /// The vouchers of which the number is known, and of those the ones that fit.
    pub(super) fn held(&self, fits: impl Fn(&vouchers::Voucher) -> bool) -> Vec<VoucherKey> {
        let book = self.book();
        let fits = |key: &&VoucherKey| book.vouchers.get(*key).is_some_and(&fits);
        book.voucher_ids.keys().filter(fits).cloned().collect()
    }

    pub(super) fn query_of(&self, (template, own): &VoucherKey) -> Step {
        let voucher = self.names.within(Thing::Voucher, template, own);
        Step::Voucher(vouchers::Step::Query { template: template.clone(), voucher })
    }

    /// One voucher is looked at, or all of a user's.
    pub(super) fn some_voucher_look(&mut self) -> Step {
        let focus = self.focus.as_ref().map(|focus| focus.user.clone());
        let (any, now) = (self.rng.bool(), self.book().now);
        let waits = |voucher: &vouchers::Voucher| any || voucher.usage.is_unredeemed(now);
        let of_interest =
            self.held(|voucher| waits(voucher) && focus.as_ref().is_none_or(|user| *user == voucher.user));
        let one = self.rng.choice(of_interest).unwrap_or_else(|| ("none".to_owned(), "none".to_owned()));
        if self.once_in(3) {
            let template = if one.0 == "none" { self.some_template(|_| true) } else { Some(one.0) };
            let template = self.template_named(template);
            return Step::Voucher(vouchers::Step::List { template, user: self.some_user() });
        }
        self.query_of(&one)
    }

    pub(super) fn detail_of(&self, template: &str) -> Step {
        Step::Template(templates::Step::Detail { template: self.names.named(Thing::Template, template) })
    }

    pub(super) fn some_detail(&mut self) -> Step {
        let key = self.some_template(|_| true).unwrap_or_else(|| "none".to_owned());
        self.detail_of(&key)
    }

    /// An operator bars a voucher or frees it: one that is barred, if there is one.
    pub(super) fn some_bar(&mut self) -> Step {
        let now = self.book().now;
        let barred = self.held(|voucher| voucher.barred && voucher.usage.is_unredeemed(now));
        let any = if self.once_in(4) { self.held(|_| true) } else { self.held(|it| it.usage.is_unredeemed(now)) };
        let frees = !self.once_in(4) && !barred.is_empty();
        match self.rng.choice(if frees { barred } else { any }) {
            Some(key) => self.bar(&key, !frees),
            None => self.some_send(),
        }
    }

    pub(super) fn bar(&self, (template, own): &VoucherKey, barred: bool) -> Step {
        let voucher = self.names.within(Thing::Voucher, template, own);
        Step::Voucher(vouchers::Step::Bar { template: template.clone(), voucher, barred })
    }

    /// Of a trade that was paid with a cash voucher, if there is one.
    pub(super) fn some_voucher_refund(&mut self) -> Step {
        let with_cash = self.paid_with_cash();
        match self.rng.choice(with_cash) {
            Some(out_trade_no) => self.refund_of(out_trade_no),
            None => Step::Trade(trades::Step::Pay(self.order())),
        }
    }

    /// The trades that were paid with a cash voucher and can be refunded.
    pub(super) fn paid_with_cash(&self) -> Vec<String> {
        let paid = self.book().trades.iter().filter(|(_, trade)| {
            trade.status == trades::Status::Success && trade.used.iter().any(|used| used.what.is_cash())
        });
        paid.map(|(out_trade_no, _)| out_trade_no.clone()).collect()
    }

    /// Pages tell what sponsors have, to the fen: whoever has too little by one is told.
    pub(super) fn sponsors_tell(&mut self) {
        for sponsor in [Sponsor::Seller, Sponsor::User(sponsor(self.nth))] {
            let balance = match &sponsor {
                Sponsor::User(user) => self.book().balances[user],
                Sponsor::Seller | Sponsor::Nobody => self.book().seller,
            };
            let draft = self.draft();
            let (now, rules) = (self.book().now, Rules::default());
            let (starts_at, ends_at, amount) = (now - DAY, now + DAY, (balance + 1).max(10));
            let valid = Period::Relative { duration: 1, unit: Unit::Day };
            let draft = Draft { sponsor, amount, floor: 0, quantity: 1, starts_at, ends_at, valid, rules, ..draft };
            let template = draft.out_biz_no.clone();
            self.race(&[Step::Template(templates::Step::Create(draft))], false);
            self.race(&[Step::Template(templates::Step::Look { template, pays: true })], false);
        }
    }
}

fn drafted(step: &Step) -> Option<&Draft> {
    match step {
        Step::Template(templates::Step::Create(draft)) => Some(draft),
        _ => None,
    }
}
