//! `punchcard methods`: THE LIST, for people and for scripts, and a method's page of the reference.

use super::{Failure, output};
use crate::biz::Member;
use crate::hints::nearest;
use crate::methods::{Entry, FieldPlace, SubCode, THE_LIST};
use crate::reference;
use clap::Args;
use serde::Serialize;

/// Print what is answered: every method with the members of its request, or the page of one.
#[derive(Args)]
#[command(after_help = "\
Members in brackets may be left out. JSON: [{name, writes, fields, fields_in, answer, refusals, invalid}]; each field and
each member of the answer is {name, required, meaning, shape}, `fields_in` says where in a call the fields stand
(biz_content, or parameters beside it), and `invalid` is the sub_code for a wrong field.
Example:  punchcard methods alipay.trade.pay")]
pub struct Methods {
    /// The method whose page is wanted, in Markdown
    name: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    name: &'static str,
    writes: bool,
    fields: &'static [Member],
    fields_in: FieldPlace,
    answer: &'static [Member],
    refusals: &'static [SubCode],
    invalid: &'static str,
}

impl Line {
    fn of(entry: &'static Entry) -> Line {
        let Entry { name, writes, fields, fields_in, answer, refusals, invalid, .. } = entry;
        Line { name, writes: *writes, fields, fields_in: *fields_in, answer, refusals, invalid }
    }
}

impl Methods {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut lines = THE_LIST.iter().map(Line::of);
        match &self.name {
            Some(name) if self.json => {
                output::json(&lines.find(|line| line.name == name).ok_or_else(|| unknown(name))?);
            }
            Some(name) => {
                let page = reference::page(name).ok_or_else(|| unknown(name))?;
                page.lines().skip_while(|line| !line.starts_with("# ")).for_each(output::line);
            }
            None if self.json => output::json(&lines.collect::<Vec<_>>()),
            None => lines.for_each(|line| output::line(line.text())),
        }
        Ok(())
    }
}

impl Line {
    fn text(&self) -> String {
        let kind = if self.writes { "writes" } else { "reads" };
        let shown = |Member { name, required, .. }: &Member| {
            if *required { format!(" {name}") } else { format!(" [{name}]") }
        };
        format!("{:<50} {kind:<6}{}", self.name, self.fields.iter().map(shown).collect::<String>())
    }
}

fn unknown(name: &str) -> Failure {
    let known = THE_LIST.iter().map(|entry| entry.name);
    let meant = nearest(name, known).map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
    Failure(format!("no method {name}{meant}"))
}
