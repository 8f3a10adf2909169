//! The request log: what was called, how it was answered, and what that caused; for `punchcard log` and a stand-in's
//! page.
//!
//! Whoever is answered waits for none of it. A door hands over a finished call as it is, parameters and answer moved,
//! into a bounded queue; what does not fit is lost and counted. One task makes lines of what waits and writes them
//! together, a few times a second or when enough wait, in small transactions, so that a call that is being answered
//! never waits for many of them. The same transactions remove what there is no room for. Lines are in the store:
//! every process reads those of all.
//!
//! A stand-in is there to be looked into, so it keeps calls whole. A platform keeps a summary, and the rest only of an
//! app that an operator has asked for, for a while, masked (`mask`).

mod full;
mod mask;
mod recording;
mod writer;

pub use full::FullCall;
pub use mask::sent as masked;
pub use recording::{RECORDING, Recording};

use crate::biz::Unknown;
use crate::terminal::clipped;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use store::call_log::Share;
use store::{Mode, Store};
use tokio::sync::{Notify, mpsc, oneshot};
use wire::{Charset, RawCall, VerifiedCall};

/// The longest name of a method that is kept of a call that was refused; those of real ones are shorter.
pub const METHOD_CHARS_MAX: usize = 100;
/// Calls that may wait to be written; more are lost.
const CALLS_WAITING_MAX: usize = 4_096;
/// Bytes that calls which wait to be written may hold in memory, about.
const BYTES_WAITING_MAX: usize = 32 << 20;
/// So many bytes that wait are written at once: a transaction is then worth its price, and what was used for the calls
/// is still in the processor's cache, where the next calls can use it again.
const BYTES_ENOUGH: usize = 512 << 10;
/// How long whoever reads the log waits for what was answered before; a store that takes longer is in trouble.
const FLUSH_TIME_MAX: Duration = Duration::from_secs(2);
/// When the process ends, calls that wait to be written may take this long.
const STOP_TIME_MAX: Duration = Duration::from_secs(5);
/// The most ids that are kept of what one call made; real ones make a few.
const MADE_MAX: usize = 64;

/// How much is kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Days.
    pub days: u32,
    /// Bytes of the store, about.
    pub bytes: i64,
}

impl Limits {
    /// Where nobody says otherwise: a stand-in has whole calls of a week, a platform a month's summaries.
    pub fn of(mode: Mode) -> Limits {
        match mode {
            Mode::StandIn => Limits { days: 7, bytes: 256 << 20 },
            Mode::Platform => Limits { days: 30, bytes: 1 << 30 },
        }
    }
}

/// The request log of a process.
pub struct RequestLog {
    mode: Mode,
    /// Of which apps a platform keeps calls whole.
    pub recording: Recording,
    /// Where finished calls go, once somebody writes them: in a process that answers calls.
    queue: OnceLock<mpsc::Sender<Message>>,
    state: Arc<State>,
}

/// What the doors and the writer share.
#[derive(Default)]
struct State {
    bytes_waiting: AtomicUsize,
    lost: AtomicU64,
    /// Somebody does not want to wait for the next batch.
    hurry: Notify,
}

/// What the writer is told.
enum Message {
    Call(Box<FinishedCall>),
    /// Write what came before, and say so.
    Flush(oneshot::Sender<()>),
    /// The same, and end.
    Stop(oneshot::Sender<()>),
}

/// The ids that a call was given for what it makes; filled where they are given, in whichever thread that is.
#[derive(Clone, Debug, Default)]
pub struct MadeIds(Arc<Mutex<Vec<i64>>>);

impl MadeIds {
    /// Notes one.
    pub fn add(&self, id: i64) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A transaction that ran again was given the same.
        if ids.len() < MADE_MAX && !ids.contains(&id) {
            ids.push(id);
        }
    }

    fn take(&self) -> Vec<i64> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A call that was answered, as its door hands it over.
pub struct FinishedCall {
    /// Whether it was verified.
    pub share: Share,
    /// When it was answered by the store's clock, UTC milliseconds.
    pub at: i64,
    /// The time from its head to its answer.
    pub took: Duration,
    /// Its trace id.
    pub trace_id: String,
    /// The calling app, as far as the directory knows it.
    pub app_id: Option<String>,
    /// The merchant that it acts for, once that was decided.
    pub pid: Option<String>,
    /// The method, whatever the caller has sent as its name.
    pub method: Option<String>,
    /// The door that it came through.
    pub door: &'static str,
    /// `10000` for a success.
    pub code: &'static str,
    /// Which refusal it is; empty for a success.
    pub sub_code: Cow<'static, str>,
    /// What its caller has most likely done wrong; empty if nothing was found.
    pub cause: &'static str,
    /// The caller's address.
    pub address: IpAddr,
    /// Bytes of query and body.
    pub bytes_in: usize,
    /// Bytes of the answer.
    pub bytes_out: usize,
    /// The ids of what it made.
    pub made: MadeIds,
    /// All of it, where that is kept.
    pub whole: Option<WholeCall>,
}

