//! One method, one file: its path, its first line and its constant say the same name, so that one search finds all of
//! it.
//!
//! A file in a product's folder that says no name in either place holds what the product's methods share; no method can
//! hide so, since it has no name without the constant.

use super::{Finding, Rule, Tree};

pub(super) static RULES: [Rule; 1] = [Rule {
    broken: "a method's file does not say which method it is",
    instead: "methods/<product>/<call>.rs begins with //! and the full method name in backticks, has that name as NAME, and \
              is called as the name's end, with _ for the dots",
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
        let first = first.filter(|name| name.contains('.'));
        let constant = text.lines().enumerate().find(|(_, line)| line.trim_start().starts_with("const NAME:"));
        let constant = constant.map(|(at, line)| (at, line.split('"').nth(1).unwrap_or_default()));
        match (first, constant) {
            (None, None) => {}
            (None, Some(_)) => findings.push(Finding::line(path, 0, "no full method name in the first line")),
            (Some(_), None) => findings.push(Finding::file(path, "has no const NAME")),
            (Some(first), Some((at, constant))) => {
                if first != constant {
                    findings.push(Finding::line(path, at, format!("NAME is {constant:?}, not {first:?}")));
                }
                if !first.replace('.', "_").ends_with(&format!("_{stem}")) {
                    findings.push(Finding::line(path, 0, format!("{first} does not end as {stem}")));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn path_first_line_and_constant_agree() {
        let constant = "    const NAME: &str = \"koubei.marketing.campaign.crowd.create\";\n";
        let good = format!("//! `koubei.marketing.campaign.crowd.create`: saves a rule.\n{constant}");
        let other = good.replace("crowd.create`", "crowd.modify`");
        check(
            "a method's file does not say which method it is",
            &[
                ("crates/server/src/methods/a/crowd_create.rs", good.as_str()),
                ("crates/server/src/methods/b/crowd_count.rs", &good),
                ("crates/server/src/methods/c/crowd_modify.rs", &other),
                ("crates/server/src/methods/d/crowd_create.rs", constant),
                ("crates/server/src/methods/e/crowd_create.rs", "//! `a.crowd.create`.\n"),
                ("crates/server/src/methods/f/conditions.rs", "//! What the methods share.\n"),
                ("crates/server/src/methods/f.rs", ""),
            ],
            &[
                "crates/server/src/methods/b/crowd_count.rs:1: koubei.marketing.campaign.crowd.create does not end as \
                 crowd_count",
                "crates/server/src/methods/c/crowd_modify.rs:2: NAME is \"koubei.marketing.campaign.crowd.create\", not \
                 \"koubei.marketing.campaign.crowd.modify\"",
                "crates/server/src/methods/d/crowd_create.rs:1: no full method name in the first line",
                "crates/server/src/methods/e/crowd_create.rs: has no const NAME",
            ],
        );
    }
}
