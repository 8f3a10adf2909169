//! A log that nobody reads, that is on a full disk, or whose reader has stalled: calls are answered as ever, and an
//! operator is told.

use crate::operator::{get, sample};
use crate::raw::Connection;
use crate::running::{Running, crowd, each_engine, succeed};
use serde_json::json;
use std::fs::File;
use std::io::{PipeReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use store::testing::Engine;

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";
const BATCHQUERY: &str = "koubei.marketing.campaign.crowd.batchquery";
const LOST: &str = "punchcard_log_lines_lost_total";

fn lost(running: &Running) -> f64 {
    sample(&get(running.operator, "/metrics"), LOST)
}

fn wait_for(what: &str, done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(60), "it never came: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Makes so many lines that a log that is not read is full.
fn flood(running: &Running) {
    const VISITS: usize = 6_000;
    let mut connection = Connection::open(running.address);
    let mut writing = connection.stream.try_clone().expect("a socket");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let visit = "GET /h5/nothing HTTP/1.1\r\nhost: x\r\n\r\n";
            writing.write_all(visit.repeat(VISITS).as_bytes()).expect("it reads");
        });
        for _ in 0..VISITS {
            assert_eq!(connection.answer().expect("an answer").status, 404);
        }
    });
}

/// Reads and writes while lines are lost; each write is done once.
fn calls_are_answered(name: &str, running: &Running) {
    let client = running.client();
    for round in ["1", "2", "3"] {
        let id = crowd(&client, round);
        succeed(&client, TAGS_QUERY, &json!({}));
        assert_eq!(crowd(&client, round), id, "{name}: a repeat has the same answer");
    }
    let found = succeed(&client, BATCHQUERY, &json!({}));
    assert_eq!(found["total_number"], json!("3"), "{name}: {found}");
}

fn lines_are_lost_and_told(name: &str, running: &Running) {
    assert!(0.0 < lost(running), "{name}");
    let told = || get(running.operator, "/readyz");
    wait_for("503", || told().starts_with("HTTP/1.1 503"));
    assert!(told().contains("the log cannot be written"), "{name}: {}", told());
    assert!(get(running.operator, "/healthz").starts_with("HTTP/1.1 200"), "{name}");
    calls_are_answered(name, running);
}

fn unwritable(name: &str, engine: Engine, log: impl Into<Stdio>) {
    let mut running = Running::start_logging_to(engine, log);
    calls_are_answered(name, &running);
    lines_are_lost_and_told(name, &running);
    running.terminate();
}

fn stalled(engine: Engine, mut reader: PipeReader, log: impl Into<Stdio>) {
    let mut running = Running::start_logging_to(engine, log);
    flood(&running);
    calls_are_answered("stalled", &running);
    lines_are_lost_and_told("stalled", &running);
    // As soon as it is read on, all is well.
    let mut some = vec![0; 1 << 20];
    while get(running.operator, "/readyz").starts_with("HTTP/1.1 503") {
        assert_ne!(reader.read(&mut some).expect("it writes"), 0);
    }
    let before = lost(&running);
    flood(&running);
    assert!(before < lost(&running), "it has stalled again");
    running.terminate();
}

each_engine!(calls_are_answered_whatever_becomes_of_the_log, |engine| {
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (reader, log) = std::io::pipe().expect("a pipe");
            drop(reader);
            unwritable("nobody reads", engine, log);
        });
        scope.spawn(|| {
            unwritable("the disk is full", engine, File::options().write(true).open("/dev/full").expect("a device"));
        });
        scope.spawn(|| {
            let (reader, log) = std::io::pipe().expect("a pipe");
            stalled(engine, reader, log);
        });
    });
});

/// It starts, runs and ends well though nobody reads what it says when it starts.
#[test]
fn what_is_printed_first_may_be_read_by_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let (reader, output) = std::io::pipe().expect("a pipe");
    drop(reader);
    let command = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
        command.current_dir(folder.path()).args(arguments);
        command
    };
    let mut serve = command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = serve.stdout(output).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut log = child.stderr.take().expect("piped");
    let mut told = String::new();
    while !told.contains("the crowd index is built") {
        let mut some = [0; 4096];
        let len = log.read(&mut some).expect("it writes");
        assert_ne!(len, 0, "it ended: {told}");
        told.push_str(&String::from_utf8_lossy(&some[..len]));
    }
    assert!(command(&["prove"]).output().expect("the binary runs").status.success());
    let sent = Command::new("kill").arg(child.id().to_string()).status().expect("kill runs");
    assert!(sent.success() && child.wait().expect("it ends").success());
}
