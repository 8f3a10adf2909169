//! What users did is read from the tables that know, and whatever is read was announced, in every process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::cash_voucher::CashVoucher;
use domain::id::{TemplateId, TradeNo, VoucherId};
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::{Redemption, Status as VoucherStatus};
use domain::template::{Publication, Status as TemplateStatus, Template, Unit, ValidPeriod};
use domain::trade::{Origin, Status, Trade, TradeDeduction};
use domain::voucher_history::ImportedVoucher;
use store::history::{Event, Kind, of_users};
use store::testing::{Engine, TestStore, block_on};
use store::trade::{TradeChunk, TradeRow, numbers};
use store::voucher_history::VoucherChunk;
use store::{Change, Fault, Store, Tx, cash_voucher, coupon, each_engine, template, trade, voucher_history};

use crate::probe::{add_user, fingerprint, read, write};

const PID: &str = "2088201914979011";
const OTHER_PID: &str = "2088201914979012";
const USER: &str = "2088102146931393";
const OTHER_USER: &str = "2088102146931394";
const NOW: i64 = 1_767_225_600_000;
const TEMPLATE: i64 = 7 << 10 | 5;
const OTHER_TEMPLATE: i64 = 8 << 10 | 5;
/// Above the numbers that the store gives to imported trades.
const FIRST: i64 = 1_000_000;

/// What is known of each event: its net amount, by all that it is known by.
type Facts = BTreeMap<(String, Kind, u64, i64), i64>;

/// Takes events in as whoever holds them does: of two amounts, the lesser one.
fn take(facts: &mut Facts, events: &[Event]) {
    for Event { user_id, kind, id, at, net_fen } in events {
        let known = facts.entry((user_id.clone(), *kind, *id, *at)).or_insert(*net_fen);
        *known = (*known).min(*net_fen);
    }
}

/// The events of a merchant that a process learns of.
fn listen(store: &Store) -> Arc<Mutex<Facts>> {
    let heard = Arc::<Mutex<Facts>>::default();
    let facts = heard.clone();
    let listener = move |change: &Change| match change {
        Change::Events { pid, rows } if **pid == *PID => take(&mut facts.lock().unwrap(), rows),
        _ => {}
    };
    store.on_change(listener).unwrap();
    heard
}

fn facts(tx: &mut Tx, pid: &str, users: &[&str]) -> Result<Facts, Fault> {
    let events = of_users(tx, pid, users)?;
    let mut facts = Facts::new();
    take(&mut facts, &events);
    assert_eq!(facts.len(), events.len(), "each event once: {events:?}");
    Ok(facts)
}

fn a_trade(pid: &str, user_id: &str, number: i64, total_fen: i64) -> Trade {
    Trade {
        no: TradeNo::new(NOW, trade::bucket(pid, user_id).id(FIRST + number)),
        pid: pid.to_owned(),
        seller_id: pid.to_owned(),
        buyer_id: user_id.to_owned(),
        out_trade_no: format!("out {number}"),
        imported_no: None,
        status: Status::WaitBuyerPay,
        subject: String::new(),
        total_fen,
        discountable_fen: total_fen,
        buyer_pay_fen: 0,
        receipt_fen: 0,
        refunded_fen: 0,
        shop_id: None,
        detail: "{}".to_owned(),
        origin: None,
        page_token: None,
        expires_at: None,
        paid_at: None,
        closed_at: None,
        refunded_at: None,
        version: 1,
    }
}

fn paid(trade: Trade, at: i64) -> Trade {
    trade.pay(TradeDeduction::default(), at).unwrap()
}

fn a_coupon(pid: &str, user_id: &str, number: i64) -> IssuedCoupon {
    IssuedCoupon {
        id: VoucherId::new(NOW + number, coupon::bucket(pid, user_id).id(number)),
        pid: pid.to_owned(),
        user_id: user_id.to_owned(),
        activity: Some(71),
        tool: Some(72),
        token: None,
        redemption: Redemption::new(NOW, NOW + 1_000),
        version: 1,
    }
}

fn a_voucher(template: i64, user_id: &str, number: i64) -> CashVoucher {
    CashVoucher {
        id: VoucherId::new(NOW + number, cash_voucher::bucket(user_id).id(number)),
        template,
        user_id: user_id.to_owned(),
        memo: None,
        redemption: Redemption::new(NOW, NOW + 1_000),
        version: 1,
    }
}

fn used(redemption: Redemption, at: i64) -> Redemption {
    redemption.spend(1, at).unwrap()
}

