//! What `openssl speed` signs: the budget of every call, since each answer takes one RSA-2048 signature.

use std::io;
use std::process::Command;
use std::thread;

/// Signatures a second of these cores' processor time, while they do nothing else. `openssl speed` divides by the time
/// that its process was on a processor, so others on the machine do not count; their use of caches and the clock rate
/// do.
pub(crate) fn signatures_a_second(seconds: u64, cores: &str) -> io::Result<f64> {
    let mut command = Command::new("taskset");
    command.args(["-c", cores, "openssl", "speed", "-seconds", &seconds.to_string()]);
    if cores != "0" {
        command.args(["-multi", &thread::available_parallelism()?.to_string()]);
    }
    let output = command.arg("rsa2048").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().rfind(|line| line.starts_with("rsa 2048"));
    let signs = line.and_then(|line| line.split_whitespace().rev().nth(1)?.parse().ok());
    signs.ok_or_else(|| io::Error::other(format!("openssl speed printed: {text}")))
}
