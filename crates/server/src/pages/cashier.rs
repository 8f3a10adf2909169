//! The cashier: what is paid to whom, and the buyer's PIN (`docs/decisions.md`, "Cashier").

use super::i18n::{Lang, Yuan};
use super::icons;
use super::outcome::Outcome;
use super::parts::{self, End, Heading, Tone};
use super::pin::{self, Trial, Tried};
use super::shell::Shell;
use domain::coupon::choice::Class;
use maud::{Markup, html};

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cashier {
    /// Whom the money is for.
    pub seller: String,
    /// What it is for.
    pub subject: String,
    /// How much.
    pub total_fen: i64,
    /// What of that is taken off.
    pub off: Off,
    /// Who pays: a login, masked.
    pub buyer: String,
    /// The trade's number.
    pub trade_no: String,
    /// How far the trade is.
    pub stage: Stage,
}

/// What a coupon and a cash voucher take off, fen: the chosen ones, or those that were used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Off {
    /// The coupon.
    pub coupon_fen: i64,
    /// The cash voucher.
    pub cash_fen: i64,
}

/// How far the trade is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for the buyer.
    ToPay {
        /// Whether the buyer may try a PIN.
        entry: Entry,
        /// The coupons that may pay a part, the best first, and none at all; empty where the buyer has none.
        coupons: Vec<PayOption>,
        /// The same of cash vouchers.
        cash: Vec<PayOption>,
        /// What came of the last try.
        outcome: Option<FormOutcome>,
        /// Until when it can be paid, UTC milliseconds.
        until: Option<i64>,
    },
    /// It is paid.
    Paid {
        /// When, UTC milliseconds.
        at: i64,
        /// What came back since.
        refunded_fen: i64,
        /// Whether the reader has just tried to pay what was paid already.
        again: bool,
    },
    /// It was paid, and all of it came back.
    Refunded {
        /// When, UTC milliseconds.
        at: Option<i64>,
    },
    /// It ended unpaid.
    Closed {
        /// Because nobody paid in time, and not because the merchant closed it.
        expired: bool,
    },
}

/// Whether the buyer may try a PIN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Here is the form.
    Form {
        /// Where it is sent.
        action: String,
        /// What shows that this page made it.
        csrf: String,
        /// The coupon that this page shows as chosen, as the form names it.
        coupon: String,
        /// The same of a cash voucher.
        cash: String,
        /// How many PINs may still be wrong.
        left: u32,
    },
    /// Too many were wrong: none until then, UTC milliseconds.
    Locked(i64),
    /// The account has no PIN.
    Unset,
}

/// One way to pay: with a coupon or cash voucher, or without.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayOption {
    /// The name, what it takes off in fen, and its last moment in UTC milliseconds.
    pub holding: Option<(String, i64, i64)>,
    /// The page with this way chosen.
    pub address: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// What came of the last try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormOutcome {
    /// The PIN was wrong.
    WrongPin,
    /// What was sent is not six digits; it counts for nothing.
    NoPin,
    /// The PIN was right and the balance too short.
    ShortBalance,
    /// The trade was paid already when the PIN came.
    PaidAlready,
    /// The PIN was right, and a coupon or voucher that the page had shown could not be used any more.
    CouponGone,
}

impl Outcome for FormOutcome {
    const NAMES: &'static [(FormOutcome, &'static str)] = &[
        (FormOutcome::WrongPin, "wrong-pin"),
        (FormOutcome::NoPin, "no-pin"),
        (FormOutcome::ShortBalance, "short-balance"),
        (FormOutcome::PaidAlready, "paid-already"),
        (FormOutcome::CouponGone, "coupon-gone"),
    ];
}

impl Cashier {
    /// The page. Its title is of the stage that the trade is in.
    pub fn page(&self, shell: &Shell<'_>) -> String {
        let lang = shell.lang;
        let shell = Shell { title: self.title(lang), ..*shell };
        let content = match &self.stage {
            Stage::ToPay { entry, coupons, cash, outcome, until } => {
                let choices = html! {
                    (choice(lang, Class::Coupon, coupons))
                    (choice(lang, Class::Cash, cash))
                };
                self.to_pay(lang, entry, &choices, *outcome, *until)
            }
            Stage::Paid { .. } | Stage::Refunded { .. } | Stage::Closed { .. } => self.ended(lang),
        };
        shell.around(&content)
    }

