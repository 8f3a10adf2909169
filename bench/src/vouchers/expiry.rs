//! Vouchers of one template that all end at one moment of a manual clock: how long their expiry takes, and how long
//! other calls take meanwhile, `voucher.query` of another template's vouchers and `alipay.trade.pay` in turn.

use std::io;

use store::{Place, Store};

use super::fill::{HOUR_MS, Terms};
use super::{QUERY, fill};
use crate::Options;
use crate::gateway::in_parallel;
use crate::gateway::meanwhile::{Meanwhile, Pressure};
use crate::programs::ask_sqlite;
use crate::report::Part;
use crate::server::{NOW, Shop, all_cores, user_id};

/// Vouchers of the other template, and buyers.
const OTHERS: i64 = 5_000;
/// What a buyer has to pay with, fen.
const BALANCE_FEN: i64 = 100_000_000;

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let Options { binary, vouchers, rounds, .. } = options;
    let pressure = Pressure::of_machine(options)?;
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
    let requests = in_parallel(0..pressure.most(), |nth| {
        let place = nth / 2 % OTHERS as usize;
        if nth % 2 == 0 {
            return shop.signed(QUERY, &format!(r#"{{"voucher_id":"{}"}}"#, others[place].to_text()), &[]);
        }
        let code = store::account_key::default_code(&user_id(place as i64)).expect("users have one on a stand-in");
        let order = format!(r#""out_trade_no":"{nth}","subject":"白领午餐","total_amount":"8.80""#);
        shop.signed("alipay.trade.pay", &format!(r#"{{"scene":"bar_code","auth_code":"{code}",{order}}}"#), &[])
    });
    let mut meanwhile = Meanwhile::default();
    for round in 0..*rounds {
        shop.copy_kept()?;
        let server = shop.serve(binary, &cores)?;
        // One second past the last one of the vouchers.
        meanwhile.measure(&server, options, &pressure, &requests, || shop.advance(binary, "1h1s"))?;
        server.stop()?;
        let file = Store::files(&Place::Folder(shop.data())).swap_remove(0);
        let expired = ask_sqlite(&file, "SELECT COUNT(*) FROM cash_voucher WHERE status = 'EXPIRED'")?;
        if expired != vouchers.to_string() {
            return Err(io::Error::other(format!("{expired} of {vouchers} vouchers have expired")));
        }
        println!("vouchers, expiry: round {} of {rounds}", round + 1);
    }
    let took = meanwhile.took();
    part.lines.extend([
        format!(
            "{vouchers} vouchers of one template expire at one moment, all cores, SQLite, beside {:.0} calls a second, \
             half of them payments:",
            pressure.rate()
        ),
        String::new(),
        format!("- `punchcard clock advance` takes {took:.1} s: {:.0} vouchers/s", *vouchers as f64 / took.median()),
    ]);
    meanwhile.add_to(part, &format!("{vouchers} vouchers expire"));
    Ok(())
}
