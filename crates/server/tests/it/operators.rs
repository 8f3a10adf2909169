//! Operators of a platform: invited by a command, let in by a password, and out by whoever owns the platform.

use crate::console::Page;
use crate::running::{OTHER_PID, PID, Running, conditions, each_engine, world};
use serde_json::{Value, json};
use store::testing::Engine;

const PASSWORD: &str = "correct horse battery";
const SHOW: &str = "punchcard.session.show";
const OPERATORS: &str = "punchcard.operator.list";

/// A platform with the merchants of the tests.
pub(crate) fn platform(engine: Engine) -> Running {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), world()).expect("the folder is ours");
    let path = folder.path().join("world.toml").display().to_string();
    let arguments = ["--mode", "platform", "--world", &path].map(str::to_owned).to_vec();
    Running::start_logging_in(engine, folder, arguments)
}

/// What `punchcard operator` prints as JSON.
fn operator(running: &Running, arguments: &[&str]) -> Result<Value, String> {
    let output = running.command(&[&["operator"], arguments, &["--json"]].concat());
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).expect("JSON"));
    }
    Err(String::from_utf8(output.stderr).expect("text"))
}

/// The secret of an invitation's link.
fn link(invitation: &Value) -> String {
    let path = invitation["path"].as_str().expect("a path");
    path.strip_prefix("/console/password#").expect("a link").to_owned()
}

fn set_password(page: &Page<'_>, link: &str, password: &str) -> (u16, Value) {
    let body = json!({"link": link, "password": password}).to_string();
    let (status, _, node) = page.send_whole("POST /console/api/session/password", &body);
    (status, node)
}

/// Signs in: the status and the cookie, with what it says of itself.
fn sign_in(page: &Page<'_>, name: &str, password: &str) -> (u16, Option<String>) {
    let body = json!({"name": name, "password": password}).to_string();
    let (status, head, _) = page.send_whole("POST /console/api/session", &body);
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).map(str::to_owned);
    (status, cookie)
}

/// A page of somebody who has signed in.
pub(crate) fn signed_in<'a>(running: &'a Running, name: &str) -> Page<'a> {
    let page = Page::of(running);
    let (status, cookie) = sign_in(&page, name, PASSWORD);
    assert_eq!(status, 200, "{name}");
    let cookie = cookie.expect("a cookie");
    page.with("cookie", cookie.split(';').next().expect("a pair"))
}

/// An operator with that password.
pub(crate) fn add(running: &Running, name: &str, arguments: &[&str]) {
    let invited = operator(running, &[&["add", name], arguments].concat()).expect("it is added");
    assert_eq!(set_password(&Page::of(running), &link(&invited), PASSWORD).0, 200);
}

