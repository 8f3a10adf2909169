//! Activities, their shops, tools and orders: what is kept is found again, by its owner alone, in its order.

use domain::activity::{
    Activity, ActivityOrder, Kind, OrderKind, OrderStatus, Review, ReviewStatus, Status, Tool, ToolKind,
};
use domain::id::{AuditId, CampId, CampIdText, OrderId};
use domain::trade::Origin;
use store::activity::{self, Wanted};
use store::world::{Merchant, Shop, put_merchant, put_shop};
use store::{Fault, Stop, Store, Tx, each_engine};

use crate::probe::{read, write};

const DAY_MS: i64 = 86_400_000;
const NOW: i64 = 1_767_225_600_000;

fn id(nth: i64) -> CampId {
    CampId::new(NOW + nth, activity::bucket("2088a").id(nth))
}

/// The `nth` activity of a merchant, made that many milliseconds after `NOW`.
fn an_activity(pid: &str, nth: i64, status: Status) -> Activity {
    Activity {
        id: id(nth),
        pid: pid.to_owned(),
        name: format!("活动{nth}"),
        kind: Kind::PointSend,
        status,
        starts_at: NOW + nth * DAY_MS,
        ends_at: NOW + (nth + 10) * DAY_MS,
        length_ms: 10 * DAY_MS,
        auto_delay: nth % 2 == 0,
        crowd: Some(77),
        content: r#"{"desc":"test"}"#.to_owned(),
        origin: Origin {
            app_id: "2021a".to_owned(),
            auth_app_id: "2021b".to_owned(),
            notify_url: Some("https://example.com/n".to_owned()),
            sign_type: "RSA".to_owned(),
        },
        version: 1,
    }
}

async fn make(store: &Store, activity: &Activity) {
    let activity = activity.clone();
    write(store, move |tx| Ok(activity::insert(tx, &activity)?)).await.unwrap();
}

fn put_shops(tx: &mut Tx, pid: &str, shop_ids: &[&str]) -> Result<(), Fault> {
    let options = "{}".to_owned();
    let pid = pid.to_owned();
    put_merchant(
        tx,
        &Merchant { pid: pid.clone(), name: pid.clone(), mid: None, login_id: None, opening_fen: 0, options },
    )?;
    for shop_id in shop_ids {
        let (shop_id, pid, name) = ((*shop_id).to_owned(), pid.clone(), String::new());
        put_shop(tx, &Shop { shop_id, pid, store_id: None, name, address: None, shop_type: None, position: None })?;
    }
    Ok(())
}

each_engine!(an_activity_is_found_by_its_owner_and_its_whole_id, |test| {
    let store = test.store();
    let made = an_activity("2088a", 1, Status::Started);
    make(store, &made).await;
    let find = async |pid: &'static str, id: CampId| {
        let text = CampIdText::parse(&id.to_text()).unwrap();
        read(store, move |tx| Ok(activity::find(tx, pid, text)?)).await.unwrap()
    };
    assert_eq!(find("2088a", made.id).await, Some(made.clone()));
    assert_eq!(find("2088b", made.id).await, None);
    assert_eq!(find("2088a", CampId::new(NOW + DAY_MS, made.id.number)).await, None);
    assert_eq!(find("2088a", CampId::new(NOW, made.id.number + 1)).await, None);
    let bare = Activity { crowd: None, origin: Origin { notify_url: None, ..made.origin.clone() }, ..made };
    let bare = Activity { id: id(2), ..bare };
    make(store, &bare).await;
    assert_eq!(find("2088a", bare.id).await, Some(bare));
});

each_engine!(a_change_is_kept_once_and_what_was_decided_on_an_old_one_is_decided_again, |test| {
    let store = test.store();
    let made = an_activity("2088a", 1, Status::Started);
    make(store, &made).await;
    let number = made.id.number;
    let offline = move |tx: &mut Tx| -> Result<(), Stop> {
        let closed = activity::get(tx, number)?.expect("it was made").offline()?;
        Ok(activity::update(tx, &closed)?)
    };
    // Whoever comes second runs again, and finds it closed.
    let (one, two) = tokio::join!(write(store, offline), write(store, offline));
    assert_ne!(one.is_ok(), two.is_ok());
    let found = read(store, move |tx| Ok(activity::get(tx, number)?)).await.unwrap();
    assert_eq!(found, Some(Activity { status: Status::Closed, version: 2, ..made.clone() }));
    let stale = write(store, move |tx| Ok(activity::update(tx, &made)?)).await;
    assert!(matches!(stale, Err(Stop::Fault(Fault::Stale))), "{stale:?}");
});

