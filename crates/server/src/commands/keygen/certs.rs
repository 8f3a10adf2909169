//! `punchcard keygen --certs`: the files of certificate mode, and where each belongs.

use super::Keygen;
use crate::authority::{self, Authority, Holder};
use crate::commands::{Failure, output};
use serde::Serialize;
use std::path::{Path, PathBuf};
use wire::certificate::root_sn;
use wire::{PublicKey, time};

/// The files that there are now, and the serial numbers by which calls and answers name certificates.
#[derive(Serialize)]
pub(super) struct Certs {
    app_cert_sn: String,
    alipay_root_cert_sn: String,
    alipay_cert_sn: String,
    app_cert: PathBuf,
    alipay_root_cert: PathBuf,
    alipay_cert: PathBuf,
    /// The private keys that are in the folder: PKCS#8, PEM.
    app_private_key: Option<PathBuf>,
    platform_private_key: Option<PathBuf>,
    /// What belongs into the world file.
    world: String,
}

impl Certs {
    pub(super) fn make(folder: &Path, keygen: &Keygen) -> Result<Certs, Failure> {
        let Keygen { app_id, platform_key, app_key, until, .. } = keygen;
        let wrong = || Failure(format!("--until {until:?} must be a day, yyyy-MM-dd"));
        let ends_at = time::parse(&format!("{until} 23:59:59")).ok_or_else(wrong)?;
        let possible = authority::STARTS_AT + 1..=authority::ENDS_AT;
        if !possible.contains(&ends_at) {
            let [first, last] = [*possible.start(), *possible.end()].map(time::format);
            return Err(Failure(format!(
                "--until {until}: certificates are valid from {first} and until {last} at most"
            )));
        }
        let is_id = |id: &String| !id.is_empty() && id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(app_id) = app_id.as_ref().filter(|app_id| !is_id(app_id)) {
            return Err(Failure(format!("--app-id {app_id:?} must be 1 to 32 digits")));
        }
        let platform_key = platform_key.as_deref().map(public_key).transpose()?;
        let app_key = app_key.as_deref().map(public_key).transpose()?;
        let ending = app_id.as_ref().map_or_else(String::new, |app_id| format!("_{app_id}"));
        let (key_file, cert_file) = (format!("app{ending}.private.pem"), format!("appCertPublicKey{ending}.crt"));

        let authority = Authority::of(folder)?;
        let platform = authority.issue(&authority::platform(platform_key, ends_at))?;
        let app = authority.issue(&Holder {
            common_name: app_id.as_deref().unwrap_or("Punchcard App"),
            key_file: &key_file,
            cert_file: &cert_file,
            key: app_key,
            with_authority: false,
            ends_at,
        })?;
        for (file, kept) in [(authority::PLATFORM_CERT, &platform.certificate), (cert_file.as_str(), &app.certificate)]
        {
            if kept.ends_at() != ends_at {
                let kept_until = time::format(kept.ends_at());
                output::note(format!(
                    "{file} was there before and stays as it is, valid until {kept_until}; remove it to have one issued \
                     until {until}"
                ));
            }
        }
        let file = |name: &str| folder.join(name);
        let mut certs = Certs {
            app_cert_sn: app.certificate.sn().to_owned(),
            alipay_root_cert_sn: root_sn(std::slice::from_ref(&authority.root)).expect("the root is signed by RSA"),
            alipay_cert_sn: platform.certificate.sn().to_owned(),
            app_cert: file(&cert_file),
            alipay_root_cert: file(authority::ROOT_CERT),
            alipay_cert: file(authority::PLATFORM_CERT),
            app_private_key: app.key.map(|_| file(&key_file)),
            platform_private_key: platform.key.map(|_| file(authority::PLATFORM_KEY)),
            world: String::new(),
        };
        certs.world = certs.world(app_id.as_deref());
        Ok(certs)
    }

    /// The tables of a world file that name the files.
    fn world(&self, app_id: Option<&str>) -> String {
        let quoted = |path: &Path| toml::Value::String(path.display().to_string()).to_string();
        let private_key = self
            .platform_private_key
            .as_ref()
            .map_or_else(String::new, |key| format!("private_key = {}\n", quoted(key)));
        format!(
            "[platform]\n{private_key}root_cert = {}\nplatform_cert = {}\n\n[[app]]\napp_id = \"{}\"\napp_cert = {}\n",
            quoted(&self.alipay_root_cert),
            quoted(&self.alipay_cert),
            app_id.unwrap_or("…"),
            quoted(&self.app_cert),
        )
    }

    pub(super) fn text(&self) -> String {
        let [app, root, platform] =
            [&self.app_cert, &self.alipay_root_cert, &self.alipay_cert].map(|path| in_quotes(path));
        let key =
            self.app_private_key.as_ref().map_or_else(|| "the app's own".to_owned(), |key| key.display().to_string());
        format!(
            "# World file\n{}\n\
             # Serial numbers\napp_cert_sn          {}\nalipay_root_cert_sn  {}\nalipay_cert_sn       {}\n\n\
             # The app's private key (PKCS#8, PEM)\n{key}\n\n\
             # Node, alipay-sdk: new AlipaySdk({{ … }})\n\
             appCertPath: '{app}', alipayRootCertPath: '{root}', alipayPublicCertPath: '{platform}'\n\n\
             # Java, alipay-sdk-java: CertAlipayRequest and certificateExecute\n\
             setCertPath(\"{app}\"); setRootCertPath(\"{root}\"); setAlipayPublicCertPath(\"{platform}\");\n\n\
             # PHP, alipay-sdk-php-all: AopCertClient\n\
             appCertSN = getCertSN('{app}'); alipayRootCertSN = getRootCertSN('{root}');\n\
             alipayrsaPublicKey = getPublicKey('{platform}');\n\n\
             # Python, python-alipay-sdk: DCAliPay(…), with the texts of the files\n\
             app_public_key_cert_string: {app}\nalipay_public_key_cert_string: {platform}\nalipay_root_cert_string: {root}\n",
            self.world, self.app_cert_sn, self.alipay_root_cert_sn, self.alipay_cert_sn,
        )
    }
}

/// A path as it may stand in quotes of either kind in a program.
fn in_quotes(path: &Path) -> String {
    path.display().to_string().replace('\\', "\\\\").replace('\'', "\\'").replace('"', "\\\"")
}

/// The public key in a file.
fn public_key(path: &Path) -> Result<PublicKey, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    PublicKey::parse(&text).map_err(|error| failed(&error))
}
