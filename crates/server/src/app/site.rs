//! Where members' browsers find this Punchcard.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::OnceLock;
use store::{Fault, Tx, control};

/// Where a Punchcard serves when nothing else is said.
const DEFAULT: &str = "http://127.0.0.1:8088";

/// The site that pages are on.
#[derive(Default)]
pub struct Site(OnceLock<SocketAddr>);

impl Site {
    /// The setting that a world file's `[platform] base_url` makes.
    pub const SETTING: &'static str = "base_url";

    /// Takes the first address that calls are answered on.
    pub fn serves_on(&self, address: SocketAddr) {
        // A second address would be a second process.
        self.0.get_or_init(|| address);
    }

    /// The same, as a read of its own.
    pub fn asking(&self) -> impl Fn(&mut Tx) -> Result<String, Fault> + Send + 'static {
        let site = Site(self.0.clone());
        move |tx| site.base_url(tx)
    }

    /// What the path of a page is put behind, without a slash at its end: as set, else where calls are answered.
    pub fn base_url(&self, tx: &mut Tx) -> Result<String, Fault> {
        if let Some(set) = control::get(tx, Site::SETTING)? {
            return Ok(set.trim_end_matches('/').to_owned());
        }
        Ok(self.0.get().map_or_else(|| DEFAULT.to_owned(), |&address| url(address)))
    }
}

/// The URL of an address; one that stands for all of a machine's is reached through the machine itself.
fn url(address: SocketAddr) -> String {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_becomes_a_url() {
        for (address, expect) in [
            ("127.0.0.1:8088", "http://127.0.0.1:8088"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:81", "http://127.0.0.1:81"),
            ("[::1]:82", "http://[::1]:82"),
        ] {
            assert_eq!(url(address.parse().expect("an address")), expect);
        }
    }
}
