use super::*;
use crate::activity::{self, Frequency, Kind};
use crate::coupon::Begin;
use crate::id::CampId;
use crate::trade::Origin;

const NOON: i64 = 1_767_240_000_000; // 2026-01-01 12:00:00 in UTC+8
const ITEM: i64 = 71 << 10;

/// A claim that nothing is against.
#[derive(Clone)]
struct Claim {
    token: Token,
    item: i64,
    activity: Activity,
    prize: Prize,
    left: BudgetLeft,
    taker: Claimant,
    now: i64,
}

fn claim() -> Claim {
    let origin = Origin {
        app_id: "2021000000000001".to_owned(),
        auth_app_id: "2021000000000001".to_owned(),
        notify_url: None,
        sign_type: "RSA2".to_owned(),
    };
    let activity = Activity {
        id: CampId::new(NOON, ITEM),
        pid: "2088201914979011".to_owned(),
        name: "全场代金".to_owned(),
        kind: Kind::DirectSend,
        status: activity::Status::Started,
        starts_at: NOON - 10_000,
        ends_at: NOON + 10_000,
        length_ms: 20_000,
        auto_delay: false,
        crowd: None,
        content: "{}".to_owned(),
        origin,
        version: 1,
    };
    let prize = Prize {
        tool: 72 << 10,
        restriction: Restriction::None,
        limits: Limits::default(),
        repeats: false,
        send_num: 1,
        validity: Validity::Fixed { starts_at: NOON, ends_at: NOON + 100 },
    };
    Claim {
        token: Token { activity: ITEM, expires_at: NOON + 5, used: false },
        item: ITEM,
        activity,
        prize,
        left: BudgetLeft { total: 1, today: None },
        taker: Claimant {
            in_crowd: true,
            has_paid: true,
            student: false,
            cards: Vec::new(),
            times: vec![0],
            holds_unredeemed: false,
        },
        now: NOON,
    }
}

fn check(name: &str, change: impl Fn(&mut Claim), expect: Result<Verdict, Refusal>) {
    let mut it = claim();
    change(&mut it);
    let verdict = verdict(it.token, it.item, &it.activity, &it.prize, it.left, &it.taker, it.now);
    assert_eq!(verdict, expect, "{name}");
}

const TAKE: Result<Verdict, Refusal> = Ok(Verdict::Take);

#[test]
fn a_token_gives_once_on_its_own_page_in_its_time() {
    check("nothing against it", |_| (), TAKE);
    check("its last moment", |it| it.token.expires_at = NOON + 1, TAKE);
    check("over", |it| it.token.expires_at = NOON, Err(Refusal::TokenInvalid));
    check("another activity's page", |it| it.item = 73 << 10, Err(Refusal::TokenInvalid));
    check("another activity's token", |it| it.token.activity = 73 << 10, Err(Refusal::TokenInvalid));
    check("used", |it| it.token.used = true, Ok(Verdict::TakenBefore));
    let used_long_ago = |it: &mut Claim| {
        (it.token, it.left) = (Token { used: true, expires_at: 0, ..it.token }, BudgetLeft { total: 0, today: None });
        it.activity.status = activity::Status::Closed;
    };
    check("used, and all is over", used_long_ago, Ok(Verdict::TakenBefore));
    check("used, on another page", |it| (it.token.used, it.item) = (true, 1), Err(Refusal::TokenInvalid));
}

#[test]
fn an_activity_gives_while_it_runs_and_has_something_left() {
    for status in activity::Status::ALL {
        let expect = if status == activity::Status::Started { TAKE } else { Err(Refusal::CampaignEnded) };
        check(status.name(), |it| it.activity.status = status, expect);
    }
    check("its first moment", |it| it.activity.starts_at = NOON, TAKE);
    check("not yet", |it| it.activity.starts_at = NOON + 1, Err(Refusal::CampaignEnded));
    check("its last moment", |it| it.activity.ends_at = NOON, TAKE);
    let last = |it: &mut Claim| (it.activity.ends_at, it.token.expires_at, it.now) = (NOON, NOON + 1_000, NOON + 999);
    check("its last second", last, TAKE);
    check("no more", |it| it.activity.ends_at = NOON - 1, Err(Refusal::CampaignEnded));
    for (total, today, expect) in [
        (1, Some(1), TAKE),
        (0, None, Err(Refusal::CampaignSoldOut)),
        (5, Some(0), Err(Refusal::CampaignSoldOut)),
        (0, Some(5), Err(Refusal::CampaignSoldOut)),
    ] {
        check("left", |it| it.left = BudgetLeft { total, today }, expect);
    }
}

