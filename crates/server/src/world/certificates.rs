//! What the certificates of a world file must be: those of an app and of the platform, and the roots that both lead to.
//!
//! A certificate that has expired, or is not valid yet, is taken all the same and told of: a manual clock may stand
//! anywhere. What calls are refused for is decided when they come.

use super::values::Checked;
use wire::PublicKey;
use wire::certificate::{Certificate, root_sn};
use wire::time;

/// The method by which SDKs get a certificate of the platform that is newer than their own.
pub const DOWNLOAD: &str = "alipay.open.app.alipaycert.download";
/// Why an app's certificate is refused that [`leads_to`] no root.
pub(super) const LEADS_ELSEWHERE: &str = "app_cert does not lead to root_cert";
/// The most certificates of an app: the current one and those before it that are still valid.
pub(super) const APP_CERTIFICATES_MAX: usize = 8;

/// A bundle of roots, of which an RSA key has signed one at least. An empty text takes the bundle away.
pub(super) fn roots(text: &str) -> Checked<Vec<Certificate>> {
    let bundle = chain_or_none("root_cert", text)?;
    if !bundle.is_empty() && root_sn(&bundle).is_none() {
        return Err("root_cert: none of the certificates is signed by an RSA key".to_owned());
    }
    Ok(bundle)
}

/// A certificate with an RSA key, and behind it those by which it leads to a root: each is the next one's. Roots at its
/// end are left out, for everybody has their own. An empty text takes the certificate away.
pub(super) fn chain(name: &str, text: &str) -> Checked<Vec<Certificate>> {
    let mut chain = chain_or_none(name, text)?;
    if let Some(leaf) = chain.first() {
        leaf.public_key().map_err(|error| format!("{name}: {error}"))?;
    }
    while 1 < chain.len() && chain.last().is_some_and(Certificate::is_root) {
        chain.pop();
    }
    if let Some(at) = chain.windows(2).position(|pair| !pair[0].is_issued_by(&pair[1])) {
        let (one, next) = (at + 1, at + 2);
        return Err(format!("{name}: certificate {one} is not issued by certificate {next} behind it"));
    }
    Ok(chain)
}

fn chain_or_none(name: &str, text: &str) -> Checked<Vec<Certificate>> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    Certificate::chain(text).map_err(|error| format!("{name}: {error}"))
}

/// Whether a chain leads to one of the roots, where need be by way of `known` certificates of authorities.
pub(super) fn leads_to(chain: &[Certificate], known: &[Certificate], roots: &[Certificate]) -> bool {
    let Some(mut last) = chain.last() else { return false };
    for _ in 0..=known.len() {
        if roots.iter().any(|root| last.is_issued_by(root)) {
            return true;
        }
        match known.iter().find(|authority| last.is_issued_by(authority)) {
            Some(authority) => last = authority,
            None => return false,
        }
    }
    false
}

/// An app's certificates, in base64, with one more. Where there are too many, those that have expired go first.
pub(super) fn with_one_more(known: Vec<String>, new: &Certificate, now: i64) -> Checked<Vec<String>> {
    let mut certificates = known;
    let text = new.to_base64();
    if certificates.contains(&text) {
        return Ok(certificates);
    }
    let has_its_sn = |text: &String| Certificate::parse(text).is_ok_and(|known| known.sn() == new.sn());
    if certificates.iter().any(has_its_sn) {
        return Err(format!(
            "app_cert: another certificate of the app has the serial number {}: an issuer gives each number once",
            new.sn()
        ));
    }
    if APP_CERTIFICATES_MAX <= certificates.len() {
        let has_expired = |text: &String| Certificate::parse(text).is_ok_and(|known| known.ends_at() < now);
        certificates.retain(|text| !has_expired(text));
    }
    if APP_CERTIFICATES_MAX <= certificates.len() {
        return Err(format!(
            "app_cert: the app has {APP_CERTIFICATES_MAX} certificates that are still valid: app_cert = \"\" takes them away"
        ));
    }
    certificates.push(text);
    Ok(certificates)
}

/// The warning about a certificate that is not valid at `now`.
pub(super) fn warning(name: &str, certificate: &Certificate, now: i64) -> Option<String> {
    let state = if certificate.ends_at() < now { "has expired" } else { "is not valid yet" };
    let [from, until] = [certificate.starts_at(), certificate.ends_at()].map(time::format);
    let sn = certificate.sn();
    (!certificate.is_valid_at(now))
        .then(|| format!("{name} {sn} {state}; it is valid from {from} until {until} (UTC+8)"))
}

