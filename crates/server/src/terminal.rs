//! Texts of others on the operator's terminal: characters that a terminal obeys, or that are not seen, are written out.
//!
//! Everything that a command prints and every line of the log goes through here, so no merchant's name moves the
//! cursor, hides a line or makes one up.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Whether a character is obeyed or not seen: the controls of C0 and C1 (line breaks and tabs among them), what turns
/// the direction of a text, what has no width, and the invisible copies of ASCII. Joiners stay, for scripts and emoji
/// need them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text as one line of a terminal: hidden characters as `\u{1b}`.
pub fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, is_hidden, |out, character| {
        write!(out, "\\u{{{:x}}}", u32::from(character)).expect("strings grow");
    })
}

/// JSON as a terminal may have it: hidden characters in its strings as `\u001b`, which is the same JSON. Its own line
/// breaks stay.
pub fn json(text: &str) -> Cow<'_, str> {
    escaped(
        text,
        |character| character != '\n' && is_hidden(character),
        |out, character| {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("strings grow");
            }
        },
    )
}

/// A text of others in at most `chars_max` characters, the last of which is `…` if it was longer.
pub fn clipped(text: &str, chars_max: usize) -> String {
    match text.char_indices().nth(chars_max) {
        Some(_) => text.chars().take(chars_max - 1).chain(['…']).collect(),
        None => text.to_owned(),
    }
}

fn escaped(text: &str, hidden: impl Fn(char) -> bool, escape: impl Fn(&mut String, char)) -> Cow<'_, str> {
    let Some((first, _)) = text.char_indices().find(|&(_, character)| hidden(character)) else { return text.into() };
    let mut out = text[..first].to_owned();
    for character in text[first..].chars() {
        if hidden(character) { escape(&mut out, character) } else { out.push(character) }
    }
    out.into()
}

/// Writes a log whose every event comes as one text with a line break at its end.
pub struct LogWriter<W> {
    /// Where to.
    pub inner: W,
    /// Whether events are JSON.
    pub json: bool,
}

impl<W: Write> Write for LogWriter<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = if self.json { json(line) } else { one_line(line) };
        // In one write, so that lines of several threads do not mix.
        self.inner.write_all(format!("{line}\n").as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: [(&str, &str, &str); 16] = [
        ("花果山超市 café 👨‍👩‍👧", "花果山超市 café 👨‍👩‍👧", "花果山超市 café 👨‍👩‍👧"),
        ("\u{1b}[2J\u{1b}[31mred", "\\u{1b}[2J\\u{1b}[31mred", "\\u001b[2J\\u001b[31mred"),
        ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}", "\\u001b]0;title\\u0007"),
        ("\u{1b}]8;;http://x\u{1b}\\link", "\\u{1b}]8;;http://x\\u{1b}\\link", "\\u001b]8;;http://x\\u001b\\link"),
        ("\u{9b}2J \u{9d}52;c;x\u{9c}", "\\u{9b}2J \\u{9d}52;c;x\\u{9c}", "\\u009b2J \\u009d52;c;x\\u009c"),
        ("\u{85}next", "\\u{85}next", "\\u0085next"),
        ("a\rb", "a\\u{d}b", "a\\u000db"),
        ("a\tb", "a\\u{9}b", "a\\u0009b"),
        ("abc\u{8}\u{8}\u{8}", "abc\\u{8}\\u{8}\\u{8}", "abc\\u0008\\u0008\\u0008"),
        ("\u{7f}\0", "\\u{7f}\\u{0}", "\\u007f\\u0000"),
        ("\u{202e}gpj.exe", "\\u{202e}gpj.exe", "\\u202egpj.exe"),
        ("\u{2066}a\u{2069}\u{200f}", "\\u{2066}a\\u{2069}\\u{200f}", "\\u2066a\\u2069\\u200f"),
        ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}", "a\\u2028b\\u2029"),
        ("a\u{200b}\u{feff}\u{ad}", "a\\u{200b}\\u{feff}\\u{ad}", "a\\u200b\\ufeff\\u00ad"),
        ("\u{e0041}\u{e007f}", "\\u{e0041}\\u{e007f}", "\\udb40\\udc41\\udb40\\udc7f"),
        ("a\\nb \\u{1b}", "a\\nb \\u{1b}", "a\\nb \\u{1b}"),
    ];

    #[test]
    fn hidden_characters_are_written_out() {
        for (text, line, in_json) in CASES {
            assert_eq!(one_line(text), line);
            assert_eq!(json(text), in_json);
            let told = serde_json::to_string(&[text]).expect("it serialises");
            assert_eq!(serde_json::from_str::<[String; 1]>(&json(&told)).expect("JSON")[0], text);
        }
        assert_eq!(one_line("a\nb"), "a\\u{a}b");
        assert_eq!(json("{\n}"), "{\n}");
    }

    #[test]
    fn an_event_of_the_log_is_one_line() {
        use tracing_subscriber::fmt::MakeWriter;

        #[derive(Clone, Default)]
        struct Sink(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

        impl Write for Sink {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.lock().expect("no panic").write(bytes)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        struct Lines(Sink, bool);

        impl<'a> MakeWriter<'a> for Lines {
            type Writer = LogWriter<Sink>;

            fn make_writer(&'a self) -> Self::Writer {
                LogWriter { inner: self.0.clone(), json: self.1 }
            }
        }

        for in_json in [false, true] {
            let sink = Sink::default();
            let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(Lines(sink.clone(), in_json));
            let log = || {
                for (text, ..) in CASES {
                    let error = io::Error::other(format!("{text}\nINFO made up"));
                    tracing::info!(name = text, shown = %text, seen = ?text, error = &error as &dyn std::error::Error, "{text}\n");
                }
            };
            if in_json {
                tracing::subscriber::with_default(subscriber.json().finish(), log);
            } else {
                tracing::subscriber::with_default(subscriber.finish(), log);
            }
            let bytes = sink.0.lock().expect("no panic").clone();
            let written = String::from_utf8(bytes).expect("text");
            let lines: Vec<&str> = written.strip_suffix('\n').expect("a line").split('\n').collect();
            assert_eq!(lines.len(), CASES.len(), "{written}");
            for line in lines {
                assert!(!line.chars().any(is_hidden), "{line:?}");
                assert!(!in_json || serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
            }
        }
    }
}
