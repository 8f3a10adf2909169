//! The cashier page: looking at it holds the coupon and the cash voucher that it shows as chosen, for a quarter of an
//! hour, and its form pays by what it showed.

use super::model::{Expect, MINUTE, Model};
use super::taking::{Choices, off};
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

/// Which coupon is to pay, or which cash voucher.
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
    Look { trade: String, choice: Choices, pays: bool },
    /// Sends a form, perhaps one that was seen long before: with the right PIN, and with what it has chosen.
    Pay { trade: String, form: Choices },
}

impl Model {
    pub(crate) fn cashier(&mut self, step: &Step) -> Expect {
        match step {
            Step::Look { trade, choice, .. } => self.look_at_cashier(trade, choice),
            Step::Pay { trade, form } => self.pay_at_cashier(trade, form),
        }
    }

    fn look_at_cashier(&mut self, out_trade_no: &str, choice: &Choices) -> Expect {
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
        let sale = self.sale(out_trade_no);
        let usable = self.usable(&sale);
        // What cannot be used any more gives way to the best.
        let or_best = |choice: &Choice| match choice {
            Choice::One(number) if usable.iter().all(|(holding, _)| self.number(holding) != Some(number)) => {
                Choice::Best
            }
            choice => choice.clone(),
        };
        let wanted = Choices { coupon: or_best(&choice.coupon), cash: or_best(&choice.cash) };
        let taken = self.taken(&sale, &wanted);
        let due = wire::money::format(sale.total - off(&taken));
        let mut members = vec![("stage", page::TO_PAY.to_owned()), ("due", due)];
        for (name, is_cash) in [("coupon", false), ("cash", true)] {
            match taken.iter().find(|(holding, _)| holding.is_cash() == is_cash) {
                None => members.push((name, String::new())),
                Some((holding, _)) => members.extend(self.number(holding).map(|number| (name, number.clone()))),
            }
        }
        self.release(out_trade_no);
        let until = self.now + HOLD;
        for (holding, _) in &taken {
            self.usage(holding).held = Some((out_trade_no.to_owned(), until));
        }
        if taken.iter().any(|(holding, _)| holding.is_cash()) {
            self.marks.count("a page held a cash voucher");
        }
        Expect::Done(members)
    }

    fn pay_at_cashier(&mut self, out_trade_no: &str, form: &Choices) -> Expect {
        let said = |said: &str| Expect::Done(vec![("said", said.to_owned())]);
        let trade = &self.trades[out_trade_no];
        match trade.status {
            Status::Wait => {}
            Status::Success | Status::Finished => return said(page::PAID_ALREADY),
            Status::Closed => return said(""),
        }
        let (sale, buyer) = (self.sale(out_trade_no), trade.buyer.clone());
        let taken = self.taken(&sale, form);
        for is_cash in [false, true] {
            let takes = taken.iter().any(|(holding, _)| holding.is_cash() == is_cash);
            if matches!(form.of(is_cash), Choice::One(_)) && !takes {
                self.marks.count(if is_cash { "a form's cash voucher was gone" } else { "a form's coupon was gone" });
                return said(page::COUPON_GONE);
            }
        }
        if self.balances[&buyer] < sale.total - off(&taken) {
            return said(page::SHORT_BALANCE);
        }
        let [coupon, cash] = [false, true].map(|kind| taken.iter().any(|(holding, _)| holding.is_cash() == kind));
        self.marks.count(match (coupon, cash) {
            (false, false) => "paid at the cashier",
            (true, false) => "paid at the cashier with a coupon",
            (false, true) => "paid at the cashier with a cash voucher",
            (true, true) => "paid at the cashier with both",
        });
        self.settle(out_trade_no, taken);
        said("")
    }
}
