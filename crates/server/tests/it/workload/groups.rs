//! Crowd groups of shops: made, changed, read and deleted by the id that the app has chosen, and who falls into which.

use super::facts::{Payment, Record};
use super::model::{DAY, Expect, Model};
use super::wire::listed;
use std::collections::BTreeSet;
use wire::money;

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    TradeAmt,
    TradeCnt,
    PctAmt,
    ApplyVoucherCnt,
    VerifyVoucherCnt,
    LastPayDate,
    LastPayAmt,
    HomeShopDis,
    WorkShopDis,
}

impl Rule {
    pub(crate) const ALL: [Rule; 9] = [
        Rule::TradeAmt,
        Rule::TradeCnt,
        Rule::PctAmt,
        Rule::ApplyVoucherCnt,
        Rule::VerifyVoucherCnt,
        Rule::LastPayDate,
        Rule::LastPayAmt,
        Rule::HomeShopDis,
        Rule::WorkShopDis,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Rule::TradeAmt => "TRADE_AMT",
            Rule::TradeCnt => "TRADE_CNT",
            Rule::PctAmt => "PCT_AMT",
            Rule::ApplyVoucherCnt => "APPLY_VOUCHER_CNT",
            Rule::VerifyVoucherCnt => "VERIFY_VOUCHER_CNT",
            Rule::LastPayDate => "LAST_PAY_DATE",
            Rule::LastPayAmt => "LAST_PAY_AMT",
            Rule::HomeShopDis => "HOME_SHOP_DIS",
            Rule::WorkShopDis => "WORK_SHOP_DIS",
        }
    }

    /// Whether its conditions name a period.
    pub(crate) fn looks_back(self) -> bool {
        !matches!(self, Rule::LastPayDate | Rule::LastPayAmt | Rule::HomeShopDis | Rule::WorkShopDis)
    }

    pub(crate) fn unit(self) -> &'static str {
        match self {
            Rule::TradeAmt | Rule::PctAmt | Rule::LastPayAmt => "YUAN",
            Rule::TradeCnt => "COUNT",
            Rule::ApplyVoucherCnt | Rule::VerifyVoucherCnt => "TICKET",
            Rule::LastPayDate => "DAY",
            Rule::HomeShopDis | Rule::WorkShopDis => "KM",
        }
    }

    /// Whether its values are in hundredths.
    fn has_decimals(self) -> bool {
        matches!(self, Rule::TradeAmt | Rule::PctAmt | Rule::LastPayAmt | Rule::HomeShopDis | Rule::WorkShopDis)
    }
}

/// A condition as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) rule: Rule,
    pub(crate) op: &'static str,
    /// In days.
    pub(crate) period: Option<i64>,
    /// What is compared with: a number, or hundredths of one.
    pub(crate) operand: i64,
    /// Whether that is written longer than it must be.
    pub(crate) is_long: bool,
    pub(crate) unit: &'static str,
}

impl Condition {
    /// The operand as it is sent.
    pub(crate) fn text(&self) -> String {
        let Condition { operand, is_long, .. } = self;
        match (self.rule.has_decimals(), is_long) {
            (true, true) => money::format(*operand),
            (true, false) => money::format(*operand).trim_end_matches('0').trim_end_matches('.').to_owned(),
            (false, true) => format!("0{operand}"),
            (false, false) => operand.to_string(),
        }
    }

    fn row(&self) -> [String; 5] {
        let period = self.period.map(|days| days.to_string());
        in_words(self.rule.name(), period.as_deref(), self.op, &self.text(), self.unit)
    }

    /// Whether both ask for the same, however that is written.
    fn says_the_same(&self, other: &Condition) -> bool {
        Condition { is_long: false, ..self.clone() } == Condition { is_long: false, ..other.clone() }
    }
}

/// A condition in the words that books and answers are compared by.
pub(crate) fn in_words(rule: &str, period: Option<&str>, op: &str, value: &str, unit: &str) -> [String; 5] {
    [rule, period.unwrap_or("always"), op, value, unit].map(str::to_owned)
}

/// A group that a user falls into, in such words.
pub(crate) fn hit_in_words(id: &str, describe: &str, conditions: &str) -> [String; 3] {
    [id.to_owned(), describe.to_owned(), format!("({conditions})")]
}

