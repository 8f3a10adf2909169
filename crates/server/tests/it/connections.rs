//! More connections than there may be: the newest are refused with a sentence, and whoever has a share is answered.

use crate::operator::{get, sample};
use crate::raw::Connection;
use crate::running::{Running, succeed, world};
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};
use store::testing::Engine;

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";

fn address(last: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, last).into()
}

/// A connection with a head that is never ended.
fn held(running: &Running, last: u8) -> Connection {
    let mut connection = Connection::open_from(address(last), running.address);
    std::io::Write::write_all(&mut connection.stream, b"POST /gateway.do").expect("a socket");
    connection
}

#[test]
fn connections_are_bounded_in_all_and_by_address() {
    let limits = ["--max-connections", "12", "--max-connections-per-address", "5", "--trusted-proxy", "127.0.0.9/32"];
    let running = Running::start_with(Engine::Sqlite, &world(), &limits);
    let refused = |last: u8| {
        let answer = Connection::open_from(address(last), running.address).answer().expect("it is told why");
        (answer.status, String::from_utf8(answer.body).expect("text"))
    };
    let open = |expect: f64| {
        let began = Instant::now();
        while (sample(&get(running.operator, "/metrics"), "punchcard_connections") - expect).abs() > 0.5 {
            assert!(began.elapsed() < Duration::from_secs(20), "there never were {expect}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    let one: Vec<_> = (0..5).map(|_| held(&running, 2)).collect();
    open(5.0);
    assert_eq!(refused(2), (503, "too many connections from your address\n".to_owned()));
    succeed(&running.client(), TAGS_QUERY, &json!({}));
    open(5.0);
    // A trusted proxy brings everybody's, as many as there may be in all.
    let proxy: Vec<_> = (0..7).map(|_| held(&running, 9)).collect();
    open(12.0);
    for last in [2, 3, 9] {
        assert_eq!(refused(last), (503, "too many connections\n".to_owned()), "{last}");
    }
    let page = get(running.operator, "/metrics");
    for (limit, expect) in [("all", 3.0), ("address", 1.0)] {
        let name = format!("punchcard_connections_refused_total{{limit=\"{limit}\"}}");
        assert!((sample(&page, &name) - expect).abs() < 0.5, "{name} is not {expect}");
    }
    assert!(get(running.operator, "/readyz").starts_with("HTTP/1.1 200"));
    drop((one, proxy));
    open(0.0);
    succeed(&running.client(), TAGS_QUERY, &json!({}));
}

#[test]
fn thousands_of_connections_of_one_address_leave_others_theirs() {
    let running = Running::start_with(Engine::Sqlite, &world(), &["--max-connections", "1000"]);
    let began = Instant::now();
    // Refused ones are closed at once, so this process needs no more files than those that are let in.
    let (mut let_in, mut refused) = (Vec::new(), 0);
    for _ in 0..5_000 {
        let connection = Connection::open_from(address(2), running.address);
        if let_in.len() < 500 {
            let_in.push(connection);
        } else {
            refused += 1;
        }
    }
    println!("{refused} refused in {:?}", began.elapsed());
    for _ in 0..20 {
        let call = Instant::now();
        succeed(&running.client(), TAGS_QUERY, &json!({}));
        assert!(call.elapsed() < Duration::from_secs(5), "{:?}", call.elapsed());
    }
    let page = get(running.operator, "/metrics");
    assert!(4_000.0 < sample(&page, "punchcard_connections_refused_total{limit=\"address\"}"), "{page}");
}
