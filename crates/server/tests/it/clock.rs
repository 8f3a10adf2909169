//! The manual clock from outside: shown, set, advanced, never back; by the process that runs, or by the command itself.

use crate::running::{Running, each_engine, world};
use serde_json::{Value, json};
use store::testing::Engine;

fn clock(running: &Running, arguments: &[&str]) -> Result<Value, String> {
    let output = running.command(&[&["clock"], arguments, &["--json"]].concat());
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).expect("JSON"));
    }
    assert_eq!(output.status.code(), Some(1));
    Err(String::from_utf8(output.stderr).expect("text"))
}

each_engine!(a_manual_clock_goes_forward_and_never_back, |engine| {
    let mut running = Running::start_with(engine, &world(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    let shown = |at: &str| json!({"clock": "manual", "now": at, "next_due": null});
    let moved = |from: &str, now: &str| json!({"from": from, "now": now, "stops": 0});
    assert_eq!(clock(&running, &["show"]), Ok(shown("2026-01-01T12:00:00+08:00")));
    let advanced = moved("2026-01-01T12:00:00+08:00", "2026-04-01T12:00:00+08:00");
    assert_eq!(clock(&running, &["advance", "90d"]), Ok(advanced));
    let set = moved("2026-04-01T12:00:00+08:00", "2026-05-01T00:00:00+08:00");
    assert_eq!(clock(&running, &["set", "2026-04-30T16:00:00Z"]), Ok(set));
    let stays = moved("2026-05-01T00:00:00+08:00", "2026-05-01T00:00:00+08:00");
    assert_eq!(clock(&running, &["set", "2026-05-01 00:00:00"]), Ok(stays.clone()));
    assert_eq!(clock(&running, &["next"]), Ok(stays), "nothing is due");
    let back = clock(&running, &["set", "2026-01-01T00:00:00+08:00"]).expect_err("it never goes back");
    assert_eq!(back, "punchcard: the clock shows 2026-05-01 00:00:00 and never goes back\n");
    let far = clock(&running, &["advance", "9999999d"]).expect_err("there are no such dates");
    assert!(far.contains("cannot go as far"), "{far}");
    // What nobody runs is moved by the command itself, and stays so.
    running.stop();
    let moved_alone = moved("2026-05-01T00:00:00+08:00", "2026-05-01T00:00:45+08:00");
    assert_eq!(clock(&running, &["advance", "45s"]), Ok(moved_alone));
    running.start_again();
    assert_eq!(clock(&running, &["show"]), Ok(shown("2026-05-01T00:00:45+08:00")));
    assert_eq!(running.command(&["clock", "advance", "soon"]).status.code(), Some(2));
});

each_engine!(what_is_moved_at_once_adds_up, |engine| {
    let running = Running::start_with(engine, &world(), &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| clock(&running, &["advance", "1m"]).expect("it is moved"));
        }
    });
    assert_eq!(clock(&running, &["show"]).expect("it is shown")["now"], "2026-01-01T12:06:00+08:00");
});

#[test]
fn the_systems_clock_is_nobodys_to_move() {
    let running = Running::start_with(Engine::Sqlite, &world(), &[]);
    assert_eq!(clock(&running, &["show"]).expect("it is shown")["clock"], "system");
    for order in [&["advance", "1d"][..], &["set", "2099-01-01T00:00:00Z"], &["next"]] {
        let refused = clock(&running, order).expect_err("refused");
        assert!(refused.contains("this store runs on the system's clock"), "{refused}");
    }
}
