//! What commands print: harmless on a terminal whatever others wrote, and written for readers who may go.

use crate::running::{APP_ID, NOW, Running, call, each_engine, world};
use client::{Client, Settings};
use serde_json::{Value, json};
use std::fs::File;
use std::process::{Command, Output, Stdio};
use store::testing::Engine;
use wire::{Charset, PrivateKey, SignType};

/// Clears the screen three ways, makes up a line, turns the direction, rings, and hides in ASCII's shadow.
const HOSTILE: &str =
    "茶\u{1b}[2J\u{9b}2J\u{1b}]0;t\u{7}\u{85}\r\nDELIVERED\u{202e}\u{2066}\u{2028}\u{7f}\u{200b}\u{e0041}";

fn is_harmless(text: &str) -> bool {
    let bad = ['\u{ad}', '\u{61c}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202e}', '\u{2066}'];
    text.chars()
        .all(|it| it == '\n' || !(it.is_control() || bad.contains(&it) || ('\u{e0000}'..='\u{e007f}').contains(&it)))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

each_engine!(no_text_of_others_reaches_the_terminal_as_it_is, |engine| {
    let user = "[[user]]\nuser_id = \"2088102146931000\"\nbalance = \"100.00\"\n";
    let running = Running::start_with(engine, &format!("{}\n{user}", world()), &[]);
    let client = running.client();
    let request = json!({
        "scene": "bar_code", "auth_code": "2888102146931000", "out_trade_no": "hostile", "subject": HOSTILE,
        "total_amount": "1.00",
    });
    // Nobody listens there, so that the notification stays.
    let more = [("notify_url", "http://127.0.0.1:9/")];
    let paid = client.call_with("alipay.trade.pay", &request.to_string(), NOW, &more).expect("an answer");
    assert_eq!(paid.code, "10000", "{}", paid.raw);
    let trade_no = paid.node["trade_no"].as_str().expect("a number");
    let listed = running.command(&["notify", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).expect("JSON");
    let notify_id = listed[0]["notify_id"].as_str().expect("an id");
    std::fs::write(
        running.folder.path().join("bad.toml"),
        format!("[[merchant]]\npid = \"{}\"\n", "\\u001b[2J\\u202e"),
    )
    .expect("the folder is ours");
    let mut escaped = 0;
    for arguments in [
        &["trade", "show", trade_no][..],
        &["notify", "list"],
        &["notify", "show", notify_id],
        &["notify", "show", notify_id, "--signed"],
        &["trade", "show", HOSTILE],
        &["voucher", "show", HOSTILE],
        &["activity", "show", HOSTILE],
        &["activity", "list", "--status", HOSTILE],
        &["notify", "list", "--state", HOSTILE],
        &["doctor", HOSTILE],
        &["apply", "bad.toml"],
        &["backup", &format!("/nowhere/{}", HOSTILE.replace('/', "")), "--json"],
    ] {
        for json in [&[][..], &["--json"]] {
            if arguments.contains(&"--json") && !json.is_empty() {
                continue;
            }
            let output = running.command(&[arguments, json].concat());
            let (out, err) = (text(&output.stdout), text(&output.stderr));
            assert!(is_harmless(&out) && is_harmless(&err), "{arguments:?}: {out:?} {err:?}");
            escaped += usize::from(out.contains("\\u{1b}") || err.contains("\\u{1b}") || out.contains("\\u001b"));
            if !json.is_empty() && output.status.success() {
                let told: Value = serde_json::from_str(&out).expect("JSON");
                assert!(arguments[0] != "trade" || told["subject"] == HOSTILE, "{told}");
            }
        }
    }
    assert!(10 < escaped, "{escaped}");
    let lines = text(&running.command(&["trade", "show", trade_no]).stdout);
    assert!(!lines.lines().any(|line| line.starts_with("DELIVERED")), "{lines}");
});

/// Runs a command whose standard output goes there.
fn run_into(running: &Running, arguments: &[&str], out: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
    command.args(arguments).current_dir(running.folder.path()).env("PUNCHCARD_DATA", running.data());
    command.env("PUNCHCARD_MASTER_KEY_FILE", running.folder.path().join("master.key"));
    command.stdout(out).stderr(Stdio::piped()).output().expect("the binary runs")
}

#[test]
fn a_reader_that_has_gone_ends_a_command_quietly() {
    let running = Running::start(Engine::Sqlite);
    assert_eq!(call(&running.client(), "koubei.made.up", &json!({})).code, "40002");
    for arguments in [
        &["methods"][..],
        &["methods", "--json"],
        &["keygen"],
        &["keygen", "--json"],
        &["prove"],
        &["prove", "--json"],
        &["clock", "show"],
        &["activity", "list", "--json"],
        &["notify", "list", "--json"],
        &["points", "frozen", "--json"],
        &["doctor", "--json"],
        &["backup", "a.backup"],
        &["import", "members", "--pid", crate::running::PID, "members.csv"],
    ] {
        std::fs::write(running.folder.path().join("members.csv"), "user_id\n2088000000000001\n").expect("ours");
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = run_into(&running, arguments, writer.into());
        // As a shell sees a program that SIGPIPE has ended.
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(141), String::new()), "{arguments:?}");
        // A disk that is full is told.
        let full = File::options().write(true).open("/dev/full").expect("it is there");
        let output = run_into(&running, arguments, full.into());
        let err = text(&output.stderr);
        assert!(output.status.code() == Some(1) && err.contains("cannot be written"), "{arguments:?}: {err}");
        assert!(!err.contains("panicked"), "{err}");
    }
    for arguments in [&["--help"][..], &["help", "notify"], &["--version"]] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        assert_eq!(text(&run_into(&running, arguments, writer.into()).stderr), "", "{arguments:?}");
    }
}

