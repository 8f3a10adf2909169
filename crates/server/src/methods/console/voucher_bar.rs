//! `punchcard.voucher.bar`: an operator bars a cash voucher from use, or frees it again.

use super::voucher_show::{VoucherView, view};
use super::{Argument, not_found, wrong};
use crate::answer::Answer;
use crate::biz::{Flag, biz};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use domain::cash_voucher::CashVoucher;
use domain::id::VoucherIdText;
use store::{Stop, Tx, cash_voucher};

/// See the module.
pub struct VoucherBar;

biz! {
    /// The request.
    pub struct Request {
        /// The cash voucher's id.
        voucher_id: Argument,
        /// Whether it is barred, or freed.
        barred: Flag,
    }
}

impl Method for VoucherBar {
    const NAME: &'static str = "punchcard.voucher.bar";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = VoucherView;
}

impl OperatorWrite for VoucherBar {
    fn action(request: &Request) -> (&'static str, String) {
        (if request.barred.0 { "disable a voucher" } else { "enable a voucher" }, request.voucher_id.to_string())
    }

    fn outcome(response: &VoucherView) -> String {
        response.status.clone()
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<VoucherView> {
        let text = VoucherIdText::parse(&request.voucher_id).ok_or_else(|| not_found("no such voucher"))?;
        let (now, barred) = (call.app.clock.now(), request.barred.0);
        let write = move |tx: &mut Tx| {
            let found = cash_voucher::get(tx, text.number)?.filter(|voucher| text.names(voucher.id));
            let Some(voucher) = found else { return Ok(false) };
            let redemption = voucher.redemption.bar(barred, now)?;
            cash_voucher::update(tx, &CashVoucher { redemption, ..voucher })?;
            Ok::<_, Stop>(true)
        };
        match call.app.store.write(write).await {
            Ok(true) => view(&call.app, &request.voucher_id).await,
            Ok(false) => Err(not_found("no such cash voucher; coupons of activities cannot be disabled")),
            Err(Stop::Refused(_)) => Err(wrong(
                "the voucher was used, its time is over, or an unpaid trade holds it: look with voucher show",
            )),
            Err(Stop::Fault(fault)) => Err(fault.into()),
        }
    }
}
