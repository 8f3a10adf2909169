//! `trades`: rows a second of `punchcard import trades` into a running server, beside the `sqlite3` shell's
//! `.import` of the same file on the same disk: into a table that nothing is known of, and into one with the
//! keys that finding trades takes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use crate::Options;
use crate::import::{seconds_of_import, seconds_of_peer};
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{Shop, all_cores};

/// As many as the supermarket's year has.
const TRADES: u64 = 155_000;
const MEMBERS: u64 = 2_500;
const SHOPS: u64 = 300;
/// What `.import` writes into with keys: the number is unique, and a member's trades are together.
const KEYED: &str = "create table trade (trade_no text primary key, user_id text, shop_id text, total_amount text, paid_at text); \
    create index trade_of_member on trade (user_id, paid_at)";
/// The shop's clock stands a year and a day after the first trade.
const FIRST: u64 = 1_735_660_800;
const YEAR: u64 = 365 * 24 * 3600;

pub(crate) fn run(options: &Options) -> io::Result<Part> {
    let Options { binary, rounds, .. } = options;
    let shops: String = (0..SHOPS).map(|nth| format!("[[merchant.shop]]\nshop_id = \"{}\"\n", shop_id(nth))).collect();
    let shop = Shop::with_world("trades", &shops)?;
    let file = write_trades(&shop)?;
    let cores = all_cores()?;
    let (mut ours, mut theirs, mut keyed) = (Vec::new(), Vec::new(), Vec::new());
    let rate = |seconds| TRADES as f64 / seconds;
    for round in 0..*rounds {
        theirs.push(rate(seconds_of_peer(&shop, &file, "trade", "")?));
        shop.clear()?;
        let server = shop.serve(binary, &cores)?;
        ours.push(rate(seconds_of_import(binary, "trades", &shop, &file)?));
        server.stop()?;
        theirs.push(rate(seconds_of_peer(&shop, &file, "trade", "")?));
        keyed.push(rate(seconds_of_peer(&shop, &file, "trade", KEYED)?));
        println!("trades: round {} of {rounds}", round + 1);
    }
    let (ours, theirs, keyed) = (Samples::new(ours), Samples::new(theirs), Samples::new(keyed));
    let lines = vec![
        format!(
            "{TRADES} trades of {MEMBERS} members in a year, in the order of payment, into an empty store each time:"
        ),
        String::new(),
        format!(
            "- `punchcard import trades`: {ours} rows/s into a running server on SQLite: trades, double entry, sums, jobs"
        ),
        format!("- `sqlite3`'s `.import`: {theirs} rows/s into a table without a key"),
        format!("- the same: {keyed} rows/s into a table with the number as its key and an index of members"),
    ];
    let part = 100.0 * ours.median() / theirs.median();
    let goals = vec![Goal::at_least("import of trades, of sqlite3's .import", 33.3, part, " %")];
    Ok(Part { name: "trades", lines, goals })
}

/// Writes the file that both import.
fn write_trades(shop: &Shop) -> io::Result<PathBuf> {
    let path = shop.beside("trades.csv");
    let mut file = BufWriter::new(File::create(&path)?);
    let mut random = fastrand::Rng::with_seed(1);
    writeln!(file, "trade_no,user_id,shop_id,total_amount,paid_at")?;
    for nth in 0..TRADES {
        let (user, fen) = (random.u64(1..=MEMBERS), random.u64(100..20_000));
        let (trade_no, shop) = (31_198_000_000 + 17 * nth, shop_id(random.u64(0..SHOPS)));
        let paid_at = wire::time::format((FIRST + nth * YEAR / TRADES) as i64 * 1000);
        writeln!(file, "{trade_no},2088{user:012},{shop},{}.{:02},{paid_at}", fen / 100, fen % 100)?;
    }
    file.into_inner()?.sync_all()?;
    Ok(path)
}

fn shop_id(nth: u64) -> String {
    format!("2026010100077000{nth:012}")
}
