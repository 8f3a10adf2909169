//! The fields that `alipay.trade.create` and `alipay.trade.pay` share: what is sold, where, for how much, until when.

use super::{Answer, Call};
use crate::acts::trade::detail::{TradeDetail, kept_text};
use crate::biz::{Objects, Positive, Price, Text, biz, invalid};
use crate::methods::{CallError, fingerprint_of, refusals};
use domain::id::TradeNo;
use domain::trade::{Status, TOTAL_MAX_FEN, Timeout, Trade, is_out_trade_no};
use serde_json::{Map, Value};
use store::{Bucket, Tx, world};
use wire::Rejection;

biz! {
    /// A line of the order.
    pub struct Goods {
        /// The merchant's number of the goods; what `item_info.item_ids` of a coupon names.
        goods_id: Text<32>,
        /// What the goods are called.
        goods_name: Text<256>,
        /// How many pieces.
        quantity: Positive<9_999_999_999>,
        /// The price of one piece, yuan.
        price: Price,
    }
}

/// The goods of an order.
pub type GoodsDetail = Objects<Goods>;

biz! {
    /// The fields that both methods have.
    pub struct Order {
        /// The merchant's number of the trade; the idempotency key. Letters, digits and `_`.
        out_trade_no: Text<64>,
        /// What the trade is for, as the buyer sees it.
        subject: Text<256>,
        /// More about the trade.
        body: Option<Text<128>>,
        /// What is to be paid, yuan: from 0.01 to 100000000.00.
        total_amount: Price,
        /// The part of `total_amount` that coupons may take from; all of it when absent.
        discountable_amount: Option<Price>,
        /// The part of `total_amount` that coupons may not take from.
        undiscountable_amount: Option<Price>,
        /// The account id of who gets the money: the merchant, and nobody else.
        seller_id: Option<Text<28>>,
        /// The merchant's own id of its staff. Kept.
        operator_id: Option<Text<28>>,
        /// The shop, by the merchant's number for it or by its id.
        store_id: Option<Text<32>>,
        /// The shop, by its id.
        alipay_store_id: Option<Text<32>>,
        /// The merchant's own id of its terminal. Kept.
        terminal_id: Option<Text<32>>,
        /// How long the trade waits to be paid: `1m` to `15d` in `m`, `h` or `d`, or `1c` for the end of the day; 15
        /// days when absent.
        timeout_express: Option<Text<6>>,
        /// What kind of sale it is. Kept.
        product_code: Option<Text<64>>,
        /// The ways to pay that are switched off, joined by commas. `coupon` among them switches coupons off.
        disable_pay_channels: Option<Text<128>>,
        /// What is sold. Coupons for goods look here.
        goods_detail: Option<GoodsDetail>,
    }
}

/// An order that may become a trade.
pub struct Checked<'a> {
    order: &'a Order,
    /// All of the request, in normal form.
    members: Map<String, Value>,
    discountable_fen: i64,
    timeout: Timeout,
    shop: Option<world::Shop>,
}

impl Order {
    /// Checks what is sold, by whom, and where; `members` are all of the request in normal form.
    pub fn check(&self, members: Map<String, Value>, call: &Call, tx: &mut Tx) -> Answer<Checked<'_>> {
        if !is_out_trade_no(&self.out_trade_no) {
            return Err(invalid("out_trade_no", "只能包含字母、数字、下划线").into());
        }
        let discountable_fen = self.discountable_fen()?;
        let timeout = match self.timeout_express.as_deref() {
            Some(text) => Timeout::parse(text).ok_or_else(|| invalid("timeout_express", "必须是1m～15d或1c"))?,
            None => Timeout::default(),
        };
        // Another merchant is as unknown as nobody.
        if self.seller_id.as_deref().is_some_and(|seller| seller != call.pid()) {
            return Err(refusals::SELLER_NOT_EXIST.into());
        }
        let shop = self.shop(call, tx)?;
        Ok(Checked { order: self, members, discountable_fen, timeout, shop })
    }

    /// What vouchers may take from: what is said, or all but what they may not.
    fn discountable_fen(&self) -> Result<i64, Rejection> {
        let total = self.total_amount.0;
        if total == 0 {
            return Err(invalid("total_amount", "不能小于0.01"));
        }
        if TOTAL_MAX_FEN < total {
            return Err(refusals::TOTAL_FEE_EXCEED.into());
        }
        let (name, part) = match (self.discountable_amount, self.undiscountable_amount) {
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
        let unknown = || CallError::from(refusals::INVALID_STORE_ID);
        let own = |shop: &world::Shop| shop.pid == call.pid();
        let mut shop: Option<world::Shop> = None;
        if let Some(store_id) = self.store_id.as_deref() {
            let found = match world::shop_of_store(tx, call.pid(), store_id)? {
                Some(found) => Some(found),
                None => world::shop(tx, store_id)?,
            };
            shop = Some(found.filter(own).ok_or_else(unknown)?);
        }
        if let Some(inner) = self.alipay_store_id.as_deref() {
            let found = world::shop(tx, inner)?.filter(own).ok_or_else(unknown)?;
            if shop.is_some_and(|other| other.shop_id != found.shop_id) {
                return Err(unknown());
            }
            shop = Some(found);
        }
        Ok(shop)
    }
}

impl Checked<'_> {
    /// What makes two requests for a trade the same.
    pub fn fingerprint(&self) -> [u8; 32] {
        fingerprint_of(self.members.clone())
    }

    /// What the trade keeps of it.
    pub fn detail(&self) -> TradeDetail {
        TradeDetail::of_order(&self.members)
    }

    /// The shop, if one is named.
    pub fn shop(&self) -> Option<&world::Shop> {
        self.shop.as_ref()
    }

    /// Whether a trade that was made before is about the same: what a payment under its number must agree with.
    pub fn agrees(&self, trade: &Trade) -> bool {
        let Order { out_trade_no, subject, total_amount, .. } = self.order;
        trade.out_trade_no == **out_trade_no && trade.subject == **subject && trade.total_fen == total_amount.0
    }

    /// The new trade with this buyer, unpaid.
    pub fn trade(&self, call: &Call, buyer_id: &str, number: i64) -> Trade {
        Trade {
            no: TradeNo::new(call.now, number),
            pid: call.pid().to_owned(),
            seller_id: call.pid().to_owned(),
            buyer_id: buyer_id.to_owned(),
            out_trade_no: self.order.out_trade_no.to_string(),
            imported_no: None,
            status: Status::WaitBuyerPay,
            subject: self.order.subject.to_string(),
            total_fen: self.order.total_amount.0,
            discountable_fen: self.discountable_fen,
            buyer_pay_fen: 0,
            receipt_fen: 0,
            refunded_fen: 0,
            shop_id: self.shop.as_ref().map(|shop| shop.shop_id.clone()),
            detail: kept_text(&self.members),
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
pub fn not_itself(call: &Call, buyer_id: &str) -> Result<(), Rejection> {
    if buyer_id == call.pid() { Err(refusals::BUYER_SELLER_EQUAL.into()) } else { Ok(()) }
}
