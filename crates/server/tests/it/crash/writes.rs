//! What the writers send, one of each writing method, and what its acknowledgement means for their books.

use super::claims::{COUPONS, Door, Reply, claim};
use super::consents::{
    self, CODE, MEMBER_AGREES, MEMBER_CONSENT, MEMBER_EXCHANGE, MERCHANT_AGREES, MERCHANT_CONSENT, MERCHANT_EXCHANGE,
};
use super::groups::CREATE_GROUP;
use super::templates::{CREATE_TEMPLATE, DELETE_TEMPLATE, MODIFY_TEMPLATE, SEND_VOUCHER};
use crate::consent::{EXCHANGE, OAUTH};
use crate::running::{NOW, UPLOAD, conditions, picture, succeed, try_call};
use crate::stamps::{AUTH, UPDATE, card_activity, made, prize_activity, tool_of, with};
use client::Client;
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Crowds that live, as their merchant sees them: name and conditions by id. And trades: status by the merchant's
/// number, which begins with [`TRADE`]. And activities: name, and status with the end, by id after [`CAMP`]. And what
/// the buyer has on a card of the writer's own, after [`CARD`]. And what no query tells: what waits on that card, by
/// its number after [`FREEZE`], and the writer's own prize, after [`PRIZE`], and tokens for it that gave nothing yet,
/// by the caller's number after [`TOKEN`]. What a token gave is there instead after [`GIVEN`], as its page shows it.
/// And pictures, by id after [`PICTURE`]. And templates of cash vouchers and vouchers, as `templates.rs` keeps them,
/// and crowd groups, as `groups.rs` does.
pub(super) type Books = BTreeMap<String, (String, String)>;

/// What a trade's number begins with, and no crowd's id.
const TRADE: &str = "t_";
/// What an activity's id is kept behind.
pub(super) const CAMP: &str = "a_";
/// What a card is kept behind, what waits on it, and a prize.
pub(super) const CARD: &str = "c_";
const FREEZE: &str = "f_";
const PRIZE: &str = "g_";
const TOKEN: &str = "k_";
/// What a picture is kept behind.
pub(super) const PICTURE: &str = "x_";
pub(super) const GIVEN: &str = "v_";
/// How often a writer's prize is given.
pub(super) const BUDGET: usize = 25;
/// The merchant's shop.
pub(super) const SHOP: &str = "2015121600077000000002388200";
/// Who buys.
pub(super) const BUYER: &str = "2088102146931393";

/// The page of a coupon, and its button: no method of THE LIST.
pub(super) const CLAIM: &str = "the coupon page";

/// One writing method, or [`CLAIM`]: what to send, and what its acknowledgement changes in the books.
pub(super) struct Write {
    pub(super) method: &'static str,
    /// A request that must succeed; `key` is fresh. Nothing where the books have nothing to do it to.
    pub(super) request: fn(&Books, key: &str, &mut Rng) -> Option<Value>,
    /// Enters it.
    pub(super) enter: fn(&mut Books, request: &Value, answer: &Value),
    /// How a repeat is refused that is answered by the state of the thing.
    pub(super) refused_again: &'static [&'static str],
}

