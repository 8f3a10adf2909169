//! Steps as they are sent, and what is learnt from their answers: the numbers that the platform gives to things.

use super::activities::{self, Kind as Offered, Named, Offer};
use super::cashier;
use super::coupons::{self, CouponKey};
use super::crowds::{self, Rule};
use super::group_wire::of_group;
use super::model::{Got, Step};
use super::points::{self, Kind};
use super::templates;
use super::terms::{Every, Off, Restriction, Terms, Valid};
use super::trades::{self, Order};
use super::voucher_wire::{of_template, of_voucher};
use super::vouchers::{self, VoucherKey};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use wire::{money, time};

/// The product that orders and rules may name.
pub(super) const PRODUCT: &str = "FACE_TO_FACE_PAYMENT";

/// What a thing is called where the platform has told no number of its own yet: numbers that nothing has.
const NO_ACCOUNT: &str = "39201608190015500100016011040139";
const NO_LOG: &str = "20160822000000000012345678901234";
const NO_TRADE: &str = "2016082221001004150200139999";
const NO_CAMP: &str = "20160924000000000194482000151966";
const NO_CROWD: &str = "20160504000000000002402000158699";
const NO_PRIZE: &str = "20160527000000000682853000153366";

/// What has a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Thing {
    Trade,
    Camp,
    /// A point card's account or a prize.
    Tool,
    /// What a claim page's address names.
    Item,
    PointLog,
    Token,
    /// What a token gave.
    Coupon,
    Crowd,
    /// A trade's cashier page: its path and query.
    Page,
    /// What vouches for the form of a trade's page, and for the button of a token's.
    Form,
    Button,
    Template,
    /// The page on which a template is paid for: its path and query.
    FundPage,
    FundForm,
    /// By its template and its own number.
    Voucher,
}

/// The platform's numbers, by our keys.
#[derive(Debug, Default)]
pub(crate) struct Names(BTreeMap<(Thing, String), String>);

impl Names {
    /// A thing by our key, with the platform's number if it has told one.
    pub(crate) fn named(&self, thing: Thing, key: &str) -> Named {
        self.within(thing, "", key)
    }

    /// The same for a key of ours that is unique in some other thing.
    pub(crate) fn within(&self, thing: Thing, of: &str, key: &str) -> Named {
        Named { key: key.to_owned(), number: self.0.get(&(thing, format!("{of}/{key}"))).cloned() }
    }

    pub(crate) fn number(&self, thing: Thing, key: &str) -> Option<&String> {
        self.0.get(&(thing, format!("/{key}")))
    }

    /// The keys of a thing that have a number, within another.
    pub(crate) fn keys(&self, thing: Thing, of: &str) -> Vec<String> {
        let of = format!("{of}/");
        let own = self.0.keys().filter(|(kind, _)| *kind == thing);
        own.filter_map(|(_, key)| key.strip_prefix(&of)).map(str::to_owned).collect()
    }

    /// The numbers of what tokens gave, each of several.
    pub(crate) fn coupon_ids(&self) -> BTreeMap<CouponKey, String> {
        let known = self.0.iter().filter(|((thing, _), _)| *thing == Thing::Coupon);
        let split = |key: &str| {
            let (prize, token) = key.split_once('/')?;
            let (req_id, nth) = token.split_once('#')?;
            Some((prize.to_owned(), req_id.to_owned(), nth.parse().ok()?))
        };
        known.filter_map(|((_, key), number)| Some((split(key)?, number.clone()))).collect()
    }

    /// The numbers of trades.
    pub(crate) fn trade_ids(&self) -> BTreeMap<String, String> {
        let known = self.0.iter().filter(|((thing, _), _)| *thing == Thing::Trade);
        known.filter_map(|((_, key), number)| Some((key.strip_prefix('/')?.to_owned(), number.clone()))).collect()
    }

