//! Certificate mode, as docs/certificates.md has it: which certificate a call may name, what answers carry, and how
//! either side's certificate is replaced while calls go on.

use crate::mailbox::{Mailbox, is_signed};
use crate::raw::{Connection, find, vector, vectors};
use crate::running::{APP_ID, ISV_APP_ID, NOW, OTHER_APP_ID, PID, Running, app_key, each_engine, world};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::process::Output;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::testing::Engine;
use wire::certificate::{Certificate, CertificateRequest, Name, bundle_pem, chain_pem, root_sn};
use wire::{Charset, PrivateKey, PublicKey, SignType, time};

/// The manual clock of these tests begins in 2026.
const CLOCK: [&str; 2] = ["--clock", "manual:2026-01-01T12:00:00+08:00"];
/// PEM of something else.
const NO_CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
const TAGS: &str = "koubei.marketing.campaign.tags.query";
const DOWNLOAD: &str = "alipay.open.app.alipaycert.download";

/// Two authorities, one below the other, and what they issue.
pub(crate) struct Authority {
    pub(crate) root: Certificate,
    intermediate: Certificate,
    key: PrivateKey,
    serial: AtomicU64,
    /// The platform's first key.
    pub(crate) platform_key: PrivateKey,
    /// Its first certificate.
    pub(crate) platform: Certificate,
}

impl Authority {
    /// The tests' authority; making one takes a while.
    pub(crate) fn of_tests() -> &'static Authority {
        static AUTHORITY: OnceLock<Authority> = OnceLock::new();
        AUTHORITY.get_or_init(Authority::new)
    }

    fn new() -> Authority {
        let [root_key, key, platform_key] = [(); 3].map(|()| PrivateKey::generate());
        let [root_name, name] = ["Test Root R1", "Test Authority R1"].map(named);
        let serial = AtomicU64::new(1);
        let root = issue(&serial, &root_name, &root_key.public_key(), true, "2049-12-31", &root_name, &root_key);
        let intermediate = issue(&serial, &name, &key.public_key(), true, "2049-12-31", &root_name, &root_key);
        let platform = issue(&serial, &named("Platform"), &platform_key.public_key(), false, "2049-12-31", &name, &key);
        Authority { root, intermediate, key, serial, platform_key, platform }
    }

    /// A certificate of this key until the end of a day.
    fn issue(&self, key: &PublicKey, until: &str) -> Certificate {
        issue(&self.serial, &named("Holder"), key, false, until, &Name::of(&self.intermediate), &self.key)
    }

    /// The chain of a certificate of the platform, as the file of it holds it.
    fn chain(&self, leaf: &Certificate) -> String {
        chain_pem(&[leaf.clone(), self.intermediate.clone()])
    }

    pub(crate) fn root_sn(&self) -> String {
        root_sn(std::slice::from_ref(&self.root)).expect("signed by RSA")
    }

    /// `[platform]` with this key and certificate, and the root.
    fn platform_of(&self, key: &PrivateKey, leaf: &Certificate) -> String {
        let (key, root, chain) = (key.to_pkcs8_pem(), bundle_pem(std::slice::from_ref(&self.root)), self.chain(leaf));
        format!("[platform]\nprivate_key = '''{key}'''\nroot_cert = '''{root}'''\nplatform_cert = '''{chain}'''\n")
    }

    /// `[platform]` with its first key and certificate, and the root.
    pub(crate) fn platform(&self) -> String {
        self.platform_of(&self.platform_key, &self.platform)
    }
}

fn named(common_name: &str) -> Name {
    Name::new("Test", "Test Certification Authority", common_name).expect("a name")
}

fn issue(
    serial: &AtomicU64,
    subject: &Name,
    key: &PublicKey,
    is_authority: bool,
    until: &str,
    issuer: &Name,
    issuer_key: &PrivateKey,
) -> Certificate {
    let at = |text: &str| time::parse(text).expect("a time");
    let (starts_at, ends_at) = (at("2010-01-01 00:00:00"), at(&format!("{until} 23:59:59")));
    let serial = serial.fetch_add(1, Ordering::Relaxed).into();
    CertificateRequest { subject, key, serial, starts_at, ends_at, is_authority }.issue(issuer, issuer_key)
}

fn app_table(app_id: &str, certificate: &Certificate) -> String {
    format!("[[app]]\napp_id = \"{app_id}\"\npid = \"{PID}\"\napp_cert = '''{}'''\n", certificate.to_pem())
}

