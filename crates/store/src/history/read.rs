//! Reading what users did: of some, with a statement for each table that knows.

use super::event::Event;
use crate::cash_voucher;
use crate::engine::bucket::bucket_of;
use crate::engine::fault::Fault;
use crate::engine::row::Val;
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;

statements! {
    TRADES = "SELECT buyer_id, id, paid_at, total_fen - refunded_fen FROM trade
        WHERE bucket = $1 AND pid = $2 AND buyer_id = $3 AND paid_at IS NOT NULL";
    COUPONS = "SELECT user_id, id, received_at, used_at FROM voucher WHERE bucket = $1 AND pid = $2 AND user_id = $3";
    CASH = "SELECT cash_voucher.user_id, cash_voucher.id, cash_voucher.received_at, cash_voucher.used_at FROM cash_voucher
        JOIN voucher_template ON voucher_template.id = cash_voucher.template
        WHERE cash_voucher.bucket = $1 AND cash_voucher.id IN (SELECT own.id FROM cash_voucher AS own
            WHERE own.bucket = $1 AND own.user_id = $2) AND voucher_template.pid = $3";
    IMPORTED = "SELECT user_id, voucher_no, received_at, redeemed_at FROM voucher_history
        WHERE bucket = $1 AND pid = $2 AND user_id = $3";
}

static TRADES_OF: Rows<3> = Rows::new(
    "WITH wanted (bucket, pid, user_id) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT trade.buyer_id, trade.id, trade.paid_at, trade.total_fen - trade.refunded_fen FROM wanted
        JOIN trade ON trade.bucket = wanted.bucket AND trade.pid = wanted.pid AND trade.buyer_id = wanted.user_id
        WHERE trade.paid_at IS NOT NULL",
)
.or_alone(TRADES);

static COUPONS_OF: Rows<3> = Rows::new(
    "WITH wanted (bucket, pid, user_id) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT voucher.user_id, voucher.id, voucher.received_at, voucher.used_at FROM wanted
        JOIN voucher ON voucher.bucket = wanted.bucket AND voucher.pid = wanted.pid AND voucher.user_id = wanted.user_id",
)
.or_alone(COUPONS);

// A user's vouchers are found by one index and read by the primary key: SQLite would not find them so by itself.
static CASH_OF: Rows<3> = Rows::new(
    "WITH wanted (bucket, user_id, pid) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT cash_voucher.user_id, cash_voucher.id, cash_voucher.received_at, cash_voucher.used_at FROM wanted
        JOIN cash_voucher AS own ON own.bucket = wanted.bucket AND own.user_id = wanted.user_id
        JOIN cash_voucher ON cash_voucher.bucket = own.bucket AND cash_voucher.id = own.id
        JOIN voucher_template ON voucher_template.id = cash_voucher.template AND voucher_template.pid = wanted.pid",
)
.or_alone(CASH);

static IMPORTED_OF: Rows<3> = Rows::new(
    "WITH wanted (bucket, pid, user_id) AS (VALUES",
    ["INTEGER", "TEXT", "TEXT"],
    ") SELECT voucher_history.user_id, voucher_history.voucher_no, voucher_history.received_at, voucher_history.redeemed_at
        FROM wanted JOIN voucher_history ON voucher_history.bucket = wanted.bucket AND voucher_history.pid = wanted.pid
            AND voucher_history.user_id = wanted.user_id",
)
.or_alone(IMPORTED);

/// What these users did with a merchant, in no order: the trades that they paid, wholly refunded ones among them, its
/// coupons, the cash vouchers of its templates, and its vouchers from elsewhere.
pub fn of_users(tx: &mut Tx, pid: &str, users: &[&str]) -> Result<Vec<Event>, Fault> {
    let keys =
        || users.iter().map(|user| -> [Val<'_>; 3] { [bucket_of(pid, user).into(), pid.into(), (*user).into()] });
    let mut events = Vec::new();
    let trades: Vec<(String, i64, i64, i64)> = tx.query_rows(&TRADES_OF, keys())?;
    events.extend(trades.into_iter().map(|(user, number, at, net_fen)| Event::of_trade(user, number, at, net_fen)));
    let mut vouchers: Vec<(String, i64, i64, Option<i64>)> = tx.query_rows(&COUPONS_OF, keys())?;
    let cash = users.iter().map(|user| [cash_voucher::bucket(user).into(), (*user).into(), pid.into()]);
    vouchers.append(&mut tx.query_rows(&CASH_OF, cash)?);
    for (user, number, received_at, used_at) in &vouchers {
        events.extend(Event::of_voucher(user, *number, Some(*received_at), *used_at));
    }
    let imported: Vec<(String, String, i64, Option<i64>)> = tx.query_rows(&IMPORTED_OF, keys())?;
    for (user, voucher_no, received_at, redeemed_at) in &imported {
        events.extend(Event::of_imported(user, voucher_no, Some(*received_at), *redeemed_at));
    }
    Ok(events)
}
