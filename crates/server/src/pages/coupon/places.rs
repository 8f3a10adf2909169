//! The shops in which something can be used.

use crate::pages::i18n::Lang;
use crate::pages::{icons, parts};
use maud::{Markup, html};

/// The most characters of a shop's name or address that are shown.
const SHOP_CHARS_MAX: usize = 80;

/// A shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What people call it.
    pub name: String,
    /// Where it is.
    pub address: Option<String>,
    /// Whether it is the one that the member came from.
    pub near: bool,
}

/// How many shops are not listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoreShops {
    /// So many.
    Exactly(u32),
    /// So many at least: nobody counts to a hundred thousand for a page.
    AtLeast(u32),
}

/// The first few shops, and how many more there are; nothing where none is named.
pub fn card(lang: Lang, shops: &[Place], more: MoreShops) -> Markup {
    if shops.is_empty() {
        return Markup::default();
    }
    let more = match more {
        MoreShops::Exactly(0) => None,
        MoreShops::Exactly(1) => Some(lang.say("另有 1 家门店适用".to_owned(), "and 1 more shop".to_owned())),
        MoreShops::Exactly(more) => Some(lang.say(format!("另有 {more} 家门店适用"), format!("and {more} more shops"))),
        MoreShops::AtLeast(more) => {
            Some(lang.say(format!("另有 {more} 多家门店适用"), format!("and more than {more} other shops")))
        }
    };
    parts::card(&html! {
        div.listed {
            h2 { (lang.say("适用门店", "Where to use it")) }
            ul.places {
                @for Place { name, address, near } in shops {
                    li {
                        (icons::pin())
                        div {
                            p {
                                (parts::text(lang, &parts::clipped(name, SHOP_CHARS_MAX)))
                                @if *near { span.tag { (lang.say("离你最近", "Nearest")) } }
                            }
                            @if let Some(address) = address {
                                p.about { (parts::text(lang, &parts::clipped(address, SHOP_CHARS_MAX))) }
                            }
                        }
                    }
                }
            }
            @if let Some(more) = more { p.about { (more) } }
        }
    })
}
