//! Where members' browsers find this Punchcard.

use axum::http::Uri;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use store::{Fault, Tx, control, lease};

/// Where a Punchcard serves when nothing else is said.
const DEFAULT: &str = "http://127.0.0.1:8088";
/// The most characters of an address.
const ADDRESS_CHARS_MAX: usize = 256;

/// The site that pages are on.
#[derive(Default)]
pub struct Site {
    /// What `--base-url` says.
    flag: OnceLock<String>,
    /// The first address that calls are answered on.
    listens_on: OnceLock<SocketAddr>,
}

/// What decides where pages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `--base-url`.
    Flag,
    /// The setting that a world file made.
    World,
    /// Where calls are answered, for nobody said anything.
    Listener,
}

impl Site {
    /// The setting that a world file's `[platform] base_url` makes.
    pub const SETTING: &'static str = "base_url";

    /// Keeps what the `serve` of this [origin](store::Store::origin) was started with, for commands that open the store
    /// themselves. What others say that live stays as it is; `is_shared` says that there may be any.
    pub fn record(tx: &mut Tx, origin: i64, is_shared: bool, flag: Option<&str>) -> Result<(), Fault> {
        let mut living = vec![origin];
        if is_shared {
            lease::mark(tx, origin)?;
            living = lease::living(tx)?;
        }
        loop {
            let before = control::set_new(tx, control::OF_PROCESSES, "{}")?;
            let mut flags = flags(&before);
            flags.retain(|origin, _| living.contains(origin));
            flags.extend(flag.map(|flag| (origin, flag.to_owned())));
            let after = serde_json::to_string(&flags).expect("texts serialise");
            // Another may have written its own since.
            if before == after || control::replace(tx, control::OF_PROCESSES, &before, &after)? {
                return Ok(());
            }
        }
    }

    /// What processes that answer calls say: the first of those that live, and where none does, the last that did.
    fn of_serving(tx: &mut Tx) -> Result<Option<String>, Fault> {
        let Some(kept) = control::get(tx, control::OF_PROCESSES)? else { return Ok(None) };
        let (mut flags, living) = (flags(&kept), lease::living(tx)?);
        if living.is_empty() {
            return Ok(flags.pop_last().map(|(_, flag)| flag));
        }
        Ok(flags.into_iter().find(|(origin, _)| living.contains(origin)).map(|(_, flag)| flag))
    }

    /// Takes the first address that calls are answered on.
    pub fn serves_on(&self, address: SocketAddr) {
        // A second address would be a second process.
        self.listens_on.get_or_init(|| address);
    }

    /// Takes what `--base-url` says, which wins over the setting.
    pub fn is_at(&self, base_url: String) {
        self.flag.get_or_init(|| base_url);
    }

    /// [`Site::base_url`], as a read of its own.
    pub fn asking(self: &Arc<Self>) -> impl Fn(&mut Tx) -> Result<String, Fault> + Send + 'static {
        let site = self.clone();
        move |tx| site.base_url(tx)
    }

    /// What the path of a page is put behind, without a slash at its end.
    pub fn base_url(&self, tx: &mut Tx) -> Result<String, Fault> {
        Ok(self.base_url_and_source(tx)?.0)
    }

    /// The same with what decides it: the flag, else the setting, else where calls are answered. A process that answers
    /// no calls has the flag of one that does, or of the last that did.
    pub fn base_url_and_source(&self, tx: &mut Tx) -> Result<(String, Source), Fault> {
        let trimmed = |address: &str| address.trim_end_matches('/').to_owned();
        if let Some(flag) = self.flag.get() {
            return Ok((trimmed(flag), Source::Flag));
        }
        if self.listens_on.get().is_none()
            && let Some(flag) = Site::of_serving(tx)?
        {
            return Ok((trimmed(&flag), Source::Flag));
        }
        if let Some(set) = control::get(tx, Site::SETTING)? {
            return Ok((trimmed(&set), Source::World));
        }
        Ok((self.listens_on.get().map_or_else(|| DEFAULT.to_owned(), |&address| url(address)), Source::Listener))
    }
}

/// What processes were started with, by their origins. An earlier build kept one address.
fn flags(kept: &str) -> BTreeMap<i64, String> {
    serde_json::from_str(kept).unwrap_or_else(|_| {
        Some(kept).filter(|kept| !kept.is_empty()).map(|kept| (0, kept.to_owned())).into_iter().collect()
    })
}

/// An address that pages may be on: http or https, a host, if need be a port and a path, and nothing that would have to
/// be escaped on a page. The error says what is wrong.
pub fn check_base_url(text: &str) -> Result<String, String> {
    let wrong =
        |why: &str| format!("base_url {text:?} {why}: it is what browsers reach, such as https://shop.example.com");
    let uri = text.parse::<Uri>().map_err(|_| wrong("is no address"))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(wrong("is no http or https address"));
    }
    let host = uri.host().unwrap_or_default();
    let authority = uri.authority().map(axum::http::uri::Authority::as_str).unwrap_or_default();
    let named = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte));
    if host.is_empty() || !named || authority.contains('@') {
        return Err(wrong("has no host that can be reached"));
    }
    let port = authority.strip_prefix(host).unwrap_or_default();
    if !port.is_empty() && port.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()).is_none_or(|port| port == 0)
    {
        return Err(wrong("has a port that is none"));
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
    if text.contains(['?', '#']) || !uri.path().bytes().all(plain) {
        return Err(wrong("has more than a path behind its host"));
    }
    if ADDRESS_CHARS_MAX < text.len() { Err(wrong("is too long")) } else { Ok(text.to_owned()) }
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

    #[test]
    fn pages_are_where_browsers_find_them() {
        for text in [
            "http://127.0.0.1:8088",
            "https://shop.example.com",
            "https://shop.example.com/",
            "https://shop.example.com/cards",
            "http://[::1]:8088/a/b",
            "HTTPS://Shop.Example.com:8443",
        ] {
            assert_eq!(check_base_url(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            " ",
            "javascript:alert(1)",
            "javascript://shop.example.com/%0aalert(1)",
            "JAVASCRIPT:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://shop.example.com",
            "shop.example.com",
            "//shop.example.com",
            "/cards",
            "https:",
            "https://",
            "https:///cards",
            "https://:8088",
            "https://shop.example.com:",
            "https://shop.example.com:0",
            "https://shop.example.com:65536",
            "https://shop.example.com:port",
            "https://shop:8088:9",
            "https://me:secret@shop.example.com",
            "https://shop.example.com/?a=b",
            "https://shop.example.com/#top",
            "https://shop.example.com/a b",
            "https://shop.example.com/\"onload=\"x",
            "https://shop.example.com/<script>",
            "https://shop.example.com/\u{0}",
            "https://shop.example.com\n",
            "https://商店.example.com",
            "https://shop.example.com/\u{202e}",
            &format!("https://shop.example.com/{}", "a".repeat(300)),
        ] {
            assert!(check_base_url(text).is_err(), "{text:?}");
        }
    }
}
