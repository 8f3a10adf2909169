//! A merchant's call, as its method gets it.

use crate::app::App;
use crate::app::site::Site;
use crate::biz;
use crate::directory::Caller;
use crate::index::Index;
use crate::keys;
use crate::outbound::Target;
use crate::request_log::MadeIds;
use domain::trade::Origin;
use std::sync::Arc;
use store::ledger::Cause;
use store::{Bucket, Mode};
use wire::{File, Rejection, SignType, VerifiedCall, time};

/// The parameters of a call beside its business.
#[derive(Clone, Debug)]
pub struct CallContext {
    /// The address at which the caller wants to be notified of what comes of the call.
    pub notify_url: Option<String>,
    /// The signature type that the caller verifies.
    pub sign_type: SignType,
    /// The call's name in the log.
    pub trace_id: String,
    /// The files that came with it.
    pub files: Arc<Vec<File>>,
    /// The ids that it is given for what it makes.
    pub made: MadeIds,
}

impl CallContext {
    /// Those of a verified call. Refuses U+0000 in any parameter, which not every store can hold, and a `notify_url` to
    /// which no notification can be sent.
    pub fn read(call: &VerifiedCall, trace_id: &str) -> Result<CallContext, Rejection> {
        if let Some(name) = call.with_nul() {
            return Err(biz::invalid(&name.replace('\0', "\\u0000"), biz::NUL));
        }
        let files = call.files().clone();
        CallContext::checked(call.get("notify_url").map(str::to_owned), call.sign_type(), trace_id, files)
    }

    /// That of a call whose text was looked at. Refuses a `notify_url` to which no notification can be sent.
    pub fn checked(
        notify_url: Option<String>,
        sign_type: SignType,
        trace_id: &str,
        files: Arc<Vec<File>>,
    ) -> Result<CallContext, Rejection> {
        if notify_url.as_deref().is_some_and(|url| Target::parse(url).is_err()) {
            return Err(biz::invalid("notify_url", "必须是http或https的绝对地址"));
        }
        Ok(CallContext { notify_url, sign_type, trace_id: trace_id.to_owned(), files, made: MadeIds::default() })
    }

    /// The bytes of the file in a field, which a request that has the field has.
    pub fn file(&self, field: &str) -> Option<&[u8]> {
        let found = self.files.iter().find(|file| file.field == field && !file.bytes.is_empty());
        found.map(|file| file.bytes.as_slice())
    }
}

/// A merchant's call, as its method gets it. Of the process it has only what a method may use: no method can open a
/// transaction inside its own.
pub struct Call {
    /// The app that calls, and the merchant that it acts for.
    pub caller: Caller,
    /// The parameters beside its business.
    pub context: CallContext,
    /// The clock's time, UTC milliseconds.
    pub now: i64,
    /// Every merchant's members, to count.
    pub index: Arc<Index>,
    /// The addresses of pages.
    pub site: Arc<Site>,
    /// Whether real members pay here.
    pub mode: Mode,
    secret: String,
    first_number: i64,
}

impl Call {
    /// A call at the clock's time. `first_number` is the first of the numbers that were leased for its new ids.
    pub fn new(app: &App, caller: Caller, context: CallContext, secret: String, first_number: i64) -> Call {
        Call {
            caller,
            context,
            now: app.clock.now(),
            index: app.index.clone(),
            site: app.site.clone(),
            mode: app.store.mode(),
            secret,
            first_number,
        }
    }

    /// The merchant that the call acts for; every id in the request is looked up inside it.
    pub fn pid(&self) -> &str {
        &self.caller.pid
    }

    /// 128 random bits in 32 hexadecimal digits, the same however often the method runs.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Two new tokens of 40 characters, which nobody guesses, not even who has the other; the same however often the
    /// method runs.
    pub fn new_tokens(&self) -> [String; 2] {
        let month = time::format(self.now)[..7].replace('-', "");
        ["a token", "its refresh token"].map(|purpose| format!("{month}BB{}", keys::derived(&self.secret, purpose)))
    }

    /// The cause of the money and points that this call moves.
    pub fn cause(&self) -> Cause<'_> {
        Cause { app_id: Some(&self.caller.app_id), trace_id: Some(&self.context.trace_id) }
    }

    /// The origin of a thing that this call makes: who is notified of what happens to it.
    pub fn origin(&self) -> Origin {
        Origin {
            app_id: self.caller.app_id.clone(),
            auth_app_id: self.caller.auth_app_id.clone(),
            notify_url: self.context.notify_url.clone(),
            sign_type: self.context.sign_type.name().to_owned(),
        }
    }

    /// The `nth` of the new ids that its method asks for (`NEW_IDS`), counted from 0, for a thing in that bucket.
    pub fn new_id(&self, nth: u16, bucket: Bucket) -> i64 {
        let id = bucket.id(self.first_number + i64::from(nth));
        self.context.made.add(id);
        id
    }
}
