//! `punchcard.crowd.compare`: how many members two crowds of a merchant have each, and in common.

use super::crowd::{conditions, count_steps, find, load};
use super::{Argument, wrong};
use crate::acts::crowd::audience::all_tags;
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::crowd::Crowd;
use serde::{Deserialize, Serialize};
use store::Tx;

/// See the module.
pub struct CrowdCompare;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// A crowd.
        crowd: Argument,
        /// Another one.
        other: Argument,
    }
}

/// Two crowds side by side, counted at one moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Comparison {
    /// The crowd's name.
    pub name: String,
    /// The other one's.
    pub other_name: String,
    /// How many members the crowd has.
    pub total: u64,
    /// How many the other one has.
    pub other_total: u64,
    /// How many are in both.
    pub both: u64,
}

impl Method for CrowdCompare {
    const NAME: &'static str = "punchcard.crowd.compare";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Comparison;
}

impl OperatorRead for CrowdCompare {
    async fn run(call: OperatorCall, request: Request) -> Answer<Comparison> {
        let app = &call.app;
        let pid = request.pid.to_string();
        let read = move |tx: &mut Tx| {
            let crowd = find(tx, &request.pid, &request.crowd)?;
            let other = find(tx, &request.pid, &request.other)?;
            Ok::<_, CallError>((crowd, other, all_tags(tx, &request.pid)?))
        };
        let (crowd, other, tags) = app.store.read(read).await?;
        load(app, &pid).await?;
        let rule = |crowd: &Crowd| {
            let outdated =
                |_| wrong(format!("the conditions of {} are about tags that the merchant no longer has", crowd.name));
            conditions(crowd)?.rule(&tags).map_err(outdated)
        };
        let (one, two) = (rule(&crowd)?, rule(&other)?);
        let both = [one.clone(), two.clone()].concat();
        let (totals, both) = count_steps(app, &pid, &tags, &[&one, &two], &both, &[])?;
        let [total, other_total] = totals[..] else { return Err(wrong("two crowds have two counts")) };
        Ok(Comparison { name: crowd.name, other_name: other.name, total, other_total, both: both.total })
    }
}
