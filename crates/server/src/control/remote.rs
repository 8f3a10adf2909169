//! The command's side of the control socket.

use super::door::Refused;
use super::{
    ActivityFilter, Asked, Frozen, ListedActivity, OperatorError, Said, ShownAccount, ShownActivity, ShownFreeze,
};
use crate::clock_driver::{ClockView, Move, Movement};
use crate::import::{Import, Report};
use crate::notices::{Filter, Listed, NoticeError, Told};
use crate::world::{Applied, WorldText};
use axum::body::{Body, Bytes};
use axum::http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use store::prove::Row;
use store::trouble::Trouble;
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Bytes of a file sent at once.
const FRAME_BYTES: usize = 1 << 18;
/// Frames that may wait for the socket.
const FRAMES_WAITING: usize = 4;

/// A running process, reached over its socket.
pub struct Remote {
    path: PathBuf,
}

impl Remote {
    /// The process that listens there.
    pub fn new(path: PathBuf) -> Remote {
        Remote { path }
    }

    /// See [`super::Operator::apply`].
    pub async fn apply(&self, text: &WorldText) -> Result<Applied, OperatorError> {
        self.ask(Method::POST, "/apply", Body::from(text.as_str().to_owned())).await
    }

    /// See [`super::Operator::import_members`] and its like; `what` is `members` or `trades`.
    pub async fn import(
        &self,
        what: &str,
        pid: &str,
        input: impl Read + Send + 'static,
        how: Import,
    ) -> Result<Report, OperatorError> {
        let target = format!("/import/{what}?pid={pid}&check={}&charset={}", how.check, how.charset.name());
        let (sender, receiver) = mpsc::channel(FRAMES_WAITING);
        tokio::task::spawn_blocking(move || send(input, &sender));
        self.ask(Method::POST, &target, Body::new(StreamBody::new(ReceiverStream::new(receiver)))).await
    }

    /// See [`super::Operator::prove`].
    pub async fn prove(&self) -> Result<Vec<Row>, OperatorError> {
        self.ask(Method::GET, "/prove", Body::empty()).await
    }

    /// See [`super::Operator::trade`].
    pub async fn trade(&self, asked: &Asked) -> Result<Option<super::ShownTrade>, OperatorError> {
        let asked = serde_json::to_string(asked).map_err(OperatorError::refused)?;
        self.ask(Method::POST, "/trade", Body::from(asked)).await
    }

