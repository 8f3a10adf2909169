//! Two processes on one PostgreSQL: what is changed through one, the other knows, and both decide alike.
//!
//! Apps, keys, tokens, tags and members are changed by a third process, as operators change them; here that is the test
//! itself, so that the moment of the COMMIT is known.

use crate::running::{
    APP_ID, ISV_APP_ID, NOW, OTHER_PID, PID, Running, TOKEN, call, conditions, crowd, refuse, succeed,
};
use client::{Client, Settings};
use domain::tag::{Tag, TagKind};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use store::member::MemberRow;
use store::testing::{Engine, block_on};
use store::world::{self, App, Authorization};
use store::{Fault, Open, Store, Tx};
use wire::{Charset, PrivateKey, SignType};

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";
const COUNT: &str = "koubei.marketing.campaign.crowd.count";
const DETAIL_QUERY: &str = "koubei.marketing.campaign.crowd.detail.query";

/// A change is known everywhere after this long, as a rule.
const KNOWN_WITHIN: Duration = Duration::from_millis(200);
/// What a machine that does other things besides may add, once.
const ALLOWANCE: Duration = Duration::from_millis(400);
const REPEATS: usize = 7;

struct Two {
    one: Running,
    other: Running,
    store: Store,
}

impl Two {
    fn start() -> Two {
        let one = Running::start(Engine::Postgres);
        let other = one.beside();
        assert_eq!(one.platform_key, other.platform_key);
        let store = Store::open(&one.place(), Open::default()).expect("it is there");
        Two { one, other, store }
    }

    /// Changes something as a third process.
    fn change(&self, change: impl Fn(&mut Tx) -> Result<(), Fault> + Send + 'static) {
        block_on(self.store.write::<_, Fault, _>(change)).expect("it is kept");
    }

    /// How long both take to know, from the COMMIT on: the slower of the two.
    fn until_both(&self, knows: impl Fn(&Running) -> bool + Sync) -> Duration {
        let began = Instant::now();
        let wait = |running: &Running| {
            while !knows(running) {
                assert!(began.elapsed() < Duration::from_secs(10), "a change was not heard of");
                std::thread::sleep(Duration::from_millis(2));
            }
            began.elapsed()
        };
        std::thread::scope(|scope| {
            let one = scope.spawn(|| wait(&self.one));
            wait(&self.other).max(one.join().expect("it heard of it"))
        })
    }
}

/// Holds that most of these were quick and none was slow.
fn check_times(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    println!("{what}: known after {median:?}, at worst {worst:?}, of {}", times.len());
    assert!(median <= KNOWN_WITHIN && worst <= KNOWN_WITHIN + ALLOWANCE, "{what}: {times:?}");
}

fn client_with(running: &Running, app_id: &str, key: &PrivateKey) -> Client {
    Client::new(Settings {
        gateway_url: format!("http://{}/gateway.do", running.address),
        app_id: app_id.to_owned(),
        private_key: key.clone(),
        platform_key: running.platform_key.clone(),
        charset: Charset::Utf8,
        sign_type: SignType::Rsa2,
        app_auth_token: None,
    })
}

fn app(app_id: &str, key: &PrivateKey) -> App {
    App {
        app_id: app_id.to_owned(),
        pid: PID.to_owned(),
        public_key: key.public_key().to_base64(),
        certificates: Vec::new(),
        aes_key: None,
        isv: false,
        methods: vec!["*".to_owned()],
        notify_charset: "utf-8".to_owned(),
        enabled: true,
        redirect_uris: Vec::new(),
        version: 0,
    }
}

fn token(token: &str, enabled: bool) -> Authorization {
    Authorization {
        token_key: token.to_owned(),
        app_id: ISV_APP_ID.to_owned(),
        pid: PID.to_owned(),
        auth_app_id: APP_ID.to_owned(),
        methods: vec!["*".to_owned()],
        expires_at: i64::MAX,
        enabled,
        granted_at: 0,
        refresh: None,
        replaced_at: None,
        version: 0,
    }
}

fn total(client: &Client, conditions: &str) -> Option<String> {
    let answer = call(client, COUNT, &json!({"conditions": conditions}));
    answer.node["summary_values"].as_str().map(str::to_owned)
}

#[test]
fn apps_and_their_keys_are_known_by_both() {
    let two = Two::start();
    let keys = [PrivateKey::generate(), PrivateKey::generate()];
    let (mut of_apps, mut of_keys) = (Vec::new(), Vec::new());
    for repeat in 0..REPEATS {
        let app_id = format!("20210000000020{repeat:02}");
        for (key, times) in keys.iter().zip([&mut of_apps, &mut of_keys]) {
            let row = app(&app_id, key);
            two.change(move |tx| world::put_app(tx, &row).map(drop));
            times.push(two.until_both(|running| {
                call(&client_with(running, &app_id, key), TAGS_QUERY, &json!({})).code == "10000"
            }));
        }
        // The key that was taken away works nowhere.
        for running in [&two.one, &two.other] {
            let answer = call(&client_with(running, &app_id, &keys[0]), TAGS_QUERY, &json!({}));
            assert_eq!(answer.sub_code.as_deref(), Some("isv.invalid-signature"));
        }
    }
    check_times("a new app", of_apps);
    check_times("a new key", of_keys);
}

