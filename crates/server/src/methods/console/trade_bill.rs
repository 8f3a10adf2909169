//! `punchcard.trade.bill`: a merchant's bill of one day, as a CSV file to reconcile: every payment and every refund,
//! and their sums at its end. A file without the line `net` broke off.
//!
//! It is read and written page by page, so a slow reader holds no snapshot of the store.

use super::page::{self, Day};
use super::{Argument, known_merchant};
use crate::answer::Answer;
use crate::app::App;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorExport};
use domain::calendar::day_begins;
use domain::trade::Trade;
use std::collections::HashMap;
use std::error::Error;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use store::trade::{self, Off, Refund};
use store::{Fault, Tx};
use wire::{money, time};

/// See the module.
pub struct TradeBill;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// The day of UTC+8, as `2026-01-31`.
        day: Day,
    }
}

impl Method for TradeBill {
    const NAME: &'static str = "punchcard.trade.bill";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    type Request = Request;
    type Response = ();
}

impl OperatorExport for TradeBill {
    type Begun = DayBill;

    async fn begin(app: &Arc<App>, request: Request) -> Answer<DayBill> {
        let (day, pid) = (page::day("day", &request.day)?, request.pid.to_string());
        let bill = DayBill { pid: pid.clone(), from: day_begins(day), until: day_begins(day + 1) };
        let known = app.store.read(move |tx: &mut Tx| known_merchant(tx, &pid)).await?;
        if known { Ok(bill) } else { Err(super::no_merchant()) }
    }

    async fn run(app: Arc<App>, begun: DayBill, out: impl Write + Send + 'static) {
        let runtime = tokio::runtime::Handle::current();
        let written = tokio::task::spawn_blocking(move || {
            let bill = Bill { app: &app, runtime: &runtime, pid: &begun.pid, from: begun.from };
            bill.write(&mut BufWriter::new(out), begun.until)
        });
        match written.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(error = &*error as &dyn Error, "a bill broke off"),
            Err(error) => tracing::error!(error = &error as &dyn Error, "a bill broke off"),
        }
    }
}

/// What a bill is of.
pub struct DayBill {
    pid: String,
    /// The day's first moment.
    from: i64,
    /// The moment after its last.
    until: i64,
}

/// The columns. What went back is below zero, so that a column's sum is what the day came to.
const HEADER: &str = "kind,time,trade_no,out_trade_no,out_request_no,shop_id,buyer_id,amount,buyer_amount,coupon_amount,\
                      voucher_amount,merchant_amount,count";
/// Rows that are read at once.
const PAGE: u32 = 1_000;

/// A bill on its way.
struct Bill<'a> {
    app: &'a App,
    runtime: &'a tokio::runtime::Handle,
    pid: &'a str,
    from: i64,
}

/// The amounts of a row, fen: of the trade's price what the buyer, the merchant's coupons and cash vouchers paid, and
/// what the merchant got.
#[derive(Clone, Copy, Default)]
struct Amounts([i64; 5]);

impl Amounts {
    fn add(&mut self, more: Amounts) {
        self.0.iter_mut().zip(more.0).for_each(|(sum, fen)| *sum += fen);
    }

    fn text(self) -> String {
        self.0.map(money::format).join(",")
    }
}

