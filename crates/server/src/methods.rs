//! THE LIST: every method that Punchcard answers, and what a method is.
//!
//! A method is one file that says what its request and response hold and what it does with them. Around it, once for
//! all, in [`run_read`] and [`run_write`]: reading the request, the transaction, the check that the caller still may,
//! idempotency, rendering. A method cannot forget them and cannot do them differently.

pub mod activity;
pub mod operator;
pub mod points;
pub mod prize;
pub mod refusals;
pub mod segment;
pub mod trade;

use crate::app::App;
use crate::biz::{self, AnswerField, Biz};
use crate::directory::Caller;
use crate::outbound::Target;
use domain::trade::Origin;
use serde::Serialize;
use serde_json::{Map, Value};
use std::pin::Pin;
use std::sync::Arc;
use store::ledger::Cause;
use store::once::{self, Outcome};
use store::{Bucket, Tx};
use wire::{Fault, SignType, VerifiedCall, code};

pub use refusals::SubCode;

/// Every method, by product.
pub static THE_LIST: &[Entry] = &[
    read::<segment::tags_query::TagsQuery>(),
    read::<segment::crowd_count::CrowdCount>(),
    write::<segment::crowd_create::CrowdCreate>(),
    write::<segment::crowd_modify::CrowdModify>(),
    write::<segment::crowd_delete::CrowdDelete>(),
    read::<segment::crowd_batchquery::CrowdBatchquery>(),
    read::<segment::crowd_detail_query::CrowdDetailQuery>(),
    write::<activity::create::ActivityCreate>(),
    read::<activity::query::ActivityQuery>(),
    write::<activity::modify::ActivityModify>(),
    write::<activity::offline::ActivityOffline>(),
    read::<activity::batchquery::ActivityBatchquery>(),
    write::<points::update::PointsUpdate>(),
    read::<points::query::PointsQuery>(),
    write::<prize::auth::PrizesendAuth>(),
    write::<trade::create::TradeCreate>(),
    write::<trade::pay::TradePay>(),
    read::<trade::query::TradeQuery>(),
    write::<trade::refund::TradeRefund>(),
    write::<trade::cancel::TradeCancel>(),
    write::<trade::close::TradeClose>(),
];

/// The open platform's methods that this build does not answer, though it knows what is asked: a stand-in says so.
pub static NOT_ANSWERED: &[&str] = &[
    "alipay.marketing.cashvoucher.template.create",
    "alipay.marketing.cashvoucher.template.modify",
    "alipay.marketing.userule.pid.query",
    "alipay.marketing.voucher.list.query",
    "alipay.marketing.voucher.query",
    "alipay.marketing.voucher.send",
    "alipay.marketing.voucher.template.delete",
    "alipay.marketing.voucher.templatedetail.query",
    "alipay.marketing.voucher.templatelist.query",
    "alipay.open.auth.token.app",
    "alipay.open.auth.token.app.query",
    "alipay.system.oauth.token",
    "ant.merchant.expand.merchant.storelist.query",
    "koubei.catering.crowdgroup.condition.query",
    "koubei.catering.crowdgroup.condition.set",
];

/// What every method says of itself.
pub trait Method: 'static {
    /// Its full name on the wire.
    const NAME: &'static str;
    /// The `sub_code` for a wrong field.
    const INVALID: &'static str = biz::INVALID;
    /// What the caller sends in `biz_content`.
    type Request: Biz;
    /// The business members of the answer, in their order.
    type Response: Serialize + AnswerField;
    /// The refusals of its own rules, beside that of a wrong field, in the order in which they are looked for.
    const REFUSALS: &'static [SubCode];
}

/// A method that changes nothing.
pub trait Read: Method {
    /// What the store says; the response itself, where no more is needed.
    type Loaded: Send + 'static;

    /// Reads what the answer needs, in one snapshot of the store.
    fn load(call: &Call, tx: &mut Tx, request: &Self::Request) -> Answer<Self::Loaded>;

    /// Makes the answer; what takes long, such as counting a crowd, happens here, with no transaction open.
    fn answer(call: &Call, loaded: Self::Loaded) -> Answer<Self::Response>;
}

/// A method that changes something: load, decide, record, in one transaction.
pub trait Write: Method {
    /// How a repeat is answered (DECISIONS.md 2).
    fn once(request: &Self::Request) -> Once<'_>;

    /// How many new ids it needs at most: see [`Call::new_id`].
    const NEW_IDS: u16 = 0;

    /// Does it. May run again when the engine asks for a retry: only `tx` may be changed.
    fn handle(call: &Call, tx: &mut Tx, request: &Self::Request) -> Answer<Self::Response>;
}