    /// See [`super::Operator::voucher`].
    pub async fn voucher(&self, voucher_id: &str) -> Result<Option<super::ShownVoucher>, OperatorError> {
        if voucher_id.is_empty() || !voucher_id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(None);
        }
        self.ask(Method::GET, &format!("/voucher/{voucher_id}"), Body::empty()).await
    }

    /// See [`super::Operator::frozen`].
    pub async fn frozen(&self, asked: &Frozen) -> Result<Vec<ShownFreeze>, OperatorError> {
        self.tell("/points/frozen", asked).await
    }

    /// See [`super::Operator::points`].
    pub async fn points(&self, card: &str, user_id: &str) -> Result<Option<ShownAccount>, OperatorError> {
        self.tell("/points/show", &(card, user_id)).await
    }

    /// See [`super::Operator::troubles`].
    pub async fn troubles(&self, limit: u32) -> Result<Vec<Trouble>, OperatorError> {
        self.tell("/troubles", &limit).await
    }

    /// See [`super::Operator::trouble`].
    pub async fn trouble(&self, trace_id: &str) -> Result<Option<Trouble>, OperatorError> {
        let is_name = trace_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_name {
            return Ok(None);
        }
        self.ask(Method::GET, &format!("/trouble/{trace_id}"), Body::empty()).await
    }

    /// See [`super::Operator::activities`].
    pub async fn activities(&self, filter: &ActivityFilter) -> Result<Vec<ListedActivity>, OperatorError> {
        self.tell("/activities/list", filter).await
    }

    /// See [`super::Operator::activity`].
    pub async fn activity(&self, camp_id: &str) -> Result<ShownActivity, OperatorError> {
        self.tell("/activities/show", &camp_id).await
    }

    /// See [`super::Operator::review`].
    pub async fn review(&self, said: &Said) -> Result<ListedActivity, OperatorError> {
        self.tell("/activities/review", said).await
    }

    /// See [`super::Operator::clock`].
    pub async fn clock(&self) -> Result<ClockView, OperatorError> {
        self.ask(Method::GET, "/clock", Body::empty()).await
    }

    /// See [`super::Operator::move_clock`].
    pub async fn move_clock(&self, to: Move) -> Result<Movement, OperatorError> {
        self.tell("/clock", &to).await
    }

    /// See [`super::Operator::notices`].
    pub async fn notices(&self, filter: &Filter) -> Result<Vec<Listed>, OperatorError> {
        self.tell("/notices/list", filter).await
    }

    /// See [`super::Operator::notice`].
    pub async fn notice(&self, notify_id: &str) -> Result<Told, OperatorError> {
        if !notify_id.bytes().all(|byte| byte.is_ascii_digit()) || notify_id.is_empty() {
            return Err(OperatorError::refused(NoticeError::Unknown(notify_id.to_owned())));
        }
        self.ask(Method::GET, &format!("/notices/{notify_id}"), Body::empty()).await
    }

    /// See [`super::Operator::resend`].
    pub async fn resend(&self, notify_ids: &[String]) -> Result<usize, OperatorError> {
        self.tell("/notices/resend", &notify_ids).await
    }

    /// Writes a backup of what the process has.
    pub async fn backup(&self, mut out: impl Write) -> Result<(), OperatorError> {
        let unreachable = |message| OperatorError::Unreachable { path: self.path.clone(), message };
        let (status, mut body) = begin(&self.path, Method::GET, "/backup", Body::empty()).await.map_err(unreachable)?;
        if status != StatusCode::OK {
            return Err(OperatorError::refused(format!("the running Punchcard answers {status}")));
        }
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| unreachable(error.to_string()))?;
            if let Ok(bytes) = frame.into_data() {
                out.write_all(&bytes).map_err(OperatorError::refused)?;
            }
        }
        out.flush().map_err(OperatorError::refused)
    }

    /// Posts an order as JSON.
    async fn tell<T: DeserializeOwned>(&self, target: &str, order: &impl Serialize) -> Result<T, OperatorError> {
        let order = serde_json::to_vec(order).expect("orders serialise");
        self.ask(Method::POST, target, Body::from(order)).await
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, target: &str, body: Body) -> Result<T, OperatorError> {
        let (status, bytes) = exchange(&self.path, method, target, body)
            .await
            .map_err(|message| OperatorError::Unreachable { path: self.path.clone(), message })?;
        if status == StatusCode::OK {
            return serde_json::from_slice(&bytes).map_err(OperatorError::refused);
        }
        match serde_json::from_slice(&bytes) {
            Ok(Refused { at, message }) => Err(OperatorError::Refused { at, message }),
            Err(_) => Err(OperatorError::refused(format!("{status}: {}", String::from_utf8_lossy(&bytes)))),
        }
    }
}

async fn exchange(path: &Path, method: Method, target: &str, body: Body) -> Result<(StatusCode, Bytes), String> {
    let (status, body) = begin(path, method, target, body).await?;
    let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    Ok((status, bytes))
}

/// Sends a request; the answer's body is still to come.
async fn begin(path: &Path, method: Method, target: &str, body: Body) -> Result<(StatusCode, Incoming), String> {
    let stream = UnixStream::connect(path).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(async move { drop(connection.await) });
    let request = Request::builder().method(method).uri(target).header("host", "control");
    let request = request.header("content-type", "application/json").body(body);
    let request = request.map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    Ok((response.status(), response.into_body()))
}

/// Sends a file's bytes until its end, or until nobody listens.
pub(super) fn send(mut input: impl Read, sender: &mpsc::Sender<std::io::Result<Frame<Bytes>>>) {
    loop {
        let mut bytes = vec![0; FRAME_BYTES];
        let frame = match input.read(&mut bytes) {
            Ok(0) => return,
            Ok(len) => {
                bytes.truncate(len);
                Ok(Frame::data(Bytes::from(bytes)))
            }
            Err(error) => Err(error),
        };
        let broken = frame.is_err();
        if sender.blocking_send(frame).is_err() || broken {
            return;
        }
    }
}
