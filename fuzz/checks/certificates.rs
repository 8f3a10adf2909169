//! Any text as certificates, and any bytes as one: refused, or read again from what it is written as.

use std::hint::black_box;

use wire::certificate::{Certificate, bundle_pem, chain_pem, root_sn};

/// Panics where something does not hold of this input.
pub(crate) fn check(data: &[u8]) {
    if let Some(certificate) = Certificate::from_der(data) {
        holds(&[certificate]);
    }
    let text = String::from_utf8_lossy(data);
    if let Ok(chain) = Certificate::chain(&text) {
        holds(&chain);
    }
    drop(Certificate::parse(&text));
}

fn holds(chain: &[Certificate]) {
    for certificate in chain {
        assert_eq!(certificate.sn().len(), 32);
        black_box(certificate.is_valid_at(certificate.ends_at()));
        black_box(certificate.public_key().is_ok());
        chain.iter().for_each(|issuer| {
            black_box(certificate.is_issued_by(issuer));
        });
        let again = Certificate::parse(&certificate.to_pem()).expect("what was written is read");
        assert_eq!(again.sn(), certificate.sn());
    }
    drop(root_sn(chain));
    for text in [bundle_pem(chain), chain_pem(chain)] {
        let again = Certificate::chain(&text).expect("what was written is read");
        assert!(again.iter().map(Certificate::sn).eq(chain.iter().map(Certificate::sn)));
    }
}
