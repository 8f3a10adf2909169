//! Accounts, templates that are paid for, and vouchers that were sent, put into a store.

use std::io;
use std::ops::Range;
use std::path::Path;

use domain::cash_voucher::CashVoucher;
use domain::id::{TemplateId, VoucherId};
use domain::redemption::Redemption;
use domain::template::{Publication, Status, Template, ValidPeriod};
use domain::trade::Origin;
use domain::window;
use store::ledger::{Cause, FUND, Party, Transfer, transfer};
use store::testing::block_on;
use store::world::{Account, put_account};
use store::{Fault, Open, Place, Store, Tx, bucket_of, cash_voucher, job, template};

use crate::server::{APP_ID, NOW, PID, user_id};

pub(super) const HOUR_MS: i64 = 3_600_000;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;
/// How many rows are put in one transaction.
const CHUNK: usize = 500;
/// Who pays for all templates, and what there is to pay with.
const SPONSOR: &str = "2088999999999999";
const SPONSOR_FEN: i64 = 1_000_000_000_000;

/// What a template is like.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// What a voucher takes off at most, fen.
    pub(super) amount_fen: i64,
    /// The least order that it is for, fen.
    pub(super) floor_fen: i64,
    pub(super) quantity: i64,
    /// The last second of its vouchers, UTC milliseconds.
    pub(super) ends_at: i64,
}

impl Default for Terms {
    /// Very many vouchers of a jiao, until tomorrow.
    fn default() -> Terms {
        Terms { amount_fen: 10, floor_fen: 0, quantity: 99_999_999, ends_at: NOW + DAY_MS }
    }
}

/// Fills the embedded store in this folder, which no server holds.
pub(crate) fn folder<T>(folder: &Path, fill: impl AsyncFnOnce(&Store) -> Result<T, Fault>) -> io::Result<T> {
    let store = Store::open(&Place::Folder(folder.to_owned()), Open::default()).map_err(io::Error::other)?;
    block_on(fill(&store)).map_err(io::Error::other)
}

/// Adds accounts for the users of these places, each with so much money.
pub(crate) async fn accounts(store: &Store, places: Range<i64>, balance_fen: i64) -> Result<(), Fault> {
    for chunk in chunks(places) {
        // One statement for all of them: on PostgreSQL each is a round trip.
        let row = |nth: usize| {
            let (bucket, user_id) = (2 * nth + 1, 2 * nth + 2);
            format!("(CAST(${bucket} AS INTEGER), CAST(${user_id} AS TEXT), {balance_fen}, {balance_fen})")
        };
        let users: Vec<String> = chunk.map(user_id).collect();
        let rows: Vec<String> = (0..users.len()).map(row).collect();
        let insert =
            format!("INSERT INTO account (bucket, user_id, opening_fen, balance_fen) VALUES {}", rows.join(", "));
        let write = move |tx: &mut Tx| {
            let values = users.iter().flat_map(|user_id| [bucket_of("", user_id).into(), user_id.into()]);
            tx.execute(&insert, &values.collect::<Vec<_>>()).map(drop)
        };
        store.write::<_, Fault, _>(write).await?;
    }
    Ok(())
}

/// Makes a template of [`PID`] whose vouchers can be sent.
pub(super) async fn paid_template(store: &Store, terms: Terms) -> Result<Template, Fault> {
    let Terms { amount_fen, floor_fen, quantity, ends_at } = terms;
    let (first, bucket) = (store.next_numbers(2).await?, template::bucket(PID));
    let content = serde_json::json!({"use_scene": "ALIPAY_COMMON", "fund_account": "sponsor@example.com",
        "brand_name": "花果山", "valid_period": r#"{"type":"ABSOLUTE"}"#, "description": r#"["满减"]"#});
    let template = Template {
        id: TemplateId::new(NOW, bucket.id(first)),
        pid: PID.to_owned(),
        status: Status::Active,
        sponsor_id: SPONSOR.to_owned(),
        amount_fen,
        floor_fen,
        quantity,
        publication: Publication { starts_at: NOW - DAY_MS, ends_at: NOW + 30 * DAY_MS },
        valid_period: ValidPeriod::Absolute { starts_at: NOW - DAY_MS, ends_at },
        rules: "{}".to_owned(),
        content: content.to_string(),
        page_token: "0123456789abcdef0123456789abcdef".to_owned(),
        origin: Origin {
            app_id: APP_ID.to_owned(),
            auth_app_id: APP_ID.to_owned(),
            notify_url: None,
            sign_type: "RSA2".to_owned(),
        },
        paid_at: Some(NOW),
        version: 1,
    };
    let sponsor = Account {
        user_id: SPONSOR.to_owned(),
        login_id: Some("sponsor@example.com".to_owned()),
        taobao_nick: None,
        opening_fen: SPONSOR_FEN,
        balance_fen: SPONSOR_FEN,
        pay_codes: Vec::new(),
        pay_pin: None,
        student: false,
        member_cards: Vec::new(),
    };
    store.write::<_, Fault, _>(move |tx| put_account(tx, &sponsor)).await?;
    let (paid, transfer_id) = (template.clone(), bucket.id(first + 1));
    let write = move |tx: &mut Tx| {
        let number = paid.id.number;
        job::put(tx, job::TEMPLATE_EXPIRE, number, paid.expires_at())?;
        job::put(tx, job::VOUCHER_EXPIRE, number, window::over_at(ends_at))?;
        template::insert(tx, &paid)?;
        let money = Transfer {
            id: transfer_id,
            debit: Party::Account(SPONSOR),
            credit: Party::Template(number),
            amount_fen: paid.total_fen(),
            kind: FUND,
            trade: None,
            at: NOW,
            cause: Cause::default(),
        };
        assert!(transfer(tx, &money)?, "the sponsor has enough");
        Ok::<_, Fault>(())
    };
    store.write(write).await?;
    Ok(template)
}

/// Sends each user of these places a voucher; the vouchers' ids, in the same order.
pub(super) async fn send(store: &Store, template: &Template, places: Range<i64>) -> Result<Vec<VoucherId>, Fault> {
    let mut ids = Vec::new();
    for chunk in chunks(places) {
        let first = store.lease_numbers(u32::try_from(CHUNK).expect("a small number")).await?;
        let vouchers: Vec<CashVoucher> =
            chunk.zip(first..).map(|(place, number)| voucher(template, user_id(place), number)).collect();
        ids.extend(vouchers.iter().map(|voucher| voucher.id));
        let template = template.clone();
        let write = move |tx: &mut Tx| {
            cash_voucher::insert(tx, &template.pid, &vouchers)?;
            let count = i64::try_from(vouchers.len()).expect("a chunk is small");
            assert!(template::publish(tx, &template, count)?, "there are enough");
            Ok::<_, Fault>(())
        };
        store.write(write).await?;
    }
    Ok(ids)
}

/// A voucher of that number for this user, sent at [`NOW`].
pub(super) fn voucher(template: &Template, user_id: String, number: i64) -> CashVoucher {
    let (starts_at, ends_at) = template.send(NOW).expect("it is sent now");
    CashVoucher {
        id: VoucherId::new(NOW, cash_voucher::bucket(&user_id).id(number)),
        template: template.id.number,
        user_id,
        memo: None,
        redemption: Redemption::new(starts_at, ends_at),
        version: 1,
    }
}

fn chunks(places: Range<i64>) -> impl Iterator<Item = Range<i64>> {
    let end = places.end;
    places.step_by(CHUNK).map(move |begin| begin..end.min(begin + CHUNK as i64))
}
