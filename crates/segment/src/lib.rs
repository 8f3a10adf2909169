//! Who is in the crowd: columns of one merchant's members in, counts out. No I/O, no clock.

mod circle;
mod column;
mod expr;
mod histogram;
mod kernel;
mod lines;
mod members;
mod portrait;
mod reject;
mod scan;
mod steps;
mod value;
mod words;

pub use expr::{Expr, Op, Test};
pub use members::Members;
pub use reject::Reject;
pub use value::Value;

/// What a tag's values are; decides which operators it takes (DECISIONS.md 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A code of 1 to 64 characters.
    Enum,
    /// A decimal, up to four fraction digits, |x| < 10¹².
    Number,
    /// A calendar day.
    Date,
    /// At most 256 characters.
    Text,
    /// A place on earth.
    Location,
}

impl Kind {
    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Enum => "enum",
            Kind::Number => "number",
            Kind::Date => "date",
            Kind::Text => "text",
            Kind::Location => "location",
        }
    }
}

/// Something known about members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// What conditions call it (`tagCode`).
    pub code: String,
    /// What its values are.
    pub kind: Kind,
}

/// What a count found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    /// How many members the expression takes.
    pub total: u64,
    /// For each dimension asked, in that order, its values with how many of those members hold it. Values that none of them
    /// holds are left out, and so are members whose value is unknown; integers come first, by size, then text.
    pub histograms: Vec<Vec<(String, u64)>>,
}
