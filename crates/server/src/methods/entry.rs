//! A line of THE LIST: a method with its types erased.

use super::call::CallContext;
use super::method::{Read, Write};
use super::{THE_LIST, run};
use crate::answer::{Answer, CallError};
use crate::app::App;
use crate::biz::{self, Biz};
use crate::directory::Caller;
use serde_json::{Map, Value};
use std::pin::Pin;
use std::sync::Arc;
use wire::Fault;

/// A line of THE LIST.
pub struct Entry {
    /// The method's full name.
    pub name: &'static str,
    /// Whether it changes something.
    pub writes: bool,
    /// The members of its `biz_content`, in the order of the contract.
    pub fields: &'static [biz::Member],
    invalid: &'static str,
    run: fn(Arc<App>, Caller, CallContext, Map<String, Value>) -> Answering,
}

/// An answer on its way.
type Answering = Pin<Box<dyn Future<Output = Answer<String>> + Send>>;

impl Entry {
    /// The method of that name.
    pub fn find(name: &str) -> Option<&'static Entry> {
        THE_LIST.iter().find(|entry| entry.name == name)
    }

    /// Answers a call: the business members as one JSON object.
    pub async fn run(
        &self,
        app: Arc<App>,
        caller: Caller,
        context: CallContext,
        members: Map<String, Value>,
    ) -> Answer<String> {
        (self.run)(app, caller, context, members).await.map_err(|error| match error {
            CallError::Rejection(fault) => CallError::Rejection(self.refusal(fault)),
            error => error,
        })
    }

    /// A refusal with the `sub_code` that the method has for a wrong field.
    pub fn refusal(&self, fault: Fault) -> Fault {
        if fault.sub_code == biz::INVALID { Fault { sub_code: self.invalid.into(), ..fault } } else { fault }
    }
}

/// The line of a method that changes nothing.
pub const fn read<M: Read>() -> Entry {
    Entry {
        name: M::NAME,
        writes: false,
        fields: M::Request::MEMBERS,
        invalid: M::INVALID,
        run: |app, caller, context, members| Box::pin(run::read::<M>(app, caller, context, members)),
    }
}

/// The line of a method that changes something.
pub const fn write<M: Write>() -> Entry {
    Entry {
        name: M::NAME,
        writes: true,
        fields: M::Request::MEMBERS,
        invalid: M::INVALID,
        run: |app, caller, context, members| Box::pin(run::write::<M>(app, caller, context, members)),
    }
}
