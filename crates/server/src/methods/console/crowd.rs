//! What the operators' methods on a merchant's crowds share.

use super::member::expect_merchant;
use super::not_found;
use crate::acts::crowd::conditions::Conditions;
use crate::answer::Answer;
use crate::app::App;
use crate::index;
use domain::condition::Condition;
use domain::crowd::Crowd;
use domain::id::CrowdIdText;
use domain::tag::Tag;
use segment::{Counts, Expr};
use store::{Fault, Tx, crowd};

/// A merchant's crowd that is not deleted; whoever else's is as unknown as none.
pub fn find(tx: &mut Tx, pid: &str, crowd_id: &str) -> Answer<Crowd> {
    expect_merchant(tx, pid)?;
    let unknown = || not_found("there is no such crowd");
    let id = CrowdIdText::parse(crowd_id).ok_or_else(unknown)?;
    crowd::find(tx, pid, id)?.and_then(|crowd| crowd.live().ok()).ok_or_else(unknown)
}

/// A crowd's conditions as they are stored.
pub fn conditions(crowd: &Crowd) -> Result<Conditions, Fault> {
    Conditions::from_stored(&crowd.conditions).map_err(|reason| Fault::bug(format!("stored conditions: {reason}")))
}

/// Sees to it that the merchant's members are in the index: the process that serves calls has them from its start on,
/// and a command has none yet.
pub async fn load(app: &App, pid: &str) -> Result<(), Fault> {
    if app.is_ready() { Ok(()) } else { app.index.load_merchant(&app.store, pid).await }
}

/// Counts the members of each of several lists of conditions on tags, and of the last as [`index::Index::count`]
/// does, all of them among the same members. `dimensions` are codes of tags.
pub fn count_steps(
    app: &App,
    pid: &str,
    tags: &[Tag],
    steps: &[&[Condition]],
    last: &[Condition],
    dimensions: &[String],
) -> Result<(Vec<u64>, Counts), Fault> {
    let columns: Vec<_> = tags.iter().map(index::column).collect();
    app.index.count_steps(pid, &columns, app.clock.now(), |columns| {
        let expr = |conditions: &[Condition]| -> Result<Expr, Fault> {
            let expr = index::expr(conditions.to_vec(), columns);
            expr.ok_or_else(|| Fault::bug("a condition without a column"))
        };
        let steps = steps.iter().map(|step| expr(step)).collect::<Result<_, _>>()?;
        let place = |code: &String| columns.iter().position(|tag| tag.code == *code);
        Ok((steps, expr(last)?, dimensions.iter().filter_map(place).collect()))
    })
}
