//! The ring of refused signatures.

use store::each_engine;
use store::rejected_call::{RejectedCall, Ring, find, latest, record};

use crate::probe::{read, write};

fn a_call(number: i64) -> RejectedCall {
    RejectedCall {
        trace_id: format!("trace {number}"),
        at: number,
        app_id: "2021".to_owned(),
        method: "alipay.trade.pay".to_owned(),
        cause: "charset".to_owned(),
        detail: "签名用了 GBK".to_owned(),
    }
}

each_engine!(the_last_thousand_are_kept, |test| {
    let store = test.store();
    let many = write(store, |tx| Ok((0..1_005).try_for_each(|number| record(tx, Ring::Signature, &a_call(number)))?));
    many.await.unwrap();
    for (number, kept) in [(0, false), (4, false), (5, true), (1_004, true)] {
        let found = read(store, move |tx| Ok(find(tx, &format!("trace {number}"))?)).await.unwrap();
        assert_eq!(found, kept.then(|| a_call(number)));
    }
});

each_engine!(unknown_apps_push_out_no_other, |test| {
    let store = test.store();
    let many = write(store, |tx| {
        (0..3).try_for_each(|number| record(tx, Ring::Signature, &a_call(number)))?;
        Ok((10..1_510).try_for_each(|number| record(tx, Ring::UnknownApp, &a_call(number)))?)
    });
    many.await.unwrap();
    let kept = read(store, |tx| Ok(latest(tx, 2_000)?)).await.unwrap();
    let expect: Vec<_> = (1_310..1_510).rev().chain((0..3).rev()).map(a_call).collect();
    assert_eq!(kept, expect);
    // Of one time those of known apps come first, each ring by its turns.
    let still = |number| RejectedCall { at: 9_999, ..a_call(number) };
    let more = write(store, move |tx| {
        for (ring, number) in [(Ring::UnknownApp, 1), (Ring::Signature, 2), (Ring::UnknownApp, 3), (Ring::Signature, 4)]
        {
            record(tx, ring, &still(number))?;
        }
        Ok(())
    });
    more.await.unwrap();
    let kept = read(store, |tx| Ok(latest(tx, 5)?)).await.unwrap();
    assert_eq!(kept, [still(4), still(2), still(3), still(1), a_call(1_509)]);
});

each_engine!(no_ring_pushes_out_another, |test| {
    let store = test.store();
    let rings = [(Ring::Verified, 1_000), (Ring::Signature, 1_000), (Ring::Unsigned, 200), (Ring::UnknownApp, 200)];
    let first = write(store, move |tx| {
        for (nth, (ring, _)) in (0..).zip(rings) {
            record(tx, ring, &a_call(nth))?;
        }
        Ok(())
    });
    first.await.unwrap();
    for (nth, (full, slots)) in (0..).zip(rings) {
        let many =
            write(store, move |tx| Ok((0..slots).try_for_each(|number| record(tx, full, &a_call(10_000 + number)))?));
        many.await.unwrap();
        for (other, (ring, _)) in (0..).zip(rings) {
            let found = read(store, move |tx| Ok(find(tx, &format!("trace {other}"))?)).await.unwrap();
            assert_eq!(found.is_some(), nth < other, "{ring:?} once {full:?} is full");
        }
    }
});
