//! `/h5/image/ID`: the pictures of world files and those that merchants upload, for pages to show.
//!
//! A picture is one: whatever it is opened as, it runs nothing and fetches nothing, as `doors/listener.rs` says of
//! every answer. What nobody knows is a neutral picture (`docs/decisions.md`, "Pictures").

use super::page::nothing;
use super::request::PageRequest;
use crate::app::App;
use crate::links;
use crate::pages::style;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use store::world::Image;
use store::{Fault, Tx};

/// A picture may be stated anew under its id, so it is asked for again after an hour.
const CACHING: &str = "public, max-age=3600";

/// Shows one.
pub async fn show(State(app): State<Arc<App>>, id: Result<Path<String>, PathRejection>, request: Request) -> Response {
    // Its bytes are no UTF-8.
    let Ok(Path(id)) = id else { return nothing(State(app), request).await };
    let read = move |tx: &mut Tx| if is_id(&id) { store::world::image(tx, &id) } else { Ok(None) };
    let found = app.store.read(read).await;
    match found {
        Ok(Some(image)) => picture(image, request.headers()),
        Ok(None) => {
            let head = [(CONTENT_TYPE, style::TAB.media_type), (CACHE_CONTROL, "no-cache")];
            (head, style::NEUTRAL).into_response()
        }
        Err(failure) => {
            let request = PageRequest::of(app, &request);
            let error = request.failed(&failure);
            request.answer("/h5/image", Err(error))
        }
    }
}

fn picture(image: Image, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", style::hash(&image.bytes));
    let same = asked.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let (status, body) =
        if same { (StatusCode::NOT_MODIFIED, Body::empty()) } else { (StatusCode::OK, image.bytes.into()) };
    let head = [(CONTENT_TYPE, image.media_type), (ETAG, tag), (CACHE_CONTROL, CACHING.to_owned())];
    (status, head, body).into_response()
}

/// Whether it may be an id: not every store takes every text.
fn is_id(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

/// The address of a picture, if this merchant may show it: a page has something better to show than a neutral one.
pub fn known(tx: &mut Tx, id: &str, pid: &str) -> Result<Option<String>, Fault> {
    let is_known = store::world::has_image(tx, id, pid)?;
    Ok(is_known.then(|| links::image("", id)))
}
