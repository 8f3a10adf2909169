//! What the process tells Prometheus: counters that calls bump, and what is read when the page is asked for.
//!
//! Every series is known before the first call: a stranger who makes up methods finds one label, `unknown`, and cannot
//! grow the page. So each counter is a place in an array, found without a lock; a registry with label sets (what the
//! crates for this offer) would cost a hash and a lock a call, and a dependency, for a page of code.

use crate::app::App;
use crate::doors::connections::Connections;
use crate::jobs::{kinds, notice_deliver};
use crate::log;
use crate::methods::THE_LIST;
use notice_deliver::Outcome;
use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::Tx;
use store::measure::{Counted, Histogram};
use wire::first_aid::Cause;

/// The label of methods that are not in the list.
const UNKNOWN: &str = "unknown";
/// Every `code` that an answer may carry (PROTOCOL.md 11).
const CODES: [&str; 9] = ["10000", "20000", "20001", "40001", "40002", "40003", "40004", "40005", "40006"];
/// Bounds of the latency histograms, microseconds; a signature takes 250 or more.
const LATENCIES_US: [u64; 13] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// Counters of calls.
pub struct Metrics {
    /// One for each method of the list, in its order, and one for all others.
    methods: Box<[Method]>,
    /// One for each cause.
    refused_signatures: [AtomicU64; Cause::ALL.len()],
    /// Of callers, once they are listened for.
    connections: OnceLock<Arc<Connections>>,
    /// One for each outcome.
    delivered: [AtomicU64; Outcome::ALL.len()],
}

struct Method {
    answered: [AtomicU64; CODES.len()],
    latency_us: Histogram,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let method =
            |_| Method { answered: [const { AtomicU64::new(0) }; _], latency_us: Histogram::new(&LATENCIES_US) };
        let refused_signatures = [const { AtomicU64::new(0) }; _];
        let delivered = [const { AtomicU64::new(0) }; _];
        Metrics {
            methods: (0..=THE_LIST.len()).map(method).collect(),
            refused_signatures,
            connections: OnceLock::new(),
            delivered,
        }
    }
}

impl Metrics {
    /// Counts an answered call.
    pub fn called(&self, method: Option<&str>, code: &str, took: Duration) {
        let place = THE_LIST.iter().position(|entry| Some(entry.name) == method).unwrap_or(THE_LIST.len());
        let method = &self.methods[place];
        if let Some(code) = CODES.iter().position(|known| *known == code) {
            method.answered[code].fetch_add(1, Ordering::Relaxed);
        }
        method.latency_us.record_us(took);
    }

