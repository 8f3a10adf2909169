//! Several processes on one PostgreSQL: each learns of what the others do, late commits included.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use store::member::{MemberRow, put_chunk};
use store::testing::{Engine, TestStore, block_on};
use store::{Change, Store, bucket_of, control, each_engine, params, sales, settings};

use crate::probe::{read, write};

/// When each setting and each member was heard of, first.
type Heard = Arc<Mutex<HashMap<String, Instant>>>;

fn listen(store: &Store) -> Heard {
    let heard = Heard::default();
    let ears = heard.clone();
    let listener = move |change: &Change| {
        let now = Instant::now();
        let mut ears = ears.lock().unwrap();
        match change {
            Change::Setting { name, value } => drop(ears.entry(format!("{name}={value}")).or_insert(now)),
            Change::Members { pid, rows } => {
                for row in &**rows {
                    ears.entry(format!("{pid}/{}/{}", row.user_id, row.version)).or_insert(now);
                }
            }
            Change::Sales { pid, rows } => {
                for row in &**rows {
                    ears.entry(format!("{pid}/{}={}/{}", row.user_id, row.net_fen, row.version)).or_insert(now);
                }
            }
            _ => {}
        }
    };
    store.on_change(listener).unwrap();
    heard
}

#[test]
fn every_process_sees_every_change_in_time() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        let other = test.open_again().unwrap();
        let (mine, theirs) = (listen(test.store()), listen(&other));
        let answered: Heard = Heard::default();
        let writer = |number: usize| {
            let store = if number.is_multiple_of(2) { test.store().clone() } else { other.clone() };
            let answered = answered.clone();
            async move {
                for turn in 0..40 {
                    let name = format!("w{number}t{turn}");
                    let delay = Duration::from_millis(u64::try_from((number * 7 + turn * 13) % 60).unwrap());
                    let told = name.clone();
                    let work = move |tx: &mut store::Tx| {
                        control::set(tx, &name, "1")?;
                        put_chunk(tx, "2088a", &[MemberRow::new(&name, [("a", Some("1"))])])?;
                        // The row has its number; its transaction ends later than others that began after it.
                        thread::sleep(delay);
                        Ok(())
                    };
                    write(&store, work).await.unwrap();
                    let now = Instant::now();
                    let mut answered = answered.lock().unwrap();
                    answered.insert(format!("{told}=1"), now);
                    answered.insert(format!("2088a/{told}/1"), now);
                }
            }
        };
        let writers: Vec<_> = (0..12).map(|number| tokio::spawn(writer(number))).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(400)).await;
        let answered = answered.lock().unwrap();
        assert_eq!(answered.len(), 960);
        let mut delays = Vec::new();
        for heard in [mine, theirs] {
            let heard = heard.lock().unwrap();
            for (name, answer) in answered.iter() {
                let at = heard.get(name).unwrap_or_else(|| panic!("{name} was missed"));
                delays.push(at.saturating_duration_since(*answer));
            }
        }
        delays.sort_unstable();
        let late = delays.iter().filter(|delay| **delay > Duration::from_millis(200)).count();
        // The machine may stall for a moment; polling may not.
        assert!(late * 50 <= delays.len(), "{late} of {} late, worst {:?}", delays.len(), delays.last());
    });
}

/// Announces by hand, as another process would, what the row of a member or of a sum comes to.
fn announce(tx: &mut store::Tx, kind: &str, seq: i64, payload: &str) -> Result<(), store::Fault> {
    let sql = "INSERT INTO changes (bucket, origin, seq, kind, subject, payload) VALUES ($1, $2, $3, $4, $5, $6)";
    tx.execute(sql, params![bucket_of("2088a", ""), -5_i64, seq, kind, "2088a", payload]).map(drop)
}

