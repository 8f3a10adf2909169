//! `punchcard.log.list`: answered calls, the newest first; or those after a place of the log, the oldest first.

use super::call::CallSummary;
use super::{Argument, Limit, read_long, wrong};
use crate::answer::{Answer, CallError};
use crate::app::clock::parse_time;
use crate::biz::biz;
use crate::duration;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::call_log::{self, Filter};

/// See the module.
pub struct LogList;

biz! {
    /// The request. Without one of the filters, calls are of any kind.
    pub struct Request {
        /// A calling app.
        app_id: Option<Argument>,
        /// A merchant that calls act for.
        pid: Option<Argument>,
        /// A method.
        method: Option<Argument>,
        /// A `code` or `sub_code`.
        code: Option<Argument>,
        /// What callers have most likely done wrong, as `charset`.
        cause: Option<Argument>,
        /// How the trace id begins.
        trace_id: Option<Argument>,
        /// Since this time, as `2026-02-01 00:00:00`, or in this last time, as `10m`; by the store's clock.
        since: Option<Argument>,
        /// Only calls behind this place; then the oldest come first.
        after: Option<Argument>,
        /// Only calls before this place.
        before: Option<Argument>,
        /// How many at most.
        limit: Limit,
    }
}

/// A part of the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LogPart {
    /// The calls.
    pub calls: Vec<CallSummary>,
    /// The place from which to read on, for `after`.
    pub end: i64,
}

impl Method for LogList {
    const NAME: &'static str = "punchcard.log.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = LogPart;
}

impl OperatorRead for LogList {
    async fn run(call: OperatorCall, request: Request) -> Answer<LogPart> {
        let app = &call.app;
        let text = |argument: &Option<Argument>| argument.as_deref().unwrap_or_default().to_owned();
        let since = request.since.as_deref().map(|since| moment(since, app.clock.now())).transpose()?;
        let filter = Filter {
            trace_id: text(&request.trace_id),
            app_id: text(&request.app_id),
            pid: text(&request.pid),
            method: text(&request.method),
            code: text(&request.code),
            cause: text(&request.cause),
            since,
        };
        let after = request.after.as_deref().map(place).transpose()?;
        let before = request.before.as_deref().map(place).transpose()?.unwrap_or(i64::MAX);
        let limit = super::limit(request.limit);
        // What was answered before is there.
        app.request_log.flush().await;
        let read = move |tx: &mut Tx| {
            let calls = match after {
                Some(after) => call_log::after(tx, &filter, after, limit)?,
                None => call_log::newest(tx, &filter, before, limit)?,
            };
            // Behind a full part there may be more.
            let is_full = after.is_some() && limit as usize <= calls.len();
            let end = if is_full { calls.last().map_or(0, |last| last.id) } else { call_log::end(tx)? };
            let end = end.max(after.unwrap_or(0));
            Ok(LogPart { calls: calls.into_iter().map(CallSummary::from).collect(), end })
        };
        // Calls that hardly one of many is like are looked for through the whole log.
        read_long(app, read).await?.map_err(CallError::from)
    }
}

/// A time as an operator gives it, UTC milliseconds.
fn moment(text: &str, now: i64) -> Answer<i64> {
    match duration::parse(text) {
        Ok(ms) => Ok(now.saturating_sub(ms)),
        Err(_) => parse_time(text).map_err(|why| wrong(format!("since: {why}; or a duration, as 10m"))),
    }
}

fn place(text: &str) -> Answer<i64> {
    text.parse().map_err(|_| wrong("a place of the log is a number"))
}
