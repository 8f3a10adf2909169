//! Trades and their refunds. A trade's rows share its bucket, which its number tells.

use domain::id::{TradeNo, TradeNoText};
use domain::trade::{Origin, Status, Trade};

use crate::bucket::{Bucket, bucket_of, bucket_of_key};
use crate::fault::Fault;
use crate::params;
use crate::row::{FromRow, Row, column};
use crate::sql::statements;
use crate::tx::Tx;

statements! {
    INSERT = "INSERT INTO trade (bucket, id, pid, seller_id, buyer_id, out_trade_no, imported_no, status, subject,
            total_fen, discountable_fen, buyer_pay_fen, receipt_fen, refunded_fen, shop_id, detail, app_id, auth_app_id,
            notify_url, sign_type, page_token, created_at, expires_at, paid_at, closed_at, refunded_at, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
            $24, $25, $26, $27)";
    GET = "SELECT id, pid, seller_id, buyer_id, out_trade_no, imported_no, status, subject, total_fen, discountable_fen,
            buyer_pay_fen, receipt_fen, refunded_fen, shop_id, detail, app_id, auth_app_id, notify_url, sign_type,
            page_token, created_at, expires_at, paid_at, closed_at, refunded_at, version
        FROM trade WHERE bucket = $1 AND id = $2";
    UPDATE = "UPDATE trade SET status = $1, buyer_pay_fen = $2, receipt_fen = $3, refunded_fen = $4, paid_at = $5,
            closed_at = $6, refunded_at = $7, app_id = $8, auth_app_id = $9, notify_url = $10, sign_type = $11,
            version = version + 1 WHERE bucket = $12 AND id = $13 AND version = $14";
    NUMBER = "SELECT subject FROM once WHERE bucket = $1 AND scope = $2 AND key = $3";
    INSERT_REFUND = "INSERT INTO refund (bucket, trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    REFUND = "SELECT trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at FROM refund
        WHERE bucket = $1 AND trade = $2 AND out_request_no = $3";
    REFUNDS = "SELECT trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at FROM refund
        WHERE bucket = $1 AND trade = $2 ORDER BY at, out_request_no";
}

/// Where the trades of a merchant with a buyer are, and so what their numbers carry.
pub fn bucket(pid: &str, buyer_id: &str) -> Bucket {
    bucket_of(pid, buyer_id)
}

/// Within what a merchant's numbers for its trades are unique: `out_trade_no`, and the numbers of imported trades.
pub fn scope(pid: &str) -> String {
    format!("trade/{pid}")
}

/// Keeps a new trade.
pub fn insert(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
    let origin = trade.origin.as_ref();
    tx.execute(
        INSERT,
        params![
            Bucket::of_id(trade.no.number),
            trade.no.number,
            &trade.pid,
            &trade.seller_id,
            &trade.buyer_id,
            &trade.out_trade_no,
            trade.imported_no.as_deref(),
            trade.status.name(),
            &trade.subject,
            trade.total_fen,
            trade.discountable_fen,
            trade.buyer_pay_fen,
            trade.receipt_fen,
            trade.refunded_fen,
            trade.shop_id.as_deref(),
            &trade.detail,
            origin.map(|it| it.app_id.as_str()),
            origin.map(|it| it.auth_app_id.as_str()),
            origin.and_then(|it| it.notify_url.as_deref()),
            origin.map(|it| it.sign_type.as_str()),
            trade.page_token.as_deref(),
            trade.no.created_at,
            trade.expires_at,
            trade.paid_at,
            trade.closed_at,
            trade.refunded_at,
            trade.version,
        ],
    )
    .map(drop)
}

/// Keeps what happened to a trade and who is told of it, and counts it. Should another operation have changed it since it was loaded, this one
/// runs again.
pub fn update(tx: &mut Tx, trade: &Trade) -> Result<(), Fault> {
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

/// Money that was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The trade's number in the store.
    pub trade: i64,
    /// The merchant's number for it, unique within the trade.
    pub out_request_no: String,
    /// How much of the trade's amount.
    pub amount_fen: i64,
    /// How much of that the buyer got.
    pub buyer_fen: i64,
    /// Why, as the merchant says.
    pub reason: Option<String>,
    /// Whether it came of taking the whole trade back.
    pub cancels: bool,
    /// When, UTC milliseconds.
    pub at: i64,
}

/// Keeps a refund. Its number must not have been used before in its trade.
pub fn insert_refund(tx: &mut Tx, refund: &Refund) -> Result<(), Fault> {
    let Refund { trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at } = refund;
    let bucket = Bucket::of_id(*trade);
    let values = params![bucket, *trade, out_request_no, *amount_fen, *buyer_fen, reason.as_deref(), *cancels, *at];
    tx.execute(INSERT_REFUND, values).map(drop)
}

/// A trade's refund by the merchant's number.
pub fn refund(tx: &mut Tx, trade: i64, out_request_no: &str) -> Result<Option<Refund>, Fault> {
    tx.query_opt(REFUND, params![Bucket::of_id(trade), trade, out_request_no])
}

/// A trade's refunds, oldest first.
pub fn refunds(tx: &mut Tx, trade: i64) -> Result<Vec<Refund>, Fault> {
    tx.query(REFUNDS, params![Bucket::of_id(trade), trade])
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

impl FromRow for Refund {
    fn from_row(row: &dyn Row) -> Result<Refund, Fault> {
        let (trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at) = FromRow::from_row(row)?;
        Ok(Refund { trade, out_request_no, amount_fen, buyer_fen, reason, cancels, at })
    }
}
