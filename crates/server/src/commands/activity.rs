//! `punchcard activity`: the activities of all merchants, and the auditor's yes or no.

use super::{Failure, StoreArgs, print_json};
use crate::control::{ActivityFilter, ListedActivity, Said, ShownActivity};
use crate::methods::activity::ShownOrder;
use crate::methods::activity::audit::Verdict;
use clap::{Args, Subcommand};
use serde_json::Value;

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
    #[command(flatten)]
    store: StoreArgs,
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
    Reject(Audited),
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
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (operator, _lock) = self.store.operator().await?;
        let (audited, verdict) = match self.order {
            Order::List { status, pid, limit } => {
                let listed = operator.activities(ActivityFilter { status, pid, limit }).await?;
                if self.json {
                    print_json(&listed);
                } else {
                    listed.iter().for_each(|it| println!("{}", line(it)));
                }
                return Ok(());
            }
            Order::Show { id } => {
                let shown = operator.activity(&id).await?;
                if self.json {
                    print_json(&shown);
                } else {
                    print!("{}", text(&shown));
                }
                return Ok(());
            }
            Order::Approve(audited) => (audited, Verdict::Approve),
            Order::Reject(audited) => (audited, Verdict::Reject),
        };
        let Audited { id, reason } = audited;
        let decided = operator.review(Said { camp_id: id, verdict, reason }).await?;
        if self.json {
            print_json(&decided);
        } else {
            println!("{}", line(&decided));
        }
        Ok(())
    }
}

fn line(listed: &ListedActivity) -> String {
    let ListedActivity { camp_id, pid, name, r#type, status, start_time, end_time } = listed;
    format!("{camp_id}  {status}  {type}  {start_time} to {end_time}  {pid}  {name}")
}

/// Every member of its own line, but for the lists that are long or deep.
fn text(shown: &ShownActivity) -> String {
    let mut text = format!("{:16} {}\n", "pid", shown.pid);
    if let Some(url) = &shown.notify_url {
        text += &format!("{:16} {url}\n", "notify_url");
    }
    if let Some(taken) = &shown.taken {
        let today = taken.today.map_or_else(String::new, |today| format!(", {today} today"));
        text += &format!("{:16} {}{today}\n", "taken", taken.total);
    }
    for (name, value) in &shown.camp_detail {
        match (name.as_str(), value) {
            ("activity_orders", Value::Array(orders)) => {
                let orders = orders.iter().filter_map(|order| serde_json::from_value::<ShownOrder>(order.clone()).ok());
                orders.for_each(|order| text += &format!("{:16} {}\n", "order", order.line()));
            }
            ("constraint_info", Value::Object(members)) => {
                let mut members = members.clone();
                let shops = members.shift_remove("suit_shops");
                let count = shops.as_ref().and_then(Value::as_array).map_or(0, Vec::len);
                text += &format!("{:16} {count}\n{name:16} {}\n", "shops", Value::Object(members));
            }
            ("promo_tools", Value::Array(tools)) => {
                for tool in tools {
                    let mut tool = tool.clone();
                    if let Some(rule) = tool.pointer_mut("/voucher/use_rule").and_then(Value::as_object_mut) {
                        rule.shift_remove("suit_shops");
                    }
                    text += &format!("{:16} {tool}\n", "tool");
                }
            }
            (_, Value::String(said)) => text += &format!("{name:16} {said}\n"),
            (_, other) => text += &format!("{name:16} {other}\n"),
        }
    }
    text
}
