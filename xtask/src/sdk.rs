//! The official SDKs, unmodified, as the registries give them: a Python environment and a `node_modules`, made once
//! under `target/sdk` and made anew when their list changes. And the report of what was tried with them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{find, root, run_logged};

/// A Python environment: its folder under `target/sdk`, and its list of packages, complete and pinned.
pub(crate) struct PythonPackages {
    folder: &'static str,
    list: &'static str,
}

/// The official SDK that has every method, and what else the tests use.
pub(crate) const PYTHON: PythonPackages =
    PythonPackages { folder: "sdk/python", list: "crates/server/tests/sdk/python/requirements.txt" };
/// A current official SDK, which has lost the methods of Koubei.
pub(crate) const CURRENT_PYTHON: PythonPackages =
    PythonPackages { folder: "sdk/current-python", list: "crates/server/tests/sdk/python/current-requirements.txt" };

/// The Node project with its lock.
const NODE_PROJECT: &str = "crates/server/tests/sdk/node";

/// The Python to make environments with; 3.11 where there is a choice, as the official SDK is tried with it.
pub(crate) fn python() -> Option<PathBuf> {
    find("python3.11").or_else(|| find("python3"))
}

/// Makes a Python environment; gives its interpreter.
pub(crate) fn prepare_python(packages: &PythonPackages, target: &Path, log: &Path) -> Result<PathBuf, String> {
    let folder = target.join(packages.folder);
    let interpreter = folder.join("bin/python");
    let list = root().join(packages.list);
    made_from(&[&list], &folder, || {
        let python = python().ok_or("python3 is not on this machine")?;
        run_logged(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder), log)?;
        // The list is complete; the official SDK's own wish for `pycrypto` cannot be fulfilled since Python 3.10.
        let mut pip = Command::new(&interpreter);
        pip.args(["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--no-deps", "-r"]).arg(&list);
        run_logged(&mut pip, log)
    })?;
    Ok(interpreter)
}

/// Installs the Node project; gives its `node_modules`.
pub(crate) fn prepare_node(target: &Path, log: &Path) -> Result<PathBuf, String> {
    let folder = target.join("sdk/node");
    let [project, lock] = ["package.json", "package-lock.json"].map(|name| root().join(NODE_PROJECT).join(name));
    made_from(&[&project, &lock], &folder, || {
        let copy = |from: &Path| fs::copy(from, folder.join(from.file_name().unwrap_or_default()));
        copy(&project).and_then(|_| copy(&lock)).map_err(|fault| format!("cannot copy the Node project: {fault}"))?;
        let npm = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"];
        run_logged(Command::new("npm").args(npm).current_dir(&folder), log)
    })?;
    Ok(folder.join("node_modules"))
}

/// Makes a folder unless it was made, to the end, from these very lists.
pub(crate) fn made_from(
    lists: &[&Path],
    folder: &Path,
    make: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let read =
        |list: &&Path| fs::read_to_string(list).map_err(|fault| format!("cannot read {}: {fault}", list.display()));
    let wanted = lists.iter().map(read).collect::<Result<String, _>>()?;
    let stamp = folder.join("made-from");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(());
    }
    fs::create_dir_all(folder).map_err(|fault| format!("cannot make {}: {fault}", folder.display()))?;
    make()?;
    fs::write(&stamp, wanted).map_err(|fault| format!("cannot write {}: {fault}", stamp.display()))
}

/// Where the SDK tests write a line `method sdk charset algorithm` for each combination that passed.
pub(crate) fn report(target: &Path) -> PathBuf {
    target.join("sdk/report.txt")
}

/// The report in one line; `None` when nothing was reported.
pub(crate) fn summary(report: &str) -> Option<String> {
    let combinations: BTreeSet<Vec<&str>> = report.lines().map(|line| line.split_whitespace().collect()).collect();
    let combinations: BTreeSet<&Vec<&str>> = combinations.iter().filter(|words| words.len() == 4).collect();
    let distinct = |column: usize| combinations.iter().map(|words| words[column]).collect::<BTreeSet<_>>().len();
    (!combinations.is_empty()).then(|| {
        let [methods, sdks, charsets, algorithms] = [0, 1, 2, 3].map(distinct);
        let count = combinations.len();
        format!(
            "{methods} methods × {sdks} SDKs × {charsets} charsets × {algorithms} algorithms: {count} combinations passed"
        )
    })
}

/// Where the SDK tests write a line `sdk keys charset algorithm content how` for each mode that passed.
pub(crate) fn modes_report(target: &Path) -> PathBuf {
    target.join("sdk/modes.txt")
}

/// That report as a table: how calls are made across, everything else down, and in each place what was sent in clear
/// (`c`) and encrypted (`e`). `None` when nothing was reported.
pub(crate) fn table(report: &str) -> Option<String> {
    let modes: BTreeSet<[&str; 6]> =
        report.lines().filter_map(|line| line.split_whitespace().collect::<Vec<_>>().try_into().ok()).collect();
    let hows = ["POST", "page-GET", "page-POST", "upload", "v3-POST", "v3-GET"];
    let rows: BTreeSet<[&str; 4]> =
        modes.iter().map(|[sdk, keys, charset, algorithm, ..]| [*sdk, keys, charset, algorithm]).collect();
    let line = |head: [&str; 4], places: [String; 6]| {
        let head = format!("{:<11}{:<14}{:<8}{:<10}", head[0], head[1], head[2], head[3]);
        let places: String = places.iter().map(|place| format!("{place:<11}")).collect();
        format!("{head}{places}").trim_end().to_owned()
    };
    let row = |head: &[&str; 4]| {
        let [sdk, keys, charset, algorithm] = *head;
        let is = |content, how| modes.contains(&[sdk, keys, charset, algorithm, content, how]);
        let place = |how| match (is("clear", how), is("AES", how)) {
            (true, true) => "c e",
            (true, false) => "c",
            (false, true) => "e",
            (false, false) => "-",
        };
        line(*head, hows.map(|how| place(how).to_owned()))
    };
    let head = line(["sdk", "signs with", "charset", "algorithm"], hows.map(str::to_owned));
    let lines: Vec<_> = std::iter::once(head).chain(rows.iter().map(row)).collect();
    let count = format!("{} modes passed; c in clear, e encrypted, - not in the SDK", modes.len());
    (!modes.is_empty()).then(|| format!("{}\n{count}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_a_table() {
        let report = "node keys utf-8 RSA2 clear POST\nnode keys utf-8 RSA2 AES POST\nnode keys utf-8 RSA clear upload\n\nhalf\n";
        let lines = [
            "sdk        signs with    charset algorithm POST       page-GET   page-POST  upload     v3-POST    v3-GET",
            "node       keys          utf-8   RSA       -          -          -          c          -          -",
            "node       keys          utf-8   RSA2      c e        -          -          -          -          -",
            "3 modes passed; c in clear, e encrypted, - not in the SDK",
        ];
        assert_eq!(table(report), Some(lines.join("\n")));
        assert_eq!(table(""), None);
    }

    #[test]
    fn the_report_counts_combinations_once() {
        let report = "a.b node utf-8 RSA2\na.b python gbk RSA\na.b python gbk RSA\na.c python gbk RSA\n\nhalf a line\n";
        let line = "2 methods × 2 SDKs × 2 charsets × 2 algorithms: 3 combinations passed";
        assert_eq!(summary(report).as_deref(), Some(line));
        assert_eq!(summary(""), None);
    }
}
