//! `punchcard crowd`: crowds and their members, how many a crowd or crowd group has, and why somebody is in it.

mod saved;

use super::{Failure, StoreArgs, output};
use crate::methods::console::audience::{FactCondition, SavedCondition, TagCondition};
use crate::methods::console::crowd_count::{CountView, CrowdCount, Spread};
use crate::methods::console::crowd_why::{ConditionView, CrowdWhy, EventView, WhyView};
use clap::{ArgGroup, Args, Subcommand};
use serde_json::json;

/// Look at crowds and their members, count a crowd or crowd group, or ask why somebody is in it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard crowd list --pid 2088201914979011
  punchcard crowd members --pid 2088201914979011 --crowd 20260104000020000000000000000007 > users.txt
  punchcard crowd count --group regulars --dimension pam_gender --dimension pam_age
  punchcard crowd count --crowd 20260104000020000000000000000007 --json
  punchcard crowd why --group regulars --user 2088102146931393")]
pub struct Crowd {
    #[command(subcommand)]
    command: Command,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// How many members are in it now, and how they spread over dimensions. --json prints a line for each that is named
    Count(Count),
    /// A merchant's crowds with their conditions in words, their members now, and what uses them
    List(saved::List),
    /// How many members meet conditions that nobody has saved, and how many each of them leaves
    Draft(saved::Draft),
    /// The tags that conditions may name, with their kinds and operators
    Tags(saved::Tags),
    /// Twenty members of a crowd, with the values for which they are in
    Sample(saved::Sample),
    /// The activities and sendings that use a crowd
    Usage(saved::One),
    /// How many members two crowds have, and in common
    Compare(saved::Compare),
    /// The user ids of all members of a crowd, one a line
    Members(saved::One),
    /// Each of its conditions with the user's value, what is in the window, and when the answer changes by itself
    Why(Why),
}

/// What is meant.
#[derive(Args)]
struct Named {
    /// A crowd, by its crowd_group_id
    #[arg(long, value_name = "ID")]
    crowd: Option<String>,
    /// The group's shop, where several groups have the id
    #[arg(long, value_name = "SHOP_ID")]
    shop: Option<String>,
    /// The group's app, where several groups have the id
    #[arg(long, value_name = "APP_ID")]
    app: Option<String>,
}

#[derive(Args)]
#[command(group = one_of_both())]
struct Count {
    #[command(flatten)]
    named: Named,
    /// A crowd group, by the id that its app has chosen; may stand several times
    #[arg(long, value_name = "ID")]
    group: Vec<String>,
    /// Break the count down by this tag; may stand several times
    #[arg(long, value_name = "TAG_CODE")]
    dimension: Vec<String>,
}

#[derive(Args)]
#[command(group = one_of_both())]
struct Why {
    #[command(flatten)]
    named: Named,
    /// A crowd group, by the id that its app has chosen
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// The user, by account id
    #[arg(long, value_name = "USER_ID")]
    user: String,
}

/// Either a crowd or crowd groups.
fn one_of_both() -> ArgGroup {
    ArgGroup::new("audience").args(["crowd", "group"]).required(true)
}

impl Crowd {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let as_json = self.json;
        let (operator, _lock) = store.onlooker().await?;
        match self.command {
            Command::List(list) => list.run(&operator, as_json).await?,
            Command::Draft(draft) => draft.run(&operator, as_json).await?,
            Command::Tags(tags) => tags.run(&operator, as_json).await?,
            Command::Sample(sample) => sample.run(&operator, as_json).await?,
            Command::Usage(one) => one.usage(&operator, as_json).await?,
            Command::Compare(compare) => compare.run(&operator, as_json).await?,
            Command::Members(one) => one.members(&operator).await?,
            Command::Count(Count { named: Named { crowd, shop, app }, group, dimension }) => {
                let groups: Vec<Option<String>> =
                    if group.is_empty() { vec![None] } else { group.into_iter().map(Some).collect() };
                let dimensions = (!dimension.is_empty()).then_some(dimension);
                for group in groups {
                    let request = json!({
                        "crowd": crowd, "group": group, "shop_id": shop, "app_id": app, "dimensions": dimensions
                    });
                    let counted = operator.call::<CrowdCount>(request).await?;
                    if self.json {
                        output::json_line(&counted);
                    } else {
                        output::lines(count_text(&counted));
                    }
                }
            }
            Command::Why(Why { named: Named { crowd, shop, app }, group, user }) => {
                let request = json!({"crowd": crowd, "group": group, "shop_id": shop, "app_id": app, "user_id": user});
                let why = operator.call::<CrowdWhy>(request).await?;
                output::result(self.json, &why, why_text);
            }
        }
        Ok(())
    }
}

fn count_text(counted: &CountView) -> Vec<String> {
    let CountView { audience, total, sum, dimensions, .. } = counted;
    let what = audience.crowd_group_id.as_ref().map_or_else(|| "crowd".to_owned(), |id| format!("{id:?}"));
    let paid = sum.as_ref().map_or_else(String::new, |sum| format!(", who paid {sum}"));
    let mut lines = vec![format!("{what} {:?} of merchant {}: {total} members{paid}", audience.name, audience.pid)];
    lines.extend(dimensions_text(dimensions));
    lines
}

fn dimensions_text(dimensions: &[Spread]) -> Vec<String> {
    let mut lines = Vec::new();
    for Spread { label, value: values } in dimensions {
        lines.push(format!("  {label}"));
        lines.extend(values.iter().map(|(label, count)| format!("    {count:>10}  {label}")));
    }
    lines
}

fn why_text(why: &WhyView) -> Vec<String> {
    let WhyView { audience, user_id, at, is_in, changes_at, conditions } = why;
    let what = audience.crowd_group_id.as_ref().map_or_else(|| "the crowd".to_owned(), |id| format!("{id:?}"));
    let is = if *is_in { "is in" } else { "is not in" };
    let turn = match changes_at {
        Some(at) => format!("that changes by itself at {at}"),
        None => "that does not change by itself".to_owned(),
    };
    let mut lines = vec![format!("{user_id} {is} {what} {:?} at {at}; {turn}", audience.name)];
    lines.extend(conditions.iter().flat_map(condition_text));
    lines
}

fn condition_text(condition: &ConditionView) -> Vec<String> {
    let ConditionView { condition, words, value, holds, changes_at, events, older_events } = condition;
    let mark = if *holds { "holds" } else { "does not hold" };
    let value = value.as_deref().unwrap_or("unknown");
    let turn = changes_at.as_ref().map_or_else(String::new, |at| format!(", changes at {at}"));
    let mut lines = vec![format!("  {}: {value}, {mark}{turn}", saved_text(condition))];
    lines.extend(words.iter().map(|words| format!("    {}", words.en)));
    if 0 < *older_events {
        lines.push(format!("    {older_events} older"));
    }
    lines.extend(events.iter().map(|EventView { at, amount }| match amount {
        Some(amount) => format!("    {at}  {amount}"),
        None => format!("    {at}"),
    }));
    lines
}

/// The members of a condition in the order in which it is read.
fn saved_text(condition: &SavedCondition) -> String {
    match condition {
        SavedCondition::OfCrowd(TagCondition { op, tag_code, value }) => format!("{tag_code} {op} {value}"),
        SavedCondition::OfGroup(condition) => {
            let FactCondition { operator_rule, period, logical_operator, operation_value, rule_unit } = condition;
            let period = period.as_ref().map_or_else(String::new, |days| format!(" {days}"));
            format!("{operator_rule}{period} {logical_operator} {operation_value} {rule_unit}")
        }
    }
}
