//! The request log: shares, filters, places and room.

use store::call_log::{Filter, KeptCall, NewCall, Room, Share, after, end, full, newest, record, trim};
use store::{each_engine, params};

use crate::probe::{read, write};

fn a_call(number: i64, share: Share) -> NewCall {
    NewCall {
        share,
        at: number,
        took_us: 700,
        trace_id: format!("trace {number}"),
        app_id: (share == Share::Verified).then(|| "2021".to_owned()),
        pid: (share == Share::Verified).then(|| "2088".to_owned()),
        method: "alipay.trade.pay".to_owned(),
        door: "gateway".to_owned(),
        code: if number % 2 == 0 { "10000" } else { "40004" }.to_owned(),
        sub_code: if number % 2 == 0 { "" } else { "ACQ.TRADE_NOT_EXIST" }.to_owned(),
        cause: if number % 3 == 0 { "charset" } else { "" }.to_owned(),
        address: "127.0.0.1".to_owned(),
        bytes_in: 100,
        bytes_out: 200,
        made: if number % 2 == 0 { vec![number, number + 1] } else { Vec::new() },
        full: (number % 2 == 0).then(|| format!("{{\"number\":\"{number}\\u0000积分\"}}")),
    }
}

fn numbers(calls: &[KeptCall]) -> Vec<i64> {
    calls.iter().map(|kept| kept.call.at).collect()
}

each_engine!(calls_are_kept_and_found, |test| {
    let store = test.store();
    for nth in 0..4 {
        let calls: Vec<_> = (nth * 5..nth * 5 + 5)
            .map(|n| a_call(n, if n % 5 == 4 { Share::Unverified } else { Share::Verified }))
            .collect();
        write(store, move |tx| Ok(record(tx, &calls, 1_000)?)).await.unwrap();
    }
    let check = async |filter: Filter, limit: u32, expect: &[i64]| {
        let asked = filter.clone();
        let found = read(store, move |tx| Ok(newest(tx, &asked, i64::MAX, limit)?)).await.unwrap();
        assert_eq!(numbers(&found), expect, "{filter:?}");
        for kept in found {
            assert_eq!(kept.call, NewCall { full: None, ..a_call(kept.call.at, kept.call.share) });
            let number = kept.call.at;
            let content = read(store, move |tx| Ok(full(tx, &kept)?)).await.unwrap();
            assert_eq!(content, a_call(number, Share::Verified).full);
        }
    };
    let all = Filter::default();
    check(all.clone(), 100, &(0..20).rev().collect::<Vec<_>>()).await;
    check(all.clone(), 3, &[19, 18, 17]).await;
    check(Filter { trace_id: "trace 7".to_owned(), ..all.clone() }, 100, &[7]).await;
    check(Filter { app_id: "2021".to_owned(), since: Some(15), ..all.clone() }, 100, &[18, 17, 16, 15]).await;
    check(Filter { app_id: "2022".to_owned(), ..all.clone() }, 100, &[]).await;
    check(Filter { pid: "2088".to_owned(), ..all.clone() }, 2, &[18, 17]).await;
    check(Filter { method: "alipay.trade.query".to_owned(), ..all.clone() }, 100, &[]).await;
    check(Filter { code: "40004".to_owned(), ..all.clone() }, 3, &[19, 17, 15]).await;
    check(Filter { code: "ACQ.TRADE_NOT_EXIST".to_owned(), ..all.clone() }, 1, &[19]).await;
    check(Filter { cause: "charset".to_owned(), ..all.clone() }, 3, &[18, 15, 12]).await;
    // From a place on, both shares in the order in which they were written.
    let (mut place, mut seen) = (0, Vec::new());
    loop {
        let filter = all.clone();
        let next = read(store, move |tx| Ok(after(tx, &filter, place, 3)?)).await.unwrap();
        let Some(last) = next.last() else { break };
        place = last.id;
        seen.extend(numbers(&next));
    }
    assert_eq!(seen, (0..20).collect::<Vec<_>>());
    assert_eq!(read(store, |tx| Ok(end(tx)?)).await.unwrap(), place);
});