/// What a call has sent and was answered.
pub struct WholeCall {
    /// What was sent.
    pub sent: Sent,
    /// The files that came with it.
    pub files: Vec<SentFile>,
    /// The members of its content that the method does not know.
    pub unknown: Vec<Unknown>,
    /// The answer, not encrypted: the node that was signed, or the body of `/v3`.
    pub answer: Vec<u8>,
    /// What the answer is written in.
    pub charset: Charset,
}

/// A file of a call, without its content.
pub struct SentFile {
    /// The parameter that it was sent as.
    pub field: String,
    /// What the client called it.
    pub name: String,
    /// Its length.
    pub bytes: usize,
}

/// A call as its door has read it.
pub enum Sent {
    /// One that was verified, without its files.
    Verified(Box<VerifiedCall>),
    /// One that was not.
    Unverified(Box<RawCall>),
    /// One through `/v3`.
    Rest(Box<RestCall>),
}

/// A call through `/v3`, as it was sent.
pub struct RestCall {
    /// Whether its signature was verified.
    pub verified: bool,
    /// Verb and target.
    pub request: String,
    /// Those of its headers that are the protocol's.
    pub headers: Vec<(&'static str, String)>,
    /// The text of its body that is signed: what is not of a file.
    pub body: Vec<u8>,
    /// What that says, where it was encrypted.
    pub content: Option<String>,
    /// The string that is signed.
    pub string: Vec<u8>,
}

impl RestCall {
    fn bytes(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let content = self.content.as_ref().map_or(0, String::len);
        self.request.len() + headers + self.body.len() + content + self.string.len()
    }
}

impl FinishedCall {
    /// Bytes that it holds in memory, about.
    fn bytes(&self) -> usize {
        const ALONE: usize = 1 << 10;
        let whole = self.whole.as_ref().map_or(0, |whole| {
            let sent = match &whole.sent {
                Sent::Verified(call) => call.params_len(),
                Sent::Unverified(call) => call.params_len(),
                Sent::Rest(call) => call.bytes(),
            };
            let files = whole.files.iter().map(|file| file.field.len() + file.name.len()).sum::<usize>();
            sent + files + whole.answer.len()
        });
        ALONE + whole + self.method.as_ref().map_or(0, String::len)
    }
}

impl RequestLog {
    /// The log of a store of this mode, of which nobody keeps anything yet.
    pub fn new(mode: Mode) -> RequestLog {
        RequestLog { mode, recording: Recording::default(), queue: OnceLock::new(), state: Arc::default() }
    }

    /// Keeps calls from now on. `now` is the machine's clock, UTC milliseconds.
    pub fn start(&self, store: &Store, limits: Limits, now: fn() -> i64) {
        let (queue, messages) = mpsc::channel(CALLS_WAITING_MAX);
        if self.queue.set(queue).is_ok() {
            let writer = writer::Writer::new(store.clone(), self.mode, limits, now, self.state.clone());
            tokio::spawn(writer.run(messages));
        }
    }

    /// Whether calls of this app are kept whole now. `now` is the machine's clock, UTC milliseconds.
    pub fn keeps_whole(&self, app_id: Option<&str>, now: fn() -> i64) -> bool {
        if self.queue.get().is_none() {
            return false;
        }
        self.mode == Mode::StandIn || app_id.is_some_and(|app_id| self.recording.has(app_id, now))
    }

    /// Takes a finished call. Never waits and never fails: what there is no room for is lost.
    pub fn push(&self, call: FinishedCall) {
        let Some(queue) = self.queue.get() else { return };
        let bytes = call.bytes();
        let before = self.state.bytes_waiting.fetch_add(bytes, Ordering::Relaxed);
        let waiting = before + bytes;
        if BYTES_WAITING_MAX < waiting || queue.try_send(Message::Call(Box::new(call))).is_err() {
            self.state.bytes_waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.state.lost.fetch_add(1, Ordering::Relaxed);
        } else if before < BYTES_ENOUGH && BYTES_ENOUGH <= waiting {
            self.state.hurry.notify_one();
        }
    }

    /// How many calls were lost since the process started.
    pub fn lost(&self) -> u64 {
        self.state.lost.load(Ordering::Relaxed)
    }

    /// Waits until what was handed over before is in the store; not for long.
    pub async fn flush(&self) {
        self.tell(Message::Flush, FLUSH_TIME_MAX).await;
    }

    /// Writes what waits, and keeps no call any more.
    pub async fn stop(&self) {
        self.tell(Message::Stop, STOP_TIME_MAX).await;
    }

    async fn tell(&self, message: fn(oneshot::Sender<()>) -> Message, time_max: Duration) {
        let Some(queue) = self.queue.get() else { return };
        let (done, waiting) = oneshot::channel();
        let told = async {
            if queue.send(message(done)).await.is_ok() {
                self.state.hurry.notify_one();
                // Whoever writes may have ended.
                drop(waiting.await);
            }
        };
        drop(tokio::time::timeout(time_max, told).await);
    }
}

/// A method's name as it is kept: short, and without what not every store has a place for.
fn method_kept(method: &str) -> String {
    clipped(method, METHOD_CHARS_MAX).replace('\0', "\u{fffd}")
}
