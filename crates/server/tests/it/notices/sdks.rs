//! Official SDKs at the other end: their own check decides what a receiver says.

use super::{GBK_APP_ID, command, notice, pay, pay_for, start, start_with_gbk};
use crate::running::{APP_ID, Running};
use crate::sdk::installed;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use store::testing::Engine;
use wire::{Charset, SignType};

/// An SDK's receiver, ended with the test.
pub(crate) struct SdkReceiver {
    child: Child,
    pub(crate) url: String,
}

impl SdkReceiver {
    pub(crate) fn start(mut program: Command, running: &Running) -> SdkReceiver {
        program.arg(running.platform_key.to_base64()).stdout(Stdio::piped());
        let mut child = program.spawn().expect("the program starts");
        let mut port = String::new();
        let said = BufReader::new(child.stdout.take().expect("piped")).read_line(&mut port);
        assert!(said.is_ok() && !port.is_empty(), "it did not listen");
        SdkReceiver { child, url: format!("http://127.0.0.1:{}/notify", port.trim()) }
    }
}

impl Drop for SdkReceiver {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn sdk_receivers(running: &Running) -> [SdkReceiver; 2] {
    let sdk = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk");
    let mut node = Command::new("node");
    node.arg(format!("{sdk}/node/receive.mjs"));
    node.env("PUNCHCARD_TEST_NODE_MODULES", installed("PUNCHCARD_TEST_NODE_MODULES"));
    let mut python = Command::new(installed("PUNCHCARD_TEST_PYTHON"));
    python.arg("-B").arg(format!("{sdk}/python/receive.py"));
    [SdkReceiver::start(node, running), SdkReceiver::start(python, running)]
}

#[test]
fn official_sdks_believe_notifications() {
    let running = start(Engine::Sqlite);
    for (at, receiver) in sdk_receivers(&running).iter().enumerate() {
        // The Python SDK's check reads the algorithm from the signature, the Node SDK's from the message.
        for sign_type in [SignType::Rsa2, SignType::Rsa] {
            let client = running.client_in(APP_ID, None, Charset::Utf8, sign_type);
            let url = format!("{}?{sign_type:?}", receiver.url);
            pay(&client, &format!("sdk_{at}_{sign_type:?}"), &url);
            command(&running, &["clock", "advance", "1s"]);
            let told = notice(&running, &url);
            assert_eq!(told["state"], "DELIVERED", "{told:#}");
        }
    }
}

#[test]
fn python_believes_notifications_in_gbk() {
    let running = start_with_gbk(Engine::Sqlite);
    let [_, receiver] = sdk_receivers(&running);
    let client = running.client_of(GBK_APP_ID, None);
    for (nth, subject) in ["龙井茶", "€88", "㑇", "A⊕B", "茶🍵"].into_iter().enumerate() {
        let url = format!("{}?{nth}", receiver.url);
        pay_for(&client, &format!("gbk{nth}"), subject, &url);
        command(&running, &["clock", "advance", "1s"]);
        let told = notice(&running, &url);
        assert_eq!(told["state"], "DELIVERED", "{subject}: {told:#}");
    }
}