each_engine!(a_link_sets_a_password_once_and_a_password_lets_in, |engine| {
    let running = platform(engine);
    let page = Page::of(&running);
    assert_eq!(page.call("-", SHOW, &json!({})).0, 401);
    let invited = operator(&running, &["add", "li.lei", "--role", "owner"]).expect("it is added");
    let link = link(&invited);
    // Nobody is let in before there is a password, and none that is tried first is taken.
    assert_eq!(sign_in(&page, "li.lei", PASSWORD).0, 401);
    for easy in ["short", "password1234"] {
        let (status, node) = set_password(&page, &link, easy);
        assert_eq!((status, &node["code"]), (200, &json!("40004")), "{node}");
    }
    assert_eq!(set_password(&page, &link, PASSWORD).1["code"], "10000");
    assert_eq!(set_password(&page, &link, "another password").1["code"], "40004", "it works once");
    assert_eq!(sign_in(&page, "li.lei", "another password").0, 401);

    let (status, cookie) = sign_in(&page, "li.lei", PASSWORD);
    let cookie = cookie.expect("a cookie");
    assert_eq!(status, 200);
    for part in ["punchcard_", "path=/console", "httponly", "samesite=strict", "max-age=604800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("secure") && !cookie.contains("domain"), "{cookie}");
    let pair = cookie.split(';').next().expect("a pair");
    let signed_in = page.with("cookie", pair);
    let (_, session) = signed_in.call("-", SHOW, &json!({}));
    assert_eq!(session["result"]["name"], "li.lei", "{session}");
    // Another sign-in has another cookie, and ends what this browser had: nobody can be given a session to use.
    let (_, again) = sign_in(&signed_in, "li.lei", PASSWORD);
    let again = again.expect("a cookie");
    assert_ne!(again.split(';').next(), Some(pair));
    let (status, head, _) = signed_in.send_whole(&format!("POST /console/api/-/{SHOW}"), "{}");
    assert!(status == 401 && head.contains("max-age=0"), "{head}");
    // Signing out ends the session itself, not just the browser's memory of it.
    let second = page.with("cookie", again.split(';').next().expect("a pair"));
    assert_eq!(second.call("-", SHOW, &json!({})).0, 200);
    assert_eq!(second.send_whole("POST /console/api/session/end", "{}").0, 200);
    assert_eq!(second.call("-", SHOW, &json!({})).0, 401);
    // The store has none of the secrets, and the log neither.
    let acts = running.command(&["audit", "--json"]);
    let acts = String::from_utf8(acts.stdout).expect("text");
    for what in ["sign in", "sign out", "set the password", "punchcard.operator.invite"] {
        assert!(acts.contains(what), "{what}: {acts}");
    }
    for secret in [PASSWORD, &link, pair.split('=').nth(1).expect("a value")] {
        assert!(!acts.contains(secret), "{acts}");
    }
});

each_engine!(wrong_passwords_shut_a_name_out_from_their_address_alone, |engine| {
    let running = platform(engine);
    add(&running, "li.lei", &["--role", "owner"]);
    add(&running, "han.meimei", &["--role", "viewer"]);
    let page = Page::of(&running);
    for _ in 0..5 {
        assert_eq!(sign_in(&page, "li.lei", "wrong password").0, 401);
        assert_eq!(sign_in(&page, "nobody", "wrong password").0, 401);
    }
    assert_eq!(sign_in(&page, "li.lei", PASSWORD).0, 429);
    assert_eq!(sign_in(&page, "nobody", PASSWORD).0, 429, "an unknown name is answered the same");
    assert_eq!(sign_in(&page, "han.meimei", PASSWORD).0, 200);
});

each_engine!(a_role_is_for_its_merchant_and_ends_with_its_session, |engine| {
    let running = platform(engine);
    add(&running, "owner", &["--role", "owner"]);
    add(&running, "marketer", &["--role", "marketer", "--pid", PID]);
    add(&running, "boss", &["--role", "owner", "--pid", PID]);
    let [owner, marketer, boss] = ["owner", "marketer", "boss"].map(|name| signed_in(&running, name));
    // A foreign merchant is as unknown as one that does not exist.
    let draft = json!({"limit": 5});
    for (page, pid, expect) in [
        (&owner, PID, 200),
        (&owner, OTHER_PID, 200),
        (&marketer, PID, 403),
        (&marketer, OTHER_PID, 404),
        (&marketer, "2088999999999999", 404),
        (&marketer, "-", 404),
        (&boss, PID, 200),
        (&boss, OTHER_PID, 404),
        (&boss, "-", 404),
    ] {
        let (status, node) = page.call(pid, OPERATORS, &draft);
        assert_eq!(status, expect, "{pid}: {node}");
    }
    // Whoever owns a merchant sees and changes its operators alone.
    let (_, listed) = boss.call(PID, OPERATORS, &draft);
    let names: Vec<_> =
        listed["result"]["operators"].as_array().expect("a list").iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["boss", "marketer"], "{listed}");
    for (method, request) in [
        ("punchcard.operator.enable", json!({"name": "owner", "enabled": false})),
        ("punchcard.operator.grant", json!({"name": "owner", "role": "viewer"})),
        ("punchcard.session.end", json!({"name": "owner"})),
    ] {
        let (_, foreign) = boss.call(PID, method, &request);
        let mut unknown = request.clone();
        unknown["name"] = json!("nobody");
        let (_, unknown) = boss.call(PID, method, &unknown);
        assert_eq!(foreign["sub_code"], "NOT_FOUND", "{method}: {foreign}");
        assert_eq!(
            foreign["sub_msg"].as_str().map(|text| text.replace("owner", "nobody")),
            unknown["sub_msg"].as_str().map(str::to_owned)
        );
    }
    let (_, taken) = boss.call(PID, "punchcard.operator.invite", &json!({"name": "owner", "role": "viewer"}));
    assert_eq!(taken["sub_msg"], "this name is taken", "{taken}");

    // What a marketer makes is made in the marketer's name, in one transaction with the row that says so.
    let crowd = json!({"out_biz_no": "1", "name": "women", "conditions": conditions("IN", "pam_gender", "1")});
    let (_, made) = marketer.call(PID, "koubei.marketing.campaign.crowd.create", &crowd);
    assert_eq!(made["code"], "10000", "{made}");
    let trace_id = made["trace_id"].as_str().expect("a trace id");
    let acts = String::from_utf8(running.command(&["audit", "--pid", PID, "--name", "marketer", "--json"]).stdout)
        .expect("text");
    let acts: Value = serde_json::from_str(&acts).expect("JSON");
    let act = &acts["acts"][0];
    assert_eq!(
        (act["method"].as_str(), act["code"].as_str(), act["trace_id"].as_str()),
        (Some("koubei.marketing.campaign.crowd.create"), Some("10000"), Some(trace_id)),
        "{acts}"
    );

    // Another role ends the session; so do disabling and signing out.
    operator(&running, &["grant", "marketer", "--role", "viewer", "--pid", PID]).expect("it is changed");
    assert_eq!(marketer.call("-", SHOW, &json!({})).0, 401);
    let viewer = signed_in(&running, "marketer");
    let (status, refused) = viewer.call(PID, "koubei.marketing.campaign.crowd.create", &crowd);
    assert_eq!(status, 403, "{refused}");
    operator(&running, &["disable", "marketer"]).expect("it is changed");
    assert_eq!(viewer.call("-", SHOW, &json!({})).0, 401);
    assert_eq!(sign_in(&Page::of(&running), "marketer", PASSWORD).0, 401);
    operator(&running, &["sign-out", "boss"]).expect("they end");
    assert_eq!(boss.call("-", SHOW, &json!({})).0, 401);
});

