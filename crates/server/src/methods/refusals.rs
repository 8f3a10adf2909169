//! The refusals of methods' own rules: each `sub_code` with its text, what it means and what to do about it, in one
//! table. Answers and documents are made from it.

mod table;

pub use table::*;

use crate::answer::CallError;
use crate::biz;
use domain::Refusal;
use domain::crowd_group::GROUPS_MAX;
use serde::Serialize;
use wire::Rejection;

/// What a caller is answered when a rule of a method refuses the call: `40004 Business Failed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SubCode {
    /// `sub_code` on the wire.
    #[serde(rename = "sub_code")]
    pub name: &'static str,
    /// `sub_msg` on the wire.
    #[serde(rename = "sub_msg")]
    pub text: &'static str,
    /// When it is answered.
    #[serde(skip)]
    pub meaning: &'static str,
    /// What the caller should do.
    #[serde(skip)]
    pub remedy: &'static str,
}

impl From<SubCode> for Rejection {
    fn from(code: SubCode) -> Rejection {
        Rejection::business(code.name, code.text)
    }
}

impl From<SubCode> for CallError {
    fn from(code: SubCode) -> CallError {
        CallError::Rejection(code.into())
    }
}

impl From<Refusal> for CallError {
    fn from(refusal: Refusal) -> CallError {
        let code = match refusal {
            Refusal::CrowdNotExist => CROWD_NOT_EXIST,
            Refusal::CrowdInUse => CROWD_IN_USE,
            Refusal::CrowdGroupNotExist => return biz::invalid("crowd_group_id", "人群分组不存在").into(),
            Refusal::CrowdGroupExists => return biz::invalid("crowd_group_id", "人群分组已存在且内容不一致").into(),
            Refusal::CrowdGroupsTooMany => return biz::invalid("crowd_group_id", &too_many_groups()).into(),
            Refusal::TradeNotExist => TRADE_NOT_EXIST,
            Refusal::TradeHasSuccess => TRADE_HAS_SUCCESS,
            Refusal::TradeHasClosed => TRADE_HAS_CLOSE,
            Refusal::TradeHasFinished => TRADE_HAS_FINISHED,
            Refusal::TradeUnpaid => TRADE_UNPAID,
            Refusal::TradePaid => TRADE_PAID,
            Refusal::RefundTooMuch => REFUND_TOO_MUCH,
            Refusal::CancelTooLate => TRADE_CANCEL_TIME_OUT,
            Refusal::CancelOfPart => CANCEL_NOT_ALLOWED,
            Refusal::BuyerBalanceNotEnough => BUYER_BALANCE_NOT_ENOUGH,
            Refusal::SellerBalanceNotEnough => SELLER_BALANCE_NOT_ENOUGH,
            Refusal::PayCodeInvalid => PAYMENT_AUTH_CODE_INVALID,
            Refusal::CampaignNotExist => CAMPAIGN_NOT_EXIST,
            Refusal::CampaignStatusError => CAMPAIGN_STATUS_ERROR,
            Refusal::ShopNotExist => SHOP_NOT_EXIST,
            Refusal::PrizeNotExist => PRIZE_NOT_EXIST,
            Refusal::UserNotExist => USER_NOT_EXIST,
            Refusal::BudgetNotEnough => BUDGET_NOT_ENOUGH,
            Refusal::PointAccountNotExist => POINT_ACCOUNT_NOT_EXIST,
            Refusal::PointNotEnough => POINT_NOT_ENOUGH,
            Refusal::PointLogNotExist => POINT_LOG_NOT_EXIST,
            Refusal::PointFreezeStatusError => POINT_FREEZE_STATUS_ERROR,
            Refusal::PointFreezeInPart => return biz::invalid("trans_amount", "必须等于冻结的集点数量").into(),
            Refusal::PointTotalTooLarge => return biz::invalid("trans_amount", "累计集点不能超过16位数").into(),
            Refusal::PointTradeAlreadyDeposited => POINT_TRADE_ALREADY_DEPOSITED,
            Refusal::PointTradeNotExist => POINT_TRADE_NOT_EXIST,
            Refusal::TokenInvalid => TOKEN_INVALID,
            Refusal::CampaignEnded => CAMPAIGN_ENDED,
            Refusal::CampaignSoldOut => CAMPAIGN_SOLD_OUT,
            Refusal::TookPartTooOften => CAMPAIGN_WIN_LIMIT,
            Refusal::NotEligible => CAMPAIGN_NOT_ELIGIBLE,
            Refusal::TemplateNotExist => TEMPLATE_NOT_EXIST,
            Refusal::TemplateStatusError => TEMPLATE_STATUS_ERROR,
            Refusal::TemplateNotSendable => TEMPLATE_NOT_SENDABLE,
            Refusal::BeforePublication => BEFORE_PUBLICATION,
            Refusal::AfterPublication => AFTER_PUBLICATION,
            Refusal::VoucherPeriodOver => VOUCHER_PERIOD_OVER,
            Refusal::TemplateSoldOut => TEMPLATE_SOLD_OUT,
            Refusal::RecipientNotExist => RECIPIENT_NOT_EXIST,
            Refusal::SponsorNotExist => SPONSOR_NOT_EXIST,
            Refusal::VoucherNotExist => VOUCHER_NOT_EXIST,
            Refusal::VoucherNotUsable => VOUCHER_NOT_USABLE,
            Refusal::HoldsUnredeemed => VOUCHER_NOT_USED,
            Refusal::AuthCodeNotExist => AUTH_CODE_NOT_EXIST,
            Refusal::AuthCodeNotValid => AUTH_CODE_NOT_VALID,
            Refusal::AuthOfAnotherApp => APP_ID_NOT_CONSISTENT,
            Refusal::RefreshTokenNotExist => REFRESH_TOKEN_NOT_EXIST,
            Refusal::RefreshTokenNotValid => REFRESH_TOKEN_NOT_VALID,
            Refusal::RefreshTokenTimeOut => REFRESH_TOKEN_TIME_OUT,
            Refusal::AuthorizationRevoked => AUTH_TOKEN_NOT_FOUND,
        };
        code.into()
    }
}

fn too_many_groups() -> String {
    format!("每个门店不能超过{GROUPS_MAX}个人群分组")
}

impl From<store::Stop> for CallError {
    fn from(stop: store::Stop) -> CallError {
        match stop {
            store::Stop::Refused(refusal) => refusal.into(),
            store::Stop::Fault(fault) => CallError::Error(fault),
        }
    }
}
