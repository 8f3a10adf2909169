//! Redeeming a coupon whose `verify_mode` is USER_CLICK: its holder uses it, in no trade (`docs/decisions.md`, "States
//! of a coupon").

use super::tool::Coupon;
use domain::coupon::{Offer, Verify};
use domain::id::VoucherIdText;
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::Standing;
use store::{Fault, Stop, Tx, activity, coupon};

/// The coupon of that id, with its name and terms; `None` where there is none, or it is of no tool.
pub fn find(tx: &mut Tx, id: VoucherIdText) -> Result<Option<(IssuedCoupon, Coupon)>, Fault> {
    let found = coupon::get(tx, id.number)?.filter(|issued| id.names(issued.id));
    let Some(issued) = found else { return Ok(None) };
    let Some(tool) = issued.tool else { return Ok(None) };
    let tool = activity::tool(tx, tool)?.ok_or_else(|| Fault::bug("a coupon of a tool that is not there"))?;
    Ok(Some((issued, Coupon::of(&tool)?)))
}

/// Whether its holder can redeem it here and now, `now` in UTC milliseconds.
pub fn is_open(issued: &IssuedCoupon, coupon: &Coupon, now: i64) -> bool {
    let terms = &coupon.terms;
    let by_click = terms.offer == Offer::Exchange { verify: Verify::UserClick };
    by_click && issued.redemption.stand(now) == Standing::Usable && terms.hours.hold(now) && !terms.forbidden.hold(now)
}

/// Redeems it at `now`, UTC milliseconds; one that cannot be redeemed stays as it is. `bill` is a new id in the
/// coupon's bucket.
pub fn redeem(tx: &mut Tx, id: VoucherIdText, bill: i64, now: i64) -> Result<(), Stop> {
    let Some((issued, coupon)) = find(tx, id)? else { return Ok(()) };
    if !is_open(&issued, &coupon, now) {
        return Ok(());
    }
    let used = IssuedCoupon { redemption: issued.redemption.click(now)?, ..issued };
    coupon::update(tx, &used)?;
    Ok(store::trade::enter_click(tx, used.id, bill, now)?)
}