#[test]
fn a_token_works_at_once_and_a_revoked_one_nowhere() {
    let two = Two::start();
    let mut again = Vec::new();
    for repeat in 0..REPEATS {
        let name = format!("token_{repeat}");
        let both = || [&two.one, &two.other].map(|running| running.client_of(ISV_APP_ID, Some(&name)));
        let state = |enabled: bool| {
            let row = token(&name, enabled);
            two.change(move |tx| world::put_authorization(tx, &row).map(drop));
        };
        // The very next call of both knows a new one, and that it was revoked.
        state(true);
        both().iter().for_each(|client| drop(succeed(client, TAGS_QUERY, &json!({}))));
        state(false);
        both().iter().for_each(|client| drop(refuse(client, TAGS_QUERY, &json!({}), "aop.invalid-app-auth-token")));
        // That it is given back is heard of like any change: to refuse for a moment longer is safe.
        state(true);
        again.push(two.until_both(|running| {
            call(&running.client_of(ISV_APP_ID, Some(&name)), TAGS_QUERY, &json!({})).code == "10000"
        }));
    }
    check_times("a token given back", again);
    // The one that both have used before, revoked as an operator does.
    for running in [&two.one, &two.other] {
        succeed(&running.client_of(ISV_APP_ID, Some(TOKEN)), TAGS_QUERY, &json!({}));
    }
    let revoked = two.one.folder.path().join("revoked.toml");
    std::fs::write(&revoked, crate::running::authorization(TOKEN, "enabled = false")).expect("the folder is ours");
    assert!(two.one.command(&["apply", &revoked.display().to_string()]).status.success());
    for running in [&two.one, &two.other] {
        refuse(&running.client_of(ISV_APP_ID, Some(TOKEN)), TAGS_QUERY, &json!({}), "aop.invalid-app-auth-token");
    }
}

#[test]
fn tags_and_members_are_counted_alike_by_both() {
    let two = Two::start();
    let mut times = Vec::new();
    for repeat in 0..REPEATS {
        let code = format!("tag_{repeat}");
        let tag = Tag { code: code.clone(), name: code.clone(), kind: TagKind::Number, values: Vec::new() };
        two.change(move |tx| world::put_tag(tx, PID, &tag).map(drop));
        // Tags are read for each call, so both know it already, and count nobody by it.
        for running in [&two.one, &two.other] {
            let none = total(&running.client(), &conditions("GTEQ", &code, "0"));
            assert_eq!(none.as_deref(), Some("{\"total\":0}"));
        }
        let named = code.clone();
        two.change(move |tx| {
            let row = |number: usize| {
                let value = number.to_string();
                MemberRow::new(&format!("20880000000{number:05}"), [(named.as_str(), Some(value.as_str()))])
            };
            let rows: Vec<_> = (0..500).map(row).collect();
            store::member::put_chunk(tx, PID, &rows).map(drop)
        });
        times.push(two.until_both(|running| {
            total(&running.client(), &conditions("GTEQ", &code, "0")).as_deref() == Some("{\"total\":500}")
        }));
        for value in [1, 77, 499, 500] {
            let asked = conditions("LT", &code, &value.to_string());
            let [one, other] = [&two.one, &two.other].map(|running| total(&running.client(), &asked));
            assert_eq!((&one, &other), (&Some(format!("{{\"total\":{value}}}")), &one));
        }
    }
    check_times("500 members", times);
    // A new tag and the first member who has it, heard of at once.
    let tag = Tag { code: "new".to_owned(), name: String::new(), kind: TagKind::Number, values: Vec::new() };
    two.change(move |tx| {
        world::put_tag(tx, PID, &tag)?;
        store::member::put_chunk(tx, PID, &[MemberRow::new("2088000000000001", [("new", Some("7"))])]).map(drop)
    });
    two.until_both(|running| {
        total(&running.client(), &conditions("EQ", "new", "7")).as_deref() == Some("{\"total\":1}")
    });
    // Nobody else's members were touched.
    let other = two.other.client_of(crate::running::OTHER_APP_ID, None);
    assert_eq!(total(&other, &conditions("NEQ", "pam_gender", "9")).as_deref(), Some("{\"total\":0}"), "{OTHER_PID}");
}

