//! What only a server can do: choose victims, lose connections, make writers wait.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use store::idempotency::Outcome;
use store::testing::{Engine, TestStore, block_on, fresh};
use store::{Change, Fault, Place, Stop, Store, control};

use crate::probe::{add_user, enter, prepare, read, spend, spend_once, state, write};

#[test]
fn a_deadlock_is_run_again() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        let store = test.store();
        prepare(store, "a", 1_000).await;
        write(store, |tx| add_user(tx, "b", 1_000)).await.unwrap();
        let runs = Arc::new(AtomicUsize::new(0));
        let pay = |from: &'static str, to: &'static str, id: i64| {
            let (store, runs) = (store.clone(), runs.clone());
            async move {
                let work = move |tx: &mut store::Tx| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    spend(tx, from, id, 1)?;
                    thread::sleep(Duration::from_millis(20));
                    spend(tx, to, id + 1, 1)
                };
                write(&store, work).await
            }
        };
        let started = Instant::now();
        for round in 0..4 {
            let id = round * 10;
            let (one, two) = tokio::join!(pay("a", "b", id), pay("b", "a", id + 2));
            assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
        }
        assert!(runs.load(Ordering::Relaxed) > 8, "no deadlock happened");
        // A tenth of a second each, not the whole second that is the server's own setting.
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        assert_eq!(state(store, "a").await, (992, (0..40).filter(|id| id % 10 < 4).collect()));
    });
}

#[test]
fn new_users_are_locked_in_one_order_whatever_merchants_they_are_members_of() {
    const PID: &str = "2088201914979011";
    let test = TestStore::new(Engine::Postgres);
    let user = |nth: u32| format!("2088102146931{nth:03}");
    let pairs = (0..100).flat_map(|one| (0..100).map(move |other| (user(one), user(other))));
    let apart = |(one, other): &(String, String)| {
        let of = |merchant| (store::bucket_of(merchant, one), store::bucket_of(merchant, other));
        let ((as_member, other_as_member), (as_account, other_as_account)) = (of(PID), of(""));
        as_member < other_as_member && other_as_account < as_account
    };
    let (first, second) = pairs.into_iter().find(apart).expect("among so many");
    block_on(async {
        let store = test.store();
        let (held, begun) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
        let (hold, begin, user) = (held.clone(), begun.clone(), second.clone());
        let holder = write(store, move |tx| {
            add_user(tx, &user, 0)?;
            begin.store(true, Ordering::Relaxed);
            while hold.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(5));
            }
            Ok(())
        });
        let others = async {
            while !begun.load(Ordering::Relaxed) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let rows = [&first, &second].map(|user| store::member::MemberRow::new(user, []));
            let importing = write(store, move |tx| Ok(store::member::put_chunk(tx, PID, &rows)?));
            let free = async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                // The import waits for the second user, and has not touched the first.
                let added = write(store, move |tx| add_user(tx, &first, 0));
                tokio::time::timeout(Duration::from_secs(5), added).await.expect("not locked").unwrap();
                held.store(false, Ordering::Relaxed);
            };
            let (imported, ()) = tokio::join!(importing, free);
            assert_eq!(imported.unwrap().rows.len(), 2);
        };
        let (held, ()) = tokio::join!(holder, others);
        held.unwrap();
    });
}

#[test]
fn a_hot_key_does_not_stop_the_others() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        let store = test.store();
        prepare(store, "u", 100).await;
        let held = Arc::new(AtomicBool::new(true));
        let hold = held.clone();
        let holder = write(store, move |tx| {
            let outcome = spend_once(tx, "u", "hot", 1, 1)?;
            while hold.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(5));
            }
            Ok(outcome)
        });
        let waiting = |id: i64| {
            let store = store.clone();
            tokio::spawn(async move { write(&store, move |tx| spend_once(tx, "u", "hot", id, 1)).await })
        };
        let others = async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            // One connection is the holder's, each who waits for the key has one, and one is left: with as many as
            // there are connections, nobody else would get on. That is the limit; a larger pool moves it.
            let waiters: Vec<_> = (2..16).map(waiting).collect();
            for number in 0..20 {
                let set = write(store, move |tx| Ok(control::set(tx, "other", &number.to_string())?));
                tokio::time::timeout(Duration::from_secs(5), set).await.expect("not stopped").unwrap();
            }
            // Reads have connections of their own, however many writers wait.
            let more: Vec<_> = (16..40).map(waiting).collect();
            assert_eq!(read(store, |tx| Ok(control::get(tx, "other")?)).await.unwrap().as_deref(), Some("19"));
            held.store(false, Ordering::Relaxed);
            for waiter in waiters.into_iter().chain(more) {
                assert_eq!(waiter.await.unwrap().unwrap(), Outcome::Again("99".to_owned()));
            }
        };
        let (first, ()) = tokio::join!(holder, others);
        assert_eq!(first.unwrap(), Outcome::New("99".to_owned()));
    });
}

