//! `koubei.marketing.campaign.tags.query`: the tags that the merchant's crowd conditions may name: the eight of the
//! platform, then the merchant's own in the order of its world file.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::biz::{Member, Shape, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode};
use domain::tag::Tag;
use serde::Serialize;
use store::Tx;

/// See the module.
pub struct TagsQuery;

biz! {
    /// Nothing: SDKs send no `biz_content` here at all.
    pub struct Request {}
}

answer! {
    /// The answer.
    pub struct Response {
        /// The tags: the eight of the platform, then the merchant's own.
        tags: String = Shape::Json { of: &Shape::List { of: &Shape::Object(TAG), max: None }, max: None },
    }
}

/// The members of one element of `tags`.
const TAG: &[Member] = &[
    Member::text("code", "What `tagCode` of a condition names."),
    Member::text("name", "The name, for people."),
    Member {
        shape: Shape::List {
            of: &Shape::Object(&[
                Member::text("value", "The value, as conditions have it."),
                Member::text("label", "The value, for people."),
            ]),
            max: None,
        },
        ..Member::text("valueRange", "The values that a member may have; empty for a tag without a closed list.")
    },
];

/// One element of `tags`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Element<'a> {
    code: &'a str,
    name: &'a str,
    value_range: Vec<Choice<'a>>,
}

/// One value that a member may have; a tag without a closed list has none (rule 2).
#[derive(Serialize)]
struct Choice<'a> {
    value: &'a str,
    label: &'a str,
}

impl Method for TagsQuery {
    const NAME: &'static str = "koubei.marketing.campaign.tags.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[];
}

impl Read for TagsQuery {
    type Loaded = Vec<Tag>;

    fn load(call: &Call, tx: &mut Tx, _: &Request) -> Answer<Vec<Tag>> {
        super::tags(call, tx)
    }

    fn answer(_: &Call, tags: Vec<Tag>) -> Answer<Response> {
        let elements: Vec<_> = tags.iter().map(element).collect();
        Ok(Response { tags: serde_json::to_string(&elements).expect("strings serialise") })
    }
}

fn element(tag: &Tag) -> Element<'_> {
    let value_range = tag.values.iter().map(|known| Choice { value: &known.value, label: &known.label }).collect();
    Element { code: &tag.code, name: &tag.name, value_range }
}
