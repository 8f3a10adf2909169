//! Every state has an answer to every command, and no sequence of commands makes or loses a point.

use super::*;
use std::collections::HashSet;

fn amount(points: i64) -> Amount {
    Amount::new(points).expect("an amount")
}

fn account(available: i64, frozen: i64, spent: i64) -> Account {
    Account { available, frozen, spent, total: available + frozen + spent }
}

/// Every way in which an account can stand that differs in an answer to a change of five points.
fn states() -> [(&'static str, Option<Account>); 9] {
    [
        ("no account", None),
        ("just enough", Some(account(5, 0, 0))),
        ("more than enough", Some(account(9, 0, 3))),
        ("one too few", Some(account(4, 0, 0))),
        ("all frozen", Some(account(0, 5, 0))),
        ("some of both", Some(account(6, 7, 8))),
        ("one frozen too few", Some(account(0, 4, 0))),
        ("all spent", Some(account(0, 0, 5))),
        ("full", Some(account(5, 5, TOTAL_MAX - 10))),
    ]
}

#[test]
fn every_state_has_an_answer_to_every_command() {
    use Refusal::{PointAccountNotExist, PointFreezeStatusError, PointNotEnough, PointTotalTooLarge};
    let (none, few, ended) = (Err(PointAccountNotExist), Err(PointNotEnough), Err(PointFreezeStatusError));
    let ok = |available, frozen, spent| Ok((available, frozen, spent));
    let expect = [
        (
            Kind::Deposit,
            [
                ok(5, 0, 0),
                ok(10, 0, 0),
                ok(14, 0, 3),
                ok(9, 0, 0),
                ok(5, 5, 0),
                ok(11, 7, 8),
                ok(5, 4, 0),
                ok(5, 0, 5),
                Err(PointTotalTooLarge),
            ],
        ),
        (Kind::Consume, [none, ok(0, 0, 5), ok(4, 0, 8), few, few, ok(1, 7, 13), few, few, ok(0, 5, TOTAL_MAX - 5)]),
        (Kind::Freeze, [none, ok(0, 5, 0), ok(4, 5, 3), few, few, ok(1, 12, 8), few, few, ok(0, 10, TOTAL_MAX - 10)]),
        (Kind::Commit, [none, ended, ended, ended, ok(0, 0, 5), ok(6, 2, 13), ended, ended, ok(5, 0, TOTAL_MAX - 5)]),
        (Kind::Cancel, [none, ended, ended, ended, ok(5, 0, 0), ok(11, 2, 8), ended, ended, ok(10, 0, TOTAL_MAX - 10)]),
    ];
    assert!(expect.iter().map(|(kind, _)| *kind).eq(Kind::ALL));
    for (kind, expect) in expect {
        for ((name, before), expect) in states().into_iter().zip(expect) {
            let after = change(before, kind, amount(5));
            let numbers = after.map(|it| (it.available, it.frozen, it.spent));
            assert_eq!(numbers, expect, "{} {name}", kind.name());
            let before = before.unwrap_or_default();
            let deposited = if kind == Kind::Deposit { 5 } else { 0 };
            assert!(after.is_ok_and(|after| after.total == before.total + deposited) || expect.is_err(), "{name}");
        }
    }
}

#[test]
fn points_are_conserved_and_never_negative_however_commands_follow_each_other() {
    let mut seen: HashSet<[i64; 4]> = HashSet::new();
    let mut now: Vec<Option<Account>> = vec![None];
    // Ten commands in every order, of one to three points each.
    for _ in 0..10 {
        let mut next = Vec::new();
        for before in now {
            for kind in Kind::ALL {
                for points in 1..=3 {
                    let Ok(after) = change(before, kind, amount(points)) else { continue };
                    let Account { available, frozen, spent, total } = after;
                    assert_eq!(available + frozen + spent, total);
                    assert!(0 <= available && 0 <= frozen && 0 <= spent && total <= TOTAL_MAX);
                    let Account { total: deposited, spent: gone, .. } = before.unwrap_or_default();
                    assert!(deposited <= total && gone <= spent, "nothing that was given or spent is taken back");
                    if seen.insert([available, frozen, spent, total]) {
                        next.push(Some(after));
                    }
                }
            }
        }
        now = next;
    }
    assert!(1_000 < seen.len(), "{}", seen.len());
}

#[test]
fn numbers_that_no_account_has_are_refused_and_never_wrap() {
    let most = Amount::new(Amount::MAX).expect("ten digits");
    for number in [i64::MAX, i64::MIN] {
        for kind in Kind::ALL {
            let impossible = Account { available: number, frozen: number, spent: number, total: number };
            assert!(change(Some(impossible), kind, most).is_err(), "{} {number}", kind.name());
        }
    }
}

#[test]
fn a_freeze_ends_once_and_whole() {
    let waiting = Freeze { amount: amount(5), waits: true };
    let ended = Freeze { waits: false, ..waiting };
    for (freeze, stated, expect) in [
        (waiting, None, Ok(amount(5))),
        (waiting, Some(amount(5)), Ok(amount(5))),
        (waiting, Some(amount(4)), Err(Refusal::PointFreezeInPart)),
        (waiting, Some(amount(6)), Err(Refusal::PointFreezeInPart)),
        (ended, None, Err(Refusal::PointFreezeStatusError)),
        (ended, Some(amount(5)), Err(Refusal::PointFreezeStatusError)),
        (ended, Some(amount(4)), Err(Refusal::PointFreezeStatusError)),
    ] {
        assert_eq!(freeze.end(stated), expect, "{freeze:?} {stated:?}");
    }
}

#[test]
fn a_card_is_open_to_the_end_of_its_last_second() {
    let card = Card { id: CardId::new(1, 7), pid: "2088".to_owned(), activity: 5, ends_at: 30_000 };
    for (at, expect) in [(0, Ok(())), (30_000, Ok(())), (30_999, Ok(())), (31_000, Err(Refusal::CampaignStatusError))] {
        assert_eq!(card.is_open(at), expect, "{at}");
    }
    assert!(card.is_open(card.ended_at()).is_err() && card.is_open(card.ended_at() - 1).is_ok());
}

#[test]
fn an_amount_is_one_to_ten_plain_digits() {
    for (text, expect) in [("1", 1), ("10", 10), ("9999999999", Amount::MAX)] {
        assert_eq!(Amount::parse(text).map(Amount::points), Some(expect), "{text}");
    }
    for text in ["", "0", "01", "-1", "+1", " 1", "1 ", "1.0", "1e3", "10000000000", "99999999999999999999", "１", "x"]
    {
        assert_eq!(Amount::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_kind_is_known_by_its_name_in_any_case() {
    for kind in Kind::ALL {
        let lower = kind.name().to_lowercase();
        let mixed = format!("{}{}", &kind.name()[..1], &lower[1..]);
        for name in [kind.name(), &lower, &mixed] {
            assert_eq!(Kind::from_name(name), Some(kind));
        }
    }
    for name in ["", "DEPOSITS", " DEPOSIT", "FREEZED"] {
        assert_eq!(Kind::from_name(name), None, "{name:?}");
    }
}
