//! Who exists: stating it twice changes nothing, and lookups give it back.

use std::sync::{Arc, Mutex};

use domain::tag::{Tag, TagKind, TagValue};
use store::member::Position;
use store::testing::Engine;
use store::world::{
    Account, App, Authorization, Guard, Image, ImageRoom, Merchant, Shop, UploadedImage, account, add_image, app, apps,
    authorization, guard, has_image, image, merchant, merchants, platform_certificate, put_account, put_app,
    put_authorization, put_image, put_merchant, put_platform_certificate, put_shop, put_tag, shop, shop_of_store,
    shops, tags,
};
use store::{Change, Fault, Stop, Store, Tx, bucket_of, each_engine, params};

use crate::probe::{read, write};

fn a_merchant() -> Merchant {
    Merchant {
        pid: "2088a".to_owned(),
        name: "花果山超市".to_owned(),
        mid: None,
        login_id: Some("hgs@example.com".to_owned()),
        opening_fen: 100,
        options: "{}".to_owned(),
    }
}

fn a_shop() -> Shop {
    Shop {
        shop_id: "2015121600077000000002388200".to_owned(),
        pid: "2088a".to_owned(),
        store_id: Some("NJ_001".to_owned()),
        name: "总店".to_owned(),
        address: None,
        shop_type: None,
        position: Some(Position { lon_e7: 1_187_900_000, lat_e7: -320_600_000 }),
    }
}

fn a_tag(code: &str, kind: TagKind) -> Tag {
    let value = |value: &str, label: &str| TagValue { value: value.to_owned(), label: label.to_owned() };
    Tag { code: code.to_owned(), name: "偏好".to_owned(), kind, values: vec![value("1", "是"), value("0", "否")] }
}

fn an_app() -> App {
    App {
        app_id: "2021a".to_owned(),
        pid: "2088a".to_owned(),
        public_key: "MIIB".to_owned(),
        certificates: vec!["MIIC".to_owned()],
        aes_key: None,
        isv: false,
        methods: vec!["*".to_owned()],
        notify_charset: "utf-8".to_owned(),
        enabled: true,
        redirect_uris: vec!["https://isv.example.com".to_owned()],
        version: 1,
    }
}

fn an_authorization() -> Authorization {
    Authorization {
        token_key: "201609BB".to_owned(),
        app_id: "2021a".to_owned(),
        pid: "2088a".to_owned(),
        auth_app_id: "2021b".to_owned(),
        methods: vec!["alipay.trade.pay".to_owned()],
        expires_at: 4_070_908_800_000,
        enabled: true,
        granted_at: 5,
        refresh: None,
        replaced_at: None,
        version: 1,
    }
}

fn an_account() -> Account {
    Account {
        user_id: "2088102146931393".to_owned(),
        login_id: Some("13196215350".to_owned()),
        taobao_nick: Some("yue54333".to_owned()),
        opening_fen: 100_000,
        balance_fen: 100_000,
        pay_codes: vec!["28763443825664394".to_owned()],
        pay_pin: Some("111111".to_owned()),
        student: true,
        member_cards: vec![],
    }
}

fn an_image() -> Image {
    Image {
        id: "1T8Pp00AT7eo9NoAJkMR3AAAACMAAQEC".to_owned(),
        media_type: "image/png".to_owned(),
        bytes: vec![0, 255, 7],
    }
}

/// States everything; how many of them changed something.
fn state(tx: &mut Tx) -> Result<usize, Stop> {
    let changed = [
        put_merchant(tx, &a_merchant())?,
        put_shop(tx, &a_shop())?,
        put_tag(tx, "2088a", &a_tag("pref_b", TagKind::Enum))?,
        put_tag(tx, "2088a", &a_tag("pref_a", TagKind::Date))?,
        put_app(tx, &an_app())?,
        put_authorization(tx, &an_authorization())?,
        put_account(tx, &an_account())?,
        put_image(tx, &an_image())?,
        put_platform_certificate(tx, "b1f7", "a chain")?,
    ];
    Ok(changed.into_iter().filter(|changed| *changed).count())
}

fn kinds_heard(store: &Store) -> Arc<Mutex<Vec<String>>> {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = heard.clone();
    let listener = move |change: &Change| {
        let text = format!("{change:?}");
        ears.lock().unwrap().push(text.split([' ', '(']).next().unwrap().to_owned());
    };
    store.on_change(listener).unwrap();
    heard
}

