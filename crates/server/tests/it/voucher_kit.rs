//! Templates of cash vouchers, as those who make them and pay for them leave them in the store.

use crate::running::{APP_ID, Running};
use crate::wallet::{DAY, NOON};
use domain::cash_voucher::CashVoucher;
use domain::id::{TemplateId, VoucherIdText};
use domain::template::{Publication, Status, Template, Unit, ValidPeriod};
use domain::trade::Origin;
use domain::window;
use serde_json::json;
use store::ledger::{Cause, Party, Transfer, transfer};
use store::testing::block_on;
use store::{Fault, Open, Store, Tx, cash_voucher, job, template};

pub(crate) const SEND: &str = "alipay.marketing.voucher.send";
pub(crate) const LIST: &str = "alipay.marketing.voucher.list.query";
pub(crate) const QUERY: &str = "alipay.marketing.voucher.query";

/// A merchant's templates, beside the server.
pub(crate) struct Templates {
    pub(crate) store: Store,
    pid: &'static str,
    sponsor_id: &'static str,
}

impl Templates {
    /// Those of this merchant, which this account pays for.
    pub(crate) fn of(running: &Running, pid: &'static str, sponsor_id: &'static str) -> Templates {
        let store = Store::open(&running.place(), Open::default()).expect("the server's store");
        Templates { store, pid, sponsor_id }
    }

    fn numbers(&self, count: u16) -> i64 {
        let numbers: Result<i64, Fault> = block_on(self.store.next_numbers(count));
        numbers.expect("numbers")
    }

    fn write(&self, write: impl Fn(&mut Tx) -> Result<(), Fault> + Send + 'static) {
        let done: Result<(), Fault> = block_on(self.store.write(write));
        done.expect("it is kept");
    }

    /// A draft, made at noon of 2026-01-01: a hundred vouchers of 8.80 yuan, each for ten days, that are sent from the
    /// day before until the end of January; with this changed.
    pub(crate) fn draft(&self, change: impl FnOnce(&mut Template)) -> Template {
        let draft = self.unkept(change);
        let kept = draft.clone();
        self.write(move |tx| insert(tx, &kept));
        draft
    }

    /// The same, not in the store yet.
    fn unkept(&self, change: impl FnOnce(&mut Template)) -> Template {
        let content = json!({"use_scene": "ALIPAY_COMMON", "fund_account": "sponsor@example.com", "brand_name": "花果山",
            "valid_period": r#"{"type":"RELATIVE","duration":10,"unit":"DAY"}"#, "description": "[\"满减\"]"});
        let mut draft = Template {
            id: TemplateId::new(NOON, template::bucket(self.pid).id(self.numbers(1))),
            pid: self.pid.to_owned(),
            status: Status::Draft,
            sponsor_id: self.sponsor_id.to_owned(),
            amount_fen: 880,
            floor_fen: 0,
            quantity: 100,
            publication: Publication { starts_at: NOON - DAY, ends_at: end_of("2026-01-31") },
            valid_period: ValidPeriod::Relative { duration: 10, unit: Unit::Day },
            rules: "{}".to_owned(),
            content: content.to_string(),
            page_token: "0123456789abcdef0123456789abcdef".to_owned(),
            origin: Origin {
                app_id: APP_ID.to_owned(),
                auth_app_id: APP_ID.to_owned(),
                notify_url: None,
                sign_type: "RSA2".to_owned(),
            },
            paid_at: None,
            version: 1,
        };
        change(&mut draft);
        draft
    }

    /// A template for which its sponsor has paid at noon, with this changed; its id.
    pub(crate) fn paid(&self, change: impl FnOnce(&mut Template)) -> String {
        let draft = self.unkept(change);
        let id = template::bucket(self.pid).id(self.numbers(1));
        let paid = draft.clone().pay(NOON).expect("it can be paid for");
        let template_id = paid.id.to_text();
        // In one transaction: the server may end a draft at once.
        self.write(move |tx| {
            insert(tx, &draft)?;
            fund(tx, &paid, id)
        });
        template_id
    }

    /// A draft that was deleted; its id.
    pub(crate) fn deleted(&self) -> String {
        let draft = self.draft(|_| {});
        let template_id = draft.id.to_text();
        self.write(move |tx| {
            job::take(tx, job::TEMPLATE_EXPIRE, draft.id.number)?;
            template::update(tx, &draft.clone().delete(NOON).expect("it can be deleted"))
        });
        template_id
    }

    /// Changes a voucher that was sent.
    pub(crate) fn change(
        &self,
        voucher_id: &str,
        change: impl Fn(&mut Tx, CashVoucher) -> Result<CashVoucher, Fault> + Send + 'static,
    ) {
        let number = VoucherIdText::parse(voucher_id).expect("an id").number;
        self.write(move |tx| {
            let voucher = cash_voucher::get(tx, number)?.expect("it was sent");
            let voucher = change(tx, voucher)?;
            cash_voucher::update(tx, &voucher)
        });
    }
}

fn insert(tx: &mut Tx, draft: &Template) -> Result<(), Fault> {
    job::put(tx, job::TEMPLATE_EXPIRE, draft.id.number, draft.expires_at())?;
    template::insert(tx, draft)
}

fn fund(tx: &mut Tx, paid: &Template, transfer_id: i64) -> Result<(), Fault> {
    let number = paid.id.number;
    let (_, ends_at) = paid.valid_period.of_sent(NOON.max(paid.publication.starts_at));
    job::put(tx, job::VOUCHER_EXPIRE, number, window::over_at(ends_at))?;
    template::update(tx, paid)?;
    let money = Transfer {
        id: transfer_id,
        debit: Party::Account(&paid.sponsor_id),
        credit: Party::Template(number),
        amount_fen: paid.total_fen(),
        kind: "fund",
        trade: None,
        at: NOON,
        cause: Cause::default(),
    };
    assert!(transfer(tx, &money)?, "the sponsor has too little");
    Ok(())
}

/// The last second of a day.
pub(crate) fn end_of(day: &str) -> i64 {
    wire::time::parse(&format!("{day} 23:59:59")).expect("a day")
}
