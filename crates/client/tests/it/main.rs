//! The client against a gateway of one socket that answers with `wire`'s own envelope.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking, their helpers too")]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::LazyLock;
use std::thread::JoinHandle;

use client::{Answer, CallError, Client, Settings};
use wire::{AnswerError, Charset, Node, PrivateKey, RawCall, Reader, SignType, VerifiedCall, code};

const METHOD: &str = "koubei.marketing.campaign.crowd.create";
const NOW: &str = "2016-09-19 22:35:10";
const ALL: [(Charset, SignType); 4] = [
    (Charset::Utf8, SignType::Rsa2),
    (Charset::Utf8, SignType::Rsa),
    (Charset::Gbk, SignType::Rsa2),
    (Charset::Gbk, SignType::Rsa),
];

static APP: LazyLock<PrivateKey> = LazyLock::new(PrivateKey::generate);
static PLATFORM: LazyLock<PrivateKey> = LazyLock::new(PrivateKey::generate);

/// What the gateway does with the call it verified: gives the HTTP status and the body.
type Handle = fn(&VerifiedCall) -> (u16, Vec<u8>);

/// Makes one call to a gateway that does `handle`.
fn call(terms: (Charset, SignType), biz_content: &str, handle: Handle) -> Result<Answer, CallError> {
    let (url, gateway) = gateway(handle);
    let answer = Client::new(settings(url, terms)).call(METHOD, biz_content, NOW);
    gateway.join().unwrap();
    answer
}

/// Our client is no Java SDK.
fn reader(call: &VerifiedCall) -> Reader {
    Reader { charset: call.charset(), is_java: false, is_gb2312: false }
}

fn settings(gateway_url: String, (charset, sign_type): (Charset, SignType)) -> Settings {
    Settings {
        gateway_url,
        app_id: "2021000000000001".to_owned(),
        private_key: APP.clone(),
        platform_key: PLATFORM.public_key(),
        charset,
        sign_type,
        app_auth_token: Some("201609BB".to_owned()),
    }
}

fn gateway(handle: Handle) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/gateway.do", listener.local_addr().unwrap());
    let gateway = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let body = request_body(&mut stream);
        let call = RawCall::read(b"", Some("application/x-www-form-urlencoded"), &body);
        assert_eq!(call.head().unwrap().method, METHOD);
        let terms = call.terms().unwrap();
        let call = call.verify(terms, &APP.public_key()).ok().expect("the client signs");
        let (status, body) = handle(&call);
        let head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body).unwrap();
    });
    (url, gateway)
}

fn request_body(stream: &mut impl Read) -> Vec<u8> {
    let mut message = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).unwrap();
        message.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&message).to_ascii_lowercase();
        let Some(head) = text.find("\r\n\r\n") else { continue };
        let length = text.split_once("content-length: ").unwrap().1.split_once("\r\n").unwrap().0;
        let body = head + 4;
        if message.len() == body + length.parse::<usize>().unwrap() {
            return message.split_off(body);
        }
    }
}

/// Signs and seals as the gateway does.
fn sealed(call: &VerifiedCall, node: &Node) -> Vec<u8> {
    node.seal(Some(call.method()), None, &PLATFORM.sign(call.sign_type(), node.bytes()))
}

