//! The owner's side: the same work that a command would do by itself, asked for over the socket.

use super::remote::send;
use super::{ActivityFilter, Asked, Frozen, Operator, OperatorError, Said};
use crate::app::App;
use crate::clock_driver::Move;
use crate::import::Import;
use crate::notices::Filter;
use crate::terminal::clipped;
use crate::world::WorldText;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http_body_util::{BodyExt, StreamBody};
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use wire::{Charset, time};

/// A refusal, as it travels.
#[derive(Serialize, Deserialize)]
pub(super) struct Refused {
    pub(super) at: Option<(String, String)>,
    pub(super) message: String,
}

/// For which merchant, and how.
#[derive(Deserialize)]
struct Importing {
    pid: String,
    check: bool,
    /// Commands of earlier builds do not say it.
    charset: Option<String>,
}

/// Frames of a body that may wait for the importing thread.
const FRAMES_WAITING: usize = 16;

/// What the socket answers.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/apply", post(apply))
        .route("/prove", get(prove))
        .route("/import/{what}", post(import))
        .route("/trade", post(trade))
        .route("/activities/list", post(activities))
        .route("/activities/review", post(review))
        .route("/activities/show", post(activity))
        .route("/points/frozen", post(frozen))
        .route("/points/show", post(points))
        .route("/trouble/{trace_id}", get(trouble))
        .route("/troubles", post(troubles))
        .route("/voucher/{voucher_id}", get(voucher))
        .route("/backup", get(backup))
        .route("/clock", get(clock).post(move_clock))
        .route("/notices/list", post(notices))
        .route("/notices/resend", post(resend))
        .route("/notices/{notify_id}", get(notice))
        .layer(axum::extract::DefaultBodyLimit::disable())
        .with_state(app)
}

impl IntoResponse for OperatorError {
    fn into_response(self) -> Response {
        let refused = match self {
            OperatorError::Refused { at, message } => Refused { at, message },
            unreachable @ OperatorError::Unreachable { .. } => Refused { at: None, message: unreachable.to_string() },
        };
        (StatusCode::CONFLICT, Json(refused)).into_response()
    }
}

/// The longest text of a log line about what an operator did.
const ABOUT_CHARS_MAX: usize = 200;

/// Leaves a line in the log of what an operator did to this process, and to what, and whether it was refused.
fn logged<T>(
    act: &str,
    about: &str,
    came: Result<T, OperatorError>,
    outcome: impl FnOnce(&T) -> String,
) -> Result<T, OperatorError> {
    let about = clipped(about, ABOUT_CHARS_MAX);
    match &came {
        Ok(done) => tracing::info!(act, about, outcome = outcome(done), "operator"),
        Err(error) => tracing::warn!(act, about, %error, "operator"),
    }
    came
}

async fn apply(State(app): State<Arc<App>>, text: String) -> Result<Response, OperatorError> {
    let applied = Operator::Own(app).apply(&WorldText::new(text)).await;
    let applied = logged("apply a world", "", applied, |it| format!("{} things, {} changed", it.things, it.changed))?;
    Ok(Json(applied).into_response())
}

async fn import(
    State(app): State<Arc<App>>,
    Path(what): Path<String>,
    Query(importing): Query<Importing>,
    body: Body,
) -> Result<Response, OperatorError> {
    let (sender, receiver) = mpsc::channel(FRAMES_WAITING);
    tokio::spawn(feed(body, sender));
    let charset = importing.charset.map_or(Some(Charset::Utf8), |name| Charset::from_name(name.as_bytes()));
    let charset = charset.ok_or_else(|| OperatorError::refused("a charset that this build does not read"))?;
    let how = Import { check: importing.check, charset };
    let (operator, rows) = (Operator::Own(app), BodyReader { receiver, frame: Bytes::new() });
    let act = if importing.check { "check an import" } else { "import" };
    let about = format!("{what} of {}", importing.pid);
    let report = match what.as_str() {
        "members" => operator.import_members(&importing.pid, rows, how).await,
        "trades" => operator.import_trades(&importing.pid, rows, how).await,
        other => return Err(OperatorError::refused(format!("{other} cannot be imported by this build"))),
    };
    let report = logged(act, &about, report, |it| format!("{} rows, {} bad", it.rows, it.bad))?;
    Ok(Json(report).into_response())
}

async fn prove(State(app): State<Arc<App>>) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).prove().await?).into_response())
}

