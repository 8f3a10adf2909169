//! A call from query, content type and body, as far as a stranger's bytes come: read, head, terms, verify, first aid.
//!
//! The input is the three parts with a line feed between them.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wire::{Charset, Node, PublicKey, RawCall, VerifyError};

static KEY: LazyLock<PublicKey> = LazyLock::new(|| {
    PublicKey::parse(include_str!("../../crates/wire/tests/vectors/keys/app_public.pem")).expect("a key")
});

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(3, |&byte| byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let (query, content_type, body) = (next(), std::str::from_utf8(next()).ok(), next());
    let call = RawCall::read(query, content_type, body);
    let (charset, _) = call.answer_terms();
    let method = call.method().map(str::to_owned);
    let fault = match (call.head().map(drop), call.terms()) {
        (Err(fault), _) | (Ok(()), Err(fault)) => fault,
        (Ok(()), Ok(terms)) => match call.verify(terms, &KEY) {
            Ok(verified) => {
                assert_eq!(Some(verified.method()), method.as_deref());
                return;
            }
            Err(VerifyError::Signature(bad)) => {
                drop(wire::diagnosis::diagnose(&bad, &KEY, &KEY, None));
                bad.fault()
            }
            Err(VerifyError::Text { fault, .. }) => fault,
        },
    };
    // Whatever is wrong can be told in an answer that our own client takes apart again.
    let node = Node::failure(&fault, charset);
    let sealed = node.seal(method.as_deref(), None, "AAAA");
    let opened = wire::open(method.as_deref().unwrap_or("no method"), &sealed);
    assert_eq!(opened, Some((node.bytes(), "AAAA")));
    if charset == Charset::Gbk {
        assert!(sealed.is_ascii());
    }
});
