//! When a coupon can be used, in words.

use crate::pages::i18n::Lang;
use domain::coupon::{Begin, Validity};

/// Hours of some weekdays, as the wire has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// `1,3,5`; Monday is 1.
    pub values: String,
    /// `16:00:00,20:00:00^21:00:00,22:00:00`.
    pub times: String,
}

impl Opening {
    /// `周一、周三 16:00–20:00、21:00–22:00`.
    pub(super) fn to_text(&self, lang: Lang) -> String {
        const ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
        const EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let name = |day: usize| lang.say(ZH, EN).get(day.wrapping_sub(1)).copied().unwrap_or_default();
        let mut days: Vec<usize> = self.values.split(',').filter_map(|day| day.trim().parse().ok()).collect();
        days.sort_unstable();
        days.dedup();
        let between = lang.say("、", ", ");
        let weekdays = match (&days[..], days.len()) {
            (_, 7) => lang.say("每天", "Every day").to_owned(),
            ([first, .., last], count) if 2 < count && last - first + 1 == count => {
                format!("{}{}{}", name(*first), lang.say("至", "–"), name(*last))
            }
            _ => days.iter().map(|&day| name(day)).collect::<Vec<_>>().join(between),
        };
        let spans: Vec<String> = self.times.split('^').map(|span| hours(lang, span)).collect();
        format!("{weekdays} {}", spans.join(between))
    }
}

/// `16:00:00,20:00:00` as `16:00–20:00`.
fn hours(lang: Lang, span: &str) -> String {
    let (from, to) = span.split_once(',').unwrap_or((span, ""));
    let short = |time: &str| time.trim().get(..5).unwrap_or_default().to_owned();
    match (short(from).as_str(), short(to).as_str()) {
        ("00:00", "23:59") => lang.say("全天", "all day").to_owned(),
        (from, to) => format!("{from}–{to}"),
    }
}

/// Days, first and last, as `2026-01-01`: what both say is said once.
pub(super) fn days(lang: Lang, from: &str, to: &str) -> String {
    let day = |text: &str| wire::time::parse(&format!("{text} 00:00:00")).map_or(text.to_owned(), |at| lang.day(at));
    let (first, last) = (day(from), day(to));
    if from == to {
        return first;
    }
    let same = |length: usize| from.len() == 10 && from.get(..length) == to.get(..length);
    match lang {
        Lang::Zh => {
            let said = if same(7) { "月" } else { "年" };
            let rest = last.split_once(said).filter(|_| same(4)).map_or(&*last, |(_, rest)| rest);
            format!("{first}至{rest}")
        }
        Lang::En => {
            let said = first.split(' ').next().filter(|_| same(7)).unwrap_or(&first);
            format!("{said} – {last}")
        }
    }
}

/// From the first moment to the last: days where these are whole.
pub(super) fn span(lang: Lang, starts_at: i64, ends_at: i64) -> String {
    let (from, to) = (wire::time::format(starts_at), wire::time::format(ends_at));
    let from = if from.ends_with(" 00:00:00") { lang.day(starts_at) } else { lang.moment(starts_at) };
    let to = if to[11..].starts_with("23:59") { lang.day(ends_at) } else { lang.moment(ends_at) };
    format!("{from}{}{to}", lang.say(" 至 ", " – "))
}

/// What holds for whoever takes it.
pub(super) fn validity(lang: Lang, validity: Validity) -> String {
    let (days, begin) = match validity {
        Validity::Fixed { starts_at, ends_at } => return span(lang, starts_at, ends_at),
        Validity::Relative { days, begin } => (days, begin),
    };
    let length = lang.say(format!("{days} 天内有效"), count(days, "day"));
    match begin {
        Begin::AtOnce => lang.say(format!("领取后 {length}"), format!("For {length} once taken")),
        Begin::OnDay { minutes } => match minutes / 1_440 {
            0 => lang.say(format!("领取当天起 {length}"), format!("For {length}, today included")),
            1 => lang.say(format!("领取次日起 {length}"), format!("For {length} from the day after")),
            later => lang.say(
                format!("领取 {later} 天后的零点起 {length}"),
                format!("For {length} from the {} midnight on", ordinal(later)),
            ),
        },
        Begin::After { minutes } => {
            let (number, zh, en) = match minutes {
                whole if whole % 1_440 == 0 => (whole / 1_440, "天", "day"),
                whole if whole % 60 == 0 => (whole / 60, "小时", "hour"),
                rest => (rest, "分钟", "minute"),
            };
            lang.say(
                format!("领取 {number} {zh}后起 {length}"),
                format!("For {length}, beginning {} after it is taken", count(number, en)),
            )
        }
    }
}

