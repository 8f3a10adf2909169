//! Vouchers a second that `punchcard voucher send` sends to a crowd of all members, beside the `sqlite3` shell's
//! `.import` of the same rows into the same table on the same disk.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use store::{Place, Store};

use super::fill;
use crate::Options;
use crate::answer::{check_success, member};
use crate::import::{seconds_of_import, seconds_of_peer, write_members};
use crate::programs::{ask_sqlite, output_of, seconds_of};
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{Shop, all_cores};

/// Every member's gender is another one, or unknown.
const EVERYBODY: &str = r#"{"out_biz_no":"1","name":"所有会员","conditions":"[{\"op\":\"NEQ\",\"tagCode\":\"pam_gender\",\"value\":\"9\"}]"}"#;

pub(super) fn run(options: &Options, part: &mut Part) -> io::Result<()> {
    let Options { binary, vouchers, rounds, .. } = options;
    let cores = all_cores()?;
    let shop = Shop::open("vouchers-crowd")?;
    let file = write_members(&shop, *vouchers)?;
    let mut server = shop.serve(binary, &cores)?;
    seconds_of_import(binary, "members", &shop, &file)?;
    let made = server.ask(&shop.call("crowd.create", EVERYBODY))?;
    check_success(&made)?;
    let crowd = member(&made, "crowd_group_id").expect("a crowd has an id");
    server.stop()?;
    let terms = fill::Terms { quantity: *vouchers as i64, ..fill::Terms::default() };
    let template = fill::folder(&shop.data(), async |store| fill::paid_template(store, terms).await)?.id.to_text();
    shop.keep()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let rate = |seconds| *vouchers as f64 / seconds;
    for round in 0..*rounds {
        shop.copy_kept()?;
        let server = shop.serve(binary, &cores)?;
        let mut send = Command::new(binary.canonicalize()?);
        send.args(["voucher", "send", "--template", &template, "--crowd", &crowd, "--data"]).arg(shop.data());
        // Where the command keeps what came of each member.
        send.current_dir(shop.beside("")).env("NO_COLOR", "1");
        ours.push(rate(seconds_of(&mut send)?));
        server.stop()?;
        let (rows, schema) = dump(&shop, *vouchers)?;
        theirs.push(rate(seconds_of_peer(&shop, &rows, "cash_voucher", &schema)?));
        println!("vouchers, crowd: round {} of {rounds}", round + 1);
    }
    let (ours, theirs) = (Samples::new(ours), Samples::new(theirs));
    part.lines.extend([
        format!("{vouchers} vouchers to a crowd of as many members, each time from the same store:"),
        String::new(),
        format!("- `punchcard voucher send --crowd`: {ours} vouchers/s by a running server on SQLite"),
        format!("- `sqlite3`'s `.import` of the same rows: {theirs} rows/s into the same table with its indexes"),
    ]);
    let share = 100.0 * ours.median() / theirs.median();
    part.goals.push(Goal::at_least("sending to a crowd, of sqlite3's .import", 25.0, share, " %"));
    Ok(())
}

/// Writes all vouchers of the store to a file; with what makes an empty table for them.
fn dump(shop: &Shop, expected: usize) -> io::Result<(PathBuf, String)> {
    let store = Store::files(&Place::Folder(shop.data())).swap_remove(0);
    let sent = ask_sqlite(&store, "SELECT COUNT(*) FROM cash_voucher")?;
    if sent != expected.to_string() {
        return Err(io::Error::other(format!("{sent} of {expected} vouchers were sent")));
    }
    let schema =
        ask_sqlite(&store, "SELECT group_concat(sql, ';') FROM sqlite_master WHERE tbl_name = 'cash_voucher'")?;
    let rows =
        output_of(Command::new("sqlite3").args(["-csv", "-header"]).arg(&store).arg("SELECT * FROM cash_voucher"))?;
    let path = shop.beside("vouchers.csv");
    fs::write(&path, rows + "\n")?;
    Ok((path, schema))
}
