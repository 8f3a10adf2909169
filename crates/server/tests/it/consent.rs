//! Consent, as docs/authorisation.md has it: pages without a browser, codes, tokens, and what ends them.

use crate::raw::Answer as Page;
use crate::running::{
    APP_ID, ISV_APP_ID, ISV_PID, NOW, PID, Running, TOKEN, app_key, call, each_engine, refuse, succeed, token_key,
};
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, OTHER_PIN, PIN, SHORT_CUSTOMER, Shop, header, text};
use crate::templates::prove;
use crate::wallet::world_with_shop;
use client::{Answer, Client};
use serde_json::{Value, json};
use std::sync::Barrier;
use std::thread;
use store::testing::Engine;

pub(crate) const EXCHANGE: &str = "alipay.open.auth.token.app";
pub(crate) const QUERY: &str = "alipay.open.auth.token.app.query";
pub(crate) const OAUTH: &str = "alipay.system.oauth.token";
const TAGS: &str = "koubei.marketing.campaign.tags.query";
/// Another app of the provider.
const SECOND_APP_ID: &str = "2021000000000031";
/// One that has listed where browsers may go, and may call little.
const LISTED_APP_ID: &str = "2021000000000032";
/// The merchant's login id.
pub(crate) const LOGIN: &str = "hgs@example.com";
/// The page of an app to which browsers come back.
pub(crate) const BACK: &str = "https://isv.example.com/back";

/// A shop whose merchant and customers can sign in, with more apps of the provider; at noon, or with these arguments.
pub(crate) fn open(engine: Engine, more: &[&str]) -> Shop {
    let user = |user_id: &str, login_id: &str, more: &str| {
        format!("[[user]]\nuser_id = \"{user_id}\"\nlogin_id = \"{login_id}\"\nbalance = \"100.00\"\n{more}\n")
    };
    let key = app_key().public_key().to_base64();
    let app = |app_id: &str, more: &str| {
        format!("[[app]]\napp_id = \"{app_id}\"\npid = \"{ISV_PID}\"\npublic_key = \"{key}\"\nisv = true\n{more}\n")
    };
    let methods = json!([EXCHANGE, OAUTH, TAGS]);
    let users = [
        user(CUSTOMER, "13196215350", ""),
        user(SHORT_CUSTOMER, "13196215351", ""),
        user(OTHER_CUSTOMER, "wukong@example.com", &format!("pay_pin = \"{OTHER_PIN}\"")),
        app(SECOND_APP_ID, ""),
        app(LISTED_APP_ID, &format!("redirect_uris = [\"{BACK}\"]\nmethods = {methods}")),
    ];
    let world = world_with_shop(&users.join("\n"));
    let world = world.replace("name = \"花果山超市\"", &format!("name = \"花果山超市\"\nlogin_id = \"{LOGIN}\""));
    let world = world.replace(
        &format!("pid = \"{ISV_PID}\"\n\n"),
        &format!("pid = \"{ISV_PID}\"\nname = \"云栈洞服务商\"\nlogin_id = \"isv@example.com\"\n\n"),
    );
    let clock = ["--clock", "manual:2026-01-01T12:00:00+08:00"];
    Shop::of(Running::start_with(engine, &world, if more.is_empty() { &clock } else { more }))
}

/// The page on which a merchant agrees.
pub(crate) fn of_merchant(app_id: &str, redirect_uri: &str, more: &str) -> String {
    format!("/oauth2/appToAppAuth.htm?app_id={app_id}&redirect_uri={}{more}", wire::percent_encoded(redirect_uri))
}

/// The page on which a member agrees.
pub(crate) fn of_member(app_id: &str, scope: &str, redirect_uri: &str, more: &str) -> String {
    let redirect_uri = wire::percent_encoded(redirect_uri);
    format!("/oauth2/publicAppAuthorize.htm?app_id={app_id}&scope={scope}&redirect_uri={redirect_uri}{more}")
}

/// Agrees as this account; where the browser goes.
pub(crate) fn agree(shop: &Shop, target: &str, login: &str, pin: &str) -> String {
    shop.submit(target, &format!("login={}&pin={pin}", wire::percent_encoded(login)))
}

