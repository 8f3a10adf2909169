//! Every mistake that first aid knows, made on purpose.

use std::collections::BTreeMap;

use wire::diagnosis::{Cause, Diagnosis, Effort, Keys, OwnKey, another_app, diagnose};
use wire::{BadSignature, Charset, PrivateKey, PublicKey, RawCall, SignType, VerifyError};

use crate::vectors;

/// A client that makes one mistake.
struct Client {
    params: BTreeMap<String, Vec<u8>>,
    key: PrivateKey,
    sign_type: SignType,
    sign: fn(&BTreeMap<String, Vec<u8>>) -> Vec<u8>,
    send: fn(&str, &[u8]) -> String,
}

impl Client {
    fn new(more: &[(&str, &[u8])]) -> Client {
        let common: [(&str, &[u8]); 7] = [
            ("app_id", b"2021000000000001"),
            ("method", b"koubei.marketing.campaign.crowd.create"),
            ("charset", b"utf-8"),
            ("sign_type", b"RSA2"),
            ("timestamp", b"2026-11-22 05:33:36"),
            ("version", b"1.0"),
            ("biz_content", r#"{"name": "30岁+白领"}"#.as_bytes()),
        ];
        Client {
            params: common.iter().chain(more).map(|(name, value)| ((*name).to_owned(), value.to_vec())).collect(),
            key: vectors::private_key("app_private_pkcs8.pem"),
            sign_type: SignType::Rsa2,
            sign: |params| join(params.iter().filter(|(_, value)| !value.is_empty())),
            send: |_, value| encoded(value, false),
        }
    }

    fn form(&self) -> String {
        let sign = self.key.sign(self.sign_type, &(self.sign)(&self.params));
        let mut form: Vec<_> =
            self.params.iter().map(|(name, value)| format!("{name}={}", (self.send)(name, value))).collect();
        form.push(format!("sign={}", (self.send)("sign", sign.as_bytes())));
        form.join("&")
    }
}

fn join<'a>(params: impl Iterator<Item = (&'a String, &'a Vec<u8>)>) -> Vec<u8> {
    let members: Vec<_> = params.map(|(name, value)| [name.as_bytes(), b"=", value].concat()).collect();
    members.join(&b'&')
}

