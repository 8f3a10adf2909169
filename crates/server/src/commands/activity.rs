//! `punchcard activity`: the activities of all merchants, and the auditor's yes or no.

use super::{Failure, StoreArgs, output};
use crate::acts::activity::audit::Verdict;
use crate::control::{ActivityFilter, ListedActivity, Said, ShownActivity};
use crate::methods::activity::ShownOrder;
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
    order: Order,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Order {
    /// The newest activities
    List {
        /// Only CREATED, STARTED, CLOSED, FINISHED or DISABLED ones
        #[arg(long)]
        status: Option<String>,
        /// Only this merchant's
        #[arg(long)]
        pid: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
    },
    /// One activity in full, with what was taken of its budget and what was done to it
    Show {
        /// Its camp_id
        id: String,
    },
    /// Let one run that waits for an auditor
    Approve(Audited),
    /// Never let it run
    Reject {
        /// Its camp_id
        id: String,
        /// Why; its maker is told, and `activity show` tells it again
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args)]
struct Audited {
    /// Its camp_id
    id: String,
    /// Why; its maker is told
    #[arg(long)]
    reason: Option<String>,
}

impl Activity {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = match &self.order {
            Order::List { .. } | Order::Show { .. } => store.onlooker().await?,
            Order::Approve(_) | Order::Reject { .. } => store.operator().await?,
        };
        let (audited, verdict) = match self.order {
            Order::List { status, pid, limit } => {
                let listed = operator.activities(ActivityFilter { status, pid, limit }).await?;
                if self.json {
                    output::json(&listed);
                } else {
                    listed.iter().for_each(|it| output::line(line(it)));
                }
                return Ok(());
            }
            Order::Show { id } => {
                let shown = operator.activity(&id).await?;
                if self.json {
                    output::json(&shown);
                } else {
                    output::lines(text(&shown));
                }
                return Ok(());
            }
            Order::Approve(audited) => (audited, Verdict::Approve),
            Order::Reject { id, reason } => (Audited { id, reason: Some(reason) }, Verdict::Reject),
        };
        let Audited { id, reason } = audited;
        let decided = operator.review(Said { camp_id: id, verdict, reason }).await?;
        if self.json {
            output::json(&decided);
        } else {
            output::line(line(&decided));
        }
        Ok(())
    }
}

fn line(listed: &ListedActivity) -> String {
    let ListedActivity { camp_id, pid, name, r#type, status, start_time, end_time } = listed;
    format!("{camp_id}  {status}  {type}  {start_time} to {end_time}  {pid}  {name}")
}

/// A member a line, what is inside of one below it; of the shops, which may be a hundred thousand, how many there are.
fn text(shown: &ShownActivity) -> Vec<String> {
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
                let orders = orders.iter().filter_map(|order| serde_json::from_value::<ShownOrder>(order.clone()).ok());
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
