//! The calls that are counted: at least one for each method.

use crate::server::PID;

/// A call that is made several times, each time another one.
pub(super) struct Call {
    pub(super) method: &'static str,
    /// What of the method is called, where that is not all the same.
    pub(super) variant: &'static str,
    /// Its `biz_content`. `{n}` is how many calls of this kind came before; `{x}` is what an earlier call kept as `x`
    /// (of several the one in this place), or what the world calls so.
    pub(super) biz_content: &'static str,
    /// A member of the answer, and what later calls name it.
    pub(super) keeps: Option<(&'static str, &'static str)>,
    pub(super) times: Times,
    /// Whether it makes a template that its sponsor then pays for, at the address that is kept of the answer.
    pub(super) is_paid: bool,
}

/// How often a call is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    /// Once, for what other calls need; it is not counted.
    Once,
    /// As often as one that is counted, for what that one needs.
    Uncounted,
    /// First some calls for caches and pages of the store, then those that are counted.
    Counted,
}

impl Call {
    /// As tables call it.
    pub(super) fn name(&self) -> String {
        let method = self.method.strip_prefix("koubei.marketing.").unwrap_or(self.method);
        if self.variant.is_empty() { method.to_owned() } else { format!("{method}, {}", self.variant) }
    }

    const fn counted(method: &'static str, biz_content: &'static str) -> Call {
        Call { method, variant: "", biz_content, keeps: None, times: Times::Counted, is_paid: false }
    }

    const fn once(method: &'static str, biz_content: &'static str) -> Call {
        Call { times: Times::Once, ..Call::counted(method, biz_content) }
    }

    const fn keeping(self, member: &'static str, name: &'static str) -> Call {
        Call { keeps: Some((member, name)), ..self }
    }

    const fn paid(self) -> Call {
        Call { is_paid: true, ..self }
    }

    const fn variant(self, variant: &'static str) -> Call {
        Call { variant, ..self }
    }
}

/// What the world has: who pays and collects points, where, what is shown to the till, who pays for templates, and the
/// merchant. On a stand-in a pay code pays again and again.
pub(super) const WORLD: [(&str, &str); 5] = [
    ("user", "2088102146931393"),
    ("shop", "2015121600077000000002388200"),
    ("pay_code", "28763443825664394"),
    ("sponsor", "sponsor@example.com"),
    ("pid", PID),
];

const ACTIVITY_CREATE: &str = "koubei.marketing.campaign.activity.create";
const ACTIVITY_QUERY: &str = "koubei.marketing.campaign.activity.query";
const TRADE_PAY: &str = "alipay.trade.pay";
const POINTS_UPDATE: &str = "koubei.marketing.tool.points.update";
const TEMPLATE_CREATE: &str = "alipay.marketing.cashvoucher.template.create";

/// A payment for an apple in the shop.
macro_rules! pay {
    ($out_trade_no:literal) => {
        concat!(
            r#"{"out_trade_no":""#,
            $out_trade_no,
            r#"","scene":"bar_code","auth_code":"{pay_code}","subject":"白领午餐","total_amount":"8.80","store_id":"NJ_001",
            "goods_detail":[{"goods_id":"apple-01","goods_name":"苹果","quantity":1,"price":"8.80"}]}"#
        )
    };
}

/// A template of vouchers of 1 yuan.
macro_rules! template {
    ($out_biz_no:literal) => {
        concat!(
            r#"{"out_biz_no":""#,
            $out_biz_no,
            r#"","voucher_type":"FIX_VOUCHER","voucher_use_scene":"ALIPAY_COMMON","fund_account":"{sponsor}",
            "brand_name":"花果山","publish_start_time":"2026-01-01 00:00:00","publish_end_time":"2026-01-31 23:59:59",
            "voucher_valid_period":"{\"type\":\"RELATIVE\",\"duration\":10,\"unit\":\"DAY\"}","floor_amount":"5.00",
            "amount":"1.00","voucher_quantity":"1000","rule_conf":"{\"PID\":\"{pid}\"}","slogan":"白领"}"#
        )
    };
}

