//! The operator's address: the console, `/metrics` in Prometheus' text format, and health again, so that a probe needs
//! no second port.

use super::connections::Connections;
use super::{console, health, home};
use crate::app::App;
use crate::jobs::notice_deliver;
use crate::log;
use crate::metrics::Exposition;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::Arc;
use store::Tx;
use tokio::sync::watch;

/// What any other path is answered with.
const SENTENCE: &str =
    "Nothing is here: this is the operator's address, with /console/, /metrics, /healthz and /readyz\n";

/// The routes of the operator's address, with the console under these names if it is offered; the metrics count these
/// connections, which are callers'.
pub fn router(
    app: Arc<App>,
    connections: Arc<Connections>,
    hosts: Option<console::Hosts>,
    stop: watch::Receiver<bool>,
) -> Router {
    let console = hosts.map(|hosts| console::router(app.clone(), hosts, stop)).unwrap_or_default();
    let metrics = async move |State(app): State<Arc<App>>| metrics(&app, &connections).await;
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(async || home::plain(SENTENCE))
        .with_state(app)
        .merge(console)
}

/// The page of metrics. Should the store not answer, what it knows is left out.
async fn metrics(app: &App, connections: &Connections) -> impl IntoResponse + use<> {
    let page = page(app, connections).await;
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page)
}

/// The work that waits to be done, as the store has it.
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
            let first = store::job::first_after(tx, &store::job::KINDS, i64::MIN)?;
            Ok(Waiting { notices, lag_ms: first.map_or(0, |due| (now - due.due_at).max(0)) })
        };
        app.store.read(read).await
    }

    #[expect(clippy::cast_precision_loss, reason = "a lag is far below 2^53 milliseconds")]
    fn write(&self, page: &mut Exposition) {
        page.one("punchcard_notices_waiting", "gauge", "Notifications that are to be delivered.", "", self.notices);
        let help = "How long the first job that is due has waited, by the store's clock.";
        page.one("punchcard_job_lag_seconds", "gauge", help, "", self.lag_ms as f64 / 1e3);
    }
}

async fn page(app: &App, connections: &Connections) -> String {
    let waiting = Waiting::read(app).await;
    let mut page = Exposition::default();
    page.one("punchcard_build_info", "gauge", "The running build.", format_args!("{{version=\"{VERSION}\"}}"), 1);
    page.one("punchcard_ready", "gauge", "1 when every kind of call can be answered.", "", u8::from(app.is_ready()));
    app.metrics.write(&mut page);
    page.one("punchcard_connections", "gauge", "Open connections of callers.", "", connections.open());
    page.family("punchcard_connections_refused_total", "counter", "Connections refused, by which limit.");
    for (limit, refused) in connections.refused() {
        page.sample(&format!("{{limit=\"{limit}\"}}"), refused);
    }
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
    let help = "Answered calls that are missing in the request log: it could not be written, or not as fast.";
    page.one("punchcard_request_log_lost_total", "counter", help, "", app.request_log.lost());
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