async fn rows_of_changes(store: &Store) -> i64 {
    read(store, |tx| Ok(tx.query_one::<(i64,)>("SELECT COUNT(*) FROM changes", &[])?.0)).await.unwrap()
}

each_engine!(a_merchant_uploads_pictures_within_its_room_and_shows_its_own, |test| {
    let store = test.store();
    let upload = |id: &'static str, pid: &'static str, room: ImageRoom| {
        write(store, move |tx| {
            let image = Image { id: id.to_owned(), ..an_image() };
            let upload = UploadedImage { image: &image, pid, name: "logo", uploaded_at: 7 };
            let kept = add_image(tx, &upload, room)?;
            // As the method does: what has no room is undone whole.
            if kept { Ok(()) } else { Err(Stop::Refused(domain::Refusal::NotEligible)) }
        })
    };
    let room = ImageRoom { images: 2, bytes: 6 };
    upload("a", "2088a", room).await.unwrap();
    upload("b", "2088a", room).await.unwrap();
    for (images, bytes) in [(2, 100), (100, 8)] {
        assert!(upload("c", "2088a", ImageRoom { images, bytes }).await.is_err());
    }
    for (images, bytes) in [(0, 100), (100, 2)] {
        assert!(upload("d", "2088b", ImageRoom { images, bytes }).await.is_err());
    }
    upload("d", "2088b", ImageRoom { images: 1, bytes: 3 }).await.unwrap();
    upload("c", "2088a", ImageRoom { images: 3, bytes: 9 }).await.unwrap();
    // A world file's is everybody's, and never takes an upload's place.
    write(store, state).await.unwrap();
    let other = Image { id: "a".to_owned(), media_type: "image/gif".to_owned(), bytes: vec![1] };
    assert!(!write(store, move |tx| Ok(put_image(tx, &other)?)).await.unwrap());
    let shown = |id: &'static str, pid: &'static str| read(store, move |tx| Ok(has_image(tx, id, pid)?));
    let world = "1T8Pp00AT7eo9NoAJkMR3AAAACMAAQEC";
    for (id, pid, expect) in [
        ("a", "2088a", true),
        ("a", "2088b", false),
        ("d", "2088b", true),
        (world, "2088b", true),
        ("x", "2088a", false),
    ] {
        assert_eq!(shown(id, pid).await.unwrap(), expect, "{id} {pid}");
    }
    assert_eq!(read(store, |tx| Ok(image(tx, "a")?)).await.unwrap().map(|image| image.bytes), Some(vec![0, 255, 7]));
});

