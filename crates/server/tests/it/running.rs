//! A Punchcard of one's own: the built binary on a free port, with a store of its own on either engine.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use client::{Answer, CallError, Client, Settings};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use store::Place;
use store::testing::{Engine, Space};
use tempfile::TempDir;
use wire::{Charset, PrivateKey, PublicKey, SignType};

/// The number in this variable, if there is one.
pub(crate) fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, not {text:?}")))
}

/// What a test's random choices follow from: printed, so that a failing run can be had again with
/// `PUNCHCARD_TEST_SEED`.
pub(crate) fn seed() -> u64 {
    let seed = number("PUNCHCARD_TEST_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("PUNCHCARD_TEST_SEED={seed}");
    seed
}

/// A method of THE LIST, as the binary tells of it.
#[derive(serde::Deserialize)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) writes: bool,
    pub(crate) fields: Vec<ListedField>,
}

#[derive(serde::Deserialize)]
pub(crate) struct ListedField {
    pub(crate) name: String,
}

/// THE LIST.
pub(crate) fn the_list() -> Vec<Listed> {
    let output = Command::new(env!("CARGO_BIN_EXE_punchcard")).args(["methods", "--json"]).output();
    serde_json::from_slice(&output.expect("the binary runs").stdout).expect("JSON")
}

/// The merchant of the tests' world.
pub(crate) const PID: &str = "2088201914979011";
/// Another merchant, with an app of its own.
pub(crate) const OTHER_PID: &str = "2088201914979022";
/// The service provider.
pub(crate) const ISV_PID: &str = "2088201914979033";
/// The merchant's app, the other merchant's, the provider's.
pub(crate) const APP_ID: &str = "2021000000000001";
pub(crate) const OTHER_APP_ID: &str = "2021000000000002";
pub(crate) const ISV_APP_ID: &str = "2021000000000003";
/// The provider may act for the merchant with this.
pub(crate) const TOKEN: &str = "201609BBtest_app_auth_token_0001";
/// The timestamp of calls; the gateway asks only for its form.
pub(crate) const NOW: &str = "2026-01-01 12:00:00";

/// The apps' one key; making one takes a while, and whose it is does not matter to these tests.
pub(crate) fn app_key() -> PrivateKey {
    static KEY: OnceLock<PrivateKey> = OnceLock::new();
    KEY.get_or_init(PrivateKey::generate).clone()
}

/// Two merchants, a provider that may act for the first, and more authorisations than it should have.
pub(crate) fn world() -> String {
    let key = app_key().public_key().to_base64();
    let app = |app_id: &str, pid: &str, more: &str| {
        format!("[[app]]\napp_id = \"{app_id}\"\npid = \"{pid}\"\npublic_key = \"{key}\"\n{more}\n")
    };
    let merchant = |pid: &str, more: &str| format!("[[merchant]]\npid = \"{pid}\"\n{more}\n");
    let tag = |code: &str, kind: &str, more: &str| {
        format!("[[merchant.tag]]\ncode = \"{code}\"\nname = \"{code}名\"\ntype = \"{kind}\"\n{more}\n")
    };
    [
        merchant(PID, "name = \"花果山超市\""),
        tag("pref_organic", "enum", "values = [{ value = \"1\", label = \"是\" }, { value = \"0\", label = \"否\" }]"),
        tag("spent", "number", ""),
        tag("last_visit", "date", ""),
        tag("note", "text", ""),
        tag("seen_at", "location", ""),
        merchant(OTHER_PID, ""),
        merchant(ISV_PID, ""),
        app(APP_ID, PID, ""),
        app(OTHER_APP_ID, OTHER_PID, ""),
        app(ISV_APP_ID, ISV_PID, "isv = true"),
        app("2021000000000004", PID, "methods = [\"koubei.marketing.campaign.tags.query\"]"),
        app("2021000000000005", PID, "enabled = false"),
        format!("[[app]]\napp_id = \"2021000000000006\"\npid = \"{PID}\"\n"),
        authorization(TOKEN, ""),
        authorization("expired_token", "expires_at = \"2020-01-01 00:00:00\""),
        authorization("revoked_token", "enabled = false"),
        authorization("narrow_token", "methods = [\"koubei.marketing.campaign.tags.query\"]"),
    ]
    .join("\n")
}

