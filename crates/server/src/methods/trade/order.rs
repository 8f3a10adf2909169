//! What `alipay.trade.create` and `alipay.trade.pay` are told alike: what is sold, where, for how much, until when.

use super::{Answer, Call};
use crate::acts::trade::detail::{TradeDetail, kept_text};
use crate::biz::{Objects, Positive, Price, Text, biz, invalid};
use crate::methods::fingerprint_of;
use domain::id::TradeNo;
use domain::trade::{Status, TOTAL_MAX_FEN, Timeout, Trade, is_out_trade_no};
use serde_json::{Map, Value};
use store::{Bucket, Tx, world};
use wire::Fault;

biz! {
    /// A line of the order.
    pub struct Goods {
        /// The merchant's number for it.
        goods_id: Text<32>,
        /// What it is called.
        goods_name: Text<256>,
        /// How many.
        quantity: Positive<9_999_999_999>,
        /// Each, yuan.
        price: Price,
    }
}

/// The goods of an order.
pub type GoodsDetail = Objects<Goods>;

/// The members that both methods have, as they were sent.
pub struct Order<'a> {
    pub out_trade_no: &'a str,
    pub subject: &'a str,
    pub total: Price,
    pub discountable: Option<Price>,
    pub undiscountable: Option<Price>,
    pub seller_id: Option<&'a str>,
    pub store_id: Option<&'a str>,
    pub alipay_store_id: Option<&'a str>,
    pub timeout_express: Option<&'a str>,
    /// All of the request, in normal form.
    pub members: Map<String, Value>,
}

/// Takes an [`Order`] out of a request.
macro_rules! order {
    ($request:expr) => {
        $crate::methods::trade::order::Order {
            out_trade_no: &$request.out_trade_no,
            subject: &$request.subject,
            total: $request.total_amount,
            discountable: $request.discountable_amount,
            undiscountable: $request.undiscountable_amount,
            seller_id: $request.seller_id.as_deref(),
            store_id: $request.store_id.as_deref(),
            alipay_store_id: $request.alipay_store_id.as_deref(),
            timeout_express: $request.timeout_express.as_deref(),
            members: $crate::biz::Biz::canonical($request),
        }
    };
}

pub(crate) use order;

/// An order that may become a trade.
pub struct Checked<'a> {
    order: Order<'a>,
    discountable_fen: i64,
    timeout: Timeout,
    shop: Option<world::Shop>,
}

impl<'a> Order<'a> {
    /// Checks what is sold, by whom, and where.
    pub fn check(self, call: &Call, tx: &mut Tx) -> Answer<Checked<'a>> {
        if !is_out_trade_no(self.out_trade_no) {
            return Err(invalid("out_trade_no", "只能包含字母、数字、下划线").into());
        }
        let discountable_fen = self.discountable_fen()?;
        let timeout = match self.timeout_express {
            Some(text) => Timeout::parse(text).ok_or_else(|| invalid("timeout_express", "必须是1m～15d或1c"))?,
            None => Timeout::default(),
        };
        // Another merchant is as unknown as nobody.
        if self.seller_id.is_some_and(|seller| seller != call.pid()) {
            return Err(Fault::business("ACQ.SELLER_NOT_EXIST", "卖家不存在").into());
        }
        let shop = self.shop(call, tx)?;
        Ok(Checked { order: self, discountable_fen, timeout, shop })
    }

    /// What vouchers may take from: what is said, or all but what they may not.
    fn discountable_fen(&self) -> Result<i64, Fault> {
        let total = self.total.0;
        if total == 0 {
            return Err(invalid("total_amount", "不能小于0.01"));
        }
        if TOTAL_MAX_FEN < total {
            return Err(Fault::business("ACQ.TOTAL_FEE_EXCEED", "订单总金额超过限额"));
        }
        let (name, part) = match (self.discountable, self.undiscountable) {
            (Some(Price(part)), Some(Price(rest))) if part.checked_add(rest) != Some(total) => {
                return Err(invalid("total_amount", "必须等于discountable_amount与undiscountable_amount之和"));
            }
            (Some(Price(part)), _) => ("discountable_amount", part),
            (None, Some(Price(rest))) => ("undiscountable_amount", total - rest),
            (None, None) => ("total_amount", total),
        };
        if (0..=total).contains(&part) { Ok(part) } else { Err(invalid(name, "不能大于total_amount")) }
    }

    /// The shop, by the merchant's number for it or by its id; both must mean the same.
    fn shop(&self, call: &Call, tx: &mut Tx) -> Answer<Option<world::Shop>> {
        let unknown = || Fault::business("ACQ.INVALID_STORE_ID", "商户门店编号无效");
        let own = |shop: &world::Shop| shop.pid == call.pid();
        let mut shop: Option<world::Shop> = None;
        if let Some(store_id) = self.store_id {
            let found = match world::shop_of_store(tx, call.pid(), store_id)? {
                Some(found) => Some(found),
                None => world::shop(tx, store_id)?,
            };
            shop = Some(found.filter(own).ok_or_else(unknown)?);
        }
        if let Some(inner) = self.alipay_store_id {
            let found = world::shop(tx, inner)?.filter(own).ok_or_else(unknown)?;
            if shop.is_some_and(|other| other.shop_id != found.shop_id) {
                return Err(unknown().into());
            }
            shop = Some(found);
        }
        Ok(shop)
    }
}

