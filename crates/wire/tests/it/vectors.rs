//! Reads the recorded messages; `tests/vectors/README.md` says where each came from.

use std::fs;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use wire::{ContentKey, PrivateKey, PublicKey, RawCall};

pub(crate) fn bytes(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn text(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap()
}

pub(crate) fn json(name: &str) -> Value {
    serde_json::from_slice(&bytes(name)).unwrap()
}

/// The names without extension of the files of a folder that have this extension, sorted.
pub(crate) fn names(folder: &str, extension: &str) -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(folder);
    let mut names: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert!(!names.is_empty());
    names
}

pub(crate) fn public_key(name: &str) -> PublicKey {
    PublicKey::parse(&text(&format!("keys/{name}"))).unwrap()
}

pub(crate) fn private_key(name: &str) -> PrivateKey {
    PrivateKey::parse(&text(&format!("keys/{name}"))).unwrap()
}

pub(crate) fn content_key() -> ContentKey {
    ContentKey::parse(&text("keys/aes_key.b64")).unwrap()
}

pub(crate) fn base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

/// A recorded request, read as the server would: its target may be in absolute form and its body chunked.
pub(crate) fn call(name: &str) -> RawCall {
    let request = request(name);
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    RawCall::read(query.as_bytes(), request.header("content-type"), &request.body)
}

/// A recorded request, taken apart.
pub(crate) struct Request {
    pub(crate) verb: String,
    pub(crate) target: String,
    headers: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        header(&self.headers, wanted)
    }
}

pub(crate) fn header<'a>(headers: &'a str, wanted: &str) -> Option<&'a str> {
    let mut headers = headers.lines().filter_map(|line| line.split_once(": "));
    headers.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
}

pub(crate) fn request(name: &str) -> Request {
    let message = bytes(name);
    let (head, body) = split(&message, b"\r\n\r\n");
    let head = std::str::from_utf8(head).unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let mut words = line.split(' ').map(str::to_owned);
    let (verb, target) = (words.next().unwrap(), words.next().unwrap());
    let body = match header(headers, "transfer-encoding") {
        Some("chunked") => dechunked(body),
        _ => body.to_vec(),
    };
    Request { verb, target, headers: headers.to_owned(), body }
}

fn dechunked(mut chunks: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let (size, rest) = split(chunks, b"\r\n");
        let size = usize::from_str_radix(std::str::from_utf8(size).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&rest[..size]);
        chunks = &rest[size + 2..];
    }
}

pub(crate) fn split<'a>(bytes: &'a [u8], by: &[u8]) -> (&'a [u8], &'a [u8]) {
    let at = bytes.windows(by.len()).position(|window| window == by).unwrap();
    (&bytes[..at], &bytes[at + by.len()..])
}