each_engine!(whole_calls_are_kept_in_blocks_and_those_of_earlier_builds_are_read, |test| {
    let store = test.store();
    let whole = |number: i64| NewCall {
        full: Some(format!("{{\"number\":{number},\"text\":\"{}\"}}", "x".repeat(1_000))),
        ..a_call(number, Share::Verified)
    };
    let calls: Vec<_> = (0..200).map(whole).collect();
    let (blocks,) = write(store, move |tx| {
        record(tx, &calls, 1_000)?;
        Ok(tx.query_one::<(i64,)>("SELECT COUNT(*) FROM call_log_full", &[])?)
    })
    .await
    .unwrap();
    assert!((3..=5).contains(&blocks), "{blocks} blocks of 200 KB");
    let kept = read(store, |tx| Ok(newest(tx, &Filter::default(), i64::MAX, 200)?)).await.unwrap();
    for kept in kept {
        let number = kept.call.at;
        assert_eq!(read(store, move |tx| Ok(full(tx, &kept)?)).await.unwrap(), whole(number).full);
    }
    // What is kept of it goes with its last line.
    let room = Room { bytes_max: 1, logged_from: 0 };
    let (left,) = write(store, move |tx| {
        while 0 < trim(tx, Share::Verified, room, 64)? {}
        Ok(tx.query_one::<(i64,)>("SELECT COUNT(*) FROM call_log_full", &[])?)
    })
    .await
    .unwrap();
    assert_eq!(left, 1, "the newest line is kept");
    // An earlier build had a row for each, without its id.
    let old = write(store, move |tx| {
        record(tx, &[NewCall { full: None, ..whole(7) }, NewCall { full: None, ..whole(8) }], 1_000)?;
        let [last, before] = &newest(tx, &Filter::default(), i64::MAX, 2)?[..] else { panic!("two") };
        let put = "INSERT INTO call_log_full (share, id, content) VALUES (0, $1, $2)";
        tx.execute(put, params![last.id, "{\"old\":1}"])?;
        Ok([full(tx, last)?, full(tx, before)?])
    });
    assert_eq!(old.await.unwrap(), [Some("{\"old\":1}".to_owned()), None]);
});

each_engine!(a_share_keeps_to_its_room_and_leaves_the_others, |test| {
    let store = test.store();
    let verified: Vec<_> = (0..10).map(|n| a_call(n, Share::Verified)).collect();
    write(store, move |tx| Ok(record(tx, &verified, 1_000)?)).await.unwrap();
    // Ten thousand of strangers, in small steps: never much more than there is room for.
    let room = Room { bytes_max: 20_000, logged_from: 0 };
    for nth in 0..100 {
        let calls: Vec<_> = (nth * 100..nth * 100 + 100).map(|n| a_call(n, Share::Unverified)).collect();
        let kept = write(store, move |tx| {
            record(tx, &calls, 2_000)?;
            while 0 < trim(tx, Share::Unverified, room, 64)? {}
            assert_eq!(trim(tx, Share::Verified, room, 64)?, 0);
            Ok(newest(tx, &Filter::default(), i64::MAX, 100_000)?.len())
        });
        let kept = kept.await.unwrap();
        assert!(kept <= 10 + 20_000 / 120, "{kept} lines");
    }
    let kept = read(store, |tx| Ok(newest(tx, &Filter::default(), i64::MAX, 100_000)?)).await.unwrap();
    assert_eq!(numbers(&kept)[..2], [9_999, 9_998]);
    assert_eq!(numbers(&kept[kept.len() - 10..]), (0..10).rev().collect::<Vec<_>>());
    // What is too old goes, a step at a time, and takes what was recorded in full along.
    let old = Room { bytes_max: i64::MAX, logged_from: 1_500 };
    let removed = write(store, move |tx| Ok([4, 4, 4, 4].map(|most| trim(tx, Share::Verified, old, most).unwrap())));
    assert_eq!(removed.await.unwrap(), [4, 4, 2, 0]);
    let oldest = KeptCall { id: 1, call: a_call(0, Share::Verified) };
    assert_eq!(read(store, move |tx| Ok(full(tx, &oldest)?)).await.unwrap(), None);
    let left = read(store, |tx| Ok(newest(tx, &Filter::default(), i64::MAX, 100_000)?)).await.unwrap();
    assert!(left.iter().all(|kept| kept.call.share == Share::Unverified) && !left.is_empty());
});

each_engine!(whoever_reads_on_from_a_place_misses_nothing, |test| {
    let store = test.store();
    // Two processes write at once; the second's place is drawn while the first is not committed.
    let Ok(other) = test.open_again() else { return };
    let writers = [store.clone(), other].map(|store| {
        tokio::spawn(async move {
            for nth in 0..40 {
                let calls: Vec<_> = (nth * 5..nth * 5 + 5).map(|n| a_call(n, Share::Verified)).collect();
                write(&store, move |tx| Ok(record(tx, &calls, 1_000)?)).await.unwrap();
            }
        })
    });
    let (mut place, mut seen) = (0, 0);
    loop {
        let done = writers.iter().all(tokio::task::JoinHandle::is_finished);
        let next = read(store, move |tx| Ok(after(tx, &Filter::default(), place, 50)?)).await.unwrap();
        seen += next.len();
        place = next.last().map_or(place, |last| last.id);
        if done && next.is_empty() {
            break;
        }
    }
    assert_eq!(seen, 400);
});