    /// Counts a refused signature.
    pub fn refused_signature(&self, cause: Cause) {
        let place = Cause::ALL.iter().position(|known| *known == cause).expect("all are known");
        self.refused_signatures[place].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a delivery of a notification.
    pub fn delivered(&self, outcome: Outcome) {
        let place = Outcome::ALL.iter().position(|(known, _)| *known == outcome).expect("all are known");
        self.delivered[place].fetch_add(1, Ordering::Relaxed);
    }

    /// Tells of these connections from now on.
    pub fn watch(&self, connections: Arc<Connections>) {
        self.connections.get_or_init(|| connections);
    }

    fn methods(&self) -> impl Iterator<Item = (&'static str, &Method)> {
        THE_LIST.iter().map(|entry| entry.name).chain([UNKNOWN]).zip(&self.methods)
    }

    fn write(&self, page: &mut Page) {
        page.family("punchcard_calls_total", "counter", "Answered calls.");
        for (name, method) in self.methods() {
            for (code, answered) in CODES.iter().zip(&method.answered) {
                let answered = answered.load(Ordering::Relaxed);
                if 0 < answered {
                    page.sample(&format!("{{method=\"{name}\",code=\"{code}\"}}"), answered);
                }
            }
        }
        page.family("punchcard_call_duration_seconds", "histogram", "From the head of a call to its signed answer.");
        for (name, method) in self.methods() {
            let counted = method.latency_us.counted();
            if 0 < counted.count {
                page.histogram(&format!("method=\"{name}\","), &counted, 1e6);
            }
        }
        page.family("punchcard_signatures_refused_total", "counter", "Calls whose signature did not fit, by cause.");
        let causes = Cause::ALL.iter().map(|cause| cause.name());
        for (cause, refused) in causes.zip(&self.refused_signatures) {
            page.sample(&format!("{{cause=\"{cause}\"}}"), refused.load(Ordering::Relaxed));
        }
        page.family("punchcard_notices_delivered_total", "counter", "Deliveries of notifications, by outcome.");
        for ((_, outcome), delivered) in Outcome::ALL.iter().zip(&self.delivered) {
            page.sample(&format!("{{outcome=\"{outcome}\"}}"), delivered.load(Ordering::Relaxed));
        }
        if let Some(connections) = self.connections.get() {
            page.one("punchcard_connections", "gauge", "Open connections of callers.", "", connections.open());
            page.family("punchcard_connections_refused_total", "counter", "Connections refused, by which limit.");
            for (limit, refused) in connections.refused() {
                page.sample(&format!("{{limit=\"{limit}\"}}"), refused);
            }
        }
    }
}

/// What waits to be done, as the store has it.
struct Waiting {
    notices: i64,
    lag_ms: i64,
}

impl Waiting {
    /// Notifications that wait for their next delivery, and for how long the first job that is due has been.
    async fn read(app: &App) -> Result<Waiting, store::Fault> {
        const DAY_MS: i64 = 86_400_000;
        let now = app.clock.now();
        let read = move |tx: &mut Tx| {
            // No rung of the ladder is longer than a day.
            let notices = store::job::waiting(tx, notice_deliver::KIND, now.saturating_add(DAY_MS))?;
            let first = store::job::first_after(tx, &kinds(), i64::MIN)?;
            Ok(Waiting { notices, lag_ms: first.map_or(0, |due| (now - due.due_at).max(0)) })
        };
        app.store.read(read).await
    }

