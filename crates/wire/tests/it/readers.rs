//! What the Java SDK and the SDK that counts braces make of answers: of the recorded ones, and of ours.

use serde_json::{Value, json};
use wire::testing::{brace_counting, java};
use wire::{Charset, Node, Reader, Rejection};

use crate::responses::{METHOD, Response, responses};
use crate::vectors;

const JAVA: Reader = Reader { charset: Charset::Utf8, is_java: true, is_gb2312: false };
const JAVA_GBK: Reader = Reader { charset: Charset::Gbk, is_java: true, is_gb2312: false };
const JAVA_GB2312: Reader = Reader { charset: Charset::Gbk, is_java: true, is_gb2312: true };
const OTHER: Reader = Reader { charset: Charset::Utf8, is_java: false, is_gb2312: false };
const OTHER_GBK: Reader = Reader { charset: Charset::Gbk, is_java: false, is_gb2312: false };

/// Whether the SDK that finds this text finds it signed.
fn is_signed(response: &Response, signed: &str, answer: &Value) -> bool {
    let key = vectors::public_key("platform_public.pem");
    let (bytes, sign) = (response.charset().encode(signed).unwrap(), answer["sign"].as_str().unwrap_or_default());
    key.verify_base64(response.sign_type(), &bytes, sign)
}

#[test]
fn the_recorded_verdicts_are_theirs() {
    let mut judged = [0, 0];
    // Not judged by the node: other statuses, no signature, no node of the method, nothing to parse, another charset
    // than was asked for, and a string as node.
    let elsewhere = ["http", "nosign", "emptysign", "error_response", "notjson", "method-upgrade", "always-utf8"];
    let by_its_node = |response: &Response| {
        elsewhere.iter().all(|layout| !response.layout.contains(layout)) && !response.case.starts_with("aes")
    };
    for response in responses().into_iter().filter(by_its_node) {
        let name = &response.name;
        let text = response.charset().decode(&response.body).unwrap();
        let read = java(METHOD, &text).unwrap_or_else(|| panic!("{name}: not read"));
        let slashes = read.signed.replace("\\/", "/");
        let accepts = [read.signed, &slashes].iter().any(|signed| is_signed(&response, signed, &read.answer));
        assert_eq!(Some(accepts), response.verdict("java"), "{name}");
        judged[0] += 1;
        if let Some(verdict) = response.verdict("py3p") {
            let counted = brace_counting(METHOD, &text).unwrap_or_default();
            assert_eq!(is_signed(&response, counted, &read.answer), verdict, "{name}");
            judged[1] += 1;
        }
    }
    assert_eq!(judged, [70, 41]);
}

/// The node as it is sent, decoded by the charset it is sent in.
fn sent(node: &Node, reader: Reader) -> String {
    let answer = node.seal(Some(METHOD), None, "c2ln");
    reader.charset.decode(&answer).expect("the charset that was asked for").into_owned()
}

/// Renders and reads back for everybody. What differs for Java is given by the charset: UTF-8, GBK.
fn check_node(render: impl Fn(Reader) -> Node, members: &Value, garbled: [bool; 2]) {
    for reader in [OTHER, OTHER_GBK] {
        let node = render(reader);
        let text = sent(&node, reader);
        let parsed: Value = serde_json::from_str(&text).unwrap();
        let (_, parsed) = parsed.as_object().unwrap().iter().next().unwrap();
        assert_eq!(parsed, members, "{reader:?}: {text}");
        assert_eq!(brace_counting(METHOD, &text).unwrap().as_bytes(), node.bytes(), "{text}");
        assert!(reader.charset == Charset::Utf8 || node.bytes().is_ascii(), "{text}");
    }
    for (reader, garbled) in [JAVA, JAVA_GBK].into_iter().zip(garbled) {
        let node = render(reader);
        let text = sent(&node, reader);
        let read = java(METHOD, &text).unwrap_or_else(|| panic!("not read: {text}"));
        assert_eq!(read.signed, reader.charset.decode(node.bytes()).unwrap());
        assert_eq!(read.members != *members, garbled, "{reader:?}: {text}\n{}", read.members);
    }
}

fn business(text: &str) -> Value {
    json!({"memo": text, "inner": {"memo": text, "list": [1, text, {"n": 0.5}]}, "in_json": json!({"memo": text}).to_string()})
}

/// A text as a member, within objects and lists, and in JSON within a string; and as a refusal's.
fn check(text: &str, garbled: [bool; 2]) {
    let business = business(text);
    let mut members = json!({"code": "10000", "msg": "Success"});
    members.as_object_mut().unwrap().extend(business.as_object().unwrap().clone());
    check_node(|reader| Node::success(&business.to_string(), reader), &members, garbled);
    check_node(|reader| Node::bare(&business.to_string(), reader), &business, garbled);
    let rejection = Rejection::business("SOME_CODE", text.to_owned());
    let members = json!({"code": "40004", "msg": "Business Failed", "sub_code": "SOME_CODE", "sub_msg": text});
    check_node(|reader| Node::failure(&rejection, reader), &members, garbled);
}