fn count(number: u32, one: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {one}s") }
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-01-01 00:00:00 in UTC+8.
    const MIDNIGHT: i64 = 1_767_196_800_000;
    const HOUR: i64 = 3_600_000;

    #[test]
    fn hours_of_a_week() {
        for (values, times, zh, en) in [
            ("1,2,3,4,5,6,7", "00:00:00,23:59:59", "每天 全天", "Every day all day"),
            ("5,4,3,2,1", "11:00:00,14:00:00", "周一至周五 11:00–14:00", "Mon–Fri 11:00–14:00"),
            ("6,7", "08:30:00,22:00:00", "周六、周日 08:30–22:00", "Sat, Sun 08:30–22:00"),
            (
                "1,3,5",
                "16:00:00,20:00:00^21:00:00,22:00:00",
                "周一、周三、周五 16:00–20:00、21:00–22:00",
                "Mon, Wed, Fri 16:00–20:00, 21:00–22:00",
            ),
        ] {
            let opening = Opening { values: values.to_owned(), times: times.to_owned() };
            assert_eq!([Lang::Zh, Lang::En].map(|lang| opening.to_text(lang)), [zh, en]);
        }
    }

    #[test]
    fn whole_days_have_no_hours() {
        for (starts_at, ends_at, expect) in [
            (MIDNIGHT, MIDNIGHT + 48 * HOUR - 1, "2026年1月1日 至 2026年1月2日"),
            (MIDNIGHT + 12 * HOUR, MIDNIGHT + 36 * HOUR - 1, "2026年1月1日 12:00 至 2026年1月2日 11:59"),
            (MIDNIGHT, MIDNIGHT + 48 * HOUR, "2026年1月1日 至 2026年1月3日 00:00"),
        ] {
            assert_eq!(span(Lang::Zh, starts_at, ends_at), expect);
        }
        for (from, to, zh, en) in [
            ("2026-10-01", "2026-10-01", "2026年10月1日", "1 Oct 2026"),
            ("2026-10-01", "2026-10-07", "2026年10月1日至7日", "1 – 7 Oct 2026"),
            ("2026-09-30", "2026-10-07", "2026年9月30日至10月7日", "30 Sep 2026 – 7 Oct 2026"),
            ("2026-12-31", "2027-01-01", "2026年12月31日至2027年1月1日", "31 Dec 2026 – 1 Jan 2027"),
        ] {
            assert_eq!([Lang::Zh, Lang::En].map(|lang| days(lang, from, to)), [zh, en]);
        }
    }

    #[test]
    fn what_counts_from_when_it_is_taken() {
        for (begin, days, zh, en) in [
            (Begin::AtOnce, 5, "领取后 5 天内有效", "For 5 days once taken"),
            (Begin::OnDay { minutes: 60 }, 1, "领取当天起 1 天内有效", "For 1 day, today included"),
            (Begin::OnDay { minutes: 1_440 }, 5, "领取次日起 5 天内有效", "For 5 days from the day after"),
            (
                Begin::OnDay { minutes: 4_320 },
                5,
                "领取 3 天后的零点起 5 天内有效",
                "For 5 days from the 3rd midnight on",
            ),
            (
                Begin::After { minutes: 1_440 },
                5,
                "领取 1 天后起 5 天内有效",
                "For 5 days, beginning 1 day after it is taken",
            ),
            (
                Begin::After { minutes: 120 },
                5,
                "领取 2 小时后起 5 天内有效",
                "For 5 days, beginning 2 hours after it is taken",
            ),
            (
                Begin::After { minutes: 90 },
                5,
                "领取 90 分钟后起 5 天内有效",
                "For 5 days, beginning 90 minutes after it is taken",
            ),
        ] {
            let texts = [Lang::Zh, Lang::En].map(|lang| validity(lang, Validity::Relative { days, begin }));
            assert_eq!(texts, [zh, en]);
        }
    }
}
