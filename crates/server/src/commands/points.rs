//! `punchcard points`: what waits frozen, and what one user has.

use super::{Failure, StoreArgs, output};
use crate::control::{Frozen, ShownAccount, ShownEntry, ShownFreeze};
use clap::{Args, Subcommand};

/// Look at points: which freezes wait for COMMIT or CANCEL, and what a user has on a card.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard points frozen --older 7d
  punchcard points frozen --pid 2088201914979011 --json
  punchcard points show 20260101000050000000000000007168 2088102146931393")]
pub struct Points {
    #[command(subcommand)]
    order: Order,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Order {
    /// The freezes that nobody has committed or cancelled yet, the oldest first
    Frozen {
        /// Only those that have waited this long, as 7d, 12h, 30m
        #[arg(long, value_parser = crate::duration::parse, default_value = "0s", value_name = "DURATION")]
        older: i64,
        /// Only this merchant's
        #[arg(long)]
        pid: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 1_000, value_name = "N")]
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
        match self.order {
            Order::Frozen { older, pid, limit } => {
                let frozen = operator.frozen(Frozen { older_ms: older, pid, limit }).await?;
                if self.json {
                    output::json(&frozen);
                } else {
                    frozen.iter().for_each(|it| output::line(line(it)));
                }
            }
            Order::Show { activity_account, user_id } => {
                let Some(account) = operator.points(&activity_account, &user_id).await? else {
                    return Err(Failure("no points of this user on such a card".to_owned()));
                };
                if self.json { output::json(&account) } else { output::lines(text(&account)) }
            }
        }
        Ok(())
    }
}

fn line(freeze: &ShownFreeze) -> String {
    let ShownFreeze { point_log_no, pid, activity_account, user_id, points, frozen_at, card_ends } = freeze;
    format!(
        "{point_log_no}  {points} since {frozen_at}, until {card_ends} at the latest, \
         of {user_id} on card {activity_account} of merchant {pid}"
    )
}

fn text(account: &ShownAccount) -> Vec<String> {
    let ShownAccount { activity_account, pid, user_id, card_ends, available, frozen, spent, total, entries } = account;
    let mut lines = vec![
        format!("{user_id} on card {activity_account} of merchant {pid}, which ends {card_ends}"),
        format!("{available} available, {frozen} frozen, {spent} spent: {total} in all"),
    ];
    lines.extend(entries.iter().map(|entry| {
        let ShownEntry { point_log_no, trans_type, points, at, biz_no, memo, .. } = entry;
        let biz_no = biz_no.as_deref().map_or_else(String::new, |no| format!(", {no}"));
        let memo = memo.as_deref().map_or_else(String::new, |memo| format!(", {memo:?}"));
        format!("  {at}  {trans_type:7} {points}  {point_log_no}{biz_no}{memo}")
    }));
    lines
}
