//! `punchcard clock`: shows and moves the clock.

use super::{Failure, StoreArgs, checked, output, with_jobs};
use crate::app::clock::parse_time;
use crate::clock_driver::{ClockView, Movement};
use crate::duration;
use crate::methods::console::clock_move::ClockMove;
use crate::methods::console::clock_show::ClockShow;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Show the clock, or move a manual one forward, doing everything that is due on the way.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard clock show
  punchcard clock advance 90d                          also 12h, 30m, 45s, 1d12h
  punchcard clock set 2026-02-01T00:00:00+08:00        or \"2026-02-01 00:00:00\", which is UTC+8
  punchcard clock next                                 to when the next thing is due")]
pub struct Clock {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// What time it is, and when the next thing is due
    Show,
    /// Move it to this time
    Set {
        /// As 2026-02-01T00:00:00+08:00, or "2026-02-01 00:00:00" in UTC+8
        #[arg(value_parser = checked(parse_time), value_name = "TIME")]
        to: String,
    },
    /// Move it by this long
    Advance {
        /// As 90d, 12h, 30m, 45s or 1d12h
        #[arg(value_parser = checked(duration::parse), value_name = "DURATION")]
        by: String,
    },
    /// Move it to when the next thing is due, and do that
    Next,
}

impl Clock {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = match &self.command {
            Command::Show => store.onlooker().await?,
            Command::Set { .. } | Command::Advance { .. } | Command::Next => store.operator().await?,
        };
        let to = match self.command {
            Command::Show => {
                let shown = operator.call::<ClockShow>(json!({})).await?;
                self.print(&shown_json(&shown), shown_text(&shown));
                return Ok(());
            }
            Command::Set { ref to } => json!({"to": to}),
            Command::Advance { ref by } => json!({"by": by}),
            Command::Next => json!({"next": true}),
        };
        let moved = with_jobs(&operator, operator.call::<ClockMove>(to)).await?;
        self.print(&moved_json(&moved), moved_text(&moved));
        Ok(())
    }

    fn print(&self, json: &Value, text: String) {
        output::result(self.json, json, |_| vec![text]);
    }
}

fn shown_json(shown: &ClockView) -> Value {
    let kind = if shown.manual { "manual" } else { "system" };
    json!({"clock": kind, "now": iso(shown.now), "next_due": shown.next_due.map(iso)})
}

fn shown_text(shown: &ClockView) -> String {
    let kind = if shown.manual { "manual, stands still" } else { "the system's" };
    let next = shown.next_due.map_or_else(|| "nothing is due".to_owned(), |at| format!("next due {}", iso(at)));
    format!("{} ({kind}); {next}", iso(shown.now))
}

fn moved_json(moved: &Movement) -> Value {
    json!({"from": iso(moved.from), "now": iso(moved.to), "stops": moved.stops})
}

fn moved_text(moved: &Movement) -> String {
    match (moved.to == moved.from, moved.stops) {
        (true, _) => format!("{}; nothing is due", iso(moved.to)),
        (false, 0) => format!("{}; nothing was due on the way", iso(moved.to)),
        (false, 1) => format!("{}; something was due once on the way, and is done", iso(moved.to)),
        (false, stops) => format!("{}; something was due at {stops} times on the way, and is done", iso(moved.to)),
    }
}

/// As the settings have it: `2026-01-01T00:00:00+08:00`.
fn iso(at: i64) -> String {
    format!("{}+08:00", wire::time::format(at).replace(' ', "T"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_as_the_settings_have_it() {
        assert_eq!(iso(1_767_196_800_000), "2026-01-01T00:00:00+08:00");
    }
}
