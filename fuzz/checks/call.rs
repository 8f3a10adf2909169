//! A call from query, content type and body, as far as a stranger's bytes come: read, head, terms, verify, decrypt,
//! diagnose.
//!
//! The input is the three parts with a line feed between them. Nobody has signed it, so decrypting is tried on the body
//! by itself.

use std::sync::LazyLock;

use wire::diagnosis::{Effort, Keys, diagnose};
use wire::{ContentKey, Node, PublicKey, RawCall, VerifyError};

static APP: LazyLock<PublicKey> =
    LazyLock::new(|| key(include_str!("../../crates/wire/tests/vectors/keys/app_public.pem")));
static PLATFORM: LazyLock<PublicKey> =
    LazyLock::new(|| key(include_str!("../../crates/wire/tests/vectors/keys/platform_public.pem")));
static CONTENT: LazyLock<ContentKey> = LazyLock::new(|| {
    ContentKey::parse(include_str!("../../crates/wire/tests/vectors/keys/aes_key.b64").trim()).expect("a key")
});

fn key(text: &str) -> PublicKey {
    PublicKey::parse(text).expect("a key")
}

/// Panics where something does not hold of this input.
pub(crate) fn check(data: &[u8]) {
    let mut parts = data.splitn(3, |&byte| byte == b'\n');
    let mut next = || parts.next().unwrap_or_default();
    let (query, content_type, body) = (next(), std::str::from_utf8(next()).ok(), next());
    // What is decrypted is encrypted to the same cipher again.
    if let Some(cipher) = std::str::from_utf8(body).ok()
        && let Some(content) = CONTENT.decrypt(cipher)
    {
        assert_eq!(CONTENT.decrypt(&CONTENT.encrypt(&content)), Some(content));
    }
    let call = RawCall::read(query, content_type, body);
    let (reader, _) = call.answer_terms();
    let method = call.method().map(str::to_owned);
    let rejection = match (call.head().map(drop), call.terms()) {
        (Err(rejection), _) | (Ok(()), Err(rejection)) => rejection,
        (Ok(()), Ok(terms)) => match call.verify(terms, &APP) {
            Ok(mut verified) => {
                assert_eq!(Some(verified.method()), method.as_deref());
                drop(verified.decrypt(&CONTENT));
                return;
            }
            Err(error) => {
                if let VerifyError::Signature(bad) = &error {
                    let keys = Keys { registered: &APP, others: &[], platform: &PLATFORM };
                    drop(diagnose(bad, keys, Some(&CONTENT), Effort::All));
                }
                error.rejection()
            }
        },
    };
    // Whatever is wrong can be told in an answer that our own client takes apart again.
    let node = Node::failure(&rejection, reader);
    for node in [node.encrypted(&CONTENT), node] {
        let sealed = node.seal(method.as_deref(), None, "AAAA");
        let opened = wire::open(method.as_deref().unwrap_or("no method"), &sealed);
        assert_eq!(opened, Some((node.bytes(), "AAAA")));
    }
}
