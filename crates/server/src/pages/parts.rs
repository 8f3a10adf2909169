//! What pages are built of. A part says what is shown; how it looks, in light and dark, is in `style.css` under the
//! same name.

use super::i18n::{Lang, Yuan};
use super::icons;
pub use crate::terminal::clipped;
use maud::{Markup, html};

/// A text of others, which may run in any direction and be in another language than the page, as far as its letters
/// tell: then readers aloud are told so.
pub fn text(lang: Lang, text: &str) -> Markup {
    let other = Lang::of(text).filter(|of| *of != lang);
    html! { bdi lang=[other.map(Lang::tag)] { (text) } }
}

/// An amount within words: it stays on one line.
pub fn money(text: &str) -> Markup {
    html! { span.money { (text) } }
}

/// Who is paid or who gives: a logo's place with the first character of the name, the name, and what this is about, in
/// words of the page or of others.
pub fn head(lang: Lang, name: &str, about: &str) -> Markup {
    html! {
        header.head {
            (logo(name, None))
            div {
                p.about { (text(lang, about)) }
                h1.name { (text(lang, name)) }
            }
        }
    }
}

/// The picture at this address, which stands beside the name; where there is none, the first character of the name.
pub fn logo(name: &str, address: Option<&str>) -> Markup {
    let initial: String = name.chars().find(|c| c.is_alphanumeric()).unwrap_or('·').to_uppercase().collect();
    html! {
        @match address {
            Some(address) => img.logo src=(address) alt="" width="48" height="48";,
            None => span.logo aria-hidden="true" { (initial) },
        }
    }
}

/// The amount that a page is about, with what it is called.
pub fn amount(label: &str, fen: i64) -> Markup {
    let text = Yuan(fen).to_text();
    let digits = text.trim_start_matches('¥');
    // So that a hundred million is one line on the narrowest phone, and so are ten trillions.
    let (long, longest) = (11 < digits.len(), 14 < digits.len());
    html! {
        p.amount.long[long].longest[longest] {
            span.label { (label) }
            strong.sum.money { span.yuan { "¥" } (digits) }
        }
    }
}

/// A sheet that holds what belongs together, such as a receipt.
pub fn card(content: &Markup) -> Markup {
    html! { section.card { (content) } }
}

/// Where a card could be torn: what is above it is the sum, what is below the particulars.
pub fn tear() -> Markup {
    html! { div.tear aria-hidden="true" {} }
}

/// Names and values, one a line. Values are other people's texts and may be of any length; long numbers are set
/// smaller, to stay whole, and amounts stay whole in any case.
pub fn rows(lang: Lang, rows: &[(&str, String)]) -> Markup {
    let is_number = |value: &str| {
        // Numbers of templates and of their orders end in two letters.
        let digits = value.strip_suffix("EB").or(value.strip_suffix("EC")).unwrap_or(value);
        16 < value.len() && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_amount = |value: &str| {
        let digits = value.trim_start_matches('−').strip_prefix('¥');
        digits.is_some_and(|digits| {
            digits.len() <= 16 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b',' | b'.'))
        })
    };
    html! {
        dl.rows {
            @for (name, value) in rows {
                div { dt { (name) } dd.number[is_number(value)].money[is_amount(value)] { (text(lang, value)) } }
            }
        }
    }
}

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Note,
    /// Something went wrong, and can be put right here.
    Alarm,
    /// Nothing can be done here for now.
    Lock,
}

/// A short text that stands out; read aloud when the page opens, unless it is a mere note. Fields refer to it by its
/// id, [`NOTICE`].
pub fn notice(tone: Tone, text: &str) -> Markup {
    let (class, icon, role) = match tone {
        Tone::Note => ("notice note", icons::mark(), "status"),
        Tone::Alarm => ("notice alarm", icons::mark(), "alert"),
        Tone::Lock => ("notice alarm", icons::lock(), "alert"),
    };
    html! { div class=(class) id=(NOTICE) role=(role) { (icon) p { (text) } } }
}

