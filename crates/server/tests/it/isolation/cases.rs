//! Every method of THE LIST: a request about a merchant's own things, and what each of its members names.

use crate::certificates::Authority;
use crate::consent::{EXCHANGE, OAUTH, QUERY as TOKEN_QUERY};
use crate::running::{Running, UPLOAD, conditions, crowd, picture, succeed};
use crate::stamps::{made, text, tool_of};
use crate::templates::{self, CREATE, DELETE, DETAIL, LIST, MODIFY};
use crate::voucher_kit::{SEND, Templates};
use client::Client;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

/// What a member of a request names.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Names {
    /// Nothing that is looked up: a text, a number, a choice, or an id that is only written down.
    Nothing,
    /// The caller's own key: another merchant's use of it does not count.
    Key,
    /// A crowd.
    Crowd,
    /// A trade, by the platform's number.
    Trade,
    /// An activity.
    Camp,
    /// Shops, and perhaps a crowd, as the constraints of an activity do.
    Constraint,
    /// Shops, as the coupons of an activity do; they are its own.
    Tools,
    /// A point card.
    Card,
    /// A prize.
    Prize,
    /// A payment that points are given for.
    Deposited,
    /// The shop that points are given in.
    CardShop,
    /// A shop.
    Shop,
    /// A shop that crowd groups are of.
    GroupShop,
    /// A template of cash vouchers.
    Template,
    /// A cash voucher.
    Voucher,
    /// A merchant.
    Pid,
    /// The merchant that the call acts for, and no other.
    ActingPid,
    /// Tags, as conditions do.
    Conditions,
    /// Tags, as dimensions do.
    Dimensions,
}

/// Who buys of every merchant.
pub(super) const BUYER: &str = "2088102146931393";
/// The shop of each merchant.
pub(super) const SHOP: &str = "2015121600077000000002388200";
pub(super) const THEIR_SHOP: &str = "2015121600077000000002388300";
/// Payments so far.
static PAID: AtomicU64 = AtomicU64::new(0);

/// What each merchant has.
pub(super) struct Things {
    pub(super) crowd: String,
    /// One that an activity may be for, so that it cannot be deleted.
    pub(super) used_crowd: String,
    pub(super) camp: String,
    pub(super) card: String,
    pub(super) prize: String,
    /// A payment that has brought no points yet.
    pub(super) paid: String,
    /// A template of cash vouchers that nobody has paid for, and one that is paid for.
    pub(super) draft: String,
    pub(super) template: String,
    pub(super) shop: &'static str,
    pub(super) voucher: String,
    pub(super) pid: &'static str,
}

impl Things {
    /// Makes them for this client's merchant.
    pub(super) fn make(running: &Running, client: &Client, pid: &'static str, shop: &'static str) -> Things {
        // For its own trades alone: where one is used, its maker learns.
        let template = Templates::of(running, pid, BUYER).paid(|it| {
            it.quantity = 10;
            it.rules = json!({"PID": pid}).to_string();
        });
        let sent = json!({"template_id": template, "user_id": BUYER, "out_biz_no": "things"});
        let pay = json!({"out_trade_no": "stamps", "scene": "bar_code", "buyer_id": BUYER, "subject": "s",
            "total_amount": "1.00"});
        Things {
            crowd: crowd(client, "things"),
            used_crowd: crowd(client, "used"),
            camp: made(client, &camp("things", shop)),
            card: tool_of(client, &made(client, &card_camp(shop))),
            prize: tool_of(client, &made(client, &camp("prizes", shop))),
            paid: text(&succeed(client, "alipay.trade.pay", &pay)["trade_no"]),
            draft: text(&succeed(client, CREATE, &templates::template("things"))["template_id"]),
            shop,
            voucher: text(&succeed(client, SEND, &sent)["voucher_id"]),
            template,
            pid,
        }
    }
}

/// A crowd group.
fn crowd_group(operation: &str, shop: &str) -> Value {
    json!({"operation": operation, "shop_id": shop, "crowd_group_id": "g", "describe": "d", "operator_id": "1",
        "condition_model_list": [{"logical_operator": "GTEQ", "period": "30", "operation_value": "1",
            "operator_rule": "TRADE_CNT", "rule_unit": "COUNT"}]})
}

