//! The history of vouchers that members received elsewhere: imported from files as people have them, once each.

use crate::running::{PID, Running, conditions, each_engine, succeed};
use domain::voucher_history::ImportedVoucher;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;
use std::process::Output;
use std::time::{Duration, Instant};
use store::testing::{Engine, block_on};
use store::{Open, Store, Tx};
use wire::{Charset, time};

const HEADER: &str = "voucher_no,user_id,received_at,redeemed_at";
const USER: &str = "2088000000000001";

fn start(engine: Engine) -> Running {
    Running::start_with(engine, &crate::running::world(), &["--clock", "manual:2026-01-01T12:00:00+08:00"])
}

fn file(lines: &str) -> Vec<u8> {
    format!("{HEADER}\n{lines}").into_bytes()
}

/// Imports a file with these bytes: exit status, standard error and standard output.
fn import(running: &Running, bytes: &[u8], more: &[&str]) -> (Option<i32>, String, String) {
    let path = running.folder.path().join("vouchers");
    std::fs::write(&path, bytes).expect("the folder is ours");
    let path = path.display().to_string();
    let Output { status, stderr, stdout } =
        running.command(&[&["import", "vouchers", "--pid", PID, &path], more].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&path, "FILE");
    (status.code(), text(&stderr), text(&stdout))
}

/// Imports a file and holds the exit status, the result, and that standard error begins with `told`.
fn check(running: &Running, bytes: &[u8], more: &[&str], status: i32, result: &str, told: &str) {
    let (code, error, output) = import(running, bytes, more);
    assert_eq!((code, output.trim_end()), (Some(status), result), "{error}");
    assert!(error.starts_with(told) && (!told.is_empty() || error.is_empty()), "{error}");
}

