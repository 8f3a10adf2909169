//! When there is nothing to show: why, and what can be done.

use super::icons;
use super::parts::{self, End, Heading};
use super::shell::Shell;
use maud::html;

/// Why there is nothing to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Apology {
    /// Nothing is here, or nothing for this token: nobody learns which.
    Unknown,
    /// A coupon's token that gives nothing: nobody learns whether it never did.
    Token,
    /// The form was not made by this page, is too long or is not a form.
    BadForm,
    /// The address has asked for too many pages that do not exist.
    TooMany,
    /// The address has sent too many wrong PINs, whosever they were.
    TooManyPins,
    /// The store cannot be asked now.
    Unavailable,
}

impl Apology {
    /// What the browser calls the page.
    pub fn title(self, shell: &Shell<'_>) -> &'static str {
        match self {
            Apology::Unknown => shell.lang.say("页面不存在", "Page not found"),
            Apology::Token => shell.lang.say("令牌无效或已过期", "This link has expired"),
            Apology::BadForm => shell.lang.say("请重新操作", "Please try again"),
            Apology::TooMany => shell.lang.say("访问过于频繁", "Too many requests"),
            Apology::TooManyPins => shell.lang.say("密码错误次数过多", "Too many wrong PINs"),
            Apology::Unavailable => shell.lang.say("系统繁忙", "Temporarily unavailable"),
        }
    }

    /// The page.
    pub fn page(self, shell: &Shell<'_>) -> String {
        let text = match self {
            Apology::Unknown => shell.lang.say(
                "链接不完整或已失效，请回到商家处重新打开。",
                "This link is incomplete or no longer valid. Please open it again from the merchant.",
            ),
            Apology::Token => shell.lang.say(
                "这个领券链接不能再使用，请回到商家处重新领取。",
                "It can no longer be used. Please ask the merchant for a new one.",
            ),
            Apology::BadForm => shell.lang.say(
                "刚才的提交没有生效。请重新打开页面再试一次。",
                "Nothing was submitted. Please open the page again and retry.",
            ),
            Apology::TooMany => shell.lang.say("请稍等片刻再试。", "Please wait a moment and try again."),
            Apology::TooManyPins => shell.lang.say(
                "您所在的网络输入错误密码次数过多，本次未付款。请在15分钟后再试。",
                "Too many wrong PINs came from your network, so nothing was paid. Please try again in 15 minutes.",
            ),
            Apology::Unavailable => shell.lang.say(
                "请稍后刷新页面。是否已付款，以刷新后的页面为准。",
                "Please reload in a moment. If you were paying, the reloaded page tells whether you have paid.",
            ),
        };
        let (end, icon) = match self {
            Apology::Unknown => (End::Void, icons::lens()),
            Apology::Token => (End::Void, icons::clock()),
            Apology::BadForm | Apology::TooMany | Apology::TooManyPins => (End::Void, icons::mark()),
            Apology::Unavailable => (End::Bad, icons::clock()),
        };
        let title = self.title(shell);
        let again = match self {
            Apology::BadForm | Apology::TooManyPins => Some(shell.lang.say("重新打开", "Open it again")),
            Apology::Unavailable => Some(shell.lang.say("刷新", "Reload")),
            Apology::Unknown | Apology::Token | Apology::TooMany => None,
        };
        let shell = Shell { title, ..*shell };
        shell.around(&html! {
            (parts::card(&parts::result(shell.lang, Heading::Page, end, &icon, title, Some(text))))
            @if let Some(label) = again { (parts::link(label, shell.address)) }
        })
    }
}
