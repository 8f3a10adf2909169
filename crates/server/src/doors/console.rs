//! The console's door, on the operator's address: what a browser that an operator sits before asks for. It can do
//! nothing that an entry of THE LIST cannot.

mod api;
mod assets;
mod events;
mod session;
mod sign_in;

pub use session::Hosts;

use crate::app::App;
use crate::methods::dispatch::Place;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;
use tokio::sync::{Semaphore, watch};

/// Streams of events at once, of all pages: each is a connection of the operator's address.
const STREAMS_MAX: usize = 16;
/// The merchant of what belongs to none.
const WHOLE_STORE: &str = "-";

/// What the routes of calls need.
struct Console {
    app: Arc<App>,
    hosts: Hosts,
    streams: Arc<Semaphore>,
    /// Turns true when the process stops: streams would wait for that for ever.
    stop: watch::Receiver<bool>,
}

/// What the part of a path that names a merchant means.
fn place_of(pid: &str) -> Place<'_> {
    if pid == WHOLE_STORE { Place::Store } else { Place::Merchant(pid) }
}

/// The routes of calls, pages and assets.
pub fn router(app: Arc<App>, hosts: Hosts, stop: watch::Receiver<bool>) -> Router {
    let calls = Router::new()
        .route("/console/api/session", post(sign_in::sign_in))
        .route("/console/api/session/end", post(sign_in::sign_out))
        .route("/console/api/session/password", post(sign_in::set_password))
        .route("/console/api/{pid}/events", get(events::events))
        .route("/console/api/{pid}/{method}", post(api::call));
    let console = Console { app: app.clone(), hosts, streams: Arc::new(Semaphore::new(STREAMS_MAX)), stop };
    calls.with_state(Arc::new(console)).merge(assets::router().with_state(app))
}
