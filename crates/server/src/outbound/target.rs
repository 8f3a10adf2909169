//! Where a notification goes, and whether it may: on a platform no address of a private network, whatever its name
//! says.

use super::NoReply;
use axum::http::Uri;
use std::io::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;

/// Which networks may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All: a stand-in's developer listens on localhost.
    All,
    /// Only the public ones: on a platform anybody may register addresses, and must not reach its neighbours by them.
    Public,
}

/// What finds the addresses of a host, by its name and the port.
pub type Lookup = dyn Fn(String, u16) -> Looking + Send + Sync;
/// A look-up that is under way.
pub type Looking = Pin<Box<dyn Future<Output = Result<Vec<SocketAddr>, Error>> + Send>>;

/// The system's own look-up.
pub fn system_lookup(host: String, port: u16) -> Looking {
    Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
}

/// An address that was registered for notifications, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// Whether it is https.
    pub tls: bool,
    /// A name or an IP address, without brackets.
    pub host: String,
    /// Where it listens.
    pub port: u16,
    /// Host and port as they were written.
    pub authority: String,
    /// Path and query.
    pub path: String,
}

impl Target {
    /// Takes a URL apart; the error says what is wrong with it.
    pub fn parse(url: &str) -> Result<Target, String> {
        let uri: Uri = url.parse().map_err(|error| format!("no address: {error}"))?;
        let (tls, default_port) = match uri.scheme_str().map(str::to_ascii_lowercase).as_deref() {
            Some("http") => (false, 80),
            Some("https") => (true, 443),
            _ => return Err("no address: it must begin with http:// or https://".to_owned()),
        };
        let authority = uri.authority().expect("an absolute address has one");
        if authority.as_str().contains('@') {
            return Err("no address: it must not hold a name or a password".to_owned());
        }
        let written = authority.as_str().rsplit_once(']').map_or(authority.as_str(), |(_, port)| port);
        let port = match written.split_once(':') {
            None | Some((_, "")) => default_port,
            Some((_, port)) => port.parse().ok().filter(|port| *port != 0).ok_or("no address: its port is none")?,
        };
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let path = uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        if host.is_empty() {
            return Err("no address: it has no host".to_owned());
        }
        Ok(Target { tls, host, port, authority: authority.to_string(), path })
    }

    /// Resolves the host once. All of its addresses are checked, and whoever connects takes one of these.
    pub async fn addresses(&self, reach: Reach, lookup: &Lookup) -> Result<Vec<SocketAddr>, NoReply> {
        let found = lookup(self.host.clone(), self.port).await;
        let found = found.map_err(|error| NoReply::Failed(format!("{} cannot be looked up: {error}", self.host)))?;
        let private = found.iter().find(|address| !is_public(address.ip()));
        match private {
            Some(address) if reach == Reach::Public => Err(NoReply::Refused(format!(
                "refused: {} is {}, in a private or reserved network; see --notify-allow-private",
                self.host,
                address.ip()
            ))),
            _ if found.is_empty() => Err(NoReply::Failed(format!("{} has no address", self.host))),
            _ => Ok(found),
        }
    }
}

/// Whether an address belongs to the public internet (IANA's special-purpose registries; those that only carry another
/// address are as public as that).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let reserved = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18 | 19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !reserved
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    let embedded = |high: u16, low: u16| is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match parts {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        let check = |url: &str, expect: Result<(bool, &str, u16, &str, &str), &str>| {
            let found = Target::parse(url);
            match (&found, expect) {
                (Ok(it), Ok(expect)) => {
                    assert_eq!((it.tls, &*it.host, it.port, &*it.authority, &*it.path), expect, "{url}");
                }
                (Err(why), Err(expect)) => assert!(why.contains(expect), "{url}: {why}"),
                _ => panic!("{url}: {found:?}"),
            }
        };
        check("http://a.com", Ok((false, "a.com", 80, "a.com", "/")));
        check("https://a.com:8443/b?c=d", Ok((true, "a.com", 8443, "a.com:8443", "/b?c=d")));
        check("http://[::1]:80/", Ok((false, "::1", 80, "[::1]:80", "/")));
        check("HTTPS://a.com", Ok((true, "a.com", 443, "a.com", "/")));
        check("http://[::1]/", Ok((false, "::1", 80, "[::1]", "/")));
        check("http://a.com:99999/", Err("port"));
        check("http://a.com:0/", Err("port"));
        check("http://[::1]:70000/", Err("port"));
        check("http://:80/", Err("no address"));
        check("ftp://a.com/", Err("http://"));
        check("/a", Err("http://"));
        check("", Err("no address"));
        check("http://", Err("no address"));
        check("http://user:secret@a.com/", Err("password"));
        check("http://a.com/积 分", Err("no address"));
    }

    #[test]
    fn private_and_reserved_networks_are_not_public() {
        let check = |ip: &str, expect| assert_eq!(is_public(ip.parse().expect("an address")), expect, "{ip}");
        for ip in ["1.1.1.1", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.0.1.1", "223.255.255.255"] {
            check(ip, true);
        }
        for ip in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.80",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.19.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
        ] {
            check(ip, false);
            check(&format!("::ffff:{ip}"), false);
            check(&format!("64:ff9b::{ip}"), false);
        }
        for ip in ["2606:4700::1111", "::ffff:1.1.1.1", "2002:101:101::1", "2001:200::1"] {
            check(ip, true);
        }
        for ip in ["::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "2001::1", "2002:a00:1::1"] {
            check(ip, false);
        }
    }

    #[tokio::test]
    async fn a_platform_reaches_no_neighbour() {
        for url in
            ["http://127.0.0.1/", "http://localhost:81/", "http://[::1]/", "http://2130706433/", "http://10.0.0.1/"]
        {
            let target = Target::parse(url).expect("an address");
            let refused = target.addresses(Reach::Public, &system_lookup).await.expect_err(url);
            assert!(matches!(&refused, NoReply::Refused(why) if why.contains("refused: ")), "{refused:?}");
        }
        let target = Target::parse("http://127.0.0.1:81/").expect("an address");
        assert_eq!(target.addresses(Reach::All, &system_lookup).await, Ok(vec![([127, 0, 0, 1], 81).into()]));
    }
}
