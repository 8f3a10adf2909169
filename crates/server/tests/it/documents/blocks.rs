//! A document in Markdown, read for what a reader does with it: files to save, commands to type, output to compare.
//!
//! A fenced block says what it holds. `sh` or `console` holds commands; `sh background` holds one that keeps running,
//! as in a terminal of its own. `text` right behind commands is what they print, where `…` stands for anything. Any
//! other language with a second word is a file of that name, to be saved in the reader's folder. Commands in sentences
//! stand in backquotes.

/// The programs whose names begin a command in a sentence.
const PROGRAMS: [&str; 6] = ["punchcard ", "cargo ", "npm ", "node ", "mdbook ", "sudo "];

/// One thing that a document has a reader do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Save a file.
    Save {
        /// Its name, relative to the folder that the reader is in.
        name: String,
        /// What is in it.
        text: String,
    },
    /// Type these commands, one after the other.
    Type {
        /// The commands, each on its own however many lines it has.
        commands: Vec<String>,
        /// The lines that they print, if the document shows them.
        prints: Option<Vec<String>>,
    },
    /// Start this in another terminal, and leave it running.
    Start(String),
    /// A command that a sentence names.
    Mention(String),
}

/// The steps of a document in their order.
pub(super) fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut prose = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            prose.push_str(line);
            prose.push('\n');
            continue;
        };
        let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim_start() != "```").collect();
        let is_adjacent = prose.trim().is_empty();
        steps.extend(mentions(&std::mem::take(&mut prose)));
        let (language, name) = info.split_once(' ').unwrap_or((info, ""));
        match (language, name) {
            ("", _) => panic!("a block does not say what it holds: sh, text, …\n{}", body.join("\n")),
            ("sh", "background") => steps.push(Step::Start(body.join("\n"))),
            ("sh" | "console", "") => steps.push(Step::Type { commands: commands(&body), prints: None }),
            ("text", "") => {
                if let (true, Some(Step::Type { prints, .. })) = (is_adjacent, steps.last_mut()) {
                    *prints = Some(body.iter().map(|&line| line.to_owned()).collect());
                }
            }
            (_, "") => {}
            (_, name) => {
                steps.push(Step::Save { name: name.to_owned(), text: body.join("\n") + "\n" });
            }
        }
    }
    steps.extend(mentions(&prose));
    steps
}

/// The commands that sentences name. Patterns with `…` in them are none.
fn mentions(prose: &str) -> impl Iterator<Item = Step> {
    let spans = prose.split('`').skip(1).step_by(2);
    let spans = spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "));
    let spans: Vec<String> = spans.filter(|span| PROGRAMS.iter().any(|program| span.starts_with(program))).collect();
    spans.into_iter().filter(|span| !span.contains('…')).map(Step::Mention)
}

/// Joins lines that end with a backslash to the next.
fn commands(lines: &[&str]) -> Vec<String> {
    let mut commands: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in lines.iter().filter(|line| !line.trim().is_empty()) {
        match commands.last_mut() {
            Some(last) if goes_on => {
                last.push('\n');
                last.push_str(line);
            }
            _ => commands.push((*line).to_owned()),
        }
        goes_on = line.ends_with('\\');
    }
    commands
}

/// Whether a line is what a document says, where `…` stands for anything.
pub(super) fn is_as_shown(line: &str, shown: &str) -> bool {
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some((_, behind)) = rest.split_once(part) else { return false };
        rest = behind;
    }
    rest.ends_with(last)
}

#[test]
fn a_document_is_read_into_steps() {
    let text = "Run `cargo\nxtask up`, `x`, `punchcard …`.\n\n```toml world.toml\n[a]\n```\n```sh\none \\\n  two\n\nthree\n```\n\n\
                ```text\n4 …\n```\nSo:\n```text\nshown\n```\n```json\n{}\n```\n```sh background\nserve\n```\n";
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let expect = [
        Step::Mention("cargo xtask up".to_owned()),
        Step::Save { name: "world.toml".to_owned(), text: "[a]\n".to_owned() },
        Step::Type { commands: owned(&["one \\\n  two", "three"]), prints: Some(owned(&["4 …"])) },
        Step::Start("serve".to_owned()),
    ];
    assert_eq!(steps(text), expect);
}

#[test]
fn an_ellipsis_stands_for_anything() {
    for (line, shown, expect) in [
        ("abc", "abc", true),
        ("abcd", "abc", false),
        ("abc", "a…c", true),
        ("abc", "…", true),
        ("abc", "a…b", false),
        ("abcbc", "a…b…c", true),
        ("abc", "b…", false),
    ] {
        assert_eq!(is_as_shown(line, shown), expect, "{line} {shown}");
    }
}