/// Why a chain cannot be the platform's, with this key and these roots.
pub(super) fn refuse_platform(chain: &[Certificate], roots: &[Certificate], key: &PublicKey) -> Option<&'static str> {
    let leaf = chain.first()?;
    if roots.is_empty() {
        return Some("platform_cert needs root_cert, to which it leads");
    }
    if !leads_to(chain, &[], roots) {
        return Some("platform_cert does not lead to root_cert: the certificates in between stand behind it");
    }
    (leaf.public_key() != Ok(key)).then_some(
        "platform_cert is of another key than the platform's: state that private_key too, or have the certificate issued \
         for the key that `punchcard serve` prints as alipay_public_key",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::PrivateKey;
    use wire::certificate::{CertificateRequest, Name, bundle_pem};

    const DAY_MS: i64 = 86_400_000;

    /// Three authorities, each issued by the one before, the last one's leaf, and a stranger's.
    struct Authorities {
        chain: Vec<Certificate>,
        stranger: Certificate,
        key: PrivateKey,
    }

    fn authorities() -> Authorities {
        let keys: Vec<PrivateKey> = (0..4).map(|_| PrivateKey::generate()).collect();
        let names: Vec<Name> =
            (0..4).map(|nth| Name::new("Test", "Unit", &format!("Authority {nth}")).expect("a name")).collect();
        let issue = |nth: usize, by: usize, ends_at: i64| {
            let key = keys[nth].public_key();
            let (subject, is_authority) = (&names[nth], nth < 3);
            let request = CertificateRequest { subject, key: &key, serial: 9, starts_at: 0, ends_at, is_authority };
            request.issue(&names[by], &keys[by])
        };
        let chain = (0..4).map(|nth| issue(nth, nth.saturating_sub(1), DAY_MS)).rev().collect();
        Authorities { chain, stranger: issue(2, 2, DAY_MS), key: keys[3].clone() }
    }

    #[test]
    fn chains_are_taken_in_order_and_without_their_root() {
        let Authorities { chain: certificates, stranger, key } = authorities();
        let read = |certificates: &[Certificate]| chain("c", &bundle_pem(certificates));
        assert_eq!(read(&certificates).as_deref(), Ok(&certificates[..3]));
        assert_eq!(read(&certificates[..2]).as_deref(), Ok(&certificates[..2]));
        assert_eq!(chain("c", ""), Ok(Vec::new()));
        let refusal = "c: certificate 1 is not issued by certificate 2 behind it".to_owned();
        assert_eq!(read(&[certificates[0].clone(), certificates[2].clone()]), Err(refusal));
        let (root, between) = (&certificates[3..], &certificates[1..3]);
        assert!(leads_to(&certificates[..3], &[], root));
        assert!(!leads_to(&certificates[..2], &[], root));
        assert!(!leads_to(&certificates[..1], &[], root));
        assert!(leads_to(&certificates[..1], between, root));
        assert!(!leads_to(&certificates[..1], &between[..1], root));
        assert!(!leads_to(&certificates[..3], &[], std::slice::from_ref(&stranger)));
        // A circle ends.
        assert!(!leads_to(&certificates[..1], &[stranger.clone(), stranger], root));
        assert!(!leads_to(&[], between, root));
        let refused = |chain: &[Certificate], roots: &[Certificate], key: &PrivateKey| {
            refuse_platform(chain, roots, &key.public_key()).unwrap_or_default().split(':').next().unwrap_or_default()
        };
        assert_eq!(refused(&certificates[..3], root, &key), "");
        assert_eq!(refused(&[], &[], &key), "");
        assert_eq!(refused(&certificates[..3], &[], &key), "platform_cert needs root_cert, to which it leads");
        assert_eq!(refused(&certificates[..1], root, &key), "platform_cert does not lead to root_cert");
        let other = PrivateKey::generate();
        assert_eq!(refused(&certificates[..3], root, &other), "platform_cert is of another key than the platform's");
    }

    #[test]
    fn an_app_keeps_a_few_certificates_and_loses_expired_ones_first() {
        let key = PrivateKey::generate();
        let name = Name::new("Test", "Unit", "Name").expect("a name");
        let issue = |serial: u128, ends_at: i64| {
            let public = key.public_key();
            let request =
                CertificateRequest { subject: &name, key: &public, serial, starts_at: 0, ends_at, is_authority: false };
            request.issue(&name, &key)
        };
        let most = APP_CERTIFICATES_MAX;
        // The first of them is over after a day.
        let certificates: Vec<_> =
            (1..=most).map(|nth| issue(nth as u128, if nth == 1 { DAY_MS } else { 9 * DAY_MS })).collect();
        let texts: Vec<_> = certificates.iter().map(Certificate::to_base64).collect();
        assert_eq!(with_one_more(texts.clone(), &certificates[3], 0).as_ref(), Ok(&texts));
        let new = issue(100, 9 * DAY_MS);
        assert!(with_one_more(texts.clone(), &new, DAY_MS).is_err());
        let after = with_one_more(texts.clone(), &new, DAY_MS + 1).expect("one has expired");
        assert_eq!(after, [&texts[1..], &[new.to_base64()]].concat());
        assert_eq!(with_one_more(Vec::new(), &new, 0), Ok(vec![new.to_base64()]));
        // Calls could name only one of two certificates with one serial number.
        let twice = issue(100, 8 * DAY_MS);
        assert!(with_one_more(vec![new.to_base64()], &twice, 0).is_err_and(|wrong| wrong.contains(new.sn())));
        let warned =
            |now| warning("app_cert", &new, now).unwrap_or_default().split(' ').skip(2).collect::<Vec<_>>().join(" ");
        assert_eq!(warned(0), "");
        assert_eq!(
            warned(-1),
            "is not valid yet; it is valid from 1970-01-01 08:00:00 until 1970-01-10 08:00:00 (UTC+8)"
        );
        assert_eq!(
            warned(9 * DAY_MS + 1_000),
            "has expired; it is valid from 1970-01-01 08:00:00 until 1970-01-10 08:00:00 (UTC+8)"
        );
    }
}
