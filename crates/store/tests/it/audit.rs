//! What operators did: rows that follow from one another, so that a changed or a missing one is noticed.

use store::audit::{Act, append, chain, newest};
use store::prove::prove_acts;
use store::{Store, Tx, each_engine};

use crate::probe::{read, write};

/// As good as SHA-256 where nobody attacks it.
fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut sum = [0_u8; 32];
    for (place, byte) in bytes.iter().enumerate() {
        let at = place % 32;
        sum[at] = sum[at].wrapping_mul(31) ^ byte.wrapping_add(sum[(at + 7) % 32]);
    }
    sum
}

fn act(nth: i64) -> Act {
    Act {
        at: nth,
        wall_at: 10 * nth,
        operator: format!("operator{}", nth % 2),
        address: String::new(),
        pid: String::new(),
        method: "punchcard.clock.move".to_owned(),
        request: "{}".to_owned(),
        code: "10000".to_owned(),
        sub_code: String::new(),
        trace_id: format!("{nth:032x}"),
    }
}

async fn broken(store: &Store) -> Option<String> {
    let chain = read(store, |tx| Ok(chain(tx, digest)?)).await.expect("it is read");
    let row = read(store, |tx| Ok(prove_acts(tx, digest)?)).await.expect("it is read");
    assert_eq!((row.checked, row.differences == 0), (chain.checked, chain.broken.is_none()));
    chain.broken.map(|[subject, ..]| subject)
}

/// Does what nobody has a statement for.
async fn tamper(store: &Store, sql: &'static str) {
    write(store, move |tx: &mut Tx| Ok(tx.execute(sql, &[])?)).await.expect("it is done");
}

each_engine!(a_row_that_was_changed_or_taken_is_named, |test| {
    let store = test.store();
    assert_eq!(broken(store).await, None);
    for nth in 1..=1_003 {
        write(store, move |tx| Ok(append(tx, &act(nth), digest)?)).await.expect("it is kept");
    }
    assert_eq!(broken(store).await, None);
    let last = read(store, |tx| Ok(newest(tx, 1_000, "", "operator1", 2)?)).await.expect("they are there");
    assert_eq!(last.iter().map(|kept| (kept.id, &kept.act)).collect::<Vec<_>>(), [(999, &act(999)), (997, &act(997))]);

    tamper(store, "UPDATE operator_action SET code = '40004' WHERE id = 7").await;
    assert_eq!(broken(store).await.as_deref(), Some("act 7"));
    tamper(store, "UPDATE operator_action SET code = '10000' WHERE id = 7").await;
    assert_eq!(broken(store).await, None);
    // The text that moves from one column to the next is no other act with the same hash.
    tamper(store, "UPDATE operator_action SET code = '1000', sub_code = '0' WHERE id = 1001").await;
    assert_eq!(broken(store).await.as_deref(), Some("act 1001"));
    tamper(store, "UPDATE operator_action SET code = '10000', sub_code = '' WHERE id = 1001").await;
    tamper(
        store,
        "INSERT INTO operator_action SELECT -7, at, wall_at, operator, address, pid, method, request, code,
        sub_code, trace_id, hash FROM operator_action WHERE id = 7",
    )
    .await;
    assert_eq!(broken(store).await.as_deref(), Some("act -7"));
    tamper(store, "DELETE FROM operator_action WHERE id = -7").await;
    tamper(store, "DELETE FROM operator_action WHERE id = 1003").await;
    assert_eq!(broken(store).await.as_deref(), Some("the last act"));
    tamper(store, "DELETE FROM operator_action WHERE id = 500").await;
    assert_eq!(broken(store).await.as_deref(), Some("act 501"));
});
