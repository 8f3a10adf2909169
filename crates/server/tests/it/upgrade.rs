//! Stores of earlier builds, kept in `crates/server/tests/stores/`: this build opens each, migrates it, answers from it
//! and proves it.
//!
//! Each folder there holds what one build left: `punchcard.db` after a clean stop, `store.backup` of the same store,
//! a throw-away `master.key`, and `facts.json`, what it must answer. To keep one more, made by the build at hand:
//!
//! ```text
//! PUNCHCARD_KEEP_STORE=0002-name cargo nextest run -p punchcard a_store_of_this_build
//! ```

use crate::running::{APP_ID, PID, Running, call, conditions, refuse, succeed};
use crate::stamps::{AUTH, QUERY, SHOP, UPDATE, card_activity, made, paid, prize_activity, tool_of, with};
use client::{Client, Settings};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use store::testing::Engine;
use wire::{Charset, PrivateKey, SignType};

const FILES: [&str; 4] = ["punchcard.db", "store.backup", "master.key", "facts.json"];
/// They stay in the repository for ever. An empty table takes a page of 4 KiB, and so does each of its indexes.
const KEPT_BYTES_MAX: u64 = 600_000;

fn key() -> PrivateKey {
    PrivateKey::parse(include_str!("../sdk/keys/merchant.private.pem")).expect("a key")
}

/// The merchant's client; `Running` has another key.
fn client(running: &Running) -> Client {
    Client::new(Settings {
        gateway_url: format!("http://{}/gateway.do", running.address),
        app_id: APP_ID.to_owned(),
        private_key: key(),
        platform_key: running.platform_key.clone(),
        charset: Charset::Utf8,
        sign_type: SignType::Rsa2,
        app_auth_token: None,
    })
}

fn create() -> Value {
    json!({"out_biz_no": "kept", "name": "白领", "conditions": conditions("IN", "pam_gender", "1")})
}

fn count() -> Value {
    json!({"conditions": conditions("GT", "spent", "20"), "dimensions": "[\"pam_gender\"]"})
}

fn pay() -> Value {
    json!({"out_trade_no": "kept_1", "scene": "bar_code", "buyer_id": "2088102146931393", "subject": "桃子",
        "total_amount": "88.00"})
}

fn trade() -> Value {
    json!({"out_trade_no": "kept_1"})
}

const BUYER: &str = "2088102146931393";

/// Trades from elsewhere: one that is over, one that may be refunded, one that was.
const TRADES: &str = "trade_no,user_id,shop_id,total_amount,paid_at,out_trade_no,refunded_amount,refunded_at
far_1,2088102146931393,,5.00,2025-06-01 10:00:00,,,
far_2,2088102146931393,,7.00,2025-12-01 10:00:00,own_2,,
far_3,2088102146931394,,9.00,2025-12-02 10:00:00,,2.00,2025-12-03 10:00:00
";

/// Vouchers from elsewhere: one that was redeemed, one that was not.
const VOUCHERS: &str = "voucher_no,user_id,received_at,redeemed_at
far_1,2088102146931393,2025-06-01 10:00:00,2025-06-02 10:00:00
far_2,2088102146931394,2025-12-01 10:00:00,
";

