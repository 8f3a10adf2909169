//! Each official SDK, unmodified, in every mode that it has: keys or certificates, charset, algorithm, in clear or
//! encrypted, by POST, as a page by GET or POST, as an upload, through `/v3`. In each mode a refusal, a success and
//! what that has made, with Chinese in what is sent and answered; the SDK verifies what it can. `cargo xtask test`
//! prints the table.

use crate::isv::Sdk;
use crate::running::{PNG, Running};
use crate::sdk::{SDK, report_to};
use serde_json::{Value, json};
use store::testing::Engine;

const BUYER: &str = "2088102146931393";

/// A mode's five parts, in the order of the report.
const PARTS: [&str; 5] = ["keys", "charset", "sign_type", "content", "how"];

/// Whether an SDK has a mode at all.
fn has(sdk: Sdk, [keys, charset, sign_type, content, how]: [&str; 5]) -> bool {
    // No file is encrypted, nor is what stands in an address.
    let can_encrypt = content == "clear" || !["upload", "v3-GET"].contains(&how);
    let is_nodes = match sdk {
        // It writes UTF-8 whatever its charset says, and `/v3` knows one algorithm.
        Sdk::Node => charset == "utf-8" && (sign_type == "RSA2" || !how.starts_with("v3")),
        Sdk::Python | Sdk::CurrentPython => keys == "keys" && !how.starts_with("v3"),
    };
    can_encrypt && is_nodes
}

/// Every mode of an SDK.
fn modes(sdk: Sdk) -> Vec<[&'static str; 5]> {
    let mut modes = vec![[""; 5]];
    let choices: [&[&str]; 5] = [
        &["keys", "certificates"],
        &["utf-8", "GBK"],
        &["RSA2", "RSA"],
        &["clear", "AES"],
        &["POST", "page-GET", "page-POST", "upload", "v3-POST", "v3-GET"],
    ];
    for (part, choices) in choices.into_iter().enumerate() {
        let with = |mode: [&'static str; 5]| {
            choices.iter().map(move |choice| {
                let mut mode = mode;
                mode[part] = choice;
                mode
            })
        };
        modes = modes.into_iter().flat_map(with).collect();
    }
    modes.retain(|mode| has(sdk, *mode));
    modes
}

fn in_every_mode(engine: Engine, sdk: Sdk, name: &str, count: usize) {
    let arguments = vec!["--world".to_owned(), format!("{SDK}/world.toml")];
    let running = Running::start_in(engine, tempfile::tempdir().expect("a folder"), arguments);
    let modes = modes(sdk);
    let asked: Vec<Value> =
        modes.iter().map(|mode| PARTS.iter().zip(mode).map(|(part, value)| (*part, *value)).collect()).collect();
    let given = json!({"gateway": running.address, "picture": PNG, "buyer": BUYER, "run": name.replace(['-', '.'], "_"), "modes": asked});
    let output = sdk.program("modes").arg(given.to_string()).output().expect("the program starts");
    let told = String::from_utf8_lossy(&output.stdout);
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let wrong: Vec<&Value> = told.iter().filter(|line| line["verdict"] != "ok").collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", String::from_utf8_lossy(&output.stderr));
    let passed: Vec<[&str; 5]> =
        told.iter().map(|line| PARTS.map(|part| line[part].as_str().expect("a text"))).collect();
    assert_eq!(passed, modes, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(passed.len(), count, "{name}");
    report_to("modes.txt", passed.iter().map(|mode| format!("{name} {}", mode.join(" "))));
}

#[test]
fn node() {
    in_every_mode(Engine::Sqlite, Sdk::Node, "node", 34);
}

#[test]
fn python() {
    in_every_mode(Engine::Postgres, Sdk::Python, "python-3.3", 28);
}

#[test]
fn the_current_python() {
    in_every_mode(Engine::Sqlite, Sdk::CurrentPython, "python-3.7", 28);
}
