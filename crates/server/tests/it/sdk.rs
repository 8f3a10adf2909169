//! The official SDKs, unmodified, through `tests/sdk/cases.json` against the built binary (see `tests/sdk/README.md`).

use crate::running::{PID, Running, succeed, the_list, token_key};
use crate::stamps::{card_activity, made, prize_activity, tool_of, with};
use crate::voucher_kit::{SEND, Templates};
use crate::wallet::{DAY, NOON, Wallet};
use client::{Client, Settings};
use domain::activity::{Budget, ToolKind};
use domain::authorization::{Code, Consent, UserTokens};
use domain::id::{CampIdText, TemplateId};
use domain::template::{Publication, Status, Template, ValidPeriod};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;
use store::testing::{Engine, block_on};
use store::world::{self, Authorization, Refresh};
use store::{Fault, Open, Store, Tx, auth_code, user_authorization};
use wire::{Charset, PrivateKey, SignType, time};

/// The merchant of the cases about trades, points and prizes, its app, and who pays there.
const TILL_APP_ID: &str = "2021000000000007";
const TILL_PID: &str = "2088201914979055";
const BUYER: &str = "2088102146931393";
/// The folder of the two programs.
pub(crate) const SDK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk");

#[test]
fn node_on_sqlite() {
    node(Engine::Sqlite, &[("utf-8", "RSA2"), ("utf-8", "RSA")]);
}

#[test]
fn node_on_postgres() {
    node(Engine::Postgres, &[("utf-8", "RSA2")]);
}

#[test]
fn node_in_certificate_mode_on_sqlite() {
    node_as(Engine::Sqlite, true, None, &[("utf-8", "RSA2"), ("utf-8", "RSA")]);
}

#[test]
fn node_in_certificate_mode_on_postgres() {
    node_as(Engine::Postgres, true, None, &[("utf-8", "RSA2")]);
}

#[test]
fn node_through_v3_on_sqlite() {
    for v3 in ["post", "get", "encrypted"] {
        node_as(Engine::Sqlite, false, Some(v3), &[("utf-8", "RSA2")]);
    }
}

#[test]
fn node_through_v3_on_postgres() {
    node_as(Engine::Postgres, false, Some("encrypted"), &[("utf-8", "RSA2")]);
}

#[test]
fn node_through_v3_in_certificate_mode_on_sqlite() {
    node_as(Engine::Sqlite, true, Some("get"), &[("utf-8", "RSA2")]);
}

#[test]
fn node_through_v3_in_certificate_mode_on_postgres() {
    node_as(Engine::Postgres, true, Some("post"), &[("utf-8", "RSA2")]);
}

#[test]
fn python_on_sqlite() {
    python(Engine::Sqlite, "127.0.0.80", &[("utf-8", "RSA2"), ("utf-8", "RSA"), ("GBK", "RSA2"), ("GBK", "RSA")]);
}

#[test]
fn python_on_postgres() {
    python(Engine::Postgres, "127.0.0.81", &[("GBK", "RSA2")]);
}

fn node(engine: Engine, runs: &[(&str, &str)]) {
    node_as(engine, false, None, runs);
}

/// `v3` says how calls go through `/v3`: by `post`, by `get` where that may be, or `encrypted`.
fn node_as(engine: Engine, with_certificates: bool, v3: Option<&str>, runs: &[(&str, &str)]) {
    let node_modules = installed("PUNCHCARD_TEST_NODE_MODULES");
    let mut program = Command::new("node");
    program.arg(format!("{SDK}/node/run.mjs")).env("PUNCHCARD_TEST_NODE_MODULES", node_modules);
    drive(engine, program, None, with_certificates, v3, runs);
}

/// `portless` is an address of this machine on whose port 80 the server listens, where that is allowed: the SDK cannot
/// take a port.
fn python(engine: Engine, portless: &str, runs: &[(&str, &str)]) {
    let mut program = Command::new(installed("PUNCHCARD_TEST_PYTHON"));
    program.arg("-B").arg(format!("{SDK}/python/run.py"));
    let allowed = TcpListener::bind((portless, 80)).is_ok();
    drive(engine, program, allowed.then_some(portless), false, None, runs);
}

/// What `cargo xtask test` installs and names in the environment.
pub(crate) fn installed(name: &str) -> PathBuf {
    let path = std::env::var_os(name);
    PathBuf::from(path.unwrap_or_else(|| panic!("{name} is not set: run this test with `cargo xtask test sdk`")))
}

