//! Who is on the other side, for whatever is counted by address: the one place that says so.
//!
//! It is the connection's peer, unless that is a proxy that the operator trusts. Then it is who the proxy says
//! (`X-Forwarded-For` or `Forwarded`), read from the right, past what other trusted proxies have added: what is left of
//! the first address that is not trusted, anybody may have written.

use axum::http::HeaderMap;
use ipnet::{IpNet, Ipv4Net};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Callers, as most proxies name them.
pub const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// The same, as RFC 7239 does.
const FORWARDED: &str = "forwarded";

/// The address that a request is counted by, put beside it by `listener`: IPv4, or the first half of an IPv6 address,
/// for whoever has one of those has 2^64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caller(pub IpAddr);

/// The other end of the connection itself, put beside a request by `listener`.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// Reads a network, `10.0.0.0/8` or one address; the error says what is wrong with it.
pub fn network(text: &str) -> Result<IpNet, String> {
    let parsed = text.parse::<IpNet>().ok().or_else(|| text.parse().map(|address: IpAddr| IpNet::from(address)).ok());
    let network = parsed.ok_or("must be an address, or a network like 10.0.0.0/8")?;
    let network = match network {
        // How IPv6 sockets write IPv4.
        IpNet::V6(v6) if 96 <= v6.prefix_len() && v6.addr().to_ipv4_mapped().is_some() => {
            let v4 = v6.addr().to_ipv4_mapped().ok_or("must be a network")?;
            IpNet::V4(Ipv4Net::new(v4, v6.prefix_len() - 96).map_err(|error| error.to_string())?)
        }
        other => other,
    };
    if network.prefix_len() == 0 {
        return Err("would trust everybody: name the proxies' own network".to_owned());
    }
    Ok(network.trunc())
}

/// The proxies whose word on forwarded addresses is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// Whether this peer is one of them.
    pub fn has(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }

    /// Who asks: `peer`, or who a trusted one names. What cannot be read, or two headers that disagree (one of them
    /// came with the request), leave the peer.
    pub fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> Caller {
        if !self.has(peer) {
            return Caller(grouped(peer));
        }
        let lists = [named(headers, X_FORWARDED_FOR, hop), named(headers, FORWARDED, for_of)];
        let mut callers = lists.into_iter().flatten().map(|hops| self.first_untrusted(hops));
        let caller = match (callers.next(), callers.next()) {
            (Some(one), None) => one,
            (Some(one), Some(other)) if one == other => one,
            _ => None,
        };
        Caller(grouped(caller.unwrap_or(peer)))
    }

    /// From the right; the leftmost when all are trusted.
    fn first_untrusted(&self, hops: Vec<Option<IpAddr>>) -> Option<IpAddr> {
        let mut caller = None;
        for hop in hops.into_iter().rev() {
            caller = Some(hop?);
            if caller.is_some_and(|caller| !self.has(caller)) {
                break;
            }
        }
        caller
    }
}

/// One address for all that a caller can easily have.
pub fn grouped(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 => v4,
    }
}

/// What a header lists, over all of its lines; `None` where it is not there. What is no text is a hop that cannot be
/// read.
fn named(headers: &HeaderMap, name: &str, read: fn(&str) -> Option<IpAddr>) -> Option<Vec<Option<IpAddr>>> {
    let mut hops = None;
    for line in headers.get_all(name) {
        let hops = hops.get_or_insert_with(Vec::new);
        match line.to_str() {
            Ok(line) => hops.extend(split(line, ',').map(|element| read(element.trim()))),
            Err(_) => hops.push(None),
        }
    }
    hops
}

/// The parts of a text between separators that stand outside of quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character| {
        let between = character == separator && !quoted;
        quoted ^= character == '"' && !escaped;
        escaped = quoted && character == '\\' && !escaped;
        between
    })
}

/// An address, with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn hop(text: &str) -> Option<IpAddr> {
    let bare = || text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text).parse().ok();
    let with_port = || text.parse().ok().map(|address: SocketAddr| address.ip());
    bare().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// The address of an element of `Forwarded` (RFC 7239): `for="[2001:db8::1]:80";proto=https`.
