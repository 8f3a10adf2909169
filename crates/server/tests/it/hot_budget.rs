//! A budget that everybody wants from at once: twice as many tokens as coupons, 64 clients, and exactly as many
//! vouchers as there are coupons.
//!
//! `PUNCHCARD_TEST_COUPONS=10000` is the whole of it; without it there are fewer, for every day.

use crate::giveaway::{Giveaway, csrf, world_of_shops};
use crate::raw::Connection;
use crate::running::{PID, Running, number};
use domain::id::{CampIdText, PrizeIdText};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Barrier;
use std::time::Instant;
use store::prize::PrizeToken;
use store::testing::{Engine, block_on};
use store::{Fault, Open, Store, Tx};

const CLIENTS: usize = 64;
/// So many of the tokens are one user's: clients wait for each other at users, too.
const TOKENS_A_USER: usize = 4;

#[test]
fn exactly_as_many_as_there_are_on_sqlite() {
    give(&Giveaway::open_in(Engine::Sqlite, &world_of_shops("")), &[]);
}

#[test]
fn exactly_as_many_as_there_are_on_postgres() {
    give(&Giveaway::open_in(Engine::Postgres, &world_of_shops("")), &[]);
}

#[test]
fn exactly_as_many_as_there_are_by_two_processes() {
    let giveaway = Giveaway::open_in(Engine::Postgres, &world_of_shops(""));
    let beside = giveaway.server.beside();
    give(&giveaway, &[&beside]);
}

fn user(nth: usize) -> String {
    format!("20881021{:08}", nth / TOKENS_A_USER)
}

fn token(nth: usize) -> String {
    format!("{nth:032x}")
}

/// Claims twice as many as there are, through this server and those beside it.
fn give(giveaway: &Giveaway, beside: &[&Running]) {
    let coupons = usize::try_from(number("PUNCHCARD_TEST_COUPONS").unwrap_or(400)).expect("a small number");
    let tokens = 2 * coupons;
    let campaign = giveaway.campaign(|request| {
        request["budget_info"]["budget_total"] = json!(coupons.to_string());
        request["promo_tools"][0]["send_rule"] = json!({"allow_repeat_send": "true"});
    });
    let users: BTreeSet<String> = (0..tokens).map(user).collect();
    let lines: String = users.iter().map(|user| format!("{user}\n")).collect();
    giveaway.server.import(PID, &format!("user_id\n{lines}"));
    let activity = CampIdText::parse(&campaign.camp_id).expect("an id").number;
    let tool = PrizeIdText::parse(&campaign.prize_id).expect("an id").number;
    let now = wire::time::parse("2026-01-01 12:00:00").expect("a time");
    let store = Store::open(&giveaway.server.place(), Open::default()).expect("the server's store");
    for some in (0..tokens).collect::<Vec<_>>().chunks(1_000).map(<[usize]>::to_vec) {
        let write = move |tx: &mut Tx| {
            some.iter().try_for_each(|&nth| {
                let token = PrizeToken {
                    token: token(nth),
                    pid: PID.to_owned(),
                    activity,
                    tool,
                    user_id: user(nth),
                    created_at: now,
                    expires_at: now + 86_400_000,
                    used_at: None,
                    out_biz_no: None,
                };
                store::prize::insert(tx, &token)
            })
        };
        block_on(store.write::<_, Fault, _>(write)).expect("tokens");
    }

    let servers: Vec<&Running> = [&giveaway.server].into_iter().chain(beside.iter().copied()).collect();
    let page = |nth: usize| format!("{}&token={}&outBizNo=out{nth}&type=pointcard", campaign.page, token(nth));
    let (looked, began) = (Barrier::new(CLIENTS), Instant::now());
    let times = std::thread::scope(|scope| {
        let client = |client: usize| {
            let (server, page, looked) = (servers[client % servers.len()], &page, &looked);
            scope.spawn(move || {
                let own = || (client..tokens).step_by(CLIENTS);
                let forms: Vec<String> =
                    own().map(|nth| csrf(server, &page(nth)).expect("a form while nobody has pressed")).collect();
                looked.wait();
                let began = Instant::now();
                let mut connection = Connection::open(server.address);
                for (nth, form) in own().zip(forms) {
                    let body = format!("csrf={form}");
                    let request = format!(
                        "POST {} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                         content-length: {}\r\n\r\n{body}",
                        page(nth),
                        body.len()
                    );
                    let answer = connection.exchange(request.as_bytes()).expect("an answer");
                    assert_eq!(answer.status, 303, "{}", crate::shop::text(&answer));
                }
                began.elapsed()
            })
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        clients.into_iter().map(|client| client.join().expect("no panic")).max().expect("clients")
    });
    println!("{tokens} claims of {coupons} coupons by {CLIENTS} clients: {times:?}, {:?} in all", began.elapsed());

    let read = move |tx: &mut Tx| {
        let (mut used, mut coupons) = (0, 0);
        for nth in 0..tokens {
            let token = store::prize::token(tx, &token(nth))?.expect("it was kept");
            let given = store::coupon::of_token(tx, PID, &token.user_id, &token.token)?.len();
            assert_eq!(given, usize::from(token.used_at.is_some()), "{nth}");
            (used, coupons) = (used + given, coupons + given);
        }
        let budget = store::counter::left(tx, domain::activity::Budget::TOTAL, activity, "")?.expect("it was opened");
        Ok::<_, Fault>((used, coupons, budget.taken, budget.left()))
    };
    let counted = block_on(store.read(read)).expect("it can be read");
    assert_eq!(counted, (coupons, coupons, i64::try_from(coupons).expect("small"), 0));
    giveaway.proves();
}
