//! A disk that is full, and a file that cannot grow: every call is answered, nothing acknowledged is lost, and service
//! goes on once there is room.

use super::{CLOCK, Watch, check_all, join, start, templates, world_of_writers};
use crate::running::{Running, log_of, no_panic, seed, succeed};
use serde_json::json;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};
use store::testing::Engine;

/// A disk of one's own for the data folder; unmounted when dropped.
struct Disk(std::path::PathBuf);

impl Disk {
    /// Nothing where this process may not mount.
    fn mount(at: std::path::PathBuf) -> Option<Disk> {
        std::fs::create_dir_all(&at).expect("the folder is ours");
        // The write-ahead log alone has 64 MB where nobody has time to copy it into the database.
        let options = ["-t", "tmpfs", "-o", "size=96m", "tmpfs"];
        let mounted = Command::new("mount").args(options).arg(&at).output().is_ok_and(|done| done.status.success());
        mounted.then_some(Disk(at))
    }

    /// Leaves no room.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.join("ballast")).expect("there is room for a name");
        for size in [1 << 20, 1 << 12] {
            let block = vec![1; size];
            while file.write_all(&block).is_ok() {}
        }
    }

    /// Gives the room back.
    fn clear(&self) {
        std::fs::remove_file(self.0.join("ballast")).expect("it was filled");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, because the server may still be there.
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// Waits for a count to grow by so many, or for the process to end.
fn wait_for(count: &AtomicU64, more: u64, running: &mut Running) {
    let (enough, deadline) = (count.load(Ordering::Relaxed) + more, Instant::now() + Duration::from_secs(30));
    while count.load(Ordering::Relaxed) < enough && running.ended().is_none() {
        assert!(
            Instant::now() < deadline,
            "{} of {enough}\n{}",
            count.load(Ordering::Relaxed),
            log_of(running.folder.path())
        );
        sleep(Duration::from_millis(2));
    }
}

/// The process ends by its own will when nobody can know what the disk has; then it is started again.
const COMMIT_FAILED: Option<i32> = Some(74);

/// Writes while `full` leaves no room and after `clear` has given it back, several times, and checks the books.
fn write_on_a_full_disk(mut running: Running, full: impl Fn(&Running), clear: impl Fn(&Running)) {
    const TIMES: u64 = 3;
    let seed = seed();
    let (mut writers, mut ends, mut refused) = (Vec::new(), 0, 0);
    for round in 0..TIMES {
        let watch = Watch::default();
        let writing = watch.start_all(&running, round, seed);
        wait_for(&watch.acknowledged, 100, &mut running);
        watch.broken.store(true, Ordering::Release);
        full(&running);
        wait_for(&watch.refused, 100, &mut running);
        if let Some(status) = running.ended() {
            assert_eq!(status.code(), COMMIT_FAILED, "{}", log_of(running.folder.path()));
            ends += 1;
            watch.over.store(true, Ordering::Release);
            clear(&running);
            running.start_again();
        } else {
            // What needs no room is answered all the while.
            succeed(&running.client(), "koubei.marketing.campaign.crowd.batchquery", &json!({}));
            watch.broken.store(false, Ordering::Release);
            clear(&running);
            wait_for(&watch.acknowledged, 100, &mut running);
            assert!(running.ended().is_none(), "{}", log_of(running.folder.path()));
        }
        refused += watch.refused.load(Ordering::Relaxed);
        watch.over.store(true, Ordering::Release);
        writers = check_all(&running, writers.into_iter().chain(join(writing)).collect(), false);
    }
    println!("{TIMES} times full: {refused} calls were answered with 20000, {ends} times the process ended");
    running.kill_and_start();
    check_all(&running, writers, true);
    no_panic(running.folder.path());
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path().join("data")) else {
        println!("this process may not mount: only a file that cannot grow is tried");
        return;
    };
    let world = folder.path().join("world.toml");
    std::fs::write(&world, world_of_writers()).expect("the folder is ours");
    let arguments = ["--world", &world.display().to_string(), "--clock", CLOCK].map(str::to_owned).to_vec();
    let running = Running::start_in(Engine::Sqlite, folder, arguments);
    templates::prepare(&running);
    write_on_a_full_disk(running, |_| disk.fill(), |_| disk.clear());
}

#[test]
fn a_file_that_cannot_grow_refuses_and_loses_nothing() {
    let limit = |running: &Running, bytes: &str| {
        let id = running.id().to_string();
        let set = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={bytes}")]).status();
        assert!(set.expect("prlimit runs").success());
    };
    let longest = |running: &Running| {
        let files = std::fs::read_dir(running.data()).expect("the folder is ours");
        files.map(|file| file.and_then(|file| file.metadata()).map_or(0, |file| file.len())).max().unwrap_or(0)
    };
    write_on_a_full_disk(
        start(Engine::Sqlite),
        |running| limit(running, &format!("{}:unlimited", longest(running))),
        |running| {
            // One that has ended starts again without it.
            if std::path::Path::new(&format!("/proc/{}", running.id())).exists() {
                limit(running, "unlimited:unlimited");
            }
        },
    );
}
