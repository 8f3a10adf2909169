//! The console's door, on the operator's address: what a browser that an operator sits before asks for. It can do
//! nothing that an entry of THE LIST cannot.

mod api;
mod assets;
mod session;
mod sign_in;

pub use session::Hosts;

use crate::app::App;
use axum::Router;
use axum::routing::post;
use std::sync::Arc;

/// What the routes of calls need.
struct Console {
    app: Arc<App>,
    hosts: Hosts,
}

/// The routes of calls, pages and assets.
pub fn router(app: Arc<App>, hosts: Hosts) -> Router {
    let calls = Router::new()
        .route("/console/api/session", post(sign_in::sign_in))
        .route("/console/api/session/end", post(sign_in::sign_out))
        .route("/console/api/session/password", post(sign_in::set_password))
        .route("/console/api/{pid}/{method}", post(api::call));
    calls.with_state(Arc::new(Console { app: app.clone(), hosts })).merge(assets::router().with_state(app))
}
