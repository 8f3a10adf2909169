//! The operator's commands, against a running process and against a store that nobody runs.

use crate::running::{PID, Running, call, each_engine, log_of, succeed, world};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::Command;
use store::testing::Engine;

each_engine!(applying_a_world_again_changes_nothing, |engine| {
    let running = Running::start(engine);
    let output = running.command(&["apply", "world.toml", "--json"]);
    let applied: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((applied["changed"].as_u64(), 10 < applied["things"].as_u64().expect("a number")), (Some(0), true));
});

each_engine!(a_wrong_world_is_refused_whole_at_its_line, |engine| {
    let running = Running::start(engine);
    let refused = |text: &str| {
        std::fs::write(running.folder.path().join("wrong.toml"), text).expect("the folder is ours");
        let output = running.command(&["apply", "wrong.toml"]);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).expect("text")
    };
    let merchant = "[[merchant]]\npid = \"2088201914979099\"\n";
    assert_eq!(
        refused(&format!("{merchant}\n[[app]]\napp_id = \"2021000000000098\"\npid = \"2088000000000000\"\n")),
        "punchcard: wrong.toml:4: app 2021000000000098: no merchant 2088000000000000 here or in the store\n"
    );
    assert_eq!(
        refused(&format!("{merchant}[[merchant]]\npid = \"no pid\"\n")),
        "punchcard: wrong.toml:3: pid \"no pid\" must be 16 digits that begin with 2088\n"
    );
    assert_eq!(
        refused(&format!("[[merchant]]\npid = \"{PID}\"\n[[merchant.tag]]\ncode = \"spent\"\ntype = \"text\"\n")),
        "punchcard: wrong.toml:3: tag spent is of type number and members carry its values: give the new type another code\n"
    );
    // Nothing of them is there: the merchant that stood before the mistake is as new as before.
    std::fs::write(running.folder.path().join("right.toml"), merchant).expect("the folder is ours");
    let output = running.command(&["apply", "right.toml", "--json"]);
    let applied: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(applied, json!({"things": 1, "changed": 1}));
});

#[test]
fn a_wrong_world_stops_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("w.toml"), "[[merchant]]\npid = 1\n").expect("the folder is ours");
    let output = Command::new(env!("CARGO_BIN_EXE_punchcard"))
        .current_dir(folder.path())
        .args(["serve", "--listen", "127.0.0.1:0", "--world", "w.toml"])
        .output()
        .expect("the binary runs");
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(output.status.code() == Some(1) && said.contains("w.toml") && said.contains("line 2"), "{said}");
    assert!(!folder.path().join("punchcard-data").exists(), "nothing was made");
}

each_engine!(imports_report_bad_rows_and_may_be_repeated, |engine| {
    let running = Running::start(engine);
    let import = |csv: &str, more: &[&str]| {
        std::fs::write(running.folder.path().join("m.csv"), csv).expect("the folder is ours");
        let mut arguments = vec!["import", "members", "--pid", PID, "m.csv", "--json"];
        arguments.extend(more);
        running.command(&arguments)
    };
    let report = |csv: &str| serde_json::from_slice::<Value>(&import(csv, &[]).stdout).expect("JSON");
    let good = "user_id,pam_gender,spent\n2088000000000001,1,10.5\n2088000000000002,2,\n";
    assert_eq!(report(good), json!({"rows": 2, "new": 2, "changed": 0, "bad": 0, "bad_rows": []}));
    assert_eq!(report(good), json!({"rows": 2, "new": 0, "changed": 0, "bad": 0, "bad_rows": []}));
    // Columns that are not there are left alone; empty cells take away.
    assert_eq!(report("user_id,spent\n2088000000000001,\n")["changed"], 1);
    let bad = "user_id,pam_gender\n2088000000000003,9\n2088000000000004,1\nx,1\n";
    let output = import(bad, &["--strict"]);
    assert_eq!(output.status.code(), Some(1));
    let said = report(bad);
    assert_eq!(
        (&said["rows"], &said["new"], &said["bad"]),
        (&json!(1), &json!(1), &json!(2)),
        "strict imported nothing"
    );
    assert_eq!(said["bad_rows"][0], json!({"line": 2, "reason": "pam_gender: \"9\" is none of its values"}));
    assert_eq!(said["bad_rows"][1]["line"], 4);
    let output = import("user_id,nope\n", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the column \"nope\" is no tag of this merchant"));
    let output = running.command(&["import", "members", "--pid", "2088000000000000", "m.csv"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no merchant 2088000000000000"));
});

#[test]
fn one_process_owns_a_folder_and_commands_find_it_or_the_closed_store() {
    let mut running = Running::start(Engine::Sqlite);
    let second = running.command(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another Punchcard runs on"));
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(running.data().join("control.sock")).expect("it listens").permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);

    running.import(PID, "user_id,pam_gender\n2088000000000001,1\n");
    running.stop();
    running.import(PID, "user_id,pam_gender\n2088000000000002,1\n");
    running.start_again();
    let count = json!({"conditions": crate::running::conditions("EQ", "pam_gender", "1")});
    let node = succeed(&running.client(), "koubei.marketing.campaign.crowd.count", &count);
    assert_eq!(node["summary_values"], "{\"total\":2}");
}

#[test]
fn a_store_keeps_its_mode_and_its_master_key() {
    let mut running = Running::start(Engine::Sqlite);
    running.stop();
    let refused = |arguments: &[&str]| {
        let output = running.command(arguments);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).expect("text")
    };
    let said = refused(&["serve", "--listen", "127.0.0.1:0", "--mode", "platform"]);
    assert!(said.contains("stand-in"), "{said}");
    let said = refused(&["serve", "--listen", "127.0.0.1:0", "--master-key-file", "other.key"]);
    assert!(said.contains("sealed with another master key"), "{said}");
    let said =
        refused(&["serve", "--listen", "127.0.0.1:0", "--mode", "platform", "--clock", "manual:2026-01-01T00:00:00Z"]);
    assert!(said.contains("--clock manual needs --mode stand-in"), "{said}");
}

