//! Points move as `domain` says, whoever moves them at once, and the log has every move.

use domain::id::PointLogNo;
use domain::points::{Account, Amount, Freeze, Kind, TOTAL_MAX};
use domain::{Refusal, points as rules};
use store::ledger::Cause;
use store::points::{Entry, account, bucket, card, change, end, entered_at, frozen, log, on_card, open};
use store::{Fault, Stop, Store, Tx, each_engine, params};

use crate::probe::{read, write};

const PID: &str = "2088201914979011";
const USER: &str = "2088102146931393";
/// The card's number.
const CARD: i64 = 7 << 10;
const ENDS_AT: i64 = 1_000;

/// A card whose activity runs from 10 to 500.
async fn prepare(store: &Store) {
    write(store, |tx| {
        let activity =
            "INSERT INTO activity (id, pid, name, kind, status, starts_at, ends_at, length_ms, auto_delay, content,
            app_id, auth_app_id, sign_type, created_at, version)
            VALUES ($1, $2, 'stamps', 'POINT_SEND', 'STARTED', 10, 500, 490, 0, '{}', 'a', 'a', 'RSA2', 5, 1)";
        tx.execute(activity, params![5 << 10, PID])?;
        let tool = "INSERT INTO tool (id, activity, place, kind, content, starts_at, ends_at, created_at)
            VALUES ($1, $2, 0, $3, '{}', 10, $4, 5)";
        tx.execute(tool, params![CARD, 5 << 10, "POINT_CARD", ENDS_AT])?;
        tx.execute(tool, params![CARD + 1, 5 << 10, "MONEY", ENDS_AT])?;
        Ok(())
    })
    .await
    .unwrap();
}

fn amount(points: i64) -> Amount {
    Amount::new(points).expect("an amount")
}

fn number(serial: i64) -> i64 {
    bucket(PID, USER).id(serial)
}

fn entry(serial: i64, kind: Kind, points: i64) -> Entry<'static> {
    Entry {
        no: PointLogNo::new(20 + serial, number(serial)),
        pid: PID,
        card: CARD,
        user_id: USER,
        kind,
        amount: amount(points),
        biz_no: None,
        freeze: None,
        shop_id: None,
        memo: Some("积分"),
        ext_info: None,
        cause: Cause { app_id: Some("2021a"), trace_id: Some("t") },
    }
}

async fn make(store: &Store, serial: i64, kind: Kind, points: i64) -> Result<(), Stop> {
    write(store, move |tx| change(tx, &entry(serial, kind, points))).await
}

/// Ends the freeze of that serial, if it waits.
async fn finish(store: &Store, serial: i64, kind: Kind, freeze: i64, points: i64) -> Result<bool, Stop> {
    write(store, move |tx| {
        if !end(tx, number(freeze))? {
            return Ok(false);
        }
        change(tx, &Entry { freeze: Some(number(freeze)), ..entry(serial, kind, points) })?;
        Ok(true)
    })
    .await
}

async fn has(store: &Store) -> Option<Account> {
    read(store, |tx| Ok(account(tx, PID, CARD, USER)?)).await.unwrap()
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Stop>) -> Refusal {
    match result {
        Err(Stop::Refused(refusal)) => refusal,
        other => panic!("no refusal: {other:?}"),
    }
}

async fn entries(store: &Store) -> i64 {
    read(store, |tx| Ok(tx.query_one::<(i64,)>("SELECT COUNT(*) FROM point_log", &[])?.0)).await.unwrap()
}

each_engine!(a_card_is_found_with_its_activity, |test| {
    let store = test.store();
    prepare(store).await;
    let found = read(store, |tx| Ok(card(tx, CARD)?)).await.unwrap().expect("it is there");
    assert_eq!((found.id.number, found.id.created_at, found.ends_at), (CARD, 5, ENDS_AT));
    assert_eq!((found.pid.as_str(), found.activity), (PID, 5 << 10));
    for none in [CARD + 1, CARD + 2] {
        assert_eq!(read(store, move |tx| Ok(card(tx, none)?)).await.unwrap(), None, "{none}");
    }
});

each_engine!(the_store_changes_accounts_as_the_rules_do, |test| {
    let store = test.store();
    let mut random = fastrand::Rng::with_seed(5);
    let mut model: Option<Account> = None;
    let mut open: Vec<(i64, i64)> = Vec::new();
    let mut log = 0;
    for serial in 1..400 {
        let kind = Kind::ALL[random.usize(..Kind::ALL.len())];
        let (result, points) = match kind {
            Kind::Commit | Kind::Cancel => {
                let Some(place) = (!open.is_empty()).then(|| random.usize(..open.len())) else { continue };
                let (freeze, points) = open.swap_remove(place);
                (finish(store, serial, kind, freeze, points).await.map(|ended| assert!(ended)), points)
            }
            _ => {
                let points = random.i64(1..9);
                (make(store, serial, kind, points).await, points)
            }
        };
        match rules::change(model, kind, amount(points)) {
            Ok(after) => {
                result.unwrap();
                model = Some(after);
                log += 1;
                if kind == Kind::Freeze {
                    open.push((serial, points));
                }
            }
            Err(expect) => assert_eq!(refusal(result), expect, "{serial} {}", kind.name()),
        }
        assert_eq!(has(store).await, model, "{serial} {}", kind.name());
    }
    assert!(100 < log, "{log}");
    assert_eq!(entries(store).await, log);
    let waiting = read(store, |tx| Ok(on_card(tx, CARD, 1_000)?)).await.unwrap();
    let mut waiting: Vec<_> = waiting.into_iter().map(|it| (it.number, it.amount.points())).collect();
    let mut expect: Vec<_> = open.into_iter().map(|(serial, points)| (number(serial), points)).collect();
    waiting.sort_unstable();
    expect.sort_unstable();
    assert_eq!(waiting, expect);
});

