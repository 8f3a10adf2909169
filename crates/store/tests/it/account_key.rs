//! An account is found by what its owner shows, and by nothing that it no longer has.

use std::path::Path;

use store::account_key::{Kind, capital_logins, find, find_payer, fold_login, use_pay_code};
use store::world::{Account, Merchant, put_account, put_merchant};
use store::{Open, Place, Stop, Store, Tx, each_engine, params};

use crate::probe::{read, write};

const USER: &str = "2088102146931393";

fn an_account(user_id: &str, login_id: Option<&str>, codes: &[&str]) -> Account {
    Account {
        user_id: user_id.to_owned(),
        login_id: login_id.map(str::to_owned),
        taobao_nick: login_id.map(|login_id| format!("nick of {login_id}")),
        opening_fen: 0,
        balance_fen: 0,
        pay_codes: codes.iter().map(|&code| code.to_owned()).collect(),
        pay_pin: None,
        student: false,
        member_cards: vec![],
    }
}

async fn put(store: &Store, account: Account) {
    write(store, move |tx| Ok(put_account(tx, &account)?)).await.unwrap();
}

fn user_of(tx: &mut Tx, kind: Kind, key: &str) -> Result<Option<String>, Stop> {
    Ok(find(tx, kind, key)?.map(|account| account.user_id))
}

each_engine!(keys_follow_the_account, |test| {
    let store = test.store();
    let check = async |kind: Kind, key: &'static str, expect: Option<&str>| {
        let found = read(store, move |tx| user_of(tx, kind, key)).await.unwrap();
        assert_eq!(found.as_deref(), expect, "{key}");
    };
    put(store, an_account(USER, Some("a@b.c"), &["281", "282", "281"])).await;
    for (kind, key) in [(Kind::Login, "a@b.c"), (Kind::Nick, "nick of a@b.c"), (Kind::PayCode, "281")] {
        check(kind, key, Some(USER)).await;
    }
    check(Kind::Nick, "a@b.c", None).await;
    put(store, an_account(USER, None, &["282", "283"])).await;
    for (kind, key, expect) in [
        (Kind::Login, "a@b.c", None),
        (Kind::Nick, "nick of a@b.c", None),
        (Kind::PayCode, "281", None),
        (Kind::PayCode, "282", Some(USER)),
        (Kind::PayCode, "283", Some(USER)),
    ] {
        check(kind, key, expect).await;
    }
    // Who states a key last has it, until it is stated anew.
    put(store, an_account("2088102146931394", None, &["282"])).await;
    check(Kind::PayCode, "282", Some("2088102146931394")).await;
    put(store, an_account(USER, None, &["282", "283"])).await;
    check(Kind::PayCode, "282", Some("2088102146931394")).await;
    put(store, an_account("2088102146931394", None, &[])).await;
    check(Kind::PayCode, "282", None).await;
    let merchant = |login_id: Option<&str>| Merchant {
        pid: "2088201914979011".to_owned(),
        name: String::new(),
        mid: None,
        login_id: login_id.map(str::to_owned),
        opening_fen: 0,
        options: "{}".to_owned(),
    };
    for (login_id, expect) in [(Some("m@b.c"), Some("2088201914979011")), (None, None)] {
        let merchant = merchant(login_id);
        write(store, move |tx| Ok(put_merchant(tx, &merchant)?)).await.unwrap();
        check(Kind::Login, "m@b.c", expect).await;
    }
});

