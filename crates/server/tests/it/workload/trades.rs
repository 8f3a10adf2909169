//! Trades: paid, refunded, cancelled and closed, lowered by a coupon and a cash voucher where the buyer has them.

use super::activities::{Kind, Status as Course};
use super::model::{DAY, Expect, MINUTE, Model, local};
use super::refunds::{Refund, Used};
use super::taking::{Choices, Holding, Sale, off};
use super::wire::listed;
use std::collections::BTreeMap;

/// A trade as its merchant knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trade {
    pub(crate) buyer: String,
    pub(crate) subject: String,
    pub(crate) total: i64,
    pub(crate) status: Status,
    pub(crate) refunds: BTreeMap<String, Refund>,
    pub(crate) shop: Option<String>,
    /// Whether it is of a product that rules may name.
    pub(crate) product: bool,
    /// Whether vouchers may pay a part of it.
    pub(crate) vouchers: bool,
    /// What took something off, the best first.
    pub(crate) used: Vec<Used>,
    pub(crate) made_at: i64,
    pub(crate) paid_at: Option<i64>,
    ends_at: Option<i64>,
    notifies: bool,
    made_by_create: Option<Order>,
}

/// As the wire spells them, in Rust's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Wait,
    Success,
    Closed,
    Finished,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Status::Wait => "WAIT_BUYER_PAY",
            Status::Success => "TRADE_SUCCESS",
            Status::Closed => "TRADE_CLOSED",
            Status::Finished => "TRADE_FINISHED",
        }
    }
}

/// What `alipay.trade.create` and `.pay` say of a trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) out_trade_no: String,
    pub(crate) buyer: String,
    pub(crate) subject: String,
    pub(crate) total: i64,
    pub(crate) shop: Option<String>,
    /// Whether it names the product that rules may name.
    pub(crate) product: bool,
    /// Whether it lets vouchers pay a part.
    pub(crate) vouchers: bool,
    /// `timeout_express` in minutes; the contract's 15 days when absent.
    pub(crate) minutes: Option<i64>,
    /// Whether the call has a `notify_url`.
    pub(crate) notifies: bool,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Pay(Order),
    Create(Order),
    Query { out_trade_no: String },
    Refund { out_trade_no: String, request_no: String, amount: i64 },
    Cancel { out_trade_no: String },
    Close { out_trade_no: String },
}

impl Model {
    pub(crate) fn trade(&mut self, step: &Step) -> Expect {
        match step {
            Step::Pay(order) => self.pay(order),
            Step::Create(order) => self.create(order),
            Step::Query { out_trade_no } => self.query(out_trade_no),
            Step::Refund { out_trade_no, request_no, amount } => self.refund(out_trade_no, request_no, *amount),
            Step::Cancel { out_trade_no } => self.cancel(out_trade_no),
            Step::Close { out_trade_no } => self.close(out_trade_no),
        }
    }

    fn pay(&mut self, order: &Order) -> Expect {
        let known = self.trades.get(&order.out_trade_no);
        if let Some(trade) = known {
            if trade.total != order.total || trade.subject != order.subject {
                return Expect::refused("ACQ.CONTEXT_INCONSISTENT");
            }
            match trade.status {
                Status::Closed => return Expect::refused("ACQ.TRADE_HAS_CLOSE"),
                Status::Success | Status::Finished => return Expect::refused("ACQ.TRADE_HAS_SUCCESS"),
                Status::Wait if trade.buyer != order.buyer => return Expect::refused("ACQ.TRADE_BUYER_NOT_MATCH"),
                Status::Wait => {}
            }
        }
        let sale = Sale::of(order, known);
        let (taken, misses_one) = (self.taken(&sale, &Choices::BEST), self.misses_one(&sale));
        if self.balances[&order.buyer] < order.total - off(&taken) {
            return Expect::refused("ACQ.BUYER_BALANCE_NOT_ENOUGH");
        }
        let now = self.now;
        self.trades.entry(order.out_trade_no.clone()).or_insert_with(|| Trade::new(order, now));
        self.settle(&order.out_trade_no, taken);
        if misses_one {
            self.marks.count("a payment spared what a page held");
        }
        let trade = &self.trades[&order.out_trade_no];
        let mut members = vec![
            ("out_trade_no", order.out_trade_no.clone()),
            ("buyer_user_id", order.buyer.clone()),
            ("total_amount", wire::money::format(order.total)),
        ];
        members.extend(trade.amounts());
        let used = trade.used.iter().map(|used| {
            let kind = if used.what.is_cash() { "cash" } else { "coupon" };
            [wire::money::format(used.off), wire::money::format(used.sellers()), kind.to_owned()]
        });
        members.push(("used", listed(used)));
        let numbers: Option<Vec<_>> = trade.used.iter().map(|used| self.number(&used.what).cloned()).collect();
        members.extend(numbers.map(|numbers| ("used_ids", listed(numbers.into_iter().map(|number| [number])))));
        Expect::Done(members)
    }