fn apply(running: &Running, text: &str) -> Output {
    std::fs::write(running.folder.path().join("stated.toml"), text).expect("the folder is ours");
    running.command(&["apply", "stated.toml", "--json"])
}

/// Applies what must be taken; how many things changed, and the warnings.
fn applied(running: &Running, text: &str) -> (u64, Vec<String>) {
    let output = apply(running, text);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let warnings = told["warnings"].as_array().into_iter().flatten();
    let warnings = warnings.map(|it| it.as_str().expect("a text").to_owned()).collect();
    (told["changed"].as_u64().expect("a number"), warnings)
}

/// Waits until this is so: a node of a database hears of a world that another process has applied.
fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What a call sends beside its business, each with its value; an empty one is left out.
type Params<'a> = HashMap<&'a str, String>;

/// An answer as it came.
struct Answered {
    body: Vec<u8>,
    answer: Value,
    node: Value,
}

impl Answered {
    fn sub_code(&self) -> &str {
        self.node["sub_code"].as_str().unwrap_or_default()
    }

    fn cert_sn(&self) -> Option<&str> {
        self.answer["alipay_cert_sn"].as_str()
    }
}

/// Sends a call, signed with `key`.
fn send(running: &Running, params: &Params<'_>, key: &PrivateKey) -> Answered {
    let params: Vec<_> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let form = wire::signed_form(&params, Charset::Utf8, SignType::Rsa2, key).expect("it can be written");
    let head = "POST /gateway.do HTTP/1.1\r\nhost: p\r\ncontent-type: application/x-www-form-urlencoded";
    let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{form}", form.len());
    read(Connection::open(running.address).exchange(request.as_bytes()).expect("an answer").body)
}

fn read(body: Vec<u8>) -> Answered {
    let answer: Value = serde_json::from_slice(&body).expect("JSON");
    let node = answer.as_object().and_then(|members| members.values().next()).expect("a node").clone();
    Answered { body, answer, node }
}

/// A call of `method` by an app, without certificates.
fn params<'a>(app_id: &str, method: &str, biz_content: &Value) -> Params<'a> {
    let params = [
        ("app_id", app_id),
        ("method", method),
        ("timestamp", NOW),
        ("version", "1.0"),
        ("biz_content", &biz_content.to_string()),
    ];
    params.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

/// A client as the protocol's section on certificate mode describes one: it has its own certificate, the root, and a
/// certificate of the platform. Of an answer under another one it asks for that one, and believes it when it leads to
/// the root.
struct CertificateClient<'a> {
    running: &'a Running,
    key: PrivateKey,
    certificate: Certificate,
    roots: Vec<Certificate>,
    platform: Certificate,
    /// How often it has asked for a certificate.
    downloads: usize,
}

impl<'a> CertificateClient<'a> {
    fn new(running: &'a Running, key: &PrivateKey, certificate: &Certificate) -> CertificateClient<'a> {
        let authority = Authority::of_tests();
        CertificateClient {
            running,
            key: key.clone(),
            certificate: certificate.clone(),
            roots: vec![authority.root.clone()],
            platform: authority.platform.clone(),
            downloads: 0,
        }
    }

    fn params(&self, method: &str, biz_content: &Value) -> Params<'static> {
        let mut params = params(APP_ID, method, biz_content);
        params.insert("app_cert_sn", self.certificate.sn().to_owned());
        params.insert("alipay_root_cert_sn", root_sn(&self.roots).expect("signed by RSA"));
        params
    }

    /// The node of an answer that is to be believed.
    fn call(&mut self, method: &str, biz_content: &Value) -> Result<Value, String> {
        let answered = send(self.running, &self.params(method, biz_content), &self.key);
        let cert_sn = answered.cert_sn().ok_or("no alipay_cert_sn")?.to_owned();
        if cert_sn != self.platform.sn() {
            self.platform = self.download(&cert_sn)?;
        }
        let key = self.platform.public_key().map_err(ToString::to_string)?;
        wire::check_answer(method, &answered.body, SignType::Rsa2, key).map_err(|error| error.to_string())?;
        Ok(answered.node)
    }

