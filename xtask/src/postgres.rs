//! A throw-away PostgreSQL: a cluster of its own in a temporary folder, on a free port, gone at the end.
//!
//! The end may be Ctrl-C or a kill, so a watchdog in a session of its own does the cleaning: it waits for the end of a
//! pipe that only this process holds. However this process ends, the pipe does too.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{env, io, process};

use crate::process::{find, is_root, run_logged, tail};

/// The oldest version whose SQL we use.
const OLDEST: u32 = 15;

/// As a server for many small tests at once wants it; everything that guards data stays on.
const SETTINGS: &str = "\
fsync = on
deadlock_timeout = 100ms
max_connections = 300
listen_addresses = '127.0.0.1'
";

/// Waits for the end of its input, then stops the server and deletes the folder.
const WATCHDOG: &str = r#"cat >/dev/null; "$0/pg_ctl" -D "$1/data" -m immediate -w stop; rm -rf "$1""#;

/// A running cluster; dropped, it is stopped and deleted.
pub(crate) struct Cluster {
    port: u16,
    watchdog: Child,
}

impl Cluster {
    /// Makes and starts one, as a user that is not root: `initdb` refuses root.
    pub(crate) fn start(log: &Path) -> Result<Cluster, String> {
        let programs = programs().ok_or("PostgreSQL's initdb is not on this machine")?;
        let folder = env::temp_dir().join(format!("punchcard-test-{}", process::id()));
        let account = Account::find()?;
        let fault = |fault: io::Error| format!("cannot make a PostgreSQL cluster in {}: {fault}", folder.display());
        DirBuilder::new().mode(0o700).create(&folder).map_err(fault)?;
        account.own(&folder).map_err(fault)?;
        let port = free_port().map_err(fault)?;
        let watchdog = account
            .command(Path::new("setsid"), &folder)
            .args(["sh", "-c", WATCHDOG])
            .arg(&programs)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .inspect_err(|_| drop(fs::remove_dir(&folder)))
            .map_err(fault)?;
        // From here the watchdog cleans up, whatever happens.
        let cluster = Cluster { port, watchdog };

        let data = folder.join("data");
        let mut initdb = account.command(&programs.join("initdb"), &folder);
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-D"]).arg(&data);
        run_logged(&mut initdb, log)?;
        let settings = format!("{SETTINGS}port = {port}\nunix_socket_directories = '{}'\n", folder.display());
        let mut file = File::options().append(true).open(data.join("postgresql.conf")).map_err(fault)?;
        file.write_all(settings.as_bytes()).map_err(fault)?;
        let server_log = folder.join("server.log");
        let mut start = account.command(&programs.join("pg_ctl"), &folder);
        start.arg("-D").arg(&data).arg("-l").arg(&server_log).args(["-w", "start"]);
        run_logged(&mut start, log).map_err(|why| format!("{why}{}", tail(&server_log, 20)))?;
        Ok(cluster)
    }

    /// The maintenance database, from which tests make their own.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        if let Err(fault) = self.watchdog.wait() {
            eprintln!("warning: the throw-away PostgreSQL may still be there: {fault}");
        }
    }
}

/// The folder of `initdb` and `pg_ctl`: the newest that Debian keeps aside, else what is on `PATH`.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(version, folder)| OLDEST <= *version && folder.join("initdb").is_file())
        .max();
    newest.map(|(_, folder)| folder).or_else(|| find("initdb")?.parent().map(Path::to_path_buf))
}

/// Who the cluster belongs to: ourselves, or as root somebody with fewer rights.
enum Account {
    Ourselves,
    Other { uid: u32, gid: u32 },
}

impl Account {
    fn find() -> Result<Account, String> {
        if !is_root() {
            return Ok(Account::Ourselves);
        }
        let accounts =
            fs::read_to_string("/etc/passwd").map_err(|fault| format!("cannot read /etc/passwd: {fault}"))?;
        let other = ["postgres", "nobody"].into_iter().find_map(|name| ids(&accounts, name));
        let (uid, gid) = other.ok_or("there is neither a user `postgres` nor `nobody` to run PostgreSQL as")?;
        Ok(Account::Other { uid, gid })
    }

    fn own(&self, folder: &Path) -> io::Result<()> {
        match *self {
            Account::Ourselves => Ok(()),
            Account::Other { uid, gid } => chown(folder, Some(uid), Some(gid)),
        }
    }

    /// A command run by this account in a folder that it can enter.
    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        if let Account::Other { uid, gid } = *self {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// A user's numbers in the text of the password file.
fn ids(accounts: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = accounts.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let accounts = "root:x:0:0:root:/root:/bin/sh\npostgresql:x:7:8::/:\npostgres:x:101:104:,,,:/var/lib:/bin/sh\n";
        assert_eq!(ids(accounts, "postgres"), Some((101, 104)));
        assert_eq!(ids(accounts, "nobody"), None);
    }
}
