//! `GET /console/api/{pid}/events`: server-sent events that say which answers are stale, `data: {"topic":"call"}`, and
//! nothing else; the page asks again for what it shows. Nothing is replayed: whoever comes back asks for everything.
//!
//! A stream looks every quarter of a second whether something is new, and so says at most that often. What calls have
//! done is in the request log, which all processes of a store share; what jobs have done and how the clock stands, this
//! process knows. The session is looked at each time: a stream ends with it.

use super::api::refusal;
use super::session;
use super::{Console, place_of};
use crate::actor::Actor;
use crate::app::App;
use crate::methods::console::wrong;
use crate::methods::dispatch::Place;
use crate::methods::{Entry, Need};
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::operator::Rights;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use store::call_log::{self, Filter};
use store::{Tx, world};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Looks without news before a stream says that it is still there: a connection that has gone is noticed by that.
const STILL_THERE_AFTER: u32 = 60;
/// Calls that a look reads at most; of more, the rest is read at the next look.
const CALLS_MAX: u32 = 200;

/// Begins a stream.
pub async fn events(State(console): State<Arc<Console>>, Path(pid): Path<String>, request: Request) -> Response {
    let app = &console.app;
    let trace_id = app.new_trace_id();
    let (head, _) = request.into_parts();
    let refused = |status, text| refusal(status, &wrong(text), &trace_id);
    if let Err(status) = session::is_our_page(&head, &console.hosts) {
        return refused(status, "this is not the console's own page");
    }
    let actor = match session::actor(app, &head, &console.hosts).await {
        Ok(Some(actor)) => actor,
        Ok(None) => return refused(StatusCode::UNAUTHORIZED, "nobody is signed in"),
        Err(fault) => return refusal(StatusCode::SERVICE_UNAVAILABLE, &fault.into(), &trace_id),
    };
    let rights = match place_of(&pid) {
        Place::Store => actor.rights_for_all(),
        Place::Merchant(pid) => actor.rights_for(pid),
    };
    let Some(rights) = rights.filter(|rights| rights.allow(Need::Read)) else {
        return refused(StatusCode::NOT_FOUND, "no such method or merchant here");
    };
    if let Place::Merchant(pid) = place_of(&pid) {
        let asked = pid.to_owned();
        match app.store.read(move |tx: &mut Tx| world::merchant(tx, &asked)).await {
            Ok(Some(_)) => {}
            Ok(None) => return refused(StatusCode::NOT_FOUND, "no such method or merchant here"),
            Err(fault) => return refusal(StatusCode::SERVICE_UNAVAILABLE, &fault.into(), &trace_id),
        }
    }
    let Ok(permit) = console.streams.clone().try_acquire_owned() else {
        return refused(
            StatusCode::TOO_MANY_REQUESTS,
            "too many pages are open: this one shows what is new when asked",
        );
    };
    let pid = place_of(&pid).pid().map(str::to_owned);
    let (sender, receiver) = mpsc::channel(4);
    let watch = Watch { app: app.clone(), actor, rights, pid, sender, permit };
    tokio::spawn(watch.run(console.stop.clone()));
    let mut response = Body::from_stream(ReceiverStream::new(receiver)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A stream at work.
struct Watch {
    app: Arc<App>,
    actor: Actor,
    rights: Rights,
    /// The merchant; none for the whole store.
    pid: Option<String>,
    sender: mpsc::Sender<Result<Bytes, Infallible>>,
    permit: OwnedSemaphorePermit,
}

/// What a stream has told of.
#[derive(Clone, Copy, PartialEq)]
struct Seen {
    /// The last line of the request log.
    call: i64,
    /// The jobs that this process has done.
    jobs: u64,
    /// The members that this process has taken in.
    members: u64,
    /// Where a manual clock stands.
    clock: i64,
}

impl Watch {
    /// Until the page or the session has gone, or the process stops.
    async fn run(self, mut stop: tokio::sync::watch::Receiver<bool>) {
        // The first bytes tell the browser that the stream is open.
        let _ = self.sender.send(Ok(Bytes::from_static(b": open\n\n"))).await;
        let (mut seen, mut silent) = (None, 0);
        loop {
            let Some((now, topics)) = self.look(seen).await else { break };
            seen = Some(now);
            let text: String = topics.iter().map(|topic| format!("data: {{\"topic\":\"{topic}\"}}\n\n")).collect();
            silent = if text.is_empty() { silent + 1 } else { 0 };
            let text = if STILL_THERE_AFTER <= silent { ":\n\n".to_owned() } else { text };
            if !text.is_empty() {
                silent = 0;
                if self.sender.send(Ok(text.into())).await.is_err() {
                    break;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.sender.closed() => break,
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        drop(self.permit);
    }

    /// What is new since `seen`; `None` when the session has ended. A store that cannot be read has no news.
    async fn look(&self, seen: Option<Seen>) -> Option<(Seen, BTreeSet<&'static str>)> {
        let (actor, after) = (self.actor.clone(), seen.map(|seen| seen.call));
        let filter = Filter { pid: self.pid.clone().unwrap_or_default(), ..Filter::default() };
        let read = move |tx: &mut Tx| {
            actor.still_may(tx)?;
            let end = call_log::end(tx)?;
            let calls = match after {
                Some(after) if after < end => call_log::after(tx, &filter, after, CALLS_MAX)?,
                _ => Vec::new(),
            };
            Ok::<_, crate::answer::CallError>((end, calls))
        };
        let (end, calls) = match self.app.store.read(read).await {
            Ok(read) => read,
            Err(crate::answer::CallError::Rejection(_)) => return None,
            Err(_) => (after.unwrap_or_default(), Vec::new()),
        };
        let all = calls.len() < CALLS_MAX as usize;
        let call = if all { end } else { calls.last().map_or(end, |call| call.id) };
        let clock = if self.app.clock.stands_still() { self.app.clock.now() } else { 0 };
        let now = Seen { call, jobs: self.app.wakeup.done_count(), members: self.app.index.version(), clock };
        let Some(before) = seen else { return Some((now, BTreeSet::new())) };
        let mut topics: BTreeSet<_> =
            calls.iter().filter(|kept| kept.call.code == "10000").filter_map(|kept| topic(&kept.call.method)).collect();
        if !calls.is_empty() && self.rights.allow(Need::Develop) {
            topics.insert("call");
        }
        if before.jobs != now.jobs {
            topics.insert("notice");
        }
        if before.members != now.members {
            topics.insert("crowd");
        }
        if before.clock != now.clock {
            topics.insert("clock");
        }
        Some((now, topics))
    }
}

/// What a merchant's method changes, as pages call it; none for one that changes nothing.
fn topic(method: &str) -> Option<&'static str> {
    let entry = Entry::find(method).filter(|entry| entry.writes)?;
    let parts = [("crowd", "crowd"), ("voucher", "template"), ("trade", "trade")];
    let found = parts.into_iter().find(|(part, _)| entry.name.contains(part));
    Some(found.map_or("activity", |(_, topic)| topic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_changes_something_has_a_topic() {
        for (method, expect) in [
            ("koubei.marketing.campaign.crowd.create", Some("crowd")),
            ("koubei.marketing.campaign.crowd.count", None),
            ("alipay.marketing.cashvoucher.template.create", Some("template")),
            ("alipay.marketing.voucher.send", Some("template")),
            ("alipay.trade.pay", Some("trade")),
            ("koubei.marketing.campaign.activity.create", Some("activity")),
            ("koubei.marketing.tool.points.update", Some("activity")),
            ("no.such.method", None),
        ] {
            assert_eq!(topic(method), expect, "{method}");
        }
    }
}
