//! Whether one user is in a crowd now, decided from the store in the transaction that acts on it.

use super::conditions::Conditions;
use crate::index::{self, column};
use domain::tag;
use store::{Fault, Tx};

/// Whether the merchant's crowd with this number has the user at `now`, UTC milliseconds. A crowd that was deleted has
/// nobody, and neither has one whose conditions no longer fit the merchant's tags; who is no member is in none.
pub fn is_in(tx: &mut Tx, pid: &str, crowd: i64, user_id: &str, now: i64) -> Result<bool, Fault> {
    let Some(crowd) = store::crowd::get(tx, pid, crowd)?.and_then(|crowd| crowd.live().ok()) else { return Ok(false) };
    let Some(row) = store::member::get(tx, pid, user_id)? else { return Ok(false) };
    let mut tags: Vec<_> = tag::built_in().iter().map(column).collect();
    tags.extend(store::world::tags(tx, pid)?.iter().map(column));
    let conditions = Conditions::from_stored(&crowd.conditions)
        .map_err(|reason| Fault::bug(format!("stored conditions: {reason}")))?;
    Ok(conditions.compile(&tags).is_ok_and(|expr| index::takes(tags, &expr, &row, now)))
}