/// A server with what the cases are about, where it listens on this address too, and these runs as the programs are
/// told of them.
pub(crate) fn prepare(engine: Engine, portless: Option<&str>, runs: &[(&str, &str)]) -> (Running, Vec<Value>) {
    let mut arguments = vec!["--world".to_owned(), format!("{SDK}/world.toml")];
    arguments.extend(portless.map(|address| format!("--listen={address}:80")));
    let server = Running::start_in(engine, tempfile::tempdir().expect("a folder"), arguments);
    server.import(PID, &fs::read_to_string(format!("{SDK}/members.csv")).expect("the members are there"));
    // Each run has a coupon; of equals the first that was given is taken first.
    let wallet = Wallet::of_merchant(&server, TILL_PID);
    let items = json!({"name": "八块八桃子券", "worth_value": "8.8", "voucher_note": "123", "item_info": {"item_ids": ["peach"]}});
    let peaches = wallet.coupon(ToolKind::Money, &items);
    let prizes = Prizes::make(&server);
    let vouchers = Vouchers::make(&server, &prizes.till);
    let consents = Consents::of(&server);
    let run = |(nth, (charset, sign_type)): (usize, &(&str, &str))| {
        let coupon = wallet.give(BUYER, peaches, NOON + 30_000 * DAY);
        let known = with(with(prizes.known(nth), &vouchers.known()), &json!({"coupon": coupon}));
        let known = with(known, &consents.known(nth));
        json!({"charset": charset, "sign_type": sign_type, "known": known})
    };
    let runs = runs.iter().enumerate().map(run).collect();
    (server, runs)
}

fn drive(
    engine: Engine,
    mut program: Command,
    portless: Option<&str>,
    with_certificates: bool,
    v3: Option<&str>,
    runs: &[(&str, &str)],
) {
    let (server, runs) = prepare(engine, portless, runs);
    let given = server.folder.path().join("sdk.json");
    let reads: Vec<_> = the_list().into_iter().filter(|method| !method.writes).map(|method| method.name).collect();
    let text = json!({"gateway": server.address, "portless": portless, "certificates": with_certificates, "v3": v3,
        "reads": reads, "runs": runs});
    let text = text.to_string();
    fs::write(&given, text).expect("the folder is ours");

    let output = program.arg(given).output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let passed: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("ok ")).collect();
    let failed: Vec<&str> = said.lines().filter(|line| !line.starts_with("ok ")).collect();
    assert!(
        output.status.success() && failed.is_empty() && !passed.is_empty(),
        "{} passed, and:\n{}\n{}",
        passed.len(),
        failed.join("\n"),
        String::from_utf8_lossy(&output.stderr)
    );
    report(&passed);
}

/// What the till's merchant gives its members, whatever time it is.
struct Prizes {
    till: Client,
    /// A coupon, and one that nobody can take any more.
    prize: String,
    gone: String,
    /// A card and a coupon that were taken off line.
    card_over: String,
    prize_over: String,
}

impl Prizes {
    fn make(server: &Running) -> Prizes {
        let till = Client::new(Settings {
            gateway_url: format!("http://{}/gateway.do", server.address),
            app_id: TILL_APP_ID.to_owned(),
            private_key: PrivateKey::parse(include_str!("../sdk/keys/merchant.private.pem")).expect("a key"),
            platform_key: server.platform_key.clone(),
            charset: Charset::Utf8,
            sign_type: SignType::Rsa2,
            app_auth_token: None,
        });
        let over = [lasting_card("over"), lasting(prize_activity("prize over"))].map(|activity| {
            let camp_id = made(&till, &activity);
            let no = tool_of(&till, &camp_id);
            let offline = json!({"out_biz_no": "over", "camp_id": camp_id});
            succeed(&till, "koubei.marketing.campaign.activity.offline", &offline);
            no
        });
        let one = json!({"budget_info": {"budget_total": "1", "budget_type": "QUANTITY"}});
        let gone = made(&till, &with(lasting(prize_activity("gone")), &one));
        let number = CampIdText::parse(&gone).expect("an id").number;
        let store = Store::open(&server.place(), Open::default()).expect("the server's store");
        let take = move |tx: &mut Tx| store::counter::take(tx, Budget::TOTAL, number, "", 1, 1);
        assert!(block_on(store.write::<_, Fault, _>(take)).expect("it is kept"));
        let [card_over, prize_over] = over;
        let prize = tool_of(&till, &made(&till, &lasting(prize_activity("prize"))));
        Prizes { gone: tool_of(&till, &gone), prize, card_over, prize_over, till }
    }

