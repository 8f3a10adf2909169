//! Wrong PINs: each is counted, however many come at once.

use domain::pin::{Lock, Pin, PinResult, Tries};
use store::{Store, Tx, each_engine, pin};

use crate::probe::{read, write};

const USER: &str = "2088102146931393";
const NOW: i64 = 1_767_240_000_000;

/// One try, as a page makes it.
async fn try_pin(store: &Store, given: &str) -> PinResult {
    let (given, right) = (Pin::parse(given).expect("six digits"), Pin::parse("270828").expect("six digits"));
    let attempt = move |tx: &mut Tx| {
        let tried = pin::hold(tx, USER)?.try_pin(&given, &right, NOW);
        match tried {
            PinResult::Wrong(tries) => pin::keep(tx, USER, tries)?,
            PinResult::Right => pin::forget(tx, USER)?,
            PinResult::Locked => {}
        }
        Ok(tried)
    };
    write(store, attempt).await.expect("a try is counted")
}

async fn tries(store: &Store) -> Tries {
    read(store, |tx| Ok(pin::tries(tx, USER)?)).await.expect("they are there")
}

each_engine!(a_right_pin_forgets_the_wrong_ones, |test| {
    let store = test.store();
    assert_eq!(tries(store).await, Tries::default());
    for wrong in 1..=4 {
        assert_eq!(try_pin(store, "000000").await, PinResult::Wrong(Tries { wrong, locked_until: 0 }));
        assert_eq!(tries(store).await.wrong, wrong);
    }
    assert_eq!(try_pin(store, "270828").await, PinResult::Right);
    assert_eq!(tries(store).await, Tries::default());
});

each_engine!(of_many_wrong_ones_at_once_five_are_looked_at, |test| {
    let tasks: Vec<_> = (0..24)
        .map(|_| {
            let store = test.store().clone();
            tokio::spawn(async move { try_pin(&store, "000000").await })
        })
        .collect();
    let mut looked_at = 0;
    for task in tasks {
        match task.await.expect("no panic") {
            PinResult::Wrong(_) => looked_at += 1,
            PinResult::Locked => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(looked_at, 5);
    assert!(matches!(tries(test.store()).await.lock(NOW), Lock::Locked { .. }));
    assert_eq!(try_pin(test.store(), "270828").await, PinResult::Locked);
});
