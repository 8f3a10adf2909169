//! `punchcard.voucher.send.list`: the newest batches of cash vouchers of all merchants.

use super::Limit;
use super::batch::BatchView;
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use store::{Fault, Tx, voucher_batch};

/// See the module.
pub struct VoucherSendList;

biz! {
    /// The request.
    pub struct Request {
        /// How many at most, the newest first.
        limit: Limit,
    }
}

impl Method for VoucherSendList {
    const NAME: &'static str = "punchcard.voucher.send.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Vec<BatchView>;
}

impl OperatorRead for VoucherSendList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Vec<BatchView>> {
        let limit = super::limit(request.limit);
        let read = move |tx: &mut Tx| {
            let newest = voucher_batch::newest(tx, limit.into())?;
            newest.into_iter().map(|batch| BatchView::of(tx, batch)).collect()
        };
        Ok(call.app.store.read::<_, Fault, _>(read).await?)
    }
}
