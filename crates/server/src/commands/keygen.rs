//! `punchcard keygen`: a key pair in every form that somebody's SDK wants, or certificates of one's own authority.

mod certs;

use super::{Failure, output};
use certs::Certs;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;
use wire::PrivateKey;

/// Print a new RSA-2048 key pair in every form that SDKs want. The public key goes into the world file (`public_key`)
/// or to the platform; the private key stays with the app. With --certs, make certificates instead.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard keygen --json > keys.json
  punchcard keygen --certs certs --app-id 2021000000000001")]
pub struct Keygen {
    /// Make certificates in this folder: of an authority of your own, the platform, and an app. What is there is kept
    #[arg(long, value_name = "FOLDER")]
    certs: Option<PathBuf>,
    /// The app that the certificate is for
    #[arg(long, requires = "certs")]
    app_id: Option<String>,
    /// A file with the platform's public key, for which its certificate is issued; without it the folder has the key
    #[arg(long, requires = "certs", value_name = "FILE")]
    platform_key: Option<PathBuf>,
    /// A file with the app's public key, for which its certificate is issued; without it the folder has the key
    #[arg(long, requires = "certs", value_name = "FILE")]
    app_key: Option<PathBuf>,
    /// The last day, in UTC+8, on which certificates that are issued now are valid
    #[arg(long, requires = "certs", value_name = "yyyy-MM-dd", default_value = "2049-12-31")]
    until: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Forms {
    private_key_pkcs8: String,
    private_key_pkcs1: String,
    private_key_pkcs8_pem: String,
    private_key_pkcs1_pem: String,
    public_key: String,
    public_key_pem: String,
}

impl Keygen {
    pub(super) fn run(self) -> Result<(), Failure> {
        if let Some(folder) = &self.certs {
            let certs = Certs::make(folder, &self)?;
            if self.json {
                output::json(&certs);
            } else {
                output::paragraph(&certs.text());
            }
            return Ok(());
        }
        let key = PrivateKey::generate();
        let forms = Forms {
            private_key_pkcs8: key.to_pkcs8_base64(),
            private_key_pkcs1: key.to_pkcs1_base64(),
            private_key_pkcs8_pem: key.to_pkcs8_pem(),
            private_key_pkcs1_pem: key.to_pkcs1_pem(),
            public_key: key.public_key().to_base64(),
            public_key_pem: key.public_key().to_pem(),
        };
        if self.json {
            output::json(&forms);
            return Ok(());
        }
        output::paragraph(&format!("# Private key, PKCS#8, one line (Java)\n{}\n\n", forms.private_key_pkcs8));
        output::paragraph(&format!(
            "# Private key, PKCS#1, one line (PHP, Python, Node)\n{}\n\n",
            forms.private_key_pkcs1
        ));
        output::paragraph(&format!("# Private key, PKCS#8, PEM\n{}\n", forms.private_key_pkcs8_pem));
        output::paragraph(&format!("# Private key, PKCS#1, PEM\n{}\n", forms.private_key_pkcs1_pem));
        output::paragraph(&format!("# Public key, one line (what is given to the platform)\n{}\n\n", forms.public_key));
        output::paragraph(&format!("# Public key, PEM\n{}\n", forms.public_key_pem));
        Ok(())
    }
}
