//! Sending vouchers of a template. No money moves: the template's fund has what they are worth.

use domain::Refusal;
use domain::cash_voucher::CashVoucher;
use domain::id::VoucherId;
use domain::redemption::Redemption;
use domain::template::{Status, Template};
use store::{Fault, Stop, Tx, cash_voucher, template};

/// A voucher to be sent.
#[derive(Clone, Copy, Debug)]
pub struct NewVoucher<'a> {
    /// The account that gets it, which exists.
    pub user_id: &'a str,
    /// Its number, in the bucket of that account's vouchers ([`cash_voucher::bucket`]).
    pub number: i64,
    /// What its sender notes.
    pub memo: Option<&'a str>,
}

/// Vouchers of a template, as they are when they are sent at `now`, UTC milliseconds, to be used from the first of
/// these moments to the second ([`Template::send`]).
pub fn vouchers(
    template: &Template,
    (starts_at, ends_at): (i64, i64),
    new: &[NewVoucher<'_>],
    now: i64,
) -> Vec<CashVoucher> {
    let voucher = |new: &NewVoucher<'_>| CashVoucher {
        id: VoucherId::new(now, new.number),
        template: template.id.number,
        user_id: new.user_id.to_owned(),
        memo: new.memo.map(str::to_owned),
        redemption: Redemption::new(starts_at, ends_at),
        version: 1,
    };
    new.iter().map(voucher).collect()
}

/// Sends them at `now`, UTC milliseconds, all or none. Refused as [`Template::send`] refuses, and where fewer are left.
///
/// It writes the template's totals, for which all who send of that template wait: nothing should come after it.
pub fn send(tx: &mut Tx, template: &Template, new: &[NewVoucher<'_>], now: i64) -> Result<Vec<CashVoucher>, Stop> {
    let vouchers = vouchers(template, template.send(now)?, new, now);
    cash_voucher::insert(tx, &template.pid, &vouchers)?;
    let count = i64::try_from(vouchers.len()).expect("fewer than memory has bytes");
    if template::publish(tx, template, count)? {
        return Ok(vouchers);
    }
    // Its end may have been recorded after it was loaded: then what was left has gone back.
    let current = template::get(tx, template.id.number)?.ok_or_else(|| Fault::bug("a template that is gone"))?;
    Err(if current.status == Status::Active { Refusal::TemplateSoldOut } else { Refusal::AfterPublication }.into())
}
