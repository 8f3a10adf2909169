//! How fast the store is: `cargo bench -p punchcard-store -- [points|import] [sqlite|postgres]`.
//!
//! *points* is an update of points in five statements (claim, guarded update, entry, notice, answer) by 1, 64 and 512
//! callers at once, beside a bare loop over the same statements in groups of 512. *import* is a million members with
//! eight tags, beside what the `sqlite3` shell needs to `.import` the same file into one flat table.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use store::idempotency::{Outcome, stored};
use store::member::{MemberRow, put_chunk};
use store::testing::{Engine, TestStore, block_on};
use store::{Fault, Stop, Store, Tx, bucket_of, params};

const USERS: i64 = 10_000;
const MEMBERS: usize = 1_000_000;
const CHUNK: usize = 4_000;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    // Of each pair both, unless one is named.
    let wants = |word: &str, other: &str| asked.iter().any(|it| it == word) || asked.iter().all(|it| it != other);
    let mut engines = Vec::new();
    if wants("sqlite", "postgres") {
        engines.push(("sqlite", Engine::Sqlite));
    }
    if wants("postgres", "sqlite") {
        engines.push(("postgres", Engine::Postgres));
    }
    for (name, engine) in engines {
        if wants("points", "import") {
            if engine == Engine::Sqlite {
                bare();
            }
            for callers in [1, 64, 512] {
                points(name, engine, callers);
            }
        }
        if wants("import", "points") {
            import(name, engine);
        }
    }
}

fn user(number: i64) -> String {
    format!("2088{number:012}")
}

/// Two tables more, and users with plenty.
async fn prepare(store: &Store) {
    write(store, |tx| {
        for table in ["entry", "notice"] {
            let columns = "bucket INTEGER NOT NULL, id BIGINT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (bucket, id)";
            tx.execute(&format!("CREATE TABLE {table} ({columns})"), &[])?;
        }
        Ok(())
    })
    .await;
    for from in (0..USERS).step_by(1_000) {
        write(store, move |tx| {
            for number in from..from + 1_000 {
                let user = user(number);
                let sql = "INSERT INTO account (bucket, user_id, opening_fen, balance_fen) VALUES ($1, $2, 1000000000, 1000000000)";
                tx.execute(sql, params![bucket_of("", &user), &user])?;
            }
            Ok(())
        })
        .await;
    }
}

fn points(name: &str, engine: Engine, callers: usize) {
    let test = TestStore::new(engine);
    block_on(async {
        let store = test.store();
        prepare(store).await;
        let next = Arc::new(AtomicI64::new(0));
        let stop = Instant::now() + Duration::from_secs(3);
        let (started, before) = (Instant::now(), cpu()[0]);
        let caller = |_| {
            let (store, next) = (store.clone(), next.clone());
            tokio::spawn(async move {
                let mut delays = Vec::new();
                while Instant::now() < stop {
                    let id = next.fetch_add(1, Ordering::Relaxed);
                    let asked = Instant::now();
                    write(&store, move |tx| update(tx, id)).await;
                    delays.push(asked.elapsed());
                }
                delays
            })
        };
        let callers: Vec<_> = (0..callers).map(caller).collect();
        let mut delays = Vec::new();
        let many = callers.len();
        for caller in callers {
            delays.extend(caller.await.expect("a caller ends"));
        }
        let rate = delays.len() as f64 / started.elapsed().as_secs_f64();
        let each = (cpu()[0] - before) / delays.len() as f64 * 1e6;
        delays.sort_unstable();
        let at = |part: usize| delays[delays.len() * part / 100];
        println!(
            "{name} points, {many} callers: {rate:.0}/s, {each:.1} µs of CPU each, p50 {:.1?}, p99 {:.1?}",
            at(50),
            at(99)
        );
    });
}

const SPEND: &str = "UPDATE account SET balance_fen = balance_fen - $1
    WHERE bucket = $2 AND user_id = $3 AND balance_fen >= $1 RETURNING balance_fen";
const ENTRY: &str = "INSERT INTO entry (bucket, id, body) VALUES ($1, $2, $3)";
const NOTICE: &str = "INSERT INTO notice (bucket, id, body) VALUES ($1, $2, $3)";

/// The floor: the same statements on a connection of our own, without a queue, savepoints or answers.
fn bare() {
    let test = TestStore::new(Engine::Sqlite);
    block_on(prepare(test.store()));
    let store::Place::Folder(folder) = test.place() else { unreachable!("SQLite's") };
    let db = rusqlite::Connection::open(folder.join("punchcard.db")).expect("the same file");
    db.pragma_update(None, "synchronous", "FULL").expect("a setting");
    db.pragma_update(None, "wal_autocheckpoint", 4000).expect("a setting");
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        db.prepare_cached(sql).expect("a statement").execute(values).expect("a write");
    };
    let claim =
        "INSERT INTO once (bucket, scope, key, fingerprint, subject, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (bucket, scope, key) DO NOTHING";
    let answered = "UPDATE once SET answer = $1 WHERE bucket = $2 AND scope = $3 AND key = $4";
    let (started, before, mut id) = (Instant::now(), cpu()[0], 0_i64);
    while started.elapsed() < Duration::from_secs(3) {
        run("BEGIN IMMEDIATE", &[]);
        for _ in 0..512 {
            let (user, key, scope) = (user(id % USERS), format!("out-biz-no-{id:012}"), "2088/points.update");
            run(claim, &[&0, &scope, &key, &[7_u8; 32], &None::<i64>, &0]);
            let spent =
                db.prepare_cached(SPEND).expect("a statement").query_row((1, 0, &user), |row| row.get::<_, i64>(0));
            let body = format!("{{\"user\":\"{user}\",\"left\":{}}}", spent.expect("a balance"));
            run(ENTRY, &[&0, &id, &body]);
            run(NOTICE, &[&0, &id, &body]);
            run(answered, &[&body, &0, &scope, &key]);
            id += 1;
        }
        run("COMMIT", &[]);
    }
    let rate = id as f64 / started.elapsed().as_secs_f64();
    println!("sqlite points, bare loop: {rate:.0}/s, {:.1} µs of CPU each", (cpu()[0] - before) / id as f64 * 1e6);
}

