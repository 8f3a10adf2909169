//! A certificate authority of one's own, in a folder: a root, an authority below it, and what that issues to the
//! platform and to apps. For `punchcard keygen --certs` and the demo.
//!
//! What the folder has is kept, and what it lacks is made: whoever removes a certificate gets a new one in its place.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use thiserror::Error;
use wire::certificate::{Certificate, CertificateError, CertificateRequest, Name, bundle_pem, chain_pem};
use wire::{KeyError, PrivateKey, PublicKey};

/// The bundle of roots, as the live platform calls the file.
pub const ROOT_CERT: &str = "alipayRootCert.crt";
/// The platform's certificate with the authority's behind it, as the live platform calls the file.
pub const PLATFORM_CERT: &str = "alipayCertPublicKey_RSA2.crt";
/// The platform's private key.
pub const PLATFORM_KEY: &str = "platform.private.pem";

/// 2010-01-01 00:00:00 UTC: before whatever a manual clock shows.
pub const STARTS_AT: i64 = 1_262_304_000_000;
/// 2049-12-31 23:59:59 UTC: after it certificates write times in another form.
pub const ENDS_AT: i64 = 2_524_607_999_000;

const ORGANIZATION: &str = "Punchcard";
const UNIT: &str = "Local Certification Authority";

/// Why a folder does not serve as an authority.
#[derive(Debug, Error)]
pub enum AuthorityError {
    /// A file cannot be read or made.
    #[error("{path}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds no key.
    #[error("{path}")]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KeyError,
    },
    /// A file holds no certificate.
    #[error("{path}")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: CertificateError,
    },
    /// A certificate is of another key than the one beside it.
    #[error("{path}: the certificate is of another key: remove the file to have one issued for this key")]
    OtherKey {
        /// The certificate's file.
        path: PathBuf,
    },
    /// Two files do not belong together.
    #[error("{path}: not issued by the authority of this folder")]
    OtherAuthority {
        /// The certificate's file.
        path: PathBuf,
    },
    /// A holder's name has characters that SDKs write in ways of their own.
    #[error("{0:?} cannot stand in a certificate: letters, digits and blanks can, 64 at most")]
    Name(String),
}

type Done<T> = Result<T, AuthorityError>;

/// The authority of a folder.
pub struct Authority {
    folder: PathBuf,
    /// What everybody trusts.
    pub root: Certificate,
    intermediate: Certificate,
    key: PrivateKey,
}

/// Who is to have a certificate.
pub struct Holder<'a> {
    /// The holder's name in the certificate.
    pub common_name: &'a str,
    /// The file with the private key.
    pub key_file: &'a str,
    /// The file with the certificate.
    pub cert_file: &'a str,
    /// The holder's key, where it is not in the folder.
    pub key: Option<PublicKey>,
    /// Whether the authority's certificate stands behind the holder's in the file.
    pub with_authority: bool,
    /// The last second in which a certificate is valid that is issued now, UTC milliseconds.
    pub ends_at: i64,
}

/// What a holder has in the folder.
pub struct Held {
    /// The private key; `None` where the holder keeps it elsewhere.
    pub key: Option<PrivateKey>,
    /// The certificate.
    pub certificate: Certificate,
}

impl Authority {
    /// The authority of this folder, which is made where it is missing.
    pub fn of(folder: &Path) -> Done<Authority> {
        std::fs::create_dir_all(folder).map_err(|source| AuthorityError::File { path: folder.to_owned(), source })?;
        let [root_name, name] = ["Punchcard Root R1", "Punchcard Authority Class 2 R1"].map(name);
        let (root_name, name) = (root_name?, name?);
        let root_key = private_key(&folder.join("root.private.pem"))?;
        let key = private_key(&folder.join("intermediate.private.pem"))?;
        let root = certificate(&folder.join(ROOT_CERT), &root_key.public_key(), || {
            let root = issue(&root_name, &root_key.public_key(), true, ENDS_AT, &root_name, &root_key);
            (bundle_pem(std::slice::from_ref(&root)), root)
        })?;
        let path = folder.join("intermediate.crt");
        let intermediate = certificate(&path, &key.public_key(), || {
            let issued = issue(&name, &key.public_key(), true, ENDS_AT, &Name::of(&root), &root_key);
            (issued.to_pem(), issued)
        })?;
        if !intermediate.is_issued_by(&root) {
            return Err(AuthorityError::OtherAuthority { path });
        }
        Ok(Authority { folder: folder.to_owned(), root, intermediate, key })
    }

    /// What this holder has in the folder: what is missing is made.
    pub fn issue(&self, holder: &Holder<'_>) -> Done<Held> {
        let subject = name(holder.common_name)?;
        let key = match holder.key {
            Some(_) => None,
            None => Some(private_key(&self.folder.join(holder.key_file))?),
        };
        let public = holder.key.clone().or_else(|| key.as_ref().map(PrivateKey::public_key)).expect("one of them");
        let path = self.folder.join(holder.cert_file);
        let certificate = certificate(&path, &public, || {
            let issued = issue(&subject, &public, false, holder.ends_at, &Name::of(&self.intermediate), &self.key);
            let authority = self.intermediate.clone();
            let chain = if holder.with_authority { vec![issued.clone(), authority] } else { vec![issued.clone()] };
            (chain_pem(&chain), issued)
        })?;
        if !certificate.is_issued_by(&self.intermediate) {
            return Err(AuthorityError::OtherAuthority { path });
        }
        Ok(Held { key, certificate })
    }
}