/// The id of a page's notice.
pub const NOTICE: &str = "notice";

/// A field for the six digits of a PIN; after a wrong one it is marked so and waits for the next.
pub fn pin_field(label: &str, hint: &str, after_wrong: bool) -> Markup {
    let described = if after_wrong { "pin-hint notice" } else { "pin-hint" };
    html! {
        div.field {
            label for="pin" { (label) }
            p.hint #pin-hint { (hint) }
            input #pin name="pin" type="password" inputmode="numeric" pattern="[0-9]{6}" minlength="6" maxlength="6"
                autocomplete="off" required aria-describedby=(described) aria-invalid=[after_wrong.then_some("true")]
                autofocus[after_wrong];
        }
    }
}

/// A field for a login id; after one that proved nothing it is marked so.
pub fn login_field(label: &str, hint: &str, after_wrong: bool) -> Markup {
    let described = if after_wrong { "login-hint notice" } else { "login-hint" };
    html! {
        div.field {
            label for="login" { (label) }
            p.hint #login-hint { (hint) }
            input.text #login name="login" type="text" maxlength="128" autocomplete="off" autocapitalize="none"
                spellcheck="false" required aria-describedby=(described)
                aria-invalid=[after_wrong.then_some("true")] autofocus[after_wrong];
        }
    }
}

/// The other thing to do with a form, which needs none of its fields: it sends `name=value`.
pub fn other_button(name: &str, value: &str, label: &str) -> Markup {
    html! { button.button.quiet type="submit" name=(name) value=(value) formnovalidate { (label) } }
}

/// The one thing to do on a page.
pub fn button(label: &str) -> Markup {
    html! { button.button type="submit" { (label) } }
}

/// The same where it is to pay so much.
pub fn pay_button(label: &str, fen: i64) -> Markup {
    html! { button.button type="submit" { span { (label) " " (money(&Yuan(fen).to_text())) } } }
}

/// The same where it leads to a page of others, which is not told where its visitor comes from.
pub fn way_out(label: &str, address: &str) -> Markup {
    html! { a.button href=(address) rel="noreferrer" { (label) } }
}

/// A way on that is not the page's purpose.
pub fn link(label: &str, address: &str) -> Markup {
    html! { a.button.quiet href=(address) { (label) } }
}

/// One of several ways, of which one is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What it is called.
    pub name: String,
    /// More about it.
    pub about: Option<String>,
    /// What it comes to.
    pub value: Option<String>,
    /// The page with this way chosen.
    pub address: String,
    /// Whether it is.
    pub chosen: bool,
}

/// Ways to choose from, each a link to the page with that way chosen.
pub fn ways(lang: Lang, label: &str, ways: &[Way]) -> Markup {
    html! {
        nav.card.ways aria-label=(label) {
            @for Way { name, about, value, address, chosen } in ways {
                a.way href=(address) aria-current=[chosen.then_some("true")] {
                    span.mark { @if *chosen { (icons::check()) } }
                    span.what {
                        (text(lang, name))
                        @if let Some(about) = about { span.more { (about) } }
                    }
                    @if let Some(value) = value { span.value.money { (value) } }
                }
            }
        }
    }
}

/// How a matter ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As wanted.
    Good,
    /// Without effect, which is no fault.
    Void,
    /// Badly.
    Bad,
}

/// What a heading is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// Of the whole page: each has one.
    Page,
    /// Of a part of a page that has another.
    Part,
}

/// How a matter ended: a picture, a few words, which may be others', and what they mean for the reader.
pub fn result(lang: Lang, heading: Heading, end: End, icon: &Markup, title: &str, about: Option<&str>) -> Markup {
    let class = match end {
        End::Good => "result good",
        End::Void => "result void",
        End::Bad => "result bad",
    };
    html! {
        div class=(class) role="status" {
            span.seal { (icon) }
            @match heading {
                Heading::Page => h1.title { (text(lang, title)) },
                Heading::Part => h2.title { (text(lang, title)) },
            }
            @if let Some(about) = about { p { (about) } }
        }
    }
}
