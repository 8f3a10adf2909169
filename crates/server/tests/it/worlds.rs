//! World files: what they do not state stays, what cannot be is refused at its line, and nothing of that is kept.

use crate::running::{APP_ID, ISV_APP_ID, OTHER_PID, PID, Running, TOKEN, each_engine, succeed, token_key};
use serde_json::{Value, json};
use std::process::Output;
use store::testing::block_on;
use store::world::{self, Account, App, Authorization, Merchant, Shop};
use store::{Fault, Open, Store, Tx};

const USER: &str = "2088102146931393";
const OTHER_USER: &str = "2088102146931394";
const SHOP: &str = "2015121600077000000002388200";
const OTHER_SHOP: &str = "2015122900077000000002409504";

/// Everything that can be stated, stated.
fn full() -> String {
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let more = format!(
        "{merchant}\nmid = \"m1\"\nlogin_id = \"hgs@example.com\"\nbalance = \"7.00\"\n\
         options = {{ trade_check = false, claim_token_life = \"90m\" }}\n\
         [[merchant.shop]]\nshop_id = \"{SHOP}\"\nstore_id = \"NJ_001\"\nname = \"总店\"\naddress = \"新街口\"\n\
         shop_type = \"KB\"\nlongitude = \"118.79\"\nlatitude = \"32.06\"\n\
         [[merchant.shop]]\nshop_id = \"{OTHER_SHOP}\"\nstore_id = \"NJ_002\"\nname = \"分店\"\n"
    );
    let app = format!("[[app]]\napp_id = \"{APP_ID}\"\npid = \"{PID}\"\n");
    let stated = format!("{app}aes_key = \"aa4BtZ4tspm2wnXLb1ThQA==\"\nnotify_charset = \"GBK\"\nmethods = [\"*\"]\n");
    let world = crate::running::world().replace(&merchant, &more).replacen(&app, &stated, 1);
    format!(
        "{world}\n[platform]\nbase_url = \"https://shop.example.com\"\n\
         [[user]]\nuser_id = \"{USER}\"\nlogin_id = \"13196215350\"\ntaobao_nick = \"yue54333\"\nbalance = \"100.00\"\n\
         pay_codes = [\"28763443825664394\"]\npay_pin = \"270828\"\nstudent = true\nmember_cards = [\"card-1\"]\n\
         [[user]]\nuser_id = \"{OTHER_USER}\"\nlogin_id = \"13196215351\"\nbalance = \"100.00\"\n"
    )
}

fn apply(running: &Running, text: &str) -> Output {
    apply_as(running, "stated.toml", text)
}

fn apply_as(running: &Running, name: &str, text: &str) -> Output {
    std::fs::write(running.folder.path().join(name), text).expect("the folder is ours");
    running.command(&["apply", name, "--json"])
}

/// How many things were new or changed.
fn changed(output: &Output) -> u64 {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Value>(&output.stdout).expect("JSON")["changed"].as_u64().expect("a number")
}

/// All that the store knows of whom [`full`] states.
type Known = (
    (Option<Merchant>, Vec<Shop>, Vec<domain::tag::Tag>),
    (Option<App>, Option<Authorization>),
    [Option<Account>; 3],
    Option<String>,
);

fn known(running: &Running) -> Known {
    let store = Store::open(&running.place(), Open::default()).expect("the server's store");
    let read = |tx: &mut Tx| {
        let accounts = [world::account(tx, USER)?, world::account(tx, OTHER_USER)?, world::account(tx, PID)?];
        Ok::<_, Fault>((
            (world::merchant(tx, PID)?, world::shops(tx, PID)?, world::tags(tx, PID)?),
            (world::app(tx, APP_ID)?, world::authorization(tx, &token_key(TOKEN))?),
            accounts,
            store::control::get(tx, "base_url")?,
        ))
    };
    block_on(store.read(read)).expect("it can be read")
}

