//! `punchcard voucher`: sends cash vouchers to a crowd or to a file's recipients, looks at a coupon or cash voucher,
//! and bars a cash voucher from use.

mod send;

use super::{Failure, StoreArgs, output};
use crate::methods::console::voucher_bar::VoucherBar;
use crate::methods::console::voucher_show::{VoucherShow, VoucherView};
use clap::{Args, Subcommand};
use serde_json::json;

/// Send cash vouchers to many, look at coupons and cash vouchers, and bar cash vouchers from use.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard voucher send --template 20260104000700000000007168EB --crowd 20260104000020000000000000000007
  punchcard voucher send --template 20260104000700000000007168EB --file members.csv --result sent.csv
  punchcard voucher show 2026010400073000000000007168
  punchcard voucher disable 2026010400073000000000007168")]
pub struct Voucher {
    #[command(subcommand)]
    command: Command,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Send vouchers of a template to all members of a crowd, or to the recipients of a file.
    Send(send::Send),
    /// List the newest batches, which are what send has begun.
    Batches(send::Batches),
    /// Wait for a batch; let it go on if it was stopped, and write its result once more if it is done.
    Resume(send::Resume),
    /// Stop a batch: who has a voucher keeps it, the others get none until it is resumed.
    Stop(send::StopBatch),
    /// Show one: how it stands, which trade has it, and where its holder finds it.
    Show(Which),
    /// Bar a cash voucher that was not used: no trade takes it until it is enabled again. It expires at its time.
    Disable(Which),
    /// Free a cash voucher that was disabled.
    Enable(Which),
}

#[derive(Args)]
struct Which {
    /// The voucher's id
    voucher_id: String,
}

impl Voucher {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let shown = match self.command {
            Command::Send(send) => return send.run(self.json, store).await,
            Command::Batches(batches) => return batches.run(self.json, store).await,
            Command::Resume(resume) => return resume.run(self.json, store).await,
            Command::Stop(stop) => return stop.run(self.json, store).await,
            Command::Show(Which { voucher_id }) => {
                let (operator, _lock) = store.onlooker().await?;
                operator.call::<VoucherShow>(json!({"voucher_id": voucher_id})).await?
            }
            Command::Disable(which) => bar(which, true, store).await?,
            Command::Enable(which) => bar(which, false, store).await?,
        };
        output::result(self.json, &shown, |shown| {
            let members = serde_json::to_value(shown).expect("answers serialise");
            members.as_object().map(|members| output::outline(members, 0)).unwrap_or_default()
        });
        Ok(())
    }
}

async fn bar(which: Which, barred: bool, store: &StoreArgs) -> Result<VoucherView, Failure> {
    let (operator, _lock) = store.operator().await?;
    Ok(operator.call::<VoucherBar>(json!({"voucher_id": which.voucher_id, "barred": barred})).await?)
}