    fn title(&self, lang: Lang) -> &'static str {
        match self.stage {
            Stage::ToPay { .. } => lang.say("收银台", "Checkout"),
            Stage::Paid { .. } => lang.say("付款成功", "Paid"),
            Stage::Refunded { .. } => lang.say("已全额退款", "Refunded in full"),
            Stage::Closed { expired: true } => lang.say("付款超时", "Time ran out"),
            Stage::Closed { expired: false } => lang.say("交易已关闭", "Order closed"),
        }
    }

    /// What the buyer pays.
    fn due_fen(&self) -> i64 {
        self.total_fen - self.off.coupon_fen - self.off.cash_fen
    }

    /// Where a coupon or cash voucher pays a part: what the order comes to, and that part.
    fn parts(&self, lang: Lang) -> Vec<(&'static str, String)> {
        if self.off == Off::default() {
            return Vec::new();
        }
        let parts = [
            (lang.say("优惠券", "Coupon"), self.off.coupon_fen),
            (lang.say("现金抵价券", "Cash voucher"), self.off.cash_fen),
        ];
        let mut rows = vec![(lang.say("订单金额", "Order total"), Yuan(self.total_fen).to_text())];
        rows.extend(parts.into_iter().filter(|(_, fen)| 0 < *fen).map(|(label, fen)| (label, less(fen))));
        rows
    }

    fn to_pay(
        &self,
        lang: Lang,
        entry: &Entry,
        choices: &Markup,
        outcome: Option<FormOutcome>,
        until: Option<i64>,
    ) -> Markup {
        let mut rows = self.parts(lang);
        rows.extend([
            (lang.say("商品", "For"), self.subject.clone()),
            (lang.say("付款账户", "From"), self.buyer.clone()),
            (lang.say("订单号", "Order"), self.trade_no.clone()),
        ]);
        rows.extend(until.map(|until| (lang.say("付款截止", "Pay by"), lang.moment(until))));
        html! {
            (parts::head(lang, &self.seller, lang.say("付款给", "Pay to")))
            (parts::card(&html! {
                (parts::amount(lang.say("需付款", "Amount due"), self.due_fen()))
                (parts::tear())
                (parts::rows(lang, &rows))
            }))
            (choices)
            @if let Some((tone, text)) = notice(lang, entry, outcome) { (parts::notice(tone, &text)) }
            @if let Entry::Form { action, csrf, coupon, cash, .. } = entry {
                form.form method="post" action=(action) autocomplete="off" {
                    input type="hidden" name="csrf" value=(csrf);
                    input type="hidden" name="coupon" value=(coupon);
                    input type="hidden" name="cash" value=(cash);
                    (pin::field(lang, tried(outcome)))
                    (parts::pay_button(lang.say("确认付款", "Pay"), self.due_fen()))
                }
            }
        }
    }

    fn ended(&self, lang: Lang) -> Markup {
        let (end, icon, text) = match self.stage {
            Stage::Paid { again: true, .. } => {
                let text = lang.say(
                    "这笔订单此前已经付款，本次没有重复扣款。",
                    "It had been paid before. You were not charged again.",
                );
                (End::Good, icons::check(), Some(text))
            }
            Stage::Paid { .. } | Stage::ToPay { .. } => (End::Good, icons::check(), None),
            Stage::Refunded { .. } => {
                let text = lang.say("款项已退回付款账户。", "The money is back in the account it came from.");
                (End::Void, icons::back(), Some(text))
            }
            Stage::Closed { expired: true } => {
                let text = lang.say(
                    "已超过付款截止时间，没有扣款。请回到商家处重新下单。",
                    "It was not paid in time, and nothing was charged. Please order again from the merchant.",
                );
                (End::Void, icons::clock(), Some(text))
            }
            Stage::Closed { expired: false } => {
                let text = lang
                    .say("商家已关闭这笔订单，没有扣款。", "The merchant has closed this order. Nothing was charged.");
                (End::Void, icons::cross(), Some(text))
            }
        };
        let mut rows = vec![
            (lang.say("商家", "Merchant"), self.seller.clone()),
            (lang.say("商品", "For"), self.subject.clone()),
            (lang.say("付款账户", "From"), self.buyer.clone()),
        ];
        match self.stage {
            Stage::Paid { at, refunded_fen, .. } => {
                rows.push((lang.say("付款时间", "Paid on"), lang.moment(at)));
                if 0 < refunded_fen {
                    rows.push((lang.say("已退款", "Refunded"), Yuan(refunded_fen).to_text()));
                }
            }
            Stage::Refunded { at: Some(at) } => rows.push((lang.say("退款时间", "Refunded on"), lang.moment(at))),
            Stage::Refunded { at: None } | Stage::Closed { .. } | Stage::ToPay { .. } => {}
        }
        rows.push((lang.say("订单号", "Order"), self.trade_no.clone()));
        let (label, fen) = match end {
            End::Good => (lang.say("实付", "You paid"), self.due_fen()),
            End::Void | End::Bad => (lang.say("订单金额", "Amount"), self.total_fen),
        };
        if end == End::Good {
            rows.splice(0..0, self.parts(lang));
        }
        parts::card(&html! {
            (parts::result(lang, Heading::Page, end, &icon, self.title(lang), text))
            (parts::amount(label, fen))
            (parts::tear())
            (parts::rows(lang, &rows))
        })
    }
}