/// Holds that everything adds up; how many imported vouchers there are.
fn proved(running: &Running) -> i64 {
    let output = running.command(&["prove", "--json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let rows: Vec<store::prove::Row> = serde_json::from_slice(&output.stdout).expect("JSON");
    rows.iter().find(|row| row.name == "numbers of imported vouchers").expect("a row").checked
}

/// What the store that nobody serves any more has of a member.
fn stored(running: &Running, user_id: &'static str) -> Vec<(String, String, Option<String>)> {
    let store = Store::open(&running.place(), Open { look: true, ..Open::default() }).expect("it is there");
    let read = move |tx: &mut Tx| store::voucher_history::of_member(tx, PID, user_id);
    let found = block_on(store.read(read)).expect("it is read");
    let text = |ImportedVoucher { voucher_no, received_at, redeemed_at, .. }| {
        (voucher_no, time::format(received_at), redeemed_at.map(time::format))
    };
    found.into_iter().map(text).collect()
}

each_engine!(vouchers_are_imported_once_and_redeemed_later, |engine| {
    let mut running = start(engine);
    let lines = format!(
        "v1,{USER},2025-06-01 10:00:00,\n\
         v2,{USER},2025-06-01 10:00:00,2025-06-02 09:30:00\n\
         v3,2088000000000002,2025-07-01 10:00:00,2025-07-01 09:59:59\n\
         v4,2088000000000002,2026-01-01 12:00:01,\n\
         v5,2088000000000002,2026-01-01 12:00:00,\n\
         v1,2088000000000002,2025-06-01 10:00:00,\n"
    );
    let wrong = "FILE:4: redeemed_at is before received_at\n\
                 FILE:5: received_at \"2026-01-01 12:00:01\" is yet to come\n";
    let strict = "4 rows: 0 new vouchers; 2 bad rows";
    check(&running, &file(&lines), &["--strict"], 1, strict, wrong);
    let other = format!("{wrong}FILE:7: voucher_no is used by a voucher of another user\n");
    check(&running, &file(&lines), &[], 1, "3 rows: 3 new vouchers; 3 bad rows", &other);
    check(&running, &file(&lines), &[], 1, "3 rows: 0 new vouchers; 3 bad rows", &other);
    let redeemed = format!("v1,{USER},2025-06-01 10:00:00,2025-06-03 08:00:00\nv2,{USER},2025-06-01 10:00:00,\n");
    check(&running, &file(&redeemed), &[], 0, "2 rows: 0 new vouchers, 1 changed; 0 bad rows", "");
    check(&running, &file(&redeemed), &[], 0, "2 rows: 0 new vouchers; 0 bad rows", "");
    let contradicts = format!(
        "v1,{USER},2025-06-01 10:00:00,2025-06-03 08:00:01\n\
         v2,{USER},2025-06-01 10:00:01,2025-06-02 09:30:00\n"
    );
    let told = "FILE:2: the voucher was imported with another redeemed_at\n\
                FILE:3: the voucher was imported with another received_at\n";
    check(&running, &file(&contradicts), &[], 1, "0 rows: 0 new vouchers; 2 bad rows", told);
    let (_, _, output) = import(&running, &file(&contradicts), &["--json"]);
    let report: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!((&report["bad"], &report["bad_rows"][0]["line"]), (&json!(2), &json!(2)), "{report}");
    // Who received one is a member. On PostgreSQL an import is another process, of which this one learns in a moment.
    let request = json!({"conditions": conditions("NEQ", "pam_gender", "1")});
    let began = Instant::now();
    loop {
        let counted = succeed(&running.client(), "koubei.marketing.campaign.crowd.count", &request);
        if counted["summary_values"] == "{\"total\":2}" {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{counted}");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(proved(&running), 3);
    running.terminate();
    let at = |no: &str, received: &str, redeemed: Option<&str>| {
        (no.to_owned(), received.to_owned(), redeemed.map(str::to_owned))
    };
    let first = [
        at("v1", "2025-06-01 10:00:00", Some("2025-06-03 08:00:00")),
        at("v2", "2025-06-01 10:00:00", Some("2025-06-02 09:30:00")),
    ];
    assert_eq!(stored(&running, USER), first);
    assert_eq!(stored(&running, "2088000000000002"), [at("v5", "2026-01-01 12:00:00", None)]);
});

each_engine!(files_of_vouchers_are_read_as_those_of_members_and_trades, |engine| {
    let running = start(engine);
    let row = |no: &str| format!("{no},{USER},2025-06-01 10:00:00,\n");
    let one = "1 rows: 1 new vouchers; 0 bad rows";
    let mut zipped = GzEncoder::new(Vec::new(), Compression::fast());
    zipped.write_all(&file(&row("z1"))).expect("memory takes it");
    check(&running, &zipped.finish().expect("memory takes it"), &["--strict"], 0, one, "");
    let object = format!("{{\"voucher_no\":\"j1\",\"user_id\":\"{USER}\",\"received_at\":\"2025-06-01 10:00:00\"}}\n");
    check(&running, object.as_bytes(), &["--strict"], 0, one, "");
    let tabs = format!("received_at\tUSER_ID\tVoucher_No\r\n2025-06-01 10:00:00\t'{USER}\t=\"t1\"\r\n\r\n");
    check(&running, tabs.as_bytes(), &[], 0, one, "");
    // The columns of another system refuse the file, whatever its charset.
    let names = format!("券号,user_id,received_at\n1,{USER},2025-06-01 10:00:00\n");
    let refused = "line 1: the column \"券号\" is none of voucher_no, user_id, received_at, redeemed_at";
    let gbk = Charset::Gbk.encode(&names).expect("GBK has it");
    for (bytes, charset) in [(names.as_bytes(), "utf-8"), (&gbk, "gb18030")] {
        let (code, error, output) = import(&running, bytes, &["--charset", charset]);
        assert!(code == Some(1) && output.is_empty() && error.contains(refused), "{error}{output}");
    }
    let (code, error, _) = import(&running, format!("voucher_no,user_id\n1,{USER}\n").as_bytes(), &[]);
    assert!(code == Some(1) && error.contains("the header has no column received_at"), "{error}");
    for (lines, told) in [
        (row("2.016E+27"), "FILE:2: voucher_no \"2.016E+27\" has been rounded by a spreadsheet"),
        (row("\"1"), "FILE:2: a quote is not closed on its line"),
        (row("券1"), "FILE:2: voucher_no \"券1\" is no number of a voucher"),
        (row(""), "FILE:2: voucher_no is missing"),
    ] {
        check(&running, &file(&lines), &[], 1, "0 rows: 0 new vouchers; 1 bad rows", told);
    }
    // Numbers that a spreadsheet has cut are warned of, and refused by --strict.
    let cut: String = (0..30).map(|n| row(&format!("2016010100000{n:02}00000"))).collect();
    let (code, error, _) = import(&running, &file(&cut), &["--strict"]);
    assert!(code == Some(1) && error.contains("in 30 of 30 rows voucher_no has nothing but 0"), "{error}");
    check(&running, &file(&cut), &[], 0, "30 rows: 30 new vouchers; 0 bad rows", "FILE: warning: in 30 of 30 rows");
    let path = running.folder.path().join("vouchers").display().to_string();
    let output = running.command(&["import", "vouchers", "--pid", "2088000000000009", &path]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && error.contains("no merchant 2088000000000009 in the store"), "{error}");
    assert_eq!(proved(&running), 33);
});

each_engine!(two_imports_at_once_take_each_voucher_in_once, |engine| {
    let running = start(engine);
    // More than one chunk, with members that both files have, in different orders.
    let line = |n: u32| format!("n{n},2088{:012},2025-06-01 10:00:00,2025-06-02 10:00:00\n", n % 700);
    let paths = ["forwards", "backwards"].map(|name| running.folder.path().join(name));
    std::fs::write(&paths[0], file(&(0..12_000).map(line).collect::<String>())).expect("the folder is ours");
    std::fs::write(&paths[1], file(&(0..12_000).rev().map(line).collect::<String>())).expect("the folder is ours");
    // With a database each command is a process that writes for itself.
    let reports = std::thread::scope(|scope| {
        let imports = paths.each_ref().map(|path| {
            let path = path.display().to_string();
            let running = &running;
            scope.spawn(move || running.command(&["import", "vouchers", "--json", "--pid", PID, &path]))
        });
        imports.map(|import| {
            let output = import.join().expect("it ends");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
        })
    });
    let sum = |name: &str| reports.iter().map(|report| report[name].as_u64().expect("a number")).sum::<u64>();
    assert_eq!((sum("rows"), sum("new"), sum("changed"), sum("bad")), (24_000, 12_000, 0, 0), "{reports:?}");
    assert_eq!(proved(&running), 12_000);
});

each_engine!(a_backup_has_the_vouchers_and_their_numbers, |engine| {
    let running = start(engine);
    let lines =
        format!("v1,{USER},2025-06-01 10:00:00,\nv2,2088000000000002,2025-06-01 10:00:00,2025-06-02 09:30:00\n");
    check(&running, &file(&lines), &[], 0, "2 rows: 2 new vouchers; 0 bad rows", "");
    let output = running.command(&["backup", "shop.backup", "--json"]);
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["tables"]["voucher_history"]["rows"], 2);
    for target in [Engine::Sqlite, Engine::Postgres] {
        let backup = running.folder.path().join("shop.backup");
        let restored = Running::restore(target, &backup, &running.folder.path().join("master.key"));
        check(&restored, &file(&lines), &[], 0, "2 rows: 0 new vouchers; 0 bad rows", "");
        assert_eq!(proved(&restored), 2);
    }
});
