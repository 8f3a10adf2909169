//! The form of a method's signed calls and of their answers, where it is not the usual one.

use serde::Serialize;

/// Where the fields of a method's request stand in a signed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldPlace {
    /// In the JSON of `biz_content`.
    BizContent,
    /// Each is a parameter of the call itself, beside `app_id` and `method`; `biz_content` is ignored.
    Parameters,
}

/// How a signed call of a method is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerForm {
    /// In the method's own node, which has a `code` and a `msg`.
    Coded,
    /// The same, but a success has its business members alone, without `code` and `msg`. A refusal has both: the Node
    /// SDK cannot verify one in `error_response`.
    Bare,
}