fn encoded(value: &[u8], plus_stays: bool) -> String {
    let escape = |&byte: &u8| match byte {
        b' ' => "%20".to_owned(),
        b'+' if plus_stays => "+".to_owned(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    value.iter().map(escape).collect()
}

fn refused(query: &str, form: &str, registered: &PublicKey) -> Option<Box<BadSignature>> {
    let call = RawCall::read(query.as_bytes(), None, form.as_bytes());
    call.head().unwrap();
    let terms = call.terms().unwrap();
    match call.verify(terms, registered) {
        Ok(_) => None,
        Err(VerifyError::Signature(bad)) => Some(bad),
        Err(VerifyError::Text { rejection, .. }) => panic!("{rejection:?}"),
    }
}

fn look(form: &str, registered: &PublicKey) -> Diagnosis {
    let bad = refused("", form, registered).expect("the mistake must matter");
    let platform = vectors::public_key("platform_public.pem");
    let keys = Keys { registered, others: &[], platform: &platform };
    let found = diagnose(&bad, keys, Some(&vectors::content_key()), Effort::All);
    if found.cause != Cause::UnknownKey {
        return found;
    }
    // What an operator is told beside it.
    let other = vectors::private_key("platform_old_private.pem").public_key();
    another_app(bad.call.get("sign").unwrap(), [("2021000000000002", &other)]).unwrap_or(found)
}

/// The cause, and a word of each advice.
fn check(client: &Client, cause: Cause, en: &str, zh: &str) {
    let diagnosis = look(&client.form(), &vectors::public_key("app_public.pem"));
    assert_eq!(diagnosis.cause, cause, "{diagnosis:?}");
    assert!(diagnosis.advice_en.contains(en), "{diagnosis:?}");
    assert!(diagnosis.advice_zh.contains(zh), "{diagnosis:?}");
    // One sentence each.
    assert!(!diagnosis.advice_en.contains(". ") && !diagnosis.advice_zh.contains('。'), "{diagnosis:?}");
}

#[test]
fn no_mistake() {
    let form = Client::new(&[]).form();
    assert!(refused("", &form, &vectors::public_key("app_public.pem")).is_none());
}

#[test]
fn keys_mixed_up() {
    let platform = vectors::public_key("platform_public.pem");
    let diagnosis = look(&Client::new(&[]).form(), &platform);
    assert_eq!(diagnosis.cause, Cause::PlatformKeyRegistered);

    let by = |key: &str| Client { key: vectors::private_key(key), ..Client::new(&[]) };
    check(&by("platform_private_pkcs8.pem"), Cause::AnotherKey, "platform's private key", "平台私钥");
    check(&by("platform_old_private.pem"), Cause::AnotherKey, "app 2021000000000002", "应用2021000000000002");
}

/// Where an app has several keys, as while it changes its certificate.
#[test]
fn another_key_of_the_same_app() {
    let platform = vectors::public_key("platform_public.pem");
    let (old, registered) = (vectors::private_key("platform_old_private.pem"), vectors::public_key("app_public.pem"));
    let bad = refused("", &Client { key: old.clone(), ..Client::new(&[]) }.form(), &registered).expect("another key");
    for (cert_sn, en, zh) in [
        (Some("9ef1"), "the app's certificate 9ef1", "另一张证书（序列号9ef1）"),
        (None, "the app's registered public key", "该应用登记的公钥"),
    ] {
        let others = [OwnKey { cert_sn, key: &old.public_key() }];
        let keys = Keys { registered: &registered, others: &others, platform: &platform };
        for effort in [Effort::All, Effort::Little] {
            let found = diagnose(&bad, keys, None, effort);
            assert_eq!(found.cause, Cause::AnotherKey, "{found:?}");
            assert!(found.advice_en.contains(en) && found.advice_zh.contains(zh), "{found:?}");
        }
    }
}

/// Nothing is proven by little effort but whose key it was and how `sign` was written.
#[test]
fn little_effort_tries_no_string() {
    let (platform, registered) = (vectors::public_key("platform_public.pem"), vectors::public_key("app_public.pem"));
    let keys = Keys { registered: &registered, others: &[], platform: &platform };
    let client = Client { sign: |_| b"something else".to_vec(), ..Client::new(&[]) };
    let twice =
        Client { sign: |params| join(params.iter().filter(|(name, _)| *name != "sign_type")), ..Client::new(&[]) };
    for client in [client, twice] {
        let bad = refused("", &client.form(), &registered).expect("another string");
        assert_eq!(diagnose(&bad, keys, None, Effort::Little).cause, Cause::OtherString);
    }
}

/// The commonest mistake: keys were made anew, and the public half was registered nowhere. No string was right then.
#[test]
fn a_key_that_nobody_registered() {
    let unknown = || Client { key: PrivateKey::generate(), ..Client::new(&[]) };
    let long = vec![b'x'; 20_000];
    for client in [
        unknown(),
        Client { sign_type: SignType::Rsa, ..unknown() },
        Client { sign: |_| b"something else".to_vec(), ..unknown() },
        Client { key: PrivateKey::generate(), ..Client::new(&[("memo", &long)]) },
    ] {
        check(&client, Cause::UnknownKey, "the key is wrong", "密钥不匹配");
    }
    // Whose key it was is found whatever was signed with it.
    for (key, name) in [("platform_private_pkcs8.pem", "platform's"), ("platform_old_private.pem", "2021000000000002")]
    {
        let key = vectors::private_key(key);
        let client = Client { key, sign: |_| b"something else".to_vec(), ..Client::new(&[]) };
        check(&client, Cause::AnotherKey, name, "私钥");
    }
}

/// The form of a good call, but for its signature, which is this.
fn with_signature(sign: &str) -> String {
    let form = Client::new(&[]).form();
    let (rest, _) = form.rsplit_once("&sign=").expect("it ends with its signature");
    format!("{rest}&sign={}", encoded(sign.as_bytes(), false))
}

#[test]
fn a_signature_that_is_none() {
    let registered = vectors::public_key("app_public.pem");
    let key = vectors::private_key("app_private_pkcs8.pem");
    let good = key.sign(SignType::Rsa2, b"");
    let url_safe = format!("-_{}", &good[2..]);
    for (sign, cause, word) in [
        ("sign", Cause::SignLength, "24 bits"),
        ("AAAA", Cause::SignLength, "24 bits, and those of the registered key have 2048"),
        (&good[..100], Cause::SignLength, "have 2048"),
        (&good[..340], Cause::SignLength, "2040 bits"),
        (&good[1..], Cause::NotBase64, "base64"),
        (&url_safe, Cause::SignEncoding, "URL-safe"),
        ("你好", Cause::NotBase64, "base64"),
        ("-----BEGIN", Cause::NotBase64, "base64"),
        (&good, Cause::OtherString, "the key is right"),
    ] {
        let diagnosis = look(&with_signature(sign), &registered);
        assert_eq!(diagnosis.cause, cause, "{sign}: {diagnosis:?}");
        assert!(diagnosis.advice_en.contains(word), "{sign}: {diagnosis:?}");
    }
}

#[test]
fn a_signature_that_was_mangled() {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    let registered = vectors::public_key("app_public.pem");
    let right = (Client::new(&[]).sign)(&Client::new(&[]).params);
    let [app, unknown] = [vectors::private_key("app_private_pkcs8.pem"), PrivateKey::generate()];
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for string in [&right[..], b"something else"] {
        let signs = [&app, &unknown].map(|key| key.sign(SignType::Rsa2, string));
        for (key, good) in signs.iter().enumerate() {
            let bytes = STANDARD.decode(good).unwrap();
            let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
            for (sign, cause, word) in [
                (hex(&bytes), Cause::SignEncoding, "hexadecimal"),
                (hex(&bytes).to_uppercase(), Cause::SignEncoding, "hexadecimal"),
                (STANDARD.encode(hex(&bytes)), Cause::SignEncoding, "hexadecimal"),
                (STANDARD.encode(good), Cause::SignEncoding, "base64 of base64"),
                (good.to_lowercase(), Cause::SignEncoding, "of one case"),
                (good.to_uppercase(), Cause::SignEncoding, "of one case"),
                (STANDARD.encode(&bytes[..253]), Cause::SignLength, "2024 bits, those of the registered key have 2048"),
                (STANDARD.encode([&bytes[..], b"\n"].concat()), Cause::SignLength, "2056 bits"),
                // Nothing shows this but the key.
                (STANDARD.encode(&reversed), [Cause::SignEncoding, Cause::UnknownKey][key], ["reverse", "wrong"][key]),
            ] {
                let diagnosis = look(&with_signature(&sign), &registered);
                assert_eq!(diagnosis.cause, cause, "{sign}: {diagnosis:?}");
                assert!(
                    diagnosis.advice_en.contains(word) && !diagnosis.advice_en.contains(". "),
                    "{sign}: {diagnosis:?}"
                );
            }
        }
    }
}

/// What no SDK sends is not read, in whatever way it may be meant.
#[test]
fn a_sign_that_is_longer_than_any() {
    for part in ["A", "&#x41;", "0f", "QUFB"] {
        let diagnosis = look(&with_signature(&part.repeat(200_000)), &vectors::public_key("app_public.pem"));
        assert_eq!(diagnosis.cause, Cause::SignLength, "{part}");
        assert!(diagnosis.advice_en.contains("more than any RSA signature"), "{diagnosis:?}");
    }
}

#[test]
fn pss_instead_of_pkcs1() {
    let registered = vectors::public_key("app_public.pem");
    let check = |sign: &str, cause: Cause| {
        let diagnosis = look(&with_signature(sign), &registered);
        assert_eq!(diagnosis.cause, cause, "{sign}: {diagnosis:?}");
    };
    for sign in vectors::text("keys/app_pss.b64").lines() {
        check(sign, Cause::PssPadding);
    }
    check(vectors::text("keys/app_unpadded.b64").trim_end(), Cause::RawDigest);
    for sign in vectors::text("keys/other_pss.b64").lines() {
        check(sign, Cause::UnknownKey);
    }
}

#[test]
fn the_right_key_over_another_string() {
    let of = |sign: fn(&BTreeMap<String, Vec<u8>>) -> Vec<u8>| Client { sign, ..Client::new(&[]) };
    let clients = [
        of(|_| Vec::new()),
        of(|_| b"something else".to_vec()),
        of(|params| join(params.iter()).to_ascii_uppercase()),
        of(|params| [join(params.iter()), b"&sign=another".to_vec()].concat()),
    ];
    for client in clients {
        let signed = (client.sign)(&client.params);
        let digest: String = wire::sha256(&signed).iter().map(|byte| format!("{byte:02x}")).collect();
        check(&client, Cause::OtherString, &digest, &digest);
        // The other algorithm on top of it.
        let client = Client { sign_type: SignType::Rsa, ..client };
        check(&client, Cause::OtherString, "signed by RSA although sign_type says RSA2", "实际使用RSA算法签名");
    }
}

/// What is done to the members, or to the string, before it is signed.
#[test]
fn a_string_that_is_wrong_in_a_known_way() {
    type Sign = fn(&BTreeMap<String, Vec<u8>>) -> Vec<u8>;
    fn replaced(params: &BTreeMap<String, Vec<u8>>, from: &str, to: &str) -> Vec<u8> {
        String::from_utf8(join(params.iter())).unwrap().replace(from, to).into_bytes()
    }
    fn without(params: &BTreeMap<String, Vec<u8>>, names: &[&str]) -> Vec<u8> {
        join(params.iter().filter(|(name, _)| !names.contains(&name.as_str())))
    }
    fn hex(bytes: &[u8]) -> Vec<u8> {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
    }
    let cases: &[(Sign, Cause, &str, &str)] = &[
        (|params| params["biz_content"].clone(), Cause::OnlyContent, "biz_content alone", "仅biz_content"),
        (|params| without(params, &["method"]), Cause::ParameterAdded, "method: sent", "method已发送但未参与签名"),
        (|params| without(params, &["app_id"]), Cause::ParameterAdded, "app_id: sent", "app_id"),
        (|params| without(params, &["app_id", "version"]), Cause::ParameterAdded, "app_id, version", "app_id, version"),
        (|params| join(params.iter().rev()), Cause::Unsorted, "not sorted", "未排序"),
        (|params| [join(params.iter()), b"&".to_vec()].concat(), Cause::StringEnds, "\"&\" behind it", "后有\"&\""),
        (|params| [join(params.iter()), b"\n".to_vec()].concat(), Cause::StringEnds, "\\n", "\\n"),
        (|params| [b"?".to_vec(), join(params.iter())].concat(), Cause::StringEnds, "\"?\" before it", "前有\"?\""),
        (|params| replaced(params, "\"", "&quot;"), Cause::HtmlEscaped, "&quot;", "&quot;"),
        (|params| replaced(params, "&times", "×"), Cause::HtmlEscaped, "&times", "×tamp"),
        (|params| replaced(params, "\": \"", "\":\""), Cause::JsonRewritten, "JSON text twice", "序列化了两次"),
        (|params| replaced(params, "&sign_type", "&sign=&sign_type"), Cause::SignInString, "sign itself", "sign本身"),
        (
            |params| replaced(params, "charset=utf-8", "charset=UTF-8"),
            Cause::ParameterChanged,
            "charset was",
            "charset",
        ),
        // Of all letters those of sign_type alone are capitals.
        (|params| join(params.iter()).to_ascii_lowercase(), Cause::ParameterChanged, "sign_type was", "rsa2"),
        (|params| replaced(params, "05:33:36", "05:33:34"), Cause::ParameterChanged, "05:33:34", "05:33:34"),
        (|params| replaced(params, "05:33:36", "13:33:36"), Cause::ParameterChanged, "13:33:36", "13:33:36"),
        (
            |params| replaced(params, "&method", "&format=JSON&method"),
            Cause::ParameterLost,
            "format=JSON",
            "format=JSON",
        ),
        (
            |params| replaced(params, "&sign_type", "&notify_url=&return_url=&sign_type"),
            Cause::EmptyMembers,
            "notify_url=&return_url=",
            "notify_url=&return_url=",
        ),
        (
            |params| replaced(params, "&sign_type", "&notify_url=None&sign_type"),
            Cause::EmptyMembers,
            "notify_url=None",
            "notify_url=None",
        ),
        (|params| hex(&wire::sha256(&join(params.iter()))), Cause::HashedTwice, "digest itself", "再次做了摘要"),
        (|params| wire::sha256(&join(params.iter())).to_vec(), Cause::HashedTwice, "digest itself", "再次做了摘要"),
        (
            |params| {
                String::from_utf8(join(params.iter())).unwrap().replace(|it: char| !it.is_ascii(), "?").into_bytes()
            },
            Cause::Charset,
            "question mark",
            "问号",
        ),
        (
            |params| {
                let quoted = params.iter().map(|(name, value)| (name.clone(), [b"\"", &value[..], b"\""].concat()));
                join(quoted.collect::<BTreeMap<_, _>>().iter())
            },
            Cause::ValuesQuoted,
            "quotes",
            "引号",
        ),
    ];
    for &(sign, cause, en, zh) in cases {
        check(&Client { sign, ..Client::new(&[]) }, cause, en, zh);
        // Whatever the algorithm, the string is what is wrong.
        check(&Client { sign, sign_type: SignType::Rsa, ..Client::new(&[]) }, cause, en, zh);
    }
}

#[test]
fn values_changed_after_signing() {
    let sent = |send: fn(&str, &[u8]) -> String| Client { send, ..Client::new(&[("memo", b"<a> ")]) };
    check(
        &sent(|name, value| match name {
            "memo" => encoded(b"&lt;a&gt; ", false),
            _ => encoded(value, false),
        }),
        Cause::HtmlEscaped,
        "escapes of HTML",
        "HTML转义",
    );
    check(
        &sent(|name, value| match name {
            "memo" => encoded(b"<a> \r\n", false),
            _ => encoded(value, false),
        }),
        Cause::Whitespace,
        "line breaks differ",
        "换行不一致",
    );
    check(
        &sent(|name, value| match name {
            "memo" => encoded(b"<b> ", false),
            _ => encoded(value, false),
        }),
        Cause::OtherString,
        "byte by byte",
        "逐字节",
    );
    // A member that is not encoded, with what seems to be another one in it.
    let url: &[(&str, &[u8])] = &[("notify_url", b"http://a/?b=1&c=2")];
    let client = Client {
        send: |name, value| match name {
            "notify_url" => String::from_utf8_lossy(value).into_owned(),
            _ => encoded(value, false),
        },
        ..Client::new(url)
    };
    check(&client, Cause::SentUnencoded, "notify_url", "notify_url");
}

#[test]
fn signed_before_it_was_encrypted() {
    fn cipher(value: &[u8]) -> String {
        encoded(vectors::content_key().encrypt(value).as_bytes(), false)
    }
    let send = |name: &str, value: &[u8]| match name {
        "biz_content" => cipher(value),
        _ => encoded(value, false),
    };
    let client = Client { send, ..Client::new(&[("encrypt_type", b"AES")]) };
    check(&client, Cause::SignedBeforeEncryption, "encrypt first", "请先加密");
    let client = Client { sign: |params| join(params.iter().filter(|(name, _)| *name != "encrypt_type")), ..client };
    check(&client, Cause::SignedBeforeEncryption, "encrypt first", "请先加密");
}

#[test]
fn a_sign_as_somebodys_library_writes_it() {
    let registered = vectors::public_key("app_public.pem");
    let good = vectors::private_key("app_private_pkcs8.pem").sign(SignType::Rsa2, b"");
    let lines = good.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>();
    let url_safe = good.replace('+', "-").replace('/', "_");
    for (sign, cause, word) in [
        (lines.join("\n") + "\n", Cause::SignEncoding, "line"),
        (lines.join("\r\n"), Cause::SignEncoding, "line"),
        (format!("{good}\n"), Cause::SignEncoding, "line"),
        (url_safe.clone(), Cause::SignEncoding, "URL-safe"),
        (url_safe.trim_end_matches('=').to_owned(), Cause::SignEncoding, "URL-safe"),
        (good.trim_end_matches('=').to_owned(), Cause::SignEncoding, "padding"),
        (format!("b'{good}'"), Cause::SignEncoding, "b'"),
        (format!("\"{good}\""), Cause::SignEncoding, "quotes"),
        (good.replace('/', "\\/"), Cause::SignEncoding, "JSON string"),
        (lines.join("\\n"), Cause::SignEncoding, "JSON string"),
        (good.replace('=', "&#x3D;"), Cause::HtmlEscaped, "HTML"),
    ] {
        let diagnosis = look(&with_signature(&sign), &registered);
        assert_eq!(diagnosis.cause, cause, "{sign}: {diagnosis:?}");
        assert!(diagnosis.advice_en.contains(word), "{sign}: {diagnosis:?}");
    }
}

#[test]
fn the_other_algorithm() {
    let client = Client { sign_type: SignType::Rsa, ..Client::new(&[]) };
    check(&client, Cause::OtherAlgorithm, "signed by RSA although sign_type says RSA2", "实际使用RSA算法签名");
    let client = Client::new(&[("sign_type", b"RSA")]);
    check(&client, Cause::OtherAlgorithm, "signed by RSA2 although sign_type says RSA", "实际使用RSA2算法签名");
}

#[test]
fn sign_type_left_out() {
    let client =
        Client { sign: |params| join(params.iter().filter(|(name, _)| *name != "sign_type")), ..Client::new(&[]) };
    check(&client, Cause::SignTypeLeftOut, "sign_type was left out", "遗漏了sign_type");
}

#[test]
fn gbk_against_utf8() {
    fn in_charset(params: &BTreeMap<String, Vec<u8>>, charset: Charset) -> BTreeMap<String, Vec<u8>> {
        let text =
            |value: &[u8]| Charset::Utf8.decode(value).or_else(|| Charset::Gbk.decode(value)).unwrap().into_owned();
        params.iter().map(|(name, value)| (name.clone(), charset.encode(&text(value)).unwrap().into_owned())).collect()
    }
    let in_utf8 = |params: &BTreeMap<_, _>| join(in_charset(params, Charset::Utf8).iter());
    let in_gbk = |params: &BTreeMap<_, _>| join(in_charset(params, Charset::Gbk).iter());
    // Sent in UTF-8, signed in GBK, whatever is declared.
    let client = Client { sign: in_gbk, ..Client::new(&[]) };
    check(&client, Cause::Charset, "signed as gbk bytes", "按gbk编码签名");
    let client = Client { sign: in_gbk, ..Client::new(&[("charset", b"GBK")]) };
    check(&client, Cause::Charset, "sent with charset=gbk", "charset=gbk");
    // The other way round.
    let gbk: &[(&str, &[u8])] = &[("charset", b"GBK"), ("biz_content", b"{\"name\":\"30\xcb\xea\xd2\xd4\xcf\xc2\"}")];
    let client = Client { sign: in_utf8, ..Client::new(gbk) };
    check(&client, Cause::Charset, "signed as utf-8 bytes", "按utf-8编码签名");
}

#[test]
fn gbk_against_utf8_by_a_real_sdk() {
    // Node signs UTF-8 whatever its charset option says, and the browser sends its form in GBK.
    let call = vectors::call("requests/node-page-post-gbk-rsa2.http");
    let terms = call.terms().unwrap();
    let registered = vectors::public_key("app_public.pem");
    let Err(VerifyError::Signature(bad)) = call.verify(terms, &registered) else { panic!("must be refused") };
    let platform = vectors::public_key("platform_public.pem");
    let keys = Keys { registered: &registered, others: &[], platform: &platform };
    let diagnosis = diagnose(&bad, keys, None, Effort::All);
    assert_eq!(diagnosis.cause, Cause::Charset);
    assert!(diagnosis.advice_en.contains("signed as utf-8 bytes"), "{diagnosis:?}");
}

#[test]
fn empty_members() {
    let two_empty: &[(&str, &[u8])] = &[("notify_url", b""), ("return_url", b"")];
    let client = Client {
        sign: |params| join(params.iter().filter(|(name, _)| *name != "notify_url")),
        ..Client::new(two_empty)
    };
    check(&client, Cause::EmptyMembers, "lacks notify_url and has return_url", "缺少notify_url，而包含return_url");
    // The PHP SDK takes a "0" for empty, and sends it nevertheless.
    let client = Client {
        sign: |params| join(params.iter().filter(|(_, value)| *value != b"0")),
        ..Client::new(&[("page_num", b"0")])
    };
    check(&client, Cause::EmptyMembers, "lacks page_num", "缺少page_num");
    // Blank ones dropped, empty ones kept.
    let client = Client {
        sign: |params| join(params.iter().filter(|(_, value)| *value != b" ")),
        ..Client::new(&[("memo", b" "), ("notify_url", b"")])
    };
    check(&client, Cause::EmptyMembers, "lacks memo and has notify_url", "缺少memo，而包含notify_url");
}

#[test]
fn plus_read_as_blank() {
    // Find a request whose signature has a plus and no value has one.
    let client = (0..99)
        .map(|number| {
            let mut params = Client::new(&[]).params;
            params.insert("biz_content".to_owned(), format!("{{\"n\":{number}}}").into_bytes());
            Client { params, send: |name, value| encoded(value, name == "sign"), ..Client::new(&[]) }
        })
        .find(|client| client.form().contains('+'))
        .unwrap();
    check(&client, Cause::PlusInSign, "%2B", "%2B");

    // What encodeURI does.
    let client = Client { send: |name, value| encoded(value, name != "sign"), ..Client::new(&[]) };
    check(&client, Cause::PlusInValue, "+ as %2B", "+编码为%2B");
    let client = Client { send: |_, value| encoded(value, true), ..Client::new(&[("memo", b"a+b")]) };
    check(&client, Cause::PlusInValue, "+ as %2B", "+编码为%2B");
}

#[test]
fn encoded_too_often() {
    let client = Client {
        sign: |params| {
            let encoded = params.iter().map(|(name, value)| (name.clone(), encoded(value, false).into_bytes()));
            join(encoded.collect::<BTreeMap<_, _>>().iter())
        },
        ..Client::new(&[])
    };
    check(&client, Cause::SignedEncoded, "plain values", "原始值");

    let client = Client {
        send: |name, value| match name {
            "biz_content" => encoded(encoded(value, false).as_bytes(), false),
            _ => encoded(value, false),
        },
        ..Client::new(&[])
    };
    check(&client, Cause::EncodedTwice, "encoded twice", "重复");
    let client = Client {
        send: |name, value| match name {
            "sign" => encoded(encoded(value, false).as_bytes(), false),
            _ => encoded(value, false),
        },
        ..Client::new(&[])
    };
    check(&client, Cause::EncodedTwice, "encoded twice", "重复");
}

#[test]
fn calls_too_large_for_a_diagnosis() {
    let long = vec![b'x'; 20_000];
    let client = Client { sign_type: SignType::Rsa, ..Client::new(&[("memo", &long)]) };
    check(&client, Cause::OtherAlgorithm, "signed by RSA although sign_type says RSA2", "RSA算法");
    // Mistakes in the string are not looked for, and the key is known to be right all the same.
    let client = Client {
        sign: |params| join(params.iter().filter(|(name, _)| *name != "sign_type")),
        ..Client::new(&[("memo", &long)])
    };
    check(&client, Cause::OtherString, "the key is right", "密钥匹配");
}