    /// The numbers of cash vouchers.
    pub(crate) fn voucher_ids(&self) -> BTreeMap<VoucherKey, String> {
        let known = self.0.iter().filter(|((thing, _), _)| *thing == Thing::Voucher);
        let split = |key: &str| key.split_once('/').map(|(template, own)| (template.to_owned(), own.to_owned()));
        known.filter_map(|((_, key), number)| Some((split(key)?, number.clone()))).collect()
    }

    /// What an answer tells: a number that is for good. The error says what had another one.
    pub(crate) fn learn(&mut self, step: &Step, got: &Got) -> Result<(), String> {
        let text = |name: &str| got.node[name].as_str();
        let told: Vec<(Thing, String, Option<&str>)> = match step {
            Step::Trade(_) => match text("out_trade_no") {
                Some(own) => {
                    let page = page(text("cashier_uri"));
                    vec![(Thing::Trade, format!("/{own}"), text("trade_no")), (Thing::Page, format!("/{own}"), page)]
                }
                None => Vec::new(),
            },
            Step::Crowd(crowds::Step::Create { key, .. }) => {
                vec![(Thing::Crowd, format!("/{key}"), text("crowd_group_id"))]
            }
            Step::Cashier(cashier::Step::Look { trade, .. }) => {
                vec![(Thing::Form, format!("/{trade}"), text("csrf"))]
            }
            Step::Activity(activities::Step::Create(offer)) => {
                vec![(Thing::Camp, format!("/{}", offer.out_biz_no), text("camp_id"))]
            }
            Step::Activity(activities::Step::Look { camp }) => {
                let detail = &got.node["camp_detail"];
                let url = detail.pointer("/publish_channels/0/config").and_then(Value::as_str);
                let item = url.and_then(|url| url.split("itemId=").nth(1)).and_then(|rest| rest.get(..28));
                vec![
                    (
                        Thing::Tool,
                        format!("/{}", camp.key),
                        detail.pointer("/promo_tools/0/voucher_no").and_then(Value::as_str),
                    ),
                    (Thing::Item, format!("/{}", camp.key), item),
                ]
            }
            Step::Points(points::Step::Update { card, update }) => {
                vec![(Thing::PointLog, format!("{}/{}", card.key, update.req_id), text("point_log_no"))]
            }
            Step::Coupon(coupons::Step::Look { prize, token, .. }) => {
                let numbers = got.node["numbers"].as_array().into_iter().flatten().map(Value::as_str).zip(0..);
                let key = |nth: i64| format!("{}/{}#{nth}", prize.key, token.key);
                let numbers = numbers.map(|(number, nth)| (Thing::Coupon, key(nth), number));
                let button = (Thing::Button, format!("{}/{}", prize.key, token.key), text("csrf"));
                numbers.chain([button]).collect()
            }
            Step::Coupon(coupons::Step::Authorise { prize, req_id, .. }) => {
                vec![(Thing::Token, format!("{}/{req_id}", prize.key), text("token"))]
            }
            Step::Template(templates::Step::Create(draft)) => {
                let key = format!("/{}", draft.out_biz_no);
                vec![
                    (Thing::Template, key.clone(), text("template_id")),
                    (Thing::FundPage, key, page(text("confirm_uri"))),
                ]
            }
            Step::Template(templates::Step::Look { template, .. }) => {
                vec![(Thing::FundForm, format!("/{template}"), text("csrf"))]
            }
            Step::Voucher(vouchers::Step::Send { template, out_biz_no, .. }) => {
                vec![(Thing::Voucher, format!("{}/{out_biz_no}", template.key), text("voucher_id"))]
            }
            _ => Vec::new(),
        };
        for (thing, key, number) in told {
            let Some(number) = number.filter(|_| got.refusal.is_none()) else { continue };
            let known = self.0.entry((thing, key.clone())).or_insert_with(|| number.to_owned());
            if known != number {
                return Err(format!("{thing:?} {key} is {known} and {number}"));
            }
        }
        Ok(())
    }
}

