//! When the process is killed, the disk is full, or the disk fails: what was answered is there.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use store::testing::{Engine, TestStore, block_on, limit_pages};
use store::{Change, Fault, Open, Place, Stop, Store, bucket_of, params};

use crate::probe::{prepare, read, spend, state, write};

/// Tells a child where to write, and whether to live on after a failed COMMIT.
const PLACE: &str = "PUNCHCARD_STORE_CHILD";
const LIVE_ON: &str = "PUNCHCARD_STORE_CHILD_LIVES_ON";

const OPENING: i64 = 1_000_000_000;

/// Not a test but, when a test starts it with [`PLACE`], a process that writes and says what was answered.
#[test]
fn child() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let place = match place.strip_prefix("folder:") {
        Some(folder) => Place::Folder(folder.into()),
        None => Place::Postgres(place),
    };
    block_on(async {
        let store = Store::open(&place, Open::default()).unwrap();
        if std::env::var(LIVE_ON).is_ok() {
            store.on_fatal(|fault| println!("\nfatal {fault}"));
        }
        let caller = |_| {
            let store = store.clone();
            tokio::spawn(async move {
                loop {
                    let id = store.next_numbers(1).await.map(|number| bucket_of("", "u").id(number));
                    let spent = match id {
                        Ok(id) => write(&store, move |tx| spend(tx, "u", id, 1)).await.map(|_| id),
                        Err(fault) => Err(fault.into()),
                    };
                    let line = match spent {
                        Ok(id) => format!("\nack {id}\n"),
                        Err(Stop::Fault(Fault::UnknownOutcome(_))) => "\nunknown\n".to_owned(),
                        Err(Stop::Fault(Fault::Unavailable(_))) => return,
                        Err(other) => panic!("{other:?}"),
                    };
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            })
        };
        for caller in (0..128).map(caller).collect::<Vec<_>>() {
            caller.await.unwrap();
        }
    });
}

