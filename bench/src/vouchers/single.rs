//! `voucher.send` of one template, to one user after the other, and `voucher.query` of vouchers that nobody asked for
//! before, through the gateway.

use std::io;

use super::{QUERY, SEND, fill};
use crate::Options;
use crate::gateway::beside::{Calls, Speed};
use crate::gateway::in_parallel;
use crate::report::{Goal, Part};
use crate::server::{Shop, user_id};

/// Who is sent vouchers.
pub(super) const USERS: i64 = 100_000;

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let mut speed = Speed::begin(options)?;
    let shop = Shop::open("vouchers-single")?;
    shop.serve(&options.binary, "0")?.stop()?;
    let most = speed.most();
    let (template, sent) = fill::folder(&shop.data(), async |store| {
        fill::accounts(store, 0..USERS, 0).await?;
        let template = fill::paid_template(store, fill::Terms::default()).await?;
        let sent = fill::send(store, &template, 0..most as i64).await?;
        Ok((template, sent))
    })?;
    shop.keep()?;
    let template_id = template.id.to_text();
    let sends = in_parallel(0..most, |serial| {
        // Spread over the accounts as at random.
        let user_id = user_id(serial as i64 * 7_919 % USERS);
        let content = format!(
            r#"{{"template_id":"{template_id}","user_id":"{user_id}","out_biz_no":"{serial:012}","memo":"兑换"}}"#
        );
        shop.signed(SEND, &content, &[])
    });
    let queries = in_parallel(0..most, |place| {
        shop.signed(QUERY, &format!(r#"{{"voucher_id":"{}"}}"#, sent[place].to_text()), &[])
    });
    let (mut send, mut query) = (Calls::default(), Calls::default());
    for round in 0..options.rounds {
        speed.measure(&shop, &sends, &mut send)?;
        speed.measure(&shop, &queries, &mut query)?;
        println!("vouchers, single: round {} of {}", round + 1, options.rounds);
    }
    part.lines.extend([
        format!("- `voucher.send` of one template to {USERS} users, {}", send.sentence()),
        format!("- `voucher.query` of distinct vouchers, {}", query.sentence()),
    ]);
    part.goals.extend([
        Goal::at_least("voucher.send of one template, one core, signature / call", 75.0, send.signature_share(), " %"),
        Goal::at_least("voucher.query, distinct, one core, signature / call", 80.0, query.signature_share(), " %"),
    ]);
    Ok(())
}
