//! `punchcard doctor`: why a signature was refused.

use super::{Failure, StoreArgs, print_json};
use clap::Args;

/// Explain a refused signature. The trace id is in the answer's header `trace_id` and in the log; a stand-in's answer
/// names it too.
#[derive(Args)]
#[command(after_help = "Example:  punchcard doctor 5f0c6d1b9a7e4c5d8b3a2f1e0d9c8b7a")]
pub struct Doctor {
    /// The trace id of the refused call
    trace: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: StoreArgs,
}

impl Doctor {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (operator, _lock) = self.store.operator().await?;
        let Some(trouble) = operator.trouble(&self.trace).await? else {
            return Err(Failure(format!("no refused signature with trace {}; the last 1,000 are kept", self.trace)));
        };
        if self.json {
            print_json(&trouble);
            return Ok(());
        }
        println!("{}  app {}  {}", wire::time::format(trouble.at), trouble.app_id, trouble.method);
        println!("cause: {}", trouble.cause);
        println!("{}", trouble.detail);
        Ok(())
    }
}
