//! The document around every page: its head, a place for what is shown, and a foot with the way to the other language.

use super::i18n::Lang;
use super::style;
use maud::{DOCTYPE, Markup, html};

/// What the shell is told of a page.
pub struct Shell<'a> {
    /// The language everything is in.
    pub lang: Lang,
    /// What the browser calls the page.
    pub title: &'a str,
    /// This page's address, from the host on.
    pub address: &'a str,
    /// The same in the other language.
    pub in_other_lang: &'a str,
    /// Whether to say that this is a stand-in, where no money is real.
    pub stand_in: bool,
}

impl Shell<'_> {
    /// The whole document.
    pub fn around(&self, content: &Markup) -> String {
        let Shell { lang, title, in_other_lang, stand_in, .. } = *self;
        let other = lang.other();
        let document = html! {
            (DOCTYPE)
            html lang=(lang.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                    meta name="color-scheme" content="light dark";
                    meta name="theme-color" media="(prefers-color-scheme: light)" content=(style::PAPER_LIGHT);
                    meta name="theme-color" media="(prefers-color-scheme: dark)" content=(style::PAPER_DARK);
                    meta name="format-detection" content="telephone=no";
                    meta name="robots" content="noindex";
                    title { (title) }
                    link rel="icon" type="image/svg+xml" href=(style::TAB.address());
                    link rel="stylesheet" href=(style::SHEET.address());
                }
                body {
                    @if stand_in {
                        aside.stand-in aria-label=(lang.say("环境", "Environment")) {
                            p { (lang.say("测试环境，不会产生真实扣款", "Test environment. No real money moves.")) }
                        }
                    }
                    main { (content) }
                    footer.foot {
                        a href=(in_other_lang) hreflang=(other.tag()) lang=(other.tag()) { (other.own_name()) }
                        span { "Punchcard" }
                    }
                }
            }
        };
        document.into_string()
    }
}
