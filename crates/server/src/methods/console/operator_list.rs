//! `punchcard.operator.list`: who operates, by name.

use super::operator::{OperatorView, view};
use super::{Argument, Limit};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::{Tx, operator};

/// See the module.
pub struct OperatorList;

biz! {
    /// The request.
    pub struct Request {
        /// Only this merchant's operators, with what they are for it.
        pid: Option<Argument>,
        /// Only those after this name.
        after: Option<Argument>,
        /// How many at most.
        limit: Limit,
    }
}

/// Operators.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Operators {
    /// By name.
    pub operators: Vec<OperatorView>,
    /// What `after` is to be for the next ones; none when these are the last.
    pub next: Option<String>,
}

impl Method for OperatorList {
    const NAME: &'static str = "punchcard.operator.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Operators;
}

impl OperatorRead for OperatorList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Operators> {
        let [pid, after] = [request.pid, request.after].map(|text| text.map(|text| text.to_string()));
        let limit = super::limit(request.limit) as usize;
        let read = move |tx: &mut Tx| {
            let mut found = Vec::new();
            let mut after = after.clone().unwrap_or_default();
            loop {
                let some = operator::list(tx, &after, READ_AT_ONCE)?;
                let Some(last) = some.last() else { return Ok(Operators { operators: found, next: None }) };
                after.clone_from(&last.name);
                for one in some {
                    let name = one.name.clone();
                    let one = view(tx, one, pid.as_deref())?;
                    if pid.is_some() && one.grants.is_empty() {
                        continue;
                    }
                    found.push(one);
                    if found.len() == limit {
                        return Ok(Operators { operators: found, next: Some(name) });
                    }
                }
            }
        };
        Ok(super::read_long(&call.app, read).await??)
    }
}

/// Operators that are read at once.
const READ_AT_ONCE: i64 = 100;
