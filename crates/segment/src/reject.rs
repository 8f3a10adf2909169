//! Why a value or a condition is not taken: data for the caller, Chinese for the merchant.
//!
//! The text is made to follow `参数有误: conditions[0] `; it names the operator, the tag and its type.

use std::fmt;

use crate::operator::Op;
use crate::tag::Kind;

/// What is wrong with a value or a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionError {
    /// The operator has no meaning for tags of this kind: a – in `docs/decisions.md`, "Operators by tag type".
    Operator {
        /// The operator asked for.
        op: Op,
        /// The tag's code.
        tag: String,
        /// The tag's kind.
        kind: Kind,
    },
    /// The value is empty, or one of the values between the commas is.
    Empty {
        /// The operator asked for.
        op: Op,
        /// The tag's code.
        tag: String,
    },
    /// The text is no value of this kind.
    Misfit {
        /// The tag's kind.
        kind: Kind,
        /// The text as given.
        value: String,
    },
    /// The text is not what this operator takes: an integer where codes are compared, two ends, a number of days, a
    /// circle.
    Operand {
        /// The operator asked for.
        op: Op,
        /// The tag's code.
        tag: String,
        /// The tag's kind.
        kind: Kind,
        /// The text as given.
        value: String,
    },
    /// The low end of a range is above its high end.
    Reversed {
        /// The operator asked for.
        op: Op,
        /// The tag's code.
        tag: String,
        /// The text as given.
        value: String,
    },
    /// More values than a list may hold.
    TooMany {
        /// The operator asked for.
        op: Op,
        /// The tag's code.
        tag: String,
        /// How many were given.
        count: usize,
    },
}

impl fmt::Display for ConditionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConditionError::Operator { op, tag, kind } => {
                write!(out, "{} 不适用于标签 {tag}（类型 {}）", op.name(), kind.name())
            }
            ConditionError::Empty { op, tag } => write!(out, "{} 标签 {tag} 的 value 为空或含有空值", op.name()),
            ConditionError::Misfit { kind, value } => {
                let expected = match kind {
                    Kind::Enum => " 1 至 64 个字符",
                    Kind::Number => "最多 4 位小数、绝对值小于 10^12 的十进制数",
                    Kind::Date => "真实存在的日期 yyyy-MM-dd",
                    Kind::Text => "最多 256 个字符",
                    Kind::Location => "经度,纬度",
                };
                write!(out, "值 {} 不符合类型 {}，应为{expected}", Excerpt(value), kind.name())
            }
            ConditionError::Operand { op, tag, kind, value } => {
                let expected = match op {
                    Op::Between if *kind == Kind::Enum => "两个整数 下限,上限",
                    Op::Between => "两个值 下限,上限",
                    Op::LeftDays | Op::RightDays => " 0 至 36500 的整数天数",
                    Op::Locate => "经度,纬度,半径（米）",
                    _ => "整数",
                };
                let (op, kind) = (op.name(), kind.name());
                write!(out, "{op} 标签 {tag}（类型 {kind}）的 value {} 应为{expected}", Excerpt(value))
            }
            ConditionError::Reversed { op, tag, value } => {
                write!(out, "{} 标签 {tag} 的 value {} 下限大于上限", op.name(), Excerpt(value))
            }
            ConditionError::TooMany { op, tag, count } => {
                write!(out, "{} 标签 {tag} 的 value 含 {count} 个值，最多 1000 个", op.name())
            }
        }
    }
}

impl std::error::Error for ConditionError {}

/// The first characters of a text that may be as long as a request.
struct Excerpt<'a>(&'a str);

impl fmt::Display for Excerpt<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CHARS_MAX: usize = 64;
        match self.0.char_indices().nth(CHARS_MAX) {
            Some((end, _)) => write!(out, "{}…", &self.0[..end]),
            None => out.write_str(self.0),
        }
    }
}
