//! What callers are told when a rule says no: refusals become `sub_code`s, here and nowhere else.

use crate::answer::CallError;
use crate::biz;
use domain::Refusal;
use wire::Fault;

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> CallError {
        let (sub_code, sub_msg) = match refusal {
            Refusal::CrowdNotExist => ("CROWD_GROUP_NOT_EXIST", "人群组不存在"),
            Refusal::CrowdInUse => ("CROWD_GROUP_IN_USE", "人群组正在被活动使用，不允许删除"),
            Refusal::TradeNotExist => ("ACQ.TRADE_NOT_EXIST", "交易不存在"),
            Refusal::TradeHasSuccess => ("ACQ.TRADE_HAS_SUCCESS", "交易已被支付"),
            Refusal::TradeHasClosed => ("ACQ.TRADE_HAS_CLOSE", "交易已经关闭"),
            Refusal::TradeHasFinished => ("ACQ.TRADE_HAS_FINISHED", "交易已完结"),
            Refusal::TradeUnpaid => ("ACQ.TRADE_STATUS_ERROR", "交易状态非法"),
            Refusal::TradePaid => ("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"),
            Refusal::RefundTooMuch => ("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限"),
            Refusal::CancelTooLate => ("ACQ.TRADE_CANCEL_TIME_OUT", "超过撤销时间范围"),
            Refusal::CancelOfPart => ("ACQ.CANCEL_NOT_ALLOWED", "交易不允许撤销"),
            Refusal::BuyerBalanceNotEnough => ("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足"),
            Refusal::SellerBalanceNotEnough => ("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足"),
            Refusal::PayCodeInvalid => {
                ("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款")
            }
            Refusal::CampaignNotExist => ("CAMPAIGN_NOT_EXIST", "活动不存在"),
            Refusal::CampaignStatusError => ("CAMPAIGN_STATUS_ERROR", "当前活动状态不允许该操作"),
            Refusal::ShopNotExist => ("SHOP_NOT_EXIST", "门店不存在或不属于该商户"),
            Refusal::PrizeNotExist => ("PRIZE_NOT_EXIST", "奖品不存在"),
            Refusal::UserNotExist => ("USER_NOT_EXIST", "用户不存在"),
            Refusal::BudgetNotEnough => ("BUDGET_NOT_ENOUGH", "预算不足"),
            Refusal::PointAccountNotExist => ("POINT_ACCOUNT_NOT_EXIST", "集点账户不存在"),
            Refusal::PointNotEnough => ("POINT_NOT_ENOUGH", "可用集点不足"),
            Refusal::PointLogNotExist => ("POINT_LOG_NOT_EXIST", "冻结集点流水不存在"),
            Refusal::PointFreezeStatusError => ("POINT_FREEZE_STATUS_ERROR", "冻结集点已提交或已取消"),
            Refusal::PointFreezeInPart => (biz::INVALID, "参数有误: trans_amount 必须等于冻结的集点数量"),
            Refusal::PointTotalTooLarge => (biz::INVALID, "参数有误: trans_amount 累计集点不能超过16位数"),
            Refusal::PointTradeAlreadyDeposited => ("POINT_TRADE_ALREADY_DEPOSITED", "该交易已集点"),
            Refusal::PointTradeNotExist => ("TRADE_NOT_EXIST", "交易不存在"),
            Refusal::TokenInvalid => ("TOKEN_INVALID", "令牌无效或已过期"),
            Refusal::CampaignEnded => ("CAMPAIGN_ENDED", "活动已结束"),
            Refusal::CampaignSoldOut => ("CAMPAIGN_SOLD_OUT", "券已领完"),
            Refusal::TookPartTooOften => ("CAMPAIGN_WIN_LIMIT", "超过参与次数限制"),
            Refusal::NotEligible => ("CAMPAIGN_NOT_ELIGIBLE", "不满足领取条件"),
            Refusal::VoucherNotUsable => ("VOUCHER_NOT_USABLE", "券不可用"),
            Refusal::HoldsUnredeemed => ("VOUCHER_NOT_USED", "已领取未使用的同款券"),
        };
        CallError::Rejection(Fault::business(sub_code, sub_msg))
    }
}

impl From<store::Stop> for CallError {
    fn from(stop: store::Stop) -> CallError {
        match stop {
            store::Stop::Refused(refusal) => refusal.into(),
            store::Stop::Fault(fault) => CallError::Error(fault),
        }
    }
}

/// The same `req_id` was used before, with other content.
pub fn req_id_conflict() -> Fault {
    Fault::business("REQ_ID_CONFLICT", "外部流水号重复且参数不一致")
}