fn a_template(pid: &str, number: i64) -> Template {
    Template {
        id: TemplateId::new(NOW, number),
        pid: pid.to_owned(),
        status: TemplateStatus::Active,
        sponsor_id: pid.to_owned(),
        amount_fen: 880,
        floor_fen: 0,
        quantity: 10,
        publication: Publication { starts_at: NOW, ends_at: NOW + 86_400_000 },
        valid_period: ValidPeriod::Relative { duration: 1, unit: Unit::Hour },
        rules: "{}".to_owned(),
        content: "{}".to_owned(),
        page_token: String::new(),
        origin: Origin {
            app_id: String::new(),
            auth_app_id: String::new(),
            notify_url: None,
            sign_type: "RSA2".to_owned(),
        },
        paid_at: Some(NOW),
        version: 1,
    }
}

fn imported(voucher_no: &str, user_id: &str, redeemed: Option<i64>) -> ImportedVoucher {
    ImportedVoucher {
        voucher_no: voucher_no.to_owned(),
        user_id: user_id.to_owned(),
        received_at: NOW,
        redeemed_at: redeemed.map(|after| NOW + after),
    }
}

async fn import_vouchers(store: &Store, rows: &[ImportedVoucher]) {
    let print = |voucher: &ImportedVoucher| fingerprint(voucher.redeemed_at.unwrap_or(-1));
    let chunk = VoucherChunk::new(PID, rows.to_vec(), print);
    write(store, move |tx| Ok(voucher_history::import(tx, &chunk)?)).await.unwrap();
}

async fn import_trades(store: &Store, rows: &[(&str, &str, i64, i64)], now: i64) {
    let row = |&(no, user_id, total_fen, refunded_fen): &(&str, &str, i64, i64)| TradeRow {
        trade_no: no.to_owned(),
        user_id: user_id.to_owned(),
        shop_id: None,
        total_fen,
        paid_at: NOW,
        out_trade_no: None,
        refunded: (0 < refunded_fen).then_some((refunded_fen, NOW + 1)),
    };
    let print = |content: &trade::TradeContent<'_>| fingerprint(content.refunded.map_or(0, |(fen, _)| fen));
    let chunk = TradeChunk::new(PID, rows.iter().map(row).collect(), now, print).unwrap();
    let first = store.lease_numbers(numbers(chunk.len())).await.unwrap();
    write(store, move |tx| trade::import(tx, &chunk, first)).await.unwrap();
}

/// Everything that makes facts, some of it twice.
async fn happen(store: &Store) {
    write(store, |tx| {
        add_user(tx, PID, 0)?;
        template::insert(tx, &a_template(PID, TEMPLATE))?;
        template::insert(tx, &a_template(OTHER_PID, OTHER_TEMPLATE))?;
        // Paid at once; paid later and refunded in part; refunded wholly; never paid; and another merchant's.
        trade::insert(tx, &paid(a_trade(PID, USER, 1, 100), NOW))?;
        trade::insert(tx, &a_trade(PID, USER, 2, 200))?;
        trade::insert(tx, &paid(a_trade(PID, OTHER_USER, 3, 300), NOW))?;
        trade::insert(tx, &a_trade(PID, USER, 4, 400))?;
        trade::insert(tx, &paid(a_trade(OTHER_PID, USER, 5, 500), NOW))?;
        coupon::insert(tx, &[a_coupon(PID, USER, 11), a_coupon(PID, OTHER_USER, 12), a_coupon(OTHER_PID, USER, 13)])?;
        cash_voucher::insert(tx, PID, &[a_voucher(TEMPLATE, USER, 21), a_voucher(TEMPLATE, OTHER_USER, 22)])?;
        Ok(cash_voucher::insert(tx, OTHER_PID, &[a_voucher(OTHER_TEMPLATE, USER, 23)])?)
    })
    .await
    .unwrap();
    write(store, |tx| {
        trade::update(tx, &paid(a_trade(PID, USER, 2, 200), NOW + 5))?;
        let third = paid(a_trade(PID, OTHER_USER, 3, 300), NOW);
        trade::update(tx, &third.refund(300, NOW + 6)?)?;
        for coupon in [a_coupon(PID, USER, 11), a_coupon(OTHER_PID, USER, 13)] {
            coupon::update(tx, &IssuedCoupon { redemption: used(coupon.redemption, NOW + 7), ..coupon })?;
        }
        let held = a_voucher(TEMPLATE, OTHER_USER, 22);
        let redemption = Redemption { status: VoucherStatus::Using, held_until: Some(NOW), ..held.redemption };
        cash_voucher::update(tx, &CashVoucher { redemption, ..held })?;
        for voucher in [a_voucher(TEMPLATE, USER, 21), a_voucher(OTHER_TEMPLATE, USER, 23)] {
            cash_voucher::update(tx, &CashVoucher { redemption: used(voucher.redemption, NOW + 8), ..voucher })?;
        }
        Ok(())
    })
    .await
    .unwrap();
    write(store, |tx| {
        let second = paid(a_trade(PID, USER, 2, 200), NOW + 5);
        let refunded = Trade { version: 2, ..second.refund(50, NOW + 9)? };
        Ok(trade::update(tx, &refunded)?)
    })
    .await
    .unwrap();
    import_vouchers(store, &[imported("券 1", USER, None), imported("券 2", OTHER_USER, Some(3))]).await;
    import_vouchers(store, &[imported("券 1", USER, Some(4)), imported("券 2", OTHER_USER, Some(3))]).await;
    import_trades(store, &[("t1", USER, 1_000, 0), ("t2", OTHER_USER, 2_000, 500)], NOW + 2).await;
    import_trades(store, &[("t1", USER, 1_000, 1_000), ("t2", OTHER_USER, 2_000, 500)], NOW + 3).await;
}

