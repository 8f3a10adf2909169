//! `punchcard doctor key`: what a pasted key or certificate is, and whose.

use crate::commands::{Failure, StoreArgs, output};
use crate::methods::console::key_owner::{KeyOwner, OwnerView};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use serde::Serialize;
use serde_json::json;
use std::io::Read;
use std::path::PathBuf;
use wire::{FoundKey, KEY_TEXT_BYTES_MAX, KeyError, KeyStructure, KeyText};

/// Say what a pasted key or certificate is, what is wrong with its form and whose it is, and print it in every form
/// that SDKs want.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard doctor key app-public.pem
  pbpaste | punchcard doctor key -

A private key's own forms are printed too: mind who looks. It is compared with the keys of the store that --data names, if
there is one.")]
pub struct Key {
    /// The file with the key, - for standard input
    file: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What is printed.
#[derive(Serialize)]
struct KeyView {
    kind: &'static str,
    bits: usize,
    structure: &'static str,
    /// The label of its PEM block.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    lines: usize,
    fingerprint: String,
    damages: Vec<Sentence>,
    /// Whose it is; absent where there is no store to compare it with.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<OwnerView>,
    /// What to do about whose it is.
    advice: Vec<Sentence>,
    forms: Vec<Form>,
}

/// A sentence in both languages.
#[derive(Serialize)]
struct Sentence {
    en: String,
    zh: String,
}

impl Sentence {
    fn new(en: impl Into<String>, zh: impl Into<String>) -> Sentence {
        Sentence { en: en.into(), zh: zh.into() }
    }
}

/// The key in one form, with who wants it so.
#[derive(Serialize)]
struct Form {
    form: &'static str,
    text: String,
}

impl Key {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        let found = KeyText::read(&self.text()?).map_err(|error| Failure(refusal(&error)))?;
        let fingerprint = found.key.public().fingerprint();
        let owner = match owner(store, &fingerprint).await {
            Ok(owner) => Some(owner),
            Err(Failure(reason)) => {
                output::note(format!("not compared with the keys of a store: {reason}"));
                None
            }
        };
        let view = KeyView::new(found, fingerprint, owner);
        if self.json {
            output::json(&view);
        } else {
            view.print();
        }
        Ok(())
    }

