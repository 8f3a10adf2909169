//! `notify`: notifications a second that are signed, delivered to a receiver on this machine and recorded by a server
//! on one core, as a share of what `openssl speed` signs on it.
//!
//! Every notification has failed once before: then all are due at one time, and nothing but delivering is measured.

use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver as Arrivals, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::Options;
use crate::answer::{is_complete, read_some};
use crate::gateway::load::{Idle, Pace, drive};
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::Shop;
use crate::signature::signatures_a_second;

/// Connections that make the trades.
const CONNECTIONS: usize = 64;
const USER: &str = "2088000000000001";
/// After it the trades end, unpaid, and each sends a notification.
const TIMEOUT: &str = "1m";
/// When a first delivery that failed is repeated.
const FIRST_RETRY: &str = "4m";

pub(crate) fn run(options: &Options) -> io::Result<Part> {
    let shop = Shop::with_world("notify", &format!("[[user]]\nuser_id = \"{USER}\"\n"))?;
    let last_core = thread::available_parallelism()?.get() - 1;
    let everywhere = sched_getaffinity(None)?;
    let (mut raw, mut rates) = (vec![signatures_a_second(options.seconds, "0")?], Vec::new());
    let notifications = (raw[0] * options.seconds as f64) as usize;
    for round in 0..options.rounds {
        // Its threads stay on the core that they begin on.
        let mut only = CpuSet::new();
        only.set(last_core);
        sched_setaffinity(None, &only)?;
        let receiver = Receiver::start()?;
        rates.push(measure(options, &shop, &receiver, notifications)?);
        sched_setaffinity(None, &everywhere)?;
        raw.push(signatures_a_second(options.seconds, "0")?);
        println!("notify: round {} of {}", round + 1, options.rounds);
    }
    let (raw, rates) = (Samples::new(raw), Samples::new(rates));
    let part = 100.0 * rates.median() / raw.median();
    let lines = vec![
        format!("openssl speed rsa2048: {raw} signatures/s on one core"),
        String::new(),
        format!(
            "- {notifications} notifications to one address: {rates} a second, each signed, acknowledged and recorded"
        ),
    ];
    let goals = vec![Goal::at_least("notifications delivered, one core, of openssl's signatures", 45.0, part, " %")];
    Ok(Part { name: "notify", lines, goals })
}

/// Notifications a second of a fresh server on the first core.
fn measure(options: &Options, shop: &Shop, receiver: &Receiver, notifications: usize) -> io::Result<f64> {
    shop.clear()?;
    let server = shop.serve(&options.binary, "0")?;
    let create = |nth: usize| {
        let order = format!(
            r#"{{"out_trade_no":"{nth}","buyer_id":"{USER}","subject":"苹果","total_amount":"8.80","timeout_express":"{TIMEOUT}"}}"#
        );
        shop.signed("alipay.trade.create", &order, &[("notify_url", &receiver.url)])
    };
    drive(&server, (0..notifications).map(create), CONNECTIONS, (Duration::MAX, Pace::Full, Idle::Sleep), |_| {})?;
    receiver.accepts.store(false, Ordering::Relaxed);
    shop.advance(&options.binary, TIMEOUT)?;
    receiver.arrivals.try_iter().for_each(drop);
    receiver.accepts.store(true, Ordering::Relaxed);
    // It ends when all are delivered and recorded.
    let start = Instant::now();
    shop.advance(&options.binary, FIRST_RETRY)?;
    let seconds = start.elapsed().as_secs_f64();
    let arrived = receiver.arrivals.try_iter().count();
    server.stop()?;
    if arrived == notifications {
        Ok(notifications as f64 / seconds)
    } else {
        Err(io::Error::other(format!("{arrived} of {notifications} notifications arrived")))
    }
}

/// Takes notifications on as many connections as there are.
struct Receiver {
    url: String,
    /// Whether it says `success`.
    accepts: Arc<AtomicBool>,
    arrivals: Arrivals<()>,
}

impl Receiver {
    fn start() -> io::Result<Receiver> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/notify", listener.local_addr()?);
        let (arrived, arrivals) = mpsc::channel();
        let accepts = Arc::new(AtomicBool::new(true));
        let answers = accepts.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (arrived, answers) = (arrived.clone(), answers.clone());
                // A connection ends with an error when the server hangs up.
                thread::spawn(move || drop(take(stream, &arrived, &answers)));
            }
        });
        Ok(Receiver { url, accepts, arrivals })
    }
}

fn take(mut stream: TcpStream, arrived: &Sender<()>, accepts: &AtomicBool) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut request = Vec::new();
    loop {
        request.clear();
        while !is_complete(&request)? {
            read_some(&mut stream, &mut request)?;
        }
        let answer = if accepts.load(Ordering::Relaxed) { "success" } else { "failing" };
        write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{answer}", answer.len())?;
        if arrived.send(()).is_err() {
            return Ok(());
        }
    }
}
