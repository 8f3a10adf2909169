//! A client of the gateway: signs a call, sends it, and believes the answer only when the platform signed it.
//!
//! Blocking, because its callers (the `call` command and tests) do one thing at a time.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::tls::{TlsConfig, TlsProvider};
use wire::{AnswerError, BODY_BYTES_MAX, Charset, ContentKey, File, Multipart, PrivateKey, PublicKey, SignType};

/// How long a call may take, from connecting to the last byte of the answer.
const CALL_SECONDS_MAX: u64 = 60;

/// Whom a client calls, for which app, and with which keys.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Like `http://127.0.0.1:8080/gateway.do`; `https` is believed when a public authority vouches for it.
    pub gateway_url: String,
    /// The calling app's id.
    pub app_id: String,
    /// The app's private key, with which calls are signed.
    pub private_key: PrivateKey,
    /// The platform's public key, with which answers are verified.
    pub platform_key: PublicKey,
    /// The charset of calls and answers.
    pub charset: Charset,
    /// The algorithm of signatures, of calls and answers.
    pub sign_type: SignType,
    /// The merchant's authorisation that an ISV acts under.
    pub app_auth_token: Option<String>,
}

/// Makes calls with one set of settings, over connections that are kept open.
pub struct Client {
    settings: Settings,
    content_key: Option<ContentKey>,
    agent: Agent,
}

/// An answer whose signature was verified.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// `10000` for a success; empty for those methods whose success has no code.
    pub code: String,
    /// The reason of a refusal; `None` for a success.
    pub sub_code: Option<String>,
    /// The reason in Chinese, for a person.
    pub sub_msg: Option<String>,
    /// The node's members, `code` and `msg` included.
    pub node: Value,
    /// The node's text as it was signed and sent, decoded.
    pub raw: String,
    /// The call's name in the gateway's log, where it tells one.
    pub trace_id: Option<String>,
}

impl Answer {
    /// Whether the call did what it asked for. As in the SDKs, a refusal is what has a `sub_code`.
    pub fn is_success(&self) -> bool {
        self.sub_code.is_none()
    }
}

/// Why there is no answer to believe. The call may have been executed all the same, except after
/// [`CallError::Unencodable`].
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The text of the call cannot be written in this charset; nothing was sent.
    #[error("the call has a character that {} lacks", .0.name())]
    Unencodable(Charset),
    /// No connection could be made, or it broke.
    #[error("cannot reach the gateway")]
    Transport(#[from] ureq::Error),
    /// The gateway answers everything with 200, refusals included, so this came from something else.
    #[error("not an answer of the gateway: HTTP status {0}")]
    Status(u16),
    /// Unsigned, tampered with, or signed by another key.
    #[error("the answer is not to be believed")]
    Untrusted(#[from] AnswerError),
    /// Encrypted, and not with the key that the call was encrypted with.
    #[error("the answer cannot be decrypted")]
    Undecryptable,
    /// Signed by the platform, and yet no JSON text in the charset.
    #[error("the answer is signed but not JSON in {}", .0.name())]
    NotJson(Charset),
}

impl Client {
    /// A client with these settings; it connects with the first call.
    pub fn new(settings: Settings) -> Client {
        // The provider is named because no default is installed: `ring` would be a second cryptographic library.
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(Duration::from_secs(CALL_SECONDS_MAX)))
            .http_status_as_error(false)
            // A redirected POST would arrive as a GET without its body.
            .max_redirects(0)
            .build()
            .new_agent();
        Client { settings, content_key: None, agent }
    }

    /// The same client, which encrypts `biz_content` with this key, and is answered so.
    pub fn encrypting(self, key: ContentKey) -> Client {
        Client { content_key: Some(key), ..self }
    }

    /// Calls `method` with the JSON text `biz_content` (none when empty). `now_text` is the call's timestamp, like
    /// `2016-09-19 22:35:10`.
    pub fn call(&self, method: &str, biz_content: &str, now_text: &str) -> Result<Answer, CallError> {
        self.call_with(method, biz_content, now_text, &[])
    }

    /// [`Client::call`] with more public parameters, such as `notify_url`; those that are empty are left out.
    pub fn call_with(
        &self,
        method: &str,
        biz_content: &str,
        now_text: &str,
        more: &[(&str, &str)],
    ) -> Result<Answer, CallError> {
        self.call_with_files(method, biz_content, now_text, more, &[])
    }

    /// [`Client::call_with`] with files, which no signature covers.
    pub fn call_with_files(
        &self,
        method: &str,
        biz_content: &str,
        now_text: &str,
        more: &[(&str, &str)],
        files: &[File],
    ) -> Result<Answer, CallError> {
        let Settings { charset, sign_type, .. } = self.settings;
        let cipher = match &self.content_key {
            Some(key) if !biz_content.is_empty() => {
                key.encrypt(&charset.encode(biz_content).ok_or(CallError::Unencodable(charset))?)
            }
            _ => biz_content.to_owned(),
        };
        let own = [
            ("app_id", self.settings.app_id.as_str()),
            ("method", method),
            ("format", "json"),
            ("timestamp", now_text),
            ("version", "1.0"),
            ("app_auth_token", self.settings.app_auth_token.as_deref().unwrap_or_default()),
            ("encrypt_type", if self.content_key.is_some() { "AES" } else { "" }),
            ("biz_content", &cipher),
        ];
        let params = [&own[..], more].concat();
        let key = &self.settings.private_key;
        let sent = if files.is_empty() {
            wire::signed_form(&params, charset, sign_type, key).map(|form| Multipart {
                content_type: format!("application/x-www-form-urlencoded;charset={}", charset.name()),
                body: form.into_bytes(),
            })
        } else {
            wire::signed_multipart(&params, files, charset, sign_type, key)
        };
        let Multipart { content_type, body } = sent.ok_or(CallError::Unencodable(charset))?;
        let mut response =
            self.agent.post(&self.settings.gateway_url).header("Content-Type", content_type).send(body)?;
        if response.status() != 200 {
            return Err(CallError::Status(response.status().as_u16()));
        }
        let trace_id = response.headers().get("trace_id").and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = response.body_mut().with_config().limit(BODY_BYTES_MAX as u64).read_to_vec()?;
        let node = wire::check_answer(method, &body, sign_type, &self.settings.platform_key)?;
        let node = self.decrypted(node)?;
        Answer::read(&node, charset, trace_id).ok_or(CallError::NotJson(charset))
    }

    /// The node in clear: what is refused before it was decrypted is answered so.
    fn decrypted<'a>(&self, node: &'a [u8]) -> Result<Cow<'a, [u8]>, CallError> {
        let cipher = node.strip_prefix(b"\"").and_then(|inside| std::str::from_utf8(inside.strip_suffix(b"\"")?).ok());
        match (cipher, &self.content_key) {
            (None, _) => Ok(node.into()),
            (Some(cipher), Some(key)) => key.decrypt(cipher).map(Cow::from).ok_or(CallError::Undecryptable),
            (Some(_), None) => Err(CallError::Undecryptable),
        }
    }
}

impl Answer {
    fn read(node: &[u8], charset: Charset, trace_id: Option<String>) -> Option<Answer> {
        let raw = charset.decode(node)?.into_owned();
        let node: Value = serde_json::from_str(&raw).ok()?;
        let text = |name: &str| Some(node.get(name)?.as_str()?.to_owned()).filter(|text| !text.is_empty());
        let code = text("code").unwrap_or_default();
        let sub_code = text("sub_code");
        let sub_msg = text("sub_msg");
        Some(Answer { code, sub_code, sub_msg, node, raw, trace_id })
    }
}
