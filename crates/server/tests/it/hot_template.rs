//! A template that everybody wants vouchers of at once: more calls than there are vouchers, 64 clients, and exactly as
//! many vouchers as there are.
//!
//! `PUNCHCARD_TEST_VOUCHERS=100000` is the whole of it; without it there are fewer, for every day.

use crate::running::{PID, Running, call, number, world};
use crate::voucher_kit::{SEND, Templates};
use domain::id::TemplateIdText;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Barrier;
use std::time::Instant;
use store::Fault;
use store::testing::{Engine, block_on};

const CLIENTS: usize = 64;
const USERS: usize = 50;
const SPONSOR: &str = "2088102146931399";

#[test]
fn exactly_as_many_as_there_are_on_sqlite() {
    give(&open(Engine::Sqlite), &[]);
}

#[test]
fn exactly_as_many_as_there_are_on_postgres() {
    give(&open(Engine::Postgres), &[]);
}

#[test]
fn exactly_as_many_as_there_are_by_two_processes() {
    let server = open(Engine::Postgres);
    let beside = server.beside();
    give(&server, &[&beside]);
}

fn open(engine: Engine) -> Running {
    let user = |user_id: &str, balance: &str| format!("[[user]]\nuser_id = \"{user_id}\"\nbalance = \"{balance}\"\n");
    let users: String = (0..USERS).map(|nth| user(&user_id(nth), "0.00")).collect();
    let world = format!("{}\n{users}{}", world(), user(SPONSOR, "10000000.00"));
    Running::start_with(engine, &world, &["--clock", "manual:2026-01-01T12:00:00+08:00"])
}

fn user_id(nth: usize) -> String {
    format!("20881021{:08}", nth % USERS)
}

/// Asks for a fifth more than there are, through this server and those beside it.
fn give(server: &Running, beside: &[&Running]) {
    let quantity = usize::try_from(number("PUNCHCARD_TEST_VOUCHERS").unwrap_or(500)).expect("a small number");
    let calls = quantity + quantity / 5;
    let templates = Templates::of(server, PID, SPONSOR);
    let template_id = templates.paid(|it| it.quantity = i64::try_from(quantity).expect("a small number"));
    let servers: Vec<&Running> = [server].into_iter().chain(beside.iter().copied()).collect();
    let (start, began) = (Barrier::new(CLIENTS), Instant::now());
    let sent: Vec<String> = std::thread::scope(|scope| {
        let client = |nth: usize| {
            let (client, start, template_id) = (servers[nth % servers.len()].client(), &start, &template_id);
            scope.spawn(move || {
                start.wait();
                let mut sent = Vec::new();
                for serial in (nth..calls).step_by(CLIENTS) {
                    let request = json!({"template_id": template_id, "user_id": user_id(serial),
                        "out_biz_no": serial.to_string()});
                    let answer = call(&client, SEND, &request);
                    match answer.sub_msg.as_deref() {
                        None => sent.push(answer.node["voucher_id"].as_str().expect("an id").to_owned()),
                        Some("未知的错误码BUDGET_NOT_ENOUGH_ERROR") => {}
                        Some(_) => panic!("{}", answer.raw),
                    }
                }
                sent
            })
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        clients.into_iter().flat_map(|client| client.join().expect("no panic")).collect()
    });
    println!("{calls} calls for {quantity} vouchers by {CLIENTS} clients: {:?}", began.elapsed());
    assert_eq!((sent.len(), sent.iter().collect::<BTreeSet<_>>().len()), (quantity, quantity));
    let template = TemplateIdText::parse(&template_id).expect("an id").number;
    let read = move |tx: &mut store::Tx| {
        let mut held = 0;
        for nth in 0..USERS {
            held += store::cash_voucher::of_user(tx, &user_id(nth), template)?.len();
        }
        Ok::<_, Fault>((held, store::template::totals(tx, template)?.published))
    };
    let counted = block_on(templates.store.read(read)).expect("it can be read");
    assert_eq!(counted, (quantity, i64::try_from(quantity).expect("a small number")));
    let proved = server.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stdout));
}