#[test]
fn crowds_are_one_set_and_ids_never_collide() {
    const CALLERS: usize = 4;
    const EACH: usize = 40;
    let two = Two::start();
    let ids: Vec<String> = std::thread::scope(|scope| {
        let create = |node: usize, caller: usize| {
            let client = [&two.one, &two.other][node].client();
            scope.spawn(move || {
                (0..EACH).map(|serial| crowd(&client, &format!("{node}-{caller}-{serial}"))).collect::<Vec<_>>()
            })
        };
        let callers: Vec<_> = (0..CALLERS).flat_map(|caller| [create(0, caller), create(1, caller)]).collect();
        callers.into_iter().flat_map(|caller| caller.join().expect("it was answered")).collect()
    });
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 2 * CALLERS * EACH);
    let [one, other] = [&two.one, &two.other].map(Running::client);
    for id in &ids {
        let request = json!({"crowd_group_id": id});
        assert_eq!(succeed(&one, DETAIL_QUERY, &request), succeed(&other, DETAIL_QUERY, &request));
    }
    // Deleted through one, it is gone for the other on its very next call.
    for id in &ids[..10] {
        succeed(&one, "koubei.marketing.campaign.crowd.delete", &json!({"crowd_group_id": id}));
        refuse(&other, DETAIL_QUERY, &json!({"crowd_group_id": id}), "CROWD_GROUP_NOT_EXIST");
    }
}

#[test]
fn one_key_through_both_at_once_makes_one_crowd() {
    const CALLERS: usize = 8;
    const ROUNDS: usize = 20;
    let two = Two::start();
    let clients: Vec<Client> = (0..CALLERS).map(|caller| [&two.one, &two.other][caller % 2].client()).collect();
    for round in 0..ROUNDS {
        let key = format!("the key of round {round}");
        let request = json!({"out_biz_no": key, "name": "白领", "conditions": conditions("IN", "pam_gender", "1")});
        let barrier = Barrier::new(CALLERS);
        let answers: HashSet<String> = std::thread::scope(|scope| {
            let callers: Vec<_> = clients
                .iter()
                .map(|client| {
                    scope.spawn(|| {
                        barrier.wait();
                        let answer = client.call("koubei.marketing.campaign.crowd.create", &request.to_string(), NOW);
                        answer.expect("an answer").raw
                    })
                })
                .collect();
            callers.into_iter().map(|caller| caller.join().expect("it was answered")).collect()
        });
        assert_eq!(answers.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|answer| answer.contains("\"10000\"")), "{answers:?}");
    }
    let listed: Value = succeed(&clients[0], "koubei.marketing.campaign.crowd.batchquery", &json!({}));
    assert_eq!(listed["total_number"], ROUNDS.to_string());
}

#[test]
fn a_consent_is_known_by_both_and_revoked_for_both_while_calls_run() {
    let one = crate::consent::open(Engine::Postgres, &[]);
    let other = one.server.beside();
    let isv = [&one.server, &other].map(|running| running.client_of(ISV_APP_ID, None));
    for round in 0..REPEATS {
        let target = crate::consent::of_merchant(ISV_APP_ID, crate::consent::BACK, "");
        let place = crate::consent::agree(&one, &target, crate::consent::LOGIN, crate::shop::PIN);
        let code = crate::consent::parameter(&place, "app_auth_code").expect("a code");
        // The page was the one's; either process exchanges the code, and both take the token from the first call on.
        let exchange = json!({"grant_type": "authorization_code", "code": code});
        let given = succeed(&isv[round % 2], crate::consent::EXCHANGE, &exchange);
        refuse(&isv[(round + 1) % 2], crate::consent::EXCHANGE, &exchange, "AUTH_CODE_NOT_VALID");
        let token = given["app_auth_token"].as_str().expect("a text");
        let both = [&one.server, &other].map(|running| running.client_of(ISV_APP_ID, Some(token)));
        both.iter().for_each(|client| drop(succeed(client, TAGS_QUERY, &json!({}))));
        // While calls go on in both, one process revokes: what is begun from its answer on is refused in each.
        let revoked = std::sync::atomic::AtomicBool::new(false);
        let calling = &|client: &Client| {
            let mut calls = 0;
            loop {
                let was_revoked = revoked.load(std::sync::atomic::Ordering::Acquire);
                let answer = call(client, TAGS_QUERY, &json!({}));
                calls += 1;
                let refused = answer.sub_code.as_deref() == Some("aop.invalid-app-auth-token");
                assert!(refused || answer.code == "10000" && !was_revoked, "{}", answer.raw);
                if was_revoked {
                    break calls;
                }
            }
        };
        std::thread::scope(|scope| {
            let callers: Vec<_> = both.iter().map(|client| scope.spawn(move || calling(client))).collect();
            std::thread::sleep(Duration::from_millis(20));
            assert!(one.server.command(&["auth", "revoke", token]).status.success());
            revoked.store(true, std::sync::atomic::Ordering::Release);
            for caller in callers {
                assert!(1 < caller.join().expect("it was answered"), "calls ran while it was revoked");
            }
        });
    }
}
