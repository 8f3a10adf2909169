//! What calls came to, counted: a workload that no longer reaches an outcome proves nothing of it.

use super::cashier;
use super::coupons::{self, page};
use super::crowds;
use super::groups;
use super::model::{Got, Marks, Step};
use super::points;
use super::templates::{self, page as fund};
use super::trades;
use super::vouchers;
use super::wire::{Names, Thing, request};
use std::collections::BTreeMap;
use std::fmt;

/// How many seeds reach everything that matters.
pub(super) const SEEDS: u64 = 20;

/// What matters, as far as chance brings ten or more of it with so many seeds.
const OUTCOMES: &[(&str, &[&str])] = &[
    ("GET /h5/coupon", &[page::TO_TAKE, page::TAKEN, page::USED, page::EXPIRED, page::GONE, page::DEAD]),
    ("GET /h5/coupon", &[page::NOT_FOR, page::TOO_OFTEN, page::HELD, page::OVER]),
    (
        "GET /h5/cashier",
        &["with a coupon", "with a cash voucher", "with both", cashier::page::TO_PAY, cashier::page::PAID],
    ),
    ("POST /h5/cashier", &["done", cashier::page::PAID_ALREADY, cashier::page::COUPON_GONE]),
    ("alipay.trade.cancel", &["refund", "close", "ACQ.CANCEL_NOT_ALLOWED"]),
    ("alipay.trade.close", &["done", "ACQ.TRADE_STATUS_ERROR"]),
    ("alipay.trade.create", &["done", "ACQ.TRADE_HAS_CLOSE", "ACQ.TRADE_HAS_SUCCESS"]),
    ("alipay.trade.pay", &["done", "paid with a coupon", "paid with a cash voucher", "paid with both"]),
    ("alipay.trade.pay", &["ACQ.BUYER_BALANCE_NOT_ENOUGH"]),
    ("alipay.trade.pay", &["ACQ.CONTEXT_INCONSISTENT", "ACQ.TRADE_HAS_CLOSE", "ACQ.TRADE_HAS_SUCCESS"]),
    ("alipay.trade.query", &["TRADE_CLOSED", "TRADE_FINISHED", "TRADE_SUCCESS", "WAIT_BUYER_PAY"]),
    ("alipay.trade.refund", &["given back", "given back in part to the coupon", "done before"]),
    ("alipay.trade.refund", &["given back in part to the sponsor", "given back in part to both"]),
    ("alipay.trade.refund", &["ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"]),
    ("koubei.marketing.campaign.activity.create", &["STARTED", "OUT_BIZ_NO_CONFLICT"]),
    ("koubei.marketing.campaign.activity.modify", &["STARTED", "INVALID_PARAMETER"]),
    ("koubei.marketing.campaign.activity.offline", &["CLOSED"]),
    ("koubei.marketing.campaign.activity.query", &["FINISHED", "STARTED"]),
    ("koubei.marketing.tool.prizesend.auth", &["done", "done before", "BUDGET_NOT_ENOUGH", "REQ_ID_CONFLICT"]),
    ("koubei.marketing.tool.points.query", &["done", "some frozen"]),
    ("koubei.marketing.tool.points.update DEPOSIT", &["done", "done before", "REQ_ID_CONFLICT"]),
    ("koubei.marketing.tool.points.update DEPOSIT", &["CAMPAIGN_STATUS_ERROR", "SHOP_NOT_EXIST", "TRADE_NOT_EXIST"]),
    ("koubei.marketing.tool.points.update FREEZE", &["done", "done before", "POINT_NOT_ENOUGH", "REQ_ID_CONFLICT"]),
    ("koubei.marketing.tool.points.update COMMIT", &["done", "done before", "POINT_FREEZE_STATUS_ERROR"]),
    ("koubei.marketing.tool.points.update CANCEL", &["done"]),
    ("koubei.marketing.tool.points.update CONSUME", &["done"]),
    ("koubei.marketing.campaign.crowd.create", &["done", "OUT_BIZ_NO_CONFLICT"]),
    ("koubei.marketing.campaign.crowd.modify", &["done"]),
    ("koubei.marketing.campaign.crowd.delete", &["done", "CROWD_GROUP_IN_USE"]),
    ("koubei.catering.crowdgroup.condition.query", &["none", "one", "several", "INVALID_PARAMETER"]),
    ("koubei.catering.crowdgroup.condition.set CREATE", &["done", "INVALID_PARAMETER", "PARAM_EMPTY"]),
    ("koubei.catering.crowdgroup.condition.set UPDATE", &["done", "INVALID_PARAMETER"]),
    ("koubei.catering.crowdgroup.condition.set RETRIEVE", &["done", "INVALID_PARAMETER"]),
    ("koubei.catering.crowdgroup.condition.set DELETE", &["done", "INVALID_PARAMETER"]),
    (CREATE, &["done", "done before", "OUT_BIZ_NO_CONFLICT", "INVALID_PARAMETER", "USER_NOT_EXIST"]),
    (MODIFY, &["I", "S", "INVALID_PARAMETER", "VOUCHER_TEMPLATE_STATUS_ERROR"]),
    (DELETE, &["done", "VOUCHER_TEMPLATE_STATUS_ERROR"]),
    (DETAIL, &["I", "S", "E", "D"]),
    (SEND, &["done", "done before", "OUT_BIZ_NO_CONFLICT", "CIF_USER_NOT_EXIST", "BUDGET_NOT_ENOUGH_ERROR"]),
    (SEND, &["BEFORE_TEMPLATE_PUBLISH_START_TIME", "AFTER_TEMPLATE_PUBLISH_END_TIME", "AFTER_VOUCHER_END_TIME"]),
    (SEND, &["VOUCHER_TEMPLATE_STATUS_ERROR"]),
    (QUERY, &["UNACTIVE", "ENABLED", "USING", "USED", "REFUNDED", "EXPIRED", "DISABLED"]),
    ("alipay.marketing.voucher.list.query", &["some", "none"]),
    ("GET /h5/fund/confirm", &[fund::TO_PAY, fund::PAID, fund::EXPIRED, fund::DELETED]),
    ("POST /h5/fund/confirm", &[fund::SAID_PAID, fund::ONWARD, fund::PAID_ALREADY, fund::SHORT_BALANCE]),
    ("punchcard voucher disable", &["done", vouchers::NOT_TO_BAR]),
    ("punchcard voucher enable", &["done"]),
    (BOOKS, &["paid at the cashier with a cash voucher", "paid at the cashier with both"]),
    (BOOKS, &["a page held a cash voucher", "a hold of a cash voucher ran out", "a form's cash voucher was gone"]),
    (BOOKS, &["the merchant paid for a template", "a sponsor paid for a template", "sending was ended early"]),
    (BOOKS, &["what was not sent went back", "vouchers expired", "a voucher's use was told"]),
    (BOOKS, &["the last voucher was used after the end of sending"]),
    (BOOKS, &["the seller's own voucher was refunded", "a sponsor got a refund's share"]),
    (BOOKS, &["paid at the cashier", "paid at the cashier with a coupon", "a payment spared what a page held"]),
    (BOOKS, &["a hold ran out", "an end moved on", "a claim after an end moved on", "a token was pressed too late"]),
    (BOOKS, &["a claim gave several", "a budget was used up by claims of several", "a claim by one of the crowd"]),
    (BOOKS, &["a claim for NEW_MEMBER_PROMO", "a claim for STUDENT", "a claim for MEMBER_CARD"]),
    (BOOKS, &["kept out of a claim: NEW_MEMBER_PROMO", "a card's end gave frozen points back"]),
    (BOOKS, &["TRADE_AMT held", "TRADE_AMT did not hold", "TRADE_CNT held", "TRADE_CNT did not hold"]),
    (BOOKS, &["PCT_AMT held", "PCT_AMT did not hold", "HOME_SHOP_DIS did not hold", "WORK_SHOP_DIS did not hold"]),
    (BOOKS, &["LAST_PAY_DATE held", "LAST_PAY_DATE did not hold", "LAST_PAY_AMT held", "LAST_PAY_AMT did not hold"]),
    (BOOKS, &["APPLY_VOUCHER_CNT held", "APPLY_VOUCHER_CNT did not hold"]),
    (BOOKS, &["VERIFY_VOUCHER_CNT held", "VERIFY_VOUCHER_CNT did not hold"]),
    (BOOKS, &["a window of 30 days", "a window of 60 days", "a window of 90 days", "a window of 180 days"]),
    (BOOKS, &["a window of 365 days", "something had just left a window", "a deleted group was made again"]),
    (BOOKS, &["the later of two payments of one moment was the last"]),
];