/// A coupon's activity, as both creating and modifying it say it.
fn camp(key: &str, shop: &str) -> Value {
    json!({"out_biz_no": key, "name": "n", "type": "DIRECT_SEND", "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-02-01 00:00:00", "budget_info": {"budget_total": 1, "budget_type": "QUANTITY"},
        "constraint_info": {"suit_shops": [shop]}, "publish_channels": [{"type": "URL_WITH_TOKEN"}],
        "promo_tools": [{"voucher": {"type": "MONEY", "name": "n", "brand_name": "b", "logo": "l", "worth_value": 1,
            "validate_type": "RELATIVE", "relative_time": 1, "use_rule": {"suit_shops": [shop]}}}]})
}

/// A point card's activity.
fn card_camp(shop: &str) -> Value {
    json!({"out_biz_no": "card", "name": "n", "type": "POINT_SEND", "start_time": "2026-01-01 00:00:00",
        "end_time": "2026-02-01 00:00:00", "constraint_info": {"suit_shops": [shop]},
        "promo_tools": [{"point_card": {"name": "n", "logo": "l", "start_time": "2026-01-01 00:00:00",
            "end_time": "2026-03-01 00:00:00"}}]})
}

/// One method.
pub(super) struct Case {
    pub(super) method: &'static str,
    /// A request that its own merchant is not refused, about things of that merchant.
    pub(super) request: fn(own: &Things) -> Value,
    pub(super) members: &'static [(&'static str, Names)],
}

