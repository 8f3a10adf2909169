//! GBK as its readers have it, compared over all of Unicode with what others read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use wire::Charset;

use crate::vectors;

/// Every character beyond ASCII that Java, Python and PHP read alike, with its bytes.
fn cp936() -> BTreeMap<char, [u8; 2]> {
    let mut known = BTreeMap::new();
    for line in vectors::text("charset/cp936.txt").lines() {
        let [lead, first, run] = line.splitn(3, ' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let [lead, first] = [lead, first].map(|byte| u8::from_str_radix(byte, 16).unwrap());
        known.extend((first..=0xfe).zip(run.chars()).map(|(trail, character)| (character, [lead, trail])));
    }
    known
}

#[test]
fn gbk_is_written_for_all_of_its_readers() {
    let known = cp936();
    assert_eq!(known.len(), 21_790);
    let mut wrong = Vec::new();
    for character in '\0'..=char::MAX {
        let text = character.to_string();
        let written = Charset::Gbk.encode(&text);
        let expect = match known.get(&character) {
            Some(bytes) => Some(&bytes[..]),
            None => character.is_ascii().then_some(text.as_bytes()),
        };
        if written.as_deref() != expect {
            wrong.push((character, written.map(Cow::into_owned)));
        }
    }
    assert!(wrong.is_empty(), "{} characters: {wrong:x?}", wrong.len());
    // What was written is read back, by ourselves too.
    let all: String = known.keys().collect();
    assert_eq!(Charset::Gbk.decode(&Charset::Gbk.encode(&all).unwrap()).unwrap(), all);
}

#[test]
fn one_character_is_enough() {
    let check = |text: &str, expect: bool| assert_eq!(Charset::Gbk.encode(text).is_some(), expect, "{text}");
    check("龙井茶 ¥88 · 满减——「八折」①Ⅳ㈠ αβ жя ぱん ㄅ", false); // ¥ is the yen sign, which GBK never had.
    check("龙井茶 ￥88 · 满减——「八折」①Ⅳ㈠ αβ жя ぱん ㄅ", true);
    check("朱镕基 喆 堃 囍 瞭 乾隆 槑", true);
    for lacked in [
        "€",
        "😀",
        "⊕",
        "龴",
        "㑇",
        "⺁",
        "〾",
        "⿰",
        "︐",
        "ǹ",
        "ḿ",
        "\u{e000}",
        "\u{e5e5}",
        "\u{f8ff}",
        "𠮷",
        "é\u{301}",
        "\u{a0}",
        "\u{80}",
        "\u{fffd}",
    ] {
        check(lacked, false);
        check(&format!("龙井茶{lacked}"), false);
        check(&format!("{lacked}龙井茶"), false);
    }
}
