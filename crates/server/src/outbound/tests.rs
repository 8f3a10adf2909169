//! Hosts of several addresses, some of them dead, on this machine alone.

use super::target::Looking;
use super::*;
use std::future::{pending, ready};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

const OWN: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SECOND: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const THIRD: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
const OWN_V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// An address at which connecting hangs: its queue of connections is full, so the kernel drops what comes. It is so
/// while this lives.
struct Dead {
    address: SocketAddr,
    _listener: TcpListener,
    _queued: Vec<TcpStream>,
}

impl Dead {
    /// `None` where the machine has no such address.
    async fn at(ip: IpAddr) -> Option<Dead> {
        let socket = if ip.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() };
        let socket = socket.ok()?;
        socket.bind(SocketAddr::new(ip, 0)).ok()?;
        let listener = socket.listen(1).expect("it listens");
        let address = listener.local_addr().expect("bound");
        let mut queued = Vec::new();
        while let Ok(connected) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
            queued.push(connected.expect("it is queued"));
            assert!(queued.len() < 100, "the queue does not fill");
        }
        Some(Dead { address, _listener: listener, _queued: queued })
    }
}

/// What a host does with a connection.
#[derive(Clone, Copy)]
enum Manner {
    Answers,
    Listens,
    BeginsAnswer,
    HangsUp,
}

async fn host(manner: Manner) -> SocketAddr {
    let listener = TcpListener::bind(SocketAddr::new(OWN, 0)).await.expect("a port");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut read = [0; 4096];
            let _ = stream.read(&mut read).await;
            let said: &[u8] = match manner {
                Manner::Answers => b"HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nsuccess",
                Manner::BeginsAnswer => b"HTTP/1.1 201 Created\r\ncontent-length: 7\r\n\r\nsucc",
                Manner::Listens => b"",
                Manner::HangsUp => continue,
            };
            stream.write_all(said).await.expect("it is sent");
            open.push(stream);
        }
    });
    address
}

/// Nothing listens there.
fn closed() -> SocketAddr {
    let listener = std::net::TcpListener::bind(SocketAddr::new(OWN, 0)).expect("a port");
    listener.local_addr().expect("bound")
}

/// Posts to a host of that name with these addresses, whatever the port; how long it took.
async fn post(reach: Reach, scheme: &str, found: Vec<SocketAddr>, seconds: u64) -> (Result<Reply, NoReply>, Duration) {
    let lookup = move |_: String, _: u16| -> Looking { Box::pin(ready(Ok(found.clone()))) };
    post_by(reach, scheme, Box::new(lookup), seconds).await
}

async fn post_by(reach: Reach, scheme: &str, lookup: Box<Lookup>, seconds: u64) -> (Result<Reply, NoReply>, Duration) {
    let outbound = Outbound { lookup, time_max: Duration::from_secs(seconds), ..Outbound::new(reach) };
    let began = Instant::now();
    let reply = outbound.post(&format!("{scheme}://receiver.example/"), "text/plain", "a=1".to_owned()).await;
    (reply, began.elapsed())
}

fn success() -> Result<Reply, NoReply> {
    Ok(Reply { status: 200, body: b"success".to_vec() })
}

