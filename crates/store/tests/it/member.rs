//! Members: how rows merge, what a chunk tells, and reading all of them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use store::member::{
    Chunk, Cursor, Effect, Member, MemberRow, Patch, Position, count, get, pids_with_members, put_chunk, scan,
};
use store::testing::Engine;
use store::world::account;
use store::{Change, Store, each_engine};

use crate::probe::{read, write};

const HERE: Position = Position { lon_e7: 1_800_000_000, lat_e7: -900_000_000 };
const THERE: Position = Position { lon_e7: 7, lat_e7: 8 };

async fn put(store: &Store, rows: Vec<MemberRow>) -> Chunk {
    write(store, move |tx| Ok(put_chunk(tx, "2088a", &rows)?)).await.unwrap()
}

async fn one(store: &Store, user: &'static str) -> Option<Member> {
    read(store, move |tx| Ok(get(tx, "2088a", user)?)).await.unwrap()
}

each_engine!(a_row_sets_clears_and_keeps, |test| {
    let store = test.store();
    let check =
        async |row: MemberRow, effect: Effect, tags: &str, home: Option<Position>, work: Option<Position>, version| {
            let chunk = put(store, vec![row]).await;
            assert_eq!(chunk.effects, [effect]);
            let member = one(store, "u").await.unwrap();
            assert_eq!((member.tags.as_str(), member.home, member.work, member.version), (tags, home, work, version));
            assert_eq!(chunk.rows.to_vec(), if effect == Effect::Unchanged { vec![] } else { vec![member] });
        };
    let row = |tags: &[(&'static str, Option<&'static str>)]| MemberRow::new("u", tags.iter().copied());
    let all = r#"{"a":"1","b":"2"}"#;
    check(row(&[("b", Some("2")), ("a", Some("1")), ("c", None)]), Effect::New, all, None, None, 1).await;
    check(row(&[("a", Some("1"))]), Effect::Unchanged, all, None, None, 1).await;
    check(row(&[]), Effect::Unchanged, all, None, None, 1).await;
    check(row(&[("c", None)]), Effect::Unchanged, all, None, None, 1).await;
    let placed = row(&[]).at(Patch::Set(HERE), Patch::Set(THERE));
    check(placed.clone(), Effect::Changed, all, Some(HERE), Some(THERE), 2).await;
    check(placed, Effect::Unchanged, all, Some(HERE), Some(THERE), 2).await;
    check(row(&[]).at(Patch::Keep, Patch::Clear), Effect::Changed, all, Some(HERE), None, 3).await;
    let rest = r#"{"b":"2","d":"\"小\\"}"#;
    check(row(&[("a", None), ("d", Some("\"小\\"))]), Effect::Changed, rest, Some(HERE), None, 4).await;
    check(row(&[("d", Some("x")), ("d", Some("\"小\\"))]), Effect::Unchanged, rest, Some(HERE), None, 4).await;
    assert_eq!(one(store, "v").await, None);
    assert_eq!(one(store, "u").await.unwrap().tags.get("d").as_deref(), Some("\"小\\"));
});