each_engine!(what_the_owner_of_a_merchant_gave_out_opens_nothing_more, |engine| {
    let running = platform(engine);
    add(&running, "boss", &["--role", "owner", "--pid", PID]);
    let boss = signed_in(&running, "boss");
    let invite = |name: &str| boss.call(PID, "punchcard.operator.invite", &json!({"name": name, "role": "viewer"})).1;
    // A link of before, and a password of before, are of no use once the name has more than the merchant.
    let (old_link, own) = (link(&invite("bob")["result"]), link(&invite("carl")["result"]));
    let page = Page::of(&running);
    assert_eq!(set_password(&page, &own, PASSWORD).1["code"], "10000");
    for name in ["bob", "carl"] {
        let taken = operator(&running, &["add", name, "--role", "owner"]).expect_err("there is one");
        assert!(taken.contains("there is an operator of this name"), "{taken}");
        operator(&running, &["grant", name, "--role", "owner"]).expect("it is given");
    }
    assert_eq!(set_password(&page, &old_link, PASSWORD).1["code"], "40004");
    assert_eq!(sign_in(&page, "carl", PASSWORD).0, 401);
    // A link of before works no more after the operator was disabled and enabled again.
    let before = link(&invite("dora")["result"]);
    operator(&running, &["disable", "dora"]).expect("it is changed");
    operator(&running, &["enable", "dora"]).expect("it is changed");
    assert_eq!(set_password(&page, &before, PASSWORD).1["code"], "40004");
    // A name without any role is nobody's of the merchant.
    operator(&running, &["revoke", "dora", "--pid", PID]).expect("it is taken");
    let invited = boss.call(PID, "punchcard.operator.invite", &json!({"name": "dora"})).1;
    assert_eq!(invited["sub_msg"], "this name is taken", "{invited}");
});

each_engine!(a_world_file_that_is_wrong_is_not_quoted_in_the_log, |engine| {
    let mut running = platform(engine);
    add(&running, "owner", &["--role", "owner"]);
    {
        let page = signed_in(&running, "owner");
        for text in ["[[user]]\npay_pin = \"918273\n", "[[user]]\npay_pinn = \"918273\"\n"] {
            assert_eq!(page.call("-", "punchcard.world.apply", &json!({"text": text})).1["code"], "40004");
        }
    }
    running.terminate();
    let log = crate::running::log_of(running.folder.path());
    assert!(log.contains("apply a world") && !log.contains("918273"), "{log}");
});

each_engine!(somebody_owns_everything_for_good, |engine| {
    let running = platform(engine);
    add(&running, "first", &["--role", "owner"]);
    add(&running, "second", &["--role", "owner"]);
    operator(&running, &["disable", "second"]).expect("there is another");
    for change in [&["disable", "first"][..], &["revoke", "first"], &["grant", "first", "--role", "viewer"]] {
        let refused = operator(&running, change).expect_err("it is the last");
        assert!(refused.contains("nobody would own everything"), "{refused}");
    }
    // Of two who would each leave one owner, one stays.
    operator(&running, &["enable", "second"]).expect("it is changed");
    let both = std::thread::scope(|scope| {
        ["first", "second"]
            .map(|name| scope.spawn(|| operator(&running, &["disable", name]).is_ok()))
            .map(|one| one.join().expect("no panic"))
    });
    assert_eq!(both.iter().filter(|&&is_done| is_done).count(), 1, "{both:?}");
});

each_engine!(the_stores_clock_signs_nobody_out, |engine| {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), world()).expect("the folder is ours");
    let path = folder.path().join("world.toml").display().to_string();
    let arguments = ["--world", &path, "--clock", "manual:2026-01-01T00:00:00+08:00"].map(str::to_owned).to_vec();
    let running = Running::start_logging_in(engine, folder, arguments);
    add(&running, "li.lei", &["--role", "developer"]);
    let page = signed_in(&running, "li.lei");
    // Whoever has signed in to a stand-in is that operator, and not its owner.
    let (_, session) = page.call("-", SHOW, &json!({}));
    assert_eq!(session["result"]["name"], "li.lei", "{session}");
    assert_eq!(page.call("-", OPERATORS, &json!({"limit": 1})).0, 403);
    let (_, moved) = page.call("-", "punchcard.clock.move", &json!({"by": "90d"}));
    assert_eq!(moved["code"], "10000", "{moved}");
    assert_eq!(page.call("-", SHOW, &json!({})).1["result"]["name"], "li.lei");
});
