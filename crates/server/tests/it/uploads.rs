//! Pictures that merchants upload: what is kept of them, who may show them, and what is refused.

use crate::encrypted::KEYS;
use crate::giveaway::{Giveaway, USER};
use crate::isv::{self, Isv, Sdk};
use crate::raw::{Answer, Connection};
use crate::running::{
    APP_ID, NOW, OTHER_APP_ID, OTHER_PID, PID, PNG, Running, UPLOAD, app_key, call, each_engine, picture, refuse,
    succeed, world,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;
use store::testing::{Engine, block_on};
use store::{Fault, Open, Store, Tx};
use wire::{Charset, ContentKey, File, Multipart, SignType};

fn get(running: &Running, path: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    Connection::open(running.address).exchange(request.as_bytes()).expect("it answers")
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let mark = format!("{name}: ");
    answer.headers.split("\r\n").find_map(|line| line.strip_prefix(&mark)).unwrap_or_default()
}

fn id(node: &Value) -> String {
    node["image_id"].as_str().expect("an id").to_owned()
}

fn with(mut request: Value, member: &str, value: impl Into<Value>) -> Value {
    request[member] = value.into();
    request
}

/// A PNG with something behind it.
fn with_script() -> Vec<u8> {
    [STANDARD.decode(PNG).expect("base64"), b"<script>alert(1)</script>".to_vec()].concat()
}

each_engine!(an_uploaded_picture_is_made_anew_and_shown_as_a_picture, |engine| {
    let mut running = Running::start(engine);
    let client = running.client();
    let sent = with(picture("海报"), "image_content", STANDARD.encode(with_script()));
    let node = succeed(&client, UPLOAD, &sent);
    let url = node["image_url"].as_str().expect("an address");
    assert_eq!((id(&node).len(), url), (32, &*format!("http://{}/h5/image/{}", running.address, id(&node))));
    let path = format!("/h5/image/{}", id(&node));
    let shown = get(&running, &path);
    assert_eq!((shown.status, header(&shown, "content-type")), (200, "image/png"));
    assert_eq!(header(&shown, "x-content-type-options"), "nosniff");
    assert_eq!(header(&shown, "content-security-policy"), "default-src 'none'; sandbox");
    assert!(shown.body.starts_with(b"\x89PNG") && !shown.body.windows(7).any(|bytes| bytes == b"<script"));
    // The same again is another picture.
    assert_ne!(id(&succeed(&client, UPLOAD, &sent)), id(&node));
    // What was answered outlives the process.
    running.stop();
    running.start_again();
    assert_eq!(get(&running, &path).body, shown.body);
    let proved = running.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
});

each_engine!(what_is_no_picture_of_its_type_is_refused, |engine| {
    let running = Running::start(engine);
    let client = running.client();
    let long = vec![0; (10 << 20) + 1];
    for (member, value, sub_code, text) in [
        ("image_content", STANDARD.encode(b"<html></html>"), "INVALID_PARAMETER", "image_content 不是有效的图片"),
        ("image_content", STANDARD.encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "INVALID_PARAMETER", "不是"),
        ("image_content", STANDARD.encode(&with_script()[..40]), "INVALID_PARAMETER", "不是有效的图片"),
        ("image_content", String::new(), "INVALID_PARAMETER", "image_content 不能为空"),
        ("image_content", STANDARD.encode(&long), "isv.invalid-file-size", "文件大小无效"),
        ("image_type", "gif".to_owned(), "INVALID_PARAMETER", "image_content 与image_type不一致"),
        ("image_type", "PNG".to_owned(), "INVALID_PARAMETER", "image_type 必须是以下值之一"),
        ("image_type", String::new(), "INVALID_PARAMETER", "image_type 不能为空"),
        ("image_name", "名".repeat(129), "INVALID_PARAMETER", "image_name 长度不能超过128"),
        ("image_pid", OTHER_PID.to_owned(), "INVALID_PARAMETER", "image_pid"),
    ] {
        let refused = refuse(&client, UPLOAD, &with(picture("n"), member, value.clone()), sub_code);
        assert!(refused.sub_msg.as_deref().is_some_and(|told| told.contains(text)), "{member}: {}", refused.raw);
    }
    succeed(&client, UPLOAD, &with(picture(&"名".repeat(128)), "image_pid", PID));
    // A file is one that came as a file, and fields stand beside biz_content.
    let members = [("image_type", "png"), ("image_name", "n"), ("image_content", PNG)];
    let told = client.call_with(UPLOAD, "", NOW, &members).expect("an answer");
    assert!(told.sub_msg.as_deref().is_some_and(|told| told.contains("image_content 必须是文件")), "{}", told.raw);
    let told = client.call(UPLOAD, &picture("n").to_string(), NOW).expect("an answer");
    let hint = "请将image_type、image_name、image_content作为请求参数与method、app_id并列提交";
    assert!(told.sub_msg.as_deref().is_some_and(|told| told.contains(hint)), "{}", told.raw);
});

each_engine!(a_merchant_has_so_much_room_and_no_more, |engine| {
    let mut running = Running::start(engine);
    let client = running.client();
    succeed(&client, UPLOAD, &picture("n"));
    let full = |sql: &'static str| {
        move |running: &mut Running| {
            running.terminate();
            let store = Store::open(&running.place(), Open::default()).expect("it is there");
            block_on(store.write::<_, Fault, _>(move |tx: &mut Tx| tx.execute(sql, &[]))).expect("it is kept");
            drop(store);
            running.start_again();
        }
    };
    for sql in [
        "UPDATE image_total SET images = 10000 WHERE pid = '2088201914979011'",
        "UPDATE image_total SET images = 1, bytes = 1073741820 WHERE pid = '2088201914979011'",
    ] {
        full(sql)(&mut running);
        let client = running.client();
        let told = refuse(&client, UPLOAD, &picture("n"), "isv.upload-fail");
        assert_eq!(told.code, "40002");
        // Another merchant's room is its own.
        succeed(&running.client_of(OTHER_APP_ID, None), UPLOAD, &picture("n"));
    }
    full("UPDATE image_total SET images = 1, bytes = 1000")(&mut running);
    succeed(&running.client(), UPLOAD, &picture("n"));
});

