//! `punchcard voucher show`: all there is to know of one voucher.

use super::{Failure, StoreArgs, output};
use clap::{Args, Subcommand};

/// Look at vouchers.
#[derive(Args)]
#[command(after_help = "\
Example:
  punchcard voucher show 2026010400073000000000007168")]
pub struct Voucher {
    #[command(subcommand)]
    what: What,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
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
}

impl Voucher {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let What::Show(show) = self.what;
        show.run(self.json, store).await
    }
}

impl Show {
    async fn run(self, json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let Some(shown) = operator.voucher(&self.voucher_id).await? else {
            return Err(Failure("no such voucher".to_owned()));
        };
        if json {
            output::json(&shown);
            return Ok(());
        }
        let members = serde_json::to_value(&shown).expect("answers serialise");
        output::lines(members.as_object().map(|members| output::outline(members, 0)).unwrap_or_default());
        Ok(())
    }
}