/// What a coupon takes off.
fn less(fen: i64) -> String {
    format!("−{}", Yuan(fen).to_text())
}

/// What may be chosen of a class; nothing where the buyer has none of it.
fn choice(lang: Lang, class: Class, offered: &[PayOption]) -> Markup {
    let (label, without) = match class {
        Class::Coupon => (lang.say("优惠券", "Coupons"), lang.say("不使用优惠券", "Pay without a coupon")),
        Class::Cash => {
            (lang.say("现金抵价券", "Cash vouchers"), lang.say("不使用现金抵价券", "Pay without a cash voucher"))
        }
    };
    html! {
        @if !offered.is_empty() { (parts::ways(lang, label, &ways(lang, offered, without))) }
    }
}

fn ways(lang: Lang, offered: &[PayOption], without: &str) -> Vec<parts::Way> {
    let way = |one: &PayOption| {
        let (name, about, value) = match &one.holding {
            Some((name, fen, ends_at)) => {
                let until = lang.moment(*ends_at);
                let about = lang.say(format!("有效期至 {until}"), format!("Valid until {until}"));
                (name.clone(), Some(about), Some(less(*fen)))
            }
            None => (without.to_owned(), None, None),
        };
        parts::Way { name, about, value, address: one.address.clone(), chosen: one.chosen }
    };
    offered.iter().map(way).collect()
}

/// What stands out on a page that waits for a PIN. Where no PIN may be tried, that is all there is to say.
fn notice(lang: Lang, entry: &Entry, outcome: Option<FormOutcome>) -> Option<(Tone, String)> {
    let trial = match entry {
        Entry::Form { .. } if outcome == Some(FormOutcome::CouponGone) => {
            let text = lang.say(
                "刚才选用的优惠券已不能使用，没有扣款。请确认金额后再付款。",
                "The coupon you had chosen can no longer be used, and nothing was charged. Check the amount and pay again.",
            );
            return Some((Tone::Alarm, text.to_owned()));
        }
        Entry::Form { left, .. } => Trial::Open { left: *left },
        Entry::Locked(until) => Trial::Locked(*until),
        Entry::Unset => Trial::Unset,
    };
    pin::notice(lang, trial, tried(outcome))
}

/// What of that is about the PIN.
fn tried(outcome: Option<FormOutcome>) -> Option<Tried> {
    match outcome? {
        FormOutcome::WrongPin => Some(Tried::Wrong),
        FormOutcome::NoPin => Some(Tried::NoPin),
        FormOutcome::ShortBalance => Some(Tried::ShortBalance),
        FormOutcome::PaidAlready | FormOutcome::CouponGone => None,
    }
}

#[cfg(test)]
mod tests;
