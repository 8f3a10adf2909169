//! Files as people have them: what spreadsheets, databases and scripts make of members and trades, imported or refused.

use crate::running::{PID, Running, each_engine};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use store::testing::Engine;
use wire::Charset;

const TRADES: &str = "trade_no,user_id,shop_id,total_amount,paid_at,out_trade_no,refunded_amount,refunded_at";

/// What an import came to: exit status, standard error and standard output.
type Came = (Option<i32>, String, String);

/// Imports a file with these bytes.
fn import(running: &Running, what: &str, bytes: &[u8], more: &[&str]) -> Came {
    let path = running.folder.path().join("import");
    std::fs::write(&path, bytes).expect("the folder is ours");
    let path = path.display().to_string();
    let output = running.command(&[&["import", what, "--pid", PID, &path], more].concat());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&path, "FILE");
    (output.status.code(), text(&output.stderr), text(&output.stdout))
}

/// Imports members and holds the exit status, the result, and that each of `told` is on standard error.
fn members(running: &Running, bytes: &[u8], more: &[&str], status: i32, result: &str, told: &[&str]) {
    let (code, error, output) = import(running, "members", bytes, more);
    assert_eq!((code, output.trim_end()), (Some(status), result), "{error}");
    for told in told {
        assert!(error.contains(told), "{told:?} is not in {error:?}");
    }
    assert!(!told.is_empty() || error.is_empty(), "{error}");
}

