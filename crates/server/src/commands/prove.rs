//! `punchcard prove`: whether every sum is what its parts come to.

use super::{Failure, StoreArgs, output};
use crate::methods::console::prove_run::ProveRun;
use clap::Args;
use serde_json::json;

/// Recompute every balance and counter from what it is the sum of, in one snapshot, while calls go on. Exit status 1,
/// and every difference by name, if a sum is not what its parts come to.
#[derive(Args)]
#[command(after_help = "Example:  punchcard prove --data ./punchcard-data")]
pub struct Prove {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Prove {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let rows = operator.call::<ProveRun>(json!({})).await?;
        if self.json {
            output::json(&rows);
        } else {
            output::line(format!("{:<36} {:>12} {:>12}", "recomputed", "checked", "differ"));
            for row in &rows {
                output::line(format!("{:<36} {:>12} {:>12}", row.name, row.checked, row.differences));
            }
        }
        let differences: usize = rows.iter().map(|row| row.differences).sum();
        if differences == 0 {
            return Ok(());
        }
        for row in &rows {
            for difference in &row.named {
                output::note(format!(
                    "{}: {} has {}, its parts come to {}",
                    row.name, difference.subject, difference.stored, difference.computed
                ));
            }
            if row.named.len() < row.differences {
                output::note(format!("{}: and {} more", row.name, row.differences - row.named.len()));
            }
        }
        Err(Failure(format!("{differences} sums are not what their parts come to")))
    }
}
