//! Leases: one holder a slice, whoever asks at once.

use store::lease::{self, Lease, NOBODY};
use store::{Store, each_engine};

use crate::probe::{read, write};

async fn all(store: &Store) -> Vec<Lease> {
    read(store, |tx| Ok(lease::all(tx)?)).await.unwrap()
}

async fn pass(store: &Store, seen: Lease, holder: i64) -> bool {
    write(store, move |tx| Ok(lease::pass(tx, seen, holder)?)).await.unwrap()
}

each_engine!(a_slice_passes_only_as_it_was_seen, |test| {
    let store = test.store();
    for (slice, holder, expect) in [(0, 1, true), (0, 2, false), (1, 2, true), (-2, 2, true)] {
        let taken = write(store, move |tx| Ok(lease::take_new(tx, slice, holder)?)).await.unwrap();
        assert_eq!(taken, expect, "{slice}");
    }
    let seen = all(store).await;
    let lease = |slice, holder, beat| Lease { slice, holder, beat };
    assert_eq!(seen, [lease(-2, 2, 0), lease(0, 1, 0), lease(1, 2, 0)]);
    write(store, |tx| Ok(lease::beat(tx, 2)?)).await.unwrap();
    assert!(!pass(store, seen[2], 3).await, "its holder lives");
    assert!(pass(store, seen[1], 3).await);
    assert!(!pass(store, seen[1], 2).await, "another was quicker");
    assert_eq!(all(store).await, [lease(-2, 2, 1), lease(0, 3, 1), lease(1, 2, 1)]);
    assert!(pass(store, lease(1, 2, 1), NOBODY).await);
    for seen in [lease(-2, 2, 0), lease(0, 3, 1)] {
        write(store, move |tx| Ok(lease::remove(tx, seen)?)).await.unwrap();
    }
    assert_eq!(all(store).await, [lease(-2, 2, 1), lease(1, NOBODY, 2)]);
});

#[test]
fn every_opening_is_another_holder() {
    let test = store::testing::TestStore::new(store::testing::Engine::Postgres);
    let again = test.open_again().unwrap();
    assert!(NOBODY < test.store().origin() && test.store().origin() < again.origin());
    assert!(again.has_other_processes());
}
