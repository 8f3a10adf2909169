//! `alipay.trade.pay`: makes a trade and pays it by the buyer's pay code, or pays a trade that `alipay.trade.create`
//! made.
//!
//! Coupons are chosen by the platform: the one that takes most off. Points are not given by a payment: that is
//! `points.update` with the `trade_no`.
//!
//! # Repeats
//!
//! A call with the `out_trade_no` of a paid trade is refused with `ACQ.TRADE_HAS_SUCCESS`, of a closed one with
//! `ACQ.TRADE_HAS_CLOSE`: ask `alipay.trade.query` what a payment came to. A trade that waits is paid if subject,
//! amount and buyer are the same.

use super::QueryOption;
use super::order::{self, Checked, Order};
use crate::acts::trade::bill::{FundBill, PaidAmounts, VoucherDetail};
use crate::acts::trade::choice::{self, Wanted};
use crate::acts::trade::context::{self, TradeContext, TradeOrigin};
use crate::acts::trade::detail::TradeDetail;
use crate::acts::trade::notification;
use crate::acts::trade::settle::{Payment, count_sale, settle};
use crate::biz::{Biz, List, Shape, Text, answer, biz, choice, invalid};
use crate::methods::{Answer, Call, Doors, Key, Method, Need, Recomputed, SubCode, refusals};
use crate::world::Options;
use domain::Refusal;
use domain::trade::Trade;
use store::account_key::{find_payer, use_pay_code};
use store::idempotency::Claim;
use store::trade::TradeVoucher;
use store::world::Account;
use store::{Fault, Mode, Tx, world};
use wire::{money, time};

/// See the module.
pub struct TradePay;

choice! {
    /// How the code was read.
    pub enum Scene {
        /// From a screen.
        BarCode = "bar_code",
        /// By sound.
        WaveCode = "wave_code",
    }
}

biz! {
    /// What the caller sends.
    pub struct Request {
        /// How the pay code was read.
        scene: Scene,
        /// The buyer's pay code. Required, but where `buyer_id` may pay alone: in a stand-in, and for a merchant with
        /// the option `pay_by_user_id`.
        auth_code: Option<Text<32>>,
        /// The buyer, by account id; with a pay code, its owner.
        buyer_id: Option<Text<28>>,
        /// The fields of an order.
        ..order: Order,
        /// Read and checked; the answer has every part that there is.
        query_options: Option<List<QueryOption>>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The platform's number of the trade.
        trade_no: String,
        /// The merchant's number of the trade.
        out_trade_no: String,
        /// The buyer's login id, with stars in its middle.
        buyer_logon_id: String,
        /// The buyer's account id.
        buyer_user_id: String,
        /// The amount of the trade, yuan.
        total_amount: String = Shape::Amount(None),
        /// What it comes to for each side.
        ..amounts: PaidAmounts,
        /// The name of the shop, where the trade has one.
        #[serde(skip_serializing_if = "Option::is_none")]
        store_name: Option<String>,
        /// When the trade was paid.
        gmt_payment: String = Shape::Date,
        /// What paid.
        fund_bill_list: Vec<FundBill>,
        /// The coupons that were used.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        voucher_detail_list: Vec<VoucherDetail>,
    }
}

impl Method for TradePay {
    const NAME: &'static str = "alipay.trade.pay";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Money;
    const INVALID: &'static str = super::INVALID;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[
        refusals::TOTAL_FEE_EXCEED,
        refusals::SELLER_NOT_EXIST,
        refusals::INVALID_STORE_ID,
        refusals::PAYMENT_AUTH_CODE_INVALID,
        refusals::BUYER_NOT_EXIST,
        refusals::BUYER_SELLER_EQUAL,
        refusals::CONTEXT_INCONSISTENT,
        refusals::TRADE_BUYER_NOT_MATCH,
        refusals::TRADE_HAS_SUCCESS,
        refusals::TRADE_HAS_CLOSE,
        refusals::BUYER_BALANCE_NOT_ENOUGH,
    ];
}

/// What was checked before the merchant's number is claimed.
pub struct CheckedPayment<'a> {
    order: Checked<'a>,
    buyer: Account,
    /// The number of the new trade.
    number: i64,
}

impl Recomputed for TradePay {
    const NEW_IDS: u16 = 1 + context::NEW_IDS;

    type Checked<'a> = CheckedPayment<'a>;

