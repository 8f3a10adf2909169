//! Crowd groups of shops: their conditions, and which groups a user falls into.

pub mod conditions;

use crate::acts::crowd::why::Known;
use conditions::Conditions;
use domain::condition::Condition;
use domain::crowd_group::CrowdGroup;
use store::{Fault, Tx};

/// Those of a merchant's groups into which the user falls at `now`, UTC milliseconds, with their conditions, in their
/// order: decided from what the store has of this one user. Somebody with whom the merchant never had to do falls into
/// none.
pub fn matching(
    tx: &mut Tx,
    pid: &str,
    groups: Vec<CrowdGroup>,
    user_id: &str,
    now: i64,
) -> Result<Vec<(CrowdGroup, Conditions)>, Fault> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let known = Known::read(tx, pid, user_id, Vec::new())?;
    let Some(mut person) = known.person(now) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for group in groups {
        let conditions = Conditions::from_stored(&group.conditions)?;
        let all: Vec<Condition> = conditions.all().cloned().collect();
        if person.meets(&all) {
            found.push((group, conditions));
        }
    }
    Ok(found)
}
