//! Who may act for whom, and what changes of that while calls come in. What nobody may is in `isolation.rs`.

use crate::running::{
    APP_ID, ISV_APP_ID, PID, Running, TOKEN, authorization, call, crowd, each_engine, refuse, succeed, world,
};
use serde_json::json;

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";

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

each_engine!(an_authorisation_has_the_whole_of_its_last_second, |engine| {
    let world = format!("{}\n{}", world(), authorization("last_token", "expires_at = \"2026-01-01 12:00:00\""));
    let running = Running::start_with(engine, &world, &["--clock", "manual:2026-01-01T12:00:00.999+08:00"]);
    let provider = running.client_of(ISV_APP_ID, Some("last_token"));
    succeed(&provider, TAGS_QUERY, &json!({}));
    assert!(running.command(&["clock", "advance", "1s"]).status.success());
    refuse(&provider, TAGS_QUERY, &json!({}), "aop.app-auth-token-time-out");
});
