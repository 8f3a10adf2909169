//! Answers in many layouts, each judged by five SDKs: ours must be the one that all accept.

use serde_json::Value;
use serde_json::value::RawValue;
use wire::{AnswerError, Charset, Node, Reader, Rejection, SignType, check_answer, open};

use crate::vectors;

pub(crate) const METHOD: &str = "koubei.marketing.campaign.crowd.create";

/// The SDKs but the Java one, in UTF-8 and in GBK.
const UTF8: Reader = Reader { charset: Charset::Utf8, is_java: false, is_gb2312: false };
const GBK: Reader = Reader { charset: Charset::Gbk, is_java: false, is_gb2312: false };

pub(crate) struct Response {
    pub(crate) name: String,
    pub(crate) layout: String,
    pub(crate) case: String,
    pub(crate) body: Vec<u8>,
    /// Whether each SDK accepts it.
    verdicts: Value,
    all_accept: bool,
    all_refuse: bool,
}

pub(crate) fn responses() -> Vec<Response> {
    let index = vectors::json("responses/index.json");
    let read = |entry: &Value| {
        let name = entry["fixture"].as_str().unwrap().to_owned();
        let message = vectors::bytes(&format!("responses/{name}.resp"));
        let verdict = |verdict: &str| entry["sdk"].as_object().unwrap().values().all(|sdk| sdk == verdict);
        Response {
            layout: entry["layout"].as_str().unwrap().to_owned(),
            case: entry["request_case"].as_str().unwrap().to_owned(),
            body: vectors::split(&message, b"\r\n\r\n").1.to_vec(),
            all_accept: verdict("accepts"),
            all_refuse: verdict("refuses"),
            verdicts: entry["sdk"].clone(),
            name,
        }
    };
    index.as_array().unwrap().iter().map(read).collect()
}

impl Response {
    pub(crate) fn sign_type(&self) -> SignType {
        if self.case.ends_with("rsa2") { SignType::Rsa2 } else { SignType::Rsa }
    }

    pub(crate) fn charset(&self) -> Charset {
        if self.case.contains("gbk") { Charset::Gbk } else { Charset::Utf8 }
    }

    /// Whether this SDK accepts it; nothing when it was not asked.
    pub(crate) fn verdict(&self, sdk: &str) -> Option<bool> {
        self.verdicts[sdk].as_str().map(|verdict| verdict == "accepts")
    }

    fn is_encrypted(&self) -> bool {
        self.case.starts_with("aes")
    }

    /// The node, decrypted where it is encrypted.
    fn plain_node(&self) -> Vec<u8> {
        let (node, _) = open(METHOD, &self.body).unwrap();
        if !self.is_encrypted() {
            return node.to_vec();
        }
        let cipher = std::str::from_utf8(&node[1..node.len() - 1]).unwrap();
        vectors::content_key().decrypt(cipher).unwrap()
    }

    fn reader(&self) -> Reader {
        Reader { charset: self.charset(), is_java: false, is_gb2312: false }
    }

    fn check(&self) -> Result<&[u8], AnswerError> {
        check_answer(METHOD, &self.body, self.sign_type(), &vectors::public_key("platform_public.pem"))
    }
}

#[test]
fn we_render_what_everybody_accepts() {
    let mut rendered = 0;
    let universal = |response: &Response| matches!(&*response.layout, "universal" | "universal-err");
    for response in responses().into_iter().filter(universal) {
        let name = &response.name;
        assert!(response.all_accept || response.is_encrypted(), "{name}");
        let answer: Value = serde_json::from_slice(&response.body).unwrap();
        let plain = response.plain_node();
        // Take the recorded node apart to plain text, with nothing of its escapes left, and render it again.
        let node: Value = serde_json::from_slice(&plain).unwrap();
        let mut node = node.as_object().unwrap().clone();
        let mut take = |name: &str| node.shift_remove(name).map(|value| value.as_str().unwrap().to_owned());
        let node = match (take("code"), take("msg"), take("sub_code"), take("sub_msg")) {
            (Some(code), Some(msg), None, None) => {
                assert_eq!((&*code, &*msg), ("10000", "Success"));
                Node::success(&serde_json::to_string(&node).unwrap(), response.reader())
            }
            (Some(_), Some(_), Some(sub_code), Some(sub_msg)) => {
                assert!(node.is_empty());
                let rejection = Rejection { sub_code: sub_code.into(), ..Rejection::business("", sub_msg) };
                Node::failure(&rejection, response.reader())
            }
            _ => panic!("{name}: not a node"),
        };
        if response.layout == "universal-err" {
            // Recorded with every brace of a text escaped. Here they come out even, so they go raw, for Java to read.
            let recorded = std::str::from_utf8(&plain).unwrap().replace("\\u007b", "{").replace("\\u007d", "}");
            assert_eq!(std::str::from_utf8(node.bytes()).unwrap(), recorded, "{name}");
        } else {
            let node = if response.is_encrypted() { node.encrypted(&vectors::content_key()) } else { node };
            let sign = vectors::private_key("platform_private_pkcs1.pem").sign(response.sign_type(), node.bytes());
            let ours = node.seal(Some(METHOD), answer["alipay_cert_sn"].as_str(), &sign);
            assert_eq!(String::from_utf8_lossy(&ours), String::from_utf8_lossy(&response.body), "{name}");
        }
        rendered += 1;
    }
    assert_eq!(rendered, 12);
}

