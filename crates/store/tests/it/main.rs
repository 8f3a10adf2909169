//! The store, tried on both engines.

use store::{Fault, each_engine};

each_engine!(settings_are_kept, |test| {
    let set: Result<bool, Fault> = test.store().write(|tx| store::control::set(tx, "greeting", "你好")).await;
    assert!(set.unwrap());
    let got: Result<_, Fault> = test.store().read(|tx| store::control::get(tx, "greeting")).await;
    assert_eq!(got.unwrap().as_deref(), Some("你好"));
});
