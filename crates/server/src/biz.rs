//! `biz_content`: a JSON object becomes a method's request, field by field, in the order of the contract.
//!
//! The rules of typing are the contract's (docs/decisions.md, "Values in biz_content"): an empty string is an absent
//! member, a String field takes integers and decimals too, unknown members are ignored, lengths count characters. A
//! request is declared once, with [`biz!`]. Its declaration reads it, names the field that is wrong, compares two
//! requests under one idempotency key, and gives the [`Shape`] from which the reference pages are made.

mod answer;
mod choice;
mod declaration;
mod deferred;
mod field;
mod file;
mod json;
mod refusal;
mod scalar;
mod several;
mod shape;
mod unknown;

pub use answer::AnswerField;
pub use choice::choose;
pub use declaration::{plain, put, read_field};
pub use deferred::Deferred;
pub use field::{Field, present, text};
pub use file::{SentFile, put_files};
pub use json::{embedded, embedded_within, is_too_deep, json, object};
pub use refusal::{ABSENT, INVALID, Illegal, NOT_JSON, NUL, absent_field, illegal, invalid, refused_field};
pub use scalar::{Date, Flag, Positive, Price, Text, WholeNumber, Yuan};
pub use several::{List, Object, Objects};
pub use shape::{Choice, Member, Part, Shape, count, joined};
pub use unknown::{Unknown, unknown};

pub(crate) use answer::{answer, answer_part};
pub(crate) use choice::choice;
pub(crate) use declaration::{biz, part};

use serde_json::{Map, Value};
use wire::Rejection;

/// A request that can be read from `biz_content`; implemented by [`biz!`].
pub trait Biz: Sized + Send + Sync + 'static {
    /// Its members, in the order of the contract.
    const MEMBERS: &'static [Member];

    /// Reads the fields in their declared order, up to the first wrong one.
    fn fields(members: &Map<String, Value>) -> Result<Self, Wrong>;

    /// Reads the fields for a call. The first wrong one refuses the call.
    fn read(members: &Map<String, Value>) -> Result<Self, Rejection> {
        Self::fields(members).map_err(|Wrong { field, reason }| Self::refuse(field, &reason))
    }

    /// Refuses a call for one of the request's fields. The text of a field with a Chinese name tells no reason.
    fn refuse(field: &str, reason: &str) -> Rejection {
        match Self::MEMBERS.iter().find(|member| member.name == field).and_then(|member| member.title) {
            Some(title) => refusal::illegal_field(title, field),
            None => invalid(field, reason),
        }
    }

    /// The non-empty known fields in normal form: what makes two requests the same request.
    fn canonical(&self) -> Map<String, Value>;

    /// The non-empty known fields as they were sent: what is kept to be given back.
    fn as_sent(&self) -> Map<String, Value>;
}

/// A field that cannot be read.
pub struct Wrong {
    /// Its name.
    pub field: &'static str,
    /// Why, in the words of `sub_msg`.
    pub reason: String,
}
