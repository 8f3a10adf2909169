//! The console's stream of events: a page hears at once what happened, whoever did it and in which process.

use crate::console::Page;
use crate::operators::{add, platform, signed_in};
use crate::running::{APP_ID, OTHER_PID, PID, Running, conditions, each_engine, succeed, world};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use store::testing::Engine;

const CREATE: &str = "koubei.marketing.campaign.crowd.create";
/// What is on the screen within a second has been told of before.
const TOLD_WITHIN: Duration = Duration::from_millis(900);

/// A page's stream.
struct Stream {
    lines: std::io::Lines<BufReader<TcpStream>>,
}

impl Stream {
    /// The stream, or the status that it was refused with.
    fn open(page: &Page<'_>, pid: &str) -> Result<Stream, u16> {
        let stream = page.begin(&format!("GET /console/api/{pid}/events"));
        stream.set_read_timeout(Some(Duration::from_secs(5))).expect("it can be set");
        let mut lines = BufReader::new(stream).lines();
        let status = lines.next().expect("an answer").expect("it is read");
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        if status != 200 {
            return Err(status);
        }
        let mut stream = Stream { lines };
        assert!(stream.until(": open"));
        Ok(stream)
    }

    /// Reads on until a line is there; whether it comes before the stream ends.
    fn until(&mut self, line: &str) -> bool {
        self.lines.by_ref().map_while(Result::ok).any(|found| found.contains(line))
    }

    #[track_caller]
    fn hears(&mut self, topic: &str, does: impl FnOnce()) {
        let began = Instant::now();
        does();
        assert!(self.until(&format!("data: {{\"topic\":\"{topic}\"}}")), "{topic}");
        assert!(began.elapsed() < 10 * TOLD_WITHIN, "{topic}: {:?}", began.elapsed());
    }
}

fn makes_a_crowd(running: &Running, out_biz_no: &str) {
    let request = json!({"out_biz_no": out_biz_no, "name": "women", "conditions": conditions("IN", "pam_gender", "1")});
    succeed(&running.client_of(APP_ID, None), CREATE, &request);
}

each_engine!(a_page_hears_of_calls_and_of_the_clock, |engine| {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("world.toml"), world()).expect("the folder is ours");
    let path = folder.path().join("world.toml").display().to_string();
    let arguments = ["--world", &path, "--clock", "manual:2026-01-01T00:00:00+08:00"].map(str::to_owned).to_vec();
    let mut running = Running::start_logging_in(engine, folder, arguments);
    {
        let page = Page::of(&running);
        let mut stream = Stream::open(&page, PID).expect("it opens");
        stream.hears("call", || makes_a_crowd(&running, "1"));
        stream.hears("crowd", || makes_a_crowd(&running, "2"));
        stream.hears("clock", || assert!(running.command(&["clock", "advance", "1d"]).status.success()));
        assert_eq!(Stream::open(&page, "2088999999999999").err(), Some(404));
        assert_eq!(Stream::open(&page.with("host", "evil.example"), PID).err(), Some(421));
        assert_eq!(Stream::open(&page.with("sec-fetch-site", "cross-site"), PID).err(), Some(403));
        // So many pages at once have a stream, and no more.
        let more: Vec<_> = (0..16).map(|_| Stream::open(&page, "-")).collect();
        assert_eq!(more.iter().filter(|stream| stream.is_ok()).count(), 15);
        assert_eq!(more.iter().filter_map(|stream| stream.as_ref().err()).collect::<Vec<_>>(), [&429]);
    }
    // A process that stops waits for no page.
    let page = Page::of(&running);
    let _stream = Stream::open(&page, PID);
    let began = Instant::now();
    running.terminate();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
});

each_engine!(a_stream_is_its_operators_and_ends_with_the_session, |engine| {
    let running = platform(engine);
    add(&running, "viewer", &["--role", "viewer", "--pid", PID]);
    let page = signed_in(&running, "viewer");
    assert_eq!(Stream::open(&Page::of(&running), PID).err(), Some(401));
    for pid in [OTHER_PID, "-"] {
        assert_eq!(Stream::open(&page, pid).err(), Some(404), "{pid}");
    }
    let mut stream = Stream::open(&page, PID).expect("it opens");
    stream.hears("crowd", || makes_a_crowd(&running, "1"));
    assert!(running.command(&["operator", "disable", "viewer"]).status.success());
    assert!(!stream.until("never"), "it ends");
});

#[test]
fn what_one_process_does_a_page_of_another_hears() {
    let one = platform(Engine::Postgres);
    let other = one.beside();
    add(&one, "owner", &["--role", "owner"]);
    // Signed in at one, the operator acts at the other.
    let page = signed_in(&one, "owner");
    let there = page.at(&other);
    let (status, session) = there.call("-", "punchcard.session.show", &json!({}));
    assert_eq!((status, &session["result"]["name"]), (200, &json!("owner")), "{session}");
    let [mut here, mut there] = [&page, &there].map(|page| Stream::open(page, PID).expect("it opens"));
    makes_a_crowd(&one, "1");
    assert!(here.until("\"topic\":\"crowd\"") && there.until("\"topic\":\"crowd\""));
    makes_a_crowd(&other, "2");
    assert!(here.until("\"topic\":\"crowd\"") && there.until("\"topic\":\"crowd\""));
    // Signed out at one, nobody is signed in at the other.
    assert!(one.command(&["operator", "sign-out", "owner"]).status.success());
    assert!(!there.until("never") && !here.until("never"));
}
