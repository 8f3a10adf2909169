//! Making a store, and when one is not opened.

use std::thread;

use store::testing::{Engine, Space, TestStore, block_on, fresh};
use store::{Mode, Open, OpenError, Place, Store, each_engine, params};

use crate::probe::{read, write};

fn refusal(place: &Place, how: Open) -> OpenError {
    Store::open(place, how).err().expect("a store that is not opened")
}

/// The numbers of the files in `migrations`, each of which a store has had once.
fn migrations() -> Vec<(i64,)> {
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).expect("the schema");
    (1..).zip(files).map(|(number, _)| (number,)).collect()
}

fn missing_then_made(engine: Engine) {
    let space = Space::new(engine);
    let existing = Open { create: false, ..Open::default() };
    assert!(matches!(refusal(&space.place(), existing), OpenError::Missing));
    let made = Store::open(&space.place(), Open { create: true, ..Open::default() }).unwrap();
    assert_eq!(made.mode(), Mode::Platform);
    drop(made);
    let opened = Store::open(&space.place(), existing).unwrap();
    assert_eq!(opened.mode(), Mode::Platform);
    drop(opened);
    let other = refusal(&space.place(), fresh());
    assert!(matches!(other, OpenError::WrongMode { found: Mode::Platform, asked: Mode::StandIn }));
    let text = "the store was made in mode platform, which never changes; it cannot be opened in mode stand-in";
    assert_eq!(other.to_string(), text);
}

#[test]
fn a_store_is_made_only_on_request_sqlite() {
    missing_then_made(Engine::Sqlite);
}

#[test]
fn a_store_is_made_only_on_request_postgres() {
    missing_then_made(Engine::Postgres);
}

each_engine!(a_newer_store_is_left_alone, |test| {
    let record = |tx: &mut store::Tx| {
        let sql = "INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)";
        Ok(tx.execute(sql, params![99, "from the future", "0"])?)
    };
    write(test.store(), record).await.unwrap();
    let refused = test.open_again().err().expect("not opened");
    let newest = migrations().last().expect("a schema").0;
    assert!(matches!(refused, OpenError::NewerStore { found: 99, known } if known == newest));
    let up_to = format!("up to {newest}");
    assert!(refused.to_string().contains("migration 99") && refused.to_string().contains(&up_to), "{refused}");
    let alter = |tx: &mut store::Tx| Ok(tx.execute("DELETE FROM migration WHERE number = $1", params![99])?);
    write(test.store(), alter).await.unwrap();
    drop(test.open_again().unwrap());
    let alter = |tx: &mut store::Tx| Ok(tx.execute("UPDATE migration SET checksum = $1", params!["0"])?);
    write(test.store(), alter).await.unwrap();
    assert!(matches!(test.open_again(), Err(OpenError::OtherSchema { number: 1 })));
});

fn many_at_once(engine: Engine) {
    let space = Space::new(engine);
    let stores: Vec<Store> = thread::scope(|scope| {
        let opening: Vec<_> = (0..6).map(|_| scope.spawn(|| Store::open(&space.place(), fresh()).unwrap())).collect();
        opening.into_iter().map(|opening| opening.join().unwrap()).collect()
    });
    block_on(async {
        let origins = read(&stores[0], |tx| {
            assert_eq!(tx.query::<(i64,)>("SELECT number FROM migration ORDER BY number", &[])?, migrations());
            Ok(tx.query_one::<(i64,)>("SELECT next FROM id_lease WHERE name = $1", params!["origin"])?.0)
        });
        assert_eq!(origins.await.unwrap(), 6);
    });
}

#[test]
fn several_may_make_one_store_at_once_sqlite() {
    many_at_once(Engine::Sqlite);
}

#[test]
fn several_may_make_one_store_at_once_postgres() {
    many_at_once(Engine::Postgres);
}

#[test]
fn a_url_that_cannot_be_used_says_why() {
    let check = |url: &str, expect: &str| {
        let text = refusal(&Place::Postgres(url.to_owned()), fresh()).to_string();
        assert!(text.contains(expect), "{text}");
        assert!(!text.contains("secret"), "{text}");
    };
    check("postgres://me:secret@127.0.0.1:1/x?sslmode=require", "sslmode=require");
    check("nonsense", "the database URL cannot be read");
    check("postgres://me:secret@127.0.0.1:1/x", "cannot be opened");
}

/// Citus names the tables that it has distributed in a catalog of its own. A plain PostgreSQL has none, so a table with
/// that name and the columns that are read stands in for it: this holds what is asked and answered, not Citus itself.
#[test]
fn a_distributed_database_is_refused() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        let catalog = |tx: &mut store::Tx| {
            tx.execute("CREATE TABLE pg_dist_partition (logicalrelid regclass NOT NULL)", &[])?;
            Ok(tx.execute("CREATE TABLE elsewhere (id BIGINT)", &[])?)
        };
        write(test.store(), catalog).await.unwrap();
        let distribute = |table: &'static str| {
            let sql = "INSERT INTO pg_dist_partition (logicalrelid) SELECT oid FROM pg_class WHERE CAST(relname AS TEXT) = $1";
            write(test.store(), move |tx| Ok(tx.execute(sql, params![table])?))
        };
        distribute("elsewhere").await.unwrap_or_else(|stop| panic!("{stop:?}"));
        drop(test.open_again().unwrap());
        assert_eq!(distribute("trade").await.unwrap(), 1);
        for how in [fresh(), Open::default(), Open { look: true, ..Open::default() }] {
            let refused = refusal(&test.place(), how);
            assert!(matches!(refused, OpenError::Unusable(_)), "{refused:?}");
            let text = refused.to_string();
            assert!(text.contains("distributed with Citus") && text.contains("not supported yet"), "{text}");
        }
    });
}

#[test]
fn the_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let space = Space::new(Engine::Sqlite);
    let Place::Folder(parent) = space.place() else { unreachable!("SQLite's") };
    let folder = parent.join("data");
    let store = Store::open(&Place::Folder(folder.clone()), fresh()).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in std::fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
    drop(store);
}
