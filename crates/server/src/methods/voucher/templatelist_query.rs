//! `alipay.marketing.voucher.templatelist.query`: the merchant's templates of cash vouchers by the time at which they
//! were made, newest first, a page at a time.
//!
//! Deleted templates are left out.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use super::LooseDate;
use crate::acts::voucher::content::Content;
use crate::biz::{Biz, Positive, Shape, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode};
use domain::template::Template;
use domain::window;
use store::{Tx, template};
use wire::time;

/// See the module.
pub struct TemplatelistQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// Templates made at that time or later. The blank between day and hour may be left out, here and below.
        create_start_time: LooseDate as "模板创建开始时间",
        /// Templates made in that second or before; after `create_start_time`.
        create_end_time: LooseDate as "模板创建结束时间",
        /// The page, counted from 1.
        page_num: Positive<9_999_999_999> as "页码",
        /// Templates on a page.
        page_size: Positive<30> as "每页记录条数",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The page that was asked for.
        current_page: i64,
        /// Templates on a page, as asked for.
        items_per_page: i64,
        /// The number of pages.
        total_pages: i64,
        /// The number of templates on all pages.
        total_items: i64,
        /// The templates, newest first.
        voucher_templates: Vec<VoucherTemplate>,
    }
}

answer! {
    /// One template.
    struct VoucherTemplate {
        /// The template.
        template_id: String,
        /// What the vouchers are called: slogan and amount.
        voucher_name: String,
        /// From when on vouchers may be sent.
        publish_start_time: String = Shape::Date,
        /// The last second of sending.
        publish_end_time: String = Shape::Date,
        /// `I`: nobody has paid for it. `S`: it is paid for. `E`: the time of sending is over.
        status: &'static str,
        /// When it was made.
        create_time: String = Shape::Date,
        /// When it was paid for.
        #[serde(skip_serializing_if = "Option::is_none")]
        activate_time: Option<String> = Shape::Date,
    }
}

impl Method for TemplatelistQuery {
    const NAME: &'static str = "alipay.marketing.voucher.templatelist.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[];
}

impl Read for TemplatelistQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let Request { create_start_time: LooseDate(from), create_end_time: LooseDate(until), .. } = *request;
        if until <= from {
            return Err(Request::refuse("create_end_time", "必须晚于create_start_time").into());
        }
        // Both ends are in it, the last with its whole second; times are kept to the millisecond.
        let made = (from, window::over_at(until) - 1);
        let [page, size] = [request.page_num.0, request.page_size.0]
            .map(|number| i64::try_from(number).expect("the fields are bounded"));
        let (templates, total_items) = template::page(tx, call.pid(), made, size, (page - 1) * size)?;
        let shown = templates.iter().map(|template| shown(template, call.now));
        Ok(Response {
            current_page: page,
            items_per_page: size,
            total_pages: (total_items + size - 1) / size,
            total_items,
            voucher_templates: shown.collect::<Answer<_>>()?,
        })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}

fn shown(template: &Template, now: i64) -> Answer<VoucherTemplate> {
    Ok(VoucherTemplate {
        template_id: template.id.to_text(),
        voucher_name: Content::of(template)?.voucher_name(template.amount_fen),
        publish_start_time: time::format(template.publication.starts_at),
        publish_end_time: time::format(template.publication.ends_at),
        status: template.status_at(now).name(),
        create_time: time::format(template.id.created_at),
        activate_time: template.paid_at.map(time::format),
    })
}
