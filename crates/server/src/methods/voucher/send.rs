//! `alipay.marketing.voucher.send`: sends a user a voucher of a template that is paid for.
//!
//! The user is named by `user_id`, `login_id`, `taobao_nick` or `open_id`. The first of them that is there decides; the
//! others are not compared. No user has an `open_id` here yet. Nothing moves money: what the voucher is worth was paid
//! with the template.
//!
//! Refusals are looked for in this order: a wrong or missing field; an `amount`; the template is not the merchant's;
//! nobody has the name; the `out_biz_no` was used for another user; the template's status and times; the voucher's time
//! is over; last, whether a voucher is left.
//!
//! # Repeats
//!
//! A call with the same `out_biz_no` for the same template and user is answered with the first `voucher_id` and changes
//! nothing, even when the template has ended or is used up by then, and whatever name the user is called by. For
//! another user it is `OUT_BIZ_NO_CONFLICT`. A refused call uses up no `out_biz_no`.

use super::found;
use crate::acts::voucher::recipient::Recipient;
use crate::acts::voucher::send::{NewVoucher, send};
use crate::biz::{ABSENT, Biz, Field, INVALID, Member, Shape, Text, Yuan, answer, biz, embedded, text};
use crate::methods::{Answer, Call, Doors, Key, Method, Need, Recomputed, SubCode, fingerprint_of, refusals};
use domain::id::VoucherId;
use domain::template::Template;
use serde_json::{Map, Value};
use store::idempotency::{self, Claim};
use store::{Fault, Tx, cash_voucher};
use wire::Rejection;

/// See the module.
pub struct VoucherSend;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The template.
        template_id: Text<28> as "券模板ID",
        /// The user's account id. One of the four names is required.
        user_id: Option<Text<16>> as "支付宝用户ID",
        /// The user's phone number or e-mail address.
        login_id: Option<Text<128>> as "支付宝登录ID",
        /// The user's nickname on Taobao.
        taobao_nick: Option<Text<128>> as "淘宝昵称",
        /// The caller's number of the sending; the idempotency key, within the template.
        out_biz_no: Text<64> as "外部业务订单号",
        /// Must be absent: a voucher is worth what its template says.
        amount: Option<Yuan<10>> as "券金额",
        /// A note. A payment with the voucher tells it as `voucher_detail_list[].memo`.
        memo: Option<Text<128>> as "发券备注",
        /// Checked; nothing reads it.
        extend_info: Option<ExtendInfo> as "扩展参数",
        /// What an app calls the user.
        open_id: Option<Text<128>> as "用户open_id",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The voucher.
        voucher_id: String,
        /// The account id of the user who has it.
        user_id: String,
    }
}

impl Method for VoucherSend {
    const NAME: &'static str = "alipay.marketing.voucher.send";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Money;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::TEMPLATE_NOT_EXIST,
        refusals::RECIPIENT_NOT_EXIST,
        refusals::SEND_CONFLICT,
        refusals::TEMPLATE_NOT_SENDABLE,
        refusals::BEFORE_PUBLICATION,
        refusals::AFTER_PUBLICATION,
        refusals::VOUCHER_PERIOD_OVER,
        refusals::TEMPLATE_SOLD_OUT,
    ];
}

impl Recomputed for VoucherSend {
    const NEW_IDS: u16 = 1;

    type Checked<'a> = (Template, NewOwner);

    fn check(call: &Call, tx: &mut Tx, request: &Request) -> Answer<(Template, NewOwner)> {
        let recipient = recipient(request)?;
        let template = found(call, tx, &request.template_id)?;
        let user_id = recipient.resolve(tx)?;
        let number = call.new_id(0, cash_voucher::bucket(&user_id));
        Ok((template, NewOwner { user_id, number }))
    }

    fn key<'a>(call: &Call, request: &'a Request, (_, owner): &(Template, NewOwner)) -> Key<'a> {
        let content = Map::from_iter([("user_id".to_owned(), Value::from(owner.user_id.as_str()))]);
        Key {
            scope: idempotency::scope(&[Self::NAME, call.pid(), &request.template_id]),
            key: &request.out_biz_no,
            fingerprint: fingerprint_of(content),
            id: owner.number,
        }
    }

    fn handle(
        call: &Call,
        tx: &mut Tx,
        request: &Request,
        (template, owner): (Template, NewOwner),
        claim: Claim,
    ) -> Answer<Response> {
        let NewOwner { user_id, number } = owner;
        let id = match claim {
            Claim::New => {
                let new = NewVoucher { user_id: &user_id, number, memo: request.memo.as_deref() };
                send(tx, &template, &[new], call.now)?;
                VoucherId::new(call.now, number)
            }
            Claim::Again(number) => cash_voucher::get(tx, number)?.ok_or_else(|| Fault::bug("no such voucher"))?.id,
            Claim::Other(_) => return Err(refusals::SEND_CONFLICT.into()),
        };
        Ok(Response { voucher_id: id.to_text(), user_id })
    }
}

/// The user who gets a voucher, and the number that it has if it is new.
pub struct NewOwner {
    user_id: String,
    number: i64,
}

/// The name that decides; refused without one, and with an amount.
fn recipient(request: &Request) -> Result<Recipient<'_>, Rejection> {
    if request.amount.is_some() {
        return Err(Rejection::business(INVALID, "参数有误，amount仅红包发放时填写"));
    }
    let Request { user_id, login_id, taobao_nick, open_id, .. } = request;
    Recipient::choose(user_id.as_deref(), login_id.as_deref(), taobao_nick.as_deref(), open_id.as_deref())
        .ok_or_else(|| Request::refuse("user_id", ABSENT))
}

/// `extend_info`: a JSON object with no other member than the one that the contract allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExtendInfo;

/// The most characters of its text.
const EXTEND_INFO_MAX: usize = 1_024;
/// Its member.
const EXTEND_INFO: &[Member] =
    &[Member { required: false, ..Member::text("alipayMiniAppToken", "The token of a mini program.") }];

impl Field for ExtendInfo {
    const SHAPE: Shape = Shape::Json { of: &Shape::Object(EXTEND_INFO), max: Some(EXTEND_INFO_MAX) };

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let value = value.ok_or(ABSENT)?;
        if text(value).is_ok_and(|text| EXTEND_INFO_MAX < text.chars().count()) {
            return Err(format!("长度不能超过{EXTEND_INFO_MAX}"));
        }
        let Value::Object(members) = embedded(value)? else { return Err("必须是JSON对象".to_owned()) };
        match members.keys().find(|name| EXTEND_INFO.iter().all(|member| member.name != *name)) {
            Some(name) => Err(format!(".{name} 不允许传入")),
            None => Ok(ExtendInfo),
        }
    }

    fn canonical(&self) -> Option<Value> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn extend_info_is_an_object_with_one_member() {
        for (value, expect) in [
            (json!(r#"{"alipayMiniAppToken":"t"}"#), Ok(&ExtendInfo)),
            (json!({"alipayMiniAppToken": "t"}), Ok(&ExtendInfo)),
            (json!("{}"), Ok(&ExtendInfo)),
            (json!(r#"{"a":1}"#), Err(".a 不允许传入")),
            (json!("[]"), Err("必须是JSON对象")),
            (json!("{"), Err("不是合法的JSON")),
            (json!(1), Err("不是合法的JSON")),
            (json!("1".repeat(1_025)), Err("长度不能超过1024")),
        ] {
            let read = ExtendInfo::read(Some(&value));
            assert_eq!(read.as_ref().map_err(String::as_str), expect, "{value}");
        }
    }
}