#[test]
fn a_lost_connection_is_replaced() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        let store = test.store();
        prepare(store, "u", 100).await;
        let cut = "SELECT COUNT(CASE WHEN pid <> pg_backend_pid() THEN pg_terminate_backend(pid) END)
            FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database() OFFSET 0) AS here";
        for id in 0..5 {
            let many = tokio::join!(state(store, "u"), state(store, "u"), state(store, "u"), state(store, "u"));
            assert_eq!(many.0.1.len(), usize::try_from(id).unwrap());
            write(store, move |tx| Ok(tx.query_one::<(i64,)>(cut, &[])?)).await.unwrap();
            // In the middle of an operation, too: nothing was kept, so it may run again.
            let once = AtomicBool::new(true);
            let suicide = "SELECT CASE WHEN pg_terminate_backend(pg_backend_pid()) THEN 1 ELSE 0 END";
            let work = move |tx: &mut store::Tx| {
                enter(tx, "u", id, 1)?;
                if once.swap(false, Ordering::Relaxed) {
                    tx.query_one::<(i32,)>(suicide, &[])?;
                }
                Ok(())
            };
            write(store, work).await.unwrap();
        }
        assert_eq!(state(store, "u").await.1, [0, 1, 2, 3, 4]);
    });
}

/// A way to the server that is cut when COMMIT passes, after or before it got through.
struct Cutter {
    port: u16,
    cut: Arc<Mutex<Option<Cut>>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Cut {
    Before,
    After,
}

impl Cutter {
    fn new(server: String) -> Cutter {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut: Arc<Mutex<Option<Cut>>> = Arc::default();
        let when = cut.clone();
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                let (back_from, back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let when = when.clone();
                thread::spawn(move || pass(back_from, back_to, None));
                thread::spawn(move || pass(client, server, Some(&when)));
            }
        });
        Cutter { port, cut }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, when: Option<&Mutex<Option<Cut>>>) {
    let mut buffer = vec![0; 65_536];
    let mut writes = false;
    while let Ok(many @ 1..) = from.read(&mut buffer) {
        let says = |word: &[u8]| buffer[..many].windows(word.len()).any(|window| window == word);
        // Readers and pollers commit, too.
        writes |= says(b"READ COMMITTED");
        let cut = when.filter(|_| writes && says(b"COMMIT\0")).and_then(|when| when.lock().unwrap().take());
        if cut == Some(Cut::After) {
            // The answer must not get back before the line is cut.
            drop(from.shutdown(Shutdown::Both));
        }
        if cut == Some(Cut::Before) || to.write_all(&buffer[..many]).is_err() || cut.is_some() {
            break;
        }
    }
    drop((from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Write)));
}

#[test]
fn a_connection_lost_in_commit_leaves_the_outcome_open_and_the_table_settles_it() {
    let test = TestStore::new(Engine::Postgres);
    let Place::Postgres(url) = test.place() else { unreachable!("PostgreSQL's") };
    let (user, rest) = url.split_once("://").unwrap().1.split_once('@').unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let cutter = Cutter::new(server.to_owned());
    let through = Place::Postgres(format!("postgres://{user}@127.0.0.1:{}/{database}", cutter.port));
    block_on(async {
        prepare(test.store(), "u", 100).await;
        let store = Store::open(&through, fresh()).unwrap();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let ears = heard.clone();
        let listener = move |change: &Change| {
            if let Change::Setting { name, .. } = change {
                ears.lock().unwrap().push(name.to_string());
            }
        };
        store.on_change(listener).unwrap();
        let call = |store: &Store, name: &'static str, id: i64| {
            let store = store.clone();
            async move {
                let work = move |tx: &mut store::Tx| {
                    control::set(tx, name, "1")?;
                    spend_once(tx, "u", name, id, 1)
                };
                write(&store, work).await
            }
        };
        for (cut, name, id) in [(Cut::After, "kept", 1), (Cut::Before, "lost", 2)] {
            *cutter.cut.lock().unwrap() = Some(cut);
            let lost = call(&store, name, id).await;
            assert!(matches!(lost, Err(Stop::Fault(Fault::UnknownOutcome(_)))), "{lost:?}");
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(*heard.lock().unwrap(), ["kept"]);
        // Repeated with the same key, either is right.
        assert_eq!(call(&store, "kept", 3).await.unwrap(), Outcome::Again("99".to_owned()));
        assert_eq!(call(&store, "lost", 4).await.unwrap(), Outcome::New("98".to_owned()));
        assert_eq!(state(test.store(), "u").await, (98, vec![1, 4]));
    });
}
