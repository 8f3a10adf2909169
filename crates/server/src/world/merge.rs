//! A table of a world file over what the store has: what the table states, and for the rest what is there.
//!
//! An empty text takes an optional value away. What is new begins with the defaults. The tables have been checked
//! (`super::check`), so what is still refused here is a new thing that states too little.

use super::values::{Checked, account_id, degrees_e7, fen};
use super::{AppTable, AuthorizationTable, MerchantTable, Options, ShopTable, StatedOptions, TagTable, UserTable};
use crate::keys::token_key;
use domain::calendar::LAST_WRITTEN;
use domain::tag::{Tag, TagKind, TagValue};
use serde_json::{Map, Value};
use store::member::Position;
use store::world::{Account, App, Authorization, Merchant, Shop};
use wire::time;

/// An optional text.
fn optional(stated: Option<&String>, known: Option<String>) -> Option<String> {
    match stated {
        None => known,
        Some(text) => Some(text.clone()).filter(|text| !text.is_empty()),
    }
}

/// What a new thing has to say.
fn needed<T>(stated: Option<T>, known: Option<T>, name: &str) -> Checked<T> {
    stated.or(known).ok_or_else(|| format!("{name} is missing, and the store has none to keep"))
}

/// A merchant; a new one may have an account already.
pub(super) fn merchant(table: &MerchantTable, known: Option<Merchant>, account: Option<&Account>) -> Checked<Merchant> {
    let pid = account_id("pid", &table.pid)?;
    let new = || Merchant {
        pid: pid.clone(),
        name: String::new(),
        mid: None,
        login_id: account.and_then(|account| account.login_id.clone()),
        opening_fen: account.map_or(0, |account| account.opening_fen),
        options: String::new(),
    };
    let known = known.unwrap_or_else(new);
    Ok(Merchant {
        name: table.name.clone().unwrap_or(known.name),
        mid: optional(table.mid.as_ref(), known.mid),
        login_id: optional(table.login_id.as_ref(), known.login_id),
        opening_fen: fen(table.balance.as_deref())?.unwrap_or(known.opening_fen),
        options: table.options.over(&known.options)?,
        pid,
    })
}

impl StatedOptions {
    /// The options, each as it is stated or else as it is in `known`.
    fn over(&self, known: &str) -> Checked<String> {
        let unreadable = |error: serde_json::Error| format!("options: {error}");
        let mut all: Map<String, Value> =
            if known.is_empty() { Map::new() } else { serde_json::from_str(known).map_err(unreadable)? };
        all.extend(self.0.clone());
        let options: Options = serde_json::from_value(Value::Object(all)).map_err(unreadable)?;
        serde_json::to_string(&options).map_err(unreadable)
    }
}

/// A shop of the merchant `pid`.
pub(super) fn shop(pid: &str, table: &ShopTable, known: Option<Shop>) -> Checked<Shop> {
    let (shop_id, pid) = (table.shop_id.clone(), pid.to_owned());
    if shop_id.is_empty() || 32 < shop_id.len() || !shop_id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("shop_id {shop_id:?} must be 1 to 32 digits"));
    }
    let position = match (&table.longitude, &table.latitude) {
        (None, None) => None,
        (Some(longitude), Some(latitude)) => {
            let degrees = (degrees_e7("longitude", Some(longitude), 180)?, degrees_e7("latitude", Some(latitude), 90)?);
            match degrees {
                (Some(lon_e7), Some(lat_e7)) => Some(Some(Position { lon_e7, lat_e7 })),
                (None, None) => Some(None),
                _ => return Err("longitude and latitude must be given together".to_owned()),
            }
        }
        _ => return Err("longitude and latitude must be given together".to_owned()),
    };
    let none =
        Shop { shop_id, pid, store_id: None, name: String::new(), address: None, shop_type: None, position: None };
    let known = known.unwrap_or_else(|| none.clone());
    Ok(Shop {
        store_id: optional(table.store_id.as_ref(), known.store_id),
        name: table.name.clone().unwrap_or(known.name),
        address: optional(table.address.as_ref(), known.address),
        shop_type: optional(table.shop_type.as_ref(), known.shop_type),
        position: position.unwrap_or(known.position),
        ..none
    })
}

/// A merchant's own tag.
pub(super) fn tag(table: &TagTable, known: Option<Tag>) -> Checked<Tag> {
    let TagTable { code, name, kind, values } = table;
    let stated_kind = kind.as_deref().map(|kind| {
        TagKind::from_name(kind)
            .ok_or_else(|| format!("tag {code}: type {kind:?} must be one of enum, number, date, text, location"))
    });
    let kind = needed(stated_kind.transpose()?, known.as_ref().map(|known| known.kind), &format!("tag {code}: type"))?;
    let (known_name, known_values) = known.map_or((code.clone(), Vec::new()), |known| (known.name, known.values));
    let values = values.as_ref().map(|values| {
        let value = |known: &super::TagValueTable| TagValue { value: known.value.clone(), label: known.label.clone() };
        values.iter().map(value).collect()
    });
    let values: Vec<TagValue> = values.unwrap_or(known_values);
    if kind != TagKind::Enum && !values.is_empty() {
        return Err(format!("tag {code}: only an enum has values"));
    }
    let name = name.clone().map_or(known_name, |name| if name.is_empty() { code.clone() } else { name });
    Ok(Tag { code: code.clone(), name, kind, values })
}

