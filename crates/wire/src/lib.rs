//! Bytes to a signed call and back: the protocol of `/gateway.do`, version 1.0, and that of `/v3/…` ([`v3`]).
//!
//! A call is read as [`RawCall`], whose parameters are bytes; [`RawCall::verify`] makes it a [`VerifiedCall`], whose
//! parameters are text, and nothing else does. Signatures are computed over the bytes that were sent, never over text
//! that was decoded and encoded again. An answer is rendered once, as [`Node`]: those bytes are signed and sent.
//!
//! The crate is pure: no clock, no runtime, no database, no HTTP types.

pub mod canonical;
pub mod certificate;
pub mod code;
pub mod diagnosis;
pub mod money;
pub mod notify;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
pub mod v3;

mod charset;
mod content_key;
mod der;
mod envelope;
mod key_text;
mod keys;
mod multipart;
mod opened;
mod params;
mod percent;
mod pss;
mod request;
mod rsa;
mod sign;
mod terms;
mod verify;

pub use charset::Charset;
pub use code::Rejection;
pub use content_key::{ContentKey, ContentKeyError};
pub use envelope::{AnswerError, Node, Reader, check_answer, node_name, open};
pub use key_text::{FoundKey, KEY_TEXT_BYTES_MAX, KeyDamage, KeyStructure, KeyText};
pub use keys::{KeyError, PrivateKey, PublicKey};
pub use opened::SignedDigest;
pub use params::{PARAMETERS_MAX, RawCall};
pub use percent::{form_pairs, percent_encoded};
pub use request::{Multipart, signed_form, signed_multipart};
pub use sign::{SignType, sha256};
pub use terms::{Head, Terms};
pub use verify::{BadSignature, DecryptError, File, VerifiedCall, VerifyError};

/// The largest body a gateway should take; the server enforces it, because only it can stop reading.
pub const BODY_BYTES_MAX: usize = 16 << 20;

/// The longest request target a gateway should take: some SDKs put all of `biz_content` there.
pub const URI_BYTES_MAX: usize = 32 << 10;
