//! The refusal of a wrong field, as every method words it.

use wire::Rejection;

/// The reason given for a required field that is absent.
pub const ABSENT: &str = "不能为空";

/// The reason given for U+0000, wherever it stands: PostgreSQL has no place for it.
pub const NUL: &str = "不能含有空字符";

/// The reason given for a text that is no JSON, though its field is.
pub const NOT_JSON: &str = "不是合法的JSON";

/// The `sub_code` for a wrong field, unless the method's family has its own ([`crate::methods::Method::INVALID`]).
pub const INVALID: &str = "INVALID_PARAMETER";
/// How its text begins.
const INVALID_MSG: &str = "参数有误: ";
/// The longest name of a field with the way to it.
const FIELD_BYTES_MAX: usize = 100;

/// The error for a wrong field, as every method words it.
pub fn invalid(field: &str, reason: &str) -> Rejection {
    Rejection::business(INVALID, format!("{INVALID_MSG}{}", within(field, reason)))
}

/// The field that a refusal is about, where it names one as [`invalid`] does: for the log, which has no values.
pub fn refused_field(rejection: &Rejection) -> Option<&str> {
    let field = rejection.sub_msg.strip_prefix(INVALID_MSG)?.split(' ').next()?;
    let is_name = field.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']'));
    (is_name && !field.is_empty() && field.len() <= FIELD_BYTES_MAX).then_some(field)
}

/// The reason of a part as its whole gives it. One that starts with an index or a member goes on with the name:
/// `conditions[0].op 不能为空`.
pub(super) fn within(name: &str, reason: &str) -> String {
    let blank = if reason.starts_with(['[', '.']) { "" } else { " " };
    format!("{name}{blank}{reason}")
}