/// Starts the child, under a shell's limits if there are any.
fn start(place: &Place, limits: &str, live_on: bool) -> Child {
    let place = match place {
        Place::Folder(folder) => format!("folder:{}", folder.display()),
        Place::Postgres(url) => url.clone(),
    };
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{limits} exec \"$0\" \"$@\"")]).arg(program);
    command.args(["crash::child", "--exact", "--nocapture"]).env(PLACE, place);
    if live_on {
        command.env(LIVE_ON, "1");
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// What a child said in the end: the ids that it was answered, and its other lines.
type Said = (HashSet<i64>, Vec<String>);

/// Listens to a child until its end, and tells of each answer at once.
fn listen(child: &mut Child) -> (thread::JoinHandle<Said>, mpsc::Receiver<()>) {
    let output = BufReader::new(child.stdout.take().unwrap());
    let (first, answered) = mpsc::channel();
    let listening = thread::spawn(move || {
        let (mut acknowledged, mut others) = (HashSet::new(), Vec::new());
        for line in output.lines().map_while(Result::ok) {
            match line.strip_prefix("ack ").and_then(|id| id.parse().ok()) {
                Some(id) => {
                    acknowledged.insert(id);
                    // Nobody may be waiting for it.
                    first.send(()).unwrap_or_default();
                }
                None => others.push(line),
            }
        }
        (acknowledged, others)
    });
    (listening, answered)
}

/// All that was answered is there, and the balance is what the entries say.
async fn check(store: &Store, acknowledged: &HashSet<i64>) {
    let (balance, entries) = state(store, "u").await;
    assert_eq!(balance + i64::try_from(entries.len()).unwrap(), OPENING);
    let entries: HashSet<i64> = entries.into_iter().collect();
    let lost: Vec<_> = acknowledged.difference(&entries).collect();
    assert!(lost.is_empty(), "{} answered but not there", lost.len());
}

fn kill(engine: Engine) {
    let test = TestStore::new(engine);
    block_on(prepare(test.store(), "u", OPENING));
    let mut all = HashSet::new();
    for round in 0..5 {
        let mut child = start(&test.place(), "", false);
        let (listening, answered) = listen(&mut child);
        // However slow the machine is, the kill comes when answers do.
        answered.recv().unwrap();
        thread::sleep(Duration::from_millis(70 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let (acknowledged, _) = listening.join().unwrap();
        assert!(!acknowledged.is_empty(), "round {round}: nothing was answered");
        all.extend(acknowledged);
        let store = test.open_again().unwrap();
        block_on(check(&store, &all));
    }
    if engine == Engine::Sqlite {
        let sound = read(test.store(), |tx| Ok(tx.query_one::<(String,)>("PRAGMA integrity_check", &[])?.0));
        assert_eq!(block_on(sound).unwrap(), "ok");
    }
}

#[test]
fn a_killed_process_loses_nothing_answered_sqlite() {
    kill(Engine::Sqlite);
}

#[test]
fn a_killed_process_loses_nothing_answered_postgres() {
    kill(Engine::Postgres);
}

/// No file may grow beyond 1 MiB: SQLite takes that for a disk that fails, while committing.
const FAILING_DISK: &str = "trap '' XFSZ; ulimit -f 2048;";

#[test]
fn a_disk_that_fails_in_commit_ends_the_process_and_the_log_decides() {
    let test = TestStore::new(Engine::Sqlite);
    block_on(prepare(test.store(), "u", OPENING));
    let mut child = start(&test.place(), FAILING_DISK, false);
    let (acknowledged, _) = listen(&mut child).0.join().unwrap();
    let ended = child.wait_with_output().unwrap();
    let message = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(74), "{message}");
    assert!(message.contains("the disk failed while committing"), "{message}");
    assert!(!acknowledged.is_empty());
    block_on(check(&test.open_again().unwrap(), &acknowledged));
}

#[test]
fn a_process_that_lives_on_after_a_failed_commit_writes_no_more() {
    let test = TestStore::new(Engine::Sqlite);
    block_on(prepare(test.store(), "u", OPENING));
    let mut child = start(&test.place(), FAILING_DISK, true);
    let (acknowledged, others) = listen(&mut child).0.join().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let fatal = others.iter().filter(|line| line.starts_with("fatal")).count();
    let unknown = others.iter().filter(|line| *line == "unknown").count();
    assert!(fatal == 1 && unknown >= 1, "{fatal} {unknown}");
    block_on(check(&test.open_again().unwrap(), &acknowledged));
}

#[test]
fn a_full_disk_fails_whole_groups_and_works_again_with_room() {
    let test = TestStore::new(Engine::Sqlite);
    block_on(async {
        let store = test.store();
        prepare(store, "u", OPENING).await;
        let heard: Arc<Mutex<HashSet<i64>>> = Arc::default();
        let ears = heard.clone();
        let listener = move |change: &Change| {
            if let Change::Setting { value, .. } = change {
                ears.lock().unwrap().insert(value.parse().unwrap());
            }
        };
        store.on_change(listener).unwrap();
        let (pages,) = read(store, |tx| Ok(tx.query_one::<(u32,)>("PRAGMA page_count", &[])?)).await.unwrap();
        let mut kept = HashSet::new();
        let mut failed = 0;
        for round in 0..3_i64 {
            // Room for some of the first round, for none of the second, for all of the third.
            limit_pages(store, if round == 2 { 1_000_000 } else { pages + 40 }).await.unwrap();
            let caller = |caller: i64| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut answers = Vec::new();
                    for turn in 0..40 {
                        let id = round * 100_000 + caller * 100 + turn;
                        let work = move |tx: &mut store::Tx| {
                            let sql = "INSERT INTO image (id, media_type, bytes) VALUES ($1, $2, $3)";
                            tx.execute(sql, params![&id.to_string(), "x", &vec![0; 300]])?;
                            spend(tx, "u", id, 1)
                        };
                        answers.push((id, write(&store, work).await));
                    }
                    answers
                })
            };
            for caller in (0..64).map(caller).collect::<Vec<_>>() {
                for (id, answer) in caller.await.unwrap() {
                    match answer {
                        Ok(_) => drop(kept.insert(id)),
                        Err(Stop::Fault(Fault::Full(_))) => failed += 1,
                        Err(other) => panic!("{other:?}"),
                    }
                }
            }
        }
        assert!(kept.len() > 2_560 && failed > 2_560, "{} {failed}", kept.len());
        assert_eq!(kept.len() + failed, 3 * 2_560);
        let (balance, entries) = state(store, "u").await;
        assert_eq!(balance + i64::try_from(entries.len()).unwrap(), OPENING);
        assert_eq!(entries.into_iter().collect::<HashSet<_>>(), kept);
        assert_eq!(*heard.lock().unwrap(), kept);
    });
}
