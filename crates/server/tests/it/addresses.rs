//! Who shares an address with a stranger: what is verified is answered whatever the stranger does, and wrong PINs are
//! bounded over all accounts.

use crate::raw::{Answer, Connection, signed_node};
use crate::running::{APP_ID, NOW, Running, each_engine, succeed};
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, OTHER_PIN, PIN, SHORT_CUSTOMER, Sale, Shop, header, text};
use serde_json::{Value, json};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use store::testing::Engine;

const TAGS_QUERY: &str = "koubei.marketing.campaign.tags.query";

fn from(last: u8, address: SocketAddr, request: &str) -> Answer {
    let source = IpAddr::from(Ipv4Addr::new(127, 0, 0, last));
    Connection::open_from(source, address).exchange(request.as_bytes()).expect("an answer")
}

/// A call with a signature that is nobody's; what it is refused with.
fn unverified(running: &Running, lines: &str) -> String {
    let form = format!(
        "app_id={APP_ID}&method={TAGS_QUERY}&charset=utf-8&sign_type=RSA2&timestamp={}&version=1.0&sign=AAAA",
        NOW.replace(' ', "+")
    );
    let request = format!(
        "POST /gateway.do HTTP/1.1\r\nhost: x\r\n{lines}content-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    );
    let answer = Connection::open(running.address).exchange(request.as_bytes()).expect("an answer");
    let node = signed_node(&answer.body, &running.platform_key).expect("it is signed");
    serde_json::from_slice::<Value>(node).expect("JSON")["sub_code"].as_str().expect("a code").to_owned()
}

/// Runs `meanwhile` while the address of these header lines is refused as often as it can be.
fn beside_a_stranger<T>(running: &Running, lines: &str, meanwhile: impl FnOnce() -> T) -> T {
    const AT_ONCE: usize = 300;
    let (over, limited) = (AtomicBool::new(false), AtomicBool::new(false));
    let visits = format!("GET /h5/nothing HTTP/1.1\r\nhost: x\r\n{lines}\r\n").repeat(AT_ONCE);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut connection = Connection::open(running.address);
                while !over.load(Ordering::Acquire) {
                    connection.stream.write_all(visits.as_bytes()).expect("it reads");
                    for _ in 0..AT_ONCE {
                        if connection.answer().expect("an answer").status == 429 {
                            limited.store(true, Ordering::Release);
                        }
                    }
                }
            });
        }
        let began = Instant::now();
        while !limited.load(Ordering::Acquire) && began.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let done = limited.load(Ordering::Acquire).then(meanwhile);
        over.store(true, Ordering::Release);
        done.expect("the stranger is over his limit")
    })
}

/// Whether a call that is not verified gets the one answer, one time of some.
fn is_limited(running: &Running, lines: &str) -> bool {
    (0..20).any(|_| unverified(running, lines) == "isv.app-call-limited")
}

#[test]
fn what_is_verified_is_answered_beside_a_stranger() {
    let shop = Shop::open_with(Engine::Sqlite, &["--mode", "platform"]);
    let sale = shop.sell(OTHER_CUSTOMER, "苹果", "1.00");
    let client = shop.server.client();
    assert_eq!(unverified(&shop.server, ""), "isv.invalid-signature");
    beside_a_stranger(&shop.server, "", || {
        for _ in 0..20 {
            succeed(&client, TAGS_QUERY, &json!({}));
            assert_eq!(shop.get(&sale.target, "").status, 200);
        }
        assert!(is_limited(&shop.server, ""));
        // Nobody's word is taken for another address.
        assert!(is_limited(&shop.server, "x-forwarded-for: 198.51.100.7\r\n"));
        assert!(is_limited(&shop.server, "forwarded: for=198.51.100.7\r\n"));
        shop.pay(&sale, OTHER_PIN);
    });
    assert_eq!(shop.status(&sale), "TRADE_SUCCESS");
}

