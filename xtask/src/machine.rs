//! What the machine must have, installed by name when it is missing.
//!
//! Debian's names; on another system the error says what to install by hand.

use std::path::Path;
use std::process::Command;

use crate::process::{find, is_root, output, run_logged};
use crate::{postgres, sdk};

/// Makes sure that C can be compiled: SQLite and the cryptography are C.
pub(crate) fn for_building(log: &Path) -> Result<(), String> {
    if find("cc").is_some() { Ok(()) } else { install(&["build-essential"], log) }
}

/// Makes sure of what the console is built with.
pub(crate) fn for_console(log: &Path) -> Result<(), String> {
    let missing: Vec<_> =
        [("node", "nodejs"), ("npm", "npm")].into_iter().filter(|(program, _)| find(program).is_none()).collect();
    let names: Vec<_> = missing.iter().map(|(_, package)| *package).collect();
    if names.is_empty() { Ok(()) } else { install(&names, log) }
}

/// A font that has Chinese: without one a browser draws pages all the same, with boxes for letters.
const CHINESE_FONT: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";

/// Makes sure of what the tests need besides: Python with venv, Node, Java, a browser with its driver, and PostgreSQL
/// unless a server is given.
pub(crate) fn for_testing(postgres_given: bool, log: &Path) -> Result<(), String> {
    let mut missing = Vec::new();
    let can_make_venv = |python: &Path| output(Command::new(python).args(["-c", "import ensurepip, venv"])).is_some();
    match sdk::python() {
        Some(python) if can_make_venv(&python) => {}
        Some(_) => missing.push("python3-venv"),
        None => missing.extend(["python3", "python3-venv"]),
    }
    missing.extend(find("node").is_none().then_some("nodejs"));
    missing.extend(find("npm").is_none().then_some("npm"));
    missing.extend(find("php").is_none().then_some("php-cli"));
    missing.extend(find("javac").is_none().then_some("default-jdk-headless"));
    missing.extend(find("chromium").is_none().then_some("chromium"));
    missing.extend(find("chromedriver").is_none().then_some("chromium-driver"));
    let can_draw = find("apt-get").is_none() || Path::new(CHINESE_FONT).exists();
    missing.extend((!can_draw).then_some("fonts-noto-cjk"));
    missing.extend((!postgres_given && postgres::programs().is_none()).then_some("postgresql"));
    if missing.is_empty() { Ok(()) } else { install(&missing, log) }
}

fn install(packages: &[&str], log: &Path) -> Result<(), String> {
    let names = packages.join(" ");
    let by_hand = format!("missing on this machine: {names}; install them, on Debian: sudo apt-get install {names}");
    let may_sudo = || output(Command::new("sudo").args(["-n", "true"])).is_some();
    if find("apt-get").is_none() || !(is_root() || may_sudo()) {
        return Err(by_hand);
    }
    eprintln!("    installing {names}");
    let apt_get = |arguments: &[&str]| {
        let mut command = if is_root() { Command::new("env") } else { Command::new("sudo") };
        if !is_root() {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-o", "DPkg::Lock::Timeout=300"]);
        run_logged(command.args(arguments), log)
    };
    // A fresh machine has no list of packages, an old one a stale list.
    apt_get(&["update"]).map_err(|why| format!("{by_hand}\n{why}"))?;
    apt_get(&[&["install", "--no-install-recommends"], packages].concat()).map_err(|why| format!("{by_hand}\n{why}"))
}