impl Bill<'_> {
    fn read<T: Send + 'static>(&self, read: impl Fn(&mut Tx) -> Result<T, Fault> + Send + 'static) -> Result<T, Fault> {
        self.runtime.block_on(self.app.store.read(read))
    }

    fn write(&self, out: &mut impl Write, until: i64) -> Result<(), Box<dyn Error + Send + Sync>> {
        writeln!(out, "{HEADER}\r")?;
        let (mut paid, mut payments) = (Amounts::default(), 0_u64);
        let mut after = (self.from, i64::MIN);
        loop {
            let pid = self.pid.to_owned();
            let (trades, off) = self.read(move |tx| {
                let trades = trade::paid(tx, &pid, after, until, PAGE)?;
                let off =
                    of_trades(tx, trades.iter().filter(|it| it.buyer_pay_fen != it.total_fen).map(|it| it.no.number))?;
                Ok((trades, off))
            })?;
            for trade in &trades {
                let amounts = payment(trade, off.get(&trade.no.number).map_or(&[], Vec::as_slice));
                let at = time::format(trade.paid_at.unwrap_or_default());
                line(
                    out,
                    ["payment", &at, &trade.trade_no(), &trade.out_trade_no, "", shop(trade), &trade.buyer_id],
                    amounts,
                    None,
                )?;
                paid.add(amounts);
                payments += 1;
            }
            match trades.last() {
                Some(last) if trades.len() == PAGE as usize => after = trade::place(last),
                _ => break,
            }
        }
        let (mut back, mut refunds) = (Amounts::default(), 0_u64);
        let mut last: Option<Refund> = None;
        loop {
            let (pid, from, before) = (self.pid.to_owned(), self.from, last.clone());
            let rows = self.read(move |tx| refunded(tx, &pid, (from, until), before.as_ref()))?;
            for (refund, trade, off) in &rows {
                let amounts = given_back(refund, off);
                let (at, no) = (time::format(refund.at), &refund.out_request_no);
                line(
                    out,
                    ["refund", &at, &trade.trade_no(), &trade.out_trade_no, no, shop(trade), &trade.buyer_id],
                    amounts,
                    None,
                )?;
                back.add(amounts);
                refunds += 1;
            }
            match rows.into_iter().last() {
                Some((refund, ..)) => last = Some(refund),
                None => break,
            }
        }
        let mut net = paid;
        net.add(back);
        for (kind, amounts, count) in
            [("payments", paid, payments), ("refunds", back, refunds), ("net", net, payments + refunds)]
        {
            line(out, [kind, "", "", "", "", "", ""], amounts, Some(count))?;
        }
        Ok(out.flush()?)
    }
}

fn shop(trade: &Trade) -> &str {
    trade.shop_id.as_deref().unwrap_or_default()
}

/// A page of refunds, each with its trade and what vouchers took off that.
fn refunded(
    tx: &mut Tx,
    pid: &str,
    days: (i64, i64),
    last: Option<&Refund>,
) -> Result<Vec<(Refund, Trade, Vec<Off>)>, Fault> {
    let refunds = trade::refunded(tx, pid, days, last, PAGE)?;
    let with_cash = refunds.iter().filter(|refund| 0 < refund.cash_fen);
    let mut off = of_trades(tx, with_cash.map(|refund| refund.trade))?;
    let mut rows = Vec::with_capacity(refunds.len());
    for refund in refunds {
        let trade = trade::get(tx, refund.trade)?.ok_or_else(|| Fault::bug("a refund of a trade that is not there"))?;
        let off = off.remove(&refund.trade).unwrap_or_default();
        rows.push((refund, trade, off));
    }
    Ok(rows)
}

/// What vouchers took off these trades, by their numbers.
fn of_trades(tx: &mut Tx, trades: impl Iterator<Item = i64>) -> Result<HashMap<i64, Vec<Off>>, Fault> {
    let mut found: HashMap<i64, Vec<Off>> = HashMap::new();
    for off in trade::taken_off(tx, trades)? {
        found.entry(off.trade).or_default().push(off);
    }
    Ok(found)
}

fn payment(trade: &Trade, off: &[Off]) -> Amounts {
    let part = |is_cash| off.iter().filter(|off| off.is_cash == is_cash).map(|off| off.deducted_fen).sum();
    Amounts([trade.total_fen, trade.buyer_pay_fen, part(false), part(true), trade.receipt_fen])
}

/// What the merchant's own coupons and vouchers had paid, it never got, and does not give back.
fn given_back(refund: &Refund, off: &[Off]) -> Amounts {
    let Refund { amount_fen, buyer_fen, cash_fen, .. } = *refund;
    let is_own = off.iter().any(|off| off.is_cash && 0 < off.merchant_fen);
    let merchant_fen = if is_own { buyer_fen } else { buyer_fen + cash_fen };
    Amounts([-amount_fen, -buyer_fen, buyer_fen + cash_fen - amount_fen, -cash_fen, -merchant_fen])
}

fn line(out: &mut impl Write, texts: [&str; 7], amounts: Amounts, count: Option<u64>) -> std::io::Result<()> {
    let count = count.map_or_else(String::new, |count| count.to_string());
    writeln!(out, "{},{},{count}\r", texts.map(cell).join(","), amounts.text())
}

/// A text as a cell: in quotes where it could be taken for more than one, and with a `'` before what a spreadsheet
/// would take for a formula.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_whatever_a_merchant_calls_a_refund() {
        for (text, expect) in
            [("a1", "a1"), ("a,\"b\"", "\"a,\"\"b\"\"\""), ("=1+1", "'=1+1"), ("@a\nb", "\"'@a\nb\""), ("", "")]
        {
            assert_eq!(cell(text), expect);
        }
    }
}
