//! `punchcard.voucher.send.page`: what the recipients of one page of a batch of cash vouchers got.

use super::batch;
use super::{Argument, Limit, not_found};
use crate::acts::voucher::batch::Listed;
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::voucher_batch::Outcome;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, voucher_batch};

/// See the module.
pub struct VoucherSendPage;

biz! {
    /// The request.
    pub struct Request {
        /// The batch's id.
        batch_id: Argument,
        /// Which of its pages, from 1.
        page: Limit,
    }
}

/// What a recipient got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RecipientView {
    /// The recipient's place in the list, from 1; in a file, the line.
    pub place: u64,
    /// A user id, or `login_id:…`, `taobao_nick:…`.
    pub recipient: String,
    /// The voucher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voucher_id: Option<String>,
    /// Why there is none, as `voucher.send` tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Method for VoucherSendPage {
    const NAME: &'static str = "punchcard.voucher.send.page";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Vec<RecipientView>;
}

impl OperatorRead for VoucherSendPage {
    async fn run(call: OperatorCall, request: Request) -> Answer<Vec<RecipientView>> {
        let (id, page) = (batch::id(&request.batch_id)?, i64::from(super::limit(request.page)) - 1);
        let read = move |tx: &mut Tx| match voucher_batch::find(tx, id)? {
            Some(batch) => voucher_batch::page(tx, batch.id.number, page),
            None => Ok::<_, Fault>(None),
        };
        let page = call.app.store.read(read).await?.ok_or_else(|| not_found("no such page of a batch"))?;
        let results = page.results.unwrap_or_default();
        let mut results = results.lines();
        page.recipients.lines().map(|line| view(line, results.next())).collect()
    }
}

/// Neither voucher nor error where the page is not done.
fn view(line: &str, result: Option<&str>) -> Answer<RecipientView> {
    let Listed { place, recipient } = Listed::parse(line)?;
    let outcome = match result {
        Some(result) => Some(Outcome::parse(result).ok_or_else(|| Fault::bug("an outcome that is none"))?),
        None => None,
    };
    let (voucher_id, error) = match outcome {
        Some(Outcome::Sent(voucher_id)) => (Some(voucher_id), None),
        Some(Outcome::Refused(refusal)) => (None, Some(CallError::from(refusal).to_string())),
        None => (None, None),
    };
    Ok(RecipientView { place, recipient: recipient.to_text(), voucher_id, error })
}
