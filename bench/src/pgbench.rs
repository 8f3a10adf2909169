//! `pgbench`, which writes the rows that a call of ours writes, in one statement: nothing is looked up, no round trip
//! is lost.
//!
//! The PostgreSQL is the one that tests use (`PUNCHCARD_TEST_POSTGRES`); it must keep what it has answered.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use store::testing::{Engine, TestStore};
use store::{Place, Store};

use crate::programs::output_of;
use crate::server::scratch;

/// A database with a store, gone when this is dropped, and what runs on it.
pub(crate) struct Pgbench {
    _test: TestStore,
    url: String,
    script: PathBuf,
    /// What is run again and again.
    pub(crate) statement: String,
}

impl Pgbench {
    /// On a store that `fill` fills. `fill` gives the statement, which finds the place of a user from 0, one of `users`
    /// drawn at random, in `:user`, and a new number in the sequence `req_id`.
    pub(crate) fn prepare(
        name: &str,
        users: i64,
        fill: impl FnOnce(&Store) -> io::Result<String>,
    ) -> io::Result<Pgbench> {
        let test = TestStore::new(Engine::Postgres);
        let Place::Postgres(url) = test.place() else { unreachable!("a store on PostgreSQL") };
        let statement = fill(test.store())?;
        let script = scratch(name)?.join("statement.sql");
        let one_line = statement.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        fs::write(&script, format!("\\set user random(0, {})\n{one_line};\n", users - 1))?;
        let peer = Pgbench { _test: test, url, script, statement };
        peer.ask("CREATE SEQUENCE req_id")?;
        peer.ask("VACUUM ANALYZE")?;
        peer.ask("CHECKPOINT")?;
        for setting in ["fsync", "synchronous_commit"] {
            if peer.ask(&format!("SHOW {setting}"))? != "on" {
                return Err(io::Error::other(format!("a PostgreSQL with {setting} off loses what it has answered")));
            }
        }
        Ok(peer)
    }

    /// Statements a second, from so many clients for so long.
    pub(crate) fn measure(&self, clients: usize, seconds: u64) -> io::Result<f64> {
        let mut command = Command::new("pgbench");
        command.args(["--no-vacuum", "--protocol", "prepared", "--jobs", "2", "--client", &clients.to_string()]);
        let time = seconds.to_string();
        let output = output_of(command.args(["--time", &time, "--file"]).arg(&self.script).arg(&self.url))?;
        let rate = output.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.ok_or_else(|| io::Error::other(format!("pgbench printed: {output}")))
    }

    /// What it is and how it keeps what it has answered.
    pub(crate) fn settings(&self) -> io::Result<String> {
        let show = |name: &str| self.ask(&format!("SHOW {name}"));
        let (version, folder) = (show("server_version")?, show("data_directory")?);
        let (method, buffers) = (show("wal_sync_method")?, show("shared_buffers")?);
        let device = |path: &str| output_of(Command::new("df").args(["--output=source", path]));
        let (theirs, ours) = (device(&folder)?, device(env!("CARGO_MANIFEST_DIR"))?);
        let same = if theirs == ours { "the disk of our store" } else { "ANOTHER DISK" };
        let theirs = theirs.lines().next_back().unwrap_or_default();
        Ok(format!(
            "PostgreSQL {version} on {theirs}, {same}: fsync on, synchronous_commit on, wal_sync_method {method}, \
             shared_buffers {buffers}; `pgbench --protocol prepared --jobs 2`"
        ))
    }

    fn ask(&self, sql: &str) -> io::Result<String> {
        let mut command = Command::new("psql");
        command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "-c", sql, &self.url]);
        output_of(&mut command)
    }
}
