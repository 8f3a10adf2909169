//! Trades as the table has them: made, found, and changed by who has loaded them.

use domain::id::{TradeNo, TradeNoText};
use domain::trade::{Origin, Status, Trade};

use super::tables::SCOPE;
use crate::engine::bucket::{Bucket, bucket_of, bucket_of_key};
use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row, Val, column};
use crate::engine::rows::Rows;
use crate::engine::sql::statements;
use crate::engine::tx::Tx;
use crate::history::{self, Event};
use crate::{idempotency, params};

statements! {
    GET = "SELECT id, pid, seller_id, buyer_id, out_trade_no, imported_no, status, subject, total_fen, discountable_fen,
            buyer_pay_fen, receipt_fen, refunded_fen, shop_id, detail, app_id, auth_app_id, notify_url, sign_type,
            page_token, created_at, expires_at, paid_at, closed_at, refunded_at, version
        FROM trade WHERE bucket = $1 AND id = $2";
    UPDATE = "UPDATE trade SET status = $1, buyer_pay_fen = $2, receipt_fen = $3, refunded_fen = $4, paid_at = $5,
            closed_at = $6, refunded_at = $7, app_id = $8, auth_app_id = $9, notify_url = $10, sign_type = $11,
            version = version + 1 WHERE bucket = $12 AND id = $13 AND version = $14";
    NUMBER = "SELECT subject FROM once WHERE bucket = $1 AND scope = $2 AND key = $3";
}

pub(super) static INSERT: Rows<27> = Rows::new(
    "INSERT INTO trade (bucket, id, pid, seller_id, buyer_id, out_trade_no, imported_no, status, subject, total_fen,
        discountable_fen, buyer_pay_fen, receipt_fen, refunded_fen, shop_id, detail, app_id, auth_app_id, notify_url,
        sign_type, page_token, created_at, expires_at, paid_at, closed_at, refunded_at, version) VALUES",
    [
        "INTEGER", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT",
        "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "BIGINT", "BIGINT", "BIGINT",
        "BIGINT", "BIGINT", "BIGINT",
    ],
    "",
);

/// Where the trades of a merchant with a buyer are, and so what their numbers carry.
pub fn bucket(pid: &str, buyer_id: &str) -> Bucket {
    bucket_of(pid, buyer_id)
}

/// Within what a merchant's numbers for its trades are unique: `out_trade_no`, and the numbers of imported trades.
pub fn scope(pid: &str) -> String {
    idempotency::scope(&[SCOPE, pid])
}

/// Keeps a new trade, and announces its payment if it is paid.
pub fn insert(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    tx.execute_rows(&INSERT, [columns(trade)])?;
    history::announce(tx, &trade.pid, Event::paid(trade.no.number, trade))
}

/// What its row holds, in the order of the table.
pub(super) fn columns(trade: &Trade) -> [Val<'_>; 27] {
    let origin = trade.origin.as_ref();
    [
        Bucket::of_id(trade.no.number).into(),
        trade.no.number.into(),
        (&trade.pid).into(),
        (&trade.seller_id).into(),
        (&trade.buyer_id).into(),
        (&trade.out_trade_no).into(),
        trade.imported_no.as_deref().into(),
        trade.status.name().into(),
        (&trade.subject).into(),
        trade.total_fen.into(),
        trade.discountable_fen.into(),
        trade.buyer_pay_fen.into(),
        trade.receipt_fen.into(),
        trade.refunded_fen.into(),
        trade.shop_id.as_deref().into(),
        (&trade.detail).into(),
        origin.map(|it| it.app_id.as_str()).into(),
        origin.map(|it| it.auth_app_id.as_str()).into(),
        origin.and_then(|it| it.notify_url.as_deref()).into(),
        origin.map(|it| it.sign_type.as_str()).into(),
        trade.page_token.as_deref().into(),
        trade.no.created_at.into(),
        trade.expires_at.into(),
        trade.paid_at.into(),
        trade.closed_at.into(),
        trade.refunded_at.into(),
        trade.version.into(),
    ]
}

/// Keeps what happened to a trade and who is notified of it, and counts it; a payment or a refund is announced. Should
/// another operation have changed it since it was loaded, this one runs again.
pub fn update(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    keep(tx, trade)?;
    // Of one that is finished everything was announced before.
    let is_finished = trade.status == Status::TradeFinished;
    let paid = if is_finished { None } else { Event::paid(trade.no.number, trade) };
    history::announce(tx, &trade.pid, paid)
}

