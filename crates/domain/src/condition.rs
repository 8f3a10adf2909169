//! What the members of a crowd have in common, as data: conditions on their tags and on their behaviour.
//!
//! Both products keep a list of conditions that must all hold: a crowd of a merchant asks for tags, a crowd group of a
//! shop asks for facts. A condition is made from an operator and the text of its value, and refused at once where
//! `docs/decisions.md`, "Operators by tag type", has no meaning for them. What is kept names no column and no table:
//! whatever decides who is in a crowd, in memory or in SQL, is made from it.

mod error;
mod fact;
mod fact_test;
mod op;
mod tag_test;
#[cfg(test)]
mod tests;
mod value;

pub use error::ConditionError;
pub use fact::{Fact, FactRule, Period, Unit};
pub use fact_test::{Comparison, FactTest};
pub use op::Op;
pub use tag_test::TagTest;
pub use value::Value;

use crate::tag::{Tag, TagKind};

/// One condition, checked. The rule of a crowd is a list of these, and a member is in where all of them hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// On a tag of the merchant's members.
    Tag {
        /// The tag's code.
        code: String,
        /// The kind of its values, by which numbers and days are told apart.
        kind: TagKind,
        /// What is asked of a member's value.
        test: TagTest,
    },
    /// On what a user did, or on where a user lives or works.
    Fact {
        /// What is looked at.
        fact: Fact,
        /// What is asked of it.
        test: FactTest,
    },
}

impl Condition {
    /// The condition `op` `value` on a tag.
    ///
    /// # Errors
    /// Where `docs/decisions.md`, "Operators by tag type", has a –, or the value is not what the operator takes on that
    /// kind.
    pub fn on_tag(tag: &Tag, op: Op, value: &str) -> Result<Condition, ConditionError> {
        let test = TagTest::read(tag, op, value)?;
        Ok(Condition::Tag { code: tag.code.clone(), kind: tag.kind, test })
    }

    /// The operators that a condition on this tag may have.
    pub fn operators(tag: &Tag) -> Vec<Op> {
        // Whatever the value is, an operator that the kind has not is refused by its name.
        let is_refused = |op| matches!(Condition::on_tag(tag, op, "1"), Err(ConditionError::Operator { .. }));
        Op::ALL.into_iter().filter(|op| !is_refused(*op)).collect()
    }

    /// The condition `op` `value` on a fact; the value is counted in the fact's own unit ([`Fact::unit`]).
    ///
    /// # Errors
    /// When the operator does not compare sizes, or the value is not above 0, out of bounds or too finely divided.
    pub fn on_fact(fact: Fact, op: Op, value: &str) -> Result<Condition, ConditionError> {
        let test = FactTest::read(fact, op, value)?;
        Ok(Condition::Fact { fact, test })
    }
}
