//! The few pictures of pages, drawn in the page itself: strokes in the colour of the text around them. Each is beside a
//! text that says the same, so screen readers pass them by.

use maud::{Markup, html};

/// Done.
pub fn check() -> Markup {
    drawn(&html! { path d="M5 12.5l4.5 4.5L19 7.5" {} })
}

/// Ended without being done.
pub fn cross() -> Markup {
    drawn(&html! { path d="M7 7l10 10M17 7L7 17" {} })
}

/// Time ran out.
pub fn clock() -> Markup {
    drawn(&html! { circle cx="12" cy="12" r="8.5" {} path d="M12 7.5V12l3 2" {} })
}

/// Money came back.
pub fn back() -> Markup {
    drawn(&html! { path d="M8.5 5L4 9.5 8.5 14M4.5 9.5H14a5 5 0 0 1 0 10h-3" {} })
}

/// Nothing was found.
pub fn lens() -> Markup {
    drawn(&html! { circle cx="10.5" cy="10.5" r="6" {} path d="M15 15l5 5" {} })
}

/// Locked.
pub fn lock() -> Markup {
    drawn(
        &html! { rect x="5" y="10.5" width="14" height="9.5" rx="2.5" {} path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5" {} },
    )
}

/// A coupon.
pub fn ticket() -> Markup {
    drawn(
        &html! { path d="M4 7.5h16v3a1.5 1.5 0 0 0 0 3v3H4v-3a1.5 1.5 0 0 0 0-3z" {} path d="M14.5 8.5v1.4M14.5 11.3v1.4M14.5 14.1v1.4" {} },
    )
}

/// Mind this.
pub fn mark() -> Markup {
    drawn(&html! { circle cx="12" cy="12" r="8.5" {} path d="M12 7.5v5.5M12 16.2v.1" {} })
}

/// The way on.
pub fn onward() -> Markup {
    drawn(&html! { path d="M9.5 6l6 6-6 6" {} })
}

/// A place.
pub fn pin() -> Markup {
    drawn(
        &html! { path d="M12 20.5s6.5-5.6 6.5-10.6a6.5 6.5 0 0 0-13 0c0 5 6.5 10.6 6.5 10.6z" {} circle cx="12" cy="9.8" r="2.3" {} },
    )
}

/// Nothing is left to give.
pub fn gift() -> Markup {
    drawn(
        &html! { path d="M5 10.5h14v9H5zM4 7h16v3.5H4zM12 7v12.5M12 7c-1-3.5-5-4-5-1.7C7 7 12 7 12 7zM12 7c1-3.5 5-4 5-1.7C17 7 12 7 12 7z" {} },
    )
}

fn drawn(strokes: &Markup) -> Markup {
    html! { svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" { (strokes) } }
}

/// The picture of a browser's tab: a card with one hole punched.
pub const TAB: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><rect x=\"2\" y=\"6\" \
    width=\"28\" height=\"20\" rx=\"5\" fill=\"#0b6553\"/><circle cx=\"10\" cy=\"16\" r=\"3.5\" fill=\"#fff\"/>\
    <circle cx=\"21\" cy=\"16\" r=\"3\" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.5\"/></svg>";

/// A picture in place of one that nobody knows: hills under a sun, in grey.
pub const NEUTRAL: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 48\"><rect width=\"48\" height=\"48\" \
    fill=\"#dcdad3\"/><circle cx=\"16\" cy=\"17\" r=\"4\" fill=\"#a9a79f\"/><path d=\"M6 38l12-14 8 9 6-7 10 12z\" \
    fill=\"#a9a79f\"/></svg>";
