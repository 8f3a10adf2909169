//! Days in which very many payments leave a window: the clock of a stand-in is moved by a day and a group is counted,
//! again and again; and how long other calls take meanwhile, `condition.query` and `alipay.trade.pay` in turn.

use std::io;

use super::history::{self, condition, count_group};
use crate::Options;
use crate::crowds::data::Data;
use crate::gateway::in_parallel;
use crate::gateway::meanwhile::{Meanwhile, Pressure};
use crate::import::{seconds_of_import, write_members};
use crate::report::Part;
use crate::server::{all_cores, user_id};
use crate::vouchers::fill;

const QUERY: &str = "koubei.catering.crowdgroup.condition.query";
/// Payments that leave a window in a day: fifty of each of a million members in a year come to that.
const LEAVING: usize = 137_000;
/// Days that pass.
const DAYS: i64 = 5;
const WINDOW: u16 = 30;
const GROUP: &str = "regulars";
/// Who calls meanwhile: places after those of the members.
const OTHERS: usize = 5_000;
const BALANCE_FEN: i64 = 100_000_000;

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let Options { binary, members, .. } = options;
    let pressure = Pressure::of_machine(options)?;
    let shop = history::open("behavior-leaving")?;
    shop.serve(binary, "0")?.stop()?;
    let first = *members as i64;
    fill::folder(&shop.data(), async |store| fill::accounts(store, first..first + OTHERS as i64, BALANCE_FEN).await)?;
    let server = shop.serve(binary, &all_cores()?)?;
    let file = write_members(&shop, *members)?;
    seconds_of_import(binary, "members", &shop, &file)?;
    let users = Data::generate(*members).users;
    let days = (i64::from(WINDOW) - DAYS + 1..=i64::from(WINDOW)).rev();
    let file = history::write(&shop, days, LEAVING, |rng| users[rng.usize(..users.len())])?;
    seconds_of_import(binary, "trades", &shop, &file)?;
    let conditions =
        ["TRADE_AMT", "TRADE_CNT", "PCT_AMT"].map(|rule| condition(rule, Some(WINDOW), "GTEQ", "1")).join(",");
    history::make_groups(&shop, &server, &[(GROUP.to_owned(), conditions)])?;
    server.stop()?;
    shop.keep()?;
    let requests = in_parallel(0..pressure.most(), |nth| {
        let user_id = user_id(first + (nth / 2 % OTHERS) as i64);
        if nth % 2 == 0 {
            return shop.signed(QUERY, &format!(r#"{{"shop_id":"{}","user_id":"{user_id}"}}"#, history::SHOP_ID), &[]);
        }
        let code = store::account_key::default_code(&user_id).expect("users have one on a stand-in");
        let order = format!(r#""out_trade_no":"{nth}","subject":"白领午餐","total_amount":"8.80""#);
        shop.signed("alipay.trade.pay", &format!(r#"{{"scene":"bar_code","auth_code":"{code}",{order}}}"#), &[])
    });
    let mut meanwhile = Meanwhile::default();
    for round in 0..options.rounds {
        shop.copy_kept()?;
        let server = shop.serve(binary, &all_cores()?)?;
        count_group(binary, &shop, GROUP)?;
        meanwhile.measure(&server, options, &pressure, &requests, || {
            (0..DAYS).try_for_each(|_| {
                shop.advance(binary, "1d")?;
                count_group(binary, &shop, GROUP)
            })
        })?;
        server.stop()?;
        println!("behavior, leaving: round {} of {}", round + 1, options.rounds);
    }
    part.lines.extend([
        format!(
            "{LEAVING} payments of {members} members leave a window of {WINDOW} days on each of {DAYS} days, all cores, SQLite, \
             beside {:.0} calls a second, half of them payments:",
            pressure.rate()
        ),
        String::new(),
        format!("- {DAYS} times `punchcard clock advance 1d` and `crowd count` take {:.2} s", meanwhile.took()),
    ]);
    meanwhile.add_to(part, &format!("{LEAVING} payments leave a window on each of {DAYS} days"));
    Ok(())
}
