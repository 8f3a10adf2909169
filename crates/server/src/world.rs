//! The world file: who exists (docs/world-file.md).
//!
//! Read in three steps, so that a wrong file is refused whole and by line: the text becomes tables, every table is
//! checked on its own and against the others, and only a checked [`World`] can be applied. Files that it names (keys,
//! images) are taken in where the file is read: what travels to a running server is one text that needs no other.

mod apply;
mod check;
mod merge;
#[cfg(test)]
mod tests;
mod values;

pub use apply::{ApplyError, ApplyReport, apply};
pub use check::World;
pub use values::{account_id, degrees_e7};

use serde::Deserialize;
use std::path::{Path, PathBuf};
use store::{Fault, Tx};
use thiserror::Error;
use toml::Spanned;

/// A world file with every table and every field.
pub const EXAMPLE: &str = include_str!("world/example.toml");

/// A world file as it is written. What is not stated stays as the store has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    platform: Option<PlatformTable>,
    #[serde(default)]
    merchant: Vec<Spanned<MerchantTable>>,
    #[serde(default)]
    app: Vec<Spanned<AppTable>>,
    #[serde(default)]
    authorization: Vec<Spanned<AuthorizationTable>>,
    #[serde(default)]
    user: Vec<Spanned<UserTable>>,
    #[serde(default)]
    image: Vec<Spanned<ImageTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlatformTable {
    base_url: Option<Spanned<String>>,
    private_key: Option<Spanned<String>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MerchantTable {
    pid: String,
    name: Option<String>,
    mid: Option<String>,
    login_id: Option<String>,
    balance: Option<String>,
    #[serde(default)]
    options: StatedOptions,
    #[serde(default)]
    shop: Vec<Spanned<ShopTable>>,
    #[serde(default)]
    tag: Vec<Spanned<TagTable>>,
}

/// Those of a merchant's [`Options`] that a table states.
#[derive(Clone, Default)]
struct StatedOptions(serde_json::Map<String, serde_json::Value>);

impl<'de> Deserialize<'de> for StatedOptions {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<StatedOptions, D::Error> {
        let stated = serde_json::Map::deserialize(deserializer)?;
        serde_json::from_value::<Options>(stated.clone().into()).map_err(serde::de::Error::custom)?;
        Ok(StatedOptions(stated))
    }
}

/// What a merchant may switch.
#[derive(Clone, Copy, Debug, Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Activities made by a provider wait for an operator.
    pub audit: bool,
    /// A deposit of points must name a paid trade.
    pub trade_check: bool,
    /// A crowd-group rule in another unit than its own is refused.
    pub strict_units: bool,
    /// How long a token lets its user take a prize, in milliseconds; written as `24h`.
    #[serde(rename = "claim_token_life", with = "crate::duration", skip_serializing_if = "Options::is_a_day")]
    pub claim_token_life_ms: i64,
    /// On a platform, `alipay.trade.pay` with a `buyer_id` and no pay code debits that user.
    #[serde(skip_serializing_if = "Options::is_off")]
    pub pay_by_user_id: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            audit: false,
            trade_check: true,
            strict_units: false,
            claim_token_life_ms: DAY_MS,
            pay_by_user_id: false,
        }
    }
}

const DAY_MS: i64 = 86_400_000;

impl Options {
    /// Those of a merchant, which must exist.
    pub fn of(tx: &mut Tx, pid: &str) -> Result<Options, Fault> {
        let merchant = store::world::merchant(tx, pid)?;
        let merchant = merchant.ok_or_else(|| Fault::bug(format!("no merchant {pid}")))?;
        serde_json::from_str(&merchant.options).map_err(|error| Fault::bug(format!("options of {pid}: {error}")))
    }

    /// What is as it always was is not written, so that stores made before it could be said otherwise have it too.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    fn is_a_day(life_ms: &i64) -> bool {
        *life_ms == DAY_MS
    }

    /// The same of a switch.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
    fn is_off(switch: &bool) -> bool {
        !switch
    }
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShopTable {
    shop_id: String,
    store_id: Option<String>,
    name: Option<String>,
    address: Option<String>,
    shop_type: Option<String>,
    longitude: Option<String>,
    latitude: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagTable {
    code: String,
    name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    values: Option<Vec<TagValueTable>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagValueTable {
    value: String,
    label: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppTable {
    app_id: String,
    pid: Option<String>,
    public_key: Option<String>,
    aes_key: Option<String>,
    isv: Option<bool>,
    methods: Option<Vec<String>>,
    notify_charset: Option<String>,
    enabled: Option<bool>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuthorizationTable {
    app_id: Option<String>,
    pid: Option<String>,
    auth_app_id: Option<String>,
    app_auth_token: String,
    methods: Option<Vec<String>>,
    expires_at: Option<String>,
    enabled: Option<bool>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserTable {
    user_id: String,
    login_id: Option<String>,
    taobao_nick: Option<String>,
    balance: Option<String>,
    pay_codes: Option<Vec<String>>,
    pay_pin: Option<String>,
    student: Option<bool>,
    member_cards: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageTable {
    id: String,
    /// Where the file is, as written; replaced by `data` where the file is read.
    file: Option<String>,
    /// Its bytes in base64.
    data: Option<String>,
}

/// What is wrong with a world file, and where.
#[derive(Debug, Error)]
pub enum WorldError {
    /// The file cannot be read.
    #[error("{path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no TOML, or not these tables.
    #[error("{path}: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The parser's words, which show the line.
        message: String,
    },
    /// What it says is wrong.
    #[error("{path}:{line}: {message}")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1, where the wrong table begins.
        line: usize,
        /// What is wrong.
        message: String,
    },
}

/// A world file's text with everything that it names taken in.
#[derive(Debug)]
pub struct WorldText {
    text: String,
    lines: Lines,
}

/// Where each table begins, by its kind and id.
type Lines = std::collections::BTreeMap<(&'static str, String), usize>;

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
        *value = toml::Value::String(key);
        Ok(())
    };
    if let Some(key) = tables.get_mut("platform").and_then(|platform| platform.get_mut("private_key")) {
        read_key(key, "platform", 0, "private_key")?;
    }
    for (index, app) in rows(&mut tables, "app").enumerate() {
        for name in ["public_key", "aes_key"] {
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
