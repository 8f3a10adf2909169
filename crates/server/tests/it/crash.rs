//! What was acknowledged survives a kill at any moment, an order to end, and a full disk; nothing is half done; and a
//! repeat gets its answer.
//!
//! Writers send every writing method of THE LIST at once, each on crowds and trades of its own, and keep books of what was
//! acknowledged. After the crash the books must be what the server says, give or take the one call of each writer that
//! was not answered: it is there whole or not at all.

use crate::running::{
    NOW, PID, Running, call, conditions, each_engine, log_of, number, refuse, seed, succeed, the_list, world,
};
use crate::stamps::{QUERY, UPDATE, card_activity, made, prize_activity, tool_of, with};
use client::{Answer, Client};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::{Duration, Instant};
use store::testing::Engine;

const WRITERS: u64 = 8;

/// Crowds that live, as their merchant sees them: name and conditions by id. And trades: status by the merchant's number,
/// which begins with [`TRADE`]. And activities: name, and status with the end, by id after [`CAMP`]. And what the buyer has
/// on a card of the writer's own, after [`CARD`]. And what no query tells: what waits on that card, by its number after
/// [`FREEZE`], and the writer's own prize, after [`PRIZE`].
type Books = BTreeMap<String, (String, String)>;

/// What a trade's number begins with, and no crowd's id.
const TRADE: &str = "t_";
/// What an activity's id is kept behind.
const CAMP: &str = "a_";
/// What a card is kept behind, what waits on it, and a prize.
const CARD: &str = "c_";
const FREEZE: &str = "f_";
const PRIZE: &str = "g_";
/// The merchant's shop.
const SHOP: &str = "2015121600077000000002388200";
/// Who buys.
const BUYER: &str = "2088102146931393";

/// One writing method: what to send, and what its acknowledgement changes in the books.
struct Write {
    method: &'static str,
    /// A request that must succeed; `key` is fresh. Nothing where the books have nothing to do it to.
    request: fn(&Books, key: &str, &mut Rng) -> Option<Value>,
    /// Enters it.
    enter: fn(&mut Books, request: &Value, answer: &Value),
    /// How a repeat is refused that is answered by the state of the thing.
    refused_again: &'static [&'static str],
}

