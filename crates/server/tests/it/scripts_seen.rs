//! Texts from outside, wherever a browser can open something: in a real browser, none of them runs or loads anything.

use crate::browser::Browser;
use crate::giveaway::{Campaign, Giveaway, USER, world_of_shops};
use crate::raw::{Answer, Connection};
use crate::running::{APP_ID, PID, app_key, succeed};
use crate::shop::header;
use crate::voucher_kit::{SEND, Templates};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::testing::Engine;
use wire::{Charset, SignType, percent_encoded};

/// What the title says once a script has run.
const RAN: &str = "ran";
/// What a page of ours may do.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
    frame-ancestors 'none'; form-action 'self'";
/// What anything else may do.
const POLICY: &str = "default-src 'none'; sandbox";

/// So many of the calls have answers that hold the text as it is.
const ECHOED: usize = 16;

/// Another site: it serves one page of its own, and counts what anybody else asks it for.
struct Attacker {
    address: SocketAddr,
    page: Arc<Mutex<String>>,
    visits: Arc<AtomicUsize>,
}

impl Attacker {
    fn start() -> Attacker {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (page, visits) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
        let (shared, counted) = (page.clone(), visits.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let (shared, counted) = (shared.clone(), counted.clone());
                // A browser may hold a connection open without a word.
                std::thread::spawn(move || {
                    let head = head(&stream);
                    let own = head.starts_with("GET /own ");
                    counted.fetch_add(
                        usize::from(!own && !head.is_empty() && !head.contains("favicon")),
                        Ordering::SeqCst,
                    );
                    let body = if own { shared.lock().expect("no panic").clone() } else { String::new() };
                    let length = body.len();
                    let head =
                        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: {length}");
                    drop(write!(stream, "{head}\r\nConnection: close\r\n\r\n{body}"));
                });
            }
        });
        Attacker { address, page, visits }
    }

    /// A text that runs a script and loads a picture where it is taken for HTML, in no more than 64 characters.
    fn text(&self) -> String {
        format!("<script>document.title='{RAN}'</script><img src=//{}>", self.address)
    }

    /// The address of a page with this content.
    fn page(&self, content: &str) -> String {
        format!("<!doctype html><body>{content}").clone_into(&mut self.page.lock().expect("no panic"));
        format!("http://{}/own", self.address)
    }
}

/// The head of a request, as it came.
fn head(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).is_ok_and(|read| 0 < read) {}
    head
}

/// Hands every request on without what tells a browser from a program, as an old browser sends it; its address.
fn old_browser(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let head = head(&stream);
                let tells = |line: &&str| {
                    let line = line.to_ascii_lowercase();
                    line.starts_with("sec-") || line.starts_with("upgrade-") || line.starts_with("connection")
                };
                let kept: Vec<&str> = head.trim_end().split("\r\n").filter(|line| !tells(line)).collect();
                let mut answer = Vec::new();
                let Ok(mut gateway) = TcpStream::connect(server) else { return };
                let asked = write!(gateway, "{}\r\nConnection: close\r\n\r\n", kept.join("\r\n"));
                drop(asked.and_then(|()| gateway.read_to_end(&mut answer)).and_then(|_| stream.write_all(&answer)));
            });
        }
    });
    address
}

/// A shop whose merchant has written a hostile text into everything, and the browser that looks at it.
struct Scene {
    attacker: Attacker,
    giveaway: Giveaway,
    campaign: Campaign,
    cashier: String,
    /// The page of a cash voucher.
    voucher: String,
}