#[test]
fn answers_in_every_charset_and_algorithm() {
    for terms in ALL {
        let answer = call(terms, r#"{"name":"30岁以下白领 +&=%"}"#, |call| {
            assert_eq!(call.get("timestamp"), Some(NOW));
            assert_eq!(call.app_auth_token(), Some("201609BB"));
            let business = call.biz_content().unwrap();
            (200, sealed(call, &Node::success(business, reader(call))))
        });
        let answer = answer.unwrap();
        assert!(answer.is_success());
        assert_eq!((&*answer.code, &answer.node["name"]), ("10000", &"30岁以下白领 +&=%".into()), "{terms:?}");
        assert!(answer.raw.starts_with(r#"{"code":"10000","msg":"Success","name":"30"#), "{terms:?}");
    }
}

#[test]
fn refusals_are_answers() {
    for terms in ALL {
        let answer = call(terms, "", |call| {
            assert_eq!(call.biz_content(), None);
            (200, sealed(call, &Node::failure(&code::INSUFFICIENT_ISV_PERMISSIONS, reader(call))))
        });
        let answer = answer.unwrap();
        assert!(!answer.is_success());
        assert_eq!(answer.code, "40006");
        assert_eq!(answer.sub_code.as_deref(), Some("isv.insufficient-isv-permissions"));
        assert_eq!(answer.sub_msg.as_deref(), Some("ISV权限不足，建议在开发者中心检查应用是否上线"));
    }
}

#[test]
fn answers_that_are_not_believed() {
    let check = |handle: Handle, expect: AnswerError| {
        for terms in ALL {
            match call(terms, "{}", handle) {
                Err(CallError::Untrusted(error)) => assert_eq!(error, expect, "{terms:?}"),
                other => panic!("{other:?}"),
            }
        }
    };
    let tampered: Handle = |call| {
        let answer = sealed(call, &Node::success(r#"{"total":1}"#, reader(call)));
        (200, String::from_utf8(answer).unwrap().replace(r#""total":1"#, r#""total":2"#).into_bytes())
    };
    check(tampered, AnswerError::Signature);
    let by_another: Handle = |call| {
        let node = Node::success("{}", reader(call));
        (200, node.seal(Some(call.method()), None, &APP.sign(call.sign_type(), node.bytes())))
    };
    check(by_another, AnswerError::Signature);
    let by_the_other_algorithm: Handle = |call| {
        let node = Node::success("{}", reader(call));
        (200, node.seal(Some(call.method()), None, &PLATFORM.sign(call.sign_type().other(), node.bytes())))
    };
    check(by_the_other_algorithm, AnswerError::Signature);
    let unsigned: Handle = |call| {
        let node = String::from_utf8(Node::success("{}", reader(call)).bytes().to_vec()).unwrap();
        (200, format!("{{\"koubei_marketing_campaign_crowd_create_response\":{node}}}").into_bytes())
    };
    check(unsigned, AnswerError::Layout);
    let of_another_method: Handle = |call| {
        let node = Node::success("{}", reader(call));
        (200, node.seal(Some("koubei.other"), None, &PLATFORM.sign(call.sign_type(), node.bytes())))
    };
    check(of_another_method, AnswerError::Layout);
}

#[test]
fn a_status_other_than_200_is_no_answer() {
    for status in [302, 404, 500] {
        let handle: Handle = match status {
            302 => |_| (302, Vec::new()),
            404 => |_| (404, b"not found".to_vec()),
            _ => |call| (500, sealed(call, &Node::success("{}", reader(call)))),
        };
        assert!(matches!(call(ALL[0], "{}", handle), Err(CallError::Status(seen)) if seen == status));
    }
}

#[test]
fn what_cannot_be_sent() {
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let call = |url: String, terms, biz_content: &str| Client::new(settings(url, terms)).call(METHOD, biz_content, NOW);
    let url = format!("http://{nowhere}/gateway.do");
    assert!(matches!(call(url.clone(), ALL[2], "\"😀\""), Err(CallError::Unencodable(Charset::Gbk))));
    assert!(matches!(call(url, ALL[0], ""), Err(CallError::Transport(_))));
}

#[test]
fn https_is_spoken() {
    // The other side answers plainly, so the call fails: but after a TLS greeting, not for want of TLS.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/gateway.do", listener.local_addr().unwrap());
    let greeted = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut first = [0; 2];
        stream.read_exact(&mut first).unwrap();
        first
    });
    let answer = Client::new(settings(url, ALL[0])).call(METHOD, "", NOW);
    assert!(matches!(answer, Err(CallError::Transport(_))));
    assert_eq!(greeted.join().unwrap(), [0x16, 0x03]);
}
