//! `alipay.marketing.voucher.template.delete`: deletes a template that nobody has paid for.
//!
//! Its fund order is closed with it: the page at `confirm_uri` says so.
//!
//! # Repeats
//!
//! Deleting a template that is deleted succeeds, and changes nothing.

use crate::biz::{Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use domain::template::Status;
use store::{Tx, job, template};

/// See the module.
pub struct TemplateDelete;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The template.
        template_id: Text<28> as "券模板ID",
    }
}

answer! {
    /// The answer: no member of its own.
    pub struct Response {
    }
}

impl Method for TemplateDelete {
    const NAME: &'static str = "alipay.marketing.voucher.template.delete";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::TEMPLATE_NOT_EXIST, refusals::TEMPLATE_STATUS_ERROR];
}

impl Write for TemplateDelete {
    fn once(_: &Request) -> Once<'_> {
        Once::Natural
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let found = super::found(call, tx, &request.template_id)?;
        // Decide.
        let before = found.status;
        let deleted = found.delete(call.now)?;
        // Record.
        if before != Status::Deleted {
            job::take(tx, job::TEMPLATE_EXPIRE, deleted.id.number)?;
            template::update(tx, &deleted)?;
        }
        Ok(Response {})
    }
}
