//! Templates of cash vouchers among what writers make: drafts, which they change and delete. And vouchers of one that
//! is paid for, which they send.

use super::writes::{BUYER, Books, Write, status, text};
use crate::running::{PID, Running, succeed};
use crate::templates::{CREATE, DELETE, LIST, MODIFY, template, with};
use crate::voucher_kit::{QUERY, SEND, Templates};
use crate::wallet::NOON;
use client::Client;
use domain::id::TemplateId;
use fastrand::Rng;
use serde_json::{Value, json};

/// What a template's id is kept behind, with its name and with its status and end.
const TEMPLATE: &str = "m_";
/// What a voucher's id is kept behind, with its status.
const VOUCHER: &str = "s_";
/// The number of the template that is paid for: no other thing gets it.
const PAID: i64 = 9_000_000_000;
/// How many the list tells on a page.
const PAGE: usize = 30;

pub(super) const CREATE_TEMPLATE: Write = Write {
    method: CREATE,
    // What it is called tells whose it is, and which.
    request: |_, key, _| {
        let (writer, serial) = key.split_once('-').expect("a writer's key");
        let fen = 100 + serial.parse::<u32>().expect("a number");
        let own = json!({"slogan": writer, "amount": format!("{}.{:02}", fen / 100, fen % 100),
            "publish_end_time": "2026-02-01 23:59:59"});
        Some(with(template(key), &own))
    },
    enter: |books, request, answer| {
        let amount = text(&request["amount"]);
        let amount = amount.trim_end_matches('0').trim_end_matches('.');
        let name = format!("{}{amount}元代金券", text(&request["slogan"]));
        // A repeat may come after it was changed.
        let entry = (name, state("I", &request["publish_end_time"]));
        books.entry(format!("{TEMPLATE}{}", text(&answer["template_id"]))).or_insert(entry);
    },
    refused_again: &[],
};

pub(super) const MODIFY_TEMPLATE: Write = Write {
    method: MODIFY,
    request: |books, key, rng| {
        let end = format!("2026-02-{:02} 23:59:59", rng.u32(1..=28));
        Some(json!({"template_id": any(books, rng)?, "out_biz_no": key, "publish_end_time": end}))
    },
    enter: |books, request, _| {
        // A repeat may come after it is gone.
        if let Some((_, entry)) = books.get_mut(&format!("{TEMPLATE}{}", text(&request["template_id"]))) {
            *entry = state("I", &request["publish_end_time"]);
        }
    },
    refused_again: &[],
};

pub(super) const DELETE_TEMPLATE: Write = Write {
    method: DELETE,
    request: |books, _, rng| Some(json!({"template_id": any(books, rng)?})),
    enter: |books, request, _| drop(books.remove(&format!("{TEMPLATE}{}", text(&request["template_id"])))),
    refused_again: &[],
};

pub(super) const SEND_VOUCHER: Write = Write {
    method: SEND,
    // To an account that buys nothing, so that no trade takes it.
    request: |_, key, _| Some(json!({"template_id": paid().to_text(), "user_id": PID, "out_biz_no": key})),
    enter: |books, _, answer| {
        books.insert(format!("{VOUCHER}{}", text(&answer["voucher_id"])), status("ENABLED"));
    },
    refused_again: &[],
};

fn paid() -> TemplateId {
    TemplateId::new(NOON, store::template::bucket(PID).id(PAID))
}

/// Makes the template that is paid for: 50,000 vouchers of 0.10 yuan.
pub(super) fn prepare(running: &Running) {
    Templates::of(running, PID, BUYER).paid(|template| {
        template.id = paid();
        template.quantity = 50_000;
        template.amount_fen = 10;
    });
}

/// What the server tells of the vouchers that a writer has sent.
pub(super) fn seen_vouchers(client: &Client, books: &Books) -> Books {
    let sent = books.keys().filter_map(|id| id.strip_prefix(VOUCHER));
    sent.map(|id| {
        let node = succeed(client, QUERY, &json!({"voucher_id": id}));
        (format!("{VOUCHER}{id}"), status(&text(&node["status"])))
    })
    .collect()
}

fn state(status: &str, end: &Value) -> String {
    format!("{status} {}", text(end))
}

fn any<'a>(books: &'a Books, rng: &mut Rng) -> Option<&'a str> {
    rng.choice(books.keys().filter_map(|id| id.strip_prefix(TEMPLATE)).collect::<Vec<_>>())
}

/// What the server tells of a writer's templates.
pub(super) fn seen(client: &Client, writer: &str) -> Books {
    loop {
        if let Some(all) = all(client) {
            let own = all.iter().filter(|one| text(&one["voucher_name"]).starts_with(writer));
            let entry = |one: &Value| {
                let what = (text(&one["voucher_name"]), state(&text(&one["status"]), &one["publish_end_time"]));
                (format!("{TEMPLATE}{}", text(&one["template_id"])), what)
            };
            return own.map(entry).collect();
        }
    }
}

/// All that the merchant has; nothing, where another writer has deleted one between two pages.
fn all(client: &Client) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    for page in 1.. {
        let request = json!({"create_start_time": "2026-01-01 00:00:00", "create_end_time": "2026-01-02 00:00:00",
            "page_num": page, "page_size": PAGE});
        let list = succeed(client, LIST, &request);
        let found = list["voucher_templates"].as_array().expect("an array");
        all.extend(found.iter().cloned());
        if found.len() < PAGE {
            let total = list["total_items"].as_u64().expect("a number");
            return (total == all.len() as u64).then_some(all);
        }
    }
    unreachable!("a page is the last")
}
