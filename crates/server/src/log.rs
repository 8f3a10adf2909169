//! The log: one line for each call, on standard error, which nobody who is answered waits for.
//!
//! A line is put into a bounded queue, and a thread of its own writes it. When standard error cannot be written (its
//! reader is gone, its disk is full) or not as fast as calls come (its reader has stalled), lines are lost and counted,
//! and calls are answered as ever. `tracing-appender` has such a writer too, but it prints its own trouble to the very
//! standard error that is in trouble: a process whose log has stalled could not end.

use crate::terminal::LogWriter;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// Lines that may wait to be written; more are lost.
const LINES_WAITING_MAX: usize = 4_096;
/// Bytes of lines that may wait to be written.
const BYTES_WAITING_MAX: u64 = 4 << 20;
/// Once lines have been lost for this long, and none was written, `/readyz` says so.
const FAILING_AFTER: Duration = Duration::from_secs(10);
/// When the process ends, lines that wait may take this long.
const FLUSH_TIME_MAX: Duration = Duration::from_secs(1);
/// How often [`flush`] looks.
const FLUSH_PAUSE: Duration = Duration::from_millis(2);

/// The process's log, once it is started. A process has one standard error, and `tracing` one subscriber for all.
static LOG: OnceLock<Log> = OnceLock::new();

/// Logs to standard error from now on: for people on a terminal, JSON for machines. `PUNCHCARD_LOG` says how much
/// (`info`, `debug`, `store=debug` …).
pub fn start() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PUNCHCARD_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let (log, json) = (LOG.get_or_init(|| Log::start(std::io::stderr())), !std::io::stderr().is_terminal());
    // Without colours, so that every escape character in a line is somebody else's.
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).log_internal_errors(false);
    let subscriber = subscriber.with_writer(move || LogWriter { inner: log.clone(), json });
    if json { subscriber.json().init() } else { subscriber.init() }
}

/// How many lines were lost since the process started.
pub fn lost() -> u64 {
    LOG.get().map_or(0, |log| log.state.lost.load(Ordering::Relaxed))
}

/// Whether lines have been lost for a while, with none written in between.
pub fn is_failing() -> bool {
    LOG.get().is_some_and(|log| log.state.is_failing(Instant::now()))
}

/// Waits, a second at most, until what was logged is written: before the process ends.
pub fn flush() {
    let Some(log) = LOG.get() else { return };
    let began = Instant::now();
    while 0 < log.state.bytes_waiting.load(Ordering::Acquire) && began.elapsed() < FLUSH_TIME_MAX {
        std::thread::sleep(FLUSH_PAUSE);
    }
}

#[derive(Clone)]
struct Log {
    queue: SyncSender<Box<[u8]>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Of lines that are not written yet.
    bytes_waiting: AtomicU64,
    lost: AtomicU64,
    /// Since when lines have been lost; nothing once one was written.
    lost_since: Mutex<Option<Instant>>,
}

impl Log {
    fn start(output: impl Write + Send + 'static) -> Log {
        let (queue, lines) = sync_channel(LINES_WAITING_MAX);
        let log = Log { queue, state: Arc::default() };
        let state = log.state.clone();
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || write_all(&lines, output, &state))
            .expect("the system gives threads");
        log
    }
}

fn write_all(lines: &Receiver<Box<[u8]>>, mut output: impl Write, state: &State) {
    while let Ok(line) = lines.recv() {
        match output.write_all(&line) {
            Ok(()) => state.wrote(),
            Err(_) => state.lose(Instant::now()),
        }
        state.bytes_waiting.fetch_sub(line.len() as u64, Ordering::Release);
    }
}

impl State {
    fn wrote(&self) {
        *self.lost_since.lock().expect("no holder panics") = None;
    }

    fn lose(&self, now: Instant) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        self.lost_since.lock().expect("no holder panics").get_or_insert(now);
    }

    fn is_failing(&self, now: Instant) -> bool {
        let since = *self.lost_since.lock().expect("no holder panics");
        since.is_some_and(|since| FAILING_AFTER <= now.saturating_duration_since(since))
    }
}

/// Takes one line, as a whole. Never fails and never waits.
impl Write for Log {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let (state, len) = (&self.state, line.len() as u64);
        let fits = state.bytes_waiting.fetch_add(len, Ordering::Relaxed) + len <= BYTES_WAITING_MAX;
        if !fits || self.queue.try_send(line.into()).is_err() {
            state.bytes_waiting.fetch_sub(len, Ordering::Relaxed);
            state.lose(Instant::now());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Prints something on standard error, last of all: a reader who has stalled is waited for a second at most.
pub fn print_last(print: impl FnOnce() + Send + 'static) {
    let (printed, waiting) = sync_channel(1);
    std::thread::spawn(move || {
        print();
        let _ = printed.send(());
    });
    let _ = waiting.recv_timeout(FLUSH_TIME_MAX);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::ErrorKind;
    use std::sync::mpsc::channel;

    /// Writes what it is allowed to: `Some(true)` a line, `Some(false)` fails a line, no word yet waits.
    struct Gate(Receiver<bool>);

    impl Write for Gate {
        fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
            match self.0.recv() {
                Ok(true) => Ok(line.len()),
                _ => Err(ErrorKind::StorageFull.into()),
            }
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn wait_for(what: impl Fn() -> bool) {
        let began = Instant::now();
        while !what() {
            assert!(began.elapsed() < Duration::from_secs(10), "it never came");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted_and_reported_after_a_while() {
        let (allow, allowed) = channel();
        let mut log = Log::start(Gate(allowed));
        let lost = |log: &Log| log.state.lost.load(Ordering::Relaxed);
        let waiting = |log: &Log| log.state.bytes_waiting.load(Ordering::Relaxed);
        let failing_after = |log: &Log, time| log.state.is_failing(Instant::now() + time);
        for (written, expect) in [(true, 0), (false, 1), (false, 2), (true, 2)] {
            log.write_all(b"a line\n").expect("it never fails");
            allow.send(written).expect("it is read");
            wait_for(|| waiting(&log) == 0);
            assert_eq!(lost(&log), expect);
            assert!(!failing_after(&log, Duration::ZERO));
            assert_eq!(failing_after(&log, FAILING_AFTER), !written, "{written} {expect}");
        }
        // Nothing is written any more: what does not fit into the queue is lost, by lines and by bytes.
        for _ in 0..LINES_WAITING_MAX + 10 {
            log.write_all(b"a line\n").expect("it never fails");
        }
        assert!((9..=10).contains(&(lost(&log) - 2)), "{}", lost(&log));
        let before = lost(&log);
        log.write_all(&vec![b'x'; 5 << 20]).expect("it never fails");
        assert_eq!(lost(&log), before + 1);
        assert!(failing_after(&log, FAILING_AFTER));
        allow.send(true).expect("it is read");
        wait_for(|| !failing_after(&log, FAILING_AFTER));
    }
}
