//! What time does to templates and vouchers: sending ends, and what was not used expires.

use super::recycle::{self, Entry};
use domain::cash_voucher::CashVoucher;
use domain::template::Template;
use domain::window;
use store::{Fault, Tx, cash_voucher, job, template};

/// How long after the last end a template's vouchers are looked at once more: a call that had read the clock before
/// that end may be recorded after it. Far longer than a call takes.
const STRAGGLERS_AFTER_MS: i64 = 600_000;

/// Plans what time does to a template from now on: the end of sending. With [`plan_vouchers`] when it is paid for.
pub fn plan(tx: &mut Tx, template: &Template) -> Result<(), Fault> {
    job::put(tx, job::TEMPLATE_EXPIRE, template.id.number, template.expires_at())
}

/// Plans the end of the vouchers of a template that is paid for at `now`, UTC milliseconds: none ends earlier.
pub fn plan_vouchers(tx: &mut Tx, template: &Template, now: i64) -> Result<(), Fault> {
    let (_, ends_at) = template.valid_period.of_sent(now.max(template.publication.starts_at));
    job::put(tx, job::VOUCHER_EXPIRE, template.id.number, window::over_at(ends_at))
}

/// Ends a template whose time of sending is over, and gives its sponsor back what nobody was sent. `template` is as it
/// is after that.
pub fn end(tx: &mut Tx, ended: &Template, entry: Entry<'_>) -> Result<(), Fault> {
    job::take(tx, job::TEMPLATE_EXPIRE, ended.id.number)?;
    template::update(tx, ended)?;
    recycle::give_back(tx, ended.id.number, entry)
}

/// Lets the first `limit` vouchers of a template expire whose time is over, gives the sponsor back what they were
/// worth, and plans the next end. `due_at` is when this was due.
pub fn expire(tx: &mut Tx, template: &Template, entry: Entry<'_>, due_at: i64, limit: u16) -> Result<(), Fault> {
    let number = template.id.number;
    let over = cash_voucher::over(tx, number, entry.at, limit.into())?;
    let is_all = over.len() < usize::from(limit);
    let ended = over.into_iter().filter_map(|voucher| {
        let redemption = voucher.redemption.expire(entry.at).ok()?;
        Some(CashVoucher { redemption, ..voucher })
    });
    // A payment may have taken some since they were read.
    let expired = cash_voucher::update_current(tx, &ended.collect::<Vec<_>>())?;
    if 0 < expired {
        template::count_expired(tx, number, expired)?;
        recycle::give_back(tx, number, entry)?;
    }
    let next = if is_all { next_look(tx, template, entry.at)? } else { Some(due_at) };
    next.map_or(Ok(()), |at| job::put(tx, job::VOUCHER_EXPIRE, number, at))
}

/// When vouchers must be looked at again: at the first end of those that there are, else when one could end that is
/// sent now; and once more when no call can be left that sends one.
fn next_look(tx: &mut Tx, template: &Template, now: i64) -> Result<Option<i64>, Fault> {
    if let Some(ends_at) = cash_voucher::first_end(tx, template.id.number)? {
        // One that is over already has just been changed by another transaction.
        return Ok(Some(window::over_at(ends_at).max(now + 1)));
    }
    let end_of_sent = |at| window::over_at(template.valid_period.of_sent(at).1);
    let last_look_at = end_of_sent(template.publication.ends_at) + STRAGGLERS_AFTER_MS;
    if last_look_at <= now {
        return Ok(None);
    }
    let next = end_of_sent(now);
    Ok(Some(if now < next { next.min(last_look_at) } else { last_look_at }))
}
