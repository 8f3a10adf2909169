//! The same rows on PostgreSQL, by `pgbench`, in one statement: nothing is looked up, no round trip is lost.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use store::Place;
use store::testing::{Engine, TestStore};

use super::fill::{NOW, activity_account, fill};
use super::{ACCOUNTS, CARD};
use crate::server::{PID, scratch};

/// A database with a million accounts, gone when this is dropped.
pub(super) struct Peer {
    _test: TestStore,
    url: String,
    script: PathBuf,
}

/// What `pgbench` runs, with its variable `:user`, the place of an account from 0.
pub(super) fn statement() -> String {
    let account = activity_account();
    format!(
        "WITH new AS (SELECT n, (:user % 1024) AS bucket, CAST(2088000000000000 + :user AS text) AS user_id
    FROM nextval('req_id') AS n),
  claimed AS (INSERT INTO once (bucket, scope, key, fingerprint, subject, created_at)
    SELECT n * 769 % 1024, 'koubei.marketing.tool.points.update/{PID}/{account}', CAST(n AS text),
      decode(repeat('07', 32), 'hex'), n * 1024 + bucket, {NOW} FROM new),
  entered AS (INSERT INTO point_log (bucket, id, card, user_id, kind, amount, memo, at, app_id, trace_id)
    SELECT bucket, n * 1024 + bucket, {CARD}, user_id, 'FREEZE', 1, '兑换', {NOW}, '2021000000000001',
      lpad(CAST(n AS text), 32, '0') FROM new),
  held AS (INSERT INTO point_freeze (bucket, id, card, user_id, amount, at)
    SELECT bucket, n * 1024 + bucket, {CARD}, user_id, 1, {NOW} FROM new)
UPDATE point_account SET available = available - 1, frozen = frozen + 1 FROM new
  WHERE point_account.bucket = new.bucket AND card = {CARD} AND point_account.user_id = new.user_id AND available >= 1"
    )
}

impl Peer {
    pub(super) fn prepare() -> io::Result<Peer> {
        let test = TestStore::new(Engine::Postgres);
        let Place::Postgres(url) = test.place() else { unreachable!("a store on PostgreSQL") };
        fill(test.store(), ACCOUNTS)?;
        let script = scratch("points-peer")?.join("freeze.sql");
        let one_line = statement().lines().map(str::trim).collect::<Vec<_>>().join(" ");
        fs::write(&script, format!("\\set user random(0, {})\n{one_line};\n", ACCOUNTS - 1))?;
        let peer = Peer { _test: test, url, script };
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
    pub(super) fn measure(&self, clients: usize, seconds: u64) -> io::Result<f64> {
        let mut command = Command::new("pgbench");
        command.args(["--no-vacuum", "--protocol", "prepared", "--jobs", "2", "--client", &clients.to_string()]);
        let time = seconds.to_string();
        let output = output_of(command.args(["--time", &time, "--file"]).arg(&self.script).arg(&self.url))?;
        let rate = output.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        rate.ok_or_else(|| io::Error::other(format!("pgbench printed: {output}")))
    }

    /// What it is and how it keeps what it has answered.
    pub(super) fn settings(&self) -> io::Result<String> {
        let show = |name: &str| self.ask(&format!("SHOW {name}"));
        let (version, folder) = (show("server_version")?, show("data_directory")?);
        let (method, buffers) = (show("wal_sync_method")?, show("shared_buffers")?);
        let device = output_of(Command::new("df").args(["--output=source", &folder]))?;
        let device = device.lines().next_back().unwrap_or_default().to_owned();
        let ours = output_of(Command::new("df").args(["--output=source", env!("CARGO_MANIFEST_DIR")]))?;
        let same = if ours.lines().next_back() == Some(&device) { "the disk of our store" } else { "ANOTHER DISK" };
        Ok(format!(
            "PostgreSQL {version} on {device}, {same}: fsync on, synchronous_commit on, wal_sync_method {method}, \
             shared_buffers {buffers}; `pgbench --protocol prepared --jobs 2`"
        ))
    }

    fn ask(&self, sql: &str) -> io::Result<String> {
        output_of(Command::new("psql").args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "-c",
            sql,
            &self.url,
        ]))
        .map(|output| output.trim().to_owned())
    }
}

fn output_of(command: &mut Command) -> io::Result<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(io::Error::other(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr))))
}
