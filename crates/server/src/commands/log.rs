//! `punchcard log`: what was called, how it was answered, and what that caused.

use super::{Failure, StoreArgs, at_least_one, checked, doctor, output};
use crate::control::Operator;
use crate::duration;
use crate::methods::console::call::CallSummary;
use crate::methods::console::caused::CausedView;
use crate::methods::console::log_list::{LogList, LogPart};
use crate::methods::console::log_record::LogRecord;
use crate::methods::console::log_show::{CallView, LogShow};
use crate::terminal::clipped;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::time::Duration;

/// Between two looks at what was called meanwhile.
const FOLLOW_PAUSE: Duration = Duration::from_millis(500);
/// Calls that one look takes at most.
const FOLLOW_LIMIT: u32 = 1_000;
/// How much of a trace id a line has: enough to name one of millions.
const TRACE_CHARS: usize = 12;
/// How wide a line's refusal is at most.
const OUTCOME_CHARS: usize = 40;

/// Look at answered calls: the last ones, those that come, or all of one: what was sent, the string to sign, the
/// answer, and what it caused.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  punchcard log                                        the last calls, the newest first
  punchcard log --follow --app 2021000000000001        an app's calls as they come
  punchcard log --code isv.invalid-signature --since 1h
  punchcard log --trace 5f0c6d1b9a7e                   all of one call
  punchcard log record --app 2021000000000001 --for 10m
                                                       on a platform: keep an app's next calls whole, masked

A trace may be cut short, as the lines have it. punchcard doctor TRACE says the same of a refusal."
)]
pub struct Log {
    #[command(subcommand)]
    command: Option<Command>,
    /// All of the call with this trace id, or with the one that begins so
    #[arg(long, value_name = "TRACE", conflicts_with_all = ["follow", "app", "pid", "method", "code", "cause", "since", "limit"])]
    trace: Option<String>,
    /// Go on with calls as they come, until Ctrl-C
    #[arg(long)]
    follow: bool,
    /// Only this app's
    #[arg(long, value_name = "APP_ID")]
    app: Option<String>,
    /// Only those for this merchant
    #[arg(long)]
    pid: Option<String>,
    /// Only those of this method
    #[arg(long)]
    method: Option<String>,
    /// Only those answered with this code or sub_code
    #[arg(long)]
    code: Option<String>,
    /// Only those with this likely mistake, as charset
    #[arg(long)]
    cause: Option<String>,
    /// Only since this time by the store's clock, or in this last time, as 10m
    #[arg(long, value_name = "TIME-OR-DURATION")]
    since: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = at_least_one::<u32>)]
    limit: u32,
    /// Print JSON, an object a line
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Have a platform keep an app's calls whole for a while, masked; it ends by itself
    Record {
        /// The app
        #[arg(long, value_name = "APP_ID")]
        app: String,
        /// For how long, as 10m; a day at most
        #[arg(long = "for", value_parser = checked(duration::parse), value_name = "DURATION", required_unless_present = "stop")]
        duration: Option<String>,
        /// End it now
        #[arg(long, conflicts_with = "duration")]
        stop: bool,
    },
}

impl Log {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        if let Some(Command::Record { app, duration, .. }) = self.command {
            let (operator, _lock) = store.operator().await?;
            let duration = duration.unwrap_or_else(|| "0s".to_owned());
            let recording = operator.call::<LogRecord>(json!({"app_id": app, "duration": duration})).await?;
            output::line(match recording.until {
                Some(until) => format!("calls of app {app} are kept whole, masked, until {until}"),
                None => format!("calls of app {app} are kept in summary"),
            });
            return Ok(());
        }
        let (operator, lock) = store.onlooker().await?;
        if let Some(trace) = &self.trace {
            let call = operator.call::<LogShow>(json!({"trace_id": trace})).await?;
            if self.json {
                output::json_line(&call);
            } else {
                print_whole(&call);
            }
            return Ok(());
        }
        if self.follow && lock.is_some() {
            return Err(Failure(
                "nobody answers calls on this store, so none will come; see punchcard serve".to_owned(),
            ));
        }
        let mut part = self.part(&operator, None, self.limit).await?;
        if !self.follow {
            self.print(&part.calls);
            if part.calls.is_empty() && !self.json {
                output::note("no such call is in the log");
            }
            return Ok(());
        }
        // From here on in the order in which they come.
        part.calls.reverse();
        let following = async {
            let mut waits = false;
            loop {
                self.print(&part.calls);
                if part.calls.len() < FOLLOW_LIMIT as usize {
                    tokio::time::sleep(FOLLOW_PAUSE).await;
                }
                part.calls.clear();
                // A server that is started again goes on where it was.
                match self.part(&operator, Some(part.end), FOLLOW_LIMIT).await {
                    Ok(next) => (part, waits) = (next, false),
                    Err(Failure(why)) => {
                        if !std::mem::replace(&mut waits, true) {
                            output::note(format!("waiting: {why}"));
                        }
                    }
                }
            }
        };
        tokio::select! {
            () = following => Ok(()),
            stopped = tokio::signal::ctrl_c() => Ok(stopped?),
        }
    }

    async fn part(&self, operator: &Operator, after: Option<i64>, limit: u32) -> Result<LogPart, Failure> {
        // A duration is counted back from the moment at which it is asked for, so only at first.
        let since = if after.is_none() { self.since.as_deref() } else { None };
        let Log { app, pid, method, code, cause, .. } = self;
        let request = json!({
            "app_id": app, "pid": pid, "method": method, "code": code, "cause": cause, "since": since,
            "after": after.map(|after| after.to_string()), "limit": limit,
        });
        Ok(operator.call::<LogList>(request).await?)
    }

    fn print(&self, calls: &[CallSummary]) {
        for call in calls {
            if self.json {
                output::json_line(call);
            } else {
                output::line(line(call));
            }
        }
    }
}

