//! A tag and the kind of its values.

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
