//! What was acknowledged survives a kill at any moment, an order to end, and ([`disk`]) a full disk; nothing is half
//! done; and a repeat gets its answer.
//!
//! Writers send every writing method of THE LIST at once, each on crowds and trades of its own, and keep books of what
//! was acknowledged. After the crash the books must be what the server says, give or take the one call of each writer
//! that was not answered: it is there whole or not at all.

mod claims;
mod consents;
mod disk;
mod groups;
mod templates;
mod writes;

use crate::consent::LOGIN;
use crate::raw::Connection;
use crate::receiver::Receiver;
use crate::running::{
    APP_ID, PID, Running, call, each_engine, no_panic, number, refuse, seed, succeed, the_list, world,
};
use crate::stamps::{AUTH, QUERY, UPDATE, with};
use claims::{Door, Reply, seen_on};
use consents::{MEMBER_AGREES, MERCHANT_AGREES};
use fastrand::Rng;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;
use store::testing::Engine;
use writes::{
    BUDGET, BUYER, Books, CAMP, CARD, CLAIM, GIVEN, PICTURE, SHOP, WRITES, Write, card_and_prize, given, is_crowd,
    points, prize, status, text, tokens, told, waiting,
};

const WRITERS: u64 = 8;

/// The tests' world, with a buyer of a million yuan, and pages that stay where they are when the port changes.
fn world_of_writers() -> String {
    let platform = "[platform]\nbase_url = \"http://127.0.0.1:8088\"\n";
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let shop = format!(
        "{merchant}\nlogin_id = \"{LOGIN}\"\noptions = {{ trade_check = false }}\n[[merchant.shop]]\nshop_id = \"{SHOP}\""
    );
    let world = world().replace(&merchant, &shop);
    format!(
        "{platform}{world}\n[[user]]\nuser_id = \"{BUYER}\"\nlogin_id = \"13196215350\"\nbalance = \"1000000.00\"\n"
    )
}

/// Within what the activities of the writers say of time.
const CLOCK: &str = "manual:2026-01-01T12:00:00+08:00";

fn start(engine: Engine) -> Running {
    let running = Running::start_with(engine, &world_of_writers(), &["--clock", CLOCK]);
    templates::prepare(&running);
    running
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
    /// Where what is given is told, if anywhere.
    notify_url: String,
}

impl Watch {
    /// Calls until it is acknowledged: what is answered with 20000 is sent again, as a client would.
    fn send(&self, door: &Door, write: &'static Write, request: Value) -> Sent {
        let mut refused = false;
        let answer = loop {
            match write.send(door, &request) {
                Ok(node) => {
                    self.acknowledged.fetch_add(1, Ordering::Relaxed);
                    break Some(node);
                }
                Err(Reply::Failed) => {
                    refused = true;
                    self.refused.fetch_add(1, Ordering::Relaxed);
                    if self.over.load(Ordering::Acquire) {
                        break None;
                    }
                    sleep(Duration::from_millis(5));
                }
                // It had been kept, although that was not known.
                Err(Reply::DoneBefore) if refused => break Some(Value::Null),
                Err(Reply::Broken(_)) if self.broken.load(Ordering::Acquire) => break None,
                Err(reply) => panic!("{} {request}: {reply}", write.method),
            }
        };
        Sent { write, request, answer, refused }
    }

    /// Starts a writer of that name.
    fn start(&self, door: Door, name: String, seed: u64) -> JoinHandle<Writer> {
        let (watch, books) = (self.clone(), card_and_prize(&door.client, &name, &self.notify_url));
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
                let sent = watch.send(&door, write, request);
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
            self.start(Door::of(running), format!("r{round}w{number}"), own_seed)
        };
        (0..WRITERS).map(start).collect()
    }
}

