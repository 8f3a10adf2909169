//! What a condition asks of a fact: a comparison with an amount, a count, a number of days or a distance.

use super::error::ConditionError;
use super::fact::{Fact, Unit};
use super::op::Op;
use super::value::fixed_point;

/// What is asked of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactTest {
    /// How the fact is compared with the operand.
    pub comparison: Comparison,
    /// Above 0; in fen, trades, vouchers, days or hundredths of a kilometre, as the fact itself is.
    pub operand: i64,
}

/// How a fact's value, on the left, is compared with an operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `EQ`: equal.
    Eq,
    /// `GT`: greater.
    Gt,
    /// `GTEQ`: greater or equal.
    GtEq,
    /// `LT`: less.
    Lt,
    /// `LTEQ`: less or equal.
    LtEq,
}

impl FactTest {
    pub(super) fn read(fact: Fact, op: Op, value: &str) -> Result<FactTest, ConditionError> {
        let comparison = Comparison::of(op).ok_or(ConditionError::FactOperator { op, fact })?;
        let (fraction_digits, end) = bounds(fact.unit());
        let operand = fixed_point(value, fraction_digits, end).filter(|operand| 0 < *operand);
        let operand = operand.ok_or_else(|| ConditionError::FactOperand { op, fact, value: value.to_owned() })?;
        Ok(FactTest { comparison, operand })
    }
}

/// How many digits may stand behind the point of a value, and the first number, counted in the last of these digits,
/// that is too large.
fn bounds(unit: Unit) -> (usize, i64) {
    match unit {
        Unit::Yuan | Unit::Km => (2, 1_000_000_000_000 * 100),
        Unit::Count | Unit::Ticket => (0, 1_000_000_000),
        Unit::Day => (0, 36_501),
    }
}

impl Comparison {
    fn of(op: Op) -> Option<Comparison> {
        match op {
            Op::Eq => Some(Comparison::Eq),
            Op::Gt => Some(Comparison::Gt),
            Op::GtEq => Some(Comparison::GtEq),
            Op::Lt => Some(Comparison::Lt),
            Op::LtEq => Some(Comparison::LtEq),
            Op::Neq | Op::Like | Op::In | Op::NotIn | Op::Between | Op::LeftDays | Op::RightDays | Op::Locate => None,
        }
    }
}
