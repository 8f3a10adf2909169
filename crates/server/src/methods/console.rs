//! The methods of operators: what commands do to a running process or to a store that nobody runs, and later the
//! console.
//!
//! An operator's method belongs to no merchant, so it has the whole process to work with, and its own transactions. It
//! reads its request as every method does; its refusals are for an operator and in English.

pub mod activity;
pub mod activity_list;
pub mod activity_review;
pub mod activity_show;
pub mod activity_totals;
pub mod audience;
pub mod audit_list;
pub mod auth_list;
pub mod auth_revoke;
pub mod backup_write;
pub mod batch;
pub mod call;
pub mod caused;
pub mod clock_move;
pub mod clock_show;
pub mod crowd;
pub mod crowd_compare;
pub mod crowd_count;
pub mod crowd_list;
pub mod crowd_members;
pub mod crowd_sample;
pub mod crowd_usage;
pub mod crowd_why;
pub mod fund_list;
pub mod fund_show;
pub mod import_members;
pub mod import_trades;
pub mod import_vouchers;
pub mod key_owner;
pub mod log_list;
pub mod log_record;
pub mod log_show;
pub mod member;
pub mod notice_list;
pub mod notice_resend;
pub mod notice_show;
pub mod operator;
pub mod operator_enable;
pub mod operator_grant;
pub mod operator_invite;
pub mod operator_list;
pub mod page;
pub mod points_account;
pub mod points_frozen;
pub mod points_outstanding;
pub mod prove_run;
mod rows;
pub mod session_end;
pub mod session_list;
pub mod session_show;
pub mod shop_list;
pub mod signature_list;
pub mod signature_show;
pub mod tag_list;
pub mod token_list;
pub mod trade_bill;
pub mod trade_list;
pub mod trade_show;
pub mod trade_totals;
pub mod voucher_bar;
pub mod voucher_send_list;
pub mod voucher_send_page;
pub mod voucher_send_show;
pub mod voucher_send_start;
pub mod voucher_send_stop;
pub mod voucher_show;
pub mod world_apply;

use super::entry::{Entry, operator_export, operator_read, operator_write};
use crate::answer::{Answer, CallError};
use crate::app::App;
use crate::biz::{self, Positive, Text};
use crate::notices::NoticeError;
use std::borrow::Cow;
use store::{Fault, Tx};

/// Every method of operators: the second part of THE LIST.
pub static OPERATIONS: &[Entry] = &[
    operator_read::<session_show::SessionShow>(),
    operator_read::<session_list::SessionList>(),
    operator_write::<session_end::SessionEnd>(),
    operator_read::<operator_list::OperatorList>(),
    operator_write::<operator_invite::OperatorInvite>(),
    operator_write::<operator_grant::OperatorGrant>(),
    operator_write::<operator_enable::OperatorEnable>(),
    operator_read::<audit_list::AuditList>(),
    operator_write::<world_apply::WorldApply>(),
    operator_read::<prove_run::ProveRun>(),
    operator_read::<trade_show::TradeShow>(),
    operator_read::<trade_list::TradeList>(),
    operator_read::<trade_totals::TradeTotals>(),
    operator_export::<trade_bill::TradeBill>(),
    operator_read::<voucher_show::VoucherShow>(),
    operator_write::<voucher_bar::VoucherBar>(),
    operator_write::<voucher_send_start::VoucherSendStart>(),
    operator_write::<voucher_send_stop::VoucherSendStop>(),
    operator_read::<voucher_send_show::VoucherSendShow>(),
    operator_read::<voucher_send_list::VoucherSendList>(),
    operator_read::<voucher_send_page::VoucherSendPage>(),
    operator_read::<crowd_count::CrowdCount>(),
    operator_read::<crowd_why::CrowdWhy>(),
    operator_read::<crowd_list::CrowdList>(),
    operator_read::<tag_list::TagList>(),
    operator_read::<crowd_sample::CrowdSample>(),
    operator_read::<crowd_usage::CrowdUsage>(),
    operator_read::<crowd_compare::CrowdCompare>(),
    operator_export::<crowd_members::CrowdMembers>(),
    operator_read::<activity_list::ActivityList>(),
    operator_read::<activity_show::ActivityShow>(),
    operator_read::<activity_totals::ActivityTotals>(),
    operator_write::<activity_review::ActivityReview>(),
    operator_read::<points_frozen::PointsFrozen>(),
    operator_read::<points_account::PointsAccount>(),
    operator_read::<points_outstanding::PointsOutstanding>(),
    operator_read::<fund_list::FundList>(),
    operator_read::<fund_show::FundShow>(),
    operator_read::<token_list::TokenList>(),
    operator_read::<shop_list::ShopList>(),
    operator_read::<auth_list::AuthList>(),
    operator_write::<auth_revoke::AuthRevoke>(),
    operator_read::<signature_list::SignatureList>(),
    operator_read::<signature_show::SignatureShow>(),
    operator_read::<key_owner::KeyOwner>(),
    operator_read::<log_list::LogList>(),
    operator_read::<log_show::LogShow>(),
    operator_write::<log_record::LogRecord>(),
    operator_read::<clock_show::ClockShow>(),
    operator_write::<clock_move::ClockMove>(),
    operator_read::<notice_list::NoticeList>(),
    operator_read::<notice_show::NoticeShow>(),
    operator_write::<notice_resend::NoticeResend>(),
    operator_write::<import_members::ImportMembers>(),
    operator_write::<import_trades::ImportTrades>(),
    operator_write::<import_vouchers::ImportVouchers>(),
    operator_export::<backup_write::BackupWrite>(),
];

