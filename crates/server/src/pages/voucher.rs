//! The voucher page: a coupon or cash voucher in its holder's hands. A coupon that its holder uses himself has a
//! button; a cash voucher has one that leads to the merchant's page, where its template names one (`docs/decisions.md`,
//! "States of a coupon" and "The use button").

mod cash;

pub use cash::{Cash, Names};

use super::i18n::Lang;
use super::icons;
use super::parts::{self, End, Heading, Tone};
use super::shell::Shell;
use domain::coupon::{Offer, Verify};
use maud::{Markup, html};

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherPage {
    /// Who gives.
    pub merchant: String,
    /// What the coupon or voucher is called.
    pub name: String,
    /// What stands under that.
    pub brand: String,
    /// What it takes off.
    pub offer: Offer,
    /// What a cash voucher says beside; `None` for a coupon.
    pub cash: Option<Cash>,
    /// The voucher's number.
    pub id: String,
    /// The first moment at which it can be used, UTC milliseconds.
    pub starts_at: i64,
    /// The last one.
    pub ends_at: i64,
    /// How it stands.
    pub stage: Stage,
}

/// How the voucher stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its holder may use it here and now.
    Button {
        /// Where the form is sent.
        action: String,
        /// What shows that this page made it.
        csrf: String,
    },
    /// It can be used, and the merchant's page at this address says where.
    Onward {
        /// The address.
        address: String,
    },
    /// It can be used, elsewhere or at other hours.
    Usable,
    /// Its time has not come.
    Unactive,
    /// An operator has barred it.
    Barred,
    /// A trade that waits to be paid holds it.
    Held,
    /// It was used.
    Used {
        /// When, UTC milliseconds.
        at: i64,
    },
    /// It was used, and all that it was used for was given back.
    Refunded,
    /// Its time is over.
    Expired,
}

impl VoucherPage {
    /// The page. Its title is of how the voucher stands.
    pub fn page(&self, shell: &Shell<'_>) -> String {
        let lang = shell.lang;
        let shell = Shell { title: self.title(lang), ..*shell };
        let (end, icon) = match self.stage {
            Stage::Button { .. } | Stage::Onward { .. } | Stage::Usable => (End::Good, icons::ticket()),
            Stage::Used { .. } => (End::Good, icons::check()),
            Stage::Held | Stage::Unactive => (End::Void, icons::clock()),
            Stage::Refunded => (End::Void, icons::back()),
            Stage::Barred | Stage::Expired => (End::Void, icons::cross()),
        };
        shell.around(&html! {
            (parts::head(lang, &self.merchant, &self.brand))
            (parts::card(&html! {
                (parts::result(lang, Heading::Part, end, &icon, self.heading(lang), self.text(lang).as_deref()))
                @if let Stage::Used { at } = self.stage { p.stamped { (lang.second(at)) } }
                @if let (Some(_), Offer::Money { worth_fen }) = (&self.cash, self.offer) {
                    (parts::amount(lang.say("面额", "Worth"), worth_fen))
                }
                (parts::tear())
                (parts::rows(lang, &self.rows(lang)))
            }))
            (self.button(lang))
            @if let Some(cash) = &self.cash { (cash.cards(lang)) }
        })
    }

    fn title(&self, lang: Lang) -> &'static str {
        match self.stage {
            Stage::Used { .. } => lang.say("券已使用", "Used"),
            Stage::Refunded => lang.say("券已退", "Refunded"),
            Stage::Barred => lang.say("券已停用", "Barred"),
            Stage::Expired => lang.say("券已过期", "Expired"),
            _ if self.cash.is_some() => lang.say("我的代金券", "Your voucher"),
            _ => lang.say("我的优惠券", "Your coupon"),
        }
    }

    /// While it can still be used the voucher is what the page is about; afterwards it is how it ended.
    fn heading(&self, lang: Lang) -> &str {
        match self.stage {
            Stage::Button { .. } | Stage::Onward { .. } | Stage::Usable | Stage::Unactive | Stage::Held => &self.name,
            Stage::Used { .. } | Stage::Refunded | Stage::Barred | Stage::Expired => self.title(lang),
        }
    }

    fn text(&self, lang: Lang) -> Option<String> {
        let by_click = self.offer == Offer::Exchange { verify: Verify::UserClick };
        let text = match self.stage {
            Stage::Button { .. } => lang.say("请在店员面前使用。", "Use it in front of the shop's staff."),
            Stage::Onward { .. } => lang.say(
                "付款时自动抵扣，也可以从这里去商家的页面使用。",
                "It is taken off by itself when you pay. You can use it on the merchant's page too.",
            ),
            Stage::Usable if by_click => lang.say(
                "现在不在可用时间内，请在可用时间再来。",
                "It cannot be used at this hour. Come back when it can.",
            ),
            Stage::Usable if self.cash.is_some() => lang.say(
                "付款时自动抵扣，不需要在这里操作。",
                "It is taken off by itself when you pay. There is nothing to do here.",
            ),
            Stage::Usable => lang.say(
                "在适用门店付款时自动使用，不需要在这里操作。",
                "It is used by itself when you pay in a shop that takes it. There is nothing to do here.",
            ),
            Stage::Unactive => {
                let from = lang.moment(self.starts_at);
                return Some(lang.say(format!("{from} 起可以使用。"), format!("It can be used from {from} on.")));
            }
            Stage::Held => lang.say(
                "一笔待付款的订单正在使用它，付款或取消后会更新。",
                "An order that waits for payment holds it, until that is paid or given up.",
            ),
            Stage::Used { .. } => return None,
            Stage::Refunded => lang.say(
                "用这张券的订单已全额退款，券不再退回。",
                "The order that it was used for was refunded in full. It does not come back.",
            ),
            Stage::Barred => lang.say("这张券暂时不能使用。", "It cannot be used at present."),
            Stage::Expired => lang.say("没有在有效期内使用。", "It was not used in time."),
        };
        Some(text.to_owned())
    }

    fn rows(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        if self.heading(lang) != self.name {
            let kind = match self.cash {
                Some(_) => lang.say("代金券", "Voucher"),
                None => lang.say("优惠券", "Coupon"),
            };
            rows.push((kind, self.name.clone()));
        }
        rows.extend(self.cash.iter().flat_map(|cash| cash.rows(lang, self.offer)));
        rows.extend([
            (lang.say("生效时间", "Valid from"), lang.moment(self.starts_at)),
            (lang.say("有效期至", "Valid until"), lang.moment(self.ends_at)),
            (lang.say("券号", "Number"), self.id.clone()),
        ]);
        rows
    }

    fn button(&self, lang: Lang) -> Markup {
        let label = lang.say("立即使用", "Use it now");
        let warning = lang.say(
            "只能使用一次，按下后不能撤销。",
            "It can be used once. Once you press the button, that cannot be undone.",
        );
        html! {
            @match &self.stage {
                Stage::Button { action, csrf } => {
                    (parts::notice(Tone::Note, warning))
                    form.form method="post" action=(action) {
                        input type="hidden" name="csrf" value=(csrf);
                        (parts::button(label))
                    }
                },
                Stage::Onward { address } => (parts::way_out(label, address)),
                _ => {},
            }
        }
    }
}

#[cfg(test)]
mod tests;
