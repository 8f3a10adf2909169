//! What is kept of a trade's order to give it back: a JSON text in the store, read once in a transaction.

use domain::coupon::Goods;
use domain::trade::Trade;
use serde::Serializer;
use serde_json::{Map, Value};
use wire::money;

/// The members of an order that are kept as they were sent.
const KEPT: [&str; 9] = [
    "body",
    "operator_id",
    "store_id",
    "alipay_store_id",
    "terminal_id",
    "product_code",
    "disable_pay_channels",
    "enable_pay_channels",
    "goods_detail",
];

/// What a payment may be lowered by; any of these switches vouchers off, or on.
const CHANNELS: [&str; 3] = ["voucher", "coupon", "promotion"];

/// What is read of the kept members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeDetail {
    /// More about what the trade is for.
    pub body: Option<String>,
    /// The shop's number, as the caller gave it.
    pub store_id: Option<String>,
    /// The merchant's terminal.
    pub terminal_id: Option<String>,
    /// The product under which the merchant sells.
    pub product_code: Option<String>,
    /// What is sold.
    pub goods: Vec<Goods>,
    /// Whether the call that made the trade lets vouchers pay (alipay.trade.pay, `disable_pay_channels`;
    /// alipay.trade.create, `enable_pay_channels`).
    pub vouchers_allowed: bool,
}

impl TradeDetail {
    /// The detail of a stored trade; a trade that was imported has none.
    pub fn of(trade: &Trade) -> TradeDetail {
        TradeDetail::of_order(&serde_json::from_str(&trade.detail).unwrap_or_default())
    }

    /// The detail of an order's members in normal form.
    pub fn of_order(members: &Map<String, Value>) -> TradeDetail {
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let names_vouchers = |list: &str| list.split(',').any(|name| CHANNELS.contains(&name.trim()));
        let disabled = text("disable_pay_channels").is_some_and(names_vouchers);
        let enabled = text("enable_pay_channels").is_none_or(names_vouchers);
        TradeDetail {
            body: text("body").map(str::to_owned),
            store_id: text("store_id").map(str::to_owned),
            terminal_id: text("terminal_id").map(str::to_owned),
            product_code: text("product_code").map(str::to_owned),
            goods: goods(members),
            vouchers_allowed: enabled && !disabled,
        }
    }
}

/// What a trade keeps of its order's members, as JSON text.
pub fn kept_text(members: &Map<String, Value>) -> String {
    let kept = members.iter().filter(|(name, _)| KEPT.contains(&name.as_str()));
    let mut text = Vec::new();
    serde_json::Serializer::new(&mut text).collect_map(kept).expect("JSON serialises");
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn goods(members: &Map<String, Value>) -> Vec<Goods> {
    let line = |line: &Value| {
        Some(Goods {
            id: line.get("goods_id")?.as_str()?.to_owned(),
            quantity: line.get("quantity")?.as_u64()?,
            price_fen: money::parse(line.get("price")?.as_str()?)?,
        })
    };
    let lines = members.get("goods_detail").and_then(Value::as_array);
    lines.into_iter().flatten().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn detail(members: &Value) -> TradeDetail {
        TradeDetail::of_order(members.as_object().expect("an object"))
    }

    #[test]
    fn channels_switch_vouchers_off_and_on() {
        for (members, expect) in [
            (json!({}), true),
            (json!({"disable_pay_channels": "voucher"}), false),
            (json!({"disable_pay_channels": "credit_group, coupon"}), false),
            (json!({"disable_pay_channels": "promotion,balance"}), false),
            (json!({"disable_pay_channels": "balance,vouchers"}), true),
            (json!({"enable_pay_channels": "balance,voucher"}), true),
            (json!({"enable_pay_channels": "promotion"}), true),
            (json!({"enable_pay_channels": "balance"}), false),
        ] {
            assert_eq!(detail(&members).vouchers_allowed, expect, "{members}");
        }
    }

    #[test]
    fn goods_are_read_as_orders_keep_them() {
        let kept = json!({"goods_detail": [
            {"goods_id": "apple", "goods_name": "苹果", "quantity": 2, "price": "12.50"},
            {"goods_id": "pear", "goods_name": "梨", "quantity": 9_999_999_999_u64, "price": "0.00"}]});
        let line = |id: &str, quantity, price_fen| Goods { id: id.to_owned(), quantity, price_fen };
        assert_eq!(detail(&kept).goods, [line("apple", 2, 1_250), line("pear", 9_999_999_999, 0)]);
        assert_eq!(detail(&json!({})).goods, []);
    }

    #[test]
    fn an_order_is_kept_in_its_own_order_without_what_has_columns() {
        let members = json!({"out_trade_no": "1", "total_amount": "1.00", "terminal_id": "t", "body": "苹果", "goods_detail": [
            {"goods_id": "apple", "quantity": 2, "price": "12.50"}]});
        let text = kept_text(members.as_object().expect("an object"));
        assert_eq!(
            text,
            r#"{"terminal_id":"t","body":"苹果","goods_detail":[{"goods_id":"apple","quantity":2,"price":"12.50"}]}"#
        );
        let stored: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(detail(&stored), detail(&members));
    }
}