each_engine!(what_a_table_does_not_state_stays_as_it_is, |engine| {
    let running = Running::start_with(engine, &full(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let before = known(&running);
    let user = before.2[0].as_ref().expect("an account");
    assert_eq!((user.balance_fen, user.student, user.member_cards.len(), user.pay_codes.len()), (10_000, true, 1, 1));
    let options: Value = serde_json::from_str(&before.0.0.as_ref().expect("a merchant").options).expect("JSON");
    assert_eq!((&options["trade_check"], &options["claim_token_life"]), (&json!(false), &json!("5400s")));
    let merchant = format!("[[merchant]]\npid = \"{PID}\"\n");
    for nothing in [
        "[platform]\n".to_owned(),
        merchant.clone(),
        format!("{merchant}options = {{}}\n"),
        format!("{merchant}options = {{ trade_check = false }}\n"),
        format!("{merchant}[[merchant.shop]]\nshop_id = \"{SHOP}\"\n"),
        format!("{merchant}[[merchant.tag]]\ncode = \"pref_organic\"\n"),
        format!("{merchant}[[merchant.tag]]\ncode = \"spent\"\ntype = \"number\"\n"),
        format!("[[app]]\napp_id = \"{APP_ID}\"\n"),
        format!("[[authorization]]\napp_auth_token = \"{TOKEN}\"\n"),
        format!("[[user]]\nuser_id = \"{USER}\"\n"),
        format!("[[user]]\nuser_id = \"{PID}\"\n"),
        full(),
    ] {
        let output = apply(&running, &nothing);
        assert_eq!((changed(&output), known(&running)), (0, before.clone()), "{nothing}");
    }
    // One member of a table is stated: the others stay. An empty text takes away.
    let mut expect = before.clone();
    let options = expect.0.0.as_mut().map(|merchant| &mut merchant.options).expect("a merchant");
    *options = options.replace("\"audit\":false", "\"audit\":true");
    expect.0.1[0].name = "旗舰店".to_owned();
    expect.0.1[0].address = None;
    expect.1.0.as_mut().expect("an app").enabled = false;
    expect.1.0.as_mut().expect("an app").version += 1;
    expect.1.1.as_mut().expect("an authorisation").enabled = false;
    expect.1.1.as_mut().expect("an authorisation").version += 1;
    expect.2[0].as_mut().expect("an account").student = false;
    let one = format!(
        "{merchant}options = {{ audit = true }}\n\
         [[merchant.shop]]\nshop_id = \"{SHOP}\"\nname = \"旗舰店\"\naddress = \"\"\n\
         [[app]]\napp_id = \"{APP_ID}\"\nenabled = false\n\
         [[authorization]]\napp_auth_token = \"{TOKEN}\"\nenabled = false\n\
         [[user]]\nuser_id = \"{USER}\"\nstudent = false\n"
    );
    assert_eq!((changed(&apply(&running, &one)), known(&running)), (5, expect.clone()));
    assert_eq!((changed(&apply(&running, &one)), known(&running)), (0, expect));
    let proof = running.command(&["prove"]);
    assert!(proof.status.success(), "{}", String::from_utf8_lossy(&proof.stdout));
});

each_engine!(what_cannot_be_is_refused_at_its_line_and_nothing_is_kept, |engine| {
    let running = Running::start_with(engine, &full(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let order =
        json!({"scene": "bar_code", "buyer_id": USER, "out_trade_no": "1", "subject": "苹果", "total_amount": "60.00"});
    succeed(&running.client(), "alipay.trade.pay", &order);
    let before = known(&running);
    let merchant = format!("[[merchant]]\npid = \"{PID}\"\n");
    let user = |user_id: &str, more: &str| format!("[[user]]\nuser_id = \"{user_id}\"\n{more}\n");
    let both = |more: &str| [user("2088102146931395", more), user("2088102146931396", more)].concat();
    let shop = |shop_id: &str, more: &str| format!("[[merchant.shop]]\nshop_id = \"{shop_id}\"\n{more}\n");
    // Something good stands before each: it is not kept either.
    let good = format!("[[user]]\nuser_id = \"{OTHER_USER}\"\ntaobao_nick = \"new\"\n");
    for (wrong, line, reason) in [
        (user("2088102146931395", "login_id = \"13196215350\""), 4, "login_id \"13196215350\" is the account's"),
        (user(PID, "login_id = \"13196215350\""), 4, "login_id \"13196215350\" is the account's"),
        (format!("[[merchant]]\npid = \"{OTHER_PID}\"\nlogin_id = \"hgs@example.com\"\n"), 4, "login_id"),
        (format!("[[merchant]]\npid = \"{OTHER_PID}\"\nlogin_id = \"13196215351\"\n"), 4, "login_id"),
        (user("2088102146931395", "pay_codes = [\"1\", \"28763443825664394\"]"), 4, "one of its pay codes"),
        (user("2088102146931395", "taobao_nick = \"yue54333\""), 4, "taobao_nick"),
        (both("login_id = \"1\""), 7, "login_id"),
        (both("pay_codes = [\"1\"]"), 7, "pay codes"),
        (user("2088102146931395", "pay_codes = [\"\"]"), 4, "a pay code must not be empty"),
        // What a stand-in takes from an account that lists no code.
        (
            user("2088102146931395", &format!("pay_codes = [\"28{}\"]", &OTHER_USER[2..])),
            4,
            "one of its pay codes is the account's 2088102146931394 already",
        ),
        (
            format!("[[app]]\napp_id = \"{APP_ID}\"\npublic_key = \"nosuch.pem\"\n"),
            4,
            "public_key: nosuch.pem: No such file or directory (os error 2)\n",
        ),
        (
            "[platform]\nprivate_key = \"nosuch.pem\"\n".to_owned(),
            4,
            "private_key: nosuch.pem: No such file or directory (os error 2)\n",
        ),
        (
            format!("{merchant}{}", shop("2015121600077000000002388299", "store_id = \"NJ_001\"")),
            6,
            "store_id \"NJ_001\"",
        ),
        (format!("{merchant}{}", shop(OTHER_SHOP, "store_id = \"NJ_001\"")), 6, "store_id \"NJ_001\""),
        (
            format!("{merchant}{}{}", shop(SHOP, "store_id = \"X\""), shop(OTHER_SHOP, "store_id = \"X\"")),
            9,
            "store_id \"X\"",
        ),
        (format!("[[merchant]]\npid = \"{OTHER_PID}\"\n{}", shop(SHOP, "")), 6, "is another merchant's"),
        (user(USER, "balance = \"59.99\""), 4, "balance 59.99 is less than the 60.00"),
        (user(USER, "balance = \"0\""), 4, "balance 0.00 is less"),
        (
            user(OTHER_USER, "").replace(OTHER_USER, USER) + "balance = \"40000000000000.01\"\n",
            4,
            "the most that an account can have",
        ),
        (user("2088102146931395", "balance = \"92233720368547758.07\""), 4, "the most"),
        (format!("{merchant}balance = \"40000000000000.00\"\n"), 4, "are above 40000000000000.00"),
        (user("2088102146931395", "balance = \"-1\""), 4, "must be yuan"),
        ("[platform]\nbase_url = \"javascript:alert(1)\"\n".to_owned(), 5, "is no http or https address"),
        ("[platform]\nbase_url = \"\"\n".to_owned(), 5, "is no address"),
        (user("2088102146931395", "login_id = \"a\\u0000b\""), 6, "U+0000"),
        (format!("{merchant}name = \"\\u0000\"\n"), 6, "U+0000"),
        (format!("{merchant}options = {{ \"a\\u0000\" = true }}\n"), 6, "U+0000"),
        (user("2088102146931395", "member_cards = [\"x\", \"\\U00000000\"]"), 6, "U+0000"),
        (format!("{merchant}options = {{ claim_token_life = \"0s\" }}\n"), 6, "a second at least"),
        (format!("{merchant}options = {{ use_url_hosts = [\"https://a/\"] }}\n"), 6, "must be the name of a host"),
        ("[[app]]\napp_id = \"2021000000000077\"\n".to_owned(), 4, "pid is missing"),
        ("[[authorization]]\napp_auth_token = \"t\"\n".to_owned(), 4, "app_id is missing"),
        (format!("{merchant}[[merchant.tag]]\ncode = \"new\"\n"), 6, "type is missing"),
        (
            format!("{merchant}[[merchant.tag]]\ncode = \"spent\"\nvalues = [{{ value = \"1\", label = \"1\" }}]\n"),
            6,
            "only an enum has values",
        ),
        (
            format!("[[merchant]]\npid = \"{OTHER_PID}\"\nbalance = \"1\"\n{}", user(OTHER_PID, "balance = \"2\"")),
            7,
            "is a merchant of this file too",
        ),
        (format!("{merchant}{}", shop(SHOP, "longitude = \"1\"")), 6, "must be given together"),
    ] {
        let output = apply(&running, &format!("{good}{wrong}"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{wrong}: {said}");
        let at = [format!("stated.toml:{line}: "), format!("line {line}, ")];
        assert!(at.iter().any(|at| said.contains(at)) && said.contains(reason), "{wrong}\n{said}");
        assert!(!said.contains("28763443825664394"), "{said}");
        assert_eq!(known(&running), before, "{wrong}");
    }
    let own = format!("pay_codes = [\"28{}\", \"2888102146931399\"]", &OTHER_USER[2..]);
    assert_eq!(changed(&apply(&running, &user(OTHER_USER, &own))), 1, "its own, and one that is nobody's");
    assert_eq!(changed(&apply(&running, &user(OTHER_USER, "pay_codes = []"))), 1);
    assert_eq!(changed(&apply(&running, &good)), 1, "what stood before the mistakes is as new as before");
    // What it had when it was spent is enough.
    assert_eq!(changed(&apply(&running, &user(USER, "balance = \"60.00\""))), 1);
});

each_engine!(the_code_that_an_account_has_by_default_is_no_others, |engine| {
    let running = Running::start_with(engine, &full(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let default_of = |id: &str| format!("28{}", &id[2..]);
    let (later, merchant) = ("2088102146931395", "2088201914979044");
    let codes = format!("pay_codes = [\"{}\", \"{}\"]", default_of(later), default_of(merchant));
    let first = format!("[[user]]\nuser_id = \"{OTHER_USER}\"\n{codes}\n");
    assert_eq!(changed(&apply(&running, &first)), 1, "they are nobody's yet");
    let before = known(&running);
    let refused = |text: &str, line: usize| {
        let output = apply(&running, text);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let at = said.contains(&format!("stated.toml:{line}: ")) && said.contains(OTHER_USER);
        assert!(output.status.code() == Some(1) && at, "{text}: {said}");
        assert_eq!(known(&running), before, "{text}");
    };
    let made = format!("[[user]]\nuser_id = \"{later}\"\nbalance = \"100.00\"\n");
    let opened = format!("[[merchant]]\npid = \"{merchant}\"\nname = \"x\"\n");
    refused(&made, 1);
    refused(&format!("[[user]]\nuser_id = \"{USER}\"\n{made}"), 3);
    refused(&opened, 1);
    // Who gives it up lets the other be made, in one file too.
    let given_up = format!("[[user]]\nuser_id = \"{OTHER_USER}\"\npay_codes = []\n");
    assert_eq!(changed(&apply(&running, &format!("{made}{opened}{given_up}"))), 3);
    let order = json!({"out_trade_no": "1", "scene": "bar_code", "auth_code": default_of(later), "subject": "苹果",
        "total_amount": "1.00"});
    assert_eq!(succeed(&running.client(), "alipay.trade.pay", &order)["buyer_user_id"], later);
});

each_engine!(in_one_file_a_key_may_change_hands, |engine| {
    let running = Running::start_with(engine, &full(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let users = |one: &str, other: &str| {
        format!("[[user]]\nuser_id = \"{USER}\"\n{one}\n[[user]]\nuser_id = \"{OTHER_USER}\"\n{other}\n")
    };
    let shops = format!(
        "[[merchant]]\npid = \"{PID}\"\n[[merchant.shop]]\nshop_id = \"{SHOP}\"\nstore_id = \"NJ_002\"\n\
         [[merchant.shop]]\nshop_id = \"{OTHER_SHOP}\"\nstore_id = \"NJ_001\"\n"
    );
    let away = users("pay_codes = []", "pay_codes = [\"28763443825664394\"]");
    let back = users("pay_codes = [\"28763443825664394\"]", "pay_codes = []");
    for text in [
        users("login_id = \"13196215351\"", "login_id = \"13196215350\""),
        users("login_id = \"13196215350\"", "login_id = \"\""),
        away,
        back,
        shops,
    ] {
        let output = apply(&running, &text);
        assert!(0 < changed(&output), "{text}");
        assert_eq!(changed(&apply(&running, &text)), 0, "{text}");
    }
    let order =
        json!({"out_trade_no": "1", "buyer_logon_id": "13196215350", "subject": "苹果", "total_amount": "1.00"});
    succeed(&running.client(), "alipay.trade.create", &order);
    let order = json!({"out_trade_no": "2", "scene": "bar_code", "auth_code": "28763443825664394", "subject": "苹果",
        "total_amount": "1.00"});
    assert_eq!(succeed(&running.client(), "alipay.trade.pay", &order)["buyer_user_id"], USER);
});

each_engine!(files_that_are_applied_at_once_lose_nothing_of_each_other, |engine| {
    let running = Running::start_with(engine, &full(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let beside = (engine == Engine::Postgres).then(|| running.beside());
    let members = [
        format!("[[user]]\nuser_id = \"{USER}\"\nbalance = \"101.00\"\n"),
        format!("[[user]]\nuser_id = \"{USER}\"\nstudent = false\n"),
        format!("[[user]]\nuser_id = \"{USER}\"\nmember_cards = [\"card-2\"]\n"),
        format!("[[merchant]]\npid = \"{PID}\"\noptions = {{ audit = true }}\n"),
        format!("[[merchant]]\npid = \"{PID}\"\noptions = {{ strict_units = true }}\n"),
        format!("[[merchant]]\npid = \"{PID}\"\nname = \"水帘洞\"\n"),
        format!("[[app]]\napp_id = \"{ISV_APP_ID}\"\nnotify_charset = \"gbk\"\n"),
        format!("[[app]]\napp_id = \"{ISV_APP_ID}\"\nmethods = [\"alipay.trade.pay\"]\n"),
    ];
    // Two that state one login id: one is told that the other has it.
    let rivals = ["2088102146931397", "2088102146931398"]
        .map(|user_id| format!("[[user]]\nuser_id = \"{user_id}\"\nlogin_id = \"rival\"\n"));
    std::thread::scope(|scope| {
        let applying: Vec<_> = members
            .iter()
            .chain(&rivals)
            .enumerate()
            .map(|(nth, text)| {
                let to = beside.as_ref().filter(|_| nth % 2 == 1).unwrap_or(&running);
                scope.spawn(move || apply_as(to, &format!("{nth}.toml"), text))
            })
            .collect();
        let outputs: Vec<Output> = applying.into_iter().map(|it| it.join().expect("no panic")).collect();
        let (all, rivals) = outputs.split_at(members.len());
        assert!(all.iter().all(|output| changed(output) == 1));
        let refused: Vec<_> = rivals.iter().filter(|output| !output.status.success()).collect();
        assert_eq!(refused.len(), 1);
        assert!(String::from_utf8_lossy(&refused[0].stderr).contains("toml:1: login_id \"rival\""));
    });
    let ((merchant, ..), _, [user, ..], _) = known(&running);
    let (merchant, user) = (merchant.expect("a merchant"), user.expect("an account"));
    assert_eq!((user.balance_fen, user.student, user.member_cards), (10_100, false, vec!["card-2".to_owned()]));
    let options: Value = serde_json::from_str(&merchant.options).expect("JSON");
    assert_eq!(
        (&options["audit"], &options["strict_units"], merchant.name.as_str()),
        (&json!(true), &json!(true), "水帘洞")
    );
});
