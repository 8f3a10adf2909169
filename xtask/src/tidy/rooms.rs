//! Who may know whom: the edges between the rooms, and what each room's boundary forbids.

use std::collections::BTreeMap;

use super::{Finding, Rule, Tree};

/// The rooms, and the rooms that each may know. Arrows point to the pure; only the server knows two of them at once.
const ROOMS: [(&str, &[&str]); 6] = [
    ("wire", &[]),
    ("segment", &[]),
    ("domain", &[]),
    ("store", &["domain"]),
    ("client", &["wire"]),
    ("server", &["wire", "segment", "domain", "store", "client"]),
];

/// What is only for some rooms: the packages, the rooms, and why.
const BANS: [(&[&str], &[&str], &str); 3] = [
    (&["axum", "axum-core", "axum-extra", "hyper", "hyper-util", "tower-http"], &["server"], "serves HTTP"),
    (
        &["deadpool-postgres", "diesel", "libsqlite3-sys", "postgres", "rusqlite", "sqlx", "tokio-postgres"],
        &["store"],
        "drives a database",
    ),
    (&["async-std", "futures", "smol", "tokio", "tokio-util"], &["store", "client", "server"], "waits"),
];

pub(super) static RULES: [Rule; 4] = [
    Rule {
        broken: "a room that nobody planned",
        instead: "add a module to a room; a new room must forbid something, and says so in ARCHITECTURE.md and in xtask/src/tidy/rooms.rs",
        find: strangers,
    },
    Rule {
        broken: "a room knows a room that it must not",
        instead: "what two rooms need belongs to the purer one; what needs two rooms belongs to the server",
        find: edges,
    },
    Rule {
        broken: "a package in a room whose boundary forbids it",
        instead: "HTTP lives in server, SQL in store, waiting outside the pure rooms: move the code there and pass values",
        find: bans,
    },
    Rule {
        broken: "more than one test binary in a crate",
        instead: "make it a module of tests/it/main.rs: each binary links everything again",
        find: test_binaries,
    },
];

/// A dependency as a crate's manifest names it.
struct Dependency<'a> {
    manifest: &'a str,
    room: &'a str,
    line: usize,
    package: &'a str,
}

fn dependencies(tree: &Tree) -> Vec<Dependency<'_>> {
    let mut all = Vec::new();
    for (manifest, text) in tree.files() {
        let Some(room) = manifest.strip_prefix("crates/").and_then(|path| path.strip_suffix("/Cargo.toml")) else {
            continue;
        };
        let mut inside = false;
        for (line, content) in text.lines().enumerate() {
            let found = if let Some(header) = content.trim().strip_prefix('[') {
                // `[dependencies]`, `[target.….dev-dependencies]`, or `[dependencies.package]`.
                let header = header.split(']').next().unwrap_or_default();
                let after = header.rsplit_once("dependencies").map(|(_, after)| after);
                inside = after == Some("");
                after.and_then(|after| after.strip_prefix('.'))
            } else {
                content.split(['=', '.', '#']).next().map(str::trim).filter(|name| inside && !name.is_empty())
            };
            all.extend(found.map(|package| Dependency { manifest, room, line, package: package.trim_matches('"') }));
        }
    }
    all
}

fn strangers(tree: &Tree) -> Vec<Finding> {
    let rooms = tree.files().filter_map(|(path, _)| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"));
    let strange = rooms.filter(|room| ROOMS.iter().all(|(name, _)| name != room));
    strange.map(|room| Finding::file(&format!("crates/{room}"), "is in no list")).collect()
}

fn edges(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Dependency { manifest, room, line, package } in dependencies(tree) {
        let Some(other) = package.strip_prefix("punchcard-") else { continue };
        let allowed = ROOMS.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, allowed)| allowed);
        // A room may depend on itself, with its features for testing.
        if other != room && !allowed.contains(&other) {
            findings.push(Finding::line(manifest, line, format!("{room} must not know {other}")));
        }
    }
    findings
}

fn bans(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Dependency { manifest, room, line, package } in dependencies(tree) {
        for (packages, rooms, why) in BANS {
            if packages.contains(&package) && !rooms.contains(&room) {
                findings.push(Finding::line(manifest, line, format!("{package} {why}, and {room} must not")));
            }
        }
    }
    findings
}

/// Cargo makes a binary of each `tests/x.rs` and each `tests/x/main.rs`.
fn test_binaries(tree: &Tree) -> Vec<Finding> {
    let mut binaries: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, _) in tree.ending(&[".rs"]) {
        let Some((krate, test)) = path.split_once("/tests/").filter(|(krate, _)| !krate.contains("/src")) else {
            continue;
        };
        if !test.contains('/') || (test.ends_with("/main.rs") && test.matches('/').count() == 1) {
            binaries.entry(krate).or_default().push(test);
        }
    }
    binaries.retain(|_, tests| 1 < tests.len());
    binaries.iter().map(|(krate, tests)| Finding::file(&format!("{krate}/tests"), tests.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn a_stranger_among_the_rooms_is_seen() {
        let files = [("crates/wire/Cargo.toml", ""), ("crates/contract/Cargo.toml", ""), ("bench/Cargo.toml", "")];
        check("a room that nobody planned", &files, &["crates/contract: is in no list"]);
    }

    #[test]
    fn arrows_point_to_the_pure() {
        let manifest = "[package]\nname = \"punchcard-client\"\n\n[dependencies]\npunchcard-wire.workspace = true\n\
                        punchcard-store = { path = \"../store\" }\n\n[lints]\nworkspace = true\n";
        let dotted = "[target.'cfg(unix)'.dev-dependencies]\nproptest.workspace = true\n[dependencies.punchcard-wire]\n\
                      [dev-dependencies]\npunchcard-domain = { path = \".\", features = [\"testing\"] }\n";
        check(
            "a room knows a room that it must not",
            &[("crates/client/Cargo.toml", manifest), ("crates/domain/Cargo.toml", dotted)],
            &[
                "crates/client/Cargo.toml:6: client must not know store",
                "crates/domain/Cargo.toml:3: domain must not know wire",
            ],
        );
    }

    #[test]
    fn each_boundary_forbids_something() {
        let manifest =
            "[dependencies]\n# axum would be wrong\ntokio = { version = \"1\" }\n\"rusqlite\".workspace = true\n";
        let files = ["wire", "store", "server"].map(|room| (format!("crates/{room}/Cargo.toml"), manifest));
        check(
            "a package in a room whose boundary forbids it",
            &files.each_ref().map(|(path, text)| (path.as_str(), *text)),
            &[
                "crates/server/Cargo.toml:4: rusqlite drives a database, and server must not",
                "crates/wire/Cargo.toml:3: tokio waits, and wire must not",
                "crates/wire/Cargo.toml:4: rusqlite drives a database, and wire must not",
            ],
        );
    }

    #[test]
    fn one_test_binary_a_crate() {
        let one =
            ["crates/store/tests/it/main.rs", "crates/store/tests/it/idempotency.rs", "crates/wire/tests/vectors.rs"];
        let two =
            ["crates/server/tests/it/main.rs", "crates/server/tests/sdk/main.rs", "crates/server/src/a/tests/b.rs"];
        let files: Vec<(&str, &str)> = one.into_iter().chain(two).map(|path| (path, "")).collect();
        check("more than one test binary in a crate", &files, &["crates/server/tests: it/main.rs, sdk/main.rs"]);
    }
}
