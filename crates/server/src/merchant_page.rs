//! A page of the merchant's, or of an app's, to which a browser is led: `redirect_uri` of a template and of a consent
//! page, and the page of the use button of vouchers.

use crate::outbound::Target;
use wire::percent_encoded;

/// A page of the merchant's, on http or https.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantPage {
    url: String,
    host: String,
    origin: String,
    /// Scheme, host, port and path, in the one form in which two of them are compared.
    place: (bool, String, u16, String),
}

impl MerchantPage {
    /// Takes an address; `None` for one to which no browser should be sent from here.
    pub fn parse(url: &str) -> Option<MerchantPage> {
        let Target { tls, host, port, authority, path } = Target::parse(url).ok()?;
        // It becomes a part of a policy, whose parts are parted by blanks and semicolons.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        let scheme = if tls { "https" } else { "http" };
        let origin = format!("{scheme}://{authority}");
        let path = path.split('?').next().unwrap_or_default().to_owned();
        let place = (tls, host.to_ascii_lowercase(), port, path);
        authority.bytes().all(is_plain).then(|| MerchantPage { url: url.to_owned(), host, origin, place })
    }

    /// Whether it is one of those that an app has listed: scheme, host, port and path are the same. A listed address
    /// without a path stands for every path of its host.
    pub fn is_listed(&self, listed: &[String]) -> bool {
        listed.iter().filter_map(|one| MerchantPage::parse(one)).any(|one| {
            let (tls, host, port, path) = &one.place;
            let is_host = (*tls, host, *port) == (self.place.0, &self.place.1, self.place.2);
            is_host && (path == "/" || *path == self.place.3)
        })
    }

    /// Its host: a name or an IP address, without port and brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Scheme, host and port, as a policy names them.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The address with these parameters, which are a form, added to those that it has.
    pub fn with(&self, form: &str) -> String {
        let (address, fragment) = match self.url.split_once('#') {
            Some((address, fragment)) => (address, format!("#{fragment}")),
            None => (self.url.as_str(), String::new()),
        };
        let joint = match address.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let whole = format!("{address}{joint}{form}{fragment}");
        // A header is ASCII; what an address has beyond that stands in it as the percent signs of its bytes.
        whole.chars().map(|c| if c.is_ascii() { c.to_string() } else { percent_encoded(&c.to_string()) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_added_to_what_is_there() {
        for (uri, expect) in [
            ("https://a.example.com/ok", "https://a.example.com/ok?id=1&no=2"),
            ("https://a.example.com", "https://a.example.com?id=1&no=2"),
            ("https://a.example.com/ok?", "https://a.example.com/ok?id=1&no=2"),
            ("https://a.example.com/ok?x=1", "https://a.example.com/ok?x=1&id=1&no=2"),
            ("https://a.example.com/ok?x=1&", "https://a.example.com/ok?x=1&id=1&no=2"),
            ("http://a:81/#top", "http://a:81/?id=1&no=2#top"),
            ("http://a/?x=1#top", "http://a/?x=1&id=1&no=2#top"),
        ] {
            let page = MerchantPage::parse(uri).expect(uri);
            assert_eq!(page.with("id=1&no=2"), expect);
        }
    }

    #[test]
    fn an_app_lists_places() {
        let listed = ["https://a.example.com", "http://b.example.com:81/back"].map(str::to_owned);
        for (uri, expect) in [
            ("https://a.example.com", true),
            ("https://A.example.com:443/any?x=1#top", true),
            ("http://b.example.com:81/back", true),
            ("http://b.example.com:81/back?x=1", true),
            ("http://a.example.com/any", false),
            ("https://a.example.com:444/any", false),
            ("https://a.example.com.evil.example/any", false),
            ("https://evil.example/?https://a.example.com", false),
            ("http://b.example.com:81/", false),
            ("http://b.example.com:81/back/", false),
            ("http://b.example.com:81/back/../other", false),
            ("http://b.example.com:81/BACK", false),
            ("http://b.example.com/back", false),
        ] {
            assert_eq!(MerchantPage::parse(uri).expect(uri).is_listed(&listed), expect, "{uri}");
        }
        assert!(!MerchantPage::parse("https://a.example.com").expect("an address").is_listed(&[]));
    }

    #[test]
    fn browsers_are_sent_to_web_pages_alone() {
        for (uri, host, origin) in [
            ("HTTPS://a.example.com/x", "a.example.com", "https://a.example.com"),
            ("http://[::1]:8088/", "::1", "http://[::1]:8088"),
        ] {
            let page = MerchantPage::parse(uri).expect(uri);
            assert_eq!((page.host(), page.origin()), (host, origin));
        }
        for bad in [
            "",
            "/ok",
            "//a/ok",
            "ftp://a/ok",
            "javascript:alert(1)",
            "https://me:secret@a/",
            "https://a;script-src/",
            "https://a/\r\nset-cookie: x",
            "https://a b/",
            "https://a\\@evil.example/",
            "data:text/html,x",
            "https:/a/",
        ] {
            assert_eq!(MerchantPage::parse(bad), None, "{bad}");
        }
    }
}
