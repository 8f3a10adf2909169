//! `punchcard backup` and `restore`: what was answered before the backup is in it, on whatever engine it ends up.

use crate::running::{PID, Running, conditions, crowd, each_engine, succeed};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::Place;
use store::testing::Engine;

const COUNT: &str = "koubei.marketing.campaign.crowd.count";

fn members() -> String {
    let rows = (0..5_000).map(|n| format!("{},{},{}\n", 2_088_000_000_000_000_u64 + n, 1 + n % 2, n / 7));
    format!("user_id,pam_gender,spent\n{}", rows.collect::<String>())
}

fn men(running: &Running) -> Value {
    let count = json!({"conditions": conditions("EQ", "pam_gender", "1"), "dimensions": "[\"pam_gender\"]"});
    succeed(&running.client(), COUNT, &count)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

each_engine!(a_backup_of_a_running_store_restores_on_either_engine, |engine| {
    let running = Running::start(engine);
    running.import(PID, &members());
    let client = Arc::new(running.client());
    let before: HashMap<_, _> = (0..50).map(|n| (n.to_string(), crowd(&client, &n.to_string()))).collect();
    let over = Arc::new(AtomicBool::new(false));
    let writer = {
        let (client, over) = (client.clone(), over.clone());
        std::thread::spawn(move || {
            let mut written = 0;
            while !over.load(Ordering::Acquire) {
                crowd(&client, &format!("during {written}"));
                written += 1;
            }
            written
        })
    };
    let output = running.command(&["backup", "shop.backup", "--json"]);
    over.store(true, Ordering::Release);
    assert!(output.status.success(), "{}", said(&output));
    assert!(0 < writer.join().expect("calls were answered meanwhile"));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["tables"]["member"]["rows"], 5_000);
    let left: Vec<_> = std::fs::read_dir(running.folder.path()).expect("a folder").flatten().collect();
    assert!(!left.iter().any(|entry| entry.file_name().to_string_lossy().starts_with('.')), "{left:?}");

    for target in [Engine::Sqlite, Engine::Postgres] {
        let file = running.folder.path().join("shop.backup");
        let restored = Running::restore(target, &file, &running.folder.path().join("master.key"));
        assert_eq!(restored.platform_key, running.platform_key);
        assert_eq!(men(&restored), men(&running));
        let client = restored.client();
        for (key, id) in &before {
            assert_eq!(crowd(&client, key), *id, "a repeat of {key}");
            succeed(&client, "koubei.marketing.campaign.crowd.detail.query", &json!({"crowd_group_id": id}));
        }
        // Nothing that was given out is given again.
        assert!(!before.values().any(|id| *id == crowd(&client, "after")));
        restored.import(PID, "user_id,pam_gender\n2088000000000001,2\n");
        let again = restored.command(&["backup", "again.backup", "--json"]);
        let again: Value = serde_json::from_slice(&again.stdout).expect("JSON");
        assert_eq!(again["tables"]["member"]["rows"], 5_000, "a member is still one member");
        assert_eq!(again["tables"]["account"], told["tables"]["account"]);
    }
});

