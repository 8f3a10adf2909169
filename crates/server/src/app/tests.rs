//! What a process that missed changes does about it.

use super::identity::PLATFORM_KEY;
use super::*;
use wire::PrivateKey;

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_replaced_unseen_is_taken_up_with_what_else_was_missed() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = App::open(Opening::fresh(folder.path())).await.expect("a fresh store opens");
    app.warm().await.expect("it is empty");
    let new = PrivateKey::generate();
    let sealed = app.master_key.seal(&new.to_pkcs8_base64());
    // Past the process, which on SQLite asks nobody what has changed.
    let other = Store::open(app.store.place(), store::Open::default()).expect("it is there");
    let replace = move |tx: &mut Tx| store::control::set(tx, PLATFORM_KEY, &sealed).map(drop);
    other.write::<_, store::Fault, _>(replace).await.expect("it is kept");
    assert_ne!(app.signer.public_key(), new.public_key());
    app.apply_change(&Change::Missed);
    assert!(app.until_ready(Duration::from_secs(10)).await);
    assert_eq!(app.signer.public_key(), new.public_key());
}
