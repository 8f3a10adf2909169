//! `--demo`: its snippets run as they are written, with the real SDKs.

use crate::raw::Connection;
use crate::running::{Running, log_of};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use store::testing::Engine;

/// What every snippet must print: 4,7xx men of ten thousand members, whose number is the same on every machine.
const TOTAL: &str = "\\\"total\\\":";

fn demo() -> Running {
    Running::start_in(Engine::Sqlite, tempfile::tempdir().expect("a folder"), vec!["--demo".to_owned()])
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
    for more in [&[][..], &["--isv"], &["--charset", "gbk", "--sign-type", "RSA"], &["--encrypt", "--charset", "gbk"]] {
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

/// What `demo.json` says.
fn described(running: &Running) -> Value {
    let text = std::fs::read(running.data().join("demo/demo.json")).expect("it is there");
    serde_json::from_slice(&text).expect("JSON")
}

/// Calls as the demo's app; the answer's node.
fn called(running: &Running, method: &str, biz_content: &Value) -> Value {
    let app = running.data().join("demo/demo.json").display().to_string();
    let output = running.command(&["call", method, &biz_content.to_string(), "--app", &app]);
    assert!(output.status.success(), "{method}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// How many trades there are, all sums and statuses being right.
fn trades(running: &Running) -> Value {
    let output = running.command(&["prove", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    rows.iter().find(|row| row["name"] == "statuses of trades").expect("a row")["checked"].clone()
}

#[test]
fn the_demo_may_be_started_again() {
    let mut running = demo();
    let (first, sold) = (described(&running), trades(&running));
    running.kill_and_start();
    let second = described(&running);
    for name in ["app_private_key_pkcs8", "begins_at", "point_card"] {
        assert_eq!(first[name], second[name]);
        assert!(!first[name].is_null(), "{name}");
    }
    let page =
        |demo: &Value| demo["coupon"]["claim_url"].as_str().and_then(|url| Some(url.split_once("/h5/")?.1.to_owned()));
    assert_eq!((&first["coupon"]["prize_id"], page(&first)), (&second["coupon"]["prize_id"], page(&second)));
    let ids = |demo: &Value| ["template_id", "voucher_id"].map(|name| demo["cash_voucher"][name].clone());
    assert_eq!(ids(&first), ids(&second));
    assert!(ids(&first).iter().all(Value::is_string), "{first}");
    assert_eq!(templates(&running), 1);
    assert_eq!(trades(&running), sold);
    assert!(!log_of(running.folder.path()).contains("ERROR"));
}

#[test]
fn a_year_of_trades_is_counted_and_points_are_there_for_one() {
    let running = demo();
    let demo = described(&running);
    let everybody = json!([{"op": "NEQ", "tagCode": "pam_gender", "value": "9"}]).to_string();
    let counted = called(&running, "koubei.marketing.campaign.crowd.count", &json!({"conditions": everybody}));
    let summary: Value = serde_json::from_str(counted["summary_values"].as_str().expect("a string")).expect("JSON");
    // Ten thousand, and the user with an account.
    assert_eq!(summary["total"], 10_001);
    let sum: f64 = summary["sum"].as_str().expect("yuan").parse().expect("a number");
    assert!((300_000.0..900_000.0).contains(&sum), "{summary}");
    let user = &demo["user_ids"][0];
    let ask = json!({"activity_account": demo["point_card"]["activity_account"], "user_id": user});
    assert_eq!(called(&running, "koubei.marketing.tool.points.query", &ask)["available_points"], "8");
    for part in ["point_card", "coupon"] {
        let found =
            called(&running, "koubei.marketing.campaign.activity.query", &json!({"camp_id": demo[part]["camp_id"]}));
        assert_eq!(found["camp_detail"]["status"], "STARTED");
    }
}

/// A demo of one's own that is killed when dropped, with the line that it prints of what to open.
struct Printing(Child);

impl Drop for Printing {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn the_printed_page_shows_a_coupon_and_the_logo() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
    command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--operator-listen", "127.0.0.1:0", "--data"]);
    command.arg(folder.path()).env("PUNCHCARD_LOG", "warn").stdout(Stdio::piped());
    let mut running = Printing(command.spawn().expect("the binary runs"));
    let mut lines = BufReader::new(running.0.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let url = lines.find_map(|line| line.strip_prefix("open  ").map(str::to_owned)).expect("it says what to open");
    let (address, target) = url.strip_prefix("http://").and_then(|rest| rest.split_once('/')).expect("an address");
    let address: SocketAddr = address.parse().expect("an address");
    let get = |target: &str| {
        let request = format!("GET /{target} HTTP/1.1\r\nhost: demo\r\n\r\n");
        Connection::open(address).exchange(request.as_bytes()).expect("an answer")
    };
    let page = get(target);
    let text = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.status == 200 && text.contains("20元代金券") && text.contains("<form"), "{text}");
    let logo = text.split_once("/h5/image/").and_then(|(_, rest)| rest.split_once('"')).expect("a logo").0;
    let logo = get(&format!("h5/image/{logo}"));
    assert_eq!((logo.status, &logo.body[..4]), (200, &b"\x89PNG"[..]));
}

/// How many templates of cash vouchers there are.
fn templates(running: &Running) -> usize {
    let ask = json!({"create_start_time": "2000-01-01 00:00:00", "create_end_time": "2100-01-01 00:00:00",
        "page_num": 1, "page_size": 10});
    let listed = called(running, "alipay.marketing.voucher.templatelist.query", &ask);
    listed["voucher_templates"].as_array().map_or(0, Vec::len)
}

#[test]
fn its_user_holds_a_cash_voucher_and_gets_a_new_one_when_that_is_over() {
    let clock = ["--demo", "--clock", "manual:2026-01-01T12:00:00+08:00"].map(str::to_owned).to_vec();
    let mut running = Running::start_in(Engine::Sqlite, tempfile::tempdir().expect("a folder"), clock);
    let page = |running: &Running| {
        let demo = described(running);
        let url = demo["cash_voucher"]["voucher_url"].as_str().expect("a text").to_owned();
        let target = url.strip_prefix(&format!("http://{}", running.address)).expect("here").to_owned();
        let request = format!("GET {target} HTTP/1.1\r\nhost: demo\r\n\r\n");
        let page = Connection::open(running.address).exchange(request.as_bytes()).expect("an answer");
        let text = String::from_utf8_lossy(&page.body).into_owned();
        assert_eq!(page.status, 200, "{url}: {text}");
        (demo["cash_voucher"]["voucher_id"].clone(), text)
    };
    let (first, text) = page(&running);
    let onward = format!("href=\"http://{}/?voucherId={}", running.address, first.as_str().expect("an id"));
    for expect in ["5元代金券", "花果山超市南京新街口店", "立即使用", &onward] {
        assert!(text.contains(expect), "no {expect} in {text}");
    }
    assert!(running.command(&["clock", "advance", "61d"]).status.success());
    assert!(page(&running).1.contains("券已过期"));
    running.kill_and_start();
    let (second, text) = page(&running);
    assert!(first != second && text.contains("立即使用"), "{second}: {text}");
    assert_eq!(templates(&running), 2);
    trades(&running);
}

/// What `cargo xtask up` does each time, so that its page opens on every day.
#[test]
fn a_page_of_the_coupon_can_be_asked_for_again_and_again() {
    let running = demo();
    let demo = described(&running);
    for number in ["first", "second"] {
        let ask = json!({"req_id": number, "prize_id": demo["coupon"]["prize_id"], "user_id": demo["user_ids"][0]});
        let token = called(&running, "koubei.marketing.tool.prizesend.auth", &ask)["token"].clone();
        let url = format!(
            "{}{number}&token={}",
            demo["coupon"]["page_url"].as_str().expect("a text"),
            token.as_str().expect("a token")
        );
        let target = url.strip_prefix(&format!("http://{}", running.address)).expect("here");
        let request = format!("GET {target} HTTP/1.1\r\nhost: demo\r\n\r\n");
        let page = Connection::open(running.address).exchange(request.as_bytes()).expect("an answer");
        assert!(page.status == 200 && String::from_utf8_lossy(&page.body).contains("<form"), "{url}: {}", page.status);
    }
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
fn the_node_snippet_in_certificate_mode_runs_as_written() {
    let mut running = demo();
    let folder = running.data().join("demo");
    std::os::unix::fs::symlink(installed("PUNCHCARD_TEST_NODE_MODULES"), folder.join("node_modules"))
        .expect("the folder is ours");
    let run = || {
        let output = Command::new("node").current_dir(&folder).arg("client-cert.mjs").output().expect("node runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.contains("\"total\":") && said.contains("男"), "{said}{told}");
    };
    run();
    let described = |name: &str| {
        let path = folder.join(described(&running)["certificate_app"][name].as_str().expect("a path"));
        std::fs::read(path).expect("it is there")
    };
    let names = ["app_cert", "alipay_root_cert", "alipay_cert"];
    let before = names.map(described);
    running.kill_and_start();
    // The port is another one now.
    run();
    let described = |name: &str| {
        let path = folder.join(self::described(&running)["certificate_app"][name].as_str().expect("a path"));
        std::fs::read(path).expect("it is there")
    };
    assert_eq!(before, names.map(described), "certificates are made once");
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