    /// What one run has: a card of its own, and what all have.
    fn known(&self, nth: usize) -> Value {
        let card = tool_of(&self.till, &made(&self.till, &lasting_card(&format!("card {nth}"))));
        json!({"card": card, "cardover": self.card_over, "prize": self.prize, "prizeover": self.prize_over,
            "prizegone": self.gone, "from": day(-1), "until": day(60), "later": day(61), "toolate": day(90),
            "yesterday": day(-1), "tomorrow": day(1)})
    }
}

/// The till's templates of cash vouchers.
struct Vouchers {
    templates: Templates,
    /// What all runs have: templates of which nothing can be sent, each for another reason.
    closed: Value,
}

impl Vouchers {
    fn make(server: &Running, till: &Client) -> Vouchers {
        let templates = Templates::of(server, TILL_PID, BUYER);
        let paid = |change: &dyn Fn(&mut Template)| {
            templates.paid(|it| {
                few(it);
                change(it);
            })
        };
        let gone = paid(&|it| it.quantity = 1);
        succeed(till, SEND, &json!({"template_id": gone, "user_id": BUYER, "out_biz_no": "gone"}));
        let over = |it: &mut Template| it.publication.ends_at = NOON + DAY;
        let later = |it: &mut Template| it.publication.starts_at = NOON + 25_000 * DAY;
        let valid_before = ValidPeriod::Absolute { starts_at: NOON - 2 * DAY, ends_at: NOON - DAY };
        let closed = json!({
            "templatedraft": templates.draft(few).id.to_text(),
            "templateold": templates.draft(old).id.to_text(),
            "templatelater": paid(&later),
            "templateover": paid(&over),
            "templatestale": paid(&|it| it.valid_period = valid_before),
            "templategone": gone,
        });
        Vouchers { templates, closed }
    }

    /// What one run has: a template of its own, and what all have.
    fn known(&self) -> Value {
        with(self.closed.clone(), &json!({"template": self.templates.paid(few)}))
    }
}

/// What consent pages have handed out, and what apps have had for it, whatever time it is.
struct Consents {
    store: Store,
}

impl Consents {
    const ISV_APP_ID: &str = "2021000000000002";
    const APP_ID: &str = "2021000000000001";
    /// After these tests.
    const LATE: i64 = NOON + 30_000 * DAY;

    fn of(server: &Running) -> Consents {
        Consents { store: Store::open(&server.place(), Open::default()).expect("the server's store") }
    }

