//! Templates of cash vouchers: made, paid for by their sponsors, changed, deleted, and over, when what is left of their
//! money goes back.

use super::activities::Named;
use super::drafts::{Change, Draft};
use super::model::{Expect, Model};
use std::collections::BTreeMap;
use wire::money;

/// What the page says on which a template is paid for.
pub(crate) mod page {
    pub(crate) const TO_PAY: &str = "支付券资金";
    pub(crate) const PAID: &str = "付款成功";
    pub(crate) const EXPIRED: &str = "付款超时";
    pub(crate) const DELETED: &str = "资金订单已关闭";

    /// What its address says came of a form; and that the browser goes on to the merchant.
    pub(crate) const SAID_PAID: &str = "paid";
    pub(crate) const PAID_ALREADY: &str = "paid-already";
    pub(crate) const SHORT_BALANCE: &str = "short-balance";
    pub(crate) const ONWARD: &str = "onward";
}

/// One call, or a part of a visit to the page.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Create(Draft),
    Modify {
        template: Named,
        key: String,
        change: Change,
    },
    Delete {
        template: Named,
    },
    Detail {
        template: Named,
    },
    /// Looks at the page of this one. Who `pays` then sends the form that is there, with the right PIN.
    Look {
        template: String,
        pays: bool,
    },
    /// Sends its form, perhaps one that was seen long before.
    Pay {
        template: String,
    },
}

/// Who pays for a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sponsor {
    /// The merchant.
    Seller,
    User(String),
    /// A login id that nobody has.
    Nobody,
}

/// As the wire spells them, in Rust's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    Active,
    Expired,
    Deleted,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Status::Draft => "I",
            Status::Active => "S",
            Status::Expired => "E",
            Status::Deleted => "D",
        }
    }
}

/// A template as its merchant knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    /// As it was made, which a repeat must say again.
    made: Draft,
    /// As it is.
    pub(crate) draft: Draft,
    pub(crate) status: Status,
    pub(crate) is_paid: bool,
    /// How it stood when it was changed under which key.
    done: BTreeMap<String, Status>,
    /// How many vouchers were sent, were used, and have gone by.
    pub(crate) published: i64,
    pub(crate) used: i64,
    pub(crate) expired: i64,
    /// What the used ones took off, and what of that went back with refunds.
    pub(crate) used_fen: i64,
    pub(crate) refunded: i64,
    /// What went back from its fund.
    returned: i64,
}

impl Template {
    pub(crate) fn cost(&self) -> i64 {
        self.draft.amount * self.draft.quantity
    }

    /// Vouchers that can be used still, or go by.
    pub(crate) fn live(&self) -> i64 {
        self.published - self.used - self.expired
    }

    pub(crate) fn left(&self) -> i64 {
        self.draft.quantity - self.published
    }

    /// Whether a voucher of it can be sent now, if one is left.
    pub(crate) fn is_sent(&self, now: i64) -> bool {
        self.status == Status::Active && self.draft.starts_at <= now
    }

    fn detail(&self) -> Expect {
        let Draft { amount, floor, quantity, starts_at, ends_at, valid, .. } = &self.draft;
        Expect::Done(vec![
            ("status", self.status.name().to_owned()),
            ("voucher_name", self.draft.voucher_name()),
            ("publish_start_time", wire::time::format(*starts_at)),
            ("publish_end_time", wire::time::format(*ends_at)),
            ("voucher_valid_period", valid.to_text()),
            ("amount", money::format(*amount)),
            ("floor_amount", money::format(*floor)),
            ("voucher_quantity", quantity.to_string()),
            ("total_amount", money::format(self.cost())),
            ("publish_count", self.published.to_string()),
            ("publish_amount", money::format(self.published * amount)),
            ("used_count", self.used.to_string()),
            ("used_amount", money::format(self.used_fen)),
            ("recycle_amount", money::format(self.refunded + self.returned)),
        ])
    }
}

impl Model {
    pub(crate) fn template(&mut self, step: &Step) -> Expect {
        match step {
            Step::Create(draft) => self.draft(draft),
            Step::Modify { template, key, change } => self.change(template, key, change),
            Step::Delete { template } => match self.known_template(template) {
                None => Expect::refused("VOUCHER_TEMPLATE_NOT_EXIST"),
                Some(known) if matches!(known.status, Status::Draft | Status::Deleted) => {
                    known.status = Status::Deleted;
                    Expect::Done(Vec::new())
                }
                Some(_) => Expect::refused("VOUCHER_TEMPLATE_STATUS_ERROR"),
            },
            Step::Detail { template } => match self.known_template(template) {
                None => Expect::refused("VOUCHER_TEMPLATE_NOT_EXIST"),
                Some(known) => known.detail(),
            },
            Step::Look { template, .. } => self.look_at_fund(template),
            Step::Pay { template } => self.pay_for(template),
        }
    }

    /// The template of that number, if it is one.
    pub(crate) fn known_template(&mut self, template: &Named) -> Option<&mut Template> {
        template.number.as_ref()?;
        self.templates.get_mut(&template.key)
    }

