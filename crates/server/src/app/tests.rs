//! What a process that missed changes does about it.

use super::*;
use store::{Place, Pool};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_replaced_unseen_is_taken_up_with_what_else_was_missed() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = Place::Folder(folder.path().to_owned());
    let opening = Opening {
        place: place.clone(),
        create: true,
        look: false,
        mode: Some(Mode::StandIn),
        new_mode: None,
        manual_clock_at: None,
        master_key: None,
        master_key_file: folder.path().join("master.key"),
        pool: Pool::default(),
        notify_allow_private: false,
        metrics: Metrics::new([], []),
    };
    let app = App::open(opening).await.expect("a fresh store opens");
    app.warm().await.expect("it is empty");
    let new = PrivateKey::generate();
    let sealed = app.master_key.seal(&new.to_pkcs8_base64());
    // Past the process, which on SQLite asks nobody what has changed.
    let other = Store::open(&place, store::Open::default()).expect("it is there");
    let replace = move |tx: &mut Tx| store::control::set(tx, PLATFORM_KEY, &sealed).map(drop);
    other.write::<_, store::Fault, _>(replace).await.expect("it is kept");
    assert_ne!(app.signer.public_key(), new.public_key());
    app.apply_change(&Change::Missed);
    assert!(app.until_ready(Duration::from_secs(10)).await);
    assert_eq!(app.signer.public_key(), new.public_key());
}
