//! The one task that makes lines of finished calls and writes them.

use super::full::FullCall;
use super::{BYTES_ENOUGH, FinishedCall, Limits, Message, State, WholeCall, method_kept};
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use store::call_log::{self, NewCall, Room, Share};
use store::{Fault, Mode, Store, Tx};
use tokio::sync::{mpsc, oneshot};

/// From the first call that waits to the transaction that writes it and those that came meanwhile.
const BATCH_PAUSE: Duration = Duration::from_millis(250);
/// Lines of one transaction at most: on SQLite, where others wait for it, a millisecond or two. Where many call it has
/// about half of that, for then [`BYTES_ENOUGH`] wait first.
const LINES_MAX: usize = 512;
/// Bytes of one transaction, about.
const BYTES_MAX: usize = 1 << 20;
/// Lines that a transaction removes of one share at most: more than it writes, so that what is over becomes less.
const REMOVED_MAX: u32 = 1_024;
/// How often old lines are looked for where nobody calls.
const IDLE_PAUSE: Duration = Duration::from_secs(30);
/// The part of the room that is for calls which were not verified.
const UNVERIFIED_PART: i64 = 8;
const DAY_MS: i64 = 86_400_000;

/// The task.
pub(super) struct Writer {
    store: Store,
    mode: Mode,
    limits: Limits,
    now: fn() -> i64,
    state: Arc<State>,
    /// Whether the last write failed, so that one trouble is one line of the log.
    failing: bool,
}

/// Lines that are written together.
#[derive(Default)]
struct Batch {
    lines: Vec<NewCall>,
    bytes: usize,
}

impl Writer {
    pub(super) fn new(store: Store, mode: Mode, limits: Limits, now: fn() -> i64, state: Arc<State>) -> Writer {
        Writer { store, mode, limits, now, state, failing: false }
    }

    /// Works until it is told to stop.
    pub(super) async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        loop {
            let Ok(first) = tokio::time::timeout(IDLE_PAUSE, messages.recv()).await else {
                self.write(Vec::new()).await;
                continue;
            };
            let Some(first) = first else { return };
            if matches!(first, Message::Call(_)) && self.state.bytes_waiting.load(Ordering::Relaxed) < BYTES_ENOUGH {
                // Nobody wakes this task for each of those that come meanwhile.
                tokio::select! {
                    () = tokio::time::sleep(BATCH_PAUSE) => {}
                    () = self.state.hurry.notified() => {}
                }
            }
            if self.drain(first, &mut messages).await {
                return;
            }
        }
    }

    /// Writes what waits; whether that is the end. What comes meanwhile is left for the next time: a transaction of a
    /// few lines costs nearly what one of hundreds does.
    async fn drain(&mut self, first: Message, messages: &mut mpsc::Receiver<Message>) -> bool {
        let (mut batch, mut next, mut left) = (Batch::default(), Some(first), messages.len());
        while let Some(message) = next {
            match message {
                Message::Call(call) => {
                    self.state.bytes_waiting.fetch_sub(call.bytes(), Ordering::Relaxed);
                    let line = line(*call, self.mode);
                    batch.bytes += line.full.as_ref().map_or(0, String::len);
                    batch.lines.push(line);
                    if LINES_MAX <= batch.lines.len() || BYTES_MAX <= batch.bytes {
                        self.write(std::mem::take(&mut batch).lines).await;
                    }
                }
                Message::Flush(done) => {
                    self.write(std::mem::take(&mut batch).lines).await;
                    answer(done);
                }
                Message::Stop(done) => {
                    self.write(std::mem::take(&mut batch).lines).await;
                    answer(done);
                    return true;
                }
            }
            next = if 0 < left { messages.try_recv().ok() } else { None };
            left = left.saturating_sub(1);
        }
        self.write(batch.lines).await;
        false
    }

    /// Writes these lines, and removes what there is no room for. What cannot be written is lost.
    async fn write(&mut self, lines: Vec<NewCall>) {
        let (count, logged_at, limits) = (lines.len(), (self.now)(), self.limits);
        let write = move |tx: &mut Tx| {
            if !lines.is_empty() {
                call_log::record(tx, &lines, logged_at)?;
            }
            for share in Share::ALL {
                call_log::trim(tx, share, room(limits, share, logged_at), REMOVED_MAX)?;
            }
            Ok::<_, Fault>(())
        };
        let done = self.store.write(write).await;
        if let Err(failure) = &done {
            self.state.lost.fetch_add(count as u64, Ordering::Relaxed);
            if !self.failing {
                let error = failure as &dyn Error;
                tracing::error!(error, "calls are missing in the request log: it cannot be written");
            }
        }
        self.failing = done.is_err();
    }
}

fn answer(done: oneshot::Sender<()>) {
    // Whoever has asked may wait no longer.
    let _ = done.send(());
}

/// What a share may keep at this time of the machine, UTC milliseconds.
fn room(limits: Limits, share: Share, now: i64) -> Room {
    let for_unverified = limits.bytes / UNVERIFIED_PART;
    let bytes_max = match share {
        Share::Verified => limits.bytes - for_unverified,
        Share::Unverified => for_unverified,
    };
    Room { bytes_max, logged_from: now.saturating_sub(i64::from(limits.days) * DAY_MS) }
}

fn line(call: FinishedCall, mode: Mode) -> NewCall {
    let FinishedCall { share, at, took, trace_id, app_id, pid, method, door, code, sub_code, cause, .. } = call;
    let is_platform = mode == Mode::Platform;
    let whole = |whole: WholeCall| {
        let full = FullCall::new(&whole);
        let full = if is_platform { full.masked() } else { full };
        serde_json::to_string(&full).expect("it serialises")
    };
    NewCall {
        share,
        at,
        took_us: i64::try_from(took.as_micros()).unwrap_or(i64::MAX),
        trace_id,
        app_id,
        pid,
        method: method_kept(&method.unwrap_or_default()),
        door: door.to_owned(),
        code: code.to_owned(),
        sub_code: sub_code.into_owned(),
        cause: cause.to_owned(),
        address: if is_platform { network(call.address) } else { call.address.to_string() },
        bytes_in: i64::try_from(call.bytes_in).unwrap_or(i64::MAX),
        bytes_out: i64::try_from(call.bytes_out).unwrap_or(i64::MAX),
        made: call.made.take(),
        full: call.whole.map(whole),
    }
}

/// The network that an address is in: enough to tell callers apart, and nobody's own.
fn network(address: IpAddr) -> String {
    let prefix = if address.is_ipv4() { 24 } else { 48 };
    ipnet::IpNet::new(address, prefix).map_or_else(|_| String::new(), |network| network.trunc().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_on_a_platform_are_networks() {
        let check = |address: &str, expect: &str| {
            assert_eq!(network(address.parse().expect("an address")), expect, "{address}");
        };
        check("203.0.113.77", "203.0.113.0/24");
        check("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48");
    }

    #[test]
    fn strangers_have_an_eighth_of_the_room() {
        let limits = Limits { days: 2, bytes: 800 };
        let now = 10 * DAY_MS;
        assert_eq!(room(limits, Share::Verified, now), Room { bytes_max: 700, logged_from: 8 * DAY_MS });
        assert_eq!(room(limits, Share::Unverified, now).bytes_max, 100);
    }
}
