//! Money of a template's fund that is for nothing any more goes back to the template's sponsor.

use domain::template::{Status, Template, Totals};
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

/// What a template's fund has beyond what live vouchers and, while they are sent, those that are left are worth. It is
/// counted as returned, and must be moved by the same transaction.
pub struct Surplus {
    template: Template,
    fen: i64,
}

impl Surplus {
    /// `None` where there is nothing to return. Both are as they are now: this transaction holds the totals, and has
    /// read the template after that, since the end of sending may be recorded by another until then.
    fn count(tx: &mut Tx, template: Template, totals: Totals) -> Result<Option<Surplus>, Fault> {
        let fen = if template.paid_at.is_some() { totals.surplus_fen(&template) } else { 0 };
        match fen {
            ..0 => Err(Fault::bug("the fund of a template has less than its vouchers are worth")),
            0 => Ok(None),
            1.. => {
                template::count_return(tx, template.id.number, fen)?;
                Ok(Some(Surplus { template, fen }))
            }
        }
    }

    /// Its way back to the sponsor.
    pub fn transfer<'a>(&'a self, entry: Entry<'a>) -> Transfer<'a> {
        Transfer {
            id: entry.id,
            debit: Party::Template(self.template.id.number),
            credit: Party::Account(&self.template.sponsor_id),
            amount_fen: self.fen,
            kind: RECYCLE,
            trade: None,
            at: entry.at,
            cause: entry.cause,
        }
    }
}

/// Gives the sponsor back what there is to return of the template with this number.
pub fn give_back(tx: &mut Tx, number: i64, entry: Entry<'_>) -> Result<(), Fault> {
    let totals = template::hold_totals(tx, number)?;
    let template = template::get(tx, number)?.ok_or_else(|| Fault::bug("totals without a template"))?;
    let Some(surplus) = Surplus::count(tx, template, totals)? else { return Ok(()) };
    let is_covered = transfer(tx, &surplus.transfer(entry))?;
    if is_covered { Ok(()) } else { Err(Fault::bug("the fund of a template has less than its totals say")) }
}

/// Counts that a voucher of a template was used, and took off so much. What vouchers left of their worth is returned
/// with the last of them, once sending is over; the caller moves it.
pub fn count_use(tx: &mut Tx, number: i64, fen: i64) -> Result<Option<Surplus>, Fault> {
    template::count_use(tx, number, fen)?;
    let totals = template::totals(tx, number)?;
    if 0 < totals.live() {
        return Ok(None);
    }
    match template::get(tx, number)?.filter(|template| template.status == Status::Expired) {
        Some(template) => Surplus::count(tx, template, totals),
        None => Ok(None),
    }
}
