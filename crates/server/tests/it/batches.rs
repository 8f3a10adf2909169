//! `punchcard voucher send`: a template's vouchers to a crowd, or to the recipients of a file, each of them once.

use crate::running::{OTHER_APP_ID, PID, Running, call, each_engine, succeed, world};
use crate::voucher_kit::{LIST, SEND, Templates};
use domain::id::TemplateIdText;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Output;
use std::time::{Duration, Instant};
use store::testing::{Engine, block_on};
use store::{Fault, Tx};

const SPONSOR: &str = "2088102146931399";
const CREATE: &str = "koubei.marketing.campaign.crowd.create";

/// A merchant with so many members, of whom every other is a woman.
struct Desk {
    server: Running,
    templates: Templates,
    members: usize,
}

fn user_id(nth: usize) -> String {
    format!("20881022{nth:08}")
}

/// What a command printed.
fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Desk {
    fn open(engine: Engine, members: usize) -> Desk {
        let user = |id: &str, more: &str| format!("[[user]]\nuser_id = \"{id}\"\nbalance = \"9000000.00\"\n{more}\n");
        let named = user("2088102146931393", "login_id = \"13196215350\"\ntaobao_nick = \"孙,悟空\"");
        let world = [world(), user(SPONSOR, ""), named].join("\n");
        let server = Running::start_with(engine, &world, &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
        let rows: String = (0..members).map(|nth| format!("{},{}\n", user_id(nth), nth % 2 + 1)).collect();
        server.import(PID, &format!("user_id,pam_gender\n{rows}"));
        let templates = Templates::of(&server, PID, SPONSOR);
        Desk { server, templates, members }
    }

    /// A crowd of this gender; its id.
    fn crowd(&self, gender: &str) -> String {
        let conditions = json!([{"op": "IN", "tagCode": "pam_gender", "value": gender}]).to_string();
        let request = json!({"out_biz_no": format!("crowd-{gender}"), "name": "会员", "conditions": conditions});
        let node = succeed(&self.server.client(), CREATE, &request);
        node["crowd_group_id"].as_str().expect("an id").to_owned()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.server.data().parent().expect("its folder").join(name)
    }

    /// Runs `voucher send` with these arguments and a result in `result.csv`.
    fn send(&self, template_id: &str, arguments: &[&str]) -> Output {
        self.server.command(&self.arguments(template_id, arguments).iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn arguments(&self, template_id: &str, arguments: &[&str]) -> Vec<String> {
        let result = self.file("result.csv").display().to_string();
        let fixed = ["voucher", "send", "--template", template_id, "--result", &result];
        fixed.iter().chain(arguments).map(|&argument| argument.to_owned()).collect()
    }

    /// The result's lines, without its header and in order of their places.
    fn result(&self) -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(self.file("result.csv")).expect("a result");
        let (header, rows) = text.split_once('\n').expect("a header");
        assert_eq!(header, "place,recipient,voucher_id,error");
        let split = |row: &str| row.rsplitn(3, ',').map(str::to_owned).collect::<Vec<_>>();
        let mut rows: Vec<Vec<String>> = rows.lines().map(|row| split(row).into_iter().rev().collect()).collect();
        rows.sort_by_key(|row| row[0].split(',').next().expect("a place").parse::<u64>().expect("a number"));
        rows
    }

    /// How many vouchers each user holds of a template, of those who hold any; and how many were sent.
    fn held(&self, template_id: &str, users: impl Iterator<Item = String>) -> (Vec<(String, usize)>, i64) {
        let number = TemplateIdText::parse(template_id).expect("an id").number;
        let users: Vec<String> = users.collect();
        let read = move |tx: &mut Tx| {
            let mut held = Vec::new();
            for user in &users {
                let count = store::cash_voucher::of_user(tx, user, number)?.len();
                held.extend((0 < count).then(|| (user.clone(), count)));
            }
            Ok::<_, Fault>((held, store::template::totals(tx, number)?.published))
        };
        block_on(self.templates.store.read(read)).expect("it can be read")
    }

    fn held_by_members(&self, template_id: &str) -> (Vec<(String, usize)>, i64) {
        self.held(template_id, (0..self.members).map(user_id))
    }

    fn prove(&self) {
        let output = self.server.command(&["prove"]);
        assert!(output.status.success(), "{}", told(&output));
    }

    /// The batches, the newest first.
    fn batches(&self) -> Vec<Value> {
        let output = self.server.command(&["voucher", "batches", "--json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)))
    }
}

each_engine!(all_members_of_a_crowd_get_a_voucher_and_the_same_command_sends_none_twice, |engine| {
    let desk = Desk::open(engine, 2_500);
    let template_id = desk.templates.paid(|it| it.quantity = 5_000);
    let crowd = desk.crowd("2");
    let women: Vec<String> = (0..2_500).filter(|nth| nth % 2 == 1).map(user_id).collect();
    let checked = desk.send(&template_id, &["--crowd", &crowd, "--check"]);
    assert_eq!(told(&checked), "1250 recipients, 5000 vouchers left\n");
    assert_eq!(desk.held_by_members(&template_id), (Vec::new(), 0));

    let sent = desk.send(&template_id, &["--crowd", &crowd, "--memo", "新年"]);
    assert!(sent.status.success() && told(&sent).contains("DONE: 1250 of 1250 sent, 0 refused"), "{}", told(&sent));
    let once: Vec<_> = women.iter().map(|user| (user.clone(), 1)).collect();
    assert_eq!(desk.held_by_members(&template_id), (once.clone(), 1_250));
    let result = desk.result();
    let named: BTreeSet<&str> = result.iter().map(|row| row[0].split(',').nth(1).expect("a recipient")).collect();
    assert_eq!(named, women.iter().map(String::as_str).collect());
    let ids: BTreeSet<&String> = result.iter().map(|row| &row[1]).collect();
    assert_eq!(ids.len(), 1_250);
    let request = json!({"template_id": template_id, "user_id": women[0]});
    let listed = succeed(&desk.server.client(), LIST, &request);
    assert_eq!(
        listed["vouchers"][0]["voucher_id"],
        result.iter().find(|row| row[0].ends_with(&women[0])).expect("a row")[1]
    );

    let again = desk.send(&template_id, &["--crowd", &crowd]);
    assert!(again.status.success() && told(&again).contains("--again sends once more"), "{}", told(&again));
    assert_eq!((desk.held_by_members(&template_id), desk.result()), ((once, 1_250), result));
    let twice = desk.send(&template_id, &["--crowd", &crowd, "--again"]);
    assert!(twice.status.success(), "{}", told(&twice));
    let two: Vec<_> = women.iter().map(|user| (user.clone(), 2)).collect();
    assert_eq!(desk.held_by_members(&template_id), (two, 2_500));
    let rounds: Vec<_> = desk.batches().iter().map(|batch| batch["round"].clone()).collect();
    assert_eq!(rounds, [2, 1]);
    desk.prove();
});

each_engine!(a_files_recipients_are_found_by_any_name_and_whoever_is_not_is_told, |engine| {
    let desk = Desk::open(engine, 3);
    let template_id = desk.templates.paid(|_| {});
    let file = desk.file("list.csv");
    let path = file.display().to_string();
    let rows = format!(
        "user_id,login_id,taobao_nick\n{},,\n2088000000000009,,\n,13196215350,\n,,\"孙,悟空\"\n,nobody@example.com,\n",
        user_id(0)
    );
    std::fs::write(&file, &rows).expect("the folder is ours");
    // No file is replaced that is no result.
    let other = desk.file("world.toml").display().to_string();
    for (place, reason) in [
        (path.as_str(), "is the list of recipients"),
        ("/dev/full", "is no regular file"),
        (&other, "holds something else"),
        ("-", "is standard output"),
    ] {
        let list = ["voucher", "send", "--template", &template_id, "--file", &path, "--result", place];
        let refused = desk.server.command(&list);
        assert!(!refused.status.success() && told(&refused).contains(reason), "{place}: {}", told(&refused));
    }
    assert!(desk.batches().is_empty());
    let sent = desk.send(&template_id, &["--file", &path, "--repeats"]);
    assert!(!sent.status.success() && told(&sent).contains("3 of 5 sent, 2 refused"), "{}", told(&sent));
    let result = desk.result();
    let nobody = "未知的错误码CIF_USER_NOT_EXIST";
    let first = user_id(0);
    let expect = [
        (format!("2,{first}"), ""),
        ("3,2088000000000009".to_owned(), nobody),
        ("4,login_id:13196215350".to_owned(), ""),
        ("5,\"taobao_nick:孙,悟空\"".to_owned(), ""),
        ("6,login_id:nobody@example.com".to_owned(), nobody),
    ];
    for (row, (recipient, error)) in result.iter().zip(&expect) {
        assert_eq!(
            (row[0].as_str(), row[2].as_str(), row[1].is_empty()),
            (recipient.as_str(), *error, !error.is_empty())
        );
    }
    assert_eq!(result.len(), expect.len());
    let held = desk.held(&template_id, [first, "2088102146931393".to_owned()].into_iter());
    assert_eq!(held.0.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1, 2]);

    // What is wrong about a list is told before anything is sent.
    for (content, reason) in [
        ("user_id\n2.088E+15\n", "line 2"),
        ("user_id\n", "has no recipient"),
        ("name\nx\n", "the column \"name\" is none of user_id, login_id, taobao_nick"),
        ("user_id\n2088102200000001\n2088102200000001\n", "lists 2088102200000001 more than once"),
        ("login_id,taobao_nick\n13196215350,\n,\"孙,悟空\"\n", "lists one account as login_id:13196215350 and"),
    ] {
        std::fs::write(&file, content).expect("the folder is ours");
        let refused = desk.send(&template_id, &["--file", &path]);
        assert!(!refused.status.success() && told(&refused).contains(reason), "{content}: {}", told(&refused));
    }
    assert_eq!(desk.batches().len(), 1);
    // The same recipients in another order are the same list.
    let (header, rows) = rows.split_once('\n').expect("a header");
    let turned: String = rows.lines().rev().map(|row| format!("{row}\n")).collect();
    std::fs::write(&file, format!("{header}\n{turned}")).expect("the folder is ours");
    let turned = desk.send(&template_id, &["--file", &path, "--repeats"]);
    assert!(told(&turned).contains("3 of 5 sent; --again sends once more"), "{}", told(&turned));
    assert_eq!(desk.batches().len(), 1);
    let content = "user_id\n2088102200000001\n2088102200000001\n";
    std::fs::write(&file, content).expect("the folder is ours");
    let twice = desk.send(&template_id, &["--file", &path, "--repeats"]);
    assert!(twice.status.success(), "{}", told(&twice));
    assert_eq!(desk.held(&template_id, [user_id(1)].into_iter()).0, [(user_id(1), 2)]);
    desk.prove();
});

each_engine!(too_few_vouchers_are_sent_only_if_that_is_wanted, |engine| {
    let desk = Desk::open(engine, 1_200);
    let template_id = desk.templates.paid(|it| it.quantity = 1_100);
    let crowd = desk.crowd("1,2");
    for arguments in [&["--crowd", &crowd][..], &["--crowd", &crowd, "--check"]] {
        let refused = desk.send(&template_id, arguments);
        assert!(told(&refused).contains("1100 vouchers left for 1200 recipients"), "{}", told(&refused));
    }
    assert_eq!((desk.held_by_members(&template_id).1, desk.batches().len()), (0, 0));
    let sent = desk.send(&template_id, &["--crowd", &crowd, "--partial"]);
    assert!(!sent.status.success() && told(&sent).contains("100 of 1200 got no voucher"), "{}", told(&sent));
    let sold_out = desk.result().iter().filter(|row| row[2] == "未知的错误码BUDGET_NOT_ENOUGH_ERROR").count();
    assert_eq!((desk.held_by_members(&template_id).1, sold_out), (1_100, 100));
    desk.prove();
});

each_engine!(what_cannot_be_sent_is_refused_before_it_begins, |engine| {
    let desk = Desk::open(engine, 3);
    let (template_id, crowd) = (desk.templates.paid(|_| {}), desk.crowd("1"));
    let draft = desk.templates.draft(|_| {}).id.to_text();
    let conditions = json!([{"op": "EQ", "tagCode": "pam_gender", "value": "1"}]).to_string();
    let others = json!({"out_biz_no": "1", "name": "x", "conditions": conditions});
    let others = succeed(&desk.server.client_of(OTHER_APP_ID, None), CREATE, &others);
    let others = others["crowd_group_id"].as_str().expect("an id");
    let unknown = "20260104000700000000007168EB";
    for (template_id, crowd, reason) in [
        (unknown, crowd.as_str(), "no such template"),
        (draft.as_str(), &crowd, "is not paid for"),
        (&template_id, others, "has no such crowd"),
        (&template_id, "1", "has no such crowd"),
    ] {
        let refused = desk.send(template_id, &["--crowd", crowd]);
        assert!(!refused.status.success() && told(&refused).contains(reason), "{}", told(&refused));
    }
    let refused = desk.server.command(&["voucher", "stop", "20260104000740000000000007168"]);
    assert!(told(&refused).contains("no such batch"), "{}", told(&refused));
    assert!(desk.batches().is_empty());
});

each_engine!(a_server_that_is_killed_goes_on_where_it_was, |engine| {
    let mut desk = Desk::open(engine, 4_000);
    let template_id = desk.templates.paid(|it| it.quantity = 4_000);
    let crowd = desk.crowd("1,2");
    for pause_ms in [5, 20, 60] {
        let arguments = desk.arguments(&template_id, &["--crowd", &crowd]);
        let mut command = desk.server.prepared(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let mut sending = command.spawn().expect("the binary runs");
        // Until it has begun, or the command has found nothing more to do.
        let deadline = Instant::now() + Duration::from_secs(60);
        while desk.batches().is_empty() && sending.try_wait().expect("a child").is_none() {
            assert!(Instant::now() < deadline, "it does not begin");
        }
        std::thread::sleep(Duration::from_millis(pause_ms));
        desk.server.stop();
        drop(sending.kill());
        sending.wait().expect("a child can be waited for");
        desk.server.start_again();
    }
    let sent = desk.send(&template_id, &["--crowd", &crowd]);
    assert!(sent.status.success(), "{}", told(&sent));
    let once: Vec<_> = (0..4_000).map(|nth| (user_id(nth), 1)).collect();
    assert_eq!(desk.held_by_members(&template_id), (once, 4_000));
    assert_eq!((desk.batches().len(), desk.result().len()), (1, 4_000));
    desk.prove();
});

each_engine!(a_batch_that_was_stopped_goes_on_when_it_is_resumed, |engine| {
    let mut desk = Desk::open(engine, 8_000);
    let template_id = desk.templates.paid(|it| it.quantity = 8_000);
    let crowd = desk.crowd("1,2");
    let arguments = desk.arguments(&template_id, &["--crowd", &crowd]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut sending = desk.server.prepared(&arguments).spawn().expect("the binary runs");
    let deadline = Instant::now() + Duration::from_secs(60);
    while desk.batches().is_empty() {
        assert!(Instant::now() < deadline, "it does not begin");
    }
    let batch_id = desk.batches()[0]["batch_id"].as_str().expect("an id").to_owned();
    let stop = || -> Value {
        let output = desk.server.command(&["voucher", "stop", &batch_id, "--json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", told(&output)))
    };
    let stopped = stop();
    // Whoever waits is told how far it came.
    let ended = sending.wait().expect("a child can be waited for");
    let is_whole = stopped["status"] == "DONE";
    assert_eq!((stopped["status"] == "STOPPED", ended.success()), (!is_whole, is_whole), "{stopped}");
    assert_eq!(desk.held_by_members(&template_id).1, stopped["sent"].as_i64().expect("a number"));
    assert_eq!(stop(), stopped);
    let unsent = desk.result().iter().filter(|row| row[2] == "not sent yet").count();
    assert_eq!(i64::try_from(unsent).expect("few") + stopped["sent"].as_i64().expect("a number"), 8_000);
    desk.prove();
    let result = desk.file("result.csv").display().to_string();
    let resumed = desk.server.command(&["voucher", "resume", &batch_id, "--result", &result]);
    assert!(resumed.status.success() && told(&resumed).contains("8000 of 8000 sent"), "{}", told(&resumed));
    let (held, published) = desk.held_by_members(&template_id);
    assert_eq!((held.len(), published, desk.result().len()), (8_000, 8_000, 8_000));
    assert_eq!(stop()["status"], "DONE");
    // The command does what is due where no server runs.
    desk.server.terminate();
    let again = desk.send(&template_id, &["--crowd", &crowd, "--again", "--partial"]);
    assert!(!again.status.success() && told(&again).contains("8000 of 8000 got no voucher"), "{}", told(&again));
    desk.prove();
});

#[test]
fn two_processes_and_other_senders_share_what_is_left() {
    let desk = Desk::open(Engine::Postgres, 3_000);
    let beside = desk.server.beside();
    let template_id = desk.templates.paid(|it| it.quantity = 2_000);
    let crowd = desk.crowd("1,2");
    let alone: usize = std::thread::scope(|scope| {
        let call_alone = |nth: usize| {
            let (client, template_id) = (beside.client(), &template_id);
            scope.spawn(move || {
                let calls = (nth..400).step_by(4).map(|serial| {
                    let request =
                        json!({"template_id": template_id, "user_id": SPONSOR, "out_biz_no": serial.to_string()});
                    usize::from(call(&client, SEND, &request).sub_code.is_none())
                });
                calls.sum::<usize>()
            })
        };
        let threads: Vec<_> = (0..4).map(call_alone).collect();
        let sent = desk.send(&template_id, &["--crowd", &crowd, "--partial"]);
        assert!(told(&sent).contains("DONE"), "{}", told(&sent));
        threads.into_iter().map(|thread| thread.join().expect("no panic")).sum()
    });
    let (held, published) = desk.held_by_members(&template_id);
    assert_eq!((held.len() + alone, published), (2_000, 2_000));
    assert!(held.iter().all(|(_, count)| *count == 1));
    desk.prove();
}
