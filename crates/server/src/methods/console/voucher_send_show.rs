//! `punchcard.voucher.send.show`: how far a batch of cash vouchers is.

use super::batch::{self, BatchView};
use super::{Argument, not_found};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use store::Tx;

/// See the module.
pub struct VoucherSendShow;

biz! {
    /// The request.
    pub struct Request {
        /// The batch's id.
        batch_id: Argument,
    }
}

impl Method for VoucherSendShow {
    const NAME: &'static str = "punchcard.voucher.send.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = BatchView;
}

impl OperatorRead for VoucherSendShow {
    async fn run(call: OperatorCall, request: Request) -> Answer<BatchView> {
        let id = batch::id(&request.batch_id)?;
        let found = call.app.store.read(move |tx: &mut Tx| BatchView::find(tx, id)).await?;
        found.ok_or_else(|| not_found("no such batch"))
    }
}
