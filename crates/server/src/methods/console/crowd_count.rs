//! `punchcard.crowd.count`: how many members a saved crowd or crowd group has now, and how they spread over dimensions.

use super::audience::{AudienceView, find};
use super::{Argument, wrong};
use crate::acts::crowd::breakdown::breakdown;
use crate::answer::Answer;
use crate::biz::{List, Text, biz};
use crate::index;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::tag::is_dimension;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::money;

/// See the module.
pub struct CrowdCount;

biz! {
    /// The request.
    pub struct Request {
        /// The crowd, by its id.
        crowd: Option<Argument>,
        /// The crowd group, by the id that its app has chosen. One of both is required.
        group: Option<Argument>,
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
    pub dimensions: Vec<Value>,
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
        let Request { crowd, group, shop_id, app_id, dimensions } = request;
        let dimensions =
            dimensions.map_or_else(Vec::new, |List(codes)| codes.iter().map(|code| code.to_string()).collect());
        if let Some(unknown) = dimensions.iter().find(|code| !is_dimension(code)) {
            return Err(wrong(format!("{unknown} is no dimension")));
        }
        let app = &call.app;
        let audience = find(app, crowd, group, shop_id, app_id).await?;
        if !app.is_ready() {
            // The process that serves calls has it, or a command has none yet.
            app.index.load_merchant(&app.store, &audience.pid).await?;
        }
        app.index.define(&audience.pid, &audience.tags);
        let facts = index::facts(&audience.conditions);
        let ask = |columns: &[segment::Tag]| {
            let expr = index::expr(audience.conditions.clone(), columns).expect("its tags are defined");
            let place = |code: &String| columns.iter().position(|tag| tag.code == *code);
            (expr, dimensions.iter().filter_map(place).collect())
        };
        let (pid, now) = (&audience.pid, app.clock.now());
        let counts = if facts.is_empty() {
            app.index.count(pid, &audience.columns(), now, |columns| Ok::<_, store::Fault>(ask(columns)))?
        } else {
            app.index.count_behavior(&app.store, pid, now, &facts, ask).await?
        };
        Ok(CountView {
            total: counts.total,
            sum: counts.sum.map(money::format_sum),
            dimensions: breakdown(&audience.tags, &dimensions, &counts.histograms),
            audience: AudienceView::of(&audience),
        })
    }
}
