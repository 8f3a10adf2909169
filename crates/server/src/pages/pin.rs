//! What a page that asks for a pay PIN says of it, and the field for it.

use super::i18n::Lang;
use super::parts::{self, Tone};
use maud::Markup;

/// The most PINs that may still be wrong with a warning: after the first wrong one the page says how many are left.
const WARN_FROM_LEFT: u32 = domain::pin::TRIES_MAX - 1;

/// Whether a PIN may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trial {
    /// It may.
    Open {
        /// How many may still be wrong.
        left: u32,
    },
    /// Too many were wrong: none until then, UTC milliseconds.
    Locked(i64),
    /// The account has no PIN.
    Unset,
}

/// What came of the last try, where that is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The PIN was wrong.
    Wrong,
    /// What was sent is not six digits; it counts for nothing.
    NoPin,
    /// The PIN was right and the balance too short.
    ShortBalance,
}

/// The field. After a try that failed for the PIN it waits for the next.
pub fn field(lang: Lang, tried: Option<Tried>) -> Markup {
    parts::pin_field(
        lang.say("支付密码", "Payment PIN"),
        lang.say("六位数字", "Six digits"),
        matches!(tried, Some(Tried::Wrong | Tried::NoPin)),
    )
}

/// What stands out on a page that waits for a PIN. Where no PIN may be tried, that is all there is to say.
pub fn notice(lang: Lang, trial: Trial, tried: Option<Tried>) -> Option<(Tone, String)> {
    let left = match trial {
        Trial::Locked(until) => {
            let time = lang.time_of_day(until);
            let text = lang.say(
                format!("支付密码输错次数过多，账户已锁定，请在 {time} 之后再试。"),
                format!("Too many wrong PINs. This account is locked until {time}."),
            );
            return Some((Tone::Lock, text));
        }
        Trial::Unset => {
            let text = lang.say(
                "付款账户还没有设置支付密码，暂时无法付款。",
                "The paying account has no payment PIN yet, so it cannot pay here.",
            );
            return Some((Tone::Lock, text.to_owned()));
        }
        Trial::Open { left } => left,
    };
    let tries = || {
        let one = if left == 1 { "try" } else { "tries" };
        lang.say(format!("还可以再试 {left} 次。"), format!("{left} {one} left."))
    };
    match tried {
        // An address may say so of a PIN that has been right since.
        Some(Tried::Wrong) if left <= WARN_FROM_LEFT => {
            Some((Tone::Alarm, lang.say("支付密码不正确，", "Wrong PIN. ").to_owned() + &tries()))
        }
        Some(Tried::NoPin) => Some((
            Tone::Alarm,
            lang.say("请输入六位数字的支付密码。", "Please enter the six digits of your payment PIN.").to_owned(),
        )),
        Some(Tried::ShortBalance) => {
            let text = lang.say(
                "账户余额不足，没有扣款。充值后可以再试。",
                "The balance is too low, and nothing was charged. Top up and try again.",
            );
            Some((Tone::Alarm, text.to_owned()))
        }
        Some(Tried::Wrong) | None if left <= WARN_FROM_LEFT => {
            let text = lang.say("此前输错过支付密码，", "A wrong PIN was entered before. ").to_owned() + &tries();
            Some((Tone::Note, text))
        }
        Some(Tried::Wrong) | None => None,
    }
}
