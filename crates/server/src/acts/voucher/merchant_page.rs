//! A page of the merchant's, to which a browser is led: `redirect_uri` of a template, and the page of its vouchers' use
//! button.

use crate::outbound::Target;
use wire::percent_encoded;

/// A page of the merchant's, on http or https.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MerchantPage {
    url: String,
    host: String,
    origin: String,
}

impl MerchantPage {
    /// Takes an address; `None` for one to which no browser should be sent from here.
    pub fn parse(url: &str) -> Option<MerchantPage> {
        let Target { tls, host, authority, .. } = Target::parse(url).ok()?;
        // It becomes a part of a policy, whose parts are parted by blanks and semicolons.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        let scheme = if tls { "https" } else { "http" };
        let origin = format!("{scheme}://{authority}");
        authority.bytes().all(is_plain).then(|| MerchantPage { url: url.to_owned(), host, origin })
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
        ] {
            assert_eq!(MerchantPage::parse(bad), None, "{bad}");
        }
    }
}