    fn draft(&mut self, draft: &Draft) -> Expect {
        let mut reasons = Vec::new();
        if self.templates.get(&draft.out_biz_no).is_some_and(|known| known.made != *draft) {
            reasons.push("OUT_BIZ_NO_CONFLICT");
        } else if self.templates.contains_key(&draft.out_biz_no) {
            return Expect::Done(Vec::new());
        }
        if !draft.holds(self.now) {
            reasons.push("INVALID_PARAMETER");
        }
        if draft.sponsor == Sponsor::Nobody {
            reasons.push("USER_NOT_EXIST");
        }
        if !reasons.is_empty() {
            return Expect::Refused(reasons);
        }
        let template = Template {
            made: draft.clone(),
            draft: draft.clone(),
            status: Status::Draft,
            is_paid: false,
            done: BTreeMap::new(),
            published: 0,
            used: 0,
            expired: 0,
            used_fen: 0,
            refunded: 0,
            returned: 0,
        };
        self.templates.insert(draft.out_biz_no.clone(), template);
        Expect::Done(Vec::new())
    }

    fn change(&mut self, named: &Named, key: &str, change: &Change) -> Expect {
        let now = self.now;
        let Some(template) = self.known_template(named) else { return Expect::refused("VOUCHER_TEMPLATE_NOT_EXIST") };
        let told = |status: Status| Expect::Done(vec![("status", status.name().to_owned())]);
        if let Some(status) = template.done.get(key) {
            return told(*status);
        }
        let status = template.status;
        let changed = match status {
            Status::Draft => Some(template.draft.changed(change)).filter(|changed| changed.holds(now)),
            // Of what is paid for, the end alone.
            Status::Active => {
                let end = change.ends_at.map(|ends_at| Draft { ends_at, ..template.draft.clone() });
                end.filter(Draft::spans)
            }
            Status::Expired | Status::Deleted => return Expect::refused("VOUCHER_TEMPLATE_STATUS_ERROR"),
        };
        let Some(changed) = changed else { return Expect::refused("INVALID_PARAMETER") };
        let is_over = changed.ends_at < now;
        template.draft = changed;
        template.done.insert(key.to_owned(), status);
        if is_over {
            self.marks.count("sending was ended early");
            self.end_template(&named.key);
        }
        told(status)
    }

    fn look_at_fund(&self, template: &str) -> Expect {
        // Whoever knows the page has the answer that made the template.
        let template = &self.templates[template];
        match template.status {
            _ if template.is_paid => Expect::Done(vec![("stage", page::PAID.to_owned())]),
            Status::Draft => {
                let due = money::format(template.cost());
                Expect::Done(vec![("stage", page::TO_PAY.to_owned()), ("due", due)])
            }
            Status::Deleted => Expect::refused(page::DELETED),
            Status::Active | Status::Expired => Expect::refused(page::EXPIRED),
        }
    }

    fn pay_for(&mut self, key: &str) -> Expect {
        let said = |said: &str, balance: String| Expect::Done(vec![("said", said.to_owned()), ("balance", balance)]);
        let template = &self.templates[key];
        match template.status {
            _ if template.is_paid => return said(page::PAID_ALREADY, String::new()),
            Status::Draft => {}
            Status::Active | Status::Expired | Status::Deleted => return said("", String::new()),
        }
        let (sponsor, cost, redirects) = (template.draft.sponsor.clone(), template.cost(), template.draft.redirects);
        let balance = self.balance(&sponsor);
        if *balance < cost {
            // Where the balance has gone meanwhile it is not told.
            let told = said(page::SHORT_BALANCE, balance.to_string());
            return Expect::OneOf(vec![told, said(page::SHORT_BALANCE, String::new())]);
        }
        *balance -= cost;
        let left = balance.to_string();
        let template = self.templates.get_mut(key).expect("it was found");
        (template.status, template.is_paid) = (Status::Active, true);
        self.marks.count(match sponsor {
            Sponsor::Seller => "the merchant paid for a template",
            Sponsor::User(_) | Sponsor::Nobody => "a sponsor paid for a template",
        });
        if redirects { said(page::ONWARD, String::new()) } else { said(page::SAID_PAID, left) }
    }

    fn balance(&mut self, sponsor: &Sponsor) -> &mut i64 {
        match sponsor {
            Sponsor::Seller => &mut self.seller,
            Sponsor::User(user) => self.balances.get_mut(user).expect("a user of this world"),
            Sponsor::Nobody => unreachable!("nobody's template is made"),
        }
    }

    /// Gives a template's sponsor so much.
    pub(crate) fn give_sponsor(&mut self, template: &str, fen: i64) {
        let sponsor = self.templates[template].draft.sponsor.clone();
        *self.balance(&sponsor) += fen;
    }

    /// What a template's fund has for nothing any more goes back: all but what live vouchers are worth and, while they
    /// are sent, those that are left.
    pub(crate) fn recycle(&mut self, key: &str) {
        let template = self.templates.get_mut(key).expect("it was found");
        if !template.is_paid {
            return;
        }
        let unsent = if template.status == Status::Active { template.left() } else { 0 };
        let kept = (template.live() + unsent) * template.draft.amount;
        let surplus = template.cost() - template.used_fen - template.returned - kept;
        assert!(0 <= surplus, "the fund has less than its vouchers are worth: {template:?}");
        template.returned += surplus;
        self.give_sponsor(key, surplus);
    }

    fn end_template(&mut self, key: &str) {
        let template = self.templates.get_mut(key).expect("it was found");
        template.status = Status::Expired;
        if template.is_paid && 0 < template.left() {
            self.marks.count("what was not sent went back");
        }
        self.recycle(key);
    }

    /// Sending ends when its last moment has passed, also of what nobody has paid for.
    pub(crate) fn end_templates(&mut self) {
        let is_open = |template: &Template| matches!(template.status, Status::Draft | Status::Active);
        let over = self.templates.iter().filter(|(_, it)| is_open(it) && it.draft.ends_at < self.now);
        for key in over.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
            self.end_template(&key);
        }
    }
}
