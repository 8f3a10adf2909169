//! Which folders of a crate may need which: the floors of the server, of the store and of segment.
//!
//! A module may use what stands on its own floor and below, and nothing above. What an arrow is, `imports.rs` says.

use super::imports::arrows;
use super::{Finding, Rule, Tree};

/// A crate with floors.
struct House {
    /// The folder of its sources.
    sources: &'static str,
    /// Its floors, from the top down.
    floors: &'static [Floor],
}

/// Modules that may need each other, and everything below.
struct Floor {
    /// Modules by path, such as `doors` or `hints/nearest`, with all that is in them; the longest path decides. `*` is
    /// every module that is named nowhere else.
    modules: &'static [&'static str],
    /// What stands here.
    what: &'static str,
}

static HOUSES: [House; 3] = [
    House {
        sources: "crates/server/src/",
        floors: &[
            Floor { modules: &["main", "commands", "demo"], what: "what a person starts; puts everything together" },
            Floor { modules: &["doors", "control"], what: "ways in: bytes to a caller, answers to bytes" },
            Floor { modules: &["jobs", "runner"], what: "work that becomes due, with no caller" },
            Floor {
                modules: &["backup", "clock_driver", "hints", "import", "methods", "notices", "reference"],
                what: "calls and files: read, permitted, answered",
            },
            Floor { modules: &["pages"], what: "what pages look like, made of values" },
            Floor { modules: &["acts"], what: "what happens, over a transaction and plain values" },
            Floor {
                modules: &["app", "audit", "directory", "index", "request_log", "world"],
                what: "what a process holds for every call",
            },
            Floor {
                modules: &[
                    "actor",
                    "admission",
                    "answer",
                    "authority",
                    "biz",
                    "bodies",
                    "duration",
                    "hints/nearest",
                    "keys",
                    "links",
                    "log",
                    "merchant_page",
                    "metrics",
                    "outbound",
                    "passwords",
                    "picture",
                    "rate_limit",
                    "terminal",
                    "wakeup",
                ],
                what: "tools that know nothing of calls",
            },
        ],
    },
    House {
        sources: "crates/store/src/",
        floors: &[
            Floor {
                modules: &["lib", "store", "schema", "dump", "prove", "rules", "testing"],
                what: "what is about all tables",
            },
            Floor { modules: &["*"], what: "a table each, or what tables share" },
            Floor { modules: &["engine"], what: "the databases; knows no table" },
        ],
    },
    House {
        sources: "crates/segment/src/",
        floors: &[
            Floor { modules: &["lib", "members"], what: "rows, and counts over all of them" },
            Floor { modules: &["windows"], what: "what members do, in windows of time" },
            Floor { modules: &["kernel"], what: "bits out of cells" },
            Floor { modules: &["columns"], what: "how values are held" },
            Floor { modules: &["rule"], what: "what is asked of one value" },
            Floor { modules: &["tag", "value"], what: "what goes in" },
        ],
    },
];

pub(super) static RULES: [Rule; 2] = [
    Rule {
        broken: "a module needs one from a floor above its own",
        instead: "move what it needs down, or pass it as a value; the floors are in xtask/src/tidy/floors.rs",
        find: upward,
    },
    Rule {
        broken: "a module that stands on no floor",
        instead: "put it into a folder, or give it a floor in xtask/src/tidy/floors.rs",
        find: unplaced,
    },
];

impl House {
    /// The floor that a file stands on, 0 at the top.
    fn floor(&self, file: &str) -> Option<usize> {
        let module = file.strip_prefix(self.sources)?.trim_end_matches(".rs");
        let named =
            self.floors.iter().enumerate().flat_map(|(at, floor)| floor.modules.iter().map(move |name| (at, *name)));
        let holds = |name: &str| module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let longest = named.clone().filter(|(_, name)| holds(name)).max_by_key(|(_, name)| name.len());
        longest.or_else(|| named.into_iter().find(|(_, name)| *name == "*")).map(|(at, _)| at)
    }
}

fn upward(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for house in &HOUSES {
        for ((from, to), line) in arrows(tree, house.sources) {
            if let (Some(low), Some(high)) = (house.floor(from), house.floor(to))
                && high < low
            {
                let above = to.strip_prefix(house.sources).unwrap_or(to);
                let [here, there] = [low, high].map(|at| house.floors[at].what);
                findings.push(Finding::line(from, line, format!("{above} ({there}) is above this file ({here})")));
            }
        }
    }
    findings
}

fn unplaced(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for house in &HOUSES {
        let files = tree.ending(&[".rs"]).filter(|(path, _)| path.starts_with(house.sources));
        let unplaced = files.filter(|(path, _)| house.floor(path).is_none());
        findings.extend(unplaced.map(|(path, _)| Finding::file(path, "is in no list")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn arrows_point_down_or_stay_on_their_floor() {
        let files = [
            ("crates/server/src/main.rs", "mod acts; mod commands; mod doors; mod hints; mod methods;"),
            ("crates/server/src/acts.rs", "pub mod trade;"),
            ("crates/server/src/acts/trade.rs", "use crate::app::App;\nuse crate::methods::pay;"),
            ("crates/server/src/doors/h5.rs", "use crate::acts::trade; fn f() { crate::acts::trade::pay() }"),
            ("crates/server/src/hints/nearest.rs", "use crate::methods::list;"),
            ("crates/server/src/biz.rs", "use crate::hints::nearest::name;\nuse crate::hints::{find};"),
            ("crates/server/src/hints.rs", "pub mod nearest;"),
            ("crates/server/src/methods.rs", "#[cfg(test)] mod tests { use crate::doors::h5::f; }"),
            ("crates/server/src/app.rs", "pub struct App;"),
            ("crates/store/src/lib.rs", "mod engine; mod trade; pub use trade::Trade;"),
            ("crates/store/src/trade.rs", "use crate::engine::tx::Tx;"),
            ("crates/store/src/engine.rs", "mod tx;"),
            ("crates/store/src/engine/tx.rs", "use crate::Trade;"),
        ];
        check(
            "a module needs one from a floor above its own",
            &files,
            &[
                "crates/server/src/acts/trade.rs:2: methods.rs (calls and files: read, permitted, answered) is above this \
                 file (what happens, over a transaction and plain values)",
                "crates/server/src/biz.rs:2: hints.rs (calls and files: read, permitted, answered) is above this file (tools \
                 that know nothing of calls)",
                "crates/server/src/hints/nearest.rs:1: methods.rs (calls and files: read, permitted, answered) is above this \
                 file (tools that know nothing of calls)",
                "crates/store/src/engine/tx.rs:1: trade.rs (a table each, or what tables share) is above this file (the \
                 databases; knows no table)",
            ],
        );
    }

    #[test]
    fn every_module_stands_on_a_floor() {
        let paths = ["server/src/doors.rs", "server/src/doorsteps.rs", "server/src/hints/json.rs", "store/src/any.rs"];
        let paths = paths.map(|path| format!("crates/{path}"));
        let files = paths.each_ref().map(|path| (path.as_str(), ""));
        check("a module that stands on no floor", &files, &["crates/server/src/doorsteps.rs: is in no list"]);
    }
}
