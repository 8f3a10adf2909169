//! `punchcard activity`: the activities of all merchants, and the auditor's yes or no.

use super::{Failure, StoreArgs, at_least_one, output};
use crate::methods::activity::OrderView;
use crate::methods::console::activity::ActivitySummary;
use crate::methods::console::activity_list::ActivityList;
use crate::methods::console::activity_review::ActivityReview;
use crate::methods::console::activity_show::{ActivityShow, ActivityView};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

/// Look at activities, and audit those that service providers made.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard activity list --status CREATED
  punchcard activity show 20260101000010000000000000007168
  punchcard activity approve 20260101000010000000000000007168
  punchcard activity reject 20260101000010000000000000007168 --reason 图片不清晰

Activities wait for an auditor where the merchant's options have audit = true and an operator of type
PROVIDER or PROVIDER_STAFF makes them.")]
pub struct Activity {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// The newest activities
    List {
        /// Only CREATED, STARTED, CLOSED, FINISHED or DISABLED ones
        #[arg(long)]
        status: Option<String>,
        /// Only this merchant's
        #[arg(long)]
        pid: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N", value_parser = at_least_one::<u32>)]
        limit: u32,
    },
    /// One activity in full, with what was taken of its budget and what was done to it
    Show {
        /// Its camp_id
        id: String,
    },
    /// Let one run that waits for an auditor
    Approve {
        /// Its camp_id
        id: String,
        /// Why; its maker is told
        #[arg(long)]
        reason: Option<String>,
    },
    /// Never let it run
    Reject {
        /// Its camp_id
        id: String,
        /// Why; its maker is told, and `activity show` tells it again
        #[arg(long)]
        reason: String,
    },
}

impl Activity {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = match &self.command {
            Command::List { .. } | Command::Show { .. } => store.onlooker().await?,
            Command::Approve { .. } | Command::Reject { .. } => store.operator().await?,
        };
        let review = match self.command {
            Command::List { status, pid, limit } => {
                let request = json!({"status": status, "pid": pid, "limit": limit});
                let listed = operator.call::<ActivityList>(request).await?;
                output::result(self.json, &listed, |listed| listed.iter().map(line).collect());
                return Ok(());
            }
            Command::Show { id } => {
                let shown = operator.call::<ActivityShow>(json!({"camp_id": id})).await?;
                output::result(self.json, &shown, text);
                return Ok(());
            }
            Command::Approve { id, reason } => json!({"camp_id": id, "verdict": "approve", "reason": reason}),
            Command::Reject { id, reason } => json!({"camp_id": id, "verdict": "reject", "reason": reason}),
        };
        let reviewed = operator.call::<ActivityReview>(review).await?;
        output::result(self.json, &reviewed, |reviewed| vec![line(reviewed)]);
        Ok(())
    }
}

fn line(listed: &ActivitySummary) -> String {
    let ActivitySummary { camp_id, pid, name, r#type, status, start_time, end_time } = listed;
    format!("{camp_id}  {status}  {type}  {start_time} to {end_time}  {pid}  {name}")
}

/// A member a line, what is inside of one below it; of the shops, which may be a hundred thousand, how many there are.
fn text(shown: &ActivityView) -> Vec<String> {
    let mut lines = output::entry("pid", &json!(shown.pid), 0);
    if let Some(url) = &shown.notify_url {
        lines.extend(output::entry("notify_url", &json!(url), 0));
    }
    if let Some(taken) = &shown.taken {
        let today = taken.today.map_or_else(String::new, |today| format!(", {today} today"));
        lines.extend(output::entry("taken", &json!(format!("{}{today}", taken.total)), 0));
    }
    for (name, value) in &shown.camp_detail {
        match (name.as_str(), value) {
            ("activity_orders", Value::Array(orders)) => {
                let orders = orders.iter().filter_map(|order| serde_json::from_value::<OrderView>(order.clone()).ok());
                lines.extend(orders.flat_map(|order| order.lines()));
            }
            _ => lines.extend(output::entry(name, &output::unfolded(counted(value)), 0)),
        }
    }
    lines
}

/// The same with the number of shops in place of every list of them.
fn counted(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(counted).collect(),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| match value {
                Value::Array(shops) if name == "suit_shops" => (name.clone(), json!(format!("{} shops", shops.len()))),
                value => (name.clone(), counted(value)),
            });
            members.collect::<Map<_, _>>().into()
        }
        plain => plain.clone(),
    }
}
