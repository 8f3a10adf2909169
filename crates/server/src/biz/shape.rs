//! The shape of a field: its type on the wire, its bounds, its choices, and the fields inside it.

use serde::Serialize;

/// What a field may hold. As JSON: `"date"`, `{"text": 64}`, `{"list": {"of": …, "max": 20}}`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A String of at most so many characters; without a bound in answers.
    Text(Option<usize>),
    /// A String of the form that is described here.
    Form(&'static str),
    /// An integer from 1 to this, as a number or a String.
    Integer(u64),
    /// An amount in yuan with at most two decimals; a String of at most so many characters, where that is bounded.
    Amount(Option<usize>),
    /// A time of UTC+8, `yyyy-MM-dd HH:mm:ss`.
    Date,
    /// A file, which comes beside the other fields: a part of a `multipart/form-data` body that has a file name.
    File,
    /// A Boolean.
    Flag,
    /// A count, from 0.
    Count,
    /// A JSON object with a count for each of its members, which are whatever the merchant's data has.
    Counts,
    /// One of these Strings.
    Choices(&'static [Choice]),
    /// A JSON array of at most `max` elements; without a bound in answers.
    List {
        /// What each element is.
        of: &'static Shape,
        /// The most elements.
        max: Option<usize>,
    },
    /// A JSON object with these members.
    Object(&'static [Member]),
    /// JSON text in a String of at most `max` characters; without a bound in answers.
    Json {
        /// What the text says.
        of: &'static Shape,
        /// The most characters.
        max: Option<usize>,
    },
}

/// One value of [`Shape::Choices`].
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Choice {
    /// As the wire spells it.
    pub name: &'static str,
    /// What it means.
    #[serde(serialize_with = "trimmed")]
    pub meaning: &'static str,
}

/// One member of a request or an answer, as it was declared.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Member {
    /// What it is called on the wire.
    pub name: &'static str,
    /// In a request: whether a call without it is refused. In an answer: whether it is always there.
    pub required: bool,
    /// What it means.
    #[serde(serialize_with = "trimmed")]
    pub meaning: &'static str,
    /// What it may hold.
    pub shape: Shape,
    /// Its Chinese name, for a field that is refused by that name: see [`super::illegal`].
    #[serde(skip)]
    pub title: Option<&'static str>,
}

impl Shape {
    /// Whether it is a list or an object, which a text has to be read for.
    pub const fn is_json(&self) -> bool {
        matches!(self, Shape::List { .. } | Shape::Object(_))
    }

    /// The members of the objects in it, however deep in lists and JSON texts; none where it holds no objects.
    pub const fn members(&self) -> &'static [Member] {
        match self {
            Shape::Object(members) => members,
            Shape::List { of, .. } | Shape::Json { of, .. } => of.members(),
            _ => &[],
        }
    }
}

/// A meaning without the blank with which documentation begins.
fn trimmed<S: serde::Serializer>(meaning: &&'static str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(meaning.trim())
}

impl Member {
    /// A String that is always there.
    pub const fn text(name: &'static str, meaning: &'static str) -> Member {
        Member { name, required: true, meaning, shape: Shape::Text(None), title: None }
    }
}

/// A part of a declaration: one field, or the members of an object whose members stand beside the others.
#[derive(Clone, Copy)]
pub struct Part {
    /// The members.
    pub members: &'static [Member],
    /// Whether those that are required are so here too.
    pub always: bool,
}

/// How many members all parts of a declaration have.
pub const fn count(parts: &[Part]) -> usize {
    let (mut count, mut nth) = (0, 0);
    while nth < parts.len() {
        count += parts[nth].members.len();
        nth += 1;
    }
    count
}

/// The members of all parts of a declaration, `N` of them.
pub const fn joined<const N: usize>(parts: &[Part]) -> [Member; N] {
    let mut joined = [Member { required: false, ..Member::text("", "") }; N];
    let (mut filled, mut part) = (0, 0);
    while part < parts.len() {
        let Part { members, always } = parts[part];
        let mut nth = 0;
        while nth < members.len() {
            joined[filled] = Member { required: members[nth].required && always, ..members[nth] };
            filled += 1;
            nth += 1;
        }
        part += 1;
    }
    joined
}
