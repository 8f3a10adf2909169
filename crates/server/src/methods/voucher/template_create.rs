//! `alipay.marketing.cashvoucher.template.create`: makes a template of cash vouchers, which its sponsor pays for.
//!
//! The template is a draft until the holder of `fund_account` pays for all of its vouchers at `confirm_uri`; then they
//! can be sent. One that nobody pays for ends with `publish_end_time`. When the time of sending is over, and with each
//! voucher that ends unused, what is left goes back to the sponsor.
//!
//! # Repeats
//!
//! A call with the same `out_biz_no` and content is answered with the first template, whatever has become of it. Other
//! content is `OUT_BIZ_NO_CONFLICT`. A refused call uses up no `out_biz_no`.

use super::Wanted;
use crate::acts::voucher::content::Content;
use crate::acts::voucher::description::Description;
use crate::acts::voucher::expiry;
use crate::acts::voucher::extension::ExtensionInfo;
use crate::acts::voucher::rule_conf::{NoRules, RuleConf};
use crate::acts::voucher::valid_period::WrittenPeriod;
use crate::biz::{Biz, Date, Illegal, Positive, Text, Yuan, answer, biz, choice, illegal};
use crate::links;
use crate::merchant_page::MerchantPage;
use crate::methods::{Answer, Call, Doors, Key, Method, Need, Recomputed, SubCode, fingerprint, refusals};
use crate::outbound::Target;
use crate::world::Options;
use domain::Refusal;
use domain::id::TemplateId;
use domain::template::{Publication, QUANTITY_MAX, Status, Template, check_amounts};
use domain::trade::Origin;
use store::account_key::{self, Kind};
use store::idempotency::{self, Claim};
use store::{Fault, Tx, template};
use wire::Rejection;

/// See the module.
pub struct TemplateCreate;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// What the vouchers are.
        voucher_type: VoucherType as "券类型",
        /// What the vouchers are for. Kept and decides nothing.
        voucher_use_scene: UseScene as "券使用场景",
        /// The login id of the account that pays for the vouchers, and gets back what is not used. A merchant's too.
        fund_account: Text<128> as "出资人登录账号",
        /// What stands below the merchant's logo.
        brand_name: Text<64> as "品牌信息",
        /// From when on vouchers may be sent: at most 15 days from now, and perhaps before now.
        publish_start_time: Date as "发放开始时间",
        /// The last second of sending: after now, and at most 90 days after the start.
        publish_end_time: Date as "发放结束时间",
        /// When a voucher can be used: at most 90 days, and not over before sending begins. Its times may lack the
        /// blank between day and hour.
        voucher_valid_period: WrittenPeriod as "券有效期",
        /// The least order that a voucher can be used for, yuan.
        floor_amount: Yuan<13> as "最低额度",
        /// What a voucher takes off at most, yuan: at least 0.10, and 0.005 of `floor_amount`.
        amount: Yuan<13> as "面额",
        /// The number of vouchers. All together are worth at most 9999999999999.99 yuan.
        voucher_quantity: Positive<{ QUANTITY_MAX.unsigned_abs() }> as "拟发行券的数量",
        /// The terms of a voucher, for people to read: they limit nothing. Three of the platform's when absent.
        voucher_description: Option<Description> as "券使用说明",
        /// The caller's serial number; the idempotency key.
        out_biz_no: Text<64> as "外部业务单号",
        /// Where the sponsor's browser goes after paying, with `template_id` and `fund_order_no` added: http or https.
        redirect_uri: Option<Text<512>> as "重定向地址",
        /// Where notifications of used vouchers go: http or https.
        notify_uri: Option<Text<512>> as "券变动异步通知地址",
        /// Where the vouchers can be used: every rule that is there must name the payment's.
        rule_conf: Option<RuleConf> as "规则配置",
        /// How the button of a voucher's page leads on.
        extension_info: Option<ExtensionInfo> as "扩展字段",
        /// What the vouchers' names begin with.
        slogan: Option<Text<6>> as "券标语",
    }
}

choice! {
    /// `voucher_type`.
    pub enum VoucherType {
        /// Each takes off the same amount.
        FixVoucher = "FIX_VOUCHER",
    }
}

choice! {
    /// `voucher_use_scene`.
    pub enum UseScene {
        /// Topping up phones.
        Recharge = "ALIPAY_RECHARGE",
        /// Paying bills of public utilities.
        Fee = "ALIPAY_FEE",
        /// Anything.
        Common = "ALIPAY_COMMON",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The template.
        template_id: String,
        /// The order under which it is paid for.
        fund_order_no: String,
        /// The page on which the holder of `fund_account` pays.
        confirm_uri: String,
    }
}

impl Method for TemplateCreate {
    const NAME: &'static str = "alipay.marketing.cashvoucher.template.create";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Market;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::TEMPLATE_CONFLICT, refusals::SPONSOR_NOT_EXIST];
}

impl Recomputed for TemplateCreate {
    const NEW_IDS: u16 = 1;

    /// The number of the new template.
    type Checked<'a> = i64;