/// An app. Its keys are taken as they stand in the table; its certificate is added by who applies it, which knows the
/// time.
pub(super) fn app(table: &AppTable, known: Option<App>) -> Checked<App> {
    let pid = needed(table.pid.clone(), known.as_ref().map(|known| known.pid.clone()), "pid")?;
    let known = known.unwrap_or_else(|| App {
        app_id: table.app_id.clone(),
        pid: String::new(),
        public_key: String::new(),
        certificates: Vec::new(),
        aes_key: None,
        isv: false,
        methods: all(),
        notify_charset: "utf-8".to_owned(),
        enabled: true,
        redirect_uris: Vec::new(),
        version: 0,
    });
    Ok(App {
        pid,
        public_key: table.public_key.clone().unwrap_or(known.public_key),
        aes_key: optional(table.aes_key.as_ref(), known.aes_key),
        isv: table.isv.unwrap_or(known.isv),
        methods: table.methods.clone().unwrap_or(known.methods),
        notify_charset: table.notify_charset.as_ref().map_or(known.notify_charset, |name| name.to_ascii_lowercase()),
        enabled: table.enabled.unwrap_or(known.enabled),
        redirect_uris: table.redirect_uris.clone().unwrap_or(known.redirect_uris),
        ..known
    })
}

fn all() -> Vec<String> {
    vec!["*".to_owned()]
}

/// An authorisation; a new one is given at `now`, UTC milliseconds.
pub(super) fn authorization(
    table: &AuthorizationTable,
    known: Option<Authorization>,
    now: i64,
) -> Checked<Authorization> {
    let part = |stated: &Option<String>, known: Option<&String>, name| needed(stated.clone(), known.cloned(), name);
    let app_id = part(&table.app_id, known.as_ref().map(|known| &known.app_id), "app_id")?;
    let pid = part(&table.pid, known.as_ref().map(|known| &known.pid), "pid")?;
    let expires_at = match table.expires_at.as_deref() {
        None => None,
        Some("") => Some(LAST_WRITTEN),
        Some(text) => Some(
            time::parse(text)
                .ok_or_else(|| format!("expires_at {text:?} must be a time, yyyy-MM-dd HH:mm:ss in UTC+8"))?,
        ),
    };
    let known = known.unwrap_or_else(|| Authorization {
        token_key: token_key(&table.app_auth_token),
        app_id: String::new(),
        pid: String::new(),
        auth_app_id: app_id.clone(),
        methods: all(),
        // After the last time that the wire can write.
        expires_at: LAST_WRITTEN,
        enabled: true,
        granted_at: now,
        refresh: None,
        replaced_at: None,
        version: 0,
    });
    if known.replaced_at.is_some() && table.enabled == Some(true) {
        return Err("a newer token has taken its place, so it cannot be enabled".to_owned());
    }
    Ok(Authorization {
        app_id,
        pid,
        auth_app_id: table.auth_app_id.clone().unwrap_or(known.auth_app_id),
        methods: table.methods.clone().unwrap_or(known.methods),
        expires_at: expires_at.unwrap_or(known.expires_at),
        enabled: table.enabled.unwrap_or(known.enabled),
        ..known
    })
}

/// A user's account. Its PIN is taken as it stands in the table.
pub(super) fn account(table: &UserTable, known: Option<Account>) -> Checked<Account> {
    let known = known.unwrap_or_else(|| Account {
        user_id: table.user_id.clone(),
        login_id: None,
        taobao_nick: None,
        opening_fen: 0,
        balance_fen: 0,
        pay_codes: Vec::new(),
        pay_pin: None,
        student: false,
        member_cards: Vec::new(),
    });
    Ok(Account {
        login_id: optional(table.login_id.as_ref(), known.login_id),
        taobao_nick: optional(table.taobao_nick.as_ref(), known.taobao_nick),
        opening_fen: fen(table.balance.as_deref())?.unwrap_or(known.opening_fen),
        pay_codes: table.pay_codes.clone().unwrap_or(known.pay_codes),
        pay_pin: optional(table.pay_pin.as_ref(), known.pay_pin),
        student: table.student.unwrap_or(known.student),
        member_cards: table.member_cards.clone().unwrap_or(known.member_cards),
        ..known
    })
}