    /// The certificate of that number, which must lead to the root.
    fn download(&mut self, cert_sn: &str) -> Result<Certificate, String> {
        self.downloads += 1;
        let ask = json!({"alipay_cert_sn": cert_sn});
        let answered = send(self.running, &self.params(DOWNLOAD, &ask), &self.key);
        let content = answered.node["alipay_cert_content"].as_str().ok_or("no alipay_cert_content")?;
        let pem = STANDARD.decode(content).map_err(|error| error.to_string())?;
        let pem = String::from_utf8(pem).map_err(|error| error.to_string())?;
        let chain = Certificate::chain(&pem).map_err(|error| error.to_string())?;
        let is_chain = chain.windows(2).all(|pair| pair[0].is_issued_by(&pair[1]));
        let last = chain.last().expect("one at least");
        let leads = is_chain && self.roots.iter().any(|root| last.is_issued_by(root));
        let leaf = chain.into_iter().next().filter(|leaf| leads && leaf.sn() == cert_sn);
        leaf.ok_or_else(|| "the certificate is not to be believed".to_owned())
    }
}

/// The tests' world in certificate mode: the merchant's app has a key and a certificate of it.
fn start(engine: Engine) -> (Running, Certificate) {
    let authority = Authority::of_tests();
    let certificate = authority.issue(&app_key().public_key(), "2049-12-31");
    let more = format!("app_cert = '''{}'''\n", certificate.to_pem());
    let app = format!("[[app]]\napp_id = \"{APP_ID}\"\n");
    let world = format!("{}{}", authority.platform(), world().replacen(&app, &format!("{app}{more}"), 1));
    assert!(world.contains(&more));
    (Running::start_with(engine, &world, &CLOCK), certificate)
}

each_engine!(an_answer_names_the_platforms_certificate_where_the_call_names_the_apps, |engine| {
    let (running, certificate) = start(engine);
    let mut client = CertificateClient::new(&running, &app_key(), &certificate);
    let node = client.call(TAGS, &json!({})).expect("it is believed");
    assert_eq!((&node["code"], client.downloads), (&json!("10000"), 0));
    let with = send(&running, &client.params(TAGS, &json!({})), &app_key());
    let without = send(&running, &params(APP_ID, TAGS, &json!({})), &app_key());
    assert_eq!(without.cert_sn(), None);
    let sn = Authority::of_tests().platform.sn();
    // Nothing else is different, not even the signature: both modes have one key.
    let member = format!(",\"alipay_cert_sn\":\"{sn}\",\"sign\":");
    let text = String::from_utf8(with.body).expect("UTF-8");
    assert_eq!(text.matches(&member).count(), 1, "{text}");
    assert_eq!(text.replace(&member, ",\"sign\":").into_bytes(), without.body);
    // The same where a method refuses, and where the signature is wrong.
    for (method, key, sub_code) in [
        ("koubei.marketing.campaign.crowd.create", app_key(), "INVALID_PARAMETER"),
        ("koubei.no.such.api", app_key(), "isv.invalid-method"),
        (TAGS, PrivateKey::generate(), "isv.invalid-signature"),
    ] {
        let answered = send(&running, &client.params(method, &json!({})), &key);
        assert_eq!((answered.sub_code(), answered.cert_sn()), (sub_code, Some(sn)), "{method}");
        let key = Authority::of_tests().platform_key.public_key();
        assert!(wire::check_answer(method, &answered.body, SignType::Rsa2, &key).is_ok(), "{method}");
    }
});

