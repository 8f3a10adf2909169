//! Tokens for prizes: who gets one, when, and for how long. What they give is tried where they are used.

use crate::running::{OTHER_APP_ID, each_engine, refuse, succeed};
use crate::stamps::{AUTH, FRIEND, MEMBER, Stamps, card_activity, made, prize_activity, text, tool_of, with};
use serde_json::{Value, json};
use store::prize::PrizeToken;
use store::testing::block_on;
use store::{Fault, Open, Store, Tx};

impl Stamps {
    fn auth(&self, req_id: &str, more: &Value) -> Value {
        with(json!({"req_id": req_id, "prize_id": self.prize, "user_id": MEMBER}), more)
    }

    fn token(&self, req_id: &str) -> String {
        text(&succeed(&self.client(), AUTH, &self.auth(req_id, &json!({})))["token"])
    }

    /// What the store has of a token.
    fn kept(&self, token: &str) -> PrizeToken {
        let store = Store::open(&self.server.place(), Open::default()).expect("the server's store");
        let token = token.to_owned();
        let found = store.read::<_, Fault, _>(move |tx: &mut Tx| store::prize::token(tx, &token));
        block_on(found).expect("it can be read").expect("it is there")
    }
}

/// Seconds between two moments.
fn seconds(from: i64, to: i64) -> i64 {
    (to - from) / 1_000
}

each_engine!(a_token_is_one_users_for_a_day, |engine| {
    let stamps = Stamps::open(engine);
    let client = stamps.client();
    let token = stamps.token("1");
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let kept = stamps.kept(&token);
    assert_eq!((kept.user_id.as_str(), kept.used_at, kept.pid.as_str()), (MEMBER, None, crate::running::PID));
    assert_eq!(seconds(kept.created_at, kept.expires_at), 86_400);
    // The same call, however late; another one, another token.
    assert_eq!(stamps.token("1"), token);
    assert_ne!(stamps.token("2"), token);
    refuse(&client, AUTH, &stamps.auth("1", &json!({"user_id": FRIEND})), "REQ_ID_CONFLICT");
    // Not beyond the activity's last moment, 23:59:59.
    stamps.wait("30d");
    let late = stamps.kept(&stamps.token("3"));
    assert_eq!(seconds(late.created_at, late.expires_at), 43_200);
    stamps.wait("1d");
    refuse(&client, AUTH, &stamps.auth("4", &json!({})), "CAMPAIGN_STATUS_ERROR");
    assert_eq!(stamps.token("1"), token);
    stamps.prove();
});

each_engine!(a_merchant_says_how_long_tokens_live, |engine| {
    let stamps = Stamps::open_with(engine, "options = { claim_token_life = \"1h30m\" }", &json!({}));
    let kept = stamps.kept(&stamps.token("1"));
    assert_eq!(seconds(kept.created_at, kept.expires_at), 5_400);
});

each_engine!(every_rule_says_no_in_its_turn, |engine| {
    let stamps = Stamps::open(engine);
    let client = stamps.client();
    let channel = json!({"publish_channels": [{"type": "QR_CODE", "name": "QR_CODE"}]});
    let by_hand = tool_of(&client, &made(&client, &with(prize_activity("by hand"), &channel)));
    let later = json!({"start_time": "2026-01-02 00:00:00"});
    let later = tool_of(&client, &made(&client, &with(prize_activity("later"), &later)));
    let over_camp = made(&client, &prize_activity("over"));
    let over = tool_of(&client, &over_camp);
    succeed(&client, "koubei.marketing.campaign.activity.offline", &json!({"out_biz_no": "o", "camp_id": over_camp}));
    let card = tool_of(&client, &made(&client, &card_activity("card again")));
    let nobody = "2088000000000009";
    for (more, sub_code) in [
        (json!({"req_id": null}), "INVALID_PARAMETER"),
        (json!({"prize_id": null}), "INVALID_PARAMETER"),
        (json!({"user_id": null}), "INVALID_PARAMETER"),
        (json!({"user_id": "2".repeat(33)}), "INVALID_PARAMETER"),
        (json!({"prize_id": "20160527000000000682853000153366", "user_id": nobody}), "PRIZE_NOT_EXIST"),
        (json!({"prize_id": card, "user_id": nobody}), "PRIZE_NOT_EXIST"),
        (json!({"prize_id": by_hand, "user_id": nobody}), "PRIZE_NOT_EXIST"),
        (json!({"prize_id": over, "user_id": nobody}), "USER_NOT_EXIST"),
        (json!({"prize_id": over}), "CAMPAIGN_STATUS_ERROR"),
        (json!({"prize_id": later}), "CAMPAIGN_STATUS_ERROR"),
    ] {
        refuse(&client, AUTH, &stamps.auth("fresh", &more), sub_code);
    }
    let stranger = stamps.server.client_of(OTHER_APP_ID, None);
    refuse(&stranger, AUTH, &stamps.auth("fresh", &json!({})), "PRIZE_NOT_EXIST");
    // A failed call uses up no key.
    stamps.token("fresh");
});

each_engine!(an_empty_budget_gives_no_tokens, |engine| {
    let budget = json!({"budget_info": {"budget_total": "1", "budget_type": "QUANTITY"}});
    let stamps = Stamps::open_with(engine, "", &budget);
    // A token reserves nothing.
    stamps.token("1");
    stamps.token("2");
    let store = Store::open(&stamps.server.place(), Open::default()).expect("the server's store");
    let kept = stamps.kept(&stamps.token("1"));
    let take = move |tx: &mut Tx| store::counter::take(tx, "budget", kept.activity, "", 1, 1);
    assert!(block_on(store.write::<_, Fault, _>(take)).expect("it is kept"));
    refuse(&stamps.client(), AUTH, &stamps.auth("3", &json!({})), "BUDGET_NOT_ENOUGH");
});
