//! What a method is: its declaration, and one of the ways in which it works.

use super::call::Call;
use crate::answer::Answer;
use crate::biz::{self, Biz};
use serde::Serialize;
use store::Tx;
use wire::Fault;

/// The declaration of a method.
pub trait Method: 'static {
    /// Its full name on the wire.
    const NAME: &'static str;
    /// The `sub_code` for a wrong field.
    const INVALID: &'static str = biz::INVALID;
    /// The business parameters.
    type Request: Biz;
    /// The business members of the answer, in their order.
    type Response: Serialize;
}

/// A merchant's method that changes nothing.
pub trait Read: Method {
    /// The part of the answer that comes from the store; the response itself, where no more is needed.
    type Loaded: Send + 'static;

    /// Reads what the answer needs, in one snapshot of the store.
    fn load(call: &Call, tx: &mut Tx, request: &Self::Request) -> Answer<Self::Loaded>;

    /// Makes the answer; what takes long, such as counting a crowd, happens here, with no transaction open.
    fn answer(call: &Call, loaded: Self::Loaded) -> Answer<Self::Response>;
}

/// A merchant's method that changes something: load, decide, record, in one transaction.
pub trait Write: Method {
    /// The way in which a repeat is answered (DECISIONS.md 2).
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
        conflict: Fault,
    },
    /// The state is the key: doing it again changes nothing, and is answered by what the state says now. A method that
    /// makes a thing under the caller's number claims that itself, with [`store::once::claim`].
    Natural,
}
