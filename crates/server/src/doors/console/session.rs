//! Who asks. A stand-in takes whoever sits at its own machine for its owner; a platform takes nobody yet.
//!
//! A page of another origin must not be able to ask in that person's name. Such a page may have made its own name lead
//! to this machine, so `Host` must be one that is ours; other ports of this machine count as the same site, so `Origin`
//! must be that very host; and a request that another site's page begins says so in `Sec-Fetch-Site`.

use crate::actor::Actor;
use crate::doors::caller::Peer;
use axum::http::header::{CONTENT_TYPE, FORWARDED, HOST, ORIGIN, VIA};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use std::net::IpAddr;
use store::Mode;

/// The browser's word on where a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What proxies add: one on this machine would make everybody look as if they sat at it.
const OF_PROXIES: [HeaderName; 3] = [FORWARDED, VIA, HeaderName::from_static("x-forwarded-for")];

/// The names under which the console may be asked for.
pub struct Hosts {
    port: u16,
    /// The one origin beside the address itself, `https://console.example.com`: where a proxy offers the console.
    origin: Option<String>,
}

impl Hosts {
    /// Those of a console that listens on `port`. `origin` is a scheme and a host, without a path.
    pub fn new(port: u16, origin: Option<String>) -> Hosts {
        Hosts { port, origin }
    }

    /// The origin of a page that this `Host` header has brought; `None` if it is not one of ours. A name other than
    /// `localhost` can be made to lead here by whoever owns it; an address cannot.
    fn origin_of(&self, host: &str) -> Option<String> {
        let named =
            self.origin.as_deref().filter(|origin| origin.split_once("://").is_some_and(|(_, name)| name == host));
        if let Some(origin) = named {
            return Some(origin.to_owned());
        }
        let name = self.without_port(host)?;
        let is_ours = name == "localhost" || address(name).is_some();
        is_ours.then(|| format!("http://{host}"))
    }

    /// Whether this `Host` header names the machine itself.
    fn is_own_machine(&self, host: &str) -> bool {
        let name = self.without_port(host);
        name.is_some_and(|name| name == "localhost" || address(name).is_some_and(|address| address.is_loopback()))
    }

    fn without_port<'a>(&self, host: &'a str) -> Option<&'a str> {
        let (name, port) = host.rsplit_once(':').filter(|(name, _)| !name.contains(':') || name.ends_with(']')).unzip();
        match port {
            Some(port) if port.parse() == Ok(self.port) => name,
            // A browser leaves out the port that its scheme has anyway.
            None if self.port == 80 => Some(host),
            _ => None,
        }
    }
}

/// An address as a `Host` header writes it.
fn address(name: &str) -> Option<IpAddr> {
    match name.strip_prefix('[') {
        Some(v6) => v6.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => name.parse().ok().filter(IpAddr::is_ipv4),
    }
}

/// A header's only value.
fn only(head: &Parts, name: HeaderName) -> Option<&str> {
    let mut values = head.headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())?.to_str().ok()
}

/// Refuses a request that no page of ours has made: 421 for a `Host` that is not ours, 403 for another origin, 415 for
/// a body that a form of any page could send.
pub fn is_ours(head: &Parts, hosts: &Hosts) -> Result<(), StatusCode> {
    let origin = only(head, HOST).and_then(|host| hosts.origin_of(host)).ok_or(StatusCode::MISDIRECTED_REQUEST)?;
    if only(head, ORIGIN) != Some(origin.as_str()) {
        return Err(StatusCode::FORBIDDEN);
    }
    let is_json = only(head, CONTENT_TYPE)
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if is_json { Ok(()) } else { Err(StatusCode::UNSUPPORTED_MEDIA_TYPE) }
}

