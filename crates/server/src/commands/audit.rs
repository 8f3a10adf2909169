//! `punchcard audit`: what operators did.

use super::{Failure, StoreArgs, at_least_one, output};
use crate::methods::console::audit_list::{ActSummary, AuditList};
use clap::Args;
use serde_json::json;

/// Look at what operators did, the newest first; `punchcard prove` checks that nothing of it was changed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard audit
  punchcard audit --name li.lei --limit 20
  punchcard audit --pid 2088101000000001 --json
What takes long has a line when it begins, without a code, and one when it ends, with the same trace id.")]
pub struct Audit {
    /// Only what was about this merchant
    #[arg(long)]
    pid: Option<String>,
    /// Only this operator's; commands act as `command`
    #[arg(long)]
    name: Option<String>,
    /// Only those before this number
    #[arg(long, value_name = "NUMBER")]
    after: Option<u64>,
    /// How many at most
    #[arg(long, default_value_t = 100, value_name = "N", value_parser = at_least_one::<u32>)]
    limit: u32,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let Audit { pid, name, after, limit, json } = self;
        let request = json!({"pid": pid, "name": name, "after": after, "limit": limit});
        let listed = operator.call::<AuditList>(request).await?;
        output::result(json, &listed, |listed| listed.acts.iter().map(line).collect());
        Ok(())
    }
}

fn line(act: &ActSummary) -> String {
    let ActSummary { id, wall_at, name, address, pid, method, request, code, sub_code, trace_id, .. } = act;
    let from = if address.is_empty() { String::new() } else { format!(" from {address}") };
    let pid = if pid.is_empty() { String::new() } else { format!(" for {pid}") };
    let code = match (code.as_str(), sub_code.as_str()) {
        ("", _) => "begins".to_owned(),
        (code, "") => code.to_owned(),
        (code, sub_code) => format!("{code} {sub_code}"),
    };
    format!("{id}  {wall_at}  {name}{from}: {method}{pid}, {code}, {request}, {trace_id}")
}
