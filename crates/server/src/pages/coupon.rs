//! The coupon page: what a member may take, takes with one button, and holds from then on (page.coupon-claim).

pub(super) mod figure;
pub(super) mod notes;
pub(super) mod places;
mod times;

pub use notes::Note;
pub use places::{MoreShops, Place};
pub use times::Opening;

use super::i18n::Lang;
use super::icons;
use super::parts::{self, End, Heading};
use super::shell::Shell;
use domain::coupon::{Offer, Validity, Verify};
use domain::redemption::Standing;
use maud::{Markup, html};

/// Everything the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// Who gives it.
    pub merchant: String,
    /// What it is called.
    pub name: String,
    /// What the merchant says beneath that: `brand_name`.
    pub brand: String,
    /// The address of the merchant's picture, if it is known.
    pub logo: Option<String>,
    /// The address of the coupon's own.
    pub picture: Option<String>,
    /// What it takes off.
    pub offer: Offer,
    /// The least amount that it may take from; 0 for any.
    pub min_consume_fen: i64,
    /// What a piece costs without it, where it lowers a price.
    pub original_price_fen: Option<i64>,
    /// What it is for, where that is not everything.
    pub goods: Option<String>,
    /// When it can be used, for whoever takes it.
    pub validity: Validity,
    /// At which hours of the week.
    pub hours: Vec<Opening>,
    /// On which days it cannot: first and last, as `2026-01-01`.
    pub forbidden: Vec<(String, String)>,
    /// What else is to be known.
    pub notes: Vec<Note>,
    /// Where it can be used: the first few.
    pub shops: Vec<Place>,
    /// Where else.
    pub more_shops: MoreShops,
    /// How far it is.
    pub stage: Stage,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It can be taken.
    ToTake {
        /// Where the form is sent.
        action: String,
        /// What shows that this page made it.
        csrf: String,
    },
    /// It was taken.
    Taken(Vec<OwnCoupon>),
    /// It cannot be taken.
    Not(Obstacle),
}

/// A coupon that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCoupon {
    /// Its number.
    pub id: String,
    /// Where its holder finds it.
    pub page: String,
    /// The first moment at which it can be used, UTC milliseconds.
    pub starts_at: i64,
    /// The last.
    pub ends_at: i64,
    /// When it was received.
    pub received_at: i64,
    /// How it stands.
    pub stand: Standing,
}

/// Why it cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The activity has not begun; it does so then, UTC milliseconds.
    NotYet(i64),
    /// The activity is over.
    Ended,
    /// Nothing is left of it.
    SoldOut,
    /// Nothing is left of it today.
    SoldOutToday,
    /// The member has taken part as often as one may.
    TooOften,
    /// It is for others: for whom.
    NotEligible(Audience),
    /// The member holds one that is not used yet.
    HoldsUnredeemed,
}

/// For whom it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Members whom the merchant has chosen.
    Crowd,
    /// Those who have bought nothing yet.
    NewMembers,
    /// Students.
    Students,
    /// Those who hold a card.
    CardHolders,
}

impl Coupon {
    /// The page. Its title is of the stage that it is in.
    pub fn page(&self, shell: &Shell<'_>) -> String {
        let lang = shell.lang;
        let shell = Shell { title: self.title(lang), ..*shell };
        shell.around(&html! {
            (self.top(lang))
            (self.ticket(lang))
            @if let Stage::ToTake { action, csrf } = &self.stage {
                form.form.gift method="post" action=(action) {
                    input type="hidden" name="csrf" value=(csrf);
                    (parts::button(lang.say("立即领取", "Get it")))
                }
            }
            (self.own_coupons(lang))
            (notes::card(lang, &self.notes, self.picture.as_deref()))
            (places::card(lang, &self.shops, self.more_shops))
        })
    }

