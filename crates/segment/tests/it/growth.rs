//! What members cost in memory: few of them little, and many of them a few bytes each.

use segment::{Expr, Kind, Members, Value};

use crate::worlds::tag;

/// The eight built-in dimensions: how many values each has.
const VALUES: [u32; 8] = [2, 6, 12, 340, 340, 10, 5, 2];

fn members(len: u64) -> Members {
    let tags = (0..VALUES.len()).map(|place| tag(&format!("tag_{place}"), Kind::Enum)).collect();
    let (mut members, mut rng) = (Members::new(tags, &[0, 1, 4]), fastrand::Rng::with_seed(4));
    let mut user = 2_088_000_000_000_000;
    for _ in 0..len {
        user += rng.u64(1..1000);
        // Places are of unlike size, as in life.
        let code = |rng: &mut fastrand::Rng, values: u32| (rng.f64().powi(3) * f64::from(values)) as u32 + 110_000;
        let codes = VALUES.map(|values| (rng.u8(..20) != 0).then(|| code(&mut rng, values).to_string()));
        let known = codes.iter().enumerate().filter_map(|(tag, code)| Some((tag, Value::Code(code.as_deref()?))));
        members.put(user, 1, &known.collect::<Vec<_>>());
    }
    members
}

#[test]
fn a_hundred_members_are_sixteen_kilobytes() {
    let mut members = members(100);
    let all: Vec<usize> = (0..VALUES.len()).collect();
    let check = |members: &Members| {
        // What is kept of answers counts too.
        members.answer(&Expr::All(Vec::new()), &all, 0);
        assert!(members.bytes() <= 16 << 10, "{} bytes", members.bytes());
    };
    check(&members);
    members.merge();
    check(&members);
}

#[test]
fn a_member_of_many_is_a_few_bytes_and_its_row_is_found() {
    const MEMBERS: u64 = 300_000;
    let mut members = members(MEMBERS);
    members.merge();
    let all: Vec<usize> = (0..VALUES.len()).collect();
    let (dimensions, bytes) = (members.base_bytes(&all) as u64, members.bytes() as u64);
    assert!(dimensions <= 4 * MEMBERS, "{} bytes a member", dimensions as f64 / MEMBERS as f64);
    // Beside the dimensions: the user, its row and its version.
    assert!(bytes - dimensions <= 8 * MEMBERS, "{} bytes a member", bytes as f64 / MEMBERS as f64);
    let everybody = Expr::All(Vec::new());
    let found = |user| members.matches(user, &everybody, 0).is_some();
    let mut rng = fastrand::Rng::with_seed(4);
    let mut user = 2_088_000_000_000_000;
    for _ in 0..1000 {
        user += rng.u64(1..1000);
        VALUES.iter().for_each(|_| {
            if rng.u8(..20) != 0 {
                rng.f64();
            }
        });
        assert!(found(user));
    }
    assert!(!found(2_088_000_000_000_000) && !found(u64::MAX) && !found(0));
}
