//! `alipay.open.app.alipaycert.download`: the platform's certificate of a serial number, the current one or an earlier.
//!
//! In certificate mode answers name the certificate of their key (`alipay_cert_sn`). An SDK that has another one asks
//! for it here, and believes it when it leads to the root certificate that the SDK has.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::biz::{Text, answer, biz, invalid};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use store::Tx;

/// See the module.
pub struct AlipaycertDownload;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The certificate, by the serial number that an answer has: 32 lower-case hexadecimal digits.
        alipay_cert_sn: Text<32>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// Base64 of PEM: the certificate, and behind it those by which it leads to the root.
        alipay_cert_content: String,
    }
}

impl Method for AlipaycertDownload {
    const NAME: &'static str = "alipay.open.app.alipaycert.download";
    const DOORS: Doors = Doors::SIGNED;
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[];
}

impl Read for AlipaycertDownload {
    type Loaded = String;

    fn load(_: &Call, tx: &mut Tx, request: &Request) -> Answer<String> {
        let chain = store::world::platform_certificate(tx, &request.alipay_cert_sn)?;
        chain.ok_or_else(|| invalid("alipay_cert_sn", "没有该序列号的支付宝公钥证书").into())
    }

    fn answer(_: &Call, chain: String) -> Answer<Response> {
        Ok(Response { alipay_cert_content: STANDARD.encode(chain) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_world_file_warns_of_apps_that_may_not_call_it() {
        assert_eq!(AlipaycertDownload::NAME, crate::world::CERTIFICATE_DOWNLOAD);
    }
}