#[test]
fn a_call_takes_its_content_from_anywhere_and_names_its_trace() {
    let running = Running::start(Engine::Sqlite);
    let folder = running.folder.path();
    let app = json!({
        "gateway_url": format!("http://{}/gateway.do", running.address), "app_id": APP_ID,
        "app_private_key_pkcs8": crate::running::app_key().to_pkcs8_base64(),
        "alipay_public_key": running.platform_key.to_base64(),
    });
    std::fs::write(folder.join("app.json"), app.to_string()).expect("ours");
    let count = json!({"conditions": crate::running::conditions("EQ", "pam_gender", "1")}).to_string();
    std::fs::write(folder.join("count.json"), format!("\u{feff}{count}\n")).expect("ours");
    let method = "koubei.marketing.campaign.crowd.count";
    let run = |content: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
        command.args(["call", method, content, "--app", "app.json"]).args(more).current_dir(folder);
        command.stdin(File::open(folder.join("count.json")).expect("it is there"));
        command.output().expect("the binary runs")
    };
    for content in [count.as_str(), "@count.json", "-"] {
        for (more, inner) in
            [(&[][..], "\"{\\\"total"), (&["--unfold"], "\"total\": "), (&["--json"], "\"summary_values\":\"")]
        {
            let output = run(content, more);
            let (out, err) = (text(&output.stdout), text(&output.stderr));
            assert!(output.status.success(), "{content}: {err}");
            assert!(serde_json::from_str::<Value>(&out).is_ok() && out.contains(inner), "{out}");
            let trace = err.strip_prefix("trace_id ").expect("a trace").trim();
            assert!(trace.len() == 32 && trace.bytes().all(|it| it.is_ascii_hexdigit()), "{err}");
        }
    }
    for (content, reason) in [("@nosuch.json", "nosuch.json: No such file"), ("@.", "punchcard: .: ")] {
        let output = run(content, &[]);
        assert!(output.status.code() == Some(1) && text(&output.stderr).contains(reason), "{content}: {output:?}");
    }
    // A refusal has its trace too, and the doctor knows it.
    let stranger = PrivateKey::generate().to_pkcs8_base64();
    let wrong = app.to_string().replace(app["app_private_key_pkcs8"].as_str().expect("a key"), &stranger);
    std::fs::write(folder.join("app.json"), wrong).expect("ours");
    let output = run("{}", &[]);
    let err = text(&output.stderr);
    let trace = err.lines().next().and_then(|line| line.strip_prefix("trace_id ")).expect("a trace");
    assert!(output.status.code() == Some(1) && err.lines().count() == 2, "{err}");
    let since = std::time::Instant::now();
    while !running.command(&["doctor", trace]).status.success() {
        assert!(since.elapsed().as_secs() < 5);
    }
}

