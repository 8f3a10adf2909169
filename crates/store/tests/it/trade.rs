//! A trade is found by its numbers, by its merchant only, and changed once at a time.

use domain::id::{TradeNo, VoucherId};
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::{self, Redemption};
use domain::trade::{Origin, Status, Trade, TradeDeduction};
use store::idempotency::{Claim, claim};
use store::sales::Sales;
use store::trade::{
    Effect, Refund, TradeChunk, TradeContent, TradeRow, TradeVoucher, enter_refund, enter_use, find, find_out, get,
    import, insert, insert_refund, numbers, refund, refunds, scope, update, vouchers,
};
use store::world::account;
use store::{Change, Fault, Stop, Store, Tx, each_engine, member, sales};

use crate::probe::{add_user, fingerprint, outside_balance, read, write};

pub(crate) const PID: &str = "2088201914979011";
pub(crate) const BUYER: &str = "2088102146931393";
pub(crate) const NOW: i64 = 1_767_225_600_000;

pub(crate) fn a_trade(number: i64) -> Trade {
    Trade {
        no: TradeNo::new(NOW, store::trade::bucket(PID, BUYER).id(number)),
        pid: PID.to_owned(),
        seller_id: PID.to_owned(),
        buyer_id: BUYER.to_owned(),
        out_trade_no: format!("out {number}"),
        imported_no: None,
        status: Status::WaitBuyerPay,
        subject: "Iphone6 16G".to_owned(),
        total_fen: 10_000,
        discountable_fen: 9_000,
        buyer_pay_fen: 0,
        receipt_fen: 0,
        refunded_fen: 0,
        shop_id: Some("2015121600077000000002388200".to_owned()),
        detail: "{\"body\":\"x\"}".to_owned(),
        origin: Some(Origin {
            app_id: "2021a".to_owned(),
            auth_app_id: "2021b".to_owned(),
            notify_url: Some("http://127.0.0.1/notify".to_owned()),
            sign_type: "RSA2".to_owned(),
        }),
        page_token: Some("0123".to_owned()),
        expires_at: Some(NOW + 1),
        paid_at: None,
        closed_at: None,
        refunded_at: None,
        version: 1,
    }
}

each_engine!(what_vouchers_took_off_is_kept_with_its_bills, |test| {
    let store = test.store();
    let number = a_trade(1).no.number;
    let used = |nth: i64, memo: Option<&str>, deducted_fen| TradeVoucher {
        trade: number,
        voucher: VoucherId::new(NOW, store::coupon::bucket(PID, BUYER).id(nth)),
        name: "8.8元代金券".to_owned(),
        kind: "ALIPAY_FIX_VOUCHER".to_owned(),
        memo: memo.map(str::to_owned),
        template: None,
        deducted_fen,
        merchant_fen: deducted_fen,
        refunded_fen: 0,
    };
    let (first, second) = (used(11, Some("123"), 880), used(12, None, 100));
    let held = move |used: &TradeVoucher| IssuedCoupon {
        id: used.voucher,
        pid: PID.to_owned(),
        user_id: BUYER.to_owned(),
        activity: None,
        tool: None,
        token: None,
        redemption: Redemption {
            status: redemption::Status::Used,
            trade: Some(number),
            used_at: Some(NOW),
            ..Redemption::new(NOW, NOW)
        },
        version: 1,
    };
    let bill = |nth: i64| store::trade::bucket(PID, BUYER).id(nth);
    let kept = [first.clone(), second.clone()];
    write(store, move |tx| {
        store::coupon::insert(tx, &[held(&kept[0]), held(&kept[1])])?;
        enter_use(tx, &kept[1], bill(21), NOW)?;
        Ok(enter_use(tx, &kept[0], bill(22), NOW)?)
    })
    .await
    .unwrap();
    let all = move |tx: &mut Tx| Ok(vouchers(tx, number, BUYER)?);
    assert_eq!(read(store, all).await.unwrap(), [first.clone(), second.clone()]);
    let again = first.clone();
    write(store, move |tx| Ok(enter_refund(tx, &again, 300, bill(23), NOW)?)).await.unwrap();
    let part = TradeVoucher { refunded_fen: 300, ..first.clone() };
    assert_eq!(read(store, all).await.unwrap(), [part, second]);
    // Never more than was taken.
    let again = first.clone();
    let more = write(store, move |tx| Ok(enter_refund(tx, &again, 581, bill(24), NOW)?)).await;
    assert!(matches!(more, Err(Stop::Fault(Fault::Check(_)))), "{more:?}");
    // Another trade's are another's.
    assert_eq!(read(store, |tx| Ok(vouchers(tx, a_trade(2).no.number, BUYER)?)).await.unwrap(), []);
});

