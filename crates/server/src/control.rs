//! The control socket: how a command reaches the process that owns an embedded store.
//!
//! The owner holds `DATA/lock` and listens on `DATA/control.sock` (mode 0600). Every command that reads or changes live
//! state is its client, so that the single writer, the index and the clock are never by-passed; only when nobody holds
//! the lock does a command open the store itself. [`Operator`] is both: it calls a method of operators by its type,
//! here or over the socket.
//!
//! On the socket a call is `POST /call/METHOD`. Its body is the request, JSON on one line, and after it the file that
//! comes with the request. The answer is 200 with the response's JSON or with a file, or 409 with a [`Refusal`].

mod door;
mod remote;

pub use door::{file_body, router};
pub use remote::Remote;

use crate::actor::Actor;
use crate::answer::CallError;
use crate::app::App;
use crate::methods::Output;
use crate::methods::access::Doors;
use crate::methods::dispatch;
use crate::methods::method::{Method, OperatorCall};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use thiserror::Error;

/// The path of a call, before the method's name.
const CALL: &str = "/call/";
/// Bytes of a file that travel as one frame.
const FRAME_BYTES: usize = 1 << 18;

/// Who carries out an operator's calls: a running process, or this one for a store that nobody runs.
pub enum Operator {
    /// Another process owns the store.
    Remote(Remote),
    /// This one does.
    Own(Arc<App>),
}

/// The reason for which a command could not be carried out.
#[derive(Debug, Error)]
pub enum OperatorError {
    /// It was refused; nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// The running process cannot be reached.
    #[error("the running Punchcard does not answer on {path}: {message}")]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// Why.
        message: String,
    },
}

/// A refusal, as it travels.
#[derive(Serialize, Deserialize)]
struct Refusal {
    /// Which refusal it is; empty where the store failed.
    #[serde(default)]
    sub_code: String,
    /// Why, for a person.
    message: String,
}

impl From<&CallError> for Refusal {
    fn from(error: &CallError) -> Refusal {
        let sub_code = match error {
            CallError::Rejection(rejection) => rejection.sub_code.to_string(),
            CallError::Error(_) | CallError::Stale => String::new(),
        };
        Refusal { sub_code, message: error.to_string() }
    }
}

impl OperatorError {
    fn refused(message: impl std::fmt::Display) -> OperatorError {
        OperatorError::Refused(message.to_string())
    }
}

impl Operator {
    /// Calls an operator's method. `request` is an object with the members of its request.
    pub async fn call<M>(&self, request: Value) -> Result<M::Response, OperatorError>
    where
        M: Method<Response: DeserializeOwned>,
    {
        self.send::<M>(request, std::io::empty()).await
    }

    /// Calls an operator's method whose answer is a file, which goes to `out`. Should it break off, that is an error.
    pub async fn export<M: Method>(
        &self,
        request: &Value,
        mut out: impl std::io::Write + Send + 'static,
    ) -> Result<(), OperatorError> {
        match self {
            Operator::Remote(remote) => remote.export::<M>(request, out).await,
            Operator::Own(app) => {
                let members = request.as_object().cloned().unwrap_or_default();
                let input = Box::new(std::io::empty());
                let answer = operate(app, M::NAME, members, input).await.map_err(OperatorError::refused)?;
                let Output::File(mut file) = answer else {
                    return Err(OperatorError::refused("the answer is no file"));
                };
                let copy = move || std::io::copy(&mut file, &mut out).and_then(|_| out.flush());
                let copied = tokio::task::spawn_blocking(copy).await.map_err(OperatorError::refused)?;
                copied.map_err(OperatorError::refused)
            }
        }
    }

    /// The same with the file that the method reads.
    pub async fn send<M>(&self, request: Value, input: impl Read + Send + 'static) -> Result<M::Response, OperatorError>
    where
        M: Method<Response: DeserializeOwned>,
    {
        match self {
            Operator::Remote(remote) => remote.send::<M>(&request, input).await,
            Operator::Own(app) => {
                let members = request.as_object().cloned().unwrap_or_default();
                let answer = operate(app, M::NAME, members, Box::new(input)).await.map_err(OperatorError::refused)?;
                let Output::Json(answer) = answer else { return Err(OperatorError::refused("the answer is a file")) };
                serde_json::from_str(&answer).map_err(OperatorError::refused)
            }
        }
    }
}

/// Runs a call of whoever may use the socket.
async fn operate(
    app: &Arc<App>,
    name: &str,
    members: Map<String, Value>,
    input: Box<dyn Read + Send>,
) -> Result<Output, CallError> {
    let call =
        OperatorCall { app: app.clone(), actor: Arc::new(Actor::command()), trace_id: app.new_trace_id(), input };
    dispatch::operate(Doors::CONTROL, name, call, members).await
}

/// The right to open an embedded store; given back when dropped, or when the process ends in whatever way.
pub struct Lock(#[expect(dead_code, reason = "holding the file is what it does")] File);

impl Lock {
    /// Takes the folder's lock; `None` when another process has it.
    pub fn take(data: &Path) -> std::io::Result<Option<Lock>> {
        let file = File::options().create(true).truncate(false).write(true).open(lock_path(data))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// The path of the folder's lock.
pub fn lock_path(data: &Path) -> PathBuf {
    data.join("lock")
}

/// The path of the folder's control socket.
pub fn socket_path(data: &Path) -> PathBuf {
    data.join("control.sock")
}
