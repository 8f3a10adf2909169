//! Who is in a crowd now, decided from the store in the transaction that acts on it.

use super::conditions::Conditions;
use crate::index::{self, column};
use domain::crowd::Crowd;
use domain::tag;
use segment::Expr;
use store::member::{self, Cursor};
use store::{Fault, Tx};

/// How many members are read at once.
const READ_TOGETHER: usize = 4_096;

/// Whether the merchant's crowd with this number has the user at `now`, UTC milliseconds. A crowd that was deleted has
/// nobody, and neither has one whose conditions no longer fit the merchant's tags; who is no member is in none.
pub fn is_in(tx: &mut Tx, pid: &str, crowd: i64, user_id: &str, now: i64) -> Result<bool, Fault> {
    let Some(crowd) = store::crowd::get(tx, pid, crowd)?.and_then(|crowd| crowd.live().ok()) else { return Ok(false) };
    let Some(row) = member::get(tx, pid, user_id)? else { return Ok(false) };
    let rule = Rule::of(tx, &crowd)?;
    Ok(rule.is_some_and(|Rule { columns, expr }| index::takes(columns, &expr, &row, now)))
}

/// The user ids of all members of a crowd at `now`, in no order. Reads every member of the merchant.
pub fn all(tx: &mut Tx, crowd: &Crowd, now: i64) -> Result<Vec<String>, Fault> {
    let Some(Rule { columns, expr }) = Rule::of(tx, crowd)? else { return Ok(Vec::new()) };
    let (mut found, mut cursor) = (Vec::new(), Some(Cursor::default()));
    while let Some(after) = cursor {
        let (rows, next) = member::scan(tx, &crowd.pid, &after, READ_TOGETHER)?;
        found.extend(index::select(columns.clone(), &expr, &rows, now).into_iter().map(str::to_owned));
        cursor = next;
    }
    Ok(found)
}

/// A crowd's conditions, over columns of the merchant's tags.
struct Rule {
    columns: Vec<segment::Tag>,
    expr: Expr,
}

impl Rule {
    /// `None` where the conditions no longer fit the tags.
    fn of(tx: &mut Tx, crowd: &Crowd) -> Result<Option<Rule>, Fault> {
        let mut tags = tag::built_in();
        tags.extend(store::world::tags(tx, &crowd.pid)?);
        let conditions = Conditions::from_stored(&crowd.conditions)
            .map_err(|reason| Fault::bug(format!("stored conditions: {reason}")))?;
        let columns: Vec<_> = tags.iter().map(column).collect();
        let expr = conditions.rule(&tags).ok().and_then(|conditions| index::expr(conditions, &columns));
        Ok(expr.map(|expr| Rule { columns, expr }))
    }
}
