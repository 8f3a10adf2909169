//! The books of one merchant, and what there is to do with them. Each subject has a file of its own beside this one.
//!
//! Nothing here knows how Punchcard does it: what an answer must be follows from the contract's words alone. Where
//! those do not say which of several refusals wins, each of them will do. Amounts are fen, times UTC milliseconds.

use super::activities::{self, Activity};
use super::cashier;
use super::coupons::{self, Coupon, CouponKey, Token};
use super::crowds::{self, Crowd};
use super::facts::Imported;
use super::groups::{self, Groups};
use super::points::{self, Account, Freeze};
use super::shared::Shared;
use super::templates::{self, Template};
use super::trades::{self, Trade};
use super::vouchers::{self, Voucher, VoucherKey};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const DAY: i64 = 24 * 60 * MINUTE;

/// One thing that a merchant or a member does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Trade(trades::Step),
    Activity(activities::Step),
    Points(points::Step),
    Coupon(coupons::Step),
    Crowd(crowds::Step),
    Group(groups::Step),
    Cashier(cashier::Step),
    Template(templates::Step),
    Voucher(vouchers::Step),
    /// So many milliseconds pass, while others call.
    Clock {
        ms: i64,
    },
}

/// The answer that a step must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Success, with these members of the answer, by name or JSON pointer; an empty one is not there.
    Done(Vec<(&'static str, String)>),
    /// One of these refusals.
    Refused(Vec<&'static str>),
    /// One of these, all after the same.
    OneOf(Vec<Expect>),
}

impl Expect {
    /// This refusal and no other.
    pub(crate) fn refused(sub_code: &'static str) -> Expect {
        Expect::Refused(vec![sub_code])
    }

    /// Whether the answer is what was to be expected.
    pub(crate) fn fits(&self, got: &Got) -> bool {
        match self {
            Expect::Refused(reasons) => got.refusal.as_ref().is_some_and(|refusal| reasons.contains(&refusal.as_str())),
            Expect::OneOf(all) => all.iter().any(|expect| expect.fits(got)),
            Expect::Done(members) => {
                let found =
                    |name: &str| if name.starts_with('/') { got.node.pointer(name) } else { got.node.get(name) };
                let fits = |(name, value): &(&str, String)| match found(name) {
                    Some(Value::Number(number)) => number.to_string() == *value,
                    found => found.and_then(Value::as_str).unwrap_or_default() == value,
                };
                got.refusal.is_none() && members.iter().all(fits)
            }
        }
    }
}

/// The answer that a step got.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    /// A `sub_code`, or what a page says; none for a success.
    pub(crate) refusal: Option<String>,
    /// The members of the answer.
    pub(crate) node: Value,
}

impl Got {
    /// The numbers of the coupons and vouchers that a payment took, or a cashier's page holds.
    pub(crate) fn taken(&self) -> Vec<String> {
        let numbers = ["used_ids", "coupon", "cash"].iter().filter_map(|name| self.node[*name].as_str());
        numbers.flat_map(|text| text.split("; ")).map(str::to_owned).collect()
    }
}

/// A notification that must arrive: what of, its status, and what was refunded so far.
pub(crate) type Notified = (String, &'static str, i64);

/// One merchant's books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) balances: Shared<BTreeMap<String, i64>>,
    pub(crate) seller: i64,
    pub(crate) trades: Shared<BTreeMap<String, Trade>>,
    /// The platform's numbers of those, as far as it has told them.
    pub(crate) trade_ids: Shared<BTreeMap<String, String>>,
    /// By `out_biz_no`, as everything about an activity.
    pub(crate) activities: Shared<BTreeMap<String, Activity>>,
    /// By activity and user.
    pub(crate) accounts: Shared<BTreeMap<(String, String), Account>>,
    /// What was done under which `req_id` of which card.
    pub(crate) updates: Shared<BTreeMap<(String, String), points::Update>>,
    /// By card and the `req_id` that it was made with.
    pub(crate) freezes: Shared<BTreeMap<(String, String), Freeze>>,
    /// Trades by card and number.
    pub(crate) deposited: Shared<BTreeSet<(String, String)>>,
    /// By prize and `req_id`.
    pub(crate) tokens: Shared<BTreeMap<(String, String), Token>>,
    pub(crate) coupons: Shared<BTreeMap<CouponKey, Coupon>>,
    /// The platform's numbers of those, as far as it has told them.
    pub(crate) coupon_ids: Shared<BTreeMap<CouponKey, String>>,
    /// By `out_biz_no`.
    pub(crate) templates: Shared<BTreeMap<String, Template>>,
    pub(crate) vouchers: Shared<BTreeMap<VoucherKey, Voucher>>,
    /// The platform's numbers of those.
    pub(crate) voucher_ids: Shared<BTreeMap<VoucherKey, String>>,
    /// By the key that they were made with.
    pub(crate) crowds: Shared<BTreeMap<String, Crowd>>,
    /// By shop.
    pub(crate) groups: Shared<BTreeMap<String, Groups>>,
    /// What happened elsewhere, by its number there.
    pub(crate) imported: Shared<BTreeMap<String, Imported>>,
    /// Who is a member, with the level of consumption that the merchant has told of.
    pub(crate) members: Shared<BTreeMap<String, Option<u8>>>,
    /// Who has ever paid.
    pub(crate) payers: Shared<BTreeSet<String>>,
    pub(crate) notified: Shared<BTreeSet<Notified>>,
    pub(crate) marks: Shared<Marks>,
    /// The numbers that the answer to the step names, while the step is taken: which of two vouchers that are worth the
    /// same and end together a call uses is decided when it reads them, and beside a second process another voucher may
    /// be sent between that and the call's end. Empty where one process does one write after the other.
    pub(crate) named: Vec<String>,
}

/// What happened in these books that no single answer tells: how often. Books are the same whatever they tell of that.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks(pub(crate) BTreeMap<String, u64>);

impl Marks {
    pub(crate) fn count(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }
}

impl PartialEq for Marks {
    fn eq(&self, _: &Marks) -> bool {
        true
    }
}

impl Eq for Marks {}

/// A moment as clocks in UTC+8 show it.
pub(crate) fn local(at: i64) -> jiff::Zoned {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8));
    jiff::Timestamp::from_millisecond(at).expect("in range").to_zoned(zone)
}

impl Model {
    /// Does it, and says what the answer must be.
    pub(crate) fn step(&mut self, step: &Step) -> Expect {
        match step {
            Step::Trade(step) => self.trade(step),
            Step::Activity(step) => self.activity(step),
            Step::Points(step) => self.points(step),
            Step::Coupon(step) => self.coupon(step),
            Step::Crowd(step) => self.crowd(step),
            Step::Group(step) => self.group(step),
            Step::Cashier(step) => self.cashier(step),
            Step::Template(step) => self.template(step),
            Step::Voucher(step) => self.voucher(step),
            Step::Clock { ms } => {
                self.advance(self.now + ms);
                Expect::Done(Vec::new())
            }
        }
    }

    /// Time passes, and what is due on the way happens.
    pub(crate) fn advance(&mut self, to: i64) {
        self.now = to;
        self.end_holds();
        self.end_trades();
        self.end_activities();
        self.end_cards();
        self.end_vouchers();
        self.end_templates();
    }
}
