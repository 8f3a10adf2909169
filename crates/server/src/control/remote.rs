//! The command's side of the control socket.

use super::{CALL, FRAME_BYTES, OperatorError, Refusal};
use crate::methods::method::Method;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

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

    /// See [`super::Operator::send`].
    pub(super) async fn send<M>(
        &self,
        request: &Value,
        input: impl Read + Send + 'static,
    ) -> Result<M::Response, OperatorError>
    where
        M: Method<Response: DeserializeOwned>,
    {
        let answer = self.begin::<M>(request, input).await?;
        let answer = answer.collect().await.map_err(|error| self.unreachable(&error.to_string()))?.to_bytes();
        serde_json::from_slice(&answer).map_err(OperatorError::refused)
    }

    /// Calls a method whose answer is a file, and writes the file.
    pub async fn export<M: Method>(&self, request: &Value, mut out: impl Write) -> Result<(), OperatorError> {
        let mut answer = self.begin::<M>(request, std::io::empty()).await?;
        while let Some(frame) = answer.frame().await {
            let frame = frame.map_err(|error| self.unreachable(&error.to_string()))?;
            if let Ok(bytes) = frame.into_data() {
                out.write_all(&bytes).map_err(OperatorError::refused)?;
            }
        }
        out.flush().map_err(OperatorError::refused)
    }

    /// Sends a call, and gives its answer, which is still to be read, or its refusal.
    async fn begin<M: Method>(
        &self,
        request: &Value,
        input: impl Read + Send + 'static,
    ) -> Result<Incoming, OperatorError> {
        let (sender, receiver) = mpsc::channel(FRAMES_WAITING);
        let line = format!("{request}\n");
        tokio::task::spawn_blocking(move || send_file(Cursor::new(line).chain(input), &sender));
        let body = Body::new(StreamBody::new(ReceiverStream::new(receiver)));
        let target = format!("{CALL}{}", M::NAME);
        let (status, answer) = post(&self.path, &target, body).await.map_err(|why| self.unreachable(&why))?;
        if status == StatusCode::OK {
            return Ok(answer);
        }
        let answer = answer.collect().await.map_err(|error| self.unreachable(&error.to_string()))?.to_bytes();
        Err(match serde_json::from_slice(&answer) {
            Ok(Refusal { message, .. }) => OperatorError::Refused(message),
            Err(_) => OperatorError::refused(format!(
                "the running Punchcard answers {status}: it is of another build than this command"
            )),
        })
    }

    fn unreachable(&self, message: &str) -> OperatorError {
        OperatorError::Unreachable { path: self.path.clone(), message: message.to_owned() }
    }
}

/// Posts a body; the answer's status, and the answer's body that is still to come.
async fn post(path: &Path, target: &str, body: Body) -> Result<(StatusCode, Incoming), String> {
    let stream = UnixStream::connect(path).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(async move { drop(connection.await) });
    let request = Request::post(target).header("host", "control").body(body).map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    Ok((response.status(), response.into_body()))
}

/// Sends a file's bytes until its end, or until nobody listens.
pub(super) fn send_file(mut input: impl Read, sender: &mpsc::Sender<std::io::Result<Frame<Bytes>>>) {
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
