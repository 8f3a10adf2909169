//! What goes back of a trade: the buyer gets a part, and each coupon and voucher its share, to the fen.

use super::model::{DAY, Expect, Model};
use super::taking::Holding;
use super::trades::{Status, Trade};

/// Of a trade's amount, what was given back, and how much of that the buyer got and others than the seller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) amount: i64,
    buyers: i64,
    others: i64,
}

/// What took something off a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) what: Holding,
    pub(crate) off: i64,
    /// How much of that was given back with refunds.
    pub(crate) back: i64,
    /// Whether it is a cash voucher that the seller has paid for in advance.
    pub(crate) own: bool,
}

impl Used {
    /// What of it the seller pays.
    pub(crate) fn sellers(&self) -> i64 {
        if self.own || !self.what.is_cash() { self.off } else { 0 }
    }
}

impl Model {
    pub(crate) fn refund(&mut self, out_trade_no: &str, request_no: &str, amount: i64) -> Expect {
        if amount <= 0 {
            return Expect::refused("ACQ.REASON_TRADE_REFUND_FEE_ERR");
        }
        let Some(trade) = self.trades.get(out_trade_no) else { return Expect::refused("ACQ.TRADE_NOT_EXIST") };
        match trade.refunds.get(request_no) {
            Some(before) if before.amount == amount => return trade.told_refund("N", request_no),
            Some(_) => return Expect::refused("ACQ.DISCORDANT_REPEAT_REQUEST"),
            None => {}
        }
        match trade.status {
            Status::Wait => return Expect::refused("ACQ.TRADE_STATUS_ERROR"),
            Status::Closed => return Expect::refused("ACQ.TRADE_HAS_CLOSE"),
            Status::Finished => return Expect::refused("ACQ.TRADE_HAS_FINISHED"),
            Status::Success => {}
        }
        if trade.total - trade.refunded() < amount {
            return Expect::refused("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL");
        }
        if !self.give_back(out_trade_no, request_no, amount) {
            return Expect::refused("ACQ.SELLER_BALANCE_NOT_ENOUGH");
        }
        self.trades[out_trade_no].told_refund("Y", request_no)
    }

    pub(crate) fn cancel(&mut self, out_trade_no: &str) -> Expect {
        let done = |action: Option<&str>| {
            let action = action.unwrap_or_default().to_owned();
            Expect::Done(vec![
                ("out_trade_no", out_trade_no.to_owned()),
                ("retry_flag", "N".to_owned()),
                ("action", action),
            ])
        };
        let Some(trade) = self.trades.get_mut(out_trade_no) else { return done(None) };
        match (trade.status, trade.paid_at) {
            // Whether by a cancel or by its refunds: there is nothing left to give back.
            (Status::Closed, Some(_)) => done(Some("refund")),
            (Status::Closed, None) => done(Some("close")),
            (Status::Finished, _) => Expect::refused("ACQ.TRADE_HAS_FINISHED"),
            (Status::Wait, _) | (Status::Success, None) => {
                trade.status = Status::Closed;
                self.release(out_trade_no);
                self.tell(out_trade_no);
                done(Some("close"))
            }
            (Status::Success, Some(_)) if !trade.refunds.is_empty() => Expect::refused("ACQ.CANCEL_NOT_ALLOWED"),
            (Status::Success, Some(paid_at)) if DAY < self.now - paid_at => {
                Expect::refused("ACQ.TRADE_CANCEL_TIME_OUT")
            }
            (Status::Success, Some(_)) => {
                let total = trade.total;
                let is_done = self.give_back(out_trade_no, "", total);
                if is_done { done(Some("refund")) } else { Expect::refused("ACQ.SELLER_BALANCE_NOT_ENOUGH") }
            }
        }
    }

    /// Gives back so much of a paid trade, which has that much; whether the seller could.
    fn give_back(&mut self, out_trade_no: &str, request_no: &str, amount: i64) -> bool {
        let trade = &self.trades[out_trade_no];
        let mut order: Vec<_> = (0..trade.used.len()).collect();
        // Of two that are rounded up at the cost of the buyer, the lower number gets it. The day in front says nothing.
        order.sort_by_key(|nth| self.number(&trade.used[*nth].what).and_then(|number| number.get(8..)));
        let parts = trade.shares(&order, amount);
        let of = |fits: fn(&Used) -> bool| -> i64 {
            trade.used.iter().zip(&parts).filter(|(used, _)| fits(used)).map(|(_, part)| part).sum()
        };
        let buyers = amount - of(|_| true);
        let others = of(|used| used.what.is_cash() && !used.own);
        if self.seller < buyers + others {
            return false;
        }
        let (is_last, buyer, now) = (trade.total - trade.refunded() == amount, trade.buyer.clone(), self.now);
        let used = trade.used.clone();
        let trade = self.trades.get_mut(out_trade_no).expect("it is there");
        trade.refunds.insert(request_no.to_owned(), Refund { amount, buyers, others });
        trade.used.iter_mut().zip(&parts).for_each(|(used, part)| used.back += part);
        if is_last {
            trade.status = Status::Closed;
        }
        self.seller -= buyers + others;
        *self.balances.get_mut(&buyer).expect("a user of this world") += buyers;
        for (Used { what, own, .. }, part) in used.into_iter().zip(parts) {
            if let Holding::Cash(voucher) = &what {
                self.refund_voucher(voucher, part, own, now);
            }
            if is_last {
                self.usage(&what).refund(out_trade_no);
            }
        }
        self.tell(out_trade_no);
        true
    }
}

impl Trade {
    /// What each that took something off gets of a refund: with it, its share of all that was refunded so far, half up.
    /// No more than the refund has, in this order; and the buyer gets no more back than was paid.
    fn shares(&self, order: &[usize], amount: i64) -> Vec<i64> {
        let (so_far, mut free) = (self.refunded() + amount, amount);
        let mut parts = vec![0; self.used.len()];
        for &nth in order {
            let Used { off, back, .. } = &self.used[nth];
            let share = (2 * *off * so_far + self.total) / (2 * self.total);
            parts[nth] = (share - *back).clamp(0, free);
            free -= parts[nth];
        }
        let buyers_rest = self.paid() - self.refunds.values().map(|refund| refund.buyers).sum::<i64>();
        let mut missing = (free - buyers_rest).max(0);
        for &nth in order {
            let more = missing.min(self.used[nth].off - self.used[nth].back - parts[nth]);
            parts[nth] += more;
            missing -= more;
        }
        parts
    }

    fn told_refund(&self, change: &str, request_no: &str) -> Expect {
        let Refund { amount, buyers, others } = self.refunds[request_no];
        Expect::Done(vec![
            ("fund_change", change.to_owned()),
            ("refund_fee", wire::money::format(self.refunded())),
            ("present_refund_buyer_amount", wire::money::format(buyers)),
            ("present_refund_discount_amount", wire::money::format(others)),
            ("present_refund_mdiscount_amount", wire::money::format(amount - buyers - others)),
        ])
    }
}
