//! Merchants, their shops and their own tags.

use std::sync::Arc;

use domain::tag::{Tag, TagKind, TagValue};

use crate::bucket::bucket_of;
use crate::changes::{Change, announce};
use crate::fault::Fault;
use crate::member::Position;
use crate::params;
use crate::row::{FromRow, Row};
use crate::sql::statements;
use crate::tx::Tx;

use super::{account, from_json, to_json};

statements! {
    PUT = "INSERT INTO merchant (pid, name, mid, options) VALUES ($1, $2, $3, $4)
        ON CONFLICT (pid) DO UPDATE SET name = excluded.name, mid = excluded.mid, options = excluded.options
        WHERE merchant.name <> excluded.name OR merchant.mid IS DISTINCT FROM excluded.mid
        OR merchant.options <> excluded.options";
    GET = "SELECT merchant.pid, merchant.name, merchant.mid, merchant.options, account.login_id, account.opening_fen
        FROM merchant JOIN account ON account.bucket = $1 AND account.user_id = merchant.pid WHERE merchant.pid = $2";
    PIDS = "SELECT pid FROM merchant ORDER BY pid";
    PUT_SHOP = "INSERT INTO shop (shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (shop_id) DO UPDATE SET store_id = excluded.store_id, name = excluded.name,
        address = excluded.address, shop_type = excluded.shop_type, lon_e7 = excluded.lon_e7, lat_e7 = excluded.lat_e7
        WHERE shop.pid = excluded.pid AND (shop.store_id IS DISTINCT FROM excluded.store_id OR shop.name <> excluded.name
        OR shop.address IS DISTINCT FROM excluded.address OR shop.shop_type IS DISTINCT FROM excluded.shop_type
        OR shop.lon_e7 IS DISTINCT FROM excluded.lon_e7 OR shop.lat_e7 IS DISTINCT FROM excluded.lat_e7)";
    SHOP = "SELECT shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM shop WHERE shop_id = $1";
    SHOP_OF_STORE = "SELECT shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM shop
        WHERE pid = $1 AND store_id = $2 ORDER BY shop_id LIMIT 1";
    SHOPS = "SELECT shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM shop WHERE pid = $1
        ORDER BY shop_id";
    PUT_TAG = "INSERT INTO tag (pid, code, place, name, kind, codes)
        SELECT $1, $2, COALESCE((SELECT MAX(place) FROM tag WHERE pid = $1), 0) + 1, $3, $4, $5 WHERE true
        ON CONFLICT (pid, code) DO UPDATE SET name = excluded.name, codes = excluded.codes
        WHERE tag.kind = excluded.kind AND (tag.name <> excluded.name OR tag.codes <> excluded.codes)";
    TAGS = "SELECT code, name, kind, codes FROM tag WHERE pid = $1 ORDER BY place, code";
}

/// A merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// 16 digits, `2088…`.
    pub pid: String,
    /// What people call it.
    pub name: String,
    /// The licence that several PIDs may share.
    pub mid: Option<String>,
    /// Its login as the holder of an account.
    pub login_id: Option<String>,
    /// The opening balance of its account; see [`super::Account`].
    pub opening_fen: i64,
    /// Its options, a JSON object in the form that the caller keeps it.
    pub options: String,
}

/// A shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// 28 digits.
    pub shop_id: String,
    /// Whose.
    pub pid: String,
    /// The merchant's own number for it.
    pub store_id: Option<String>,
    /// What people call it.
    pub name: String,
    /// Where people find it.
    pub address: Option<String>,
    /// What kind of shop it is.
    pub shop_type: Option<String>,
    /// Where it is.
    pub position: Option<Position>,
}

/// States a merchant and its account; whether anything changed.
pub fn put_merchant(tx: &mut Tx, merchant: &Merchant) -> Result<bool, Fault> {
    let Merchant { pid, name, mid, login_id, opening_fen, options } = merchant;
    let altered = tx.execute(PUT, params![pid, name, mid.as_deref(), options])? == 1;
    let moved = account::put_merchant(tx, pid, login_id.as_deref(), *opening_fen)?;
    if altered || moved {
        announce(tx, Change::Merchant(Arc::new(merchant.clone())))?;
    }
    Ok(altered || moved)
}

