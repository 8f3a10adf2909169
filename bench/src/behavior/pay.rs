//! `alipay.trade.pay` to a merchant one of whose crowd groups was counted, so that each payment changes all facts that
//! payments can change, beside the same where nobody has counted anything. Every buyer pays once and has paid before.

use std::io;

use super::history;
use crate::Options;
use crate::gateway::beside::{Calls, Speed};
use crate::gateway::in_parallel;
use crate::import::seconds_of_import;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{Shop, all_cores, user_id};
use crate::vouchers::fill;

/// What a buyer has to pay with, fen.
const BALANCE_FEN: i64 = 10_000;
/// Payments of a buyer in the year before, about.
const EACH: usize = 10;
const DAYS: i64 = 365;
const GROUP: &str = "all";

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let mut speed = Speed::begin(options)?;
    let buyers = speed.most();
    let shop = history::open("behavior-pay")?;
    shop.serve(&options.binary, "0")?.stop()?;
    fill::folder(&shop.data(), async |store| fill::accounts(store, 0..buyers as i64, BALANCE_FEN).await)?;
    let server = shop.serve(&options.binary, &all_cores()?)?;
    let a_day = buyers * EACH / DAYS as usize;
    let file = history::write(&shop, (1..=DAYS).rev(), a_day, |rng| history::any_user(rng, buyers))?;
    seconds_of_import(&options.binary, "trades", &shop, &file)?;
    history::make_groups(&shop, &server, &[(GROUP.to_owned(), history::all_facts())])?;
    server.stop()?;
    shop.keep()?;
    let requests = in_parallel(0..buyers, |place| {
        let code = store::account_key::default_code(&user_id(place as i64)).expect("users have one on a stand-in");
        let order = format!(r#""out_trade_no":"{place}","subject":"白领午餐","total_amount":"8.80""#);
        shop.signed("alipay.trade.pay", &format!(r#"{{"scene":"bar_code","auth_code":"{code}",{order}}}"#), &[])
    });
    let (mut without, mut with) = (Calls::default(), Calls::default());
    let count = |shop: &Shop| history::count_group(&options.binary, shop, GROUP);
    for round in 0..options.rounds {
        speed.measure(&shop, &requests, &mut without)?;
        speed.measure_after(&shop, count, &requests, &mut with)?;
        println!("behavior, pay: round {} of {}", round + 1, options.rounds);
    }
    let times = with.server_us().zip(without.server_us()).map(|(with, without)| with / without);
    let times = Samples::new(times.collect());
    part.lines.extend([
        format!("`alipay.trade.pay`, {buyers} buyers with about {EACH} payments in a year before, each pays once:"),
        String::new(),
        format!("- nobody has counted by behaviour, {}", without.sentence()),
        format!("- a crowd group with conditions on 17 facts was counted, {}", with.sentence()),
        format!("- processor time of a call, of one without: {times:.3}×"),
    ]);
    // 15 % less throughput of a core that does nothing else: 1 / 0.85.
    let goal = "alipay.trade.pay with all facts kept, processor time, of one without";
    part.goals.push(Goal::at_most(goal, 1.18, times.median(), "×"));
    Ok(())
}
