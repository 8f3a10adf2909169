//! What a pasted key is, in whatever form and however damaged on its way: for people, who are told what it is and what
//! was wrong with it. Keys that are registered go through [`PublicKey::parse`], which repairs nothing.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{KeyError, PrivateKey, PublicKey, der};

/// A key as it was found in a text.
#[derive(Debug)]
pub struct KeyText {
    /// The key itself.
    pub key: FoundKey,
    /// The structure that its bytes have.
    pub structure: KeyStructure,
    /// The label of its PEM block; nothing where it is base64 alone.
    pub label: Option<String>,
    /// On how many lines its base64 stands.
    pub lines: usize,
    /// Whatever is not as tools and SDKs want it.
    pub damages: Vec<KeyDamage>,
}

/// What kind of key was found.
#[derive(Debug)]
pub enum FoundKey {
    /// A private key, which has its public half in it.
    Private(PrivateKey),
    /// A public key.
    Public(PublicKey),
}

impl FoundKey {
    /// The public key, or a private key's public half.
    pub fn public(&self) -> PublicKey {
        match self {
            FoundKey::Private(key) => key.public_key(),
            FoundKey::Public(key) => key.clone(),
        }
    }
}

/// The structure of a key's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStructure {
    /// `RSAPrivateKey` or `RSAPublicKey` of PKCS#1.
    Pkcs1,
    /// `PrivateKeyInfo` of PKCS#8.
    Pkcs8,
    /// `SubjectPublicKeyInfo` of X.509.
    Spki,
    /// A certificate of X.509.
    Certificate,
}

impl KeyStructure {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            KeyStructure::Pkcs1 => "PKCS#1",
            KeyStructure::Pkcs8 => "PKCS#8",
            KeyStructure::Spki => "X.509 SubjectPublicKeyInfo",
            KeyStructure::Certificate => "X.509 certificate",
        }
    }

    /// The PEM label that belongs to it.
    fn label(self, key: &FoundKey) -> &'static str {
        match (self, key) {
            (KeyStructure::Pkcs1, FoundKey::Private(_)) => "RSA PRIVATE KEY",
            (KeyStructure::Pkcs1, FoundKey::Public(_)) => "RSA PUBLIC KEY",
            (KeyStructure::Pkcs8, _) => "PRIVATE KEY",
            (KeyStructure::Spki, _) => "PUBLIC KEY",
            (KeyStructure::Certificate, _) => "CERTIFICATE",
        }
    }
}

/// What was undone to read a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyDamage {
    /// There is a byte order mark before it.
    ByteOrderMark,
    /// It stands in quotes.
    Quotes,
    /// Its line breaks are written as `\n`.
    WrittenBreaks,
    /// Its block has no end, or no beginning.
    HalfABlock,
    /// Its block has another label than what is in it.
    Label,
    /// Its `+` have become blanks.
    BlanksForPlus,
    /// It is in the URL-safe alphabet.
    UrlSafe,
    /// The `=` at its end are missing.
    Unpadded,
}

impl KeyDamage {
    /// What is wrong, and what it does, in one English sentence.
    pub fn text(self) -> &'static str {
        match self {
            KeyDamage::ByteOrderMark => {
                "there is a byte order mark before it, at which some SDKs fail: save it without one"
            }
            KeyDamage::Quotes => "it stands in quotes: give the text between them",
            KeyDamage::WrittenBreaks => {
                "its line breaks are written as \\n: put real ones there, or none in bare base64"
            }
            KeyDamage::HalfABlock => "its block lacks the BEGIN or the END line: put both there, or neither",
            KeyDamage::Label => {
                "its block has the label of another structure, which most SDKs believe: use one of the forms below"
            }
            KeyDamage::BlanksForPlus => "its + have become blanks, as they do in a form that is not percent-encoded",
            KeyDamage::UrlSafe => "it is in the URL-safe alphabet of base64 (- and _), which no SDK takes",
            KeyDamage::Unpadded => "the = at its end are missing, which some SDKs want",
        }
    }

    /// The same in Chinese.
    pub fn text_zh(self) -> &'static str {
        match self {
            KeyDamage::ByteOrderMark => "开头有BOM，部分SDK会因此失败：请保存为不带BOM的文本",
            KeyDamage::Quotes => "外面带有引号：请只使用引号内的文本",
            KeyDamage::WrittenBreaks => "换行被写成了\\n：请改为真正的换行，或使用不换行的Base64",
            KeyDamage::HalfABlock => "缺少BEGIN或END行：请两行都保留，或都去掉",
            KeyDamage::Label => "PEM标签与内容的结构不符，多数SDK以标签为准：请使用下列形式之一",
            KeyDamage::BlanksForPlus => "其中的+变成了空格：表单未做URL编码时会这样",
            KeyDamage::UrlSafe => "使用了URL安全的Base64字符（-与_），SDK均不接受",
            KeyDamage::Unpadded => "末尾缺少=，部分SDK需要它",
        }
    }
}

