//! Backups: a store's dump (`store::dump`), gzipped, whatever engine it comes from and goes to.
//!
//! What the process that owns a store sends is a stream; whoever writes it to a file reads it all again before saying
//! that it is a backup. The master key is in none: secrets stay sealed.

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::sync::Mutex;
use store::dump::{self, DumpError, Summary};
use store::{Place, Store, Tx};

/// Bytes that are compressed, or read, at once.
const BUFFER_BYTES: usize = 1 << 17;

/// Writes a backup of what the store holds now; others go on writing.
pub async fn write(store: &Store, out: impl Write + Send + 'static) -> Result<(), DumpError> {
    let store = store.clone();
    // A dump is sent once: should the database ask for a repeat, the backup has failed.
    let out = Mutex::new(Some(out));
    let dump = move |tx: &mut Tx| {
        let out = out.lock().expect("no holder panics").take();
        let out = out.ok_or_else(|| std::io::Error::other("the database broke off the snapshot"))?;
        let mut text = BufWriter::with_capacity(BUFFER_BYTES, GzEncoder::new(out, Compression::fast()));
        dump::write(tx, env!("CARGO_PKG_VERSION"), &mut text)?;
        let archive = text.into_inner().map_err(std::io::IntoInnerError::into_error)?;
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

/// Makes a store of a backup; blocks.
pub fn restore(place: &Place, input: impl Read + Send) -> Result<Summary, DumpError> {
    dump::restore(place, unpack(input))
}

fn unpack(input: impl Read) -> impl BufRead {
    BufReader::with_capacity(BUFFER_BYTES, GzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, input)))
}