#[tokio::test]
async fn a_host_whose_first_address_hangs_is_reached_by_the_next() {
    let alive = host(Manner::Answers).await;
    let dead = [Dead::at(SECOND).await, Dead::at(THIRD).await].map(|dead| dead.expect("loopback"));
    let [second, third] = [dead[0].address, dead[1].address];
    let by_time = Duration::from_millis(300)..Duration::from_millis(1_500);
    let (reply, took) = post(Reach::All, "http", vec![second, alive], 5).await;
    assert_eq!(reply, success());
    assert!(by_time.contains(&took), "{took:?}");
    // Two that hang cost two waits, and one that refuses costs none.
    let (reply, took) = post(Reach::All, "http", vec![second, closed(), third, alive], 5).await;
    assert_eq!(reply, success());
    assert!((Duration::from_millis(600)..Duration::from_millis(2_000)).contains(&took), "{took:?}");
    let (reply, took) = post(Reach::All, "http", vec![closed(), closed(), alive], 5).await;
    assert_eq!(reply, success());
    assert!(took < Duration::from_millis(300), "{took:?}");
    // Nobody waits for one that hangs behind one that answers.
    let (reply, took) = post(Reach::All, "http", vec![alive, second], 5).await;
    assert_eq!(reply, success());
    assert!(took < Duration::from_millis(300), "{took:?}");
    // Dead IPv6, where the machine has any: however many addresses of it, the IPv4 one is next.
    if let (Some(one), Some(other)) = (Dead::at(OWN_V6).await, Dead::at(OWN_V6).await) {
        let (reply, took) = post(Reach::All, "http", vec![one.address, other.address, alive], 5).await;
        assert_eq!(reply, success());
        assert!(by_time.contains(&took), "{took:?}");
    }
}

#[tokio::test]
async fn what_came_of_it_says_how_far_it_came() {
    let dead = Dead::at(SECOND).await.expect("loopback");
    let (silent, half, rude, closed) =
        (host(Manner::Listens).await, host(Manner::BeginsAnswer).await, host(Manner::HangsUp).await, closed());
    let check = async |scheme: &str, found: Vec<SocketAddr>, expect: &[&str]| {
        let (reply, _) = post(Reach::All, scheme, found, 1).await;
        let (NoReply::TimedOut(why) | NoReply::Failed(why) | NoReply::Refused(why)) = reply.expect_err(expect[0]);
        for part in expect {
            assert!(why.contains(part), "no {part:?} in {why:?}");
        }
    };
    let of = |address: SocketAddr| address.to_string();
    check("http", vec![dead.address], &["no connection to ", &of(dead.address), "within 1 seconds"]).await;
    check("http", vec![closed, dead.address], &["no connection to ", &of(closed), &of(dead.address)]).await;
    check("http", vec![closed], &["no connection: ", &of(closed), "refused"]).await;
    check("http", vec![silent], &["no answer from ", &of(silent), "within 1 seconds"]).await;
    check("http", vec![half], &["an answer of status 201 began and did not end within 1 seconds"]).await;
    check("http", vec![rude], &["no answer from ", &of(rude)]).await;
    check("https", vec![silent], &["no TLS with ", &of(silent), "within 1 seconds"]).await;
    check("https", vec![rude], &["no TLS with ", &of(rude)]).await;
    check("http", vec![], &["receiver.example has no address"]).await;
    let unknown = |_: String, _: u16| -> Looking { Box::pin(ready(Err(Error::other("no such host")))) };
    let (reply, _) = post_by(Reach::All, "http", Box::new(unknown), 1).await;
    assert_eq!(reply, Err(NoReply::Failed("receiver.example cannot be looked up: no such host".to_owned())));
    let slow = |_: String, _: u16| -> Looking { Box::pin(pending()) };
    let (reply, _) = post_by(Reach::All, "http", Box::new(slow), 1).await;
    assert_eq!(reply, Err(NoReply::TimedOut("receiver.example was not looked up within 1 seconds".to_owned())));
}

#[tokio::test]
async fn every_address_of_a_host_is_checked_before_any_is_tried() {
    let alive = host(Manner::Answers).await;
    // TEST-NET and this machine are no public networks; nothing is sent to either.
    let public: SocketAddr = ([1, 1, 1, 1], 9).into();
    for found in
        [vec![alive], vec![public, alive], vec![SocketAddr::new(OWN_V6, 9), public], vec![([192, 0, 2, 1], 9).into()]]
    {
        let (reply, took) = post(Reach::Public, "http", found.clone(), 5).await;
        assert!(matches!(&reply, Err(NoReply::Refused(why)) if why.starts_with("refused: ")), "{found:?}: {reply:?}");
        assert!(took < Duration::from_millis(200), "{took:?}");
    }
}
