//! Consents among the calls of the writers: codes that pages hand out, each exchanged once, and the tokens that follow.

use super::claims::{Door, Reply, ask};
use super::writes::{BUYER, Books, Write, status, text};
use crate::consent::{BACK, EXCHANGE, LOGIN, OAUTH, QUERY, of_member, of_merchant, parameter};
use crate::running::{APP_ID, ISV_APP_ID, NOW, PID, call};
use crate::shop::PIN;
use serde_json::{Value, json};

/// The two pages of consent, and their button: no method of THE LIST.
pub(super) const MERCHANT_AGREES: &str = "the page of a merchant's consent";
pub(super) const MEMBER_AGREES: &str = "the page of a member's consent";

/// What a code is kept behind, which no query tells of.
pub(super) const CODE: &str = "consent_code_";
/// What a merchant's code is kept behind.
const OF_MERCHANT: &str = "consent_code_merchant_";
const OF_MEMBER: &str = "consent_code_member_";
/// What a merchant's token is kept behind.
const TOKEN: &str = "consent_token_";

pub(super) const MERCHANT_CONSENT: Write = Write {
    method: MERCHANT_AGREES,
    request: |_, _, _| Some(json!({"at": of_merchant(ISV_APP_ID, BACK, ""), "login": LOGIN, "name": "app_auth_code"})),
    enter: |books, _, answer| keep(books, OF_MERCHANT, answer),
    refused_again: &[],
};

pub(super) const MEMBER_CONSENT: Write = Write {
    method: MEMBER_AGREES,
    request: |_, _, _| {
        let page = of_member(APP_ID, "auth_base", BACK, "");
        Some(json!({"at": page, "login": "13196215350", "name": "auth_code"}))
    },
    enter: |books, _, answer| keep(books, OF_MEMBER, answer),
    refused_again: &[],
};

/// Exchanges a code; done again, it finds the code used, whether or not the first answer has arrived.
pub(super) const MERCHANT_EXCHANGE: Write = Write {
    method: EXCHANGE,
    request: |books, _, _| exchange(books, OF_MERCHANT),
    enter: |books, request, answer| {
        books.remove(&format!("{OF_MERCHANT}{}", text(&request["code"])));
        if let Some(token) = answer["app_auth_token"].as_str() {
            assert_eq!(answer["user_id"], PID);
            books.insert(format!("{TOKEN}{token}"), status(PID));
        }
    },
    refused_again: &["AUTH_CODE_NOT_VALID"],
};

pub(super) const MEMBER_EXCHANGE: Write = Write {
    method: OAUTH,
    request: |books, _, _| exchange(books, OF_MEMBER),
    enter: |books, request, answer| {
        books.remove(&format!("{OF_MEMBER}{}", text(&request["code"])));
        assert!(answer.is_null() || answer["user_id"] == BUYER, "{answer}");
    },
    refused_again: &["isv.code-invalid"],
};

fn keep(books: &mut Books, before: &str, answer: &Value) {
    if let Some(code) = answer["code"].as_str() {
        books.insert(format!("{before}{code}"), status(""));
    }
}

fn exchange(books: &Books, before: &str) -> Option<Value> {
    let code = books.keys().find_map(|id| id.strip_prefix(before))?;
    Some(json!({"grant_type": "authorization_code", "code": code}))
}

/// Agrees on a page; the code that the browser goes on with.
pub(super) fn agree(door: &Door, request: &Value) -> Result<Value, Reply> {
    let page = text(&request["at"]);
    let seen = ask(door.address, &format!("GET {page} HTTP/1.1\r\nhost: shop\r\n\r\n"))?;
    let html = String::from_utf8_lossy(&seen.body);
    let field =
        |name: &str| html.split_once(&format!("name=\"{name}\" value=\"")).and_then(|(_, rest)| rest.split_once('"'));
    let (Some((csrf, _)), Some((shown, _))) = (field("csrf"), field("shown")) else {
        return Err(if seen.status < 500 { Reply::Refused(html.into_owned()) } else { Reply::Failed });
    };
    let login = wire::percent_encoded(&text(&request["login"]));
    let form = format!("csrf={csrf}&shown={shown}&login={login}&pin={PIN}");
    let (kind, length) = ("content-type: application/x-www-form-urlencoded", form.len());
    let head = format!("POST {page} HTTP/1.1\r\nhost: shop\r\n{kind}\r\ncontent-length: {length}\r\n\r\n");
    let pressed = ask(door.address, &format!("{head}{form}"))?;
    let place = pressed.headers.lines().find_map(|line| line.strip_prefix("location: "));
    match (pressed.status, place.and_then(|place| parameter(place, &text(&request["name"])))) {
        (303, Some(code)) => Ok(json!({"code": code})),
        (500.., _) => Err(Reply::Failed),
        _ => Err(Reply::Refused(String::from_utf8_lossy(&pressed.body).into_owned())),
    }
}

/// Calls `alipay.system.oauth.token`, or the provider's exchange.
pub(super) fn send(door: &Door, method: &str, request: &Value) -> Result<client::Answer, client::CallError> {
    if method == EXCHANGE {
        return door.provider.call(EXCHANGE, &request.to_string(), NOW);
    }
    let members = request.as_object().expect("an object").iter();
    let parameters: Vec<_> = members.map(|(name, value)| (name.as_str(), value.as_str().expect("a text"))).collect();
    door.client.call_with(OAUTH, "", NOW, &parameters)
}

/// What the server has of the tokens that are in the books.
pub(super) fn seen(door: &Door, books: &Books) -> Books {
    let tokens = books.keys().filter_map(|id| id.strip_prefix(TOKEN));
    let found = tokens.filter_map(|token| {
        let answer = call(&door.provider, QUERY, &json!({"app_auth_token": token}));
        (answer.code == "10000").then(|| (format!("{TOKEN}{token}"), status(&text(&answer.node["user_id"]))))
    });
    found.collect()
}
