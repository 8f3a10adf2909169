//! Ends an activity when its end has passed, or moves that on where the merchant wants it so (auto_delay_flag).

use super::context::JobContext;
use domain::activity::{ActivityOrder, Budget, OrderKind, Status};
use domain::id::OrderId;
use store::{Fault, Tx, activity, counter, job};

/// What the store knows the job by; planned with the activity's number whenever its end is said.
pub const KIND: &str = job::ACTIVITY_FINISH;
/// The order's.
pub const NEW_IDS: u16 = 1;

/// Does it, unless somebody was faster.
pub fn run(tx: &mut Tx, context: &JobContext) -> Result<(), Fault> {
    let Some(found) = activity::get(tx, context.subject)? else { return Ok(()) };
    if found.status == Status::Started && context.now < found.finishes_at() {
        // Earlier builds planned it within the last second, which is whole.
        return job::put(tx, KIND, context.subject, found.finishes_at());
    }
    let Ok(over) = found.finish(context.now) else { return Ok(()) };
    activity::update(tx, &over)?;
    if over.status == Status::Started {
        return job::put(tx, KIND, context.subject, over.finishes_at());
    }
    // It was over at its end, however late that is seen.
    let id = OrderId::new(context.due_at, context.new_id(0, activity::bucket(&over.pid)));
    activity::insert_order(tx, &ActivityOrder::by_system(id, context.subject, OrderKind::Finish))?;
    counter::hold(tx, Budget::TOTAL, context.subject)
}
