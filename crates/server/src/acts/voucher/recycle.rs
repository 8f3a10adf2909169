//! Money of a template's fund that is for nothing any more goes back to the template's sponsor.

use domain::template::{Template, Totals};
use store::ledger::{Cause, Party, RECYCLE, Transfer, transfer};
use store::{Fault, Tx, template};

/// What a transfer back to the sponsor is entered with.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The transfer's id, in the template's bucket.
    pub id: i64,
    /// Now, UTC milliseconds.
    pub at: i64,
    /// What causes it.
    pub cause: Cause<'a>,
}

/// What the fund of a template has beyond what live vouchers and, while they are sent, those that are left are worth:
/// counted as returned, and to be moved by the caller; `None` where there is nothing. `template` is as it is now, and
/// so are `totals`, which this transaction holds.
pub fn surplus<'a>(
    tx: &mut Tx,
    template: &'a Template,
    totals: Totals,
    entry: Entry<'a>,
) -> Result<Option<Transfer<'a>>, Fault> {
    let surplus_fen = if template.paid_at.is_some() { totals.surplus_fen(template) } else { 0 };
    if surplus_fen == 0 {
        return Ok(None);
    }
    let number = template.id.number;
    template::count_return(tx, number, surplus_fen)?;
    Ok(Some(Transfer {
        id: entry.id,
        debit: Party::Template(number),
        credit: Party::Account(&template.sponsor_id),
        amount_fen: surplus_fen,
        kind: RECYCLE,
        trade: None,
        at: entry.at,
        cause: entry.cause,
    }))
}

/// Gives the sponsor back what [`surplus`] says.
pub fn give_back(tx: &mut Tx, template: &Template, totals: Totals, entry: Entry<'_>) -> Result<(), Fault> {
    let Some(money) = surplus(tx, template, totals, entry)? else { return Ok(()) };
    let is_covered = transfer(tx, &money)?;
    if is_covered { Ok(()) } else { Err(Fault::bug("the fund of a template has less than its totals say")) }
}
