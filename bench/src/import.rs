//! `import`: rows a second of `punchcard import members` into a running server, whose index counts them at once, beside
//! the `sqlite3` shell's `.import` of the same file on the same disk.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Options;
use crate::crowds::data::Data;
use crate::crowds::questions::DIMENSIONS;
use crate::programs::seconds_of;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{PID, Shop, all_cores};

pub(crate) fn run(options: &Options) -> io::Result<Part> {
    let Options { binary, members, rounds, .. } = options;
    let shop = Shop::open("import")?;
    let file = write_members(&shop, *members)?;
    let cores = all_cores()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let rate = |seconds| *members as f64 / seconds;
    for round in 0..*rounds {
        theirs.push(rate(seconds_of_peer(&shop, &file, "member", "")?));
        shop.clear()?;
        let server = shop.serve(binary, &cores)?;
        ours.push(rate(seconds_of_import(binary, "members", &shop, &file)?));
        server.stop()?;
        theirs.push(rate(seconds_of_peer(&shop, &file, "member", "")?));
        println!("import: round {} of {rounds}", round + 1);
    }
    let (ours, theirs) = (Samples::new(ours), Samples::new(theirs));
    let lines = vec![
        format!("{members} members with eight tags, one value in twenty unknown, into an empty store each time:"),
        String::new(),
        format!("- `punchcard import members`: {ours} rows/s into a running server on SQLite, ready to be counted"),
        format!("- `sqlite3`'s `.import`: {theirs} rows/s into a table without a key"),
    ];
    let part = 100.0 * ours.median() / theirs.median();
    let goals = vec![Goal::at_least("import, of sqlite3's .import", 33.3, part, " %")];
    Ok(Part { name: "import", lines, goals })
}

/// Writes the file that both import.
pub(crate) fn write_members(shop: &Shop, members: usize) -> io::Result<PathBuf> {
    let data = Data::generate(members);
    let path = shop.beside("members.csv");
    let mut file = BufWriter::new(File::create(&path)?);
    let names: Vec<&str> = DIMENSIONS.iter().map(|(name, _)| *name).collect();
    writeln!(file, "user_id,{}", names.join(","))?;
    for (row, user) in data.users.iter().enumerate() {
        write!(file, "{user}")?;
        for (column, (name, _)) in data.columns.iter().zip(DIMENSIONS) {
            // Whether there is a baby is 0 or 1; all other codes begin at 1.
            match column[row] - i32::from(name == "pam_have_baby") {
                _ if column[row] < 0 => write!(file, ",")?,
                code => write!(file, ",{code}")?,
            }
        }
        writeln!(file)?;
    }
    file.into_inner()?.sync_all()?;
    Ok(path)
}

/// Imports `members` or `trades` into the server that runs on the shop's store.
pub(crate) fn seconds_of_import(binary: &Path, what: &str, shop: &Shop, file: &Path) -> io::Result<f64> {
    seconds_of(Command::new(binary).args(["import", what, "--pid", PID, "--data"]).arg(shop.data()).arg(file))
}

/// The same by the `sqlite3` shell, into this table of a database of its own: the one that `schema` makes, or one
/// without a key.
pub(crate) fn seconds_of_peer(shop: &Shop, file: &Path, table: &str, schema: &str) -> io::Result<f64> {
    let database = shop.beside("peer.db");
    drop(fs::remove_file(&database));
    let mut command = Command::new("sqlite3");
    command.arg(database).args(["-cmd", ".mode csv", "-cmd", schema]);
    // A table that is there already takes the header for a row.
    let skip = if schema.is_empty() { "" } else { "--skip 1 " };
    seconds_of(command.arg(format!(".import {skip}{} {table}", file.display())))
}
