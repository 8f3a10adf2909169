//! Announcing what users did.

use std::sync::Arc;

use super::event::Event;
use crate::changes;
use crate::changes::change::Change;
use crate::engine::fault::Fault;
use crate::engine::tx::Tx;

/// Has everybody who holds a merchant's facts take in these, once this transaction is committed.
pub(crate) fn announce(tx: &mut Tx, pid: &str, events: impl IntoIterator<Item = Event>) -> Result<(), Fault> {
    let rows: Arc<[Event]> = events.into_iter().collect();
    if rows.is_empty() {
        return Ok(());
    }
    changes::announce::announce(tx, Change::Events { pid: pid.into(), rows })
}