each_engine!(pages_show_a_merchants_own_pictures_and_no_others, |engine| {
    let giveaway = Giveaway::open(engine);
    let own = id(&succeed(&giveaway.server.client(), UPLOAD, &picture("own")));
    let theirs = id(&succeed(&giveaway.server.client_of(OTHER_APP_ID, None), UPLOAD, &picture("theirs")));
    for (logo, is_shown) in [(&own, true), (&theirs, false)] {
        let campaign = giveaway.campaign(|request| request["promo_tools"][0]["voucher"]["logo"] = json!(logo));
        let page = giveaway.get(&giveaway.page(&campaign, USER), "");
        let page = String::from_utf8_lossy(&page.body).into_owned();
        assert_eq!(page.contains(&format!("src=\"/h5/image/{logo}\"")), is_shown, "{page}");
    }
});

each_engine!(uploads_are_read_in_each_charset_and_answered_encrypted, |engine| {
    let app = format!("app_id = \"{APP_ID}\"\n");
    let with_key = world().replacen(&app, &format!("{app}aes_key = \"{}\"\n", KEYS[0]), 1);
    let running = Running::start_with(engine, &with_key, &[]);
    for charset in [Charset::Utf8, Charset::Gbk] {
        let client = running.client_in(APP_ID, None, charset, SignType::Rsa2);
        succeed(&client, UPLOAD, &picture("海报"));
        let client = client.encrypting(ContentKey::parse(KEYS[0]).expect("a key"));
        succeed(&client, UPLOAD, &picture("海报"));
    }
    let store = Store::open(&running.place(), Open::default());
    // One process owns an embedded store; a shared one may be looked at.
    if engine == Engine::Postgres {
        let names = "SELECT COUNT(*) FROM image WHERE name = '海报' AND pid IS NOT NULL";
        let read = move |tx: &mut Tx| Ok::<_, Fault>(tx.query_one::<(i64,)>(names, &[])?.0);
        assert_eq!(block_on(store.expect("it is there").read(read)).expect("a number"), 4);
    }
});