each_engine!(a_login_id_is_found_in_any_case, |test| {
    let store = test.store();
    let check = async |kind: Kind, key: &'static str, expect: Option<&str>| {
        let found = read(store, move |tx| user_of(tx, kind, key)).await.unwrap();
        assert_eq!(found.as_deref(), expect, "{key}");
    };
    put(store, an_account(USER, Some("Hgs@Example.com"), &[])).await;
    for login_id in ["Hgs@Example.com", "hgs@example.com", "HGS@EXAMPLE.COM"] {
        check(Kind::Login, login_id, Some(USER)).await;
    }
    check(Kind::Nick, "nick of hgs@example.com", None).await;
    put(store, an_account(USER, Some("hGS@example.com"), &[])).await;
    check(Kind::Login, "hgs@Example.com", Some(USER)).await;
    put(store, an_account(USER, None, &[])).await;
    check(Kind::Login, "hgs@example.com", None).await;
    // An earlier build had its rows as the ids were stated, and took two that differ by case alone.
    const OTHER: &str = "2088102146931394";
    for (user_id, login_id) in [(USER, "Bob@X"), (OTHER, "bob@X")] {
        put(store, an_account(user_id, None, &[])).await;
        write(store, move |tx| {
            let key = store::bucket_of_key("login", login_id);
            let account = store::bucket_of("", user_id);
            let put = "INSERT INTO account_key (bucket, kind, key, user_id) VALUES ($1, 'login', $2, $3)";
            tx.execute(put, params![key, login_id, user_id])?;
            let state = "UPDATE account SET login_id = $1 WHERE bucket = $2 AND user_id = $3";
            Ok(tx.execute(state, params![login_id, account, user_id])?)
        })
        .await
        .unwrap();
    }
    check(Kind::Login, "bob@x", None).await;
    write(store, |tx| {
        let found = capital_logins(tx)?;
        assert_eq!(found.iter().map(|(user_id, _)| user_id).collect::<Vec<_>>(), [USER, OTHER]);
        Ok(found.iter().try_for_each(|(user_id, login_id)| fold_login(tx, user_id, login_id))?)
    })
    .await
    .unwrap();
    for (login_id, expect) in [("Bob@X", USER), ("bob@X", OTHER), ("bob@x", USER), ("BOB@X", USER)] {
        check(Kind::Login, login_id, Some(expect)).await;
    }
});

each_engine!(a_code_pays_for_its_account, |test| {
    let store = test.store();
    put(store, an_account(USER, None, &["281"])).await;
    read(store, |tx| {
        for (code, by_default, expect) in [
            ("281", false, true),
            ("2888102146931393", true, true),
            ("2888102146931393", false, false),
            ("2888102146931394", true, false),
            ("2988102146931393", true, false),
            ("28881021469313930", true, false),
        ] {
            assert_eq!(find_payer(tx, code, by_default)?.is_some(), expect, "{code}");
        }
        Ok(())
    })
    .await
    .unwrap();
    for expect in [true, false] {
        assert_eq!(write(store, |tx| Ok(use_pay_code(tx, "281", USER, 7)?)).await.unwrap(), expect);
    }
    // Stating the account again does not make the code good again.
    put(store, an_account(USER, Some("a@b.c"), &["281"])).await;
    assert!(!write(store, |tx| Ok(use_pay_code(tx, "281", USER, 8)?)).await.unwrap());
});

#[test]
fn a_store_of_before_gets_the_keys_of_its_accounts() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/tests/stores/0001-first-slice/punchcard.db");
    let file = folder.path().join("punchcard.db");
    std::fs::copy(kept, &file).unwrap();
    let own = rusqlite::Connection::open(&file).unwrap();
    let sql = "UPDATE account SET login_id = 'a@b.c', taobao_nick = 'nick', pay_codes = '[\"281\",\"282\"]'
        WHERE user_id = '2088000000000007'";
    assert_eq!(own.execute(sql, []).unwrap(), 1);
    drop(own);
    let upgrading = Open { create: true, ..Open::default() };
    let store = Store::open(&Place::Folder(folder.path().to_owned()), upgrading).unwrap();
    store::testing::block_on(read(&store, |tx| {
        for (kind, key) in
            [(Kind::Login, "a@b.c"), (Kind::Nick, "nick"), (Kind::PayCode, "281"), (Kind::PayCode, "282")]
        {
            assert_eq!(user_of(tx, kind, key)?.as_deref(), Some("2088000000000007"), "{key}");
        }
        Ok(())
    }))
    .unwrap();
}
