//! Nobody sees or changes another merchant's things, and nobody calls what they may not: for every method of THE LIST.
//!
//! [`CASES`] has a row for each method, and each row says of each member of the request what it names. The binary says
//! what methods and members there are: one that is missing there fails the test.

mod cases;

use crate::certificates::Authority;
use crate::consent::{EXCHANGE, OAUTH, QUERY as TOKEN_QUERY};
use crate::running::{
    APP_ID, ISV_APP_ID, ISV_PID, OTHER_APP_ID, OTHER_PID, PID, Running, app_key, authorization, call, conditions,
    each_engine, the_list, world,
};
use cases::{BUYER, CASES, Case, Names, SHOP, THEIR_SHOP, Things, trades, with};
use client::{Answer, Client};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Somebody who may not call a method, and what they are told.
#[derive(Clone, Copy)]
enum Stranger {
    UnknownApp,
    AppWithoutKey,
    DisabledApp,
    AppWithoutPermission,
    UnknownToken,
    RevokedToken,
    ExpiredToken,
    AnotherAppsToken,
    TokenThatCoversTheRest,
    UnknownTokenOfAnAppWithoutPermission,
}

const STRANGERS: &[Stranger] = &[
    Stranger::UnknownApp,
    Stranger::AppWithoutKey,
    Stranger::DisabledApp,
    Stranger::AppWithoutPermission,
    Stranger::UnknownToken,
    Stranger::RevokedToken,
    Stranger::ExpiredToken,
    Stranger::AnotherAppsToken,
    Stranger::TokenThatCoversTheRest,
    Stranger::UnknownTokenOfAnAppWithoutPermission,
];

impl Stranger {
    /// App, token, and the refusal. `place` is the method's in THE LIST.
    fn told(self, place: usize) -> (String, Option<String>, (&'static str, &'static str)) {
        let (app, token, code, sub_code) = match self {
            Stranger::UnknownApp => ("2021000000000099", None, "40002", "isv.invalid-app-id"),
            Stranger::AppWithoutKey => ("2021000000000006", None, "40003", "isv.missing-signature-config"),
            Stranger::DisabledApp => ("2021000000000005", None, "40003", "isv.invalid-app-state"),
            Stranger::AppWithoutPermission => {
                return (app_but(place), None, ("40006", "isv.insufficient-isv-permissions"));
            }
            Stranger::UnknownToken => (ISV_APP_ID, Some("nobody's"), "20001", "aop.invalid-app-auth-token"),
            Stranger::RevokedToken => (ISV_APP_ID, Some("revoked_token"), "20001", "aop.invalid-app-auth-token"),
            Stranger::ExpiredToken => (ISV_APP_ID, Some("expired_token"), "20001", "aop.app-auth-token-time-out"),
            Stranger::AnotherAppsToken => {
                (OTHER_APP_ID, Some(crate::running::TOKEN), "20001", "aop.invalid-app-auth-token")
            }
            Stranger::TokenThatCoversTheRest => {
                let told = ("20001", "aop.invalid-app-auth-token-no-api");
                return (ISV_APP_ID.to_owned(), Some(token_but(place)), told);
            }
            // The token is looked at before the permission (`docs/decisions.md`, "Order of refusals").
            Stranger::UnknownTokenOfAnAppWithoutPermission => {
                let told = ("20001", "aop.invalid-app-auth-token");
                return (app_but(place), Some("nobody's".to_owned()), told);
            }
        };
        (app.to_owned(), token.map(str::to_owned), (code, sub_code))
    }
}

/// The merchant's app that may call all but this method, and the one that may call nothing else.
fn app_but(place: usize) -> String {
    format!("20210000000011{place:02}")
}

fn app_only(place: usize) -> String {
    format!("20210000000012{place:02}")
}

/// The provider's tokens for all but this method, and for nothing else.
fn token_but(place: usize) -> String {
    format!("token_but_{place}")
}

fn token_only(place: usize) -> String {
    format!("token_only_{place}")
}

