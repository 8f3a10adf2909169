//! `punchcard trade show`: all there is to know of one trade.

use super::{Failure, StoreArgs, output};
use crate::methods::console::trade_show::{TradeShow, TradeView};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Look at trades.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard trade show 2026010421000000000000007168
  punchcard trade show --pid 2088201914979011 --out-trade-no 20150320010101001")]
pub struct Trade {
    #[command(subcommand)]
    command: Command,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Show one trade, with its refunds and, while it is unpaid, the address of its cashier page.
    Show(Show),
}

#[derive(Args)]
struct Show {
    /// The trade's number
    #[arg(required_unless_present = "out_trade_no")]
    trade_no: Option<String>,
    /// The merchant
    #[arg(long)]
    pid: Option<String>,
    /// The merchant's own number for it
    #[arg(long, requires = "pid", conflicts_with = "trade_no")]
    out_trade_no: Option<String>,
}

impl Trade {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let Command::Show(show) = self.command;
        show.run(self.json, store).await
    }
}

impl Show {
    async fn run(self, as_json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let Show { trade_no, pid, out_trade_no } = self;
        let request = json!({"trade_no": trade_no, "pid": pid, "out_trade_no": out_trade_no});
        let shown = operator.call::<TradeShow>(request).await?;
        output::result(as_json, &shown, text);
        Ok(())
    }
}

fn text(shown: &TradeView) -> Vec<String> {
    let members = serde_json::to_value(shown).expect("answers serialise");
    let lines = members.as_object().into_iter().flatten().flat_map(|(name, value)| match value {
        Value::Array(vouchers) if name == "vouchers" => vouchers.iter().map(voucher).collect(),
        Value::Array(refunds) => refunds.iter().map(refund).collect(),
        other => output::entry(name, other, 0),
    });
    lines.collect()
}

fn voucher(voucher: &Value) -> String {
    let text = |name: &str| voucher[name].as_str().unwrap_or_default();
    let (id, name, amount, back) = (text("voucher_id"), text("name"), text("amount"), text("refunded_amount"));
    format!("{:16} {amount} by {id} {name}, {back} of it refunded", "voucher")
}

fn refund(refund: &Value) -> String {
    let text = |name: &str| refund[name].as_str().unwrap_or_default();
    let (no, amount, at) = (text("out_request_no"), text("refund_amount"), text("gmt_refund_pay"));
    format!("{:16} {amount} at {at} as {no} {}", "refund", text("reason"))
}