/// A page's path and query, by whatever name of the host.
fn page(address: Option<&str>) -> Option<&str> {
    address.and_then(|uri| uri.find("/h5/").map(|at| &uri[at..]))
}

/// A list in one text, as answers and books have it.
pub(crate) fn listed(rows: impl IntoIterator<Item = impl IntoIterator<Item = String>>) -> String {
    let row = |row: Vec<String>| row.join(" ");
    rows.into_iter().map(|it| row(it.into_iter().collect())).collect::<Vec<_>>().join("; ")
}

/// A call: method, `biz_content`, and whether it brings a `notify_url`.
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) members: Value,
    pub(crate) notifies: bool,
}

/// A step as the wire has it; none for a visit to a page and for a file.
pub(crate) fn request(step: &Step, names: &Names) -> Option<Request> {
    let (method, members, notifies) = match step {
        Step::Trade(step) => of_trade(step, names),
        Step::Activity(step) => of_activity(step),
        Step::Points(step) => of_points(step),
        Step::Coupon(coupons::Step::Authorise { prize, req_id, user }) => {
            let members = json!({"req_id": req_id, "prize_id": number(prize, NO_PRIZE), "user_id": user});
            ("koubei.marketing.tool.prizesend.auth", members, false)
        }
        Step::Crowd(step) => of_crowd(step)?,
        Step::Group(step) => of_group(step),
        Step::Template(step) => of_template(step)?,
        Step::Voucher(step) => of_voucher(step)?,
        Step::Coupon(coupons::Step::Look { .. } | coupons::Step::Press { .. })
        | Step::Cashier(_)
        | Step::Clock { .. } => {
            return None;
        }
    };
    Some(Request { method, members, notifies })
}

pub(super) fn number<'a>(named: &'a Named, none: &'a str) -> &'a str {
    named.number.as_deref().unwrap_or(none)
}

fn of_trade(step: &trades::Step, names: &Names) -> (&'static str, Value, bool) {
    let order = |order: &Order, pays: bool| {
        let mut members = Map::new();
        members.insert("out_trade_no".into(), json!(order.out_trade_no));
        members.insert("buyer_id".into(), json!(order.buyer));
        members.insert("subject".into(), json!(order.subject));
        members.insert("total_amount".into(), json!(money::format(order.total)));
        if let Some(minutes) = order.minutes {
            members.insert("timeout_express".into(), json!(format!("{minutes}m")));
        }
        if let Some(shop) = &order.shop {
            members.insert("alipay_store_id".into(), json!(shop));
        }
        if order.product {
            members.insert("product_code".into(), json!(PRODUCT));
        }
        if !order.vouchers {
            members.insert("disable_pay_channels".into(), json!("voucher"));
        }
        if pays {
            members.insert("scene".into(), json!("bar_code"));
        }
        Value::Object(members)
    };
    // By either of its numbers, where there are two.
    let trade = |out_trade_no: &String| match names.number(Thing::Trade, out_trade_no) {
        Some(no) if out_trade_no.len().is_multiple_of(2) => json!({"trade_no": no}),
        _ => json!({"out_trade_no": out_trade_no}),
    };
    match step {
        trades::Step::Pay(said) => ("alipay.trade.pay", order(said, true), said.notifies),
        trades::Step::Create(said) => ("alipay.trade.create", order(said, false), said.notifies),
        trades::Step::Query { out_trade_no } => ("alipay.trade.query", trade(out_trade_no), false),
        trades::Step::Cancel { out_trade_no } => ("alipay.trade.cancel", trade(out_trade_no), false),
        trades::Step::Close { out_trade_no } => ("alipay.trade.close", trade(out_trade_no), false),
        trades::Step::Refund { out_trade_no, request_no, amount } => {
            let mut members = trade(out_trade_no);
            members["refund_amount"] = json!(money::format(*amount));
            members["out_request_no"] = json!(request_no);
            ("alipay.trade.refund", members, false)
        }
    }
}