#[test]
fn our_client_believes_no_more_than_the_sdks() {
    let mut accepted = Vec::new();
    for response in responses() {
        let name = &response.name;
        match response.check() {
            Ok(_) => {
                assert!(!response.all_refuse || response.layout.starts_with("http"), "{name}: accepted");
                accepted.push(response.layout);
            }
            Err(error) => {
                let expect = match &*response.layout {
                    "tamper" | "tamper-sign" | "universal-tamper" | "wrong-digest" | "err-badsign" | "enc-tamper"
                    | "slash-signed-plain" => AnswerError::Signature,
                    _ => AnswerError::Layout,
                };
                assert_eq!(error, expect, "{name}");
            }
        }
    }
    accepted.dedup();
    accepted.sort();
    accepted.dedup();
    // Strict: one layout, though many a content. `http400` and `http500` have a good body under a bad status.
    let expect = [
        "always-utf8",
        "brace-escaped",
        "brace-unbalanced",
        "brace-unbalanced-close",
        "cert-before-sign",
        "code-int",
        "enc-err-enc",
        "enc-err-plain",
        "err",
        "error-no-subcode",
        "error_response",
        "good",
        "http400",
        "http500",
        "node-name-inside",
        "pretty-inner",
        "sign-in-string-last",
        "slash-signed-escaped",
        "tricky",
        "unicode-escaped",
        "universal",
        "universal-err",
    ];
    assert_eq!(accepted, expect);
}

#[test]
fn a_gbk_node_is_ascii() {
    let node = Node::success(r#"{"memo":"丰 龥 😀 {\"a\":\"}\"}","url":"https://a/b","n":{"m":1}}"#, GBK);
    let expect = "{\"code\":\"10000\",\"msg\":\"Success\",\"memo\":\"\\u4e30 \\u9fa5 \\ud83d\\ude00 \
                  \\u007b\\\"a\\\":\\\"\\u007d\\\"\\u007d\",\"url\":\"https://a/b\",\"n\":{\"m\":1}}";
    assert_eq!(std::str::from_utf8(node.bytes()).unwrap(), expect);
}

#[test]
fn nodes() {
    let check = |node: Node, expect: &str| assert_eq!(std::str::from_utf8(node.bytes()).unwrap(), expect);
    check(Node::success("{}", UTF8), r#"{"code":"10000","msg":"Success"}"#);
    check(Node::success(" { } ", UTF8), r#"{"code":"10000","msg":"Success" }"#);
    check(Node::success(r#"{"a":"\\"}"#, UTF8), r#"{"code":"10000","msg":"Success","a":"\\"}"#);
    check(Node::success(r#"{"a":"\\","b":{}}"#, UTF8), r#"{"code":"10000","msg":"Success","a":"\\","b":{}}"#);
    check(Node::success(r#"{"a":"\"{","b":1}"#, UTF8), r#"{"code":"10000","msg":"Success","a":"\"\u007b","b":1}"#);
    check(Node::bare(r#"{"access_token":"x"}"#, UTF8), r#"{"access_token":"x"}"#);
    let rejection = Rejection::business("PARAM_EMPTY", "a \"b\" \\ \n\r\t\u{1}/{积");
    check(
        Node::failure(&rejection, UTF8),
        r#"{"code":"40004","msg":"Business Failed","sub_code":"PARAM_EMPTY","sub_msg":"a \"b\" \\ \n\r\t\u0001/\u007b积"}"#,
    );
}

#[test]
fn answers_without_a_method() {
    let node = Node::failure(&wire::code::MISSING_METHOD, UTF8);
    let answer = node.seal(None, None, "c2ln");
    assert!(answer.starts_with(b"{\"error_response\":{\"code\":\"40001\","));
    assert_eq!(open("any.method", &answer), Some((node.bytes(), "c2ln")));
}

#[test]
fn answers_are_plain_json() {
    let node = Node::success(r#"{"memo":"积 } \" 😀"}"#, GBK);
    let answer = node.seal(Some("a.b"), Some("d7cdf23bbc76b66041fea59dd152e955"), "c2ln");
    let parsed: std::collections::BTreeMap<String, Box<RawValue>> = serde_json::from_slice(&answer).unwrap();
    assert_eq!(parsed["a_b_response"].get().as_bytes(), node.bytes());
    let node: Value = serde_json::from_str(parsed["a_b_response"].get()).unwrap();
    assert_eq!(node["memo"], "积 } \" 😀");
}