fn update(tx: &mut Tx, id: i64) -> Result<(), Stop> {
    let user = user(id % USERS);
    let key = format!("out-biz-no-{id:012}");
    let outcome = stored(tx, "2088/points.update", &key, &[7; 32], 0, |tx| -> Result<String, Fault> {
        let bucket = bucket_of("", &user);
        let (left,): (i64,) = tx.query_one(SPEND, params![1, bucket, &user])?;
        let body = format!("{{\"user\":\"{user}\",\"left\":{left}}}");
        tx.execute(ENTRY, params![bucket, id, &body])?;
        tx.execute(NOTICE, params![bucket, id, &body])?;
        Ok(body)
    })?;
    assert!(matches!(outcome, Outcome::New(_)));
    Ok(())
}

fn import(name: &str, engine: Engine) {
    let test = TestStore::new(engine);
    let folder = tempfile::tempdir().expect("a folder");
    let csv = folder.path().join("members.csv");
    std::fs::write(&csv, members()).expect("a file");
    let shell_cpu = cpu();
    let shell = (engine == Engine::Sqlite).then(|| shell_import(folder.path(), &csv));
    let shell_cpu = cpu()[1] - shell_cpu[1];
    block_on(async {
        for round in ["fresh", "again, nothing changed"] {
            let (started, before) = (Instant::now(), cpu()[0]);
            import_file(test.store(), &csv).await;
            let (took, own_cpu) = (started.elapsed(), cpu()[0] - before);
            let rate = MEMBERS as f64 / took.as_secs_f64();
            print!("{name} import, {round}: {rate:.0} rows/s ({took:.2?}, {own_cpu:.2} s of CPU)");
            match shell {
                Some(shell) => {
                    let part = shell.as_secs_f64() / took.as_secs_f64();
                    println!("; .import {shell:.2?}, {shell_cpu:.2} s of CPU: {part:.2} of its rate");
                }
                None => println!(),
            }
        }
    });
}

/// Seconds of CPU that this process has used, and its children that have ended. On a shared machine they say more than
/// the clock does.
fn cpu() -> [f64; 2] {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<f64> =
        stat.rsplit(") ").next().expect("fields").split(' ').map_while(|it| it.parse().ok().or(Some(0.0))).collect();
    [(fields[11] + fields[12]) / 100.0, (fields[13] + fields[14]) / 100.0]
}

/// Chunk by chunk: the next one is read while the one before is written.
async fn import_file(store: &Store, csv: &Path) {
    let text = std::fs::read_to_string(csv).expect("the file");
    let mut lines = text.lines();
    let codes: Vec<&str> = lines.next().expect("a header").split(',').skip(1).collect();
    let mut writing: Option<tokio::task::JoinHandle<()>> = None;
    loop {
        let row = |line: &str| {
            let (user, values) = line.split_once(',').expect("columns");
            MemberRow::new(user, codes.iter().copied().zip(values.split(',').map(Some)))
        };
        let rows: Vec<MemberRow> = lines.by_ref().take(CHUNK).map(row).collect();
        if let Some(writing) = writing.take() {
            writing.await.expect("a chunk");
        }
        if rows.is_empty() {
            return;
        }
        let store = store.clone();
        writing = Some(tokio::spawn(async move {
            drop(write(&store, move |tx| Ok(put_chunk(tx, "2088201914979011", &rows)?)).await);
        }));
    }
}

fn shell_import(folder: &Path, csv: &Path) -> Duration {
    let database = folder.join("flat.db");
    let started = Instant::now();
    let import = format!(".import {} member", csv.display());
    let status = Command::new("sqlite3").arg(&database).args(["-cmd", ".mode csv"]).arg(import).status();
    let took = started.elapsed();
    assert!(status.expect("the sqlite3 shell").success());
    took
}

fn members() -> Vec<u8> {
    let mut csv = Vec::new();
    let codes = "pam_gender,pam_age,pam_constellation,pam_hometown_code,pam_city_code,pam_occupation,pam_consume_level";
    writeln!(csv, "user_id,{codes},pam_have_baby").expect("memory");
    let mut random = 88_172_645_463_325_252_u64;
    let mut draw = |many: u64| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % many + 1
    };
    for number in 0..MEMBERS {
        let user = user(i64::try_from(number).expect("a small number") * 7);
        let places = (110_000 + 100 * draw(340), 110_000 + 100 * draw(340));
        let (gender, age, sign) = (draw(2), draw(8), draw(12));
        writeln!(csv, "{user},{gender},{age},{sign},{},{},{},{},{}", places.0, places.1, draw(10), draw(5), draw(2))
            .expect("memory");
    }
    csv
}

async fn write<T: Send + 'static>(store: &Store, work: impl Fn(&mut Tx) -> Result<T, Stop> + Send + 'static) -> T {
    store.write(work).await.expect("a write")
}
