//! What days took is kept with every payment and refund, imported ones too, and trades are found in the order of time.

use domain::calendar::{DAY_MS, day_of};
use domain::trade::{Status, Trade, TradeDeduction};
use store::takings::{self, ShopDay, Sums};
use store::trade::{Refund, Sought, TradeRow, page, page_of_member, place};
use store::{Store, each_engine};

use crate::probe::{add_user, read, write};
use crate::trade::{BUYER, NOW, PID, a_row, a_trade, import_at};

const SHOP: &str = "2015121600077000000002388200";

/// A trade of this price, made at `at` and paid a second later.
fn paid(number: i64, total_fen: i64, at: i64) -> Trade {
    let mut trade = Trade { total_fen, discountable_fen: total_fen, expires_at: Some(at + DAY_MS), ..a_trade(number) };
    trade.no.created_at = at;
    trade.pay(TradeDeduction::default(), at + 1_000).expect("it waits")
}

async fn keep(store: &Store, trades: Vec<Trade>) {
    write(store, move |tx| {
        for trade in &trades {
            store::trade::insert(tx, trade)?;
            takings::count_payment(tx, trade)?;
        }
        Ok(())
    })
    .await
    .unwrap();
}

async fn days(store: &Store, shop_id: Option<&'static str>) -> Vec<(ShopDay, Sums)> {
    let span = (day_of(NOW) - 9, day_of(NOW) + 9);
    read(store, move |tx| Ok(takings::list(tx, PID, span, shop_id, None, 100)?)).await.unwrap()
}

each_engine!(a_day_is_the_sum_of_its_payments_and_refunds, |test| {
    let store = test.store();
    let late = NOW + DAY_MS;
    let elsewhere = Trade { shop_id: None, ..paid(3, 500, late) };
    keep(store, vec![paid(1, 10_000, NOW), paid(2, 20_000, NOW), elsewhere]).await;
    write(store, move |tx| {
        let refund = Refund {
            trade: a_trade(1).no.number,
            out_request_no: "r".to_owned(),
            amount_fen: 4_000,
            buyer_fen: 3_000,
            cash_fen: 0,
            reason: None,
            cancels: false,
            at: late,
        };
        Ok(takings::count_refund(tx, &paid(1, 10_000, NOW), &refund)?)
    })
    .await
    .unwrap();
    let at = |at, shop: &str| ShopDay { day: day_of(at), shop_id: shop.to_owned() };
    let first = Sums { trades: 2, total_fen: 30_000, buyer_fen: 30_000, receipt_fen: 30_000, ..Sums::default() };
    let back = Sums { refunds: 1, refunded_fen: 4_000, back_fen: 3_000, ..Sums::default() };
    let none = Sums { trades: 1, total_fen: 500, buyer_fen: 500, receipt_fen: 500, ..Sums::default() };
    assert_eq!(days(store, None).await, [(at(late, SHOP), back), (at(late, ""), none), (at(NOW, SHOP), first)]);
    assert_eq!(days(store, Some("")).await, [(at(late, ""), none)]);
    let all = read(store, |tx| Ok(takings::sum(tx, PID, (day_of(NOW), day_of(NOW) + 1), None)?)).await.unwrap();
    assert_eq!(all, first.plus(back).plus(none));
    // One page after the other, and of another merchant nothing.
    let second = read(store, move |tx| {
        let after = ShopDay { day: day_of(late), shop_id: SHOP.to_owned() };
        Ok(takings::list(tx, PID, (day_of(NOW), day_of(late)), None, Some(&after), 1)?)
    });
    assert_eq!(second.await.unwrap(), [(at(late, ""), none)]);
    let other = read(store, |tx| Ok(takings::sum(tx, "2088201914979099", (0, 99_999), None)?)).await.unwrap();
    assert_eq!(other, Sums::default());
});

each_engine!(an_import_counts_on_the_days_it_names, |test| {
    let store = test.store();
    write(store, |tx| add_user(tx, PID, 0)).await.unwrap();
    let row = |no: &str, refunded| TradeRow { paid_at: NOW - DAY_MS, refunded, ..a_row(no, BUYER, 1_000, 0) };
    import_at(store, &[row("1", None), row("2", Some((300, NOW)))], NOW).await;
    // The same trade comes again with more of it refunded.
    import_at(store, &[row("1", Some((200, NOW)))], NOW).await;
    let paid = Sums { trades: 2, total_fen: 2_000, buyer_fen: 2_000, receipt_fen: 2_000, ..Sums::default() };
    let back = Sums { refunds: 2, refunded_fen: 500, back_fen: 500, ..Sums::default() };
    let found: Vec<_> = days(store, None).await.into_iter().map(|(at, sums)| (at.day, sums)).collect();
    assert_eq!(found, [(day_of(NOW), back), (day_of(NOW) - 1, paid)]);
});

each_engine!(trades_are_found_newest_first_page_by_page, |test| {
    let store = test.store();
    let other_shop = Trade { shop_id: None, ..paid(4, 100, NOW + 3 * DAY_MS) };
    let waits = Trade { total_fen: 700, ..a_trade(5) };
    keep(store, (1..=3).map(|nth| paid(nth, 100 * nth, NOW + nth * DAY_MS)).chain([other_shop, waits]).collect()).await;
    let everything = Sought { from: NOW, until: NOW + 9 * DAY_MS, status: None, shop_id: None };
    let third = place(&paid(3, 300, NOW + 3 * DAY_MS));
    let waiting = Sought { status: Some(Status::WaitBuyerPay), ..everything };
    let in_shop = Sought { shop_id: Some(SHOP), until: NOW + 2 * DAY_MS, ..everything };
    for of_member in [true, false] {
        for (sought, after, limit, expect, next) in [
            (everything, None, 9, &[100, 300, 200, 100, 700][..], None),
            (everything, None, 2, &[100, 300], Some(third)),
            (everything, Some(third), 9, &[200, 100, 700], None),
            (waiting, None, 9, &[700], None),
            (in_shop, None, 9, &[100, 700], None),
        ] {
            let found = read(store, move |tx| match of_member {
                true => Ok(page_of_member(tx, (PID, BUYER), sought, after, limit)?),
                false => Ok(page(tx, PID, sought, after, limit)?),
            });
            let found = found.await.unwrap();
            let prices: Vec<_> = found.trades.iter().map(|trade| trade.total_fen).collect();
            assert_eq!((&prices[..], found.next), (expect, next), "{of_member} {sought:?}");
        }
    }
    let foreign = read(store, move |tx| Ok(page(tx, "2088201914979099", everything, None, 9)?)).await.unwrap();
    assert_eq!((foreign.trades.len(), foreign.next), (0, None));
});
