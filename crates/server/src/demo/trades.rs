//! What the demo's members paid within a year, the same on every machine but for the days that it was on.

use super::{MEMBERS, SEED, SHOP_IDS, USER_IDS, member_id};
use std::fmt::Write;
use wire::{money, time};

const DAY_MS: i64 = 86_400_000;
const DAYS: i64 = 365;
/// The prices of what people buy at a supermarket, in fen.
const PRICES: [i64; 8] = [350, 580, 1_290, 1_990, 2_850, 4_500, 6_880, 12_800];
/// Three in four go to the first shop.
const SHOPS: [&str; 4] = [SHOP_IDS[0], SHOP_IDS[0], SHOP_IDS[0], SHOP_IDS[1]];

/// The number of the trade that the demo's user has paid, for which there are points.
pub(super) const USERS_TRADE: &str = "hgs_user_1";

/// The midnight (UTC+8) that was last at `now`, both UTC milliseconds: the year of trades ends there.
pub(super) fn midnight(now: i64) -> i64 {
    const EAST_MS: i64 = 8 * 3_600_000;
    (now + EAST_MS).div_euclid(DAY_MS) * DAY_MS - EAST_MS
}

/// The file that is imported: some four thousand trades within the year before `end`, and one of the demo's user.
pub(super) fn csv(end: i64) -> String {
    let mut random = fastrand::Rng::with_seed(SEED + 1);
    let mut csv = "trade_no,user_id,shop_id,total_amount,paid_at,refunded_amount,refunded_at\n".to_owned();
    let mut number = 0;
    for day in 0..DAYS {
        let midnight = end - (DAYS - day) * DAY_MS;
        // Every seventh day is a busy one.
        for _ in 0..if day % 7 == 0 { 20 } else { random.u8(7..=12) } {
            number += 1;
            // Some come often.
            let member = random.u64(..MEMBERS).min(random.u64(..MEMBERS));
            let fen: i64 = (0..random.u8(1..=5)).map(|_| PRICES[random.usize(..PRICES.len())]).sum();
            let paid_at = midnight + 8 * 3_600_000 + random.i64(0..14 * 3_600) * 1_000;
            let (user, shop) = (member_id(member), SHOPS[random.usize(..SHOPS.len())]);
            let (amount, paid) = (money::format(fen), time::format(paid_at));
            write!(csv, "hgs_{number:06},{user},{shop},{amount},{paid},").expect("strings grow");
            // One in forty brings something back the next day, if that is over.
            let (back, back_at) = (fen / random.i64(1..=2), paid_at + DAY_MS);
            let back = (random.u8(..40) == 0 && back_at < end).then(|| (money::format(back), time::format(back_at)));
            let (back, back_at) = back.unwrap_or_default();
            writeln!(csv, "{back},{back_at}").expect("strings grow");
        }
    }
    let (user, shop, paid) = (USER_IDS[0], SHOP_IDS[0], time::format(end - 4 * 3_600_000));
    writeln!(csv, "{USERS_TRADE},{user},{shop},88.00,{paid},,").expect("strings grow");
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_some_four_thousand_trades_and_ends_at_midnight() {
        let end = midnight(time::parse("2026-01-01 12:34:56").expect("a time"));
        assert_eq!(time::format(end), "2026-01-01 00:00:00");
        let csv = csv(end);
        let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
        assert!((3_500..4_500).contains(&rows.len()), "{}", rows.len());
        let past =
            |text: &str| text.is_empty() || time::parse(text).is_some_and(|at| end - DAYS * DAY_MS <= at && at < end);
        assert!(rows.iter().all(|row| row.len() == 7 && past(row[4]) && past(row[6])));
        assert!(50 < rows.iter().filter(|row| !row[5].is_empty()).count());
    }
}
