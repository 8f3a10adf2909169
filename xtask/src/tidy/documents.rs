//! What the documents say is there; what no file says: where somebody's machine keeps things.

use super::{Finding, Rule, Tree};

/// The documents that lead a reader to files.
const GUIDES: [&str; 3] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/design.md"];
/// Endings by which a single word is a file of ours.
const ENDINGS: [&str; 5] = [".rs", ".md", ".toml", ".sql", ".py"];
/// The tops of machines' file systems where people and robots work.
const HOMES: [&str; 4] = ["root", "home", "Users", "work"];
/// Hosts that package managers ask; a project names packages, and whoever builds it says where they come from. In two
/// parts, so that this file names none.
const REGISTRIES: [(&str, &str); 9] = [
    ("registry", "npmjs.org"),
    ("registry", "yarnpkg.com"),
    ("registry", "npmmirror.com"),
    ("pypi", "org"),
    ("files.pythonhosted", "org"),
    ("static.crates", "io"),
    ("index.crates", "io"),
    ("deb.debian", "org"),
    ("security.debian", "org"),
];

pub(super) static RULES: [Rule; 3] = [
    Rule {
        broken: "the two READMEs differ in their headings",
        instead: "say in both languages what you said in one",
        find: headings,
    },
    Rule {
        broken: "a guide names a file that does not exist",
        instead: "name the file as it is called now, by enough of its path's end",
        find: paths,
    },
    Rule {
        broken: "a machine's path or a registry's host",
        instead: "make paths relative or temporary; name packages, and leave their registry to whoever builds",
        find: machines,
    },
];

fn headings(tree: &Tree) -> Vec<Finding> {
    let levels = |text: &str| -> Vec<usize> {
        prose(text)
            .filter_map(|(_, line)| line.split_once("# ").map(|(marks, _)| marks))
            .filter(|marks| marks.bytes().all(|b| b == b'#'))
            .map(str::len)
            .collect()
    };
    let [english, chinese] =
        ["README.md", "README.zh-CN.md"].map(|path| tree.text(path).map(levels).unwrap_or_default());
    if english == chinese {
        return Vec::new();
    }
    vec![Finding::file("README.zh-CN.md", format!("{} headings, README.md has {}", chinese.len(), english.len()))]
}

fn paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for guide in GUIDES {
        for (at, line) in prose(tree.text(guide).unwrap_or_default()) {
            let spans = line.split('`').skip(1).step_by(2).filter(|span| looks_like_path(span));
            let missing = spans.filter(|path| !exists(tree, path.trim_end_matches('/')));
            findings.extend(missing.map(|path| Finding::line(guide, at, path)));
        }
    }
    findings
}

/// The numbered lines of a document outside its fenced blocks.
pub(super) fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    })
}

/// Not a route (`/gateway.do`), not an option, not a pattern, not built (`target/…`), not the user's (`DATA/lock`).
fn looks_like_path(span: &str) -> bool {
    let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c)) && !span.starts_with(['/', '-']);
    let top = span.split('/').next().unwrap_or_default();
    let ours = top != "target" && !(span.contains('/') && top.chars().all(|c| c.is_ascii_uppercase()));
    plain && ours && (span.contains('/') || ENDINGS.iter().any(|ending| span.ends_with(ending)))
}

/// Whether a path is a file or folder of ours, told from the top or by its end.
fn exists(tree: &Tree, path: &str) -> bool {
    let wanted = format!("/{path}");
    tree.files().any(|(file, _)| {
        let file = format!("/{file}/");
        file.contains(&format!("{wanted}/"))
    })
}

fn machines(tree: &Tree) -> Vec<Finding> {
    let hosts = REGISTRIES.map(|(host, end)| format!("{host}.{end}"));
    let homes = HOMES.map(|home| format!("/{home}/"));
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        for (at, line) in text.lines().enumerate() {
            let host = hosts.iter().find(|host| line.contains(host.as_str()));
            let home = homes.iter().find(|home| starts_somewhere(line, home));
            findings.extend(host.or(home).map(|what| Finding::line(path, at, what)));
        }
    }
    findings
}

/// Whether an absolute path that begins so stands in the line.
fn starts_somewhere(line: &str, beginning: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_-./+}>$".contains(c);
    line.match_indices(beginning).any(|(at, _)| !line[..at].chars().next_back().is_some_and(inside))
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn the_readmes_have_the_same_headings() {
        let english = "# A\n\n```\n# a comment\n```\n## B\n";
        let rule = "the two READMEs differ in their headings";
        check(rule, &[("README.md", english), ("README.zh-CN.md", "# 甲\n## 乙\n")], &[]);
        let expect = ["README.zh-CN.md: 1 headings, README.md has 2"];
        check(rule, &[("README.md", english), ("README.zh-CN.md", "# 甲\n")], &expect);
    }

    #[test]
    fn guides_name_files_that_exist() {
        let guide = "See `doors/gateway.rs`, `crates/wire/`, `GET /readyz`, `/gateway.do`, `DATA/lock`, `target/up/running`,\n\
                     `methods/<product>/<call>.rs`, `store::idempotency`, but not `gate.rs` or `doors/h5`.\n```\n`gone/away.rs`\n```\n";
        check(
            "a guide names a file that does not exist",
            &[
                ("ARCHITECTURE.md", guide),
                ("crates/server/src/doors/gateway.rs", ""),
                ("crates/wire/Cargo.toml", ""),
                ("crates/server/src/agate.rs", ""),
            ],
            &["ARCHITECTURE.md:2: gate.rs", "ARCHITECTURE.md:2: doors/h5"],
        );
    }

    #[test]
    fn machines_are_not_named() {
        let [home, host] = [["/ro", "ot/x"].concat(), ["https://pypi", ".org/simple"].concat()];
        let text = format!("PATH={home}\ntarget{home} and base64+{home}\n--index {host}\n");
        let found = [["a.sh:1: /ro", "ot/"].concat(), ["a.sh:3: pypi", ".org"].concat()];
        check("a machine's path or a registry's host", &[("a.sh", &text)], &[&found[0], &found[1]]);
    }
}