const WRITES: &[Write] = &[
    Write {
        method: "koubei.marketing.campaign.crowd.create",
        request: |_, key, rng| Some(json!({"out_biz_no": key, "name": key, "conditions": some_conditions(rng)})),
        enter: |books, request, answer| {
            let entry = (text(&request["name"]), text(&request["conditions"]));
            books.insert(text(&answer["crowd_group_id"]), entry);
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.crowd.modify",
        request: |books, key, rng| {
            let id = any(books, rng)?;
            Some(json!({"out_biz_no": key, "crowd_group_id": id, "conditions": some_conditions(rng)}))
        },
        enter: |books, request, _| {
            // A repeat may come after the crowd is gone.
            if let Some(entry) = books.get_mut(&text(&request["crowd_group_id"])) {
                entry.1 = text(&request["conditions"]);
            }
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.crowd.delete",
        request: |books, _, rng| Some(json!({"crowd_group_id": any(books, rng)?})),
        enter: |books, request, _| drop(books.remove(&text(&request["crowd_group_id"]))),
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.activity.create",
        request: |_, key, _| {
            let mut request = camp(key, "2026-02-01 00:00:00");
            request["out_biz_no"] = json!(key);
            Some(request)
        },
        enter: |books, request, answer| {
            // A repeat may come after it was changed.
            let entry = (text(&request["name"]), format!("STARTED {}", text(&request["end_time"])));
            books.entry(format!("{CAMP}{}", text(&answer["camp_id"]))).or_insert(entry);
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.activity.modify",
        request: |books, key, rng| {
            let (id, name, end) = any_camp(books, rng)?;
            // A day later, within February.
            let day = end[8..10].parse::<u32>().expect("a day").min(27) + 1;
            let mut request = camp(name, &format!("2026-02-{day:02} 00:00:00"));
            (request["out_biz_no"], request["camp_id"]) = (json!(key), json!(id));
            Some(request)
        },
        enter: |books, request, _| {
            let entry = books.get_mut(&format!("{CAMP}{}", text(&request["camp_id"])));
            // A repeat may come after it was taken off line.
            if let Some((_, state)) = entry.filter(|(_, state)| state.starts_with("STARTED")) {
                *state = format!("STARTED {}", text(&request["end_time"]));
            }
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.campaign.activity.offline",
        request: |books, key, rng| Some(json!({"out_biz_no": key, "camp_id": any_camp(books, rng)?.0})),
        enter: |books, request, _| {
            if let Some((_, state)) = books.get_mut(&format!("{CAMP}{}", text(&request["camp_id"]))) {
                *state = state.replace("STARTED", "CLOSED");
            }
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| {
            let more = json!({"trans_amount": rng.u32(1..100), "shop_id": SHOP, "biz_no": key});
            Some(with(points(books, key, "DEPOSIT"), &more))
        },
        enter: |books, request, _| {
            change_points(books, request, |[available, frozen, total], points| {
                [available + points, frozen, total + points]
            });
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| {
            Some(with(points(books, key, "FREEZE"), &json!({"trans_amount": some_available(books, rng)?})))
        },
        enter: |books, request, answer| {
            let waits = (request["trans_amount"].to_string(), String::new());
            books.insert(format!("{FREEZE}{}", text(&answer["point_log_no"])), waits);
            change_points(books, request, |[available, frozen, total], points| {
                [available - points, frozen + points, total]
            });
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| {
            Some(with(points(books, key, "CONSUME"), &json!({"trans_amount": some_available(books, rng)?})))
        },
        enter: |books, request, _| {
            change_points(books, request, |[available, frozen, total], points| [available - points, frozen, total]);
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| Some(with(points(books, key, "COMMIT"), &any_freeze(books, rng)?)),
        enter: |books, request, _| {
            books.remove(&format!("{FREEZE}{}", text(&request["biz_no"])));
            change_points(books, request, |[available, frozen, total], points| [available, frozen - points, total]);
        },
        refused_again: &[],
    },
    Write {
        method: UPDATE,
        request: |books, key, rng| Some(with(points(books, key, "CANCEL"), &any_freeze(books, rng)?)),
        enter: |books, request, _| {
            books.remove(&format!("{FREEZE}{}", text(&request["biz_no"])));
            change_points(books, request, |[available, frozen, total], points| {
                [available + points, frozen - points, total]
            });
        },
        refused_again: &[],
    },
    Write {
        method: "koubei.marketing.tool.prizesend.auth",
        request: |books, key, _| {
            let prize = books.keys().find_map(|id| id.strip_prefix(PRIZE));
            Some(json!({"req_id": key, "prize_id": prize.expect("it was made"), "user_id": BUYER}))
        },
        // It reserves nothing, so nothing is seen of it but that it is given again.
        enter: |_, _, _| {},
        refused_again: &[],
    },
    Write {
        method: "alipay.trade.create",
        request: |_, key, _| Some(order(key)),
        enter: |books, request, _| {
            // A repeat may come after it was closed.
            books.entry(text(&request["out_trade_no"])).or_insert_with(|| status("WAIT_BUYER_PAY"));
        },
        refused_again: &["ACQ.TRADE_HAS_CLOSE"],
    },
    Write {
        method: "alipay.trade.pay",
        request: |_, key, _| {
            let mut request = order(key);
            request["scene"] = json!("bar_code");
            Some(request)
        },
        enter: |books, request, _| {
            books.entry(text(&request["out_trade_no"])).or_insert_with(|| status("TRADE_SUCCESS"));
        },
        refused_again: &["ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE"],
    },
    Write {
        method: "alipay.trade.refund",
        request: |books, key, rng| {
            let no = any_trade(books, &["TRADE_SUCCESS"], rng)?;
            Some(json!({"out_trade_no": no, "out_request_no": key, "refund_amount": "0.05"}))
        },
        enter: |books, request, _| drop(books.insert(text(&request["out_trade_no"]), status("TRADE_CLOSED"))),
        refused_again: &[],
    },
    Write {
        method: "alipay.trade.cancel",
        request: |books, _, rng| {
            Some(json!({"out_trade_no": any_trade(books, &["TRADE_SUCCESS", "WAIT_BUYER_PAY"], rng)?}))
        },
        enter: |books, request, _| drop(books.insert(text(&request["out_trade_no"]), status("TRADE_CLOSED"))),
        refused_again: &[],
    },
    Write {
        method: "alipay.trade.close",
        request: |books, _, rng| Some(json!({"out_trade_no": any_trade(books, &["WAIT_BUYER_PAY"], rng)?})),
        enter: |books, request, _| drop(books.insert(text(&request["out_trade_no"]), status("TRADE_CLOSED"))),
        refused_again: &[],
    },
];

/// A point card's activity in January, as both creating and modifying it say it.
fn camp(name: &str, end_time: &str) -> Value {
    json!({"name": name, "type": "POINT_SEND", "start_time": "2026-01-01 00:00:00", "end_time": end_time,
        "constraint_info": {"suit_shops": [SHOP]},
        "promo_tools": [{"point_card": {"name": "集点卡", "logo": "logo", "start_time": "2026-01-01 00:00:00",
            "end_time": "2026-12-01 00:00:00"}}]})
}

/// The id, the name and the end of an activity that runs.
fn any_camp<'a>(books: &'a Books, rng: &mut Rng) -> Option<(&'a str, &'a str, &'a str)> {
    let running = |(id, (name, state)): (&'a String, &'a (String, String))| {
        Some((id.strip_prefix(CAMP)?, name.as_str(), state.strip_prefix("STARTED ")?))
    };
    rng.choice(books.iter().filter_map(running).collect::<Vec<_>>())
}

/// A change of the buyer's points on the writer's card.
fn points(books: &Books, key: &str, trans_type: &str) -> Value {
    let card = books.keys().find_map(|id| id.strip_prefix(CARD)).expect("it was made");
    json!({"req_id": key, "user_id": BUYER, "activity_account": card, "trans_type": trans_type})
}

/// Available, frozen, in all.
fn points_of(books: &Books) -> Option<[i64; 3]> {
    let (_, (_, has)) = books.iter().find(|(id, _)| id.starts_with(CARD))?;
    Some(serde_json::from_str(has).expect("three numbers"))
}

/// A part of what can be spent.
fn some_available(books: &Books, rng: &mut Rng) -> Option<i64> {
    let taken = rng.i64(1..50);
    points_of(books).is_some_and(|[available, ..]| taken <= available).then_some(taken)
}

/// What ends one that waits: its number and all of its points.
fn any_freeze(books: &Books, rng: &mut Rng) -> Option<Value> {
    let waiting = books.iter().filter_map(|(id, (points, _))| Some((id.strip_prefix(FREEZE)?, points)));
    let (freeze, points) = rng.choice(waiting.collect::<Vec<_>>())?;
    Some(json!({"biz_no": freeze, "trans_amount": points.parse::<i64>().expect("points")}))
}

/// Books of what queries tell.
fn told(books: &Books) -> Books {
    let told = books.iter().filter(|(id, _)| !id.starts_with(FREEZE) && !id.starts_with(PRIZE));
    told.map(|(id, entry)| (id.clone(), entry.clone())).collect()
}

fn change_points(books: &mut Books, request: &Value, change: fn([i64; 3], i64) -> [i64; 3]) {
    let after = change(points_of(books).expect("a card"), request["trans_amount"].as_i64().expect("points"));
    let card = format!("{CARD}{}", text(&request["activity_account"]));
    books.insert(card, (String::new(), json!(after).to_string()));
}

/// A card and a prize of a writer's own, with nothing on the card yet.
fn card_and_prize(client: &Client, name: &str) -> Books {
    let later = json!({"end_time": "2026-02-01 00:00:00"});
    let activities = [card_activity(&format!("{name} card")), prize_activity(&format!("{name} prize"))];
    let [card, prize] = activities.map(|activity| tool_of(client, &made(client, &with(activity, &later))));
    let nothing = json!([0, 0, 0]).to_string();
    [(format!("{CARD}{card}"), (String::new(), nothing)), (format!("{PRIZE}{prize}"), status(""))].into()
}

fn order(key: &str) -> Value {
    let no = format!("{TRADE}{}", key.replace('-', "_"));
    json!({"out_trade_no": no, "buyer_id": BUYER, "subject": "s", "total_amount": "0.05"})
}

fn status(name: &str) -> (String, String) {
    (name.to_owned(), String::new())
}

/// The tests' world, with a buyer of a million yuan, and pages that stay where they are when the port changes.
fn world_of_writers() -> String {
    let platform = "[platform]\nbase_url = \"http://127.0.0.1:8088\"\n";
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let shop = format!("{merchant}\noptions = {{ trade_check = false }}\n[[merchant.shop]]\nshop_id = \"{SHOP}\"");
    let world = world().replace(&merchant, &shop);
    format!("{platform}{world}\n[[user]]\nuser_id = \"{BUYER}\"\nbalance = \"1000000.00\"\n")
}

/// Within what the activities of the writers say of time.
const CLOCK: &str = "manual:2026-01-01T12:00:00+08:00";

fn start(engine: Engine) -> Running {
    Running::start_with(engine, &world_of_writers(), &["--clock", CLOCK])
}

fn text(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

fn any<'a>(books: &'a Books, rng: &mut Rng) -> Option<&'a str> {
    let crowds = books.keys().filter(|id| is_crowd(id));
    rng.choice(crowds.map(String::as_str).collect::<Vec<_>>())
}

fn is_crowd(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit())
}

/// A trade that stands so.
fn any_trade<'a>(books: &'a Books, statuses: &[&str], rng: &mut Rng) -> Option<&'a str> {
    let trades = books.iter().filter(|(no, (status, _))| no.starts_with(TRADE) && statuses.contains(&status.as_str()));
    rng.choice(trades.map(|(no, _)| no.as_str()).collect::<Vec<_>>())
}

fn some_conditions(rng: &mut Rng) -> String {
    conditions("BETWEEN", "pam_age", &format!("{},{}", rng.u32(..100), rng.u32(100..999)))
}

impl Write {
    /// Whether a repeat was refused because it has been done.
    fn is_done(&self, answer: &Answer) -> bool {
        answer.sub_code.as_deref().is_some_and(|sub_code| self.refused_again.contains(&sub_code))
    }

    /// Repeats a call that may have been done: its answer, or nothing where the state refuses it.
    fn again(&self, client: &Client, request: &Value) -> Value {
        let answer = call(client, self.method, request);
        if self.is_done(&answer) {
            return Value::Null;
        }
        assert_eq!(answer.code, "10000", "{} {request}: {}", self.method, answer.raw);
        without_state(answer.node)
    }
}

/// An answer without what a repeat says otherwise: whether money moved, and where an activity stands.
fn without_state(mut node: Value) -> Value {
    node.as_object_mut().expect("an object").retain(|name, _| name != "fund_change" && name != "camp_status");
    node
}

/// A call that was sent.
struct Sent {
    write: &'static Write,
    request: Value,
    /// Nothing if it was not answered.
    answer: Option<Value>,
    /// Whether it was answered with 20000, which leaves open whether it was kept.
    refused: bool,
}

/// What one writer did.
struct Writer {
    name: String,
    books: Books,
    sent: Vec<Sent>,
}

/// What ends a writer.
#[derive(Clone, Default)]
struct Watch {
    /// From here on a broken connection is no surprise.
    broken: Arc<AtomicBool>,
    /// From here on nobody begins another call.
    over: Arc<AtomicBool>,
    acknowledged: Arc<AtomicU64>,
    /// Answers that said 20000.
    refused: Arc<AtomicU64>,
}

impl Watch {
    /// Calls until it is acknowledged: what is answered with 20000 is sent again, as a client would.
    fn send(&self, client: &Client, write: &'static Write, request: Value) -> Sent {
        let mut refused = false;
        let answer = loop {
            match client.call(write.method, &request.to_string(), NOW) {
                Ok(answer) if answer.code == "10000" => {
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
                    break Some(without_state(answer.node));
                }
                Ok(answer) if answer.code == "20000" => {
                    refused = true;
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    if self.over.load(Ordering::Acquire) {
                        break None;
                    }
                    sleep(Duration::from_millis(5));
                }
                // It had been kept, although that was not known.
                Ok(answer) if refused && write.is_done(&answer) => break Some(Value::Null),
                Ok(answer) => panic!("{} {request}: {}", write.method, answer.raw),
                Err(_) if self.broken.load(Ordering::Acquire) => break None,
                Err(error) => panic!("{} {request}: {error}", write.method),
            }
        };
        Sent { write, request, answer, refused }
    }

    /// Starts a writer of that name.
    fn start(&self, client: Client, name: String, seed: u64) -> JoinHandle<Writer> {
        let (watch, books) = (self.clone(), card_and_prize(&client, &name));
        std::thread::spawn(move || {
            let mut rng = Rng::with_seed(seed);
            let mut writer = Writer { name, books, sent: Vec::new() };
            for serial in 0.. {
                if watch.over.load(Ordering::Acquire) {
                    break;
                }
                // Twice as many crowds are made as are deleted.
                let write = WRITES.get(rng.usize(..=WRITES.len())).unwrap_or(&WRITES[0]);
                let key = format!("{}-{serial}", writer.name);
                let Some(request) = (write.request)(&writer.books, &key, &mut rng) else { continue };
                let sent = watch.send(&client, write, request);
                if let Some(answer) = &sent.answer {
                    (write.enter)(&mut writer.books, &sent.request, answer);
                }
                let unanswered = sent.answer.is_none();
                writer.sent.push(sent);
                if unanswered {
                    break;
                }
            }
            writer
        })
    }

    fn start_all(&self, running: &Running, round: u64, seed: u64) -> Vec<JoinHandle<Writer>> {
        let start = |number| {
            let own_seed = seed.wrapping_add(round << 32 | number);
            self.start(running.client(), format!("r{round}w{number}"), own_seed)
        };
        (0..WRITERS).map(start).collect()
    }
}

impl Writer {
    /// What the server says of this writer's crowds, trades and activities.
    fn seen(&self, client: &Client) -> Books {
        let mut seen = Books::new();
        for page in 1.. {
            let request = json!({"name": format!("{}-", self.name), "page_size": 100, "page_number": page});
            let node = succeed(client, "koubei.marketing.campaign.crowd.batchquery", &request);
            let sets: Value = serde_json::from_str(&text(&node["crowd_group_sets"])).expect("JSON");
            let sets = sets.as_array().expect("an array");
            for element in sets {
                let id = text(&element["id"]);
                let detail = json!({"crowd_group_id": id});
                let node = succeed(client, "koubei.marketing.campaign.crowd.detail.query", &detail);
                assert_eq!(node["name"], element["name"], "half of {id}");
                seen.insert(id, (text(&node["name"]), text(&node["crowd_group_info"])));
            }
            if sets.len() < 100 {
                break;
            }
        }
        let created = self.sent.iter().filter(|sent| sent.write.method.ends_with("activity.create"));
        for name in created.map(|sent| &sent.request["name"]) {
            let named = json!({"query_criterias": [{"field_name": "name", "operator": "EQUAL", "field_value": name}]});
            let node = succeed(client, "koubei.marketing.campaign.activity.batchquery", &named);
            for found in node["camp_sets"].as_array().expect("an array") {
                let state = format!("{} {}", text(&found["status"]), text(&found["end_time"]));
                seen.insert(format!("{CAMP}{}", text(&found["id"])), (text(&found["name"]), state));
            }
        }
        for id in self.books.keys() {
            if let Some(card) = id.strip_prefix(CARD) {
                let node = succeed(client, QUERY, &json!({"activity_account": card, "user_id": BUYER}));
                let number = |name: &str| text(&node[name]).parse::<i64>().expect("points");
                let has = ["available_points", "freezed_points", "total_points"].map(number);
                seen.insert(id.clone(), (String::new(), json!(has).to_string()));
            }
        }
        let trades = self.sent.iter().filter_map(|sent| sent.request["out_trade_no"].as_str());
        for no in trades.collect::<BTreeSet<_>>() {
            let answer = call(client, "alipay.trade.query", &json!({"out_trade_no": no}));
            if answer.code == "10000" {
                seen.insert(no.to_owned(), status(&text(&answer.node["trade_status"])));
            }
        }
        seen
    }

    /// Holds the books against the server, and every call against its repeat. Unless the server was `killed`, a call
    /// without any answer was not executed.
    fn check(&mut self, client: &Client, killed: bool) {
        let before = self.seen(client);
        let unanswered = self.sent.iter_mut().find(|sent| sent.answer.is_none());
        let may_be_kept = killed || unanswered.as_ref().is_some_and(|sent| sent.refused);
        let after = match unanswered {
            None => self.books.clone(),
            Some(sent) => {
                // A repeat with its key finishes it, or gives the answer that was lost.
                let node = sent.write.again(client, &sent.request);
                let mut after = self.books.clone();
                (sent.write.enter)(&mut after, &sent.request, &node);
                sent.answer = Some(node);
                after
            }
        };
        let is_one = before == told(&self.books) || (before == told(&after) && may_be_kept);
        assert!(is_one, "{}: there is {before:#?}\nacknowledged {:#?}\nat most {after:#?}", self.name, self.books);
        for Sent { write, request, answer, .. } in &self.sent {
            let again = write.again(client, request);
            // What is answered by the state says nothing of what it was.
            let told = again != Value::Null && *answer != Some(Value::Null);
            assert!(!told || Some(&again) == answer.as_ref(), "a repeat of {} {request}: {again}", write.method);
        }
        self.books = after;
        assert_eq!(self.seen(client), told(&self.books), "{}: a repeat changed something", self.name);
        // What waits can be ended still, but not with another amount.
        for (id, (points_frozen, _)) in &self.books {
            let Some(freeze) = id.strip_prefix(FREEZE) else { continue };
            let more = points_frozen.parse::<i64>().expect("points") + 1;
            let wrong = with(points(&self.books, "wrong", "COMMIT"), &json!({"biz_no": freeze, "trans_amount": more}));
            refuse(client, UPDATE, &wrong, "INVALID_PARAMETER");
        }
    }
}

/// All writers' books, checked side by side.
fn check_all(running: &Running, writers: Vec<Writer>, killed: bool) -> Vec<Writer> {
    let check = |mut writer: Writer| {
        let client = running.client();
        std::thread::spawn(move || {
            writer.check(&client, killed);
            writer
        })
    };
    let checking: Vec<_> = writers.into_iter().map(check).collect();
    checking.into_iter().map(|writer| writer.join().expect("the books are right")).collect()
}

fn join(writers: Vec<JoinHandle<Writer>>) -> Vec<Writer> {
    writers.into_iter().map(|writer| writer.join().expect("the writer saw nothing but the crash")).collect()
}

#[test]
fn every_writing_method_is_written() {
    let listed: BTreeSet<_> = the_list().into_iter().filter(|method| method.writes).map(|method| method.name).collect();
    let written: BTreeSet<_> = WRITES.iter().map(|write| write.method.to_owned()).collect();
    assert_eq!(listed, written, "give WRITES what the binary has (left)");
}

each_engine!(acknowledged_calls_survive_a_kill_and_an_order_to_end, |engine| {
    let (seed, rounds) = (seed(), number("PUNCHCARD_TEST_ROUNDS").unwrap_or(5));
    let mut random = Rng::with_seed(seed);
    let mut running = start(engine);
    let (mut all, mut sent, mut unanswered) = (Vec::new(), 0, [0, 0]);
    for round in 0..rounds {
        let watch = Watch::default();
        let writers = watch.start_all(&running, round, seed);
        sleep(Duration::from_millis(random.u64(50..400)));
        watch.broken.store(true, Ordering::Release);
        // An order to end is as old as the kill; the first round is always a kill.
        let kill = round == 0 || random.bool();
        if kill {
            running.stop();
        } else {
            running.terminate();
        }
        let writers = join(writers);
        running.start_again();
        sent += writers.iter().map(|writer| writer.sent.len()).sum::<usize>();
        unanswered[usize::from(kill)] +=
            writers.iter().flat_map(|writer| &writer.sent).filter(|sent| sent.answer.is_none()).count();
        all.extend(check_all(&running, writers, kill));
    }
    println!(
        "{rounds} rounds, {sent} calls, not answered: {} by orders to end, {} by kills",
        unanswered[0], unanswered[1]
    );
    let proved = running.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
    // What was right after its own crash is right after all of them.
    let client = running.client();
    for writer in &all {
        assert_eq!(writer.seen(&client), told(&writer.books), "{}", writer.name);
    }
    let listed = succeed(&client, "koubei.marketing.campaign.crowd.batchquery", &json!({}));
    let crowds = all.iter().flat_map(|writer| writer.books.keys()).filter(|id| is_crowd(id)).count();
    assert_eq!(text(&listed["total_number"]), crowds.to_string());
    assert!(!log_of(running.folder.path()).contains("panicked"));
});

/// A disk of one's own for the data folder; unmounted when dropped.
struct Disk(std::path::PathBuf);

impl Disk {
    /// Nothing where this process may not mount.
    fn mount(at: std::path::PathBuf) -> Option<Disk> {
        std::fs::create_dir_all(&at).expect("the folder is ours");
        let options = ["-t", "tmpfs", "-o", "size=24m", "tmpfs"];
        let mounted = Command::new("mount").args(options).arg(&at).output().is_ok_and(|done| done.status.success());
        mounted.then_some(Disk(at))
    }

    /// Leaves no room.
    fn fill(&self) {
        use std::io::Write;
        let mut file = std::fs::File::create(self.0.join("ballast")).expect("there is room for a name");
        for size in [1 << 20, 1 << 12] {
            let block = vec![1; size];
            while file.write_all(&block).is_ok() {}
        }
    }

    /// Gives the room back.
    fn clear(&self) {
        std::fs::remove_file(self.0.join("ballast")).expect("it was filled");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, because the server may still be there.
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

/// Waits for a count to grow by so many, or for the process to end.
fn wait_for(count: &AtomicU64, more: u64, running: &mut Running) {
    let (enough, deadline) = (count.load(Ordering::Relaxed) + more, Instant::now() + Duration::from_secs(30));
    while count.load(Ordering::Relaxed) < enough && running.ended().is_none() {
        assert!(
            Instant::now() < deadline,
            "{} of {enough}\n{}",
            count.load(Ordering::Relaxed),
            log_of(running.folder.path())
        );
        sleep(Duration::from_millis(2));
    }
}

/// The process ends by its own will when nobody can know what the disk has; then it is started again.
const COMMIT_FAILED: Option<i32> = Some(74);

/// Writes while `full` leaves no room and after `clear` has given it back, several times, and checks the books.
fn write_on_a_full_disk(mut running: Running, full: impl Fn(&Running), clear: impl Fn(&Running)) {
    const TIMES: u64 = 3;
    let seed = seed();
    let (mut writers, mut ends, mut refused) = (Vec::new(), 0, 0);
    for round in 0..TIMES {
        let watch = Watch::default();
        let writing = watch.start_all(&running, round, seed);
        wait_for(&watch.acknowledged, 100, &mut running);
        watch.broken.store(true, Ordering::Release);
        full(&running);
        wait_for(&watch.refused, 100, &mut running);
        if let Some(status) = running.ended() {
            assert_eq!(status.code(), COMMIT_FAILED, "{}", log_of(running.folder.path()));
            ends += 1;
            watch.over.store(true, Ordering::Release);
            clear(&running);
            running.start_again();
        } else {
            // What needs no room is answered all the while.
            succeed(&running.client(), "koubei.marketing.campaign.crowd.batchquery", &json!({}));
            watch.broken.store(false, Ordering::Release);
            clear(&running);
            wait_for(&watch.acknowledged, 100, &mut running);
            assert!(running.ended().is_none(), "{}", log_of(running.folder.path()));
        }
        refused += watch.refused.load(Ordering::Relaxed);
        watch.over.store(true, Ordering::Release);
        writers = check_all(&running, writers.into_iter().chain(join(writing)).collect(), false);
    }
    println!("{TIMES} times full: {refused} calls were answered with 20000, {ends} times the process ended");
    running.kill_and_start();
    check_all(&running, writers, true);
    assert!(!log_of(running.folder.path()).contains("panicked"));
}

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(disk) = Disk::mount(folder.path().join("data")) else {
        println!("this process may not mount: only a file that cannot grow is tried");
        return;
    };
    let world = folder.path().join("world.toml");
    std::fs::write(&world, world_of_writers()).expect("the folder is ours");
    let arguments = ["--world", &world.display().to_string(), "--clock", CLOCK].map(str::to_owned).to_vec();
    let running = Running::start_in(Engine::Lite, folder, arguments);
    write_on_a_full_disk(running, |_| disk.fill(), |_| disk.clear());
}

#[test]
fn a_file_that_cannot_grow_refuses_and_loses_nothing() {
    let limit = |running: &Running, bytes: &str| {
        let id = running.id().to_string();
        let set = Command::new("prlimit").args(["--pid", &id, &format!("--fsize={bytes}")]).status();
        assert!(set.expect("prlimit runs").success());
    };
    let longest = |running: &Running| {
        let files = std::fs::read_dir(running.data()).expect("the folder is ours");
        files.map(|file| file.and_then(|file| file.metadata()).map_or(0, |file| file.len())).max().unwrap_or(0)
    };
    write_on_a_full_disk(
        start(Engine::Lite),
        |running| limit(running, &format!("{}:unlimited", longest(running))),
        |running| {
            // One that has ended starts again without it.
            if std::path::Path::new(&format!("/proc/{}", running.id())).exists() {
                limit(running, "unlimited:unlimited");
            }
        },
    );
}