const CREATE: &str = "alipay.marketing.cashvoucher.template.create";
const MODIFY: &str = "alipay.marketing.cashvoucher.template.modify";
const DELETE: &str = "alipay.marketing.voucher.template.delete";
const DETAIL: &str = "alipay.marketing.voucher.templatedetail.query";
const SEND: &str = "alipay.marketing.voucher.send";
const QUERY: &str = "alipay.marketing.voucher.query";

/// What no single answer tells is told by the books.
const BOOKS: &str = "the books";

/// How often each method and page came to what.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<(String, String), u64>);

impl Tally {
    /// Counts an answer; `names` are those that were known before it.
    pub(super) fn count(&mut self, step: &Step, got: Option<&Got>, names: &Names) {
        *self.0.entry((what(step, names), outcome(step, got, names))).or_default() += 1;
    }

    /// What matters and did not come.
    pub(super) fn missing(&self) -> Vec<String> {
        let all = OUTCOMES.iter().flat_map(|(what, outcomes)| outcomes.iter().map(move |outcome| (*what, *outcome)));
        let missing = all.filter(|(what, outcome)| !self.0.contains_key(&((*what).to_owned(), (*outcome).to_owned())));
        missing.map(|(what, outcome)| format!("{what}: {outcome}")).collect()
    }

