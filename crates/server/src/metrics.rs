//! Counters of calls, refused signatures and deliveries, for Prometheus.
//!
//! Every series is known before the first call: a caller who makes up methods gets one label, `unknown`, and cannot
//! grow the page. So each counter is a place in an array, found without a lock; a registry with label sets (what the
//! crates for this offer) would cost a hash and a lock a call, and a dependency, for a page of code.

mod exposition;

pub use exposition::Exposition;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::measure::Histogram;
use wire::diagnosis::Cause;

/// The label of methods that are not in the list.
const UNKNOWN: &str = "unknown";
/// Every `code` that an answer may carry.
const CODES: [&str; 9] = ["10000", "20000", "20001", "40001", "40002", "40003", "40004", "40005", "40006"];
/// Bounds of the latency histograms, microseconds; a signature takes 250 or more.
const LATENCIES_US: [u64; 13] =
    [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// The counters of a process.
pub struct Metrics {
    /// One for each method that was named, in that order, and one for all others.
    methods: Box<[Method]>,
    /// One for each cause.
    refused_signatures: [AtomicU64; Cause::ALL.len()],
    /// One for each outcome of a delivery, with its name.
    delivered: Box<[(&'static str, AtomicU64)]>,
}

struct Method {
    door: &'static str,
    name: &'static str,
    answered: [AtomicU64; CODES.len()],
    latency_us: Histogram,
}

impl Method {
    /// The labels of its series.
    fn labels(&self) -> String {
        let Method { door, name, .. } = self;
        if door.is_empty() { format!("method=\"{name}\"") } else { format!("door=\"{door}\",method=\"{name}\"") }
    }
}

impl Metrics {
    /// Counters for these methods, each with the name of the door that it is called through (empty for the signed one),
    /// and for deliveries with these outcomes.
    pub fn new(
        methods: impl IntoIterator<Item = (&'static str, &'static str)>,
        outcomes: impl IntoIterator<Item = &'static str>,
    ) -> Metrics {
        let method = |(door, name)| Method {
            door,
            name,
            answered: [const { AtomicU64::new(0) }; _],
            latency_us: Histogram::new(&LATENCIES_US),
        };
        Metrics {
            methods: methods.into_iter().chain([("", UNKNOWN)]).map(method).collect(),
            refused_signatures: [const { AtomicU64::new(0) }; _],
            delivered: outcomes.into_iter().map(|outcome| (outcome, AtomicU64::new(0))).collect(),
        }
    }

    /// Counts a call that was answered through a door.
    pub fn called(&self, door: &str, name: Option<&str>, code: &str, took: Duration) {
        let (unknown, known) = self.methods.split_last().expect("one counts all others");
        let method = known.iter().find(|method| Some(method.name) == name && method.door == door).unwrap_or(unknown);
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
    pub fn delivered(&self, outcome: &str) {
        let (_, count) = self.delivered.iter().find(|(known, _)| *known == outcome).expect("all outcomes are known");
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Writes all of them to a page.
    pub fn write(&self, page: &mut Exposition) {
        page.family("punchcard_calls_total", "counter", "Answered calls.");
        for method in &self.methods {
            let labels = method.labels();
            for (code, answered) in CODES.iter().zip(&method.answered) {
                let answered = answered.load(Ordering::Relaxed);
                if 0 < answered {
                    page.sample(&format!("{{{labels},code=\"{code}\"}}"), answered);
                }
            }
        }
        page.family("punchcard_call_duration_seconds", "histogram", "From the head of a call to its signed answer.");
        for method in &self.methods {
            let labels = method.labels();
            let counted = method.latency_us.counted();
            if 0 < counted.count {
                page.histogram(&format!("{labels},"), &counted, 1e6);
            }
        }
        page.family("punchcard_signatures_refused_total", "counter", "Calls whose signature did not fit, by cause.");
        let causes = Cause::ALL.iter().map(|cause| cause.name());
        for (cause, refused) in causes.zip(&self.refused_signatures) {
            page.sample(&format!("{{cause=\"{cause}\"}}"), refused.load(Ordering::Relaxed));
        }
        page.family("punchcard_notices_delivered_total", "counter", "Deliveries of notifications, by outcome.");
        for (outcome, delivered) in &self.delivered {
            page.sample(&format!("{{outcome=\"{outcome}\"}}"), delivered.load(Ordering::Relaxed));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_cannot_grow_the_page() {
        let name = "koubei.marketing.campaign.tags.query";
        let metrics = Metrics::new([("", name), ("control", name)], ["acknowledged"]);
        metrics.called("", Some(name), "10000", Duration::from_micros(300));
        for made_up in 0..1_000 {
            metrics.called("", Some(&format!("koubei.made.up.{made_up}")), "40002", Duration::from_micros(100));
        }
        metrics.called("", None, "40001", Duration::from_micros(100));
        metrics.called("control", Some(name), "10000", Duration::from_micros(100));
        metrics.refused_signature(Cause::Charset);
        metrics.refused_signature(Cause::UnknownKey);
        let mut page = Exposition::default();
        metrics.write(&mut page);
        for line in [
            format!("punchcard_calls_total{{method=\"{name}\",code=\"10000\"}} 1"),
            format!("punchcard_calls_total{{door=\"control\",method=\"{name}\",code=\"10000\"}} 1"),
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
        for rejection in wire::code::ALL {
            assert!(CODES.contains(&rejection.code), "{}", rejection.code);
        }
    }
}
