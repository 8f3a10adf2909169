//! Histories that are imported, and crowd groups of one shop, as an operator and an app would make them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fastrand::Rng;

use crate::gateway::CONNECTIONS;
use crate::gateway::load::{Idle, Pace, drive};
use crate::programs::run;
use crate::server::{FIRST_USER, NOW, PID, Server, Shop};

const SET: &str = "koubei.catering.crowdgroup.condition.set";
/// The merchant's shop that has groups.
pub(super) const SHOP_ID: &str = "2026010100077000000000000001";
/// Another one, in which nothing happens.
pub(super) const SHOP_WITHOUT_GROUPS: &str = "2026010100077000000000000002";
/// The periods that a window may have, days.
const PERIODS: [u16; 5] = [30, 60, 90, 180, 365];
const DAY_SECONDS: i64 = 86_400;

/// An empty store, whose merchant has both shops.
pub(super) fn open(name: &str) -> io::Result<Shop> {
    let shops = [SHOP_ID, SHOP_WITHOUT_GROUPS].map(|id| format!("[[merchant.shop]]\nshop_id = \"{id}\"\n"));
    Shop::with_world(name, &shops.concat())
}

/// Writes a file of so many payments for each of these days before [`NOW`], at any second of the day; each is by the
/// user that `user` says.
pub(super) fn write(
    shop: &Shop,
    days_before: impl Iterator<Item = i64>,
    each: usize,
    mut user: impl FnMut(&mut Rng) -> u64,
) -> io::Result<PathBuf> {
    let path = shop.beside("history.csv");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut rng = Rng::with_seed(14);
    writeln!(file, "trade_no,user_id,shop_id,total_amount,paid_at")?;
    let mut trade_no = 31_198_000_000_u64;
    for day in days_before {
        for _ in 0..each {
            let seconds = day * DAY_SECONDS - rng.i64(0..DAY_SECONDS);
            let (user, fen) = (user(&mut rng), rng.u32(100..=30_000));
            let paid_at = wire::time::format(NOW - seconds * 1000);
            writeln!(file, "{trade_no},{user},{SHOP_ID},{}.{:02},{paid_at}", fen / 100, fen % 100)?;
            trade_no += 17;
        }
    }
    file.into_inner()?.sync_all()?;
    Ok(path)
}

/// The user of a place that is below `places`, as [`crate::server::user_id`] has it.
pub(super) fn any_user(rng: &mut Rng, places: usize) -> u64 {
    FIRST_USER.unsigned_abs() + rng.u64(0..places as u64)
}

/// Has the app make these groups: the name and the conditions of each.
pub(super) fn make_groups(shop: &Shop, server: &Server, groups: &[(String, String)]) -> io::Result<()> {
    let set = |(name, conditions): &(String, String)| {
        let content = format!(
            r#"{{"operation":"CREATE","shop_id":"{SHOP_ID}","crowd_group_id":"{name}","describe":"{name}","condition_model_list":[{conditions}],"operator_id":"{PID}"}}"#
        );
        shop.signed(SET, &content, &[])
    };
    let requests: Vec<_> = groups.iter().map(set).collect();
    drive(server, requests.iter(), CONNECTIONS, (Duration::MAX, Pace::Full, Idle::Sleep), |_| {}).map(drop)
}

/// One condition.
pub(super) fn condition(rule: &str, period: Option<u16>, operator: &str, value: &str) -> String {
    let unit = match rule {
        "TRADE_AMT" | "PCT_AMT" | "LAST_PAY_AMT" => "YUAN",
        "TRADE_CNT" => "COUNT",
        "LAST_PAY_DATE" => "DAY",
        _ => "TICKET",
    };
    let period = period.map(|days| format!(r#""period":"{days}","#)).unwrap_or_default();
    format!(
        r#"{{"operator_rule":"{rule}",{period}"logical_operator":"{operator}","operation_value":"{value}","rule_unit":"{unit}"}}"#
    )
}

/// One condition on each fact that a payment changes: 17 of them.
pub(super) fn all_facts() -> String {
    let of = |days| ["TRADE_AMT", "TRADE_CNT", "PCT_AMT"].map(|rule| condition(rule, Some(days), "GTEQ", "1"));
    let last = ["LAST_PAY_DATE", "LAST_PAY_AMT"].map(|rule| condition(rule, None, "GTEQ", "1"));
    PERIODS.into_iter().flat_map(of).chain(last).collect::<Vec<_>>().join(",")
}

/// So many groups of three conditions each, of which some hold for most users and some for few.
pub(super) fn random_groups(count: usize) -> Vec<(String, String)> {
    let mut rng = Rng::with_seed(7);
    let group = |nth| {
        let days = |rng: &mut Rng| PERIODS[rng.usize(..PERIODS.len())];
        let (first, second) = (days(&mut rng), days(&mut rng));
        let yuan = (f64::from(first) * rng.f64() * 25.0).round().to_string();
        let conditions = [
            condition("TRADE_AMT", Some(first), ["GTEQ", "LTEQ"][rng.usize(..2)], &yuan),
            condition("TRADE_CNT", Some(second), "GTEQ", &rng.u16(1..second / 8).to_string()),
            match rng.u8(..3) {
                0 => condition("LAST_PAY_DATE", None, "LTEQ", &rng.u8(1..30).to_string()),
                1 => condition("PCT_AMT", Some(first), "GT", &rng.u8(50..200).to_string()),
                _ => condition("VERIFY_VOUCHER_CNT", Some(second), "LTEQ", "3"),
            },
        ];
        (format!("group{nth}"), conditions.join(","))
    };
    (0..count).map(group).collect()
}

/// Has an operator count a group.
pub(super) fn count_group(binary: &Path, shop: &Shop, group: &str) -> io::Result<()> {
    run(Command::new(binary).args(["crowd", "count", "--group", group, "--data"]).arg(shop.data()))
}
