//! The modules of a crate as its files declare them, and what each module's names stand for.

use std::collections::BTreeMap;

use super::Tree;
use super::tokens::{self, Kind, Token, name};

/// A module: its names from the crate's root on, none for the root itself.
pub(super) type Path<'a> = Vec<&'a str>;

/// What one module says.
#[derive(Debug, Default)]
pub(super) struct Module<'a> {
    /// The file that it stands in.
    pub(super) file: &'a str,
    /// What it imports: the name here, and what that stands for.
    pub(super) imports: Vec<(&'a str, Import<'a>)>,
    /// Modules of which it imports everything.
    pub(super) globs: Vec<Import<'a>>,
    /// The paths that its code says, imports left out.
    pub(super) mentions: Vec<(Path<'a>, usize)>,
}

/// What a path leads to.
pub(super) struct Target<'a> {
    /// The module itself, or the module that holds the item.
    pub(super) module: Path<'a>,
    pub(super) is_module: bool,
}

/// What an imported name stands for.
#[derive(Debug)]
pub(super) struct Import<'a> {
    pub(super) path: Path<'a>,
    /// The line, from 0.
    pub(super) line: usize,
    /// Whether it is passed on to others (`pub use`).
    pub(super) is_public: bool,
}

/// A crate's modules; those for tests are left out.
#[derive(Default)]
pub(super) struct Modules<'a> {
    pub(super) by_path: BTreeMap<Path<'a>, Module<'a>>,
    /// The modules that define macros, by the macro's name: an exported one is named by the crate's root.
    macros: BTreeMap<&'a str, Path<'a>>,
}

impl<'a> Modules<'a> {
    /// Of the crate whose sources lie in a folder, such as `crates/wire/src/`.
    pub(super) fn read(tree: &'a Tree, sources: &str) -> Modules<'a> {
        let mut modules = Modules::default();
        let mut for_tests: Vec<Path<'a>> = Vec::new();
        // A parent comes before its children, so that what it declares for tests is known when their turn comes.
        let files = tree
            .ending(&[".rs"])
            .filter_map(|(file, text)| Some((module_path(file.strip_prefix(sources)?), file, text)));
        let mut files: Vec<_> = files.collect();
        files.sort();
        for (path, file, text) in files {
            if for_tests.iter().any(|tests| path.starts_with(tests)) {
                continue;
            }
            let (tokens, tests) = tokens::compiled(text);
            for_tests.extend(tests.into_iter().map(|name| [&path[..], &[name]].concat()));
            Reader { tokens: &tokens, at: 0, file }.read(path, &mut modules);
        }
        modules
    }

    /// What a path in a module leads to; `None` where that is outside of the crate.
    pub(super) fn target(&self, from: &Path<'a>, path: &[&'a str]) -> Option<Target<'a>> {
        self.follow(from, path, 0)
    }

    fn follow(&self, from: &Path<'a>, path: &[&'a str], depth: usize) -> Option<Target<'a>> {
        /// Re-exports of re-exports of …; nobody writes so many but in a circle.
        const DEPTH_MAX: usize = 16;
        if depth == DEPTH_MAX {
            return None;
        }
        let mut at = from.clone();
        let mut rest = path;
        let mut is_local = true;
        while let Some((first, behind)) = rest.split_first() {
            match *first {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()),
                first => {
                    let inner = [&at[..], &[first]].concat();
                    let module = self.by_path.get(&at)?;
                    if self.by_path.contains_key(&inner) {
                        at = inner;
                    } else if let Some((_, import)) = module.imports.iter().find(|(name, _)| *name == first) {
                        let whole = [&import.path[..], behind].concat();
                        // An import of a name by that name says nothing of this crate: `use serde;`.
                        return if whole == rest { None } else { self.follow(&at, &whole, depth + 1) };
                    } else if is_local {
                        // Nothing here has this name, so it is another crate's, the language's or this module's own.
                        return None;
                    } else {
                        let passed_on = module.globs.iter().filter(|glob| glob.is_public);
                        let mut found =
                            passed_on.filter_map(|glob| self.follow(&at, &[&glob.path[..], rest].concat(), depth + 1));
                        let holder = self.macros.get(first).filter(|_| at.is_empty()).unwrap_or(&at);
                        return found.next().or(Some(Target { module: holder.clone(), is_module: false }));
                    }
                }
            }
            is_local = false;
            rest = behind;
        }
        Some(Target { module: at, is_module: true })
    }
}

