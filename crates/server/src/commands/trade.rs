//! `punchcard trade`: all there is to know of one trade, many of them, what a day came to.

mod totals;

use super::{Failure, StoreArgs, at_least_one, output};
use crate::methods::console::trade_list::{TradeLineView, TradeList};
use crate::methods::console::trade_show::{TradeShow, TradeView};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Look at trades.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard trade show 2026010421000000000000007168
  punchcard trade show --pid 2088201914979011 --out-trade-no 20150320010101001
  punchcard trade list --pid 2088201914979011 --from 2026-01-01 --user-id 2088102146931393
  punchcard trade totals --pid 2088201914979011 --from 2026-01-01 --until 2026-01-31
  punchcard trade bill --pid 2088201914979011 2026-01-04 --out bill.csv")]
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
    /// A merchant's trades, newest first. A page may be short and still have a next one.
    List(List),
    /// What each shop took and gave back on each day, newest first.
    Totals(totals::Totals),
    /// The bill of a day: every payment and refund, and their sums, as CSV.
    Bill(totals::Bill),
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

#[derive(Args)]
struct List {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// The first day, as 2026-01-31; 31 days in all unless given
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day; today unless given
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Only this member's
    #[arg(long)]
    user_id: Option<String>,
    /// Only those in this status, such as TRADE_SUCCESS
    #[arg(long, value_name = "STATUS")]
    trade_status: Option<String>,
    /// Only those of this shop
    #[arg(long)]
    shop_id: Option<String>,
    /// Go on where a page ended, with its next
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = at_least_one::<u32>)]
    limit: u32,
}

impl Trade {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        match self.command {
            Command::Show(show) => show.run(self.json, store).await,
            Command::List(list) => list.run(self.json, store).await,
            Command::Totals(totals) => totals.run(self.json, store).await,
            Command::Bill(bill) => bill.run(store).await,
        }
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

impl List {
    async fn run(self, as_json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let List { pid, from, until, user_id, trade_status, shop_id, after, limit } = self;
        let request = json!({
            "pid": pid, "from": from, "until": until, "user_id": user_id, "trade_status": trade_status,
            "shop_id": shop_id, "after": after, "limit": limit,
        });
        let page = operator.call::<TradeList>(request).await?;
        output::result(as_json, &page, |page| page.trades.iter().map(line).chain(next(page.next.as_deref())).collect());
        Ok(())
    }
}

/// How the next page is asked for.
fn next(next: Option<&str>) -> Option<String> {
    next.map(|next| format!("more with --after {next}"))
}

fn line(trade: &TradeLineView) -> String {
    let TradeLineView { trade_no, out_trade_no, buyer_id, trade_status, total_amount, refunded_amount, .. } = trade;
    let at = trade.gmt_payment.as_deref().unwrap_or(&trade.gmt_create);
    format!(
        "{at}  {trade_no}  {trade_status:14}  {total_amount}, {refunded_amount} refunded, of {buyer_id}, {out_trade_no}"
    )
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
