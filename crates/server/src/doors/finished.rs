//! What a call leaves behind for the request log.

use crate::app::App;
use crate::app::clock::system_now;
use crate::biz::Unknown;
use crate::methods::Doors;
use crate::request_log::{FinishedCall, MadeIds, RestCall, Sent, SentFile, WholeCall};
use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;
use store::call_log::Share;
use wire::{Charset, File, RawCall, Rejection, VerifiedCall, code};

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
    pub(super) unknown: Vec<Unknown>,
}

impl Finished {
    /// Of a call whose query and body have so many bytes.
    pub(super) fn of(bytes_in: usize) -> Finished {
        Finished { bytes_in, ..Finished::default() }
    }

    /// Keeps what a call of this app has sent, where that is wanted.
    pub(super) fn keep_verified(&mut self, app: &App, mut call: VerifiedCall, app_id: &str, unknown: Vec<Unknown>) {
        if app.request_log.keeps_whole(Some(app_id), system_now) {
            self.keep_names(&call.take_files());
            self.sent = Some(Sent::Verified(Box::new(call)));
            self.unknown = unknown;
        }
    }

    /// Keeps the names of files.
    pub(super) fn keep_names(&mut self, files: &[File]) {
        let name =
            |file: &File| SentFile { field: file.field.clone(), name: file.name.clone(), bytes: file.bytes.len() };
        self.files = files.iter().map(name).collect();
    }

    /// Keeps what a call through `/v3` has sent, where that is wanted of its app.
    pub(super) fn keep_rest(&mut self, app: &App, app_id: Option<&str>, call: impl FnOnce() -> RestCall) {
        if app.request_log.keeps_whole(app_id, system_now) {
            self.sent = Some(Sent::Rest(Box::new(call())));
        }
    }

    /// The call through `/v3` that is kept.
    pub(super) fn rest(&mut self) -> Option<&mut RestCall> {
        match &mut self.sent {
            Some(Sent::Rest(call)) => Some(call),
            _ => None,
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

/// What came of a call.
pub(super) enum Outcome {
    /// It was verified: the business members, or why not.
    Verified(Result<String, Rejection>),
    /// It was not verified: why not.
    Unverified(Rejection),
}

/// A call that was answered, as its door knows it.
pub(super) struct Answered<'a> {
    /// The door.
    pub(super) door: Doors,
    /// The method, whatever the caller has sent as its name.
    pub(super) method: Option<String>,
    /// Its trace id.
    pub(super) trace_id: String,
    /// The calling app, as far as the directory knows it.
    pub(super) app_id: Option<String>,
    /// The merchant that it acts for, once that was decided.
    pub(super) pid: Option<String>,
    /// What came of it.
    pub(super) outcome: &'a Outcome,
    /// The caller's address.
    pub(super) address: IpAddr,
    /// The time from its head to its answer.
    pub(super) took: Duration,
    /// The answer in clear, and what that is written in.
    pub(super) answer: Vec<u8>,
    pub(super) charset: Charset,
    /// Bytes that are sent.
    pub(super) bytes_out: usize,
}

/// Hands a call that is answered over to the request log. Of an address that is over its limit the log gets nothing but
/// verified calls.
pub(super) fn hand_over(app: &App, answered: Answered<'_>, finished: Finished) {
    let Answered { door, method, trace_id, app_id, pid, outcome, address, took, answer, charset, bytes_out } = answered;
    let (share, refusal) = match outcome {
        Outcome::Verified(answer) => (Share::Verified, answer.as_ref().err()),
        Outcome::Unverified(rejection) if *rejection == code::APP_CALL_LIMITED => return,
        Outcome::Unverified(rejection) => (Share::Unverified, Some(rejection)),
    };
    let Finished { bytes_in, cause, made, sent, files, unknown } = finished;
    let whole = sent.map(|sent| WholeCall { sent, files, unknown, answer, charset });
    app.request_log.push(FinishedCall {
        share,
        at: app.clock.now(),
        took,
        trace_id,
        app_id,
        pid,
        method,
        door: if door == Doors::V3 { "v3" } else { "gateway" },
        code: refusal.map_or("10000", |refusal| refusal.code),
        sub_code: refusal.map_or(Cow::Borrowed(""), |refusal| refusal.sub_code.clone()),
        cause,
        address,
        bytes_in,
        bytes_out,
        made,
        whole,
    });
}
