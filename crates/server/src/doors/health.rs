//! `/healthz`: the process runs. `/readyz`: it answers calls, its index is built, and its log can be written.

use crate::app::App;
use crate::log;
use axum::extract::State;
use axum::http::StatusCode;
use std::sync::Arc;

/// Always well while it can answer at all.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready, or what is waited for.
pub async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if !app.is_ready() {
        (StatusCode::SERVICE_UNAVAILABLE, "building the crowd index\n")
    } else if log::is_failing() {
        // This line is a try: where no calls come any more it is what finds that the log can be written again.
        tracing::warn!(lost = log::lost(), "log lines were lost: standard error cannot be written");
        (StatusCode::SERVICE_UNAVAILABLE, "the log cannot be written: lines are being lost\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Opening;
    use crate::doors::gateway::gateway;
    use crate::world::{WorldText, apply};
    use axum::body::Body;
    use axum::extract::Request;
    use http_body_util::BodyExt;
    use std::time::Duration;
    use wire::{Charset, PrivateKey, SignType};

    #[tokio::test(flavor = "multi_thread")]
    async fn calls_wait_for_the_index_instead_of_counting_half_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let app = App::open(Opening::fresh(folder.path())).await.expect("a fresh store opens");
        let key = PrivateKey::generate();
        let world = format!(
            "[[merchant]]\npid = \"2088201914979011\"\n[[app]]\napp_id = \"2021000000000001\"\n\
             pid = \"2088201914979011\"\npublic_key = \"{}\"\n",
            key.public_key().to_base64()
        );
        let world = WorldText::new(world);
        apply(&app, world.world().expect("a world")).await.expect("it is applied");
        let parameters = [
            ("app_id", "2021000000000001"),
            ("method", "koubei.marketing.campaign.tags.query"),
            ("charset", "utf-8"),
            ("sign_type", "RSA2"),
            ("timestamp", "2026-01-01 12:00:00"),
            ("version", "1.0"),
            ("biz_content", "{}"),
        ];
        let form = wire::signed_form(&parameters, Charset::Utf8, SignType::Rsa2, &key).expect("a form");
        let request = Request::post("/gateway.do").header("content-type", "application/x-www-form-urlencoded");
        let call = tokio::spawn(gateway(State(app.clone()), request.body(Body::from(form)).expect("a request")));

        assert!(!app.until_ready(Duration::from_millis(200)).await);
        assert_eq!(readyz(State(app.clone())).await.0, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(healthz().await, "ok\n");
        assert!(!call.is_finished(), "the call waits");
        app.warm().await.expect("the index is built");
        let answer = call.await.expect("it is answered").into_body().collect().await.expect("a body").to_bytes();
        assert!(String::from_utf8_lossy(&answer).contains("10000"), "{answer:?}");
        assert_eq!(readyz(State(app)).await.0, StatusCode::OK);
    }
}