/// What an import of these rows says.
fn import(running: &Running, what: &str, rows: &str) -> String {
    let path = running.folder.path().join("rows.csv");
    std::fs::write(&path, rows).expect("the folder is ours");
    let output = running.command(&["import", what, "--pid", PID, &path.display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What is known of the trades from elsewhere.
fn far(client: &Client) -> Value {
    let known = |no| succeed(client, "alipay.trade.query", &json!({"trade_no": no}));
    ["far_1", "far_2", "far_3"].map(known).into()
}

/// What becomes of the points that are collected with it.
fn freeze(card: &Value) -> Value {
    json!({"req_id": "kept_2", "user_id": BUYER, "activity_account": card, "trans_type": "FREEZE", "trans_amount": 3})
}

fn token(prize: &Value) -> Value {
    json!({"req_id": "kept", "prize_id": prize, "user_id": BUYER})
}

/// What an activity gives. Where its page is depends on who serves it.
fn tools(client: &Client, camp_id: &Value) -> Value {
    let node = succeed(client, "koubei.marketing.campaign.activity.query", &json!({"camp_id": camp_id}));
    node["camp_detail"]["promo_tools"].clone()
}

/// Collects points for a payment and freezes some, and has a token given for a coupon: what is known of it.
fn stamp(client: &Client) -> Value {
    let [card, prize] = [card_activity("card"), prize_activity("prize")].map(|it| made(client, &it));
    let account = json!(tool_of(client, &card));
    let prize_id = json!(tool_of(client, &prize));
    let deposit = json!({"req_id": "kept_1", "trans_type": "DEPOSIT", "trans_amount": 10, "shop_id": SHOP,
        "biz_no": paid(client, "kept_3", BUYER, SHOP)});
    succeed(client, UPDATE, &with(freeze(&account), &deposit));
    json!({
        "card": card,
        "account": account,
        "frozen": succeed(client, UPDATE, &freeze(&account)),
        "points": succeed(client, QUERY, &json!({"activity_account": account, "user_id": BUYER})),
        "tools": tools(client, &json!(prize)),
        "prize": prize,
        "prize_id": prize_id,
        "token": succeed(client, AUTH, &token(&prize_id)),
    })
}

/// Makes a store and leaves it, with its facts, in `folder`.
fn make(folder: &Path) {
    let public_key = key().public_key().to_base64();
    let world = format!(
        "[[merchant]]\npid = \"{PID}\"\nname = \"花果山超市\"\n\
         [[merchant.shop]]\nshop_id = \"{SHOP}\"\nname = \"水帘洞店\"\n\
         [[merchant.tag]]\ncode = \"spent\"\nname = \"消费金额\"\ntype = \"number\"\n\
         [[app]]\napp_id = \"{APP_ID}\"\npid = \"{PID}\"\npublic_key = \"{public_key}\"\n\
         [[user]]\nuser_id = \"{BUYER}\"\nbalance = \"100.00\"\n"
    );
    // What these calls say would be most of what is kept.
    let arguments = ["--clock", "manual:2026-01-01T12:00:00+08:00", "--request-log", "off"];
    let mut running = Running::start_with(Engine::Sqlite, &world, &arguments);
    let rows = (0..100).map(|n| format!("{},{},{n}\n", 2_088_000_000_000_000_u64 + n, 1 + n % 2));
    running.import(PID, &format!("user_id,pam_gender,spent\n{}", rows.collect::<String>()));
    let client = client(&running);
    let created = succeed(&client, "koubei.marketing.campaign.crowd.create", &create());
    let id = created["crowd_group_id"].as_str().expect("an id");
    succeed(&client, "alipay.trade.pay", &pay());
    let part = json!({"out_trade_no": "kept_1", "refund_amount": "8.00", "out_request_no": "part"});
    succeed(&client, "alipay.trade.refund", &part);
    let open =
        json!({"out_trade_no": "kept_2", "buyer_id": "2088102146931393", "subject": "桃子", "total_amount": "1.00"});
    succeed(&client, "alipay.trade.create", &open);
    assert_eq!(import(&running, "trades", TRADES), "3 rows: 3 new trades; 0 bad rows\n");
    let facts = json!({
        "imported": far(&client),
        "vouchers": import(&running, "vouchers", VOUCHERS),
        "stamps": stamp(&client),
        "trade": succeed(&client, "alipay.trade.query", &trade()),
        "platform_key": running.platform_key.to_base64(),
        "created": created,
        "detail": succeed(&client, "koubei.marketing.campaign.crowd.detail.query", &json!({"crowd_group_id": id})),
        "counted": succeed(&client, "koubei.marketing.campaign.crowd.count", &count()),
    });
    let output = running.command(&["backup", "store.backup"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    running.terminate();
    assert!(!running.data().join("punchcard.db-wal").exists(), "a clean stop leaves one file");
    let own = running.folder.path();
    std::fs::write(own.join("facts.json"), format!("{facts:#}\n")).expect("the folder is ours");
    std::fs::copy(running.data().join("punchcard.db"), own.join("punchcard.db")).expect("the folder is ours");
    std::fs::create_dir_all(folder).expect("a folder");
    for name in FILES {
        std::fs::copy(own.join(name), folder.join(name)).expect("a file");
    }
}

/// Starts on a copy of what is kept in `folder`, and asks.
fn check(folder: &Path) {
    let bytes: u64 = FILES.iter().map(|name| std::fs::metadata(folder.join(name)).expect("kept").len()).sum();
    assert!(bytes <= KEPT_BYTES_MAX, "{}: {bytes} bytes", folder.display());
    let facts = std::fs::read_to_string(folder.join("facts.json")).expect("kept");
    let facts: Value = serde_json::from_str(&facts).expect("JSON");
    let own = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(own.path().join("data")).expect("the folder is ours");
    std::fs::copy(folder.join("punchcard.db"), own.path().join("data/punchcard.db")).expect("the folder is ours");
    std::fs::copy(folder.join("master.key"), own.path().join("master.key")).expect("the folder is ours");
    answers(&Running::start_in(Engine::Sqlite, own, Vec::new()), &facts);
    for engine in [Engine::Sqlite, Engine::Postgres] {
        answers(&Running::restore(engine, &folder.join("store.backup"), &folder.join("master.key")), &facts);
    }
}

fn answers(running: &Running, facts: &Value) {
    assert_eq!(running.platform_key.to_base64(), facts["platform_key"].as_str().expect("a key"));
    let client = client(running);
    let (created, id) = (&facts["created"], &facts["created"]["crowd_group_id"]);
    assert_eq!(succeed(&client, "koubei.marketing.campaign.crowd.create", &create()), *created, "the stored answer");
    let detail = succeed(&client, "koubei.marketing.campaign.crowd.detail.query", &json!({"crowd_group_id": id}));
    assert_eq!(detail, facts["detail"]);
    assert_eq!(succeed(&client, "koubei.marketing.campaign.crowd.count", &count()), facts["counted"]);
    // The first kept store is older than trades.
    if let Some(known) = facts.get("trade") {
        assert_eq!(succeed(&client, "alipay.trade.query", &trade()), *known);
        refuse(&client, "alipay.trade.pay", &pay(), "ACQ.TRADE_HAS_SUCCESS");
    }
    // And the second than activities.
    if let Some(known) = facts.get("stamps") {
        assert_eq!(made(&client, &card_activity("card")), known["card"]);
        assert_eq!(tools(&client, &known["prize"]), known["tools"]);
        assert_eq!(succeed(&client, UPDATE, &freeze(&known["account"])), known["frozen"], "frozen once");
        assert_eq!(succeed(&client, AUTH, &token(&known["prize_id"])), known["token"], "the stored answer");
        let points = json!({"activity_account": known["account"], "user_id": BUYER});
        assert_eq!(succeed(&client, QUERY, &points), known["points"]);
        let commit = json!({"req_id": "new", "user_id": BUYER, "activity_account": known["account"],
            "trans_type": "COMMIT", "biz_no": known["frozen"]["point_log_no"]});
        succeed(&client, UPDATE, &commit);
    }
    // And the third than the imported ones.
    if let Some(known) = facts.get("imported") {
        assert_eq!(far(&client), *known);
        assert_eq!(import(running, "trades", TRADES), "3 rows: 0 new trades; 0 bad rows\n", "imported before");
        let part = json!({"out_trade_no": "own_2", "refund_amount": "1.00", "out_request_no": "part"});
        succeed(&client, "alipay.trade.refund", &part);
    }
    // The kept stores are older than vouchers from elsewhere, and take them in.
    let new = if facts.get("vouchers").is_some() { 0 } else { 2 };
    let said = import(running, "vouchers", VOUCHERS);
    assert_eq!(said, format!("2 rows: {new} new vouchers; 0 bad rows\n"));
    let mut new = create();
    new["out_biz_no"] = json!("new");
    let new = call(&client, "koubei.marketing.campaign.crowd.create", &new);
    assert!(new.code == "10000" && new.node["crowd_group_id"] != *id, "{}", new.raw);
    let proof = running.command(&["prove"]);
    assert!(proof.status.success(), "{}", String::from_utf8_lossy(&proof.stderr));
}

#[test]
fn a_store_of_this_build_can_be_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    make(folder.path());
    check(folder.path());
    if let Some(name) = std::env::var_os("PUNCHCARD_KEEP_STORE") {
        let kept = stores().join(name);
        std::fs::create_dir_all(&kept).expect("a folder");
        for name in FILES {
            std::fs::copy(folder.path().join(name), kept.join(name)).expect("a file");
        }
    }
}

#[test]
fn every_store_that_was_kept_opens_and_answers() {
    let mut kept: Vec<PathBuf> =
        std::fs::read_dir(stores()).expect("kept stores").map(|entry| entry.expect("an entry").path()).collect();
    kept.retain(|path| path.is_dir());
    kept.sort();
    assert!(!kept.is_empty());
    for folder in kept {
        println!("{}", folder.display());
        check(&folder);
    }
}

/// Every file of a folder, but for what comes and goes with who has it open.
fn bytes_of(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = entries
        .filter(|path| path.is_file() && path.file_name().is_some_and(|name| name != "lock"))
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("a file")))
        .collect();
    files.sort();
    files
}

/// What only looks, with ids that nothing has.
const LOOKS: [&[&str]; 11] = [
    &["prove"],
    &["trade", "show", "2026010421000000000000007168"],
    &["voucher", "show", "2026010400073000000000007168"],
    &["activity", "list"],
    &["activity", "show", "20260101000010000000000000007168"],
    &["points", "frozen"],
    &["points", "show", "20260101000050000000000000007168", BUYER],
    &["notify", "list"],
    &["clock", "show"],
    &["doctor", "5f0c6d1b9a7e4c5d8b3a2f1e0d9c8b7a"],
    &["backup", "looked.backup"],
];

/// The number of the last migration that a kept store has had, with which its name begins.
fn migration_of(folder: &Path) -> usize {
    let name = folder.file_name().and_then(|name| name.to_str()).expect("a name");
    name.split_once('-').and_then(|(number, _)| number.parse().ok()).expect("a number")
}

#[test]
fn looking_changes_no_byte_of_a_store_and_upgrades_none() {
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../store/migrations");
    let migrations = std::fs::read_dir(migrations).expect("migrations").count();
    for folder in std::fs::read_dir(stores()).expect("kept stores").map(|entry| entry.expect("an entry").path()) {
        let own = tempfile::tempdir().expect("a folder");
        let data = own.path().join("data");
        std::fs::create_dir(&data).expect("the folder is ours");
        for (from, to) in [("punchcard.db", "data/punchcard.db"), ("master.key", "master.key")] {
            std::fs::copy(folder.join(from), own.path().join(to)).expect("the folder is ours");
        }
        let run = |arguments: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_punchcard"));
            command.current_dir(own.path()).env("PUNCHCARD_DATA", &data).env("PUNCHCARD_LOG", "info");
            command.env("PUNCHCARD_MASTER_KEY_FILE", own.path().join("master.key"));
            let output = command.args(arguments).output().expect("the binary runs");
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let before = bytes_of(&data);
        let is_old = migration_of(&folder) < migrations;
        for looks in LOOKS {
            let (done, said) = run(looks);
            assert_eq!(bytes_of(&data), before, "{}: {looks:?}", folder.display());
            let refused = said.contains("the store has migration") && said.contains("`punchcard serve` upgrades it");
            assert_eq!(refused, is_old, "{}: {looks:?}: {said}", folder.display());
            assert!(!(is_old && done), "{}: {looks:?}", folder.display());
        }
        // What would change it does not upgrade it either.
        std::fs::write(own.path().join("w.toml"), "").expect("the folder is ours");
        let (done, said) = run(&["apply", "w.toml"]);
        assert_eq!(done, !is_old, "{said}");
        let mut running = Running::start_in(Engine::Sqlite, own, Vec::new());
        let told = crate::running::log_of(running.folder.path());
        assert_eq!(told.matches("the store was upgraded, from migration ").count(), usize::from(is_old), "{told}");
        running.terminate();
        running.start_again();
        let again = crate::running::log_of(running.folder.path());
        assert_eq!(again.matches("upgraded").count(), told.matches("upgraded").count(), "it is told once");
        running.terminate();
        let before = bytes_of(&running.data());
        for looks in LOOKS {
            running.command(looks);
            assert_eq!(bytes_of(&running.data()), before, "{}: {looks:?}", folder.display());
        }
    }
}

#[test]
fn looking_at_an_older_database_changes_nothing_of_it() {
    let kept = stores().join("0002-trades");
    let space = store::testing::Space::new(Engine::Postgres);
    let dump = std::fs::File::open(kept.join("store.backup")).expect("kept");
    let dump = std::io::BufReader::new(flate2::read::GzDecoder::new(dump));
    store::dump::restore(&space.place(), dump).expect("it is restored as it was");
    let store::Place::Postgres(url) = space.place() else { unreachable!("PostgreSQL's") };
    let own = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_punchcard"));
        command.current_dir(own.path()).env("PUNCHCARD_DATABASE_URL", &url);
        command.env("PUNCHCARD_MASTER_KEY_FILE", kept.join("master.key"));
        String::from_utf8_lossy(&command.args(arguments).output().expect("the binary runs").stderr).into_owned()
    };
    for looks in LOOKS {
        let said = run(looks);
        assert!(said.contains("the store has migration 2") && said.contains("`punchcard serve` upgrades it"), "{said}");
    }
    let look = store::Open { look: true, ..store::Open::default() };
    let refused = store::Store::open(&space.place(), look).err();
    assert!(matches!(refused, Some(store::OpenError::OlderStore { found: 2, .. })), "it is as old as before");
}

fn stores() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores")
}
