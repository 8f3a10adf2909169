//! Vouchers that members received elsewhere are kept once each, and all of a member's are read at once.

use domain::voucher_history::{Again, ImportedVoucher};
use store::testing::{Engine, Space};
use store::voucher_history::{Effect, VoucherChunk, import, of_member};
use store::world::account;
use store::{Fault, Open, Stop, Store, Tx, dump, each_engine, member};

use crate::probe::{fingerprint, read, write};
use Again::{OtherReceivedAt, OtherRedeemedAt, OtherUser, Redeemed, Same};
use Effect::{Known, New};

const PID: &str = "2088201914979011";
const FIRST: &str = "2088102146931393";
const SECOND: &str = "2088102146931394";
const NOW: i64 = 1_767_225_600_000;

/// A row of a file: its number, who received it, and how long after when it was redeemed.
fn a_row(voucher_no: &str, user_id: &str, redeemed: Option<i64>) -> ImportedVoucher {
    ImportedVoucher {
        voucher_no: voucher_no.to_owned(),
        user_id: user_id.to_owned(),
        received_at: NOW,
        redeemed_at: redeemed.map(|after| NOW + after),
    }
}

/// A fingerprint of all that a row says.
fn print(voucher: &ImportedVoucher) -> [u8; 32] {
    let mut hasher = std::hash::DefaultHasher::new();
    std::hash::Hash::hash(&format!("{voucher:?}"), &mut hasher);
    fingerprint(std::hash::Hasher::finish(&hasher).cast_signed())
}

async fn try_import(store: &Store, pid: &str, rows: &[ImportedVoucher]) -> Result<Vec<Effect>, Stop> {
    let chunk = VoucherChunk::new(pid, rows.to_vec(), print);
    write(store, move |tx| Ok(import(tx, &chunk)?)).await
}

async fn imported(store: &Store, rows: &[ImportedVoucher]) -> Vec<Effect> {
    try_import(store, PID, rows).await.unwrap()
}

async fn vouchers(store: &Store, pid: &'static str, user_id: &'static str) -> Vec<ImportedVoucher> {
    read(store, move |tx| Ok(of_member(tx, pid, user_id)?)).await.unwrap()
}

fn count(tx: &mut Tx, table: &str) -> Result<i64, Fault> {
    Ok(tx.query_one::<(i64,)>(&format!("SELECT COUNT(*) FROM {table}"), &[])?.0)
}

each_engine!(an_imported_voucher_is_kept_once_and_its_user_is_a_member, |test| {
    let store = test.store();
    let rows = [
        a_row("b", FIRST, None),
        a_row("a", FIRST, Some(0)),
        a_row("c", SECOND, Some(5)),
        a_row("a", FIRST, Some(0)),
        a_row("a", SECOND, Some(0)),
    ];
    assert_eq!(imported(store, &rows).await, [New, New, New, Known(Same), Known(OtherUser)]);
    let again = [Known(Same), Known(Same), Known(Same), Known(Same), Known(OtherUser)];
    assert_eq!(imported(store, &rows).await, again);
    assert_eq!(vouchers(store, PID, FIRST).await, [rows[1].clone(), rows[0].clone()]);
    assert_eq!(vouchers(store, PID, SECOND).await, [rows[2].clone()]);
    read(store, |tx| {
        for user in [FIRST, SECOND] {
            assert_eq!(member::get(tx, PID, user)?.unwrap().version, 1);
            assert_eq!(account(tx, user)?.unwrap().balance_fen, 0);
        }
        assert_eq!((count(tx, "voucher_history")?, count(tx, "once")?), (3, 3));
        Ok(())
    })
    .await
    .unwrap();
    // Another merchant's numbers are its own.
    let other = "2088201914979012";
    assert_eq!(vouchers(store, other, FIRST).await, []);
    let theirs = [a_row("a", SECOND, None)];
    assert_eq!(try_import(store, other, &theirs).await.unwrap(), [New]);
    assert_eq!(vouchers(store, other, SECOND).await, theirs);
    assert_eq!(vouchers(store, PID, SECOND).await, [rows[2].clone()]);
    assert_eq!(imported(store, &[]).await, []);
});

