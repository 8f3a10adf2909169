//! `punchcard voucher show`: all there is to know of one voucher.

use super::{Failure, StoreArgs, print_json};
use clap::{Args, Subcommand};
use serde_json::Value;

/// Look at vouchers.
#[derive(Args)]
#[command(after_help = "\
Example:
  punchcard voucher show 2026010400073000000000007168")]
pub struct Voucher {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Show one voucher: how it stands, which trade has it, and where its holder finds it.
    Show(Show),
}

#[derive(Args)]
struct Show {
    /// The voucher's id
    voucher_id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: StoreArgs,
}

impl Voucher {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let What::Show(show) = self.what;
        show.run().await
    }
}

impl Show {
    async fn run(self) -> Result<(), Failure> {
        let (operator, _lock) = self.store.operator().await?;
        let Some(shown) = operator.voucher(&self.voucher_id).await? else {
            return Err(Failure("no such voucher".to_owned()));
        };
        if self.json {
            print_json(&shown);
            return Ok(());
        }
        let members = serde_json::to_value(&shown).expect("answers serialise");
        for (name, value) in members.as_object().into_iter().flatten() {
            println!("{name:16} {}", value.as_str().map_or_else(|| Value::to_string(value), str::to_owned));
        }
        Ok(())
    }
}