pub(super) const CASES: &[Case] = &[
    Case { method: "koubei.marketing.campaign.tags.query", request: |_| json!({}), members: &[] },
    Case {
        method: "alipay.open.app.alipaycert.download",
        request: |_| json!({"alipay_cert_sn": Authority::of_tests().platform.sn()}),
        members: &[("alipay_cert_sn", Names::Nothing)],
    },
    // Whose codes and tokens count is tried in consent.rs: these are nobody's.
    Case {
        method: EXCHANGE,
        request: |_| json!({"grant_type": "authorization_code", "code": "nobody's"}),
        members: &[("grant_type", Names::Nothing), ("code", Names::Nothing), ("refresh_token", Names::Nothing)],
    },
    Case {
        method: TOKEN_QUERY,
        request: |_| json!({"app_auth_token": "nobody's"}),
        members: &[("app_auth_token", Names::Nothing)],
    },
    Case {
        method: OAUTH,
        request: |_| json!({}),
        members: &[("grant_type", Names::Nothing), ("code", Names::Nothing), ("refresh_token", Names::Nothing)],
    },
    Case {
        method: UPLOAD,
        request: |own| with(picture("n"), "image_pid", own.pid),
        members: &[
            ("image_type", Names::Nothing),
            ("image_name", Names::Nothing),
            ("image_content", Names::Nothing),
            ("image_pid", Names::ActingPid),
        ],
    },
    Case {
        method: "koubei.marketing.campaign.crowd.count",
        // Conditions would win over the crowd.
        request: |own| json!({"crowd_group_id": own.crowd, "dimensions": "[\"pam_gender\"]"}),
        members: &[
            ("conditions", Names::Conditions),
            ("crowd_group_id", Names::Crowd),
            ("dimensions", Names::Dimensions),
        ],
    },
    Case {
        method: "koubei.marketing.campaign.crowd.create",
        request: |_| {
            json!({"out_biz_no": "c", "name": "n", "conditions": conditions("IN", "pam_gender", "1"), "operator_id": "1",
                "operator_type": "MER"})
        },
        members: &[
            ("out_biz_no", Names::Key),
            ("name", Names::Nothing),
            ("conditions", Names::Conditions),
            ("operator_id", Names::Nothing),
            ("operator_type", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.marketing.campaign.crowd.modify",
        request: |own| json!({"out_biz_no": "m", "crowd_group_id": own.crowd, "conditions": conditions("IN", "pam_gender", "2")}),
        members: &[
            ("out_biz_no", Names::Key),
            ("crowd_group_id", Names::Crowd),
            ("conditions", Names::Conditions),
            ("operator_id", Names::Nothing),
            ("operator_type", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.marketing.campaign.crowd.batchquery",
        request: |_| json!({"name": "", "page_number": 1, "page_size": 100}),
        members: &[("name", Names::Nothing), ("page_number", Names::Nothing), ("page_size", Names::Nothing)],
    },
    Case {
        method: "koubei.marketing.campaign.crowd.detail.query",
        request: |own| json!({"crowd_group_id": own.crowd}),
        members: &[("crowd_group_id", Names::Crowd)],
    },
    Case {
        method: "koubei.marketing.campaign.activity.create",
        request: |own| camp("c", own.shop),
        members: &[
            ("out_biz_no", Names::Key),
            ("operator_id", Names::Nothing),
            ("operator_type", Names::Nothing),
            ("name", Names::Nothing),
            ("type", Names::Nothing),
            ("start_time", Names::Nothing),
            ("end_time", Names::Nothing),
            ("desc", Names::Nothing),
            ("budget_info", Names::Nothing),
            ("constraint_info", Names::Constraint),
            ("promo_tools", Names::Tools),
            ("publish_channels", Names::Nothing),
            ("recruit_tool", Names::Nothing),
            ("auto_delay_flag", Names::Nothing),
            ("ext_info", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.marketing.campaign.activity.query",
        request: |own| json!({"camp_id": own.camp}),
        members: &[("camp_id", Names::Camp), ("operator_id", Names::Nothing), ("operator_type", Names::Nothing)],
    },
    Case {
        method: "koubei.marketing.campaign.activity.batchquery",
        request: |_| json!({}),
        members: &[
            ("operator_id", Names::Nothing),
            ("operator_type", Names::Nothing),
            ("page_number", Names::Nothing),
            ("page_size", Names::Nothing),
            ("query_criterias", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.marketing.campaign.activity.modify",
        request: |own| with(camp("m", own.shop), "camp_id", own.camp.as_str()),
        members: &[
            ("out_biz_no", Names::Key),
            ("camp_id", Names::Camp),
            ("operator_id", Names::Nothing),
            ("operator_type", Names::Nothing),
            ("name", Names::Nothing),
            ("type", Names::Nothing),
            ("start_time", Names::Nothing),
            ("end_time", Names::Nothing),
            ("desc", Names::Nothing),
            ("budget_info", Names::Nothing),
            ("constraint_info", Names::Constraint),
            ("promo_tools", Names::Tools),
            ("publish_channels", Names::Nothing),
            ("recruit_tool", Names::Nothing),
            ("auto_delay_flag", Names::Nothing),
            ("ext_info", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.marketing.campaign.activity.offline",
        request: |own| json!({"out_biz_no": "o", "camp_id": own.camp}),
        members: &[
            ("out_biz_no", Names::Key),
            ("camp_id", Names::Camp),
            ("reason", Names::Nothing),
            ("ext_info", Names::Nothing),
            ("operator_id", Names::Nothing),
            ("operator_type", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.marketing.tool.points.update",
        request: |own| {
            json!({"req_id": "p", "user_id": BUYER, "activity_account": own.card, "trans_type": "DEPOSIT",
                "trans_amount": 1, "shop_id": own.shop, "biz_no": own.paid})
        },
        members: &[
            ("req_id", Names::Key),
            ("user_id", Names::Nothing),
            ("activity_account", Names::Card),
            ("trans_type", Names::Nothing),
            ("trans_amount", Names::Nothing),
            ("shop_id", Names::CardShop),
            ("biz_no", Names::Deposited),
            ("memo", Names::Nothing),
            ("ext_info", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.marketing.tool.points.query",
        request: |own| json!({"activity_account": own.card, "user_id": BUYER}),
        members: &[("activity_account", Names::Card), ("user_id", Names::Nothing)],
    },
    Case {
        method: "koubei.marketing.tool.prizesend.auth",
        request: |own| json!({"req_id": "a", "prize_id": own.prize, "user_id": BUYER}),
        members: &[("req_id", Names::Key), ("prize_id", Names::Prize), ("user_id", Names::Nothing)],
    },
    Case {
        method: "alipay.trade.create",
        request: |_| json!({"out_trade_no": "made", "buyer_id": BUYER, "subject": "s", "total_amount": "1.00"}),
        members: &[
            ("buyer_id", Names::Nothing),
            ("buyer_logon_id", Names::Nothing),
            ("out_trade_no", Names::Key),
            ("subject", Names::Nothing),
            ("body", Names::Nothing),
            ("total_amount", Names::Nothing),
            ("discountable_amount", Names::Nothing),
            ("undiscountable_amount", Names::Nothing),
            ("seller_id", Names::Nothing),
            ("operator_id", Names::Nothing),
            ("store_id", Names::Shop),
            ("alipay_store_id", Names::Shop),
            ("terminal_id", Names::Nothing),
            ("timeout_express", Names::Nothing),
            ("product_code", Names::Nothing),
            ("disable_pay_channels", Names::Nothing),
            ("goods_detail", Names::Nothing),
            ("enable_pay_channels", Names::Nothing),
        ],
    },
    Case {
        method: "alipay.trade.pay",
        // Nobody's own number, so that it may be paid again and again.
        request: |_| {
            let serial = PAID.fetch_add(1, Ordering::Relaxed).to_string();
            json!({"scene": "bar_code", "out_trade_no": serial, "buyer_id": BUYER, "subject": "s", "total_amount": "1.00"})
        },
        members: &[
            ("scene", Names::Nothing),
            ("auth_code", Names::Nothing),
            ("buyer_id", Names::Nothing),
            ("out_trade_no", Names::Nothing),
            ("subject", Names::Nothing),
            ("body", Names::Nothing),
            ("total_amount", Names::Nothing),
            ("discountable_amount", Names::Nothing),
            ("undiscountable_amount", Names::Nothing),
            ("seller_id", Names::Nothing),
            ("operator_id", Names::Nothing),
            ("store_id", Names::Shop),
            ("alipay_store_id", Names::Shop),
            ("terminal_id", Names::Nothing),
            ("timeout_express", Names::Nothing),
            ("product_code", Names::Nothing),
            ("disable_pay_channels", Names::Nothing),
            ("goods_detail", Names::Nothing),
            ("query_options", Names::Nothing),
        ],
    },
    Case {
        method: "alipay.trade.query",
        request: |_| json!({"out_trade_no": "bought"}),
        members: &[("out_trade_no", Names::Nothing), ("trade_no", Names::Trade), ("query_options", Names::Nothing)],
    },
    Case {
        method: "alipay.trade.refund",
        request: |_| json!({"out_trade_no": "bought", "refund_amount": "0.01", "out_request_no": "r"}),
        members: &[
            ("out_trade_no", Names::Nothing),
            ("trade_no", Names::Trade),
            ("refund_amount", Names::Nothing),
            ("out_request_no", Names::Nothing),
            ("refund_reason", Names::Nothing),
            ("refund_currency", Names::Nothing),
            ("operator_id", Names::Nothing),
            ("store_id", Names::Nothing),
            ("terminal_id", Names::Nothing),
            ("goods_detail", Names::Nothing),
            ("query_options", Names::Nothing),
        ],
    },
    Case {
        method: "alipay.trade.close",
        request: |_| json!({"out_trade_no": "waits"}),
        members: &[("out_trade_no", Names::Nothing), ("trade_no", Names::Nothing), ("operator_id", Names::Nothing)],
    },
    Case {
        method: "alipay.trade.cancel",
        request: |_| json!({"out_trade_no": "waits"}),
        members: &[("out_trade_no", Names::Nothing), ("trade_no", Names::Nothing)],
    },
    Case {
        method: SEND,
        request: |own| json!({"template_id": own.template, "user_id": BUYER, "out_biz_no": "v"}),
        members: &[
            ("template_id", Names::Template),
            ("user_id", Names::Nothing),
            ("login_id", Names::Nothing),
            ("taobao_nick", Names::Nothing),
            ("out_biz_no", Names::Key),
            ("amount", Names::Nothing),
            ("memo", Names::Nothing),
            ("extend_info", Names::Nothing),
            ("open_id", Names::Nothing),
        ],
    },
    Case {
        method: "alipay.marketing.voucher.list.query",
        request: |own| json!({"template_id": own.template, "user_id": BUYER}),
        members: &[("template_id", Names::Template), ("user_id", Names::Nothing), ("open_id", Names::Nothing)],
    },
    Case {
        method: "alipay.marketing.voucher.query",
        request: |own| json!({"voucher_id": own.voucher}),
        members: &[("voucher_id", Names::Voucher)],
    },
    Case {
        method: "alipay.marketing.userule.pid.query",
        request: |own| json!({"pid": own.pid}),
        members: &[("pid", Names::Pid)],
    },
    Case {
        method: "ant.merchant.expand.merchant.storelist.query",
        request: |own| json!({"pid": own.pid, "is_include_cognate": true, "page_num": 1, "page_size": 30}),
        members: &[
            ("pid", Names::Pid),
            ("is_include_cognate", Names::Nothing),
            ("page_num", Names::Nothing),
            ("page_size", Names::Nothing),
        ],
    },
    Case {
        method: CREATE,
        request: |_| templates::template("t"),
        members: &[
            ("voucher_type", Names::Nothing),
            ("voucher_use_scene", Names::Nothing),
            ("fund_account", Names::Nothing),
            ("brand_name", Names::Nothing),
            ("publish_start_time", Names::Nothing),
            ("publish_end_time", Names::Nothing),
            ("voucher_valid_period", Names::Nothing),
            ("floor_amount", Names::Nothing),
            ("amount", Names::Nothing),
            ("voucher_quantity", Names::Nothing),
            ("voucher_description", Names::Nothing),
            ("out_biz_no", Names::Key),
            ("redirect_uri", Names::Nothing),
            ("notify_uri", Names::Nothing),
            // The merchants that it names need not be the caller.
            ("rule_conf", Names::Nothing),
            ("extension_info", Names::Nothing),
            ("slogan", Names::Nothing),
        ],
    },
    Case {
        method: MODIFY,
        request: |own| json!({"template_id": own.draft, "out_biz_no": "m", "slogan": "x"}),
        members: &[
            ("template_id", Names::Template),
            ("slogan", Names::Nothing),
            ("publish_start_time", Names::Nothing),
            ("publish_end_time", Names::Nothing),
            ("voucher_valid_period", Names::Nothing),
            ("out_biz_no", Names::Key),
        ],
    },
    Case {
        method: DETAIL,
        request: |own| json!({"template_id": own.draft}),
        members: &[("template_id", Names::Template)],
    },
    Case {
        method: LIST,
        request: |_| {
            json!({"create_start_time": "2026-01-01 00:00:00", "create_end_time": "2026-01-02 00:00:00", "page_num": 1,
                "page_size": 30})
        },
        members: &[
            ("create_start_time", Names::Nothing),
            ("create_end_time", Names::Nothing),
            ("page_num", Names::Nothing),
            ("page_size", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.catering.crowdgroup.condition.set",
        request: |own| crowd_group("CREATE", own.shop),
        members: &[
            ("operation", Names::Nothing),
            ("shop_id", Names::GroupShop),
            ("crowd_group_id", Names::Key),
            ("condition_model_list", Names::Nothing),
            ("describe", Names::Nothing),
            ("operator_id", Names::Nothing),
            ("operator_type", Names::Nothing),
        ],
    },
    Case {
        method: "koubei.catering.crowdgroup.condition.query",
        request: |own| json!({"shop_id": own.shop, "user_id": BUYER}),
        members: &[("shop_id", Names::GroupShop), ("user_id", Names::Nothing)],
    },
    // After it there is no draft.
    Case {
        method: DELETE,
        request: |own| json!({"template_id": own.draft}),
        members: &[("template_id", Names::Template)],
    },
    // The last, because after it there is no crowd.
    Case {
        method: "koubei.marketing.campaign.crowd.delete",
        request: |own| json!({"crowd_group_id": own.crowd}),
        members: &[("crowd_group_id", Names::Crowd)],
    },
];

/// `request` with one member changed.
pub(super) fn with(mut request: Value, member: &str, value: impl Into<Value>) -> Value {
    request[member] = value.into();
    request
}

/// A merchant's paid trade, `bought`, and one that waits, `waits`; the paid one's number.
pub(super) fn trades(client: &Client) -> String {
    let order = json!({"buyer_id": BUYER, "subject": "s", "total_amount": "1.00"});
    succeed(client, "alipay.trade.create", &with(order.clone(), "out_trade_no", "waits"));
    let paid = with(with(order, "out_trade_no", "bought"), "scene", "bar_code");
    let node = succeed(client, "alipay.trade.pay", &paid);
    node["trade_no"].as_str().expect("a number").to_owned()
}
