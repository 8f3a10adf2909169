//! The owner's side of the control socket: one door for every method of operators.

use super::{CALL, Refusal, operate};
use crate::answer::CallError;
use crate::app::App;
use crate::methods::Output;
use crate::methods::console::wrong;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http_body_util::{BodyExt, StreamBody};
use serde_json::{Map, Value};
use std::io::{PipeReader, Read};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Frames of a body that may wait for the thread that reads them.
const FRAMES_WAITING: usize = 16;

/// The routes of the socket. A command of a build that spoke otherwise gets a refusal that it can print.
pub fn router(app: Arc<App>) -> Router {
    Router::new()
        .route(&format!("{CALL}{{name}}"), post(call))
        .fallback(async || refusal(&wrong("this command is of another build than the running Punchcard: use the same")))
        .with_state(app)
}

async fn call(State(app): State<Arc<App>>, Path(name): Path<String>, body: Body) -> Response {
    match answer(&app, &name, body).await {
        Ok(Output::Json(answer)) => {
            ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], answer).into_response()
        }
        Ok(Output::File(file)) => file_body(file).into_response(),
        Err(error) => refusal(&error),
    }
}

/// A body that is a file which is still being written.
pub fn file_body(file: PipeReader) -> Body {
    let (sender, receiver) = mpsc::channel(FRAMES_WAITING);
    tokio::task::spawn_blocking(move || super::remote::send_file(file, &sender));
    Body::new(StreamBody::new(ReceiverStream::new(receiver)))
}

fn refusal(error: &CallError) -> Response {
    (StatusCode::CONFLICT, Json(Refusal::from(error))).into_response()
}

/// Reads the request, and runs the call with the rest of the body as its file.
async fn answer(app: &Arc<App>, name: &str, mut body: Body) -> Result<Output, CallError> {
    let mut head = Vec::new();
    let rest = loop {
        let Some(frame) = body.frame().await else { break Bytes::new() };
        let Ok(data) = frame.map_err(|error| wrong(error.to_string()))?.into_data() else { continue };
        match data.iter().position(|&byte| byte == b'\n') {
            Some(end) => {
                head.extend_from_slice(&data[..end]);
                break data.slice(end + 1..);
            }
            None => head.extend_from_slice(&data),
        }
    };
    let members: Map<String, Value> = serde_json::from_slice(&head).map_err(|error| wrong(error.to_string()))?;
    let (sender, receiver) = mpsc::channel(FRAMES_WAITING);
    tokio::spawn(pass_on(body, sender));
    operate(app, name, members, Box::new(BodyReader { receiver, frame: rest })).await
}

/// Hands a body's frames to a thread that reads them.
async fn pass_on(mut body: Body, sender: mpsc::Sender<std::io::Result<Bytes>>) {
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

/// The rest of a body, for a thread to read.
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
