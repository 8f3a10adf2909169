//! A seeded workload: random calls and visits to pages, alone and at once, repeats and contradictions, kills, a clock
//! that jumps and a receiver that fails, against the books of [`model`], which predict every answer.
//!
//! Calls at once are right if there is an order in which the books predict all their answers. Where answers do not tell
//! which of several orders it was, all books that may be are kept until notifications tell. A call that a kill left
//! without an answer may have been executed or not, and its repeat must fit.

mod activities;
mod calls;
mod cashier;
mod choices;
mod coupons;
mod crowds;
mod drafts;
mod facts;
mod group_scenes;
mod group_wire;
mod groups;
mod members;
pub(crate) mod model;
mod offers;
mod orders;
mod points;
mod refunds;
mod scenes;
mod shared;
mod sponsors;
mod taking;
mod tally;
mod templates;
mod terms;
mod trades;
mod usage;
mod visit;
mod voucher_scenes;
mod voucher_wire;
mod vouchers;
mod wire;

use crate::receiver::Receiver;
use crate::running::{NOW, Running, app_key, each_engine, no_panic, number, seed};
use choices::Focus;
use fastrand::Rng;
use model::{Got, MINUTE, Model, Notified, Step};
use orders::Called;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::{Open, Store};
use tally::Tally;
use wire::{Names, Thing};

const HOUR_MINUTES: i64 = 60;
/// When the manual clock of the tests' world begins.
const BEGIN: i64 = 1_767_240_000_000;
/// After this long every notification was delivered or given up.
const LADDER_HOURS: i64 = 25;
const STEPS: usize = 130;
/// Calls at once; every order of them is tried.
const RACERS: usize = 6;
/// What one process changes the other has heard of by then.
const HEARD_WITHIN: Duration = Duration::from_secs(5);

/// One seed's merchant, with books of its own on a Punchcard that others use too.
struct Play<'a> {
    running: &'a mut Running,
    /// A second process on the same database, where there can be one. Each call goes to either.
    beside: Option<&'a mut Running>,
    /// The database, as a third process has it.
    store: Option<Store>,
    receiver: &'a Receiver,
    /// What all that it does follows from.
    seed: u64,
    rng: Rng,
    /// Which of the merchants.
    nth: u64,
    /// All that may be; more than one where calls at once were answered alike in whatever order.
    books: Vec<Model>,
    names: Names,
    /// How many numbers were used for trades, and for all else.
    trades: u64,
    numbers: u64,
    /// Whose the trades are that were begun for somebody.
    buyers: BTreeMap<u64, String>,
    /// What was done, some of which is done again.
    past: Vec<Step>,
    /// What happened, for whoever reads of a failure.
    history: Vec<String>,
    tally: Tally,
    /// What calls at once are about, while they are chosen.
    focus: Option<Focus>,
    /// Which crowd group they are about: its shop and its id.
    group: Option<(String, String)>,
}

