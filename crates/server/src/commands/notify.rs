//! `punchcard notify`: the log of notifications, and sending them again.

use super::{Failure, StoreArgs, print_json};
use crate::notices::{Filter, Listed, Told};
use clap::{Args, Subcommand};
use serde_json::json;

/// Look at notifications and their deliveries, or send some again.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard notify list --state FAILED
  punchcard notify show 2026010100222000000000000000007168
  punchcard notify resend 2026010100222000000000000000007168")]
pub struct Notify {
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
    /// The newest notifications
    List {
        /// Only PENDING, DELIVERED or FAILED ones
        #[arg(long)]
        state: Option<String>,
        /// Only this merchant's
        #[arg(long)]
        pid: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100, value_name = "N")]
        limit: u32,
    },
    /// One notification with every delivery of it
    Show {
        /// Its notify_id
        id: String,
    },
    /// Deliver again from now on, whatever became of them
    Resend {
        /// Their notify_ids
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

impl Notify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (operator, _lock) = self.store.operator().await?;
        match self.order {
            Order::List { state, pid, limit } => {
                let listed = operator.notices(Filter { state, pid, limit }).await?;
                if self.json {
                    print_json(&listed);
                } else {
                    listed.iter().for_each(|it| println!("{}", line(it)));
                }
            }
            Order::Show { id } => {
                let told = operator.notice(&id).await?;
                if self.json { print_json(&told) } else { print!("{}", text(&told)) }
            }
            Order::Resend { ids } => {
                let resent = operator.resend(ids).await?;
                if self.json { print_json(&json!({"resent": resent})) } else { println!("{resent} to be delivered") }
            }
        }
        Ok(())
    }
}

fn line(listed: &Listed) -> String {
    let Listed { notify_id, notify_type, subject, url, state, attempts, next_at, .. } = listed;
    let next = next_at.as_ref().map_or_else(String::new, |at| format!(", next {at}"));
    format!("{notify_id}  {state}, {attempts} deliveries{next}  {notify_type} {subject}  {url}")
}

fn text(told: &Told) -> String {
    let Told { listed, auth_app_id, sign_type, members, deliveries } = told;
    let mut text = format!("{}\n", line(listed));
    let Listed { pid, app_id, created_at, .. } = listed;
    text += &format!("of merchant {pid}, app {app_id} for {auth_app_id}, {sign_type}, {created_at}\n");
    let members = members.as_object().into_iter().flatten();
    members.for_each(|(name, value)| {
        text += &format!("  {name} = {}\n", value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    });
    for made in deliveries {
        let came = match (&made.status, &made.answer, &made.error) {
            (Some(status), Some(answer), _) => format!("{status} {answer:?}"),
            (_, _, error) => error.clone().unwrap_or_default(),
        };
        text += &format!("{}. {} ({} ms): {came}\n", made.attempt, made.at, made.took_ms);
    }
    text
}
