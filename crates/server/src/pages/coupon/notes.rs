//! What else is to be known of a coupon, in the merchant's own words.

use crate::pages::i18n::Lang;
use crate::pages::parts;
use maud::{Markup, html};

/// The most characters of all notes together that are shown: enough for what the contract allows of instructions and
/// description, and few enough for a page.
const CHARS_MAX: usize = 2_400;

/// Something to be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its title; none for the instructions themselves.
    pub title: Option<String>,
    /// Its parts.
    pub lines: Vec<String>,
}

/// All of them, beneath the coupon's picture.
pub fn card(lang: Lang, notes: &[Note], picture: Option<&str>) -> Markup {
    let notes = within(notes, CHARS_MAX);
    if notes.is_empty() && picture.is_none() {
        return Markup::default();
    }
    parts::card(&html! {
        @if let Some(picture) = picture { img.picture src=(picture) alt="" loading="lazy"; }
        @if !notes.is_empty() {
            div.listed {
                h2 { (lang.say("使用说明", "How to use it")) }
                @for Note { title, lines } in &notes {
                    @if let Some(title) = title { h3 { (parts::text(lang, title)) } }
                    ul { @for line in lines { li { (parts::text(lang, line)) } } }
                }
            }
        }
    })
}

/// The first of them, as many as fit.
fn within(notes: &[Note], chars_max: usize) -> Vec<Note> {
    let mut room = chars_max;
    let mut fit = |text: &String| {
        let count = text.chars().count();
        let clipped = (room != 0 && count != 0).then(|| parts::clipped(text, room));
        room = room.saturating_sub(count);
        clipped
    };
    let mut shown = Vec::new();
    for Note { title, lines } in notes {
        let title = title.as_ref().and_then(&mut fit);
        let lines: Vec<String> = lines.iter().filter_map(&mut fit).collect();
        if title.is_some() || !lines.is_empty() {
            shown.push(Note { title, lines });
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_fit_are_shown() {
        let note = |title: Option<&str>, lines: &[&str]| Note {
            title: title.map(str::to_owned),
            lines: lines.iter().map(|&line| line.to_owned()).collect(),
        };
        let notes = [note(None, &["一二三", ""]), note(Some("四"), &["五六七", "八"])];
        for (room, expect) in [
            (100, vec![note(None, &["一二三"]), notes[1].clone()]),
            (8, vec![note(None, &["一二三"]), notes[1].clone()]),
            (6, vec![note(None, &["一二三"]), note(Some("四"), &["五…"])]),
            (4, vec![note(None, &["一二三"]), note(Some("四"), &[])]),
            (2, vec![note(None, &["一…"])]),
            (0, vec![]),
        ] {
            assert_eq!(within(&notes, room), expect, "{room}");
        }
    }
}
