//! The table of refusals. A caller reads it as docs/errors.md.

use super::SubCode;

macro_rules! sub_codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $sub_code:literal, $text:literal, do $remedy:literal;)+) => {
        $(
            $(#[doc = $meaning])+
            pub const $name: SubCode =
                SubCode { name: $sub_code, text: $text, meaning: concat!($($meaning),+), remedy: $remedy };
        )+

        /// Every one, for the documents.
        #[cfg(test)]
        pub const ALL: &[SubCode] = &[$($name),+];
    };
}

sub_codes! {
    /// A field that the call needs is missing or empty. The text names it.
    PARAM_EMPTY = "PARAM_EMPTY", "参数为空",
        do "Send the field. Some are needed only by some operations or rules: see the fields' meanings.";

    /// The crowd was never made, was deleted, or is another merchant's.
    CROWD_NOT_EXIST = "CROWD_GROUP_NOT_EXIST", "人群组不存在",
        do "Take the id from the answer of `crowd.create` or from `crowd.batchquery`.";
    /// An activity that has not ended is for the crowd, so the crowd cannot be deleted.
    CROWD_IN_USE = "CROWD_GROUP_IN_USE", "人群组正在被活动使用，不允许删除",
        do "Wait for the end of the activity, or take it off line with `activity.offline`.";
    /// The `out_biz_no` was used before, with other content.
    CROWD_CONFLICT = "OUT_BIZ_NO_CONFLICT", "外部流水号重复且参数不一致",
        do "Repeat a call with exactly what was sent first; take a new `out_biz_no` for anything else.";
    /// The `out_biz_no` was used before, with other content.
    ACTIVITY_CONFLICT = "OUT_BIZ_NO_CONFLICT", "外部批次ID重复且参数不一致",
        do "Repeat a call with exactly what was sent first; take a new `out_biz_no` for anything else.";

    /// The activity was never made, or is another merchant's.
    CAMPAIGN_NOT_EXIST = "CAMPAIGN_NOT_EXIST", "活动不存在",
        do "Take the id from the answer of `activity.create` or from `activity.batchquery`.";
    /// The activity does not run: it waits for an audit, has not begun, has ended, or was taken off line; or the time
    /// of the card is over.
    CAMPAIGN_STATUS_ERROR = "CAMPAIGN_STATUS_ERROR", "当前活动状态不允许该操作",
        do "Look at the activity's status and times with `activity.query`.";
    /// No such shop of this merchant, or the activity is not for it.
    SHOP_NOT_EXIST = "SHOP_NOT_EXIST", "门店不存在或不属于该商户",
        do "Use ids of shops that the world file gives the merchant, and of those the activity's.";
    /// The prize was never made, is another merchant's, or is not taken by token.
    PRIZE_NOT_EXIST = "PRIZE_NOT_EXIST", "奖品不存在",
        do "Take `promo_tools[].voucher_no` from `activity.query`, of an activity with the channel URL_WITH_TOKEN.";
    /// No user has this id.
    USER_NOT_EXIST = "USER_NOT_EXIST", "用户不存在",
        do "Add the user to the world file, or import the user as a member.";
    /// The activity has no prize left to give.
    BUDGET_NOT_ENOUGH = "BUDGET_NOT_ENOUGH", "预算不足",
        do "Raise `budget_info` with `activity.modify`.";

    /// The card was never made or is another merchant's; or the user has no points on it, and has none to spend.
    POINT_ACCOUNT_NOT_EXIST = "POINT_ACCOUNT_NOT_EXIST", "集点账户不存在",
        do "Take `promo_tools[].voucher_no` from `activity.query`; give points with DEPOSIT first.";
    /// Fewer points are available than are to be spent or frozen.
    POINT_NOT_ENOUGH = "POINT_NOT_ENOUGH", "可用集点不足",
        do "Ask `points.query` what is available.";
    /// The `biz_no` names no FREEZE of this user on this card.
    POINT_LOG_NOT_EXIST = "POINT_LOG_NOT_EXIST", "冻结集点流水不存在",
        do "Send the `point_log_no` that the FREEZE was answered with.";
    /// The FREEZE was committed or cancelled before.
    POINT_FREEZE_STATUS_ERROR = "POINT_FREEZE_STATUS_ERROR", "冻结集点已提交或已取消",
        do "Nothing: a FREEZE ends once.";
    /// The payment has brought its points on this card, under another `req_id`.
    POINT_TRADE_ALREADY_DEPOSITED = "POINT_TRADE_ALREADY_DEPOSITED", "该交易已集点",
        do "Nothing: a payment brings points once.";
    /// The `biz_no` of a DEPOSIT names no paid trade of this user with this merchant in this shop.
    POINT_TRADE_NOT_EXIST = "TRADE_NOT_EXIST", "交易不存在",
        do "Send the `trade_no` of a payment; or switch the check off with the merchant's option `trade_check`.";
    /// The `req_id` was used before, with other content.
    REQ_ID_CONFLICT = "REQ_ID_CONFLICT", "外部流水号重复且参数不一致",
        do "Repeat a call with exactly what was sent first; take a new `req_id` for anything else.";

    /// The trade was never made, or is another merchant's.
    TRADE_NOT_EXIST = "ACQ.TRADE_NOT_EXIST", "交易不存在",
        do "Send the `out_trade_no` or `trade_no` of one of the merchant's trades.";
    /// The trade under this `out_trade_no` is paid.
    TRADE_HAS_SUCCESS = "ACQ.TRADE_HAS_SUCCESS", "交易已被支付",
        do "Ask `trade.query` what came of it; take a new `out_trade_no` for another payment.";
    /// The trade is closed: its time ran out, or it was closed, cancelled or refunded wholly.
    TRADE_HAS_CLOSE = "ACQ.TRADE_HAS_CLOSE", "交易已经关闭",
        do "Take a new `out_trade_no` for another payment.";
    /// The trade was paid three months ago or longer, and its time for refunds is over.
    TRADE_HAS_FINISHED = "ACQ.TRADE_HAS_FINISHED", "交易已完结",
        do "Pay the buyer back in another way.";
    /// The trade was not paid, so nothing can be refunded.
    TRADE_UNPAID = "ACQ.TRADE_STATUS_ERROR", "交易状态非法",
        do "Give it up with `trade.close`.";
    /// The trade was paid, so it cannot be closed.
    TRADE_PAID = "ACQ.TRADE_STATUS_ERROR", "交易状态不合法",
        do "Give the money back with `trade.refund` or `trade.cancel`.";
    /// The `out_trade_no` was used before, for a trade with other content.
    CONTEXT_INCONSISTENT = "ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改",
        do "Repeat a call with exactly what was sent first; take a new `out_trade_no` for anything else.";
    /// The trade was made for another buyer than the one who pays.
    TRADE_BUYER_NOT_MATCH = "ACQ.TRADE_BUYER_NOT_MATCH", "交易买家不匹配",
        do "Let the buyer pay for whom the trade was made, or make a new trade.";
    /// No account has the buyer's id or login id.
    BUYER_NOT_EXIST = "ACQ.BUYER_NOT_EXIST", "买家不存在",
        do "Add the user to the world file.";
    /// The buyer is the merchant.
    BUYER_SELLER_EQUAL = "ACQ.BUYER_SELLER_EQUAL", "买卖家不能相同",
        do "Pay from another account.";
    /// The `seller_id` is not the merchant that the call acts for.
    SELLER_NOT_EXIST = "ACQ.SELLER_NOT_EXIST", "卖家不存在",
        do "Leave `seller_id` out, or send the merchant's account id.";
    /// The amount is above 100000000.00 yuan.
    TOTAL_FEE_EXCEED = "ACQ.TOTAL_FEE_EXCEED", "订单总金额超过限额",
        do "Split the payment.";
    /// No such shop of this merchant, or `store_id` and `alipay_store_id` name two.
    INVALID_STORE_ID = "ACQ.INVALID_STORE_ID", "商户门店编号无效",
        do "Use the number or the id of a shop that the world file gives the merchant.";
    /// No account has this pay code, or not the buyer who is named; on a platform also: it has paid before, or
    /// `buyer_id` alone may not pay.
    PAYMENT_AUTH_CODE_INVALID = "ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款",
        do "Read the buyer's pay code again.";
    /// The buyer's balance does not cover what is to be paid after coupons.
    BUYER_BALANCE_NOT_ENOUGH = "ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足",
        do "Raise the user's `balance` in the world file.";
    /// The seller's balance does not cover what is to be given back.
    SELLER_BALANCE_NOT_ENOUGH = "ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足",
        do "Raise the merchant's `balance` in the world file.";
    /// More would be given back than was paid and not refunded yet.
    REFUND_TOO_MUCH = "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限",
        do "Ask `trade.query` for the total, and refund at most what is left of it.";
    /// The `refund_amount` is 0, or no amount with at most two decimals.
    REFUND_FEE_ERR = "ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额无效",
        do "Send an amount such as `\"8.80\"`.";
    /// The `out_request_no` was used before for this trade, with another amount.
    DISCORDANT_REPEAT_REQUEST = "ACQ.DISCORDANT_REPEAT_REQUEST", "不一致的请求",
        do "Repeat a refund with the same amount; take a new `out_request_no` for another refund.";
    /// The payment is more than 24 hours old.
    TRADE_CANCEL_TIME_OUT = "ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围",
        do "Refund the trade with `trade.refund`.";
    /// A part of the payment was refunded, so the trade cannot be cancelled whole.
    CANCEL_NOT_ALLOWED = "ACQ.CANCEL_NOT_ALLOWED", "交易不允许撤销",
        do "Refund the rest with `trade.refund`.";

    /// The `out_biz_no` was used before, with other content.
    TEMPLATE_CONFLICT = "OUT_BIZ_NO_CONFLICT", "外部业务单号重复且参数不一致",
        do "Repeat a call with exactly what was sent first; take a new `out_biz_no` for anything else.";
    /// Nobody has the login id `fund_account`.
    SPONSOR_NOT_EXIST = "USER_NOT_EXIST", "出资人账号不存在",
        do "Send the login id of an account that the world file has.";
    /// The template was never made, or is another merchant's.
    TEMPLATE_NOT_EXIST = "VOUCHER_TEMPLATE_NOT_EXIST", "券模板不存在",
        do "Take the id from the answer of `template.create` or from `templatelist.query`.";
    /// The template is paid for, was deleted, or the time of sending is over.
    TEMPLATE_STATUS_ERROR = "VOUCHER_TEMPLATE_STATUS_ERROR", "券模板状态不允许该操作",
        do "Look at the template's status with `templatedetail.query`.";
    /// The template is not paid for, or was deleted.
    TEMPLATE_NOT_SENDABLE = "VOUCHER_TEMPLATE_STATUS_ERROR", "券模板状态不允许发放",
        do "Let the holder of `fund_account` pay at the `confirm_uri` that `template.create` answered.";
    /// The call comes before `publish_start_time`.
    BEFORE_PUBLICATION = "unknown-sub-code", "未知的错误码BEFORE_TEMPLATE_PUBLISH_START_TIME",
        do "Wait for `publish_start_time`.";
    /// The call comes after `publish_end_time`.
    AFTER_PUBLICATION = "unknown-sub-code", "未知的错误码AFTER_TEMPLATE_PUBLISH_END_TIME",
        do "Make a new template.";
    /// The voucher's time of validity is over already.
    VOUCHER_PERIOD_OVER = "unknown-sub-code", "未知的错误码AFTER_VOUCHER_END_TIME",
        do "Make a template whose `voucher_valid_period` ends later.";
    /// All vouchers of the template were sent.
    TEMPLATE_SOLD_OUT = "unknown-sub-code", "未知的错误码BUDGET_NOT_ENOUGH_ERROR",
        do "Make a new template.";
    /// No user has the id or name that the voucher is to be sent to.
    RECIPIENT_NOT_EXIST = "unknown-sub-code", "未知的错误码CIF_USER_NOT_EXIST",
        do "Add the user to the world file, or import the user as a member.";
    /// The `out_biz_no` was used before with this template, for another user.
    SEND_CONFLICT = "OUT_BIZ_NO_CONFLICT", "外部业务订单号重复且参数不一致",
        do "Take a new `out_biz_no` for another user.";
    /// The voucher was never sent, or is of another merchant's template.
    VOUCHER_NOT_EXIST = "VOUCHER_NOT_EXIST", "券不存在",
        do "Take the id from the answer of `voucher.send` or from `voucher.list.query`.";

    /// The token on the coupon page is unknown, was used, or its time is over.
    TOKEN_INVALID = "TOKEN_INVALID", "令牌无效或已过期",
        do "Ask `prizesend.auth` for a new one, with a new `req_id`.";
    /// The activity whose coupon is to be taken does not run.
    CAMPAIGN_ENDED = "CAMPAIGN_ENDED", "活动已结束",
        do "Look at the activity's times with `activity.query`.";
    /// Every coupon was taken, for good or for today.
    CAMPAIGN_SOLD_OUT = "CAMPAIGN_SOLD_OUT", "券已领完",
        do "Raise `budget_info` with `activity.modify`.";
    /// The user has taken part as often as `constraint_info` allows.
    CAMPAIGN_WIN_LIMIT = "CAMPAIGN_WIN_LIMIT", "超过参与次数限制",
        do "Nothing, or raise the limit with `activity.modify`.";
    /// The user is not one of those that the activity is for.
    CAMPAIGN_NOT_ELIGIBLE = "CAMPAIGN_NOT_ELIGIBLE", "不满足领取条件",
        do "Look at the activity's `constraint_info`.";
    /// The coupon cannot be used now: its time has not come or is over, it was used, or another trade holds it.
    VOUCHER_NOT_USABLE = "VOUCHER_NOT_USABLE", "券不可用",
        do "Look at the coupon with `punchcard voucher show`.";
    /// The user holds one of these coupons that is not used yet.
    VOUCHER_NOT_USED = "VOUCHER_NOT_USED", "已领取未使用的同款券",
        do "Let the user redeem it first, or set `send_rule.allow_repeat_send`.";

    /// The calling app is no service provider's.
    APP_NOT_ISV = "APP_NOT_ISV", "应用不是ISV应用",
        do "Call with the app for which the world file says `isv = true`.";
    /// The `grant_type` is neither `authorization_code` nor `refresh_token`.
    GRANT_TYPE_INVALID = "GRANT_TYPE_INVALID", "grant_type参数不正确",
        do "Send one of the two.";
    /// There is no such code; or it was handed out more than a day ago.
    AUTH_CODE_NOT_EXIST = "AUTH_CODE_NOT_EXIST", "授权码不存在",
        do "Send the `app_auth_code` that the merchant's browser came back with.";
    /// The code was used before, or it is older than ten minutes.
    AUTH_CODE_NOT_VALID = "AUTH_CODE_NOT_VALID", "授权码无效",
        do "Lead the merchant to the consent page once more.";
    /// The code or the refresh token was given to another app.
    APP_ID_NOT_CONSISTENT = "APP_ID_NOT_CONSISTENT", "应用与授权应用不一致",
        do "Call with the app that the merchant has agreed to.";
    /// There is no such refresh token.
    REFRESH_TOKEN_NOT_EXIST = "REFRESH_TOKEN_NOT_EXIST", "刷新令牌不存在",
        do "Send the `app_refresh_token` of the last answer.";
    /// The refresh token was used before, or the merchant has agreed anew since.
    REFRESH_TOKEN_NOT_VALID = "REFRESH_TOKEN_NOT_VALID", "刷新令牌无效",
        do "Use the pair that was given last; if its answer was lost, lead the merchant to the consent page.";
    /// The refresh token's time is over.
    REFRESH_TOKEN_TIME_OUT = "REFRESH_TOKEN_TIME_OUT", "刷新令牌已过期",
        do "Lead the merchant to the consent page once more.";
    /// What the refresh token belongs to was revoked.
    AUTH_TOKEN_NOT_FOUND = "AUTH_TOKEN_NOT_FOUND", "授权令牌不存在",
        do "Lead the merchant to the consent page once more.";
    /// No `app_auth_token` is sent.
    ILLEGAL_PARAM = "ILLEGAL_PARAM", "参数非法",
        do "Send the token.";
    /// There is no such token.
    AUTH_TOKEN_NOT_EXISTED = "AUTH_TOKEN_NOT_EXISTED", "授权令牌不存在",
        do "Send a token that this platform gave or its world file states.";
    /// The token was given to another app.
    AUTH_TOKEN_NOT_CONSISTENT = "AUTH_TOKEN_NOT_CONSISTENT", "授权令牌与应用不一致",
        do "Call with the app that the merchant has agreed to.";
}