#[test]
fn one_takes_part_as_often_as_one_may() {
    let too_often = Err(Refusal::TookPartTooOften);
    for (in_all, frequency, times, expect) in [
        (None, "", vec![99], TAKE),
        (Some(2), "", vec![1], TAKE),
        (Some(2), "", vec![2], too_often),
        (None, "D||1", vec![99, 0], TAKE),
        (None, "D||1", vec![99, 1], too_often),
        (Some(3), "W||2", vec![2, 1], TAKE),
        (Some(3), "W||2", vec![3, 0], too_often),
        (Some(3), "M||2", vec![2, 2], too_often),
    ] {
        let limits = Limits { in_all, frequency: Frequency::parse(frequency) };
        check(frequency, |it| (it.prize.limits, it.taker.times) = (limits, times.clone()), expect);
    }
}

#[test]
fn it_is_for_those_whom_it_is_for() {
    let not = Err(Refusal::NotEligible);
    check("not in the crowd", |it| it.taker.in_crowd = false, not);
    let cards = |cards: &[&str]| cards.iter().map(|&card| card.to_owned()).collect::<Vec<_>>();
    let gold = || Restriction::MemberCard(cards(&["gold", "platinum"]));
    for (restriction, has_paid, student, held, expect) in [
        (Restriction::NewMember, false, false, &[][..], TAKE),
        (Restriction::NewMember, true, true, &["gold"], not),
        (Restriction::Student, true, true, &[], TAKE),
        (Restriction::Student, false, false, &["gold"], not),
        (gold(), true, false, &["silver", "platinum"], TAKE),
        (gold(), false, true, &["silver"], not),
        (gold(), false, true, &[], not),
        (Restriction::MemberCard(Vec::new()), false, true, &["gold"], not),
    ] {
        let name = format!("{restriction:?} {held:?}");
        let change = |it: &mut Claim| {
            it.prize.restriction = restriction.clone();
            (it.taker.has_paid, it.taker.student, it.taker.cards) = (has_paid, student, cards(held));
        };
        check(&name, change, expect);
    }
}

#[test]
fn who_holds_an_unused_one_takes_another_where_that_is_allowed() {
    check("holds one", |it| it.taker.holds_unredeemed = true, Err(Refusal::HoldsUnredeemed));
    check("may repeat", |it| (it.taker.holds_unredeemed, it.prize.repeats) = (true, true), TAKE);
}

type Reason = (Refusal, fn(&mut Claim));

/// Of several reasons against a claim the first of the contract's list is told, whatever others there are.
#[test]
fn the_first_reason_is_the_one_that_is_told() {
    let reasons: [Reason; 6] = [
        (Refusal::TokenInvalid, |it| it.token.expires_at = NOON),
        (Refusal::CampaignEnded, |it| it.activity.status = activity::Status::Closed),
        (Refusal::CampaignSoldOut, |it| it.left.total = 0),
        (Refusal::TookPartTooOften, |it| it.prize.limits.in_all = Some(0)),
        (Refusal::NotEligible, |it| it.taker.in_crowd = false),
        (Refusal::HoldsUnredeemed, |it| it.taker.holds_unredeemed = true),
    ];
    for set in 1..1_u32 << reasons.len() {
        let chosen = || reasons.iter().enumerate().filter(|(nth, _)| set >> nth & 1 == 1).map(|(_, reason)| reason);
        let first = chosen().next().expect("one at least").0;
        check(&format!("{set:b}"), |it| chosen().for_each(|(_, apply)| apply(it)), Err(first));
    }
}

#[test]
fn every_coupon_of_a_claim_is_of_its_token_and_counts_from_now() {
    let it = claim();
    let validity = Validity::Relative { days: 5, begin: Begin::AtOnce };
    for send_num in 1..=5 {
        let prize = Prize { send_num, validity, ..it.prize.clone() };
        let coupons = prize.coupons(&it.activity, "2088102146931393", "7d3f", NOON, |nth| i64::from(nth + 1) << 10);
        assert_eq!(coupons.len(), usize::from(send_num));
        for (nth, coupon) in (1..).zip(&coupons) {
            let (starts_at, ends_at) = validity.of_taken(NOON);
            assert_eq!(coupon.id, VoucherId::new(NOON, nth << 10));
            assert_eq!(coupon.redemption, Redemption::new(starts_at, ends_at));
            assert_eq!((coupon.activity, coupon.tool), (Some(ITEM), Some(it.prize.tool)));
            assert_eq!((&*coupon.user_id, coupon.token.as_deref()), ("2088102146931393", Some("7d3f")));
        }
    }
}