#[test]
fn behind_a_trusted_proxy_each_caller_has_an_address() {
    let shop = Shop::open_with(Engine::Sqlite, &["--mode", "platform", "--trusted-proxy", "10.0.0.0/8,127.0.0.1"]);
    let running = &shop.server;
    beside_a_stranger(running, "x-forwarded-for: 6.6.6.6, 198.51.100.7, 10.0.0.3\r\n", || {
        for lines in ["", "x-forwarded-for: 198.51.100.8\r\n", "forwarded: for=\"[2001:db8::1]:80\"\r\n"] {
            assert_eq!(unverified(running, lines), "isv.invalid-signature", "{lines}");
        }
        assert!(is_limited(running, "x-forwarded-for: 198.51.100.7\r\n"));
        assert!(is_limited(running, "forwarded: for=198.51.100.7:4711;proto=https\r\n"));
        succeed(&running.client(), TAGS_QUERY, &json!({}));
    });
    // One IPv6 customer has 2^64 addresses.
    beside_a_stranger(running, "x-forwarded-for: 2001:db8:0:1::1\r\n", || {
        assert!(is_limited(running, "x-forwarded-for: 2001:db8:0:1:ffff::2\r\n"));
        assert_eq!(unverified(running, "x-forwarded-for: 2001:db8:0:2::1\r\n"), "isv.invalid-signature");
    });
}

#[test]
fn a_proxy_that_is_none_is_refused_at_the_start() {
    for (value, expect) in
        [("0.0.0.0/0", "trust everybody"), ("10.0.0.0/33", "network like"), ("nginx", "network like")]
    {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_punchcard"));
        let folder = tempfile::tempdir().expect("a folder");
        let output = command.current_dir(folder.path()).args(["serve", "--trusted-proxy", value]).output();
        let output = output.expect("the binary runs");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && told.contains(expect), "{value}: {told}");
    }
}

each_engine!(an_address_may_send_twenty_wrong_pins_over_all_accounts, |engine| {
    let shop = Shop::open(engine);
    let wrong = |sale: &_| assert!(shop.pay(sale, "999999").ends_with("&said=wrong-pin"));
    for customer in [CUSTOMER, SHORT_CUSTOMER, OTHER_CUSTOMER] {
        let sale = shop.sell(customer, "苹果", "1.00");
        (0..5).for_each(|_| wrong(&sale));
    }
    // The accounts' locks are over; the address's count is of real time.
    shop.wait("16m");
    let [paid, open, others] = [CUSTOMER, CUSTOMER, OTHER_CUSTOMER].map(|buyer| shop.sell(buyer, "苹果", "1.00"));
    (0..4).for_each(|_| wrong(&paid));
    // A right one counts for nothing and forgets the account's wrong ones, not the address's.
    shop.pay(&paid, PIN);
    assert_eq!(shop.status(&paid), "TRADE_SUCCESS");
    assert!(shop.pay(&open, "12345").ends_with("&said=no-pin"), "what is no PIN is no try");
    wrong(&open);
    let refused = |sale: &Sale, pin: &str| {
        let answer = shop.post(&sale.target, &format!("csrf={}&pin={pin}", shop.csrf(sale)));
        let page = text(&answer);
        assert!(answer.status == 429 && page.contains("密码错误次数过多"), "{}: {page}", answer.status);
        assert_eq!(shop.status(sale), "WAIT_BUYER_PAY");
    };
    refused(&open, "999999");
    refused(&open, PIN);
    // Whoever shares the address and does nothing wrong pays. A guess is one guess, and the next at it is refused.
    shop.pay(&others, OTHER_PIN);
    assert_eq!(shop.status(&others), "TRADE_SUCCESS");
    let guessed = shop.sell(OTHER_CUSTOMER, "苹果", "1.00");
    wrong(&guessed);
    refused(&guessed, OTHER_PIN);
    // Elsewhere the account can pay, and has lost but one of its own tries.
    let page = text(&shop.get(&open.target, ""));
    assert!(page.contains("还可以再试 4 次"), "{page}");
    let form = format!("csrf={}&pin={PIN}", shop.csrf(&open));
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        open.target,
        form.len()
    );
    let answer = from(2, shop.server.address, &request);
    assert_eq!(answer.status, 303, "{}", header(&answer, "location"));
    assert_eq!(shop.status(&open), "TRADE_SUCCESS");
});

// What is not known to be wrong is not counted as wrong: a right PIN waits for others of its address, and is not
// refused.
each_engine!(sixty_right_pins_at_once_from_one_address_all_pay, |engine| {
    let shop = Shop::open(engine);
    let sales: Vec<_> = (0..60).map(|_| shop.sell(CUSTOMER, "苹果", "1.00")).collect();
    assert_eq!(answers_at_once(&shop, &sales, PIN), [60, 0]);
    assert!(sales.iter().all(|sale| shop.status(sale) == "TRADE_SUCCESS"));
    assert_eq!(shop.balance(CUSTOMER), 4_000);
});