each_engine!(what_a_call_says_of_certificates_is_refused_in_the_order_of_the_protocol, |engine| {
    let (running, certificate) = start(engine);
    let authority = Authority::of_tests();
    // Another app with a certificate alone, and one that is over in a year.
    let theirs = authority.issue(&app_key().public_key(), "2049-12-31");
    let brief = authority.issue(&app_key().public_key(), "2026-12-31");
    assert_eq!(applied(&running, &app_table("2021000000000009", &theirs)), (1, vec![]));
    assert_eq!(applied(&running, &app_table(APP_ID, &brief)), (1, vec![]));
    let root_sn = authority.root_sn();
    wait_for("the apps' certificates", || {
        let knows = |app_id: &str, cert_sn: &str| {
            let mut params = params(app_id, TAGS, &json!({}));
            params.insert("app_cert_sn", cert_sn.to_owned());
            send(&running, &params, &app_key()).sub_code() == "isv.missing-alipay-root-cert-sn"
        };
        knows("2021000000000009", theirs.sn()) && knows(APP_ID, brief.sn())
    });
    let check = |app_id: &str, cert_sn: &str, root: &str, expect: &str| {
        let mut params = params(app_id, TAGS, &json!({}));
        params.insert("app_cert_sn", cert_sn.to_owned());
        params.insert("alipay_root_cert_sn", root.to_owned());
        let answered = send(&running, &params, &app_key());
        assert_eq!(answered.sub_code().split('，').next(), Some(expect), "{cert_sn:.40} {root:.40}");
        let named = (!cert_sn.is_empty()).then(|| authority.platform.sn());
        assert_eq!(answered.cert_sn(), named, "{cert_sn:.40} {root:.40}");
    };
    let (own, long) = (certificate.sn(), "d7cd".repeat(2_500));
    check(APP_ID, own, &root_sn, "");
    check(APP_ID, brief.sn(), &root_sn, "");
    check("2021000000000009", theirs.sn(), &root_sn, "");
    for unknown in [theirs.sn(), &own.to_uppercase(), &format!("{own}0"), &own[..31], "0", "序列号", "a\u{1}", &long]
    {
        for root in [root_sn.as_str(), "", "0"] {
            check(APP_ID, unknown, root, "isv.app-cert-not-exist");
        }
    }
    check(ISV_APP_ID, own, &root_sn, "isv.app-cert-not-exist");
    check(APP_ID, own, "", "isv.missing-alipay-root-cert-sn");
    for other in ["0", authority.platform.sn(), &format!("{root_sn}_{root_sn}"), &root_sn.to_uppercase(), &long] {
        check(APP_ID, own, other, "isv.invalid-alipay-root-cert-sn");
    }
    check("2021999999999999", own, &root_sn, "isv.invalid-app-id");
    // An app with a certificate alone, and one with neither key nor certificate.
    check("2021000000000009", "", &root_sn, "isv.missing-app-cert-sn");
    check("2021000000000009", "", "", "isv.missing-app-cert-sn");
    check("2021000000000006", "", "", "isv.missing-signature-config");
    // An app with both may leave certificates out.
    check(APP_ID, "", "", "");
    let output = running.command(&["clock", "set", "2026-12-31 23:59:59"]);
    assert!(output.status.success());
    check(APP_ID, brief.sn(), &root_sn, "");
    assert!(running.command(&["clock", "advance", "1s"]).status.success());
    check(APP_ID, brief.sn(), &root_sn, "app-cert-expired");
    check(APP_ID, brief.sn(), "0", "isv.invalid-alipay-root-cert-sn");
    check(APP_ID, own, &root_sn, "");
    // Without a platform's certificate nobody's is known, and answers name none.
    let plain = Running::start_with(engine, &world(), &CLOCK);
    let mut params = params(APP_ID, TAGS, &json!({}));
    params.insert("app_cert_sn", own.to_owned());
    params.insert("alipay_root_cert_sn", root_sn.clone());
    let answered = send(&plain, &params, &app_key());
    assert_eq!((answered.sub_code(), answered.cert_sn()), ("isv.app-cert-not-exist", None));
});

