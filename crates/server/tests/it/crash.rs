//! What was acknowledged survives a kill at any moment, and a repeat of it gets the stored answer.

use crate::running::{NOW, Running, conditions, crowd, each_engine, succeed};
use serde_json::json;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ROUNDS: u64 = 5;
const WRITERS: usize = 8;

each_engine!(acknowledged_crowds_survive_a_kill, |engine| {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut running = Running::start(engine);
    let mut acknowledged = HashMap::new();
    for round in 0..ROUNDS {
        let answered = Arc::new(Mutex::new(HashMap::new()));
        let over = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (answered, over, client) = (answered.clone(), over.clone(), running.client());
                std::thread::spawn(move || {
                    for serial in 0.. {
                        let key = format!("{round}-{writer}-{serial}");
                        let request = json!({"out_biz_no": key, "name": "白领", "conditions": conditions("IN", "pam_gender", "1")});
                        let answer = client.call("koubei.marketing.campaign.crowd.create", &request.to_string(), NOW);
                        match answer {
                            Ok(answer) if answer.code == "10000" => {
                                let id = answer.node["crowd_group_id"].as_str().expect("an id").to_owned();
                                answered.lock().expect("no writer panics").insert(key, id);
                            }
                            // Only the kill may end a writer.
                            Ok(answer) => panic!("{}", answer.raw),
                            Err(_) if over.load(Ordering::Acquire) => return,
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(random.u64(50..400)));
        over.store(true, Ordering::Release);
        running.kill_and_start();
        for writer in writers {
            writer.join().expect("the writer saw only the kill");
        }
        acknowledged.extend(Arc::into_inner(answered).expect("all writers are done").into_inner().expect("no panic"));
    }
    assert!(!acknowledged.is_empty());
    let client = running.client();
    for (key, id) in &acknowledged {
        assert_eq!(crowd(&client, key), *id, "a repeat of {key}");
        succeed(&client, "koubei.marketing.campaign.crowd.detail.query", &json!({"crowd_group_id": id}));
    }
});
