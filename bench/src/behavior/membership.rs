//! Which of 100 crowd groups of a shop a user falls into: `condition.query` for one user after the other, each of whom
//! has a past.

use std::io;

use super::history;
use crate::Options;
use crate::gateway::beside::{Calls, Speed};
use crate::gateway::in_parallel;
use crate::import::seconds_of_import;
use crate::report::{Goal, Part};
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
    let requests = in_parallel(0..users, |place| {
        let user_id = user_id(place as i64);
        shop.signed(QUERY, &format!(r#"{{"shop_id":"{}","user_id":"{user_id}"}}"#, history::SHOP_ID), &[])
    });
    let mut calls = Calls::default();
    for round in 0..options.rounds {
        speed.measure(&shop, &requests, &mut calls)?;
        println!("behavior, membership: round {} of {}", round + 1, options.rounds);
    }
    part.lines.push(format!(
        "- `condition.query` of users with {EACH} payments in a shop with {GROUPS} crowd groups, {}",
        calls.sentence()
    ));
    // The answer itself takes a signature; all else may take another.
    let goal = format!("condition.query in {GROUPS} crowd groups, one core, signature / call");
    part.goals.push(Goal::at_least(goal, 50.0, calls.signature_share(), " %"));
    Ok(())
}
