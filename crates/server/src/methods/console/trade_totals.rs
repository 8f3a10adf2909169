//! `punchcard.trade.totals`: what a merchant's shops took and gave back on each day.

use super::page::{self, Day, PageLimit};
use super::{Argument, known_merchant};
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::takings::{self, ShopDay, Sums};
use wire::money;

/// See the module.
pub struct TradeTotals;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// The first day, as `2026-01-31`; 31 days in all when absent.
        from: Option<Day>,
        /// The last day; today when absent.
        until: Option<Day>,
        /// Only this shop; an empty text is the trades of no shop.
        shop_id: Option<Argument>,
        /// Where to go on: `next` of the page before.
        after: Option<Argument>,
        /// How many lines at most; 50 when absent.
        limit: Option<PageLimit>,
    }
}

/// Days and their sums, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TotalsView {
    /// A line for each shop and day with a payment or a refund.
    pub days: Vec<ShopDayView>,
    /// The sums of all that was asked for, on whatever page.
    pub sum: SumsView,
    /// Where the next page begins; `null` with the last one.
    pub next: Option<String>,
}

/// What a shop took and gave back on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ShopDayView {
    /// The day in UTC+8.
    pub day: String,
    /// The shop; empty for trades of no shop.
    pub shop_id: String,
    /// Its sums.
    #[serde(flatten)]
    pub sums: SumsView,
}

/// Sums. Amounts are yuan. Payments count on the day on which they were paid, refunds on their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SumsView {
    /// How many trades were paid.
    pub trades: i64,
    /// Their prices.
    pub total_amount: String,
    /// What buyers paid of that; vouchers paid the rest.
    pub buyer_pay_amount: String,
    /// What the merchant got: takings.
    pub receipt_amount: String,
    /// How many refunds there were.
    pub refunds: i64,
    /// What they were about.
    pub refunded_amount: String,
    /// What buyers got back of that.
    pub refunded_buyer_amount: String,
}

impl Method for TradeTotals {
    const NAME: &'static str = "punchcard.trade.totals";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = TotalsView;
}

impl OperatorRead for TradeTotals {
    async fn run(call: OperatorCall, request: Request) -> Answer<TotalsView> {
        let days = page::days(request.from.as_ref(), request.until.as_ref(), call.app.clock.now())?;
        let (after, limit) = (place(request.after.as_ref())?, page::limit(request.limit));
        let read = move |tx: &mut Tx| {
            let (pid, shop_id) = (&request.pid, request.shop_id.as_deref());
            if !known_merchant(tx, pid)? {
                return Ok(None);
            }
            let lines = takings::list(tx, pid, days, shop_id, after.as_ref(), limit)?;
            Ok(Some((lines, takings::sum(tx, pid, days, shop_id)?)))
        };
        let (lines, sum) = super::read_long(&call.app, read).await??.ok_or_else(super::no_merchant)?;
        let is_full = u32::try_from(lines.len()).is_ok_and(|len| len == limit);
        let next = lines.last().filter(|_| is_full).map(|(at, _)| format!("{}.{}", at.day, at.shop_id));
        Ok(TotalsView { days: lines.into_iter().map(line).collect(), sum: sums(sum), next })
    }
}

/// Where a page begins.
fn place(after: Option<&Argument>) -> Result<Option<ShopDay>, CallError> {
    let Some(text) = after else { return Ok(None) };
    let (day, shop_id) = text.split_once('.').ok_or_else(page::unknown_place)?;
    let day = day.parse().map_err(|_| page::unknown_place())?;
    Ok(Some(ShopDay { day, shop_id: shop_id.to_owned() }))
}

fn line((at, of_day): (ShopDay, Sums)) -> ShopDayView {
    ShopDayView { day: page::day_text(at.day), shop_id: at.shop_id, sums: sums(of_day) }
}

fn sums(sums: Sums) -> SumsView {
    SumsView {
        trades: sums.trades,
        total_amount: money::format(sums.total_fen),
        buyer_pay_amount: money::format(sums.buyer_fen),
        receipt_amount: money::format(sums.receipt_fen),
        refunds: sums.refunds,
        refunded_amount: money::format(sums.refunded_fen),
        refunded_buyer_amount: money::format(sums.back_fen),
    }
}