impl Checked<'_> {
    /// The merchant's number for it.
    pub fn out_trade_no(&self) -> &str {
        self.order.out_trade_no
    }

    /// What makes two requests for a trade the same.
    pub fn fingerprint(&self) -> [u8; 32] {
        fingerprint_of(self.order.members.clone())
    }

    /// What the trade keeps of it.
    pub fn detail(&self) -> TradeDetail {
        TradeDetail::of_order(&self.order.members)
    }

    /// The shop, if one is named.
    pub fn shop(&self) -> Option<&world::Shop> {
        self.shop.as_ref()
    }

    /// Whether a trade that was made before is about the same: what a payment under its number must agree with.
    pub fn agrees(&self, trade: &Trade) -> bool {
        let Order { out_trade_no, subject, total, .. } = self.order;
        trade.out_trade_no == out_trade_no && trade.subject == subject && trade.total_fen == total.0
    }

    /// The new trade with this buyer, unpaid.
    pub fn trade(&self, call: &Call, buyer_id: &str, number: i64) -> Trade {
        Trade {
            no: TradeNo::new(call.now, number),
            pid: call.pid().to_owned(),
            seller_id: call.pid().to_owned(),
            buyer_id: buyer_id.to_owned(),
            out_trade_no: self.order.out_trade_no.to_owned(),
            imported_no: None,
            status: Status::WaitBuyerPay,
            subject: self.order.subject.to_owned(),
            total_fen: self.order.total.0,
            discountable_fen: self.discountable_fen,
            buyer_pay_fen: 0,
            receipt_fen: 0,
            refunded_fen: 0,
            shop_id: self.shop.as_ref().map(|shop| shop.shop_id.clone()),
            detail: kept_text(&self.order.members),
            origin: Some(call.origin()),
            page_token: None,
            expires_at: Some(self.timeout.ends_at(call.now)),
            paid_at: None,
            closed_at: None,
            refunded_at: None,
            version: 1,
        }
    }
}

/// The number of a new trade of the merchant with this buyer: the first of the call's new ids.
pub fn new_number(call: &Call, buyer_id: &str) -> i64 {
    let bucket: Bucket = store::trade::bucket(call.pid(), buyer_id);
    call.new_id(0, bucket)
}

/// A merchant buys nothing from itself.
pub fn not_itself(call: &Call, buyer_id: &str) -> Result<(), Fault> {
    if buyer_id == call.pid() {
        Err(Fault::business("ACQ.BUYER_SELLER_EQUAL", "买卖家不能相同"))
    } else {
        Ok(())
    }
}

/// The number is used up, by something else.
pub fn inconsistent() -> Fault {
    Fault::business("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改")
}

/// No account of the buyer.
pub fn no_buyer() -> Fault {
    Fault::business("ACQ.BUYER_NOT_EXIST", "买家不存在")
}