/// How a write answers a repeat of itself.
pub enum Once<'a> {
    /// The first answer is kept under the caller's key, for good.
    Stored {
        /// What the key is unique in, beside the merchant and the method; often nothing.
        within: &'a str,
        /// The caller's key.
        key: &'a str,
        /// The answer to the same key with other content.
        conflict: Fault,
    },
    /// The state is the key: doing it again changes nothing, and is answered by what the state says now. A method that
    /// makes a thing under the caller's number claims that itself, with [`store::once::claim`].
    Natural,
}

/// What a call says beside its business.
#[derive(Clone, Debug)]
pub struct Said {
    /// Where the caller wants to be told of what comes of it.
    pub notify_url: Option<String>,
    /// How the caller wants to be signed to.
    pub sign_type: SignType,
    /// The call's name in the log.
    pub trace_id: String,
}

impl Said {
    /// What a verified call says. Refuses U+0000 in any parameter, which not every store can hold, and a `notify_url` at
    /// which nobody can be told anything.
    pub fn read(call: &VerifiedCall, trace_id: &str) -> Result<Said, Fault> {
        if let Some(name) = call.with_nul() {
            return Err(biz::invalid(&name.replace('\0', "\\u0000"), biz::NUL));
        }
        let notify_url = call.get("notify_url").map(str::to_owned);
        if notify_url.as_deref().is_some_and(|url| Target::parse(url).is_err()) {
            return Err(biz::invalid("notify_url", "必须是http或https的绝对地址"));
        }
        Ok(Said { notify_url, sign_type: call.sign_type(), trace_id: trace_id.to_owned() })
    }
}

/// What a method is told about the call.
pub struct Call {
    /// Who calls, and for whom.
    pub caller: Caller,
    /// What the call says beside its business.
    pub said: Said,
    /// The clock's time, UTC milliseconds.
    pub now: i64,
    /// The process's shared parts.
    pub app: Arc<App>,
    secret: String,
    first_number: i64,
}

impl Call {
    /// The merchant the call acts for; every id in the request is looked up inside it.
    pub fn pid(&self) -> &str {
        &self.caller.pid
    }

    /// 128 random bits in 32 hexadecimal digits, the same however often the method runs.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// What makes money move: this call.
    pub fn cause(&self) -> Cause<'_> {
        Cause { app_id: Some(&self.caller.app_id), trace_id: Some(&self.said.trace_id) }
    }

    /// What makes the thing that it is about, and is to be told of it.
    pub fn origin(&self) -> Origin {
        Origin {
            app_id: self.caller.app_id.clone(),
            auth_app_id: self.caller.auth_app_id.clone(),
            notify_url: self.said.notify_url.clone(),
            sign_type: self.said.sign_type.name().to_owned(),
        }
    }

    /// The `nth` of the [`Write::NEW_IDS`] new ids, counted from 0, for a thing in that bucket.
    pub fn new_id(&self, nth: u16, bucket: Bucket) -> i64 {
        bucket.id(self.first_number + i64::from(nth))
    }
}

/// What a method gives back.
pub type Answer<T> = Result<T, Stop>;

/// Why there is no answer.
#[derive(Debug)]
pub enum Stop {
    /// A rule said no: this is what the caller is told, and nothing was changed.
    Refused(Fault),
    /// The store failed; the caller is told 20000.
    Failed(store::Fault),
    /// The caller's app or authorisation has changed since it was looked up: look again and repeat.
    Stale,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Refused(fault)
    }
}

impl From<store::Fault> for Stop {
    fn from(fault: store::Fault) -> Stop {
        Stop::Failed(fault)
    }
}

/// One line of the list: a method with its types erased.
pub struct Entry {
    /// The method's full name.
    pub name: &'static str,
    /// Whether it changes something.
    pub writes: bool,
    /// The members of its `biz_content`, in the order of the contract.
    pub fields: &'static [biz::Member],
    /// The business members of its answer, in their order.
    pub answer: &'static [biz::Member],
    /// The refusals of its own rules.
    pub refusals: &'static [SubCode],
    /// The `sub_code` for a wrong field.
    pub invalid: &'static str,
    run: fn(Arc<App>, Caller, Said, Map<String, Value>) -> Answering,
}

/// An answer on its way.
type Answering = Pin<Box<dyn Future<Output = Answer<String>> + Send>>;

