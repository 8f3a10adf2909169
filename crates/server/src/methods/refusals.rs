//! What callers are told when a rule says no: refusals become `sub_code`s, here and nowhere else.

use super::Stop;
use domain::Refusal;
use wire::Fault;

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Stop {
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
        };
        Stop::Refused(Fault::business(sub_code, sub_msg))
    }
}

impl From<store::Stop> for Stop {
    fn from(stop: store::Stop) -> Stop {
        match stop {
            store::Stop::Refused(refusal) => refusal.into(),
            store::Stop::Fault(fault) => Stop::Failed(fault),
        }
    }
}
