//! `punchcard keygen`: a key pair in every form that somebody's SDK wants.

use super::{Failure, output};
use clap::Args;
use serde::Serialize;
use wire::PrivateKey;

/// Print a new RSA-2048 key pair in every form that SDKs want. The public key goes into the world file (`public_key`)
/// or to the platform; the private key stays with the app.
#[derive(Args)]
#[command(after_help = "Example:  punchcard keygen --json > keys.json")]
pub struct Keygen {
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
