//! The header, the path and the query of a call of `/v3`, as far as a stranger's bytes come. The input is the three
//! with a line feed between them.

use std::sync::LazyLock;

use wire::PublicKey;
use wire::diagnosis::{Effort, Keys, diagnose_v3};
use wire::v3::{Authorization, Signed, method_of, path_of, query};

static APP: LazyLock<PublicKey> =
    LazyLock::new(|| key(include_str!("../../crates/wire/tests/vectors/keys/app_public.pem")));
static PLATFORM: LazyLock<PublicKey> =
    LazyLock::new(|| key(include_str!("../../crates/wire/tests/vectors/keys/platform_public.pem")));

fn key(text: &str) -> PublicKey {
    PublicKey::parse(text).expect("a key")
}

/// Panics where something does not hold of this input.
pub(crate) fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(3, '\n');
    let mut next = || parts.next().unwrap_or_default();
    let (header, path, sent_query) = (next(), next(), next());
    if let Some(method) = method_of(path) {
        assert_eq!(path_of(&method), path);
    }
    drop(query(sent_query));
    let Ok(said) = Authorization::read(Some(header)) else { return };
    assert!(header.contains(said.signed) && header.trim().ends_with(said.sign) && !said.app_id.is_empty());
    let target = format!("{path}?{sent_query}");
    let signed = Signed {
        authorization: said.signed,
        http_method: "POST",
        target: &target,
        body: sent_query.as_bytes(),
        app_auth_token: None,
    };
    if !signed.is_signed_by(&APP, said.sign) {
        let keys = Keys { registered: &APP, others: &[], platform: &PLATFORM };
        drop(diagnose_v3(&signed, said.sign, keys, Effort::All));
        assert!(!signed.refusal().sub_code.is_empty());
    }
}
