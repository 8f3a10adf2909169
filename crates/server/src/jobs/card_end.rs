//! Cancels what is frozen on a point card when it ends (koubei.marketing.tool.points.update, "a freeze has no
//! timeout").
//!
//! A call that had read the clock before the card's end may be recorded after it. So the card is looked at once more,
//! when no such call can be left.

use super::context::JobContext;
use domain::id::PointLogNo;
use domain::points::{Card, Kind};
use store::ledger::Cause;
use store::points::{self, Entry, Waiting};
use store::{Bucket, Fault, Stop, Tx, job};

/// What the store knows the job by; planned with the card's number when the card is made, and anew when its end is
/// moved.
pub const KIND: &str = job::CARD_END;
/// The cancellations'.
pub const NEW_IDS: u16 = CHUNK;

/// How many freezes are cancelled in one transaction, so that calls need not wait for thousands.
const CHUNK: u16 = 200;
/// How long after its end a card is looked at once more: far longer than a call takes.
const STRAGGLERS_AFTER_MS: i64 = 600_000;

/// Does it, a chunk at a time.
pub fn run(tx: &mut Tx, context: &JobContext) -> Result<(), Fault> {
    let Some(card) = points::card(tx, context.subject)? else { return Ok(()) };
    let last_look_at = card.ended_at() + STRAGGLERS_AFTER_MS;
    if context.due_at < card.ended_at() {
        return job::put(tx, KIND, context.subject, card.ended_at());
    }
    let waiting = points::on_card(tx, card.id.number, CHUNK.into())?;
    // Rows of freezes before rows of accounts, as every other transaction takes them.
    let mut ended = Vec::new();
    for freeze in &waiting {
        if points::end(tx, freeze.number)? {
            ended.push(freeze);
        }
    }
    for (nth, freeze) in (0..).zip(ended) {
        cancel(tx, &card, freeze, context.new_id(nth, Bucket::of_id(freeze.number)), context.now)?;
    }
    if waiting.len() == usize::from(CHUNK) {
        job::put(tx, KIND, context.subject, context.due_at)
    } else if context.due_at < last_look_at {
        job::put(tx, KIND, context.subject, last_look_at)
    } else {
        Ok(())
    }
}

/// Gives the points of an ended freeze back.
fn cancel(tx: &mut Tx, card: &Card, freeze: &Waiting, number: i64, at: i64) -> Result<(), Fault> {
    let entry = Entry {
        no: PointLogNo::new(at, number),
        pid: &card.pid,
        card: card.id.number,
        user_id: &freeze.user_id,
        kind: Kind::Cancel,
        amount: freeze.amount,
        biz_no: None,
        freeze: Some(freeze.number),
        shop_id: None,
        memo: None,
        ext_info: None,
        cause: Cause::default(),
    };
    match points::change(tx, &entry) {
        Ok(()) => Ok(()),
        Err(Stop::Fault(fault)) => Err(fault),
        Err(Stop::Refused(why)) => Err(Fault::bug(format!("a freeze that waits cannot be cancelled: {why:?}"))),
    }
}