impl<'a> Play<'a> {
    fn begin(
        running: &'a mut Running,
        beside: Option<&'a mut Running>,
        receiver: &'a Receiver,
        seed: u64,
        nth: u64,
        now: i64,
    ) -> Play<'a> {
        // So that a seed that fails can be run alone.
        println!("PUNCHCARD_TEST_SEED={seed} PUNCHCARD_TEST_SEEDS=1");
        let mut rng = Rng::with_seed(seed);
        let users = choices::customers(nth).into_iter().chain(choices::newcomers(nth));
        let mut balances: BTreeMap<_, _> = users.map(|user| (user, rng.i64(0..150_000))).collect();
        balances.insert(choices::sponsor(nth), rng.i64(50_000..300_000));
        let books = vec![Model { now, balances: balances.into(), ..Model::default() }];
        let store = beside.is_some().then(|| Store::open(&running.place(), Open::default()).expect("it is there"));
        let mut play = Play {
            running,
            store,
            beside,
            receiver,
            seed,
            rng,
            nth,
            books,
            names: Names::default(),
            trades: 0,
            numbers: 0,
            buyers: BTreeMap::new(),
            past: Vec::new(),
            history: Vec::new(),
            tally: Tally::default(),
            focus: None,
            group: None,
        };
        let path = play.running.folder.path().join("workload.toml");
        std::fs::write(&path, play.world()).expect("the folder is ours");
        play.punchcard(&["apply", &path.display().to_string()]);
        // On PostgreSQL a command writes beside the servers, which hear of it soon.
        let probe = json!({"out_trade_no": "none"}).to_string();
        for client in play.clients() {
            while client.call("alipay.trade.query", &probe, NOW).expect("an answer").code == "40002" {
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        play.import_history();
        play
    }

    fn world(&self) -> String {
        let (pid, key) = (pid(self.nth), app_key().public_key().to_base64());
        let mut world = format!(
            "[[merchant]]\npid = \"{pid}\"\nname = \"花果山超市\"\nlogin_id = \"{}\"\n[[app]]\napp_id = \"{}\"\npid = \"{pid}\"\npublic_key = \"{key}\"\n",
            voucher_wire::seller_login(self.nth),
            app_id(self.nth)
        );
        for shop in choices::shops(self.nth) {
            world.push_str(&format!("[[merchant.shop]]\nshop_id = \"{shop}\"\n"));
        }
        for (user, balance) in self.book().balances.iter() {
            let balance = ::wire::money::format(*balance);
            let (student, cards) = (crowds::is_student(user), crowds::cards_of(user));
            let (login_id, nick) = (choices::login_id(user), choices::nick(user));
            world.push_str(&format!(
                "[[user]]\nuser_id = \"{user}\"\nlogin_id = \"{login_id}\"\ntaobao_nick = \"{nick}\"\nbalance = \"{balance}\"\nstudent = {student}\nmember_cards = {cards:?}\n"
            ));
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

    /// The likeliest books; in what is chosen by them, all agree nearly always.
    fn book(&self) -> &Model {
        &self.books[0]
    }

    /// Calls all at once; `kill` ends a process somewhere in between.
    fn race(&mut self, steps: &[Step], kill: bool) {
        let pause = Duration::from_micros(self.rng.u64(..20_000));
        let first = self.rng.usize(..2);
        // A command takes a while to move the clock: the others' calls come before and after that.
        let moves = steps.iter().any(|step| matches!(step, Step::Clock { .. }));
        let delays: Vec<_> = steps.iter().map(|_| Duration::from_micros(self.rng.u64(..60_000))).collect();
        let killed = if self.beside.is_some() { self.rng.usize(..2) } else { 0 };
        let this = &*self;
        let called: Vec<Vec<Called>> = std::thread::scope(|scope| {
            let call = |(nth, step): (usize, &Step)| {
                let (step, delay) = (step.clone(), delays[nth]);
                scope.spawn(move || {
                    if moves && !matches!(step, Step::Clock { .. }) {
                        std::thread::sleep(delay);
                    }
                    this.call(first + nth, &step)
                })
            };
            let threads: Vec<_> = steps.iter().enumerate().map(call).collect();
            if kill {
                std::thread::sleep(pause);
                let id = this.doors().nth(killed).expect("a process").id();
                assert!(std::process::Command::new("kill").args(["-9", &id.to_string()]).status().is_ok());
            }
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        if kill {
            match &mut self.beside {
                Some(beside) if killed == 1 => beside.kill_and_start(),
                _ => self.running.kill_and_start(),
            }
        }
        let cut = |told: &[Called]| told.iter().any(|called| called.answer.is_none());
        let again = steps.iter().zip(&called).filter(|(_, told)| cut(told)).map(|(step, _)| step);
        let again: Vec<Called> = again.flat_map(|step| self.call(first, step)).collect();
        assert!(kill || again.is_empty(), "not answered: {called:?}");
        assert!(!cut(&again), "not answered: {again:?}");
        self.past.extend_from_slice(steps);
        for Called { step, answer, .. } in called.iter().flatten().chain(&again) {
            self.note(step, answer.as_ref());
        }
        for model in &mut self.books {
            model.trade_ids = self.names.trade_ids().into();
            model.coupon_ids = self.names.coupon_ids().into();
            model.voucher_ids = self.names.voucher_ids().into();
        }
        let after = orders::after(&self.books, &called, &again, self.beside.is_some());
        if after.is_empty() {
            let lines = |called: &[Called]| called.iter().map(|called| format!("  {called:?}\n")).collect::<String>();
            let (called, again) = (called.iter().map(|called| lines(called) + "\n").collect::<String>(), lines(&again));
            panic!("{:#?}\n{:#?}\nno order explains\n{called}and then\n{again}", self.books, self.history);
        }
        self.books = after;
    }

    /// A thing has one number for good.
    fn note(&mut self, step: &Step, got: Option<&Got>) {
        self.history.push(format!("{step:?} -> {got:?}"));
        self.tally.count(step, got, &self.names);
        if let Some(got) = got
            && let Err(wrong) = self.names.learn(step, got)
        {
            panic!("{wrong}\n{:#?}", self.history);
        }
    }

    /// Looks at what was offered, to learn its numbers.
    fn look_around(&mut self) {
        let mut new = self.names.keys(Thing::Camp, "");
        new.retain(|key| self.names.number(Thing::Tool, key).is_none());
        for key in new {
            let camp = self.names.named(Thing::Camp, &key);
            self.race(&[Step::Activity(activities::Step::Look { camp })], false);
        }
        self.settle_groups();
    }

    fn advance(&mut self, minutes: i64) {
        self.punchcard(&["clock", "advance", &format!("{minutes}m")]);
        let now = self.book().now + minutes * MINUTE;
        self.books.iter_mut().for_each(|model| model.advance(now));
        self.history.push(format!("{minutes} minutes later"));
        self.hear();
    }

    /// What the receiver was told tells what happened. Whatever was due when the clock was moved was sent once at
    /// least.
    fn hear(&mut self) {
        self.learn_trades();
        let told: BTreeSet<_> = self.receiver.events(&app_id(self.nth)).into_iter().collect();
        let expected = |model: &Model| model.notified.iter().map(|it| self.as_told(it)).collect::<BTreeSet<_>>();
        let (right, wrong): (Vec<_>, Vec<_>) = self.books.iter().cloned().partition(|model| expected(model) == told);
        if right.is_empty() {
            let differ = |model: &Model| told.symmetric_difference(&expected(model)).cloned().collect::<Vec<_>>();
            let differ: Vec<_> = wrong.iter().map(differ).collect();
            panic!("told {told:#?}, which differs by {differ:#?}\n{:#?}", self.history);
        }
        self.books = orders::merged(right);
    }

    /// Uses of vouchers are told by the numbers of trades, which a payment whose answer was lost has not told.
    fn learn_trades(&mut self) {
        let told = self.books.iter().flat_map(|model| model.notified.iter());
        let paid = told.filter_map(|(what, ..)| Some(what.split_once('>')?.1.to_owned()));
        let unknown: BTreeSet<_> = paid.filter(|trade| self.names.number(Thing::Trade, trade).is_none()).collect();
        for out_trade_no in unknown {
            self.race(&[Step::Trade(trades::Step::Query { out_trade_no })], false);
        }
    }

    /// Does all of it; when it ended, and what calls came to.
    fn run(mut self, kills: usize) -> (i64, Tally) {
        for _ in 0..STEPS {
            match self.rng.u8(..20) {
                0 => {
                    // Things begin and end in between, or at that very moment.
                    let minutes = match self.rng.u8(..10) {
                        0 => 95 * 24 * HOUR_MINUTES,
                        1..=2 => self.rng.i64(1..20) * 12 * HOUR_MINUTES,
                        3..=5 => self.rng.i64(1..20) * HOUR_MINUTES,
                        _ => self.rng.i64(1..7) * 5,
                    };
                    self.advance(minutes);
                    match self.rng.u8(..6) {
                        0 => self.import_again(),
                        1..=2 => self.count_groups(),
                        _ => {}
                    }
                }
                1..=5 => {
                    let steps = self.some_steps();
                    self.race(&steps, false);
                }
                _ => {
                    let step = self.some_step();
                    self.race(&[step], false);
                }
            }
            self.look_around();
        }
        for _ in 0..kills {
            let steps = self.some_steps();
            self.race(&steps, true);
            self.look_around();
        }
        self.advance(LADDER_HOURS * HOUR_MINUTES);
        self.check();
        let marks = self.book().marks.clone();
        self.tally.add_marks(&marks);
        (self.book().now, self.tally)
    }

    /// A notification as its receiver knows it: by the numbers of the activity, the voucher and its trade.
    fn as_told(&self, (what, status, refunded): &Notified) -> Notified {
        if let Some((voucher, trade)) = what.split_once('>') {
            let trade = self.names.number(Thing::Trade, trade).cloned().unwrap_or_default();
            let (template, own) = voucher.split_once('/').expect("a voucher's key");
            let voucher = self.names.within(Thing::Voucher, template, own).number.unwrap_or_default();
            return (format!("{voucher}>{trade}"), *status, *refunded);
        }
        let what = match what.split_once('+') {
            Some((key, trade)) => format!("{}+{trade}", self.names.number(Thing::Camp, key).expect("it is known")),
            None => what.clone(),
        };
        (what, *status, *refunded)
    }

    /// What there is in the end, by query, by trying and by proof.
    fn check(&mut self) {
        let all = self.all_there_is();
        for step in all.into_iter().chain(self.last_payments()) {
            self.race(&[step], false);
        }
        self.sponsors_tell();
        self.count_crowds();
        self.count_groups();
        self.punchcard(&["prove"]);
        no_panic(self.running.folder.path());
    }
}

fn pid(nth: u64) -> String {
    format!("20882{nth:011}")
}

fn app_id(nth: u64) -> String {
    format!("20217{nth:011}")
}

each_engine!(every_answer_is_predicted_and_the_books_prove, |engine| {
    let (seed, seeds) = (seed(), number("PUNCHCARD_TEST_SEEDS").unwrap_or(tally::SEEDS));
    let receiver = Receiver::start();
    let mut running = Running::start(engine);
    let mut beside = (engine == Engine::Postgres).then(|| running.beside());
    let (mut now, mut tally) = (BEGIN, Tally::default());
    let counts = tally::SEEDS <= seeds;
    // Once in a hundred times something that matters does not come by chance: then some more are played.
    let mut nth = 0;
    while nth < seeds || (counts && nth < 3 * seeds && !tally.missing().is_empty()) {
        receiver.trust(&running.platform_key);
        let play = Play::begin(&mut running, beside.as_mut(), &receiver, seed.wrapping_add(nth), nth, now);
        let (then, counted) = play.run(0);
        (now, nth) = (then, nth + 1);
        tally.add(counted);
    }
    println!("{tally}");
    if counts {
        assert_eq!(tally.missing(), Vec::<String>::new());
    }
});

each_engine!(kills_lose_and_double_nothing, |engine| {
    let (seed, rounds) = (seed(), number("PUNCHCARD_TEST_ROUNDS").unwrap_or(5));
    let receiver = Receiver::start();
    let mut running = Running::start(engine);
    let mut beside = (engine == Engine::Postgres).then(|| running.beside());
    receiver.trust(&running.platform_key);
    let play = Play::begin(&mut running, beside.as_mut(), &receiver, seed, 0, BEGIN);
    let (_, tally) = play.run(usize::try_from(rounds).expect("few"));
    println!("{tally}");
});
