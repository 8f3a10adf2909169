//! The world file: who exists (docs/world-file.md).
//!
//! Read in three steps, so that a wrong file is refused whole and by line: the text becomes tables, every table is
//! checked on its own and against the others, and only a checked [`World`] can be applied. Files that it names (keys,
//! images) are taken in where the file is read: what travels to a running server is one text that needs no other.

mod apply;
mod certificates;
mod check;
mod merge;
mod ranges;
#[cfg(test)]
mod tests;
mod text;
mod values;

pub use apply::{ApplyError, ApplyReport, apply};
#[cfg(test)]
pub use certificates::DOWNLOAD as CERTIFICATE_DOWNLOAD;
pub use check::World;
pub use text::WorldText;
pub use values::{account_id, degrees_e7};

use serde::Deserialize;
use std::path::PathBuf;
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
    root_cert: Option<Spanned<String>>,
    platform_cert: Option<Spanned<String>>,
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
#[derive(Clone, Debug, Deserialize, serde::Serialize)]
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
    /// The hosts to which the use button of a cash voucher's page may lead; with none, to any.
    #[serde(deserialize_with = "values::hosts", skip_serializing_if = "Vec::is_empty")]
    pub use_url_hosts: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            audit: false,
            trade_check: true,
            strict_units: false,
            claim_token_life_ms: DAY_MS,
            pay_by_user_id: false,
            use_url_hosts: Vec::new(),
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
    app_cert: Option<String>,
    aes_key: Option<String>,
    isv: Option<bool>,
    methods: Option<Vec<String>>,
    notify_charset: Option<String>,
    enabled: Option<bool>,
    redirect_uris: Option<Vec<String>>,
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

/// Where each table begins, by its kind and id.
type Lines = std::collections::BTreeMap<(&'static str, String), usize>;
