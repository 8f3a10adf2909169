//! Saved crowds: whose they are, how they are paged, and that a deletion is not lost.

use domain::Refusal;
use domain::crowd::Crowd;
use domain::id::{CrowdId, CrowdIdText};
use store::{Stop, Store, crowd, each_engine};

use crate::probe::{read, write};

const DAY_MS: i64 = 86_400_000;
const NOW: i64 = 1_767_225_600_000;

async fn make(store: &Store, pid: &'static str, name: &'static str, at: i64) -> CrowdId {
    let number = crowd::bucket(pid).id(store.next_numbers(1).await.unwrap());
    let id = CrowdId::new(at, number);
    let insert = move |tx: &mut store::Tx| Ok(crowd::insert(tx, &Crowd::create(id, pid, name, "[]".to_owned()))?);
    write(store, insert).await.unwrap();
    id
}

async fn find(store: &Store, pid: &'static str, id: CrowdId) -> Option<Crowd> {
    let text = CrowdIdText::parse(&id.to_text()).unwrap();
    read(store, move |tx| Ok(crowd::find(tx, pid, text)?)).await.unwrap()
}

async fn change(
    store: &Store,
    id: CrowdId,
    to: impl Fn(Crowd) -> Result<Crowd, Refusal> + Send + 'static,
) -> Result<(), Stop> {
    let text = CrowdIdText::parse(&id.to_text()).unwrap();
    let change = move |tx: &mut store::Tx| {
        let found = crowd::find(tx, "2088a", text)?.ok_or(Refusal::CrowdNotExist)?;
        Ok(crowd::update(tx, &to(found)?)?)
    };
    write(store, change).await
}

each_engine!(a_crowd_is_found_by_its_owner_and_its_whole_id, |test| {
    let store = test.store();
    let id = make(store, "2088a", "白领", NOW).await;
    assert_eq!(find(store, "2088a", id).await, Some(Crowd::create(id, "2088a", "白领", "[]".to_owned())));
    for (pid, id) in [
        ("2088b", id),
        ("2088a", CrowdId::new(NOW + DAY_MS, id.number)),
        ("2088a", CrowdId::new(NOW, id.number + 1024)),
        ("2088a", CrowdId::new(NOW, id.number + 1)),
    ] {
        assert_eq!(find(store, pid, id).await, None);
    }
});

each_engine!(pages_are_newest_first_and_filtered_by_substring, |test| {
    let store = test.store();
    let names = ["Alpha", "alpha", "100%", "1000", "a_b", "axb", "小屁孩", "屁"];
    for (name, at) in names.iter().zip(0..) {
        make(store, "2088a", name, NOW + at).await;
    }
    make(store, "2088b", "alpha", NOW).await;
    let gone = make(store, "2088a", "alpha", NOW).await;
    change(store, gone, |crowd| crowd.delete(false)).await.unwrap();
    let check = async |filter: &'static str, limit: i64, offset: i64, expect: &[&str], total: i64| {
        let page = read(store, move |tx| Ok(crowd::page(tx, "2088a", filter, limit, offset)?)).await.unwrap();
        let found: Vec<&str> = page.0.iter().map(|crowd| crowd.name.as_str()).collect();
        assert_eq!((found.as_slice(), page.1), (expect, total), "{filter}");
    };
    check("", 3, 0, &["屁", "小屁孩", "axb"], 8).await;
    check("", 3, 6, &["alpha", "Alpha"], 8).await;
    check("", 3, 9, &[], 8).await;
    check("lpha", 9, 0, &["alpha", "Alpha"], 2).await;
    check("alpha", 9, 0, &["alpha"], 1).await;
    check("%", 9, 0, &["100%"], 1).await;
    check("_", 9, 0, &["a_b"], 1).await;
    check("屁", 1, 0, &["屁"], 2).await;
    check("孩屁", 9, 0, &[], 0).await;
});

each_engine!(of_two_made_at_one_moment_the_later_is_first, |test| {
    let store = test.store();
    for name in ["first", "second", "third"] {
        make(store, "2088a", name, NOW).await;
    }
    let (page, _) = read(store, |tx| Ok(crowd::page(tx, "2088a", "", 9, 0)?)).await.unwrap();
    assert_eq!(page.iter().map(|crowd| crowd.name.as_str()).collect::<Vec<_>>(), ["third", "second", "first"]);
});

each_engine!(a_deletion_is_never_undone_by_a_change_at_the_same_time, |test| {
    let store = test.store();
    for round in 0..20 {
        let id = make(store, "2088a", "白领", NOW).await;
        let modify = |text: &'static str| change(store, id, move |crowd| crowd.modify(text.to_owned()));
        let delete = || change(store, id, |crowd| crowd.delete(false));
        let (one, gone, two, again) = tokio::join!(modify("[1]"), delete(), modify("[2]"), delete());
        assert!(gone.is_ok() && again.is_ok(), "round {round}");
        for modified in [one, two] {
            assert!(matches!(modified, Ok(()) | Err(Stop::Refused(Refusal::CrowdNotExist))), "{modified:?}");
        }
        let found = find(store, "2088a", id).await.unwrap();
        assert_eq!(found.live(), Err(Refusal::CrowdNotExist));
    }
});
