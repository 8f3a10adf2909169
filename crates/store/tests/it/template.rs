//! Vouchers are counted up to the last, and no more once the end of sending has given back what was left.

use domain::id::TemplateId;
use domain::template::{Publication, Status, Template, Unit, ValidPeriod};
use domain::trade::Origin;
use store::{Store, Tx, each_engine, template};

use crate::probe::{read, write};

const NOW: i64 = 1_767_240_000_000;
const NUMBER: i64 = 7 << 10 | 5;

fn paid(quantity: i64) -> Template {
    Template {
        id: TemplateId::new(NOW, NUMBER),
        pid: "2088201914979011".to_owned(),
        status: Status::Active,
        sponsor_id: "2088201914979011".to_owned(),
        amount_fen: 880,
        floor_fen: 0,
        quantity,
        publication: Publication { starts_at: NOW, ends_at: NOW + 86_400_000 },
        valid_period: ValidPeriod::Relative { duration: 1, unit: Unit::Hour },
        rules: "{}".to_owned(),
        content: "{}".to_owned(),
        page_token: String::new(),
        origin: Origin {
            app_id: String::new(),
            auth_app_id: String::new(),
            notify_url: None,
            sign_type: "RSA2".to_owned(),
        },
        paid_at: Some(NOW),
        version: 1,
    }
}

async fn publish(store: &Store, n: i64) -> bool {
    write(store, move |tx: &mut Tx| Ok(template::publish(tx, &paid(5), n)?)).await.unwrap()
}

async fn published(store: &Store) -> i64 {
    read(store, |tx: &mut Tx| Ok(template::totals(tx, NUMBER)?)).await.unwrap().published
}

each_engine!(as_many_as_there_are_can_be_sent, |test| {
    let store = test.store();
    write(store, |tx| Ok(template::insert(tx, &paid(5))?)).await.unwrap();
    for (n, sent, total) in [(3, true, 3), (3, false, 3), (2, true, 5), (1, false, 5)] {
        assert_eq!((publish(store, n).await, published(store).await), (sent, total));
    }
});

each_engine!(what_went_back_to_the_sponsor_cannot_be_sent, |test| {
    let store = test.store();
    write(store, |tx| Ok(template::insert(tx, &paid(5))?)).await.unwrap();
    assert!(publish(store, 3).await);
    // One was used for less than it was worth, and one expired: what both left has gone back.
    write(store, |tx| {
        template::count_use(tx, NUMBER, 500)?;
        template::count_expired(tx, NUMBER, 1)?;
        Ok(template::count_return(tx, NUMBER, 380 + 880)?)
    })
    .await
    .unwrap();
    assert!(publish(store, 1).await);
    // The end of sending gives back what was left; nobody sends it any more.
    write(store, |tx| Ok(template::count_return(tx, NUMBER, 880)?)).await.unwrap();
    assert!(!publish(store, 1).await);
    assert_eq!(published(store).await, 4);
});
