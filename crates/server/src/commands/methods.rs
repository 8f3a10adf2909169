//! `punchcard methods`: THE LIST, for people and for scripts.

use super::output;
use crate::biz::Member;
use crate::methods::THE_LIST;
use clap::Args;
use serde::Serialize;

/// Print what is answered: every method, with the members of its request.
#[derive(Args)]
#[command(after_help = "Members in brackets may be left out. JSON: [{name, writes, fields: [{name, required}]}].")]
pub struct Methods {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    writes: bool,
    fields: &'static [Member],
}

impl Methods {
    pub(super) fn run(self) {
        let lines = THE_LIST.iter().map(|entry| Line { name: entry.name, writes: entry.writes, fields: entry.fields });
        if self.json {
            return output::json(&lines.collect::<Vec<_>>());
        }
        for Line { name, writes, fields } in lines {
            let kind = if writes { "writes" } else { "reads" };
            let shown = |Member { name, required, .. }: &Member| {
                if *required { format!(" {name}") } else { format!(" [{name}]") }
            };
            output::line(format!("{name:<50} {kind:<6}{}", fields.iter().map(shown).collect::<String>()));
        }
    }
}
