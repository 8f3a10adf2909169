//! How pages speak: two languages side by side where a text stands, so that none is ever missing in one of them.

use maud::{Markup, Render, html};

/// A page's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// As an address names it.
    pub fn parse(name: &str) -> Option<Lang> {
        match name {
            "zh" => Some(Lang::Zh),
            "en" => Some(Lang::En),
            _ => None,
        }
    }

    /// What a browser asks for in `Accept-Language`; Chinese where it asks for neither language or says nothing.
    pub fn accepted(header: &str) -> Lang {
        let mut best = (0, Lang::Zh);
        for asked in header.split(',') {
            let (range, parameters) = asked.split_once(';').unwrap_or((asked, ""));
            let primary = range.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let weight = parameters.trim().strip_prefix("q=").map_or(1_000, thousandths);
            match Lang::parse(&primary) {
                // Of equal weights the first one counts.
                Some(lang) if best.0 < weight => best = (weight, lang),
                _ => {}
            }
        }
        best.1
    }

    /// As an address names it.
    pub fn name(self) -> &'static str {
        match self {
            Lang::Zh => "zh",
            Lang::En => "en",
        }
    }

    /// As HTML names it.
    pub fn tag(self) -> &'static str {
        match self {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// The other one.
    pub fn other(self) -> Lang {
        match self {
            Lang::Zh => Lang::En,
            Lang::En => Lang::Zh,
        }
    }

    /// What it calls itself.
    pub fn own_name(self) -> &'static str {
        match self {
            Lang::Zh => "中文",
            Lang::En => "English",
        }
    }

    /// The language that a text of others is in, as far as its letters tell: Chinese with Han, English with none but
    /// Latin ones, as they are in ASCII. A text with other letters, such as kana, is in neither.
    pub fn of(text: &str) -> Option<Lang> {
        let letters = || text.chars().filter(|c| c.is_alphabetic());
        let is_han =
            |c: &char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}');
        let is_others = |c: char| !c.is_ascii() && !is_han(&c);
        match (letters().any(|c| is_han(&c)), letters().any(is_others)) {
            (true, false) => Some(Lang::Zh),
            (false, false) if letters().next().is_some() => Some(Lang::En),
            _ => None,
        }
    }

    /// The text of this language.
    pub fn say<T>(self, zh: T, en: T) -> T {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// A moment (UTC milliseconds) as people in China read it off the clock.
    pub fn moment(self, utc_ms: i64) -> String {
        format!("{}{}{}", self.day(utc_ms), self.say(" ", ", "), self.time_of_day(utc_ms))
    }

    /// The day of a moment.
    pub fn day(self, utc_ms: i64) -> String {
        let date = wire::time::format(utc_ms);
        let part = |from: usize, to: usize| date[from..to].trim_start_matches('0');
        let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
        let name = month.parse().ok().and_then(|month: usize| MONTHS.get(month - 1)).copied().unwrap_or_default();
        self.say(format!("{year}年{month}月{day}日"), format!("{day} {name} {year}"))
    }

    /// The same to the second.
    pub fn second(self, utc_ms: i64) -> String {
        self.moment(utc_ms) + &wire::time::format(utc_ms)[16..]
    }

    /// The time of day of a moment.
    pub fn time_of_day(self, utc_ms: i64) -> String {
        wire::time::format(utc_ms)[11..16].to_owned()
    }
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A weight such as `0.8` in thousandths; what is no weight weighs nothing.
fn thousandths(text: &str) -> u32 {
    let digits = |text: &str| format!("{text:0<3}").get(..3)?.parse().ok();
    match text.trim() {
        "1" | "1.0" | "1.00" | "1.000" => 1_000,
        text => text.strip_prefix("0.").and_then(digits).unwrap_or_default(),
    }
}

/// Money as people know it: `¥1,288.00`.
#[derive(Clone, Copy, Debug)]
pub struct Yuan(pub i64);

impl Yuan {
    /// The text.
    pub fn to_text(self) -> String {
        let plain = wire::money::format(self.0.abs());
        let (yuan, cents) = plain.split_at(plain.len() - 3);
        let mut text = String::from(if self.0 < 0 { "-¥" } else { "¥" });
        for (index, digit) in yuan.char_indices() {
            if index != 0 && (yuan.len() - index).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        text + cents
    }
}

impl Render for Yuan {
    fn render(&self) -> Markup {
        html! { (self.to_text()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_asked_for_most() {
        for (header, expect) in [
            ("", Lang::Zh),
            ("de-DE,de;q=0.9", Lang::Zh),
            ("en", Lang::En),
            ("en-GB,en;q=0.9,zh;q=0.8", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("zh;q=0.2, EN-us;q=0.9", Lang::En),
            ("fr, en;q=0.5, zh;q=0.5", Lang::En),
            ("en;q=0", Lang::Zh),
            ("en;q=nonsense, zh;q=0.1", Lang::Zh),
            (";;,,q=1", Lang::Zh),
        ] {
            assert_eq!(Lang::accepted(header), expect, "{header}");
        }
    }

    #[test]
    fn a_text_is_in_the_language_of_its_letters() {
        for (text, expect) in [
            ("花果山超市", Some(Lang::Zh)),
            ("iPhone 手机 64G", Some(Lang::Zh)),
            ("𠮷野家", Some(Lang::Zh)),
            ("Organic apples, 1.5 kg", Some(Lang::En)),
            ("wuk***@example.com", Some(Lang::En)),
            ("131****5350", None),
            ("−¥8.00", None),
            ("2026-01-01 12:00", None),
            ("", None),
            ("ラーメン 大盛", None),
            ("김밥", None),
            ("Яблоки", None),
            ("café", None),
        ] {
            assert_eq!(Lang::of(text), expect, "{text}");
        }
    }

    #[test]
    fn money_and_times() {
        for (fen, expect) in [
            (8_800, "¥88.00"),
            (1, "¥0.01"),
            (99_999, "¥999.99"),
            (100_000, "¥1,000.00"),
            (10_000_000_000, "¥100,000,000.00"),
        ] {
            assert_eq!(Yuan(fen).to_text(), expect);
        }
        let noon = 1_767_240_000_000;
        assert_eq!(Lang::Zh.moment(noon), "2026年1月1日 12:00");
        assert_eq!(Lang::En.moment(noon), "1 Jan 2026, 12:00");
        assert_eq!(Lang::En.time_of_day(noon), "12:00");
        assert_eq!(Lang::Zh.second(noon + 5_999), "2026年1月1日 12:00:05");
    }
}
