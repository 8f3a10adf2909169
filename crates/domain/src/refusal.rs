/// Why a rule said no. A door translates it to the wire; one reason, one variant, named by the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No such crowd for this merchant: never made, another merchant's, or deleted where a live one is needed.
    CrowdNotExist,
    /// The crowd constrains an activity that has not ended.
    CrowdInUse,
    /// No such trade for this merchant: never made, or another merchant's.
    TradeNotExist,
    /// A trade that has been paid cannot be paid again.
    TradeHasSuccess,
    /// A trade that is closed: nothing can be paid or given back any more.
    TradeHasClosed,
    /// A trade whose time for refunds is over.
    TradeHasFinished,
    /// Nothing can be given back of a trade that was not paid.
    TradeUnpaid,
    /// Only an unpaid trade can be closed.
    TradePaid,
    /// More would be given back than was paid.
    RefundTooMuch,
    /// The payment is too long ago to be cancelled.
    CancelTooLate,
    /// A part of the payment was refunded, so the trade cannot be taken back whole.
    CancelOfPart,
    /// The buyer's balance does not cover the payment.
    BuyerBalanceNotEnough,
    /// The seller's balance does not cover the refund.
    SellerBalanceNotEnough,
    /// No account has this pay code, or it has paid before and pays only once.
    PayCodeInvalid,
}
