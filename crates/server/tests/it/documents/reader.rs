//! Somebody who reads a document from top to bottom and does what it says, beside a running demo.

use super::blocks::is_as_shown;
use crate::running::{Running, token_key};
use crate::sdk::installed;
use domain::authorization::{Code, Consent};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use store::testing::{Engine, Space, block_on};
use store::{Fault, Open, Place, Store, Tx, auth_code};

/// Refusals that show that the store was found and asked: nothing of the demo waits for an auditor, and no coupon has
/// the number that the reader knows.
const REFUSALS: [&str; 2] = ["does not wait for an auditor", "no such voucher"];
/// The exit status of a command whose arguments are missing.
const USAGE: i32 = 2;
/// The number of a coupon that nobody took.
const COUPON: &str = "2026010400073000000000007168";
/// A database of the documents, which the reader replaces by one of his own.
const DATABASE: &str = "postgres://user:password@host/database";
/// How documents have the Node SDK installed.
const INSTALL_SDK: &str = "npm install alipay-sdk@4.14.0";

/// A reader with a folder, a demo that runs, and what documents take for granted.
pub(super) struct Reader {
    demo: Running,
    database: Option<Space>,
    /// Where the reader began: the top of the source tree, as it seems.
    top: PathBuf,
    /// Where the reader is now.
    folder: PathBuf,
    /// What stands for the ports 8088 and 8090 of the documents, and for 127.0.0.80:80.
    addresses: [(&'static str, String); 5],
    /// What stands for words in capitals: the word, the command that it is for or none, the value.
    words: Vec<(&'static str, Option<&'static str>, String)>,
    background: Vec<Child>,
}

impl Reader {
    /// Sits down to read this document.
    pub(super) fn of(document: &str) -> Reader {
        let clock = ["--demo", "--clock", "manual:2026-01-01T12:00:00+08:00"].map(str::to_owned).to_vec();
        let demo = Running::start_in(Engine::Sqlite, tempfile::tempdir().expect("a folder"), clock);
        let top = demo.folder.path().join("reader");
        fs::create_dir_all(top.join("target/debug")).expect("the folder is ours");
        let link = |from: &Path, to: &str| symlink(from, top.join(to)).expect("the folder is ours");
        link(Path::new(env!("CARGO_BIN_EXE_punchcard")), "target/debug/punchcard");
        link(&demo.data(), "target/demo");
        symlink(demo.folder.path().join("master.key"), demo.data().join("master.key")).expect("the folder is ours");
        if !document.contains("serve --data ./shop") {
            link(&demo.data(), "shop");
        }
        let [gateway, receiver, portless] = [(); 3].map(|()| free_port());
        let addresses = [
            (":8088", format!(":{gateway}")),
            (":8090", format!(":{receiver}")),
            ("receive.mjs\" 8090", format!("receive.mjs\" {receiver}")),
            ("127.0.0.80:80", format!("127.0.0.80:{portless}")),
            (INSTALL_SDK, String::new()),
        ];
        let folder = top.clone();
        let mut reader =
            Reader { demo, database: None, top, folder, addresses, words: Vec::new(), background: Vec::new() };
        if document.contains(INSTALL_SDK) {
            let modules = installed("PUNCHCARD_TEST_NODE_MODULES");
            reader.addresses[4].1 = format!("ln -sfn '{}' node_modules", modules.display());
        }
        if document.contains(DATABASE) {
            reader.database = Some(Space::new(Engine::Postgres));
        }
        reader.prepare();
        reader
    }

    /// What documents take for granted: a trade of which somebody is notified, a refused call, and files.
    fn prepare(&mut self) {
        let path = self.demo.data().join("demo/demo.json");
        let demo: Value = serde_json::from_slice(&fs::read(path).expect("it is there")).expect("JSON");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let (user, shop) = (text(&demo["user_ids"][0]), text(&demo["shop_ids"][0]));
        let pay = json!({
            "scene": "bar_code", "auth_code": format!("28{}", &user[2..]), "out_trade_no": "documents",
            "subject": "茶", "total_amount": "1.00",
        });
        let pay = format!("punchcard call alipay.trade.pay '{pay}' --notify-url http://127.0.0.1:9/ --json");
        let output = self.run(&pay);
        let paid: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        let notices = self.run("punchcard notify list --json");
        let notices: Value = serde_json::from_slice(&notices.stdout).expect("JSON");
        let refused = crate::output::stranger(&self.demo).call("koubei.made.up", "{}", crate::running::NOW);
        let trace_id = refused.expect("an answer").trace_id.expect("a trace");
        self.demo.doctor(&trace_id);
        self.save("members.csv", "user_id,pam_gender\n2088000000000001,1\n");
        let header = "trade_no,user_id,shop_id,total_amount,paid_at";
        self.save("trades.csv", &format!("{header}\n2015010121000001,{user},{shop},1.00,2015-01-01 12:00:00\n"));
        let header = "voucher_no,user_id,received_at,redeemed_at";
        self.save("vouchers.csv", &format!("{header}\nV1,{user},2015-01-01 09:00:00,2015-01-01 12:00:00\n"));
        let key = self.folder.join("a-public-key.pem");
        fs::write(&key, self.demo.platform_key.to_pem()).expect("the folder is ours");
        self.hand_codes_out(&text(&demo["consent"]["app_id"]), &text(&demo["pid"]), &user);
        self.words = vec![
            ("TOKEN", Some("auth"), text(&demo["isv"]["app_auth_token"])),
            ("FILE", Some("doctor"), key.display().to_string()),
            ("ID", Some("notify"), text(&notices[0]["notify_id"])),
            ("ID", Some("voucher"), COUPON.to_owned()),
            ("ID", Some("activity"), text(&demo["coupon"]["camp_id"])),
            ("NAME", Some("methods"), "alipay.trade.pay".to_owned()),
            ("TRACE", None, trace_id),
            ("TRADE_NO", None, text(&paid["trade_no"])),
            ("CARD", None, text(&demo["point_card"]["activity_account"])),
            ("USER", None, user),
            ("TEXT", None, "图片不清晰".to_owned()),
        ];
    }

    /// Codes of the merchant's consent and of a member's, as texts that documents show.
    fn hand_codes_out(&self, app_id: &str, pid: &str, user: &str) {
        let store = Store::open(&self.demo.place(), Open::default()).expect("the demo's store");
        let consent =
            Consent::Merchant { auth_app_id: crate::running::APP_ID.to_owned(), methods: vec!["*".to_owned()] };
        let now = wire::time::parse(crate::running::NOW).expect("a time");
        let merchant = Code::new(app_id, pid, consent, now);
        let member = Code::new(app_id, user, Consent::Member { scopes: vec!["auth_base".to_owned()] }, now);
        let put = move |tx: &mut Tx| {
            auth_code::insert(tx, &token_key("APP_AUTH_CODE"), &merchant, 0)?;
            auth_code::insert(tx, &token_key("AUTH_CODE"), &member, 0)
        };
        block_on(store.write::<_, Fault, _>(put)).expect("it is kept");
    }

    /// Saves a file in the folder where the reader is.
    pub(super) fn save(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), self.own(text)).expect("the folder is ours");
    }

