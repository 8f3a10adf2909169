//! What a call leaves behind for the request log.

use super::{Outcome, Sealed, Terms};
use crate::app::App;
use crate::app::clock::system_now;
use crate::biz::Unknown;
use crate::request_log::{FinishedCall, MadeIds, Sent, SentFile, WholeCall};
use axum::response::Response;
use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;
use store::call_log::Share;
use wire::{File, RawCall, VerifiedCall, code};

/// The door's name in the log.
const DOOR: &str = "gateway";

/// What was found out about a call while it was answered.
#[derive(Default)]
pub(super) struct Finished {
    /// Bytes of query and body.
    bytes_in: usize,
    /// What its caller has most likely done wrong; empty if nothing was found.
    pub(super) cause: &'static str,
    /// The ids that it was given for what it made.
    pub(super) made: MadeIds,
    /// What it has sent, where that is kept.
    sent: Option<Sent>,
    files: Vec<SentFile>,
    /// The members of it that nobody knows.
    unknown: Vec<Unknown>,
}

impl Finished {
    /// Of a call whose query and body have so many bytes.
    pub(super) fn of(bytes_in: usize) -> Finished {
        Finished { bytes_in, ..Finished::default() }
    }

    /// Keeps what a call of this app has sent, where that is wanted.
    pub(super) fn keep_verified(&mut self, app: &App, mut call: VerifiedCall, app_id: &str, unknown: Vec<Unknown>) {
        if app.request_log.keeps_whole(Some(app_id), system_now) {
            let without_content = |file: File| SentFile { field: file.field, name: file.name, bytes: file.bytes.len() };
            self.files = call.take_files().into_iter().map(without_content).collect();
            self.sent = Some(Sent::Verified(Box::new(call)));
            self.unknown = unknown;
        }
    }

    /// The same of a call that was not verified, whose app is not known, or known by its word alone.
    pub(super) fn keep_unverified(&mut self, app: &App, mut call: RawCall, app_id: Option<&str>) {
        if app.request_log.keeps_whole(app_id, system_now) {
            call.keep_params_alone();
            self.sent = Some(Sent::Unverified(Box::new(call)));
        }
    }
}

/// Hands a call that is answered over to the request log; gives the answer, which is still to be sent. Of an address
/// that is over its limit the log gets nothing but verified calls.
pub(super) fn hand_over(
    app: &App,
    terms: Terms,
    outcome: &Outcome,
    sealed: Sealed,
    address: IpAddr,
    took: Duration,
) -> Response {
    let Sealed { response, node, bytes_out } = sealed;
    let (share, refusal) = match outcome {
        Outcome::Verified(answer) => (Share::Verified, answer.as_ref().err()),
        Outcome::Unverified(rejection) if *rejection == code::APP_CALL_LIMITED => return response,
        Outcome::Unverified(rejection) => (Share::Unverified, Some(rejection)),
    };
    let Terms { method, reader, trace_id, app_id, pid, finished, .. } = terms;
    let Finished { bytes_in, cause, made, sent, files, unknown } = finished;
    let whole = sent.map(|sent| WholeCall { sent, files, unknown, answer: node, charset: reader.charset });
    app.request_log.push(FinishedCall {
        share,
        at: app.clock.now(),
        took,
        trace_id,
        app_id,
        pid,
        method,
        door: DOOR,
        code: refusal.map_or("10000", |refusal| refusal.code),
        sub_code: refusal.map_or(Cow::Borrowed(""), |refusal| refusal.sub_code.clone()),
        cause,
        address,
        bytes_in,
        bytes_out,
        made,
        whole,
    });
    response
}
