//! A token is used once, in its time, by whoever shows it first.

use store::prize::{PrizeToken, insert, token, use_token};
use store::{Stop, Store, each_engine};

use crate::probe::{read, write};

const TEXT: &str = "7d3f6c1e0a5b4c2d9e8f7a6b5c4d3e2f";

fn fresh(text: &str) -> PrizeToken {
    PrizeToken {
        token: text.to_owned(),
        pid: "2088m".to_owned(),
        activity: 7,
        tool: 9,
        user_id: "2088u".to_owned(),
        created_at: 100,
        expires_at: 200,
        used_at: None,
        out_biz_no: None,
    }
}

async fn spend(store: &Store, out_biz_no: &'static str, at: i64) -> bool {
    write(store, move |tx| Ok(use_token(tx, TEXT, out_biz_no, at)?)).await.unwrap()
}

each_engine!(a_token_is_found_and_used_once, |test| {
    let store = test.store();
    assert!(!spend(store, "out", 150).await, "it was never given out");
    write(store, |tx| Ok(insert(tx, &fresh(TEXT))?)).await.unwrap();
    assert!(!spend(store, "too late", 200).await);
    let found = |text: &'static str| read(store, move |tx| Ok(token(tx, text)?));
    assert_eq!(found(TEXT).await.unwrap(), Some(fresh(TEXT)));
    assert_eq!(found("another").await.unwrap(), None);
    assert!(spend(store, "out", 199).await);
    assert!(!spend(store, "again", 199).await);
    let used = PrizeToken { used_at: Some(199), out_biz_no: Some("out".to_owned()), ..fresh(TEXT) };
    assert_eq!(found(TEXT).await.unwrap(), Some(used));
});

each_engine!(of_many_at_once_one_uses_it, |test| {
    let store = test.store();
    write(store, |tx| Ok(insert(tx, &fresh(TEXT))?)).await.unwrap();
    let call = || {
        let store = store.clone();
        async move { spend(&store, "out", 150).await }
    };
    let calls: Vec<_> = (0..64).map(|_| tokio::spawn(call())).collect();
    let mut used = 0;
    for call in calls {
        used += usize::from(call.await.unwrap());
    }
    assert_eq!(used, 1);
});

each_engine!(a_use_that_is_undone_uses_nothing_up, |test| {
    let store = test.store();
    write(store, |tx| Ok(insert(tx, &fresh(TEXT))?)).await.unwrap();
    let undone = write(store, |tx| {
        assert!(use_token(tx, TEXT, "out", 150)?);
        Err::<(), Stop>(domain::Refusal::BudgetNotEnough.into())
    });
    assert!(undone.await.is_err());
    assert!(spend(store, "out", 150).await);
});