impl Scene {
    fn new() -> Scene {
        let attacker = Attacker::start();
        let text = attacker.text();
        let user = format!("[[user]]\nuser_id = \"{USER}\"\nbalance = \"1000.00\"\nlogin_id = \"13196215350\"\n");
        let world = world_of_shops(&user).replace("花果山超市", &text).replace("水帘洞店", &text);
        let giveaway = Giveaway::open_in(Engine::Sqlite, &world);
        let campaign = giveaway.campaign(|request| {
            let voucher = &mut request["promo_tools"][0]["voucher"];
            for name in ["name", "brand_name", "desc"] {
                voucher[name] = json!(text);
            }
            voucher["use_instructions"] = json!([text]);
        });
        let client = giveaway.server.client();
        let order = json!({"out_trade_no": "hostile", "buyer_id": USER, "subject": text, "total_amount": "1.00"});
        let made = succeed(&client, "alipay.trade.create", &order);
        let (_, cashier) = made["cashier_uri"].as_str().expect("an address").split_once("/h5/").expect("a page");
        let crowd =
            json!({"out_biz_no": "1", "name": text, "conditions": crate::running::conditions("IN", "pam_gender", "1")});
        succeed(&client, "koubei.marketing.campaign.crowd.create", &crowd);
        let voucher = cash_voucher(&giveaway, &text);
        Scene { cashier: format!("/h5/{cashier}"), voucher, attacker, giveaway, campaign }
    }

    /// A call that is signed as it should be, as an address.
    fn signed(&self, method: &str, biz_content: &Value, charset: Charset, sdk: &str) -> String {
        let biz_content = biz_content.to_string();
        let params = [
            ("app_id", APP_ID),
            ("method", method),
            ("timestamp", crate::running::NOW),
            ("version", "1.0"),
            ("biz_content", &biz_content),
            ("alipay_sdk", sdk),
        ];
        let params: Vec<_> = params.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let form = wire::signed_form(&params, charset, SignType::Rsa2, &app_key()).expect("it is ASCII");
        format!("/gateway.do?{form}")
    }

    /// Calls whose answers hold the text.
    fn calls(&self) -> Vec<String> {
        let text = percent_encoded(&self.attacker.text());
        let unsigned = |charset: &str, more: &str| {
            format!(
                "/gateway.do?app_id={APP_ID}&method=koubei.marketing.campaign.tags.query&charset={charset}&sign_type=RSA2\
                 &sign=eA%3D%3D&timestamp=2026-01-01+12%3A00%3A00&version=1.0&biz_content={text}{more}"
            )
        };
        let mut calls = vec![
            unsigned("utf-8", ""),
            unsigned("GBK", ""),
            unsigned("utf-8", "&alipay_sdk=alipay-sdk-java-4.22.110.ALL"),
            unsigned("GBK", "&alipay_sdk=alipay-sdk-java-4.22.110.ALL"),
            unsigned("utf-8", &format!("&{text}={text}")),
            format!("/gateway.do?{text}=1&{text}=2"),
            format!("/gateway.do?{text}=%zz"),
            format!("/gateway.do?method={text}"),
            format!("/gateway.do?method=a.b&app_id={text}"),
        ];
        let named = json!({"crowd_group_id": "1", "name": self.attacker.text()});
        let no_tag = json!({"conditions": crate::running::conditions("IN", &self.attacker.text(), "1")});
        for charset in [Charset::Utf8, Charset::Gbk] {
            for sdk in ["", "alipay-sdk-java-4.22.110.ALL"] {
                calls.push(self.signed("koubei.marketing.campaign.crowd.batchquery", &json!({}), charset, sdk));
                calls.push(self.signed("koubei.marketing.campaign.crowd.modify", &named, charset, sdk));
                calls.push(self.signed("koubei.marketing.campaign.crowd.count", &no_tag, charset, sdk));
            }
        }
        calls
    }

