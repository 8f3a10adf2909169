//! `punchcard doctor key`: what a pasted key is, and whose.

use crate::running::{APP_ID, Running, app_key, each_engine};
use serde_json::Value;
use std::io::Write;
use std::process::{Output, Stdio};
use wire::PrivateKey;

/// What the doctor says of a text on its standard input.
fn asked(running: &Running, text: &str, more: &[&str]) -> Output {
    let arguments = [&["doctor", "key", "-"], more].concat();
    let mut command = running.prepared(&arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    child.stdin.take().expect("piped").write_all(text.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn told(running: &Running, text: &str) -> Value {
    let output = asked(running, text, &["--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

each_engine!(a_key_is_known_by_whose_it_is, |engine| {
    let running = Running::start(engine);
    let advice = |text: &str| {
        let told = told(&running, text);
        let advice = told["advice"].as_array().expect("a list").clone();
        assert!(!advice.is_empty() && told["fingerprint"].as_str().is_some_and(|digits| digits.len() == 64), "{told}");
        (
            told,
            advice[0]["en"].as_str().expect("a text").to_owned(),
            advice[0]["zh"].as_str().expect("a text").to_owned(),
        )
    };
    // The platform's, which somebody is about to register as his app's.
    let (found, en, zh) = advice(&running.platform_key.to_base64());
    assert!(found["owner"]["is_platform"] == true && found["kind"] == "public key" && found["bits"] == 2048, "{found}");
    assert!(en.contains("never register it") && zh.contains("请勿登记为应用公钥"), "{en}{zh}");
    // The app's own, in either half: whatever the form, the fingerprint is one.
    let (public, en, _) = advice(&app_key().public_key().to_pem());
    assert!(en.contains(APP_ID) && en.contains("have registered it"), "{en}");
    let (private, en, _) = advice(&app_key().to_pkcs1_pem());
    assert!(en.contains(APP_ID) && en.contains("private half"), "{en}");
    assert_eq!(public["fingerprint"], private["fingerprint"]);
    assert_eq!((&private["kind"], &private["structure"]), (&Value::from("private key"), &Value::from("PKCS#1")));
    // Nobody's.
    let unknown = PrivateKey::generate();
    let (found, en, zh) = advice(&unknown.public_key().to_base64());
    assert!(en.contains("are refused until") && zh.contains("都会被拒绝"), "{found}");
});

#[test]
fn a_key_is_printed_in_every_form_with_what_is_damaged_in_it() {
    let running = Running::start(store::testing::Engine::Sqlite);
    let key = PrivateKey::generate();
    let body = key.to_pkcs8_base64();
    let pasted = format!("-----BEGIN RSA PRIVATE KEY-----\\n{body}\\n-----END RSA PRIVATE KEY-----");
    let output = asked(&running, &pasted, &[]);
    let said = String::from_utf8(output.stdout).expect("text");
    for expect in [
        "RSA private key, 2048 bits, PKCS#8, PEM \"RSA PRIVATE KEY\" on one line",
        &format!("fingerprint (SHA-256): {}", key.public_key().fingerprint()),
        "form: its line breaks are written as \\n",
        "form: its block has the label of another structure",
        "PEM标签与内容的结构不符",
        &key.to_pkcs1_base64(),
        &body,
        &key.public_key().to_base64(),
    ] {
        assert!(said.contains(expect), "no {expect} in {said}");
    }
    for pem in [key.to_pkcs1_pem(), key.to_pkcs8_pem(), key.public_key().to_pem(), key.public_key().to_pkcs1_pem()] {
        assert!(said.contains(pem.trim_end()), "no {pem} in {said}");
    }
    let output = asked(&running, "no key", &[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("expected PEM") && said.contains("不是密钥"), "{said}");
    // Without a store there is nothing to compare it with, and the rest is said all the same.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key.pem");
    std::fs::write(&file, key.public_key().to_pem()).expect("the folder is ours");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_punchcard"));
    command.current_dir(folder.path()).args(["doctor", "key"]).arg(&file);
    let output = command.output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("RSA public key, 2048 bits"), "{said}");
    let noted = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(noted.contains("not compared with the keys of a store"), "{noted}");
}
