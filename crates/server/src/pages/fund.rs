//! Paying for a template of cash vouchers: what is paid for, and the sponsor's PIN (`docs/decisions.md`, "Paying for a
//! template"). The cashier's sister.

use super::i18n::{Lang, Yuan};
use super::icons;
use super::outcome::Outcome;
use super::parts::{self, End, Heading};
use super::pin::{self, Trial, Tried};
use super::shell::Shell;
use maud::{Markup, html};

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundPage {
    /// Whose vouchers they are.
    pub merchant: String,
    /// What they are called.
    pub name: String,
    /// What each takes off.
    pub amount_fen: i64,
    /// How many there are.
    pub quantity: i64,
    /// What all are worth, which is what is paid.
    pub total_fen: i64,
    /// Who pays: a login, masked.
    pub sponsor: String,
    /// The fund order's number.
    pub order_no: String,
    /// How far the order is.
    pub stage: Stage,
}

/// How far the order is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It waits for the sponsor.
    ToPay {
        /// Whether a PIN may be tried.
        trial: Trial,
        /// Where the form is sent, and what shows that this page made it.
        form: (String, String),
        /// What came of the last try.
        tried: Option<Tried>,
        /// The balance, for who has proved to be the sponsor.
        balance_fen: Option<i64>,
        /// Until when it can be paid, UTC milliseconds.
        until: i64,
    },
    /// It is paid.
    Paid {
        /// When, UTC milliseconds.
        at: i64,
        /// The balance after that, for who has just paid.
        left_fen: Option<i64>,
        /// Whether the reader has just tried to pay what was paid already.
        again: bool,
        /// The merchant's page to go on to.
        onward: Option<String>,
    },
    /// It ended unpaid.
    Closed {
        /// Because nobody paid in time, and not because the merchant deleted the template.
        expired: bool,
    },
}

/// What an address says came of the last form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormOutcome {
    /// Something about the PIN.
    Tried(Tried),
    /// It is paid with this form.
    Paid,
    /// It was paid already when the PIN came.
    PaidAlready,
}

impl Outcome for FormOutcome {
    const NAMES: &'static [(FormOutcome, &'static str)] = &[
        (FormOutcome::Tried(Tried::Wrong), "wrong-pin"),
        (FormOutcome::Tried(Tried::NoPin), "no-pin"),
        (FormOutcome::Tried(Tried::ShortBalance), "short-balance"),
        (FormOutcome::Paid, "paid"),
        (FormOutcome::PaidAlready, "paid-already"),
    ];
}

impl FundPage {
    /// The page. Its title is of the stage that the order is in.
    pub fn page(&self, shell: &Shell<'_>) -> String {
        let lang = shell.lang;
        let shell = Shell { title: self.title(lang), ..*shell };
        let content = match &self.stage {
            Stage::ToPay { trial, form, tried, balance_fen, until } => {
                self.to_pay(lang, *trial, form, *tried, *balance_fen, *until)
            }
            Stage::Paid { .. } | Stage::Closed { .. } => self.ended(lang),
        };
        shell.around(&content)
    }

