//! Freezes that wait, as the end of their card and operators ask for them, and what became of an account.

use domain::id::{CampId, CardId, PointLogNo};
use domain::points::{Amount, Kind};

use crate::engine::bucket::Bucket;
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val, column};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::params;

use super::account::{amount, bucket};

statements! {
    ON_CARD: all_buckets = "SELECT id, user_id, amount FROM point_freeze WHERE card = $1 ORDER BY id LIMIT $2";
    OPEN: all_buckets = "SELECT point_freeze.id, point_freeze.at, point_freeze.user_id, point_freeze.amount, tool.id, tool.created_at,
            tool.ends_at, activity.pid FROM point_freeze JOIN tool ON tool.id = point_freeze.card
        JOIN activity ON activity.id = tool.activity
        WHERE point_freeze.at <= $1 AND ($2 = '' OR activity.pid = $2) ORDER BY point_freeze.at, point_freeze.id LIMIT $3";
    CARDS = "SELECT tool.id, tool.created_at, tool.ends_at, activity.id, activity.created_at, activity.name, activity.status FROM tool
        JOIN activity ON activity.id = tool.activity WHERE activity.pid = $1 AND tool.kind = 'POINT_CARD'
            AND (tool.created_at, tool.id) < ($2, $3) ORDER BY tool.created_at DESC, tool.id DESC LIMIT $4";
    ON = "SELECT COUNT(*), CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(frozen), 0) AS BIGINT),
            CAST(COALESCE(SUM(spent), 0) AS BIGINT) FROM point_account WHERE bucket = $1 AND card = $2";
    LOG = "SELECT id, at, kind, amount, biz_no, shop_id, memo, app_id FROM point_log
        WHERE bucket = $1 AND card = $2 AND user_id = $3 ORDER BY id DESC LIMIT $4";
    ENTRY = "SELECT id, at, kind, amount, biz_no, shop_id, memo, app_id FROM point_log WHERE bucket = $1 AND id = $2";
}

static ON_OF: Rows<2> = Rows::new(
    "WITH wanted (bucket, card) AS (VALUES",
    ["INTEGER", "BIGINT"],
    ") SELECT COUNT(*), CAST(COALESCE(SUM(point_account.available), 0) AS BIGINT),
            CAST(COALESCE(SUM(point_account.frozen), 0) AS BIGINT), CAST(COALESCE(SUM(point_account.spent), 0) AS BIGINT)
        FROM wanted JOIN point_account ON point_account.bucket = wanted.bucket AND point_account.card = wanted.card",
)
.or_alone(ON);

/// A merchant's card, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCard {
    /// The card.
    pub card: CardId,
    /// When it ends, UTC milliseconds.
    pub ends_at: i64,
    /// The activity that it is of.
    pub activity: CampId,
    /// The activity's name.
    pub name: String,
    /// The activity's status, as the wire spells it.
    pub status: String,
}

/// What all accounts of a card have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outstanding {
    /// How many accounts.
    pub members: i64,
    /// What can be spent.
    pub available: i64,
    /// What waits for COMMIT or CANCEL.
    pub frozen: i64,
    /// What is gone.
    pub spent: i64,
}

/// A freeze that waits, on a card that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The number of the FREEZE.
    pub number: i64,
    /// Whose points.
    pub user_id: String,
    /// How many.
    pub amount: Amount,
}

/// A freeze that waits, as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// Its `point_log_no`, which says when it was made.
    pub no: PointLogNo,
    /// The merchant.
    pub pid: String,
    /// The card.
    pub card: CardId,
    /// When the card ends, and the freeze with it.
    pub card_ends_at: i64,
    /// Whose points.
    pub user_id: String,
    /// How many.
    pub amount: Amount,
}

/// An entry of the log, as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its `point_log_no`, which says when it was made.
    pub no: PointLogNo,
    /// What happened.
    pub kind: Kind,
    /// To how many points.
    pub amount: Amount,
    /// The trade of a DEPOSIT or the freeze that ended, as the caller wrote it.
    pub biz_no: Option<String>,
    /// Where.
    pub shop_id: Option<String>,
    /// What the caller said of it.
    pub memo: Option<String>,
    /// The app that called.
    pub app_id: Option<String>,
}