    /// A trade that waits is paid, with these and what they take off.
    pub(crate) fn settle(&mut self, out_trade_no: &str, taken: Vec<(Holding, i64)>) {
        let used = taken.into_iter().map(|(what, off)| Used { own: self.is_own(&what), back: 0, what, off });
        let used: Vec<_> = used.collect();
        let trade = self.trades.get_mut(out_trade_no).expect("it waits");
        trade.status = Status::Success;
        trade.paid_at = Some(self.now);
        trade.ends_at = None;
        trade.used = used.clone();
        let (buyer, shop, paid) = (trade.buyer.clone(), trade.shop.clone(), trade.paid());
        *self.balances.get_mut(&buyer).expect("a user of this world") -= paid;
        self.seller += paid;
        if used.len() == 2 {
            self.marks.count("paid with a coupon and a cash voucher");
        }
        for Used { what, off, .. } in used {
            self.usage(&what).spend(out_trade_no);
            if let Holding::Cash(voucher) = what {
                self.seller += off;
                self.use_voucher(&voucher, out_trade_no, off);
            }
        }
        self.release(out_trade_no);
        self.become_member(&buyer);
        self.payers.insert(buyer);
        self.tell(out_trade_no);
        self.tell_cards(out_trade_no, shop.as_deref());
    }

    fn create(&mut self, order: &Order) -> Expect {
        let done = || Expect::Done(vec![("out_trade_no", order.out_trade_no.clone())]);
        match self.trades.get(&order.out_trade_no) {
            Some(trade) => match trade.status {
                Status::Wait if trade.made_by_create.as_ref().is_none_or(|made| !made.says_the_same(order)) => {
                    Expect::refused("ACQ.CONTEXT_INCONSISTENT")
                }
                Status::Wait => done(),
                Status::Closed => Expect::refused("ACQ.TRADE_HAS_CLOSE"),
                Status::Success | Status::Finished => Expect::refused("ACQ.TRADE_HAS_SUCCESS"),
            },
            None => {
                let mut trade = Trade::new(order, self.now);
                trade.made_by_create = Some(order.clone());
                self.trades.insert(order.out_trade_no.clone(), trade);
                done()
            }
        }
    }

    fn query(&self, out_trade_no: &str) -> Expect {
        let Some(trade) = self.trades.get(out_trade_no) else { return Expect::refused("ACQ.TRADE_NOT_EXIST") };
        let mut members = vec![
            ("out_trade_no", out_trade_no.to_owned()),
            ("buyer_user_id", trade.buyer.clone()),
            ("total_amount", wire::money::format(trade.total)),
            ("trade_status", trade.status.name().to_owned()),
        ];
        if trade.paid_at.is_some() {
            members.extend(trade.amounts());
        }
        Expect::Done(members)
    }