/// Who is the platform: its key in the folder, or the given one.
pub fn platform(key: Option<PublicKey>, ends_at: i64) -> Holder<'static> {
    Holder {
        common_name: "Punchcard Platform",
        key_file: PLATFORM_KEY,
        cert_file: PLATFORM_CERT,
        key,
        with_authority: true,
        ends_at,
    }
}

fn name(common_name: &str) -> Done<Name> {
    Name::new(ORGANIZATION, UNIT, common_name).ok_or_else(|| AuthorityError::Name(common_name.to_owned()))
}

fn issue(
    subject: &Name,
    key: &PublicKey,
    is_authority: bool,
    ends_at: i64,
    issuer: &Name,
    issuer_key: &PrivateKey,
) -> Certificate {
    let mut number = [0; 16];
    aws_lc_rs::rand::fill(&mut number).expect("the system has random bytes");
    let serial = u128::from_be_bytes(number);
    CertificateRequest { subject, key, serial, starts_at: STARTS_AT, ends_at, is_authority }.issue(issuer, issuer_key)
}

/// The private key in this file, which is made where it is missing.
fn private_key(path: &Path) -> Done<PrivateKey> {
    if let Some(text) = read(path)? {
        return PrivateKey::parse(&text).map_err(|source| AuthorityError::Key { path: path.to_owned(), source });
    }
    let key = PrivateKey::generate();
    write(path, &key.to_pkcs8_pem(), 0o600)?;
    Ok(key)
}

/// The first certificate in this file, of this key; what `made` gives is written where the file is missing.
fn certificate(path: &Path, key: &PublicKey, made: impl FnOnce() -> (String, Certificate)) -> Done<Certificate> {
    let Some(text) = read(path)? else {
        let (text, certificate) = made();
        write(path, &text, 0o644)?;
        return Ok(certificate);
    };
    let certificate =
        Certificate::parse(&text).map_err(|source| AuthorityError::Certificate { path: path.to_owned(), source })?;
    if certificate.public_key() == Ok(key) {
        Ok(certificate)
    } else {
        Err(AuthorityError::OtherKey { path: path.to_owned() })
    }
}

fn read(path: &Path) -> Done<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AuthorityError::File { path: path.to_owned(), source }),
    }
}

/// Writes a new file; one that is there is somebody else's by now.
pub fn write(path: &Path, text: &str, mode: u32) -> Done<()> {
    let write = || {
        let mut file = std::fs::OpenOptions::new().create_new(true).write(true).mode(mode).open(path)?;
        file.write_all(text.as_bytes())
    };
    write().map_err(|source| AuthorityError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn app(key: Option<PublicKey>) -> Holder<'static> {
        let (key_file, cert_file) = ("app.private.pem", "app.crt");
        Holder { common_name: "App 1", key_file, cert_file, key, with_authority: false, ends_at: ENDS_AT }
    }

    #[test]
    fn what_a_folder_has_is_kept_and_what_it_lacks_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("certs");
        let (root, held) = {
            let authority = Authority::of(&path).expect("made");
            let held = authority.issue(&app(None)).expect("issued");
            (authority.root.clone(), held.certificate)
        };
        let again = Authority::of(&path).expect("read");
        assert_eq!(again.root, root);
        assert_eq!(again.issue(&app(None)).expect("read").certificate, held);
        let mode = |name: &str| std::fs::metadata(path.join(name)).expect("there").permissions().mode() & 0o777;
        for secret in ["root.private.pem", "intermediate.private.pem", "app.private.pem"] {
            assert_eq!(mode(secret), 0o600, "{secret}");
        }
        // A removed certificate is replaced by one of the same key and another number.
        std::fs::remove_file(path.join("app.crt")).expect("ours");
        let next = again.issue(&app(None)).expect("issued").certificate;
        assert_eq!(next.public_key(), held.public_key());
        assert_ne!(next.sn(), held.sn());
        // And the platform's has the authority's behind it, for the root is known to all.
        let platform_key = PrivateKey::generate().public_key();
        let leaf = again.issue(&platform(Some(platform_key.clone()), ENDS_AT)).expect("issued").certificate;
        let text = std::fs::read_to_string(path.join(PLATFORM_CERT)).expect("there");
        let chain = Certificate::chain(&text).expect("certificates");
        assert_eq!((chain.len(), &chain[0], leaf.public_key()), (2, &leaf, Ok(&platform_key)));
        assert!(chain[0].is_issued_by(&chain[1]) && chain[1].is_issued_by(&root));
        assert!(!path.join(PLATFORM_KEY).exists());
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let authority = Authority::of(folder.path()).expect("made");
        authority.issue(&app(None)).expect("issued");
        let refused = |authority: &Authority, holder: &Holder<'_>| {
            authority.issue(holder).err().map(|error| error.to_string()).unwrap_or_default()
        };
        let told = refused(&authority, &app(Some(PrivateKey::generate().public_key())));
        assert!(told.contains("app.crt: the certificate is of another key"), "{told}");
        let told = refused(&authority, &Holder { common_name: "a,b", ..app(None) });
        assert!(told.contains("\"a,b\" cannot stand in a certificate"), "{told}");
        let other = tempfile::tempdir().expect("a folder");
        for name in ["app.crt", "app.private.pem"] {
            std::fs::copy(folder.path().join(name), other.path().join(name)).expect("ours");
        }
        let told = refused(&Authority::of(other.path()).expect("made"), &app(None));
        assert!(told.contains("app.crt: not issued by the authority of this folder"), "{told}");
        std::fs::write(other.path().join("app.crt"), "?").expect("ours");
        let refused = Authority::of(other.path()).expect("read").issue(&app(None)).err();
        assert!(matches!(refused, Some(AuthorityError::Certificate { .. })), "{refused:?}");
    }
}
