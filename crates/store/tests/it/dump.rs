//! Dumps: what goes in comes out, on either engine, or nothing does.

use std::collections::BTreeSet;

use store::dump::{self, DumpError};
use store::testing::{Engine, Space, TestStore, block_on};
use store::{Open, OpenError, Place, Store, Tx, bucket_of, each_engine, params};

use crate::probe::write;

/// More rows than a page, texts that need escapes, every type of column.
async fn fill(store: &Store) {
    let work = |tx: &mut Tx| {
        let app = "INSERT INTO image (id, media_type, bytes) VALUES ($1, $2, $3)";
        tx.execute(app, params!["1", "image/png", &[0_u8, 10, 255][..]])?;
        for n in 0..4_500 {
            let user = format!("{}", 2_088_000_000_000_000_i64 + n);
            let account = "INSERT INTO account (bucket, user_id, login_id) VALUES ($1, $2, $3)";
            let login = (n % 2 == 0).then_some("行\n\"1\"\\");
            tx.execute(account, params![bucket_of("", &user), &user, login])?;
        }
        Ok(())
    };
    write(store, work).await.unwrap();
}

async fn dumped(store: &Store) -> Vec<u8> {
    let work = |tx: &mut Tx| {
        let mut text = Vec::new();
        dump::write(tx, "test", &mut text)?;
        Ok::<_, DumpError>(text)
    };
    store.read(work).await.unwrap()
}

fn lines(text: &[u8]) -> BTreeSet<&str> {
    std::str::from_utf8(text).unwrap().lines().filter(|line| line.starts_with('[')).collect()
}

each_engine!(what_was_dumped_restores_on_either_engine, |test| {
    fill(test.store()).await;
    let text = dumped(test.store()).await;
    let summary = dump::check(&text[..]).unwrap();
    assert_eq!((summary.tables["account"].rows, summary.made_by.as_str()), (4_500, "test"));
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let space = Space::new(engine);
        assert_eq!(dump::restore(&space.place(), &text[..]).unwrap(), summary);
        let again = dump::restore(&space.place(), &text[..]);
        assert!(matches!(again, Err(DumpError::Occupied(_))), "{again:?}");
        let restored = Store::open(&space.place(), Open::default()).unwrap();
        assert_eq!(restored.mode(), test.store().mode());
        let find = |tx: &mut Tx| store::world::account(tx, "2088000000000004");
        assert!(restored.read(find).await.unwrap().is_some(), "its bucket is the one that statements name");
        let text_again = dumped(&restored).await;
        // Only the counter of openings has moved on.
        assert!(lines(&text).symmetric_difference(&lines(&text_again)).all(|line| line.starts_with("[\"origin\"")));
    }
});

each_engine!(what_processes_were_started_with_is_in_no_dump, |test| {
    let set = |tx: &mut Tx| {
        store::control::set(tx, store::control::OF_PROCESSES, "{\"1\":\"https://shop.example.com\"}")?;
        Ok(store::control::set(tx, "base_url", "https://world.example.com")?)
    };
    write(test.store(), set).await.unwrap();
    let text = dumped(test.store()).await;
    assert!(!String::from_utf8_lossy(&text).contains("shop.example.com"));
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let space = Space::new(engine);
        dump::restore(&space.place(), &text[..]).unwrap();
        let restored = Store::open(&space.place(), Open::default()).unwrap();
        let get = |tx: &mut Tx| {
            let names = [store::control::OF_PROCESSES, "base_url"];
            names.into_iter().map(|name| store::control::get(tx, name)).collect::<Result<Vec<_>, _>>()
        };
        assert_eq!(restored.read(get).await.unwrap(), [None, Some("https://world.example.com".to_owned())]);
    }
});

#[test]
fn a_row_that_postgresql_cannot_keep_is_named() {
    let test = TestStore::new(Engine::Sqlite);
    let put = |tx: &mut Tx| {
        let account = "INSERT INTO account (bucket, user_id, login_id) VALUES ($1, $2, $3)";
        let user = "2088000000000007";
        tx.execute(account, params![bucket_of("", user), user, "a\0b"])?;
        Ok(())
    };
    block_on(write(test.store(), put)).unwrap();
    let text = block_on(dumped(test.store()));
    let refused = dump::restore(&Space::new(Engine::Postgres).place(), &text[..]).unwrap_err().to_string();
    assert!(refused.contains("the row of account with user_id \"2088000000000007\" has U+0000"), "{refused}");
    dump::restore(&Space::new(Engine::Sqlite).place(), &text[..]).unwrap();
}

each_engine!(what_is_damaged_is_not_restored, |test| {
    fill(test.store()).await;
    let text = String::from_utf8(dumped(test.store()).await).unwrap();
    let without_a_row = text.replacen("[\"2088000000000003\",null,null,0,0,\"[]\",null,0,\"[]\"]\n", "", 1);
    assert_ne!(text, without_a_row);
    let damaged = [
        text[..text.len() / 2].to_owned(),
        without_a_row,
        text.replacen("2088000000000003", "2088000000000999", 1),
        text.replacen("\"table\":\"image\"", "\"table\":\"image; x\"", 1),
        text.replacen("\"user_id\",", "\"user_id) --\",", 1),
        format!("{text}[]\n"),
        String::new(),
    ];
    let space = Space::new(test.engine());
    for (index, text) in damaged.iter().enumerate() {
        let refused = dump::check(text.as_bytes());
        assert!(matches!(refused, Err(DumpError::Damaged { .. })), "{index}: {refused:?}");
        let refused = dump::restore(&space.place(), text.as_bytes());
        assert!(refused.is_err(), "{index}");
        let opened = Store::open(&space.place(), Open::default()).err();
        assert!(matches!(opened, Some(OpenError::Missing)), "{index}: nothing is there");
    }
    let newer = text.replacen("\"migrations\":[[1,", "\"migrations\":[[0,", 1).replacen("]]", "],[99,\"0\"]]", 1);
    let refused = dump::restore(&space.place(), newer.as_bytes());
    assert!(matches!(refused, Err(DumpError::Open(OpenError::NewerStore { found: 99, .. }))), "{refused:?}");
    // What stood in the way is gone: the right one is taken.
    dump::restore(&space.place(), text.as_bytes()).unwrap();
});

#[test]
fn a_log_without_its_file_is_in_the_way() {
    let space = Space::new(Engine::Sqlite);
    let Place::Folder(folder) = space.place() else { unreachable!("SQLite's") };
    std::fs::write(folder.join("punchcard.db-wal"), "of another file").unwrap();
    assert!(matches!(dump::restore(&space.place(), &b""[..]), Err(DumpError::Occupied(_))));
}
