//! Other programs: where they are, how they are run, what they said.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, io};

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("xtask"), PathBuf::from);
    here.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where cargo builds: the folder of the profile's folder that this program was built into.
pub(crate) fn target() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|fault| format!("cannot find this program's own file: {fault}"))?;
    let target = program.parent().and_then(Path::parent);
    target.map(Path::to_path_buf).ok_or_else(|| format!("{} is in no target folder", program.display()))
}

/// The cargo that runs us, in the repository.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// The first file of this name on `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Runs a command in view; the error names it.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{}: {status}", line(command))),
        Err(fault) => Err(format!("{}: {fault}", line(command))),
    }
}

/// Runs a command out of view, its output added to `log`; the error ends with the last lines of that.
pub(crate) fn run_logged(command: &mut Command, log: &Path) -> Result<(), String> {
    let attach = || -> io::Result<(File, File)> {
        let mut out = File::options().create(true).append(true).open(log)?;
        writeln!(out, "$ {}", line(command))?;
        Ok((out.try_clone()?, out))
    };
    let (out, err) = attach().map_err(|fault| format!("cannot write {}: {fault}", log.display()))?;
    run(command.stdin(Stdio::null()).stdout(out).stderr(err)).map_err(|why| format!("{why}\n{}", tail(log, 20)))
}

/// What a command prints, or nothing when it fails.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The last lines of a file, indented for showing; nothing for a file that cannot be read.
pub(crate) fn tail(file: &Path, lines: usize) -> String {
    let text = String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].iter().map(|line| format!("    {line}\n")).collect()
}

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A path as a person in the repository would type it.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn line(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
