//! A call as the server runs it, without HTTP, JSON and signatures.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use store::testing::block_on;
use store::world::{App, Merchant};
use store::{Fault, Stop, Tx, world};

use crate::samples::Samples;
use crate::server::{APP_ID, PID};

/// How many calls wait at once.
pub(crate) const WAITING: usize = 512;

/// The figures of one measurement.
struct Measurement {
    /// Calls a second.
    rate: f64,
    /// How long the median waited.
    p50_ms: f64,
    /// How long the slowest hundredth waited at least.
    p99_ms: f64,
}

/// Several measurements of one call.
#[derive(Default)]
pub(crate) struct Measurements {
    all: Vec<Measurement>,
    /// The serial number of the next call.
    next: Arc<AtomicI64>,
}

impl Measurements {
    /// Measures once more. So many calls wait, for so long; each has a serial number of its own.
    pub(crate) fn measure<F>(&mut self, seconds: u64, call: impl Fn(i64) -> F + Clone + Send + 'static)
    where
        F: Future<Output = ()> + Send,
    {
        let (begin, time) = (Instant::now(), Duration::from_secs(seconds));
        let next = self.next.clone();
        let waits_ms = block_on(async {
            let callers: Vec<_> = (0..WAITING)
                .map(|_| {
                    let (next, call) = (next.clone(), call.clone());
                    tokio::spawn(async move {
                        let mut waits_ms = Vec::new();
                        while begin.elapsed() < time {
                            let asked = Instant::now();
                            call(next.fetch_add(1, Ordering::Relaxed)).await;
                            waits_ms.push(asked.elapsed().as_secs_f64() * 1e3);
                        }
                        waits_ms
                    })
                })
                .collect();
            let mut waits_ms = Vec::new();
            for caller in callers {
                waits_ms.extend(caller.await.expect("a caller ends"));
            }
            waits_ms
        });
        let rate = waits_ms.len() as f64 / begin.elapsed().as_secs_f64();
        let waits_ms = Samples::new(waits_ms);
        let (p50_ms, p99_ms) = (waits_ms.percentile(50.0), waits_ms.percentile(99.0));
        self.all.push(Measurement { rate, p50_ms, p99_ms });
    }

    /// The median of calls a second.
    pub(crate) fn rate(&self) -> f64 {
        self.each(|it| it.rate).median()
    }

    fn each(&self, figure: fn(&Measurement) -> f64) -> Samples {
        Samples::new(self.all.iter().map(figure).collect())
    }
}

impl fmt::Display for Measurements {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [rate, p50, p99] = [|it: &Measurement| it.rate, |it: &Measurement| it.p50_ms, |it: &Measurement| it.p99_ms]
            .map(|it| self.each(it));
        write!(out, "{rate}/s, p50 {p50:.1} ms, p99 {p99:.1} ms")
    }
}

/// Checks, as every call does, that its app still may call.
pub(crate) fn check_caller(tx: &mut Tx) -> Result<(), Stop> {
    let app = world::guard(tx, APP_ID, None)?;
    assert!(app.is_some_and(|app| app.app_enabled), "it may call");
    Ok(())
}

/// Adds the merchant, and the app that calls for it.
pub(crate) fn put_caller(tx: &mut Tx) -> Result<(), Fault> {
    let merchant = Merchant {
        pid: PID.to_owned(),
        name: String::new(),
        mid: None,
        login_id: None,
        opening_fen: 0,
        options: "{}".to_owned(),
    };
    world::put_merchant(tx, &merchant)?;
    let app = App {
        app_id: APP_ID.to_owned(),
        pid: PID.to_owned(),
        public_key: String::new(),
        certificates: Vec::new(),
        aes_key: None,
        isv: false,
        methods: vec!["*".to_owned()],
        notify_charset: "utf-8".to_owned(),
        enabled: true,
        redirect_uris: Vec::new(),
        version: 0,
    };
    world::put_app(tx, &app).map(drop)
}
