//! The operator's address: `/metrics` in Prometheus' text format, and health again, so that a probe needs no second port.

use super::{health, home};
use crate::app::App;
use crate::metrics;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::Arc;

/// What any other path is answered with.
const SENTENCE: &str = "Nothing is here: this is the operator's address, with /metrics, /healthz and /readyz\n";

/// What the address answers.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .fallback(async || home::plain(SENTENCE))
        .with_state(app)
}

async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], metrics::page(&app).await)
}
