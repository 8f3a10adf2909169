//! A server under valgrind's callgrind, and what it counts.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::{Server, Shop};

/// AWS-LC's function that signs; its symbol has a prefix with the library's version.
const SIGNS: &str = "RSA_sign";

/// A running server whose instructions are counted.
pub(super) struct Callgrind {
    pub(super) server: Server,
    /// The dumps are called so, with a number behind it.
    out: PathBuf,
    dumps: usize,
}

/// What was counted between two moments.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Count {
    /// Instructions of all threads.
    pub(super) total: u64,
    /// How many signatures were made.
    pub(super) signatures: u64,
    /// Of the instructions, those for signatures.
    pub(super) signing: u64,
}

impl Callgrind {
    /// Starts a server on the shop, with one thread for calls: which of several takes a call would differ from run to
    /// run.
    pub(super) fn serve(shop: &Shop, binary: &Path) -> io::Result<Callgrind> {
        let out = shop.beside("callgrind.out");
        let mut command = Command::new("valgrind");
        // The dumps name every function and position in full, so that they are read line by line.
        command.args(["--quiet", "--tool=callgrind", "--compress-strings=no", "--compress-pos=no"]);
        command.arg(format!("--callgrind-out-file={}", out.display()));
        command.arg(binary).env("TOKIO_WORKER_THREADS", "1");
        let server = shop.serve_with(command).map_err(|error| match error.kind() {
            ErrorKind::NotFound => io::Error::other("valgrind is not installed"),
            _ => error,
        })?;
        Ok(Callgrind { server, out, dumps: 0 })
    }

    /// Counts anew from now on.
    pub(super) fn zero(&self) -> io::Result<()> {
        self.control("zero")
    }

    /// What was counted since [`Callgrind::zero`].
    pub(super) fn count(&mut self) -> io::Result<Count> {
        self.control("dump")?;
        self.dumps += 1;
        let path = self.out.with_extension(format!("out.{}", self.dumps));
        let dump = fs::read_to_string(&path)?;
        fs::remove_file(&path)?;
        Count::of(&dump).ok_or_else(|| io::Error::other(format!("callgrind's dump {} cannot be read", path.display())))
    }

    fn control(&self, command: &str) -> io::Result<()> {
        let output = Command::new("vgdb").arg(format!("--pid={}", self.server.pid())).arg(command).output()?;
        if output.status.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("vgdb {command}: {}", String::from_utf8_lossy(&output.stderr))))
        }
    }
}

impl Count {
    /// Of a dump in callgrind's format. A line `calls=` says how often the function on the last line `cfn=` was called
    /// at a position, and the line after it is that position and the instructions of those calls, callees included.
    fn of(dump: &str) -> Option<Count> {
        let mut count = Count { total: 0, signatures: 0, signing: 0 };
        let (mut signs, mut lines) = (false, dump.lines());
        while let Some(line) = lines.next() {
            if let Some(function) = line.strip_prefix("cfn=") {
                signs = function.ends_with(SIGNS);
            } else if let Some(calls) = line.strip_prefix("calls=") {
                let cost = lines.next()?;
                if signs {
                    count.signatures += calls.split(' ').next()?.parse::<u64>().ok()?;
                    count.signing += cost.split(' ').nth(1)?.parse::<u64>().ok()?;
                }
            } else if let Some(total) = line.strip_prefix("totals: ") {
                count.total += total.trim().parse::<u64>().ok()?;
            }
        }
        (0 < count.total).then_some(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_of_the_signing_function_are_added_up() {
        let dump = "events: Ir\n\nfn=answer\n12 40\ncfn=aws_lc_0_1_RSA_sign\ncalls=2 0\n13 1000\n\
            cfn=aws_lc_0_1_RSA_verify\ncalls=1 0\n14 70\n\n\
            fn=other\n20 5\ncfn=aws_lc_0_1_RSA_sign\ncalls=1 0\n21 500\n\ntotals: 1615\n";
        assert_eq!(Count::of(dump), Some(Count { total: 1615, signatures: 3, signing: 1500 }));
        assert_eq!(Count::of("events: Ir\n"), None);
    }
}
