//! What a write keeps, what it does not, and who hears of it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use domain::Refusal;
use store::{Change, Fault, Stop, Store, each_engine, params};

use crate::probe::{enter, prepare, read, spend, state, write};

/// The ids of the entries that this process was told of.
fn listen(store: &Store) -> Arc<Mutex<HashSet<i64>>> {
    let heard: Arc<Mutex<HashSet<i64>>> = Arc::default();
    let ears = heard.clone();
    let listener = move |change: &Change| {
        if let Change::Setting { name, value } = change
            && &**name == "entry"
        {
            ears.lock().unwrap().insert(value.parse().unwrap());
        }
    };
    store.on_change(listener).expect("a listener");
    heard
}

each_engine!(neighbours_in_a_group_do_not_hurt_each_other, |test| {
    let store = test.store().clone();
    prepare(&store, "u", 100).await;
    for round in [0, 1000] {
        let id = move |n: i64| round + n;
        // Meanwhile the others gather: on SQLite they are one group.
        let first = write(&store, |_| {
            thread::sleep(Duration::from_millis(30));
            Ok(())
        });
        let others = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            tokio::join!(
                write(&store, move |tx| Ok(enter(tx, "u", id(1), 1)?)),
                write(&store, move |tx| {
                    enter(tx, "u", id(2), 1)?;
                    Err::<(), _>(Refusal::CrowdInUse.into())
                }),
                write(&store, move |tx| {
                    enter(tx, "u", id(3), 1)?;
                    Ok(enter(tx, "u", id(3), 1)?)
                }),
                write(&store, move |tx| {
                    enter(tx, "u", id(4), 1)?;
                    assert!(tx.query::<(i64,)>("SELECT 1 WHERE 1 = 0", &[])?.len() == 1, "on purpose");
                    Ok(())
                }),
                write(&store, move |tx| {
                    enter(tx, "u", id(5), 1)?;
                    drop(enter(tx, "u", id(5), 1));
                    Ok(())
                }),
                write(&store, move |tx| Ok(enter(tx, "u", id(6), -13)?)),
                write(&store, move |tx| Ok(enter(tx, "u", id(7), 1)?)),
            )
        };
        let (_, (ok, refused, unique, panicked, swallowed, check, last)) = tokio::join!(first, others);
        assert!(ok.is_ok() && last.is_ok());
        assert!(matches!(refused, Err(Stop::Refused(Refusal::CrowdInUse))));
        assert!(matches!(unique, Err(Stop::Fault(Fault::Unique(_)))));
        assert!(matches!(panicked, Err(Stop::Fault(Fault::Bug(_)))));
        assert!(matches!(swallowed, Err(Stop::Fault(Fault::Unique(_)))));
        assert!(matches!(check, Err(Stop::Fault(Fault::Check(_)))));
    }
    assert_eq!(state(&store, "u").await.1, [1, 7, 1001, 1007]);
});

each_engine!(nothing_runs_after_a_failed_statement, |test| {
    let store = test.store();
    prepare(store, "u", 100).await;
    let failures = ["INSERT INTO nowhere (a) VALUES (1)", "INSERT INTO id_lease (name, next) VALUES ('origin', 1)"];
    for failure in failures {
        let ran = Arc::new(Mutex::new(0));
        let count = ran.clone();
        let result = write(store, move |tx| {
            drop(tx.execute(failure, &[]));
            *count.lock().unwrap() += i32::from(tx.query::<(i32,)>("SELECT 1", &[]).is_ok());
            *count.lock().unwrap() += i32::from(enter(tx, "u", 1, 1).is_ok());
            Ok(())
        });
        assert!(matches!(result.await, Err(Stop::Fault(Fault::Bug(_) | Fault::Unique(_)))));
        assert_eq!(*ran.lock().unwrap(), 0);
    }
    let doomed = write(store, |tx| {
        enter(tx, "u", 2, 1)?;
        tx.set_rollback_only("on purpose");
        Ok(())
    });
    assert!(matches!(doomed.await, Err(Stop::Fault(Fault::Bug(_)))));
    assert!(state(store, "u").await.1.is_empty());
});