    fn title(&self, lang: Lang) -> &'static str {
        match &self.stage {
            Stage::ToTake { .. } => lang.say("领取优惠券", "Your coupon"),
            Stage::Taken(held) => match standing(held) {
                Standing::Unactive | Standing::Usable | Standing::Held => lang.say("领取成功", "It is yours"),
                Standing::Used => lang.say("券已使用", "Used"),
                Standing::Refunded => lang.say("券已退", "Refunded"),
                Standing::Barred => lang.say("券已停用", "Barred"),
                Standing::Expired => lang.say("券已过期", "Expired"),
            },
            Stage::Not(why) => why.title(lang),
        }
    }

    /// What there is to say before the coupon is seen.
    fn top(&self, lang: Lang) -> Markup {
        match &self.stage {
            Stage::ToTake { .. } => html! {
                p.lead { (parts::text(lang, &self.merchant)) (lang.say(" 送你一张优惠券", " has a coupon for you")) }
            },
            Stage::Taken(held) => {
                let text = self.taken(lang, held);
                let (end, icon) = match standing(held) {
                    Standing::Barred | Standing::Expired => (End::Void, icons::clock()),
                    Standing::Refunded => (End::Void, icons::back()),
                    Standing::Unactive | Standing::Usable | Standing::Held | Standing::Used => {
                        (End::Good, icons::check())
                    }
                };
                parts::result(lang, Heading::Part, end, &icon, self.title(lang), Some(&text))
            }
            Stage::Not(why) => {
                parts::result(lang, Heading::Part, End::Void, &why.icon(), self.title(lang), Some(&why.text(lang)))
            }
        }
    }

    /// What becomes of what was taken.
    fn taken(&self, lang: Lang, held: &[OwnCoupon]) -> String {
        let text = match standing(held) {
            Standing::Used => lang.say("这张券已经使用。", "It has been used."),
            Standing::Refunded => lang.say("这张券已经使用，相应款项已退回。", "It was used, and that was refunded."),
            Standing::Barred => lang.say("这张券暂时不能使用。", "It cannot be used at present."),
            Standing::Expired => lang.say("这张券已经过期。", "It has expired."),
            Standing::Held => {
                lang.say("这张券正在一笔待付款的订单中使用。", "An order that waits for payment holds it.")
            }
            Standing::Unactive => {
                let from = held.first().map_or_else(String::new, |held| lang.moment(held.starts_at));
                return lang.say(format!("{from} 起可以使用。"), format!("It can be used from {from} on."));
            }
            Standing::Usable => match self.offer {
                Offer::Exchange { verify: Verify::UserClick } => lang.say(
                    "到店后打开下面的券，在店员面前点击使用。",
                    "Open it below in the shop, and use it in front of the staff.",
                ),
                Offer::Exchange { verify: Verify::MerchantScan } => {
                    lang.say("到店后，由店员为你兑换。", "The shop's staff will exchange it for you.")
                }
                _ => lang.say("在适用门店付款时自动抵扣。", "It is taken off by itself when you pay in a shop below."),
            },
        };
        text.to_owned()
    }

    /// The coupon itself: what it is worth above, when and where below.
    fn ticket(&self, lang: Lang) -> Markup {
        let gone = match &self.stage {
            Stage::ToTake { .. } => false,
            Stage::Taken(held) => {
                matches!(standing(held), Standing::Barred | Standing::Used | Standing::Refunded | Standing::Expired)
            }
            Stage::Not(_) => true,
        };
        html! {
            section.ticket.gone[gone] {
                div.face {
                    div.who {
                        (parts::logo(&self.merchant, self.logo.as_deref()))
                        div {
                            h1.name { (parts::text(lang, &self.name)) }
                            p.about { (parts::text(lang, &self.brand)) }
                        }
                        @if let Some(stamp) = self.stamp(lang) { span.stamp { (stamp) } }
                    }
                    (figure::figure(lang, self.offer))
                    p.threshold { (figure::threshold(lang, self.offer, self.min_consume_fen, self.original_price_fen)) }
                }
                (parts::tear())
                (parts::rows(lang, &self.rows(lang)))
            }
        }
    }

    fn stamp(&self, lang: Lang) -> Option<&'static str> {
        match &self.stage {
            Stage::Taken(held) => Some(match standing(held) {
                Standing::Used | Standing::Refunded => lang.say("已使用", "Used"),
                Standing::Barred => lang.say("已停用", "Barred"),
                Standing::Expired => lang.say("已过期", "Expired"),
                Standing::Unactive | Standing::Usable | Standing::Held => lang.say("已领取", "Taken"),
            }),
            Stage::ToTake { .. } | Stage::Not(_) => None,
        }
    }

    fn rows(&self, lang: Lang) -> Vec<(&'static str, String)> {
        let mut rows = Vec::new();
        let validity = match &self.stage {
            Stage::Taken(held) if let [first, ..] = &held[..] => times::span(lang, first.starts_at, first.ends_at),
            _ => times::validity(lang, self.validity),
        };
        rows.push((lang.say("有效期", "Valid"), validity));
        if !self.hours.is_empty() {
            let hours: Vec<String> = self.hours.iter().map(|opening| opening.to_text(lang)).collect();
            rows.push((lang.say("可用时间", "Hours"), hours.join(lang.say("；", "; "))));
        }
        if !self.forbidden.is_empty() {
            let days: Vec<String> = self.forbidden.iter().map(|(from, to)| times::days(lang, from, to)).collect();
            rows.push((lang.say("不可用日期", "Not on"), days.join(lang.say("；", "; "))));
        }
        rows.extend(self.goods.clone().map(|goods| (lang.say("适用商品", "For"), goods)));
        if !matches!(self.stage, Stage::ToTake { .. }) {
            rows.push((lang.say("商家", "From"), self.merchant.clone()));
        }
        rows
    }

    /// What was taken, each with the way to its own page.
    fn own_coupons(&self, lang: Lang) -> Markup {
        let Stage::Taken(held) = &self.stage else { return Markup::default() };
        let taken_on = held.first().map(|held| lang.moment(held.received_at));
        html! {
            nav.card.held aria-label=(lang.say("券", "Coupons")) {
                @for OwnCoupon { id, page, .. } in held {
                    a href=(page) {
                        span {
                            span.about { (lang.say("券号", "Number")) }
                            span.number { (id) }
                        }
                        (icons::onward())
                    }
                }
                @if let Some(taken_on) = taken_on {
                    p.about { (lang.say("领取时间 ", "Taken on ")) (taken_on) }
                }
            }
        }
    }
}

