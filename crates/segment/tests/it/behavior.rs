//! Facts of members who move about: rows are sorted anew by their tags while members arrive, change and do things.

use std::collections::BTreeMap;

use segment::{Event, EventKind, Expr, Fact, Kind, Members, Place, Tag, Test, Value, day};

const DAY_MS: i64 = 86_400_000;
/// More than a chunk, so that chunks are sorted when they are full and when a quarter has changed.
const MEMBERS: u64 = 80_000;

fn tags() -> Vec<Tag> {
    [("group", Kind::Enum), ("city", Kind::Enum)].map(|(code, kind)| Tag { code: code.to_owned(), kind }).to_vec()
}

#[test]
fn facts_stay_with_their_members_when_rows_are_sorted() {
    let mut rng = fastrand::Rng::with_seed(2);
    let mut members = Members::new(tags(), &[0, 1]);
    let mut now = 1000 * DAY_MS;
    members.track(now);
    members.set_shops(&[Place { lon_e7: 1_200_000_000, lat_e7: 300_000_000 }]);
    let facts = [Fact::Amount(30), Fact::Count(30), Fact::Received(60), Fact::LastAmount, Fact::HomeDistance];
    members.require(&facts[..2], now);
    let mut paid: BTreeMap<u64, Vec<(i64, i64)>> = BTreeMap::new();
    let mut groups: BTreeMap<u64, u32> = BTreeMap::new();
    let (mut version, mut merge) = (0, None);
    let mut put = |members: &mut Members, groups: &mut BTreeMap<u64, u32>, rng: &mut fastrand::Rng, user| {
        version += 1;
        let (group, city) = (rng.u32(..7), rng.u32(..40));
        groups.insert(user, group);
        let (group, city) = (group.to_string(), city.to_string());
        members.put(user, version, &[(0, Value::Code(&group)), (1, Value::Code(&city))]);
        members.put_places(user, version, Some(home(user)), None);
    };
    for user in 0..MEMBERS {
        put(&mut members, &mut groups, &mut rng, user);
        if rng.u8(..3) == 0 {
            let (who, at, fen) = (rng.u64(..=user), now - rng.i64(0..40 * DAY_MS), rng.i64(1..5000));
            members.take(who, Event { at, kind: EventKind::Paid, id: user, net_fen: fen });
            members.take(who, Event { at, kind: EventKind::Received, id: user, net_fen: 0 });
            paid.entry(who).or_default().push((at, fen));
        }
        match user {
            20_000 => merge = members.begin_merge(),
            25_000 | 70_000 => {
                members.end_merge(merge.take().expect("it was begun").run());
                merge = (user == 25_000).then(|| members.begin_merge()).flatten();
            }
            _ => {}
        }
        if user % 10_000 == 0 {
            now += 3 * DAY_MS;
            members.require(&facts, now);
        }
    }
    for _ in 0..30_000 {
        let user = rng.u64(..MEMBERS);
        put(&mut members, &mut groups, &mut rng, user);
    }
    members.merge();
    for _ in 0..3_000 {
        let user = rng.u64(..MEMBERS);
        put(&mut members, &mut groups, &mut rng, user);
    }
    members.require(&facts, now);
    let within = |user: u64, days: i64| {
        let events = paid.get(&user).map_or(&[][..], Vec::as_slice);
        events.iter().filter(move |(at, _)| now - days * DAY_MS < *at && *at <= now)
    };
    let expr = Expr::All(vec![
        Expr::Test(Test::ranges(Fact::Amount(30), vec![(2000, i64::MAX)], false)),
        Expr::Test(Test::words(0, vec!["3".into()], true)),
    ]);
    let (mut crowd, mut matching) = (0, 0);
    for user in 0..MEMBERS {
        let amount: i64 = within(user, 30).map(|(_, fen)| fen).sum();
        assert_eq!(members.fact(user, Fact::Amount(30)), Some(amount));
        assert_eq!(members.fact(user, Fact::Count(30)), Some(within(user, 30).count() as i64));
        assert_eq!(members.fact(user, Fact::Received(60)), Some(within(user, 60).count() as i64));
        assert_eq!(members.fact(user, Fact::HomeDistance), Some(user as i64));
        crowd += u64::from(2000 <= amount && groups[&user] != 3);
        matching += u64::from(members.matches(user, &expr, day(now)) == Some(true));
    }
    let counts = members.count(&expr, &[0], day(now));
    assert_eq!((counts.total, matching), (crowd, crowd));
    assert!(1000 < crowd && counts.histograms[0].iter().all(|(group, _)| group != "3"));
}

/// A place as many times ten metres north of the shop as the user's number.
fn home(user: u64) -> Place {
    let degrees = user as f64 * 10.0 / (6_371_008.8 * std::f64::consts::PI / 180.0);
    Place { lon_e7: 1_200_000_000, lat_e7: 300_000_000 + (degrees * 1e7).round() as i32 }
}

#[test]
fn pasts_are_read_once_and_again_when_something_was_missed() {
    let mut members = Members::new(tags(), &[]);
    members.put(1, 1, &[]);
    assert!(!members.tracks() && !members.has_unread());
    members.track(0);
    members.put(2, 1, &[]);
    let mut unread = members.take_unread(10);
    unread.sort_unstable();
    assert_eq!((unread, members.has_unread()), (vec![1, 2], false));
    members.put_unread(vec![1]);
    members.put(2, 2, &[]);
    assert_eq!(members.take_unread(10), [1]);
    members.forget_pasts();
    assert_eq!(members.take_unread(1).len() + members.take_unread(1).len(), 2);
    assert!(!members.has_unread());
    // Who is no member is taken no event.
    members.take(9, Event { at: 0, kind: EventKind::Paid, id: 1, net_fen: 1 });
    assert_eq!((members.len(), members.fact(9, Fact::Count(30))), (2, None));
}
