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
/// How the text begins where the method has a `sub_code` of its own for a field that is absent.
const EMPTY_MSG: &str = "参数为空: ";
/// How the text ends of a field that is refused by its Chinese name.
const ILLEGAL_FIELD: &str = "为空或格式错误";
/// The longest name of a field with the way to it.
const FIELD_BYTES_MAX: usize = 100;

/// The error for a wrong field, as every method words it.
pub fn invalid(field: &str, reason: &str) -> Rejection {
    Rejection::business(INVALID, format!("{INVALID_MSG}{}", within(field, reason)))
}

/// What the methods of cash vouchers find wrong, as their texts name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Illegal {
    /// A field that cannot be read, or the request as a whole.
    Request,
    /// An amount.
    Amount,
    /// A time.
    Date,
    /// The unit of a length of time.
    Unit,
}

/// The error for a wrong field in the words of the methods of cash vouchers: what kind of thing is wrong, and `detail`.
pub fn illegal(what: Illegal, detail: &str) -> Rejection {
    Rejection::business(INVALID, format!("{}{detail}", illegal_start(what)))
}

/// The error for a field that one of these methods calls `title`: whatever is wrong with it, the text is the same.
pub(super) fn illegal_field(title: &str, field: &str) -> Rejection {
    illegal(Illegal::Request, &format!("{title}({field}){ILLEGAL_FIELD}"))
}

fn illegal_start(what: Illegal) -> &'static str {
    match what {
        Illegal::Request => "参数有误REQUEST_PARAM_ILLEGAL|异常原因:请求参数非法|",
        Illegal::Amount => "参数有误INVALID_AMOUNT_PARAMETER|异常原因:无效的券面额|",
        Illegal::Date => "参数有误INVALID_DATE_PARAMETER|异常原因:无效的时间|",
        Illegal::Unit => "参数有误INVALID_UNIT_PARAMETER|异常原因:无效的券有效期单位|",
    }
}

/// The field that a refusal says is absent, where [`invalid`] has worded it.
pub fn absent_field(rejection: &Rejection) -> Option<&str> {
    let field = rejection.sub_msg.strip_prefix(INVALID_MSG)?.strip_suffix(ABSENT)?;
    field.strip_suffix(' ')
}

/// The field that a refusal is about, where it names one as [`invalid`] or [`illegal_field`] does: for the log, which
/// has no values.
pub fn refused_field(rejection: &Rejection) -> Option<&str> {
    let text = &*rejection.sub_msg;
    let titled = || {
        let named = text.strip_prefix(illegal_start(Illegal::Request))?.strip_suffix(ILLEGAL_FIELD)?;
        named.split_once('(')?.1.strip_suffix(')')
    };
    let field = match text.strip_prefix(INVALID_MSG).or_else(|| text.strip_prefix(EMPTY_MSG)) {
        Some(named) => named.split(' ').next()?,
        None => titled()?,
    };
    let is_name = field.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'[' | b']'));
    (is_name && !field.is_empty() && field.len() <= FIELD_BYTES_MAX).then_some(field)
}

/// The reason of a part as its whole gives it. One that starts with an index or a member goes on with the name:
/// `conditions[0].op 不能为空`.
pub(super) fn within(name: &str, reason: &str) -> String {
    let blank = if reason.starts_with(['[', '.']) { "" } else { " " };
    format!("{name}{blank}{reason}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_field_is_told_from_a_wrong_one() {
        assert_eq!(absent_field(&invalid("conditions[0].op", ABSENT)), Some("conditions[0].op"));
        for other in [invalid("name", NUL), invalid("name", "A 不能为空。"), illegal_field("面额", "amount")] {
            assert_eq!(absent_field(&other), None, "{}", other.sub_msg);
        }
    }

    #[test]
    fn the_log_names_the_field_of_either_form() {
        for (rejection, expect) in [
            (invalid("conditions[0].op", ABSENT), Some("conditions[0].op")),
            (Rejection::business("PARAM_EMPTY", "参数为空: describe"), Some("describe")),
            (illegal_field("面额", "amount"), Some("amount")),
            (illegal(Illegal::Request, "传入规则JSON格式错误"), None),
            (illegal(Illegal::Unit, "错误的相对时间单位unit=HOURs"), None),
            (invalid("名称", ABSENT), None),
        ] {
            assert_eq!(refused_field(&rejection), expect, "{}", rejection.sub_msg);
        }
    }
}
