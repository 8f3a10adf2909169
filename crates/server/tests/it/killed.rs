//! Backups and restores that are killed in the middle: what is left is seen, told and cleared.

use crate::running::{PID, Running, each_engine};
use serde_json::Value;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;
use store::testing::{Engine, Space};
use store::{Open, OpenError, Place, Store};
use tempfile::TempDir;

fn members(count: u64) -> String {
    let rows = (0..count).map(|n| format!("{},{},{}\n", 2_088_000_000_000_000_u64 + n, 1 + n % 2, n / 7));
    format!("user_id,pam_gender,spent\n{}", rows.collect::<String>())
}

/// The binary on this place.
fn punchcard(folder: &Path, place: &Place, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
    command.current_dir(folder).args(arguments).env("PUNCHCARD_MASTER_KEY_FILE", folder.join("master.key"));
    match place {
        Place::Folder(data) => command.env("PUNCHCARD_DATA", data),
        Place::Postgres(url) => command.env("PUNCHCARD_DATABASE_URL", url),
    };
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn kill(mut child: Child) {
    child.kill().expect("it is ours");
    child.wait().expect("a child can be waited for");
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Parts of backups in a folder.
fn parts(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))).collect()
}

each_engine!(a_restore_that_is_killed_is_told_of_and_can_be_begun_again, |engine| {
    let running = Running::start(engine);
    running.import(PID, &members(5_000));
    let folder = running.folder.path();
    assert!(running.command(&["backup", "shop.backup"]).status.success());
    let restore = |place: &Place| punchcard(folder, place, &["restore", "shop.backup"]);
    let fresh = || {
        let space = Space::new(engine);
        let place = match space.place() {
            Place::Folder(parent) => Place::Folder(parent.join("data")),
            place @ Place::Postgres(_) => place,
        };
        (space, place)
    };
    let (_space, place) = fresh();
    let began = Instant::now();
    assert!(restore(&place).output().expect("the binary runs").status.success());
    let whole = began.elapsed();
    let mut unfinished = 0;
    // Once in each twelfth of the time that it takes, until two have hit it in the middle.
    for part in (1..12).rev() {
        let (_space, place) = fresh();
        let child = restore(&place).spawn().expect("the binary runs");
        std::thread::sleep(whole * part / 12);
        kill(child);
        match Store::open(&place, Open { look: true, ..Open::default() }) {
            Err(OpenError::Unfinished { .. }) => unfinished += 1,
            // It had not begun to write, or was done.
            Err(OpenError::Missing) | Ok(_) => continue,
            Err(other) => panic!("{other} after {part} parts of {whole:?}"),
        }
        for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["backup", "x"]] {
            let refused = punchcard(folder, &place, arguments).output().expect("the binary runs");
            let told = said(&refused);
            assert_eq!(refused.status.code(), Some(1), "{arguments:?}: {told}");
            let says = told.contains("a restore into this place was cut off");
            assert!(says && told.contains("run `punchcard restore` again"), "{arguments:?}: {told}");
        }
        let again = restore(&place).output().expect("the binary runs");
        assert!(again.status.success(), "{}", said(&again));
        let proof = punchcard(folder, &place, &["prove"]).output().expect("the binary runs");
        assert!(proof.status.success(), "{}", said(&proof));
        if unfinished == 2 {
            break;
        }
    }
    assert!(0 < unfinished, "every kill missed it");
});

/// Whether the place says that a restore into it is not finished.
fn is_marked(place: &Place) -> bool {
    let opened = Store::open(place, Open { look: true, ..Open::default() });
    matches!(opened, Err(OpenError::Unfinished { .. }))
}

/// A restore of `shop.backup` in the folder, which has marked its place and waits for the backup's bytes.
struct Waiting {
    place: Place,
    folder: TempDir,
    restore: Child,
    _space: Space,
    _backup: File,
}

