//! What paid a trade, as its answers and its notifications say: amounts, fund bills, and the vouchers in detail.

use crate::biz::{Shape, answer};
use domain::trade::Trade;
use serde_json::{Value, json};
use store::trade::{Refund, TradeVoucher};
use wire::money;

answer! {
    /// What a paid trade comes to for each side.
    pub struct PaidAmounts {
        /// What the seller gets, yuan.
        receipt_amount: String = Shape::Amount(None),
        /// What the buyer pays from the balance, yuan.
        buyer_pay_amount: String = Shape::Amount(None),
        /// Always `0.00`.
        point_amount: String = Shape::Amount(None),
        /// What an invoice may be about: the same as `buyer_pay_amount`.
        invoice_amount: String = Shape::Amount(None),
        /// What others than the seller take off, yuan.
        discount_amount: String = Shape::Amount(None),
        /// What the seller's coupons take off, yuan.
        mdiscount_amount: String = Shape::Amount(None),
    }
}

impl PaidAmounts {
    /// Of a trade that was paid.
    pub fn of(trade: &Trade) -> PaidAmounts {
        let off = trade.off();
        PaidAmounts {
            receipt_amount: money::format(trade.receipt_fen),
            buyer_pay_amount: money::format(trade.buyer_pay_fen),
            point_amount: money::format(0),
            invoice_amount: money::format(trade.buyer_pay_fen),
            discount_amount: money::format(off.others_fen),
            mdiscount_amount: money::format(off.seller_fen),
        }
    }
}

answer! {
    /// What paid, or was paid back to.
    pub struct FundBill {
        /// `ALIPAYACCOUNT` a balance, `MDISCOUNT` the merchant's own coupon, `COUPON` a cash voucher.
        fund_channel: &'static str,
        /// How much, yuan.
        amount: String = Shape::Amount(None),
    }
}

impl FundBill {
    /// What paid a trade: the buyer's balance, unless vouchers paid all of it, and each voucher.
    pub fn paid(trade: &Trade, used: &[TradeVoucher]) -> Vec<FundBill> {
        let balance = ("ALIPAYACCOUNT", trade.buyer_pay_fen);
        bills([balance].into_iter().chain(used.iter().map(|one| (channel(one), one.deducted_fen))))
    }

    /// What a refund went back to.
    pub fn given_back(refund: &Refund) -> Vec<FundBill> {
        let Refund { amount_fen, buyer_fen, cash_fen, .. } = *refund;
        let coupon_fen = amount_fen - buyer_fen - cash_fen;
        bills([("ALIPAYACCOUNT", buyer_fen), (COUPON, cash_fen), (MDISCOUNT, coupon_fen)].into_iter())
    }
}

/// The channel of a cash voucher.
const COUPON: &str = "COUPON";
/// The channel of the merchant's own coupon.
const MDISCOUNT: &str = "MDISCOUNT";

fn bills(parts: impl Iterator<Item = (&'static str, i64)>) -> Vec<FundBill> {
    let some = parts.filter(|(_, fen)| 0 < *fen);
    some.map(|(fund_channel, fen)| FundBill { fund_channel, amount: money::format(fen) }).collect()
}

fn channel(used: &TradeVoucher) -> &'static str {
    if used.template.is_some() { COUPON } else { MDISCOUNT }
}

answer! {
    /// A coupon or cash voucher that a trade was paid with.
    pub struct VoucherDetail {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
        /// ALIPAY_CASH_VOUCHER a cash voucher; of coupons ALIPAY_FIX_VOUCHER an amount off, ALIPAY_DISCOUNT_VOUCHER a
        /// share off, ALIPAY_ITEM_VOUCHER for goods.
        r#type: String,
        /// How much it took off, yuan.
        amount: String = Shape::Amount(None),
        /// What the merchant paid of `amount`, yuan.
        merchant_contribute: String = Shape::Amount(None),
        /// What others paid of `amount`, yuan.
        other_contribute: String = Shape::Amount(None),
        /// Who else paid, where others did.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        other_contribute_detail: Vec<ContributeDetail>,
        /// `voucher_note` of the coupon, or `memo` of the cash voucher.
        #[serde(skip_serializing_if = "Option::is_none")]
        memo: Option<String>,
        /// The template of a cash voucher.
        #[serde(skip_serializing_if = "Option::is_none")]
        template_id: Option<String>,
    }
}

answer! {
    /// Who else than the merchant paid for a voucher.
    pub struct ContributeDetail {
        /// Always BRAND: the sponsor of the voucher's template.
        contribute_type: &'static str,
        /// How much, yuan.
        contribute_amount: String = Shape::Amount(None),
    }
}

impl ContributeDetail {
    fn all(used: &TradeVoucher) -> Vec<ContributeDetail> {
        let others_fen = used.deducted_fen - used.merchant_fen;
        let detail = ContributeDetail { contribute_type: "BRAND", contribute_amount: money::format(others_fen) };
        if 0 < others_fen { vec![detail] } else { Vec::new() }
    }
}

impl VoucherDetail {
    /// Those of a trade.
    pub fn all(used: &[TradeVoucher]) -> Vec<VoucherDetail> {
        let detail = |one: &TradeVoucher| VoucherDetail {
            id: one.voucher.to_text(),
            name: one.name.clone(),
            r#type: one.kind.clone(),
            amount: money::format(one.deducted_fen),
            merchant_contribute: money::format(one.merchant_fen),
            other_contribute: money::format(one.deducted_fen - one.merchant_fen),
            other_contribute_detail: ContributeDetail::all(one),
            memo: one.memo.clone(),
            template_id: one.template.clone(),
        };
        used.iter().map(detail).collect()
    }
}

/// `fund_bill_list` as a notification has it: JSON text, with names of its own (`docs/decisions.md`, "Trade
/// notifications").
pub fn bills_text(trade: &Trade, used: &[TradeVoucher]) -> String {
    let bill = |bill: FundBill| json!({"fundChannel": bill.fund_channel, "amount": bill.amount});
    Value::from_iter(FundBill::paid(trade, used).into_iter().map(bill)).to_string()
}

/// `voucher_detail_list` as a notification has it; none where no voucher was used.
pub fn vouchers_text(used: &[TradeVoucher]) -> Option<String> {
    let detail = |one: VoucherDetail| {
        let mut members = json!({
            "name": one.name, "type": one.r#type, "amount": one.amount, "merchantContribute": one.merchant_contribute,
            "otherContribute": one.other_contribute,
        });
        if let Some(memo) = one.memo {
            members["memo"] = Value::from(memo);
        }
        members["voucherId"] = Value::from(one.id);
        members
    };
    let details: Vec<Value> = VoucherDetail::all(used).into_iter().map(detail).collect();
    (!details.is_empty()).then(|| Value::from(details).to_string())
}
