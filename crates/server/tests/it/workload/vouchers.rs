//! Cash vouchers: sent to users, barred and freed, used in trades, and gone by unused.

use super::activities::Named;
use super::model::{Expect, Model};
use super::taking::Holding;
use super::templates::{Sponsor, Status};
use super::usage::{Fate, Usage};
use super::wire::listed;
use std::collections::BTreeMap;
use wire::{money, time};

/// Why an operator cannot bar one.
pub(crate) const NOT_TO_BAR: &str = "not to be barred";

/// A voucher: by its template and by the number that it was sent under.
pub(crate) type VoucherKey = (String, String);

/// One call, or an operator's command.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send {
        template: Named,
        out_biz_no: String,
        to: Recipient,
    },
    /// Of this template.
    Query {
        template: String,
        voucher: Named,
    },
    List {
        template: Named,
        user: String,
    },
    /// `punchcard voucher disable`, or `enable`.
    Bar {
        template: String,
        voucher: Named,
        barred: bool,
    },
}

/// Whom a voucher is sent to: the user, by which name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recipient {
    pub(crate) user: String,
    pub(crate) name: Name,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    UserId,
    LoginId,
    TaobaoNick,
    /// The user id, and beside it names of somebody else, which decide nothing.
    All,
    /// A login id that nobody has.
    Nobodys,
}

/// What a user holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Voucher {
    pub(crate) user: String,
    pub(crate) sent_at: i64,
    pub(crate) usage: Usage,
    /// Whether an operator has barred it.
    pub(crate) barred: bool,
    /// When and for how much it was used, or given back: the kind first.
    bills: Vec<(&'static str, i64, i64)>,
}

impl Voucher {
    /// As a query calls it.
    fn status(&self, now: i64) -> &'static str {
        let Usage { starts_at, fate, held, .. } = &self.usage;
        match fate {
            Fate::Spent(_) => "USED",
            Fate::Refunded => "REFUNDED",
            Fate::Expired => "EXPIRED",
            Fate::Unspent if held.is_some() => "USING",
            Fate::Unspent if self.barred => "DISABLED",
            Fate::Unspent if now < *starts_at => "UNACTIVE",
            Fate::Unspent => "ENABLED",
        }
    }
}

impl Model {
    pub(crate) fn voucher(&mut self, step: &Step) -> Expect {
        match step {
            Step::Send { template, out_biz_no, to } => self.send(template, out_biz_no, to),
            Step::Query { template, voucher } => self.query_voucher(template, voucher),
            Step::List { template, user } => self.list_vouchers(template, user),
            Step::Bar { template, voucher, barred } => {
                let now = self.now;
                let Some(voucher) = self.vouchers.get_mut(&(template.clone(), voucher.key.clone())) else {
                    return Expect::refused(NOT_TO_BAR);
                };
                if !matches!(voucher.status(now), "DISABLED" | "UNACTIVE" | "ENABLED") {
                    return Expect::refused(NOT_TO_BAR);
                }
                voucher.barred = *barred;
                Expect::Done(Vec::new())
            }
        }
    }

    fn send(&mut self, named: &Named, out_biz_no: &str, to: &Recipient) -> Expect {
        let now = self.now;
        let Some(template) = self.known_template(named).cloned() else {
            return Expect::refused("VOUCHER_TEMPLATE_NOT_EXIST");
        };
        if to.name == Name::Nobodys {
            return Expect::refused("CIF_USER_NOT_EXIST");
        }
        let done = || Expect::Done(vec![("user_id", to.user.clone())]);
        let key = (named.key.clone(), out_biz_no.to_owned());
        match self.vouchers.get(&key) {
            Some(sent) if sent.user == to.user => return done(),
            Some(_) => return Expect::refused("OUT_BIZ_NO_CONFLICT"),
            None => {}
        }
        let (starts_at, ends_at) = template.draft.valid.of_sent(now);
        let mut reasons = Vec::new();
        match template.status {
            Status::Draft | Status::Deleted => reasons.push("VOUCHER_TEMPLATE_STATUS_ERROR"),
            Status::Expired => reasons.push("AFTER_TEMPLATE_PUBLISH_END_TIME"),
            Status::Active if now < template.draft.starts_at => reasons.push("BEFORE_TEMPLATE_PUBLISH_START_TIME"),
            Status::Active => {}
        }
        if template.status == Status::Active && ends_at < now {
            reasons.push("AFTER_VOUCHER_END_TIME");
        }
        if template.status == Status::Active && template.left() <= 0 {
            reasons.push("BUDGET_NOT_ENOUGH_ERROR");
        }
        if !reasons.is_empty() {
            return Expect::Refused(reasons);
        }
        let (user, usage) = (to.user.clone(), Usage::new(starts_at, ends_at));
        self.vouchers.insert(key, Voucher { user, sent_at: now, usage, barred: false, bills: Vec::new() });
        self.templates.get_mut(&named.key).expect("it was found").published += 1;
        done()
    }

