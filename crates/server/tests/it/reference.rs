//! What the program prints of its reference: a method's page, an example of a world file, whether a file is right.

use crate::running::{Running, each_engine};
use serde_json::Value;
use std::process::{Command, Output};

fn punchcard(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_punchcard")).args(arguments).output().expect("the binary runs")
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("text")
}

/// Why a command failed.
fn err(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr.clone()).expect("text")
}

#[test]
fn a_methods_page_is_printed_by_its_name() {
    let page = include_str!("../../../../docs/api/alipay.trade.pay.md");
    let printed = out(&punchcard(&["methods", "alipay.trade.pay"]));
    assert!(printed.starts_with("# alipay.trade.pay\n") && page.ends_with(&printed), "{printed}");
    let facts: Value =
        serde_json::from_str(&out(&punchcard(&["methods", "alipay.trade.pay", "--json"]))).expect("JSON");
    assert_eq!(facts["fields"][3]["shape"]["text"], 64, "{facts}");
    assert_eq!(
        err(&punchcard(&["methods", "alipay.trade.pau"])),
        "punchcard: no method alipay.trade.pau; did you mean alipay.trade.pay?\n"
    );
}

#[test]
fn the_example_of_a_world_file_is_right_and_a_wrong_one_is_refused_by_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("world.toml");
    let name = file.to_str().expect("text");
    std::fs::write(&file, out(&punchcard(&["world", "example"]))).expect("ours");
    assert_eq!(out(&punchcard(&["world", "check", name])), format!("{name}: 10 things, nothing wrong\n"));
    std::fs::write(&file, "[[merchant]]\npid = \"2088201914979011\"\n\n[[user]]\nuser_id = \"7\"\n").expect("ours");
    let wrong = format!("punchcard: {name}:4: user_id \"7\" must be 16 digits that begin with 2088\n");
    assert_eq!(err(&punchcard(&["world", "check", name])), wrong);
}

each_engine!(a_file_that_was_checked_is_applied, |engine| {
    let running = Running::start(engine);
    let things = |output: &Output| serde_json::from_str::<Value>(&out(output)).expect("JSON")["things"].clone();
    std::fs::write(running.folder.path().join("again.toml"), crate::running::world()).expect("the folder is ours");
    let checked = things(&running.command(&["world", "check", "again.toml", "--json"]));
    assert_eq!(checked, things(&running.command(&["apply", "again.toml", "--json"])));
});
