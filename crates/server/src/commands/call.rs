//! `punchcard call`: one signed call with the Rust client, its answer verified and printed.

use super::{Failure, print_json};
use crate::app::clock::system_now;
use clap::Args;
use client::{Client, Settings};
use serde::Deserialize;
use std::path::PathBuf;
use wire::{Charset, PrivateKey, PublicKey, SignType};

/// Make one signed call, verify its answer and print it.
#[derive(Args)]
#[command(after_help = "\
Example:  punchcard call koubei.marketing.campaign.tags.query --app punchcard-data/demo/demo.json

FILE is JSON: gateway_url, app_id, app_private_key_pkcs8 (or app_private_key_pkcs1), alipay_public_key, and for an ISV
app_auth_token. `punchcard serve --demo` writes one; --isv uses its member `isv`.
Exit status 0: code 10000. 1: any other code, or an answer that does not verify.")]
pub struct Call {
    /// The method's full name
    method: String,
    /// Its business parameters
    #[arg(default_value = "{}", value_name = "BIZ_CONTENT")]
    biz_content: String,
    /// Who calls: a JSON file such as demo.json
    #[arg(long, env = "PUNCHCARD_APP", value_name = "FILE")]
    app: PathBuf,
    /// Call as the file's service provider, for its merchant
    #[arg(long)]
    isv: bool,
    /// utf-8 or gbk
    #[arg(long, default_value = "utf-8", value_parser = charset)]
    charset: Charset,
    /// RSA2 or RSA
    #[arg(long, default_value = "RSA2", value_parser = sign_type)]
    sign_type: SignType,
    /// Print the answer's node as it came, on one line
    #[arg(long)]
    json: bool,
}

/// What the file says.
#[derive(Deserialize)]
struct AppFile {
    gateway_url: String,
    alipay_public_key: String,
    #[serde(flatten)]
    own: Identity,
    isv: Option<Identity>,
}

#[derive(Deserialize)]
struct Identity {
    app_id: String,
    app_private_key_pkcs8: Option<String>,
    app_private_key_pkcs1: Option<String>,
    app_auth_token: Option<String>,
}

fn charset(text: &str) -> Result<Charset, String> {
    Charset::from_name(text.as_bytes()).ok_or_else(|| "must be utf-8 or gbk".to_owned())
}

fn sign_type(text: &str) -> Result<SignType, String> {
    SignType::from_name(text.as_bytes()).ok_or_else(|| "must be RSA2 or RSA".to_owned())
}

impl Call {
    pub(super) fn run(self) -> Result<(), Failure> {
        let path = self.app.display();
        let text = std::fs::read_to_string(&self.app).map_err(|error| Failure(format!("{path}: {error}")))?;
        let file: AppFile = serde_json::from_str(&text).map_err(|error| Failure(format!("{path}: {error}")))?;
        let identity =
            if self.isv { file.isv.ok_or_else(|| Failure(format!("{path}: no member isv")))? } else { file.own };
        let key = identity.app_private_key_pkcs8.or(identity.app_private_key_pkcs1);
        let key =
            key.ok_or_else(|| Failure(format!("{path}: no member app_private_key_pkcs8 or app_private_key_pkcs1")))?;
        let client = Client::new(Settings {
            gateway_url: file.gateway_url,
            app_id: identity.app_id,
            private_key: PrivateKey::parse(&key)?,
            platform_key: PublicKey::parse(&file.alipay_public_key)?,
            charset: self.charset,
            sign_type: self.sign_type,
            app_auth_token: identity.app_auth_token,
        });
        let answer = client.call(&self.method, &self.biz_content, &wire::time::format(system_now()))?;
        if self.json {
            println!("{}", answer.raw);
        } else {
            print_json(&answer.node);
        }
        if answer.code == "10000" {
            return Ok(());
        }
        Err(Failure(format!("{} {}", answer.sub_code.unwrap_or_default(), answer.sub_msg.unwrap_or_default())))
    }
}
