//! `/healthz`: the process runs. `/readyz`: it answers calls, its index built.

use crate::app::App;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// Always well while it can answer at all.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready, or what is waited for.
pub async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.is_ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "building the crowd index\n")
    }
}
