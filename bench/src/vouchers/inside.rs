//! `voucher.send` of one template inside of the process, on SQLite and on PostgreSQL, beside `pgbench`, which writes
//! the same rows on PostgreSQL. All of them wait for one row: the template's totals.

use std::io;
use std::sync::Arc;

use domain::template::Template;
use store::idempotency::{Claim, claim};
use store::testing::{Engine, TestStore, block_on, fresh};
use store::{Fault, Place, Stop, Store, Tx, cash_voucher, template, world};

use super::fill::DAY_MS;
use super::single::USERS;
use super::{SEND, fill};
use crate::Options;
use crate::inside::{Measurements, WAITING, check_caller, put_caller};
use crate::pgbench::Pgbench;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{NOW, PID, scratch, user_id};

/// How many clients `pgbench` has.
const CLIENTS: usize = 32;

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let place = Place::Folder(scratch("vouchers-inside")?.join("data"));
    let on_sqlite = Inside::prepare(Store::open(&place, fresh()).map_err(io::Error::other)?)?;
    // Gone, with its database, when this is dropped.
    let database = TestStore::new(Engine::Postgres);
    let on_postgres = Inside::prepare(database.store().clone())?;
    let peer = Pgbench::prepare("vouchers-peer", USERS, |store| Ok(statement(&Inside::prepare(store.clone())?)))?;
    let (mut sqlite, mut postgres, mut theirs) = (Measurements::default(), Measurements::default(), Vec::new());
    for round in 0..options.rounds {
        for (inside, measurements) in [(&on_sqlite, &mut sqlite), (&on_postgres, &mut postgres)] {
            let inside = inside.clone();
            measurements.measure(options.seconds, move |serial| inside.clone().send(serial));
        }
        theirs.push(peer.measure(CLIENTS, options.seconds)?);
        println!("vouchers, inside: round {} of {}", round + 1, options.rounds);
    }
    let theirs = Samples::new(theirs);
    part.lines.extend([
        format!("Sending a voucher of one template to one of {USERS} users, drawn at random:"),
        String::new(),
        format!(
            "- inside of the process, SQLite, {WAITING} waiting: {sqlite}; each checks its app, finds template and user, \
             claims its key, and writes the voucher and the template's totals"
        ),
        format!("- the same on PostgreSQL: {postgres}"),
        format!("- pgbench, {CLIENTS} clients: {theirs}/s"),
        format!("- {}", peer.settings()?),
    ]);
    let times = |ours: &Measurements| ours.rate() / theirs.median();
    // As for points: ours is the embedded store. On PostgreSQL both wait for the same commits of the same row.
    part.lines.push(format!("- ours on PostgreSQL is {:.2} times as fast as pgbench", times(&postgres)));
    part.lines.push(format!("\n```sql\n{}\n```", peer.statement));
    let goal = "voucher.send inside of the process on SQLite, of pgbench's";
    part.goals.push(Goal::at_least(goal, 2.0, times(&sqlite), "×"));
    Ok(())
}

/// A store with users and one template.
#[derive(Clone)]
struct Inside {
    store: Store,
    scope: Arc<str>,
    template: Template,
}

impl Inside {
    fn prepare(store: Store) -> io::Result<Inside> {
        let fill = async {
            store.write::<_, Fault, _>(put_caller).await?;
            fill::accounts(&store, 0..USERS, 0).await?;
            fill::paid_template(&store, fill::Terms::default()).await
        };
        let template = block_on(fill).map_err(io::Error::other)?;
        Ok(Inside { scope: scope(&template).into(), template, store })
    }

    /// One call, for a user who is drawn at random.
    async fn send(self, serial: i64) {
        let Inside { store, scope, template } = self;
        let user_id = user_id(fastrand::i64(0..USERS));
        let number = store.next_numbers(1).await.expect("a number");
        let out_biz_no = format!("{serial:012}");
        let write = move |tx: &mut Tx| -> Result<(), Stop> {
            check_caller(tx)?;
            let template = template::get(tx, template.id.number)?.expect("it is there");
            assert!(template.pid == PID && world::has_account(tx, &user_id)?);
            let mut voucher = fill::voucher(&template, user_id.clone(), number);
            voucher.memo = Some("兑换".to_owned());
            let claimed = claim(tx, &scope, &out_biz_no, &[7; 32], voucher.id.number, NOW)?;
            assert_eq!(claimed, Claim::New);
            cash_voucher::insert(tx, &template.pid, &[voucher])?;
            assert!(template::publish(tx, &template, 1)?, "there are enough");
            Ok(())
        };
        store.write(write).await.expect("it is sent");
    }
}

fn scope(template: &Template) -> String {
    format!("{SEND}/{PID}/{}", template.id.to_text())
}

/// The same rows in one statement. A user's bucket is the place of the user modulo 1,024: it costs what the true one
/// does.
fn statement(inside: &Inside) -> String {
    let (number, amount_fen) = (inside.template.id.number, inside.template.amount_fen);
    let (bucket, scope) = (store::Bucket::of_id(number).number(), &inside.scope);
    let (starts_at, ends_at) = (NOW - DAY_MS, NOW + DAY_MS);
    format!(
        "WITH new AS (SELECT n, (:user % 1024) AS bucket, CAST(2088000000000000 + :user AS text) AS user_id
    FROM nextval('req_id') AS n),
  claimed AS (INSERT INTO once (bucket, scope, key, fingerprint, subject, created_at)
    SELECT n * 769 % 1024, '{scope}', CAST(n AS text), decode(repeat('07', 32), 'hex'), n * 1024 + bucket, {NOW} FROM new),
  sent AS (INSERT INTO cash_voucher (bucket, id, template, user_id, memo, status, received_at, starts_at, ends_at, version)
    SELECT bucket, n * 1024 + bucket, {number}, user_id, '兑换', 'ENABLED', {NOW}, {starts_at}, {ends_at}, 1 FROM new)
UPDATE template_total SET published = published + 1
  WHERE bucket = {bucket} AND template = {number} AND published + 1 <= quantity
    AND used_fen + returned_fen <= {amount_fen} * (quantity - published - 1 + used + expired)"
    )
}
