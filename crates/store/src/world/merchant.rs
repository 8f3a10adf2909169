//! Merchants, their shops and their own tags.

use domain::tag::{Tag, TagKind, TagValue};

use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::member::row::Position;
use crate::params;

use super::json::from_json;

pub(crate) static MODULE: Module = Module {
    tables: &[Table::on_every_node("merchant"), Table::on_every_node("shop"), Table::on_every_node("tag")],
    proofs: &[],
};

statements! {
    GET = "SELECT merchant.pid, merchant.name, merchant.mid, merchant.options, account.login_id, account.opening_fen
        FROM merchant JOIN account ON account.bucket = $1 AND account.user_id = merchant.pid WHERE merchant.pid = $2";
    PIDS = "SELECT pid FROM merchant ORDER BY pid";
    NAME = "SELECT name FROM merchant WHERE pid = $1";
    COGNATES = "SELECT merchant.pid FROM merchant JOIN merchant AS own ON own.mid = merchant.mid
        WHERE own.pid = $1 AND merchant.pid <> $1 ORDER BY merchant.pid";
    SHOP = "SELECT shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM shop WHERE shop_id = $1";
    SHOP_OF_STORE = "SELECT shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM shop
        WHERE pid = $1 AND store_id = $2 ORDER BY shop_id LIMIT 1";
    SHOPS = "SELECT shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM shop WHERE pid = $1
        ORDER BY shop_id";
    SHOPS_AFTER = "SELECT shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM shop
        WHERE pid = $1 AND shop_id > $2 ORDER BY shop_id LIMIT $3";
    SHOP_PAGE = "SELECT shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM shop WHERE pid = $1
        ORDER BY shop_id LIMIT $2 OFFSET $3";
    SHOP_COUNT = "SELECT COUNT(*) FROM shop WHERE pid = $1";
    COGNATE_SHOP_PAGE = "SELECT shop.shop_id, shop.pid, shop.store_id, shop.name, shop.address, shop.shop_type, shop.lon_e7,
            shop.lat_e7 FROM merchant AS own
        JOIN merchant ON merchant.pid = own.pid OR merchant.mid = own.mid JOIN shop ON shop.pid = merchant.pid
        WHERE own.pid = $1 ORDER BY shop.shop_id LIMIT $2 OFFSET $3";
    COGNATE_SHOP_COUNT = "SELECT COUNT(*) FROM merchant AS own
        JOIN merchant ON merchant.pid = own.pid OR merchant.mid = own.mid JOIN shop ON shop.pid = merchant.pid
        WHERE own.pid = $1";
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
    /// The opening balance of its account; see [`Account`](super::account::Account).
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

/// What people call a merchant; `None` for one without a name.
pub fn merchant_name(tx: &mut Tx, pid: &str) -> Result<Option<String>, Fault> {
    Ok(tx.query_opt::<(String,)>(NAME, params![pid])?.map(|(name,)| name).filter(|name| !name.is_empty()))
}

/// What people are shown of a merchant: its name, else its PID.
pub fn merchant_label(tx: &mut Tx, pid: &str) -> Result<String, Fault> {
    Ok(merchant_name(tx, pid)?.unwrap_or_else(|| pid.to_owned()))
}

/// The other PIDs with the same `mid`, ascending; none for a merchant without one.
pub fn cognates(tx: &mut Tx, pid: &str) -> Result<Vec<String>, Fault> {
    Ok(tx.query::<(String,)>(COGNATES, params![pid])?.into_iter().map(|(pid,)| pid).collect())
}

/// One shop.
pub fn shop(tx: &mut Tx, shop_id: &str) -> Result<Option<Shop>, Fault> {
    tx.query_opt(SHOP, params![shop_id])
}

/// A merchant's shop by the merchant's own number for it; of several, the one with the lowest id.
pub fn shop_of_store(tx: &mut Tx, pid: &str, store_id: &str) -> Result<Option<Shop>, Fault> {
    tx.query_opt(SHOP_OF_STORE, params![pid, store_id])
}

/// At most `limit` of a merchant's shops by id, those behind the id `after`.
pub fn shops_after(tx: &mut Tx, pid: &str, after: &str, limit: u32) -> Result<Vec<Shop>, Fault> {
    tx.query(SHOPS_AFTER, params![pid, after, limit])
}

/// A merchant's shops, by id.
pub fn shops(tx: &mut Tx, pid: &str) -> Result<Vec<Shop>, Fault> {
    tx.query(SHOPS, params![pid])
}

/// One page of a merchant's shops by id, with those of all its [`cognates`] or without, and how many there are on all
/// pages.
pub fn shop_page(
    tx: &mut Tx,
    pid: &str,
    with_cognates: bool,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Shop>, i64), Fault> {
    let (page, count) = if with_cognates { (COGNATE_SHOP_PAGE, COGNATE_SHOP_COUNT) } else { (SHOP_PAGE, SHOP_COUNT) };
    let (total,) = tx.query_one(count, params![pid])?;
    Ok((tx.query(page, params![pid, limit, offset])?, total))
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