each_engine!(stating_a_world_twice_changes_nothing_and_tells_nobody, |test| {
    let store = test.store();
    let heard = kinds_heard(store);
    assert_eq!(write(store, state).await.unwrap(), 9);
    assert_eq!(*heard.lock().unwrap(), ["Merchant", "Shop", "Tags", "Tags", "App", "Authorization"]);
    // SQLite has nobody to write rows for.
    let rows = if test.engine() == Engine::Postgres { 6 } else { 0 };
    assert_eq!(rows_of_changes(store).await, rows);
    assert_eq!(write(store, state).await.unwrap(), 0);
    assert_eq!(rows_of_changes(store).await, rows);
    assert_eq!(heard.lock().unwrap().len(), 6);
    read(store, |tx| {
        assert_eq!(merchant(tx, "2088a")?, Some(a_merchant()));
        assert_eq!(merchants(tx)?, ["2088a"]);
        assert_eq!(shop(tx, &a_shop().shop_id)?, Some(a_shop()));
        assert_eq!(shops(tx, "2088a")?, [a_shop()]);
        assert_eq!(shop_of_store(tx, "2088a", "NJ_001")?, Some(a_shop()));
        assert_eq!(shop_of_store(tx, "2088b", "NJ_001")?, None);
        assert_eq!(tags(tx, "2088a")?, [a_tag("pref_b", TagKind::Enum), a_tag("pref_a", TagKind::Date)]);
        assert_eq!(app(tx, "2021a")?, Some(an_app()));
        assert_eq!(apps(tx)?, [an_app()]);
        assert_eq!(authorization(tx, "201609BB")?, Some(an_authorization()));
        assert_eq!(account(tx, &an_account().user_id)?, Some(an_account()));
        assert_eq!(image(tx, &an_image().id)?, Some(an_image()));
        assert_eq!(platform_certificate(tx, "b1f7")?.as_deref(), Some("a chain"));
        assert_eq!(platform_certificate(tx, "b1f8")?, None);
        assert_eq!(account(tx, "2088a")?.unwrap().balance_fen, 100);
        assert_eq!((merchant(tx, "x")?, shop(tx, "x")?, tags(tx, "x")?, shops(tx, "x")?), (None, None, vec![], vec![]));
        assert_eq!(
            (app(tx, "x")?, authorization(tx, "x")?, account(tx, "x")?, image(tx, "x")?),
            (None, None, None, None)
        );
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(versions_rise_with_real_changes_and_guard_calls, |test| {
    let store = test.store();
    write(store, state).await.unwrap();
    let check = async |app_id: &'static str, token: Option<&'static str>, expect: Option<Guard>| {
        assert_eq!(read(store, move |tx| Ok(guard(tx, app_id, token)?)).await.unwrap(), expect, "{app_id} {token:?}");
    };
    let fresh = Guard { app_version: 1, app_enabled: true, authorization: None };
    check("2021a", None, Some(fresh)).await;
    check("2021a", Some("201609BB"), Some(Guard { authorization: Some((1, true)), ..fresh })).await;
    check("2021a", Some("another"), Some(fresh)).await;
    check("another", Some("201609BB"), None).await;
    let alter = write(store, |tx| {
        assert!(put_app(tx, &App { certificates: vec![], ..an_app() })?);
        assert!(put_app(tx, &App { public_key: "MIIC".to_owned(), ..an_app() })?);
        assert!(put_app(tx, &App { public_key: "MIIC".to_owned(), aes_key: Some("k".to_owned()), ..an_app() })?);
        Ok(put_authorization(tx, &Authorization { enabled: false, ..an_authorization() })?)
    });
    assert!(alter.await.unwrap());
    let guard = Guard { app_version: 4, app_enabled: true, authorization: Some((2, false)) };
    check("2021a", Some("201609BB"), Some(guard)).await;
});

each_engine!(an_altered_opening_balance_moves_the_balance_by_the_difference, |test| {
    let store = test.store();
    write(store, state).await.unwrap();
    let user = an_account().user_id;
    let spend = {
        let user = user.clone();
        move |tx: &mut Tx| {
            let sql = "UPDATE account SET balance_fen = balance_fen - 60000 WHERE bucket = $1 AND user_id = $2";
            Ok(tx.execute(sql, params![bucket_of("", &user), &user])?)
        }
    };
    write(store, spend).await.unwrap();
    assert_eq!(write(store, state).await.unwrap(), 0);
    for (opening, expect) in [(100_000, Some(40_000)), (110_000, Some(50_000)), (60_000, Some(0)), (59_999, None)] {
        let user = user.clone();
        let put = write(store, move |tx| {
            put_account(tx, &Account { opening_fen: opening, ..an_account() })?;
            Ok(account(tx, &user)?.unwrap().balance_fen)
        });
        match (put.await, expect) {
            (Ok(balance), Some(expect)) => assert_eq!(balance, expect),
            (Err(Stop::Fault(Fault::Check(_))), None) => {}
            (other, _) => panic!("{opening}: {other:?}"),
        }
    }
});

each_engine!(what_belongs_to_nobody_is_refused_by_reference, |test| {
    let store = test.store();
    for orphan in 0..3 {
        let put = write(store, move |tx| {
            Ok(match orphan {
                0 => put_shop(tx, &a_shop())?,
                1 => put_tag(tx, "2088a", &a_tag("pref", TagKind::Text))?,
                _ => put_authorization(tx, &an_authorization())?,
            })
        });
        assert!(matches!(put.await, Err(Stop::Fault(Fault::Reference(_)))), "{orphan}");
    }
});

#[test]
fn no_secret_is_shown() {
    let shown = format!("{:?} {:?} {:?}", an_app(), an_authorization(), an_account());
    for secret in ["MIIB", "201609BB", "111111", "28763443825664394"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let place = store::Place::Postgres("postgres://me:secret@host/db".to_owned());
    assert!(!format!("{place:?}").contains("secret"));
}
