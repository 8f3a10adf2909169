//! `condition_model_list`: what the users of a crowd group have in common.
//!
//! A list of objects, all joined by AND. Callers get it back as they sent it; what is decided by it is the domain's
//! conditions.

use crate::biz::{ABSENT, Biz, Choice, Field, Object, Objects, Shape, Text, biz, choose};
use domain::condition::{Condition, Fact, FactRule, Op, Period, Unit};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use store::Fault;

/// The most conditions of a group.
pub const CONDITIONS_MAX: usize = 20;

biz! {
    /// A condition.
    pub struct ConditionItem {
        /// How the user's value is compared with `operation_value`.
        logical_operator: Comparison,
        /// How many days before now count: 30, 60, 90, 180 or 365. Required by `TRADE_AMT`, `TRADE_CNT`, `PCT_AMT`,
        /// `APPLY_VOUCHER_CNT` and `VERIFY_VOUCHER_CNT`; given back and ignored otherwise.
        period: Option<Text<100>>,
        /// What it is compared with, above 0: an integer for counts and days; with at most two decimals for yuan and
        /// kilometres.
        operation_value: Text<100>,
        /// What is looked at.
        operator_rule: Rule,
        /// What `operation_value` counts. Each rule has a unit of its own, in which it is taken whatever stands here.
        rule_unit: RuleUnit,
    }
}

const COMPARISONS: [Op; 5] = [Op::Eq, Op::Gt, Op::GtEq, Op::Lt, Op::LtEq];

/// `logical_operator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison(Op);

impl Field for Comparison {
    const SHAPE: Shape = Shape::Choices(&[
        Choice { name: Op::Eq.name(), meaning: "Equal." },
        Choice { name: Op::Gt.name(), meaning: "Greater." },
        Choice { name: Op::GtEq.name(), meaning: "Greater or equal." },
        Choice { name: Op::Lt.name(), meaning: "Less." },
        Choice { name: Op::LtEq.name(), meaning: "Less or equal." },
    ]);

    fn read(value: Option<&Value>) -> Result<Self, String> {
        choose(value, &COMPARISONS, Op::name).map(Comparison)
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.0.name()))
    }
}

/// `operator_rule`, one of [`Fact::NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule(&'static str);

impl Field for Rule {
    const SHAPE: Shape = Shape::Choices(&[
        rule(0, "What the user paid the merchant in the period, less refunds."),
        rule(1, "How many trades that was; one that was refunded in full is none."),
        rule(2, "The amount by the number of trades; without any, no condition on it holds."),
        rule(3, "How many of the merchant's vouchers the user received in the period."),
        rule(4, "How many of them the user redeemed in the period."),
        rule(5, "Calendar days since the user's last payment."),
        rule(6, "The amount of the last payment, less refunds."),
        rule(7, "How far the merchant's nearest shop is from where the user lives."),
        rule(8, "How far it is from where the user works."),
    ]);

    fn read(value: Option<&Value>) -> Result<Self, String> {
        choose(value, &Fact::NAMES, |name| name).map(Rule)
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.0))
    }
}

const fn rule(nth: usize, meaning: &'static str) -> Choice {
    Choice { name: Fact::NAMES[nth], meaning }
}

/// `rule_unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleUnit(Unit);

impl Field for RuleUnit {
    const SHAPE: Shape = Shape::Choices(&[
        Choice { name: Unit::Day.name(), meaning: "Days." },
        Choice { name: Unit::Km.name(), meaning: "Kilometres." },
        Choice { name: Unit::Count.name(), meaning: "Trades." },
        Choice { name: Unit::Ticket.name(), meaning: "Vouchers." },
        Choice { name: Unit::Yuan.name(), meaning: "Yuan." },
    ]);

    fn read(value: Option<&Value>) -> Result<Self, String> {
        choose(value, &Unit::ALL, Unit::name).map(RuleUnit)
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.0.name()))
    }
}

/// The conditions of a group, checked. Two are equal that ask for the same in the same units.
#[derive(Clone, Debug, PartialEq)]
pub struct Conditions(Vec<Checked>);

/// A condition, and what of it is given back and decides nothing.
#[derive(Clone, Debug)]
struct Checked {
    condition: Condition,
    sent: Map<String, Value>,
}

impl PartialEq for Checked {
    /// `5` and `5.00` are one value, whatever is given back.
    fn eq(&self, other: &Checked) -> bool {
        let unit = |checked: &Checked| checked.sent.get("rule_unit").cloned();
        let period = |checked: &Checked| {
            checked.sent.get("period").and_then(Value::as_str).map(|period| period.trim().to_owned())
        };
        self.condition == other.condition && unit(self) == unit(other) && period(self) == period(other)
    }
}