async fn trade(State(app): State<Arc<App>>, asked: String) -> Result<Response, OperatorError> {
    let asked: Asked = serde_json::from_str(&asked).map_err(OperatorError::refused)?;
    Ok(Json(Operator::Own(app).trade(asked).await?).into_response())
}

async fn voucher(State(app): State<Arc<App>>, Path(voucher_id): Path<String>) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).voucher(&voucher_id).await?).into_response())
}

async fn activities(
    State(app): State<Arc<App>>,
    Json(filter): Json<ActivityFilter>,
) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).activities(filter).await?).into_response())
}

async fn activity(State(app): State<Arc<App>>, Json(camp_id): Json<String>) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).activity(&camp_id).await?).into_response())
}

async fn review(State(app): State<Arc<App>>, Json(said): Json<Said>) -> Result<Response, OperatorError> {
    let (act, about) = (said.verdict.name(), said.camp_id.clone());
    let decided = Operator::Own(app).review(said).await;
    Ok(Json(logged(act, &about, decided, |it| it.status.clone())?).into_response())
}

async fn frozen(State(app): State<Arc<App>>, Json(asked): Json<Frozen>) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).frozen(asked).await?).into_response())
}

async fn points(
    State(app): State<Arc<App>>,
    Json((card, user_id)): Json<(String, String)>,
) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).points(&card, &user_id).await?).into_response())
}

async fn trouble(State(app): State<Arc<App>>, Path(trace_id): Path<String>) -> Result<Response, OperatorError> {
    let trouble = Operator::Own(app).trouble(&trace_id).await?;
    Ok(Json(trouble).into_response())
}

async fn troubles(State(app): State<Arc<App>>, Json(limit): Json<u32>) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).troubles(limit).await?).into_response())
}

async fn clock(State(app): State<Arc<App>>) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).clock().await?).into_response())
}

async fn move_clock(State(app): State<Arc<App>>, Json(to): Json<Move>) -> Result<Response, OperatorError> {
    let moved = Operator::Own(app).move_clock(to).await;
    let moved =
        logged("move the clock", "", moved, |it| format!("from {} to {}", time::format(it.from), time::format(it.to)))?;
    Ok(Json(moved).into_response())
}

async fn notices(State(app): State<Arc<App>>, Json(filter): Json<Filter>) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).notices(filter).await?).into_response())
}

async fn notice(State(app): State<Arc<App>>, Path(notify_id): Path<String>) -> Result<Response, OperatorError> {
    Ok(Json(Operator::Own(app).notice(&notify_id).await?).into_response())
}

async fn resend(State(app): State<Arc<App>>, Json(ids): Json<Vec<String>>) -> Result<Response, OperatorError> {
    let about = ids.join(" ");
    let resent = Operator::Own(app).resend(ids).await;
    Ok(Json(logged("resend notifications", &about, resent, ToString::to_string)?).into_response())
}

/// A backup as it is made. Should it break off, its end is missing, which its reader sees.
async fn backup(State(app): State<Arc<App>>) -> Result<Body, OperatorError> {
    let (reader, writer) = std::io::pipe().map_err(OperatorError::refused)?;
    tokio::spawn(async move {
        match crate::backup::write(&app.store, writer).await {
            Ok(_) => tracing::info!(act = "back up", outcome = "done", "operator"),
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "a backup broke off"),
        }
    });
    let (sender, receiver) = mpsc::channel(FRAMES_WAITING);
    tokio::task::spawn_blocking(move || send(reader, &sender));
    Ok(Body::new(StreamBody::new(ReceiverStream::new(receiver))))
}

/// Hands a body's frames to a thread that reads them.
async fn feed(mut body: Body, sender: mpsc::Sender<std::io::Result<Bytes>>) {
    while let Some(frame) = body.frame().await {
        let frame = match frame {
            Ok(frame) => match frame.into_data() {
                Ok(data) => Ok(data),
                Err(_) => continue,
            },
            Err(error) => Err(std::io::Error::other(error)),
        };
        let broken = frame.is_err();
        if sender.send(frame).await.is_err() || broken {
            return;
        }
    }
}

/// A body as a thread reads it.
struct BodyReader {
    receiver: mpsc::Receiver<std::io::Result<Bytes>>,
    frame: Bytes,
}

impl Read for BodyReader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.frame.is_empty() {
            match self.receiver.blocking_recv() {
                Some(frame) => self.frame = frame?,
                None => return Ok(0),
            }
        }
        let len = buffer.len().min(self.frame.len());
        buffer[..len].copy_from_slice(&self.frame.split_to(len));
        Ok(len)
    }
}
