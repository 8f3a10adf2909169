//! Coupons are found by holder and by token, and changed once at a time; taking part is counted, one at a time.

use domain::id::VoucherId;
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::{Redemption, Status};
use store::coupon::{get, insert, of_member, of_token, update};
use store::participation::{self, EVER};
use store::{Fault, Stop, each_engine};

use crate::probe::{read, write};

const PID: &str = "2088201914979011";
const OTHER_PID: &str = "2088201914979022";
const USER: &str = "2088102146931393";
const OTHER_USER: &str = "2088102146931394";
const NOW: i64 = 1_767_225_600_000;

fn a_coupon(number: i64) -> IssuedCoupon {
    IssuedCoupon {
        id: VoucherId::new(NOW, store::coupon::bucket(PID, USER).id(number)),
        pid: PID.to_owned(),
        user_id: USER.to_owned(),
        activity: Some(71),
        tool: Some(72),
        token: Some("7d3f6c1e0a5b4c2d9e8f7a6b5c4d3e2f".to_owned()),
        redemption: Redemption::new(NOW, NOW + 1_000 * (10 - number)),
        version: 1,
    }
}

fn numbers(coupons: &[IssuedCoupon]) -> Vec<i64> {
    coupons.iter().map(|coupon| coupon.id.number >> 10).collect()
}

each_engine!(a_coupon_is_found_by_its_holder_and_by_its_token, |test| {
    let others = IssuedCoupon {
        id: VoucherId::new(NOW, store::coupon::bucket(PID, OTHER_USER).id(9)),
        user_id: OTHER_USER.to_owned(),
        token: None,
        ..a_coupon(9)
    };
    let used = Redemption { status: Status::Used, used_at: Some(NOW), trade: Some(1), ..a_coupon(4).redemption };
    let used = IssuedCoupon { redemption: used, version: 7, ..a_coupon(4) };
    let held =
        Redemption { status: Status::Using, held_until: Some(NOW + 5), trade: Some(1), ..a_coupon(3).redemption };
    let held = IssuedCoupon { redemption: held, ..a_coupon(3) };
    let all = [a_coupon(1), a_coupon(2), held, used, others];
    let kept = all.clone();
    write(test.store(), move |tx| Ok(insert(tx, &kept)?)).await.unwrap();
    read(test.store(), move |tx| {
        for coupon in &all {
            assert_eq!(get(tx, coupon.id.number)?.as_ref(), Some(coupon));
        }
        assert_eq!(get(tx, store::coupon::bucket(PID, USER).id(99))?, None);
        // The first to end comes first, up to the end of its last second; what was used is in nobody's hands.
        for (pid, user, now, expect) in [
            (PID, USER, NOW, vec![3, 2, 1]),
            (PID, USER, NOW + 7_999, vec![3, 2, 1]),
            (PID, USER, NOW + 8_000, vec![2, 1]),
            (PID, USER, NOW + 10_000, vec![]),
            (PID, OTHER_USER, NOW, vec![9]),
            (OTHER_PID, USER, NOW, vec![]),
        ] {
            assert_eq!(numbers(&of_member(tx, pid, user, now)?), expect, "{pid} {user} {now}");
        }
        let token = all[0].token.as_deref().unwrap();
        assert_eq!(numbers(&of_token(tx, PID, USER, token)?), [1, 2, 3, 4]);
        assert_eq!(of_token(tx, PID, USER, "7d3f6c1e0a5b4c2d9e8f7a6b5c4d3e2e")?, []);
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(of_two_changes_of_one_coupon_the_second_finds_the_first, |test| {
    let coupon = a_coupon(1);
    let kept = [coupon.clone()];
    write(test.store(), move |tx| Ok(insert(tx, &kept)?)).await.unwrap();
    let held = Redemption { status: Status::Using, trade: Some(5), held_until: Some(NOW + 9), ..coupon.redemption };
    let held = IssuedCoupon { redemption: held, ..coupon.clone() };
    let kept = held.clone();
    write(test.store(), move |tx| Ok(update(tx, &kept)?)).await.unwrap();
    let number = coupon.id.number;
    let found = read(test.store(), move |tx| Ok(get(tx, number)?)).await.unwrap();
    assert_eq!(found, Some(IssuedCoupon { version: 2, ..held.clone() }));
    let late = write(test.store(), move |tx| Ok(update(tx, &held)?)).await;
    assert!(matches!(late, Err(Stop::Fault(Fault::Stale | Fault::Busy(_)))), "{late:?}");
});

each_engine!(of_many_who_take_part_at_once_each_is_counted, |test| {
    const AT_ONCE: i64 = 24;
    let waiting: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            tokio::spawn({
                let store = test.store().clone();
                async move {
                    write(&store, |tx| {
                        let ever = participation::count(tx, PID, 71, USER, EVER)?;
                        assert_eq!(participation::count(tx, PID, 71, USER, "2026-W01")?, ever);
                        Ok(ever)
                    })
                    .await
                    .unwrap()
                }
            })
        })
        .collect();
    let mut seen = Vec::new();
    for one in waiting {
        seen.push(one.await.unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=AT_ONCE).collect::<Vec<_>>());
    read(test.store(), |tx| {
        for (activity, user, part, expect) in [
            (71, USER, EVER, AT_ONCE),
            (71, USER, "2026-W01", AT_ONCE),
            (71, USER, "2026-W02", 0),
            (72, USER, EVER, 0),
            (71, OTHER_USER, EVER, 0),
        ] {
            assert_eq!(participation::times(tx, PID, activity, user, part)?, expect);
        }
        Ok(())
    })
    .await
    .unwrap();
});
