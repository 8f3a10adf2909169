//! A cash voucher by its id, with the template that says what it is worth.

use domain::cash_voucher::CashVoucher;
use domain::id::VoucherIdText;
use domain::template::Template;
use store::cash_voucher::LabelledVoucher;
use store::{Fault, Tx, cash_voucher, template};

/// The voucher of that id and its template, whoever's they are.
pub fn find(tx: &mut Tx, id: VoucherIdText) -> Result<Option<(CashVoucher, Template)>, Fault> {
    let found = cash_voucher::get(tx, id.number)?.filter(|voucher| id.names(voucher.id));
    let Some(voucher) = found else { return Ok(None) };
    let template = template::get(tx, voucher.template)?;
    Ok(Some((voucher, template.ok_or_else(|| Fault::bug("a voucher without its template"))?)))
}

/// The voucher of that id with what its template says of it, whoever's they are.
pub fn find_labelled(tx: &mut Tx, id: VoucherIdText) -> Result<Option<LabelledVoucher>, Fault> {
    Ok(cash_voucher::labelled(tx, id.number)?.filter(|found| id.names(found.voucher.id)))
}
