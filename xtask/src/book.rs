//! The documents as a book: `mdbook build` without a warning, and no link in it that leads nowhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::process::{cargo, find, root, run_logged, shown, target};

/// The program that builds the book, in the version that `cargo install` is asked for.
const MDBOOK: &str = "mdbook";
const VERSION: &str = "0.5.4";
/// Pages that mdBook makes of all others, with their links.
const DERIVED: [&str; 3] = ["404.html", "print.html", "toc.html"];

/// Builds the book alone.
pub(crate) fn book() -> Result<ExitCode, String> {
    let target = target()?;
    let mdbook = prepare(&target, &target.join("mdbook.log"))?;
    build(&mdbook, &target)?;
    println!("{}", shown(&target.join("book/index.html")));
    Ok(ExitCode::SUCCESS)
}

/// Gives mdBook: the machine's own, or one that is built once under `target/tools`.
///
/// It is built without optimisation and without its server: that takes a minute of one processor, and building the book
/// takes less than a second all the same.
pub(crate) fn prepare(target: &Path, log: &Path) -> Result<PathBuf, String> {
    if let Some(program) = find(MDBOOK) {
        return Ok(program);
    }
    let tools = target.join("tools");
    let program = tools.join("bin").join(MDBOOK);
    if !program.exists() {
        let mut install = cargo();
        install.args([
            "install",
            MDBOOK,
            "--version",
            VERSION,
            "--locked",
            "--debug",
            "--no-default-features",
            "--root",
        ]);
        run_logged(install.arg(&tools).env("CARGO_TARGET_DIR", tools.join("build")), log)?;
    }
    Ok(program)
}

/// Builds the book into `target/book` and follows every link in it.
pub(crate) fn build(mdbook: &Path, target: &Path) -> Result<(), String> {
    let folder = target.join("book");
    let mut command = Command::new(mdbook);
    command.arg("build").arg(root()).arg("--dest-dir").arg(&folder);
    let output = command.output().map_err(|fault| format!("cannot run {}: {fault}", mdbook.display()))?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    if !output.status.success() || said.contains("WARN") || said.contains("ERROR") {
        return Err(format!("mdbook build: {}\n{said}", output.status));
    }
    let mut files = BTreeMap::new();
    read(&folder, "", &mut files)?;
    let broken = broken_links(&files);
    if broken.is_empty() { Ok(()) } else { Err(format!("links that lead nowhere:\n  {}", broken.join("\n  "))) }
}

/// Reads a folder's files by their path in the book; what is no page is read as empty.
fn read(folder: &Path, inside: &str, files: &mut BTreeMap<String, String>) -> Result<(), String> {
    let fault = |fault| format!("cannot read {}: {fault}", folder.display());
    for entry in fs::read_dir(folder).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        let name = format!("{inside}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files)?;
        } else {
            let is_page = name.ends_with(".html");
            let text = if is_page { fs::read_to_string(entry.path()).map_err(fault)? } else { String::new() };
            files.insert(name, text);
        }
    }
    Ok(())
}

/// Every link of a page to a file or a heading that is not in the book.
fn broken_links(files: &BTreeMap<String, String>) -> Vec<String> {
    let ids: BTreeMap<&str, BTreeSet<&str>> =
        files.iter().map(|(name, text)| (name.as_str(), attributes(text, " id=\"").collect())).collect();
    let mut broken = Vec::new();
    for (page, text) in files.iter().filter(|(name, _)| !DERIVED.contains(&name.as_str())) {
        let links: BTreeSet<&str> = attributes(text, " href=\"").chain(attributes(text, " src=\"")).collect();
        for link in links.into_iter().filter(|link| !is_elsewhere(link)) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { page.clone() } else { resolved(page, file) };
            let found = ids.get(file.as_str()).is_some_and(|ids| heading.is_empty() || ids.contains(heading));
            if !found {
                broken.push(format!("{page}: {link}"));
            }
        }
    }
    broken
}

/// The values of an attribute, in the order of the text.
fn attributes<'a>(text: &'a str, attribute: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next())
}

/// Whether a link leads out of the book, or is none.
fn is_elsewhere(link: &str) -> bool {
    link.is_empty() || link.starts_with("//") || link.split('/').next().is_some_and(|scheme| scheme.contains(':'))
}

/// The path in the book that a relative link in a page means.
fn resolved(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_files_and_headings_of_the_book() {
        let page = "<h2 id=\"two words\"></h2><a class=\"x\" href=\"#two words\"> <a href=\"#gone\"> <img src=\"a/b.png\"> \
                    <a href=\"a/c.html#d\"> <a href=\"c.html\"> <a href=\"https://x.y/z\"> <a href=\"mailto:x@y\">";
        let inner = "<a id=\"d\" href=\"../index.html\"> <a href=\"../../gone.html\"> <a href=\"b.png\">";
        let files = [("index.html", page), ("print.html", "<a href=\"gone\">"), ("a/b.png", ""), ("a/c.html", inner)];
        let files = files.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        assert_eq!(broken_links(&files), ["a/c.html: ../../gone.html", "index.html: #gone", "index.html: c.html"]);
    }
}
