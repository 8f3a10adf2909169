//! The cashier page: looking at it holds the coupon that it shows as chosen, for a quarter of an hour, and its form
//! pays by what it showed.

use super::coupons::Coupon;
use super::model::{Expect, MINUTE, Model};
use super::trades::Status;

/// How long a coupon is held after its page was looked at.
const HOLD: i64 = 15 * MINUTE;

/// What the page says of a trade.
pub(crate) mod page {
    pub(crate) const TO_PAY: &str = "收银台";
    pub(crate) const PAID: &str = "付款成功";
    pub(crate) const REFUNDED: &str = "已全额退款";
    pub(crate) const EXPIRED: &str = "付款超时";
    pub(crate) const CLOSED: &str = "交易已关闭";

    /// What its address says came of a form.
    pub(crate) const COUPON_GONE: &str = "coupon-gone";
    pub(crate) const SHORT_BALANCE: &str = "short-balance";
    pub(crate) const PAID_ALREADY: &str = "paid-already";
}

/// Which coupon is to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    Best,
    None,
    /// By its number.
    One(String),
}

/// A part of a visit.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Looks at the trade's page with this choice. Who `pays` then sends the form that is there.
    Look { trade: String, choice: Choice, pays: bool },
    /// Sends a form, perhaps one that was seen long before: with the right PIN, and with the coupon that it has.
    Pay { trade: String, form: Choice },
}

impl Model {
    pub(crate) fn cashier(&mut self, step: &Step) -> Expect {
        match step {
            Step::Look { trade, choice, .. } => self.look_at_cashier(trade, choice),
            Step::Pay { trade, form } => self.pay_at_cashier(trade, form),
        }
    }

    fn look_at_cashier(&mut self, out_trade_no: &str, choice: &Choice) -> Expect {
        // Whoever knows the page has the answer that made the trade.
        let trade = &self.trades[out_trade_no];
        match (trade.status, trade.paid_at) {
            (Status::Wait, _) => {}
            (Status::Success | Status::Finished, _) => {
                return Expect::Done(vec![("stage", page::PAID.to_owned())]);
            }
            (Status::Closed, Some(_)) => return Expect::refused(page::REFUNDED),
            (Status::Closed, None) => return Expect::Refused(vec![page::EXPIRED, page::CLOSED]),
        }
        let total = trade.total;
        let usable = self.usable(&trade.buyer, trade.shop.as_deref(), total, out_trade_no);
        let chosen = match choice {
            Choice::None => None,
            Choice::Best => usable.first(),
            Choice::One(number) => {
                usable.iter().find(|(key, _)| self.coupon_ids.get(key) == Some(number)).or(usable.first())
            }
        };
        let off = chosen.map_or(0, |(_, off)| *off);
        let mut members = vec![("stage", page::TO_PAY.to_owned()), ("due", wire::money::format(total - off))];
        match chosen {
            None => members.push(("coupon", String::new())),
            Some((key, _)) => members.extend(self.coupon_ids.get(key).map(|number| ("coupon", number.clone()))),
        }
        let chosen = chosen.map(|(key, _)| key.clone());
        self.release(out_trade_no);
        if let Some(key) = chosen {
            let until = self.now + HOLD;
            self.coupons.get_mut(&key).expect("it was found").held = Some((out_trade_no.to_owned(), until));
        }
        Expect::Done(members)
    }

    fn pay_at_cashier(&mut self, out_trade_no: &str, form: &Choice) -> Expect {
        let said = |said: &str| Expect::Done(vec![("said", said.to_owned())]);
        let trade = &self.trades[out_trade_no];
        match trade.status {
            Status::Wait => {}
            Status::Success | Status::Finished => return said(page::PAID_ALREADY),
            Status::Closed => return said(""),
        }
        let usable = self.usable(&trade.buyer, trade.shop.as_deref(), trade.total, out_trade_no);
        let coupon = match form {
            Choice::One(number) => {
                let found = usable.into_iter().find(|(key, _)| self.coupon_ids.get(key) == Some(number));
                if found.is_none() {
                    self.marks.count("a form's coupon was gone");
                    return said(page::COUPON_GONE);
                }
                found
            }
            Choice::Best | Choice::None => None,
        };
        let off = coupon.as_ref().map_or(0, |(_, off)| *off);
        if self.balances[&trade.buyer] < trade.total - off {
            return said(page::SHORT_BALANCE);
        }
        self.marks.count(if off == 0 { "paid at the cashier" } else { "paid at the cashier with a coupon" });
        self.settle(out_trade_no, coupon);
        said("")
    }

    /// A trade holds nothing any more.
    pub(crate) fn release(&mut self, out_trade_no: &str) {
        let holds = |coupon: &Coupon| coupon.held.as_ref().is_some_and(|(trade, _)| trade == out_trade_no);
        if !self.coupons.values().any(holds) {
            return;
        }
        for coupon in self.coupons.values_mut() {
            coupon.held.take_if(|(trade, _)| trade == out_trade_no);
        }
    }

    /// A hold ends when nobody has looked for its time.
    pub(crate) fn end_holds(&mut self) {
        for coupon in self.coupons.values_mut() {
            if coupon.held.take_if(|(_, until)| *until <= self.now).is_some() {
                self.marks.count("a hold ran out");
            }
        }
    }
}
