//! What the console's door lets in, and what an operator's call may reach through it.

use crate::running::{OTHER_PID, PID, Running, conditions, each_engine, world};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

const SHOW: &str = "punchcard.session.show";

/// A page of the console, as a browser on the machine itself has it.
pub(crate) struct Page<'a> {
    running: &'a Running,
    headers: Vec<(&'a str, String)>,
}

impl<'a> Page<'a> {
    pub(crate) fn of(running: &'a Running) -> Page<'a> {
        let host = format!("localhost:{}", running.operator.port());
        let headers = vec![
            ("origin", format!("http://{host}")),
            ("host", host),
            ("content-type", "application/json".to_owned()),
            ("sec-fetch-site", "same-origin".to_owned()),
        ];
        Page { running, headers }
    }

    /// The same at another process, under its name.
    pub(crate) fn at<'b>(&'b self, running: &'b Running) -> Page<'b> {
        let fresh = Page::of(running);
        let own = self.headers.iter().filter(|(name, _)| *name == "cookie").cloned();
        Page { running, headers: fresh.headers.iter().cloned().chain(own).collect() }
    }

    /// A request without a body, whose answer is still to be read.
    pub(crate) fn begin(&self, target: &str) -> TcpStream {
        self.connect(&format!("{target} HTTP/1.1"))
    }

    /// Sends a head.
    fn connect(&self, first: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.running.operator).expect("it listens");
        write!(stream, "{first}\r\n").expect("it reads");
        for (name, value) in &self.headers {
            write!(stream, "{name}: {value}\r\n").expect("it reads");
        }
        write!(stream, "\r\n").expect("it reads");
        stream
    }

    /// The same with another header.
    pub(crate) fn with(&self, name: &'a str, value: &str) -> Page<'a> {
        let mut headers = self.headers.clone();
        headers.retain(|(other, _)| *other != name);
        headers.push((name, value.to_owned()));
        Page { running: self.running, headers }
    }

    /// The status of a call, and its node.
    pub(crate) fn call(&self, pid: &str, method: &str, request: &Value) -> (u16, Value) {
        self.send(&format!("POST /console/api/{pid}/{method}"), &request.to_string())
    }

    fn send(&self, target: &str, body: &str) -> (u16, Value) {
        let (status, _, node) = self.send_whole(target, body);
        (status, node)
    }

    /// The status of an answer, its head in small letters, and its node.
    pub(crate) fn send_whole(&self, target: &str, body: &str) -> (u16, String, Value) {
        let mut stream = TcpStream::connect(self.running.operator).expect("it listens");
        write!(stream, "{target} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len())
            .expect("it reads");
        for (name, value) in &self.headers {
            write!(stream, "{name}: {value}\r\n").expect("it reads");
        }
        // What is too long may be answered, and the connection closed, before all of it was written.
        let _ = write!(stream, "\r\n{body}");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).expect("text");
        let (head, node) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, head.to_lowercase(), serde_json::from_str(node).unwrap_or_default())
    }
}

each_engine!(whoever_sits_at_a_stand_in_is_its_owner, |engine| {
    let running = Running::start(engine);
    let page = Page::of(&running);
    let (status, session) = page.call("-", SHOW, &json!({}));
    assert_eq!((status, &session["code"]), (200, &json!("10000")), "{session}");
    assert!(session["trace_id"].as_str().is_some_and(|trace_id| trace_id.len() == 32), "{session}");
    let session = &session["result"];
    assert_eq!(session["name"], "local", "{session}");
    let merchants = session["merchants"].as_array().expect("a list");
    assert!(merchants.iter().any(
        |merchant| merchant["pid"] == PID && merchant["rights"].as_array().is_some_and(|rights| rights.len() == 5)
    ));
    let methods = session["methods"].as_array().expect("a list");
    for (method, expect) in
        [(SHOW, true), ("punchcard.prove.run", true), ("punchcard.backup.write", false), ("alipay.trade.pay", false)]
    {
        assert_eq!(methods.contains(&json!(method)), expect, "{method}");
    }

    // Not one byte of the body is read for another host, another origin, a form, or somebody who is not signed in.
    for (name, value, expect) in [
        ("host", "evil.example", 421),
        ("origin", "http://evil.example", 403),
        ("content-type", "text/plain", 415),
        ("sec-fetch-site", "cross-site", 401),
        ("x-forwarded-for", "192.0.2.7", 401),
    ] {
        let (status, node) = page.with(name, value).call("-", SHOW, &json!({}));
        assert_eq!((status, node.get("result")), (expect, None), "{name}: {value}");
    }
    let (status, _) = page.send(&format!("GET /console/api/-/{SHOW}"), "");
    assert!(status == 404 || status == 405, "{status}");
    let (status, _) = page.call("-", SHOW, &json!({"long": "x".repeat(1 << 20)}));
    assert_eq!(status, 413);
});