fn for_of(element: &str) -> Option<IpAddr> {
    let mut found = split(element, ';').filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim())
    });
    let (value, again) = (found.next()?, found.next());
    let unquoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    if again.is_none() { hop(unquoted) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(peer: &str, headers: &[(&'static str, &str)], expect: &str) {
        let trusted = ["10.0.0.0/8", "192.168.1.1", "fd00::/8", "::ffff:172.16.0.0/108"];
        let trusted = TrustedProxies(trusted.iter().map(|text| network(text).expect(text)).collect());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_bytes(value.as_bytes()).expect("a header"));
        }
        let caller = trusted.caller(peer.parse().expect("an address"), &map);
        assert_eq!(caller.0, expect.parse::<IpAddr>().expect("an address"), "{peer} {headers:?}");
    }

    #[test]
    fn the_caller_is_whom_a_trusted_proxy_names_and_else_the_peer() {
        const XFF: &str = X_FORWARDED_FOR;
        // Nobody else is believed.
        check("203.0.113.9", &[(XFF, "198.51.100.1")], "203.0.113.9");
        check("203.0.113.9", &[(FORWARDED, "for=198.51.100.1")], "203.0.113.9");
        check("10.1.2.3", &[], "10.1.2.3");
        check("::ffff:203.0.113.9", &[(XFF, "198.51.100.1")], "203.0.113.9");
        for peer in ["10.1.2.3", "::ffff:10.1.2.3", "192.168.1.1", "fd00::1", "172.17.0.1", "::ffff:172.17.0.1"] {
            check(peer, &[(XFF, "198.51.100.1")], "198.51.100.1");
            check(peer, &[(FORWARDED, "for=198.51.100.1;proto=http;by=10.0.0.1")], "198.51.100.1");
        }
        // The rightmost that is not trusted; what is left of it anybody may have written.
        check("10.0.0.1", &[(XFF, "1.1.1.1, 198.51.100.1")], "198.51.100.1");
        check("10.0.0.1", &[(XFF, "1.1.1.1, 198.51.100.1, 10.0.0.2,10.0.0.3")], "198.51.100.1");
        check("10.0.0.1", &[(XFF, "garbage, 198.51.100.1, 10.0.0.2")], "198.51.100.1");
        check("10.0.0.1", &[(XFF, "1.1.1.1"), (XFF, "198.51.100.1"), (XFF, "10.0.0.2")], "198.51.100.1");
        check("10.0.0.1", &[(XFF, "10.0.0.9, 10.0.0.2")], "10.0.0.9");
        // Every way to write one.
        for text in ["198.51.100.1:4711", " 198.51.100.1\t", "::ffff:198.51.100.1", "[::ffff:198.51.100.1]:1"] {
            check("10.0.0.1", &[(XFF, text)], "198.51.100.1");
        }
        for text in ["2001:db8:0:7::1", "[2001:db8:0:7::2]", "[2001:db8:0:7:ffff::3]:80", "2001:DB8:0:7:1:2:3:4"] {
            check("10.0.0.1", &[(XFF, text)], "2001:db8:0:7::");
        }
        check("10.0.0.1", &[(FORWARDED, "for=1.1.1.1, For=\"[2001:db8:0:7::1]:4711\"")], "2001:db8:0:7::");
        check("10.0.0.1", &[(FORWARDED, "for=1.1.1.1, proto=https;FOR=\"198.51.100.1:80\"")], "198.51.100.1");
        check("10.0.0.1", &[(FORWARDED, "by=\"a,b;for=1.1.1.1\";for=198.51.100.1")], "198.51.100.1");
        check("10.0.0.1", &[(FORWARDED, "by=\"\\\",for=1.1.1.1\";for=198.51.100.1")], "198.51.100.1");
        // What cannot be read leaves the peer.
        for text in ["", "unknown", "198.51.100.1,", "198.51.100", "198.51.100.1:x", "198.51.100.256", "[2001:db8::1"] {
            check("10.0.0.1", &[(XFF, text)], "10.0.0.1");
        }
        for text in ["fe80::1%eth0", "1.1.1.1 2.2.2.2", "花", "198.51.100.1, 10.0.0.2, x", "0x7f.1", "localhost"] {
            check("10.0.0.1", &[(XFF, text)], "10.0.0.1");
        }
        for text in ["for=unknown", "for=_hidden", "proto=https", "for=", "for=1.1.1.1;for=2.2.2.2", "for=\"1.1.1.1"] {
            check("10.0.0.1", &[(FORWARDED, text)], "10.0.0.1");
        }
        // Which of the two the proxy wrote nobody knows, unless they agree.
        check("10.0.0.1", &[(XFF, "198.51.100.1"), (FORWARDED, "for=198.51.100.1")], "198.51.100.1");
        check("10.0.0.1", &[(XFF, "198.51.100.1"), (FORWARDED, "for=198.51.100.2")], "10.0.0.1");
        check("10.0.0.1", &[(XFF, "198.51.100.1"), (FORWARDED, "for=unknown")], "10.0.0.1");
    }

    #[test]
    fn networks_are_read() {
        for (text, expect) in [
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.1.2.3/8", Some("10.0.0.0/8")),
            ("192.168.1.1", Some("192.168.1.1/32")),
            ("::1", Some("::1/128")),
            ("fd00::/8", Some("fd00::/8")),
            ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
            ("0.0.0.0/0", None),
            ("::/0", None),
            ("::ffff:0.0.0.0/96", None),
            ("10.0.0.0/33", None),
            ("10.0.0.0/8/8", None),
            ("proxy", None),
            ("", None),
        ] {
            assert_eq!(network(text).ok().map(|network| network.to_string()).as_deref(), expect, "{text}");
        }
    }
}
