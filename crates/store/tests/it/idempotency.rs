//! A key is used once, however many try.

use store::idempotency::{Claim, Outcome, claim};
use store::{Fault, Stop, each_engine};

use crate::probe::{fingerprint, prepare, spend_once, state, write};

each_engine!(of_many_equal_calls_at_once_one_is_executed, |test| {
    let store = test.store();
    prepare(store, "u", 50).await;
    for round in 0..50_i64 {
        let call = |caller: i64| {
            let store = store.clone();
            let key = format!("key {round}");
            let balance = 50 - round;
            // All of them would spend all there is.
            async move {
                let id = round * 100 + caller;
                let outcome = write(&store, move |tx| {
                    let outcome = spend_once(tx, "u", &key, id, balance)?;
                    let sql = "UPDATE account SET balance_fen = $1 WHERE user_id = $2";
                    if let Outcome::New(_) = outcome {
                        tx.execute(sql, store::params![balance - 1, "u"])?;
                    }
                    Ok(outcome)
                });
                outcome.await.unwrap()
            }
        };
        let calls: Vec<_> = (0..64).map(|caller| tokio::spawn(call(caller))).collect();
        let mut executed = 0;
        for call in calls {
            match call.await.unwrap() {
                Outcome::New(answer) => {
                    executed += 1;
                    assert_eq!(answer, "0");
                }
                Outcome::Again(answer) => assert_eq!(answer, "0"),
                Outcome::Conflict => panic!("equal calls do not conflict"),
            }
        }
        assert_eq!(executed, 1, "round {round}");
    }
    assert_eq!(state(store, "u").await.1.len(), 50);
});

each_engine!(other_content_conflicts_and_a_failure_uses_up_nothing, |test| {
    let store = test.store();
    prepare(store, "u", 10).await;
    let spend = |key: &'static str, id: i64, fen: i64| write(store, move |tx| spend_once(tx, "u", key, id, fen));
    assert!(matches!(spend("k", 1, 11).await, Err(Stop::Refused(_))));
    assert_eq!(spend("k", 1, 4).await.unwrap(), Outcome::New("6".to_owned()));
    assert_eq!(spend("k", 2, 4).await.unwrap(), Outcome::Again("6".to_owned()));
    assert_eq!(spend("k", 3, 5).await.unwrap(), Outcome::Conflict);
    assert_eq!(spend("K", 4, 4).await.unwrap(), Outcome::New("2".to_owned()));
    // A violation inside of the work: nothing stays, the key is free.
    assert!(matches!(spend("other", 1, 1).await, Err(Stop::Fault(Fault::Unique(_)))));
    assert_eq!(spend("other", 5, 1).await.unwrap(), Outcome::New("1".to_owned()));
    assert_eq!(state(store, "u").await, (1, vec![1, 4, 5]));
});

each_engine!(work_that_failed_cannot_be_swallowed, |test| {
    let store = test.store();
    prepare(store, "u", 10).await;
    let swallowed = write(store, |tx| {
        drop(spend_once(tx, "u", "k", 1, 11));
        Ok(())
    });
    assert!(matches!(swallowed.await, Err(Stop::Fault(Fault::Bug(_)))));
});

each_engine!(a_claim_gives_back_what_it_was_for, |test| {
    let store = test.store();
    let claim = |scope: &'static str, subject: i64, content: i64| {
        write(store, move |tx| Ok(claim(tx, scope, "k", &fingerprint(content), subject, 0)?))
    };
    assert_eq!(claim("a", 7, 1).await.unwrap(), Claim::New);
    assert_eq!(claim("a", 8, 1).await.unwrap(), Claim::Again(7));
    assert_eq!(claim("a", 9, 2).await.unwrap(), Claim::Other(7));
    assert_eq!(claim("b", 9, 2).await.unwrap(), Claim::New);
});