fn of_activity(step: &activities::Step) -> (&'static str, Value, bool) {
    let by_number = |camp: &Named, key: &str| json!({"camp_id": number(camp, NO_CAMP), "out_biz_no": key});
    match step {
        activities::Step::Create(offer) => ("koubei.marketing.campaign.activity.create", of_offer(offer), true),
        activities::Step::Modify { camp, key, to } => {
            let mut members = of_offer(to);
            members["out_biz_no"] = json!(key);
            members["camp_id"] = json!(number(camp, NO_CAMP));
            ("koubei.marketing.campaign.activity.modify", members, false)
        }
        activities::Step::Offline { camp, key } => {
            ("koubei.marketing.campaign.activity.offline", by_number(camp, key), false)
        }
        activities::Step::Look { camp } => {
            ("koubei.marketing.campaign.activity.query", json!({"camp_id": number(camp, NO_CAMP)}), false)
        }
    }
}

/// Conditions on the level of consumption.
pub(crate) fn of_rule(rule: &Rule) -> String {
    let levels: Vec<_> = rule.levels.iter().map(u8::to_string).collect();
    let op = if rule.takes { "IN" } else { "NOTIN" };
    json!([{"op": op, "tagCode": "pam_consume_level", "value": levels.join(",")}]).to_string()
}

fn of_crowd(step: &crowds::Step) -> Option<(&'static str, Value, bool)> {
    Some(match step {
        crowds::Step::Create { key, rule } => {
            let members = json!({"out_biz_no": key, "name": "人群", "conditions": of_rule(rule)});
            ("koubei.marketing.campaign.crowd.create", members, false)
        }
        crowds::Step::Modify { crowd, key, to } => {
            let id = number(crowd, NO_CROWD);
            let members = json!({"out_biz_no": key, "crowd_group_id": id, "conditions": of_rule(to)});
            ("koubei.marketing.campaign.crowd.modify", members, false)
        }
        crowds::Step::Delete { crowd } => {
            let members = json!({"crowd_group_id": number(crowd, NO_CROWD)});
            ("koubei.marketing.campaign.crowd.delete", members, false)
        }
        crowds::Step::Import { .. } => return None,
    })
}

fn of_offer(offer: &Offer) -> Value {
    let Offer { out_biz_no, name, shops, starts_at, ends_at, delays, kind } = offer;
    let mut members = json!({
        "out_biz_no": out_biz_no,
        "name": name,
        "desc": "test",
        "start_time": time::format(*starts_at),
        "end_time": time::format(*ends_at),
        "constraint_info": {"suit_shops": shops},
    });
    if *delays {
        members["auto_delay_flag"] = json!("Y");
    }
    match kind {
        Offered::Card { ends_at } => {
            members["type"] = json!("POINT_SEND");
            let (starts_at, ends_at) = (time::format(*starts_at), time::format(*ends_at));
            let card = json!({"name": "集点卡", "logo": "logo", "start_time": starts_at, "end_time": ends_at});
            members["promo_tools"] = json!([{"point_card": card}]);
        }
        Offered::Coupon(terms) => {
            members["type"] = json!("DIRECT_SEND");
            members["budget_info"] = json!({"budget_type": "QUANTITY", "budget_total": terms.budget.to_string()});
            if let Some(daily) = terms.daily {
                members["budget_info"]["sub_budget_dimension"] = json!("D");
                members["budget_info"]["sub_value"] = json!(daily.to_string());
            }
            if let Some((every, times)) = terms.often {
                let period = match every {
                    Every::Day => "D",
                    Every::Week => "W",
                    Every::Month => "M",
                };
                members["constraint_info"]["user_win_frequency"] = json!(format!("{period}||{times}"));
            }
            if let Some(times) = terms.times {
                members["constraint_info"]["user_win_count"] = json!(times.to_string());
            }
            if let Some(crowd) = &terms.crowd {
                members["constraint_info"]["crowd_group_id"] = json!(number(crowd, NO_CROWD));
            }
            if let Some(restriction) = &terms.restriction {
                members["constraint_info"]["crowd_restriction"] = json!(restriction.name());
                if let Restriction::MemberCard(cards) = restriction {
                    members["constraint_info"]["crowd_restriction_value"] = json!(cards.join(","));
                }
            }
            let mut tool = json!({"voucher": of_terms(terms, shops)});
            if terms.repeats {
                tool["send_rule"]["allow_repeat_send"] = json!("true");
            }
            if terms.gives != 1 {
                tool["send_rule"]["send_num"] = json!(terms.gives.to_string());
            }
            members["promo_tools"] = json!([tool]);
            members["publish_channels"] = json!([{"type": "URL_WITH_TOKEN", "name": "URL_WITH_TOKEN"}]);
        }
    }
    members
}

