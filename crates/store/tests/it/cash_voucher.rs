//! Many vouchers are changed at once, each as it was loaded or not at all.

use domain::cash_voucher::CashVoucher;
use domain::id::VoucherId;
use domain::redemption::{Redemption, Status};
use store::{Tx, cash_voucher, each_engine};

use crate::probe::{read, write};

const NOW: i64 = 1_767_240_000_000;
const TEMPLATE: i64 = 7 << 10 | 5;
/// More than one statement has.
const VOUCHERS: i64 = 300;

fn sent() -> Vec<CashVoucher> {
    let voucher = |place: i64| {
        let user_id = (2_088_000_000_000_000 + place).to_string();
        CashVoucher {
            id: VoucherId::new(NOW, cash_voucher::bucket(&user_id).id(place)),
            template: TEMPLATE,
            user_id,
            memo: None,
            redemption: Redemption::new(NOW, NOW + 1_000),
            version: 1,
        }
    };
    (1..=VOUCHERS).map(voucher).collect()
}

fn with_status(voucher: &CashVoucher, status: Status) -> CashVoucher {
    CashVoucher { redemption: Redemption { status, ..voucher.redemption }, ..voucher.clone() }
}

each_engine!(of_many_vouchers_those_are_changed_that_are_as_they_were, |test| {
    let store = test.store();
    let kept = write(store, |tx: &mut Tx| {
        let sent = sent();
        cash_voucher::insert(tx, "2088201914979011", &sent)?;
        // Another operation bars one meanwhile.
        cash_voucher::update(tx, &with_status(&sent[2], Status::Disabled))?;
        let expired: Vec<_> = sent.iter().map(|voucher| with_status(voucher, Status::Expired)).collect();
        Ok(cash_voucher::update_current(tx, &expired)?)
    });
    assert_eq!(kept.await.unwrap(), VOUCHERS - 1);
    for (place, before) in sent().into_iter().enumerate() {
        let number = before.id.number;
        let found = read(store, move |tx: &mut Tx| Ok(cash_voucher::get(tx, number)?)).await.unwrap().unwrap();
        let status = if place == 2 { Status::Disabled } else { Status::Expired };
        assert_eq!(found, CashVoucher { version: 2, ..with_status(&before, status) });
    }
});
