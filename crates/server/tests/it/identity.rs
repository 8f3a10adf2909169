//! Who may call what, and that nobody sees another merchant's things.

use crate::running::{
    APP_ID, ISV_APP_ID, OTHER_APP_ID, PID, Running, TOKEN, authorization, call, conditions, crowd, each_engine, refuse,
    succeed, world,
};
use serde_json::json;

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";
const COUNT: &str = "koubei.marketing.campaign.crowd.count";

each_engine!(another_merchants_crowd_is_as_unknown_as_none, |engine| {
    let running = Running::start(engine);
    let id = crowd(&running.client(), "1");
    let stranger = running.client_of(OTHER_APP_ID, None);
    let unknown = format!("{}{}", &id[..31], if id.ends_with('0') { '1' } else { '0' });
    for method in ["count", "modify", "delete", "detail.query"] {
        let method = format!("koubei.marketing.campaign.crowd.{method}");
        let request = |id: &str| match method.as_str() {
            "koubei.marketing.campaign.crowd.modify" => {
                json!({"out_biz_no": "1", "crowd_group_id": id, "conditions": conditions("IN", "pam_gender", "1")})
            }
            _ => json!({"crowd_group_id": id}),
        };
        let foreign = refuse(&stranger, &method, &request(&id), "CROWD_GROUP_NOT_EXIST");
        let never = refuse(&stranger, &method, &request(&unknown), "CROWD_GROUP_NOT_EXIST");
        assert_eq!(foreign.raw, never.raw, "{method}");
    }
    let listed = succeed(&stranger, "koubei.marketing.campaign.crowd.batchquery", &json!({}));
    assert_eq!(listed["total_number"], "0");
    let theirs = json!({"conditions": conditions("EQ", "spent", "1")});
    refuse(&stranger, COUNT, &theirs, "INVALID_PARAMETER");
});

each_engine!(a_provider_acts_for_the_merchant_that_authorised_it, |engine| {
    let running = Running::start(engine);
    let id = crowd(&running.client(), "1");
    let provider = running.client_of(ISV_APP_ID, Some(TOKEN));
    let node = succeed(&provider, "koubei.marketing.campaign.crowd.detail.query", &json!({"crowd_group_id": id}));
    assert_eq!(node["name"], "白领");
    assert_eq!(crowd(&provider, "1"), id, "the key is the merchant's, whoever uses it");
    // Without the token the provider is itself, and has none of it.
    let alone = running.client_of(ISV_APP_ID, None);
    refuse(
        &alone,
        "koubei.marketing.campaign.crowd.detail.query",
        &json!({"crowd_group_id": id}),
        "CROWD_GROUP_NOT_EXIST",
    );
});

each_engine!(tokens_and_apps_that_may_not_are_refused, |engine| {
    let running = Running::start(engine);
    let check = |app_id: &str, token: Option<&str>, method: &str, expect: (&str, &str)| {
        let answer =
            call(&running.client_of(app_id, token), method, &json!({"conditions": conditions("EQ", "pam_age", "1")}));
        assert_eq!(
            (answer.code.as_str(), answer.sub_code.as_deref().unwrap_or("")),
            expect,
            "{app_id} {token:?} {method}"
        );
    };
    check(ISV_APP_ID, Some("nobody's"), TAGS_QUERY, ("20001", "aop.invalid-app-auth-token"));
    check(ISV_APP_ID, Some("revoked_token"), TAGS_QUERY, ("20001", "aop.invalid-app-auth-token"));
    check(ISV_APP_ID, Some("expired_token"), TAGS_QUERY, ("20001", "aop.app-auth-token-time-out"));
    check(ISV_APP_ID, Some("narrow_token"), TAGS_QUERY, ("10000", ""));
    check(ISV_APP_ID, Some("narrow_token"), COUNT, ("20001", "aop.invalid-app-auth-token-no-api"));
    check(OTHER_APP_ID, Some(TOKEN), TAGS_QUERY, ("20001", "aop.invalid-app-auth-token"));
    check("2021000000000004", None, TAGS_QUERY, ("10000", ""));
    check("2021000000000004", None, COUNT, ("40006", "isv.insufficient-isv-permissions"));
    // The token is looked at before the permission (DECISIONS.md 1).
    check("2021000000000004", Some("nobody's"), COUNT, ("20001", "aop.invalid-app-auth-token"));
    check("2021000000000005", None, TAGS_QUERY, ("40003", "isv.invalid-app-state"));
    check("2021000000000006", None, TAGS_QUERY, ("40003", "isv.missing-signature-config"));
    check("2021000000000099", None, TAGS_QUERY, ("40002", "isv.invalid-app-id"));
    check(APP_ID, None, "koubei.no.such.api", ("40002", "isv.invalid-method"));
});

each_engine!(a_revoked_token_works_no_more, |engine| {
    let running = Running::start(engine);
    let provider = running.client_of(ISV_APP_ID, Some(TOKEN));
    succeed(&provider, TAGS_QUERY, &json!({}));
    let revoked = running.folder.path().join("revoked.toml");
    std::fs::write(&revoked, authorization(TOKEN, "enabled = false")).expect("the folder is ours");
    let output = running.command(&["apply", &revoked.display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // On PostgreSQL the command wrote past this process: the very next call still finds out.
    refuse(&provider, TAGS_QUERY, &json!({}), "aop.invalid-app-auth-token");
});

each_engine!(a_replaced_key_verifies_no_more, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    succeed(&client, TAGS_QUERY, &json!({}));
    let other = wire::PrivateKey::generate().public_key().to_base64();
    let replaced = running.folder.path().join("replaced.toml");
    let text = format!("[[app]]\napp_id = \"{APP_ID}\"\npid = \"{PID}\"\npublic_key = \"{other}\"\n");
    std::fs::write(&replaced, text).expect("the folder is ours");
    assert!(running.command(&["apply", &replaced.display().to_string()]).status.success());
    let answer = call(&client, TAGS_QUERY, &json!({}));
    assert_ne!(answer.code, "10000", "{}", answer.raw);
    let again = running.folder.path().join("world-again.toml");
    std::fs::write(&again, world()).expect("the folder is ours");
    assert!(running.command(&["apply", &again.display().to_string()]).status.success());
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(2);
    while call(&client, TAGS_QUERY, &json!({})).code != "10000" {
        assert!(std::time::Instant::now() < deadline, "the right key was not heard of");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
});