/// An id or a word as an operator gives it. Nothing has a longer one.
pub type Argument = Text<1_024>;

/// How many things an operator asks for at most; as many as 32 bits hold.
pub type Limit = Positive<4_294_967_295>;

/// The refusal of a call about a thing that does not exist.
fn not_found(text: impl Into<Cow<'static, str>>) -> CallError {
    wire::Rejection::business("NOT_FOUND", text).into()
}

/// The refusal of a call that asks for what cannot be done.
pub fn wrong(text: impl Into<Cow<'static, str>>) -> CallError {
    wire::Rejection::business(biz::INVALID, text).into()
}

impl From<NoticeError> for CallError {
    fn from(error: NoticeError) -> CallError {
        match error {
            NoticeError::Store(fault) => fault.into(),
            NoticeError::Unknown(_) => not_found(error.to_string()),
            NoticeError::State(_) => wrong(error.to_string()),
        }
    }
}

/// Whether there is a merchant of that id.
fn known_merchant(tx: &mut Tx, pid: &str) -> Result<bool, Fault> {
    Ok(store::world::merchant(tx, pid)?.is_some())
}

/// The refusal of a call about a merchant that there is not.
fn no_merchant() -> CallError {
    not_found("no such merchant")
}

/// How many things are listed at most.
fn limit(Positive(limit): Limit) -> u32 {
    u32::try_from(limit).expect("a bound of the type")
}

/// Reads what takes long, on a thread of its own.
async fn read_long<T: Send + 'static>(
    app: &App,
    read: impl Fn(&mut Tx) -> Result<T, Fault> + Send + 'static,
) -> Answer<Result<T, Fault>> {
    let (store, runtime) = (app.store.clone(), tokio::runtime::Handle::current());
    let reading = tokio::task::spawn_blocking(move || runtime.block_on(store.read(read))).await;
    reading.map_err(|error| wrong(error.to_string()))
}

/// Reads what takes long and may be refused, on a thread of its own.
async fn read_in<T: Send + 'static>(app: &App, read: impl Fn(&mut Tx) -> Answer<T> + Send + 'static) -> Answer<T> {
    let (store, runtime) = (app.store.clone(), tokio::runtime::Handle::current());
    let reading = tokio::task::spawn_blocking(move || runtime.block_on(store.read(read))).await;
    reading.map_err(|error| wrong(error.to_string()))?
}