each_engine!(rows_about_one_user_are_taken_in_their_order, |test| {
    let store = test.store();
    let row = |user: &str, value: &'static str| MemberRow::new(user, [("a", Some(value))]);
    let chunk = put(store, vec![row("u", "1"), row("v", "1"), row("u", "2"), row("u", "2")]).await;
    assert_eq!(chunk.effects, [Effect::New, Effect::New, Effect::Changed, Effect::Unchanged]);
    assert_eq!(chunk.rows.len(), 2);
    let chunk = put(store, vec![row("u", "3"), row("w", "1"), row("u", "2")]).await;
    assert_eq!(chunk.effects, [Effect::Changed, Effect::New, Effect::Changed]);
    let member = one(store, "u").await.unwrap();
    assert_eq!((member.tags.as_str(), member.version), (r#"{"a":"2"}"#, 2));
});

each_engine!(chunks_create_users_and_tell_once, |test| {
    let store = test.store();
    let heard: Arc<Mutex<Vec<usize>>> = Arc::default();
    let ears = heard.clone();
    let listener = move |change: &Change| {
        if let Change::Members { pid, rows } = change {
            assert_eq!(&**pid, "2088a");
            ears.lock().unwrap().push(rows.len());
        }
    };
    store.on_change(listener).unwrap();
    let user = |number: usize| format!("2088{number:012}");
    let rows = |from: usize, to: usize, value: &'static str| {
        (from..to).map(|number| MemberRow::new(&user(number), [("pam_age", Some(value))])).collect::<Vec<_>>()
    };
    assert!(put(store, rows(0, 1_000, "3")).await.effects.iter().all(|effect| *effect == Effect::New));
    assert!(put(store, rows(0, 1_000, "3")).await.effects.iter().all(|effect| *effect == Effect::Unchanged));
    let mixed = put(store, [rows(900, 1_100, "3"), rows(0, 300, "4")].concat()).await;
    let of = |effect| mixed.effects.iter().filter(|did| **did == effect).count();
    assert_eq!((of(Effect::New), of(Effect::Changed), of(Effect::Unchanged)), (100, 300, 100));
    assert_eq!(*heard.lock().unwrap(), [1_000, 400]);
    put(store, vec![]).await;
    let (first, last) = (user(0), user(1_099));
    let seen = read(store, move |tx| {
        let told = tx.query_one::<(i64,)>("SELECT COUNT(*) FROM changes", &[])?.0;
        let accounts = tx.query_one::<(i64,)>("SELECT COUNT(*) FROM account", &[])?.0;
        assert_eq!(account(tx, &first)?.unwrap().balance_fen, 0);
        assert!(account(tx, &last)?.is_some());
        Ok((told, accounts, count(tx, "2088a")?, count(tx, "2088b")?, pids_with_members(tx)?))
    });
    // SQLite has nobody to write rows for.
    let told = if test.engine() == Engine::Postgres { 2 } else { 0 };
    assert_eq!(seen.await.unwrap(), (told, 1_100, 1_100, 0, vec!["2088a".to_owned()]));
});

each_engine!(a_scan_gives_everybody_once, |test| {
    let store = test.store();
    let rows = |pid: &'static str, many: usize| {
        let rows: Vec<_> = (0..many).map(|number| MemberRow::new(&format!("u{number}"), [("p", Some(pid))])).collect();
        write(store, move |tx| Ok(put_chunk(tx, pid, &rows)?))
    };
    rows("2088a", 1_000).await.unwrap();
    rows("2088b", 10).await.unwrap();
    for limit in [1, 7, 100, 5_000] {
        for (pid, many) in [("2088a", 1_000), ("2088b", 10), ("2088c", 0)] {
            if limit == 1 && many == 1_000 {
                continue;
            }
            let seen = read(store, move |tx| {
                let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, Some(Cursor::default()));
                while let Some(after) = cursor {
                    let (page, next) = scan(tx, pid, &after, limit)?;
                    assert!(page.len() <= limit && page.iter().all(|row| row.tags.get("p").as_deref() == Some(pid)));
                    seen.extend(page.into_iter().map(|row| row.user_id));
                    (pages, cursor) = (pages + 1, next);
                }
                Ok((seen, pages))
            });
            let (seen, pages) = seen.await.unwrap();
            assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (many, many), "{pid} {limit}");
            assert!(pages <= many / limit + 1 + usize::from(many % limit == 0), "{pid} {limit}: {pages}");
        }
    }
});

each_engine!(chunks_at_once_over_the_same_members_lose_nothing, |test| {
    let store = test.store();
    let importer = |importer: usize| {
        let store = store.clone();
        async move {
            let code = format!("tag{importer}");
            // Each goes through the members in another order.
            let rows: Vec<_> = (0..300)
                .map(|turn| (turn * 7 + importer * 31) % 300)
                .map(|number| MemberRow::new(&format!("u{number}"), [(code.as_str(), Some("1"))]))
                .collect();
            for rows in rows.chunks(50) {
                put(&store, rows.to_vec()).await;
            }
        }
    };
    let importers: Vec<_> = (0..6).map(|number| tokio::spawn(importer(number))).collect();
    for importer in importers {
        importer.await.unwrap();
    }
    let all = read(store, |tx| Ok(scan(tx, "2088a", &Cursor::default(), 1_000)?.0)).await.unwrap();
    assert_eq!(all.len(), 300);
    for member in all {
        assert_eq!((member.tags.iter().count(), member.version), (6, 6), "{}", member.user_id);
    }
});
