//! The demo's receivers, run as they are written: they believe what the platform signed, and nothing else.

use crate::running::Running;
use crate::sdk::installed;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use store::testing::Engine;

/// A receiver, ended with the test.
struct Receiver {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Receiver {
    fn start(mut program: Command, file: &str, folder: &Path) -> Receiver {
        let mut child =
            program.args([file, "0"]).current_dir(folder).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let said = lines.next().expect("a line").expect("text");
        let url = said.strip_prefix("listening on ").expect("its address").to_owned();
        Receiver { child, lines, url }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("a line").expect("text")
    }

    /// What is printed of a message; some of them print it on several lines.
    fn printed(&mut self, last: &str) -> String {
        let mut all = self.line();
        while !all.contains(last) {
            all += &self.line();
        }
        all
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A demo, whose app gets notifications in this charset.
fn demo(charset: &str) -> Running {
    let running = Running::start_in(Engine::Sqlite, tempfile::tempdir().expect("a folder"), vec!["--demo".to_owned()]);
    let demo = described(&running);
    let world = format!(
        "[[app]]\napp_id = {}\npid = {}\npublic_key = {}\nnotify_charset = \"{charset}\"\n",
        demo["app_id"], demo["pid"], demo["app_public_key"]
    );
    std::fs::write(running.folder.path().join("charset.toml"), world).expect("the folder is ours");
    let applied = running.command(&["apply", "charset.toml"]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    running
}

fn described(running: &Running) -> Value {
    serde_json::from_slice(&std::fs::read(running.data().join("demo/demo.json")).expect("it is there")).expect("JSON")
}

/// A message as it is when somebody else than the platform sends it; the answer.
fn forged(url: &str, form: &str) -> String {
    let address = url.trim_start_matches("http://").trim_end_matches('/').parse().expect("an address");
    let request = format!(
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = crate::raw::Connection::open(address).exchange(request.as_bytes()).expect("an answer");
    String::from_utf8(answer.body).expect("text")
}

fn check(program: impl Fn() -> Command, file: &str) {
    for charset in ["utf-8", "gbk"] {
        let running = demo(charset);
        let mut receiver = Receiver::start(program(), file, &running.data().join("demo"));
        let user = described(&running)["user_ids"][0].as_str().expect("a user").to_owned();
        for sign_type in ["RSA2", "RSA"] {
            let subject = format!("龙井茶 + 100%&={sign_type}");
            let pay = json!({
                "scene": "bar_code", "auth_code": format!("28{}", &user[2..]), "out_trade_no": sign_type,
                "subject": subject, "total_amount": "1.00",
            });
            let app = running.data().join("demo/demo.json").display().to_string();
            let paid = running.command(&[
                "call",
                "alipay.trade.pay",
                &pay.to_string(),
                "--app",
                &app,
                "--notify-url",
                &receiver.url,
                "--sign-type",
                sign_type,
            ]);
            assert!(paid.status.success(), "{}", String::from_utf8_lossy(&paid.stderr));
            let printed = receiver.printed(&subject);
            assert!(printed.starts_with("verified"), "{file} {charset} {sign_type}: {printed}");
            delivered(&running);
            signed(&running, &subject, charset);
            // What the receiver still prints of this message ends before the next is sent.
            assert_eq!(forged(&receiver.url, "a=b&sign=AAAA&sign_type=RSA2"), "fail");
            receiver.printed("NOT SIGNED BY THE PLATFORM");
        }
        hostile(&running, &mut receiver);
        assert_eq!(forged(&receiver.url, "a=b&sign=AAAA&sign_type=RSA2"), "fail");
        receiver.printed("NOT SIGNED BY THE PLATFORM");
        for form in ["", "sign=", "sign=%ff&a=%zz", "&&=&==", "sign=x&sign_type=RSA", "notify_id=1&charset=nonsense"] {
            assert_eq!(forged(&receiver.url, form), "fail", "{file}: {form}");
        }
    }
}

/// What a terminal obeys, and what turns the direction of a text, is written out.
fn hostile(running: &Running, receiver: &mut Receiver) {
    let user = described(running)["user_ids"][0].as_str().expect("a user").to_owned();
    let pay = json!({
        "scene": "bar_code", "auth_code": format!("28{}", &user[2..]), "out_trade_no": "hostile",
        "subject": "\u{1b}[31m\u{9b}2J\u{7f}\u{202e}gpj", "total_amount": "1.00",
    });
    let app = running.data().join("demo/demo.json").display().to_string();
    let paid =
        running.command(&["call", "alipay.trade.pay", &pay.to_string(), "--app", &app, "--notify-url", &receiver.url]);
    assert!(paid.status.success(), "{}", String::from_utf8_lossy(&paid.stderr));
    let printed = receiver.printed("gpj");
    assert!(printed.starts_with("verified"), "{printed:?}");
    assert!(!printed.contains(['\u{1b}', '\u{9b}', '\u{7f}', '\u{202e}']), "{printed:?}");
    delivered(running);
}

/// Waits until everything is delivered.
fn delivered(running: &Running) {
    let since = Instant::now();
    loop {
        let listed = running.command(&["notify", "list", "--state", "PENDING", "--json"]);
        if serde_json::from_slice::<Value>(&listed.stdout).expect("JSON") == json!([]) {
            return;
        }
        assert!(since.elapsed().as_secs() < 10, "{}", String::from_utf8_lossy(&listed.stdout));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The string that was signed is shown as it was: the platform's signature would be over these bytes.
fn signed(running: &Running, subject: &str, charset: &str) {
    let listed: Value = serde_json::from_slice(&running.command(&["notify", "list", "--json"]).stdout).expect("JSON");
    let id = listed[0]["notify_id"].as_str().expect("an id");
    let shown: Value =
        serde_json::from_slice(&running.command(&["notify", "show", id, "--json"]).stdout).expect("JSON");
    let delivery = &shown["deliveries"][0];
    let string = delivery["signed"].as_str().expect("a string");
    assert_eq!(delivery["charset"], charset);
    for part in ["app_id=2021", &format!("&subject={subject}"), &format!("&notify_id={id}"), "&notify_time="] {
        assert!(string.contains(part), "{part} is not in {string}");
    }
    assert!(!string.contains("sign="), "{string}");
    let lines = running.command(&["notify", "show", id, "--signed"]);
    assert!(String::from_utf8_lossy(&lines.stdout).lines().any(|line| line == string), "{string}");
    let without = running.command(&["notify", "show", id]);
    assert!(!String::from_utf8_lossy(&without.stdout).contains(string));
}

#[test]
fn the_demos_receiver_in_python_refuses_a_length_that_is_none() {
    let running = demo("utf-8");
    let program = Command::new(installed("PUNCHCARD_TEST_PYTHON"));
    let receiver = Receiver::start(program, "receive.py", &running.data().join("demo"));
    let address = receiver.url.trim_start_matches("http://").trim_end_matches('/').parse().expect("an address");
    for length in ["-5", "abc", "1.5", "٣", "99999999999999999999", "0x10"] {
        let request = format!("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n\r\n");
        let answer = crate::raw::Connection::open(address).exchange(request.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 400, "{length}");
    }
}

#[test]
fn the_demos_receiver_in_node_believes_the_platform() {
    check(|| Command::new("node"), "receive.mjs");
}

#[test]
fn the_demos_receiver_in_python_believes_the_platform() {
    check(
        || {
            let mut python = Command::new(installed("PUNCHCARD_TEST_PYTHON"));
            python.env("PYTHONIOENCODING", "utf-8");
            python
        },
        "receive.py",
    );
}

#[test]
fn the_demos_receiver_in_php_writes_out_what_a_terminal_obeys() {
    // PHP's own server says where it listens in words of its own, and of each connection besides.
    let lines = r"s/^.*Development Server (\(http[^)]*\)) started$/listening on \1\//; /^\[/d";
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
    let mut php = Command::new("bash");
    php.args(["-c", &format!("exec php -S {free} \"$0\" 2> >(sed -u '{lines}')")]);
    let running = demo("utf-8");
    let mut receiver = Receiver::start(php, "receive.php", &running.data().join("demo"));
    hostile(&running, &mut receiver);
}

#[test]
fn the_demos_receiver_in_java_believes_the_platform() {
    check(|| Command::new("java"), "Receive.java");
}
