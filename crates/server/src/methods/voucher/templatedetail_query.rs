//! `alipay.marketing.voucher.templatedetail.query`: a template of cash vouchers, with the totals of its vouchers.
//!
//! The totals are those of this moment. A deleted template is found too.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::acts::voucher::content::Content;
use crate::acts::voucher::description::Description;
use crate::acts::voucher::valid_period::WrittenPeriod;
use crate::biz::{Field, Shape, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, refusals};
use store::{Tx, template};
use wire::{money, time};

/// See the module.
pub struct TemplatedetailQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The template.
        template_id: Text<28> as "券模板ID",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The template.
        template_id: String,
        /// FIX_VOUCHER.
        voucher_type: &'static str,
        /// What the vouchers are called: slogan and amount.
        voucher_name: String,
        /// From when on vouchers may be sent.
        publish_start_time: String = Shape::Date,
        /// The last second of sending.
        publish_end_time: String = Shape::Date,
        /// `I`: nobody has paid for it. `S`: it is paid for. `E`: the time of sending is over. `D`: it was deleted.
        status: &'static str,
        /// When a voucher can be used.
        voucher_valid_period: String = WrittenPeriod::SHAPE,
        /// The least order that a voucher can be used for.
        floor_amount: String = Shape::Amount(None),
        /// The terms of a voucher.
        voucher_description: String = Description::SHAPE,
        /// What a voucher takes off at most.
        amount: String = Shape::Amount(None),
        /// The number of vouchers.
        voucher_quantity: i64,
        /// What all of them are worth.
        total_amount: String = Shape::Amount(None),
        /// Vouchers that were sent.
        publish_count: i64,
        /// What those are worth.
        publish_amount: String = Shape::Amount(None),
        /// Vouchers that were used.
        used_count: i64,
        /// What those took off.
        used_amount: String = Shape::Amount(None),
        /// What went back to the sponsor: of refunds, of vouchers that expired or were not used up, of those that were
        /// not sent.
        recycle_amount: String = Shape::Amount(None),
    }
}

impl Method for TemplatedetailQuery {
    const NAME: &'static str = "alipay.marketing.voucher.templatedetail.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::TEMPLATE_NOT_EXIST];
}

impl Read for TemplatedetailQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let found = super::found(call, tx, &request.template_id)?;
        let totals = template::totals(tx, found.id.number)?;
        let content = Content::of(&found)?;
        Ok(Response {
            template_id: found.id.to_text(),
            voucher_type: super::template_create::VoucherType::FixVoucher.name(),
            voucher_name: content.voucher_name(found.amount_fen),
            publish_start_time: time::format(found.publication.starts_at),
            publish_end_time: time::format(found.publication.ends_at),
            status: found.status_at(call.now).name(),
            voucher_valid_period: content.valid_period,
            floor_amount: money::format(found.floor_fen),
            voucher_description: content.description,
            amount: money::format(found.amount_fen),
            voucher_quantity: found.quantity,
            total_amount: money::format(found.total_fen()),
            publish_count: totals.published,
            publish_amount: money::format(totals.published * found.amount_fen),
            used_count: totals.used,
            used_amount: money::format(totals.used_fen),
            recycle_amount: money::format(totals.recycled_fen()),
        })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}
