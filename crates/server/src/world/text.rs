//! A world file's text: read together with the files that it names, and told by line.

use super::{Lines, World, WorldError, check};
use std::path::Path;

/// A world file's text with everything that it names taken in.
#[derive(Debug)]
pub struct WorldText {
    text: String,
    lines: Lines,
}

impl WorldText {
    /// Reads and checks a file.
    pub fn read(path: &Path) -> Result<WorldText, WorldError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| WorldError::File { path: path.to_owned(), source })?;
        let folder = path.parent().unwrap_or(Path::new("."));
        let whole = take_in(&text, folder, path)?;
        // Checked twice: here, where the lines are the user's, and again by whoever applies it.
        let lines = check::world(&text, path, Some(&whole))?.lines;
        Ok(WorldText { text: whole, lines })
    }

    /// A text that names no files.
    pub fn new(text: String) -> WorldText {
        WorldText { text, lines: Lines::new() }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The line of the user's file on which the table of that kind and id begins.
    pub fn line(&self, table: &str, id: &str) -> Option<usize> {
        self.lines.iter().find(|((kind, known), _)| *kind == table && known == id).map(|(_, &line)| line)
    }

    /// The checked world in it.
    pub fn world(&self) -> Result<World, WorldError> {
        check::world(&self.text, Path::new("world file"), None)
    }
}

/// Replaces the names of files by what is in them. A key may stand in the file itself: what looks like one is one.
fn take_in(text: &str, folder: &Path, path: &Path) -> Result<String, WorldError> {
    let syntax = |error: toml::de::Error| WorldError::Syntax { path: path.to_owned(), message: error.to_string() };
    let mut tables: toml::Table = toml::from_str(text).map_err(syntax)?;
    let empty = |kind: &str, index: usize, name: &str, file: &Path| WorldError::Wrong {
        path: path.to_owned(),
        line: check::line_of(text, kind, index),
        message: format!("{name}: {} is empty; {name} = \"\" takes a {name} away", file.display()),
    };
    // The error is at the line of the table that names the file.
    let unreadable = |kind: &str, index: usize, name: &str, file: &Path, error: &std::io::Error| WorldError::Wrong {
        path: path.to_owned(),
        line: check::line_of(text, kind, index),
        message: format!("{name}: {}: {error}", file.display()),
    };
    let read_key = |value: &mut toml::Value, kind: &str, index: usize, name: &str| -> Result<(), WorldError> {
        let Some(named) = value.as_str().filter(|text| !text.is_empty() && !is_key(text)) else { return Ok(()) };
        let file = folder.join(named);
        let key = std::fs::read_to_string(&file).map_err(|error| unreadable(kind, index, name, &file, &error))?;
        // A file that was cut off must not take a key away.
        if key.trim().is_empty() {
            return Err(empty(kind, index, name, &file));
        }
        *value = toml::Value::String(key);
        Ok(())
    };
    for name in ["private_key", "root_cert", "platform_cert"] {
        if let Some(key) = tables.get_mut("platform").and_then(|platform| platform.get_mut(name)) {
            read_key(key, "platform", 0, name)?;
        }
    }
    for (index, app) in rows(&mut tables, "app").enumerate() {
        for name in ["public_key", "app_cert", "aes_key"] {
            if let Some(key) = app.get_mut(name) {
                read_key(key, "app", index, name)?;
            }
        }
    }
    for (index, image) in rows(&mut tables, "image").enumerate() {
        let Some(named) = image.get("file").and_then(toml::Value::as_str) else { continue };
        let file = folder.join(named);
        let bytes = std::fs::read(&file).map_err(|error| unreadable("image", index, "file", &file, &error))?;
        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
        if let Some(image) = image.as_table_mut() {
            image.remove("file");
            image.insert("data".to_owned(), toml::Value::String(data));
        }
    }
    Ok(toml::to_string(&tables).expect("tables that were read can be written"))
}

fn rows<'a>(tables: &'a mut toml::Table, name: &str) -> impl Iterator<Item = &'a mut toml::Value> {
    tables.get_mut(name).and_then(toml::Value::as_array_mut).into_iter().flatten()
}

/// Whether this is a key itself, rather than the name of a file: PEM, or base64 as long as an AES key at least.
fn is_key(text: &str) -> bool {
    let text = text.trim();
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(&byte);
    text.starts_with("-----BEGIN") || (22 <= text.len() && !text.contains('.') && text.bytes().all(base64))
}
