//! `punchcard.log.record`: has a platform keep an app's calls whole for a while, masked.

use super::{Argument, not_found, wrong};
use crate::answer::Answer;
use crate::app::clock::system_now;
use crate::biz::biz;
use crate::duration;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use crate::request_log::{RECORDING, Recording};
use serde::{Deserialize, Serialize};
use store::{Fault, Mode, Tx, control};
use wire::time;

/// The longest recording: who wants to look into calls does it soon.
const DURATION_MS_MAX: i64 = 24 * 3_600_000;

/// See the module.
pub struct LogRecord;

biz! {
    /// The request.
    pub struct Request {
        /// The calling app.
        app_id: Argument,
        /// For how long from now, as `10m`, a day at most; `0s` ends it.
        duration: Argument,
    }
}

/// A recording.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RecordingView {
    /// The app.
    pub app_id: String,
    /// When it ends by itself, by the machine's clock; absent where it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Method for LogRecord {
    const NAME: &'static str = "punchcard.log.record";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = RecordingView;
}

impl OperatorWrite for LogRecord {
    fn action(request: &Request) -> (&'static str, String) {
        ("record calls", request.app_id.to_string())
    }

    fn outcome(response: &RecordingView) -> String {
        response.until.as_ref().map_or_else(|| "ended".to_owned(), |until| format!("until {until}"))
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<RecordingView> {
        let app = &call.app;
        let app_id = request.app_id.to_string();
        let duration_ms = duration::parse(&request.duration).map_err(wrong)?;
        if app.store.mode() == Mode::StandIn {
            return Err(wrong("a stand-in keeps every call whole already"));
        }
        if app.directory.app(&app_id).is_none() {
            return Err(not_found(format!("no app {app_id}")));
        }
        if DURATION_MS_MAX < duration_ms {
            return Err(wrong("calls are recorded for a day at most"));
        }
        // Recordings end by the machine's time.
        let now = system_now();
        let until = now + duration_ms;
        let changed = app_id.clone();
        let write = move |tx: &mut Tx| {
            let setting = control::get(tx, RECORDING)?.unwrap_or_default();
            let setting = Recording::changed(&setting, &changed, until, now);
            control::set(tx, RECORDING, &setting).map(drop)
        };
        app.store.write::<_, Fault, _>(write).await?;
        Ok(RecordingView { app_id, until: (0 < duration_ms).then(|| time::format(until)) })
    }
}
