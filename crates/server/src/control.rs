//! The control socket: how a command reaches the process that owns an embedded store.
//!
//! The owner holds `DATA/lock` and listens on `DATA/control.sock` (mode 0600). Every command that reads or changes live
//! state is its client, so that the single writer, the index and the clock are never by-passed; only when nobody holds
//! the lock does a command open the store itself. [`Operator`] is both.

mod activity;
mod door;
mod points;
mod remote;
mod trade;
mod voucher;

pub use activity::{ActivityFilter, ListedActivity, Said, ShownActivity};
pub use door::router;
pub use points::{Frozen, ShownAccount, ShownEntry, ShownFreeze};
pub use remote::Remote;
pub use trade::{Asked, ShownTrade};
pub use voucher::ShownVoucher;

use crate::app::App;
use crate::clock_driver::{self, ClockView, Move, Movement};
use crate::import::{self, Import, ImportError, Report};
use crate::notices::{self, Filter, Listed, Told};
use crate::world::{Applied, ApplyError, WorldText, apply};
use std::fs::{File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::Tx;
use store::prove::Row;
use store::trouble::Trouble;
use thiserror::Error;

/// What the operator's commands do, to a running process or to a store that nobody runs.
pub enum Operator {
    /// Another process owns the store.
    Remote(Remote),
    /// This one does.
    Own(Arc<App>),
}

/// Why a command could not be carried out.
#[derive(Debug, Error)]
pub enum OperatorError {
    /// It was refused; nothing was changed.
    #[error("{message}")]
    Refused {
        /// The world table that is meant, with its id.
        at: Option<(String, String)>,
        /// Why.
        message: String,
    },
    /// The running process cannot be reached.
    #[error("the running Punchcard does not answer on {path}: {message}")]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// Why.
        message: String,
    },
}

impl OperatorError {
    fn refused(message: impl std::fmt::Display) -> OperatorError {
        OperatorError::Refused { at: None, message: message.to_string() }
    }
}

impl From<ApplyError> for OperatorError {
    fn from(error: ApplyError) -> Self {
        let at = match &error {
            ApplyError::Refused { table, id, .. } => Some(((*table).to_owned(), id.clone())),
            ApplyError::Store(_) => None,
        };
        OperatorError::Refused { at, message: error.to_string() }
    }
}

impl From<ImportError> for OperatorError {
    fn from(error: ImportError) -> Self {
        OperatorError::refused(error)
    }
}

/// A refusal with what lies behind it.
fn refused(error: &dyn std::error::Error) -> OperatorError {
    let source = error.source().map_or_else(String::new, |source| format!(": {source}"));
    OperatorError::refused(format!("{error}{source}"))
}