    /// What the books tell besides.
    pub(super) fn add_marks(&mut self, marks: &Marks) {
        for (what, times) in &marks.0 {
            *self.0.entry((BOOKS.to_owned(), what.clone())).or_default() += times;
        }
    }

    pub(super) fn add(&mut self, other: Tally) {
        for (key, times) in other.0 {
            *self.0.entry(key).or_default() += times;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|((what, outcome), times)| writeln!(f, "{times:>7} {what}: {outcome}"))
    }
}

fn what(step: &Step, names: &Names) -> String {
    match (request(step, names), step) {
        (Some(request), _) => {
            // Of points.update and condition.set, each kind is a thing of its own.
            let kind = ["trans_type", "operation"].iter().find_map(|name| request.members[*name].as_str());
            let kind = kind.unwrap_or_default().to_uppercase();
            format!("{} {kind}", request.method).trim_end().to_owned()
        }
        (None, Step::Coupon(coupons::Step::Press { .. })) => "POST /h5/coupon".to_owned(),
        (None, Step::Template(templates::Step::Look { .. })) => "GET /h5/fund/confirm".to_owned(),
        (None, Step::Template(_)) => "POST /h5/fund/confirm".to_owned(),
        (None, Step::Voucher(vouchers::Step::Bar { barred: true, .. })) => "punchcard voucher disable".to_owned(),
        (None, Step::Voucher(_)) => "punchcard voucher enable".to_owned(),
        (None, Step::Clock { .. }) => "punchcard clock advance".to_owned(),
        (None, Step::Cashier(cashier::Step::Look { .. })) => "GET /h5/cashier".to_owned(),
        (None, Step::Cashier(cashier::Step::Pay { .. })) => "POST /h5/cashier".to_owned(),
        (None, Step::Crowd(crowds::Step::Import { .. })) => "punchcard import members".to_owned(),
        (None, _) => "GET /h5/coupon".to_owned(),
    }
}