    fn check<'a>(call: &Call, tx: &mut Tx, request: &'a Request) -> Answer<CheckedPayment<'a>> {
        let order = request.order.check(request.canonical(), call, tx)?;
        let buyer = buyer(call, tx, request)?;
        order::not_itself(call, &buyer.user_id)?;
        let number = order::new_number(call, &buyer.user_id);
        Ok(CheckedPayment { order, buyer, number })
    }

    fn key<'a>(call: &Call, request: &'a Request, checked: &CheckedPayment<'a>) -> Key<'a> {
        Key {
            scope: store::trade::scope(call.pid()),
            key: &request.order.out_trade_no,
            fingerprint: checked.order.fingerprint(),
            id: checked.number,
        }
    }

    fn handle(
        call: &Call,
        tx: &mut Tx,
        request: &Request,
        checked: CheckedPayment<'_>,
        claim: Claim,
    ) -> Answer<Response> {
        // Load.
        let CheckedPayment { order, buyer, number } = checked;
        let buyer_id = &buyer.user_id;
        // Decide.
        let detail = order.detail();
        // What this call disables is disabled, whatever the call allowed that made the trade.
        let wanted = if detail.vouchers_allowed { Wanted::BEST } else { Wanted::NONE };
        let (trade, detail, origin) = match claim {
            Claim::New => (order.trade(call, buyer_id, number), detail, TradeOrigin::New),
            Claim::Again(number) | Claim::Other(number) => {
                let trade = made_before(call, tx, number, &order, buyer_id)?;
                let detail = TradeDetail::of(&trade);
                (trade, detail, TradeOrigin::Stored)
            }
        };
        trade.payable(call.now)?;
        count_sale(tx, &trade)?;
        let choice = choice::pick(tx, &trade, &detail, origin, wanted, call.now)?;
        // Record.
        let context = TradeContext::new(&trade, call.now, call.cause(), |nth, bucket| call.new_id(1 + nth, bucket));
        let payment = Payment { trade, detail: &detail, origin, buyer: &buyer, choice: &choice };
        let (trade, used) = settle(tx, payment, &context)?;
        if let Some(code) = request.auth_code.as_deref().filter(|_| codes_are_used_up(call))
            && !use_pay_code(tx, code, &trade.buyer_id, call.now)?
        {
            return Err(Refusal::PayCodeInvalid.into());
        }
        let store_name = super::store_name(tx, &trade, order.shop())?;
        Ok(response(trade, store_name, &buyer, &used, call.now))
    }
}

/// Whether a pay code pays once: on a platform, where real members show theirs.
fn codes_are_used_up(call: &Call) -> bool {
    call.mode == Mode::Platform
}

/// Who pays: the owner of the code, or (ours) whoever the merchant says. On a platform that takes the merchant's option
/// `pay_by_user_id`: otherwise pay codes would protect nobody (`docs/decisions.md`, "Pay codes").
fn buyer(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Account> {
    let on_platform = codes_are_used_up(call);
    let buyer_id = request.buyer_id.as_deref();
    match (&request.auth_code, buyer_id) {
        (Some(code), _) => {
            let payer = find_payer(tx, code, !on_platform)?;
            let payer = payer.filter(|payer| buyer_id.is_none_or(|buyer_id| buyer_id == payer.user_id));
            Ok(payer.ok_or(Refusal::PayCodeInvalid)?)
        }
        (None, Some(_)) if on_platform && !Options::of(tx, call.pid())?.pay_by_user_id => {
            Err(Refusal::PayCodeInvalid.into())
        }
        (None, Some(buyer_id)) => Ok(world::account(tx, buyer_id)?.ok_or(refusals::BUYER_NOT_EXIST)?),
        (None, None) => Err(invalid("auth_code", "不能为空").into()),
    }
}

/// The trade that used up the number, if this payment can be its own. Who pays is told, unless whoever made it is.
fn made_before(call: &Call, tx: &mut Tx, number: i64, order: &Checked<'_>, buyer_id: &str) -> Answer<Trade> {
    let trade = store::trade::get(tx, number)?.ok_or_else(|| Fault::bug("a claim for a trade that is not there"))?;
    if !order.agrees(&trade) {
        return Err(refusals::CONTEXT_INCONSISTENT.into());
    }
    if trade.buyer_id != buyer_id {
        return Err(refusals::TRADE_BUYER_NOT_MATCH.into());
    }
    match &call.context.notify_url {
        Some(_) => Ok(Trade { origin: Some(call.origin()), ..trade }),
        None => Ok(trade),
    }
}

fn response(trade: Trade, store_name: Option<String>, buyer: &Account, used: &[TradeVoucher], now: i64) -> Response {
    Response {
        trade_no: trade.trade_no(),
        buyer_logon_id: notification::login_of(buyer),
        total_amount: money::format(trade.total_fen),
        amounts: PaidAmounts::of(&trade),
        store_name,
        gmt_payment: time::format(now),
        fund_bill_list: FundBill::paid(&trade, used),
        voucher_detail_list: VoucherDetail::all(used),
        out_trade_no: trade.out_trade_no,
        buyer_user_id: trade.buyer_id,
    }
}
