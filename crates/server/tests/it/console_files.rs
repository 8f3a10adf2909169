//! The console's shell and assets, as a browser gets them from the operator's address.

use crate::operator::get;
use crate::running::{Running, each_engine};
use std::path::Path;

/// The value of a header.
fn header<'a>(answer: &'a str, name: &str) -> &'a str {
    let start = format!("{name}: ");
    answer.lines().find_map(|line| line.strip_prefix(&*start)).unwrap_or_else(|| panic!("no {name} in\n{answer}"))
}

/// What stands between the first `before` and the next `after`.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in\n{text}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after} in\n{rest}")).0
}

each_engine!(the_console_is_on_the_operators_address, |engine| {
    let running = Running::start(engine);
    let shell = |path: &str| get(running.operator, path);
    let page = shell("/console/");
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(header(&page, name), value);
    }
    assert!(header(&page, "permissions-policy").contains("camera=()"));
    let policy = header(&page, "content-security-policy");
    let nonce = between(policy, "'nonce-", "'");
    let expect = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    assert_eq!(policy, expect);
    // No address of a file, nor one where calls come in, is taken for a page's.
    for path in ["/console/assets/none-00000000.js", "/console/favicon.ico", "/console/api/2088"] {
        assert!(shell(path).starts_with("HTTP/1.1 404"), "{path}");
    }
    assert!(shell("/console/api/-/x").starts_with("HTTP/1.1 405"));
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console/dist/index.html").exists() {
        assert!(page.starts_with("HTTP/1.1 503") && page.contains("cargo xtask console"), "{page}");
        return;
    }
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert_eq!(between(&page, "nonce=\"", "\""), nonce);
    let other = shell("/console/2088101000000001/crowds?after=1.2");
    assert!(other.starts_with("HTTP/1.1 200"), "{other}");
    assert_ne!(between(&other, "nonce=\"", "\""), nonce);
    let asset = shell(&format!("/console/assets/{}", between(&page, "src=\"/console/assets/", "\"")));
    for (name, value) in [
        ("content-type", "text/javascript; charset=utf-8"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("vary", "accept-encoding"),
    ] {
        assert_eq!(header(&asset, name), value);
    }
    assert!(asset.starts_with("HTTP/1.1 200") && !asset.contains("content-encoding"), "{}", &asset[..300]);
});
