//! When there is nothing to show: why, and what can be done.

use super::icons;
use super::parts::{self, End, Heading};
use super::shell::Shell;
use maud::html;

/// Why there is nothing to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorPage {
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

impl ErrorPage {
    /// What the browser calls the page.
    pub fn title(self, shell: &Shell<'_>) -> &'static str {
        match self {
            ErrorPage::Unknown => shell.lang.say("页面不存在", "Page not found"),
            ErrorPage::Token => shell.lang.say("令牌无效或已过期", "This link has expired"),
            ErrorPage::BadForm => shell.lang.say("请重新操作", "Please try again"),
            ErrorPage::TooMany => shell.lang.say("访问过于频繁", "Too many requests"),
            ErrorPage::TooManyPins => shell.lang.say("密码错误次数过多", "Too many wrong PINs"),
            ErrorPage::Unavailable => shell.lang.say("系统繁忙", "Temporarily unavailable"),
        }
    }

    /// The page.
    pub fn page(self, shell: &Shell<'_>) -> String {
        let text = match self {
            ErrorPage::Unknown => shell.lang.say(
                "链接不完整或已失效，请回到商家处重新打开。",
                "This link is incomplete or no longer valid. Please open it again from the merchant.",
            ),
            ErrorPage::Token => shell.lang.say(
                "这个领券链接不能再使用，请回到商家处重新领取。",
                "It can no longer be used. Please ask the merchant for a new one.",
            ),
            ErrorPage::BadForm => shell.lang.say(
                "刚才的提交没有生效。请重新打开页面再试一次。",
                "Nothing was submitted. Please open the page again and retry.",
            ),
            ErrorPage::TooMany => shell.lang.say("请稍等片刻再试。", "Please wait a moment and try again."),
            ErrorPage::TooManyPins => shell.lang.say(
                "您所在的网络输入错误密码次数过多，本次未付款。请在15分钟后再试。",
                "Too many wrong PINs came from your network, so nothing was paid. Please try again in 15 minutes.",
            ),
            ErrorPage::Unavailable => shell.lang.say(
                "请稍后刷新页面。是否已付款，以刷新后的页面为准。",
                "Please reload in a moment. If you were paying, the reloaded page tells whether you have paid.",
            ),
        };
        let (end, icon) = match self {
            ErrorPage::Unknown => (End::Void, icons::lens()),
            ErrorPage::Token => (End::Void, icons::clock()),
            ErrorPage::BadForm | ErrorPage::TooMany | ErrorPage::TooManyPins => (End::Void, icons::mark()),
            ErrorPage::Unavailable => (End::Bad, icons::clock()),
        };
        let title = self.title(shell);
        let again = match self {
            ErrorPage::BadForm | ErrorPage::TooManyPins => Some(shell.lang.say("重新打开", "Open it again")),
            ErrorPage::Unavailable => Some(shell.lang.say("刷新", "Reload")),
            ErrorPage::Unknown | ErrorPage::Token | ErrorPage::TooMany => None,
        };
        let shell = Shell { title, ..*shell };
        shell.around(&html! {
            (parts::card(&parts::result(shell.lang, Heading::Page, end, &icon, title, Some(text))))
            @if let Some(label) = again { (parts::link(label, shell.address)) }
        })
    }
}