fn prove(running: &Running) {
    let output = running.command(&["prove"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn gbk(text: &str) -> Vec<u8> {
    Charset::Gbk.encode(text).expect("GBK has it").into_owned()
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory takes it")
}

each_engine!(a_quote_that_is_not_closed_swallows_no_member, |engine| {
    let running = Running::start(engine);
    let file = "user_id,note\n2088000000000001,\"上海\n2088000000000002,北京\n2088000000000003,\"广州\"\n\
                2088000000000004,深圳\n2088000000000005,\"浦东\"新区\n2088000000000006,\"a, \"\"b\"\"\"\n";
    let (open, after) = ("FILE:2: a quote is not closed on its line", "FILE:6: text follows a closing quote");
    members(
        &running,
        file.as_bytes(),
        &["--strict"],
        1,
        "4 rows: 0 new members, 0 changed; 2 bad rows",
        &[open, after],
    );
    members(&running, file.as_bytes(), &[], 1, "4 rows: 4 new members, 0 changed; 2 bad rows", &[open, after]);
    // The rest of a cell with a line break is no row of its own.
    let broken = "user_id,note,spent\n2088000000000007,\"上\n海\",1\n2088000000000008,海\",2\n";
    let rest = "FILE:3: a quote stands in a field that does not begin with one (and 1 more like it: line 4)";
    members(&running, broken.as_bytes(), &[], 1, "0 rows: 0 new members, 0 changed; 3 bad rows", &[open, rest]);
    let good = file.replace("\"上海\n", "\"上海\"\n").replace("\"新区", "新区\"");
    members(&running, good.as_bytes(), &["--strict"], 0, "6 rows: 2 new members, 0 changed; 0 bad rows", &[]);
    // The lines of a file of trades count the same way, however they end.
    for end in ["\n", "\r\n", "\r", "\r\r\n"] {
        let lines = [TRADES, "", "1,\"2088000000000001,,1.00,2020-01-01 00:00:00,,,", "", "2,x,,1.00,,,,"].join(end);
        let (code, error, _) = import(&running, "trades", lines.as_bytes(), &[]);
        assert_eq!(code, Some(1));
        assert!(error.contains("FILE:3: a quote is not closed") && error.contains("FILE:5: user_id \"x\""), "{error}");
    }
});

each_engine!(a_file_has_one_charset_or_is_refused_whole, |engine| {
    let running = Running::start(engine);
    let file = "user_id,note\n2088000000000001,女\n2088000000000002,积分兑换\n";
    let new = "2 rows: 2 new members, 0 changed; 0 bad rows";
    let same = "2 rows: 0 new members, 0 changed; 0 bad rows";
    members(&running, &gbk(file), &[], 0, new, &["FILE: read as GB18030"]);
    // What was read is the same as in UTF-8: the first row's bytes alone would be UTF-8 too.
    for bytes in [file.as_bytes(), format!("\u{feff}{file}").as_bytes(), &zipped(file.as_bytes())] {
        members(&running, bytes, &[], 0, same, &[]);
    }
    members(&running, &zipped(&gbk(file)), &["--strict"], 0, same, &["read as GB18030"]);
    // 女 alone is Ů too.
    let either = gbk("user_id,note\n2088000000000001,女\n");
    let readings = "the file may be UTF-8 (\"Ů\") or GB18030 (\"女\"): say which by --charset";
    members(&running, &either, &["--strict"], 1, "", &["nothing imported: FILE: ", readings]);
    let one = "1 rows: 0 new members, 0 changed; 0 bad rows";
    members(&running, &either, &["--charset", "gbk", "--strict"], 0, one, &[]);
    let changed = "1 rows: 0 new members, 1 changed; 0 bad rows";
    members(&running, &either, &[], 0, changed, &["FILE: warning: ", readings]);
    let (_, _, output) = import(&running, "members", &either, &["--json"]);
    let report: Value = serde_json::from_str(&output).expect("JSON");
    assert!(report["warnings"][0].as_str().is_some_and(|told| told.contains(readings)), "{report}");
    members(&running, &either, &["--charset", "gbk"], 0, changed, &[]);
    members(&running, &gbk(file), &["--charset", "gbk"], 0, same, &[]);
    members(&running, file.as_bytes(), &["--charset", "utf-8"], 0, same, &[]);
    // The last line decides too, and then nothing before it is imported.
    let more = "user_id,note\n2088000000000003,a\n2088000000000004,积\n".as_bytes();
    let mixed = [more, &gbk("2088000000000005,女女积\n")].concat();
    let refused = "nothing imported: FILE: line 4 is not UTF-8, line 3 is not GB18030";
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(file.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let cut = &zipped(&[more; 999].concat())[..60];
    for (bytes, asked, told) in [
        (&mixed[..], &[][..], refused),
        (&gbk(file), &["--charset", "utf-8"], "line 3 is not UTF-8"),
        (&gbk("user_id,note\n2088000000000003,上海\n"), &["--charset", "utf-8"], "line 2 is not UTF-8"),
        (&utf16, &[], "UTF-16"),
        (b"PK\x03\x04\x14\0\x06\0", &[], ".xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", &[], ".xls"),
        (b"<table><tr><td>user_id", &[], "HTML"),
        (cut, &[], "cannot be read"),
        (b"", &[], "the file is empty"),
    ] {
        members(&running, bytes, asked, 1, "", &["nothing imported: FILE: ", told]);
    }
    members(&running, more, &[], 0, "2 rows: 2 new members, 0 changed; 0 bad rows", &[]);
});

each_engine!(a_trade_that_comes_again_with_a_higher_refund_is_changed, |engine| {
    let running = Running::start(engine);
    let row = |no: u8, total: &str, refunded: &str| {
        let at = if refunded.is_empty() { "" } else { "2020-01-03 00:00:00" };
        format!("{no},2088000000000001,,{total},2020-01-01 00:00:00,o_{no},{refunded},{at}\n")
    };
    let check = |rows: &[String], status: i32, result: &str| {
        let file = format!("{TRADES}\n{}", rows.concat());
        let (code, error, output) = import(&running, "trades", file.as_bytes(), &[]);
        assert_eq!((code, output.trim_end()), (Some(status), result), "{error}");
        prove(&running);
    };
    let first = [row(1, "10.00", ""), row(2, "5.00", "1.00")];
    check(&first, 0, "2 rows: 2 new trades; 0 bad rows");
    let second = [row(1, "10.00", "4.00"), row(2, "5.00", "5.00"), row(3, "1.00", "")];
    check(&second, 0, "3 rows: 1 new trades, 2 changed; 0 bad rows");
    check(&second, 0, "3 rows: 0 new trades; 0 bad rows");
    check(&first, 1, "0 rows: 0 new trades; 2 bad rows");
    check(&[row(1, "10.01", "6.00"), row(3, "1.00", "0.50")], 1, "1 rows: 0 new trades, 1 changed; 1 bad rows");
    let shown = running.command(&["trade", "show", "--json", "1"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
    assert_eq!((&shown["trade_status"], &shown["refunded_amount"]), (&json!("TRADE_FINISHED"), &json!("4.00")));
});

each_engine!(rounded_numbers_are_refused_and_zeroed_ones_warned_of, |engine| {
    let running = Running::start(engine);
    let row = |no: &str| format!("{TRADES}\n{no},2088000000000001,,1.00,2020-01-01 00:00:00,,,\n");
    for no in [
        "2.0160102E+27",
        "1E5",
        "20160102.0",
        "NULL",
        "\"1,000\"",
        "31198000017.00",
        "########",
        "2.E+27",
        ".2E+28",
        "2.0160102Ｅ+27",
        "２０１６",
        "1.5",
        "-5",
        "2016\u{200b}0102",
        "2016\u{ad}0102",
    ] {
        let (code, error, output) = import(&running, "trades", row(no).as_bytes(), &[]);
        assert_eq!((code, output.trim_end()), (Some(1), "0 rows: 0 new trades; 1 bad rows"), "{error}");
    }
    let lines = |last: fn(u32) -> u32| {
        let line =
            |nth| format!("{nth:027}{},208800000000{nth:03}{},,1.00,2020-01-01 00:00:00,,,\n", last(nth), last(nth));
        format!("{TRADES}\n{}", (1..31).map(line).collect::<String>())
    };
    let (code, error, _) = import(&running, "trades", lines(|nth| nth % 10).as_bytes(), &[]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    let (code, error, output) = import(&running, "trades", lines(|_| 0).as_bytes(), &["--json"]);
    let report: Value = serde_json::from_str(&output).expect("JSON");
    let warning = report["warnings"][0].as_str().unwrap_or_default();
    assert!(code == Some(0) && warning.starts_with("in 30 of 30 rows user_id has nothing but 0"), "{error}{output}");
    let six: String = (1..7).map(|nth| format!("{nth},20880000000{nth:04}0,,1.00,2020-01-01 00:00:00,,,\n")).collect();
    let six = format!("{TRADES}\n{six}");
    let (code, error, _) = import(&running, "trades", six.as_bytes(), &["--strict"]);
    assert!(code == Some(1) && error.contains("in 6 of 6 rows user_id has nothing but 0"), "{error}");
    assert!(error.contains("nothing imported: --strict takes no file that is warned of"), "{error}");
    let (code, error, output) = import(&running, "trades", six.as_bytes(), &[]);
    assert!(code == Some(0) && error.contains("in 6 of 6 rows user_id has nothing but 0"), "{error}");
    assert!(output.starts_with("6 rows: 6 new trades"), "{output}");
    // U+0000 is no part of a value.
    let file = "user_id,note\n2088000000000001,a\0b\n{\n";
    members(
        &running,
        file.as_bytes(),
        &[],
        1,
        "0 rows: 0 new members, 0 changed; 2 bad rows",
        &["FILE:2: a value cannot hold U+0000"],
    );
});

each_engine!(a_reason_is_told_once_with_its_lines, |engine| {
    let running = Running::start(engine);
    let rows: String = (1..=1_000).map(|nth| format!("{nth},1\r\n\r\n")).collect();
    let file = format!("user_id,pam_gender\r\n{rows}2088000000000001,1\r\n2088000000000001,7\r\n");
    let (code, error, output) = import(&running, "members", file.as_bytes(), &[]);
    assert_eq!((code, output.trim_end()), (Some(1), "1 rows: 1 new members, 0 changed; 1001 bad rows"));
    let expect = "FILE:2: user_id \"1\" must be 16 digits that begin with 2088 (and 999 more like it: lines 4, 6, 8, 10, 12, …)\n\
                  FILE:2003: pam_gender: \"7\" is none of its values\n";
    assert!(error.starts_with(expect) && error.lines().count() == 3, "{error}");
});

#[test]
fn a_long_line_takes_little_memory_and_standard_input_is_read_whole() {
    let running = Running::start(Engine::Sqlite);
    let most = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux tells");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") >> 10
    };
    let run = |bytes: &[u8]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_punchcard"))
            .env("PUNCHCARD_DATA", running.data())
            .args(["import", "members", "--pid", PID, "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        child.stdin.take().expect("it is piped").write_all(bytes).expect("it reads");
        let output = child.wait_with_output().expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stderr), text(output.stdout))
    };
    let line = vec![b'1'; 200 << 20];
    let start = most();
    for (head, tail) in
        [("user_id,note\n1,", "\n2088000000000001,a\n"), ("{\"user_id\":2088000000000001}\n{\"note\":\"", "\"}\n")]
    {
        let (code, error, output) = run(&zipped(&[head.as_bytes(), &line, tail.as_bytes()].concat()));
        assert!(code == Some(1) && output.starts_with("1 rows: "), "{error}{output}");
        assert!(error.contains("-:2: the line is longer than 65536 bytes"), "{error}");
    }
    let grown = most() - start;
    assert!(grown < 60, "{grown} MiB more");
    let (code, error, _) = run(&gbk("user_id,note\n2088000000000003,积分\n"));
    assert!(code == Some(0) && error.contains("-: read as GB18030"), "{error}");
}
