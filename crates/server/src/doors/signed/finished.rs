//! What was found out about a call while it was answered, for the request log.

use crate::app::App;
use crate::app::clock::system_now;
use crate::biz::Unknown;
use crate::request_log::{MadeIds, RestCall, Sent, SentFile, WholeCall};
use wire::{Charset, File, RawCall, VerifiedCall};

/// What was found out about a call while it was answered.
#[derive(Default)]
pub(in crate::doors) struct Finished {
    /// Bytes of query and body.
    pub(super) bytes_in: usize,
    /// What its caller has most likely done wrong; empty if nothing was found.
    pub(in crate::doors) cause: &'static str,
    /// The ids that it was given for what it made.
    pub(in crate::doors) made: MadeIds,
    /// What it has sent, where that is kept.
    sent: Option<Sent>,
    files: Vec<SentFile>,
    /// The members of it that nobody knows.
    pub(in crate::doors) unknown: Vec<Unknown>,
}

impl Finished {
    /// Of a call whose query and body have so many bytes.
    pub(in crate::doors) fn of(bytes_in: usize) -> Finished {
        Finished { bytes_in, ..Finished::default() }
    }

    /// Keeps what a call of this app has sent, where that is wanted.
    pub(in crate::doors) fn keep_verified(
        &mut self,
        app: &App,
        mut call: VerifiedCall,
        app_id: &str,
        unknown: Vec<Unknown>,
    ) {
        if app.request_log.keeps_whole(Some(app_id), system_now) {
            self.keep_names(&call.take_files());
            self.sent = Some(Sent::Verified(Box::new(call)));
            self.unknown = unknown;
        }
    }

    /// Keeps the names of files.
    pub(in crate::doors) fn keep_names(&mut self, files: &[File]) {
        let name =
            |file: &File| SentFile { field: file.field.clone(), name: file.name.clone(), bytes: file.bytes.len() };
        self.files = files.iter().map(name).collect();
    }

    /// Keeps what a call through `/v3` has sent, where that is wanted of its app.
    pub(in crate::doors) fn keep_rest(&mut self, app: &App, app_id: Option<&str>, call: impl FnOnce() -> RestCall) {
        if app.request_log.keeps_whole(app_id, system_now) {
            self.sent = Some(Sent::Rest(Box::new(call())));
        }
    }

    /// The call through `/v3` that is kept.
    pub(in crate::doors) fn rest(&mut self) -> Option<&mut RestCall> {
        match &mut self.sent {
            Some(Sent::Rest(call)) => Some(call),
            _ => None,
        }
    }

    /// The same of a call that was not verified, whose app is not known, or known by its word alone.
    pub(in crate::doors) fn keep_unverified(&mut self, app: &App, mut call: RawCall, app_id: Option<&str>) {
        if app.request_log.keeps_whole(app_id, system_now) {
            call.keep_params_alone();
            self.sent = Some(Sent::Unverified(Box::new(call)));
        }
    }

    /// All of the call with its answer, where that is kept.
    pub(super) fn whole(self, answer: Vec<u8>, charset: Charset) -> Option<WholeCall> {
        let Finished { sent, files, unknown, .. } = self;
        sent.map(|sent| WholeCall { sent, files, unknown, answer, charset })
    }
}
