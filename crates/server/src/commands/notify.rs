//! `punchcard notify`: the log of notifications, and sending them again.

use super::{Failure, StoreArgs, at_least_one, output};
use crate::methods::console::notice_list::NoticeList;
use crate::methods::console::notice_resend::NoticeResend;
use crate::methods::console::notice_show::NoticeShow;
use crate::notices::{NoticeSummary, NoticeView};
use clap::{Args, Subcommand};
use serde_json::json;

/// Look at notifications and their deliveries, or send some again.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard notify list --state FAILED
  punchcard notify show 2026010100222000000000000000007168 --signed
  punchcard notify resend 2026010100222000000000000000007168")]
pub struct Notify {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// The newest notifications
    List {
        /// Only PENDING, DELIVERED or FAILED ones
        #[arg(long)]
        state: Option<String>,
        /// Only this merchant's
        #[arg(long)]
        pid: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = at_least_one::<u32>)]
        limit: u32,
    },
    /// One notification with every delivery of it
    Show {
        /// Its notify_id
        id: String,
        /// The exact string that was signed for each delivery, to compare with the one that its receiver verifies
        #[arg(long)]
        signed: bool,
    },
    /// Deliver again from now on, whatever became of them
    Resend {
        /// Their notify_ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

impl Notify {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = match &self.command {
            Command::List { .. } | Command::Show { .. } => store.onlooker().await?,
            Command::Resend { .. } => store.operator().await?,
        };
        match self.command {
            Command::List { state, pid, limit } => {
                let request = json!({"state": state, "pid": pid, "limit": limit});
                let listed = operator.call::<NoticeList>(request).await?;
                output::result(self.json, &listed, |listed| listed.iter().map(line).collect());
            }
            Command::Show { id, signed } => {
                let shown = operator.call::<NoticeShow>(json!({"notify_id": id})).await?;
                output::result(self.json, &shown, |shown| text(shown, signed));
            }
            Command::Resend { ids } => {
                let resent = operator.call::<NoticeResend>(json!({"notify_ids": ids})).await?;
                output::result(self.json, &json!({"resent": resent}), |_| vec![format!("{resent} to be delivered")]);
            }
        }
        Ok(())
    }
}

fn line(listed: &NoticeSummary) -> String {
    let NoticeSummary { notify_id, notify_type, subject, url, state, attempts, next_at, .. } = listed;
    let next = next_at.as_ref().map_or_else(String::new, |at| format!(", next {at}"));
    format!("{notify_id}  {state}, {attempts} deliveries{next}  {notify_type} {subject}  {url}")
}

fn text(told: &NoticeView, signed: bool) -> Vec<String> {
    let NoticeView { listed, auth_app_id, sign_type, members, deliveries } = told;
    let NoticeSummary { pid, app_id, created_at, .. } = listed;
    let mut lines =
        vec![line(listed), format!("of merchant {pid}, app {app_id} for {auth_app_id}, {sign_type}, {created_at}")];
    let members = members.as_object().into_iter().flatten();
    lines.extend(members.map(|(name, value)| {
        format!("  {name} = {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }));
    for made in deliveries {
        let came = match (&made.status, &made.answer, &made.error) {
            (Some(status), Some(answer), _) => format!("{status} {answer:?}"),
            (_, _, error) => error.clone().unwrap_or_default(),
        };
        lines.push(format!("{}. {} ({} ms): {came}", made.attempt, made.at, made.took_ms));
        if signed {
            let string = made.signed.as_deref().unwrap_or("cannot be made anew: its members cannot be read");
            lines.push(format!("   {} signed over, in {}:", sign_type, made.charset));
            lines.push(string.to_owned());
        }
    }
    lines
}