fn outcome(call: &CallSummary) -> String {
    let CallSummary { code, sub_code, cause, .. } = call;
    let refusal = if sub_code.is_empty() { code } else { sub_code };
    if cause.is_empty() { refusal.clone() } else { format!("{refusal} ({cause})") }
}

/// `01-31 12:00:05  5f0c6d1b9a7e    0.7 ms  10000  alipay.trade.pay`: the method last, which may be long.
fn line(call: &CallSummary) -> String {
    let CallSummary { at, took_us, trace_id, method, .. } = call;
    let trace: String = trace_id.chars().take(TRACE_CHARS).collect();
    // The year is in JSON, and in the whole call.
    let at = at.get(5..).unwrap_or(at);
    let outcome = clipped(&outcome(call), OUTCOME_CHARS);
    format!("{at}  {trace}  {:>9}  {outcome}  {method}", took(*took_us))
}

fn took(us: i64) -> String {
    format!("{}.{} ms", us / 1_000, us % 1_000 / 100)
}

fn print_whole(call: &CallView) {
    let CallView { summary, refusal, full, string_to_sign, caused } = call;
    let CallSummary { at, took_us, trace_id, app_id, pid, method, door, address, bytes_in, bytes_out, .. } = summary;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    output::lines([
        format!("{at}  {}  {method}", outcome(summary)),
        format!("trace {trace_id}"),
        format!("app {}, merchant {}, from {address} by the {door}", or_none(app_id), or_none(pid)),
        format!("{}, {bytes_in} bytes in, {bytes_out} out", took(*took_us)),
    ]);
    if let Some(refusal) = refusal {
        output::line("");
        doctor::print_finding(refusal);
    }
    match full {
        Some(full) => {
            let masked = if full.masked { ", masked" } else { "" };
            output::lines([String::new(), format!("parameters, in {}{masked}:", full.charset)]);
            output::lines(full.parameters.iter().map(|(name, value)| format!("  {name} = {value}")));
            output::lines(full.files.iter().map(|file| format!("  file {file}")));
            if !full.unsigned.is_empty() {
                output::line(format!("not covered by the signature: {}", full.unsigned.join(", ")));
            }
            if let Some(string) = string_to_sign {
                output::lines(["", &format!("the string that the gateway verified{masked}:"), string]);
            }
            if let Some(content) = &full.content {
                output::lines(["", "biz_content, decrypted:", content]);
            }
            if !full.unknown.is_empty() {
                output::lines([String::new(), format!("members that nobody knows: {}", full.unknown.join(", "))]);
            }
            output::lines(["", "answer:", &full.answer]);
        }
        None => {
            let app = app_id.as_deref().unwrap_or("APP_ID");
            let how =
                format!("what was sent and answered was not kept; punchcard log record --app {app} --for 10m keeps it");
            output::lines(["", &how]);
        }
    }
    output::line("");
    if caused.is_empty() {
        output::line("it caused no entry and no notification");
    } else {
        output::line("it caused:");
        output::lines(caused.iter().map(caused_line));
    }
}

fn caused_line(made: &CausedView) -> String {
    let Value::Object(members) = json!(made) else { return String::new() };
    let rest = members.iter().filter(|(name, _)| !["what", "kind", "id", "at"].contains(&name.as_str()));
    let rest: String = rest
        .map(|(name, value)| format!("  {name} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        .collect();
    let CausedView { what, kind, id, at, .. } = made;
    format!("  {what:12}  {kind}  {id}  {at}{rest}")
}
