//! When the end of a point card is looked for: planned wherever the card's end is stated.

use domain::activity::Tool;
use store::{Fault, Tx, job, points};

/// Plans the job that ends a card, or plans it anew, where the tool of an activity is a card.
pub fn plan(tx: &mut Tx, tool: &Tool) -> Result<(), Fault> {
    match points::card(tx, tool.number)? {
        Some(card) => job::put(tx, job::CARD_END, tool.number, card.ended_at()),
        None => Ok(()),
    }
}