    fn title(&self, lang: Lang) -> &'static str {
        match self.stage {
            Stage::ToPay { .. } => lang.say("支付券资金", "Fund vouchers"),
            Stage::Paid { .. } => lang.say("付款成功", "Paid"),
            Stage::Closed { expired: true } => lang.say("付款超时", "Time ran out"),
            Stage::Closed { expired: false } => lang.say("资金订单已关闭", "Order closed"),
        }
    }

    /// What is paid for.
    fn vouchers(&self, lang: Lang) -> [(&'static str, String); 2] {
        [
            (lang.say("券名称", "Vouchers"), self.name.clone()),
            (
                lang.say("面额 × 数量", "Value × number"),
                format!("{} × {}", Yuan(self.amount_fen).to_text(), self.quantity),
            ),
        ]
    }

    fn to_pay(
        &self,
        lang: Lang,
        trial: Trial,
        (action, csrf): &(String, String),
        tried: Option<Tried>,
        balance_fen: Option<i64>,
        until: i64,
    ) -> Markup {
        let mut rows = self.vouchers(lang).to_vec();
        rows.push((lang.say("付款账户", "From"), self.sponsor.clone()));
        rows.extend(balance_fen.map(|fen| (lang.say("账户余额", "Balance"), Yuan(fen).to_text())));
        rows.extend([
            (lang.say("资金订单号", "Order"), self.order_no.clone()),
            (lang.say("付款截止", "Pay by"), lang.moment(until)),
        ]);
        html! {
            (parts::head(lang, &self.merchant, lang.say("为商户的代金券付款", "Pay for the vouchers of")))
            (parts::card(&html! {
                (parts::amount(lang.say("需付款", "Amount due"), self.total_fen))
                (parts::tear())
                (parts::rows(lang, &rows))
            }))
            @if let Some((tone, text)) = pin::notice(lang, trial, tried) { (parts::notice(tone, &text)) }
            @if let Trial::Open { .. } = trial {
                form.form method="post" action=(action) autocomplete="off" {
                    input type="hidden" name="csrf" value=(csrf);
                    (pin::field(lang, tried))
                    (parts::pay_button(lang.say("确认付款", "Pay"), self.total_fen))
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
                (End::Good, icons::check(), text)
            }
            Stage::Paid { .. } | Stage::ToPay { .. } => {
                let text = lang.say("券已激活，可以发放。", "The vouchers can be sent now.");
                (End::Good, icons::check(), text)
            }
            Stage::Closed { expired: true } => {
                let text = lang.say(
                    "已超过发放结束时间，没有扣款。",
                    "It was not paid before the time of sending was over. Nothing was charged.",
                );
                (End::Void, icons::clock(), text)
            }
            Stage::Closed { expired: false } => {
                let text = lang.say(
                    "商家已删除这个券模板，没有扣款。",
                    "The merchant has deleted these vouchers. Nothing was charged.",
                );
                (End::Void, icons::cross(), text)
            }
        };
        let mut rows = vec![(lang.say("商家", "Merchant"), self.merchant.clone())];
        rows.extend(self.vouchers(lang));
        rows.push((lang.say("付款账户", "From"), self.sponsor.clone()));
        let mut way_on = None;
        if let Stage::Paid { at, left_fen, onward, .. } = &self.stage {
            rows.push((lang.say("付款时间", "Paid on"), lang.moment(*at)));
            rows.extend(left_fen.map(|fen| (lang.say("付款后余额", "Balance after it"), Yuan(fen).to_text())));
            way_on = onward.as_deref();
        }
        rows.push((lang.say("资金订单号", "Order"), self.order_no.clone()));
        let label = match end {
            End::Good => lang.say("实付", "You paid"),
            End::Void | End::Bad => lang.say("订单金额", "Amount"),
        };
        html! {
            (parts::card(&html! {
                (parts::result(lang, Heading::Page, end, &icon, self.title(lang), Some(text)))
                (parts::amount(label, self.total_fen))
                (parts::tear())
                (parts::rows(lang, &rows))
            }))
            @if let Some(address) = way_on { (parts::link(lang.say("返回商家", "Back to the merchant"), address)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHELL: Shell<'_> =
        Shell { lang: Lang::En, title: "", address: "", in_other_lang: "?lang=zh", stand_in: true };

    fn page(stage: Stage) -> FundPage {
        FundPage {
            merchant: "花果山超市".to_owned(),
            name: "8.8元代金券".to_owned(),
            amount_fen: 880,
            quantity: 1_000,
            total_fen: 880_000,
            sponsor: "131****6215".to_owned(),
            order_no: "20260101000700000000007168EC".to_owned(),
            stage,
        }
    }

    fn to_pay(trial: Trial) -> Stage {
        let form = ("/h5/fund/confirm".to_owned(), "c".to_owned());
        Stage::ToPay { trial, form, tried: None, balance_fen: None, until: 1_767_240_000_000 }
    }

    #[test]
    fn each_stage_says_where_it_is() {
        let paid = |again, onward: Option<&str>| Stage::Paid {
            at: 1_767_240_000_000,
            left_fen: Some(120_000),
            again,
            onward: onward.map(str::to_owned),
        };
        for (stage, has_form, texts) in [
            (to_pay(Trial::Open { left: 5 }), true, ["8.8元代金券", "¥8.80 × 1000", "¥8,800.00"]),
            (to_pay(Trial::Locked(1_767_240_000_000)), false, ["locked until", "131****6215", "8.8元代金券"]),
            (to_pay(Trial::Unset), false, ["no payment PIN", "Pay by", "8.8元代金券"]),
            (paid(false, None), false, ["You paid", "¥1,200.00", "can be sent now"]),
            (paid(true, Some("https://a/ok")), false, ["not charged again", "https://a/ok", "¥8.80 × 1000"]),
            (Stage::Closed { expired: true }, false, ["Time ran out", "Nothing was charged", "Amount"]),
            (Stage::Closed { expired: false }, false, ["Order closed", "deleted", "Amount"]),
        ] {
            let html = page(stage).page(&SHELL);
            assert_eq!(html.contains("<form"), has_form, "{html}");
            for text in texts {
                assert!(html.contains(text), "no {text} in {html}");
            }
        }
    }

    #[test]
    fn other_peoples_texts_are_shown_and_never_run() {
        let text = "<script>alert(1)</script>\"'&";
        let paid =
            Stage::Paid { at: 0, left_fen: None, again: false, onward: Some("https://a/\"><script>".to_owned()) };
        for stage in [to_pay(Trial::Open { left: 5 }), paid, Stage::Closed { expired: false }] {
            let mut page = page(stage);
            (page.merchant, page.name, page.sponsor) = (text.to_owned(), text.to_owned(), text.to_owned());
            let html = page.page(&SHELL);
            assert!(!html.contains("<script"), "{html}");
            assert_eq!(html.matches("&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;").count(), 3, "{html}");
        }
    }
}
