//! The platform's key and certificate, as the store keeps them.

use crate::keys::{CertificateNumbers, Identity, MasterKey};
use store::{Fault, Tx, control};
use wire::PrivateKey;
use wire::certificate::{Certificate, root_sn};

/// The setting that holds the platform's sealed private key.
pub const PLATFORM_KEY: &str = "platform_private_key";
/// The setting that names the platform's current certificate by its serial number; empty without one.
pub const PLATFORM_CERT_SN: &str = "platform_cert_sn";
/// The setting that holds the bundle of root certificates, in PEM; empty without one.
pub const ROOT_CERT: &str = "root_cert";
/// The settings that make an identity: who caches it reads it again when one of them changes.
pub const SETTINGS: [&str; 3] = [PLATFORM_KEY, PLATFORM_CERT_SN, ROOT_CERT];

/// The settings of [`SETTINGS`] as one snapshot has them.
pub struct StoredIdentity {
    key: Option<String>,
    cert_sn: Option<String>,
    roots: Option<String>,
}

impl StoredIdentity {
    /// Reads them.
    pub fn read(tx: &mut Tx) -> Result<StoredIdentity, Fault> {
        let mut setting = |name| Ok::<_, Fault>(control::get(tx, name)?.filter(|value| !value.is_empty()));
        Ok(StoredIdentity {
            key: setting(PLATFORM_KEY)?,
            cert_sn: setting(PLATFORM_CERT_SN)?,
            roots: setting(ROOT_CERT)?,
        })
    }

    /// Opens the key; nothing when it cannot be read.
    pub fn open(self, master_key: &MasterKey) -> Option<Identity> {
        let key = PrivateKey::parse(&master_key.open(&self.key?).ok()?).ok()?;
        let root_sn = self.roots.and_then(|roots| root_sn(&Certificate::chain(&roots).ok()?));
        let numbers = self.cert_sn.zip(root_sn);
        let certificate =
            numbers.map(|(cert_sn, root_sn)| CertificateNumbers { cert_sn: cert_sn.into(), root_sn: root_sn.into() });
        Some(Identity { key, certificate })
    }
}
