//! `modes`: what encrypted contents and certificate mode add to a call, beside the same call in key mode and in clear.
//!
//! Three apps of one merchant look up what the same crowds are, each in its mode; no answer is asked for twice. What is
//! compared is the server's processor time for a call, each mode once a round.

use std::fs;
use std::io;
use std::process::Command;
use std::time::Duration;

use wire::ContentKey;
use wire::certificate::Certificate;

use crate::Options;
use crate::answer::member;
use crate::gateway::beside::{Calls, Speed};
use crate::gateway::load::{Idle, Pace, drive};
use crate::gateway::{CONNECTIONS, in_parallel};
use crate::programs::run as run_program;
use crate::report::{Goal, Part};
use crate::samples::Samples;
use crate::server::{APP_ID, PID, Shop, all_cores};

/// The app that encrypts.
const ENCRYPTING: &str = "2021000000000002";
/// The app that signs in certificate mode.
const CERTIFIED: &str = "2021000000000003";
const AES_KEY: &str = "aa4BtZ4tspm2wnXLb1ThQA==";
const METHOD: &str = "koubei.marketing.campaign.crowd.detail.query";
/// By how much a call may take longer.
const AES_MAX: f64 = 1.10;
const CERTIFICATES_MAX: f64 = 1.03;

pub(crate) fn run(options: &Options) -> io::Result<Part> {
    let mut speed = Speed::begin(options)?;
    let shop = Shop::open("modes")?;
    let certificates = add_apps(options, &shop)?;
    let crowds = crowds(options, &shop, speed.most())?;
    shop.keep()?;
    let key = ContentKey::parse(AES_KEY).expect("it is one");
    let content = |place: usize| format!(r#"{{"crowd_group_id":"{}"}}"#, crowds[place]);
    let clear = in_parallel(0..crowds.len(), |place| shop.signed_by(APP_ID, METHOD, &content(place), &[]));
    let encrypted = in_parallel(0..crowds.len(), |place| {
        let cipher = key.encrypt(content(place).as_bytes());
        shop.signed_by(ENCRYPTING, METHOD, &cipher, &[("encrypt_type", "AES")])
    });
    let certified = in_parallel(0..crowds.len(), |place| {
        let more = certificates.each_ref().map(|(name, sn)| (*name, sn.as_str()));
        shop.signed_by(CERTIFIED, METHOD, &content(place), &more)
    });
    let mut modes = [clear, encrypted, certified].map(|requests| (requests, Calls::default()));
    for round in 0..options.rounds {
        for (requests, calls) in &mut modes {
            speed.measure(&shop, requests, calls)?;
        }
        println!("modes: round {} of {}", round + 1, options.rounds);
    }
    let [clear, encrypted, certified] = modes.map(|(_, calls)| calls);
    let times =
        |calls: &Calls| Samples::new(calls.server_us().zip(clear.server_us()).map(|(it, base)| it / base).collect());
    let (aes, certificate) = (times(&encrypted), times(&certified));
    let mut part = Part::new("modes");
    part.lines.extend([
        format!("- `crowd.detail.query` in key mode, in clear, {}", clear.sentence()),
        format!("- encrypted, {aes:.3} times the processor time: {}", encrypted.sentence()),
        format!("- in certificate mode, {certificate:.3} times the processor time: {}", certified.sentence()),
    ]);
    part.goals.extend([
        Goal::at_most("AES, processor time of a call, of one in clear", AES_MAX, aes.median(), "×"),
        Goal::at_most("certificate mode, the same, of one in key mode", CERTIFICATES_MAX, certificate.median(), "×"),
    ]);
    Ok(part)
}

/// Gives the merchant the two other apps; what calls in certificate mode say.
fn add_apps(options: &Options, shop: &Shop) -> io::Result<[(&'static str, String); 2]> {
    let (folder, key) = (shop.beside("certs"), shop.beside("app.pub"));
    fs::write(&key, shop.public_key())?;
    let mut command = Command::new(&options.binary);
    command.arg("keygen").arg("--certs").arg(&folder).args(["--app-id", CERTIFIED, "--app-key"]).arg(&key);
    run_program(&mut command)?;
    let certificate = format!("appCertPublicKey_{CERTIFIED}.crt");
    shop.add_to_world(&format!(
        "[platform]\nprivate_key = \"certs/platform.private.pem\"\nroot_cert = \"certs/alipayRootCert.crt\"\n\
         platform_cert = \"certs/alipayCertPublicKey_RSA2.crt\"\n\
         [[app]]\napp_id = \"{ENCRYPTING}\"\npid = \"{PID}\"\npublic_key = \"{}\"\naes_key = \"{AES_KEY}\"\n\
         [[app]]\napp_id = \"{CERTIFIED}\"\npid = \"{PID}\"\napp_cert = \"certs/{certificate}\"\n",
        shop.public_key()
    ))?;
    let sn = |name: &str| -> io::Result<String> {
        let text = fs::read_to_string(folder.join(name))?;
        let certificate = Certificate::parse(&text).map_err(|error| io::Error::other(format!("{name}: {error}")))?;
        Ok(certificate.sn().to_owned())
    };
    Ok([("app_cert_sn", sn(&certificate)?), ("alipay_root_cert_sn", sn("alipayRootCert.crt")?)])
}

/// Makes so many crowds; their ids.
fn crowds(options: &Options, shop: &Shop, most: usize) -> io::Result<Vec<String>> {
    let create = |serial: usize| {
        let conditions = r#"[{\"op\":\"IN\",\"tagCode\":\"pam_gender\",\"value\":\"1\"}]"#;
        let content = format!(r#"{{"out_biz_no":"{serial}","name":"白领 {serial}","conditions":"{conditions}"}}"#);
        shop.call("crowd.create", &content)
    };
    let requests = in_parallel(0..most, create);
    let mut ids = Vec::new();
    let server = shop.serve(&options.binary, &all_cores()?)?;
    let keep_id = |answer: &[u8]| ids.push(member(answer, "crowd_group_id").expect("a crowd has an id"));
    drive(&server, requests.iter(), CONNECTIONS, (Duration::MAX, Pace::Full, Idle::Sleep), keep_id)?;
    server.stop()?;
    Ok(ids)
}
