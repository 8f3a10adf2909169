//! `punchcard.crowd.members`: the user ids of all members of a crowd as a file, one a line, in their order.

use super::crowd::find;
use super::{Argument, read_in};
use crate::acts::crowd::membership;
use crate::answer::{Answer, CallError};
use crate::app::App;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorExport};
use std::error::Error;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use store::Tx;

/// See the module.
pub struct CrowdMembers;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// The crowd.
        crowd: Argument,
    }
}

impl Method for CrowdMembers {
    const NAME: &'static str = "punchcard.crowd.members";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    type Request = Request;
    type Response = ();
}

impl OperatorExport for CrowdMembers {
    type Begun = Vec<String>;

    /// Reads all of them in one snapshot, so that whatever fails does so before there is a file.
    async fn begin(app: &Arc<App>, request: Request) -> Answer<Vec<String>> {
        let now = app.clock.now();
        let read = move |tx: &mut Tx| {
            let crowd = find(tx, &request.pid, &request.crowd)?;
            let mut users = membership::all(tx, &crowd, now)?;
            users.sort_unstable();
            Ok::<_, CallError>(users)
        };
        read_in(app, read).await
    }

    async fn run(_: Arc<App>, users: Vec<String>, out: impl Write + Send + 'static) {
        let write = move || -> std::io::Result<usize> {
            let mut out = BufWriter::new(out);
            users.iter().try_for_each(|user| writeln!(out, "{user}"))?;
            out.flush()?;
            Ok(users.len())
        };
        // A pipe is read no faster than whoever asked reads.
        match tokio::task::spawn_blocking(write).await {
            Ok(Ok(members)) => tracing::info!(act = "export a crowd", outcome = members, "operator"),
            Ok(Err(error)) => tracing::error!(error = &error as &dyn Error, "an export of a crowd broke off"),
            Err(error) => tracing::error!(error = &error as &dyn Error, "an export of a crowd broke off"),
        }
    }
}