each_engine!(an_apps_certificate_is_replaced_while_calls_name_either, |engine| {
    let (running, first) = start(engine);
    let authority = Authority::of_tests();
    let next_key = PrivateKey::generate();
    let next = authority.issue(&next_key.public_key(), "2049-12-31");
    let call = |key: &PrivateKey, certificate: &Certificate| {
        let mut client = CertificateClient::new(&running, key, certificate);
        client.call(TAGS, &json!({})).expect("it is believed")["sub_code"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!([call(&app_key(), &first), call(&next_key, &next)], ["", "isv.app-cert-not-exist"]);
    let table = format!("[[app]]\napp_id = \"{APP_ID}\"\napp_cert = '''{}'''\n", next.to_pem());
    assert_eq!([applied(&running, &table).0, applied(&running, &table).0], [1, 0]);
    wait_for("the app's new certificate", || call(&next_key, &next).is_empty());
    assert_eq!([call(&app_key(), &first), call(&next_key, &next)], ["", ""]);
    // Each with its own key.
    assert_eq!([call(&app_key(), &next), call(&next_key, &first)], ["isv.invalid-signature"; 2]);
    // Taken away at once, as after a theft: an empty text, and the new one.
    let none = format!("[[app]]\napp_id = \"{APP_ID}\"\napp_cert = \"\"\n");
    assert_eq!([applied(&running, &none).0, applied(&running, &table).0], [1, 1]);
    wait_for("the end of the first", || !call(&app_key(), &first).is_empty() && call(&next_key, &next).is_empty());
    assert_eq!([call(&app_key(), &first), call(&next_key, &next)], ["isv.app-cert-not-exist", ""]);
    // What processes hold is what the store has.
    let mut running = running;
    running.kill_and_start();
    let mut client = CertificateClient::new(&running, &next_key, &next);
    assert_eq!(client.call(TAGS, &json!({})).expect("it is believed")["code"], "10000");
});

each_engine!(the_platforms_certificate_is_replaced_under_clients_that_follow_the_protocol, |engine| {
    let (running, certificate) = start(engine);
    let authority = Authority::of_tests();
    let mut client = CertificateClient::new(&running, &app_key(), &certificate);
    let mut late = CertificateClient::new(&running, &app_key(), &certificate);
    client.call(TAGS, &json!({})).expect("the certificate that it has");
    // The same key under another certificate, then another key.
    let renewed = authority.issue(&authority.platform_key.public_key(), "2049-12-31");
    let next_key = PrivateKey::generate();
    let next = authority.issue(&next_key.public_key(), "2049-12-31");
    for (nth, (key, leaf)) in [(&authority.platform_key, &renewed), (&next_key, &next)].into_iter().enumerate() {
        assert_eq!(applied(&running, &authority.platform_of(key, leaf)), (1, vec![]));
        wait_for("the platform's new certificate", || {
            send(&running, &client.params(TAGS, &json!({})), &app_key()).cert_sn() == Some(leaf.sn())
        });
        let node = client.call(TAGS, &json!({})).expect("the certificate is downloaded and believed");
        assert_eq!((&node["code"], client.platform.sn(), client.downloads), (&json!("10000"), leaf.sn(), nth + 1));
        client.call(TAGS, &json!({})).expect("it has that certificate now");
        assert_eq!(client.downloads, nth + 1);
    }
    // Who has slept through one of them, and verifies refusals too.
    let refused = late.call("koubei.no.such.api", &json!({})).expect("downloaded and believed");
    assert_eq!((&refused["sub_code"], late.downloads), (&json!("isv.invalid-method"), 1));
    // Earlier ones can still be had.
    for earlier in [&authority.platform, &renewed, &next] {
        assert_eq!(client.download(earlier.sn()).as_ref(), Ok(earlier));
    }
    let chain = authority.chain(&authority.platform);
    let ask = json!({"alipay_cert_sn": authority.platform.sn()});
    let node = client.call(DOWNLOAD, &ask).expect("it is believed");
    assert_eq!(node["alipay_cert_content"], STANDARD.encode(chain));
    for unknown in [
        json!({}),
        json!({"alipay_cert_sn": "0"}),
        json!({"alipay_cert_sn": certificate.sn()}),
        json!({"alipay_cert_sn": "d7cd".repeat(9)}),
        json!({"alipay_cert_sn": [1]}),
    ] {
        let node = client.call(DOWNLOAD, &unknown).expect("it is believed");
        assert_eq!((&node["code"], &node["sub_code"]), (&json!("40004"), &json!("INVALID_PARAMETER")), "{unknown}");
    }
    // Who has another root, of the same name and number, believes none of them.
    let mut stranger = CertificateClient::new(&running, &app_key(), &certificate);
    stranger.roots = vec![Authority::new().root];
    assert_eq!(stranger.download(next.sn()), Err("the certificate is not to be believed".to_owned()));
    // In key mode the new key counts as well.
    let answered = send(&running, &params(APP_ID, TAGS, &json!({})), &app_key());
    assert!(wire::check_answer(TAGS, &answered.body, SignType::Rsa2, &next_key.public_key()).is_ok());
    assert_eq!(answered.cert_sn(), None);
});

#[test]
fn nodes_of_one_database_answer_under_one_certificate() {
    let (running, certificate) = start(Engine::Postgres);
    let authority = Authority::of_tests();
    let beside = running.beside();
    let next_key = PrivateKey::generate();
    let next = authority.issue(&next_key.public_key(), "2049-12-31");
    applied(&running, &authority.platform_of(&next_key, &next));
    let mut client = CertificateClient::new(&beside, &app_key(), &certificate);
    wait_for("the new certificate on the other node", || {
        // Whichever certificate an answer names, it is signed with that one's key.
        client.call(TAGS, &json!({})).expect("it is believed");
        client.platform.sn() == next.sn()
    });
}

each_engine!(certificates_that_cannot_be_are_refused_at_their_line, |engine| {
    let (running, certificate) = start(engine);
    let (authority, stranger) = (Authority::of_tests(), Authority::new());
    let key = PrivateKey::generate();
    let pem = |certificate: &Certificate| certificate.to_pem();
    let before = send(&running, &params(APP_ID, TAGS, &json!({})), &app_key()).body;
    let platform = |fields: &[(&str, &str)]| {
        let fields = fields.iter().map(|(name, value)| format!("{name} = '''{value}'''\n"));
        format!("[platform]\nbase_url = \"https://shop.example.com\"\n{}", fields.collect::<String>())
    };
    let app = |text: &str| format!("\n[[app]]\napp_id = \"{APP_ID}\"\napp_cert = '''{text}'''\n");
    let leaf = authority.issue(&authority.platform_key.public_key(), "2049-12-31");
    let of_other_key = authority.issue(&key.public_key(), "2049-12-31");
    let theirs = stranger.issue(&app_key().public_key(), "2049-12-31");
    let root = pem(&authority.root);
    for (text, line, why) in [
        (app(&"MIIB".repeat(9)), 2, "app_cert: not an X.509 certificate"),
        (app(&app_key().to_pkcs8_pem()), 2, "app_cert: this holds a private key"),
        (app(&app_key().public_key().to_pem()), 2, "app_cert: this holds something else than certificates"),
        (app(&pem(&certificate).repeat(17)), 2, "app_cert: more than 16 certificates"),
        (app(&format!("{}{}", pem(&certificate), pem(&stranger.root))), 0, ""),
        (app(&chain_pem(&[certificate.clone(), stranger.intermediate.clone()])), 2, "certificate 1 is not issued by"),
        (app(&pem(&theirs)), 2, "app_cert does not lead to root_cert"),
        (app(&chain_pem(&[theirs.clone(), stranger.intermediate.clone()])), 2, "app_cert does not lead to root_cert"),
        (platform(&[("platform_cert", NO_CERTIFICATE)]), 3, "platform.platform_cert: not an X.509 certificate"),
        (platform(&[("root_cert", NO_CERTIFICATE)]), 3, "platform.root_cert: not an X.509 certificate"),
        (platform(&[("platform_cert", &pem(&leaf))]), 3, "does not lead to root_cert: the certificates in between"),
        (platform(&[("platform_cert", &authority.chain(&of_other_key))]), 3, "is of another key than the platform's"),
        (platform(&[("private_key", &key.to_pkcs8_pem())]), 3, "is of another key than the platform's"),
        (platform(&[("root_cert", &pem(&stranger.root))]), 3, "does not lead to root_cert"),
        (platform(&[("root_cert", "")]), 3, "needs root_cert"),
        (platform(&[("platform_cert", "")]), 3, "has a certificate, which needs the platform's"),
        (platform(&[("root_cert", &root), ("platform_cert", &stranger.chain(&stranger.platform))]), 5, ""),
    ] {
        if why.is_empty() && line == 0 {
            // A root behind it is left out, whichever it is.
            assert_eq!(applied(&running, &text), (0, vec![]));
            continue;
        }
        let output = apply(&running, &text);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{text}");
        if why.is_empty() {
            assert!(told.contains("does not lead to root_cert"), "{told}");
        } else {
            assert!(told.contains(&format!("stated.toml:{line}: ")) && told.contains(why), "{line} {why}: {told}");
        }
    }
    assert_eq!(send(&running, &params(APP_ID, TAGS, &json!({})), &app_key()).body, before);
    // An app's certificate needs the platform's.
    let plain = Running::start_with(engine, &world(), &CLOCK);
    let output = apply(&plain, &app(&pem(&certificate)));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stated.toml:2: app"), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("app_cert needs the platform's certificate"),
        "{output:?}"
    );
    // With its apps' certificates the platform gives up its own.
    let none = format!("{}{}", platform(&[("platform_cert", ""), ("root_cert", "")]), app(""));
    assert_eq!(applied(&running, &none).1, Vec::<String>::new());
    let mut params = params(APP_ID, TAGS, &json!({}));
    params.insert("app_cert_sn", certificate.sn().to_owned());
    wait_for("the end of certificate mode", || {
        let answered = send(&running, &params, &app_key());
        (answered.sub_code(), answered.cert_sn()) == ("isv.app-cert-not-exist", None)
    });
});

#[test]
fn certificates_that_are_not_valid_now_are_taken_with_a_warning() {
    let (running, _) = start(Engine::Sqlite);
    let authority = Authority::of_tests();
    let old = authority.issue(&app_key().public_key(), "2020-12-31");
    let table = format!("[[app]]\napp_id = \"{APP_ID}\"\napp_cert = '''{}'''\n", old.to_pem());
    let (changed, warnings) = applied(&running, &table);
    let warning = format!(
        "app {APP_ID}: app_cert {} has expired; it is valid from 2010-01-01 00:00:00 until 2020-12-31 23:59:59 (UTC+8)",
        old.sn()
    );
    assert_eq!((changed, warnings), (1, vec![warning]));
    let mut client = CertificateClient::new(&running, &app_key(), &old);
    assert_eq!(client.call(TAGS, &json!({})).expect("it is believed")["sub_code"], "app-cert-expired");
    let old = authority.issue(&authority.platform_key.public_key(), "2020-12-31");
    let (_, warnings) = applied(&running, &authority.platform_of(&authority.platform_key, &old));
    assert!(warnings.len() == 1 && warnings[0].contains("platform.platform_cert"), "{warnings:?}");
    // Who may call few methods may not be able to follow a new certificate.
    let fresh = authority.issue(&app_key().public_key(), "2049-12-31");
    let table = format!("[[app]]\napp_id = \"2021000000000004\"\napp_cert = '''{}'''\n", fresh.to_pem());
    let (_, warnings) = applied(&running, &table);
    assert!(
        warnings.len() == 1 && warnings[0].contains("may not call alipay.open.app.alipaycert.download"),
        "{warnings:?}"
    );
}

#[test]
fn notifications_are_signed_with_the_key_of_the_platforms_certificate() {
    let (running, certificate) = start(Engine::Sqlite);
    let mailbox = Mailbox::start();
    let user = "[[user]]\nuser_id = \"2088102146931393\"\nbalance = \"100.00\"\n";
    applied(&running, user);
    let client = CertificateClient::new(&running, &app_key(), &certificate);
    let pay = json!({"out_trade_no": "1", "scene": "bar_code", "buyer_id": "2088102146931393", "subject": "s",
        "total_amount": "1.00"});
    let mut params = client.params("alipay.trade.pay", &pay);
    params.insert("notify_url", mailbox.url("/ok"));
    assert_eq!(send(&running, &params, &app_key()).node["code"], "10000");
    let letter = mailbox.wait("/ok", 1).remove(0);
    assert!(is_signed(&letter, client.platform.public_key().expect("a key")), "{letter:?}");
}

/// The requests of two SDKs in certificate mode, as they were recorded, with the recordings' certificates.
#[test]
fn recorded_calls_in_certificate_mode_are_answered() {
    let key = |name: &str| vector(&format!("keys/{name}"));
    let world = format!(
        "[platform]\nprivate_key = '''{}'''\nroot_cert = '''{}'''\nplatform_cert = '''{}'''\n\
         [[merchant]]\npid = \"{PID}\"\n[[app]]\napp_id = \"2021000000000001\"\npid = \"{PID}\"\napp_cert = '''{}'''\n",
        key("platform_private_pkcs8.pem"),
        key("alipayRootCert.crt"),
        key("alipayCertPublicKey_RSA2.crt"),
        key("appCertPublicKey.crt"),
    );
    let running = Running::start_with(Engine::Sqlite, &world, &["--clock", "manual:2026-12-01T12:00:00+08:00"]);
    let platform = PublicKey::parse(&key("platform_public.pem")).expect("a key");
    let mut answered = 0;
    for entry in std::fs::read_dir(vectors().join("requests")).expect("the recordings are there") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if !name.contains("-cert-") || !name.ends_with(".http") {
            continue;
        }
        let request = std::fs::read(&path).expect("readable");
        let answer = read(Connection::open(running.address).exchange(&request).expect("an answer").body);
        let method = "koubei.marketing.campaign.crowd.create";
        assert!(wire::check_answer(method, &answer.body, SignType::Rsa2, &platform).is_ok(), "{name}");
        assert_eq!(answer.cert_sn(), Some("b1f73500211f8d254e6555e5c8e55b8a"), "{name}");
        assert!(answer.node["crowd_group_id"].is_string(), "{name}: {}", answer.answer);
        assert!(find(&answer.body, b"},\"alipay_cert_sn\":\"").is_some(), "{name}");
        answered += 1;
    }
    assert_eq!(answered, 2);
}

