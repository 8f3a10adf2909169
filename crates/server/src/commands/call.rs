//! `punchcard call`: one signed call with the Rust client, its answer verified and printed.

use super::{Failure, StoreArgs, output};
use crate::app::clock::system_now;
use crate::biz::{Member, Shape};
use crate::methods::{Entry, FieldPlace};
use crate::terminal::one_line;
use clap::Args;
use client::{Client, Settings};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use wire::{Charset, ContentKey, PrivateKey, PublicKey, SignType};

/// Make one signed call, verify its answer and print it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard call koubei.marketing.campaign.tags.query --app punchcard-data/demo/demo.json
  punchcard call koubei.marketing.campaign.crowd.count @count.json --unfold
  punchcard call alipay.trade.pay - --notify-url http://127.0.0.1:8090/ < pay.json
  punchcard call alipay.offline.material.image.upload \\
      '{\"image_type\":\"png\",\"image_name\":\"logo\",\"image_content\":\"logo.png\"}'

FILE is JSON: gateway_url, app_id, app_private_key_pkcs8 (or app_private_key_pkcs1), alipay_public_key, and for an ISV
app_auth_token; for --encrypt aes_key. `punchcard serve --demo` writes one; --isv uses its member `isv`.
The call's trace id goes to standard error; punchcard doctor takes it.
Exit status 0: code 10000, or a success of a method that has no code. 1: any other, or an answer that does not verify.")]
pub struct Call {
    /// The method's full name
    method: String,
    /// Its business parameters: JSON, @FILE for those in a file, - for standard input. They are sent where the method
    /// takes them, in biz_content or beside it; a member for a file names one
    #[arg(default_value = "{}", value_name = "BIZ_CONTENT")]
    biz_content: String,
    /// Who calls: a JSON file such as demo.json [default: demo/demo.json in the folder of --data]
    #[arg(long, env = "PUNCHCARD_APP", value_name = "FILE")]
    app: Option<PathBuf>,
    /// Call as the file's service provider, for its merchant
    #[arg(long)]
    isv: bool,
    /// utf-8 or gbk
    #[arg(long, default_value = "utf-8", value_parser = charset)]
    charset: Charset,
    /// RSA2 or RSA
    #[arg(long, default_value = "RSA2", value_parser = sign_type)]
    sign_type: SignType,
    /// Encrypt BIZ_CONTENT with the file's AES key, and decrypt the answer
    #[arg(long)]
    encrypt: bool,
    /// Where the platform tells what becomes of it
    #[arg(long, value_name = "URL")]
    notify_url: Option<String>,
    /// Print the answer's node as it came, on one line
    #[arg(long, conflicts_with = "unfold")]
    json: bool,
    /// Show strings that hold JSON as the JSON they hold, as is done on a terminal
    #[arg(long)]
    unfold: bool,
}

/// The longest `biz_content` that is read; the gateway takes no longer call.
const BIZ_CONTENT_BYTES_MAX: u64 = wire::BODY_BYTES_MAX as u64;

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
    aes_key: Option<String>,
}

/// The business parameters of a call, each where its method takes it.
#[derive(Default)]
struct Business {
    biz_content: String,
    parameters: Vec<(String, String)>,
    files: Vec<wire::File>,
}

fn charset(text: &str) -> Result<Charset, String> {
    Charset::from_name(text.as_bytes()).ok_or_else(|| "must be utf-8 or gbk".to_owned())
}

fn sign_type(text: &str) -> Result<SignType, String> {
    SignType::from_name(text.as_bytes()).ok_or_else(|| "must be RSA2 or RSA".to_owned())
}