each_engine!(pages_are_newest_first_and_filtered, |test| {
    let store = test.store();
    for (nth, status) in (1..).zip(Status::ALL) {
        make(store, &an_activity("2088a", nth, status)).await;
    }
    make(store, &an_activity("2088b", 9, Status::Started)).await;
    let check = async |name: &'static str, from: i64, until: i64, statuses: &'static [Status], expect: &[i64]| {
        let wanted = Wanted { name, starts_from: NOW + from * DAY_MS, ends_until: NOW + until * DAY_MS, statuses };
        let page = read(store, move |tx| Ok(activity::page(tx, "2088a", &wanted, 2, 0)?)).await.unwrap();
        let found: Vec<i64> = page.0.iter().map(|it| it.id.created_at - NOW).collect();
        let total = i64::try_from(expect.len()).unwrap();
        assert_eq!((found.as_slice(), page.1), (&expect[..expect.len().min(2)], total), "{name} {from} {until}");
    };
    check("", 0, 99, &Status::ALL, &[5, 4, 3, 2, 1]).await;
    check("", 0, 99, &[], &[]).await;
    check("", 0, 99, &[Status::Created, Status::Disabled], &[5, 1]).await;
    check("活动3", 0, 99, &Status::ALL, &[3]).await;
    check("活动", 0, 99, &Status::ALL, &[]).await;
    check("", 4, 99, &Status::ALL, &[5, 4]).await;
    check("", 0, 12, &Status::ALL, &[2, 1]).await;
    let listed = async |pid: &'static str, status: &'static str| {
        let list = read(store, move |tx| Ok(activity::list(tx, pid, status, 3)?)).await.unwrap();
        list.iter().map(|it| it.id.created_at - NOW).collect::<Vec<_>>()
    };
    assert_eq!(listed("", "").await, [9, 5, 4]);
    assert_eq!(listed("2088a", "").await, [5, 4, 3]);
    assert_eq!(listed("", "STARTED").await, [9, 2]);
});

each_engine!(a_crowd_is_used_until_its_activities_are_over, |test| {
    let store = test.store();
    for (nth, status, used) in [
        (1, Status::Closed, false),
        (2, Status::Finished, false),
        (3, Status::Disabled, false),
        (4, Status::Created, true),
        (5, Status::Started, true),
    ] {
        let crowd = Some(100 + nth);
        make(store, &Activity { crowd, ..an_activity("2088a", nth, status) }).await;
        let found = read(store, move |tx| Ok(activity::uses_crowd(tx, 100 + nth)?)).await.unwrap();
        assert_eq!(found, used, "{status:?}");
    }
});