    #[expect(clippy::cast_precision_loss, reason = "a lag is far below 2^53 milliseconds")]
    fn write(&self, page: &mut Page) {
        page.one("punchcard_notices_waiting", "gauge", "Notifications that are to be delivered.", "", self.notices);
        let help = "How long the first job that is due has waited, by the store's clock.";
        page.one("punchcard_job_lag_seconds", "gauge", help, "", self.lag_ms as f64 / 1e3);
    }
}

/// The page. Should the store not answer, what it knows is left out.
pub async fn page(app: &App) -> String {
    let waiting = Waiting::read(app).await;
    let mut page = Page { text: String::with_capacity(16 << 10), name: "" };
    page.one("punchcard_build_info", "gauge", "The running build.", format_args!("{{version=\"{VERSION}\"}}"), 1);
    page.one("punchcard_ready", "gauge", "1 when every kind of call can be answered.", "", u8::from(app.is_ready()));
    app.metrics.write(&mut page);
    if let Ok(waiting) = &waiting {
        waiting.write(&mut page);
    }
    let failing = app.wakeup.failing_count();
    page.one("punchcard_jobs_failing", "gauge", "Jobs that have failed here and are tried again.", "", failing);
    let (hits, misses) = app.signer.hits_and_misses();
    page.one("punchcard_signature_cache_hits_total", "counter", "Answers whose signature was known.", "", hits);
    page.one("punchcard_signature_cache_misses_total", "counter", "Answers whose signature was made.", "", misses);
    let writes = app.store.writes();
    page.one("punchcard_writes_waiting", "gauge", "Writes that wait for the store.", "", app.store.writes_waiting());
    page.family("punchcard_write_group_operations", "histogram", "Writes that shared a COMMIT.");
    page.histogram("", &writes.group_ops.counted(), 1.0);
    page.family("punchcard_commit_duration_seconds", "histogram", "What a COMMIT took.");
    page.histogram("", &writes.commit_us.counted(), 1e6);
    let (members, bytes) = app.index.size();
    page.one("punchcard_index_members", "gauge", "Members in the crowd index of this process.", "", members);
    page.one("punchcard_index_bytes", "gauge", "Memory of the crowd index.", "", bytes);
    let version = app.index.version();
    page.one("punchcard_index_version", "gauge", "Rows that this process's index has taken in.", "", version);
    page.one("punchcard_body_bytes", "gauge", "Memory drawn for bodies of calls.", "", app.bodies.held());
    let help = "Log lines that were lost: standard error could not be written, or not as fast.";
    page.one("punchcard_log_lines_lost_total", "counter", help, "", log::lost());
    if let Some(bytes) = resident_bytes() {
        page.one("process_resident_memory_bytes", "gauge", "Resident memory.", "", bytes);
    }
    page.text
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the kernel says; `None` where it does not say it so.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Prometheus' text format. Label values are names of ours, with nothing in them to escape.
struct Page {
    text: String,
    /// The family that samples belong to.
    name: &'static str,
}

impl Page {
    fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.name = name;
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn sample(&mut self, labels: &str, value: impl Display) {
        let name = self.name;
        self.line(format_args!("{name}{labels} {value}"));
    }

    /// A family of one sample.
    fn one(&mut self, name: &'static str, kind: &str, help: &str, labels: impl Display, value: impl Display) {
        self.family(name, kind, help);
        self.sample(&labels.to_string(), value);
    }

    /// `labels` ends with a comma if there are any; values are divided by `unit`.
    fn histogram(&mut self, labels: &str, counted: &Counted, unit: f64) {
        let (name, bare) = (self.name, labels.trim_end_matches(','));
        #[expect(clippy::cast_precision_loss, reason = "bounds and sums of microseconds are far below 2^53")]
        let scaled = |value: u64| value as f64 / unit;
        for &(bound, count) in &counted.below {
            self.line(format_args!("{name}_bucket{{{labels}le=\"{}\"}} {count}", scaled(bound)));
        }
        let Counted { count, sum, .. } = counted;
        self.line(format_args!("{name}_bucket{{{labels}le=\"+Inf\"}} {count}"));
        let bare = if bare.is_empty() { String::new() } else { format!("{{{bare}}}") };
        self.line(format_args!("{name}_sum{bare} {}", scaled(*sum)));
        self.line(format_args!("{name}_count{bare} {count}"));
    }

    fn line(&mut self, line: impl Display) {
        writeln!(self.text, "{line}").expect("memory can be written");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_grow_the_page() {
        let (metrics, name) = (Metrics::default(), THE_LIST[0].name);
        metrics.called(Some(name), "10000", Duration::from_micros(300));
        for made_up in 0..1_000 {
            metrics.called(Some(&format!("koubei.made.up.{made_up}")), "40002", Duration::from_micros(100));
        }
        metrics.called(None, "40001", Duration::from_micros(100));
        metrics.refused_signature(Cause::Charset);
        metrics.refused_signature(Cause::UnknownKey);
        let mut page = Page { text: String::new(), name: "" };
        metrics.write(&mut page);
        for line in [
            format!("punchcard_calls_total{{method=\"{name}\",code=\"10000\"}} 1"),
            "punchcard_calls_total{method=\"unknown\",code=\"40002\"} 1000".to_owned(),
            "punchcard_calls_total{method=\"unknown\",code=\"40001\"} 1".to_owned(),
            format!("punchcard_call_duration_seconds_bucket{{method=\"{name}\",le=\"0.00025\"}} 0"),
            format!("punchcard_call_duration_seconds_bucket{{method=\"{name}\",le=\"0.0005\"}} 1"),
            "punchcard_call_duration_seconds_count{method=\"unknown\"} 1001".to_owned(),
            "punchcard_signatures_refused_total{cause=\"charset\"} 1".to_owned(),
            "punchcard_signatures_refused_total{cause=\"unknown-key\"} 1".to_owned(),
        ] {
            assert!(page.text.lines().any(|said| said == line), "{line} is not in\n{}", page.text);
        }
        assert!(!page.text.contains("made.up"));
    }

    #[test]
    fn every_code_of_the_protocol_has_a_place() {
        for fault in wire::code::ALL {
            assert!(CODES.contains(&fault.code), "{}", fault.code);
        }
    }
}
