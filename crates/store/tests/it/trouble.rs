//! The ring of refused signatures.

use store::each_engine;
use store::trouble::{Trouble, find, record};

use crate::probe::{read, write};

fn trouble(number: i64) -> Trouble {
    Trouble {
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
    let many = write(store, |tx| Ok((0..1_005).try_for_each(|number| record(tx, &trouble(number)))?));
    many.await.unwrap();
    for (number, kept) in [(0, false), (4, false), (5, true), (1_004, true)] {
        let found = read(store, move |tx| Ok(find(tx, &format!("trace {number}"))?)).await.unwrap();
        assert_eq!(found, kept.then(|| trouble(number)));
    }
});
