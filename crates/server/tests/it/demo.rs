//! `--demo`: its snippets run as they are written, with the real SDKs.

use crate::running::{Running, log_of};
use std::path::PathBuf;
use std::process::Command;
use store::testing::Engine;

/// What every snippet must print: 4,7xx men of ten thousand members, whose number is the same on every machine.
const TOTAL: &str = "\\\"total\\\":";

fn demo() -> Running {
    Running::start_in(Engine::Lite, tempfile::tempdir().expect("a folder"), vec!["--demo".to_owned()])
}

/// What `cargo xtask test` installs and names in the environment.
fn installed(name: &str) -> PathBuf {
    let path = std::env::var_os(name);
    PathBuf::from(path.unwrap_or_else(|| panic!("{name} is not set: run this test with `cargo xtask test demo`")))
}

#[test]
fn the_printed_call_works() {
    let running = demo();
    let app = running.data().join("demo/demo.json");
    let app = app.display().to_string();
    for more in [&[][..], &["--isv"], &["--charset", "gbk", "--sign-type", "RSA"]] {
        let biz_content = r#"{"conditions":"[{\"op\":\"IN\",\"tagCode\":\"pam_gender\",\"value\":\"1\"}]","dimensions":"[\"pam_gender\",\"pam_age\"]"}"#;
        let mut arguments = vec!["call", "koubei.marketing.campaign.crowd.count", biz_content, "--app", &app];
        arguments.extend(more);
        let output = running.command(&arguments);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains(TOTAL) && said.contains("男"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let output = running.command(&["call", "koubei.marketing.campaign.crowd.count", "--app", &app]);
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn the_demo_may_be_started_again() {
    let mut running = demo();
    let path = running.data().join("demo/demo.json");
    let keys =
        |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON")["app_private_key_pkcs8"].clone();
    let first = std::fs::read_to_string(&path).expect("it is there");
    running.kill_and_start();
    let second = std::fs::read_to_string(&path).expect("it is there");
    assert_eq!(keys(&first), keys(&second));
    assert!(!log_of(running.folder.path()).contains("ERROR"));
}

#[test]
fn the_node_snippet_runs_as_written() {
    let running = demo();
    let folder = running.data().join("demo");
    std::os::unix::fs::symlink(installed("PUNCHCARD_TEST_NODE_MODULES"), folder.join("node_modules"))
        .expect("the folder is ours");
    let output = Command::new("node").current_dir(&folder).arg("client.mjs").output().expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("\"total\":") && said.contains("男"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_python_snippet_runs_as_written() {
    let running = demo();
    let folder = running.data().join("demo");
    let output = Command::new(installed("PUNCHCARD_TEST_PYTHON"))
        .current_dir(&folder)
        .arg("client.py")
        .output()
        .expect("python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("total") && said.contains("男"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