#[test]
fn a_backup_that_cannot_be_restored_changes_nothing() {
    let mut running = Running::start(Engine::Sqlite);
    crowd(&running.client(), "1");
    running.stop();
    let folder = running.folder.path();
    assert!(running.command(&["backup", "good"]).status.success(), "a store that nobody runs can be backed up");
    let good = std::fs::read(folder.join("good")).expect("it is there");
    let refused = |arguments: &[&str], expect: &str| {
        let output = running.command(&[&["restore"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains(expect), "{}", said(&output));
    };
    let before = std::fs::read(running.data().join("punchcard.db")).expect("a store");
    refused(&["good"], "needs a place without a store");
    assert_eq!(std::fs::read(running.data().join("punchcard.db")).expect("a store"), before);

    std::fs::write(folder.join("cut"), &good[..good.len() / 2]).expect("the folder is ours");
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 4;
    std::fs::write(folder.join("flipped"), flipped).expect("the folder is ours");
    std::fs::write(folder.join("other"), "no backup").expect("the folder is ours");
    for name in ["cut", "flipped", "other"] {
        refused(&[name, "--data", "new"], "the backup is damaged or is none");
    }
    refused(&["good", "--data", "new", "--master-key-file", "none.key"], "a backup holds no master key");
    let other = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    refused(&["good", "--data", "new", "--master-key", other], "a backup holds no master key");
    assert!(!folder.join("new").exists(), "nothing was made");
    let output = running.command(&["restore", "good", "--data", "new"]);
    assert!(output.status.success(), "{}", said(&output));
    let made: Vec<_> = std::fs::read_dir(folder.join("new")).expect("made").flatten().map(|e| e.file_name()).collect();
    assert!(made.len() == 2 && made.iter().all(|name| name == "lock" || name == "punchcard.db"), "{made:?}");

    let output = running.command(&["backup", "no/such/folder/file"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(running.command(&["backup"]).status.code(), Some(2));
    assert!(Path::new(&folder.join("good")).exists());
}

each_engine!(a_backup_replaces_nothing_but_a_file_that_is_not_the_stores, |engine| {
    let mut running = Running::start(engine);
    crowd(&running.client(), "1");
    let folder = running.folder.path().to_owned();
    std::fs::create_dir_all(folder.join("data/demo")).expect("the folder is ours");
    std::fs::create_dir_all(folder.join("elsewhere")).expect("the folder is ours");
    let key = std::fs::read(folder.join("master.key")).expect("it was made");
    std::fs::write(folder.join("data/master.key"), &key).expect("the folder is ours");
    assert!(Command::new("mkfifo").arg(folder.join("fifo")).status().expect("it runs").success());
    std::os::unix::fs::symlink(folder.join("master.key"), folder.join("link")).expect("the folder is ours");
    std::os::unix::fs::symlink(folder.join("nothing"), folder.join("nowhere")).expect("the folder is ours");
    std::os::unix::fs::symlink(folder.join("data"), folder.join("elsewhere/same")).expect("the folder is ours");
    let refused = |running: &Running, arguments: &[&str], reason: &str| {
        let output = running.command(&[&["backup"], arguments].concat());
        let told = said(&output);
        assert!(output.status.code() == Some(1) && told.contains(reason), "{arguments:?}: {told}");
    };
    let check = |running: &Running| {
        for target in ["fifo", "link", "nowhere", "elsewhere", ".", "..", "data/"] {
            refused(running, &[target], "is no regular file");
        }
        for target in [
            "master.key",
            "./data/../master.key",
            "data/master.key",
            "elsewhere/same/punchcard.db",
            "data/punchcard.db-wal",
            "data/punchcard.db-shm",
            "data/punchcard.db-journal",
            "data/lock",
            "data/demo/demo.json",
        ] {
            refused(running, &[target], "the store's own");
        }
        refused(running, &["other.key", "--master-key-file", "other.key"], "the store's own");
        refused(running, &["master.key", "--master-key-file", "link"], "the store's own");
        // What is none of the store's is written, and replaced.
        for target in ["data/shop.backup", "data/shop.backup", "punchcard.db"] {
            let output = running.command(&["backup", target]);
            assert!(output.status.success(), "{target}: {}", said(&output));
        }
    };
    let is_folder = matches!(running.place(), Place::Folder(_));
    refused(&running, &["data/control.sock"], if is_folder { "is no regular file" } else { "the store's own" });
    check(&running);
    assert_eq!(crowd(&running.client(), "1"), crowd(&running.client(), "1"));
    running.terminate();
    check(&running);
    refused(&running, &["data/control.sock"], "");
    assert_eq!(std::fs::read(folder.join("master.key")).expect("it is there"), key);
    running.start_again();
    crowd(&running.client(), "1");
});

#[test]
fn a_restore_says_where_the_master_key_belongs() {
    let running = Running::start(Engine::Sqlite);
    let folder = running.folder.path();
    assert!(running.command(&["backup", "shop.backup"]).status.success());
    let key = std::fs::read_to_string(folder.join("master.key")).expect("it was made");
    let restore = |data: &str, more: &[&str]| {
        let output = running.command(&[&["restore", "shop.backup", "--data", data], more].concat());
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    let told = restore("one", &["--master-key-file", "master.key"]);
    assert!(told.contains("looks for it at one/master.key"), "{told}");
    assert!(told.contains("install -m 600 master.key one/master.key"), "{told}");
    assert!(!folder.join("one/master.key").exists(), "whoever keeps it elsewhere may do so on purpose");
    let told = restore("two", &["--master-key", key.trim()]);
    assert!(told.contains("give it PUNCHCARD_MASTER_KEY each time") && !told.contains(key.trim()), "{told}");
    std::fs::create_dir(folder.join("three")).expect("the folder is ours");
    std::fs::copy(folder.join("master.key"), folder.join("three/master.key")).expect("the folder is ours");
    assert_eq!(restore("three", &["--master-key-file", "three/master.key"]), "");
}
