//! Why a value or a condition is not taken: data for the caller, Chinese for the merchant.
//!
//! The text is made to follow `参数有误: conditions[0] `; it names the operator, and the tag with its type or the rule.

use std::fmt;

use super::fact::{Fact, Unit};
use super::op::Op;
use crate::tag::TagKind;

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
        kind: TagKind,
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
        kind: TagKind,
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
        kind: TagKind,
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
    /// The operator does not compare sizes, as facts are compared.
    FactOperator {
        /// The operator asked for.
        op: Op,
        /// The fact.
        fact: Fact,
    },
    /// The text is no number above 0 that the fact's unit takes.
    FactOperand {
        /// The operator asked for.
        op: Op,
        /// The fact.
        fact: Fact,
        /// The text as given.
        value: String,
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
                    TagKind::Enum => " 1 至 64 个字符",
                    TagKind::Number => "最多 4 位小数、绝对值小于 10^12 的十进制数",
                    TagKind::Date => "真实存在的日期 yyyy-MM-dd",
                    TagKind::Text => "最多 256 个字符",
                    TagKind::Location => "经度,纬度",
                };
                write!(out, "值 {} 不符合类型 {}，应为{expected}", Excerpt(value), kind.name())
            }
            ConditionError::Operand { op, tag, kind, value } => {
                let expected = match op {
                    Op::Between if *kind == TagKind::Enum => "两个整数 下限,上限",
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
            ConditionError::FactOperator { op, fact } => write!(out, "{} 不适用于规则 {}", op.name(), fact.name()),
            ConditionError::FactOperand { op, fact, value } => {
                let expected = match fact.unit() {
                    Unit::Yuan | Unit::Km => "大于 0、小于 10^12、最多 2 位小数的十进制数",
                    Unit::Count | Unit::Ticket => "大于 0、小于 10^9 的整数",
                    Unit::Day => " 1 至 36500 的整数天数",
                };
                write!(out, "{} 规则 {} 的值 {} 应为{expected}", op.name(), fact.name(), Excerpt(value))
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
