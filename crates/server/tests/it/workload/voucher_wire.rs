//! What is sent of cash vouchers and their templates, and what is read of the answers' lists.

use super::choices::{login_id, nick, other_login};
use super::drafts::{Change, Draft, Period, Rules};
use super::group_wire;
use super::model::Step;
use super::pid;
use super::templates::{self, Sponsor};
use super::trades;
use super::vouchers::{self, Name, Recipient};
use super::wire::{PRODUCT, listed, number};
use serde_json::{Value, json};
use wire::{money, time};

/// Numbers that nothing has.
const NO_TEMPLATE: &str = "20160601000730010040000000EB";
const NO_VOUCHER: &str = "2016061600073002004100612345";
/// A merchant that no trade here is of.
const ELSEWHERE: &str = "2088201914979022";
/// Where browsers go after paying.
pub(super) const ONWARD: &str = "https://www.example.com/paid?from=fund";

/// What the platform says before a code that it documents no text of.
const UNKNOWN: &str = "未知的错误码";

/// Where uses are told, as long as nobody knows better: [`with_notify_uri`] says it.
const NOTIFY: &str = "notify_uri";

/// A call about templates; none for a visit to a page.
pub(super) fn of_template(step: &templates::Step) -> Option<(&'static str, Value, bool)> {
    let id = |template| json!({"template_id": number(template, NO_TEMPLATE)});
    Some(match step {
        templates::Step::Create(draft) => ("alipay.marketing.cashvoucher.template.create", of_draft(draft), false),
        templates::Step::Modify { template, key, change } => {
            let mut members = id(template);
            members["out_biz_no"] = json!(key);
            let Change { slogan, starts_at, ends_at, valid } = change;
            let moment = |at: &Option<i64>| at.map(time::format);
            members["slogan"] = json!(slogan);
            members["publish_start_time"] = json!(moment(starts_at));
            members["publish_end_time"] = json!(moment(ends_at));
            members["voucher_valid_period"] = json!(valid.as_ref().map(Period::to_text));
            ("alipay.marketing.cashvoucher.template.modify", members, false)
        }
        templates::Step::Delete { template } => ("alipay.marketing.voucher.template.delete", id(template), false),
        templates::Step::Detail { template } => ("alipay.marketing.voucher.templatedetail.query", id(template), false),
        templates::Step::Look { .. } | templates::Step::Pay { .. } => return None,
    })
}

fn of_draft(draft: &Draft) -> Value {
    let Draft { out_biz_no, sponsor, slogan, amount, floor, quantity, starts_at, ends_at, valid, rules, .. } = draft;
    let mut members = json!({
        "voucher_type": "FIX_VOUCHER",
        "voucher_use_scene": "ALIPAY_COMMON",
        "fund_account": login(sponsor),
        "brand_name": "花果山",
        "publish_start_time": time::format(*starts_at),
        "publish_end_time": time::format(*ends_at),
        "voucher_valid_period": valid.to_text(),
        "floor_amount": money::format(*floor),
        "amount": money::format(*amount),
        "voucher_quantity": quantity,
        "out_biz_no": out_biz_no,
        "slogan": slogan,
    });
    if draft.redirects {
        members["redirect_uri"] = json!(ONWARD);
    }
    if draft.notifies {
        members[NOTIFY] = json!(NOTIFY);
    }
    if *rules != Rules::default() {
        members["rule_conf"] = json!(of_rules(rules));
    }
    members
}

/// Rules name merchants and shops, of which only the step's own call knows: see [`in_place`].
fn of_rules(rules: &Rules) -> String {
    let Rules { merchant, payee, shops, product } = rules;
    let mut members = json!({});
    let named = |here: bool| if here { format!("{ELSEWHERE},{HERE}") } else { ELSEWHERE.to_owned() };
    if let Some(here) = merchant {
        members["PID"] = json!(named(*here));
    }
    if let Some(here) = payee {
        members["payeeUserId"] = json!(named(*here));
    }
    if let Some(shops) = shops {
        members["STORE"] = json!(shops.join(","));
    }
    if *product {
        members["bizProduct"] = json!(PRODUCT);
    }
    members.to_string()
}

/// The merchant in rules.
const HERE: &str = "{merchant}";
/// The merchant's login id.
const SELLER: &str = "{seller}";

