//! Vouchers of one template that all end at one moment of a manual clock: how long their expiry takes, and how long
//! other calls take meanwhile, `voucher.query` of another template's vouchers and `alipay.trade.pay` in turn.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use store::{Place, Store};

use super::fill::{HOUR_MS, Terms};
use super::{QUERY, Results, all_cores, fill};
use crate::Options;
use crate::gateway::load::{Idle, Pace, drive};
use crate::gateway::{CONNECTIONS, in_parallel};
use crate::programs::ask_sqlite;
use crate::report::Goal;
use crate::samples::Samples;
use crate::server::{NOW, Shop, user_id};
use crate::signature::signatures_a_second;

/// Calls a second, of what openssl signs on one core: the expiry has most of the machine.
const LOAD: f64 = 0.1;
/// How long the usual times are measured, in times of `--seconds`: the slowest hundredth must be some calls.
const USUAL: u64 = 5;
/// For how long there are calls, seconds.
const CALLS_LAST: f64 = 120.0;
/// Vouchers of the other template, and buyers.
const OTHERS: i64 = 5_000;
/// What a buyer has to pay with, fen.
const BALANCE_FEN: i64 = 100_000_000;

pub(super) fn run(options: &Options, results: &mut Results) -> io::Result<()> {
    let Options { binary, vouchers, rounds, seconds, .. } = options;
    let rate = LOAD * signatures_a_second(*seconds, "0")?;
    let cores = all_cores()?;
    let shop = Shop::open("vouchers-expiry")?;
    shop.serve(binary, &cores)?.stop()?;
    let others = fill::folder(&shop.data(), async |store| {
        fill::accounts(store, 0..OTHERS, BALANCE_FEN).await?;
        let other = fill::paid_template(store, Terms::default()).await?;
        let others = fill::send(store, &other, OTHERS..2 * OTHERS).await?;
        let ends_at = NOW + HOUR_MS;
        let ending = fill::paid_template(store, Terms { ends_at, ..Terms::default() }).await?;
        fill::send(store, &ending, 2 * OTHERS..2 * OTHERS + *vouchers as i64).await?;
        Ok(others)
    })?;
    shop.keep()?;
    let requests = in_parallel(0..(rate * CALLS_LAST) as usize, |nth| {
        let place = nth / 2 % OTHERS as usize;
        if nth % 2 == 0 {
            return shop.signed(QUERY, &format!(r#"{{"voucher_id":"{}"}}"#, others[place].to_text()), &[]);
        }
        let code = store::account_key::default_code(&user_id(place as i64)).expect("users have one on a stand-in");
        let order = format!(r#""out_trade_no":"{nth}","subject":"白领午餐","total_amount":"8.80""#);
        shop.signed("alipay.trade.pay", &format!(r#"{{"scene":"bar_code","auth_code":"{code}",{order}}}"#), &[])
    });
    let (mut took, mut usual, mut meanwhile) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..*rounds {
        shop.copy_kept()?;
        let server = shop.serve(binary, &cores)?;
        let mut left = requests.iter();
        let how = |time| (time, Pace::Rate(rate), Idle::Sleep);
        let before = Duration::from_secs(USUAL * seconds);
        let before = drive(&server, left.by_ref(), CONNECTIONS, how(before), |_| {})?;
        let ended = AtomicBool::new(false);
        let (seconds, during) = thread::scope(|scope| {
            let advancing = scope.spawn(|| {
                let start = Instant::now();
                // One second past the last one of the vouchers.
                let advanced = shop.advance(binary, "1h1s");
                ended.store(true, Ordering::Relaxed);
                advanced.map(|()| start.elapsed().as_secs_f64())
            });
            let calls = left.take_while(|_| !ended.load(Ordering::Relaxed));
            let during = drive(&server, calls, CONNECTIONS, how(Duration::MAX), |_| {});
            advancing.join().expect("no panic").and_then(|seconds| Ok((seconds, during?)))
        })?;
        server.stop()?;
        let file = Store::files(&Place::Folder(shop.data())).swap_remove(0);
        let expired = ask_sqlite(&file, "SELECT COUNT(*) FROM cash_voucher WHERE status = 'EXPIRED'")?;
        if expired != vouchers.to_string() {
            return Err(io::Error::other(format!("{expired} of {vouchers} vouchers have expired")));
        }
        took.push(seconds);
        usual.push(before.latencies);
        meanwhile.push(during.latencies);
        println!("vouchers, expiry: round {} of {rounds}", round + 1);
    }
    let each = |all: &[Samples], percent| Samples::new(all.iter().map(|it| it.percentile(percent)).collect());
    let slower = usual.iter().zip(&meanwhile).map(|(usual, now)| now.percentile(99.0) / usual.percentile(99.0));
    let (took, slower) = (Samples::new(took), Samples::new(slower.collect()));
    results.lines.extend([
        format!(
            "{vouchers} vouchers of one template expire at one moment, all cores, SQLite, beside {rate:.0} calls a second, \
             half of them payments:"
        ),
        String::new(),
        format!("- `punchcard clock advance` takes {took:.1} s: {:.0} vouchers/s", *vouchers as f64 / took.median()),
        format!("- calls before that: p50 {} µs, p99 {} µs", each(&usual, 50.0), each(&usual, 99.0)),
        format!("- calls meanwhile: p50 {} µs, p99 {} µs", each(&meanwhile, 50.0), each(&meanwhile, 99.0)),
    ]);
    let goal = format!("p99 of calls while {vouchers} vouchers expire, of the usual");
    results.goals.push(Goal::at_most(goal, 5.0, slower.median(), "×"));
    Ok(())
}
