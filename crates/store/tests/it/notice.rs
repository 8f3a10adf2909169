//! Notifications: queued with their job, each delivery kept once, resent by hand.

use domain::notice::{DeliveryOutcome, State, after};
use store::notice::{self, Attempt, DELIVER, NewNotice, Notice};
use store::{Bucket, Store, Tx, bucket_of, each_engine, job};

use crate::probe::{read, write};

const NOW: i64 = 1_767_225_600_000;

async fn insert(store: &Store, pid: &'static str, at: i64) -> NewNotice {
    let new = NewNotice {
        id: bucket_of(pid, "buyer").id(store.next_numbers(1).await.unwrap()),
        pid: pid.to_owned(),
        app_id: "2021000000000001".to_owned(),
        auth_app_id: "2021000000000002".to_owned(),
        kind: "trade_status_sync".to_owned(),
        subject: "2026010121000000000000007168".to_owned(),
        url: "https://example.com:8443/notify?a=b".to_owned(),
        sign_type: "RSA2".to_owned(),
        members: "{\"subject\":\"茶\"}".to_owned(),
        at,
    };
    let queued = new.clone();
    write(store, move |tx| Ok(notice::insert(tx, &queued)?)).await.unwrap();
    new
}

/// Whether a delivery was kept of the notification as it is, or as it was before that.
async fn tried(store: &Store, new: &NewNotice, attempt: u32, at: i64, after: DeliveryOutcome) -> bool {
    let notice = find(store, new.id).await.unwrap();
    tried_as(store, notice, attempt, at, after).await.is_some()
}

async fn tried_as(
    store: &Store,
    notice: Notice,
    attempt: u32,
    at: i64,
    after: DeliveryOutcome,
) -> Option<DeliveryOutcome> {
    let attempt = attempt_of(attempt, at, after);
    write(store, move |tx| Ok(notice::tried(tx, &notice, &attempt, after)?)).await.unwrap()
}

fn attempt_of(attempt: u32, at: i64, after: DeliveryOutcome) -> Attempt {
    let status = (after.state == State::Delivered).then_some(200);
    let error = (status != Some(200)).then(|| "connection refused".to_owned());
    Attempt { attempt, at, took_us: 1500, status, answer: status.map(|_| "success".to_owned()), error }
}

async fn find(store: &Store, id: i64) -> Option<Notice> {
    read(store, move |tx| Ok(notice::find(tx, id)?)).await.unwrap()
}

async fn due(store: &Store, now: i64) -> Vec<(i64, i64, String)> {
    let due = read(store, move |tx| Ok(job::due(tx, &[DELIVER], now, None, 100)?)).await.unwrap();
    due.into_iter().map(|due| (due.subject, due.due_at, due.queue)).collect()
}

each_engine!(each_delivery_is_kept_and_plans_the_next, |test| {
    let store = test.store();
    let new = insert(store, "2088a", NOW).await;
    let queue = "https://example.com:8443".to_owned();
    let queued = Notice { new: new.clone(), state: State::Pending, attempts: 0, rung: 0, next_at: Some(NOW) };
    assert_eq!(find(store, new.id).await, Some(queued.clone()));
    assert_eq!(due(store, NOW).await, [(new.id, NOW, queue.clone())]);

    let again = after(0, NOW, false);
    assert!(tried(store, &new, 1, NOW, again).await);
    assert!(!tried(store, &new, 1, NOW + 1, after(0, NOW, true)).await, "another process has kept this one");
    let next = again.next_at.unwrap();
    let waiting = Notice { attempts: 1, rung: 1, next_at: Some(next), ..queued.clone() };
    assert_eq!(find(store, new.id).await, Some(waiting));
    assert_eq!((due(store, next - 1).await, due(store, next).await), (vec![], vec![(new.id, next, queue.clone())]));

    assert!(tried(store, &new, 2, next, after(1, next, true)).await);
    let delivered = Notice { state: State::Delivered, attempts: 2, rung: 2, next_at: None, ..queued.clone() };
    assert_eq!(find(store, new.id).await, Some(delivered));
    assert_eq!(due(store, i64::MAX).await, []);

    let resent = write(store, move |tx| Ok(notice::resend(tx, new.id, next + 5)?)).await.unwrap();
    assert!(resent);
    let pending = Notice { attempts: 2, next_at: Some(next + 5), ..queued };
    assert_eq!(find(store, new.id).await, Some(pending));
    assert_eq!(due(store, next + 5).await, [(new.id, next + 5, queue)]);
    let attempts = read(store, move |tx| Ok(notice::attempts(tx, new.id)?)).await.unwrap();
    let kept: Vec<_> = attempts.into_iter().map(|it| (it.attempt, it.at, it.status, it.answer, it.error)).collect();
    assert_eq!(
        kept,
        [
            (1, NOW, None, None, Some("connection refused".to_owned())),
            (2, next, Some(200), Some("success".to_owned()), None)
        ]
    );
});

