//! `punchcard.voucher.send.stop`: an operator stops a batch of cash vouchers, or lets it go on.

use super::batch::{self, BatchView};
use super::{Argument, not_found};
use crate::acts::voucher::batch::set_running;
use crate::answer::Answer;
use crate::biz::{Flag, biz};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use store::{Fault, Tx, voucher_batch};

/// See the module.
pub struct VoucherSendStop;

biz! {
    /// The request.
    pub struct Request {
        /// The batch's id.
        batch_id: Argument,
        /// Whether it is stopped, or goes on.
        stopped: Flag,
    }
}

impl Method for VoucherSendStop {
    const NAME: &'static str = "punchcard.voucher.send.stop";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    type Request = Request;
    type Response = BatchView;
}

impl OperatorWrite for VoucherSendStop {
    fn action(request: &Request) -> (&'static str, String) {
        let act = if request.stopped.0 { "stop sending vouchers" } else { "go on sending vouchers" };
        (act, request.batch_id.to_string())
    }

    fn outcome(response: &BatchView) -> String {
        response.status.clone()
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<BatchView> {
        let (id, now, is_running) = (batch::id(&request.batch_id)?, call.app.clock.now(), !request.stopped.0);
        let write = move |tx: &mut Tx| {
            if let Some(batch) = voucher_batch::find(tx, id)? {
                set_running(tx, batch, is_running, now)?;
            }
            BatchView::find(tx, id)
        };
        let done = call.app.store.write::<_, Fault, _>(write).await?;
        done.ok_or_else(|| not_found("no such batch"))
    }
}
