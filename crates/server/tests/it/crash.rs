//! What was acknowledged survives a kill at any moment, an order to end, and ([`disk`]) a full disk; nothing is half done;
//! and a repeat gets its answer.
//!
//! Writers send every writing method of THE LIST at once, each on crowds and trades of its own, and keep books of what was
//! acknowledged. After the crash the books must be what the server says, give or take the one call of each writer that
//! was not answered: it is there whole or not at all.

mod disk;
mod writes;

use crate::running::{NOW, PID, Running, call, each_engine, log_of, number, refuse, seed, succeed, the_list, world};
use crate::stamps::{QUERY, UPDATE, with};
use client::Client;
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;
use store::testing::Engine;
use writes::{
    BUYER, Books, CAMP, CARD, SHOP, WRITES, Write, card_and_prize, is_crowd, points, status, text, told, waiting,
    without_state,
};

const WRITERS: u64 = 8;

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
        for (freeze, frozen) in waiting(&self.books) {
            let more = json!({"biz_no": freeze, "trans_amount": frozen + 1});
            let wrong = with(points(&self.books, "wrong", "COMMIT"), &more);
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