/// How what was taken stands as a whole: while one of several can still be used, as that one.
fn standing(held: &[OwnCoupon]) -> Standing {
    let can_be_used = |stand: &Standing| matches!(stand, Standing::Unactive | Standing::Usable | Standing::Held);
    let mut stands = held.iter().map(|held| held.stand);
    stands.clone().find(can_be_used).or(stands.next()).unwrap_or(Standing::Usable)
}

impl Obstacle {
    /// The contract's words (page.coupon-claim, rule 6).
    fn title(self, lang: Lang) -> &'static str {
        match self {
            Obstacle::NotYet(_) => lang.say("活动未开始", "Not yet"),
            Obstacle::Ended => lang.say("活动已结束", "It is over"),
            Obstacle::SoldOut | Obstacle::SoldOutToday => lang.say("券已领完", "All gone"),
            Obstacle::TooOften => lang.say("超过参与次数限制", "You have had your share"),
            Obstacle::NotEligible(_) => lang.say("不满足领取条件", "Not for you, sorry"),
            Obstacle::HoldsUnredeemed => lang.say("已领取未使用的同款券", "You have one already"),
        }
    }

    fn text(self, lang: Lang) -> String {
        let text = match self {
            Obstacle::NotYet(from) => {
                let from = lang.moment(from);
                return lang.say(format!("{from} 开始，到时再来。"), format!("It begins on {from}. Come back then."));
            }
            Obstacle::Ended => lang.say("这张券已经停止领取。", "This coupon is no longer given."),
            Obstacle::SoldOut => {
                lang.say("来晚了一步，这张券已经全部领完。", "You were just too late: every one has been taken.")
            }
            Obstacle::SoldOutToday => lang.say(
                "今天的份额已经领完，明天零点起可以再来。",
                "Today's are all taken. There are more from midnight on.",
            ),
            Obstacle::TooOften => {
                lang.say("你参加这个活动的次数已经达到上限。", "You have taken part in this as often as anybody may.")
            }
            Obstacle::NotEligible(Audience::Crowd) => {
                lang.say("这张券只发给商家选定的会员。", "This coupon is for members whom the merchant has chosen.")
            }
            Obstacle::NotEligible(Audience::NewMembers) => lang.say(
                "这张券只发给还没有在本店消费过的新会员。",
                "This coupon is for those who have not bought anything here yet.",
            ),
            Obstacle::NotEligible(Audience::Students) => {
                lang.say("这张券只发给学生用户。", "This coupon is for students.")
            }
            Obstacle::NotEligible(Audience::CardHolders) => {
                lang.say("这张券只发给持有指定会员卡的用户。", "This coupon is for holders of certain member cards.")
            }
            Obstacle::HoldsUnredeemed => {
                lang.say("用掉手上的这张，就可以再领。", "Use that one, and you may take another.")
            }
        };
        text.to_owned()
    }

    fn icon(self) -> Markup {
        match self {
            Obstacle::NotYet(_) | Obstacle::Ended | Obstacle::SoldOutToday => icons::clock(),
            Obstacle::SoldOut => icons::gift(),
            Obstacle::TooOften | Obstacle::HoldsUnredeemed => icons::mark(),
            Obstacle::NotEligible(_) => icons::lock(),
        }
    }
}

#[cfg(test)]
mod tests;
