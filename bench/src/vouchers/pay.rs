//! `alipay.trade.pay` by buyers who have 20 cash vouchers, each of another template, beside the same by buyers who have
//! none. Every buyer pays once. Vouchers that are for dearer orders show what looking at them takes; the others, what
//! using one takes besides.

use std::io;

use super::fill;
use super::fill::{DAY_MS, Terms};
use crate::Options;
use crate::gateway::beside::{Calls, Speed};
use crate::gateway::in_parallel;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{NOW, Shop, user_id};

/// Buyers of each kind, if openssl signs as many in the time of a measurement.
const BUYERS_MAX: usize = 5_000;
/// What a buyer has to pay with, fen.
const BALANCE_FEN: i64 = 10_000;
/// Vouchers of one buyer, each of another template.
const VOUCHERS: i64 = 20;

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let mut speed = Speed::begin(options)?;
    let buyers = speed.most().min(BUYERS_MAX);
    let count = buyers as i64;
    let shop = Shop::open("vouchers-pay")?;
    shop.serve(&options.binary, "0")?.stop()?;
    fill::folder(&shop.data(), async |store| {
        fill::accounts(store, 0..3 * count, BALANCE_FEN).await?;
        for nth in 0..VOUCHERS {
            // From 1.00 yuan on, for any order, or for one of 50 yuan.
            let terms = Terms { amount_fen: 100 + nth, quantity: count, ends_at: NOW + DAY_MS + nth, floor_fen: 0 };
            let fitting = fill::paid_template(store, terms).await?;
            fill::send(store, &fitting, count..2 * count).await?;
            let unfit = fill::paid_template(store, Terms { floor_fen: 5_000, ..terms }).await?;
            fill::send(store, &unfit, 2 * count..3 * count).await?;
        }
        Ok(())
    })?;
    shop.keep()?;
    let requests = |kind: usize| {
        in_parallel(kind * buyers..(kind + 1) * buyers, |place| {
            let user_id = user_id(place as i64);
            let code = store::account_key::default_code(&user_id).expect("users have one on a stand-in");
            let order = format!(r#""out_trade_no":"{place}","subject":"白领午餐","total_amount":"8.80""#);
            shop.signed("alipay.trade.pay", &format!(r#"{{"scene":"bar_code","auth_code":"{code}",{order}}}"#), &[])
        })
    };
    let requests = [requests(0), requests(1), requests(2)];
    let mut kinds = [Calls::default(), Calls::default(), Calls::default()];
    for round in 0..options.rounds {
        for (requests, calls) in requests.iter().zip(&mut kinds) {
            speed.measure(&shop, requests, calls)?;
        }
        println!("vouchers, pay: round {} of {}", round + 1, options.rounds);
    }
    let [none, fitting, unfit] = &kinds;
    let times = |calls: &Calls| {
        Samples::new(calls.server_us().zip(none.server_us()).map(|(with, without)| with / without).collect())
    };
    let (fitting_times, unfit_times) = (times(fitting), times(unfit));
    part.lines.extend([
        format!("`alipay.trade.pay`, {buyers} buyers of each kind, each pays once:"),
        String::new(),
        format!("- who have no voucher, {}", none.sentence()),
        format!("- who have {VOUCHERS} vouchers, of which the payment takes one, {}", fitting.sentence()),
        format!("- who have {VOUCHERS} vouchers for dearer orders, {}", unfit.sentence()),
        format!("- processor time of a call, of one without vouchers: {fitting_times:.3}× and {unfit_times:.3}×"),
    ]);
    let goal = "alipay.trade.pay with 20 cash vouchers, processor time, of one without";
    part.goals.push(Goal::at_most(goal, 1.25, fitting_times.median(), "×"));
    Ok(())
}
