//! The bytes of a file that is imported, gzipped or not.

use flate2::read::MultiGzDecoder;
use std::io::{Cursor, Read};

/// How many of its first bytes show what a file is.
const MAGIC_BYTES: u64 = 4;
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The reason for which an input gives no more bytes, for a person.
pub fn unreadable(error: &std::io::Error) -> String {
    format!("the file cannot be read: {error}")
}

/// The bytes of a file, gunzipped; refuses what is no text.
pub fn plain(input: impl Read + Send + 'static) -> Result<Box<dyn Read + Send>, String> {
    let (head, mut input) = peek(Box::new(input))?;
    let mut first = head;
    if first.starts_with(&GZIP_MAGIC) {
        (first, input) = peek(Box::new(MultiGzDecoder::new(input)))?;
    }
    let is = match &first[..] {
        [] => return Err("the file is empty".to_owned()),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, ..] | [_, 0, ..] => "UTF-16",
        b"PK\x03\x04" => "a workbook (.xlsx)",
        [0xd0, 0xcf, 0x11, 0xe0] => "a workbook (.xls)",
        [b'<', ..] => "HTML or XML",
        _ => return Ok(input),
    };
    Err(format!("the file is {is}: open it in the spreadsheet and save it as \"CSV UTF-8\""))
}

/// The first bytes of an input, and all of it.
fn peek(mut input: Box<dyn Read + Send>) -> Result<(Vec<u8>, Box<dyn Read + Send>), String> {
    let mut head = Vec::new();
    (&mut input).take(MAGIC_BYTES).read_to_end(&mut head).map_err(|error| unreadable(&error))?;
    Ok((head.clone(), Box::new(Cursor::new(head).chain(input))))
}