/// What the store finds a token by.
pub(crate) fn token_key(token: &str) -> String {
    wire::sha256(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The provider's authorisation by the merchant.
pub(crate) fn authorization(token: &str, more: &str) -> String {
    format!(
        "[[authorization]]\napp_id = \"{ISV_APP_ID}\"\npid = \"{PID}\"\nauth_app_id = \"{APP_ID}\"\napp_auth_token = \"{token}\"\n{more}\n"
    )
}

/// Makes two tests of one body, which gets the engine.
macro_rules! each_engine {
    ($name:ident, |$engine:ident| $body:block) => {
        mod $name {
            use super::*;
            use store::testing::Engine;

            fn body($engine: Engine) $body

            #[test]
            fn sqlite() {
                body(Engine::Sqlite);
            }

            #[test]
            fn postgres() {
                body(Engine::Postgres);
            }
        }
    };
}

pub(crate) use each_engine;

/// A running Punchcard; killed when dropped.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where it tells its metrics.
    pub(crate) operator: SocketAddr,
    /// What its answers are verified with.
    pub(crate) platform_key: PublicKey,
    /// Its folder.
    pub(crate) folder: Arc<TempDir>,
    database: Option<Arc<Space>>,
    child: Child,
    arguments: Vec<String>,
    log: &'static str,
}

impl Running {
    /// Starts one on this engine with the tests' world.
    pub(crate) fn start(engine: Engine) -> Running {
        Running::start_with(engine, &world(), &["--clock", "manual:2026-01-01T12:00:00+08:00"])
    }

    /// Starts one with this world and these more arguments.
    pub(crate) fn start_with(engine: Engine, world: &str, arguments: &[&str]) -> Running {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("world.toml");
        std::fs::write(&path, world).expect("the folder is ours");
        let mut all = vec!["--world".to_owned(), path.display().to_string()];
        all.extend(arguments.iter().map(|&argument| argument.to_owned()));
        Running::start_in(engine, folder, all)
    }

    /// Starts one in this folder with exactly these arguments beside store and port.
    pub(crate) fn start_in(engine: Engine, folder: TempDir, arguments: Vec<String>) -> Running {
        let database = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Arc::new(Space::new(Engine::Postgres))),
        };
        Running::run(Arc::new(folder), database, arguments, "warn")
    }

    /// Starts one with the tests' world that logs as it does for its users.
    pub(crate) fn start_logging(engine: Engine) -> Running {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("world.toml");
        std::fs::write(&path, world()).expect("the folder is ours");
        Running::start_logging_in(engine, folder, vec!["--world".to_owned(), path.display().to_string()])
    }

    /// Starts one in this folder with exactly these arguments beside store and port; it logs as it does for its users.
    pub(crate) fn start_logging_in(engine: Engine, folder: TempDir, arguments: Vec<String>) -> Running {
        let database = (engine == Engine::Postgres).then(|| Arc::new(Space::new(Engine::Postgres)));
        Running::run(Arc::new(folder), database, arguments, "info")
    }

    /// The same with its log going elsewhere.
    pub(crate) fn start_logging_to(engine: Engine, log: impl Into<Stdio>) -> Running {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let path = folder.path().join("world.toml");
        std::fs::write(&path, world()).expect("the folder is ours");
        let database = (engine == Engine::Postgres).then(|| Arc::new(Space::new(Engine::Postgres)));
        let arguments = vec!["--world".to_owned(), path.display().to_string()];
        let (child, address, operator, platform_key) =
            spawn_logging_to(&folder, database.as_deref(), &arguments, "info", log.into());
        Running { address, operator, platform_key, folder, database, child, arguments, log: "info" }
    }

    /// Restores a backup on this engine, and starts on that.
    pub(crate) fn restore(engine: Engine, backup: &Path, master_key: &Path) -> Running {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::copy(master_key, folder.path().join("master.key")).expect("the folder is ours");
        let database = (engine == Engine::Postgres).then(|| Arc::new(Space::new(Engine::Postgres)));
        let mut command = punchcard(&folder, database.as_deref());
        let output = command.arg("restore").arg(backup).output().expect("the binary runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Running::run(Arc::new(folder), database, Vec::new(), "warn")
    }

    /// A second process on the same database.
    pub(crate) fn beside(&self) -> Running {
        let (folder, database) = (self.folder.clone(), self.database.clone());
        assert!(database.is_some(), "a folder has one process");
        Running::run(folder, database, self.arguments.clone(), self.log)
    }

    fn run(folder: Arc<TempDir>, database: Option<Arc<Space>>, arguments: Vec<String>, log: &'static str) -> Running {
        let (child, address, operator, platform_key) = spawn(&folder, database.as_deref(), &arguments, log);
        Running { address, operator, platform_key, folder, database, child, arguments, log }
    }

    /// The same store, when nobody runs on it any more, with these arguments besides.
    pub(crate) fn with(&self, arguments: &[&str]) -> Running {
        let more = arguments.iter().map(|&argument| argument.to_owned());
        let arguments = self.arguments.iter().cloned().chain(more).collect();
        Running::run(self.folder.clone(), self.database.clone(), arguments, self.log)
    }

    /// The same store, when nobody runs on it any more, with exactly these arguments beside store and port.
    pub(crate) fn start_at(before: &Running, arguments: &[&str]) -> Running {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Running::run(before.folder.clone(), before.database.clone(), arguments, before.log)
    }

    /// Where its database is.
    pub(crate) fn place(&self) -> Place {
        self.database.as_ref().map_or_else(|| Place::Folder(self.data()), |database| database.place())
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Its data folder.
    pub(crate) fn data(&self) -> PathBuf {
        data(&self.folder)
    }

    /// Kills it as the power does, and starts it again on what it left.
    pub(crate) fn kill_and_start(&mut self) {
        self.stop();
        self.start_again();
    }

    /// Kills it.
    pub(crate) fn stop(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("a child can be waited for");
    }

    /// Asks it to end, and sees it end well.
    pub(crate) fn terminate(&mut self) {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        let ended = self.child.wait().expect("a child can be waited for");
        assert!(sent.success() && ended.success(), "{ended}\n{}", log_of(self.folder.path()));
    }

    /// Starts it on what it left.
    pub(crate) fn start_again(&mut self) {
        (self.child, self.address, self.operator, self.platform_key) =
            spawn(&self.folder, self.database.as_deref(), &self.arguments, self.log);
    }

    /// Runs another command of the binary on the same store.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        self.prepared(arguments).output().expect("the binary runs")
    }

    /// Another command of the binary on the same store, to be run.
    pub(crate) fn prepared(&self, arguments: &[&str]) -> Command {
        let mut command = punchcard(&self.folder, self.database.as_deref());
        command.args(arguments);
        command
    }

    /// What `doctor` prints of a call: it is there as soon as the call was answered.
    pub(crate) fn doctor(&self, trace_id: &str) -> String {
        let output = self.command(&["doctor", trace_id]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// A client of the merchant's app.
    pub(crate) fn client(&self) -> Client {
        self.client_of(APP_ID, None)
    }

    /// The form of a signed call of the merchant's app that any method takes, with a `biz_content` of about as many
    /// bytes.
    pub(crate) fn form_of(method: &str, content_bytes: usize) -> String {
        let biz_content = json!({"note": "x".repeat(content_bytes)}).to_string();
        let params = [
            ("app_id", APP_ID),
            ("method", method),
            ("timestamp", NOW),
            ("version", "1.0"),
            ("biz_content", biz_content.as_str()),
        ];
        wire::signed_form(&params, Charset::Utf8, SignType::Rsa2, &app_key()).expect("it can be written")
    }

    /// A client of any app.
    pub(crate) fn client_of(&self, app_id: &str, app_auth_token: Option<&str>) -> Client {
        self.client_in(app_id, app_auth_token, Charset::Utf8, SignType::Rsa2)
    }

    /// A client of any app in any charset and algorithm.
    pub(crate) fn client_in(&self, app_id: &str, token: Option<&str>, charset: Charset, sign_type: SignType) -> Client {
        Client::new(Settings {
            gateway_url: format!("http://{}/gateway.do", self.address),
            app_id: app_id.to_owned(),
            private_key: app_key(),
            platform_key: self.platform_key.clone(),
            charset,
            sign_type,
            app_auth_token: token.map(str::to_owned),
        })
    }

    /// Imports members given as CSV lines.
    pub(crate) fn import(&self, pid: &str, csv: &str) {
        let path = self.folder.path().join("members.csv");
        std::fs::write(&path, csv).expect("the folder is ours");
        let output = self.command(&["import", "members", "--pid", pid, &path.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn data(folder: &TempDir) -> PathBuf {
    folder.path().join("data")
}

fn punchcard(folder: &TempDir, database: Option<&Space>) -> Command {
    // A file that may not grow is an error to be told, as a full disk is, and no signal to die of.
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_punchcard")]);
    command.current_dir(folder.path()).env("PUNCHCARD_DATA", data(folder)).env("PUNCHCARD_LOG", "warn");
    command.env("PUNCHCARD_MASTER_KEY_FILE", folder.path().join("master.key"));
    if let Some(Place::Postgres(url)) = database.map(Space::place) {
        command.env("PUNCHCARD_DATABASE_URL", url);
    }
    command
}

fn spawn(
    folder: &TempDir,
    database: Option<&Space>,
    arguments: &[String],
    level: &str,
) -> (Child, SocketAddr, SocketAddr, PublicKey) {
    let log =
        std::fs::File::options().create(true).append(true).open(log_path(folder.path())).expect("the folder is ours");
    spawn_logging_to(folder, database, arguments, level, log.into())
}

fn spawn_logging_to(
    folder: &TempDir,
    database: Option<&Space>,
    arguments: &[String],
    level: &str,
    log: Stdio,
) -> (Child, SocketAddr, SocketAddr, PublicKey) {
    let mut command = punchcard(folder, database);
    command.env("PUNCHCARD_LOG", level);
    command.arg("serve").args(["--listen", "127.0.0.1:0"]).args(arguments).stdout(Stdio::piped()).stderr(log);
    let mut child = command.spawn().expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    // It may listen on more than one address: the first counts.
    let mut said = |before: &str| {
        let rest = lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix(before).map(str::to_owned));
        rest.unwrap_or_else(|| panic!("it did not start: no {before:?}\n{}", log_of(folder.path())))
    };
    let platform_key = PublicKey::parse(&said("alipay_public_key ")).expect("a key");
    let address = said("listening on http://").replace("/gateway.do", "").parse().expect("an address");
    let operator = said("metrics on http://").replace("/metrics", "").parse().expect("an address");
    // What it prints later must not fill the pipe.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address, operator, platform_key)
}

fn log_path(folder: &Path) -> PathBuf {
    folder.join("log")
}

/// Expects that no thread of the server on this folder has panicked; shows what its log has of it.
pub(crate) fn no_panic(folder: &Path) {
    let log = log_of(folder);
    let panics: Vec<&str> = log.lines().skip_while(|line| !line.contains("panicked")).take(20).collect();
    assert!(panics.is_empty(), "{}", panics.join("\n"));
}

/// What the process wrote to its log, once it has written no more for a moment: lines are written behind the answers.
pub(crate) fn log_of(folder: &Path) -> String {
    const QUIET: Duration = Duration::from_millis(250);
    let mut text = read_log(folder);
    loop {
        std::thread::sleep(QUIET);
        let later = read_log(folder);
        if later.len() == text.len() {
            return text;
        }
        text = later;
    }
}

fn read_log(folder: &Path) -> String {
    let mut text = String::new();
    if let Ok(mut file) = std::fs::File::open(log_path(folder)) {
        file.read_to_string(&mut text).expect("a log is text");
    }
    text
}

/// One call, answered: code and sub_code, and the node.
pub(crate) fn call(client: &Client, method: &str, biz_content: &Value) -> Answer {
    try_call(client, method, biz_content).unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// The same where there may be no answer. An upload's members are parameters, and its file is base64.
pub(crate) fn try_call(client: &Client, method: &str, biz_content: &Value) -> Result<Answer, CallError> {
    if method != UPLOAD {
        return client.call(method, &biz_content.to_string(), NOW);
    }
    let members = biz_content.as_object().expect("an object");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (files, texts): (Vec<_>, Vec<_>) =
        members.iter().map(|(name, value)| (name.clone(), text(value))).partition(|(name, _)| name == "image_content");
    let texts: Vec<_> = texts.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let file = |(field, base64): (String, String)| {
        let bytes = STANDARD.decode(base64).expect("base64");
        wire::File { field, name: "logo.png".to_owned(), bytes }
    };
    let files: Vec<_> = files.into_iter().map(file).collect();
    client.call_with_files(method, "", NOW, &texts, &files)
}

/// Keeps a picture.
pub(crate) const UPLOAD: &str = "alipay.offline.material.image.upload";

/// An upload that succeeds.
pub(crate) fn picture(name: &str) -> Value {
    json!({"image_type": "png", "image_name": name, "image_content": PNG})
}

/// A red picture of four pixels.
pub(crate) const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGM4IScHRAwQCgAfJgQRoo8irwAAAABJRU5ErkJggg==";

/// Calls and expects success; the node.
pub(crate) fn succeed(client: &Client, method: &str, biz_content: &Value) -> Value {
    let answer = call(client, method, biz_content);
    assert_eq!(answer.code, "10000", "{method} {biz_content}: {}", answer.raw);
    answer.node
}

/// Calls and expects this sub_code.
pub(crate) fn refuse(client: &Client, method: &str, biz_content: &Value, sub_code: &str) -> Answer {
    let answer = call(client, method, biz_content);
    assert_eq!(answer.sub_code.as_deref(), Some(sub_code), "{method} {biz_content}: {}", answer.raw);
    answer
}

/// Conditions on one tag, as the string that the wire has.
pub(crate) fn conditions(op: &str, tag_code: &str, value: &str) -> String {
    json!([{"op": op, "tagCode": tag_code, "value": value}]).to_string()
}

/// A saved crowd's id.
pub(crate) fn crowd(client: &Client, out_biz_no: &str) -> String {
    let request = json!({"out_biz_no": out_biz_no, "name": "白领", "conditions": conditions("IN", "pam_gender", "1")});
    let node = succeed(client, "koubei.marketing.campaign.crowd.create", &request);
    node["crowd_group_id"].as_str().expect("an id").to_owned()
}
