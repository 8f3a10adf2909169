//! A seeded workload: random calls, alone and at once, repeats and contradictions, kills, a clock that jumps and a
//! receiver that fails, against the books of [`workload_model`](crate::workload_model), which predict every answer.
//!
//! Calls at once are right if there is an order in which the books predict all their answers; that order is then what
//! happened. A call that a kill left without an answer may have been executed or not, and its repeat must fit.

use crate::receiver::Receiver;
use crate::running::{NOW, Running, app_key, each_engine, log_of, number, seed};
use crate::workload_model::{Expect, Model, Notified, Order, Step};
use client::{Answer, Client};
use fastrand::Rng;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const HOUR: i64 = 3_600_000;
/// When the manual clock of the tests' world begins.
const BEGIN: i64 = 1_767_240_000_000;
/// After this long every notification was delivered or given up.
const LADDER_HOURS: i64 = 25;
const USERS: u64 = 4;
/// Few numbers, so that calls meet.
const TRADES: u64 = 14;
const STEPS: usize = 60;
/// Calls at once; every order of them may have to be tried.
const RACERS: usize = 6;

/// One seed's merchant, with books of its own on a Punchcard that others use too.
struct Play<'a> {
    running: &'a mut Running,
    receiver: &'a Receiver,
    rng: Rng,
    /// Which of the merchants.
    nth: u64,
    model: Model,
    /// What each trade is called by the platform.
    trade_nos: BTreeMap<String, String>,
    /// What happened, for whoever reads of a failure.
    history: Vec<String>,
}

/// A call with the answer that it got, or nothing.
type Called = (Step, Option<Answer>);

