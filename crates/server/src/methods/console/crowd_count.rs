//! `punchcard.crowd.count`: how many members a crowd or crowd group has now, or conditions that nobody has saved yet;
//! how many each condition leaves; and how they spread over dimensions. It is what the crowd builder asks with each
//! edit: one request, whose counts are all among the same members.

use super::audience::{AudienceView, draft, find, words_of};
use super::crowd::{count_steps, load};
use super::{Argument, wrong};
use crate::acts::crowd::audience::Audience;
use crate::acts::crowd::breakdown::breakdown;
use crate::acts::crowd::conditions::Conditions;
use crate::acts::crowd::words::Words;
use crate::answer::Answer;
use crate::app::App;
use crate::biz::{Flag, List, Text, biz};
use crate::index;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::tag::is_dimension;
use segment::Counts;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Instant;
use store::Fault;
use wire::money;

/// See the module.
pub struct CrowdCount;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant; whoever's it is when absent.
        pid: Option<Argument>,
        /// The crowd, by its id.
        crowd: Option<Argument>,
        /// The crowd group, by the id that its app has chosen.
        group: Option<Argument>,
        /// Conditions that nobody has saved yet, as `crowd.create` takes them. Without any of the three, all members of
        /// the merchant are counted.
        conditions: Option<Conditions>,
        /// Whether it is counted, too, how many the first condition leaves, the first two, and so on. Not of a group.
        steps: Option<Flag>,
        /// The group's shop, where several groups have the id.
        shop_id: Option<Argument>,
        /// The group's app, where several groups have the id.
        app_id: Option<Argument>,
        /// The tags to break the count down by.
        dimensions: Option<List<Text<64>, 8>>,
    }
}

/// A count.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CountView {
    /// What was counted.
    #[serde(flatten)]
    pub audience: AudienceView,
    /// How many members.
    pub total: u64,
    /// What they paid the merchant, yuan; absent while the merchant has no trades.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum: Option<String>,
    /// The members by each dimension, in the order asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<Spread>,
    /// Where that was asked for: how many members the merchant has, then how many are left after each condition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<u64>,
    /// The conditions in words, one for one; of a crowd group's there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Words>,
    /// How many changes the index had taken in: a later count may be another only where this is another.
    #[serde(default)]
    pub index_version: u64,
    /// How long the counting took, microseconds of real time.
    #[serde(default)]
    pub took_us: u64,
}

/// How the members spread over one dimension.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Spread {
    /// The tag's code.
    pub label: String,
    /// How many members have each value, by the value's label.
    #[cfg_attr(test, schemars(with = "std::collections::BTreeMap<String, u64>"))]
    pub value: Map<String, Value>,
}

impl Method for CrowdCount {
    const NAME: &'static str = "punchcard.crowd.count";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = CountView;
}

impl OperatorRead for CrowdCount {
    async fn run(call: OperatorCall, request: Request) -> Answer<CountView> {
        let Request { pid, crowd, group, conditions, steps, shop_id, app_id, dimensions } = request;
        let dimensions =
            dimensions.map_or_else(Vec::new, |List(codes)| codes.iter().map(|code| code.to_string()).collect());
        if let Some(unknown) = dimensions.iter().find(|code| !is_dimension(code)) {
            return Err(wrong(format!("{unknown} is no dimension")));
        }
        let app = &call.app;
        let audience = match (conditions, crowd.is_some() || group.is_some(), pid) {
            (Some(_), true, _) => return Err(wrong("conditions stand for a crowd: name one of both")),
            (conditions, false, Some(pid)) => draft(app, pid, conditions).await?,
            (None, _, pid) => find(app, pid, crowd, group, shop_id, app_id).await?,
            (Some(_), false, None) => return Err(wrong("pid: whose members is needed with conditions")),
        };
        load(app, &audience.pid).await?;
        let (index_version, started) = (app.index.version(), Instant::now());
        let with_steps = steps.is_some_and(|Flag(wanted)| wanted);
        let (steps, counts) = count(app, &audience, &dimensions, with_steps).await?;
        let spreads = Value::from(breakdown(&audience.tags, &dimensions, &counts.histograms));
        let spreads = serde_json::from_value(spreads).map_err(|error| Fault::bug(error.to_string()))?;
        let took_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        Ok(CountView {
            total: counts.total,
            sum: counts.sum.map(money::format_sum),
            dimensions: spreads,
            steps,
            words: words_of(&audience),
            index_version,
            took_us,
            audience: AudienceView::of(&audience),
        })
    }
}

/// Counts all steps among the same members, where the conditions are on tags alone.
async fn count(
    app: &App,
    audience: &Audience,
    dimensions: &[String],
    with_steps: bool,
) -> Result<(Vec<u64>, Counts), Fault> {
    let (pid, now, facts) = (&audience.pid, app.clock.now(), index::facts(&audience.conditions));
    if facts.is_empty() {
        let all = &audience.conditions;
        let lengths = if with_steps { 0..all.len() } else { 0..0 };
        let steps: Vec<_> = lengths.map(|length| &all[..length]).collect();
        let (mut counted, counts) = count_steps(app, pid, &audience.tags, &steps, all, dimensions)?;
        if with_steps {
            counted.push(counts.total);
        }
        return Ok((counted, counts));
    }
    app.index.define(pid, &audience.tags);
    let ask = |columns: &[segment::Tag]| {
        let expr = index::expr(audience.conditions.clone(), columns).expect("its tags are defined");
        let place = |code: &String| columns.iter().position(|tag| tag.code == *code);
        (expr, dimensions.iter().filter_map(place).collect())
    };
    Ok((Vec::new(), app.index.count_behavior(&app.store, pid, now, &facts, ask).await?))
}