each_engine!(of_sixty_wrong_pins_at_once_from_one_address_twenty_are_looked_at, |engine| {
    let shop = Shop::open(engine);
    // An account's lock looks at five of its own.
    let buyers: Vec<String> = (0..12).map(|nth| format!("20881021469314{nth:02}")).collect();
    let user =
        |id: &String| format!("[[user]]\nuser_id = \"{id}\"\nlogin_id = \"{id}@example.com\"\nbalance = \"100.00\"\n");
    let path = shop.server.folder.path().join("buyers.toml");
    std::fs::write(&path, buyers.iter().map(user).collect::<String>()).expect("the folder is ours");
    let output = shop.server.command(&["apply", &path.display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let sales: Vec<_> =
        buyers.iter().flat_map(|buyer| [buyer; 5]).map(|buyer| shop.sell(buyer, "苹果", "1.00")).collect();
    // Two of those beyond wait for their turn, in five seconds.
    let [looked_at, refused] = answers_at_once(&shop, &sales, "999999");
    assert!((20..=23).contains(&looked_at) && looked_at + refused == 60, "{looked_at} and {refused}");
    assert!(sales.iter().all(|sale| shop.status(sale) == "WAIT_BUYER_PAY"));
});

// What a PIN came to decides, and not whether its sender has waited for the answer.
each_engine!(whoever_hangs_up_counts_as_the_pin_came_to, |engine| {
    let shop = Shop::open(engine);
    let [paid, last] = [CUSTOMER, CUSTOMER].map(|buyer| shop.sell(buyer, "苹果", "1.00"));
    let csrf = shop.csrf(&paid);
    shop.pay(&paid, PIN);
    // Of a paid trade no PIN is looked at, and a right one is none that is wrong.
    (0..60).for_each(|nth| hang_up(&shop, &paid, &csrf, PIN, nth));
    let sales: Vec<_> = (0..20).map(|_| shop.sell(CUSTOMER, "苹果", "1.00")).collect();
    sales.iter().zip(0..).for_each(|(sale, nth)| hang_up(&shop, sale, &shop.csrf(sale), PIN, nth));
    shop.pay(&last, PIN);
    assert_eq!(shop.status(&last), "TRADE_SUCCESS");
    // Hanging up saves no wrong one from being counted.
    for _ in 0..4 {
        let sale = shop.sell(OTHER_CUSTOMER, "苹果", "1.00");
        let (csrf, began) = (shop.csrf(&sale), Instant::now());
        while !text(&shop.get(&sale.target, "")).contains("已锁定") {
            assert!(began.elapsed() < Duration::from_secs(60), "no wrong one is counted");
            (0..8).for_each(|nth| hang_up(&shop, &sale, &csrf, "999999", nth));
        }
        shop.wait("16m");
    }
    // Only of an address with too many is a right PIN refused where one wrong one was sent.
    let sale = shop.sell(CUSTOMER, "苹果", "1.00");
    assert!(shop.pay(&sale, "999999").ends_with("&said=wrong-pin"));
    let answer = shop.post(&sale.target, &format!("csrf={}&pin={PIN}", shop.csrf(&sale)));
    assert_eq!((answer.status, shop.status(&sale).as_str()), (429, "WAIT_BUYER_PAY"));
});

/// Sends the page's form with this PIN, and is gone so many quarters of a millisecond later, whatever comes: at times
/// before the form is read, mostly while the PIN is tried.
fn hang_up(shop: &Shop, sale: &Sale, csrf: &str, pin: &str, quarters: u64) {
    let form = format!("csrf={csrf}&pin={pin}");
    let request = format!(
        "POST {} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        sale.target,
        form.len()
    );
    let mut connection = Connection::open(shop.server.address);
    connection.stream.write_all(request.as_bytes()).expect("it reads");
    std::thread::sleep(Duration::from_micros(quarters * 250));
}

/// Sends this PIN on all of the sales' pages at once: how many were looked at, and how many refused.
fn answers_at_once(shop: &Shop, sales: &[Sale], pin: &str) -> [usize; 2] {
    let forms: Vec<_> = sales.iter().map(|sale| format!("csrf={}&pin={pin}", shop.csrf(sale))).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let send = |(sale, form)| scope.spawn(move || shop.post(sale, form).status);
        let targets = sales.iter().map(|sale| sale.target.as_str());
        let sent: Vec<_> = targets.zip(forms.iter().map(String::as_str)).map(send).collect();
        sent.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    [303, 429].map(|status| statuses.iter().filter(|&&found| found == status).count())
}