fn login(sponsor: &Sponsor) -> String {
    match sponsor {
        Sponsor::Seller => SELLER.to_owned(),
        Sponsor::User(user) => login_id(user),
        Sponsor::Nobody => "nobody@example.com".to_owned(),
    }
}

/// The login id of the nth merchant.
pub(super) fn seller_login(nth: u64) -> String {
    format!("m{nth}@example.com")
}

/// The call of the nth merchant: what a step leaves open is said, and nothing is sent that is not there.
pub(super) fn in_place(mut members: Value, nth: u64, notify_uri: &str) -> Value {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if members["fund_account"] == SELLER {
        members["fund_account"] = json!(seller_login(nth));
    }
    if let Some(rules) = text(&members["rule_conf"]) {
        members["rule_conf"] = json!(rules.replace(HERE, &pid(nth)));
    }
    if members[NOTIFY] == NOTIFY {
        members[NOTIFY] = json!(notify_uri);
    }
    if let Some(members) = members.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    members
}

/// A call about vouchers; none for an operator's command.
pub(super) fn of_voucher(step: &vouchers::Step) -> Option<(&'static str, Value, bool)> {
    Some(match step {
        vouchers::Step::Send { template, out_biz_no, to } => {
            let mut members = json!({"template_id": number(template, NO_TEMPLATE), "out_biz_no": out_biz_no});
            let Recipient { user, name } = to;
            let names = match name {
                Name::UserId => json!({"user_id": user}),
                Name::LoginId => json!({"login_id": login_id(user), "taobao_nick": "nobody"}),
                Name::TaobaoNick => json!({"taobao_nick": nick(user)}),
                Name::All => json!({"user_id": user, "login_id": other_login(user), "taobao_nick": "nobody"}),
                Name::Nobodys => json!({"login_id": "nobody@example.com"}),
            };
            for (name, value) in names.as_object().expect("an object") {
                members[name] = value.clone();
            }
            ("alipay.marketing.voucher.send", members, false)
        }
        vouchers::Step::Query { voucher, .. } => {
            ("alipay.marketing.voucher.query", json!({"voucher_id": number(voucher, NO_VOUCHER)}), false)
        }
        vouchers::Step::List { template, user } => {
            let members = json!({"template_id": number(template, NO_TEMPLATE), "user_id": user});
            ("alipay.marketing.voucher.list.query", members, false)
        }
        vouchers::Step::Bar { .. } => return None,
    })
}

/// A refusal by its own name, also where the platform has one code for many.
pub(super) fn refusal(sub_code: &str, sub_msg: Option<&str>) -> String {
    let own = sub_msg.and_then(|text| text.strip_prefix(UNKNOWN)).filter(|_| sub_code == "unknown-sub-code");
    own.unwrap_or(sub_code).to_owned()
}

/// Says an answer's lists in one text each, as books do.
pub(super) fn list(step: &Step, node: &mut Value) {
    let rows = |list: &Value, row: &dyn Fn(&Value) -> Vec<String>| -> Vec<Vec<String>> {
        list.as_array().into_iter().flatten().map(row).collect()
    };
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    match step {
        Step::Trade(trades::Step::Pay(_)) => {
            let used = rows(&node["voucher_detail_list"], &|row| {
                let kind = if row["type"] == "ALIPAY_CASH_VOUCHER" { "cash" } else { "coupon" };
                vec![text(row, "amount"), text(row, "merchant_contribute"), kind.to_owned()]
            });
            let numbers = rows(&node["voucher_detail_list"], &|row| vec![text(row, "id")]);
            (node["used"], node["used_ids"]) = (json!(listed(used)), json!(listed(numbers)));
        }
        Step::Voucher(vouchers::Step::Query { .. }) => {
            let mut bills = rows(&node["bill_details"], &|row| {
                ["gmt_create", "biz_type", "status", "amount"].map(|name| text(row, name)).to_vec()
            });
            assert!(bills.is_sorted_by_key(|bill| bill[0].clone()), "not the oldest first: {bills:?}");
            bills.sort();
            node["bills"] = json!(listed(bills));
        }
        Step::Voucher(vouchers::Step::List { .. }) => {
            let found = rows(&node["vouchers"], &|row| {
                ["send_time", "voucher_id", "status"].map(|name| text(row, name)).to_vec()
            });
            node["list"] = json!(listed(found));
        }
        Step::Group(_) => group_wire::list(node),
        _ => {}
    }
}
