//! A line of THE LIST: a method with its types erased.

use super::access::{Doors, Need};
use super::call::CallContext;
use super::form::{AnswerForm, FieldPlace};
use super::method::{
    Method, OperatorCall, OperatorExport, OperatorRead, OperatorWrite, Read, Recomputed, Upload, Write,
};
use super::refusals::{self, SubCode};
use super::run::{self, Output};
use crate::answer::{Answer, CallError};
use crate::app::App;
use crate::biz::{self, AnswerField, Biz};
use crate::directory::Caller;
use serde_json::{Map, Value};
use std::pin::Pin;
use std::sync::Arc;
use wire::{Rejection, code};

/// A line of THE LIST.
pub struct Entry {
    /// The method's full name.
    pub name: &'static str,
    /// Whether it changes something.
    pub writes: bool,
    /// The fields of its request, in the order of the contract.
    pub fields: &'static [biz::Member],
    /// Where they stand in a signed call.
    pub fields_in: FieldPlace,
    /// The business members of a merchant's method's answer, in their order.
    pub answer: &'static [biz::Member],
    /// How a signed call of it is answered.
    pub answers: AnswerForm,
    /// The refusals of its own rules.
    pub refusals: &'static [SubCode],
    /// The `sub_code` for a wrong field.
    pub invalid: &'static str,
    /// The doors through which it may be called.
    pub doors: Doors,
    /// The right that an operator needs to call it.
    pub need: Need,
    run: Run,
    /// The schema of an operator's method's answer, from which the console's types are made.
    #[cfg(test)]
    pub schema: Option<fn(&mut schemars::SchemaGenerator) -> schemars::Schema>,
}

/// An operator's method's answer as a JSON object or list, of whose members tests make the console's types.
#[cfg(test)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is in an operator's answer, and the console does not know its members",
    note = "add `#[cfg_attr(test, derive(schemars::JsonSchema))]` to it"
)]
pub trait Described: schemars::JsonSchema {}
#[cfg(test)]
impl<T: schemars::JsonSchema> Described for T {}
/// Outside of tests, any answer will do.
#[cfg(not(test))]
pub trait Described {}
#[cfg(not(test))]
impl<T> Described for T {}

/// A method's function, with its types erased.
enum Run {
    /// For a merchant that a caller acts for.
    Merchant(MerchantRun),
    /// For an operator.
    Operator(fn(OperatorCall, Map<String, Value>) -> Answering<Output>),
}

/// Takes the caller, who acts for a merchant, and the members of the request.
type MerchantRun = fn(Arc<App>, Caller, CallContext, Map<String, Value>) -> Answering<String>;

/// An answer on its way.
type Answering<T> = Pin<Box<dyn Future<Output = Answer<T>> + Send>>;

impl Entry {
    /// Whether it answers for a merchant; else for an operator.
    pub fn is_merchants(&self) -> bool {
        matches!(self.run, Run::Merchant(_))
    }

    /// Answers a call for a merchant: the business members as one JSON object.
    pub async fn run(
        &self,
        app: Arc<App>,
        caller: Caller,
        context: CallContext,
        members: Map<String, Value>,
    ) -> Answer<String> {
        // A method that is no merchant's is as unknown to one as none.
        let Run::Merchant(run) = self.run else { return Err(code::INVALID_METHOD.into()) };
        run(app, caller, context, members).await.map_err(|error| match error {
            CallError::Rejection(rejection) => CallError::Rejection(self.refusal(rejection)),
            error => error,
        })
    }

    /// Answers an operator's call.
    pub async fn operate(&self, call: OperatorCall, members: Map<String, Value>) -> Answer<Output> {
        let Run::Operator(run) = self.run else { return Err(code::INVALID_METHOD.into()) };
        run(call, members).await
    }

    /// A refusal with the `sub_code` that the method has for a wrong field, or declares for an absent one.
    pub fn refusal(&self, rejection: Rejection) -> Rejection {
        let is_it = |code: &SubCode| rejection.sub_code == code.name && rejection.sub_msg == code.text;
        // The gateway's own refusals, such as that of a text that is no JSON, are declared by none.
        let is_declared =
            rejection.code != "40004" || rejection.sub_code == biz::INVALID || self.refusals.iter().any(is_it);
        debug_assert!(is_declared, "{}: {} {} is not declared", self.name, rejection.sub_code, rejection.sub_msg);
        if let Some(field) = biz::absent_field(&rejection)
            && self.refusals.contains(&refusals::PARAM_EMPTY)
        {
            let SubCode { name, text, .. } = refusals::PARAM_EMPTY;
            return Rejection::business(name, format!("{text}: {field}"));
        }
        if rejection.sub_code == biz::INVALID {
            Rejection { sub_code: self.invalid.into(), ..rejection }
        } else {
            rejection
        }
    }

    const fn new<M: Method>(writes: bool, answer: &'static [biz::Member], run: Run) -> Entry {
        Entry {
            name: M::NAME,
            writes,
            fields: M::Request::MEMBERS,
            fields_in: M::FIELDS_IN,
            answer,
            answers: M::ANSWERS,
            refusals: M::REFUSALS,
            invalid: M::INVALID,
            doors: M::DOORS,
            need: M::NEED,
            run,
            #[cfg(test)]
            schema: None,
        }
    }

    /// An operator's method has no declaration of its answer but the answer's type.
    const fn operators<M: Method<Response: Described>>(writes: bool, run: Run) -> Entry {
        Entry {
            #[cfg(test)]
            schema: Some(schemars::SchemaGenerator::subschema_for::<M::Response>),
            ..Entry::new::<M>(writes, &[], run)
        }
    }
}

/// The line of a merchant's method that changes nothing.
pub const fn read<M: Read>() -> Entry {
    Entry::new::<M>(
        false,
        M::Response::SHAPE.members(),
        Run::Merchant(|app, caller, context, members| Box::pin(run::read::<M>(app, caller, context, members))),
    )
}

/// The line of a merchant's method that changes something.
pub const fn write<M: Write>() -> Entry {
    Entry::new::<M>(
        true,
        M::Response::SHAPE.members(),
        Run::Merchant(|app, caller, context, members| Box::pin(run::write::<M>(app, caller, context, members))),
    )
}

/// The line of a merchant's method that does a thing once under the caller's key.
pub const fn recomputed<M: Recomputed>() -> Entry {
    Entry::new::<M>(
        true,
        M::Response::SHAPE.members(),
        Run::Merchant(|app, caller, context, members| Box::pin(run::recomputed::<M>(app, caller, context, members))),
    )
}

/// The line of a merchant's method that takes files and keeps what it makes of them.
pub const fn upload<M: Upload>() -> Entry {
    Entry::new::<M>(
        true,
        M::Response::SHAPE.members(),
        Run::Merchant(|app, caller, context, members| Box::pin(run::upload::<M>(app, caller, context, members))),
    )
}

/// The line of an operator's method that changes nothing.
pub const fn operator_read<M: OperatorRead<Response: Described>>() -> Entry {
    Entry::operators::<M>(false, Run::Operator(|call, members| Box::pin(run::operator_read::<M>(call, members))))
}

/// The line of an operator's method that changes something.
pub const fn operator_write<M: OperatorWrite<Response: Described>>() -> Entry {
    Entry::operators::<M>(true, Run::Operator(|call, members| Box::pin(run::operator_write::<M>(call, members))))
}

/// The line of an operator's method whose answer is a file.
pub const fn operator_export<M: OperatorExport>() -> Entry {
    Entry::new::<M>(false, &[], Run::Operator(|call, members| Box::pin(run::operator_export::<M>(call, members))))
}
