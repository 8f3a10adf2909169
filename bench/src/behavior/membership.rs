//! Which of 100 crowd groups of a shop a user falls into: `condition.query` for one user after the other, each of whom
//! has a past. What any call takes is that of a shop without groups, whose answer is always the same, so that the
//! server signs it once.

use std::io;

use super::history;
use crate::Options;
use crate::gateway::beside::{Calls, Speed};
use crate::gateway::in_parallel;
use crate::import::seconds_of_import;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{all_cores, user_id};

const QUERY: &str = "koubei.catering.crowdgroup.condition.query";
const GROUPS: usize = 100;
/// Payments of a user in a year, about.
const EACH: usize = 50;
const DAYS: i64 = 365;

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let mut speed = Speed::begin(options)?;
    let users = speed.most();
    let shop = history::open("behavior-membership")?;
    let server = shop.serve(&options.binary, &all_cores()?)?;
    let a_day = users * EACH / DAYS as usize;
    let file = history::write(&shop, (1..=DAYS).rev(), a_day, |rng| history::any_user(rng, users))?;
    seconds_of_import(&options.binary, "trades", &shop, &file)?;
    history::make_groups(&shop, &server, &history::random_groups(GROUPS))?;
    server.stop()?;
    shop.keep()?;
    let requests = |shop_id: &str| {
        in_parallel(0..users, |place| {
            let user_id = user_id(place as i64);
            shop.signed(QUERY, &format!(r#"{{"shop_id":"{shop_id}","user_id":"{user_id}"}}"#), &[])
        })
    };
    let [requests, without] = [history::SHOP_ID, history::SHOP_WITHOUT_GROUPS].map(requests);
    let (mut calls, mut empty) = (Calls::default(), Calls::default());
    for round in 0..options.rounds {
        speed.measure(&shop, &requests, &mut calls)?;
        speed.measure(&shop, &without, &mut empty)?;
        println!("behavior, membership: round {} of {}", round + 1, options.rounds);
    }
    let times = calls.server_us().zip(empty.server_us()).zip(calls.signature_us());
    let times = Samples::new(times.map(|((call, empty), signature)| (call - empty - signature) / signature).collect());
    part.lines.extend([
        format!(
            "- `condition.query` of users with {EACH} payments in a shop with {GROUPS} crowd groups, {}",
            calls.sentence()
        ),
        format!("- the same in a shop without groups, whose answer is signed once, {}", empty.sentence()),
        format!("- what a user's membership in {GROUPS} groups takes besides, of a signature's time: {times:.2}×"),
    ]);
    let goal = format!("membership of a user in {GROUPS} crowd groups, processor time, of a signature's");
    part.goals.push(Goal::at_most(goal, 1.0, times.median(), "×"));
    Ok(())
}
