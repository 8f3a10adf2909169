/// Why a rule said no. A door translates it to the wire; one reason, one variant, named by the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such crowd for this merchant: never made, another merchant's, or deleted where a live one is needed.
    CrowdNotExist,
    /// The crowd constrains an activity that has not ended.
    CrowdInUse,
    /// No such crowd group of this shop and app: never made, another one's, or deleted where a live one is needed.
    CrowdGroupNotExist,
    /// The shop and the app have a crowd group with this id and other content.
    CrowdGroupExists,
    /// The shop and the app have as many crowd groups as they may.
    CrowdGroupsTooMany,
    /// No such trade for this merchant: never made, or another merchant's.
    TradeNotExist,
    /// A trade that has been paid cannot be paid again.
    TradeHasSuccess,
    /// A trade that is closed: nothing can be paid or given back any more.
    TradeHasClosed,
    /// The trade is finished: its time for refunds is over.
    TradeHasFinished,
    /// Nothing can be given back of a trade that was not paid.
    TradeUnpaid,
    /// Only an unpaid trade can be closed, and this one is paid.
    TradePaid,
    /// The refund is more than what is left of the trade.
    RefundTooMuch,
    /// The trade was paid more than 24 hours ago, so it cannot be cancelled.
    CancelTooLate,
    /// A part of the payment was refunded, so the trade cannot be taken back whole.
    CancelOfPart,
    /// The buyer's balance does not cover the payment.
    BuyerBalanceNotEnough,
    /// The seller's balance does not cover the refund.
    SellerBalanceNotEnough,
    /// No account has this pay code, or it has paid before and pays only once.
    PayCodeInvalid,
    /// No such activity for this merchant: never made, or another merchant's.
    CampaignNotExist,
    /// The activity does not run, or is over, or the card's validity is.
    CampaignStatusError,
    /// No such shop of this merchant, or none of those that the activity is for.
    ShopNotExist,
    /// No such prize for this merchant: never made, or another merchant's.
    PrizeNotExist,
    /// No user has this `user_id`.
    UserNotExist,
    /// The activity's budget is used up.
    BudgetNotEnough,
    /// No such point card for this merchant, or the user has no points on it yet.
    PointAccountNotExist,
    /// Fewer points are available than are to be spent or frozen.
    PointNotEnough,
    /// No such freeze on this user's card: never made, or another card's.
    PointLogNotExist,
    /// The freeze was already committed or cancelled.
    PointFreezeStatusError,
    /// A freeze is ended whole, and another amount was said.
    PointFreezeInPart,
    /// The change would take the account's total above 9,999,999,999,999,999 points.
    PointTotalTooLarge,
    /// The trade has brought its points on this card.
    PointTradeAlreadyDeposited,
    /// No such trade that this user paid to this merchant.
    PointTradeNotExist,
    /// No such token for this page, or its time is over.
    TokenInvalid,
    /// The activity whose coupon is to be taken does not run.
    CampaignEnded,
    /// Everything has been taken, for good or for today.
    CampaignSoldOut,
    /// The user has taken part as often as the activity allows, in all or in this period.
    TookPartTooOften,
    /// The activity is not for this user: not in its crowd, or not of those it is restricted to.
    NotEligible,
    /// The user holds one of these that is not used yet.
    HoldsUnredeemed,
    /// No such template for this merchant: never made, or another merchant's.
    TemplateNotExist,
    /// The template's status does not allow it: it is paid for, deleted, or over.
    TemplateStatusError,
    /// Vouchers of a draft, or of a deleted template, cannot be sent.
    TemplateNotSendable,
    /// Vouchers of the template cannot be sent yet.
    BeforePublication,
    /// Vouchers of the template can be sent no longer.
    AfterPublication,
    /// A voucher that would be sent now could never be used.
    VoucherPeriodOver,
    /// All vouchers of the template were sent.
    TemplateSoldOut,
    /// Nobody has the id or name that a voucher is to be sent to.
    RecipientNotExist,
    /// Nobody has the login id of the account that is to pay for a template.
    SponsorNotExist,
    /// No such cash voucher of this merchant's templates.
    VoucherNotExist,
    /// The voucher cannot be used now: its time has not come or is over, it was used, or another trade holds it.
    VoucherNotUsable,
    /// No such code of this kind: never handed out, or forgotten since.
    AuthCodeNotExist,
    /// The code was used before, or its time is over.
    AuthCodeNotValid,
    /// The code or token is another app's.
    AuthOfAnotherApp,
    /// No such refresh token.
    RefreshTokenNotExist,
    /// The refresh token was used before, or a newer consent has taken its place.
    RefreshTokenNotValid,
    /// The time of the refresh token is over.
    RefreshTokenTimeOut,
    /// What the refresh token belongs to was revoked.
    AuthorizationRevoked,
}