impl Writer {
    /// What the server says of this writer's crowds, trades, activities and templates.
    fn seen(&self, door: &Door) -> Books {
        let (mut seen, client) = (Books::new(), &door.client);
        for (req_id, page) in tokens(&self.books, self.sent.iter().map(|sent| &sent.request)) {
            if let Some(given) = seen_on(door.address, &page) {
                seen.insert(format!("{GIVEN}{req_id}"), status(&given));
            }
        }
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
        let made = self.sent.iter().filter(|sent| sent.write.method == groups::CREATE_GROUP.method);
        seen.extend(groups::seen(client, made.map(|sent| &sent.request)));
        seen.extend(consents::seen(door, &self.books));
        seen.extend(templates::seen(client, &self.name));
        seen.extend(templates::seen_vouchers(client, &self.books));
        for id in self.books.keys() {
            if let Some(picture) = id.strip_prefix(PICTURE) {
                let request = format!("GET /h5/image/{picture} HTTP/1.1\r\nhost: x\r\n\r\n");
                let shown = Connection::open(door.address).exchange(request.as_bytes()).expect("it answers");
                let kind = shown.headers.split("content-type: ").nth(1).and_then(|rest| rest.lines().next());
                seen.insert(id.clone(), status(kind.expect("a type")));
            }
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
    /// without any answer was not executed; a claim is several, of which the last tells what came of it.
    fn check(&mut self, door: &Door, killed: bool) {
        let before = self.seen(door);
        let unanswered = self.sent.iter_mut().find(|sent| sent.answer.is_none());
        let may_be_kept = |sent: &&mut Sent| sent.refused || sent.write.method == CLAIM;
        let may_be_kept = killed || unanswered.as_ref().is_some_and(may_be_kept);
        let after = match unanswered {
            None => self.books.clone(),
            Some(sent) => {
                // A repeat with its key finishes it, or gives the answer that was lost.
                let node = sent.write.again(door, &sent.request);
                let mut after = self.books.clone();
                (sent.write.enter)(&mut after, &sent.request, &node);
                sent.answer = Some(node);
                after
            }
        };
        let is_one = before == told(&self.books) || (before == told(&after) && may_be_kept);
        assert!(is_one, "{}: there is {before:#?}\nacknowledged {:#?}\nat most {after:#?}", self.name, self.books);
        for Sent { write, request, answer, .. } in &self.sent {
            let again = write.again(door, request);
            // What is answered by the state says nothing of what it was.
            let told = again != Value::Null && *answer != Some(Value::Null);
            assert!(!told || Some(&again) == answer.as_ref(), "a repeat of {} {request}: {again}", write.method);
        }
        self.books = after;
        assert_eq!(self.seen(door), told(&self.books), "{}: a repeat changed something", self.name);
        // What waits can be ended still, but not with another amount.
        for (freeze, frozen) in waiting(&self.books) {
            let more = json!({"biz_no": freeze, "trans_amount": frozen + 1});
            let wrong = with(points(&self.books, "wrong", "COMMIT"), &more);
            refuse(&door.client, UPDATE, &wrong, "INVALID_PARAMETER");
        }
    }
}

impl Writer {
    /// Takes the rest of its prize's budget, and not one more.
    fn use_up(&mut self, door: &Door) {
        let authorise = |key: &str| json!({"req_id": key, "prize_id": prize(&self.books).0, "user_id": BUYER});
        let requests: Vec<_> = (0..=BUDGET).map(|nth| authorise(&format!("{}-rest{nth}", self.name))).collect();
        for (nth, request) in requests.into_iter().enumerate() {
            if given(&self.books) == BUDGET {
                refuse(&door.client, AUTH, &request, "BUDGET_NOT_ENOUGH");
                return;
            }
            let node = succeed(&door.client, AUTH, &request);
            let [auth, take] = [AUTH, CLAIM].map(|method| WRITES.iter().find(|write| write.method == method));
            let (auth, take) = (auth.expect("it is there"), take.expect("it is there"));
            (auth.enter)(&mut self.books, &request, &node);
            let req_id = format!("{}-rest{nth}", self.name);
            let claim = json!({"req_id": req_id, "page": tokens(&self.books, std::iter::empty())[&req_id]});
            let node = take.again(door, &claim);
            (take.enter)(&mut self.books, &claim, &node);
        }
        panic!("{}: more than the budget was given", self.name);
    }
}

/// All writers' books, checked side by side.
fn check_all(running: &Running, writers: Vec<Writer>, killed: bool) -> Vec<Writer> {
    let check = |mut writer: Writer| {
        let door = Door::of(running);
        std::thread::spawn(move || {
            writer.check(&door, killed);
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
    let written = WRITES
        .iter()
        .map(|write| write.method.to_owned())
        .filter(|method| ![CLAIM, MERCHANT_AGREES, MEMBER_AGREES].contains(&method.as_str()));
    let written: BTreeSet<_> = written.collect();
    assert_eq!(listed, written, "give WRITES what the binary has (left)");
}

each_engine!(acknowledged_calls_survive_a_kill_and_an_order_to_end, |engine| {
    let (seed, rounds) = (seed(), number("PUNCHCARD_TEST_ROUNDS").unwrap_or(5));
    let mut random = Rng::with_seed(seed);
    let (mut running, receiver) = (start(engine), Receiver::start());
    receiver.trust(&running.platform_key);
    let (mut all, mut sent, mut unanswered) = (Vec::new(), 0, [0, 0]);
    for round in 0..rounds {
        let watch = Watch { notify_url: receiver.url.clone(), ..Watch::default() };
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
    // What was right after its own crash is right after all of them.
    let (client, door) = (running.client(), Door::of(&running));
    for writer in &all {
        assert_eq!(writer.seen(&door), told(&writer.books), "{}", writer.name);
    }
    let listed = succeed(&client, "koubei.marketing.campaign.crowd.batchquery", &json!({}));
    let crowds = all.iter().flat_map(|writer| writer.books.keys()).filter(|id| is_crowd(id)).count();
    assert_eq!(text(&listed["total_number"]), crowds.to_string());
    // Of each budget there is as much left as was not given, and whatever was given was told, once.
    all.iter_mut().take(2).for_each(|writer| writer.use_up(&door));
    let advanced = running.command(&["clock", "advance", "1h"]);
    assert!(advanced.status.success(), "{}", String::from_utf8_lossy(&advanced.stderr));
    let given = all.iter().flat_map(|writer| writer.books.keys().filter_map(|id| id.strip_prefix(GIVEN)));
    let given: BTreeSet<_> = given.map(|req_id| (req_id.to_owned(), "COUPON", 0)).collect();
    println!("{} coupons were taken", given.len());
    assert_eq!(receiver.events(APP_ID).into_iter().collect::<BTreeSet<_>>(), given);
    let proved = running.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
    no_panic(running.folder.path());
});