#[test]
fn a_term_signal_ends_it_well() {
    let mut running = Running::start_with(Engine::Sqlite, &world(), &[]);
    running.terminate();
    assert!(!log_of(running.folder.path()).contains("ERROR"));
}

/// Posts to the control socket as no command does; the status, and the answer's JSON.
fn post(running: &Running, path: &str, body: &str) -> (u16, Value) {
    let mut socket = UnixStream::connect(running.data().join("control.sock")).expect("it listens");
    let length = body.len();
    let request =
        format!("POST {path} HTTP/1.1\r\nhost: control\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    // In one piece: what it refuses by its address is answered, and the connection closed, before the rest is there.
    socket.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("it answers");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    (status, serde_json::from_str(body).expect("JSON"))
}

#[test]
fn a_method_answers_through_its_own_doors_alone() {
    let running = Running::start(Engine::Sqlite);
    let client = running.client();
    for operators in ["punchcard.trade.show", "punchcard.clock.show", "punchcard.backup.write"] {
        assert_eq!(call(&client, operators, &json!({})).sub_code.as_deref(), Some("isv.invalid-method"), "{operators}");
    }
    assert_eq!(post(&running, "/call/punchcard.clock.show", "{}\n").1["manual"], true);
    for (path, body, reason) in [
        ("/call/alipay.trade.pay", "{}\n", "operators cannot call alipay.trade.pay"),
        ("/call/koubei.marketing.campaign.tags.query", "{}\n", "operators cannot call"),
        ("/call/punchcard.no.such", "{}\n", "operators cannot call punchcard.no.such"),
        // What a member means that this build does not know, it cannot leave out.
        ("/call/punchcard.clock.show", "{\"at\":1}\n", "punchcard.clock.show has no member at"),
        ("/call/punchcard.clock.show", "no JSON\n", "expected"),
        // As commands of earlier builds ask.
        ("/apply", "[[merchant]]", "another build"),
        ("/clock", "\"next\"", "another build"),
    ] {
        let (status, refusal) = post(&running, path, body);
        let message = refusal["message"].as_str().expect("a message");
        assert!(status == 409 && message.contains(reason), "{path}: {status} {message}");
    }
}

// Whoever does an operator's act logs it: the process that owns the store, or the command that opens it by itself.
each_engine!(an_operators_act_is_logged_where_it_is_done, |engine| {
    let mut running = Running::start_logging(engine);
    let acts = |running: &Running| {
        let mut command = running.prepared(&["apply", "world.toml"]);
        let output = command.env("PUNCHCARD_LOG", "info").output().expect("the binary runs");
        assert!(output.status.success(), "{output:?}");
        let stdout = String::from_utf8(output.stdout).expect("text");
        assert!(!stdout.contains("operator"), "{stdout}");
        [String::from_utf8(output.stderr).expect("text"), log_of(running.folder.path())]
            .map(|log| log.lines().filter(|line| line.contains("\"operator\"")).count())
    };
    // A database belongs to nobody, so commands open it.
    assert_eq!(acts(&running), if engine == Engine::Sqlite { [0, 1] } else { [1, 0] });
    let log = log_of(running.folder.path());
    running.terminate();
    let [by_itself, by_owner] = acts(&running);
    assert_eq!(by_itself, 1, "nobody runs");
    assert_eq!(by_owner, log.lines().filter(|line| line.contains("\"operator\"")).count());
});
