//! What a coupon is worth, as people read it from afar, and what it takes to use it.

use crate::pages::i18n::{Lang, Yuan};
use domain::coupon::Offer;
use maud::{Markup, html};

/// The figure: `¥20`, `8.5折`, `兑换券`.
pub(super) fn figure(lang: Lang, offer: Offer) -> Markup {
    match offer {
        Offer::Money { worth_fen } | Offer::PerFullCut { worth_fen, .. } => amount(None, worth_fen),
        Offer::ReduceTo { worth_fen } => amount(Some(lang.say("减至", "now")), worth_fen),
        Offer::Rate { percent, .. } => html! {
            p.figure {
                @match lang {
                    Lang::Zh => { strong { (tenths(percent)) } span.unit { "折" } }
                    Lang::En => { strong { (100 - percent) "%" } span.unit { "off" } }
                }
            }
        },
        Offer::Exchange { .. } => html! { p.figure.words { strong { (lang.say("兑换券", "Exchange")) } } },
    }
}

fn amount(before: Option<&str>, fen: i64) -> Markup {
    let text = short(fen);
    let digits = text.trim_start_matches('¥');
    html! {
        p.figure.long[8 < digits.len()] {
            @if let Some(before) = before { span.unit { (before) " " } }
            span.money { span.unit { "¥" } strong { (digits) } }
        }
    }
}

/// What must be spent, and what is the most that is taken off.
pub fn threshold(lang: Lang, offer: Offer, min_consume_fen: i64, original_price_fen: Option<i64>) -> String {
    let min = short(min_consume_fen);
    let condition = match offer {
        Offer::PerFullCut { worth_fen, .. } => {
            let worth = short(worth_fen);
            lang.say(format!("每满 {min} 减 {worth}"), format!("{worth} off for every {min}"))
        }
        Offer::ReduceTo { .. } if let Some(price) = original_price_fen => {
            let price = short(price);
            lang.say(format!("原价 {price}"), format!("instead of {price}"))
        }
        Offer::Exchange { .. } if min_consume_fen == 0 => {
            lang.say("到店免费兑换", "Free of charge in the shop").to_owned()
        }
        _ if min_consume_fen == 0 => lang.say("无门槛", "No minimum spend").to_owned(),
        _ => lang.say(format!("满 {min} 可用"), format!("When you spend {min} or more")),
    };
    let most = match offer {
        Offer::PerFullCut { max_fen, .. } | Offer::Rate { max_fen, .. } => max_fen,
        Offer::Money { .. } | Offer::ReduceTo { .. } | Offer::Exchange { .. } => None,
    };
    match most.map(short) {
        Some(most) => condition + &lang.say(format!("，最多减 {most}"), format!(", up to {most} off")),
        None => condition,
    }
}

/// Money without cents that are none: `¥20`, `¥9.90`.
fn short(fen: i64) -> String {
    let text = Yuan(fen).to_text();
    text.strip_suffix(".00").map_or_else(|| text.clone(), str::to_owned)
}

/// A price in percent as Chinese counts it: 85 is 8.5折, 80 is 8折.
fn tenths(percent: i64) -> String {
    if percent % 10 == 0 { (percent / 10).to_string() } else { format!("{}.{}", percent / 10, percent % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::coupon::Verify;

    fn check(offer: Offer, min_fen: i64, price_fen: Option<i64>, zh: [&str; 2], en: [&str; 2]) {
        for (lang, expect) in [(Lang::Zh, zh), (Lang::En, en)] {
            let html = figure(lang, offer).into_string();
            // The first piece has no tag before it, the others begin with the rest of one.
            let text: String =
                html.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect();
            assert_eq!(text, expect[0]);
            assert_eq!(threshold(lang, offer, min_fen, price_fen), expect[1]);
        }
    }

    #[test]
    fn a_coupon_of_each_type() {
        let exchange = Offer::Exchange { verify: Verify::UserClick };
        check(
            Offer::Money { worth_fen: 2_000 },
            1_000,
            None,
            ["¥20", "满 ¥10 可用"],
            ["¥20", "When you spend ¥10 or more"],
        );
        check(Offer::Money { worth_fen: 1_050 }, 0, None, ["¥10.50", "无门槛"], ["¥10.50", "No minimum spend"]);
        check(
            Offer::PerFullCut { worth_fen: 2_000, max_fen: Some(10_000) },
            10_000,
            None,
            ["¥20", "每满 ¥100 减 ¥20，最多减 ¥100"],
            ["¥20", "¥20 off for every ¥100, up to ¥100 off"],
        );
        check(
            Offer::Rate { percent: 85, max_fen: Some(2_000) },
            0,
            None,
            ["8.5折", "无门槛，最多减 ¥20"],
            ["15%off", "No minimum spend, up to ¥20 off"],
        );
        check(
            Offer::Rate { percent: 80, max_fen: None },
            5_000,
            None,
            ["8折", "满 ¥50 可用"],
            ["20%off", "When you spend ¥50 or more"],
        );
        check(Offer::Rate { percent: 11, max_fen: None }, 0, None, ["1.1折", "无门槛"], ["89%off", "No minimum spend"]);
        check(
            Offer::ReduceTo { worth_fen: 990 },
            0,
            Some(1_990),
            ["减至 ¥9.90", "原价 ¥19.90"],
            ["now ¥9.90", "instead of ¥19.90"],
        );
        check(exchange, 0, None, ["兑换券", "到店免费兑换"], ["Exchange", "Free of charge in the shop"]);
        check(exchange, 10_000, None, ["兑换券", "满 ¥100 可用"], ["Exchange", "When you spend ¥100 or more"]);
    }
}