    fn text(&self) -> Result<String, Failure> {
        let path = self.file.display().to_string();
        let input: Box<dyn Read> = if path == "-" {
            Box::new(std::io::stdin())
        } else {
            Box::new(std::fs::File::open(&self.file).map_err(|error| Failure(format!("{path}: {error}")))?)
        };
        let mut bytes = Vec::new();
        input
            .take(KEY_TEXT_BYTES_MAX as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure(format!("{path}: {error}")))?;
        // DER as it is, such as a .cer file: its base64 is what would be pasted.
        Ok(match bytes.first() {
            Some(0x30) if std::str::from_utf8(&bytes).is_err() => STANDARD.encode(&bytes),
            _ => String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}

async fn owner(store: &StoreArgs, fingerprint: &str) -> Result<OwnerView, Failure> {
    let (operator, _lock) = store.onlooker().await?;
    Ok(operator.call::<KeyOwner>(json!({"fingerprint": fingerprint})).await?)
}

/// Why it is no key, and what may be one.
fn refusal(error: &KeyError) -> String {
    let zh = match error {
        KeyError::NotBase64 => "不是密钥：应为PEM或Base64文本，可能不完整",
        KeyError::NotPublic => "不是RSA公钥，或不完整：应为X.509、PKCS#1公钥或带RSA密钥的证书",
        KeyError::NotPrivate => "不是RSA私钥，或不完整：应为未加密的PKCS#8或PKCS#1",
        KeyError::PrivateForPublic => "这是私钥，此处需要公钥",
        KeyError::Bits(_) => "RSA密钥长度应为1024至8192位",
    };
    format!("{error}\n{zh}")
}

impl KeyView {
    fn new(found: KeyText, fingerprint: String, owner: Option<OwnerView>) -> KeyView {
        let KeyText { key, structure, label, lines, damages } = found;
        let is_private = matches!(key, FoundKey::Private(_));
        let kind = match (&key, structure) {
            (FoundKey::Private(_), _) => "private key",
            (FoundKey::Public(_), KeyStructure::Certificate) => "certificate",
            (FoundKey::Public(_), _) => "public key",
        };
        KeyView {
            kind,
            bits: key.public().bits(),
            structure: structure.name(),
            label,
            lines,
            fingerprint,
            damages: damages.into_iter().map(|damage| Sentence::new(damage.text(), damage.text_zh())).collect(),
            advice: owner.as_ref().map(|owner| advice(is_private, owner)).unwrap_or_default(),
            owner,
            forms: forms(&key),
        }
    }

    fn print(&self) {
        let KeyView { kind, bits, structure, label, lines, fingerprint, damages, advice, forms, owner: _ } = self;
        let armour =
            label.as_ref().map_or_else(|| "base64 without PEM lines".to_owned(), |label| format!("PEM {label:?}"));
        let lines = if *lines == 1 { "on one line".to_owned() } else { format!("on {lines} lines") };
        output::line(format!("RSA {kind}, {bits} bits, {structure}, {armour} {lines}"));
        output::line(format!("fingerprint (SHA-256): {fingerprint}"));
        for (title, sentences) in [("form", damages), ("whose", advice)] {
            for Sentence { en, zh } in sentences {
                output::lines([format!("{title}: {en}"), format!("  {zh}")]);
            }
        }
        for Form { form, text } in forms {
            output::paragraph(&format!("\n# {form}\n{text}"));
        }
    }
}

/// What to do, given whose key it is.
fn advice(is_private: bool, OwnerView { is_platform, app_ids }: &OwnerView) -> Vec<Sentence> {
    let mut advice = Vec::new();
    if *is_platform && is_private {
        advice.push(Sentence::new(
            "the platform's own private key, which signs answers: it belongs into no app; an app signs with its own",
            "这是平台自己的私钥（用于对响应签名），不应放入任何应用；应用须用自己的私钥签名",
        ));
    } else if *is_platform {
        advice.push(Sentence::new(
            "the platform's public key, with which SDKs verify answers (alipay_public_key): never register it as an app's",
            "这是平台公钥，SDK用它验证响应（alipay_public_key）：请勿登记为应用公钥",
        ));
    }
    if !app_ids.is_empty() {
        let (apps, side_en, side_zh) = match is_private {
            true => (app_ids.join(", "), "whose private half this is: their SDK signs with it", "其SDK用它签名"),
            false => (
                app_ids.join(", "),
                "which have registered it: it is not what an SDK verifies answers with",
                "已登记此公钥，它不能用来验证响应",
            ),
        };
        advice.push(Sentence::new(format!("of app {apps}, {side_en}"), format!("应用{apps}：{side_zh}")));
    }
    if advice.is_empty() {
        advice.push(Sentence::new(
            "no app of this store, nor the platform: calls signed with it are refused until its public half is registered \
             (public_key of [[app]])",
            "既不属于平台，也不属于当前任何应用：在登记其公钥（[[app]]的public_key）之前，用它签名的请求都会被拒绝",
        ));
    }
    advice
}

fn forms(key: &FoundKey) -> Vec<Form> {
    let form = |form, text: String| Form { form, text: text.trim_end().to_owned() };
    let public = key.public();
    let mut forms = Vec::new();
    if let FoundKey::Private(key) = key {
        forms.extend([
            form("Private key, PKCS#8, one line (Java)", key.to_pkcs8_base64()),
            form("Private key, PKCS#1, one line (PHP, Python, Node)", key.to_pkcs1_base64()),
            form("Private key, PKCS#8, PEM", key.to_pkcs8_pem()),
            form("Private key, PKCS#1, PEM", key.to_pkcs1_pem()),
        ]);
    }
    forms.extend([
        form("Public key, one line (what is given to the platform)", public.to_base64()),
        form("Public key, PEM", public.to_pem()),
        form("Public key, PKCS#1, PEM", public.to_pkcs1_pem()),
    ]);
    forms
}
