//! Member segmentation: tags, crowds, and how many members a crowd has.

pub mod crowd_batchquery;
pub mod crowd_count;
pub mod crowd_create;
pub mod crowd_delete;
pub mod crowd_detail_query;
pub mod crowd_modify;
pub mod tags_query;

use super::{Answer, Call};
use domain::Refusal;
use domain::crowd::Crowd;
use domain::id::CrowdIdText;
use domain::tag::{self, Tag};
use store::Tx;

/// The tags that the merchant's conditions may name: the platform's eight, then its own in the order they were defined.
fn tags(call: &Call, tx: &mut Tx) -> Answer<Vec<Tag>> {
    let mut tags = tag::built_in();
    tags.extend(store::world::tags(tx, call.pid())?);
    Ok(tags)
}

/// The merchant's crowd of that id, deleted or not; another merchant's is as unknown as one that never was.
fn crowd(call: &Call, tx: &mut Tx, crowd_group_id: &str) -> Answer<Crowd> {
    let Some(id) = CrowdIdText::parse(crowd_group_id) else { return Err(Refusal::CrowdNotExist.into()) };
    let found = store::crowd::find(tx, call.pid(), id)?;
    found.ok_or_else(|| Refusal::CrowdNotExist.into())
}
