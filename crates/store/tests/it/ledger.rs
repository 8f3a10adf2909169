//! Money moves whole or not at all, and none is made or lost.

use store::ledger::{Cause, Party, Transfer, transfer};
use store::world::account;
use store::{Stop, Store, Tx, bucket_of, each_engine};

use crate::probe::{add_user, outside_balance, read, write};

fn moving<'a>(id: i64, debit: Party<'a>, credit: Party<'a>, amount_fen: i64) -> Transfer<'a> {
    let cause = Cause { app_id: Some("2021a"), trace_id: None };
    let id = bucket_of("2088m", "2088u").id(id);
    Transfer { id, debit, credit, amount_fen, kind: "pay", trade: Some(7), at: 1, cause }
}

fn balance(tx: &mut Tx, user_id: &str) -> Result<i64, Stop> {
    Ok(account(tx, user_id)?.map_or(0, |account| account.balance_fen))
}

/// The sum of everything, and how many entries there are.
async fn sums(store: &Store) -> (i64, i64) {
    read(store, |tx| {
        let sum = |table: &str| format!("SELECT CAST(COALESCE(SUM(balance_fen), 0) AS BIGINT) FROM {table}");
        let (accounts,) = tx.query_one::<(i64,)>(&sum("account"), &[])?;
        let (funds,) = tx.query_one::<(i64,)>(&sum("fund"), &[])?;
        let (entries,) = tx.query_one("SELECT COUNT(*) FROM transfer", &[])?;
        Ok((accounts + funds, entries))
    })
    .await
    .unwrap()
}

each_engine!(a_transfer_moves_what_the_giver_has, |test| {
    let store = test.store();
    let (user, merchant, outside) = (Party::Account("2088u"), Party::Account("2088m"), Party::Outside("2088m"));
    write(store, |tx| {
        add_user(tx, "2088u", 100)?;
        add_user(tx, "2088m", 0)
    })
    .await
    .unwrap();
    // In both directions, so that once the giver and once the taker is first in the order of keys.
    for (id, debit, credit, fen, expect) in [
        (1, user, merchant, 101, false),
        (2, user, merchant, 100, true),
        (3, merchant, user, 101, false),
        (4, merchant, user, 30, true),
        (5, outside, merchant, 1_000, true),
        (6, merchant, outside, 1_071, false),
        (7, merchant, outside, 70, true),
    ] {
        let moved = write(store, move |tx| Ok(transfer(tx, &moving(id, debit, credit, fen))?));
        assert_eq!(moved.await.unwrap(), expect, "{id}");
    }
    read(store, |tx| {
        assert_eq!((balance(tx, "2088u")?, balance(tx, "2088m")?), (30, 1_000));
        assert_eq!(outside_balance(tx, "2088m")?, -930);
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(sums(store).await, (100, 4));
});

each_engine!(money_for_an_account_that_is_not_there_is_a_mistake, |test| {
    let store = test.store();
    write(store, |tx| add_user(tx, "2088u", 100)).await.unwrap();
    let nobody = Party::Account("2088x");
    let lost = write(store, move |tx| Ok(transfer(tx, &moving(1, Party::Account("2088u"), nobody, 1))?));
    assert!(matches!(lost.await, Err(Stop::Fault(store::Fault::Bug(_)))));
    assert_eq!(sums(store).await, (100, 0));
});

each_engine!(many_at_once_spend_no_more_than_there_is, |test| {
    let store = test.store();
    write(store, |tx| {
        add_user(tx, "2088m", 50)?;
        (0..4).try_for_each(|user| add_user(tx, &format!("2088u{user}"), 50))
    })
    .await
    .unwrap();
    // Everybody pays the merchant and is paid by it, in both orders of keys: no deadlock, no cent made or lost.
    let call = |n: i64| {
        let store = store.clone();
        async move {
            write(&store, move |tx| {
                let (user, merchant) = (format!("2088u{}", n % 4), Party::Account("2088m"));
                let user = Party::Account(&user);
                let (debit, credit) = if n % 2 == 0 { (user, merchant) } else { (merchant, user) };
                Ok(transfer(tx, &moving(n + 1, debit, credit, 7))?)
            })
            .await
            .unwrap()
        }
    };
    let calls: Vec<_> = (0..200).map(|n| tokio::spawn(call(n))).collect();
    let mut moved = 0;
    for call in calls {
        moved += i64::from(call.await.unwrap());
    }
    assert_eq!(sums(store).await, (250, moved));
    assert!((1..200).contains(&moved), "{moved}");
});
