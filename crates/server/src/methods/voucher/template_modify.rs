//! `alipay.marketing.cashvoucher.template.modify`: changes a template that nobody has paid for, or the end of sending
//! of one that is paid for.
//!
//! Of a draft every field that is sent is changed, by the rules of `template.create`; its fund order and `confirm_uri`
//! stay. Of a template that is paid for `publish_end_time` alone is changed, and the other fields are ignored; it may
//! lie before now, and then sending ends at once and what was not sent goes back to the sponsor.
//!
//! # Repeats
//!
//! The first answer is kept: a call with the same `out_biz_no` for the same template changes nothing more, whatever
//! else it says. A refused call uses up no `out_biz_no`.

use super::Wanted;
use crate::acts::voucher::content::Content;
use crate::acts::voucher::expiry;
use crate::acts::voucher::recycle::Entry;
use crate::acts::voucher::valid_period::WrittenPeriod;
use crate::biz::{ABSENT, Biz, Date, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Once, SubCode, Write, refusals};
use domain::Refusal;
use domain::template::{Change, Publication, Status, Template, Unchanged, ValidPeriod};
use store::{Bucket, Tx, template};
use wire::code;

/// See the module.
pub struct TemplateModify;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The template.
        template_id: Text<28> as "券模板ID",
        /// What the vouchers' names begin with.
        slogan: Option<Text<6>> as "券标语",
        /// From when on vouchers may be sent: at most 15 days from now.
        publish_start_time: Option<Date> as "发放开始时间",
        /// The last second of sending: after the start, by at most 90 days. Required for a template that is paid for.
        publish_end_time: Option<Date> as "发放结束时间",
        /// When a voucher can be used: at most 90 days, and not over before sending begins.
        voucher_valid_period: Option<WrittenPeriod> as "券有效期",
        /// The caller's serial number; the idempotency key, within the template.
        out_biz_no: Text<64> as "外部业务单号",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The status in which the template was changed. `I`: every field that was sent is changed. `S`: only
        /// `publish_end_time` is.
        status: String,
    }
}

impl Method for TemplateModify {
    const NAME: &'static str = "alipay.marketing.cashvoucher.template.modify";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::TEMPLATE_NOT_EXIST, refusals::TEMPLATE_STATUS_ERROR];
}

impl Write for TemplateModify {
    fn once(request: &Request) -> Once<'_> {
        Once::Replayed { within: &request.template_id, key: &request.out_biz_no }
    }

    /// The transfer's, back to the sponsor.
    const NEW_IDS: u16 = 1;

    fn handle(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        // Load.
        let found = super::found(call, tx, &request.template_id)?;
        let status = found.status_at(call.now);
        // Decide.
        let changed = changed(call, request, found)?;
        // Record.
        if changed.status == Status::Expired {
            let id = call.new_id(0, Bucket::of_id(changed.id.number));
            expiry::end(tx, &changed, Entry { id, at: call.now, cause: call.cause() })?;
        } else {
            expiry::plan(tx, &changed)?;
            template::update(tx, &changed)?;
        }
        Ok(Response { status: status.name().to_owned() })
    }
}

fn changed(call: &Call, request: &Request, found: Template) -> Answer<Template> {
    let written = request.voucher_valid_period.as_ref();
    // What is ignored is not wrong either.
    let is_draft = found.status_at(call.now) == Status::Draft;
    let valid_period = written.filter(|_| is_draft).map(super::period).transpose()?;
    let mut content = Content::of(&found)?;
    if let Some(written) = written {
        content.valid_period = written.to_text();
    }
    if let Some(slogan) = &request.slogan {
        content.slogan = Some(slogan.to_string());
    }
    let change = Change {
        starts_at: request.publish_start_time.map(|Date(at)| at),
        ends_at: request.publish_end_time.map(|Date(at)| at),
        valid_period,
        content: Some(content.to_text()),
    };
    let wanted = wanted(&found, &change, is_draft);
    found.modify(change, call.now).map_err(|unchanged| match unchanged {
        Unchanged::Status => Refusal::TemplateStatusError.into(),
        Unchanged::NoEnd => Request::refuse("publish_end_time", ABSENT).into(),
        // Neither amount nor number is changed, so what all are worth stays in its bounds.
        Unchanged::Misfit(misfit) => wanted.refuse(misfit, code::UNKNOWN_ERROR).into(),
    })
}

/// What the template would be.
fn wanted(found: &Template, change: &Change, is_draft: bool) -> Wanted {
    let Publication { starts_at, ends_at } = found.publication;
    let starts_at = change.starts_at.filter(|_| is_draft).unwrap_or(starts_at);
    let valid_period: ValidPeriod = change.valid_period.unwrap_or(found.valid_period);
    Wanted {
        amount_fen: found.amount_fen,
        floor_fen: found.floor_fen,
        publication: Publication { starts_at, ends_at: change.ends_at.unwrap_or(ends_at) },
        valid_period,
    }
}
