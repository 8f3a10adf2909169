//! The shops that an activity is for: up to a hundred thousand of them.

use domain::activity::Activity;

use crate::engine::fault::Fault;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;
use crate::world::Shop;

statements! {
    HAS = "SELECT COUNT(*) FROM activity_shop WHERE activity = $1 AND shop_id = $2";
    SHOPS = "SELECT shop_id FROM activity_shop WHERE activity = $1 ORDER BY shop_id LIMIT $2";
    SOME = "SELECT shop.shop_id, pid, store_id, name, address, shop_type, lon_e7, lat_e7 FROM activity_shop
        JOIN shop ON shop.shop_id = activity_shop.shop_id WHERE activity_shop.activity = $1
        ORDER BY activity_shop.shop_id LIMIT $2";
    COUNT = "SELECT COUNT(*) FROM (SELECT shop_id FROM activity_shop WHERE activity = $1 LIMIT $2) AS some_of_them";
    CARDS = "SELECT id, pid, name, kind, status, starts_at, ends_at, length_ms, auto_delay, crowd, content, app_id, auth_app_id,
            notify_url, sign_type, created_at, version FROM activity_shop JOIN activity ON activity.id = activity_shop.activity
        WHERE activity_shop.shop_id = $1 AND activity.pid = $2 AND activity.kind = 'POINT_SEND'
            AND activity.status = 'STARTED' AND activity.notify_url IS NOT NULL ORDER BY activity.id";
}

/// Adds those that are the merchant's shops and not the activity's yet; verifying and adding is one statement.
static ADD: Rows<3> = Rows::new(
    "WITH wanted (activity, pid, shop_id) AS (VALUES",
    ["BIGINT", "TEXT", "TEXT"],
    ") INSERT INTO activity_shop (activity, shop_id) SELECT wanted.activity, shop.shop_id FROM wanted
        JOIN shop ON shop.shop_id = wanted.shop_id AND shop.pid = wanted.pid WHERE true
        ON CONFLICT (activity, shop_id) DO NOTHING",
)
.or_alone(
    "INSERT INTO activity_shop (activity, shop_id) SELECT $1, shop_id FROM shop WHERE pid = $2 AND shop_id = $3
        ON CONFLICT (activity, shop_id) DO NOTHING",
);

/// Makes an activity be for these shops of its merchant too; how many were added. Fewer than are given: some are
/// unknown, another merchant's, or were there.
pub fn add_shops(tx: &mut Tx, activity: i64, pid: &str, shop_ids: &[String]) -> Result<u64, Fault> {
    tx.execute_rows(&ADD, shop_ids.iter().map(|shop_id| [activity.into(), pid.into(), shop_id.into()]))
}

/// Whether an activity is for this shop.
pub fn has_shop(tx: &mut Tx, activity: i64, shop_id: &str) -> Result<bool, Fault> {
    let (count,) = tx.query_one::<(i64,)>(HAS, params![activity, shop_id])?;
    Ok(count == 1)
}

/// The first `limit` shops that an activity is for, by id.
pub fn shops(tx: &mut Tx, activity: i64, limit: i64) -> Result<Vec<String>, Fault> {
    Ok(tx.query::<(String,)>(SHOPS, params![activity, limit])?.into_iter().map(|(shop_id,)| shop_id).collect())
}

/// The first `limit` of them with all that is known of them.
pub fn some_shops(tx: &mut Tx, activity: i64, limit: i64) -> Result<Vec<Shop>, Fault> {
    tx.query(SOME, params![activity, limit])
}

/// How many shops an activity is for; `limit` if there are so many or more.
pub fn count_shops(tx: &mut Tx, activity: i64, limit: i64) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(COUNT, params![activity, limit])?.0)
}

/// The point cards that a payment in a merchant's shop tells: started, with an address to tell it to. Whether they run
/// at the time is theirs to say ([`Activity::running`]).
pub fn cards_of_shop(tx: &mut Tx, pid: &str, shop_id: &str) -> Result<Vec<Activity>, Fault> {
    tx.query(CARDS, params![shop_id, pid])
}
