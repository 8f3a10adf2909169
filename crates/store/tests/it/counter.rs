//! Counters give what there is, to the last, and not one more.

use std::sync::Arc;

use store::counter::{self, Stock};
use store::{Store, Tx, each_engine};

use crate::probe::{read, write};

const SUBJECT: i64 = 7 << 10 | 5;

async fn take(store: &Store, kind: &'static str, part: &'static str, n: i64, total: i64) -> bool {
    write(store, move |tx: &mut Tx| Ok(counter::take(tx, kind, SUBJECT, part, n, total)?)).await.unwrap()
}

async fn left(store: &Store, kind: &'static str, part: &'static str) -> Option<(i64, i64)> {
    let stock = read(store, move |tx: &mut Tx| Ok(counter::left(tx, kind, SUBJECT, part)?)).await.unwrap();
    stock.map(|stock| {
        assert_eq!(stock, Stock { taken: stock.total - stock.left(), total: stock.total });
        (stock.taken, stock.left())
    })
}

each_engine!(all_or_none_is_taken_until_nothing_is_left, |test| {
    let store = test.store();
    write(store, |tx| Ok(counter::open(tx, "budget", SUBJECT, "", 5)?)).await.unwrap();
    assert_eq!(left(store, "budget", "").await, Some((0, 5)));
    for (n, taken, rest) in [(3, true, (3, 2)), (3, false, (3, 2)), (2, true, (5, 0)), (1, false, (5, 0))] {
        assert_eq!(take(store, "budget", "", n, 5).await, taken);
        assert_eq!(left(store, "budget", "").await, Some(rest));
    }
});

each_engine!(a_part_appears_when_it_is_first_taken_from, |test| {
    let store = test.store();
    assert_eq!(left(store, "day_budget", "2026-01-01").await, None);
    assert!(!take(store, "day_budget", "2026-01-01", 3, 2).await);
    assert_eq!(left(store, "day_budget", "2026-01-01").await, None);
    assert!(take(store, "day_budget", "2026-01-01", 2, 2).await);
    assert!(!take(store, "day_budget", "2026-01-01", 1, 2).await);
    assert!(take(store, "day_budget", "2026-01-02", 1, 2).await);
    assert_eq!(left(store, "day_budget", "2026-01-01").await, Some((2, 0)));
    assert_eq!(left(store, "day_budget", "2026-01-02").await, Some((1, 1)));
});

each_engine!(a_total_only_grows_whoever_tells_it, |test| {
    let store = test.store();
    write(store, |tx| Ok(counter::open(tx, "budget", SUBJECT, "", 2)?)).await.unwrap();
    assert!(take(store, "budget", "", 2, 2).await);
    for (total, rest) in [(1, 0), (3, 1)] {
        write(store, move |tx| Ok(counter::extend(tx, "budget", SUBJECT, total)?)).await.unwrap();
        assert_eq!(left(store, "budget", "").await, Some((2, rest)));
    }
    // A taker who knows the old total takes of the new one all the same; one who knows a newer one brings it.
    assert!(take(store, "budget", "", 1, 2).await);
    assert!(!take(store, "budget", "", 1, 2).await);
    assert!(take(store, "budget", "", 1, 9).await);
    assert_eq!(left(store, "budget", "").await, Some((4, 5)));
    // A part may have been begun by one who had read an old total: a reader who knows the new one sees what is left of
    // that.
    assert_eq!([3, 9, 12].map(|total| Stock { taken: 4, total: 9 }.left_of(total)), [5, 5, 8]);
    write(store, |tx| Ok(counter::extend(tx, "nothing", SUBJECT, 9)?)).await.unwrap();
    assert_eq!(left(store, "nothing", "").await, None);
});

each_engine!(of_many_at_once_exactly_as_many_get_some_as_there_is, |test| {
    let store = Arc::new(test.store().clone());
    let takers = (0..200).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { take(&store, "day_budget", "2026-01-01", 1, 77).await })
    });
    let mut given = 0;
    for taker in takers.collect::<Vec<_>>() {
        given += usize::from(taker.await.unwrap());
    }
    assert_eq!(given, 77);
    assert_eq!(left(&store, "day_budget", "2026-01-01").await, Some((77, 0)));
});
