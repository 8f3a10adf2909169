//! Who asks: who has signed in. A stand-in takes whoever sits at its own machine for its owner.
//!
//! A page of another origin must not be able to ask in that person's name. Such a page may have made its own name lead
//! to this machine, so `Host` must be one that is ours; other ports of this machine count as the same site, so `Origin`
//! must be that very host; and a request that another site's page begins says so in `Sec-Fetch-Site`.

use crate::actor::Actor;
use crate::app::App;
use crate::app::clock::system_now;
use crate::doors::caller::{Caller, Peer};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use domain::operator::{SESSION_MAX_MS, session_lasts};
use std::net::IpAddr;
use store::{Fault, Mode, Tx, operator};

/// The browser's word on where a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What proxies add, in small letters: one on this machine would make everybody look as if they sat at it. Who forwards
/// bare connections cannot be seen: that is for the documents to say.
const OF_PROXIES: [&str; 9] = [
    "forwarded",
    "via",
    "x-real-ip",
    "cf-connecting-ip",
    "true-client-ip",
    "x-client-ip",
    "client-ip",
    "max-forwards",
    "proxy-connection",
];
/// How others of them begin.
const OF_PROXIES_BEGIN: [&str; 2] = ["x-forwarded", "x-envoy-"];

/// Values of the cookie that are looked at.
const COOKIES_MAX: usize = 4;
/// Between two notes that a session is used, milliseconds.
const NOTED_EVERY_MS: i64 = 60_000;

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

/// The same of a request that a page's stream makes: browsers name no origin and no content type then.
pub fn is_our_page(head: &Parts, hosts: &Hosts) -> Result<(), StatusCode> {
    let origin = only(head, HOST).and_then(|host| hosts.origin_of(host)).ok_or(StatusCode::MISDIRECTED_REQUEST)?;
    let is_named = head.headers.contains_key(ORIGIN);
    let is_ours = !is_named || only(head, ORIGIN) == Some(origin.as_str());
    let is_own_page = !head.headers.contains_key(SEC_FETCH_SITE) || only(head, SEC_FETCH_SITE) == Some("same-origin");
    if is_ours && is_own_page { Ok(()) } else { Err(StatusCode::FORBIDDEN) }
}

/// Who sits at the machine itself, where that is a stand-in's: its owner. Whoever comes through a proxy may sit
/// anywhere.
pub fn local(head: &Parts, hosts: &Hosts, mode: Mode) -> Option<Actor> {
    let Peer(peer) = *head.extensions.get::<Peer>()?;
    let is_here = peer.to_canonical().is_loopback()
        && hosts.origin.is_none()
        && !head.headers.keys().any(|name| is_of_proxies(name.as_str()))
        && hosts.is_own_machine(only(head, HOST)?);
    let is_own_page = matches!(only(head, SEC_FETCH_SITE), Some("same-origin" | "none"));
    (mode == Mode::StandIn && is_here && is_own_page).then(|| Actor::local(peer.to_string()))
}

fn is_of_proxies(name: &str) -> bool {
    OF_PROXIES.contains(&name) || OF_PROXIES_BEGIN.iter().any(|begin| name.starts_with(begin))
}

/// Who asks: who has signed in, else who sits at a stand-in's machine; `None` for nobody.
pub async fn actor(app: &App, head: &Parts, hosts: &Hosts) -> Result<Option<Actor>, Fault> {
    for secret in cookies(head, &cookie_name(app)).take(COOKIES_MAX) {
        let signed_in = signed_in(app, token_of(&secret), address_of(head)).await?;
        if signed_in.is_some() {
            return Ok(signed_in);
        }
    }
    Ok(local(head, hosts, app.store.mode()))
}

/// The operator of a session that lasts. That it is used is noted now and then.
async fn signed_in(app: &App, token: String, address: String) -> Result<Option<Actor>, Fault> {
    let now = system_now();
    let key = token.clone();
    let read = move |tx: &mut Tx| {
        let Some(session) = operator::session(tx, &key)? else { return Ok(None) };
        if !session_lasts(session.made_at, session.used_at, now) {
            return Ok(None);
        }
        let grants = operator::grants(tx, &session.name)?;
        Ok::<_, Fault>(Some((session, grants)))
    };
    let Some((session, grants)) = app.store.read(read).await? else { return Ok(None) };
    if session.used_at + NOTED_EVERY_MS <= now {
        let token = token.clone();
        app.store.write(move |tx: &mut Tx| operator::used(tx, &token, now)).await?;
    }
    Ok(Some(Actor { name: session.name, grants, address, session: Some(token) }))
}

/// What the store has of what a browser has: its SHA-256, in hexadecimal.
pub fn token_of(secret: &str) -> String {
    wire::sha256(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The address that whoever asks is counted by.
pub fn address_of(head: &Parts) -> String {
    head.extensions.get::<Caller>().map_or_else(String::new, |Caller(address)| address.to_string())
}

/// The name of the cookie. A browser sends one port's cookies to all others of the machine, so each store has a name of
/// its own, by its platform key.
pub fn cookie_name(app: &App) -> String {
    let digest = token_of(&app.signer.public_key().to_base64());
    format!("punchcard_{}", &digest[..8])
}

/// The values of a cookie: a page at another port of this machine may have set one of the same name beside ours.
pub fn cookies(head: &Parts, name: &str) -> impl Iterator<Item = String> {
    let lines = head.headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let pairs = lines.flat_map(|line| line.split(|&byte| byte == b';'));
    // What is no text is some other cookie.
    let pairs = pairs.filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='));
    pairs.filter(move |(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

/// A cookie that keeps `secret` in the browser for the console's pages alone, or removes what it kept if that is empty.
pub fn set_cookie(app: &App, head: &Parts, hosts: &Hosts, secret: &str) -> String {
    let is_https =
        only(head, HOST).and_then(|host| hosts.origin_of(host)).is_some_and(|origin| origin.starts_with("https:"));
    let secure = if is_https { "; Secure" } else { "" };
    let age = if secret.is_empty() { 0 } else { SESSION_MAX_MS / 1_000 };
    format!("{}={secret}; Path=/console; HttpOnly; SameSite=Strict; Max-Age={age}{secure}", cookie_name(app))
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
        let alone = Hosts::new(8089, None);
        let found = is_ours(&head, &hosts).map(|()| local(&head, &alone, mode).is_some());
        assert!(local(&head, &hosts, mode).is_none(), "behind a proxy nobody sits at the machine");
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
        for proxy in [
            ("x-forwarded-for", "192.0.2.7"),
            ("forwarded", "for=192.0.2.7"),
            ("via", "1.1 a"),
            ("x-real-ip", "192.0.2.7"),
            ("x-forwarded-host", "a"),
        ] {
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
