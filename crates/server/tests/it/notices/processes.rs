//! What kills and other processes do to deliveries and jobs: nothing that a receiver could see, but for a repeat.

use super::{BUYERS, LADDER, command, create, minutes, notice as told, one_notice, pay, start};
use crate::mailbox::Mailbox;
use crate::running::{Running, each_engine};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use store::testing::{Engine, block_on};
use store::{Fault, Open, Store, Tx, job, lease, notice};

each_engine!(a_kill_loses_no_delivery, |engine| {
    let (mut running, mailbox) = (start(engine), Mailbox::start());
    mailbox.fail(7);
    pay(&running.client(), "between", &mailbox.url("/flaky"));
    pay(&running.client(), "while", &mailbox.url("/silent"));
    mailbox.wait("/flaky", 1);
    mailbox.wait("/silent", 1);
    running.kill_and_start();
    mailbox.speak();
    command(&running, &["clock", "advance", "10m"]);
    running.kill_and_start();
    command(&running, &["clock", "advance", "25h"]);
    // What was answered but not recorded comes once more; the others come when they should.
    let letters = mailbox.letters("/flaky");
    let times: BTreeSet<i64> = minutes(&letters).into_iter().collect();
    assert!(times.is_subset(&LADDER.into()) && times.contains(&0), "{times:?}");
    one_notice(&letters, &running);
    assert_eq!(told(&running, &mailbox.url("/flaky"))["state"], "DELIVERED");
    let letters = mailbox.letters("/silent");
    assert_eq!(minutes(&letters), [0, 0], "it was on its way, and is sent again");
    one_notice(&letters, &running);
    assert_eq!(told(&running, &mailbox.url("/silent"))["state"], "DELIVERED");
});

#[test]
fn a_job_that_fails_holds_up_no_other_and_stops_the_clock() {
    let (mut running, mailbox) = (start(Engine::Sqlite), Mailbox::start());
    running.stop();
    // A delivery of nothing, and a job that only a newer build knows.
    let store = Store::open(&running.place(), Open::default()).expect("it is there");
    let plan = |tx: &mut Tx| {
        job::put(tx, notice::DELIVER, 7 << 10, 0)?;
        job::put(tx, "of_a_newer_build", 7 << 10, 0)
    };
    block_on(store.write::<_, Fault, _>(plan)).expect("it is kept");
    drop(store);
    running.start_again();
    pay(&running.client(), "paid", &mailbox.url("/ok"));
    mailbox.wait("/ok", 1);
    let refused = running.command(&["clock", "advance", "1m"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    let expect = "punchcard: the clock stands at 2026-01-01 12:00:00: notice_deliver of 7168 fails, and the log says why; \
                  it is tried again\n";
    assert!(refused.status.code() == Some(1) && said == expect, "{said}");
    running.stop();
    let store = Store::open(&running.place(), Open::default()).expect("it is there");
    block_on(store.write::<_, Fault, _>(|tx: &mut Tx| job::take(tx, notice::DELIVER, 7 << 10))).expect("it is kept");
    drop(store);
    running.start_again();
    assert_eq!(command(&running, &["clock", "advance", "1m"])["now"], "2026-01-01T12:01:00+08:00");
}

/// Who holds slices of the jobs, once that satisfies.
fn holders(store: &Store, satisfies: impl Fn(&BTreeMap<i64, usize>) -> bool) {
    let began = Instant::now();
    loop {
        let leases = block_on(store.read::<_, Fault, _>(|tx: &mut Tx| lease::all(tx))).expect("it can be read");
        let mut holders = BTreeMap::new();
        leases.iter().filter(|it| 0 <= it.slice).for_each(|it| *holders.entry(it.holder).or_default() += 1);
        if satisfies(&holders) {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{holders:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn two_processes_do_each_job_once_and_one_does_all() {
    let mut one = start(Engine::Postgres);
    let other = one.beside();
    let mailbox = Mailbox::start();
    let store = Store::open(&one.place(), Open::default()).expect("it is there");
    holders(&store, |holders| holders.len() == 2 && holders.values().all(|&slices| slices == 8));
    let each = |round: usize, nodes: &[&Running]| {
        for nth in 0..BUYERS {
            let client = nodes[nth % nodes.len()].client();
            create(&client, nth, &format!("{round}_{nth}"), &mailbox.url(&format!("/ok?{round}")));
        }
        // Each of them is closed, once, and told of, once.
        command(nodes[0], &["clock", "advance", "1h"]);
        let letters = mailbox.letters(&format!("/ok?{round}"));
        let told: BTreeSet<&str> = letters.iter().map(|letter| letter.get("out_trade_no")).collect();
        assert_eq!((letters.len(), told.len()), (BUYERS, BUYERS));
        assert!(letters.iter().all(|letter| letter.get("trade_status") == "TRADE_CLOSED"));
    };
    each(0, &[&one, &other]);
    one.stop();
    each(1, &[&other]);
    holders(&store, |holders| holders.values().copied().eq([16]));
}
