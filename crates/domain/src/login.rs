//! Login ids: which are the same, and what others may see of one.

use std::borrow::Cow;

/// A login id in small letters. Two that differ by case alone are one: nobody types an e-mail address twice alike.
pub fn folded(login_id: &str) -> Cow<'_, str> {
    if login_id.chars().any(char::is_uppercase) { login_id.to_lowercase().into() } else { login_id.into() }
}

/// A login id with its middle hidden: `159****5620`, `sel***@example.com`. At least one character is hidden, whatever
/// its length.
pub fn masked(login_id: &str) -> String {
    let first = |text: &str, most: usize| -> String {
        let length = text.chars().count();
        text.chars().take(most.min(length.saturating_sub(1))).collect()
    };
    match login_id.split_once('@') {
        Some((name, host)) => format!("{}***@{host}", first(name, 3)),
        None => {
            let length = login_id.chars().count();
            // What is shorter than a number would be told whole by its two ends.
            let shown = if length < 8 { 0 } else { 4 };
            let last: String = login_id.chars().skip(length - shown).collect();
            format!("{}****{last}", first(login_id, if length < 8 { 1 } else { 3 }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_makes_no_other_login() {
        for (login_id, expect) in [
            ("Hgs@Example.COM", "hgs@example.com"),
            ("hgs@example.com", "hgs@example.com"),
            ("13196215350", "13196215350"),
            ("悟空Ä", "悟空ä"),
        ] {
            assert_eq!(folded(login_id), expect);
        }
    }

    #[test]
    fn the_middle_is_hidden() {
        for (login_id, expect) in [
            ("15901825620", "159****5620"),
            ("2088102146931393", "208****1393"),
            ("hgs@example.com", "hg***@example.com"),
            ("seller@example.com", "sel***@example.com"),
            ("a@example.com", "***@example.com"),
            ("12345678", "123****5678"),
            ("1234567", "1****"),
            ("悟空", "悟****"),
            ("x", "****"),
            ("", "****"),
        ] {
            assert_eq!(masked(login_id), expect, "{login_id}");
        }
    }
}
