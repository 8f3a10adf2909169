//! The name that somebody most likely meant.

use strsim::damerau_levenshtein;

/// Longer names are nobody's misspelling.
const BYTES_MAX: usize = 128;

/// The known name that is nearest to `name`, if one is near: what differs in capitals and separators alone is, and so
/// is what a few slips of the finger make of it.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    if BYTES_MAX < name.len() {
        return None;
    }
    let letters = letters(name);
    let length = letters.chars().count();
    let slips_max = (length / 5).max((length / 3).min(2));
    // As many slips as the lengths differ by are the least there can be.
    let is_near = |known: &&str| self::letters(known).chars().count().abs_diff(length) <= slips_max;
    let slips = known.filter(is_near).map(|known| (damerau_levenshtein(&letters, &self::letters(known)), known));
    let (slips, found) = slips.min_by_key(|(slips, _)| *slips)?;
    (0 < length && slips <= slips_max).then_some(found)
}

fn letters(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_seen_through() {
        let known = ["name", "out_biz_no", "conditions", "tagCode", "op", "value", "page_size", "operator_id"];
        let check = |name: &str, expect| assert_eq!(nearest(name, known.into_iter()), expect, "{name}");
        for name in ["Name", "NAME", "nmae", "nam", "names", "namee"] {
            check(name, Some("name"));
        }
        for name in ["outBizNo", "out-biz-no", "out_bizno", "out_biz_on", "out_biz_no ", "ouf_biz_no"] {
            check(name, Some("out_biz_no"));
        }
        check("condition", Some("conditions"));
        check("tag_code", Some("tagCode"));
        check("pageSize", Some("page_size"));
        check("OP", Some("op"));
        for name in ["", "x", "memo", "_", "shop_id", "名称", "extend_params"] {
            check(name, None);
        }
        check(&"n".repeat(129), None);
        assert_eq!(nearest("name", std::iter::empty()), None);
    }
}