each_engine!(only_the_merchants_own_shops_are_added_and_each_once, |test| {
    let store = test.store();
    write(store, |tx| {
        put_shops(tx, "2088a", &["s1", "s2", "s3"])?;
        Ok(put_shops(tx, "2088b", &["t1"])?)
    })
    .await
    .unwrap();
    let made = an_activity("2088a", 1, Status::Started);
    make(store, &made).await;
    let number = made.id.number;
    for (shop_ids, added) in [(vec!["s2", "s1"], 2), (vec!["s1", "t1", "none", "s3"], 1), (vec![], 0)] {
        let shop_ids: Vec<String> = shop_ids.into_iter().map(str::to_owned).collect();
        let add = write(store, move |tx| Ok(activity::add_shops(tx, number, "2088a", &shop_ids)?));
        assert_eq!(add.await.unwrap(), added);
    }
    read(store, move |tx| {
        assert_eq!(activity::shops(tx, number, 9)?, ["s1", "s2", "s3"]);
        assert_eq!(activity::shops(tx, number, 2)?, ["s1", "s2"]);
        assert!(activity::has_shop(tx, number, "s3")? && !activity::has_shop(tx, number, "t1")?);
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(thousands_of_shops_are_added_at_once, |test| {
    let store = test.store();
    let shop_ids: Vec<String> = (0..3_000).map(|nth| format!("2015121600077{nth:015}")).collect();
    let made = an_activity("2088a", 1, Status::Started);
    make(store, &made).await;
    let number = made.id.number;
    let (known, asked) = (shop_ids.clone(), shop_ids.clone());
    let added = write(store, move |tx| {
        put_shops(tx, "2088a", &known.iter().map(String::as_str).collect::<Vec<_>>())?;
        Ok(activity::add_shops(tx, number, "2088a", &asked)?)
    });
    assert_eq!(added.await.unwrap(), 3_000);
    let found = read(store, move |tx| Ok(activity::shops(tx, number, 100_000)?)).await.unwrap();
    assert_eq!(found, shop_ids);
});

each_engine!(a_payment_tells_the_started_cards_of_its_shop_that_want_to_hear, |test| {
    let store = test.store();
    write(store, |tx| Ok(put_shops(tx, "2088a", &["s1", "s2"])?)).await.unwrap();
    let made = |nth| an_activity("2088a", nth, Status::Started);
    let silent = made(3);
    let silent = Activity { origin: Origin { notify_url: None, ..silent.origin }, ..made(3) };
    for activity in [
        made(1),
        made(2),
        silent,
        Activity { status: Status::Closed, ..made(4) },
        Activity { kind: Kind::DirectSend, ..made(5) },
    ] {
        make(store, &activity).await;
        let number = activity.id.number;
        let add = move |tx: &mut Tx| Ok(activity::add_shops(tx, number, "2088a", &["s1".to_owned()])?);
        write(store, add).await.unwrap();
    }
    for (pid, shop_id, expect) in [("2088a", "s1", &[1, 2][..]), ("2088a", "s2", &[]), ("2088b", "s1", &[])] {
        let found = read(store, move |tx| Ok(activity::cards_of_shop(tx, pid, shop_id)?)).await.unwrap();
        assert_eq!(found.iter().map(|it| it.id.created_at - NOW).collect::<Vec<_>>(), expect, "{pid} {shop_id}");
    }
});

each_engine!(tools_and_orders_are_found_again_in_their_order, |test| {
    let store = test.store();
    let made = an_activity("2088a", 1, Status::Created);
    make(store, &made).await;
    let activity = made.id.number;
    let tool = |place: u32, kind| Tool {
        number: activity + 1_024 * (10 - i64::from(place)),
        created_at: NOW,
        activity,
        place,
        kind,
        content: "{}".to_owned(),
        starts_at: None,
        ends_at: Some(NOW),
    };
    let tools = [tool(0, ToolKind::Money), tool(1, ToolKind::PointCard)];
    let order = |nth, kind| ActivityOrder::by_system(OrderId::new(NOW + nth, 1_024 * nth), activity, kind);
    let review = Review {
        id: AuditId::new(NOW + 1, 99),
        status: ReviewStatus::Auditing,
        auditor_id: None,
        reason: None,
        at: None,
    };
    let asked = ActivityOrder { status: OrderStatus::Doing, review: Some(review), ..order(1, OrderKind::Create) };
    let said = asked.clone().reviewed(ReviewStatus::Reject, Some("OPERATOR"), Some("图不清"), NOW + 5);
    let closed = ActivityOrder { reason: Some("下架".to_owned()), ..order(2, OrderKind::Close) };
    let (kept, orders) = (tools.clone(), [asked.clone(), closed.clone()]);
    write(store, move |tx| {
        kept.iter().try_for_each(|tool| activity::insert_tool(tx, tool))?;
        orders.iter().try_for_each(|order| activity::insert_order(tx, order))?;
        Ok(())
    })
    .await
    .unwrap();
    let changed = Tool { content: r#"{"a":1}"#.to_owned(), ends_at: Some(NOW + 1), ..tools[0].clone() };
    let (first, second, change, review) = (tools[0].clone(), tools[1].clone(), changed.clone(), said.clone());
    let before = read(store, move |tx| Ok((activity::tools(tx, activity)?, activity::orders(tx, activity)?)));
    assert_eq!(before.await.unwrap(), (vec![first, second.clone()], vec![closed.clone(), asked]));
    write(store, move |tx| {
        activity::update_tool(tx, &change)?;
        Ok(activity::review(tx, &review)?)
    })
    .await
    .unwrap();
    let number = changed.number;
    let after = read(store, move |tx| {
        assert_eq!(activity::tool(tx, number + 1)?, None);
        Ok((activity::tool(tx, number)?, activity::tools(tx, activity)?, activity::orders(tx, activity)?))
    });
    let expect = (Some(changed.clone()), vec![changed, second], vec![closed, said]);
    assert_eq!(after.await.unwrap(), expect);
});
