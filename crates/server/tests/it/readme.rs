//! The README's commands, run as they are written there against a demo store, with what `cargo xtask up` says to export.

use crate::running::Running;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use store::testing::Engine;

/// Refusals that show that the store was found and asked: nothing of the demo waits for an auditor, and nobody took a coupon.
const REFUSALS: [&str; 2] = ["does not wait for an auditor", "no such voucher"];

/// The commands of the README in their order, from code blocks and from sentences, without comments. Those that start
/// something, or name a database that is nobody's, are left out.
fn commands() -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(readme).expect("it is there");
    let pieces = readme.split("```").enumerate().flat_map(|(at, piece)| {
        let pieces: Vec<&str> =
            if at % 2 == 1 { piece.lines().collect() } else { piece.split('`').skip(1).step_by(2).collect() };
        pieces
    });
    let commands = pieces.filter(|piece| piece.starts_with("punchcard "));
    let commands = commands.map(|command| command.split(" #").next().unwrap_or_default().trim().to_owned());
    commands.filter(|command| !command.starts_with("punchcard serve") && !command.contains('…')).collect()
}

#[test]
fn every_operators_command_of_the_readme_runs_as_written() {
    let arguments = ["--demo", "--clock", "manual:2026-01-01T12:00:00+08:00"].map(str::to_owned).to_vec();
    let running = Running::start_in(Engine::Lite, tempfile::tempdir().expect("a folder"), arguments);
    let folder = tempfile::tempdir().expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_punchcard")).parent().expect("a folder");
    let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("a path"));
    let run = |line: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(folder.path()).env("PATH", &path).env("PUNCHCARD_DATA", running.data());
        command.env("PUNCHCARD_MASTER_KEY_FILE", running.folder.path().join("master.key"));
        command.output().expect("a shell runs")
    };
    let demo: Value =
        serde_json::from_slice(&std::fs::read(running.data().join("demo/demo.json")).expect("it is there"))
            .expect("JSON");
    let user = demo["user_ids"][0].as_str().expect("a user");
    // What the README takes for granted: a trade of which somebody is told, a refused call, files, and the folder ./shop.
    let pay = json!({
        "scene": "bar_code", "auth_code": format!("28{}", &user[2..]), "out_trade_no": "readme", "subject": "茶",
        "total_amount": "1.00",
    });
    let output = run(&format!("punchcard call alipay.trade.pay '{pay}' --notify-url http://127.0.0.1:9/ --json"));
    let paid: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let notices = run("punchcard notify list --json");
    let notices: Value = serde_json::from_slice(&notices.stdout).expect("JSON");
    let trace_id = crate::output::stranger(&running).call("koubei.made.up", "{}", crate::running::NOW);
    let trace_id = trace_id.expect("an answer").trace_id.expect("a trace");
    // What was found out is written behind the answer.
    let since = std::time::Instant::now();
    while !run(&format!("punchcard doctor {trace_id}")).status.success() {
        assert!(since.elapsed().as_secs() < 10, "the refusal is not kept");
    }
    let file = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("the folder is ours");
    file("world.toml", "[[merchant]]\npid = \"2088201914979099\"\n");
    file("members.csv", "user_id,pam_gender\n2088000000000001,1\n");
    let shop = demo["shop_ids"][0].as_str().expect("a shop");
    file(
        "trades.csv",
        &format!(
            "trade_no,user_id,shop_id,total_amount,paid_at\n2015010121000001,{user},{shop},1.00,2015-01-01 12:00:00\n"
        ),
    );
    std::os::unix::fs::symlink(running.data(), folder.path().join("shop")).expect("the folder is ours");

    let commands = commands();
    assert!(10 < commands.len(), "{commands:?}");
    for command in commands {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let id = match command.split(' ').nth(1) {
            Some("notify") => text(&notices[0]["notify_id"]),
            Some("voucher") => "2026010400073000000000007168".to_owned(),
            _ => text(&demo["coupon"]["camp_id"]),
        };
        let words = command.split(' ').map(|word| match word {
            "ID" | "ID…" => id.clone(),
            "TRACE" => trace_id.clone(),
            "TRADE_NO" => text(&paid["trade_no"]),
            "CARD" => text(&demo["point_card"]["activity_account"]),
            "USER" => user.to_owned(),
            "TEXT" => "图片不清晰".to_owned(),
            word => word.to_owned(),
        });
        let line = words.collect::<Vec<_>>().join(" ");
        let output = run(&line);
        let err = String::from_utf8_lossy(&output.stderr);
        let is_asked = REFUSALS.iter().any(|refusal| err.contains(refusal));
        assert!(output.status.success() || is_asked, "{command} as {line}: {err}");
    }
}
