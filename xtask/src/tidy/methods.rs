//! One method, one file: its path, its first line and its constant say the same name, so that one search finds all of it.

use super::{Finding, Rule, Tree};

pub(super) static RULES: [Rule; 1] = [Rule {
    broken: "a method's file does not say which method it is",
    instead: "methods/<product>/<call>.rs begins with //! and the full method name in backticks, has that name as NAME, and \
              is called as the name's end, with _ for the dots; what methods share lives outside the product's folder",
    find: names,
}];

fn names(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.ending(&[".rs"]) {
        let call = path.strip_prefix("crates/server/src/methods/").and_then(|path| path.strip_suffix(".rs"));
        let Some((_, stem)) = call.and_then(|call| call.split_once('/')).filter(|(_, stem)| !stem.contains('/')) else {
            continue;
        };
        let first = text.strip_prefix("//! `").and_then(|rest| rest.split_once('`')).map(|(name, _)| name);
        let Some(name) = first.filter(|name| name.contains('.')) else {
            findings.push(Finding::line(path, 0, "no full method name in the first line"));
            continue;
        };
        if !name.replace('.', "_").ends_with(&format!("_{stem}")) {
            findings.push(Finding::line(path, 0, format!("{name} does not end as {stem}")));
        }
        let constant = text.lines().enumerate().find(|(_, line)| line.trim_start().starts_with("const NAME:"));
        match constant.map(|(at, line)| (at, line.split('"').nth(1).unwrap_or_default())) {
            Some((_, constant)) if constant == name => {}
            Some((at, constant)) => {
                findings.push(Finding::line(path, at, format!("NAME is {constant:?}, not {name:?}")));
            }
            None => findings.push(Finding::file(path, "has no const NAME")),
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn path_first_line_and_constant_agree() {
        let good = "//! `koubei.marketing.campaign.crowd.create`: saves a rule.\n    const NAME: &str = \"koubei.marketing.campaign.crowd.create\";\n";
        let other = "//! `koubei.marketing.campaign.crowd.create`.\nconst NAME: &str = \"koubei.crowd.create\";\n";
        check(
            "a method's file does not say which method it is",
            &[
                ("crates/server/src/methods/segment/crowd_count.rs", good),
                ("crates/server/src/methods/segment/crowd_create.rs", good),
                ("crates/server/src/methods/segment/conditions.rs", "//! Conditions.\n"),
                ("crates/server/src/methods/points/crowd_create.rs", other),
                ("crates/server/src/methods/segment/crowd_create/tests.rs", ""),
                ("crates/server/src/methods/segment.rs", ""),
            ],
            &[
                "crates/server/src/methods/points/crowd_create.rs:2: NAME is \"koubei.crowd.create\", not \
                 \"koubei.marketing.campaign.crowd.create\"",
                "crates/server/src/methods/segment/conditions.rs:1: no full method name in the first line",
                "crates/server/src/methods/segment/crowd_count.rs:1: koubei.marketing.campaign.crowd.create does not end as \
                 crowd_count",
            ],
        );
    }
}
