//! The declaration of an answer: what it holds, and what each part of it means.

use super::Shape;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A type of which answers are made.
pub trait AnswerField {
    /// What it holds.
    const SHAPE: Shape;
    /// Whether it is there in every answer.
    const ALWAYS: bool = true;
}

impl AnswerField for String {
    const SHAPE: Shape = Shape::Text(None);
}

impl AnswerField for &str {
    const SHAPE: Shape = Shape::Text(None);
}

impl AnswerField for i64 {
    const SHAPE: Shape = Shape::Count;
}

impl AnswerField for bool {
    const SHAPE: Shape = Shape::Flag;
}

/// Members that are put together as JSON: the declaration has to give their shape.
impl AnswerField for Map<String, Value> {
    const SHAPE: Shape = Shape::Object(&[]);
}

/// JSON text that is given back as it is: the declaration has to give its shape.
impl AnswerField for Box<RawValue> {
    const SHAPE: Shape = Shape::Object(&[]);
}

impl<T: AnswerField> AnswerField for Vec<T> {
    const SHAPE: Shape = Shape::List { of: &T::SHAPE, max: None };
}

impl<T: AnswerField> AnswerField for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const ALWAYS: bool = false;
}

/// Declares an answer or an object in it: its members in their order, each with its meaning and its type. A member that
/// is left out of some answers says so with `#[serde(skip_serializing_if = "…")]`; `..name: Type` has its members stand
/// beside the others; `name: Type = shape` gives the shape where the type says too little.
macro_rules! answer {
    ($(#[doc = $doc:literal])+ $(#[derive($($derive:ident),+)])? $vis:vis struct $name:ident {
        // No lifetime stands there ever: the variable lets the expansion ask whether there was a `..`.
        $($(#[doc = $meaning:literal])+ $(#[serde($($serde:tt)*)])? $(.. $($never:lifetime)?)?
        $field:ident: $type:ty $(= $shape:expr)?,)*
    }) => {
        $(#[doc = $doc])+
        #[derive(serde::Serialize $($(, $derive)+)?)]
        $vis struct $name {
            $($(#[doc = $meaning])+ $(#[serde($($serde)*)])? $(#[serde(flatten)] $($never)?)? $field: $type,)*
        }

        impl $crate::biz::AnswerField for $name {
            const SHAPE: $crate::biz::Shape = {
                const PARTS: &[$crate::biz::Part] = &[$($crate::biz::answer_part!(
                    [$(.. $($never)?)?] [$($($serde)*)?] [$($shape)?] $field $type, concat!($($meaning),+)
                )),*];
                const MEMBERS: [$crate::biz::Member; $crate::biz::count(PARTS)] = $crate::biz::joined(PARTS);
                $crate::biz::Shape::Object(&MEMBERS)
            };
        }
    };
}

/// What a declaration says of one member: `[..]` of all that stand in it, `[skip_serializing_if …]` that it may be left
/// out.
macro_rules! answer_part {
    ([..] [] [] $field:ident $type:ty, $meaning:expr) => {
        $crate::biz::Part {
            members: <$type as $crate::biz::AnswerField>::SHAPE.members(),
            always: <$type as $crate::biz::AnswerField>::ALWAYS,
        }
    };
    ([] $left_out:tt [] $field:ident $type:ty, $meaning:expr) => {
        $crate::biz::answer_part!([] $left_out [<$type as $crate::biz::AnswerField>::SHAPE] $field $type, $meaning)
    };
    ([] [] [$shape:expr] $field:ident $type:ty, $meaning:expr) => {
        $crate::biz::answer_part!(<$type as $crate::biz::AnswerField>::ALWAYS, $shape, $field, $meaning)
    };
    ([] [$($left_out:tt)+] [$shape:expr] $field:ident $type:ty, $meaning:expr) => {
        $crate::biz::answer_part!(false, $shape, $field, $meaning)
    };
    ($always:expr, $shape:expr, $field:ident, $meaning:expr) => {
        $crate::biz::Part {
            members: &[$crate::biz::Member {
                name: $crate::biz::plain(stringify!($field)),
                required: $always,
                meaning: $meaning,
                shape: $shape,
                title: None,
            }],
            always: true,
        }
    };
}

pub(crate) use {answer, answer_part};
