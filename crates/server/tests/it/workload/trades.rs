//! Trades: paid, refunded, cancelled and closed, lowered by a coupon where the buyer has one.

use super::activities::{Kind, Status as Course};
use super::coupons::CouponKey;
use super::model::{DAY, Expect, MINUTE, Model, local};
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
    /// What a coupon took off, and how much of that was given back to the seller with refunds.
    pub(crate) off: i64,
    off_refunded: i64,
    pub(crate) paid_at: Option<i64>,
    ends_at: Option<i64>,
    notifies: bool,
    made_by_create: Option<Order>,
}

/// Of a trade's amount, what was given back, and how much of that the buyer got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    amount: i64,
    buyers: i64,
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
        let shop = known.map_or(&order.shop, |trade| &trade.shop).as_deref();
        let coupon = self.usable(&order.buyer, shop, order.total, &order.out_trade_no).into_iter().next();
        let misses_one = self.misses_one(&order.buyer, shop, order.total, &order.out_trade_no);
        let off = coupon.as_ref().map_or(0, |(_, off)| *off);
        let paid = order.total - off;
        if self.balances[&order.buyer] < paid {
            return Expect::refused("ACQ.BUYER_BALANCE_NOT_ENOUGH");
        }
        let now = self.now;
        self.trades.entry(order.out_trade_no.clone()).or_insert_with(|| Trade::new(order, now));
        self.settle(&order.out_trade_no, coupon);
        if misses_one {
            self.marks.count("a payment spared what a page held");
        }
        Expect::Done(vec![
            ("out_trade_no", order.out_trade_no.clone()),
            ("buyer_user_id", order.buyer.clone()),
            ("total_amount", wire::money::format(order.total)),
            ("receipt_amount", wire::money::format(paid)),
            ("buyer_pay_amount", wire::money::format(paid)),
            ("/voucher_detail_list/0/amount", if off == 0 { String::new() } else { wire::money::format(off) }),
        ])
    }

    /// A trade that waits is paid, with this coupon and what that takes off.
    pub(crate) fn settle(&mut self, out_trade_no: &str, coupon: Option<(CouponKey, i64)>) {
        let trade = self.trades.get_mut(out_trade_no).expect("it waits");
        let off = coupon.as_ref().map_or(0, |(_, off)| *off);
        trade.status = Status::Success;
        trade.paid_at = Some(self.now);
        trade.ends_at = None;
        trade.off = off;
        let (buyer, shop, paid) = (trade.buyer.clone(), trade.shop.clone(), trade.total - off);
        *self.balances.get_mut(&buyer).expect("a user of this world") -= paid;
        self.seller += paid;
        if let Some((coupon, _)) = coupon {
            self.spend(&coupon, out_trade_no);
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
            members.push(("buyer_pay_amount", wire::money::format(trade.total - trade.off)));
        }
        Expect::Done(members)
    }

    fn refund(&mut self, out_trade_no: &str, request_no: &str, amount: i64) -> Expect {
        if amount <= 0 {
            return Expect::refused("ACQ.REASON_TRADE_REFUND_FEE_ERR");
        }
        let Some(trade) = self.trades.get_mut(out_trade_no) else { return Expect::refused("ACQ.TRADE_NOT_EXIST") };
        let done = |change: &str, trade: &Trade| {
            let Refund { amount, buyers } = trade.refunds[request_no];
            Expect::Done(vec![
                ("fund_change", change.to_owned()),
                ("refund_fee", wire::money::format(trade.refunded())),
                ("present_refund_buyer_amount", wire::money::format(buyers)),
                ("present_refund_mdiscount_amount", wire::money::format(amount - buyers)),
            ])
        };
        match trade.refunds.get(request_no) {
            Some(before) if before.amount == amount => return done("N", trade),
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
        // With it the coupon has its share of all that was refunded so far, half up.
        let so_far = trade.refunded() + amount;
        let is_last = so_far == trade.total;
        let share = (2 * trade.off * so_far + trade.total) / (2 * trade.total) - trade.off_refunded;
        let back = amount - share;
        if self.seller < back {
            return Expect::refused("ACQ.SELLER_BALANCE_NOT_ENOUGH");
        }
        trade.refunds.insert(request_no.to_owned(), Refund { amount, buyers: back });
        trade.off_refunded += share;
        if is_last {
            trade.status = Status::Closed;
        }
        let expect = done("Y", trade);
        self.seller -= back;
        *self.balances.get_mut(&trade.buyer).expect("a user of this world") += back;
        if is_last {
            self.refund_coupons(out_trade_no);
        }
        self.tell(out_trade_no);
        expect
    }

    fn cancel(&mut self, out_trade_no: &str) -> Expect {
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
                let back = trade.total - trade.off;
                if self.seller < back {
                    return Expect::refused("ACQ.SELLER_BALANCE_NOT_ENOUGH");
                }
                trade.status = Status::Closed;
                trade.refunds.insert(String::new(), Refund { amount: trade.total, buyers: back });
                trade.off_refunded = trade.off;
                self.seller -= back;
                *self.balances.get_mut(&trade.buyer).expect("a user of this world") += back;
                self.refund_coupons(out_trade_no);
                self.tell(out_trade_no);
                done(Some("refund"))
            }
        }
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

    fn tell(&mut self, out_trade_no: &str) {
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
            off: 0,
            off_refunded: 0,
            paid_at: None,
            ends_at: Some(now + order.minutes.map_or(15 * DAY, |minutes| minutes * MINUTE)),
            notifies: order.notifies,
            made_by_create: None,
        }
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
