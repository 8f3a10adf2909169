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
use store::call_log::{self, Filter};
use store::{Fault, Mode, Tx};

/// What a wrong path is answered with; nothing of the path is in it.
const SENTENCE: &str = "Nothing is here: Punchcard answers calls at /gateway.do\n";
/// How many of the last calls are shown.
const CALLS_SHOWN: u32 = 20;
/// The longest path that is logged whole.
const PATH_CHARS_MAX: usize = 200;

/// The page, and the answer to all that nobody else answers.
pub fn router() -> Router<Arc<App>> {
    Router::new().route("/", get(show).fallback(wrong_path)).fallback(wrong_path)
}

async fn show(State(app): State<Arc<App>>, request: Request) -> Response {
    if app.store.mode() == Mode::Platform {
        return wrong_path(State(app), request).await;
    }
    // Whoever has just called finds the call.
    app.request_log.flush().await;
    let page_request = PageRequest::of(app.clone(), &request);
    let site = app.site.asking();
    let read = move |tx: &mut Tx| {
        let calls = call_log::newest(tx, &Filter::default(), i64::MAX, CALLS_SHOWN)?;
        Ok((site(tx)?, calls.into_iter().map(|kept| kept.call).collect()))
    };
    let view = match app.store.read::<_, Fault, _>(read).await {
        Ok((base_url, calls)) => {
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