/// Events of a user: kind, when after [`NOW`], and net amount.
type Expected = Vec<(Kind, i64, i64)>;

/// What [`happen`] comes to: kind, when after [`NOW`], and net amount; of each user.
fn expected() -> [(&'static str, Expected); 2] {
    use Kind::{Paid, Received, Redeemed};
    [
        (
            USER,
            vec![
                (Paid, 0, 0),
                (Paid, 0, 100),
                (Paid, 5, 150),
                (Received, 0, 0),
                (Received, 11, 0),
                (Received, 21, 0),
                (Redeemed, 4, 0),
                (Redeemed, 7, 0),
                (Redeemed, 8, 0),
            ],
        ),
        (
            OTHER_USER,
            vec![
                (Paid, 0, 0),
                (Paid, 0, 1_500),
                (Received, 0, 0),
                (Received, 12, 0),
                (Received, 22, 0),
                (Redeemed, 3, 0),
            ],
        ),
    ]
}

each_engine!(what_users_did_is_read_and_was_announced, |test| {
    let store = test.store();
    let heard = listen(store);
    happen(store).await;
    let heard = heard.lock().unwrap().clone();
    read(store, move |tx| {
        for (user, expect) in expected() {
            let of_one = facts(tx, PID, &[user])?;
            let mut seen: Vec<_> = of_one.iter().map(|((_, kind, _, at), net)| (*kind, *at - NOW, *net)).collect();
            seen.sort_unstable();
            assert_eq!(seen, expect, "{user}");
        }
        // Many at once are read as one by one.
        let nobodies: Vec<String> = (0..300).map(|n| format!("2088{n:012}")).collect();
        let all: Vec<&str> = nobodies.iter().map(String::as_str).chain([USER, OTHER_USER]).collect();
        let of_all = facts(tx, PID, &all)?;
        let of_each = [facts(tx, PID, &[USER])?, facts(tx, PID, &[OTHER_USER])?].into_iter().flatten().collect();
        assert_eq!(of_all, of_each);
        assert_eq!(heard, of_all);
        assert_eq!(of_users(tx, PID, &[])?, []);
        // Another merchant's are others.
        assert_eq!(facts(tx, OTHER_PID, &[USER, OTHER_USER])?.len(), 5);
        Ok(())
    })
    .await
    .unwrap();
});

#[test]
fn every_process_learns_what_users_did() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        let other = test.open_again().unwrap();
        let heard = listen(&other);
        happen(test.store()).await;
        let expect = read(test.store(), |tx| Ok(facts(tx, PID, &[USER, OTHER_USER])?)).await.unwrap();
        let started = Instant::now();
        while *heard.lock().unwrap() != expect {
            assert!(started.elapsed() < Duration::from_secs(10), "{:?}", heard.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // A build of tomorrow may tell of more: what is not understood is left out, and the rest is not.
        let later =
            "INSERT INTO changes (bucket, origin, seq, kind, subject, payload) VALUES (0, -5, 1, 'events', $1, $2)";
        let payload = format!(r#"["X 1 2 3 {USER}","P 7 {NOW} 5 {USER}","Y"]"#);
        write(test.store(), move |tx| Ok(tx.execute(later, store::params![PID, &payload])?)).await.unwrap();
        let known = (USER.to_owned(), Kind::Paid, 7, NOW);
        while heard.lock().unwrap().get(&known) != Some(&5) {
            assert!(started.elapsed() < Duration::from_secs(20), "{:?}", heard.lock().unwrap());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(heard.lock().unwrap().len(), expect.len() + 1);
    });
}