/// Who asks; `None` for nobody who is signed in. Whoever comes through a proxy may sit anywhere.
pub fn actor(head: &Parts, hosts: &Hosts, mode: Mode) -> Option<Actor> {
    let Peer(peer) = *head.extensions.get::<Peer>()?;
    let is_here = peer.to_canonical().is_loopback()
        && !OF_PROXIES.iter().any(|name| head.headers.contains_key(name))
        && hosts.is_own_machine(only(head, HOST)?);
    let is_own_page = matches!(only(head, SEC_FETCH_SITE), Some("same-origin" | "none"));
    (mode == Mode::StandIn && is_here && is_own_page).then(|| Actor::local(peer.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[track_caller]
    fn check(headers: &[(&str, &str)], peer: &str, mode: Mode, expect: Result<bool, u16>) {
        let mut request = Request::post("/console/api/-/punchcard.clock.show").body(()).expect("a request");
        for (name, value) in headers {
            let name: HeaderName = name.parse().expect("a name");
            request.headers_mut().append(name, value.parse().expect("a value"));
        }
        request.extensions_mut().insert(Peer(peer.parse().expect("an address")));
        let (head, ()) = request.into_parts();
        let hosts = Hosts::new(8089, Some("https://console.example.com".to_owned()));
        let found = is_ours(&head, &hosts).map(|()| actor(&head, &hosts, mode).is_some());
        assert_eq!(found.map_err(|status| status.as_u16()), expect, "{headers:?} from {peer}");
    }

    fn asked<'a>(host: &'a str, origin: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("host", host),
            ("origin", origin),
            ("content-type", "application/json"),
            ("sec-fetch-site", "same-origin"),
        ]
    }

    #[test]
    fn a_stand_in_takes_whoever_sits_at_its_machine_and_nobody_else() {
        let (here, page) = ("127.0.0.1", asked("localhost:8089", "http://localhost:8089"));
        for host in ["localhost:8089", "127.0.0.1:8089", "[::1]:8089"] {
            check(&asked(host, &format!("http://{host}")), here, Mode::StandIn, Ok(true));
            check(&asked(host, &format!("http://{host}")), "::1", Mode::StandIn, Ok(true));
            check(&asked(host, &format!("http://{host}")), "::ffff:127.0.0.1", Mode::StandIn, Ok(true));
        }
        check(&page, here, Mode::Platform, Ok(false));
        check(&page, "192.0.2.7", Mode::StandIn, Ok(false));
        check(&asked("192.0.2.1:8089", "http://192.0.2.1:8089"), here, Mode::StandIn, Ok(false));
        check(&asked("console.example.com", "https://console.example.com"), here, Mode::StandIn, Ok(false));
        for site in [None, Some("cross-site"), Some("same-site")] {
            let mut page = page[..3].to_vec();
            page.extend(site.map(|site| ("sec-fetch-site", site)));
            check(&page, here, Mode::StandIn, Ok(false));
        }
        for proxy in [("x-forwarded-for", "192.0.2.7"), ("forwarded", "for=192.0.2.7"), ("via", "1.1 a")] {
            check(&[page.clone(), vec![proxy]].concat(), here, Mode::StandIn, Ok(false));
        }
    }

    #[test]
    fn a_host_an_origin_or_a_form_of_others_is_refused() {
        let here = "127.0.0.1";
        let hosts = [
            "evil.example:8089",
            "localhost",
            "localhost:8088",
            "localhost:8089.evil.example",
            "",
            "[::1]",
            "a:b:8089",
        ];
        for host in hosts {
            check(&asked(host, &format!("http://{host}")), here, Mode::StandIn, Err(421));
        }
        check(&asked("localhost:8089", "http://localhost:8089")[1..], here, Mode::StandIn, Err(421));
        let twice = [asked("localhost:8089", "http://localhost:8089"), vec![("host", "localhost:8089")]].concat();
        check(&twice, here, Mode::StandIn, Err(421));
        for origin in ["http://localhost:8088", "http://127.0.0.1:8089", "https://localhost:8089", "null", ""] {
            check(&asked("localhost:8089", origin), here, Mode::StandIn, Err(403));
        }
        check(&asked("console.example.com", "http://console.example.com"), here, Mode::StandIn, Err(403));
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", ""] {
            let mut page = asked("localhost:8089", "http://localhost:8089");
            page[2].1 = kind;
            check(&page, here, Mode::StandIn, Err(415));
        }
    }
}