/// The tests' world, the other merchant's tag, and for each method who may call it alone or all but it.
fn world_of_strangers(methods: &[&str]) -> String {
    let key = app_key().public_key().to_base64();
    let other = format!("[[merchant]]\npid = \"{OTHER_PID}\"\n");
    let shop = |shop_id: &str| format!("[[merchant.shop]]\nshop_id = \"{shop_id}\"\n");
    let other_shop = format!("{other}{}", shop(THEIR_SHOP));
    let theirs = format!("{other_shop}[[merchant.tag]]\ncode = \"theirs\"\nname = \"theirs\"\ntype = \"number\"\n");
    let owner = format!("[[merchant]]\npid = \"{PID}\"\nname = \"花果山超市\"\n");
    let world = format!("{}{}", Authority::of_tests().platform(), world());
    let mut world = world.replace(&other, &theirs).replace(&owner, &format!("{owner}{}", shop(SHOP)));
    world += &format!("\n[[user]]\nuser_id = \"{BUYER}\"\nlogin_id = \"13196215350\"\nbalance = \"1000.00\"\n");
    for (place, &method) in methods.iter().enumerate() {
        let rest: Vec<_> = methods.iter().filter(|&&other| other != method).collect();
        for (app, token, methods) in
            [(app_but(place), token_but(place), json!(rest)), (app_only(place), token_only(place), json!([method]))]
        {
            let methods = format!("methods = {methods}");
            world += &format!("[[app]]\napp_id = \"{app}\"\npid = \"{PID}\"\npublic_key = \"{key}\"\n{methods}\n");
            world += &authorization(&token, &methods);
        }
    }
    world
}

fn is_success(answer: &Answer) -> bool {
    answer.code == "10000"
}

/// Whether the caller may call the method: it did what was asked, or has looked for a code or token and found none.
fn is_reached(method: &str, answer: &Answer) -> bool {
    let own: &[&str] = match method {
        EXCHANGE => &["APP_NOT_ISV", "AUTH_CODE_NOT_EXIST"],
        TOKEN_QUERY => &["APP_NOT_ISV", "AUTH_TOKEN_NOT_EXISTED"],
        OAUTH => &["isv.grant-type-invalid"],
        _ => &[],
    };
    is_success(answer) || answer.sub_code.as_deref().is_some_and(|sub_code| own.contains(&sub_code))
}

#[test]
fn every_method_and_every_member_has_its_case() {
    let listed: BTreeSet<_> = the_list()
        .into_iter()
        .map(|method| (method.name, method.fields.into_iter().map(|field| field.name).collect::<BTreeSet<_>>()))
        .collect();
    let members = |case: &Case| case.members.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
    let tried: BTreeSet<_> = CASES.iter().map(|case| (case.method.to_owned(), members(case))).collect();
    assert_eq!(listed, tried, "give CASES the rows and members that the binary has (left), and no others");
}

