//! An ISV's system that makes every call through an official SDK, for a merchant that has authorised it.

use crate::running::{ISV_PID, PID, Running};
use crate::sdk::{SDK, installed};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const APP_ID: &str = "2021000000000098";
pub(crate) const MERCHANT_APP_ID: &str = crate::running::APP_ID;
const APP_AUTH_TOKEN: &str = "202601BBflow_b_app_auth_token_0000000098";

/// Which SDK it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sdk {
    /// npm `alipay-sdk`.
    Node,
    /// PyPI `alipay-sdk-python` 3.3.398, the last with all methods.
    Python,
    /// A current one, which has lost the methods of Koubei.
    CurrentPython,
}

impl Sdk {
    /// One of the programs beside `tests/sdk/README.md`.
    pub(crate) fn program(self, name: &str) -> Command {
        let python = |interpreter: &str| {
            let mut program = Command::new(installed(interpreter));
            program.arg("-B").arg(format!("{SDK}/python/{name}.py"));
            program
        };
        match self {
            Sdk::Node => {
                let mut program = Command::new("node");
                program.arg(format!("{SDK}/node/{name}.mjs"));
                program.env("PUNCHCARD_TEST_NODE_MODULES", installed("PUNCHCARD_TEST_NODE_MODULES"));
                program
            }
            Sdk::Python => python("PUNCHCARD_TEST_PYTHON"),
            Sdk::CurrentPython => python("PUNCHCARD_TEST_CURRENT_PYTHON"),
        }
    }
}

/// The system.
pub(crate) struct Isv {
    program: Child,
    told: RefCell<BufReader<ChildStdout>>,
    next: RefCell<u32>,
}

impl Isv {
    pub(crate) fn start(running: &Running, sdk: Sdk) -> Isv {
        Isv::start_with(running, sdk, None)
    }

    /// The same, which encrypts what it sends with this key, where there is one.
    pub(crate) fn start_with(running: &Running, sdk: Sdk, aes_key: Option<&str>) -> Isv {
        let given = json!({
            "gateway": running.address, "app_id": APP_ID, "app_auth_token": APP_AUTH_TOKEN,
            "platform_key": running.platform_key.to_base64(), "aes_key": aes_key,
        });
        let mut program = sdk.program("call");
        let program = program.arg(given.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut program = program.expect("the program starts");
        let told = RefCell::new(BufReader::new(program.stdout.take().expect("piped")));
        Isv { program, told, next: RefCell::new(1) }
    }

    /// A number that it has not used yet.
    pub(crate) fn number(&self) -> String {
        let next = *self.next.borrow();
        *self.next.borrow_mut() = next + 1;
        format!("isv_{next}")
    }

    /// Calls in this charset with this algorithm, is told of what comes of it at this address, and expects success.
    pub(crate) fn calls(&self, how: (&str, &str), method: &str, send: &Value, notify_url: &str) -> Value {
        let answer = self.asks(how, method, send, notify_url);
        assert_eq!(answer["code"], "10000", "{method} {send}: {answer}");
        answer
    }

    /// The same, whatever is answered.
    pub(crate) fn asks(
        &self,
        (charset, sign_type): (&str, &str),
        method: &str,
        send: &Value,
        notify_url: &str,
    ) -> Value {
        let call = json!({
            "method": method, "send": send, "charset": charset, "sign_type": sign_type, "notify_url": notify_url,
        });
        let mut stdin = self.program.stdin.as_ref().expect("piped");
        writeln!(stdin, "{call}").expect("it reads");
        let mut line = String::new();
        self.told.borrow_mut().read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{method}: {error}: {line}"))
    }
}

impl Drop for Isv {
    fn drop(&mut self) {
        drop(self.program.kill());
        drop(self.program.wait());
    }
}

/// What a world file says of the ISV, whose key the SDKs have.
pub(crate) fn in_world() -> String {
    let key = std::fs::read_to_string(format!("{SDK}/keys/isv.public.txt")).expect("a key");
    format!(
        "[[app]]\napp_id = \"{APP_ID}\"\npid = \"{ISV_PID}\"\npublic_key = \"{}\"\nisv = true\n\
         [[authorization]]\napp_id = \"{APP_ID}\"\npid = \"{PID}\"\nauth_app_id = \"{MERCHANT_APP_ID}\"\n\
         app_auth_token = \"{APP_AUTH_TOKEN}\"\n",
        key.trim()
    )
}

fn told(running: &Running, arguments: &[&str]) -> Value {
    let output = running.command(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The one notification to this address, once its receiver has believed it; its members.
pub(crate) fn delivered(running: &Running, url: &str) -> Value {
    let began = Instant::now();
    loop {
        let listed = told(running, &["notify", "list"]);
        let found: Vec<&Value> = listed.as_array().expect("a list").iter().filter(|it| it["url"] == url).collect();
        if let [one] = found[..]
            && one["state"] == "DELIVERED"
        {
            return told(running, &["notify", "show", one["notify_id"].as_str().expect("an id")]);
        }
        assert!(began.elapsed() < Duration::from_secs(30), "{url}: {listed:#}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