#[test]
fn every_sdk_that_has_the_method_uploads() {
    for (sdk, aes_key) in [
        (Sdk::Node, None),
        (Sdk::Python, None),
        (Sdk::Python, Some(KEYS[0])),
        (Sdk::CurrentPython, None),
        (Sdk::CurrentPython, Some(KEYS[0])),
    ] {
        let app = format!("app_id = \"{}\"\n", isv::APP_ID);
        let with_key = aes_key.map_or_else(String::new, |key| format!("aes_key = \"{key}\"\n"));
        let in_world = isv::in_world().replacen(&app, &format!("{app}{with_key}"), 1);
        let running = Running::start_with(Engine::Sqlite, &format!("{}{in_world}", world()), &[]);
        let isv = Isv::start_with(&running, sdk, aes_key);
        for charset in ["utf-8", "GBK"].into_iter().filter(|charset| sdk != Sdk::Node || *charset == "utf-8") {
            let told = isv.calls((charset, "RSA2"), UPLOAD, &picture("海报"), "");
            let shown = get(&running, &format!("/h5/image/{}", id(&told)));
            assert_eq!(header(&shown, "content-type"), "image/png", "{sdk:?} {charset}");
        }
    }
}

/// What is sent for a signed upload, as a whole request.
fn request(sent: &Multipart) -> Vec<u8> {
    let Multipart { content_type, body } = sent;
    let head = format!(
        "POST /gateway.do HTTP/1.1\r\nhost: x\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn signed(bytes: Vec<u8>) -> Multipart {
    let params = [
        ("app_id", APP_ID),
        ("method", UPLOAD),
        ("timestamp", NOW),
        ("version", "1.0"),
        ("image_type", "png"),
        ("image_name", "n"),
    ];
    let file = File { field: "image_content".to_owned(), name: "n.png".to_owned(), bytes };
    wire::signed_multipart(&params, &[file], Charset::Utf8, SignType::Rsa2, &app_key()).expect("UTF-8 has all")
}

#[test]
fn what_breaks_off_or_is_broken_keeps_nothing() {
    let running = Running::start(Engine::Sqlite);
    let whole = request(&signed(with_script()));
    let mut cut = TcpStream::connect(running.address).expect("it listens");
    cut.write_all(&whole[..whole.len() - 40]).expect("it listens");
    drop(cut);
    let mut broken = signed(with_script());
    broken.content_type.push('0');
    let told = Connection::open(running.address).exchange(&request(&broken)).expect("an answer");
    assert!(String::from_utf8_lossy(&told.body).contains("multipart/form-data格式错误"), "{:?}", told.body);
    // A text part is signed: one more breaks the signature; a file is not, and nobody asked for it.
    let mut more = signed(with_script());
    let part = b"Content-Disposition: form-data; name=\"image_pid\"\r\n\r\n1\r\n";
    let boundary = more.content_type.split("boundary=").nth(1).expect("a boundary").to_owned();
    let opening = format!("--{boundary}\r\n").into_bytes();
    more.body.splice(0..0, [&opening, &part[..]].concat());
    let told = Connection::open(running.address).exchange(&request(&more)).expect("an answer");
    assert!(String::from_utf8_lossy(&told.body).contains("isv.invalid-signature"), "{:?}", told.body);
    let told = Connection::open(running.address).exchange(&whole).expect("an answer");
    assert!(String::from_utf8_lossy(&told.body).contains("image_id"), "{:?}", told.body);
    std::thread::sleep(Duration::from_millis(50));
    let proved = running.command(&["prove"]);
    let said = String::from_utf8_lossy(&proved.stdout);
    assert!(proved.status.success() && said.contains("uploaded pictures"), "{said}");
}

#[test]
fn many_uploads_at_once_are_all_answered() {
    let running = Running::start(Engine::Sqlite);
    std::thread::scope(|scope| {
        for nth in 0..12 {
            let running = &running;
            scope.spawn(move || {
                let answer = call(&running.client(), UPLOAD, &picture(&format!("n{nth}")));
                assert_eq!(answer.code, "10000", "{}", answer.raw);
            });
        }
    });
    let proved = running.command(&["prove"]);
    assert!(proved.status.success(), "{}", String::from_utf8_lossy(&proved.stderr));
}
