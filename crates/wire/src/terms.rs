//! What a call says about itself, checked in the order of PROTOCOL section 7: first what it asks for and who asks,
//! then how its text and its signature are to be read.

use crate::code::{self, Fault};
use crate::params::RawCall;
use crate::{Charset, SignType, time};

/// Who asks for what; enough to look up the app and its keys, and nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// A valid name; whether it exists is known only to the server.
    pub method: &'a str,
    /// Not empty; whether it exists is known only to the server.
    pub app_id: &'a str,
}

/// How a call is to be read and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Of the call's text and of the answer.
    pub charset: Charset,
    /// Of the call's signature and of the answer's.
    pub sign_type: SignType,
    /// Whether the call names the certificate of its key; the answer then names the platform's.
    pub certificate: bool,
}

impl RawCall {
    /// Steps 1 to 3: the call can be read, names a method and an app.
    ///
    /// A method that is no name at all is refused here rather than in step 9, for no answer could be called after it.
    pub fn head(&self) -> Result<Head<'_>, Fault> {
        self.soundness()?;
        self.get("method").ok_or(code::MISSING_METHOD)?;
        let method = self.method().ok_or(code::INVALID_METHOD)?;
        let app_id = self.get("app_id").ok_or(code::MISSING_APP_ID)?;
        let app_id = std::str::from_utf8(app_id).map_err(|_| code::INVALID_APP_ID)?;
        Ok(Head { method, app_id })
    }

    /// Step 4: charset, format, sign_type, sign, timestamp, version.
    pub fn terms(&self) -> Result<Terms, Fault> {
        let charset = match self.get("charset") {
            None => Charset::Utf8,
            Some(name) => Charset::from_name(name).ok_or(code::INVALID_CHARSET)?,
        };
        if self.get("format").is_some_and(|format| !format.eq_ignore_ascii_case(b"json")) {
            return Err(code::INVALID_FORMAT);
        }
        let sign_type = self.get("sign_type").ok_or(code::MISSING_SIGNATURE_TYPE)?;
        let sign_type = SignType::from_name(sign_type).ok_or(code::INVALID_SIGNATURE_TYPE)?;
        self.get("sign").ok_or(code::MISSING_SIGNATURE)?;
        // Only its form is checked: SDKs write it in the zone of their machine, so no window would be fair.
        let timestamp = self.get("timestamp").ok_or(code::MISSING_TIMESTAMP)?;
        std::str::from_utf8(timestamp).ok().and_then(time::parse).ok_or(code::INVALID_TIMESTAMP)?;
        if self.get("version").ok_or(code::MISSING_VERSION)? != b"1.0" {
            return Err(code::INVALID_PARAMETER.with_msg("参数无效：version只支持1.0"));
        }
        Ok(Terms { charset, sign_type, certificate: self.get("app_cert_sn").is_some() })
    }
}
