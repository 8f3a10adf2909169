//! SQLite's write-ahead log, which is moved into the file beside the writer.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use store::testing::{Engine, Space, block_on, fresh};
use store::{Place, Store, control};

use crate::probe::{read, write};

const MB: u64 = 1 << 20;

#[test]
fn the_log_is_moved_while_writes_go_on_and_begun_anew() {
    let space = Space::new(Engine::Sqlite);
    let Place::Folder(folder) = space.place() else { unreachable!("SQLite's place is a folder") };
    let size = |name: &str| fs::metadata(folder.join(name)).map_or(0, |file| file.len());
    let store = Store::open(&space.place(), fresh()).unwrap();
    let value = |nth: usize| format!("{nth:08}").repeat(MB as usize / 8);
    let put = |nth: usize| {
        let value = value(nth);
        block_on(write(&store, move |tx| Ok(control::set(tx, &format!("large {nth}"), &value)?))).unwrap();
    };
    // 256 pages each and a few more; the thread is woken twice.
    (0..40).for_each(put);
    let started = Instant::now();
    while size("punchcard.db") < 30 * MB {
        assert!(started.elapsed() < Duration::from_secs(30), "the log was not moved into the file");
        thread::sleep(Duration::from_millis(10));
    }
    // A log that was never begun anew would hold all of it.
    (40..160).for_each(put);
    assert!(size("punchcard.db-wal") < 120 * MB, "the log grows without end");
    drop(store);
    assert_eq!(size("punchcard.db-wal"), 0, "the writer was not the last to close the file");
    let store = Store::open(&space.place(), fresh()).unwrap();
    for nth in [0, 39, 40, 159] {
        let found = block_on(read(&store, move |tx| Ok(control::get(tx, &format!("large {nth}"))?))).unwrap();
        assert_eq!(found, Some(value(nth)));
    }
}
