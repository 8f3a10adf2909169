//! Where tests have notifications sent: a real HTTP server that answers as its path says, and keeps what came.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use wire::notify::{Rule, string_to_sign};
use wire::{Charset, PublicKey, RawCall, SignType};

/// Whoever waits gives up after this time: something is broken then.
const PATIENCE: Duration = Duration::from_secs(60);

/// A notification as it came.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// Where to.
    pub(crate) path: String,
    /// Its members, decoded.
    pub(crate) members: BTreeMap<String, String>,
}

impl Letter {
    pub(crate) fn get(&self, name: &str) -> &str {
        self.members.get(name).map_or("", String::as_str)
    }

    /// When it was sent, UTC milliseconds.
    pub(crate) fn sent_at(&self) -> i64 {
        wire::time::parse(self.get("notify_time")).expect("a time")
    }
}

/// Listens until the test process ends.
pub(crate) struct Mailbox {
    address: SocketAddr,
    inbox: Arc<Inbox>,
}

#[derive(Default)]
struct Inbox {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    letters: Vec<Letter>,
    /// How many more letters to `/flaky` are answered with `fail`.
    failures: usize,
    /// Letters to `/silent` are answered from then on.
    speaks: bool,
}

impl Mailbox {
    pub(crate) fn start() -> Mailbox {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let inbox: Arc<Inbox> = Arc::default();
        let shared = inbox.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inbox = shared.clone();
                std::thread::spawn(move || while serve(&stream, &inbox).is_some() {});
            }
        });
        Mailbox { address, inbox }
    }

    /// A `notify_url`. `/ok` says `success`, `/flaky` after some failures, `/silent` nothing until it is told to.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// How many letters to `/flaky` are refused from now on.
    pub(crate) fn fail(&self, failures: usize) {
        self.inbox.state.lock().expect("no panic").failures = failures;
    }

    /// Lets `/silent` answer.
    pub(crate) fn speak(&self) {
        self.inbox.state.lock().expect("no panic").speaks = true;
        self.inbox.changed.notify_all();
    }

    /// What came to a path, in order.
    pub(crate) fn letters(&self, path: &str) -> Vec<Letter> {
        let state = self.inbox.state.lock().expect("no panic");
        state.letters.iter().filter(|letter| letter.path == path).cloned().collect()
    }

    /// The same, when there are so many.
    pub(crate) fn wait(&self, path: &str, count: usize) -> Vec<Letter> {
        let state = self.inbox.state.lock().expect("no panic");
        let few = |state: &mut State| state.letters.iter().filter(|letter| letter.path == path).count() < count;
        let (state, waited) = self.inbox.changed.wait_timeout_while(state, PATIENCE, few).expect("no panic");
        assert!(!waited.timed_out(), "{path}: not {count} letters but {:#?}", state.letters);
        drop(state);
        self.letters(path)
    }
}

/// Answers one request; none when the connection is over.
fn serve(stream: &TcpStream, inbox: &Inbox) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let path = lines[0].strip_prefix("POST ")?.strip_suffix(" HTTP/1.1")?.to_owned();
    let header = |name: &str| {
        let lines = lines.iter().skip(1).filter_map(|line| line.split_once(':'));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
    };
    let mut body = vec![0; header("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    let letter = Letter { path: path.clone(), members: members(&body) };
    let content_type = format!("application/x-www-form-urlencoded; charset={}", letter.get("charset"));
    assert_eq!(header("content-type"), Some(content_type));
    let mut state = inbox.state.lock().expect("no panic");
    state.letters.push(letter);
    inbox.changed.notify_all();
    let (status, body) = match path.split('?').next().expect("a path") {
        "/flaky" if 0 < state.failures => {
            state.failures -= 1;
            ("200 OK", "fail")
        }
        "/ok" | "/flaky" => ("200 OK", "success"),
        "/blanks" => ("200 OK", " success\n"),
        "/html" => ("200 OK", "<html><body>success</body></html>"),
        "/created" => ("201 Created", "success"),
        "/broken" => ("500 Internal Server Error", "success"),
        "/moved" => ("302 Found\r\nLocation: /ok", "success"),
        "/silent" => {
            drop(inbox.changed.wait_while(state, |state| !state.speaks).expect("no panic"));
            state = inbox.state.lock().expect("no panic");
            ("200 OK", "success")
        }
        _ => ("200 OK", "fail"),
    };
    drop(state);
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    (&mut &*stream).write_all(answer.as_bytes()).ok()
}

/// A form's members, in the charset that it names.
fn members(body: &[u8]) -> BTreeMap<String, String> {
    let call = RawCall::read(b"", None, body);
    let charset = charset_of(&call);
    let names = std::str::from_utf8(body).expect("a form is ASCII").split('&');
    let names = names.map(|pair| pair.split('=').next().expect("a name").to_owned());
    let value = |name: &str| charset.decode(call.get(name).expect("it has a value")).expect("text").into_owned();
    names.map(|name| (name.clone(), value(&name))).collect()
}

fn charset_of(call: &RawCall) -> Charset {
    call.get("charset").and_then(Charset::from_name).expect("a charset")
}

/// Whether the platform has signed it (`docs/decisions.md`, "Form and signature").
pub(crate) fn is_signed(letter: &Letter, key: &PublicKey) -> bool {
    let pairs: Vec<_> = letter.members.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let charset = Charset::from_name(letter.get("charset").as_bytes()).expect("a charset");
    let sign_type = SignType::from_name(letter.get("sign_type").as_bytes()).expect("an algorithm");
    let text = string_to_sign(&pairs, Rule::V1, charset).expect("it came in this charset");
    key.verify_base64(sign_type, &text, letter.get("sign"))
}
