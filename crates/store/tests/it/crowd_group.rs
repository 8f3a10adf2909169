//! Crowd groups are found by all four parts of their key, listed in the order in which they were made, and changed once
//! at a time.

use domain::crowd_group::{CrowdGroup, Status};
use store::crowd_group::{Owner, find, insert, list, room, update};
use store::{Fault, Stop, Store, Tx, each_engine};

use crate::probe::{read, write};

const OWNER: Owner<'_> =
    Owner { pid: "2088201914979011", shop_id: "2015121600077000000002388200", app_id: "2014072300007148" };

fn a_group(id: &str, place: i64) -> CrowdGroup {
    CrowdGroup {
        pid: OWNER.pid.to_owned(),
        shop_id: OWNER.shop_id.to_owned(),
        app_id: OWNER.app_id.to_owned(),
        place,
        crowd_group_id: id.to_owned(),
        describe: format!("爱这家天 {place}"),
        conditions: "[]".to_owned(),
        status: Status::Enable,
        created_at: 1_767_225_600_000 - place,
        version: 1,
    }
}

async fn kept(store: &Store, groups: Vec<CrowdGroup>) {
    write(store, move |tx| Ok(groups.iter().try_for_each(|group| insert(tx, group))?)).await.unwrap();
}

fn listed(tx: &mut Tx, owner: Owner<'_>) -> Result<Vec<String>, Fault> {
    Ok(list(tx, owner)?.into_iter().map(|group| group.crowd_group_id).collect())
}

each_engine!(a_group_is_its_merchants_its_shops_and_its_apps, |test| {
    let store = test.store();
    let (pid, shop_id, app_id) = ("2088201914979012", "2015121600077000000002388201", "2014072300007149");
    let others = [Owner { pid, ..OWNER }, Owner { shop_id, ..OWNER }, Owner { app_id, ..OWNER }];
    let theirs = |owner: &Owner<'_>| CrowdGroup {
        pid: owner.pid.to_owned(),
        shop_id: owner.shop_id.to_owned(),
        app_id: owner.app_id.to_owned(),
        ..a_group("b", 1)
    };
    kept(store, [a_group("b", 1), a_group("a", 2)].into_iter().chain(others.iter().map(theirs)).collect()).await;
    read(store, move |tx| {
        assert_eq!(listed(tx, OWNER)?, ["b", "a"]);
        assert_eq!(find(tx, OWNER, "a")?, Some(a_group("a", 2)));
        assert_eq!(find(tx, OWNER, "A")?, None);
        let groups = room(tx, OWNER)?;
        assert_eq!((groups.live, groups.next_place), (2, 3));
        for owner in others {
            assert_eq!(listed(tx, owner)?, ["b"]);
            assert_eq!(find(tx, owner, "a")?, None);
        }
        let nobodys = room(tx, Owner { pid: "2088201914979013", ..OWNER })?;
        assert_eq!((nobodys.live, nobodys.next_place), (0, 1));
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(a_group_that_is_made_again_replaces_the_deleted_one_and_is_the_last, |test| {
    let store = test.store();
    kept(store, vec![a_group("a", 1), a_group("b", 2)]).await;
    write(store, |tx| Ok(update(tx, &a_group("a", 1).delete())?)).await.unwrap();
    read(store, |tx| {
        assert_eq!(listed(tx, OWNER)?, ["b"]);
        assert_eq!(find(tx, OWNER, "a")?, Some(CrowdGroup { version: 2, ..a_group("a", 1).delete() }));
        let groups = room(tx, OWNER)?;
        assert_eq!((groups.live, groups.next_place), (1, 3));
        Ok(())
    })
    .await
    .unwrap();
    kept(store, vec![a_group("a", 3)]).await;
    read(store, |tx| {
        assert_eq!(listed(tx, OWNER)?, ["b", "a"]);
        assert_eq!(find(tx, OWNER, "a")?, Some(a_group("a", 3)));
        assert_eq!(tx.query_one::<(i64,)>("SELECT COUNT(*) FROM crowd_group", &[])?, (2,));
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(what_was_loaded_is_changed_once_and_each_place_is_taken_once, |test| {
    let store = test.store();
    kept(store, vec![a_group("a", 1)]).await;
    let change = || CrowdGroup { describe: "x".to_owned(), conditions: "[1]".to_owned(), ..a_group("a", 1) };
    write(store, move |tx| Ok(update(tx, &change())?)).await.unwrap();
    let again = write(store, move |tx| Ok(update(tx, &change())?)).await;
    assert!(matches!(again, Err(Stop::Fault(Fault::Stale | Fault::Busy(_)))), "{again:?}");
    let taken = write(store, |tx| Ok(insert(tx, &a_group("b", 1))?)).await;
    assert!(matches!(taken, Err(Stop::Fault(Fault::Stale | Fault::Busy(_)))), "{taken:?}");
    let found = read(store, |tx| Ok(find(tx, OWNER, "a")?)).await.unwrap();
    assert_eq!(found, Some(CrowdGroup { version: 2, ..change() }));
});

each_engine!(of_many_that_are_made_at_once_each_has_its_own_place, |test| {
    let store = test.store();
    let make = |nth: i64| {
        let store = store.clone();
        async move {
            write(&store, move |tx| {
                let place = room(tx, OWNER)?.next_place;
                Ok(insert(tx, &a_group(&format!("g{nth}"), place))?)
            })
            .await
        }
    };
    // A few together, for whoever is late runs again, and not for ever.
    let (first, second, third) = tokio::join!(make(1), make(2), make(3));
    assert_eq!([first, second, third].map(|made| made.is_ok()), [true; 3]);
    let place = |id: &'static str| read(store, move |tx| Ok(find(tx, OWNER, id)?.map(|group| group.place)));
    let mut places = [place("g1").await, place("g2").await, place("g3").await].map(|place| place.unwrap().unwrap());
    places.sort_unstable();
    assert_eq!(places, [1, 2, 3]);
});