#[test]
fn what_is_announced_is_asked_for_again_until_it_is_seen() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        let store = test.store();
        let user = "2088102146931393";
        let pay = move |tx: &mut store::Tx| Ok(sales::add(tx, "2088a", user, 500)?);
        write(store, pay).await.unwrap();
        let other = test.open_again().unwrap();
        let heard = listen(&other);
        // The announcement comes first, as from a database of several servers; the rows have their first version still.
        let tell = move |tx: &mut store::Tx| {
            announce(tx, "members", 1, &format!(r##"["{user}","#2"]"##))?;
            announce(tx, "members", 2, r##"["2088102146931394","#1"]"##)?;
            Ok(announce(tx, "sales", 3, &format!(r##"["{user}","#3"]"##))?)
        };
        write(store, tell).await.unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
        let known = || heard.lock().unwrap().keys().filter(|key| !key.ends_with("/1")).count();
        assert_eq!(known(), 0, "{:?}", heard.lock().unwrap());
        let follow = move |tx: &mut store::Tx| {
            let bucket = bucket_of("2088a", user);
            let member = "UPDATE member SET version = 2 WHERE bucket = $1 AND user_id = $2";
            tx.execute(member, params![bucket, user])?;
            let late = "INSERT INTO member (bucket, pid, user_id, tags, version) VALUES ($1, $2, $3, '{}', 1)";
            tx.execute(late, params![bucket_of("2088a", "2088102146931394"), "2088a", "2088102146931394"])?;
            let sum = "UPDATE member_sales SET version = 3, net_fen = 700 WHERE bucket = $1 AND user_id = $2";
            Ok(tx.execute(sum, params![bucket, user])?)
        };
        write(store, follow).await.unwrap();
        let expect = [format!("2088a/{user}/2"), "2088a/2088102146931394/1".to_owned(), format!("2088a/{user}=700/3")];
        let all_known = || async { expect.iter().all(|key| heard.lock().unwrap().contains_key(key)) };
        wait_until(&all_known).await;
        // What an earlier build announces has no version: any will do, and it is not asked for again.
        heard.lock().unwrap().clear();
        write(store, move |tx| Ok(announce(tx, "members", 4, &format!(r#"["{user}"]"#))?)).await.unwrap();
        wait_until(&|| async { heard.lock().unwrap().contains_key(&expect[0]) }).await;
    });
}

#[test]
fn what_was_there_before_is_not_told() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        write(test.store(), |tx| Ok(control::set(tx, "before", "1")?)).await.unwrap();
        let other = test.open_again().unwrap();
        let heard = listen(&other);
        write(test.store(), |tx| Ok(control::set(tx, "after", "1")?)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(heard.lock().unwrap().keys().collect::<Vec<_>>(), ["after=1"]);
    });
}

#[test]
fn whoever_changed_a_setting_learns_that_all_have_applied_it() {
    let test = TestStore::new(Engine::Postgres);
    block_on(async {
        let (store, other, third) = (test.store(), test.open_again().unwrap(), test.open_again().unwrap());
        let [_mine, heard] = [listen(store), listen(&third)];
        // One that is slow to apply it holds everybody back, and nobody else does.
        let (slow, turn) = std::sync::mpsc::channel();
        let turn = Mutex::new(turn);
        let listener = move |change: &Change| {
            if matches!(change, Change::Setting { .. }) {
                turn.lock().unwrap().recv().unwrap();
            }
        };
        other.on_change(listener).unwrap();
        let heard_by_all = || async { read(store, |tx| Ok(settings::applied_by_all(tx)?)).await.unwrap() };
        assert!(heard_by_all().await);
        write(store, |tx| Ok(control::set(tx, "clock", "1")?)).await.unwrap();
        let until = Instant::now() + Duration::from_millis(400);
        while Instant::now() < until {
            assert!(!heard_by_all().await);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(heard.lock().unwrap().contains_key("clock=1"));
        slow.send(()).unwrap();
        wait_until(&heard_by_all).await;
        // Whoever has ended is not waited for.
        write(store, |tx| Ok(control::set(tx, "clock", "2")?)).await.unwrap();
        drop((slow, other));
        wait_until(&heard_by_all).await;
    });
}

async fn wait_until<F: Future<Output = bool>>(holds: &impl Fn() -> F) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < Duration::from_secs(10), "not within ten seconds");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

each_engine!(a_setting_that_must_not_change_does_not, |test| {
    let store = test.store();
    let set_new = |value: &'static str| write(store, move |tx| Ok(control::set_new(tx, "key", value)?));
    assert_eq!(set_new("one").await.unwrap(), "one");
    assert_eq!(set_new("two").await.unwrap(), "one");
    assert_eq!(read(store, |tx| Ok(control::get(tx, "other")?)).await.unwrap(), None);
});