impl Entry {
    /// The method of that name.
    pub fn find(name: &str) -> Option<&'static Entry> {
        THE_LIST.iter().find(|entry| entry.name == name)
    }

    /// Answers a call: the business members as one JSON object.
    pub async fn run(&self, app: Arc<App>, caller: Caller, said: Said, members: Map<String, Value>) -> Answer<String> {
        (self.run)(app, caller, said, members).await.map_err(|stop| match stop {
            Stop::Refused(fault) => Stop::Refused(self.refusal(fault)),
            stop => stop,
        })
    }

    /// A refusal with the `sub_code` that the method has for a wrong field.
    pub fn refusal(&self, fault: Fault) -> Fault {
        let declared = |code: &SubCode| fault.sub_code == code.name && fault.sub_msg == code.text;
        let is_declared = fault.sub_code == biz::INVALID || self.refusals.iter().any(declared);
        debug_assert!(is_declared, "{}: {} {} is not declared", self.name, fault.sub_code, fault.sub_msg);
        if fault.sub_code == biz::INVALID { Fault { sub_code: self.invalid.into(), ..fault } } else { fault }
    }
}

const fn read<M: Read>() -> Entry {
    Entry {
        name: M::NAME,
        writes: false,
        fields: M::Request::MEMBERS,
        answer: M::Response::SHAPE.members(),
        refusals: M::REFUSALS,
        invalid: M::INVALID,
        run: |app, caller, said, members| Box::pin(run_read::<M>(app, caller, said, members)),
    }
}

const fn write<M: Write>() -> Entry {
    Entry {
        name: M::NAME,
        writes: true,
        fields: M::Request::MEMBERS,
        answer: M::Response::SHAPE.members(),
        refusals: M::REFUSALS,
        invalid: M::INVALID,
        run: |app, caller, said, members| Box::pin(run_write::<M>(app, caller, said, members)),
    }
}

async fn run_read<M: Read>(app: Arc<App>, caller: Caller, said: Said, members: Map<String, Value>) -> Answer<String> {
    let request = M::Request::read(&members)?;
    let call = Arc::new(Call { caller, said, now: app.clock.now(), app, secret: String::new(), first_number: 0 });
    let in_tx = call.clone();
    let load = move |tx: &mut Tx| {
        in_tx.caller.still_may(tx)?;
        M::load(&in_tx, tx, &request)
    };
    let loaded = call.app.store.read(load).await?;
    M::answer(&call, loaded).map(|response| render(&response))
}

async fn run_write<M: Write>(app: Arc<App>, caller: Caller, said: Said, members: Map<String, Value>) -> Answer<String> {
    let request = M::Request::read(&members)?;
    let first_number = if M::NEW_IDS == 0 { 0 } else { app.store.next_numbers(M::NEW_IDS).await? };
    let (now, secret) = (app.clock.now(), app.new_secret());
    let call = Call { caller, said, now, app: app.clone(), secret, first_number };
    let write = move |tx: &mut Tx| {
        call.caller.still_may(tx)?;
        let handle = |tx: &mut Tx| M::handle(&call, tx, &request).map(|response| render(&response));
        match M::once(&request) {
            Once::Natural => handle(tx),
            Once::Stored { within, key, conflict } => {
                let scope = format!("{}/{}/{within}", M::NAME, call.pid());
                match once::stored(tx, &scope, key, &fingerprint(&request), call.now, handle)? {
                    Outcome::New(answer) | Outcome::Again(answer) => Ok(answer),
                    Outcome::Conflict => Err(conflict.into()),
                }
            }
        }
    };
    app.store.write(write).await
}

fn render(response: &impl Serialize) -> String {
    serde_json::to_string(response).expect("responses serialise")
}

/// What makes two requests the same: a version byte and the canonical JSON of the non-empty known fields, so that a field
/// added later changes no old fingerprint (DECISIONS.md 2).
pub fn fingerprint(request: &impl Biz) -> [u8; 32] {
    fingerprint_of(request.canonical())
}

/// The same of a request in normal form.
pub fn fingerprint_of(canonical: Map<String, Value>) -> [u8; 32] {
    const VERSION: u8 = 1;
    let mut canonical = Value::Object(canonical);
    canonical.sort_all_objects();
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, &canonical).expect("JSON serialises");
    wire::sha256(&bytes)
}

/// The answer of a call that cannot be answered now, whatever the reason: the log has it.
pub fn unavailable() -> Fault {
    code::UNKNOWN_ERROR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_listed_once_and_found_by_name() {
        for entry in THE_LIST {
            let found = Entry::find(entry.name).expect("listed");
            assert!(std::ptr::eq(found, entry), "{} is listed twice", entry.name);
        }
        assert!(Entry::find("koubei.no.such.api").is_none());
        let answered = NOT_ANSWERED.iter().find(|name| Entry::find(name).is_some());
        assert_eq!(answered, None, "it is answered now: take it from the other list");
    }
}
