//! Jobs: found when they are due, in their order, page by page, and taken once.

use store::job::{self, Due};
use store::{Store, each_engine};

use crate::probe::{read, write};

const KINDS: [&str; 2] = ["one", "other"];

async fn put(store: &Store, kind: &'static str, subject: i64, due_at: i64) {
    write(store, move |tx| Ok(job::put(tx, kind, subject, due_at)?)).await.unwrap();
}

async fn take(store: &Store, kind: &'static str, subject: i64) -> bool {
    write(store, move |tx| Ok(job::take(tx, kind, subject)?)).await.unwrap()
}

async fn due(store: &Store, now: i64, last: Option<Due>, limit: usize) -> Vec<Due> {
    read(store, move |tx| Ok(job::due(tx, &KINDS, now, last.as_ref(), limit)?)).await.unwrap()
}

async fn first_after(store: &Store, time: i64) -> Option<i64> {
    let first = read(store, move |tx| Ok(job::first_after(tx, &KINDS, time)?)).await.unwrap();
    first.map(|due| due.due_at)
}

fn planned(due_at: i64, subject: i64, kind: &str) -> Due {
    Due { due_at, subject, kind: kind.to_owned(), queue: String::new() }
}

each_engine!(what_is_due_comes_in_order_and_in_pages, |test| {
    let store = test.store();
    for (kind, subject, due_at) in
        [("one", 9, 20), ("other", 9, 20), ("one", 1025, 10), ("one", 7, 30), ("newer", 3, 5), ("other", 2, 20)]
    {
        put(store, kind, subject, due_at).await;
    }
    let all = [planned(10, 1025, "one"), planned(20, 2, "other"), planned(20, 9, "one"), planned(20, 9, "other")];
    assert_eq!(due(store, 29, None, 100).await, all);
    assert_eq!(due(store, 9, None, 100).await, []);
    assert_eq!(due(store, 29, None, 3).await, all[..3]);
    assert_eq!(due(store, 29, Some(all[2].clone()), 3).await, all[3..]);
    assert_eq!(due(store, 29, Some(all[3].clone()), 3).await, []);
    assert_eq!(first_after(store, i64::MIN).await, Some(10), "what a newer node has planned is left alone");
    assert_eq!(first_after(store, 20).await, Some(30));
    assert_eq!(first_after(store, 30).await, None);
    for (time, expect) in [(9, 0), (10, 1), (20, 2), (99, 3)] {
        assert_eq!(read(store, move |tx| Ok(job::waiting(tx, "one", time)?)).await.unwrap(), expect, "{time}");
    }
});

each_engine!(planning_again_moves_and_taking_happens_once, |test| {
    let store = test.store();
    put(store, "one", 1025, 10).await;
    put(store, "one", 1025, 40).await;
    assert_eq!(due(store, 39, None, 9).await, []);
    assert_eq!(due(store, 40, None, 9).await, [planned(40, 1025, "one")]);
    assert!(!take(store, "other", 1025).await);
    let take_due = async |due_at: i64| {
        let due = planned(due_at, 1025, "one");
        write(store, move |tx| Ok(job::take_due(tx, &due)?)).await.unwrap()
    };
    assert!(!take_due(10).await, "it was planned anew");
    assert!(take_due(40).await);
    put(store, "one", 1025, 40).await;
    assert!(take(store, "one", 1025).await);
    assert!(!take(store, "one", 1025).await);
    assert_eq!(due(store, 99, None, 9).await, []);
});
