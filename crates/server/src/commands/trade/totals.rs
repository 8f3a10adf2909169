//! `punchcard trade totals` and `punchcard trade bill`: what days came to.

use super::next;
use crate::commands::{Failure, StoreArgs, at_least_one, output};
use crate::methods::console::trade_bill::TradeBill;
use crate::methods::console::trade_totals::{SumsView, TradeTotals};
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::{Write, stdout};
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct Totals {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// The first day, as 2026-01-31; 31 days in all unless given
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The last day; today unless given
    #[arg(long, value_name = "DAY")]
    until: Option<String>,
    /// Only this shop
    #[arg(long)]
    shop_id: Option<String>,
    /// Go on where a page ended, with its next
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
    /// How many lines at most
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = at_least_one::<u32>)]
    limit: u32,
}

#[derive(Args)]
pub(super) struct Bill {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// The day of UTC+8, as 2026-01-31
    day: String,
    /// The file to write; standard output unless given. Without its last line, net, it is not whole
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Totals {
    pub(super) async fn run(self, as_json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let Totals { pid, from, until, shop_id, after, limit } = self;
        let request = json!({
            "pid": pid, "from": from, "until": until, "shop_id": shop_id, "after": after, "limit": limit,
        });
        let totals = operator.call::<TradeTotals>(request).await?;
        output::result(as_json, &totals, |totals| {
            let days = totals.days.iter().map(|of| sums(&format!("{} {}", of.day, of.shop_id), &of.sums));
            days.chain([sums("in all", &totals.sum)]).chain(next(totals.next.as_deref())).collect()
        });
        Ok(())
    }
}

impl Bill {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let out: Box<dyn Write + Send> = match &self.out {
            Some(path) => {
                Box::new(File::create(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?)
            }
            None => Box::new(stdout()),
        };
        operator.export::<TradeBill>(&json!({"pid": self.pid, "day": self.day}), out).await?;
        Ok(())
    }
}

fn sums(of: &str, sums: &SumsView) -> String {
    let SumsView { trades, total_amount, receipt_amount, refunds, refunded_amount, .. } = sums;
    format!("{of:44} {trades} trades of {total_amount}, {receipt_amount} taken; {refunds} refunds of {refunded_amount}")
}
