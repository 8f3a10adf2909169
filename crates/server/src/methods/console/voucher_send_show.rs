//! `punchcard.voucher.send.show`: how far a batch of cash vouchers is.

use super::batch::{self, BatchView};
use super::{Argument, not_found};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use store::{Fault, Tx};

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
        let read = move |tx: &mut Tx| match batch::find(tx, id)? {
            Some(batch) => BatchView::of(tx, batch).map(Some),
            None => Ok::<_, Fault>(None),
        };
        call.app.store.read(read).await?.ok_or_else(|| not_found("no such batch"))
    }
}
