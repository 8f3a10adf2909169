//! A tag and the kind of its values.

/// What a tag's values are. The kind decides which operators a condition may use (`docs/decisions.md`, "Operators by
/// tag type").
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
    /// The kind's name in messages: `enum`, `number`, `date`, `text` or `location`.
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

/// A tag: one attribute of a merchant's members, and one column of [`crate::Members`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name that conditions use for it (`tagCode`).
    pub code: String,
    /// The kind of all its values.
    pub kind: Kind,
}
