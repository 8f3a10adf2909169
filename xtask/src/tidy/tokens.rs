//! Rust source as a list of tokens, for rules that read code: without comments, and without code that only tests
//! compile.
//!
//! This is a lexer and no parser. It knows as much of Rust's grammar as is needed to find where a token, an attribute
//! or an item ends.

/// A token, with its line, which counts from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) line: usize,
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A name or a keyword.
    Name(&'a str),
    /// One character of punctuation; `::` is [`Kind::Path`].
    Mark(char),
    /// `::`
    Path,
    /// A string, as it is written, with its quotes.
    Text(&'a str),
    /// A number, a character or a lifetime.
    Other,
}

/// The tokens that a build without tests compiles.
///
/// Left out is every item under `#[cfg(…)]` that names `test` or the feature `testing`, unless it negates them. The
/// second list has the names of the modules among those items: their files are tests too.
pub(super) fn compiled(text: &str) -> (Vec<Token<'_>>, Vec<&str>) {
    let all = tokens(text);
    let (mut kept, mut test_modules) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < all.len() {
        let attribute = attribute_end(&all, at);
        match attribute {
            Some(end) if is_for_tests(&all[at..end]) => {
                let item = item_end(&all, end);
                let named = all[end..item].windows(2).find(|pair| pair[0].kind == Kind::Name("mod"));
                test_modules.extend(named.and_then(|pair| name(pair[1])));
                at = item;
            }
            _ => {
                let end = attribute.unwrap_or(at + 1);
                kept.extend_from_slice(&all[at..end]);
                at = end;
            }
        }
    }
    (kept, test_modules)
}

/// The text of a name.
pub(super) fn name(token: Token<'_>) -> Option<&str> {
    if let Kind::Name(name) = token.kind { Some(name) } else { None }
}

/// The place behind the attribute that begins at a place, if one does.
fn attribute_end(all: &[Token<'_>], at: usize) -> Option<usize> {
    let begins = all[at].kind == Kind::Mark('#') && all.get(at + 1)?.kind == Kind::Mark('[');
    begins.then(|| group_end(all, at + 1))
}

fn is_for_tests(attribute: &[Token<'_>]) -> bool {
    let has = |kind| attribute.iter().any(|token| token.kind == kind);
    let named = has(Kind::Name("test")) || has(Kind::Text("\"testing\""));
    attribute[2].kind == Kind::Name("cfg") && named && !has(Kind::Name("not"))
}

/// The place behind the bracket that closes the one at a place; the end if none does.
fn group_end(all: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in all.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Mark('(' | '[' | '{') => depth += 1,
            Kind::Mark(')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    all.len()
}

/// The place behind the item that begins at a place: behind its `;`, or its block where it is no declaration with one.
fn item_end(all: &[Token<'_>], start: usize) -> usize {
    let mut at = start;
    while let Some(end) = all.get(at).and_then(|_| attribute_end(all, at)) {
        at = end;
    }
    let first = all[at..].iter().copied().filter_map(name).find(|name| *name != "pub" && *name != "crate");
    let ends_with_semicolon = matches!(first, Some("use" | "const" | "static" | "type" | "let"));
    while let Some(token) = all.get(at) {
        match token.kind {
            Kind::Mark(';') => return at + 1,
            Kind::Mark('{') if !ends_with_semicolon => return group_end(all, at),
            Kind::Mark('(' | '[' | '{') => at = group_end(all, at),
            Kind::Mark(')' | ']' | '}') => return at,
            _ => at += 1,
        }
    }
    at
}

/// All tokens but comments.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut line = 0;
    while let Some(c) = rest.chars().next() {
        let (kind, length) = token(rest, c);
        tokens.extend(kind.map(|kind| Token { kind, line }));
        let (token, behind) = rest.split_at(length);
        line += token.matches('\n').count();
        rest = behind;
    }
    tokens
}

/// The token that a text begins with, if it is none of blanks and comments, and its length in bytes. `c` is the first
/// character.
fn token(text: &str, c: char) -> (Option<Kind<'_>>, usize) {
    let quoted = |length| (Some(Kind::Text(&text[..length])), length);
    match c {
        '/' if text.starts_with("//") => (None, text.find('\n').unwrap_or(text.len())),
        '/' if text.starts_with("/*") => (None, block_comment(text)),
        ':' if text.starts_with("::") => (Some(Kind::Path), 2),
        '"' => quoted(1 + string(&text[1..])),
        '\'' => (Some(Kind::Other), 1 + character(&text[1..])),
        'b' if text.starts_with("b'") => (Some(Kind::Other), 2 + character(&text[2..])),
        'r' | 'b' | 'c' if let Some((quote, close)) = prefix(text) => {
            let content = &text[quote + 1..];
            let end = match close {
                Some(close) => content.find(&close).map_or(content.len(), |at| at + close.len()),
                None => string(content),
            };
            quoted(quote + 1 + end)
        }
        c if c.is_alphabetic() || c == '_' => (Some(Kind::Name(&text[..word(text)])), word(text)),
        c if c.is_ascii_digit() => (Some(Kind::Other), word(text)),
        c if c.is_whitespace() => (None, c.len_utf8()),
        c => (Some(Kind::Mark(c)), c.len_utf8()),
    }
}

/// The length of the letters, digits and underscores that a text begins with.
fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// The length of a block comment; such comments nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(next) = text[at..].find(['*', '/']) {
        at += next;
        let mark = &text.as_bytes()[at..text.len().min(at + 2)];
        at += if matches!(mark, b"/*" | b"*/") { 2 } else { 1 };
        match mark {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of a string's content with its closing quote.
fn string(content: &str) -> usize {
    let mut escaped = false;
    let ends = |(_, c): &(usize, char)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    };
    content.char_indices().find(ends).map_or(content.len(), |(at, _)| at + 1)
}

/// The length of what follows a single quote: a character with its closing quote, or the name of a lifetime.
fn character(text: &str) -> usize {
    let first = text.chars().next().map_or(0, char::len_utf8);
    match text.strip_prefix('\\') {
        // What follows the backslash may be a quote itself.
        Some(escape) => 1 + escape.char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 1),
        None if text[first..].starts_with('\'') => first + 1,
        None => word(text),
    }
}

/// The place of the opening quote of a string with a prefix, and what closes it where it is raw.
fn prefix(text: &str) -> Option<(usize, Option<String>)> {
    let prefix = ["br", "cr", "r", "b", "c"].into_iter().find(|prefix| text.starts_with(prefix))?;
    let is_raw = prefix.ends_with('r');
    let hashes = text[prefix.len()..].bytes().take_while(|byte| *byte == b'#').count();
    let quote = prefix.len() + hashes;
    let is_string = text[quote..].starts_with('"') && (is_raw || hashes == 0);
    is_string.then(|| (quote, is_raw.then(|| format!("\"{}", "#".repeat(hashes)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, names: &[&str]) {
        let found: Vec<&str> = compiled(text).0.into_iter().filter_map(name).collect();
        assert_eq!(found, names, "{text}");
    }

    #[test]
    fn texts_and_comments_hold_no_names() {
        check("a // b\n/* c /* d */ e */ f", &["a", "f"]);
        check(r##"a "b \" c" d r"e\" f r#"g " h"# b"i" k b'l' '\'' 'm' n"##, &["a", "d", "f", "k", "n"]);
        check("fn a<'b>(c: &'b str) -> 'd'", &["fn", "a", "c", "str"]);
        check("1_000u64.max(a)", &["max", "a"]);
    }

    #[test]
    fn code_for_tests_is_left_out() {
        check("#[cfg(test)]\nmod tests { use a::b; }\nfn c() {}", &["fn", "c"]);
        check("#[cfg(test)]\n#[derive(X)]\nuse a::{b, c};\nd", &["d"]);
        check("#[cfg(any(test, feature = \"testing\"))]\npub fn a() -> [u8; 2] { {} }\nb", &["b"]);
        check("#[cfg(not(test))]\na", &["cfg", "not", "test", "a"]);
        check("#[cfg(feature = \"testing\")]\nconst A: B = B { c: 1 };\nd", &["d"]);
        assert_eq!(
            compiled("#[cfg(test)]\nmod tests;\n#[cfg(feature = \"testing\")]\npub mod testing;").1,
            ["tests", "testing"]
        );
    }

    #[test]
    fn lines_are_counted() {
        let lines: Vec<usize> = compiled("a\n\"\n\"\nb /*\n*/ c").0.iter().map(|token| token.line).collect();
        assert_eq!(lines, [0, 1, 3, 4]);
    }
}
