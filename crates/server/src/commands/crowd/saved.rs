//! `punchcard crowd list`, `draft`, `tags`, `sample`, `usage`, `compare` and `members`: the crowds of one merchant.

use crate::acts::crowd::words::Words;
use crate::commands::{Failure, at_least_one, output};
use crate::control::Operator;
use crate::methods::console::crowd_compare::{Comparison, CrowdCompare};
use crate::methods::console::crowd_count::{CountView, CrowdCount};
use crate::methods::console::crowd_list::{CrowdList, CrowdView};
use crate::methods::console::crowd_members::CrowdMembers;
use crate::methods::console::crowd_sample::CrowdSample;
use crate::methods::console::crowd_usage::CrowdUsage;
use crate::methods::console::tag_list::{ListedTag, TagList};
use clap::Args;
use serde_json::json;

#[derive(Args)]
pub(super) struct List {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// Only crowds whose name contains this
    #[arg(long)]
    name: Option<String>,
    /// Only what is behind this place, which the part before has named
    #[arg(long, value_name = "PLACE")]
    after: Option<String>,
    /// How many at most; 100 are the most
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = at_least_one::<u32>)]
    limit: u32,
}

#[derive(Args)]
pub(super) struct Draft {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// The conditions, a JSON list as crowd.create takes it; without them, all members
    conditions: Option<String>,
    /// Break the count down by this tag; may stand several times
    #[arg(long, value_name = "TAG_CODE")]
    dimension: Vec<String>,
}

#[derive(Args)]
pub(super) struct Sample {
    #[command(flatten)]
    one: One,
    /// Another number gives other members
    #[arg(long, default_value_t = 1, value_name = "N", value_parser = at_least_one::<u32>)]
    seed: u32,
}

#[derive(Args)]
pub(super) struct Compare {
    #[command(flatten)]
    one: One,
    /// The other crowd, by its crowd_group_id
    #[arg(long, value_name = "ID")]
    other: String,
}

#[derive(Args)]
pub(super) struct Tags {
    /// The merchant
    #[arg(long)]
    pid: String,
}

/// Which crowd is meant.
#[derive(Args)]
pub(super) struct One {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// The crowd, by its crowd_group_id
    #[arg(long, value_name = "ID")]
    crowd: String,
}

impl List {
    pub(super) async fn run(self, operator: &Operator, as_json: bool) -> Result<(), Failure> {
        let List { pid, name, after, limit } = self;
        let request = json!({"pid": pid, "name": name, "after": after, "limit": limit});
        let listed = operator.call::<CrowdList>(request).await?;
        output::result(as_json, &listed, |listed| {
            let mut lines: Vec<String> = listed.crowds.iter().flat_map(crowd_text).collect();
            lines.extend(listed.next.iter().map(|next| format!("there is more: --after {next}")));
            lines
        });
        Ok(())
    }
}

impl Draft {
    pub(super) async fn run(self, operator: &Operator, as_json: bool) -> Result<(), Failure> {
        let dimensions = (!self.dimension.is_empty()).then_some(self.dimension);
        let request = json!({"pid": self.pid, "conditions": self.conditions, "steps": true, "dimensions": dimensions});
        let counted = operator.call::<CrowdCount>(request).await?;
        output::result(as_json, &counted, draft_text);
        Ok(())
    }
}

impl Sample {
    pub(super) async fn run(self, operator: &Operator, as_json: bool) -> Result<(), Failure> {
        let request = json!({"pid": self.one.pid, "crowd": self.one.crowd, "seed": self.seed});
        let sample = operator.call::<CrowdSample>(request).await?;
        output::result(as_json, &sample, |sample| {
            let mut lines = english(&sample.words);
            lines.extend(sample.members.iter().map(|member| {
                let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".to_owned());
                let values: Vec<_> = member.values.iter().map(value).collect();
                format!("{}  {}", member.name.user_id, values.join(", "))
            }));
            lines
        });
        Ok(())
    }
}

impl Compare {
    pub(super) async fn run(self, operator: &Operator, as_json: bool) -> Result<(), Failure> {
        let request = json!({"pid": self.one.pid, "crowd": self.one.crowd, "other": self.other});
        let compared = operator.call::<CrowdCompare>(request).await?;
        output::result(as_json, &compared, |Comparison { name, other_name, total, other_total, both }| {
            vec![format!("{name:?}: {total} members, {other_name:?}: {other_total}, both: {both}")]
        });
        Ok(())
    }
}

impl Tags {
    pub(super) async fn run(self, operator: &Operator, as_json: bool) -> Result<(), Failure> {
        let listed = operator.call::<TagList>(json!({"pid": self.pid})).await?;
        output::result(as_json, &listed, |listed| {
            let line = |ListedTag { code, name, kind, operators, .. }: &ListedTag| {
                format!("{code}  {name:?}, {kind}: {}", operators.join(" "))
            };
            listed.tags.iter().map(line).collect()
        });
        Ok(())
    }
}

impl One {
    pub(super) async fn usage(self, operator: &Operator, as_json: bool) -> Result<(), Failure> {
        let request = json!({"pid": self.pid, "crowd": self.crowd});
        let usage = operator.call::<CrowdUsage>(request).await?;
        output::result(as_json, &usage, |usage| {
            let can = if usage.can_be_deleted { "can" } else { "cannot" };
            let mut lines = vec![format!("{:?} {can} be deleted", usage.name)];
            lines.extend(usage.activities.iter().map(|activity| {
                format!(
                    "  activity {} {:?}, {}, ends {}",
                    activity.camp_id, activity.name, activity.status, activity.end_time
                )
            }));
            lines.extend(usage.batches.iter().map(|batch| {
                format!(
                    "  batch {} of template {}, {}, {} sent",
                    batch.batch_id, batch.template_id, batch.status, batch.sent
                )
            }));
            lines
        });
        Ok(())
    }

    pub(super) async fn members(self, operator: &Operator) -> Result<(), Failure> {
        let request = json!({"pid": self.pid, "crowd": self.crowd});
        operator.export::<CrowdMembers>(&request, std::io::stdout()).await?;
        Ok(())
    }
}

fn crowd_text(crowd: &CrowdView) -> Vec<String> {
    let CrowdView { crowd_id, name, created_at, words, total, activities, batches, .. } = crowd;
    let total = total.map_or_else(|| "outdated conditions".to_owned(), |total| format!("{total} members"));
    let head = format!("{crowd_id}  {name:?}, {total}, {activities} activities, {batches} sendings, made {created_at}");
    [vec![head], english(words)].concat()
}

fn english(words: &[Words]) -> Vec<String> {
    words.iter().map(|words| format!("  {}", words.en)).collect()
}

fn draft_text(counted: &CountView) -> Vec<String> {
    let CountView { total, steps, words, .. } = counted;
    let each = words.iter().zip(steps.iter().skip(1));
    let mut lines: Vec<String> = each.map(|(words, left)| format!("  {}: {left}", words.en)).collect();
    lines.push(format!("{total} members"));
    lines.extend(super::dimensions_text(&counted.dimensions));
    lines
}
