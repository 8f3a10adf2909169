//! Every status has an answer to every command.

use super::*;

const NOW: i64 = 1_767_225_600_000;

fn waiting() -> Trade {
    Trade {
        no: TradeNo::new(NOW, 7 << 10),
        pid: "2088201914979011".to_owned(),
        seller_id: "2088201914979011".to_owned(),
        buyer_id: "2088102146931393".to_owned(),
        out_trade_no: "1".to_owned(),
        imported_no: None,
        status: Status::WaitBuyerPay,
        subject: "Iphone6 16G".to_owned(),
        total_fen: 10_000,
        discountable_fen: 10_000,
        buyer_pay_fen: 0,
        receipt_fen: 0,
        refunded_fen: 0,
        shop_id: None,
        detail: "{}".to_owned(),
        origin: None,
        page_token: None,
        expires_at: Some(NOW + 60_000),
        paid_at: None,
        closed_at: None,
        refunded_at: None,
        version: 1,
    }
}

/// Every way of standing that differs in an answer, by name.
fn cases() -> [(&'static str, Trade); 6] {
    let paid = waiting().pay(TradeDeduction::default(), NOW).unwrap();
    [
        ("waiting", waiting()),
        ("paid", paid.clone()),
        ("partly refunded", paid.clone().refund(1, NOW).unwrap()),
        ("closed unpaid", waiting().close(NOW).unwrap()),
        ("given back", paid.clone().refund(10_000, NOW).unwrap()),
        ("finished", paid.finish().unwrap()),
    ]
}

fn check(command: &str, run: impl Fn(Trade) -> Result<Trade, Refusal>, expect: [Result<Status, Refusal>; 6]) {
    for ((name, trade), expect) in cases().into_iter().zip(expect) {
        assert_eq!(run(trade).map(|trade| trade.status), expect, "{command} {name}");
    }
}

#[test]
fn every_status_has_an_answer_to_every_command() {
    use Refusal::{
        CancelOfPart, RefundTooMuch, TradeHasClosed, TradeHasFinished, TradeHasSuccess, TradePaid, TradeUnpaid,
    };
    use Status::{TradeClosed, TradeFinished, TradeSuccess};
    let (shut, done) = (Err(TradeHasClosed), Err(TradeHasFinished));
    let (bought, paid) = (Err(TradeHasSuccess), Err(TradePaid));
    check(
        "pay",
        |trade| trade.pay(TradeDeduction::default(), NOW),
        [Ok(TradeSuccess), bought, bought, shut, shut, bought],
    );
    check("close", |trade| trade.close(NOW), [Ok(TradeClosed), paid, paid, Ok(TradeClosed), paid, paid]);
    check("expire", |trade| trade.expire(NOW), [Ok(TradeClosed), paid, paid, shut, shut, paid]);
    let unpaid = Err(TradeUnpaid);
    check("finish", Trade::finish, [unpaid, Ok(TradeFinished), Ok(TradeFinished), shut, shut, done]);
    check(
        "refund 9999",
        |trade| trade.refund(9_999, NOW),
        [unpaid, Ok(TradeSuccess), Ok(TradeClosed), shut, shut, done],
    );
    let too_much = Err(RefundTooMuch);
    check("refund 10000", |trade| trade.refund(10_000, NOW), [unpaid, Ok(TradeClosed), too_much, shut, shut, done]);
    let cancel = |trade: Trade| {
        Ok(match trade.cancel(NOW)? {
            Cancellation::Closed(trade) | Cancellation::Refunded(trade, _) | Cancellation::Before(trade) => trade,
        })
    };
    let closed = Ok(TradeClosed);
    check("cancel", cancel, [closed, closed, Err(CancelOfPart), closed, closed, done]);
}

#[test]
fn amounts_and_times_are_kept() {
    let paid = waiting().pay(TradeDeduction::default(), NOW + 1).unwrap();
    assert_eq!((paid.buyer_pay_fen, paid.receipt_fen, paid.paid_at), (10_000, 10_000, Some(NOW + 1)));
    let part = paid.clone().refund(4_000, NOW + 2).unwrap();
    assert_eq!(
        (part.refunded_fen, part.rest_fen(), part.refunded_at, part.closed_at),
        (4_000, 6_000, Some(NOW + 2), None)
    );
    let all = part.refund(6_000, NOW + 3).unwrap();
    assert_eq!((all.refunded_fen, all.refunded_at, all.closed_at), (10_000, Some(NOW + 3), Some(NOW + 3)));
    assert!(matches!(waiting().cancel(NOW), Ok(Cancellation::Closed(trade)) if trade.closed_at == Some(NOW)));
    assert!(matches!(paid.cancel(NOW + 2), Ok(Cancellation::Refunded(trade, 10_000)) if trade.refunded_fen == 10_000));
}

#[test]
fn vouchers_lower_what_the_buyer_pays_and_the_sellers_own_what_he_gets() {
    for (off, buyer_pay_fen, receipt_fen) in [
        (TradeDeduction::default(), 10_000, 10_000),
        (TradeDeduction { seller_fen: 800, others_fen: 0 }, 9_200, 9_200),
        (TradeDeduction { seller_fen: 0, others_fen: 800 }, 9_200, 10_000),
        (TradeDeduction { seller_fen: 800, others_fen: 200 }, 9_000, 9_200),
        (TradeDeduction { seller_fen: 10_000, others_fen: 0 }, 0, 0),
    ] {
        let paid = waiting().pay(off, NOW).unwrap();
        assert_eq!((paid.buyer_pay_fen, paid.receipt_fen, paid.off()), (buyer_pay_fen, receipt_fen, off));
        assert_eq!(paid.rest_fen(), 10_000, "refunds are of the trade's amount");
    }
    assert_eq!(waiting().off(), TradeDeduction::default());
}

#[test]
fn what_is_late_is_refused() {
    assert!(waiting().pay(TradeDeduction::default(), NOW + 59_999).is_ok());
    assert_eq!(waiting().pay(TradeDeduction::default(), NOW + 60_000), Err(Refusal::TradeHasClosed));
    let paid = waiting().pay(TradeDeduction::default(), NOW).unwrap();
    assert!(paid.clone().cancel(NOW + CANCEL_TIME_MS).is_ok());
    assert_eq!(paid.cancel(NOW + CANCEL_TIME_MS + 1), Err(Refusal::CancelTooLate));
}

#[test]
fn an_imported_trade_keeps_its_number() {
    assert_eq!(waiting().trade_no(), waiting().no.to_text());
    let imported = Trade { imported_no: Some("2016082221001004150200139999".to_owned()), ..waiting() };
    assert_eq!(imported.trade_no(), "2016082221001004150200139999");
    assert!(Status::ALL.iter().all(|status| Status::from_name(status.name()) == Some(*status)));
}