/// One merchant.
pub fn merchant(tx: &mut Tx, pid: &str) -> Result<Option<Merchant>, Fault> {
    let row = tx.query_opt(GET, params![bucket_of("", pid), pid])?;
    Ok(row.map(|(pid, name, mid, options, login_id, opening_fen)| Merchant {
        pid,
        name,
        mid,
        login_id,
        opening_fen,
        options,
    }))
}

/// The PIDs of all merchants, ascending.
pub fn merchants(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    Ok(tx.query::<(String,)>(PIDS, &[])?.into_iter().map(|(pid,)| pid).collect())
}

/// States a shop; whether anything changed. Its merchant must exist. One that is another merchant's is left as it is: look
/// whose it is afterwards, for two may state it at once.
pub fn put_shop(tx: &mut Tx, shop: &Shop) -> Result<bool, Fault> {
    let Shop { shop_id, pid, store_id, name, address, shop_type, position } = shop;
    let (store_id, address, shop_type) = (store_id.as_deref(), address.as_deref(), shop_type.as_deref());
    let (lon, lat) = (position.map(|it| it.lon_e7), position.map(|it| it.lat_e7));
    let changed = tx.execute(PUT_SHOP, params![shop_id, pid, store_id, name, address, shop_type, lon, lat])? == 1;
    if changed {
        announce(tx, Change::Shop(Arc::new(shop.clone())))?;
    }
    Ok(changed)
}

/// One shop.
pub fn shop(tx: &mut Tx, shop_id: &str) -> Result<Option<Shop>, Fault> {
    tx.query_opt(SHOP, params![shop_id])
}

/// A merchant's shop by the merchant's own number for it; of several, the one with the lowest id.
pub fn shop_of_store(tx: &mut Tx, pid: &str, store_id: &str) -> Result<Option<Shop>, Fault> {
    tx.query_opt(SHOP_OF_STORE, params![pid, store_id])
}

/// A merchant's shops, by id.
pub fn shops(tx: &mut Tx, pid: &str) -> Result<Vec<Shop>, Fault> {
    tx.query(SHOPS, params![pid])
}

/// States one of a merchant's own tags; whether anything changed. A new one comes after those that it has. The merchant
/// must exist. One of another kind is left as it is: look afterwards, for two may state it at once.
pub fn put_tag(tx: &mut Tx, pid: &str, tag: &Tag) -> Result<bool, Fault> {
    let codes: Vec<(&str, &str)> = tag.values.iter().map(|it| (it.value.as_str(), it.label.as_str())).collect();
    let codes = to_json(&codes);
    let values = params![pid, &tag.code, &tag.name, tag.kind.name(), &codes];
    let changed = tx.execute(PUT_TAG, values)? == 1;
    if changed {
        let tags = tags(tx, pid)?.into();
        announce(tx, Change::Tags { pid: pid.into(), tags })?;
    }
    Ok(changed)
}

/// A merchant's own tags, in the order of definition; the eight that everybody has are not among them.
pub fn tags(tx: &mut Tx, pid: &str) -> Result<Vec<Tag>, Fault> {
    Ok(tx.query::<OwnTag>(TAGS, params![pid])?.into_iter().map(|OwnTag(tag)| tag).collect())
}

struct OwnTag(Tag);

impl FromRow for OwnTag {
    fn from_row(row: &dyn Row) -> Result<OwnTag, Fault> {
        let (code, name, kind, codes) = <(String, String, String, String)>::from_row(row)?;
        let kind = TagKind::from_name(&kind).ok_or_else(|| Fault::bug(format!("unknown kind of tag {kind}")))?;
        let values: Vec<(String, String)> = from_json(&codes)?;
        let values = values.into_iter().map(|(value, label)| TagValue { value, label }).collect();
        Ok(OwnTag(Tag { code, name, kind, values }))
    }
}

impl FromRow for Shop {
    fn from_row(row: &dyn Row) -> Result<Shop, Fault> {
        type Columns =
            (String, String, Option<String>, String, Option<String>, Option<String>, Option<i32>, Option<i32>);
        let (shop_id, pid, store_id, name, address, shop_type, lon, lat) = Columns::from_row(row)?;
        Ok(Shop { shop_id, pid, store_id, name, address, shop_type, position: Position::from_columns(lon, lat) })
    }
}