#[test]
fn keygen_makes_certificates_that_a_world_file_takes() {
    let authority = Authority::of_tests();
    let running = Running::start_with(Engine::Sqlite, &world(), &CLOCK);
    let keygen = |arguments: &[&str]| -> Result<Value, String> {
        let output = running.command(&[&["keygen", "--certs", "certs", "--json"], arguments].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() { Ok(serde_json::from_slice(&output.stdout).expect("JSON")) } else { Err(told) }
    };
    let made = keygen(&["--app-id", APP_ID]).expect("made");
    assert_eq!(keygen(&["--app-id", APP_ID]).as_ref(), Ok(&made), "what is there is kept");
    let text = made["world"].as_str().expect("a text");
    assert_eq!(applied(&running, text), (3, vec![]));
    let file = |name: &str| {
        let path = running.folder.path().join(made[name].as_str().expect("a path"));
        std::fs::read_to_string(path).expect("it is there")
    };
    let certificate = Certificate::parse(&file("app_cert")).expect("a certificate");
    let key = PrivateKey::parse(&file("app_private_key")).expect("a key");
    assert_eq!(
        (certificate.sn(), certificate.public_key()),
        (made["app_cert_sn"].as_str().expect("a text"), Ok(&key.public_key()))
    );
    let mut client = CertificateClient::new(&running, &key, &certificate);
    client.roots = Certificate::chain(&file("alipay_root_cert")).expect("certificates");
    client.platform = Certificate::parse(&file("alipay_cert")).expect("a certificate");
    assert_eq!(client.call(TAGS, &json!({})).expect("it is believed")["code"], "10000");
    assert_eq!(client.downloads, 0);
    // A new certificate in place of one that was removed.
    let alipay_cert = running.folder.path().join(made["alipay_cert"].as_str().expect("a path"));
    std::fs::remove_file(alipay_cert).expect("ours");
    let next = keygen(&["--app-id", APP_ID]).expect("made");
    assert_ne!(next["alipay_cert_sn"], made["alipay_cert_sn"]);
    assert_eq!(
        (&next["app_cert_sn"], &next["alipay_root_cert_sn"]),
        (&made["app_cert_sn"], &made["alipay_root_cert_sn"])
    );
    assert_eq!(applied(&running, next["world"].as_str().expect("a text")), (1, vec![]));
    assert_eq!(client.call(TAGS, &json!({})).expect("it is believed")["code"], "10000");
    assert_eq!(client.downloads, 1);
    // For keys that stay where they are.
    std::fs::write(running.folder.path().join("own.pem"), authority.platform_key.public_key().to_pem()).expect("ours");
    let refused = keygen(&["--app-id", APP_ID, "--platform-key", "own.pem"]).expect_err("another key");
    assert!(refused.contains("the certificate is of another key"), "{refused}");
    let other = keygen(&["--app-id", OTHER_APP_ID, "--app-key", "own.pem", "--until", "2027-01-01"]).expect("made");
    assert_eq!(other["app_private_key"], Value::Null);
    let path = running.folder.path().join(other["app_cert"].as_str().expect("a path"));
    let certificate = Certificate::parse(&std::fs::read_to_string(path).expect("there")).expect("a certificate");
    assert_eq!(time::format(certificate.ends_at()), "2027-01-01 23:59:59");
    for (arguments, why) in [
        (&["--until", "tomorrow"][..], "--until \"tomorrow\" must be a day"),
        (&["--app-id", "../../x"], "--app-id \"../../x\" must be 1 to 32 digits"),
        (&["--app-key", "none.pem"], "none.pem"),
    ] {
        let told = keygen(arguments).expect_err("refused");
        assert!(told.contains(why), "{told}");
    }
    let output = running.command(&["keygen", "--app-id", "1"]);
    assert_eq!(output.status.code(), Some(2), "only with --certs");
}