fn of_terms(terms: &Terms, shops: &[String]) -> Value {
    let use_rule = json!({"suit_shops": shops, "min_consume": money::format(terms.min_consume)});
    let mut voucher = json!({"name": "券", "brand_name": "集点兑换", "logo": "logo", "use_rule": use_rule});
    let most = match terms.off {
        Off::Money { worth } => {
            voucher["type"] = json!("MONEY");
            voucher["worth_value"] = json!(money::format(worth));
            None
        }
        Off::PerFullCut { worth, most } => {
            voucher["type"] = json!("PER_FULL_CUT");
            voucher["worth_value"] = json!(money::format(worth));
            most
        }
        Off::Rate { rate, most } => {
            voucher["type"] = json!("RATE");
            voucher["rate"] = json!(format!("0.{rate:02}"));
            most
        }
    };
    if let Some(most) = most {
        voucher["max_amount"] = json!(money::format(most));
    }
    if let Some(rounding) = terms.rounding {
        voucher["rounding_rule"] = json!(rounding);
    }
    match terms.valid {
        Valid::Fixed { starts_at, ends_at } => {
            voucher["validate_type"] = json!("FIXED");
            voucher["start_time"] = json!(time::format(starts_at));
            voucher["end_time"] = json!(time::format(ends_at));
        }
        Valid::Days(days) => {
            voucher["validate_type"] = json!("RELATIVE");
            voucher["relative_time"] = json!(days.to_string());
        }
    }
    voucher
}

fn of_points(step: &points::Step) -> (&'static str, Value, bool) {
    match step {
        points::Step::Query { card, user } => {
            let members = json!({"activity_account": number(card, NO_ACCOUNT), "user_id": user});
            ("koubei.marketing.tool.points.query", members, false)
        }
        points::Step::Update { card, update } => {
            let points::Update { req_id, user, kind, amount } = update;
            let mut members = json!({"req_id": req_id, "user_id": user, "activity_account": number(card, NO_ACCOUNT)});
            members["trans_type"] = json!(match kind {
                Kind::Deposit { .. } => "DEPOSIT",
                Kind::Consume => "consume",
                Kind::Freeze => "FREEZE",
                Kind::Commit { .. } => "Commit",
                Kind::Cancel { .. } => "CANCEL",
            });
            if let Some(amount) = amount {
                members["trans_amount"] = json!(amount.to_string());
            }
            match kind {
                Kind::Deposit { trade, shop } => {
                    members["biz_no"] = json!(number(trade, NO_TRADE));
                    members["shop_id"] = json!(shop);
                }
                Kind::Commit { freeze } | Kind::Cancel { freeze } => members["biz_no"] = json!(number(freeze, NO_LOG)),
                Kind::Consume | Kind::Freeze => {}
            }
            ("koubei.marketing.tool.points.update", members, false)
        }
    }
}