pub(super) const WRITES: &[Write] = &[
    Write {
        method: UPLOAD,
        request: |_, key, _| Some(picture(key)),
        enter: |books, _, answer| {
            // A repeat keeps another, of which the books know nothing.
            if let Some(id) = answer["image_id"].as_str() {
                books.insert(format!("{PICTURE}{id}"), status("image/png"));
            }
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.crowd.create",
        request: |_, key, rng| Some(json!({"out_biz_no": key, "name": key, "conditions": some_conditions(rng)})),
        enter: |books, request, answer| {
            let entry = (text(&request["name"]), text(&request["conditions"]));
            books.insert(text(&answer["crowd_group_id"]), entry);
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.crowd.modify",
        request: |books, key, rng| {
            let id = any(books, rng)?;
            Some(json!({"out_biz_no": key, "crowd_group_id": id, "conditions": some_conditions(rng)}))
        },
        enter: |books, request, _| {
            // A repeat may come after the crowd is gone.
            if let Some(entry) = books.get_mut(&text(&request["crowd_group_id"])) {
                entry.1 = text(&request["conditions"]);
            }
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.crowd.delete",
        request: |books, _, rng| Some(json!({"crowd_group_id": any(books, rng)?})),
        enter: |books, request, _| drop(books.remove(&text(&request["crowd_group_id"]))),
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.activity.create",
        request: |_, key, _| {
            let mut request = camp(key, "2026-02-01 00:00:00");
            request["out_biz_no"] = json!(key);
            Some(request)
        },
        enter: |books, request, answer| {
            // A repeat may come after it was changed.
            let entry = (text(&request["name"]), format!("STARTED {}", text(&request["end_time"])));
            books.entry(format!("{CAMP}{}", text(&answer["camp_id"]))).or_insert(entry);
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.activity.modify",
        request: |books, key, rng| {
            let (id, name, end) = any_camp(books, rng)?;
            // A day later, within February.
            let day = end[8..10].parse::<u32>().expect("a day").min(27) + 1;
            let mut request = camp(name, &format!("2026-02-{day:02} 00:00:00"));
            (request["out_biz_no"], request["camp_id"]) = (json!(key), json!(id));
            Some(request)
        },
        enter: |books, request, _| {
            let entry = books.get_mut(&format!("{CAMP}{}", text(&request["camp_id"])));
            // A repeat may come after it was taken off line.
            if let Some((_, state)) = entry.filter(|(_, state)| state.starts_with("STARTED")) {
                *state = format!("STARTED {}", text(&request["end_time"]));
            }
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.activity.offline",
        request: |books, key, rng| Some(json!({"out_biz_no": key, "camp_id": any_camp(books, rng)?.0})),
        enter: |books, request, _| {
            if let Some((_, state)) = books.get_mut(&format!("{CAMP}{}", text(&request["camp_id"]))) {
                *state = state.replace("STARTED", "CLOSED");
            }
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| {
            let more = json!({"trans_amount": rng.u32(1..100), "shop_id": SHOP, "biz_no": key});
            Some(with(points(books, key, "DEPOSIT"), &more))
        },
        enter: |books, request, _| {
            change_points(books, request, |[available, frozen, total], points| {
                [available + points, frozen, total + points]
            });
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| taking(books, key, "FREEZE", rng),
        enter: |books, request, answer| {
            let waits = (request["trans_amount"].to_string(), String::new());
            books.insert(format!("{FREEZE}{}", text(&answer["point_log_no"])), waits);
            change_points(books, request, |[available, frozen, total], points| {
                [available - points, frozen + points, total]
            });
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| taking(books, key, "CONSUME", rng),
        enter: |books, request, _| {
            change_points(books, request, |[available, frozen, total], points| [available - points, frozen, total]);
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| ending(books, key, "COMMIT", rng),
        enter: |books, request, _| {
            end(books, request, |[available, frozen, total], points| [available, frozen - points, total]);
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| ending(books, key, "CANCEL", rng),
        enter: |books, request, _| {
            end(books, request, |[available, frozen, total], points| [available + points, frozen - points, total]);
        },
        refused_again: &[],
    },
    AUTHORISE,
    AUTHORISE,
    TAKE,
    TAKE,
    CREATE_GROUP,
    CREATE_TEMPLATE,
    CREATE_TEMPLATE,
    MODIFY_TEMPLATE,
    DELETE_TEMPLATE,
    SEND_VOUCHER,
    Write {
        method: "alipay.trade.create",
        request: |_, key, _| Some(order(key)),
        enter: |books, request, _| {
            // A repeat may come after it was closed.
            books.entry(text(&request["out_trade_no"])).or_insert_with(|| status("WAIT_BUYER_PAY"));
        },
        refused_again: &["ACQ.TRADE_HAS_CLOSE"],
    },
    Write {
        method: "alipay.trade.pay",
        request: |_, key, _| {
            let mut request = order(key);
            request["scene"] = json!("bar_code");
            Some(request)
        },
        enter: |books, request, _| {
            books.entry(text(&request["out_trade_no"])).or_insert_with(|| status("TRADE_SUCCESS"));
        },
        refused_again: &["ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE"],
    },
    Write {
        method: "alipay.trade.refund",
        request: |books, key, rng| {
            let no = any_trade(books, &["TRADE_SUCCESS"], rng)?;
            Some(json!({"out_trade_no": no, "out_request_no": key, "refund_amount": "0.05"}))
        },
        enter: |books, request, _| drop(books.insert(text(&request["out_trade_no"]), status("TRADE_CLOSED"))),
        refused_again: &[],
    },
    Write {
        method: "alipay.trade.cancel",
        request: |books, _, rng| {
            Some(json!({"out_trade_no": any_trade(books, &["TRADE_SUCCESS", "WAIT_BUYER_PAY"], rng)?}))
        },
        enter: |books, request, _| drop(books.insert(text(&request["out_trade_no"]), status("TRADE_CLOSED"))),
        refused_again: &[],
    },
    Write {
        method: "alipay.trade.close",
        request: |books, _, rng| Some(json!({"out_trade_no": any_trade(books, &["WAIT_BUYER_PAY"], rng)?})),
        enter: |books, request, _| drop(books.insert(text(&request["out_trade_no"]), status("TRADE_CLOSED"))),
        refused_again: &[],
    },
    MERCHANT_CONSENT,
    MEMBER_CONSENT,
    MERCHANT_EXCHANGE,
    MEMBER_EXCHANGE,
];

const AUTHORISE: Write = Write {
    method: AUTH,
    request: |books, key, _| {
        let (prize, _) = prize(books);
        (given(books) < BUDGET).then(|| json!({"req_id": key, "prize_id": prize, "user_id": BUYER}))
    },
    // It reserves nothing, so nothing is seen of it but that it is given again.
    enter: |books, request, answer| {
        let (req_id, token, (_, page)) = (text(&request["req_id"]), text(&answer["token"]), prize(books));
        let page = format!("{page}&token={token}&outBizNo={req_id}&type=pointcard");
        // A repeat may come after it has given.
        if !books.contains_key(&format!("{GIVEN}{req_id}")) {
            books.insert(format!("{TOKEN}{req_id}"), status(&page));
        }
    },
    refused_again: &[],
};

const TAKE: Write = Write {
    method: CLAIM,
    request: |books, _, rng| {
        let waiting = books.iter().filter_map(|(id, (page, _))| Some((id.strip_prefix(TOKEN)?, page)));
        let (req_id, page) = rng.choice(waiting.collect::<Vec<_>>())?;
        (given(books) < BUDGET).then(|| json!({"req_id": req_id, "page": page}))
    },
    enter: |books, request, answer| {
        let req_id = text(&request["req_id"]);
        books.remove(&format!("{TOKEN}{req_id}"));
        books.insert(format!("{GIVEN}{req_id}"), status(&answer["given"].to_string()));
    },
    refused_again: &[],
};

/// The number of the writer's prize, and where its page is.
pub(super) fn prize(books: &Books) -> (&str, &str) {
    let found = books.iter().find_map(|(id, (page, _))| Some((id.strip_prefix(PRIZE)?, page.as_str())));
    found.expect("it was made")
}

/// How often it has given.
pub(super) fn given(books: &Books) -> usize {
    books.keys().filter(|id| id.starts_with(GIVEN)).count()
}

/// The pages of the tokens that the writer has, by the caller's numbers, with those that it has sent a claim for.
pub(super) fn tokens<'a>(books: &'a Books, sent: impl Iterator<Item = &'a Value> + 'a) -> BTreeMap<String, String> {
    let waiting = books.iter().filter_map(|(id, (page, _))| Some((id.strip_prefix(TOKEN)?.to_owned(), page.clone())));
    let claimed = sent.filter(|request| request.get("page").is_some());
    waiting.chain(claimed.map(|request| (text(&request["req_id"]), text(&request["page"])))).collect()
}

/// A point card's activity in January, as both creating and modifying it say it.
fn camp(name: &str, end_time: &str) -> Value {
    json!({"name": name, "type": "POINT_SEND", "start_time": "2026-01-01 00:00:00", "end_time": end_time,
        "constraint_info": {"suit_shops": [SHOP]},
        "promo_tools": [{"point_card": {"name": "集点卡", "logo": "logo", "start_time": "2026-01-01 00:00:00",
            "end_time": "2026-12-01 00:00:00"}}]})
}

/// The id, the name and the end of an activity that runs.
fn any_camp<'a>(books: &'a Books, rng: &mut Rng) -> Option<(&'a str, &'a str, &'a str)> {
    let running = |(id, (name, state)): (&'a String, &'a (String, String))| {
        Some((id.strip_prefix(CAMP)?, name.as_str(), state.strip_prefix("STARTED ")?))
    };
    rng.choice(books.iter().filter_map(running).collect::<Vec<_>>())
}

/// A change of the buyer's points on the writer's card.
pub(super) fn points(books: &Books, key: &str, trans_type: &str) -> Value {
    let card = books.keys().find_map(|id| id.strip_prefix(CARD)).expect("it was made");
    json!({"req_id": key, "user_id": BUYER, "activity_account": card, "trans_type": trans_type})
}

/// Available, frozen, in all.
fn points_of(books: &Books) -> Option<[i64; 3]> {
    let (_, (_, has)) = books.iter().find(|(id, _)| id.starts_with(CARD))?;
    Some(serde_json::from_str(has).expect("three numbers"))
}

/// Takes a part of what can be spent.
fn taking(books: &Books, key: &str, trans_type: &str, rng: &mut Rng) -> Option<Value> {
    let (taken, [available, ..]) = (rng.i64(1..50), points_of(books)?);
    (taken <= available).then(|| with(points(books, key, trans_type), &json!({"trans_amount": taken})))
}

/// Ends one that waits, all of its points.
fn ending(books: &Books, key: &str, trans_type: &str, rng: &mut Rng) -> Option<Value> {
    let (freeze, frozen) = rng.choice(waiting(books).collect::<Vec<_>>())?;
    Some(with(points(books, key, trans_type), &json!({"biz_no": freeze, "trans_amount": frozen})))
}

/// The freezes that wait on the writer's card, and how many points each holds.
pub(super) fn waiting(books: &Books) -> impl Iterator<Item = (&str, i64)> {
    let points = |text: &str| text.parse().expect("points");
    books.iter().filter_map(move |(id, (frozen, _))| Some((id.strip_prefix(FREEZE)?, points(frozen))))
}

/// Books of what queries tell.
pub(super) fn told(books: &Books) -> Books {
    let told = books.iter().filter(|(id, _)| ![FREEZE, PRIZE, TOKEN, CODE].iter().any(|kept| id.starts_with(kept)));
    told.map(|(id, entry)| (id.clone(), entry.clone())).collect()
}

fn change_points(books: &mut Books, request: &Value, change: fn([i64; 3], i64) -> [i64; 3]) {
    let after = change(points_of(books).expect("a card"), request["trans_amount"].as_i64().expect("points"));
    let card = format!("{CARD}{}", text(&request["activity_account"]));
    books.insert(card, (String::new(), json!(after).to_string()));
}

fn end(books: &mut Books, request: &Value, change: fn([i64; 3], i64) -> [i64; 3]) {
    books.remove(&format!("{FREEZE}{}", text(&request["biz_no"])));
    change_points(books, request, change);
}

/// A card and a prize of a writer's own, with nothing on the card yet. What the prize gives is told to that address.
pub(super) fn card_and_prize(client: &Client, name: &str, notify_url: &str) -> Books {
    let later = json!({"end_time": "2026-02-01 00:00:00"});
    let card = with(card_activity(&format!("{name} card")), &later);
    let mut prize = with(prize_activity(&format!("{name} prize")), &later);
    prize["budget_info"]["budget_total"] = json!(BUDGET.to_string());
    prize["promo_tools"][0]["send_rule"]["send_num"] = json!(COUPONS.to_string());
    let told = [("notify_url", notify_url)];
    let answer = client.call_with("koubei.marketing.campaign.activity.create", &prize.to_string(), NOW, &told);
    let answer = answer.expect("an answer");
    assert_eq!(answer.code, "10000", "{}", answer.raw);
    let [card, camp] = [made(client, &card), text(&answer.node["camp_id"])];
    let detail = succeed(client, "koubei.marketing.campaign.activity.query", &json!({"camp_id": camp}));
    let channel = text(&detail["camp_detail"]["publish_channels"][0]["config"]);
    let (_, item) = channel.split_once("itemId=").expect("a page");
    let page = format!("/h5/coupon?itemId={}", &item[..28]);
    let [card, prize] = [card, camp].map(|camp| tool_of(client, &camp));
    let nothing = json!([0, 0, 0]).to_string();
    [(format!("{CARD}{card}"), (String::new(), nothing)), (format!("{PRIZE}{prize}"), status(&page))].into()
}

fn order(key: &str) -> Value {
    let no = format!("{TRADE}{}", key.replace('-', "_"));
    json!({"out_trade_no": no, "buyer_id": BUYER, "subject": "s", "total_amount": "0.05"})
}

pub(super) fn status(name: &str) -> (String, String) {
    (name.to_owned(), String::new())
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn any<'a>(books: &'a Books, rng: &mut Rng) -> Option<&'a str> {
    let crowds = books.keys().filter(|id| is_crowd(id));
    rng.choice(crowds.map(String::as_str).collect::<Vec<_>>())
}

pub(super) fn is_crowd(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit())
}

/// A trade that stands so.
fn any_trade<'a>(books: &'a Books, statuses: &[&str], rng: &mut Rng) -> Option<&'a str> {
    let trades = books.iter().filter(|(no, (status, _))| no.starts_with(TRADE) && statuses.contains(&status.as_str()));
    rng.choice(trades.map(|(no, _)| no.as_str()).collect::<Vec<_>>())
}

fn some_conditions(rng: &mut Rng) -> String {
    conditions("BETWEEN", "pam_age", &format!("{},{}", rng.u32(..100), rng.u32(100..999)))
}

impl Write {
    /// Sends it once: what its answer says, if it was done.
    pub(super) fn send(&self, door: &Door, request: &Value) -> Result<Value, Reply> {
        if self.method == CLAIM {
            return claim(door.address, request);
        }
        if [MERCHANT_AGREES, MEMBER_AGREES].contains(&self.method) {
            return consents::agree(door, request);
        }
        let answer = match self.method {
            EXCHANGE | OAUTH => consents::send(door, self.method, request),
            _ => try_call(&door.client, self.method, request),
        };
        let answer = answer.map_err(|error| Reply::Broken(error.to_string()))?;
        let sub_code = answer.sub_code.as_deref();
        match answer.code.as_str() {
            "10000" => Ok(without_state(answer.node)),
            "" if answer.is_success() => Ok(answer.node),
            "20000" => Err(Reply::Failed),
            _ if sub_code.is_some_and(|code| self.refused_again.contains(&code)) => Err(Reply::DoneBefore),
            _ => Err(Reply::Refused(answer.raw)),
        }
    }

    /// Repeats a call that may have been done: its answer, or nothing where the state refuses it.
    pub(super) fn again(&self, door: &Door, request: &Value) -> Value {
        // Whoever agrees again gets another code, and whoever uploads again another picture.
        if [MERCHANT_AGREES, MEMBER_AGREES, UPLOAD].contains(&self.method) {
            return Value::Null;
        }
        match self.send(door, request) {
            Ok(node) => node,
            Err(Reply::DoneBefore) => Value::Null,
            Err(reply) => panic!("{} {request}: {reply}", self.method),
        }
    }
}

/// An answer without what a repeat says otherwise: whether money moved, and where an activity stands.
fn without_state(mut node: Value) -> Value {
    node.as_object_mut().expect("an object").retain(|name, _| name != "fund_change" && name != "camp_status");
    node
}