/// The same for who announces it together with others.
pub(super) fn keep(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    let Trade { no, status, buyer_pay_fen, receipt_fen, refunded_fen, paid_at, closed_at, refunded_at, .. } = trade;
    let (bucket, origin) = (Bucket::of_id(no.number), trade.origin.as_ref());
    let values = params![
        status.name(),
        *buyer_pay_fen,
        *receipt_fen,
        *refunded_fen,
        *paid_at,
        *closed_at,
        *refunded_at,
        origin.map(|it| it.app_id.as_str()),
        origin.map(|it| it.auth_app_id.as_str()),
        origin.and_then(|it| it.notify_url.as_deref()),
        origin.map(|it| it.sign_type.as_str()),
        bucket,
        no.number,
        trade.version
    ];
    if tx.execute(UPDATE, values)? == 1 { Ok(()) } else { Err(tx.fail(Fault::Stale)) }
}

/// The trade that the store knows by this number, whoever's it is.
pub fn get(tx: &mut Tx, number: i64) -> Result<Option<Trade>, Fault> {
    tx.query_opt(GET, params![Bucket::of_id(number), number])
}

/// A merchant's trade by its `trade_no`; `None` for one that was never made or is another merchant's.
pub fn find(tx: &mut Tx, pid: &str, trade_no: &str) -> Result<Option<Trade>, Fault> {
    if let Some(text) = TradeNoText::parse(trade_no) {
        let found = get(tx, text.number)?.filter(|trade| trade.pid == pid && trade.imported_no.is_none());
        if let Some(trade) = found.filter(|trade| text.names(trade.no)) {
            return Ok(Some(trade));
        }
    }
    let found = numbered(tx, pid, trade_no)?;
    Ok(found.filter(|trade| trade.imported_no.as_deref() == Some(trade_no)))
}

/// A merchant's trade by the number that the merchant gave it.
pub fn find_out(tx: &mut Tx, pid: &str, out_trade_no: &str) -> Result<Option<Trade>, Fault> {
    let found = numbered(tx, pid, out_trade_no)?;
    Ok(found.filter(|trade| trade.out_trade_no == out_trade_no))
}

/// The trade for which the merchant used up this number.
fn numbered(tx: &mut Tx, pid: &str, key: &str) -> Result<Option<Trade>, Fault> {
    let scope = scope(pid);
    let claimed: Option<(i64,)> = tx.query_opt(NUMBER, params![bucket_of_key(&scope, key), &scope, key])?;
    let Some((number,)) = claimed else { return Ok(None) };
    get(tx, number)
}

impl FromRow for Trade {
    fn from_row(row: &dyn Row) -> Result<Trade, Fault> {
        let status: String = column(row, 6)?;
        let status = Status::from_name(&status).ok_or_else(|| Fault::bug(format!("unknown status {status}")))?;
        let app_id: Option<String> = column(row, 15)?;
        let origin = match app_id {
            Some(app_id) => Some(Origin {
                app_id,
                auth_app_id: column(row, 16)?,
                notify_url: column(row, 17)?,
                sign_type: column(row, 18)?,
            }),
            None => None,
        };
        Ok(Trade {
            no: TradeNo::new(column(row, 20)?, column(row, 0)?),
            pid: column(row, 1)?,
            seller_id: column(row, 2)?,
            buyer_id: column(row, 3)?,
            out_trade_no: column(row, 4)?,
            imported_no: column(row, 5)?,
            status,
            subject: column(row, 7)?,
            total_fen: column(row, 8)?,
            discountable_fen: column(row, 9)?,
            buyer_pay_fen: column(row, 10)?,
            receipt_fen: column(row, 11)?,
            refunded_fen: column(row, 12)?,
            shop_id: column(row, 13)?,
            detail: column(row, 14)?,
            origin,
            page_token: column(row, 19)?,
            expires_at: column(row, 21)?,
            paid_at: column(row, 22)?,
            closed_at: column(row, 23)?,
            refunded_at: column(row, 24)?,
            version: column(row, 25)?,
        })
    }
}