/// A parameter of an address.
pub(crate) fn parameter(address: &str, name: &str) -> Option<String> {
    let (_, query) = address.split_once('?')?;
    query.split('&').find_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

fn code(shop: &Shop, app_id: &str) -> String {
    let place = agree(shop, &of_merchant(app_id, BACK, ""), LOGIN, PIN);
    parameter(&place, "app_auth_code").unwrap_or_else(|| panic!("no code in {place}"))
}

fn member_code(shop: &Shop, app_id: &str, login: &str, pin: &str) -> String {
    let place = agree(shop, &of_member(app_id, "auth_base", BACK, ""), login, pin);
    parameter(&place, "auth_code").unwrap_or_else(|| panic!("no code in {place}"))
}

fn by_code(code: &str) -> Value {
    json!({"grant_type": "authorization_code", "code": code})
}

fn by_refresh(token: &Value) -> Value {
    json!({"grant_type": "refresh_token", "refresh_token": token})
}

/// Calls `alipay.system.oauth.token` with these parameters.
fn oauth(client: &Client, parameters: &Value) -> Answer {
    let texts: Vec<_> = parameters.as_object().expect("an object").iter().collect();
    let texts: Vec<_> = texts.iter().map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
    client.call_with(OAUTH, "", NOW, &texts).expect("an answer")
}

fn oauth_is_refused(client: &Client, parameters: &Value, sub_code: &str) {
    let answer = oauth(client, parameters);
    assert_eq!((answer.code.as_str(), answer.sub_code.as_deref()), ("40002", Some(sub_code)), "{}", answer.raw);
}

fn told(shop: &Shop, arguments: &[&str]) -> Value {
    let output = shop.server.command(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn status(shop: &Shop, token: &str) -> String {
    let isv = shop.server.client_of(ISV_APP_ID, None);
    let answer = succeed(&isv, QUERY, &json!({"app_auth_token": token}));
    answer["status"].as_str().expect("a text").to_owned()
}

fn ok(page: &Page) -> String {
    assert_eq!(page.status, 200, "{}", text(page));
    text(page)
}

each_engine!(a_provider_acts_for_a_merchant_that_has_agreed, |engine| {
    let shop = open(engine, &[]);
    let (isv, second) = (shop.server.client_of(ISV_APP_ID, None), shop.server.client_of(SECOND_APP_ID, None));
    let with_token = |token: &Value| shop.server.client_of(ISV_APP_ID, Some(token.as_str().expect("a text")));
    let back = format!("{BACK}?from=isv#top");
    let target = of_merchant(ISV_APP_ID, &back, "&state=a+b%26c%3D%E6%A1%83");
    let page = ok(&shop.get(&target, ""));
    for expect in ["云栈洞服务商", ISV_APP_ID, "代您的商户调用", "所有接口", "https://isv.example.com", "不同意"]
    {
        assert!(page.contains(expect), "no {expect} in {page}");
    }
    // An address that brings a code of its own is none to go back to.
    for query in ["?app_auth_code=EVIL", "?a=b&auth_code=EVIL", "?app_auth%5Fcode=EVIL"] {
        let page =
            shop.get(&of_merchant(ISV_APP_ID, &format!("{}{query}", back.split('?').next().expect("a page")), ""), "");
        assert!(!String::from_utf8_lossy(&page.body).contains("<form"), "{query}");
    }
    // Browsers take the policy of a form for the redirection after it too.
    let policy = header(&shop.get(&target, ""), "content-security-policy").to_owned();
    assert!(policy.ends_with("form-action 'self' http: https:"), "{policy}");
    let place = agree(&shop, &target, LOGIN, PIN);
    let code = parameter(&place, "app_auth_code").expect("a code").replace("#top", "");
    let expect = format!("{BACK}?from=isv&app_id={ISV_APP_ID}&state=a+b%26c%3d%e6%a1%83&app_auth_code={code}#top");
    assert_eq!((place, code.len()), (expect, 32));

    // Others get nothing for it, and it is not used up by that.
    refuse(&shop.server.client(), EXCHANGE, &by_code(&code), "APP_NOT_ISV");
    refuse(&second, EXCHANGE, &by_code(&code), "APP_ID_NOT_CONSISTENT");
    refuse(&isv, EXCHANGE, &by_code(&code.replace(&code[..4], "zzzz")), "AUTH_CODE_NOT_EXIST");
    refuse(&isv, EXCHANGE, &json!({"grant_type": "password", "code": code}), "GRANT_TYPE_INVALID");
    refuse(&isv, EXCHANGE, &json!({"grant_type": "authorization_code"}), "INVALID_PARAMETER");
    oauth_is_refused(&isv, &by_code(&code), "isv.code-invalid");
    let given = succeed(&isv, EXCHANGE, &by_code(&code));
    assert_eq!(given["user_id"], PID);
    assert_eq!((&given["auth_app_id"], &given["expires_in"]), (&json!(APP_ID), &json!(31_536_000)));
    assert_eq!(given["re_expires_in"], json!(32_140_800));
    for name in ["app_auth_token", "app_refresh_token"] {
        let token = given[name].as_str().expect("a text");
        assert!(token.len() == 40 && token.starts_with("202601BB"), "{token}");
    }
    refuse(&isv, EXCHANGE, &by_code(&code), "AUTH_CODE_NOT_VALID");
    let tags = succeed(&with_token(&given["app_auth_token"]), TAGS, &json!({}));
    assert!(tags.to_string().contains("pref_organic"), "the merchant's own tags");
    // Of the two apps one pair works: that of the world file ended.
    refuse(&shop.server.client_of(ISV_APP_ID, Some(TOKEN)), TAGS, &json!({}), "aop.invalid-app-auth-token");

    let query = |client: &Client, token: &Value| call(client, QUERY, &json!({"app_auth_token": token}));
    let found = query(&isv, &given["app_auth_token"]).node;
    assert_eq!(
        (&found["user_id"], &found["auth_app_id"], &found["status"]),
        (&json!(PID), &json!(APP_ID), &json!("valid"))
    );
    assert_eq!((&found["auth_start"], &found["auth_end"]), (&json!(NOW), &json!("2027-01-01 12:00:00")));
    let methods = found["auth_methods"].as_array().expect("a list");
    let listed: Vec<_> = crate::running::the_list().into_iter().map(|method| json!(method.name)).collect();
    assert_eq!(methods, &listed);
    refuse(&isv, QUERY, &json!({"app_auth_token": ""}), "ILLEGAL_PARAM");
    refuse(&isv, QUERY, &json!({"app_auth_token": "nobody's"}), "AUTH_TOKEN_NOT_EXISTED");
    refuse(&second, QUERY, &json!({"app_auth_token": given["app_auth_token"]}), "AUTH_TOKEN_NOT_CONSISTENT");
    refuse(&shop.server.client(), QUERY, &json!({"app_auth_token": given["app_auth_token"]}), "APP_NOT_ISV");
    // What the store finds a token by is no token.
    let key = token_key(given["app_auth_token"].as_str().expect("a text"));
    refuse(&isv, QUERY, &json!({"app_auth_token": key}), "AUTH_TOKEN_NOT_EXISTED");
    refuse(&shop.server.client_of(ISV_APP_ID, Some(&key)), TAGS, &json!({}), "aop.invalid-app-auth-token");

    // A new pair ends the one before at once.
    refuse(&second, EXCHANGE, &by_refresh(&given["app_refresh_token"]), "APP_ID_NOT_CONSISTENT");
    refuse(&isv, EXCHANGE, &by_refresh(&json!("nobody's")), "REFRESH_TOKEN_NOT_EXIST");
    refuse(&isv, EXCHANGE, &by_refresh(&given["app_auth_token"]), "REFRESH_TOKEN_NOT_EXIST");
    let anew = succeed(&isv, EXCHANGE, &by_refresh(&given["app_refresh_token"]));
    refuse(&with_token(&given["app_auth_token"]), TAGS, &json!({}), "aop.invalid-app-auth-token");
    succeed(&with_token(&anew["app_auth_token"]), TAGS, &json!({}));
    refuse(&isv, EXCHANGE, &by_refresh(&given["app_refresh_token"]), "REFRESH_TOKEN_NOT_VALID");
    assert_eq!(status(&shop, given["app_auth_token"].as_str().expect("a text")), "invalid");
    // So does another consent. What another app of the provider has is its own.
    let by_second = succeed(&second, EXCHANGE, &by_code(&self::code(&shop, SECOND_APP_ID)));
    let third = succeed(&isv, EXCHANGE, &by_code(&self::code(&shop, ISV_APP_ID)));
    refuse(&with_token(&anew["app_auth_token"]), TAGS, &json!({}), "aop.invalid-app-auth-token");
    refuse(&isv, EXCHANGE, &by_refresh(&anew["app_refresh_token"]), "REFRESH_TOKEN_NOT_VALID");
    refuse(&with_token(&by_second["app_auth_token"]), TAGS, &json!({}), "aop.invalid-app-auth-token");
    let token = by_second["app_auth_token"].as_str().expect("a text");
    succeed(&shop.server.client_of(SECOND_APP_ID, Some(token)), TAGS, &json!({}));
    prove(&shop.server);
    // A year later the token is over, a week later the refresh token too.
    shop.wait("366d");
    refuse(&with_token(&third["app_auth_token"]), TAGS, &json!({}), "aop.app-auth-token-time-out");
    let fourth = succeed(&isv, EXCHANGE, &by_refresh(&third["app_refresh_token"]));
    succeed(&with_token(&fourth["app_auth_token"]), TAGS, &json!({}));
    shop.wait("372d");
    refuse(&isv, EXCHANGE, &by_refresh(&fourth["app_refresh_token"]), "REFRESH_TOKEN_TIME_OUT");
});

each_engine!(a_code_is_good_for_ten_minutes, |engine| {
    let shop = open(engine, &[]);
    let isv = shop.server.client_of(ISV_APP_ID, None);
    let (early, late) = (code(&shop, ISV_APP_ID), code(&shop, ISV_APP_ID));
    let member = member_code(&shop, ISV_APP_ID, "13196215350", PIN);
    shop.wait("599s");
    succeed(&isv, EXCHANGE, &by_code(&early));
    shop.wait("1s");
    refuse(&isv, EXCHANGE, &by_code(&late), "AUTH_CODE_NOT_VALID");
    oauth_is_refused(&isv, &by_code(&member), "isv.code-invalid");
    // More than a day later nobody knows it any more, once others were handed out.
    shop.wait("25h");
    // On PostgreSQL that is so bucket by bucket.
    if engine == Engine::Sqlite {
        code(&shop, ISV_APP_ID);
        refuse(&isv, EXCHANGE, &by_code(&late), "AUTH_CODE_NOT_EXIST");
    }
});

each_engine!(an_app_knows_a_member_who_has_agreed, |engine| {
    let shop = open(engine, &[]);
    let (app, other) = (shop.server.client(), shop.server.client_of(ISV_APP_ID, None));
    let target = of_member(APP_ID, "auth_user,auth_base", BACK, "&state=xyz");
    let page = ok(&shop.get(&format!("{target}&lang=en"), ""));
    for expect in ["花果山超市", APP_ID, "Know your user id", "profile", "https://isv.example.com"] {
        assert!(page.contains(expect), "no {expect} in {page}");
    }
    let place = agree(&shop, &target, "wukong@example.com", OTHER_PIN);
    let code = parameter(&place, "auth_code").expect("a code");
    let expect = format!("{BACK}?app_id={APP_ID}&scope=auth_user%2cauth_base&state=xyz&auth_code={code}");
    assert_eq!(place, expect);
    oauth_is_refused(&other, &by_code(&code), "isv.unmatched-app-id");
    oauth_is_refused(&app, &json!({"grant_type": "password", "code": code}), "isv.grant-type-invalid");
    oauth_is_refused(&app, &json!({"code": code}), "isv.grant-type-invalid");
    oauth_is_refused(&app, &json!({"grant_type": "authorization_code"}), "isv.code-invalid");
    oauth_is_refused(&app, &by_code("0123456789abcdef0123456789abcdef"), "isv.code-invalid");
    refuse(&other, EXCHANGE, &by_code(&code), "AUTH_CODE_NOT_EXIST");
    let given = oauth(&app, &by_code(&code));
    assert!(given.raw.starts_with("{\"user_id\":") && !given.raw.contains("\"code\""), "{}", given.raw);
    assert_eq!((&given.node["user_id"], &given.node["auth_start"]), (&json!(OTHER_CUSTOMER), &json!(NOW)));
    oauth_is_refused(&app, &by_code(&code), "isv.code-invalid");
    // A new pair for the refresh token, once.
    let refresh = by_refresh(&given.node["refresh_token"]);
    oauth_is_refused(&other, &refresh, "isv.unmatched-app-id");
    oauth_is_refused(&app, &by_refresh(&given.node["access_token"]), "isv.refresh-token-invalid");
    let anew = oauth(&app, &refresh);
    assert!(anew.is_success(), "{}", anew.raw);
    assert_ne!(anew.node["access_token"], given.node["access_token"]);
    oauth_is_refused(&app, &refresh, "isv.refresh-token-invalid");
    shop.wait("30d");
    oauth_is_refused(&app, &by_refresh(&anew.node["refresh_token"]), "isv.refresh-token-time-out");
    prove(&shop.server);
});

each_engine!(of_many_calls_at_once_with_one_code_one_gets_tokens, |engine| {
    const CALLERS: usize = 8;
    let shop = open(engine, &[]);
    let isv = shop.server.client_of(ISV_APP_ID, None);
    let race = |ask: &(dyn Fn() -> Answer + Sync)| {
        let barrier = Barrier::new(CALLERS);
        let answers: Vec<Answer> = thread::scope(|scope| {
            let asking = || {
                barrier.wait();
                ask()
            };
            let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(asking)).collect();
            callers.into_iter().map(|caller| caller.join().expect("answered")).collect()
        });
        let (given, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Answer::is_success);
        let sub_codes: Vec<_> = refused.into_iter().filter_map(|answer| answer.sub_code).collect();
        assert_eq!((given.len(), sub_codes.len()), (1, CALLERS - 1), "{sub_codes:?}");
        (given.into_iter().next().expect("one").node, sub_codes)
    };
    for _ in 0..5 {
        let code = code(&shop, ISV_APP_ID);
        let (given, refused) = race(&|| call(&isv, EXCHANGE, &by_code(&code)));
        assert!(refused.iter().all(|sub_code| sub_code == "AUTH_CODE_NOT_VALID"), "{refused:?}");
        let (anew, refused) = race(&|| call(&isv, EXCHANGE, &by_refresh(&given["app_refresh_token"])));
        assert!(refused.iter().all(|sub_code| sub_code == "REFRESH_TOKEN_NOT_VALID"), "{refused:?}");
        let works = shop.server.client_of(ISV_APP_ID, anew["app_auth_token"].as_str());
        succeed(&works, TAGS, &json!({}));
        let code = member_code(&shop, ISV_APP_ID, "13196215350", PIN);
        let (given, refused) = race(&|| oauth(&isv, &by_code(&code)));
        assert!(refused.iter().all(|sub_code| sub_code == "isv.code-invalid"), "{refused:?}");
        let (_, refused) = race(&|| oauth(&isv, &by_refresh(&given["refresh_token"])));
        assert!(refused.iter().all(|sub_code| sub_code == "isv.refresh-token-invalid"), "{refused:?}");
    }
    // Two codes of one consent at once: one pair works in the end, whichever.
    let codes = [code(&shop, ISV_APP_ID), code(&shop, ISV_APP_ID)];
    let tokens: Vec<Value> = thread::scope(|scope| {
        let isv = &isv;
        let calls: Vec<_> =
            codes.iter().map(|code| scope.spawn(move || succeed(isv, EXCHANGE, &by_code(code)))).collect();
        calls.into_iter().map(|call| call.join().expect("answered")["app_auth_token"].clone()).collect()
    });
    let works =
        |token: &&Value| call(&shop.server.client_of(ISV_APP_ID, token.as_str()), TAGS, &json!({})).code == "10000";
    assert_eq!(tokens.iter().filter(works).count(), 1);
    prove(&shop.server);
});

each_engine!(an_operator_revokes, |engine| {
    let shop = open(engine, &[]);
    let isv = shop.server.client_of(ISV_APP_ID, None);
    let given = succeed(&isv, EXCHANGE, &by_code(&code(&shop, ISV_APP_ID)));
    let token = given["app_auth_token"].as_str().expect("a text");
    let waits = code(&shop, ISV_APP_ID);
    let list = |more: &[&str]| told(&shop, &[&["auth", "list"], more].concat());
    let listed = list(&["--app-id", ISV_APP_ID, "--account", PID]);
    let valid: Vec<_> = listed.as_array().expect("a list").iter().filter(|one| one["status"] == "valid").collect();
    // The world file's token for one method is of the same pair and ended with the others.
    assert_eq!(valid.len(), 1, "{listed:#}");
    assert!(!listed.to_string().contains(token) && !listed.to_string().contains(TOKEN), "{listed:#}");
    let name = valid[0]["name"].as_str().expect("a text").to_owned();
    // By an old token of the pair as well as by the newest; here by the refresh token.
    let refresh_token = given["app_refresh_token"].as_str().expect("a text");
    let revoked = told(&shop, &["auth", "revoke", refresh_token]);
    assert_eq!(revoked, json!({"app_id": ISV_APP_ID, "account_id": PID, "ended": 2}));
    refuse(&shop.server.client_of(ISV_APP_ID, Some(token)), TAGS, &json!({}), "aop.invalid-app-auth-token");
    refuse(&isv, EXCHANGE, &by_refresh(&given["app_refresh_token"]), "AUTH_TOKEN_NOT_FOUND");
    refuse(&isv, EXCHANGE, &by_code(&waits), "AUTH_CODE_NOT_VALID");
    assert_eq!(
        (status(&shop, token).as_str(), told(&shop, &["auth", "revoke", &name])["ended"].as_u64()),
        ("invalid", Some(0))
    );
    // The merchant may agree anew; then the name in the list ends it.
    let anew = succeed(&isv, EXCHANGE, &by_code(&code(&shop, ISV_APP_ID)));
    assert_eq!(list(&["--limit", "1"]).as_array().map(Vec::len), Some(1));
    let listed = list(&["--app-id", ISV_APP_ID]);
    let valid = listed.as_array().expect("a list").iter().find(|one| one["status"] == "valid").expect("one");
    let name = valid["name"].as_str().expect("a text").to_owned();
    assert_eq!(told(&shop, &["auth", "revoke", &name])["ended"], 1);
    let of_anew = shop.server.client_of(ISV_APP_ID, anew["app_auth_token"].as_str());
    refuse(&of_anew, TAGS, &json!({}), "aop.invalid-app-auth-token");

    // A member's.
    let given = oauth(&isv, &by_code(&member_code(&shop, ISV_APP_ID, "13196215350", PIN))).node;
    let others = oauth(&isv, &by_code(&member_code(&shop, ISV_APP_ID, "wukong@example.com", OTHER_PIN))).node;
    let waits = member_code(&shop, ISV_APP_ID, "13196215350", PIN);
    let listed = list(&["--members", "--account", CUSTOMER]);
    assert_eq!((listed.as_array().map(Vec::len), &listed[0]["status"]), (Some(1), &json!("valid")), "{listed:#}");
    let access_token = given["access_token"].as_str().expect("a text");
    assert!(!listed.to_string().contains(access_token), "{listed:#}");
    let revoked = told(&shop, &["auth", "revoke", access_token]);
    assert_eq!(revoked, json!({"app_id": ISV_APP_ID, "account_id": CUSTOMER, "ended": 2}));
    oauth_is_refused(&isv, &by_refresh(&given["refresh_token"]), "isv.refresh-token-invalid");
    oauth_is_refused(&isv, &by_code(&waits), "isv.code-invalid");
    assert!(oauth(&isv, &by_refresh(&others["refresh_token"])).is_success(), "another member's is left alone");
    let unknown = shop.server.command(&["auth", "revoke", "nobody's"]);
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("no such authorisation"));
    prove(&shop.server);
});

each_engine!(who_does_not_prove_to_be_somebody_gives_nothing, |engine| {
    let shop = open(engine, &[]);
    let target = of_merchant(ISV_APP_ID, BACK, "&state=s");
    let said = |place: &str| parameter(place, "said").unwrap_or_else(|| panic!("gone to {place}"));
    // The answer to a wrong PIN, to nobody's login id and to a locked account is one and the same.
    for (login, pin, expect) in [
        (LOGIN, "000000", "not-proved"),
        (&LOGIN.to_uppercase(), "000000", "not-proved"),
        ("nobody@example.com", PIN, "not-proved"),
        (LOGIN, "", "incomplete"),
        (LOGIN, "1111111", "incomplete"),
        ("", PIN, "incomplete"),
        ("13196215350", PIN, "no-merchant"),
        ("' OR 1=1 --", PIN, "not-proved"),
        (&"x".repeat(300), PIN, "incomplete"),
    ] {
        assert_eq!(said(&agree(&shop, &target, login, pin)), expect, "{login} {pin}");
    }
    let page = ok(&shop.get(&format!("{target}&said=not-proved"), ""));
    assert!(page.contains("登录账号或支付密码不正确") && !page.contains(LOGIN), "{page}");
    // The same work was done for nobody's as for a wrong PIN: it takes as long.
    shop.change(|tx| {
        let tries = store::pin::tries(tx, "")?;
        assert!(tx.execute("DELETE FROM pin_try WHERE user_id = ''", &[])? == 1 && tries.wrong == 0);
        Ok(())
    });
    for _ in 0..5 {
        assert_eq!(said(&agree(&shop, &target, LOGIN, "000000")), "not-proved");
    }
    assert_eq!(said(&agree(&shop, &target, LOGIN, PIN)), "not-proved", "the account is locked");
    shop.wait("15m");
    let capitals = agree(&shop, &target, &LOGIN.to_uppercase(), PIN);
    assert!(parameter(&capitals, "app_auth_code").is_some(), "the lock is over");
    // Whoever refuses goes back without a code, and needs no PIN for it.
    let place = shop.submit(&target, "decision=refuse&login=&pin=");
    assert_eq!(place, format!("{BACK}?app_id={ISV_APP_ID}&state=s&error=access_denied"));
    // A form that another page has made, or that was made for another address.
    let forged = shop.post(&target, &format!("csrf=00&login={LOGIN}&pin={PIN}"));
    assert_eq!(forged.status, 403);
    let other = of_merchant(ISV_APP_ID, "https://evil.example", "&state=s");
    let form = ok(&shop.get(&other, ""));
    let csrf = form.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"')).expect("a form").0;
    assert_eq!(shop.post(&target, &format!("csrf={csrf}&login={LOGIN}&pin={PIN}")).status, 403);
    // Too many from one address, over all accounts; ten were wrong already.
    let hidden = |name: &str| {
        let page = ok(&shop.get(&target, ""));
        let found = page.split_once(&format!("name=\"{name}\" value=\"")).and_then(|(_, rest)| rest.split_once('"'));
        found.expect("a form").0.to_owned()
    };
    let (csrf, shown) = (hidden("csrf"), hidden("shown"));
    // Who asks for what is not what the page has shown: nothing is given, and no PIN tried.
    let changed = shop.post(&target, &format!("csrf={csrf}&shown=other&login={LOGIN}&pin={PIN}"));
    let place = header(&changed, "location");
    assert!(changed.status == 303 && !place.contains("code=") && place.starts_with("/oauth2/"), "{place}");
    let own = format!("csrf={csrf}&shown={shown}");
    let status = |login: &str| shop.post(&target, &format!("{own}&login={login}&pin=000000")).status;
    assert!((0..10).all(|nth| status(&format!("nobody{nth}")) == 303));
    // Whom a wrong PIN was sent for, in whatever case, is refused; others come in turn.
    assert_eq!(["nobody3", "NOBODY3", "somebody"].map(status), [429, 429, 303]);
});

each_engine!(hostile_addresses_lead_nowhere, |engine| {
    let shop = open(engine, &[]);
    for redirect_uri in [
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "//evil.example/",
        "/back",
        "ftp://isv.example.com/",
        "https://me:secret@evil.example/",
        "https://isv.example.com\\@evil.example/",
        "https://isv.example.com/\r\nset-cookie: x=1",
        "https://a;script-src *",
        "",
    ] {
        for target in [of_merchant(ISV_APP_ID, redirect_uri, ""), of_member(ISV_APP_ID, "auth_base", redirect_uri, "")]
        {
            let answer = shop.get(&target, "");
            let page = ok(&answer);
            assert!(page.contains("redirect_uri") && !page.contains("<form"), "{redirect_uri:?}: {page}");
            assert!(header(&answer, "content-security-policy").ends_with("form-action 'self'"), "{redirect_uri:?}");
            assert!(!page.contains("<script"), "{page}");
        }
    }
    // What an app has listed is compared with; one that has listed nothing may lead anywhere in a stand-in.
    for (app_id, redirect_uri, expect) in [
        (LISTED_APP_ID, BACK, true),
        (LISTED_APP_ID, "https://isv.example.com/back?x=1", true),
        (LISTED_APP_ID, "https://isv.example.com/other", false),
        (LISTED_APP_ID, "https://isv.example.com.evil.example/back", false),
        (LISTED_APP_ID, "http://isv.example.com/back", false),
        (ISV_APP_ID, "http://127.0.0.1:9/any", true),
    ] {
        let page = ok(&shop.get(&of_merchant(app_id, redirect_uri, ""), ""));
        assert_eq!(page.contains("<form"), expect, "{app_id} {redirect_uri}: {page}");
    }
    // Each method that a merchant lets the app call is named.
    let page = ok(&shop.get(&of_merchant(LISTED_APP_ID, BACK, ""), ""));
    assert!(page.contains(TAGS) && page.contains(EXCHANGE) && !page.contains("所有接口"), "{page}");
    // What the address says comes back as it was, and is never a part of the page or of another parameter.
    let state = "\"><script>alert(1)</script>&app_auth_code=mine#&x=\r\nset-cookie: x=1 桃";
    let target = of_member(APP_ID, "auth_base", BACK, &format!("&state={}", wire::percent_encoded(state)));
    let page = ok(&shop.get(&target, ""));
    assert!(!page.contains("<script"), "{page}");
    let place = agree(&shop, &target, "13196215350", PIN);
    let returned = parameter(&place, "state").expect("the state").to_lowercase();
    assert_eq!(returned, wire::percent_encoded(state).to_lowercase());
    assert_eq!(place.matches("auth_code=").count(), 1, "{place}");
    // No page has such an address.
    for target in [
        of_merchant("", BACK, ""),
        of_merchant("2021999999999999", BACK, ""),
        of_merchant("2021%3Cscript%3E", BACK, ""),
        of_merchant(ISV_APP_ID, BACK, "&state=%00"),
        of_merchant(ISV_APP_ID, BACK, "&state=%FF"),
        of_merchant(ISV_APP_ID, BACK, "&state=1&state=2"),
        of_merchant(ISV_APP_ID, BACK, &format!("&state={}", "x".repeat(2_000))),
        format!("/oauth2/publicAppAuthorize.htm?app_id={APP_ID}&redirect_uri=https%3A%2F%2Fa"),
        "/oauth2/appToAppAuth.htm".to_owned(),
        "/oauth2/other.htm".to_owned(),
    ] {
        assert_eq!(shop.get(&target, "").status, 404, "{target}");
    }
    for (target, expect) in [
        (of_merchant(APP_ID, BACK, ""), "ISV"),
        (of_merchant("2021000000000005", BACK, ""), "停用"),
        (of_member("2021000000000004", "auth_base", BACK, ""), "未开通"),
        (of_member(APP_ID, "auth_base,everything", BACK, ""), "scope"),
    ] {
        let page = ok(&shop.get(&target, ""));
        assert!(page.contains(expect) && !page.contains("<form"), "{target}: {page}");
    }
});

each_engine!(a_platform_leads_browsers_only_to_listed_addresses, |engine| {
    let shop = open(engine, &["--mode", "platform"]);
    for (app_id, expect) in [(LISTED_APP_ID, true), (ISV_APP_ID, false)] {
        let page = ok(&shop.get(&of_merchant(app_id, BACK, ""), ""));
        assert_eq!(page.contains("<form"), expect, "{app_id}: {page}");
    }
    // Nobody has a PIN until the world file gives one.
    let place = agree(&shop, &of_merchant(LISTED_APP_ID, BACK, ""), LOGIN, PIN);
    assert_eq!(parameter(&place, "said").as_deref(), Some("not-proved"));
    let place = agree(&shop, &of_member(LISTED_APP_ID, "auth_base", BACK, ""), "wukong@example.com", OTHER_PIN);
    let code = parameter(&place, "auth_code").expect("a code");
    let given = oauth(&shop.server.client_of(LISTED_APP_ID, None), &by_code(&code));
    assert_eq!(given.node["user_id"], OTHER_CUSTOMER);
});