each_engine!(values_that_do_not_fit_are_faults, |test| {
    let store = test.store();
    prepare(store, "u", 100).await;
    let most = write(store, |tx| {
        let sql = "UPDATE account SET balance_fen = $1 WHERE bucket = $2 AND user_id = $3";
        Ok(tx.execute(sql, params![4_000_000_000_000_001_i64, store::bucket_of("", "u"), "u"])?)
    });
    assert!(matches!(most.await, Err(Stop::Fault(Fault::Check(_)))));
    let kind = read(store, |tx| Ok(tx.query_one::<(i64,)>("SELECT user_id FROM account", &[])?));
    assert!(matches!(kind.await, Err(Stop::Fault(Fault::Bug(_)))));
    let null = read(store, |tx| Ok(tx.query_one::<(String,)>("SELECT login_id FROM account", &[])?));
    assert!(matches!(null.await, Err(Stop::Fault(Fault::Bug(_)))));
});

each_engine!(effects_come_before_answers_and_never_from_refused, |test| {
    let store = test.store();
    prepare(store, "u", 1_000_000).await;
    let heard = listen(store);
    let caller = |caller: i64| {
        let (store, heard) = (store.clone(), heard.clone());
        async move {
            for turn in 0..30 {
                let id = caller * 100 + turn;
                let answer = write(&store, move |tx| {
                    let left = spend(tx, "u", id, 1)?;
                    if id % 3 == 0 { Err(Refusal::CrowdInUse.into()) } else { Ok(left) }
                });
                let kept = answer.await.is_ok();
                assert_eq!(kept, id % 3 != 0);
                assert_eq!(heard.lock().unwrap().contains(&id), kept, "{id}");
            }
        }
    };
    let callers: Vec<_> = (0..64).map(|number| tokio::spawn(caller(number))).collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let (left, entries) = state(store, "u").await;
    assert_eq!(left, 1_000_000 - i64::try_from(entries.len()).unwrap());
    assert_eq!(*heard.lock().unwrap(), entries.into_iter().collect());
});

each_engine!(readers_see_what_was_answered_and_one_moment_only, |test| {
    let store = test.store().clone();
    prepare(&store, "u", 100_000).await;
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for id in 0..300 {
                write(&store, move |tx| spend(tx, "u", id, 1)).await.unwrap();
                assert!(state(&store, "u").await.1.contains(&id));
            }
        }
    });
    while !writer.is_finished() {
        let (left, entries) = state(&store, "u").await;
        assert_eq!(left + i64::try_from(entries.len()).unwrap(), 100_000);
    }
    writer.await.unwrap();
});

each_engine!(a_reader_cannot_write_and_may_panic, |test| {
    let store = test.store();
    prepare(store, "u", 100).await;
    for _ in 0..3 {
        let wrote = read(store, |tx| Ok(enter(tx, "u", 1, 1)?)).await;
        assert!(matches!(wrote, Err(Stop::Fault(Fault::Bug(_)))), "{wrote:?}");
        let panicked = read(store, |tx| {
            assert!(tx.query::<(i64,)>("SELECT 1 WHERE 1 = 0", &[])?.len() == 1, "on purpose");
            Ok(())
        })
        .await;
        assert!(matches!(panicked, Err(Stop::Fault(Fault::Bug(_)))));
        assert_eq!(state(store, "u").await, (100, vec![]));
    }
});

each_engine!(a_caller_who_hangs_up_changes_nothing, |test| {
    let store = test.store();
    prepare(store, "u", 100).await;
    let slow = write(store, |tx| {
        enter(tx, "u", 1, 1)?;
        thread::sleep(Duration::from_millis(50));
        Ok(enter(tx, "u", 2, 1)?)
    });
    assert!(tokio::time::timeout(Duration::from_millis(10), slow).await.is_err());
    write(store, |tx| Ok(enter(tx, "u", 3, 1)?)).await.unwrap();
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(state(store, "u").await.1, [1, 2, 3]);
});