/// The first `limit` freezes that wait on a card.
pub fn on_card(tx: &mut Tx, card: i64, limit: u32) -> Result<Vec<Waiting>, Fault> {
    tx.query(ON_CARD, params![card, limit])
}

/// The oldest `limit` freezes made at `until` (UTC milliseconds) or before, of one merchant or all.
pub fn open(tx: &mut Tx, pid: Option<&str>, until: i64, limit: u32) -> Result<Vec<Open>, Fault> {
    tx.query(OPEN, params![until, pid.unwrap_or_default(), limit])
}

/// At most `limit` of a merchant's cards, newest first, below the card that was made then and has this number.
pub fn cards(tx: &mut Tx, pid: &str, after: Option<(i64, i64)>, limit: u32) -> Result<Vec<ListedCard>, Fault> {
    let (at, number) = after.unwrap_or((i64::MAX, i64::MAX));
    tx.query(CARDS, params![pid, at, number, limit])
}

/// What all accounts of the card of this number have. Reads each of them.
pub fn outstanding(tx: &mut Tx, card: i64) -> Result<Outstanding, Fault> {
    let buckets = 0..i64::from(tx.buckets());
    let keys = buckets.map(|bucket| -> [Val<'_>; 2] { [Bucket::of_id(bucket).into(), card.into()] });
    let parts: Vec<(i64, i64, i64, i64)> = tx.query_rows(&ON_OF, keys)?;
    let add = |sum: Outstanding, (members, available, frozen, spent): (i64, i64, i64, i64)| Outstanding {
        members: sum.members + members,
        available: sum.available + available,
        frozen: sum.frozen + frozen,
        spent: sum.spent + spent,
    };
    Ok(parts.into_iter().fold(Outstanding::default(), add))
}

/// The newest `limit` entries of an account, the newest first. Looks through the log of all accounts of the bucket.
pub fn log(tx: &mut Tx, pid: &str, card: i64, user_id: &str, limit: u32) -> Result<Vec<Logged>, Fault> {
    tx.query(LOG, params![bucket(pid, user_id), card, user_id, limit])
}

/// The entry of the log with that number, if there is one.
pub fn entry(tx: &mut Tx, number: i64) -> Result<Option<Logged>, Fault> {
    tx.query_opt(ENTRY, params![Bucket::of_id(number), number])
}

impl FromRow for ListedCard {
    fn from_row(row: &dyn Row) -> Result<ListedCard, Fault> {
        Ok(ListedCard {
            card: CardId::new(column(row, 1)?, column(row, 0)?),
            ends_at: column(row, 2)?,
            activity: CampId::new(column(row, 4)?, column(row, 3)?),
            name: column(row, 5)?,
            status: column(row, 6)?,
        })
    }
}

impl FromRow for Waiting {
    fn from_row(row: &dyn Row) -> Result<Waiting, Fault> {
        Ok(Waiting { number: column(row, 0)?, user_id: column(row, 1)?, amount: amount(column(row, 2)?)? })
    }
}

impl FromRow for Open {
    fn from_row(row: &dyn Row) -> Result<Open, Fault> {
        Ok(Open {
            no: PointLogNo::new(column(row, 1)?, column(row, 0)?),
            user_id: column(row, 2)?,
            amount: amount(column(row, 3)?)?,
            card: CardId::new(column(row, 5)?, column(row, 4)?),
            card_ends_at: column(row, 6)?,
            pid: column(row, 7)?,
        })
    }
}

impl FromRow for Logged {
    fn from_row(row: &dyn Row) -> Result<Logged, Fault> {
        let kind: String = column(row, 2)?;
        Ok(Logged {
            no: PointLogNo::new(column(row, 1)?, column(row, 0)?),
            kind: Kind::from_name(&kind).ok_or_else(|| Fault::bug(format!("unknown kind of change {kind}")))?,
            amount: amount(column(row, 3)?)?,
            biz_no: column(row, 4)?,
            shop_id: column(row, 5)?,
            memo: column(row, 6)?,
            app_id: column(row, 7)?,
        })
    }
}