fn outcome(step: &Step, got: Option<&Got>, names: &Names) -> String {
    let Some(Got { refusal, node }) = got else { return "no answer".to_owned() };
    if let Some(refusal) = refusal {
        return refusal.clone();
    }
    let text = |pointer: &str| node.pointer(pointer).and_then(|member| member.as_str()).unwrap_or_default();
    let again = |thing: Thing, of: &str, key: &str| match names.within(thing, of, key).number {
        Some(_) => "done before",
        None => "done",
    };
    match step {
        Step::Trade(trades::Step::Pay(_)) => match (text("/used").contains("coupon"), text("/used").contains("cash")) {
            (false, false) => "done",
            (true, false) => "paid with a coupon",
            (false, true) => "paid with a cash voucher",
            (true, true) => "paid with both",
        },
        Step::Trade(trades::Step::Refund { .. }) => {
            let parts = ["/present_refund_mdiscount_amount", "/present_refund_discount_amount"].map(text);
            match (text("/fund_change"), parts) {
                ("Y", ["0.00", "0.00"]) => "given back",
                ("Y", [_, "0.00"]) => "given back in part to the coupon",
                ("Y", ["0.00", _]) => "given back in part to the sponsor",
                ("Y", _) => "given back in part to both",
                _ => "done before",
            }
        }
        Step::Trade(trades::Step::Cancel { .. }) if text("/action").is_empty() => "nothing to do",
        Step::Trade(trades::Step::Cancel { .. }) => text("/action"),
        Step::Trade(trades::Step::Query { .. }) => text("/trade_status"),
        Step::Activity(_) if text("/camp_status").is_empty() => text("/camp_detail/status"),
        Step::Activity(_) => text("/camp_status"),
        Step::Points(points::Step::Update { card, update }) => again(Thing::PointLog, &card.key, &update.req_id),
        Step::Points(points::Step::Query { .. }) if text("/freezed_points") != "0" => "some frozen",
        Step::Coupon(coupons::Step::Authorise { prize, req_id, .. }) => again(Thing::Token, &prize.key, req_id),
        Step::Coupon(coupons::Step::Look { .. }) => text("/stage"),
        Step::Cashier(cashier::Step::Look { .. }) if !text("/cash").is_empty() => {
            if text("/coupon").is_empty() {
                "with a cash voucher"
            } else {
                "with both"
            }
        }
        Step::Cashier(cashier::Step::Look { .. }) if !text("/coupon").is_empty() => "with a coupon",
        Step::Cashier(cashier::Step::Look { .. }) => text("/stage"),
        Step::Cashier(cashier::Step::Pay { .. }) if !text("/said").is_empty() => text("/said"),
        Step::Crowd(crowds::Step::Create { key, .. }) => again(Thing::Crowd, "", key),
        Step::Group(groups::Step::Query { .. }) => match node["condition_list"].as_array().map_or(0, Vec::len) {
            0 => "none",
            1 => "one",
            _ => "several",
        },
        Step::Template(templates::Step::Create(draft)) => again(Thing::Template, "", &draft.out_biz_no),
        Step::Template(templates::Step::Modify { .. } | templates::Step::Detail { .. }) => text("/status"),
        Step::Template(templates::Step::Look { .. }) => text("/stage"),
        Step::Template(templates::Step::Pay { .. }) if !text("/said").is_empty() => text("/said"),
        Step::Voucher(vouchers::Step::Send { template, out_biz_no, .. }) => {
            again(Thing::Voucher, &template.key, out_biz_no)
        }
        Step::Voucher(vouchers::Step::Query { .. }) => text("/status"),
        Step::Voucher(vouchers::Step::List { .. }) if !text("/list").is_empty() => "some",
        Step::Voucher(vouchers::Step::List { .. }) => "none",
        _ => "done",
    }
    .to_owned()
}