    /// Types commands, and compares what they print with what is shown.
    pub(super) fn types(&mut self, commands: &[String], shown: Option<&[String]>) {
        let mut printed = String::new();
        for command in commands {
            let line = self.fill(command);
            let output = self.run(&line);
            let err = String::from_utf8_lossy(&output.stderr);
            let was_asked = REFUSALS.iter().any(|refusal| err.contains(refusal));
            assert!(output.status.success() || was_asked, "{command}\nas {line}\n{err}");
            printed.push_str(&String::from_utf8_lossy(&output.stdout));
        }
        if let Some(shown) = shown.map(|lines| lines.iter().map(|line| self.own(line)).collect::<Vec<_>>()) {
            let lines: Vec<&str> = printed.lines().collect();
            let same = lines.len() == shown.len()
                && lines.iter().zip(&shown).all(|(line, shown)| is_as_shown(line.trim_end(), shown.trim_end()));
            assert!(same, "{commands:?} print\n{printed}and not\n{}", shown.join("\n"));
        }
    }

    /// Runs a command that a sentence names. Without its arguments it must be a command at least.
    pub(super) fn mentions(&mut self, command: &str) {
        let usage = self.run(&self.fill(command)).status.code() == Some(USAGE);
        let command = if usage { format!("{command} --help") } else { command.to_owned() };
        self.types(&[command], None);
    }

    /// Starts what keeps running, and waits until it listens.
    pub(super) fn starts(&mut self, command: &str) {
        let line = self.own(command);
        let log = self.top.join("background.log");
        let err = fs::File::options().create(true).append(true).open(&log).expect("the folder is ours");
        // A group of its own, so that it ends with everything that it has started.
        let mut shell = self.shell(&line);
        let mut child = shell.process_group(0).stdout(Stdio::piped()).stderr(err).spawn().expect("a shell runs");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map_while(Result::ok);
        self.background.push(child);
        let listens = lines.any(|line| line.starts_with("listening on "));
        assert!(listens, "{line}\ndoes not listen: {}", fs::read_to_string(&log).unwrap_or_default());
        std::thread::spawn(move || lines.for_each(drop));
    }

    /// Runs one command where the reader is, and goes where it leads.
    fn run(&mut self, line: &str) -> Output {
        let place = self.top.join("place");
        let output = self.shell(&format!("{line}\nstatus=$?\npwd > '{}'\nexit $status", place.display())).output();
        if let Ok(folder) = fs::read_to_string(&place) {
            self.folder = folder.trim_end().into();
        }
        output.expect("a shell runs")
    }

    fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        let program = Path::new(env!("CARGO_BIN_EXE_punchcard")).parent().expect("a folder");
        let path = format!("{}:{}", program.display(), std::env::var("PATH").expect("a path"));
        command.args(["-c", script]).current_dir(&self.folder).env("PATH", path);
        command
            .env("PUNCHCARD_DATA", self.demo.data())
            .env("PUNCHCARD_LOG", "warn")
            .env("PUNCHCARD_LISTEN", "127.0.0.1:0");
        command.env("PUNCHCARD_OPERATOR_LISTEN", "127.0.0.1:0");
        command
    }

    /// A text of the document with addresses that are free on this machine.
    fn own(&self, text: &str) -> String {
        let text = self.addresses.iter().fold(text.to_owned(), |text, (theirs, own)| text.replace(theirs, own));
        match self.database.as_ref().map(Space::place) {
            Some(Place::Postgres(url)) => text.replace(DATABASE, &url),
            _ => text,
        }
    }

    /// The same for a command, with values for words in capitals.
    fn fill(&self, command: &str) -> String {
        let kind = command.split_whitespace().nth(1).unwrap_or_default();
        let value = |word: &str| {
            let found = self.words.iter().find(|(name, of, _)| *name == word && of.is_none_or(|of| of == kind));
            found.map_or_else(|| word.to_owned(), |(_, _, value)| value.clone())
        };
        self.own(command).split(' ').map(value).collect::<Vec<_>>().join(" ")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        for child in &mut self.background {
            drop(Command::new("sh").args(["-c", "kill -s KILL -- \"-$0\"", &child.id().to_string()]).status());
            drop(child.wait());
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}
