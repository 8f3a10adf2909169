//! What a method is: its declaration, and one of the ways in which it works.

use super::access::{Doors, Need};
use super::call::Call;
use super::form::{AnswerForm, FieldPlace};
use super::refusals::SubCode;
use crate::actor::Actor;
use crate::answer::Answer;
use crate::app::App;
use crate::biz::{self, AnswerField, Biz};
use serde::Serialize;
use std::io::{Read as Input, Write as Output};
use std::sync::Arc;
use store::Tx;
use store::idempotency::Claim;
use wire::Rejection;

/// The declaration of a method.
pub trait Method: 'static {
    /// Its full name on the wire.
    const NAME: &'static str;
    /// The doors through which it may be called; through any other it is as unknown as one that does not exist.
    const DOORS: Doors;
    /// The right that an operator needs to call it.
    const NEED: Need;
    /// The `sub_code` for a wrong field.
    const INVALID: &'static str = biz::INVALID;
    /// Where the fields of its request stand in a signed call.
    const FIELDS_IN: FieldPlace = FieldPlace::BizContent;
    /// How a signed call of it is answered.
    const ANSWERS: AnswerForm = AnswerForm::Coded;
    /// The business parameters.
    type Request: Biz;
    /// The business members of the answer, in their order.
    type Response: Serialize;
    /// Members of the request that are not kept of an operator's call, beside what is hidden by its name.
    const HIDDEN: &'static [&'static str] = &[];
    /// The refusals of its own rules, beside that of a wrong field, in the order in which they are looked for. Those of
    /// an operator's method are texts for a person, and are not declared.
    const REFUSALS: &'static [SubCode] = &[];
}

/// A merchant's method that changes nothing.
pub trait Read: Method<Response: AnswerField> {
    /// The part of the answer that comes from the store; the response itself, where no more is needed.
    type Loaded: Send + 'static;

    /// Reads what the answer needs, in one snapshot of the store.
    fn load(call: &Call, tx: &mut Tx, request: &Self::Request) -> Answer<Self::Loaded>;

    /// Makes the answer; what takes long, such as counting a crowd, happens here, with no transaction open.
    fn answer(call: &Call, loaded: Self::Loaded) -> Answer<Self::Response>;
}

/// A merchant's method that changes something: load, decide, record, in one transaction.
pub trait Write: Method<Response: AnswerField> {
    /// The way in which a repeat is answered (`docs/decisions.md`, "Idempotency").
    fn once(request: &Self::Request) -> Once<'_>;

    /// How many new ids it needs at most: see [`Call::new_id`].
    const NEW_IDS: u16 = 0;

    /// Does it. May run again when the engine asks for a retry: only `tx` may be changed.
    fn handle(call: &Call, tx: &mut Tx, request: &Self::Request) -> Answer<Self::Response>;
}

/// The way in which a [`Write`] answers a repeat of itself.
pub enum Once<'a> {
    /// The first answer is kept under the caller's key, for good.
    Stored {
        /// What the key is unique in, beside the merchant and the method; often nothing.
        within: &'a str,
        /// The caller's key.
        key: &'a str,
        /// The answer to the same key with other content.
        conflict: Rejection,
    },
    /// The same, whatever else the repeat says: the key alone is compared.
    Replayed {
        /// What the key is unique in, beside the merchant and the method.
        within: &'a str,
        /// The caller's key.
        key: &'a str,
    },
    /// The state is the key: doing it again changes nothing, and is answered by what the state says now.
    Natural,
}

/// A merchant's method that does a thing once under the caller's key, and answers a repeat by what the thing's state
/// says then: the recomputed kind (`docs/decisions.md`, "Idempotency"). The key is kept with the thing's id. It is
/// claimed before the work, so that of two calls at once the second waits for the first and finds what it has done.
pub trait Recomputed: Method<Response: AnswerField> {
    /// What was checked and read before the key is claimed.
    type Checked<'a>;

    /// How many new ids it needs at most: see [`Call::new_id`].
    const NEW_IDS: u16;

    /// Checks the request, and reads what the claim needs.
    fn check<'a>(call: &Call, tx: &mut Tx, request: &'a Self::Request) -> Answer<Self::Checked<'a>>;

    /// The key, and what is claimed under it.
    fn key<'a>(call: &Call, request: &'a Self::Request, checked: &Self::Checked<'a>) -> Key<'a>;

    /// Does it if the claim is new, else answers by what there is. May run again, as [`Write::handle`] may.
    fn handle(
        call: &Call,
        tx: &mut Tx,
        request: &Self::Request,
        checked: Self::Checked<'_>,
        claim: Claim,
    ) -> Answer<Self::Response>;
}

/// A merchant's method that takes files and keeps what it makes of them.
pub trait Upload: Method<Response: AnswerField> {
    /// What was made of the files.
    type Checked: Send + Sync + 'static;

    /// Checks the request and its files, with no transaction open. It may take long: it runs on a thread of its own,
    /// and few run at once ([`App::file_work`]).
    fn check(call: &Call, request: &Self::Request) -> Answer<Self::Checked>;

    /// Keeps it. May run again, as [`Write::handle`] may.
    fn handle(call: &Call, tx: &mut Tx, request: &Self::Request, checked: &Self::Checked) -> Answer<Self::Response>;
}

/// A caller's idempotency key, and the thing that is claimed under it.
pub struct Key<'a> {
    /// What the key is unique in: a scope of the store.
    pub scope: String,
    /// The key.
    pub key: &'a str,
    /// The fingerprint of the request's content.
    pub fingerprint: [u8; 32],
    /// The id of the thing that the call makes, or is about.
    pub id: i64,
}

/// An operator's call, as its method gets it.
pub struct OperatorCall {
    /// The process's shared parts.
    pub app: Arc<App>,
    /// Who calls.
    pub actor: Arc<Actor>,
    /// The call's name in the log.
    pub trace_id: String,
    /// The file that comes with the request, such as the rows of an import; else nothing.
    pub input: Box<dyn Input + Send>,
}

/// An operator's method that changes nothing.
pub trait OperatorRead: Method {
    /// Looks.
    fn run(call: OperatorCall, request: Self::Request) -> impl Future<Output = Answer<Self::Response>> + Send;
}

/// An operator's method that changes something. The log has a line of each.
pub trait OperatorWrite: Method {
    /// The log's name for what is done, and the thing that it is done to; empty where there is none.
    fn action(request: &Self::Request) -> (&'static str, String);

    /// The log's words for what came of it.
    fn outcome(response: &Self::Response) -> String;
    /// Whether an answer says that nothing was done.
    fn is_refused(_: &Self::Response) -> bool {
        false
    }

    /// Does it.
    fn run(call: OperatorCall, request: Self::Request) -> impl Future<Output = Answer<Self::Response>> + Send;
}

/// An operator's method whose answer is a file.
pub trait OperatorExport: Method {
    /// What the file is made of.
    type Begun: Send + 'static;

    /// Refuses what cannot be exported, before there is a file.
    fn begin(app: &Arc<App>, request: Self::Request) -> impl Future<Output = Answer<Self::Begun>> + Send;

    /// Writes the file. Should it fail, the file's end is missing, which its reader must see.
    fn run(app: Arc<App>, begun: Self::Begun, out: impl Output + Send + 'static) -> impl Future<Output = ()> + Send;
}
