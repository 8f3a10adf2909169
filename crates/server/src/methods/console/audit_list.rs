//! `punchcard.audit.list`: what operators did, the newest first.

use super::{Argument, Limit};
use crate::answer::Answer;
use crate::biz::{Positive, biz};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::audit::{self, Act, KeptAct};
use wire::time;

/// See the module.
pub struct AuditList;

biz! {
    /// The request.
    pub struct Request {
        /// Only what was about this merchant.
        pid: Option<Argument>,
        /// Only this operator's.
        name: Option<Argument>,
        /// Only those before this number.
        after: Option<Positive<9_223_372_036_854_775_807>>,
        /// How many at most.
        limit: Limit,
    }
}

/// What operators did.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Acts {
    /// The newest first.
    pub acts: Vec<ActSummary>,
    /// What `after` is to be for the next ones; none when these are the last.
    pub next: Option<i64>,
}

/// Something that an operator did, or began to do.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActSummary {
    /// Its number.
    pub id: i64,
    /// When, by the store's clock, `yyyy-MM-dd HH:mm:ss` in UTC+8.
    pub at: String,
    /// When, by the machine's.
    pub wall_at: String,
    /// The operator's name; `command`, and `local` for whoever sits at a stand-in's machine.
    pub name: String,
    /// The address that the call came from; empty for a command.
    pub address: String,
    /// The merchant; empty for the whole store.
    pub pid: String,
    /// The method, or `sign in`, `sign out`, `set the password`.
    pub method: String,
    /// What it was asked, as JSON, without secrets.
    pub request: String,
    /// What it was answered, `10000` for a success; empty for the row of what has begun.
    pub code: String,
    /// The refusal's name.
    pub sub_code: String,
    /// The call's name in the log; an end has that of its beginning.
    pub trace_id: String,
}

impl Method for AuditList {
    const NAME: &'static str = "punchcard.audit.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = Acts;
}

impl OperatorRead for AuditList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Acts> {
        let [pid, name] = [request.pid, request.name].map(|text| text.map(|text| text.to_string()).unwrap_or_default());
        let before = request.after.map_or(i64::MAX, |after| i64::try_from(after.0).unwrap_or(i64::MAX));
        let limit = super::limit(request.limit);
        let read = move |tx: &mut Tx| audit::newest(tx, before, &pid, &name, i64::from(limit));
        let found = super::read_long(&call.app, read).await??;
        let next = found.last().filter(|_| found.len() == limit as usize).map(|last| last.id);
        Ok(Acts { acts: found.into_iter().map(summary).collect(), next })
    }
}

fn summary(KeptAct { id, act, .. }: KeptAct) -> ActSummary {
    let Act { at, wall_at, operator, address, pid, method, request, code, sub_code, trace_id } = act;
    let [at, wall_at] = [at, wall_at].map(time::format);
    ActSummary { id, at, wall_at, name: operator, address, pid, method, request, code, sub_code, trace_id }
}