    fn query_voucher(&self, template: &str, named: &Named) -> Expect {
        let key = (template.to_owned(), named.key.clone());
        let voucher = self.vouchers.get(&key).filter(|_| named.number.is_some());
        let Some(voucher) = voucher else { return Expect::refused("VOUCHER_NOT_EXIST") };
        let draft = &self.templates[template].draft;
        let status = voucher.status(self.now);
        let is_left = matches!(status, "DISABLED" | "UNACTIVE" | "ENABLED" | "USING");
        let bill = |kind: &str, status: &str, fen: i64, at: i64| {
            [time::format(at), kind.to_owned(), status.to_owned(), money::format(fen)]
        };
        let mut bills: Vec<_> = voucher.bills.iter().map(|(kind, fen, at)| bill(kind, "S", *fen, *at)).collect();
        if let Some((trade, _)) = &voucher.usage.held {
            bills.push(bill("V_USE", "I", draft.amount, self.trades[trade].made_at));
        }
        // Those of one moment in any order.
        bills.sort();
        Expect::Done(vec![
            ("name", draft.voucher_name()),
            ("user_id", voucher.user.clone()),
            ("gmt_create", time::format(voucher.sent_at)),
            ("gmt_active", time::format(voucher.usage.starts_at)),
            ("gmt_expired", time::format(voucher.usage.ends_at)),
            ("total_amount", money::format(draft.amount)),
            ("available_amount", money::format(if is_left { draft.amount } else { 0 })),
            ("status", status.to_owned()),
            ("bills", listed(bills)),
        ])
    }

    fn list_vouchers(&self, named: &Named, user: &str) -> Expect {
        if named.number.is_none() || !self.templates.contains_key(&named.key) {
            return Expect::refused("VOUCHER_TEMPLATE_NOT_EXIST");
        }
        let own =
            self.vouchers.iter().filter(|((template, _), voucher)| *template == named.key && voucher.user == user);
        let told = own.map(|(key, voucher)| {
            let status = if voucher.status(self.now) == "ENABLED" { "ENABLED" } else { "DISABLED" };
            Some([time::format(voucher.sent_at), self.voucher_ids.get(key)?.clone(), status.to_owned()])
        });
        // Newest first.
        let Some(mut told) = told.collect::<Option<Vec<_>>>() else { return Expect::Done(Vec::new()) };
        told.sort_by(|one, other| other.cmp(one));
        Expect::Done(vec![("list", listed(told))])
    }

    /// A trade was paid with it.
    pub(crate) fn use_voucher(&mut self, key: &VoucherKey, out_trade_no: &str, fen: i64) {
        let (now, (template, own)) = (self.now, key);
        self.vouchers.get_mut(key).expect("it was found").bills.push(("V_USE", fen, now));
        let of = self.templates.get_mut(template).expect("it was found");
        of.used += 1;
        of.used_fen += fen;
        let is_last = of.live() == 0 && of.status == Status::Expired;
        if of.draft.notifies {
            self.notified.insert((format!("{template}/{own}>{out_trade_no}"), "V_USE", fen));
            self.marks.count("a voucher's use was told");
        }
        if is_last {
            self.marks.count("the last voucher was used after the end of sending");
            self.recycle(template);
        }
    }

    /// A refund gives so much of what it took off back; nowhere, where the seller had paid for it in advance.
    pub(crate) fn refund_voucher(&mut self, key: &VoucherKey, fen: i64, own: bool, now: i64) {
        if fen == 0 {
            return;
        }
        self.vouchers.get_mut(key).expect("it was found").bills.push(("V_REFUND", fen, now));
        self.templates.get_mut(&key.0).expect("it was found").refunded += fen;
        self.marks.count(if own { "the seller's own voucher was refunded" } else { "a sponsor got a refund's share" });
        if !own {
            self.give_sponsor(&key.0, fen);
        }
    }

    /// Whether the seller has paid for it in advance.
    pub(crate) fn is_own(&self, holding: &Holding) -> bool {
        match holding {
            Holding::Cash((template, _)) => self.templates[template].draft.sponsor == Sponsor::Seller,
            Holding::Coupon(_) => false,
        }
    }

    /// What is not used in its time is over, whoever held it, and its worth goes back.
    pub(crate) fn end_vouchers(&mut self) {
        let now = self.now;
        let mut over: BTreeMap<String, i64> = BTreeMap::new();
        for ((template, _), voucher) in self.vouchers.iter_mut() {
            if voucher.usage.fate == Fate::Unspent && voucher.usage.ends_at < now {
                (voucher.usage.fate, voucher.usage.held) = (Fate::Expired, None);
                *over.entry(template.clone()).or_default() += 1;
            }
        }
        for (template, count) in over {
            self.marks.count("vouchers expired");
            self.templates.get_mut(&template).expect("it was found").expired += count;
            self.recycle(&template);
        }
    }
}