impl Operator {
    /// Applies a world file's text.
    pub async fn apply(&self, text: &WorldText) -> Result<Applied, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.apply(text).await,
            Operator::Own(app) => Ok(apply(app, text.world().map_err(OperatorError::refused)?).await?),
        }
    }

    /// Imports a merchant's members.
    pub async fn import_members(
        &self,
        pid: &str,
        input: impl Read + Send + 'static,
        how: Import,
    ) -> Result<Report, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.import("members", pid, input, how).await,
            Operator::Own(app) => Ok(import::members(app, pid, input, how).await?),
        }
    }

    /// Recomputes every sum.
    pub async fn prove(&self) -> Result<Vec<Row>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.prove().await,
            Operator::Own(app) => {
                let (store, runtime) = (app.store.clone(), tokio::runtime::Handle::current());
                let proving = move || runtime.block_on(store.read::<_, store::Fault, _>(store::prove::prove));
                let proved = tokio::task::spawn_blocking(proving).await.map_err(OperatorError::refused)?;
                proved.map_err(OperatorError::refused)
            }
        }
    }

    /// What the clock shows.
    pub async fn clock(&self) -> Result<ClockView, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.clock().await,
            Operator::Own(app) => clock_driver::show(app).await.map_err(|error| refused(&error)),
        }
    }

    /// Moves the clock, and returns when everything is done that was due on the way.
    pub async fn move_clock(&self, to: Move) -> Result<Movement, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.move_clock(to).await,
            Operator::Own(app) => clock_driver::advance(app, to).await.map_err(|error| refused(&error)),
        }
    }

    /// The newest notifications.
    pub async fn notices(&self, filter: Filter) -> Result<Vec<Listed>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.notices(&filter).await,
            Operator::Own(app) => notices::list(app, filter).await.map_err(|error| refused(&error)),
        }
    }

    /// One notification, by its `notify_id`.
    pub async fn notice(&self, notify_id: &str) -> Result<Told, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.notice(notify_id).await,
            Operator::Own(app) => notices::show(app, notify_id).await.map_err(|error| refused(&error)),
        }
    }

    /// Delivers notifications anew; how many.
    pub async fn resend(&self, notify_ids: Vec<String>) -> Result<usize, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.resend(&notify_ids).await,
            Operator::Own(app) => notices::resend(app, notify_ids).await.map_err(|error| refused(&error)),
        }
    }

    /// Imports trades that a merchant made elsewhere.
    pub async fn import_trades(
        &self,
        pid: &str,
        input: impl Read + Send + 'static,
        how: Import,
    ) -> Result<Report, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.import("trades", pid, input, how).await,
            Operator::Own(app) => Ok(import::trades(app, pid, input, how).await?),
        }
    }

    /// One trade.
    pub async fn trade(&self, asked: Asked) -> Result<Option<ShownTrade>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.trade(&asked).await,
            Operator::Own(app) => trade::show(app, asked).await,
        }
    }

    /// One voucher.
    pub async fn voucher(&self, voucher_id: &str) -> Result<Option<ShownVoucher>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.voucher(voucher_id).await,
            Operator::Own(app) => voucher::show(app, voucher_id).await,
        }
    }

    /// The newest activities.
    pub async fn activities(&self, filter: ActivityFilter) -> Result<Vec<ListedActivity>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.activities(&filter).await,
            Operator::Own(app) => activity::list(app, filter).await,
        }
    }

    /// One activity, by its `camp_id`.
    pub async fn activity(&self, camp_id: &str) -> Result<ShownActivity, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.activity(camp_id).await,
            Operator::Own(app) => activity::show(app, camp_id).await,
        }
    }

    /// Says what an auditor says of an activity that waits for one.
    pub async fn review(&self, said: Said) -> Result<ListedActivity, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.review(&said).await,
            Operator::Own(app) => activity::review(app, said).await,
        }
    }

    /// The points that have waited long for COMMIT or CANCEL.
    pub async fn frozen(&self, asked: Frozen) -> Result<Vec<ShownFreeze>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.frozen(&asked).await,
            Operator::Own(app) => points::frozen(app, asked).await,
        }
    }

    /// What a user has on a card.
    pub async fn points(&self, card: &str, user_id: &str) -> Result<Option<ShownAccount>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.points(card, user_id).await,
            Operator::Own(app) => points::show(app, card, user_id).await,
        }
    }

    /// The last refused signatures, the newest first.
    pub async fn troubles(&self, limit: u32) -> Result<Vec<Trouble>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.troubles(limit).await,
            Operator::Own(app) => {
                let read = move |tx: &mut Tx| store::trouble::latest(tx, limit as usize);
                app.store.read(read).await.map_err(|error: store::Fault| OperatorError::refused(error))
            }
        }
    }

    /// What was found out about a refused signature.
    pub async fn trouble(&self, trace_id: &str) -> Result<Option<Trouble>, OperatorError> {
        match self {
            Operator::Remote(remote) => remote.trouble(trace_id).await,
            Operator::Own(app) => {
                let trace_id = trace_id.to_owned();
                let find = move |tx: &mut Tx| store::trouble::find(tx, &trace_id);
                app.store.read(find).await.map_err(|error: store::Fault| OperatorError::refused(error))
            }
        }
    }
}

/// The right to open an embedded store; given back when dropped, or when the process ends in whatever way.
pub struct Lock(#[expect(dead_code, reason = "holding the file is what it does")] File);

impl Lock {
    /// Takes the folder's lock; `None` when another process has it.
    pub fn take(data: &Path) -> std::io::Result<Option<Lock>> {
        let file = File::options().create(true).truncate(false).write(true).open(data.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Where the folder's control socket is.
pub fn socket_path(data: &Path) -> PathBuf {
    data.join("control.sock")
}
