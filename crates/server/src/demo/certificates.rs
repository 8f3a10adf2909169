//! The demo's app in certificate mode, beside the one that signs with a key alone.

use super::PID;
use crate::app::App;
use crate::authority::{self, Authority, AuthorityError, Held, Holder};
use serde::{Deserialize, Serialize};
use std::path::Path;
use wire::certificate::{bundle_pem, root_sn};

/// The app.
pub(super) const APP_ID: &str = "2021000000000003";
/// The folder of the certificates, within the demo's.
const FOLDER: &str = "certs";

/// What a client needs to know. The files are named within the demo's folder.
#[derive(Serialize, Deserialize)]
pub(super) struct CertificateApp {
    app_id: String,
    app_private_key_pkcs8: String,
    app_private_key_pkcs1: String,
    app_cert: String,
    alipay_root_cert: String,
    alipay_cert: String,
}

/// Makes the certificates, or finds them made: what a client needs, and the tables of the demo's world. `None` where
/// the platform has certificates of another authority, which stay.
pub(super) fn make(app: &App, folder: &Path) -> Result<Option<(CertificateApp, String)>, AuthorityError> {
    let folder = folder.join(FOLDER);
    let authority = Authority::of(&folder)?;
    let own_root_sn = root_sn(std::slice::from_ref(&authority.root));
    if app.signer.root_cert_sn().is_some_and(|known| own_root_sn.as_deref() != Some(&*known)) {
        return Ok(None);
    }
    let platform = authority::platform(Some(app.signer.public_key()), authority::ENDS_AT);
    match authority.issue(&platform) {
        // The platform has been given another key since.
        Err(AuthorityError::OtherKey { path }) => {
            std::fs::remove_file(&path).map_err(|source| AuthorityError::File { path, source })?;
            authority.issue(&platform)?;
        }
        issued => drop(issued?),
    }
    let (key_file, cert_file) = (format!("app_{APP_ID}.private.pem"), format!("appCertPublicKey_{APP_ID}.crt"));
    let Held { key, certificate } = authority.issue(&Holder {
        common_name: APP_ID,
        key_file: &key_file,
        cert_file: &cert_file,
        key: None,
        with_authority: false,
        ends_at: authority::ENDS_AT,
    })?;
    let key = key.expect("it is in the folder");
    let path = folder.join(authority::PLATFORM_CERT);
    let chain = std::fs::read_to_string(&path).map_err(|source| AuthorityError::File { path, source })?;
    let tables = format!(
        "[platform]\nroot_cert = '''{}'''\nplatform_cert = '''{chain}'''\n\n\
         [[app]]\napp_id = \"{APP_ID}\"\npid = \"{PID}\"\napp_cert = '''{}'''\n",
        bundle_pem(std::slice::from_ref(&authority.root)),
        certificate.to_pem(),
    );
    let named = |name: &str| format!("{FOLDER}/{name}");
    let described = CertificateApp {
        app_id: APP_ID.to_owned(),
        app_private_key_pkcs8: key.to_pkcs8_base64(),
        app_private_key_pkcs1: key.to_pkcs1_base64(),
        app_cert: named(&cert_file),
        alipay_root_cert: named(authority::ROOT_CERT),
        alipay_cert: named(authority::PLATFORM_CERT),
    };
    Ok(Some((described, tables)))
}
