//! What the page of a cash voucher says beside: for which orders it is, where it can be used, and its terms.

use crate::pages::coupon::{MoreShops, Note, Place, figure, notes, places};
use crate::pages::i18n::Lang;
use crate::pages::parts;
use domain::coupon::Offer;
use maud::{Markup, html};

/// The most characters of a name that are shown.
const NAME_CHARS_MAX: usize = 80;

/// What a template says of its vouchers. Of each list of names `None` means any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cash {
    /// The least order that it can be used for, fen; 0 for any.
    pub floor_fen: i64,
    /// The merchants that take it.
    pub merchants: Option<Names>,
    /// The shops that take it: the first few, and where else.
    pub shops: Option<(Vec<Place>, MoreShops)>,
    /// The accounts whose trades take it.
    pub payees: Option<Names>,
    /// The products whose trades take it.
    pub products: Option<Names>,
    /// Whether it is for bills of public utilities alone.
    pub utilities_only: bool,
    /// Its terms, in the words of the merchant.
    pub terms: Vec<String>,
}

/// The first few names of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// These.
    pub first: Vec<String>,
    /// How many more there are.
    pub more: usize,
}

impl Names {
    fn to_text(&self, lang: Lang) -> String {
        let Names { first, more } = self;
        let first: Vec<String> = first.iter().map(|name| parts::clipped(name, NAME_CHARS_MAX)).collect();
        let first = first.join(lang.say("、", ", "));
        match more {
            _ if first.is_empty() => lang.say("无", "None").to_owned(),
            0 => first,
            more => lang.say(format!("{first} 等，另有 {more} 个"), format!("{first} and {more} more")),
        }
    }
}

impl Cash {
    pub(super) fn rows(&self, lang: Lang, offer: Offer) -> Vec<(&'static str, String)> {
        let mut rows = vec![(lang.say("使用门槛", "Minimum"), figure::threshold(lang, offer, self.floor_fen, None))];
        if self.utilities_only {
            rows.push((lang.say("适用范围", "For"), lang.say("生活缴费", "Bills of public utilities").to_owned()));
        }
        let no_shop = self.shops.as_ref().filter(|(shops, _)| shops.is_empty());
        let no_shop = no_shop.map(|_| Names { first: Vec::new(), more: 0 });
        for (label, names) in [
            (lang.say("适用商家", "Taken by"), &self.merchants),
            (lang.say("适用门店", "Shops"), &no_shop),
            (lang.say("收款账户", "Paid to"), &self.payees),
            (lang.say("适用产品", "Products"), &self.products),
        ] {
            rows.extend(names.iter().map(|names| (label, names.to_text(lang))));
        }
        rows
    }

    pub(super) fn cards(&self, lang: Lang) -> Markup {
        let terms = Note { title: None, lines: self.terms.clone() };
        html! {
            (notes::card(lang, &[terms], None))
            @if let Some((shops, more)) = &self.shops { (places::card(lang, shops, *more)) }
        }
    }
}
