//! `alipay.marketing.voucher.list.query`: every voucher of a template that a user was sent, newest first.
//!
//! A user whom nobody knows has none. `ENABLED` is a voucher that can be used now: neither before its time nor after
//! it, neither used nor waited with by an unpaid trade.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use super::found;
use crate::biz::{ABSENT, Biz, Shape, Text, answer, biz};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode, refusals};
use domain::cash_voucher::CashVoucher;
use domain::redemption::Standing;
use store::{Tx, cash_voucher};
use wire::time;

/// See the module.
pub struct VoucherListQuery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The template.
        template_id: Text<32> as "券模板ID",
        /// The user's account id. Required unless there is an `open_id`.
        user_id: Option<Text<20>> as "支付宝用户ID",
        /// What an app calls the user. No user has one here yet.
        open_id: Option<Text<128>> as "用户open_id",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The vouchers; often none.
        vouchers: Vec<Voucher>,
    }
}

answer! {
    /// One voucher.
    pub struct Voucher {
        /// The template.
        template_id: String,
        /// The voucher.
        voucher_id: String,
        /// ENABLED for one that can be used now, else DISABLED.
        status: &'static str,
        /// When it was sent.
        send_time: String = Shape::Date,
    }
}

impl Method for VoucherListQuery {
    const NAME: &'static str = "alipay.marketing.voucher.list.query";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::TEMPLATE_NOT_EXIST];
}

impl Read for VoucherListQuery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        let Request { template_id, user_id, open_id } = request;
        if user_id.is_none() && open_id.is_none() {
            return Err(Request::refuse("user_id", ABSENT).into());
        }
        let template = found(call, tx, template_id)?;
        let sent = match user_id {
            Some(user_id) => cash_voucher::of_user(tx, user_id, template.id.number)?,
            None => Vec::new(),
        };
        let template_id = template.id.to_text();
        Ok(Response { vouchers: sent.iter().map(|voucher| shown(&template_id, voucher, call.now)).collect() })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}

fn shown(template_id: &str, voucher: &CashVoucher, now: i64) -> Voucher {
    let is_usable = voucher.redemption.stand(now) == Standing::Usable;
    Voucher {
        template_id: template_id.to_owned(),
        voucher_id: voucher.id.to_text(),
        status: if is_usable { "ENABLED" } else { "DISABLED" },
        send_time: time::format(voucher.id.created_at),
    }
}
