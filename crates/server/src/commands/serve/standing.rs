//! What `serve` says of its store when it starts: whether it was made or upgraded, its mode and why, its clock, and
//! where its pages are. On standard output for people and scripts, and in the log.

use super::{ClockArg, Serve};
use crate::app::App;
use crate::app::clock::Clock;
use crate::app::site::Source;
use crate::commands::output;
use std::io::Write;
use std::net::SocketAddr;
use store::{Fault, Found, Mode, Tx};

/// Says once that a store was upgraded, whatever the log leaves out.
pub fn announce_upgrade(app: &App) {
    if let Found::Older { from, to } = app.store.found() {
        tracing::info!(from, to, "the store was upgraded");
        let line = format!(
            "punchcard: the store was upgraded, from migration {from} to {to}; builds before this one open it no longer"
        );
        // A command whose standard error is closed goes on.
        drop(writeln!(std::io::stderr(), "{line}"));
    }
}

/// Says that a manual clock stands elsewhere than the store has it: at the end of time, which an earlier build did not
/// know.
async fn tell_of_a_clock_beyond_time(app: &App) -> Result<(), Fault> {
    let stored = app.store.read(|tx: &mut Tx| store::control::get(tx, Clock::SETTING)).await?;
    let stored = stored.and_then(|stored| stored.parse::<i64>().ok());
    if let Some(stored_ms) = stored.filter(|&stored| Clock::bounded(stored) != stored) {
        let now = wire::time::format(app.clock.now());
        tracing::warn!(now, stored_ms, "the stored clock stands beyond the end of time, so it stands at that end");
    }
    Ok(())
}

impl Serve {
    /// Says how the store stands that is served.
    pub(super) async fn announce_store(&self, app: &App, addresses: &[SocketAddr]) -> Result<(), Fault> {
        let (mode, why) = (app.store.mode(), self.why(app));
        let clock = if app.clock.stands_still() {
            format!("manual, at {}+08:00", wire::time::format(app.clock.now()).replace(' ', "T"))
        } else {
            "system".to_owned()
        };
        tell_of_a_clock_beyond_time(app).await?;
        let site = app.site.clone();
        let (address, source) = app.store.read(move |tx: &mut Tx| site.base_url_and_source(tx)).await?;
        let said_by = match source {
            Source::Flag => "--base-url",
            Source::World => "base_url of a world file",
            Source::Listener => "the first --listen; --base-url or a world file says another",
        };
        output::announce(&format!("mode {}: {why}", mode.name()));
        output::announce(&format!("clock {clock}"));
        output::announce(&format!("pages on {address}: {said_by}"));
        tracing::info!(mode = mode.name(), why, clock, pages = address, said_by, "serving");
        let is_reached = addresses.iter().any(|address| !address.ip().is_loopback());
        if mode == Mode::Platform && source == Source::Listener && is_reached {
            tracing::warn!(
                pages = address,
                "members are sent to an address that they may not reach: say where they find the pages with --base-url, \
                 PUNCHCARD_BASE_URL, or base_url under [platform] in a world file"
            );
        }
        Ok(())
    }

    /// Why its mode is what it is.
    fn why(&self, app: &App) -> String {
        let implied = [
            (self.demo, "--demo"),
            (matches!(self.clock, ClockArg::ManualAt(_)), "--clock manual"),
            (!self.world.is_empty(), "--world"),
        ];
        let implied = implied.iter().find(|(given, _)| *given).map(|(_, flag)| flag);
        match (app.store.found(), self.mode, implied) {
            (Found::Current | Found::Older { .. }, ..) => "as the store was made, for good".to_owned(),
            (Found::Nothing, Some(_), _) => "a new store, as --mode says, for good".to_owned(),
            (Found::Nothing, None, Some(flag)) => {
                format!("a new store, because of {flag}, for good; --mode platform makes one for real members")
            }
            (Found::Nothing, None, None) => {
                "a new store, for good; --mode stand-in, --demo, --world or a manual clock makes one to develop with"
                    .to_owned()
            }
        }
    }
}