each_engine!(an_account_gets_sixteen_digits_of_points_and_no_more, |test| {
    let store = test.store();
    make(store, 1, Kind::Deposit, 5).await.unwrap();
    write(store, |tx| {
        let full = "UPDATE point_account SET available = $1, total = $1";
        Ok(tx.execute(full, params![TOTAL_MAX - 5])?)
    })
    .await
    .unwrap();
    assert_eq!(refusal(make(store, 2, Kind::Deposit, 6).await), Refusal::PointTotalTooLarge);
    make(store, 3, Kind::Deposit, 5).await.unwrap();
    assert_eq!(has(store).await.map(|it| it.total), Some(TOTAL_MAX));
    assert_eq!(entries(store).await, 2, "what is refused is not in the log");
});

each_engine!(a_freeze_is_found_in_the_log_and_ends_once, |test| {
    let store = test.store();
    prepare(store).await;
    make(store, 1, Kind::Deposit, 10).await.unwrap();
    make(store, 2, Kind::Freeze, 4).await.unwrap();
    make(store, 3, Kind::Consume, 1).await.unwrap();
    let find = |serial: i64| read(store, move |tx| Ok(frozen(tx, number(serial))?));
    let found = find(2).await.unwrap().expect("a freeze");
    assert_eq!((found.no.number, found.no.created_at, found.card), (number(2), 22, CARD));
    assert_eq!((found.user_id.as_str(), found.freeze), (USER, Freeze { amount: amount(4), waits: true }));
    for other in [1, 3, 9] {
        assert_eq!(find(other).await.unwrap(), None, "{other}");
    }
    assert_eq!(read(store, |tx| Ok(entered_at(tx, number(3))?)).await.unwrap(), 23);
    let seen = |pid: Option<&'static str>, until: i64| read(store, move |tx| Ok(open(tx, pid, until, 10)?));
    for (pid, until, many) in [(None, 22, 1), (Some(PID), 22, 1), (None, 21, 0), (Some("2088x"), 22, 0)] {
        assert_eq!(seen(pid, until).await.unwrap().len(), many, "{pid:?} {until}");
    }
    let one = seen(None, 22).await.unwrap().remove(0);
    assert_eq!((one.no.number, one.card.number, one.card_ends_at), (number(2), CARD, ENDS_AT));
    assert_eq!((one.pid.as_str(), one.user_id.as_str(), one.amount), (PID, USER, amount(4)));
    let newest = read(store, |tx| Ok(log(tx, PID, CARD, USER, 2)?)).await.unwrap();
    let newest: Vec<_> = newest.iter().map(|it| (it.no.number, it.kind, it.amount.points())).collect();
    assert_eq!(newest, [(number(3), Kind::Consume, 1), (number(2), Kind::Freeze, 4)]);
    // Sixteen want to end it, each in another way than its neighbours.
    let call = |serial: i64| {
        let store = store.clone();
        let kind = if serial % 2 == 0 { Kind::Commit } else { Kind::Cancel };
        async move { finish(&store, serial, kind, 2, 4).await.unwrap() }
    };
    let calls: Vec<_> = (10..26).map(|serial| tokio::spawn(call(serial))).collect();
    let mut ended = 0;
    for call in calls {
        ended += usize::from(call.await.unwrap());
    }
    assert_eq!(ended, 1);
    assert_eq!(find(2).await.unwrap().map(|it| it.freeze.waits), Some(false));
    let left = has(store).await.expect("an account");
    assert_eq!((left.frozen, left.available + left.spent), (0, 10));
    assert_eq!(entries(store).await, 4);
});

each_engine!(many_at_once_freeze_no_more_than_there_is, |test| {
    let store = test.store();
    make(store, 1, Kind::Deposit, 100).await.unwrap();
    let call = |serial: i64| {
        let store = store.clone();
        async move { make(&store, serial, Kind::Freeze, 1).await }
    };
    let calls: Vec<_> = (10..150).map(|serial| tokio::spawn(call(serial))).collect();
    let mut done = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(()) => done += 1,
            refused => assert_eq!(refusal(refused), Refusal::PointNotEnough),
        }
    }
    assert_eq!(done, 100);
    assert_eq!(has(store).await, Some(Account { available: 0, frozen: 100, spent: 0, total: 100 }));
});

each_engine!(what_no_rule_allows_the_schema_does_not_hold, |test| {
    let store = test.store();
    make(store, 1, Kind::Deposit, 10).await.unwrap();
    for sql in [
        "UPDATE point_account SET available = available - 1",
        "UPDATE point_account SET available = available - 11, frozen = frozen + 11",
        "UPDATE point_account SET spent = spent - 1, available = available + 1",
        "UPDATE point_log SET amount = 0",
        "UPDATE point_log SET kind = 'GIFT'",
    ] {
        let broken = write(store, move |tx: &mut Tx| Ok(tx.execute(sql, &[])?)).await;
        assert!(matches!(broken, Err(Stop::Fault(Fault::Check(_)))), "{sql}");
    }
});