impl Conditions {
    /// Checks what was sent; with `is_strict`, that each has its rule's own unit. The error says where, behind the name
    /// of the list, and why.
    pub fn check(
        items: &Objects<ConditionItem, CONDITIONS_MAX>,
        is_strict: bool,
    ) -> Result<Conditions, (String, String)> {
        let check = |(index, Object(item)): (usize, &Object<ConditionItem>)| {
            let condition =
                item.condition(is_strict).map_err(|(field, reason)| (format!("[{index}].{field}"), reason))?;
            Ok(Checked { condition, sent: item.as_sent() })
        };
        items.0.iter().enumerate().map(check).collect::<Result<_, _>>().map(Conditions)
    }

    /// The JSON text that is stored.
    pub fn to_text(&self) -> String {
        serde_json::to_string(&self.as_sent()).expect("texts are JSON")
    }

    /// Reads what [`Conditions::to_text`] has written.
    pub fn from_stored(text: &str) -> Result<Conditions, Fault> {
        let value: Value = serde_json::from_str(text).map_err(broken)?;
        let items = Objects::read(Some(&value)).map_err(broken)?;
        Conditions::check(&items, false).map_err(|(path, reason)| broken(format!("{path} {reason}")))
    }

    /// Each as it was sent.
    pub fn as_sent(&self) -> Vec<Map<String, Value>> {
        self.0.iter().map(|checked| checked.sent.clone()).collect()
    }

    /// What must hold, read from what [`Conditions::to_text`] has written. It takes a tenth of the time of reading all
    /// of it, and a call may look at a thousand groups.
    pub fn stored_conditions(text: &str) -> Result<Vec<Condition>, Fault> {
        let items: Vec<StoredItem<'_>> = serde_json::from_str(text).map_err(broken)?;
        items.iter().map(|item| item.condition().map_err(broken)).collect()
    }
}

/// A condition as it is stored: what of it decides.
#[derive(Deserialize)]
struct StoredItem<'a> {
    #[serde(borrow)]
    logical_operator: Cow<'a, str>,
    #[serde(borrow)]
    period: Option<Cow<'a, str>>,
    #[serde(borrow)]
    operation_value: Cow<'a, str>,
    #[serde(borrow)]
    operator_rule: Cow<'a, str>,
}

impl StoredItem<'_> {
    fn condition(&self) -> Result<Condition, Cow<'static, str>> {
        let op = COMPARISONS.into_iter().find(|op| op.name() == &*self.logical_operator).ok_or("logical_operator")?;
        let rule = Fact::rule(&self.operator_rule).ok_or("operator_rule")?;
        let fact = fact(rule, self.period.as_deref())?;
        Condition::on_fact(fact, op, self.operation_value.trim()).map_err(|error| error.to_string().into())
    }
}

fn broken(reason: impl std::fmt::Display) -> Fault {
    Fault::bug(format!("stored conditions of a crowd group: {reason}"))
}

impl ConditionItem {
    /// The condition; else the member that is wrong, and why.
    fn condition(&self, is_strict: bool) -> Result<Condition, (&'static str, String)> {
        let ConditionItem { logical_operator, period, operation_value, operator_rule, rule_unit } = self;
        let rule = Fact::rule(operator_rule.0).expect("one of the names");
        let fact = fact(rule, period.as_deref()).map_err(|reason| ("period", reason))?;
        if is_strict && fact.unit() != rule_unit.0 {
            return Err(("rule_unit", format!("{} 的单位必须是{}", fact.name(), fact.unit().name())));
        }
        Condition::on_fact(fact, logical_operator.0, operation_value.trim())
            .map_err(|error| ("operation_value", error.to_string()))
    }
}

/// What a rule with this period looks at.
fn fact(rule: FactRule, period: Option<&str>) -> Result<Fact, String> {
    match rule {
        FactRule::Alone(fact) => Ok(fact),
        FactRule::InPeriod(fact) => read_period(period).map(fact),
    }
}

fn read_period(text: Option<&str>) -> Result<Period, String> {
    let text = text.ok_or(ABSENT)?.trim();
    // As it is written there, without a sign or zeros before it.
    let is_plain = text.starts_with(|first: char| ('1'..='9').contains(&first));
    let found = text.parse().ok().filter(|_| is_plain).and_then(Period::from_days);
    found.ok_or_else(|| format!("必须是以下值之一: {}", Period::ALL.map(|period| period.days().to_string()).join(" ")))
}
