//! `/` and every path that is none of ours. A stand-in shows at `/` how it stands and what was called; everything else
//! is answered with the one sentence that says where calls go, and leaves a line in the log.

use super::h5::{PageRequest, View};
use crate::app::App;
use crate::pages::home::Page;
use crate::pages::shell::Shell;
use crate::terminal::clipped;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// What a wrong path is answered with; nothing of the path is in it.
const SENTENCE: &str = "Nothing is here: Punchcard answers calls at /gateway.do\n";
/// The longest path that is logged whole.
const PATH_CHARS_MAX: usize = 200;

/// The page, and the answer to all that nobody else answers.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/", get(show).fallback(wrong_path)).fallback(wrong_path)
}

async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    let Some(recent) = &app.recent else { return wrong_path(State(app), request).await };
    let calls = recent.newest();
    let page_request = PageRequest::of(app.clone(), &request);
    let view = match app.store.read::<_, store::Fault, _>(app.site.asking()).await {
        Ok(base_url) => {
            let page = Page {
                gateway_url: format!("{base_url}/gateway.do"),
                public_key: app.signer.public_key().to_base64(),
                now: app.clock.now(),
                stands_still: app.clock.stands_still(),
                calls,
            };
            Ok(Box::new(move |shell: &Shell<'_>| page.page(shell)) as View)
        }
        Err(failure) => Err(page_request.failed(&failure)),
    };
    page_request.answer("/", view)
}

/// The right path instead of a wrong one.
pub async fn wrong_path(State(app): State<Arc<App>>, request: Request) -> Response {
    let (trace_id, path) = (app.new_trace_id(), clipped(request.uri().path(), PATH_CHARS_MAX));
    tracing::info!(trace_id, http = %request.method(), path, status = 404, "wrong path: calls go to /gateway.do");
    plain(SENTENCE)
}

/// A 404 of one sentence that no browser takes for a page.
pub fn plain(sentence: &'static str) -> Response {
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "text/plain; charset=utf-8")], sentence).into_response()
}