    fn close(&mut self, out_trade_no: &str) -> Expect {
        let done = Expect::Done(vec![("out_trade_no", out_trade_no.to_owned())]);
        let Some(trade) = self.trades.get_mut(out_trade_no) else { return Expect::refused("ACQ.TRADE_NOT_EXIST") };
        match (trade.status, trade.paid_at) {
            (Status::Closed, None) => done,
            (Status::Wait, _) => {
                trade.status = Status::Closed;
                self.release(out_trade_no);
                self.tell(out_trade_no);
                done
            }
            _ => Expect::refused("ACQ.TRADE_STATUS_ERROR"),
        }
    }

    /// Unpaid trades close in time, paid ones end after three months.
    pub(crate) fn end_trades(&mut self) {
        let (to, mut told) = (self.now, Vec::new());
        for (out_trade_no, trade) in self.trades.iter_mut() {
            match trade.status {
                Status::Wait if trade.ends_at.is_some_and(|at| at <= to) => trade.status = Status::Closed,
                Status::Success if trade.paid_at.is_some_and(|at| three_months_after(at) <= to) => {
                    trade.status = Status::Finished;
                }
                _ => continue,
            }
            told.push(out_trade_no.clone());
        }
        for out_trade_no in told {
            self.release(&out_trade_no);
            self.tell(&out_trade_no);
        }
    }

    pub(crate) fn tell(&mut self, out_trade_no: &str) {
        let trade = &self.trades[out_trade_no];
        if trade.notifies {
            self.notified.insert((out_trade_no.to_owned(), trade.status.name(), trade.refunded()));
        }
    }

    /// A payment in a shop of a running point card is told to the card's owner too.
    fn tell_cards(&mut self, out_trade_no: &str, shop: Option<&str>) {
        let Some(shop) = shop else { return };
        for (key, activity) in self.activities.iter() {
            let is_card = matches!(activity.offer.kind, Kind::Card { .. }) && activity.status == Course::Started;
            if is_card && activity.offer.shops.iter().any(|suit| suit == shop) {
                self.notified.insert((format!("{key}+{out_trade_no}"), "TRADE_SUCCESS", 0));
            }
        }
    }
}

impl Order {
    /// What a repeat must say again; the address for notifications is no part of it.
    fn says_the_same(&self, other: &Order) -> bool {
        Order { notifies: false, ..self.clone() } == Order { notifies: false, ..other.clone() }
    }
}

impl Trade {
    fn new(order: &Order, now: i64) -> Trade {
        Trade {
            buyer: order.buyer.clone(),
            subject: order.subject.clone(),
            total: order.total,
            status: Status::Wait,
            refunds: BTreeMap::new(),
            shop: order.shop.clone(),
            product: order.product,
            vouchers: order.vouchers,
            used: Vec::new(),
            made_at: now,
            paid_at: None,
            ends_at: Some(now + order.minutes.map_or(15 * DAY, |minutes| minutes * MINUTE)),
            notifies: order.notifies,
            made_by_create: None,
        }
    }

    /// What the buyer paid of it.
    pub(crate) fn paid(&self) -> i64 {
        self.total - self.used.iter().map(|used| used.off).sum::<i64>()
    }

    /// What it came to for each side.
    fn amounts(&self) -> [(&'static str, String); 4] {
        let sellers: i64 = self.used.iter().map(Used::sellers).sum();
        let others = self.total - self.paid() - sellers;
        [
            ("receipt_amount", wire::money::format(self.total - sellers)),
            ("buyer_pay_amount", wire::money::format(self.paid())),
            ("discount_amount", wire::money::format(others)),
            ("mdiscount_amount", wire::money::format(sellers)),
        ]
    }

    pub(crate) fn refunded(&self) -> i64 {
        self.refunds.values().map(|refund| refund.amount).sum()
    }
}

/// The same wall-clock time three calendar months later in UTC+8; the last day of a shorter month.
fn three_months_after(at: i64) -> i64 {
    let then = local(at).checked_add(jiff::Span::new().months(3)).expect("in range");
    then.timestamp().as_millisecond()
}
