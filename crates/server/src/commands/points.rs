//! `punchcard points`: what waits frozen, and what one user has.

use super::{Failure, StoreArgs, at_least_one, checked, output};
use crate::duration;
use crate::methods::console::points_account::{AccountView, EntryView, PointsAccount};
use crate::methods::console::points_frozen::{FreezeView, PointsFrozen};
use clap::{Args, Subcommand};
use serde_json::json;

/// Look at points: which freezes wait for COMMIT or CANCEL, and what a user has on a card.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard points frozen --older 7d
  punchcard points frozen --pid 2088201914979011 --json
  punchcard points show 20260101000050000000000000007168 2088102146931393")]
pub struct Points {
    #[command(subcommand)]
    command: Command,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// The freezes that nobody has committed or cancelled yet, the oldest first
    Frozen {
        /// Only those that have waited this long, as 7d, 12h, 30m
        #[arg(long, value_parser = checked(duration::parse), default_value = "0s", value_name = "DURATION")]
        older: String,
        /// Only this merchant's
        #[arg(long)]
        pid: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 1_000, value_name = "N", value_parser = at_least_one::<u32>)]
        limit: u32,
    },
    /// What a user has on a card, and the newest changes of that
    Show {
        /// The card
        activity_account: String,
        /// The user
        user_id: String,
    },
}

impl Points {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        match self.command {
            Command::Frozen { older, pid, limit } => {
                let request = json!({"older": older, "pid": pid, "limit": limit});
                let frozen = operator.call::<PointsFrozen>(request).await?;
                output::result(self.json, &frozen, |frozen| frozen.iter().map(line).collect());
            }
            Command::Show { activity_account, user_id } => {
                let request = json!({"activity_account": activity_account, "user_id": user_id});
                let account = operator.call::<PointsAccount>(request).await?;
                output::result(self.json, &account, text);
            }
        }
        Ok(())
    }
}

fn line(freeze: &FreezeView) -> String {
    let FreezeView { point_log_no, pid, activity_account, user_id, points, frozen_at, card_ends } = freeze;
    format!(
        "{point_log_no}  {points} since {frozen_at}, until {card_ends} at the latest, \
         of {user_id} on card {activity_account} of merchant {pid}"
    )
}

fn text(account: &AccountView) -> Vec<String> {
    let AccountView { activity_account, pid, user_id, card_ends, available, frozen, spent, total, entries } = account;
    let mut lines = vec![
        format!("{user_id} on card {activity_account} of merchant {pid}, which ends {card_ends}"),
        format!("{available} available, {frozen} frozen, {spent} spent: {total} in all"),
    ];
    lines.extend(entries.iter().map(|entry| {
        let EntryView { point_log_no, trans_type, points, at, biz_no, memo, .. } = entry;
        let biz_no = biz_no.as_deref().map_or_else(String::new, |no| format!(", {no}"));
        let memo = memo.as_deref().map_or_else(String::new, |memo| format!(", {memo:?}"));
        format!("  {at}  {trans_type:7} {points}  {point_log_no}{biz_no}{memo}")
    }));
    lines
}