impl<'a> Play<'a> {
    fn begin(running: &'a mut Running, receiver: &'a Receiver, seed: u64, nth: u64, now: i64) -> Play<'a> {
        let mut rng = Rng::with_seed(seed);
        let balances = (0..USERS).map(|user| (user_id(nth, user), rng.i64(0..60_000))).collect();
        let model = Model { now, balances, ..Model::default() };
        let play = Play { running, receiver, rng, nth, model, trade_nos: BTreeMap::new(), history: Vec::new() };
        let path = play.running.folder.path().join("workload.toml");
        std::fs::write(&path, play.world()).expect("the folder is ours");
        play.punchcard(&["apply", &path.display().to_string()]);
        // On PostgreSQL a command writes beside the server, which hears of it soon.
        let probe = json!({"out_trade_no": "none"}).to_string();
        while play.client().call("alipay.trade.query", &probe, NOW).expect("an answer").code == "40002" {
            std::thread::sleep(Duration::from_millis(10));
        }
        play
    }

    fn world(&self) -> String {
        let (pid, key) = (pid(self.nth), app_key().public_key().to_base64());
        let mut world = format!(
            "[[merchant]]\npid = \"{pid}\"\nname = \"花果山超市\"\n[[app]]\napp_id = \"{}\"\npid = \"{pid}\"\npublic_key = \"{key}\"\n",
            app_id(self.nth)
        );
        for (user, balance) in &self.model.balances {
            let balance = wire::money::format(*balance);
            world.push_str(&format!("[[user]]\nuser_id = \"{user}\"\nbalance = \"{balance}\"\n"));
        }
        world
    }

    /// Runs a command, which must succeed; what it printed.
    fn punchcard(&self, arguments: &[&str]) -> String {
        let output = self.running.command(arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "punchcard {arguments:?}: {told}{printed}\n{:#?}", self.history);
        printed
    }

    fn client(&self) -> Client {
        self.running.client_of(&app_id(self.nth), None)
    }

    fn order(&mut self) -> Order {
        let nth = self.rng.u64(..TRADES);
        // What a number stands for follows from it, so that most calls about it agree, and some do not.
        let mut own = Rng::with_seed(self.nth << 32 | nth);
        let odd = self.rng.u8(..12);
        Order {
            out_trade_no: self.out_trade_no(nth),
            buyer: user_id(self.nth, own.u64(..USERS)),
            subject: if odd == 0 { "别的商品".to_owned() } else { format!("商品{nth}") },
            total: own.i64(1..20_000) + i64::from(odd == 1),
            minutes: own.bool().then(|| own.i64(1..3_000)),
            notifies: own.u8(..4) != 0,
        }
    }

    fn out_trade_no(&self, nth: u64) -> String {
        format!("w{}_{nth}", self.nth)
    }

    fn some_trade(&mut self) -> String {
        let nth = self.rng.u64(..TRADES);
        self.out_trade_no(nth)
    }

    fn some_step(&mut self) -> Step {
        match self.rng.u8(..20) {
            0..=5 => Step::Pay(self.order()),
            6..=9 => Step::Create(self.order()),
            10..=15 => {
                let out_trade_no = self.some_trade();
                let rest = self.model.trades.get(&out_trade_no).map_or(5, |trade| trade.total - trade.refunded());
                let amount = match self.rng.u8(..6) {
                    0 => rest,
                    1 => rest + 1,
                    2 => 0,
                    _ => self.rng.i64(1..=rest.max(1)),
                };
                let request_no = format!("r{}", self.rng.u8(..5));
                Step::Refund { out_trade_no, request_no, amount }
            }
            16 => Step::Cancel { out_trade_no: self.some_trade() },
            17 => Step::Close { out_trade_no: self.some_trade() },
            _ => Step::Query { out_trade_no: self.some_trade() },
        }
    }

    /// Several steps, of which some are the same.
    fn some_steps(&mut self) -> Vec<Step> {
        let mut steps = vec![self.some_step()];
        while steps.len() < RACERS {
            let again = self.rng.bool().then(|| self.rng.choice(steps.clone())).flatten();
            let next = again.unwrap_or_else(|| self.some_step());
            steps.push(next);
        }
        steps
    }

    /// One call, or the answer that a kill has left: none.
    fn call(&self, client: &Client, step: &Step) -> Option<Answer> {
        let (method, members, notifies) = request(step, &self.trade_nos);
        let notify_url = if notifies { self.receiver.url.as_str() } else { "" };
        client.call_with(method, &members.to_string(), NOW, &[("notify_url", notify_url)]).ok()
    }

    /// Calls all at once; `kill` ends the server somewhere in between.
    fn race(&mut self, steps: &[Step], kill: bool) {
        let pause = Duration::from_micros(self.rng.u64(..20_000));
        let calling: Vec<_> = steps.iter().map(|step| (step, self.client())).collect();
        let this = &*self;
        let mut called: Vec<Called> = std::thread::scope(|scope| {
            let call = |(step, client): (&Step, Client)| {
                let step = step.clone();
                scope.spawn(move || (this.call(&client, &step), step))
            };
            let threads: Vec<_> = calling.into_iter().map(call).collect();
            if kill {
                std::thread::sleep(pause);
                assert!(
                    std::process::Command::new("kill").args(["-9", &this.running.id().to_string()]).status().is_ok()
                );
            }
            threads
                .into_iter()
                .map(|thread| thread.join().map(|(answer, step)| (step, answer)).expect("no panic"))
                .collect()
        });
        if kill {
            self.running.kill_and_start();
        }
        let again = called.iter().filter(|(_, answer)| answer.is_none()).map(|(step, _)| step.clone());
        let again: Vec<Called> =
            again.map(|step| (self.call(&self.client(), &step), step)).map(|(a, s)| (s, a)).collect();
        assert!(kill || again.is_empty(), "not answered: {again:?}");
        called.sort_by_key(|(_, answer)| answer.is_none());
        match linearise(&self.model, &called, &again) {
            Some(model) => self.model = model,
            None => panic!("no order explains {called:#?} and then {again:#?}\n{:#?}\n{:#?}", self.model, self.history),
        }
        for (step, answer) in called.into_iter().chain(again) {
            self.note(&step, answer.as_ref());
        }
    }

    /// A trade has one number for good.
    fn note(&mut self, step: &Step, answer: Option<&Answer>) {
        self.history.push(format!("{step:?} -> {:?}", answer.map(|answer| &answer.raw)));
        let Some(node) = answer.map(|answer| &answer.node) else { return };
        if let (Some(no), Some(out_trade_no)) = (node["trade_no"].as_str(), node["out_trade_no"].as_str()) {
            let known = self.trade_nos.entry(out_trade_no.to_owned()).or_insert_with(|| no.to_owned());
            assert_eq!(known, no, "{out_trade_no} has two numbers\n{:#?}", self.history);
        }
    }

    fn advance(&mut self, hours: i64) {
        self.punchcard(&["clock", "advance", &format!("{hours}h")]);
        self.model.advance(self.model.now + hours * HOUR);
        self.history.push(format!("{hours} hours later"));
    }

    fn run(mut self, kills: usize) -> i64 {
        for _ in 0..STEPS {
            match self.rng.u8(..20) {
                0 => {
                    let days = if self.rng.u8(..5) == 0 { 95 } else { self.rng.i64(1..20) };
                    self.advance(days * 12);
                }
                1..=3 => {
                    let steps = self.some_steps();
                    self.race(&steps, false);
                }
                _ => {
                    let step = self.some_step();
                    self.race(&[step], false);
                }
            }
        }
        for _ in 0..kills {
            let steps = self.some_steps();
            self.race(&steps, true);
        }
        self.advance(LADDER_HOURS);
        self.check(0 < kills);
        self.model.now
    }

    /// What there is in the end, by query, by balance, by notification and by proof.
    fn check(&mut self, killed: bool) {
        for nth in 0..TRADES {
            let step = Step::Query { out_trade_no: self.out_trade_no(nth) };
            self.race(&[step], false);
        }
        // In which order unanswered refunds happened, their answers do not tell: then only the statuses can be compared.
        let known =
            |(out_trade_no, status, refunded): Notified| (out_trade_no, status, if killed { 0 } else { refunded });
        let told: BTreeSet<_> = self.receiver.events(&app_id(self.nth)).into_iter().map(known).collect();
        let expected: BTreeSet<_> = self.model.notified.iter().cloned().map(known).collect();
        assert_eq!(told, expected, "notifications\n{:#?}", self.history);
        self.punchcard(&["prove"]);
        assert!(!log_of(self.running.folder.path()).contains("panicked"));
    }
}