each_engine!(what_was_resent_while_it_was_delivered_is_delivered_then, |test| {
    let store = test.store();
    let new = insert(store, "2088a", NOW).await;
    // The last delivery of the ladder is on its way when somebody asks for another.
    let mut before = find(store, new.id).await.unwrap();
    for rung in 0..7 {
        assert!(tried(store, &new, rung + 1, NOW, after(rung, NOW, false)).await);
        before = find(store, new.id).await.unwrap();
    }
    let (resent_at, last) = (NOW + 500, after(7, NOW, false));
    assert_eq!(last.state, State::Failed);
    write(store, move |tx| Ok(notice::resend(tx, new.id, resent_at)?)).await.unwrap();
    let again = DeliveryOutcome { state: State::Pending, next_at: Some(resent_at) };
    assert_eq!(tried_as(store, before.clone(), 8, NOW, last).await, Some(again));
    let pending = Notice { attempts: 8, rung: 0, next_at: Some(resent_at), ..before };
    assert_eq!(find(store, new.id).await, Some(pending));
    assert_eq!(due(store, resent_at).await, [(new.id, resent_at, "https://example.com:8443".to_owned())]);
    assert_eq!(read(store, move |tx| Ok(notice::attempts(tx, new.id)?)).await.unwrap().len(), 8);
});

each_engine!(deliveries_are_recorded_together, |test| {
    let store = test.store();
    let mut notices = Vec::new();
    for pid in ["2088a", "2088b", "2088c"] {
        let new = insert(store, pid, NOW).await;
        notices.push(find(store, new.id).await.unwrap());
    }
    notices.sort_by_key(|notice| notice.new.id);
    let ids: Vec<i64> = notices.iter().map(|notice| notice.new.id).collect();
    // Acknowledged, to be delivered again, acknowledged: jobs are taken and planned in between.
    let outcomes = [true, false, true].map(|acknowledged| after(0, NOW, acknowledged));
    let record = move |tx: &mut Tx| {
        for (notice, after) in notices.iter().zip(outcomes) {
            notice::tried(tx, notice, &attempt_of(1, NOW, after), after)?;
        }
        Ok(())
    };
    write(store, record).await.unwrap();
    let again = outcomes[1].next_at.unwrap();
    assert_eq!(due(store, again).await, [(ids[1], again, "https://example.com:8443".to_owned())]);
});

each_engine!(lists_are_newest_first_and_filtered, |test| {
    let store = test.store();
    let mut ids = Vec::new();
    for (pid, at) in [("2088a", 0), ("2088b", 1), ("2088a", 2)] {
        ids.push(insert(store, pid, NOW + at).await);
    }
    assert!(tried(store, &ids[2], 1, NOW, after(0, NOW, true)).await);
    let check = async |state: Option<State>, pid: Option<&'static str>, limit: i64, expect: &[usize]| {
        let found = read(store, move |tx| Ok(notice::list(tx, state, pid, limit)?)).await.unwrap();
        let found: Vec<i64> = found.into_iter().map(|notice| notice.new.id).collect();
        assert_eq!(found, expect.iter().map(|&at| ids[at].id).collect::<Vec<_>>(), "{state:?} {pid:?}");
    };
    check(None, None, 9, &[2, 1, 0]).await;
    check(None, None, 2, &[2, 1]).await;
    check(Some(State::Pending), None, 9, &[1, 0]).await;
    check(Some(State::Delivered), Some("2088a"), 9, &[2]).await;
    check(Some(State::Failed), None, 9, &[]).await;
    check(None, Some("2088b"), 9, &[1]).await;
    let unknown = Bucket::of_id(ids[0].id).id(1 << 40);
    assert!(!write(store, move |tx| Ok(notice::resend(tx, unknown, NOW)?)).await.unwrap());
    assert_eq!(find(store, unknown).await, None);
});