each_engine!(a_voucher_that_comes_again_redeemed_is_changed_and_nothing_else_is, |test| {
    let store = test.store();
    let first = [a_row("1", FIRST, None), a_row("2", FIRST, Some(1)), a_row("3", SECOND, None)];
    assert_eq!(imported(store, &first).await, [New, New, New]);
    let later = |row: ImportedVoucher| ImportedVoucher { received_at: NOW - 1, ..row };
    let next = [
        a_row("1", FIRST, Some(2)),
        a_row("2", FIRST, None),
        a_row("2", FIRST, Some(2)),
        a_row("3", FIRST, None),
        a_row("3", FIRST, Some(3)),
        later(a_row("3", SECOND, None)),
        later(a_row("3", SECOND, Some(3))),
        // One that has just been redeemed.
        a_row("1", FIRST, None),
        a_row("1", FIRST, Some(2)),
        a_row("1", FIRST, Some(3)),
        a_row("1", SECOND, None),
        // One that is new and comes again in the same chunk.
        a_row("4", SECOND, None),
        a_row("4", SECOND, Some(4)),
        a_row("4", SECOND, None),
        a_row("4", SECOND, Some(5)),
        a_row("4", FIRST, Some(4)),
    ];
    let effects = [
        Redeemed,
        Same,
        OtherRedeemedAt,
        OtherUser,
        OtherUser,
        OtherReceivedAt,
        OtherReceivedAt,
        Same,
        Same,
        OtherRedeemedAt,
        OtherUser,
    ];
    let effects = effects.map(Known);
    let last = [New, Known(Redeemed), Known(Same), Known(OtherRedeemedAt), Known(OtherUser)];
    assert_eq!(imported(store, &next).await, [&effects[..], &last].concat());
    let now = [a_row("1", FIRST, Some(2)), a_row("2", FIRST, Some(1))];
    assert_eq!(vouchers(store, PID, FIRST).await, now);
    let now = [a_row("3", SECOND, None), a_row("4", SECOND, Some(4))];
    assert_eq!(vouchers(store, PID, SECOND).await, now);
    // The same chunk again finds all of it done.
    let done = |effect: &Effect| if matches!(effect, New | Known(Redeemed)) { Known(Same) } else { *effect };
    let expect: Vec<Effect> = [&effects[..], &last].concat().iter().map(done).collect();
    assert_eq!(imported(store, &next).await, expect);
    assert_eq!(imported(store, &first).await, [Known(Same); 3]);
    // A change is one for many rows as for one.
    let many: Vec<_> = (0..300).map(|n| a_row(&format!("m{n}"), FIRST, None)).collect();
    imported(store, &many).await;
    let redeemed: Vec<_> = many.iter().map(|row| ImportedVoucher { redeemed_at: Some(NOW), ..row.clone() }).collect();
    assert_eq!(imported(store, &redeemed).await, [Known(Redeemed); 300]);
    let kept = vouchers(store, PID, FIRST).await;
    assert_eq!((kept.len(), kept.iter().filter(|it| it.redeemed_at == Some(NOW)).count()), (302, 300));
});

each_engine!(a_chunk_that_cannot_be_kept_leaves_nothing, |test| {
    let store = test.store();
    let wrong = try_import(store, PID, &[a_row("1", FIRST, None), a_row("2", SECOND, Some(-1))]).await;
    assert!(matches!(wrong, Err(Stop::Fault(Fault::Check(_)))), "{wrong:?}");
    read(store, |tx| {
        for table in ["voucher_history", "once", "member", "account"] {
            assert_eq!(count(tx, table)?, 0, "{table}");
        }
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(imported(store, &[a_row("1", FIRST, None)]).await, [New]);
});

each_engine!(two_imports_of_one_file_at_once_keep_each_voucher_once, |test| {
    let store = test.store();
    let user = |n: i64| format!("2088{:012}", n % 50);
    let rows: Vec<_> = (0..300).map(|n| a_row(&n.to_string(), &user(n), None)).collect();
    let backwards: Vec<_> = rows.iter().rev().cloned().collect();
    let of = |effects: &[Effect], which: Effect| effects.iter().filter(|effect| **effect == which).count();
    let (first, second) = tokio::join!(imported(store, &rows), imported(store, &backwards));
    assert_eq!(of(&first, New) + of(&second, New), 300);
    assert_eq!(of(&first, Known(Same)) + of(&second, Known(Same)), 300);
    // Of two files that say different times of redemption, one is believed of each voucher.
    let redeemed = |after| -> Vec<_> { (0..300).map(|n| a_row(&n.to_string(), &user(n), Some(after))).collect() };
    let (one, other) = (redeemed(1), redeemed(2).into_iter().rev().collect::<Vec<_>>());
    let (first, second) = tokio::join!(imported(store, &one), imported(store, &other));
    assert_eq!(of(&first, Known(Redeemed)) + of(&second, Known(Redeemed)), 300);
    assert_eq!(of(&first, Known(OtherRedeemedAt)) + of(&second, Known(OtherRedeemedAt)), 300);
    // And of two that say different users, one.
    let theirs: Vec<_> = (0..300).map(|n| a_row(&format!("n{n}"), &user(n), None)).collect();
    let others: Vec<_> = (0..300).map(|n| a_row(&format!("n{n}"), &user(n + 1), None)).collect();
    let (first, second) = tokio::join!(imported(store, &theirs), imported(store, &others));
    assert_eq!(of(&first, New) + of(&second, New), 300);
    assert_eq!(of(&first, Known(OtherUser)) + of(&second, Known(OtherUser)), 300);
    read(store, |tx| {
        assert_eq!((count(tx, "voucher_history")?, count(tx, "once")?, count(tx, "member")?), (600, 600, 50));
        Ok(())
    })
    .await
    .unwrap();
});

each_engine!(vouchers_restore_on_either_engine_with_their_numbers, |test| {
    let rows = [a_row("1", FIRST, None), a_row("2", FIRST, Some(1)), a_row("3", SECOND, None)];
    imported(test.store(), &rows).await;
    let work = |tx: &mut Tx| {
        let mut text = Vec::new();
        dump::write(tx, "test", &mut text)?;
        Ok::<_, dump::DumpError>(text)
    };
    let text = test.store().read(work).await.unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let space = Space::new(engine);
        dump::restore(&space.place(), &text[..]).unwrap();
        let restored = Store::open(&space.place(), Open::default()).unwrap();
        assert_eq!(vouchers(&restored, PID, FIRST).await, rows[..2]);
        let next = [a_row("1", FIRST, Some(1)), rows[1].clone(), a_row("3", FIRST, None)];
        assert_eq!(imported(&restored, &next).await, [Known(Redeemed), Known(Same), Known(OtherUser)]);
    }
});