each_engine!(another_merchants_things_are_as_unknown_as_none, |engine| {
    let running =
        Running::start_with(engine, &world_of_strangers(&[]), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let (owner, stranger) = (running.client(), running.client_of(OTHER_APP_ID, None));
    let own = Things::make(&running, &owner, PID, SHOP);
    let theirs = Things::make(&running, &stranger, OTHER_PID, THEIR_SHOP);
    let (bought, _) = (trades(&owner), trades(&stranger));
    let unknown = |id: &str| format!("{}{}", &id[..31], if id.ends_with('0') { '1' } else { '0' });
    // The owner uses every key that the stranger will.
    for case in CASES.iter().filter(|case| case.members.iter().any(|(_, names)| *names == Names::Key)) {
        let conditions = |request: Value| with(request, "conditions", conditions("GT", "spent", "7"));
        let own = conditions((case.request)(&own));
        assert!(is_success(&call(&owner, case.method, &own)), "{}", case.method);
    }
    let before = everything(&owner, &own);
    for case in CASES {
        let request = (case.request)(&theirs);
        let ask = |member: &str, value: &str| call(&stranger, case.method, &with(request.clone(), member, value));
        for (member, names) in case.members {
            match names {
                Names::Nothing => {}
                Names::Key => {
                    let used = call(&stranger, case.method, &request);
                    assert!(is_success(&used), "{} {member}: {}", case.method, used.raw);
                }
                Names::Crowd => {
                    let (foreign, never) = (ask(member, &own.crowd), ask(member, &unknown(&own.crowd)));
                    assert_eq!(foreign.sub_code.as_deref(), Some("CROWD_GROUP_NOT_EXIST"), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                    let own = ask(member, &theirs.crowd);
                    assert!(is_success(&own), "{} {member}: the case itself is wrong", case.method);
                }
                Names::Camp => {
                    let (foreign, never) = (ask(member, &own.camp), ask(member, &unknown(&own.camp)));
                    assert_eq!(foreign.sub_code.as_deref(), Some("CAMPAIGN_NOT_EXIST"), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                    let own = ask(member, &theirs.camp);
                    assert!(is_success(&own), "{} {member}: the case itself is wrong", case.method);
                }
                Names::Constraint => {
                    let ask = |shops: &[&str], crowd: Option<&str>| {
                        let mut request =
                            with(request.clone(), "out_biz_no", format!("fresh{}{}", shops.len(), crowd.is_some()));
                        request["constraint_info"] = json!({"suit_shops": shops, "crowd_group_id": crowd});
                        request["promo_tools"][0]["voucher"]["use_rule"]["suit_shops"] = json!(shops);
                        call(&stranger, case.method, &request)
                    };
                    let (foreign, never) = (ask(&[THEIR_SHOP, SHOP], None), ask(&[THEIR_SHOP, "9"], None));
                    assert_eq!(foreign.sub_code.as_deref(), Some("SHOP_NOT_EXIST"), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                    assert!(is_success(&ask(&[THEIR_SHOP], None)), "{} {member}: the case is wrong", case.method);
                    // The crowd of an activity never changes.
                    if case.method.ends_with(".create") {
                        let (foreign, never) = (&own.used_crowd, unknown(&own.used_crowd));
                        let (foreign, never) = (ask(&[THEIR_SHOP], Some(foreign)), ask(&[THEIR_SHOP], Some(&never)));
                        assert_eq!(foreign.sub_code.as_deref(), Some("CROWD_GROUP_NOT_EXIST"), "{}", case.method);
                        assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                        let own = ask(&[THEIR_SHOP], Some(&theirs.used_crowd));
                        assert!(is_success(&own), "{} {member}: {}", case.method, own.raw);
                    }
                }
                // They are never looked up.
                Names::Tools => {
                    let mut request = request.clone();
                    request["promo_tools"][0]["voucher"]["use_rule"]["suit_shops"] = json!([SHOP]);
                    let foreign = call(&stranger, case.method, &request);
                    assert_eq!(foreign.sub_code.as_deref(), Some("INVALID_PARAMETER"), "{}", case.method);
                }
                Names::Card | Names::Prize | Names::Deposited | Names::CardShop => {
                    let (foreign, sub_code) = match names {
                        Names::Card => (own.card.as_str(), "POINT_ACCOUNT_NOT_EXIST"),
                        Names::Prize => (own.prize.as_str(), "PRIZE_NOT_EXIST"),
                        Names::Deposited => (own.paid.as_str(), "TRADE_NOT_EXIST"),
                        _ => (own.shop, "SHOP_NOT_EXIST"),
                    };
                    // A number that was used would be told of first.
                    let fresh = with(request.clone(), "req_id", format!("fresh_{member}"));
                    let ask = |value: &str| call(&stranger, case.method, &with(fresh.clone(), member, value));
                    let (never, foreign) = (ask(&foreign.replace(&foreign[..8], "20250101")), ask(foreign));
                    assert_eq!(foreign.sub_code.as_deref(), Some(sub_code), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                }
                Names::Template | Names::Voucher | Names::Pid => {
                    let (foreign, never, sub_code) = match names {
                        Names::Template => (own.template.as_str(), None, "VOUCHER_TEMPLATE_NOT_EXIST"),
                        Names::Voucher => (own.voucher.as_str(), None, "VOUCHER_NOT_EXIST"),
                        _ => (own.pid, Some("2088000000000009"), "isv.insufficient-isv-permissions"),
                    };
                    let never = never.map_or_else(|| foreign.replacen("20260101", "20250101", 1), str::to_owned);
                    let (never, foreign) = (ask(member, &never), ask(member, foreign));
                    assert_eq!(foreign.sub_code.as_deref(), Some(sub_code), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                }
                Names::ActingPid => {
                    let (foreign, never) = (ask(member, own.pid), ask(member, "2088000000000009"));
                    assert_eq!(foreign.sub_code.as_deref(), Some("INVALID_PARAMETER"), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                }
                Names::Trade => {
                    let never = bought.replace(&bought[..8], "20250101");
                    let (foreign, never) = (ask(member, &bought), ask(member, &never));
                    assert_eq!(foreign.sub_code.as_deref(), Some("ACQ.TRADE_NOT_EXIST"), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                }
                Names::Shop => {
                    // A number that was used would be told of first.
                    let fresh = with((case.request)(&theirs), "out_trade_no", format!("fresh_{member}"));
                    let ask = |shop: &str| call(&stranger, case.method, &with(fresh.clone(), member, shop));
                    let (foreign, never) = (ask(SHOP), ask("2015121600077000000002388299"));
                    assert_eq!(foreign.sub_code.as_deref(), Some("ACQ.INVALID_STORE_ID"), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                    let own = ask(THEIR_SHOP);
                    assert!(is_success(&own), "{} {member}: {}", case.method, own.raw);
                }
                Names::GroupShop => {
                    let (foreign, never) = (ask(member, SHOP), ask(member, "2015121600077000000002388299"));
                    assert_eq!(foreign.sub_code.as_deref(), Some("INVALID_PARAMETER"), "{}", case.method);
                    assert_eq!(foreign.raw, never.raw, "{} {member}", case.method);
                    let own = ask(member, THEIR_SHOP);
                    assert!(is_success(&own), "{} {member}: {}", case.method, own.raw);
                }
                Names::Conditions | Names::Dimensions => {
                    let say = |tag: &str| match names {
                        Names::Conditions => conditions("GT", tag, "1"),
                        _ => json!([tag]).to_string(),
                    };
                    // A key that was used would be told of first.
                    let fresh = case.members.iter().filter(|(_, names)| *names == Names::Key);
                    let fresh = fresh.fold(request.clone(), |request, (key, _)| with(request, key, "fresh"));
                    let ask = |tag: &str| call(&stranger, case.method, &with(fresh.clone(), member, say(tag)));
                    let (foreign, never) = (ask("spent"), ask("nobody"));
                    assert_eq!(foreign.sub_code.as_deref(), Some("INVALID_PARAMETER"), "{}", case.method);
                    // The refusal says the word that the caller said.
                    assert_eq!(foreign.raw.replace("spent", "nobody"), never.raw, "{} {member}", case.method);
                    let own = ask(if *names == Names::Conditions { "theirs" } else { "pam_gender" });
                    assert!(is_success(&own), "{} {member}: {}", case.method, own.raw);
                }
            }
        }
        // Whatever it answers of the stranger's own, nothing of the owner's is in it.
        let answer = call(&stranger, case.method, &request);
        assert!(is_reached(case.method, &answer), "{}: {}", case.method, answer.raw);
        let ids =
            [&*own.crowd, &*own.camp, &*own.card, &*own.prize, &*own.paid, &*own.template, &*own.draft, &*own.voucher];
        for secret in ids.into_iter().chain([PID, SHOP, "spent", "pref_organic"]) {
            assert!(!answer.raw.contains(secret), "{} tells of {secret}: {}", case.method, answer.raw);
        }
    }
    assert_eq!(everything(&owner, &own), before, "what strangers tried changed something");
});

each_engine!(who_may_not_call_a_method_is_told_so_by_every_method, |engine| {
    let list = the_list();
    let methods: Vec<_> = list.iter().map(|method| method.name.as_str()).collect();
    let world = world_of_strangers(&methods);
    let running = Running::start_with(engine, &world, &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let owner = running.client();
    let own = Things::make(&running, &owner, PID, SHOP);
    trades(&owner);
    let before = everything(&owner, &own);
    let request = |method: &str| {
        let case = CASES.iter().find(|case| case.method == method);
        (case.unwrap_or_else(|| panic!("{method} has no case")).request)(&own)
    };
    for (place, method) in methods.iter().enumerate() {
        for stranger in STRANGERS {
            let (app, token, told) = stranger.told(place);
            let answer = call(&running.client_of(&app, token.as_deref()), method, &request(method));
            let code = (answer.code.as_str(), answer.sub_code.as_deref().unwrap_or_default());
            assert_eq!(code, told, "{method} {app} {token:?}");
        }
    }
    assert_eq!(everything(&owner, &own), before, "what strangers tried changed something");
    // And who may, may: an app and a token that cover nothing else.
    let in_order = CASES.iter().map(|case| case.method);
    for method in in_order.filter(|method| methods.contains(method)) {
        let place = methods.iter().position(|listed| *listed == method).expect("listed");
        for (app, token) in [(app_only(place), None), (ISV_APP_ID.to_owned(), Some(token_only(place)))] {
            let answer = call(&running.client_of(&app, token.as_deref()), method, &request(method));
            assert!(is_reached(method, &answer), "{method} {app} {token:?}: {}", answer.raw);
        }
    }
    let answer = call(&owner, "koubei.no.such.api", &json!({}));
    assert_eq!((answer.code.as_str(), answer.sub_code.as_deref()), ("40002", Some("isv.invalid-method")));
});

/// What the owner's reading methods say: all there is to see of a merchant.
fn everything(owner: &Client, own: &Things) -> Vec<String> {
    let reads = the_list().into_iter().filter(|method| !method.writes);
    let cases = reads.filter_map(|method| CASES.iter().find(|case| case.method == method.name));
    let told = |case: &Case| {
        let answer = call(owner, case.method, &(case.request)(own));
        assert!(is_reached(case.method, &answer), "{}: {}", case.method, answer.raw);
        answer.node.to_string()
    };
    cases.map(told).collect()
}

/// The names that the cases above are about; were they others, nothing would be tried.
#[test]
fn the_world_has_what_the_cases_name() {
    let world = world_of_strangers(&["a.b"]);
    for name in [PID, OTHER_PID, ISV_PID, APP_ID, "\"spent\"", "\"theirs\"", "token_but_0", "2021000000001200"] {
        assert!(world.contains(name), "{name}");
    }
}