    /// What one run has: texts that nobody else has, under the names of `cases.json`.
    fn known(&self, nth: usize) -> Value {
        const NAMES: [&str; 10] = [
            "appcode",
            "appcodeold",
            "appcodeother",
            "apprefreshold",
            "apprefreshrevoked",
            "apptokenold",
            "apptokenother",
            "usercode",
            "usercodeother",
            "userrefreshold",
        ];
        let text = move |name: &str| format!("{name}{nth}");
        let key = move |name: &str| token_key(&text(name));
        let change = move |tx: &mut Tx| {
            let mut code = |name: &str, app_id: &str, account_id: &str, expires_at: i64| {
                let consent = match name.starts_with("app") {
                    true => Consent::Merchant { auth_app_id: Self::APP_ID.to_owned(), methods: vec!["*".to_owned()] },
                    false => Consent::Member { scopes: vec!["auth_base".to_owned()] },
                };
                let code = Code { expires_at, ..Code::new(app_id, account_id, consent, NOON) };
                auth_code::insert(tx, &key(name), &code, 0)
            };
            code("appcode", Self::ISV_APP_ID, PID, Self::LATE)?;
            code("appcodeold", Self::ISV_APP_ID, PID, NOON + 1)?;
            code("appcodeother", "2021000000000005", PID, Self::LATE)?;
            code("usercode", Self::APP_ID, BUYER, Self::LATE)?;
            code("usercodeother", Self::ISV_APP_ID, BUYER, Self::LATE)?;
            // Of pairs that no case calls with.
            let over = time::parse("2021-01-01 00:00:00").expect("a time");
            let mut pair = |name: &str, (app_id, pid): (&str, &str), auth_app_id: &str, until: i64, token: &str| {
                let given = Authorization {
                    token_key: key(token),
                    app_id: app_id.to_owned(),
                    pid: pid.to_owned(),
                    auth_app_id: auth_app_id.to_owned(),
                    methods: vec!["koubei.marketing.campaign.tags.query".to_owned()],
                    expires_at: over,
                    enabled: true,
                    granted_at: time::parse("2020-01-01 00:00:00").expect("a time"),
                    refresh: Some(Refresh { key: key(name), until }),
                    replaced_at: None,
                    version: 1,
                };
                world::give_authorization(tx, &given)
            };
            // Each of a merchant of its own: a later pair of one app and merchant ends the one before.
            let fish = "2088201914979044";
            let [old, revoked] = [0, 1].map(|of| format!("2088{:012}", 10 * nth + of));
            pair("refresh1", (Self::ISV_APP_ID, fish), "2021000000000005", over, "apptokenold")?;
            pair("apprefreshold", (Self::ISV_APP_ID, &old), "2021000000000005", over, "token2")?;
            pair("refresh3", ("2021000000000005", fish), "2021000000000005", over, "apptokenother")?;
            pair("apprefreshrevoked", (Self::ISV_APP_ID, &revoked), "2021000000000005", Self::LATE, "token4")?;
            world::revoke_authorizations(tx, Self::ISV_APP_ID, &revoked)?;
            let keys = [key("token5"), key("userrefreshold")];
            // What ended longer ago is forgotten.
            let ended = time::parse(&day(0)).expect("a time");
            let tokens = UserTokens::new(keys, Self::APP_ID, BUYER, Vec::new(), over);
            let tokens = UserTokens { refresh_until: ended, ..tokens };
            user_authorization::insert(tx, &tokens, 0)
        };
        block_on(self.store.write::<_, Fault, _>(change)).expect("it is kept");
        NAMES.iter().map(|name| ((*name).to_owned(), json!(text(name)))).collect::<Map<_, _>>().into()
    }
}

/// A few vouchers, which can be sent whenever the tests run, and lower none of the trades of other cases.
fn few(template: &mut Template) {
    template.quantity = 10;
    template.rules = json!({"PID": "2088000000000009"}).to_string();
    template.publication = Publication { starts_at: NOON - DAY, ends_at: NOON + 30_000 * DAY };
}

/// One of a day on which no other was made, however many runs there are.
fn old(template: &mut Template) {
    let at = |text: &str| time::parse(text).expect("a time");
    template.id = TemplateId::new(at("2020-01-01 12:00:00"), template.id.number);
    template.publication = Publication { starts_at: at("2020-01-01 00:00:00"), ends_at: at("2020-01-31 23:59:59") };
    template.status = Status::Expired;
}

/// Midnight so many days from today, by the machine's clock, which the server goes by: a new folder has its time.
fn day(days: i64) -> String {
    let now = tempfile::tempdir().and_then(|new| new.path().metadata()?.modified()).expect("a new folder has a time");
    let today = now.duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let today = i64::try_from(today).expect("within the years that there are");
    format!("{} 00:00:00", &time::format(today + days * DAY)[..10])
}

fn lasting(activity: Value) -> Value {
    with(activity, &json!({"start_time": "2020-01-01 00:00:00", "end_time": "2099-01-01 00:00:00"}))
}

fn lasting_card(out_biz_no: &str) -> Value {
    let mut activity = lasting(card_activity(out_biz_no));
    activity["promo_tools"][0]["point_card"]["end_time"] = json!("2099-02-01 00:00:00");
    activity
}

/// Adds a line `method sdk charset algorithm` for each combination to the report that `cargo xtask test` sums up.
fn report(passed: &[&str]) {
    let combination = |line: &&str| line.split(' ').take(4).collect::<Vec<_>>().join(" ").replace("GBK", "gbk");
    let combinations: BTreeSet<String> = passed.iter().map(combination).collect();
    report_to("report.txt", combinations);
}

/// Adds these lines to a report that `cargo xtask test` reads.
pub(crate) fn report_to(name: &str, lines: impl IntoIterator<Item = String>) {
    let text: String = lines.into_iter().map(|line| line + "\n").collect();
    // Cargo's folder for the files of tests is in the target folder.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("sdk");
    fs::create_dir_all(&folder).expect("the target folder can be written to");
    let file = File::options().create(true).append(true).open(folder.join(name));
    // One write, so that lines of two tests at once do not mix.
    file.and_then(|mut file| file.write_all(text.as_bytes())).expect("the report can be written to");
}
