//! Ids are given once.

use std::collections::HashSet;

use store::{Bucket, bucket_of, each_engine};

each_engine!(ids_are_distinct_tell_their_bucket_and_outlive_a_restart, |test| {
    let (one, two) = (test.store().clone(), test.open_again().unwrap());
    let taker = |taker: usize| {
        let store = if taker.is_multiple_of(2) { one.clone() } else { two.clone() };
        async move {
            let bucket = bucket_of("2088", &taker.to_string());
            let mut ids = Vec::new();
            for _ in 0..100 {
                let id = bucket.id(store.next_numbers(1).await.unwrap());
                assert_eq!(Bucket::of_id(id), bucket);
                ids.push(id);
            }
            assert!(ids.is_sorted());
            ids
        }
    };
    let takers: Vec<_> = (0..64).map(|number| tokio::spawn(taker(number))).collect();
    let mut all = HashSet::new();
    for taker in takers {
        all.extend(taker.await.unwrap());
    }
    assert_eq!(all.len(), 6_400);
    drop(two);
    let restarted = test.open_again().unwrap();
    let next = bucket_of("", "").id(restarted.next_numbers(1).await.unwrap());
    assert!(next > 0 && all.iter().all(|id| id >> 10 < next >> 10));
});