    fn check(call: &Call, _: &mut Tx, _: &Request) -> Answer<i64> {
        Ok(call.new_id(0, template::bucket(call.pid())))
    }

    fn key<'a>(call: &Call, request: &'a Request, number: &i64) -> Key<'a> {
        Key {
            scope: idempotency::scope(&[Self::NAME, call.pid()]),
            key: &request.out_biz_no,
            fingerprint: fingerprint(request),
            id: *number,
        }
    }

    fn handle(call: &Call, tx: &mut Tx, request: &Request, number: i64, claim: Claim) -> Answer<Response> {
        let template = match claim {
            Claim::New => make(call, tx, request, number)?,
            Claim::Again(number) => {
                template::get(tx, number)?.ok_or_else(|| Fault::bug("a claim for a template that is not there"))?
            }
            Claim::Other(_) => return Err(refusals::TEMPLATE_CONFLICT.into()),
        };
        Ok(Response {
            template_id: template.id.to_text(),
            fund_order_no: template.fund_order_no().to_text(),
            confirm_uri: links::fund(&call.site.base_url(tx)?, &template),
        })
    }
}

/// Makes the template whose number the call has claimed.
fn make(call: &Call, tx: &mut Tx, request: &Request, number: i64) -> Answer<Template> {
    // Decide what needs no look at the store.
    let made = draft(call, request, number)?;
    // Load.
    let hosts = Options::of(tx, call.pid())?.use_url_hosts;
    let button = request.extension_info.as_ref().and_then(ExtensionInfo::link);
    if button.is_some_and(|link| !link.leads_to_one_of(&hosts)) {
        return Err(Request::refuse("extension_info", "useModeData.url 的域名不在商户的名单中").into());
    }
    let sponsor = account_key::find(tx, Kind::Login, &request.fund_account)?.ok_or(Refusal::SponsorNotExist)?;
    // Record.
    let made = Template { sponsor_id: sponsor.user_id, ..made };
    expiry::plan(tx, &made)?;
    template::insert(tx, &made)?;
    Ok(made)
}

/// The template without its sponsor.
fn draft(call: &Call, request: &Request, number: i64) -> Result<Template, Rejection> {
    check_addresses(request)?;
    let rules = request.rule_conf.as_ref().map_or_else(|| Ok("{}".to_owned()), RuleConf::to_text);
    let rules = rules.map_err(|wrong| match wrong {
        NoRules::NoObject => illegal(Illegal::Request, "传入规则JSON格式错误"),
        NoRules::WrongRule => Request::refuse("rule_conf", "只能有已知的规则"),
    })?;
    let valid_period = super::period(&request.voucher_valid_period)?;
    let Request { publish_start_time, publish_end_time, voucher_quantity, .. } = request;
    let publication = Publication { starts_at: publish_start_time.0, ends_at: publish_end_time.0 };
    let (amount_fen, floor_fen) = (request.amount.fen, request.floor_amount.fen);
    let quantity = i64::try_from(voucher_quantity.0).expect("a bound below that of the type");
    let fits = check_amounts(amount_fen, floor_fen, quantity)
        .and_then(|()| publication.check(call.now))
        .and_then(|()| valid_period.check(publication.starts_at));
    fits.map_err(|misfit| {
        let too_many = Request::refuse("voucher_quantity", "所有券的总金额过大");
        Wanted { amount_fen, floor_fen, publication, valid_period }.refuse(misfit, too_many)
    })?;
    Ok(Template {
        id: TemplateId::new(call.now, number),
        pid: call.pid().to_owned(),
        status: Status::Draft,
        sponsor_id: String::new(),
        amount_fen,
        floor_fen,
        quantity,
        publication,
        valid_period,
        rules,
        content: content(request).to_text(),
        page_token: call.secret().to_owned(),
        origin: Origin { notify_url: request.notify_uri.as_deref().map(str::to_owned), ..call.origin() },
        paid_at: None,
        version: 1,
    })
}

fn check_addresses(request: &Request) -> Result<(), Rejection> {
    let Request { redirect_uri, notify_uri, .. } = request;
    if redirect_uri.as_deref().is_some_and(|uri| MerchantPage::parse(uri).is_none()) {
        return Err(Request::refuse("redirect_uri", "必须是http或https的绝对地址"));
    }
    if notify_uri.as_deref().is_some_and(|uri| Target::parse(uri).is_err()) {
        return Err(Request::refuse("notify_uri", "必须是http或https的绝对地址"));
    }
    Ok(())
}

fn content(request: &Request) -> Content {
    let text = |text: &str| text.to_owned();
    Content {
        use_scene: text(request.voucher_use_scene.name()),
        fund_account: text(&request.fund_account),
        brand_name: text(&request.brand_name),
        valid_period: request.voucher_valid_period.to_text(),
        description: Description::to_text(request.voucher_description.as_ref()),
        slogan: request.slogan.as_deref().map(text),
        redirect_uri: request.redirect_uri.as_deref().map(text),
        extension_info: request.extension_info.as_ref().and_then(ExtensionInfo::to_text),
    }
}