/// Keeps a trade under the numbers that the merchant knows it by.
fn keep(tx: &mut Tx, trade: &Trade) -> Result<(), Stop> {
    for key in [Some(&trade.out_trade_no), trade.imported_no.as_ref()].into_iter().flatten() {
        assert_eq!(claim(tx, &scope(&trade.pid), key, &fingerprint(0), trade.no.number, NOW)?, Claim::New);
    }
    Ok(insert(tx, trade)?)
}

async fn kept(store: &Store, trade: Trade) {
    write(store, move |tx| keep(tx, &trade)).await.unwrap();
}

each_engine!(a_trade_is_found_by_each_of_its_numbers_and_by_its_merchant_only, |test| {
    let store = test.store();
    let imported = Trade {
        imported_no: Some("2016082221001004150200139999".to_owned()),
        origin: None,
        page_token: None,
        expires_at: None,
        shop_id: None,
        paid_at: Some(NOW),
        refunded_at: Some(NOW + 2),
        closed_at: Some(NOW + 2),
        ..a_trade(2)
    };
    kept(store, a_trade(1)).await;
    kept(store, imported.clone()).await;
    read(store, move |tx| {
        for trade in [a_trade(1), imported.clone()] {
            assert_eq!(get(tx, trade.no.number)?.as_ref(), Some(&trade));
            assert_eq!(find(tx, PID, &trade.trade_no())?.as_ref(), Some(&trade));
            assert_eq!(find_out(tx, PID, &trade.out_trade_no)?.as_ref(), Some(&trade));
            assert_eq!(find(tx, "2088201914979012", &trade.trade_no())?, None);
            assert_eq!(find_out(tx, "2088201914979012", &trade.out_trade_no)?, None);
        }
        // Neither a wrong day, nor the number that an imported trade has inside, nor a number in the other's place.
        let yesterday = TradeNo::new(NOW - 86_400_000, a_trade(1).no.number).to_text();
        for no in [&yesterday, &imported.no.to_text(), "out 1", "out 2", "", "nothing"] {
            assert_eq!(find(tx, PID, no)?, None, "{no}");
        }
        assert_eq!(find_out(tx, PID, "2016082221001004150200139999")?, None);
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(what_was_loaded_is_changed_once, |test| {
    let store = test.store();
    kept(store, a_trade(1)).await;
    let pay = || write(store, |tx| Ok(update(tx, &a_trade(1).pay(TradeDeduction::default(), NOW)?)?));
    pay().await.unwrap();
    // The trade at hand is no longer the one in the store: the store tries again, to no avail.
    assert!(matches!(pay().await, Err(Stop::Fault(Fault::Stale | Fault::Busy(_)))));
    let found = read(store, |tx| Ok(get(tx, a_trade(1).no.number)?)).await.unwrap().unwrap();
    assert_eq!(found, Trade { version: 2, ..a_trade(1).pay(TradeDeduction::default(), NOW).unwrap() });
});

each_engine!(refunds_are_kept_by_their_number, |test| {
    let store = test.store();
    let a_refund = |no: &str, at: i64| Refund {
        trade: a_trade(1).no.number,
        out_request_no: no.to_owned(),
        amount_fen: 100,
        buyer_fen: 90,
        cash_fen: 5,
        reason: Some("正常退款".to_owned()),
        cancels: false,
        at,
    };
    let put = |refund: Refund| write(store, move |tx| Ok(insert_refund(tx, &refund)?));
    put(a_refund("b", NOW)).await.unwrap();
    put(a_refund("a", NOW + 1)).await.unwrap();
    assert!(matches!(put(a_refund("a", NOW)).await, Err(Stop::Fault(Fault::Unique(_)))));
    let number = a_trade(1).no.number;
    read(store, move |tx| {
        assert_eq!(refund(tx, number, "a")?, Some(a_refund("a", NOW + 1)));
        assert_eq!(refund(tx, number, "c")?, None);
        assert_eq!(refunds(tx, number)?, [a_refund("b", NOW), a_refund("a", NOW + 1)]);
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(a_payer_is_a_member_with_a_sum, |test| {
    let store = test.store();
    let heard: std::sync::Arc<std::sync::Mutex<Vec<String>>> = std::sync::Arc::default();
    let ears = heard.clone();
    let listener = move |change: &Change| match change {
        Change::Members { rows, .. } => ears.lock().unwrap().push(format!("member {}", rows[0].version)),
        Change::Sales { rows, .. } => ears.lock().unwrap().push(format!("sales {}", rows[0].net_fen)),
        _ => {}
    };
    store.on_change(listener).unwrap();
    for fen in [500, 200, -700] {
        write(store, move |tx| Ok(sales::add(tx, PID, BUYER, fen)?)).await.unwrap();
    }
    assert_eq!(*heard.lock().unwrap(), ["member 1", "sales 500", "sales 700", "sales 0"]);
    let below = write(store, |tx| Ok(sales::add(tx, PID, BUYER, -1)?));
    assert!(matches!(below.await, Err(Stop::Fault(Fault::Check(_)))));
    let sums = read(store, |tx| Ok((sales::get(tx, PID, BUYER)?, sales::get_many(tx, PID, &[BUYER, "2088"])?)));
    let expect = Sales { user_id: BUYER.to_owned(), net_fen: 0, version: 3 };
    assert_eq!(sums.await.unwrap(), (Some(expect.clone()), vec![expect]));
});

/// A row of a file: its number, who paid how much, and what was refunded of it.
pub(crate) fn a_row(no: &str, user_id: &str, total_fen: i64, refunded_fen: i64) -> TradeRow {
    TradeRow {
        trade_no: no.to_owned(),
        user_id: user_id.to_owned(),
        shop_id: None,
        total_fen,
        paid_at: NOW,
        out_trade_no: Some(format!("out {no}")),
        refunded: (0 < refunded_fen).then_some((refunded_fen, NOW + 1)),
    }
}

pub(crate) async fn import_at(store: &Store, rows: &[TradeRow], now: i64) -> Vec<Effect> {
    try_import_at(store, rows, now).await.unwrap()
}

async fn try_import_at(store: &Store, rows: &[TradeRow], now: i64) -> Result<Vec<Effect>, Stop> {
    let chunk = TradeChunk::new(PID, rows.to_vec(), now, print).unwrap();
    let first = store.lease_numbers(numbers(chunk.len())).await.unwrap();
    write(store, move |tx| import(tx, &chunk, first)).await
}

/// A fingerprint of all that a row says.
fn print(content: &TradeContent<'_>) -> [u8; 32] {
    let mut hasher = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(&format!("{content:?}"), &mut hasher);
    fingerprint(std::hash::Hasher::finish(&hasher).cast_signed())
}

each_engine!(imported_trades_are_whole_once_and_paid_by_the_outside, |test| {
    let store = test.store();
    write(store, |tx| add_user(tx, PID, 0)).await.unwrap();
    let second = "2088102146931394";
    let rows = [
        a_row("1", BUYER, 1_000, 0),
        a_row("2", BUYER, 500, 200),
        a_row("3", second, 700, 700),
        a_row("1", BUYER, 1_000, 0),
        a_row("1", BUYER, 999, 0),
        TradeRow { out_trade_no: Some("out 2".to_owned()), ..a_row("4", second, 10, 0) },
    ];
    use Effect::{New, Taken, Unchanged};
    assert_eq!(import_at(store, &rows, NOW + 2).await, [New, New, New, Unchanged, Taken, Taken]);
    let again = [Unchanged, Unchanged, Unchanged, Unchanged, Taken, Taken];
    assert_eq!(import_at(store, &rows, NOW + 2).await, again);
    read(store, move |tx| {
        for (no, status, refunded) in
            [("1", Status::TradeSuccess, 0), ("2", Status::TradeSuccess, 200), ("3", Status::TradeClosed, 700)]
        {
            let trade = find(tx, PID, no)?.unwrap();
            assert_eq!((trade.status, trade.refunded_fen, trade.trade_no().as_str()), (status, refunded, no));
            assert_eq!(find_out(tx, PID, &format!("out {no}"))?, Some(trade.clone()));
            assert_eq!(refunds(tx, trade.no.number)?.len(), usize::from(0 < refunded));
        }
        let sums = [(BUYER, Some(1_300)), (second, Some(0)), (PID, None)];
        for (user, sum) in sums {
            assert_eq!(sales::get(tx, PID, user)?.map(|sales| sales.net_fen), sum);
            assert_eq!(member::get(tx, PID, user)?.is_some(), sum.is_some());
        }
        assert_eq!(account(tx, PID)?.unwrap().balance_fen, 1_300);
        assert_eq!(account(tx, BUYER)?.unwrap().balance_fen, 0);
        assert_eq!(outside_balance(tx, PID)?, -1_300);
        let count = |table: &str| format!("SELECT COUNT(*) FROM {table}");
        for (table, rows) in [("trade", 3), ("transfer", 2), ("refund", 2), ("once", 6), ("job", 2)] {
            assert_eq!(tx.query_one::<(i64,)>(&count(table), &[])?.0, rows, "{table}");
        }
        Ok(())
    })
    .await
    .unwrap();
    // A trade whose time for refunds is over is finished, and nothing is planned for it.
    import_at(store, &[a_row("5", BUYER, 1, 0)], NOW + 100 * 86_400_000).await;
    let found = read(store, |tx| Ok(find(tx, PID, "5")?)).await.unwrap().unwrap();
    assert_eq!(found.status, Status::TradeFinished);
});

each_engine!(two_imports_of_one_file_at_once_take_each_trade_in_once, |test| {
    let store = test.store();
    write(store, |tx| add_user(tx, PID, 0)).await.unwrap();
    let user = |n: i64| format!("2088{:012}", n % 50);
    let rows: Vec<_> = (0..300).map(|n| a_row(&n.to_string(), &user(n), n + 1, 0)).collect();
    let backwards: Vec<_> = rows.iter().rev().cloned().collect();
    let (first, second) = tokio::join!(import_at(store, &rows, NOW), import_at(store, &backwards, NOW));
    let new = |effects: &[Effect]| effects.iter().filter(|effect| **effect == Effect::New).count();
    assert_eq!(new(&first) + new(&second), 300);
    let sums = read(store, |tx| Ok((account(tx, PID)?.unwrap().balance_fen, outside_balance(tx, PID)?)));
    assert_eq!(sums.await.unwrap(), (45_150, -45_150));
});

each_engine!(an_imported_trade_that_comes_again_with_a_higher_refund_is_changed, |test| {
    let store = test.store();
    write(store, |tx| add_user(tx, PID, 0)).await.unwrap();
    let second = "2088102146931394";
    use Effect::{Changed, New, Taken, Unchanged};
    let at = |row: TradeRow, later: i64| TradeRow { refunded: row.refunded.map(|(fen, at)| (fen, at + later)), ..row };
    let first = [a_row("1", BUYER, 1_000, 0), a_row("2", second, 500, 200), a_row("3", BUYER, 300, 0)];
    assert_eq!(import_at(store, &first, NOW + 9).await, [New, New, New]);
    let next = [
        a_row("1", BUYER, 1_000, 100),
        at(a_row("2", second, 500, 500), 1),
        // With anything else different, or with less, or at another time only, a row is bad.
        a_row("3", BUYER, 301, 100),
        a_row("3", second, 300, 100),
        TradeRow { shop_id: Some("s".to_owned()), ..a_row("3", BUYER, 300, 100) },
        TradeRow { paid_at: NOW - 1, ..a_row("3", BUYER, 300, 100) },
        TradeRow { out_trade_no: None, ..a_row("3", BUYER, 300, 100) },
        TradeRow { out_trade_no: Some("out 1".to_owned()), ..a_row("3", BUYER, 300, 100) },
        a_row("2", second, 500, 200),
        a_row("1", BUYER, 1_000, 99),
        at(a_row("1", BUYER, 1_000, 100), 1),
        a_row("1", BUYER, 1_000, 0),
        a_row("1", BUYER, 1_000, 100),
        // A trade that is new, and comes again twice in the same chunk.
        a_row("4", second, 50, 0),
        a_row("4", second, 50, 20),
        at(a_row("4", second, 50, 50), 1),
        // And one that is changed a second time.
        at(a_row("1", BUYER, 1_000, 400), 2),
    ];
    let effects = import_at(store, &next, NOW + 9).await;
    assert_eq!(effects[..3], [Changed, Changed, Taken]);
    assert_eq!(effects[3..13], [[Taken; 9].as_slice(), &[Unchanged]].concat());
    assert_eq!(effects[13..], [New, Changed, Changed, Changed]);
    let again = import_at(store, &next, NOW + 9).await;
    assert!(!again.contains(&Changed) && !again.contains(&New), "{again:?}");
    assert_eq!([again[1], again[15], again[16]], [Unchanged; 3]);
    read(store, move |tx| {
        for (no, status, refunded, parts) in [
            ("1", Status::TradeSuccess, 400, &[400][..]),
            ("2", Status::TradeClosed, 500, &[200, 300]),
            ("3", Status::TradeSuccess, 0, &[]),
            ("4", Status::TradeClosed, 50, &[50]),
        ] {
            let trade = find(tx, PID, no)?.unwrap();
            assert_eq!((trade.status, trade.refunded_fen), (status, refunded), "{no}");
            let amounts: Vec<_> = refunds(tx, trade.no.number)?.iter().map(|refund| refund.amount_fen).collect();
            assert_eq!(amounts, parts, "{no}");
        }
        for (user, sum) in [(BUYER, 900), (second, 0)] {
            assert_eq!(sales::get(tx, PID, user)?.map(|sales| sales.net_fen), Some(sum));
        }
        assert_eq!((account(tx, PID)?.unwrap().balance_fen, outside_balance(tx, PID)?), (900, -900));
        let jobs = tx.query_one::<(i64,)>("SELECT COUNT(*) FROM job", &[])?.0;
        assert_eq!(jobs, 2, "nothing waits for trades that are closed");
        let wrong: Vec<_> = store::prove::prove(tx)?.into_iter().filter(|row| row.differences != 0).collect();
        assert_eq!(wrong, []);
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(an_import_waits_for_nothing_and_takes_no_more_than_there_is, |test| {
    let store = test.store();
    write(store, |tx| add_user(tx, PID, 0)).await.unwrap();
    import_at(store, &[a_row("1", BUYER, 1_000, 0), a_row("2", BUYER, 1_000, 0)], NOW + 9).await;
    // Long after, when its time for refunds is over but its job has not been done.
    let late = NOW + 100 * 86_400_000;
    assert_eq!(import_at(store, &[a_row("2", BUYER, 1_000, 1)], late).await, [Effect::Changed]);
    let spent = |tx: &mut Tx| Ok(tx.execute("UPDATE account SET balance_fen = 10 WHERE user_id = $1", &[PID.into()])?);
    write(store, spent).await.unwrap();
    let refused = try_import_at(store, &[a_row("1", BUYER, 1_000, 11)], late).await;
    assert!(matches!(refused, Err(Stop::Refused(domain::Refusal::SellerBalanceNotEnough))), "{refused:?}");
    read(store, |tx| {
        assert_eq!(find(tx, PID, "1")?.unwrap().refunded_fen, 0);
        let second = find(tx, PID, "2")?.unwrap();
        assert_eq!((second.status, second.refunded_fen), (Status::TradeFinished, 1));
        assert_eq!(tx.query_one::<(i64,)>("SELECT COUNT(*) FROM job", &[])?.0, 1);
        Ok(())
    })
    .await
    .unwrap();
});
