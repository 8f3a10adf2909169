//! `punchcard voucher show`: all there is to know of one voucher.

use super::{Failure, StoreArgs, output};
use crate::methods::console::coupon_show::CouponShow;
use clap::{Args, Subcommand};
use serde_json::json;

/// Look at vouchers.
#[derive(Args)]
#[command(after_help = "\
Example:
  punchcard voucher show 2026010400073000000000007168")]
pub struct Voucher {
    #[command(subcommand)]
    command: Command,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
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
        let Command::Show(show) = self.command;
        show.run(self.json, store).await
    }
}

impl Show {
    async fn run(self, as_json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let shown = operator.call::<CouponShow>(json!({"voucher_id": self.voucher_id})).await?;
        output::result(as_json, &shown, |shown| {
            let members = serde_json::to_value(shown).expect("answers serialise");
            members.as_object().map(|members| output::outline(members, 0)).unwrap_or_default()
        });
        Ok(())
    }
}