each_engine!(a_call_reaches_what_its_path_names_and_nothing_else, |engine| {
    let running = Running::start(engine);
    let page = Page::of(&running);
    let nobody = "2088999999999999";
    for (pid, method, request, status, sub_code) in [
        // What does not exist, or is not about what the path names, is one and the same.
        (nobody, "punchcard.log.list", json!({"limit": 1}), 404, "isv.invalid-method"),
        ("-", "punchcard.nothing.show", json!({}), 404, "isv.invalid-method"),
        ("-", "punchcard.backup.write", json!({}), 404, "isv.invalid-method"),
        ("-", "koubei.marketing.campaign.crowd.count", json!({}), 404, "isv.invalid-method"),
        (PID, "alipay.trade.pay", json!({}), 404, "isv.invalid-method"),
        (PID, "punchcard.clock.show", json!({}), 404, "isv.invalid-method"),
        ("%2e%2e", "punchcard.log.list", json!({"limit": 1}), 404, "isv.invalid-method"),
        // What the method refuses is an answer.
        (PID, "punchcard.log.list", json!({"limit": 1, "pid": OTHER_PID}), 200, "isv.invalid-parameter"),
        ("-", "punchcard.log.list", json!({"limit": 1, "pid": PID}), 200, "isv.invalid-parameter"),
        (PID, "punchcard.log.list", json!({"limit": 1, "other": 1}), 200, "isv.invalid-parameter"),
        (PID, "punchcard.log.list", json!({}), 200, "isv.invalid-parameter"),
        (
            PID,
            "koubei.marketing.campaign.crowd.detail.query",
            json!({"crowd_group_id": "1"}),
            200,
            "RESOURCE_NOT_FOUND",
        ),
    ] {
        let (found, node) = page.call(pid, method, &request);
        assert_eq!(found, status, "{pid} {method}: {node}");
        assert!(node["code"].is_string() && node["sub_msg"].is_string(), "{node}");
        if sub_code != "RESOURCE_NOT_FOUND" {
            assert!(
                node["sub_code"].as_str().is_some_and(|found| found == sub_code || found == "INVALID_PARAMETER"),
                "{method}: {node}"
            );
        }
    }

    // A merchant's method is answered by its app, in the operator's name, and a repeat is the first answer.
    let create = || {
        let women = conditions("IN", "pam_gender", "1");
        let request = json!({"out_biz_no": "1", "name": "women", "conditions": women});
        page.call(PID, "koubei.marketing.campaign.crowd.create", &request)
    };
    let (first, again) = (create(), create());
    assert_eq!(first.1["code"], "10000", "{}", first.1);
    assert_eq!(first.1["crowd_group_id"], again.1["crowd_group_id"]);
    let crowd = json!({"crowd_group_id": first.1["crowd_group_id"]});
    let count = |pid| page.call(pid, "koubei.marketing.campaign.crowd.count", &crowd);
    assert_eq!(count(PID).1["code"], "10000", "{}", count(PID).1);
    assert_ne!(count(OTHER_PID).1["code"], "10000");
});

each_engine!(a_platform_lets_nobody_in, |engine| {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), world()).expect("the folder is ours");
    let path = folder.path().join("world.toml").display().to_string();
    let arguments = ["--mode", "platform", "--world", &path].map(str::to_owned).to_vec();
    let running = Running::start_logging_in(engine, folder, arguments);
    let (status, node) = Page::of(&running).call("-", SHOW, &json!({}));
    assert_eq!((status, node.get("result")), (401, None), "{node}");
});
