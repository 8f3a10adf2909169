//! `punchcard.backup.write`: a backup of what the store holds now, as a file.

use crate::answer::Answer;
use crate::app::App;
use crate::backup;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorExport};
use std::error::Error;
use std::io::Write;
use std::sync::Arc;

/// See the module.
pub struct BackupWrite;

biz! {
    /// The request.
    pub struct Request {}
}

impl Method for BackupWrite {
    const NAME: &'static str = "punchcard.backup.write";
    const DOORS: Doors = Doors::CONTROL;
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = ();
}

impl OperatorExport for BackupWrite {
    type Begun = ();

    async fn begin(_: &Arc<App>, _: Request) -> Answer<()> {
        Ok(())
    }

    async fn run(app: Arc<App>, (): (), out: impl Write + Send + 'static) {
        match backup::write(&app.store, out).await {
            Ok(_) => tracing::info!(act = "back up", outcome = "done", "operator"),
            Err(error) => tracing::error!(error = &error as &dyn Error, "a backup broke off"),
        }
    }
}
