//! The folder in which a SQLite store is restored before it is put in its place.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::engine::sqlite::FILE;

/// Its name, beside the file that it is for.
const SCRATCH: &str = "restoring";

/// Where it is, in the folder that the store goes to.
pub(crate) fn path(folder: &Path) -> PathBuf {
    folder.join(SCRATCH)
}

/// The folder that a restore which was cut off has left behind where no store is.
pub(crate) fn unfinished(folder: &Path) -> Option<PathBuf> {
    let scratch = path(folder);
    (scratch.is_dir() && !folder.join(FILE).exists()).then_some(scratch)
}

/// Removes what a restore has left that died after its store was whole.
pub(crate) fn clear(folder: &Path) {
    if folder.join(FILE).exists() {
        // What cannot be removed is in nobody's way.
        drop(fs::remove_dir_all(path(folder)));
    }
}

/// A folder that is gone when this is dropped.
pub(super) struct Scratch(pub(super) PathBuf);

impl Scratch {
    /// Makes an empty one in `folder`.
    pub(super) fn new(folder: &Path) -> io::Result<Scratch> {
        let scratch = Scratch(path(folder));
        match fs::remove_dir_all(&scratch.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::DirBuilder::new().mode(0o700).create(&scratch.0)?;
        // Who dies from here on has left the folder: an empty store must not be made without a word.
        File::open(folder)?.sync_all()?;
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is removed by the next attempt.
        drop(fs::remove_dir_all(&self.0));
    }
}