    /// Pages, and what stands where no page is.
    fn pages(&self) -> Vec<String> {
        let text = percent_encoded(&self.attacker.text());
        let coupon = self.giveaway.page(&self.campaign, USER);
        let taken = self.giveaway.page(&self.campaign, USER);
        self.giveaway.press(&taken);
        vec![
            self.cashier.clone(),
            format!("{}&lang={text}&{text}={text}", self.cashier),
            format!("/h5/cashier?trade_no={text}&token={text}"),
            coupon.clone(),
            format!("{coupon}{text}"),
            format!("{coupon}&shopId={text}&lang={text}"),
            taken,
            format!("{}&token={text}&outBizNo={text}", self.campaign.page),
            self.voucher.clone(),
            format!("{}&lang={text}&{text}={text}", self.voucher),
            format!("/h5/voucher?voucher_id={text}&token={text}"),
            format!("/h5/{text}"),
            format!("/h5/image/{text}"),
            "/h5/image/%FF".to_owned(),
            format!("/h5/style.css?v={text}"),
            format!("/h5/tab.svg?v={text}"),
            format!("/h5/cashier?{}", "x".repeat(3000)),
            "/h5/".to_owned(),
            format!("/{text}"),
            format!("/?lang={text}"),
            format!("/gateway.do/{text}"),
            format!("/healthz?{text}"),
            format!("/readyz?{text}"),
        ]
    }
}

/// The page of a cash voucher whose template says this in everything.
fn cash_voucher(giveaway: &Giveaway, text: &str) -> String {
    let template_id = Templates::of(&giveaway.server, PID, USER).paid(|template| {
        let button = json!({"useMode": "H5", "useModeData": {"url": "https://shop.example.com/?'", "tag": text}});
        template.rules = json!({"PID": text, "STORE": text, "payeeUserId": text, "bizProduct": text}).to_string();
        template.content =
            json!({"use_scene": "ALIPAY_COMMON", "fund_account": text, "brand_name": text, "slogan": text,
            "valid_period": "{}", "description": json!([text]).to_string(), "extension_info": button.to_string()})
            .to_string();
    });
    let request = json!({"template_id": template_id, "user_id": USER, "out_biz_no": "hostile"});
    let sent = succeed(&giveaway.server.client(), SEND, &request);
    let output = giveaway.server.command(&["voucher", "show", sent["voucher_id"].as_str().expect("an id"), "--json"]);
    let shown: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let (_, target) = shown["voucher_uri"].as_str().expect("an address").split_once("/h5/").expect("a page");
    format!("/h5/{target}")
}

#[test]
fn no_text_from_outside_runs() {
    let scene = Scene::new();
    let browser = Browser::start("zh-CN,zh");
    let (server, operator) = (scene.giveaway.server.address, scene.giveaway.server.operator);
    let attacker = &scene.attacker;
    let visits = || attacker.visits.load(Ordering::SeqCst);
    let opened = |address: &str| {
        browser.open(address);
        // What a page loads may come after it.
        std::thread::sleep(Duration::from_millis(50));
        browser.title()
    };
    // The text does what it is feared for where it is taken for HTML.
    assert_eq!(opened(&attacker.page(&attacker.text())), RAN);
    assert_eq!(visits(), 1);
    let check = |address: &str| {
        let title = opened(address);
        assert!(title != RAN && visits() == 1, "{title:?}, {} visits: {address}", visits());
    };

    let (calls, pages) = (scene.calls(), scene.pages());
    let echoed = |target: &&String| {
        let answer = scene.giveaway.get(target, "");
        String::from_utf8_lossy(&answer.body).contains(&attacker.text())
    };
    assert_eq!(calls.iter().filter(echoed).count(), ECHOED, "the answers hold the text");
    for target in calls.iter().chain(&pages) {
        check(&format!("http://{server}{target}"));
    }
    // A browser that does not tell that it is one gets HTML, which does nothing.
    let old = old_browser(server);
    for target in &calls {
        check(&format!("http://{old}{target}"));
    }
    for target in ["/metrics", "/healthz", "/"] {
        check(&format!("http://{operator}{target}?{}", percent_encoded(&attacker.text())));
    }
    // From another site: sent there by a form, and held in its own page.
    let text = attacker.text().replace('<', "&lt;");
    for kind in ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"] {
        for target in ["/gateway.do", "/h5/cashier", "/h5/coupon", "/healthz", "/nowhere"] {
            let address = format!("http://{server}{target}");
            check(&attacker.page(&format!(
                "<form method=post enctype={kind} action={address}><input name=\"{text}\" value=1>\
                 <input name=\"{text}\" value=2><main></main><button>x</button></form>\
                 <script>document.forms[0].submit()</script>"
            )));
        }
    }
    for target in calls.iter().take(6).chain(&pages[..4]) {
        let address = format!("http://{server}{target}").replace('&', "&amp;");
        check(&attacker.page(&format!(
            "<iframe src=\"{address}\"></iframe><object data=\"{address}\"></object><embed src=\"{address}\">\
             <script src=\"{address}\"></script><link rel=stylesheet href=\"{address}\">"
        )));
    }
}