/// A coupon's activity; created and modified alike but for the end.
macro_rules! coupon_activity {
    ($own_members:literal, $end:literal) => {
        concat!(
            "{",
            $own_members,
            r#","name":"集点兑换","type":"DIRECT_SEND","start_time":"2026-01-01 00:00:00","end_time":""#,
            $end,
            r#"","desc":"八个集点换一张券",
            "constraint_info":{"suit_shops":["{shop}"],"user_win_count":"3","user_win_frequency":"D||1"},
            "budget_info":{"budget_total":"10000","budget_type":"QUANTITY"},
            "promo_tools":[{"voucher":{"type":"MONEY","name":"全场代金券","brand_name":"8个集点兑换","logo":"logo",
            "worth_value":"20","validate_type":"RELATIVE","relative_time":"30","use_rule":{"min_consume":"10",
            "suit_shops":["{shop}"]}},"send_rule":{"allow_repeat_send":"true"}}],
            "publish_channels":[{"type":"URL_WITH_TOKEN","name":"URL_WITH_TOKEN"}]}"#
        )
    };
}

/// In the order in which they are made.
pub(super) const CALLS: &[Call] = &[
    Call::counted("koubei.marketing.campaign.tags.query", "{}"),
    Call::counted(
        "koubei.marketing.campaign.crowd.count",
        r#"{"conditions":"[{\"op\":\"IN\",\"tagCode\":\"pam_gender\",\"value\":\"1\"}]","dimensions":"[\"pam_age\"]"}"#,
    ),
    Call::counted(
        "koubei.marketing.campaign.crowd.create",
        r#"{"out_biz_no":"{n}","name":"白领 {n}",
        "conditions":"[{\"op\":\"IN\",\"tagCode\":\"pam_gender\",\"value\":\"1\"}]"}"#,
    )
    .keeping("crowd_group_id", "crowd"),
    Call::counted("koubei.marketing.campaign.crowd.detail.query", r#"{"crowd_group_id":"{crowd}"}"#),
    Call::counted(
        "koubei.marketing.campaign.crowd.modify",
        r#"{"out_biz_no":"m{n}","crowd_group_id":"{crowd}",
        "conditions":"[{\"op\":\"IN\",\"tagCode\":\"pam_age\",\"value\":\"1,2,3\"}]"}"#,
    ),
    Call::counted("koubei.marketing.campaign.crowd.batchquery", r#"{"page_number":"1","page_size":"10"}"#),
    Call::counted("koubei.marketing.campaign.crowd.delete", r#"{"crowd_group_id":"{crowd}"}"#),
    Call::counted(ACTIVITY_CREATE, coupon_activity!(r#""out_biz_no":"{n}""#, "2026-01-31 23:59:59"))
        .keeping("camp_id", "activity"),
    Call::counted(ACTIVITY_QUERY, r#"{"camp_id":"{activity}"}"#).keeping("voucher_no", "prize"),
    Call::counted(
        "koubei.marketing.campaign.activity.modify",
        coupon_activity!(r#""out_biz_no":"m{n}","camp_id":"{activity}""#, "2026-02-28 23:59:59"),
    ),
    Call::counted("koubei.marketing.campaign.activity.batchquery", r#"{"page_number":"1","page_size":"10"}"#),
    Call::counted(
        "koubei.marketing.tool.prizesend.auth",
        r#"{"req_id":"{n}","prize_id":"{prize}","user_id":"{user}"}"#,
    ),
    Call::counted(
        "koubei.marketing.campaign.activity.offline",
        r#"{"out_biz_no":"o{n}","camp_id":"{activity}","reason":"活动结束"}"#,
    ),
    Call::counted(TRADE_PAY, pay!("pay_{n}")).keeping("trade_no", "trade"),
    Call::counted("alipay.trade.query", r#"{"out_trade_no":"pay_{n}"}"#),
    Call::once(
        ACTIVITY_CREATE,
        r#"{"out_biz_no":"card","name":"集点活动","type":"POINT_SEND","start_time":"2026-01-01 00:00:00",
        "end_time":"2026-01-31 23:59:59","constraint_info":{"suit_shops":["{shop}"]},
        "promo_tools":[{"point_card":{"name":"集点卡","desc":"活动规则简述","logo":"logo",
        "start_time":"2026-01-01 00:00:00","end_time":"2026-02-28 23:59:59"}}]}"#,
    )
    .keeping("camp_id", "card_activity"),
    Call::once(ACTIVITY_QUERY, r#"{"camp_id":"{card_activity}"}"#).keeping("voucher_no", "card"),
    Call::counted(
        POINTS_UPDATE,
        r#"{"req_id":"d{n}","user_id":"{user}","activity_account":"{card}","trans_type":"DEPOSIT",
        "trans_amount":"10","shop_id":"{shop}","biz_no":"{trade}","memo":"消费集点"}"#,
    )
    .variant("DEPOSIT"),
    Call::counted(
        POINTS_UPDATE,
        r#"{"req_id":"f{n}","user_id":"{user}","activity_account":"{card}","trans_type":"FREEZE",
        "trans_amount":"1","memo":"兑换"}"#,
    )
    .variant("FREEZE"),
    Call::counted("koubei.marketing.tool.points.query", r#"{"activity_account":"{card}","user_id":"{user}"}"#),
    Call::counted(
        "alipay.trade.refund",
        r#"{"out_trade_no":"pay_{n}","refund_amount":"3.00","out_request_no":"r{n}","refund_reason":"正常退款"}"#,
    ),
    Call {
        times: Times::Uncounted,
        ..Call::counted(
            TRADE_PAY,
            r#"{"out_trade_no":"lost_{n}","scene":"bar_code","auth_code":"{pay_code}","subject":"白领午餐",
            "total_amount":"8.80"}"#,
        )
    },
    Call::counted("alipay.trade.cancel", r#"{"out_trade_no":"lost_{n}"}"#).variant("of a paid trade"),
    Call::counted(
        "alipay.trade.create",
        r#"{"out_trade_no":"open_{n}","buyer_id":"{user}","subject":"白领午餐","total_amount":"8.80",
        "store_id":"NJ_001","timeout_express":"90m"}"#,
    ),
    Call::counted("alipay.trade.close", r#"{"out_trade_no":"open_{n}"}"#),
    Call::counted("alipay.marketing.userule.pid.query", r#"{"pid":"{pid}"}"#),
    Call::counted("ant.merchant.expand.merchant.storelist.query", r#"{"pid":"{pid}"}"#),
    // Before there are drafts, so that the list has this one alone.
    Call::once(TEMPLATE_CREATE, template!("paid")).keeping("confirm_uri", "confirm_uri").paid(),
    Call::counted(
        "alipay.marketing.voucher.templatelist.query",
        r#"{"create_start_time":"2026-01-01 00:00:00","create_end_time":"2026-01-02 00:00:00","page_num":"1",
        "page_size":"10"}"#,
    )
    .keeping("template_id", "template"),
    Call::counted("alipay.marketing.voucher.templatedetail.query", r#"{"template_id":"{template}"}"#),
    Call::counted(TEMPLATE_CREATE, template!("{n}")).keeping("template_id", "draft"),
    Call::counted(
        "alipay.marketing.cashvoucher.template.modify",
        r#"{"out_biz_no":"m{n}","template_id":"{draft}","publish_end_time":"2026-02-28 23:59:59"}"#,
    ),
    Call::counted("alipay.marketing.voucher.template.delete", r#"{"template_id":"{draft}"}"#),
    Call::counted(
        "alipay.marketing.voucher.send",
        r#"{"out_biz_no":"{n}","template_id":"{template}","user_id":"{user}","memo":"兑换"}"#,
    )
    .keeping("voucher_id", "voucher"),
    Call::counted("alipay.marketing.voucher.query", r#"{"voucher_id":"{voucher}"}"#),
    Call::counted("alipay.marketing.voucher.list.query", r#"{"template_id":"{template}","user_id":"{user}"}"#),
    Call::counted(TRADE_PAY, pay!("cash_{n}")).variant("of a buyer with cash vouchers"),
];
