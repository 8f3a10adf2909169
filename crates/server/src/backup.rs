//! Backups: a store's dump (`store::dump`), gzipped, whatever engine it comes from and goes to.
//!
//! What the process that owns a store sends is a stream; whoever writes it to a file reads it all again before saying
//! that it is a backup. The master key is in none: secrets stay sealed.

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Mutex;
use store::dump::{self, DumpError, Restore, Summary};
use store::{Store, Tx};
use tempfile::NamedTempFile;

/// Bytes that are compressed, or read, at once.
const BUFFER_BYTES: usize = 1 << 17;

/// The name of the file that a backup is written to before it gets its own: this, random letters and digits, and an
/// ending.
const PART_PREFIX: &str = ".punchcard-backup-";
const PART_RANDOM: usize = 6;
const PART_SUFFIX: &str = ".part";

/// Whether a file is called as a part is, and as no file of anybody else's.
fn is_part(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PART_PREFIX)?.strip_suffix(PART_SUFFIX));
    random.is_some_and(|random| random.len() == PART_RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A new file in `folder` to write a backup to: readable by its owner alone, locked as long as this process lives, and
/// gone if anything goes wrong. What processes that were killed have left in the folder is removed, and `removed` is
/// called with each.
pub fn part_file(folder: &Path, removed: impl FnMut(&Path)) -> io::Result<NamedTempFile> {
    remove_parts_of_the_dead(folder, removed)?;
    loop {
        let mut name = tempfile::Builder::new();
        let file = name.prefix(PART_PREFIX).rand_bytes(PART_RANDOM).suffix(PART_SUFFIX).tempfile_in(folder)?;
        file.as_file().lock()?;
        // Another process may have taken it for one of the dead before it was locked.
        if file.as_file().metadata()?.nlink() == 1 {
            return Ok(file);
        }
    }
}

fn remove_parts_of_the_dead(folder: &Path, mut removed: impl FnMut(&Path)) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !is_part(&entry.file_name()) || !entry.file_type()?.is_file() {
            continue;
        }
        // One that another user left, or that is gone by now, is nothing to fail for.
        let Ok(file) = File::open(entry.path()) else { continue };
        if file.try_lock().is_ok() && fs::remove_file(entry.path()).is_ok() {
            removed(&entry.path());
        }
    }
    Ok(())
}

/// Writes a backup of what the store holds now; others go on writing.
pub async fn write(store: &Store, out: impl Write + Send + 'static) -> Result<(), DumpError> {
    let store = store.clone();
    // A dump is sent once: should the database ask for a repeat, the backup has failed.
    let out = Mutex::new(Some(out));
    let dump = move |tx: &mut Tx| {
        let out = out.lock().expect("no holder panics").take();
        let out = out.ok_or_else(|| io::Error::other("the database broke off the snapshot"))?;
        let mut text = BufWriter::with_capacity(BUFFER_BYTES, GzEncoder::new(out, Compression::fast()));
        dump::write(tx, env!("CARGO_PKG_VERSION"), &mut text)?;
        let archive = text.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok::<_, DumpError>(archive.finish()?.flush()?)
    };
    let runtime = tokio::runtime::Handle::current();
    let written = tokio::task::spawn_blocking(move || runtime.block_on(store.read(dump))).await;
    written.expect("dumping does not panic")
}

/// Reads a whole backup and compares it with what it says of itself.
pub fn check(input: impl Read) -> Result<Summary, DumpError> {
    dump::check(unpack(input))
}

/// Makes a store of a backup, at the place that is marked for it; blocks.
pub fn restore(restore: Restore, input: impl Read + Send) -> Result<Summary, DumpError> {
    restore.run(unpack(input))
}

fn unpack(input: impl Read) -> impl BufRead {
    BufReader::with_capacity(BUFFER_BYTES, GzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, input)))
}
