//! One value of a tag.

/// A member's known value of one tag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// A code of an enum tag.
    Code(&'a str),
    /// A text.
    Text(&'a str),
    /// A number, in 1e-4.
    Number(i64),
    /// A calendar day, in days since 1970-01-01.
    Date(i32),
    /// A place on earth, in degrees.
    Place {
        /// −180 to 180, east is positive.
        lon: f64,
        /// −90 to 90, north is positive.
        lat: f64,
    },
}
