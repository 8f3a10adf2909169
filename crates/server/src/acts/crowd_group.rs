//! Crowd groups of shops: their conditions, and which groups a user falls into.

pub mod conditions;

use crate::acts::crowd::why::Known;
use conditions::Conditions;
use store::crowd_group::Content;
use store::{Fault, Tx};

/// Those of a merchant's groups into which the user falls at `now`, UTC milliseconds, in their order: decided from what
/// the store has of this one user. Somebody with whom the merchant never had to do falls into none.
pub fn matching(tx: &mut Tx, pid: &str, groups: Vec<Content>, user_id: &str, now: i64) -> Result<Vec<Content>, Fault> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let known = Known::read(tx, pid, user_id, Vec::new())?;
    let Some(mut person) = known.person(now) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for group in groups {
        if person.meets(&Conditions::stored_conditions(&group.conditions)?) {
            found.push(group);
        }
    }
    Ok(found)
}
