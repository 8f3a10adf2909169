//! `redirect_uri`: where the browser of a template's sponsor goes once the template is paid for.

use crate::outbound::Target;
use wire::percent_encoded;

/// A place of the merchant's, on http or https.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    uri: String,
    origin: String,
}

impl Redirect {
    /// Takes an address; `None` for one to which no browser should be sent from here.
    pub fn parse(uri: &str) -> Option<Redirect> {
        let Target { tls, authority, .. } = Target::parse(uri).ok()?;
        // It becomes a part of a policy, whose parts are parted by blanks and semicolons.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
        let scheme = if tls { "https" } else { "http" };
        let origin = format!("{scheme}://{authority}");
        authority.bytes().all(is_plain).then(|| Redirect { uri: uri.to_owned(), origin })
    }

    /// Scheme, host and port, as a policy names them.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The address with these parameters added to those that it has.
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let (address, fragment) = match self.uri.split_once('#') {
            Some((address, fragment)) => (address, format!("#{fragment}")),
            None => (self.uri.as_str(), String::new()),
        };
        let added = parameters.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value)));
        let added = added.collect::<Vec<_>>().join("&");
        let joint = match address.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let whole = format!("{address}{joint}{added}{fragment}");
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
            let redirect = Redirect::parse(uri).expect(uri);
            assert_eq!(redirect.with(&[("id", "1"), ("no", "2")]), expect);
        }
    }

    #[test]
    fn browsers_are_sent_to_web_pages_alone() {
        for (uri, origin) in
            [("HTTPS://a.example.com/x", "https://a.example.com"), ("http://[::1]:8088/", "http://[::1]:8088")]
        {
            assert_eq!(Redirect::parse(uri).expect(uri).origin(), origin);
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
            assert_eq!(Redirect::parse(bad), None, "{bad}");
        }
    }
}
