//! `punchcard.tag.list`: what conditions on a merchant's members can be about: the platform's tags, then the merchant's
//! own, each with the operators that its kind has.

use super::Argument;
use super::member::expect_merchant;
use crate::acts::crowd::audience::all_tags;
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::condition::Condition;
use domain::tag::{Tag, TagValue, is_dimension};
use serde::{Deserialize, Serialize};
use store::Tx;

/// See the module.
pub struct TagList;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
    }
}

/// The tags.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tags {
    /// The platform's eight, then the merchant's own.
    pub tags: Vec<ListedTag>,
}

/// A tag.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListedTag {
    /// What conditions call it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// `enum`, `number`, `date`, `text` or `location`.
    pub kind: String,
    /// Whether a count may be broken down by it.
    pub is_dimension: bool,
    /// The operators of its kind, as `IN`.
    pub operators: Vec<String>,
    /// The closed list of its values; empty where any value may stand.
    pub values: Vec<ListedValue>,
}

/// One value of a closed list.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListedValue {
    /// What conditions call it.
    pub value: String,
    /// What people call it.
    pub label: String,
}

impl Method for TagList {
    const NAME: &'static str = "punchcard.tag.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Tags;
}

impl OperatorRead for TagList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Tags> {
        let read = move |tx: &mut Tx| {
            expect_merchant(tx, &request.pid)?;
            Ok::<_, CallError>(all_tags(tx, &request.pid)?)
        };
        let tags = call.app.store.read(read).await?;
        Ok(Tags { tags: tags.into_iter().map(view).collect() })
    }
}

fn view(tag: Tag) -> ListedTag {
    let value = |known: TagValue| ListedValue { value: known.value, label: known.label };
    ListedTag {
        operators: Condition::operators(&tag).into_iter().map(|op| op.name().to_owned()).collect(),
        kind: tag.kind.name().to_owned(),
        is_dimension: is_dimension(&tag.code),
        values: tag.values.into_iter().map(value).collect(),
        code: tag.code,
        name: tag.name,
    }
}