impl Waiting {
    fn begin(engine: Engine) -> Waiting {
        let space = Space::new(engine);
        let folder = tempfile::tempdir().expect("a folder");
        let place = match space.place() {
            Place::Folder(parent) => Place::Folder(parent.join("data")),
            place @ Place::Postgres(_) => place,
        };
        // A backup that has not come yet: who reads it waits.
        let path = folder.path().join("shop.backup");
        assert!(Command::new("mkfifo").arg(&path).status().expect("it runs").success());
        let backup = File::options().read(true).write(true).open(&path).expect("it is ours");
        let restore = punchcard(folder.path(), &place, &["restore", "shop.backup"]).spawn().expect("the binary runs");
        let began = Instant::now();
        while !is_marked(&place) {
            assert!(began.elapsed().as_secs() < 30, "it waits without a mark");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Waiting { place, folder, restore, _space: space, _backup: backup }
    }
}

each_engine!(a_restore_that_is_killed_while_it_reads_the_backup_is_told_of, |engine| {
    let Waiting { place, folder, restore, _space, _backup } = Waiting::begin(engine);
    kill(restore);
    let refused = punchcard(folder.path(), &place, &["serve", "--listen", "127.0.0.1:0"]).output();
    let refused = refused.expect("the binary runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused).contains("a restore into this place was cut off"), "{}", said(&refused));
});

each_engine!(a_second_restore_into_a_place_leaves_the_first_ones_mark, |engine| {
    let Waiting { place, folder, restore: mut first, _space, _backup } = Waiting::begin(engine);
    std::fs::write(folder.path().join("none"), "no backup").expect("the folder is ours");
    for name in ["none", "shop.backup"] {
        let second = punchcard(folder.path(), &place, &["restore", name]).output().expect("the binary runs");
        let told = said(&second);
        assert_eq!(second.status.code(), Some(1), "{told}");
        let says = if engine == Engine::Postgres { "another restore into this database" } else { "another Punchcard" };
        assert!(told.contains(says), "{told}");
        assert!(is_marked(&place) && first.try_wait().expect("it is ours").is_none());
    }
    kill(first);
    assert!(is_marked(&place));
    // Whoever was killed is in nobody's way, and who fails by himself takes his mark along.
    let third = punchcard(folder.path(), &place, &["restore", "none"]).output().expect("the binary runs");
    assert!(said(&third).contains("the backup is damaged or is none"), "{}", said(&third));
    let opened = Store::open(&place, Open { look: true, ..Open::default() });
    assert!(matches!(opened, Err(OpenError::Missing)), "{:?}", opened.err());
});

#[test]
fn what_a_killed_restore_left_can_be_given_up_for_an_empty_store() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir_all(data.join("restoring")).expect("the folder is ours");
    let place = Place::Folder(data.clone());
    let refused = punchcard(folder.path(), &place, &["serve", "--listen", "127.0.0.1:0"]).output().expect("it runs");
    assert!(said(&refused).contains(&format!("remove {}", data.join("restoring").display())), "{}", said(&refused));
    assert!(!data.join("punchcard.db").exists());
    std::fs::remove_dir(data.join("restoring")).expect("it is ours");
    drop(Store::open(&place, Open { create: true, ..Open::default() }).expect("an empty store"));
    // A restore that died when all was in place.
    std::fs::create_dir(data.join("restoring")).expect("the folder is ours");
    drop(Store::open(&place, Open { create: true, ..Open::default() }).expect("it is there"));
    assert!(!data.join("restoring").exists());
}

each_engine!(what_killed_backups_left_is_removed_by_the_next, |engine| {
    let mut running = Running::start(engine);
    running.import(PID, &members(5_000));
    let folder = running.folder.path().to_owned();
    let place = running.place();
    let mut left = 0;
    for _ in 0..100 {
        let before = parts(&folder);
        let mut child = punchcard(&folder, &place, &["backup", "shop.backup"]).spawn().expect("the binary runs");
        // A backup is killed as soon as its part is there, unless it is done before that is seen.
        let has_begun = || parts(&folder).iter().any(|part| !before.contains(part));
        while child.try_wait().expect("a child can be asked").is_none() && !has_begun() {
            std::thread::yield_now();
        }
        kill(child);
        left += usize::from(!parts(&folder).is_empty());
        assert!(parts(&folder).len() <= 1, "each removes what the one before left");
        if 3 <= left {
            break;
        }
    }
    assert!(3 <= left, "every kill missed it");
    // Another name, and by a command that opens the store itself.
    running.terminate();
    let output = running.command(&["backup", "other.backup", "--json"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(parts(&folder), Vec::<PathBuf>::new());
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["tables"]["member"]["rows"], 5_000);
});

#[test]
fn a_backup_that_is_stopped_removes_its_part() {
    let running = Running::start(Engine::Sqlite);
    running.import(PID, &members(5_000));
    let folder = running.folder.path().to_owned();
    for signal in ["TERM", "INT", "HUP"] {
        let mut hit = false;
        for _ in 0..100 {
            let mut child = punchcard(&folder, &running.place(), &["backup", "x"]).spawn().expect("the binary runs");
            while child.try_wait().expect("a child can be asked").is_none() && parts(&folder).is_empty() {
                std::thread::yield_now();
            }
            drop(Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).output());
            let ended = child.wait().expect("a child can be waited for");
            assert_eq!(parts(&folder), Vec::<PathBuf>::new(), "{signal}: {ended}");
            hit = ended.code().is_some_and(|code| 128 < code);
            if hit {
                break;
            }
        }
        assert!(hit, "every {signal} missed it");
    }
}

#[test]
fn a_backup_leaves_the_part_of_one_that_lives() {
    let running = Running::start(Engine::Sqlite);
    let folder = running.folder.path();
    let (alive, dead) = (folder.join(".punchcard-backup-alive1.part"), folder.join(".punchcard-backup-dead01.part"));
    // Files of somebody else.
    let others = [".punchcard-backup-notes", ".punchcard-backup-photos", ".punchcard-backup-my-own.part", ".part"];
    others.iter().for_each(|name| std::fs::write(folder.join(name), "").expect("the folder is ours"));
    let file = File::create(&alive).expect("the folder is ours");
    file.lock().expect("nobody has it");
    std::fs::write(&dead, "").expect("the folder is ours");
    let output = running.command(&["backup", "shop.backup"]);
    assert!(output.status.success(), "{}", said(&output));
    assert!(alive.exists() && !dead.exists());
    assert!(others.iter().all(|name| folder.join(name).exists()));
    assert!(said(&output).contains("removed ./.punchcard-backup-dead01.part"), "{}", said(&output));
}