#[test]
fn every_answer_says_what_browsers_may_do() {
    let scene = Scene::new();
    let (server, operator) = (scene.giveaway.server.address, scene.giveaway.server.operator);
    let ask = |address: SocketAddr, request: &str| -> Answer {
        Connection::open(address).exchange(request.as_bytes()).expect("an answer")
    };
    let asked =
        |address, target: &str, lines: &str| ask(address, &format!("GET {target} HTTP/1.1\r\nhost: x\r\n{lines}\r\n"));
    let check = |answer: &Answer, of: &str| {
        assert_eq!(header(answer, "x-content-type-options"), "nosniff", "{of}");
        let is_page = answer.headers.contains("content-type: text/html; charset=utf-8");
        let policy = if is_page { PAGE_POLICY } else { POLICY };
        assert_eq!(header(answer, "content-security-policy"), policy, "{of}: {}", answer.headers);
        assert!(!is_page || of.contains("/h5/") || of.starts_with("/?"), "{of}");
        assert!(answer.body.is_empty() || answer.headers.contains("content-type: "), "{of}: {}", answer.headers);
    };
    for target in scene.calls() {
        // An SDK takes what it always got, whatever it says that it accepts.
        for (lines, kind) in [
            ("", "text/html"),
            ("accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n", "text/html"),
            ("accept: text/xml,text/javascript,text/html\r\nuser-agent: aop-sdk-java\r\n", "text/html"),
            ("sec-fetch-mode: cors\r\n", "text/html"),
            ("sec-fetch-dest: document\r\n", "text/plain"),
            ("sec-fetch-dest: iframe\r\n", "text/plain"),
            ("sec-fetch-dest: empty\r\n", "text/plain"),
            ("Upgrade-Insecure-Requests: 1\r\n", "text/plain"),
            ("accept: */*\r\nupgrade-insecure-requests: 1\r\n", "text/plain"),
        ] {
            let answer = asked(server, &target, lines);
            check(&answer, &target);
            let charset = if target.to_lowercase().contains("charset=gbk") { "gbk" } else { "utf-8" };
            assert_eq!(header(&answer, "content-type"), format!("{kind};charset={charset}"), "{lines}: {target}");
        }
    }
    for target in scene.pages() {
        check(&asked(server, &target, ""), &target);
        check(&asked(server, &target, "accept-language: en\r\n"), &target);
        for method in ["POST", "PUT", "OPTIONS", "DELETE"] {
            let request = format!("{method} {target} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n");
            check(&ask(server, &request), &format!("{method} {target}"));
        }
    }
    for target in ["/metrics", "/healthz", "/readyz", "/", "/%3Cscript%3E", "/%FF"] {
        check(&asked(operator, target, ""), &format!("operator {target}"));
        check(&ask(operator, &format!("POST {target} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")), target);
    }
    // A form is answered with a redirection, and a picture that the browser has with nothing.
    let csrf = scene.giveaway.csrf(&scene.cashier);
    let answer = scene.giveaway.post(&scene.cashier, &format!("csrf={csrf}&pin=111111"));
    assert_eq!(answer.status, 303);
    check(&answer, "/h5/cashier");
    let picture = format!("/h5/image/{}", crate::giveaway::LOGO);
    let tag = header(&asked(server, &picture, ""), "etag").to_owned();
    let answer = asked(server, &picture, &format!("if-none-match: {tag}\r\n"));
    assert_eq!(answer.status, 304);
    check(&answer, &picture);
}