/// `doors/h5.rs` and `doors/h5/mod.rs` → `doors`, `h5`; the crate's root → nothing.
fn module_path(file: &str) -> Path<'_> {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if matches!(path, "lib" | "main") { Vec::new() } else { path.split('/').collect() }
}

/// Reads a file's tokens into modules.
struct Reader<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    file: &'a str,
}

impl<'a> Reader<'_, 'a> {
    /// Reads one module, up to the brace that ends it or the file's end.
    fn read(&mut self, path: Path<'a>, modules: &mut Modules<'a>) {
        let mut module = Module { file: self.file, ..Module::default() };
        let mut depth = 0_usize;
        while let Some(token) = self.tokens.get(self.at).copied() {
            match token.kind {
                Kind::Mark('{') => depth += 1,
                Kind::Mark('}') if depth == 0 => break,
                Kind::Mark('}') => depth -= 1,
                Kind::Name("pub") if self.peek(1) == Some(Kind::Mark('(')) => {
                    // `pub(in crate::a)` mentions nothing.
                    while self.peek(0).is_some_and(|kind| kind != Kind::Mark(')')) {
                        self.at += 1;
                    }
                    if self.peek(1) == Some(Kind::Name("use")) {
                        self.at += 2;
                        self.import(&mut module, &[], true, token.line);
                    }
                }
                Kind::Name("use") if !matches!(self.before(), Some(Kind::Mark('<' | ','))) => {
                    let is_public = self.before() == Some(Kind::Name("pub"));
                    self.at += 1;
                    self.import(&mut module, &[], is_public, token.line);
                }
                Kind::Name("mod") if self.peek(2) == Some(Kind::Mark('{')) => {
                    let inner = name(self.tokens[self.at + 1]).unwrap_or_default();
                    self.at += 3;
                    self.read([&path[..], &[inner]].concat(), modules);
                }
                Kind::Name("macro_rules") => {
                    let defined = self.tokens.get(self.at + 2).copied().and_then(name);
                    modules.macros.extend(defined.map(|name| (name, path.clone())));
                    self.at += 2;
                }
                Kind::Name("fn" | "struct" | "enum" | "trait" | "type" | "mod") => self.at += 1,
                Kind::Name(_) if !matches!(self.before(), Some(Kind::Mark('.') | Kind::Path)) => {
                    let mentioned = self.path();
                    module.mentions.push((mentioned, token.line));
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
        modules.by_path.insert(path, module);
    }

    fn peek(&self, ahead: usize) -> Option<Kind<'a>> {
        Some(self.tokens.get(self.at + ahead)?.kind)
    }

    fn before(&self) -> Option<Kind<'a>> {
        Some(self.tokens[self.at.checked_sub(1)?].kind)
    }

    /// Reads `a::b::c`.
    fn path(&mut self) -> Path<'a> {
        let mut path = Vec::new();
        while let Some(Kind::Name(name)) = self.peek(0) {
            path.push(name);
            self.at += 1;
            if self.peek(0) != Some(Kind::Path) || !matches!(self.peek(1), Some(Kind::Name(_))) {
                break;
            }
            self.at += 1;
        }
        path
    }

    /// Reads what follows `use`, or what stands between two commas of its braces; `::` at its beginning is another
    /// crate's.
    fn import(&mut self, module: &mut Module<'a>, before: &[&'a str], is_public: bool, line: usize) {
        let is_foreign = self.peek(0) == Some(Kind::Path);
        self.at += usize::from(is_foreign);
        let path = [before, &self.path()].concat();
        if self.peek(0) == Some(Kind::Path) {
            self.at += 1;
        }
        let import = |path| Import { path, line, is_public };
        match self.peek(0) {
            Some(Kind::Mark('*')) => {
                self.at += 1;
                module.globs.push(import(path));
            }
            Some(Kind::Mark('{')) => {
                self.at += 1;
                while self.peek(0).is_some_and(|kind| kind != Kind::Mark('}')) {
                    self.import(module, &path, is_public, line);
                    self.at += usize::from(self.peek(0) == Some(Kind::Mark(',')));
                }
                self.at += 1;
            }
            next => {
                let path =
                    if path.last() == Some(&"self") && 1 < path.len() { path[..path.len() - 1].to_vec() } else { path };
                let mut name = path.last().copied();
                if next == Some(Kind::Name("as")) {
                    name = self.tokens.get(self.at + 1).copied().and_then(tokens::name);
                    self.at += 2;
                }
                if let (Some(name), false) = (name, is_foreign) {
                    module.imports.push((name, import(path)));
                }
            }
        }
    }
}
