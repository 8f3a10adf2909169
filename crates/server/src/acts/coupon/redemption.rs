//! Redeeming a coupon whose `verify_mode` is USER_CLICK: its holder uses it, in no trade (`docs/decisions.md`, "States
//! of a coupon").

use super::tool::Coupon;
use domain::coupon::{Offer, Verify};
use domain::id::VoucherIdText;
use domain::voucher::{CouponState, Voucher};
use store::{Fault, Stop, Tx, activity, voucher};

/// The voucher of that id, with the coupon that it is of; `None` where there is none, or it is of no coupon.
pub fn find(tx: &mut Tx, id: VoucherIdText) -> Result<Option<(Voucher, Coupon)>, Fault> {
    let found = voucher::get(tx, id.number)?.filter(|voucher| id.names(voucher.id));
    let Some(voucher) = found else { return Ok(None) };
    let Some(tool) = voucher.tool else { return Ok(None) };
    let tool = activity::tool(tx, tool)?.ok_or_else(|| Fault::bug("a voucher of a tool that is not there"))?;
    Ok(Some((voucher, Coupon::of(&tool)?)))
}

/// Whether its holder can redeem it here and now, `now` in UTC milliseconds.
pub fn is_open(voucher: &Voucher, coupon: &Coupon, now: i64) -> bool {
    let terms = &coupon.terms;
    let by_click = terms.offer == Offer::Exchange { verify: Verify::UserClick };
    by_click && voucher.stand(now) == CouponState::Usable && terms.hours.hold(now) && !terms.forbidden.hold(now)
}

/// Redeems it at `now`, UTC milliseconds; one that cannot be redeemed stays as it is. `bill` is a new id in the
/// voucher's bucket.
pub fn redeem(tx: &mut Tx, id: VoucherIdText, bill: i64, now: i64) -> Result<(), Stop> {
    let Some((voucher, coupon)) = find(tx, id)? else { return Ok(()) };
    if !is_open(&voucher, &coupon, now) {
        return Ok(());
    }
    let used = voucher.click(now)?;
    voucher::update(tx, &used)?;
    Ok(store::trade::enter_click(tx, used.id, bill, now)?)
}
