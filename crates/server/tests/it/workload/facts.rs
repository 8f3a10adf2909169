//! What users did with the merchant, recounted for each question from all that the books have: payments net of refunds,
//! vouchers received and vouchers redeemed, here and in imported history.

use super::groups::{Condition, Rule};
use super::model::{DAY, Model, local};
use std::cmp::Ordering;

/// A row of an imported file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Imported {
    Trade { user: String, paid_at: i64, total: i64, refunded: i64, refunded_at: i64 },
    Voucher { user: String, received_at: i64, redeemed_at: Option<i64> },
}

impl Imported {
    pub(crate) fn user(&self) -> &str {
        match self {
            Imported::Trade { user, .. } | Imported::Voucher { user, .. } => user,
        }
    }
}

/// A payment of which something is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) at: i64,
    /// What it was for, less refunds.
    pub(crate) net: i64,
    /// The platform's number without its day, if that is known.
    number: Option<String>,
}

/// All that one user did.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) payments: Vec<Payment>,
    pub(crate) received: Vec<i64>,
    pub(crate) redeemed: Vec<i64>,
}

/// What a fact comes to, as a fraction: averages are seldom whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) whole: i64,
    pub(crate) parts: i64,
}

impl Amount {
    fn of(whole: i64) -> Amount {
        Amount { whole, parts: 1 }
    }

    fn meets(self, condition: &Condition) -> bool {
        let order = self.whole.cmp(&(condition.operand * self.parts));
        match condition.op {
            "EQ" => order == Ordering::Equal,
            "GT" => order == Ordering::Greater,
            "GTEQ" => order != Ordering::Less,
            "LT" => order == Ordering::Less,
            "LTEQ" => order != Ordering::Greater,
            other => unreachable!("{other} is no comparison"),
        }
    }
}

impl Model {
    /// Takes a row of an imported file, of which more may have been refunded or redeemed since it came first.
    pub(crate) fn import(&mut self, number: &str, row: &Imported) {
        let net = |row: &Imported| if let Imported::Trade { total, refunded, .. } = row { total - refunded } else { 0 };
        let before = self.imported.insert(number.to_owned(), row.clone());
        self.seller += net(row) - before.as_ref().map_or(0, net);
        self.become_member(row.user());
        if matches!(row, Imported::Trade { .. }) {
            self.payers.insert(row.user().to_owned());
        }
    }

    /// Whether the merchant has ever had to do with this user.
    pub(crate) fn is_known(&self, user: &str) -> bool {
        let record = self.record(user);
        self.members.contains_key(user) || !record.received.is_empty() || !record.redeemed.is_empty()
    }

    pub(crate) fn record(&self, user: &str) -> Record {
        let (mut payments, mut received, mut redeemed) = (Vec::new(), Vec::new(), Vec::new());
        for (out_trade_no, trade) in self.trades.iter().filter(|(_, trade)| trade.buyer == user) {
            let Some(at) = trade.paid_at else { continue };
            let number = self.trade_ids.get(out_trade_no).and_then(|number| number.get(8..)).map(str::to_owned);
            payments.push(Payment { at, net: trade.total - trade.refunded(), number });
            // Of one whose trade was given back, the redemption stays.
            redeemed.extend(trade.used.iter().map(|_| at));
        }
        received.extend(self.coupons.values().filter(|coupon| coupon.user == user).map(|coupon| coupon.taken_at));
        received.extend(self.vouchers.values().filter(|voucher| voucher.user == user).map(|voucher| voucher.sent_at));
        for row in self.imported.values().filter(|row| row.user() == user) {
            match row {
                Imported::Trade { paid_at, total, refunded, .. } => {
                    payments.push(Payment { at: *paid_at, net: total - refunded, number: None });
                }
                Imported::Voucher { received_at, redeemed_at, .. } => {
                    received.push(*received_at);
                    redeemed.extend(redeemed_at);
                }
            }
        }
        payments.retain(|payment| 0 < payment.net);
        Record { payments, received, redeemed }
    }
}

impl Record {
    /// The last payment; more than one where it is not known which of two at one moment is the later.
    pub(crate) fn last_payments(&self) -> Vec<&Payment> {
        let Some(at) = self.payments.iter().map(|payment| payment.at).max() else { return Vec::new() };
        let last: Vec<_> = self.payments.iter().filter(|payment| payment.at == at).collect();
        if last.iter().any(|payment| payment.number.is_none()) {
            return last;
        }
        last.into_iter().max_by_key(|payment| &payment.number).into_iter().collect()
    }

    /// What a rule comes to `now`, looking so many days back, if `last` is the last payment. None is nothing that could
    /// be compared.
    pub(crate) fn value(&self, rule: Rule, days: i64, last: Option<&Payment>, now: i64) -> Option<Amount> {
        let is_within = |at: i64| now - days * DAY < at && at <= now;
        let within = |times: &[i64]| count(times.iter().filter(|at| is_within(**at)));
        let paid = || self.payments.iter().filter(|payment| is_within(payment.at));
        let net = || paid().map(|payment| payment.net).sum();
        match rule {
            Rule::TradeAmt => Some(Amount::of(net())),
            Rule::TradeCnt => Some(Amount::of(count(paid()))),
            Rule::PctAmt => Some(Amount { whole: net(), parts: count(paid()) }).filter(|amount| amount.parts != 0),
            Rule::ApplyVoucherCnt => Some(Amount::of(within(&self.received))),
            Rule::VerifyVoucherCnt => Some(Amount::of(within(&self.redeemed))),
            Rule::LastPayDate => {
                let days = (local(now).date() - local(last?.at).date()).get_days();
                Some(Amount::of(days.into()))
            }
            Rule::LastPayAmt => Some(Amount::of(last?.net)),
            // Nobody here has told where anybody lives or works.
            Rule::HomeShopDis | Rule::WorkShopDis => None,
        }
    }

    /// Whether a condition holds.
    pub(crate) fn meets(&self, condition: &Condition, last: Option<&Payment>, now: i64) -> bool {
        let value = self.value(condition.rule, condition.period.unwrap_or_default(), last, now);
        value.is_some_and(|value| value.meets(condition))
    }

    /// The times of all that rules look back on.
    pub(crate) fn times(&self) -> impl Iterator<Item = (Rule, i64)> {
        let paid = self.payments.iter().map(|payment| (Rule::TradeCnt, payment.at));
        let received = self.received.iter().map(|at| (Rule::ApplyVoucherCnt, *at));
        paid.chain(received).chain(self.redeemed.iter().map(|at| (Rule::VerifyVoucherCnt, *at)))
    }
}

fn count(of: impl Iterator) -> i64 {
    i64::try_from(of.count()).expect("few")
}