impl Call {
    pub(super) fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let biz_content = self.biz_content()?;
        let app = self.app.clone().unwrap_or_else(|| store.data.join("demo/demo.json"));
        let path = app.display();
        let text = std::fs::read_to_string(&app).map_err(|error| {
            let hint = if self.app.is_none() { "; --app says who calls" } else { "" };
            Failure(format!("{path}: {error}{hint}"))
        })?;
        let file: AppFile = serde_json::from_str(&text).map_err(|error| Failure(format!("{path}: {error}")))?;
        let identity =
            if self.isv { file.isv.ok_or_else(|| Failure(format!("{path}: no member isv")))? } else { file.own };
        let key = identity.app_private_key_pkcs8.or(identity.app_private_key_pkcs1);
        let key =
            key.ok_or_else(|| Failure(format!("{path}: no member app_private_key_pkcs8 or app_private_key_pkcs1")))?;
        let mut client = Client::new(Settings {
            gateway_url: file.gateway_url,
            app_id: identity.app_id,
            private_key: PrivateKey::parse(&key)?,
            platform_key: PublicKey::parse(&file.alipay_public_key)?,
            charset: self.charset,
            sign_type: self.sign_type,
            app_auth_token: identity.app_auth_token,
        });
        if self.encrypt {
            let key = identity.aes_key.ok_or_else(|| Failure(format!("{path}: no member aes_key")))?;
            let key = ContentKey::parse(&key).map_err(|error| Failure(format!("{path}: aes_key {error}")))?;
            client = client.encrypting(key);
        }
        let Business { biz_content, parameters, files } = self.placed(biz_content)?;
        let mut more = vec![("notify_url", self.notify_url.as_deref().unwrap_or_default())];
        more.extend(parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let now = wire::time::format(system_now());
        let answer = client.call_with_files(&self.method, &biz_content, &now, &more, &files)?;
        if let Some(trace_id) = &answer.trace_id {
            output::note(format!("trace_id {trace_id}"));
        }
        // Some methods answer a success without a code.
        let is_done = answer.code == "10000" || answer.code.is_empty() && answer.is_success();
        let on_terminal = std::io::stdout().is_terminal();
        if self.json {
            if on_terminal { output::line(&answer.raw) } else { output::raw(&answer.raw) }
        } else if self.unfold || on_terminal {
            output::json(&output::unfolded(answer.node));
        } else {
            output::json(&answer.node);
        }
        if is_done {
            return Ok(());
        }
        // One line, whatever the platform says.
        let told = format!("{} {}", answer.sub_code.unwrap_or_default(), answer.sub_msg.unwrap_or_default());
        Err(Failure(one_line(&told).into_owned()))
    }

    /// The business parameters as `biz_content`, or as parameters beside it where the method takes them there. Where it
    /// takes a file, the member names one.
    fn placed(&self, biz_content: String) -> Result<Business, Failure> {
        let entry = Entry::find(&self.method).filter(|entry| entry.fields_in == FieldPlace::Parameters);
        let Some(entry) = entry else {
            return Ok(Business { biz_content, ..Business::default() });
        };
        let members: Map<String, Value> = serde_json::from_str(&biz_content)
            .map_err(|error| Failure(format!("the business parameters are no JSON object: {error}")))?;
        let mut business = Business::default();
        for (name, value) in members {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let is_file = |field: &Member| field.name == name && matches!(field.shape, Shape::File);
            if !entry.fields.iter().any(is_file) {
                business.parameters.push((name, text));
                continue;
            }
            let mut bytes = Vec::new();
            let file = File::open(&text).and_then(|file| file.take(BIZ_CONTENT_BYTES_MAX).read_to_end(&mut bytes));
            file.map_err(|error| Failure(format!("{text}: {error}")))?;
            // A multipart body has no way to write these within a name.
            let shown = Path::new(&text).file_name().unwrap_or_default().to_string_lossy();
            let shown = shown.replace(['"', '\r', '\n'], "_");
            business.files.push(wire::File { field: name, name: shown, bytes });
        }
        Ok(business)
    }

    /// What stands on the command line, or where that says it stands.
    fn biz_content(&self) -> Result<String, Failure> {
        let from: (&str, Box<dyn Read>) = match self.biz_content.strip_prefix('@') {
            Some(path) => {
                let file = File::open(path).map_err(|error| Failure(format!("{path}: {error}")))?;
                (path, Box::new(file))
            }
            None if self.biz_content == "-" => ("standard input", Box::new(std::io::stdin())),
            None => return Ok(self.biz_content.clone()),
        };
        let mut text = String::new();
        let read = from.1.take(BIZ_CONTENT_BYTES_MAX).read_to_string(&mut text);
        read.map_err(|error| Failure(format!("{}: {error}", from.0)))?;
        // Editors end a file with a line break, and some begin it with a mark.
        Ok(text.trim_start_matches('\u{feff}').trim().to_owned())
    }
}