#[test]
fn everybody_reads_what_was_meant() {
    for text in [
        "",
        "Success",
        "性别",
        "{\"total\":4782}",
        "[{\"code\":\"pam_gender\",\"name\":\"性别\"}]",
        // Counted without the quotes, none of these ends where it ends.
        "{",
        "}",
        "}{",
        "{{}",
        "{}}",
        "}}}{{{",
        "} \u{7b2c}一",
        "\\",
        "\\\\",
        "\\{",
        "\"}",
        "\\\"{\\\"",
        "\\u007b",
        "\\u7b2c",
        "a/b \\/ c",
        "\n\r\t\u{8}\u{c}",
        "\u{7f}\0\u{1}\u{7}\u{10}\u{19}",
        "koubei_marketing_campaign_crowd_create_response\":{",
        "\",\"sign\":\"c2ln\"}",
        "<script>alert(1)</script>",
        "朱镕基 ￥88 · 满减——「八折」①Ⅳ㈠ αβ жя ぱん",
        &"龙{井}茶".repeat(1000),
    ] {
        check(text, [false, false]);
    }
    // What GBK lacks can only be escaped, and is garbled where the escape has letters in it.
    for text in ["😀", "积分😀", "{😀}", "}😀{", "⊕ 和", "龴"] {
        check(text, [false, text != "⊕ 和"]);
    }
    // Java's GBK has two bytes for it, and others get it escaped.
    for text in ["€", "积分€", "{€}", "}€{", "€€", "€ 3.00, \\ \"€\""] {
        check(text, [false, false]);
        assert!(Node::success(&business(text).to_string(), JAVA_GBK).bytes().windows(2).any(|two| two == b"\xa2\xe3"));
    }
    // JSON has one way to write each of these, and it has letters.
    for text in ["\u{b}", "\u{e}", "\u{f}", "\u{1a}", "\u{1f}", "龙井\u{b}"] {
        check(text, [true, true]);
    }
}

/// Java reads an answer as GBK, as it is named in the head, and signs it as the charset that the call named.
#[test]
fn java_can_verify_what_gb2312_lacks() {
    let node = |text: &str| Node::success(&business(text).to_string(), JAVA_GB2312);
    for text in ["龙井茶 ￥88 满减「八折」①Ⅳ㈠ αβ жя ぱん ㄅ", "{龙}", "啊齄", "……《》×÷"]
    {
        assert_eq!(node(text), Node::success(&business(text).to_string(), JAVA_GBK), "{text}");
        assert!(!node(text).bytes().windows(2).any(|two| two == br"\u"), "{text}");
    }
    for (text, escaped) in [
        ("满减——八折", r"\u2014\u2014"),
        ("龙井·茶", r"\u00b7"),
        ("朱镕基", r"\u9555"),
        ("囧", r"\u56e7"),
        ("€", r"\u20ac"),
        ("―", r"\u2015"),
        ("ⅰ", r"\u2170"),
        ("︵", r"\ufe35"),
        ("😀", r"\ud83d\ude00"),
    ] {
        let node = node(text);
        let ascii_and_rest: Vec<_> = text.split(|character: char| !"满减八折龙井茶朱基".contains(character)).collect();
        let raw = |part: &&str| Charset::Gbk.encode(part).unwrap().into_owned();
        for part in ascii_and_rest.iter().map(raw).filter(|part| !part.is_empty()) {
            assert!(node.bytes().windows(part.len()).any(|window| window == part), "{text}");
        }
        let node = Charset::Gbk.decode(node.bytes()).unwrap().into_owned();
        assert!(node.contains(escaped), "{node}");
        let whole = sent(&Node::success(&business(text).to_string(), JAVA_GB2312), JAVA_GB2312);
        assert_eq!(java(METHOD, &whole).unwrap().signed, node, "{text}");
    }
}

#[test]
fn java_garbles_what_was_sent_before() {
    let read = |node: &str| {
        let text = format!("{{\"koubei_marketing_campaign_crowd_create_response\":{node},\"sign\":\"c2ln\"}}");
        java(METHOD, &text).unwrap().members["memo"].as_str().unwrap().to_owned()
    };
    assert_eq!(read(r#"{"memo":"\u007b\"total\":4782\u007d"}"#), "g\"total\":4782i");
    assert_ne!(read(r#"{"memo":"\u6027\u522b"}"#), "性别");
    assert_eq!(read(r#"{"memo":"\u6027 \u5206 \u0001"}"#), "性 分 \u{1}");
    assert_eq!(read(r#"{"memo":"性别 {\"total\":4782}"}"#), "性别 {\"total\":4782}");
    // The recorded answer that every SDK finds signed has all of its braces escaped: Java's users get other members.
    let recorded = responses().into_iter().find(|response| response.name == "universal--crowd-utf8-rsa2").unwrap();
    let text = std::str::from_utf8(&recorded.body).unwrap();
    let right: Value = serde_json::from_str(text).unwrap();
    assert_ne!(java(METHOD, text).unwrap().answer, right);
}

/// Every member that was ever recorded in an answer, rendered anew.
#[test]
fn every_recorded_answer_is_read_as_it_was_meant() {
    let mut read = 0;
    for response in responses() {
        let Some(text) = response.charset().decode(&response.body) else { continue };
        let Ok(answer) = serde_json::from_str::<Value>(text.trim()) else { continue };
        let Some(node) = answer["koubei_marketing_campaign_crowd_create_response"].as_object() else { continue };
        let json = Value::Object(node.clone()).to_string();
        let lacked = Charset::Gbk.encode_for_java(&json).is_none();
        check_node(|reader| Node::bare(&json, reader), &Value::Object(node.clone()), [false, lacked]);
        read += 1;
    }
    assert!(80 <= read, "{read}");
}
