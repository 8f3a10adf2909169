//! A tag and the kind of its values.

/// What a tag's values are. The kind decides how a column holds them and which tests can take them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A code.
    Enum,
    /// A number in 1e-4, |x| < 10¹².
    Number,
    /// A calendar day.
    Date,
    /// A text.
    Text,
    /// A place on earth.
    Location,
}

/// A tag: one attribute of a merchant's members, and one column of [`crate::Members`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The name that it is found by.
    pub code: String,
    /// The kind of all its values.
    pub kind: Kind,
}
