//! `punchcard doctor`: why a call was refused.

mod key;

use super::{Failure, StoreArgs, at_least_one, output};
use crate::methods::console::signature_list::SignatureList;
use crate::methods::console::signature_show::SignatureShow;
use clap::{Args, Subcommand};
use serde_json::json;
use store::rejected_call::RejectedCall;

/// Explain a refused call, or list the last ones. The trace id is in the answer's header `trace_id` and in the log;
/// `punchcard call` prints it, and a stand-in's answer names it too.
#[derive(Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  punchcard doctor                                    the last refusals, the newest first
  punchcard doctor 5f0c6d1b9a7e4c5d8b3a2f1e0d9c8b7a   one of them: why, and the string that was verified
  punchcard doctor key app-public.pem                 what a key is, and whose

Control characters of the string are printed as \\u{a}; --json has the string as it is.
punchcard log --trace TRACE shows the whole call, answered well or not."
)]
pub struct Doctor {
    #[command(subcommand)]
    look_at: Option<LookAt>,
    /// The trace id of the refused call; without one, the last refusals
    trace: Option<String>,
    /// How many of the last refusals
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = at_least_one::<u32>)]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum LookAt {
    /// Say what a pasted key or certificate is, and whose.
    Key(key::Key),
}

impl Doctor {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        if let Some(LookAt::Key(key)) = self.look_at {
            return key.run(store).await;
        }
        let (operator, _lock) = store.onlooker().await?;
        let Some(trace) = self.trace else {
            let calls = operator.call::<SignatureList>(json!({"limit": self.limit})).await?;
            if self.json {
                output::json(&calls);
            } else if calls.is_empty() {
                output::note("no call was refused");
            } else {
                output::lines(calls.iter().map(line));
            }
            return Ok(());
        };
        let call = operator.call::<SignatureShow>(json!({"trace_id": trace})).await?;
        if self.json {
            output::json(&call);
            return Ok(());
        }
        let RejectedCall { at, app_id, method, .. } = &call;
        output::line(format!("{}  app {app_id}  {method}", wire::time::format(*at)));
        print_finding(&call);
        Ok(())
    }
}

/// Prints what was found out about a call.
pub(super) fn print_finding(call: &RejectedCall) {
    let RejectedCall { cause, detail, .. } = call;
    output::line(format!("cause: {cause}"));
    // The advice, then what it is about: a title, and the string on one line, whatever is in it.
    let (advice, about) = detail.split_once("\n\n").unwrap_or((detail, ""));
    output::paragraph(advice);
    if let Some((title, string)) = about.split_once('\n') {
        output::lines(["", title, string]);
    }
}

fn line(call: &RejectedCall) -> String {
    let RejectedCall { trace_id, at, app_id, method, cause, .. } = call;
    format!("{trace_id}  {}  {cause}  app {app_id}  {method}", wire::time::format(*at))
}