/// What CREATE and UPDATE say of a group; nothing where a member is not sent.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub(crate) struct Content {
    pub(crate) describe: Option<String>,
    pub(crate) conditions: Option<Vec<Condition>>,
}

impl Content {
    /// Why this cannot be a group's.
    fn reasons(&self) -> Vec<&'static str> {
        let conditions = self.conditions.as_deref().unwrap_or_default();
        let lacks = |condition: &Condition| condition.rule.looks_back() && condition.period.is_none();
        let is_odd = |condition: &Condition| {
            let days = condition.period.unwrap_or(30);
            condition.operand <= 0 || condition.rule.looks_back() && ![30, 60, 90, 180, 365].contains(&days)
        };
        let mut reasons = Vec::new();
        if conditions.is_empty() || self.describe.is_none() || conditions.iter().any(lacks) {
            reasons.push("PARAM_EMPTY");
        }
        if conditions.iter().any(is_odd) {
            reasons.push("INVALID_PARAMETER");
        }
        reasons
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Update,
    Retrieve,
    Delete,
}

impl Operation {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Operation::Create => "CREATE",
            Operation::Update => "UPDATE",
            Operation::Retrieve => "RETRIEVE",
            Operation::Delete => "DELETE",
        }
    }
}

/// One call; a shop that is none is nobody's.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Set { operation: Operation, shop: Option<String>, id: String, content: Content },
    Query { shop: Option<String>, user: String },
}

/// A group as its app knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) id: String,
    pub(crate) describe: String,
    pub(crate) conditions: Vec<Condition>,
}

/// The groups of a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Groups {
    /// As they were made.
    pub(crate) live: Vec<Group>,
    /// The ids of those that were deleted.
    pub(crate) gone: BTreeSet<String>,
}

impl Groups {
    pub(crate) fn live(&self, id: &str) -> Option<&Group> {
        self.live.iter().find(|group| group.id == id)
    }

    /// Takes a new group, or what one is from now on; whether one with its id was deleted.
    fn put(&mut self, group: Group) -> bool {
        let is_again = self.gone.remove(&group.id);
        match self.live.iter_mut().find(|live| live.id == group.id) {
            Some(live) => *live = group,
            None => self.live.push(group),
        }
        is_again
    }

    fn delete(&mut self, id: &str) {
        self.live.retain(|group| group.id != id);
        self.gone.insert(id.to_owned());
    }
}

impl Group {
    fn has(&self, content: &Content) -> bool {
        let same = |all: &Vec<Condition>| {
            let pairs = || self.conditions.iter().zip(all);
            self.conditions.len() == all.len() && pairs().all(|(one, other)| one.says_the_same(other))
        };
        content.describe.as_ref() == Some(&self.describe) && content.conditions.as_ref().is_some_and(same)
    }

    fn in_words(&self) -> String {
        listed(self.conditions.iter().map(Condition::row))
    }

    fn said(&self) -> Expect {
        let conditions = ("conditions", self.in_words());
        Expect::Done(vec![("crowd_group_id", self.id.clone()), ("status", "success".to_owned()), conditions])
    }
}

impl Model {
    pub(crate) fn group(&mut self, step: &Step) -> Expect {
        match step {
            Step::Set { operation, shop, id, content } => self.set_group(*operation, shop.as_deref(), id, content),
            Step::Query { shop, user } => self.groups_of(shop.as_deref(), user),
        }
    }

    fn set_group(&mut self, operation: Operation, shop: Option<&str>, id: &str, content: &Content) -> Expect {
        let says = matches!(operation, Operation::Create | Operation::Update);
        let mut reasons = if says { content.reasons() } else { Vec::new() };
        let known = shop.and_then(|shop| self.groups.get(shop));
        let (live, is_gone) = match known {
            Some(groups) => (groups.live(id), groups.gone.contains(id)),
            None => (None, false),
        };
        let fits = match operation {
            Operation::Create => live.is_none_or(|group| group.has(content)),
            Operation::Update | Operation::Retrieve => live.is_some(),
            Operation::Delete => live.is_some() || is_gone,
        };
        if shop.is_none() || !fits {
            reasons.push("INVALID_PARAMETER");
        }
        let Some(shop) = shop.filter(|_| reasons.is_empty()) else { return Expect::Refused(reasons) };
        let said = live.map(Group::said);
        match (operation, said) {
            (Operation::Retrieve | Operation::Create, Some(said)) => said,
            (Operation::Delete, said) => {
                if said.is_some() {
                    self.groups.get_mut(shop).expect("it is there").delete(id);
                }
                let (group, status) = (("crowd_group_id", id.to_owned()), ("status", "success".to_owned()));
                Expect::Done(vec![group, status, ("conditions", String::new())])
            }
            _ => {
                let Content { describe, conditions } = content.clone();
                let (describe, conditions) = describe.zip(conditions).expect("neither is missing");
                let group = Group { id: id.to_owned(), describe, conditions };
                let said = group.said();
                let is_again = self.groups.entry(shop.to_owned()).or_default().put(group);
                if is_again {
                    self.marks.count("a deleted group was made again");
                }
                said
            }
        }
    }

