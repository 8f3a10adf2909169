//! `punchcard.crowd.why`: why a user is in a crowd or crowd group now, or is not, and when that changes by itself.

use super::audience::{AudienceView, SavedCondition, draft, find, words_of};
use super::{Argument, not_found, wrong};
use crate::acts::crowd::audience::Audience;
use crate::acts::crowd::conditions::Conditions;
use crate::acts::crowd::why::{Known, Turn};
use crate::acts::crowd::words::Words;
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::index::Person;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::condition::{Condition, Fact, Unit};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use store::history::{Event, Kind};
use store::{Fault, Tx};
use wire::{money, time};

/// How many events of a condition are shown, the newest.
const EVENTS_MAX: usize = 20;

/// See the module.
pub struct CrowdWhy;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant; whoever's it is when absent.
        pid: Option<Argument>,
        /// The crowd, by its id.
        crowd: Option<Argument>,
        /// The crowd group, by the id that its app has chosen.
        group: Option<Argument>,
        /// Conditions that nobody has saved yet, as `crowd.create` takes them, of the merchant that is named. One of
        /// the three is required.
        conditions: Option<Conditions>,
        /// The group's shop, where several groups have the id.
        shop_id: Option<Argument>,
        /// The group's app, where several groups have the id.
        app_id: Option<Argument>,
        /// The user.
        user_id: Argument,
    }
}

/// Why somebody is in, or is not.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WhyView {
    /// The crowd or crowd group.
    #[serde(flatten)]
    pub audience: AudienceView,
    /// Who was asked about.
    pub user_id: String,
    /// The moment that the answer is of.
    pub at: String,
    /// Whether the user is in.
    pub is_in: bool,
    /// When that changes if nobody does anything; absent where it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<String>,
    /// Each condition.
    pub conditions: Vec<ConditionView>,
}

/// A condition and what it looks at.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ConditionView {
    /// The condition as it was saved.
    pub condition: SavedCondition,
    /// The same in words, of a crowd's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// The user's value; absent where it is unknown. An average is the amount by the number of payments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether it holds.
    pub holds: bool,
    /// When that changes if nobody does anything; absent where it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<String>,
    /// What is in the window, the newest last: twenty at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<EventView>,
    /// How many older ones are in the window too.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub older_events: usize,
}

/// What the user did.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EventView {
    /// When.
    pub at: String,
    /// What was paid, less refunds, yuan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Method for CrowdWhy {
    const NAME: &'static str = "punchcard.crowd.why";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = WhyView;
}

impl OperatorRead for CrowdWhy {
    async fn run(call: OperatorCall, request: Request) -> Answer<WhyView> {
        let Request { pid, crowd, group, conditions, shop_id, app_id, user_id } = request;
        let audience = match (conditions, pid) {
            (Some(conditions), Some(pid)) if crowd.is_none() && group.is_none() => {
                draft(&call.app, pid, Some(conditions)).await?
            }
            (Some(_), _) => return Err(wrong("conditions stand for a crowd, with the merchant's pid")),
            (None, pid) => find(&call.app, pid, crowd, group, shop_id, app_id).await?,
        };
        let (pid, user, tags) = (audience.pid.clone(), user_id.to_string(), audience.tags.clone());
        let read = move |tx: &mut Tx| Known::read(tx, &pid, &user, tags.clone());
        let known: Result<Known, Fault> = call.app.store.read(read).await;
        let (known, now) = (known.map_err(CallError::from)?, call.app.clock.now());
        let saved = SavedCondition::all(&audience)?;
        let explained = tokio::task::block_in_place(|| explain(&audience, saved, &known, now));
        explained.ok_or_else(|| not_found("the merchant never had to do with this user"))
    }
}

/// `None` for somebody with whom the merchant never had to do.
fn explain(audience: &Audience, saved: Vec<SavedCondition>, known: &Known, now: i64) -> Option<WhyView> {
    let mut person = known.person(now)?;
    let is_in = person.meets(&audience.conditions);
    let turns = known.next_turn(&audience.conditions, now);
    let mut words = words_of(audience).into_iter();
    let both = audience.conditions.iter().zip(saved);
    Some(WhyView {
        audience: AudienceView::of(audience),
        user_id: known.user_id.clone(),
        at: time::format(now),
        is_in,
        changes_at: moment(turns),
        conditions: both
            .map(|(condition, saved)| view(condition, saved, words.next(), known, &mut person, now))
            .collect(),
    })
}

fn view(
    condition: &Condition,
    saved: SavedCondition,
    words: Option<Words>,
    known: &Known,
    person: &mut Person,
    now: i64,
) -> ConditionView {
    let one = std::slice::from_ref(condition);
    let (value, events) = match condition {
        Condition::Tag { code, .. } => {
            let text = known.row.as_ref().and_then(|row| row.tags.get(code));
            (text.map(Cow::into_owned), Vec::new())
        }
        Condition::Fact { fact, .. } => {
            let events = known.looked_at(*fact, now);
            (value(*fact, person.fact(*fact), &events), events)
        }
    };
    let older_events = events.len().saturating_sub(EVENTS_MAX);
    ConditionView {
        condition: saved,
        words,
        value,
        holds: person.meets(one),
        changes_at: moment(known.next_turn(one, now)),
        events: events[older_events..].iter().map(|event| EventView::of(event)).collect(),
        older_events,
    }
}

/// The first whole second at which the answer is another one.
fn moment(turn: Option<Turn>) -> Option<String> {
    turn.map(|turn| time::format(turn.at + 999))
}

/// A fact's value as a person reads it.
fn value(fact: Fact, value: Option<i64>, events: &[&Event]) -> Option<String> {
    let value = value?;
    Some(match (fact, fact.unit()) {
        (Fact::AverageAmount(_), _) => {
            let sum: i64 = events.iter().map(|event| event.net_fen).sum();
            format!("{} / {}", money::format(sum), events.len())
        }
        (_, Unit::Yuan) => money::format(value),
        (_, Unit::Km) => format!("{}.{:02}", value / 100, value % 100),
        (_, Unit::Day | Unit::Count | Unit::Ticket) => value.to_string(),
    })
}

impl EventView {
    fn of(event: &Event) -> EventView {
        let amount = (event.kind == Kind::Paid).then(|| money::format(event.net_fen));
        EventView { at: time::format(event.at), amount }
    }
}
