//! An integrator's end of notifications: believes only what the platform signed, fails now and then, keeps all of it.

use crate::workload::model::Notified;
use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use wire::notify::{Rule, string_to_sign};
use wire::{Charset, PublicKey, SignType};

/// Listens until the test process ends.
pub(crate) struct Receiver {
    /// Its address, for `notify_url`.
    pub(crate) url: String,
    inbox: Arc<Mutex<Inbox>>,
}

#[derive(Default)]
struct Inbox {
    key: Option<PublicKey>,
    /// By `notify_id`: what it said, and how often it came.
    messages: BTreeMap<String, (HashMap<String, String>, u32)>,
    /// What was wrong with what came.
    wrong: Vec<String>,
}

impl Receiver {
    pub(crate) fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/notify?shop=1", listener.local_addr().expect("bound"));
        let inbox: Arc<Mutex<Inbox>> = Arc::default();
        let shared = inbox.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let inbox = shared.clone();
                std::thread::spawn(move || serve(&stream, &inbox));
            }
        });
        Receiver { url, inbox }
    }

    /// Whose signatures to believe.
    pub(crate) fn trust(&self, key: &PublicKey) {
        self.inbox.lock().expect("no holder panics").key = Some(key.clone());
    }

    /// What came for an app: each event once, however often it came.
    pub(crate) fn events(&self, app_id: &str) -> Vec<Notified> {
        let inbox = self.inbox.lock().expect("no holder panics");
        assert!(inbox.wrong.is_empty(), "{:#?}", inbox.wrong);
        let own = inbox.messages.values().filter(|(members, _)| members["app_id"] == app_id);
        let events: Vec<Notified> = own.map(|(members, _)| event(members)).collect();
        let mut sorted = events.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), events.len(), "an event has two notifications: {events:#?}");
        events
    }
}

fn event(members: &HashMap<String, String>) -> Notified {
    if members["notify_type"] == "koubei_receive_coupon_notify" {
        return (members["isv_out_biz_id"].clone(), "COUPON", 0);
    }
    if members["notify_type"] == "voucher_flux" {
        let fen = wire::money::parse(&members["flux_amount"]).expect("an amount");
        return (format!("{}>{}", members["voucher_id"], members["alipay_biz_no"]), "V_USE", fen);
    }
    if members.get("event_code").is_some_and(|code| code == "EC-promocore-trade-notice") {
        assert_eq!(members["trade_status"], "TRADE_SUCCESS", "{members:?}");
        return (format!("{}+{}", members["id"], members["out_trade_no"]), "TRADE_SUCCESS", 0);
    }
    let status = match members["trade_status"].as_str() {
        "TRADE_SUCCESS" => "TRADE_SUCCESS",
        "TRADE_CLOSED" => "TRADE_CLOSED",
        "TRADE_FINISHED" => "TRADE_FINISHED",
        other => panic!("a notification of {other}"),
    };
    let refunded = members.get("refund_fee").map_or(Some(0), |text| wire::money::parse(text));
    (members["out_trade_no"].clone(), status, refunded.expect("an amount"))
}

fn serve(stream: &TcpStream, inbox: &Mutex<Inbox>) {
    let mut reader = BufReader::new(stream);
    while let Some(body) = request(&mut reader) {
        let answer = if inbox.lock().expect("no holder panics").take(&body) { "success" } else { "fail" };
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{answer}", answer.len());
        if (&mut &*stream).write_all(head.as_bytes()).is_err() {
            return;
        }
    }
}

/// The body of the connection's next request.
fn request(reader: &mut impl BufRead) -> Option<String> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        } else if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}

impl Inbox {
    /// Keeps it; whether to say `success`. Some messages are believed only when they come again.
    fn take(&mut self, body: &str) -> bool {
        let members: HashMap<String, String> = form(body);
        let key = self.key.as_ref().expect("somebody to trust");
        if !is_signed(&members, key) {
            self.wrong.push(format!("not signed by the platform: {body}"));
            return false;
        }
        let id = members["notify_id"].clone();
        let failures = id.bytes().map(u32::from).sum::<u32>() % 4;
        let (first, times) = self.messages.entry(id).or_insert_with(|| (members.clone(), 0));
        *times += 1;
        let same = |name: &&String| !matches!(name.as_str(), "notify_time" | "sign");
        if first.keys().filter(same).any(|name| first.get(name) != members.get(name)) {
            self.wrong.push(format!("{first:?} came again as {members:?}"));
        }
        failures < *times
    }
}

fn form(body: &str) -> HashMap<String, String> {
    let decode = |text: &str| {
        let mut bytes = Vec::new();
        let mut rest = text.bytes();
        while let Some(byte) = rest.next() {
            match byte {
                b'+' => bytes.push(b' '),
                b'%' => {
                    let digits = [rest.next(), rest.next()].map(|digit| char::from(digit.expect("two digits")));
                    bytes.push(u8::from_str_radix(&digits.iter().collect::<String>(), 16).expect("two digits"));
                }
                other => bytes.push(other),
            }
        }
        String::from_utf8(bytes).expect("UTF-8")
    };
    body.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (decode(name), decode(value))).collect()
}

fn is_signed(members: &HashMap<String, String>, key: &PublicKey) -> bool {
    let pairs: Vec<(&str, &str)> = members.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let Some(text) = string_to_sign(&pairs, Rule::V1, Charset::Utf8) else { return false };
    let sign_type = if members["sign_type"] == "RSA2" { SignType::Rsa2 } else { SignType::Rsa };
    members.get("sign").is_some_and(|sign| key.verify_base64(sign_type, &text, sign))
}