    fn groups_of(&mut self, shop: Option<&str>, user: &str) -> Expect {
        let Some(shop) = shop else { return Expect::refused("INVALID_PARAMETER") };
        let groups = self.groups.get(shop).map_or(Vec::new(), |groups| groups.live.clone());
        let record = self.record(user);
        if !self.is_known(user) {
            return Expect::Done(vec![("groups", String::new())]);
        }
        self.mark(&groups, &record);
        let mut all: Vec<_> = lasts(&record).into_iter().map(|last| self.hits(&groups, &record, last)).collect();
        all.dedup();
        let mut all: Vec<_> = all.into_iter().map(|hits| Expect::Done(vec![("groups", hits)])).collect();
        if all.len() == 1 { all.remove(0) } else { Expect::OneOf(all) }
    }

    fn hits(&self, groups: &[Group], record: &Record, last: Option<&Payment>) -> String {
        let hits = groups.iter().filter(|group| meets(group, record, last, self.now));
        listed(hits.map(|group| hit_in_words(&group.id, &group.describe, &group.in_words())))
    }

    /// Tells what a question was about.
    fn mark(&mut self, groups: &[Group], record: &Record) {
        let now = self.now;
        let latest = record.payments.iter().map(|payment| payment.at).max();
        if 1 < record.payments.iter().filter(|payment| Some(payment.at) == latest).count() {
            self.marks.count("the later of two payments of one moment was the last");
        }
        let last = record.last_payments().first().copied();
        for condition in groups.iter().flat_map(|group| &group.conditions) {
            let does = if record.meets(condition, last, now) { "held" } else { "did not hold" };
            self.marks.count(format!("{} {does}", condition.rule.name()));
            if let Some(days) = condition.period.filter(|_| condition.rule.looks_back()) {
                self.marks.count(format!("a window of {days} days"));
                let edge = |(_, at)| at == now - days * DAY;
                if record.times().any(edge) {
                    self.marks.count("something had just left a window");
                }
            }
        }
    }

    /// How many members a group has and what they ever paid, for each way to see what is not known of last payments.
    /// The sum is none while nobody has paid.
    pub(crate) fn count_group(&self, shop: &str, id: &str) -> Option<Vec<(i64, Option<i64>)>> {
        let group = self.groups.get(shop)?.live(id)?;
        let mut counts = vec![(0, (!self.payers.is_empty()).then_some(0))];
        for user in self.members.keys() {
            let record = self.record(user);
            let paid: i64 = record.payments.iter().map(|payment| payment.net).sum();
            let mut is_in: Vec<_> =
                lasts(&record).into_iter().map(|last| meets(group, &record, last, self.now)).collect();
            is_in.sort_unstable();
            is_in.dedup();
            let with = |(total, sum): &(i64, Option<i64>), is_in: bool| match is_in {
                true => (total + 1, sum.map(|sum| sum + paid)),
                false => (*total, *sum),
            };
            counts = counts.iter().flat_map(|count| is_in.iter().map(move |is_in| with(count, *is_in))).collect();
        }
        Some(counts)
    }
}

/// The last payment, or that there is none; more than one where it is not known which is the last.
fn lasts(record: &Record) -> Vec<Option<&Payment>> {
    let last = record.last_payments();
    if last.is_empty() { vec![None] } else { last.into_iter().map(Some).collect() }
}

fn meets(group: &Group, record: &Record, last: Option<&Payment>, now: i64) -> bool {
    group.conditions.iter().all(|condition| record.meets(condition, last, now))
}
