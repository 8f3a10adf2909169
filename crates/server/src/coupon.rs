//! A coupon as its activity's tool keeps it: what the merchant said of it, read into what decides.

use domain::activity::{Tool, ToolKind};
use domain::coupon::{Days, Hours, Items, MultiUse, Offer, Rounding, Terms, Verify};
use serde_json::{Map, Value};
use store::Fault;
use wire::money;

/// What a coupon is called, and what it takes off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// Its name.
    pub name: String,
    /// What stands under its name.
    pub brand_name: String,
    /// What tills are told of it (`voucher_note`).
    pub note: Option<String>,
    /// What decides.
    pub terms: Terms,
}

impl Coupon {
    /// The coupon of this tool. One that cannot be read is a fault: it was read when the activity was made.
    pub fn of(tool: &Tool) -> Result<Coupon, Fault> {
        let unreadable = || Fault::bug(format!("the coupon of tool {} cannot be read", tool.number));
        let content: Value = serde_json::from_str(&tool.content).map_err(|_| unreadable())?;
        let voucher = content.get("voucher").unwrap_or(&content).as_object().ok_or_else(unreadable)?;
        read(tool.kind, voucher).ok_or_else(unreadable)
    }

    /// What callers are told that it is (alipay.trade.pay, `voucher_detail_list[].type`).
    pub fn kind(&self) -> &'static str {
        match self.terms.offer {
            _ if self.terms.items.is_some() => "ALIPAY_ITEM_VOUCHER",
            Offer::Money { .. } | Offer::PerFullCut { .. } => "ALIPAY_FIX_VOUCHER",
            Offer::Rate { .. } => "ALIPAY_DISCOUNT_VOUCHER",
            Offer::ReduceTo { .. } | Offer::Exchange { .. } => "ALIPAY_ITEM_VOUCHER",
        }
    }
}

fn read(kind: ToolKind, voucher: &Map<String, Value>) -> Option<Coupon> {
    let text = |name: &str| voucher.get(name).and_then(Value::as_str);
    let rule = voucher.get("use_rule").and_then(Value::as_object)?;
    Some(Coupon {
        name: text("name")?.to_owned(),
        brand_name: text("brand_name").unwrap_or_default().to_owned(),
        note: text("voucher_note").map(str::to_owned),
        terms: Terms {
            offer: offer(kind, voucher)?,
            min_consume_fen: fen(rule, "min_consume").unwrap_or(0),
            items: match voucher.get("item_info") {
                Some(info) => Some(items(info.as_object()?)?),
                None => None,
            },
            hours: hours(rule)?,
            forbidden: match rule.get("forbidden_time").and_then(|it| it.get("days")) {
                Some(days) => Days::parse(days.as_str()?).ok()?,
                None => Days::default(),
            },
            rounding: match text("rounding_rule") {
                Some("AUTO_ROUNDING_YUAN") => Rounding::DownYuan,
                Some("AUTO_ROUNDING_JIAO") => Rounding::DownJiao,
                Some("ROUNDING_UP_YUAN") => Rounding::HalfUpYuan,
                Some("ROUNDING_UP_JIAO") => Rounding::HalfUpJiao,
                Some(_) | None => Rounding::None,
            },
            multi_use: match text("multi_use_mode") {
                Some("MULTI_USE_WITH_SINGLE") => MultiUse::WithSingle,
                Some("MULTI_USE_WITH_OTHERS") => MultiUse::WithOthers,
                Some(_) | None => MultiUse::No,
            },
            card_only: rule.get("limit_rule").and_then(Value::as_str) == Some("USE_ON_CURRENT_PAY_CHANNEL"),
        },
    })
}

fn offer(kind: ToolKind, voucher: &Map<String, Value>) -> Option<Offer> {
    let (worth, max_fen) = (fen(voucher, "worth_value"), fen(voucher, "max_amount"));
    Some(match kind {
        ToolKind::PointCard => return None,
        ToolKind::Money => Offer::Money { worth_fen: worth? },
        ToolKind::PerFullCut => Offer::PerFullCut { worth_fen: worth?, max_fen },
        // A rate has two decimals, as an amount has: 0.85 yuan are 85 fen.
        ToolKind::Rate => Offer::Rate { percent: fen(voucher, "rate")?, max_fen },
        ToolKind::ReduceTo => Offer::ReduceTo { worth_fen: worth? },
        ToolKind::Exchange => Offer::Exchange {
            verify: match voucher.get("verify_mode").and_then(Value::as_str) {
                Some("USER_CLICK") => Verify::UserClick,
                Some(_) | None => Verify::MerchantScan,
            },
        },
    })
}

fn items(info: &Map<String, Value>) -> Option<Items> {
    let number = |name: &str| info.get(name).and_then(Value::as_str).and_then(|text| text.trim().parse().ok());
    let ids = info.get("item_ids")?.as_array()?;
    Some(Items {
        ids: ids.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        original_price_fen: fen(info, "original_price"),
        max_discount_num: number("max_discount_num"),
        min_consume_num: number("min_consume_num"),
        total_max_discount_num: number("total_max_discount_num"),
        sku_min_consume_fen: fen(info, "sku_min_consume").unwrap_or(0),
    })
}

fn hours(rule: &Map<String, Value>) -> Option<Hours> {
    let mut hours = Hours::default();
    for one in rule.get("use_time").and_then(Value::as_array).into_iter().flatten() {
        hours.add(one.get("values")?.as_str()?, one.get("times")?.as_str()?).ok()?;
    }
    Some(hours)
}

/// An amount in yuan.
fn fen(members: &Map<String, Value>, name: &str) -> Option<i64> {
    money::parse(members.get(name)?.as_str()?.trim())
}