/// The place of a store, as options say it.
fn options(running: &Running) -> Vec<String> {
    match running.place() {
        store::Place::Folder(folder) => {
            let key = running.folder.path().join("master.key").display().to_string();
            vec!["--data".into(), folder.display().to_string(), "--master-key-file".into(), key]
        }
        store::Place::Postgres(url) => {
            let key = running.folder.path().join("master.key").display().to_string();
            vec![
                "--database-url".into(),
                url,
                "--master-key-file".into(),
                key,
                "--database-connections".into(),
                "5".into(),
            ]
        }
    }
}

each_engine!(which_store_is_said_in_any_place, |engine| {
    let running = Running::start(engine);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let store = options(&running);
    let run = |arguments: &[String]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_punchcard"));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("PUNCHCARD_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(elsewhere.path()).output().expect("the binary runs")
    };
    let commands = [
        (&["activity", "list"][..], ""),
        (&["activity", "show", "1"], "no such activity"),
        (&["notify", "list"], ""),
        (&["notify", "resend", "1"], "no notification"),
        (&["points", "frozen"], ""),
        (&["points", "show", "1", "2"], "no points"),
        (&["trade", "show", "1"], "no such trade"),
        (&["doctor"], ""),
        (&["prove"], ""),
        (&["doctor", "1"], "no refusal"),
        (&["clock", "show"], ""),
        (&["voucher", "show", "1"], "no such voucher"),
    ];
    // One command of each depth where opening a store takes long.
    let commands = if engine == Engine::Sqlite { &commands[..] } else { &commands[9..] };
    let check = |arguments: &[String], refusal: &str| {
        let output = run(arguments);
        let err = text(&output.stderr);
        let expect = if refusal.is_empty() { Some(0) } else { Some(1) };
        assert!(output.status.code() == expect && err.contains(refusal), "{arguments:?}: {err}");
    };
    for &(words, refusal) in commands {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        for at in 0..=words.len() {
            check(&[&words[..at], &store, &words[at..]].concat(), refusal);
        }
        // JSON is asked for after the command, at either place.
        for at in 1..=words.len() {
            check(&[&store, &words[..at], &["--json".to_owned()], &words[at..]].concat(), refusal);
        }
        // A folder that is no store is told how to name one.
        let output = run(&words);
        let err = text(&output.stderr);
        assert!(output.status.code() == Some(1) && err.contains("--data or PUNCHCARD_DATA"), "{words:?}: {err}");
    }
    // The file says it for commands of every depth, and the command line wins over it.
    let pairs: Vec<String> = store.chunks(2).map(|pair| format!("{} = {:?}\n", &pair[0][2..], pair[1])).collect();
    std::fs::write(elsewhere.path().join("punchcard.toml"), pairs.concat()).expect("ours");
    for &(words, refusal) in commands {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        check(&words, refusal);
        if engine == Engine::Sqlite {
            let output = run(&[&words[..], &["--data".to_owned(), "nowhere".to_owned()]].concat());
            assert!(text(&output.stderr).contains("no store at nowhere"), "{words:?}");
        }
    }
});

/// A client of the merchant's app with a key that nobody registered.
pub(crate) fn stranger(running: &Running) -> Client {
    Client::new(Settings {
        gateway_url: format!("http://{}/gateway.do", running.address),
        app_id: APP_ID.to_owned(),
        private_key: PrivateKey::generate(),
        platform_key: running.platform_key.clone(),
        charset: Charset::Utf8,
        sign_type: SignType::Rsa2,
        app_auth_token: None,
    })
}

#[test]
fn completions_and_manual_pages_come_from_the_declaration() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_punchcard")).args(arguments).output().expect("the binary runs");
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    for shell in ["bash", "zsh", "fish"] {
        let (status, script, _) = run(&["completions", shell]);
        let knows = |word: &str| script.contains(word);
        assert!(status == Some(0) && ["advance", "database-url", "notify"].into_iter().all(knows), "{shell}: {script}");
    }
    let (status, page, _) = run(&["man"]);
    assert!(status == Some(0) && page.starts_with(".ie") && page.contains("Explain a refused call"), "{page}");
    let (status, page, _) = run(&["man", "serve"]);
    assert!(status == Some(0) && page.contains("trusted\\-proxy"), "{page}");
    let (status, _, reason) = run(&["man", "nothing"]);
    assert_eq!((status, reason.as_str()), (Some(1), "punchcard: no command nothing: punchcard --help lists them\n"));
}