/// The longest text in which a key is looked for; a certificate of a long chain is shorter.
pub const KEY_TEXT_BYTES_MAX: usize = 64 << 10;

impl KeyText {
    /// Finds the first key in a text: PEM or base64, whatever is around it.
    pub fn read(text: &str) -> Result<KeyText, KeyError> {
        let mut damages = Vec::new();
        let mut text = Cow::Borrowed(text.get(..KEY_TEXT_BYTES_MAX).unwrap_or(text));
        if let Some(rest) = text.strip_prefix('\u{feff}') {
            damages.push(KeyDamage::ByteOrderMark);
            text = Cow::Owned(rest.to_owned());
        }
        let quotes = ['"', '\'', '`', '“', '”'];
        let inside = text.trim().trim_end_matches([',', ';']).trim_matches(quotes);
        if inside.len() < text.trim().trim_end_matches([',', ';']).len() {
            damages.push(KeyDamage::Quotes);
        }
        let mut text = inside.to_owned();
        if text.contains("\\n") || text.contains("\\r") {
            damages.push(KeyDamage::WrittenBreaks);
            text = text.replace("\\r", "").replace("\\n", "\n");
        }
        let (label, body) = block(&text, &mut damages);
        let lines = body.lines().filter(|line| !line.trim().is_empty()).count();
        let der = bytes(body, &mut damages).ok_or(KeyError::NotBase64)?;
        let (key, structure) = found(&der, label.as_deref())?;
        if label.as_deref().is_some_and(|label| label != structure.label(&key)) {
            damages.push(KeyDamage::Label);
        }
        Ok(KeyText { key, structure, label, lines, damages })
    }
}

/// The label of the first PEM block and what is in it; the whole text where there is none.
fn block<'a>(text: &'a str, damages: &mut Vec<KeyDamage>) -> (Option<String>, &'a str) {
    let begin = text.split_once("-----BEGIN ").and_then(|(_, rest)| rest.split_once("-----"));
    let (label, body) = match begin {
        Some((label, body)) => (Some(label.trim().to_owned()), body),
        None => (None, text),
    };
    let end = body.split_once("-----END");
    if label.is_some() != end.is_some() {
        damages.push(KeyDamage::HalfABlock);
    }
    (
        label,
        end.map_or(body, |(body, _)| body)
            .trim_matches(|character: char| character == '-' || character.is_whitespace()),
    )
}

/// The bytes of base64, with what was damaged on its way undone.
fn bytes(body: &str, damages: &mut Vec<KeyDamage>) -> Option<Vec<u8>> {
    let compact: String = body.split_whitespace().collect();
    if let Some(der) = decoded(&compact) {
        return Some(der);
    }
    if compact.contains(['-', '_']) {
        damages.push(KeyDamage::UrlSafe);
    }
    let standard = compact.replace('-', "+").replace('_', "/");
    if let Some(der) = decoded(&standard) {
        return Some(der);
    }
    let padded = |text: &str| format!("{text}{}", "=".repeat(text.len().next_multiple_of(4) - text.len()));
    // A key begins with a sequence, whose length tells whether everything is there.
    if let Some(der) = decoded(&padded(&standard)).filter(|der| der::is_whole(der)) {
        damages.push(KeyDamage::Unpadded);
        return Some(der);
    }
    let plus = body.lines().map(str::trim).collect::<Vec<_>>().concat().replace(' ', "+");
    let der = decoded(&plus).or_else(|| decoded(&padded(&plus)))?;
    damages.push(KeyDamage::BlanksForPlus);
    Some(der)
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok().filter(|der| !der.is_empty())
}

fn found(der: &[u8], label: Option<&str>) -> Result<(FoundKey, KeyStructure), KeyError> {
    let in_base64 = || STANDARD.encode(der);
    if let Some(inside) = der::public_key(der) {
        let structure = match () {
            () if inside.len() == der.len() => KeyStructure::Pkcs1,
            () if der::spki(inside).len() == der.len() => KeyStructure::Spki,
            () => KeyStructure::Certificate,
        };
        return PublicKey::parse(&in_base64()).map(|key| (FoundKey::Public(key), structure));
    }
    let Some(inside) = der::private_key(der) else {
        let says_private = label.is_some_and(|label| label.contains("PRIVATE"));
        return Err(if says_private { KeyError::NotPrivate } else { KeyError::NotPublic });
    };
    let structure = if inside.len() == der.len() { KeyStructure::Pkcs1 } else { KeyStructure::Pkcs8 };
    PrivateKey::parse(&in_base64()).map(|key| (FoundKey::Private(key), structure))
}