fn pid(nth: u64) -> String {
    format!("20882{nth:011}")
}

fn app_id(nth: u64) -> String {
    format!("20217{nth:011}")
}

fn user_id(nth: u64, user: u64) -> String {
    format!("20883{nth:09}{user:02}")
}

/// A step as the wire has it: method, `biz_content`, and whether it brings a `notify_url`.
fn request(step: &Step, trade_nos: &BTreeMap<String, String>) -> (&'static str, Value, bool) {
    let order = |order: &Order, pays: bool| {
        let mut members = Map::new();
        members.insert("out_trade_no".into(), json!(order.out_trade_no));
        members.insert("buyer_id".into(), json!(order.buyer));
        members.insert("subject".into(), json!(order.subject));
        members.insert("total_amount".into(), json!(wire::money::format(order.total)));
        if let Some(minutes) = order.minutes {
            members.insert("timeout_express".into(), json!(format!("{minutes}m")));
        }
        if pays {
            members.insert("scene".into(), json!("bar_code"));
        }
        Value::Object(members)
    };
    // By either of its numbers, where there are two.
    let trade = |out_trade_no: &String| match trade_nos.get(out_trade_no) {
        Some(no) if out_trade_no.len().is_multiple_of(2) => json!({"trade_no": no}),
        _ => json!({"out_trade_no": out_trade_no}),
    };
    match step {
        Step::Pay(said) => ("alipay.trade.pay", order(said, true), said.notifies),
        Step::Create(said) => ("alipay.trade.create", order(said, false), said.notifies),
        Step::Query { out_trade_no } => ("alipay.trade.query", trade(out_trade_no), false),
        Step::Cancel { out_trade_no } => ("alipay.trade.cancel", trade(out_trade_no), false),
        Step::Close { out_trade_no } => ("alipay.trade.close", trade(out_trade_no), false),
        Step::Refund { out_trade_no, request_no, amount } => {
            let mut members = trade(out_trade_no);
            members["refund_amount"] = json!(wire::money::format(*amount));
            members["out_request_no"] = json!(request_no);
            ("alipay.trade.refund", members, false)
        }
    }
}

/// The books after an order of `called` in which every answer was to be expected, and after `again`, in its order. What has
/// no answer may have been executed or not.
fn linearise(model: &Model, called: &[Called], again: &[Called]) -> Option<Model> {
    if called.is_empty() {
        let mut model = model.clone();
        let fits = again.iter().all(|(step, answer)| fits(&model.step(step), answer.as_ref()));
        return fits.then_some(model);
    }
    for (place, (step, answer)) in called.iter().enumerate() {
        let rest: Vec<Called> = [&called[..place], &called[place + 1..]].concat();
        let mut then = model.clone();
        if fits(&then.step(step), answer.as_ref())
            && let Some(found) = linearise(&then, &rest, again)
        {
            return Some(found);
        }
        if answer.is_none()
            && let Some(found) = linearise(model, &rest, again)
        {
            return Some(found);
        }
    }
    None
}

fn fits(expect: &Expect, answer: Option<&Answer>) -> bool {
    let Some(answer) = answer else { return true };
    match expect {
        Expect::Refused(sub_code) => answer.sub_code.as_deref() == Some(sub_code),
        Expect::Done(members) => {
            let fits = |(name, value): &(&str, String)| answer.node[*name].as_str().unwrap_or_default() == value;
            answer.is_success() && answer.code == "10000" && members.iter().all(fits)
        }
    }
}

each_engine!(every_answer_is_predicted_and_the_books_prove, |engine| {
    let (seed, seeds) = (seed(), number("PUNCHCARD_TEST_SEEDS").unwrap_or(20));
    let receiver = Receiver::start();
    let mut running = Running::start(engine);
    let mut now = BEGIN;
    for nth in 0..seeds {
        receiver.trust(&running.platform_key);
        now = Play::begin(&mut running, &receiver, seed.wrapping_add(nth), nth, now).run(0);
    }
});

each_engine!(kills_lose_and_double_nothing, |engine| {
    let (seed, rounds) = (seed(), number("PUNCHCARD_TEST_ROUNDS").unwrap_or(5));
    let receiver = Receiver::start();
    let mut running = Running::start(engine);
    receiver.trust(&running.platform_key);
    Play::begin(&mut running, &receiver, seed, 0, BEGIN).run(usize::try_from(rounds).expect("few"));
});
