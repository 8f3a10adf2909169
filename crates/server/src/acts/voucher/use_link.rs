//! The link of the use button on a voucher's page: to the merchant's page, which is told whose voucher it is
//! (`docs/decisions.md`, "The use button").

use super::extension::UseLink;
use crate::keys::Signer;
use crate::merchant_page::MerchantPage;
use domain::cash_voucher::CashVoucher;
use wire::notify::form;

impl UseLink {
    /// Whether the merchant's page is on one of these hosts; with none, on whatever host.
    pub fn leads_to_one_of(&self, hosts: &[String]) -> bool {
        let page = MerchantPage::parse(&self.url);
        hosts.is_empty() || page.is_some_and(|page| hosts.iter().any(|host| host.eq_ignore_ascii_case(page.host())))
    }

    /// Where the button of that voucher's page leads; `None` where the charset lacks a character of the tag.
    pub fn address(&self, voucher: &CashVoucher, signer: &Signer) -> Option<String> {
        let voucher_id = voucher.id.to_text();
        let value = |key: &str| match key {
            "voucherId" => voucher_id.as_str(),
            "userId" => &voucher.user_id,
            "tag" => self.tag.as_deref().unwrap_or_default(),
            _ => "",
        };
        let sign = match self.sign_type {
            Some(sign_type) => {
                // What the link does not carry is not signed either.
                let signed = self.sign_keys.split(',').filter(|key| !value(key).is_empty());
                let signed = signed.map(|key| format!("{key}={}", value(key))).collect::<Vec<_>>().join("&");
                signer.sign(sign_type, &self.charset.encode(&signed)?).to_string()
            }
            None => String::new(),
        };
        let parameters = ["voucherId", "userId", "tag"].map(|name| (name, value(name)));
        let form = form(&[&parameters[..], &[("sign", &sign)]].concat(), self.charset)?;
        Some(MerchantPage::parse(&self.url)?.with(&form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::id::VoucherId;
    use domain::redemption::Redemption;
    use wire::{Charset, PrivateKey, SignType, form_pairs};

    fn link(url: &str) -> UseLink {
        UseLink {
            url: url.to_owned(),
            sign_keys: "voucherId,userId,tag".to_owned(),
            charset: Charset::Utf8,
            sign_type: None,
            tag: None,
        }
    }

    fn voucher() -> CashVoucher {
        CashVoucher {
            id: VoucherId::new(1_767_240_000_000, 7_168),
            template: 1,
            user_id: "2088102146931393".to_owned(),
            memo: None,
            redemption: Redemption::new(0, 1),
            version: 1,
        }
    }

    #[test]
    fn a_link_is_signed_in_its_charset_over_what_is_named_in_that_order() {
        let signer = Signer::new(PrivateKey::generate());
        let id = voucher().id.to_text();
        for (sign_keys, charset, sign_type, tag, signed) in [
            (
                "voucherId,userId,tag",
                Charset::Utf8,
                SignType::Rsa2,
                "春节 1+2=3",
                "voucherId={id}&userId={user}&tag={tag}",
            ),
            ("tag,voucherId", Charset::Gbk, SignType::Rsa2, "春节", "tag={tag}&voucherId={id}"),
            ("userId", Charset::Gbk, SignType::Rsa, "春节+", "userId={user}"),
            ("voucherId,userId,tag", Charset::Utf8, SignType::Rsa, "", "voucherId={id}&userId={user}"),
        ] {
            let url = "https://shop.example.com/use.htm?from=券#top";
            let link = UseLink {
                sign_keys: sign_keys.to_owned(),
                charset,
                sign_type: Some(sign_type),
                tag: Some(tag.to_owned()).filter(|tag| !tag.is_empty()),
                ..link(url)
            };
            let address = link.address(&voucher(), &signer).expect("an address");
            assert!(address.is_ascii() && address.ends_with("#top"), "{address}");
            let (_, query) = address.trim_end_matches("#top").split_once('?').expect("a query");
            let pairs: Vec<_> = form_pairs(query.as_bytes()).collect();
            let names: Vec<&[u8]> = pairs.iter().map(|(name, _)| &**name).collect();
            let expect: &[&[u8]] = match tag {
                "" => &[b"from", b"voucherId", b"userId", b"sign"],
                _ => &[b"from", b"voucherId", b"userId", b"tag", b"sign"],
            };
            assert_eq!(names, expect, "{address}");
            let text = |at: usize| charset.decode(&pairs[at].1).expect("in the charset").into_owned();
            assert_eq!([text(1), text(2)], [id.clone(), "2088102146931393".to_owned()]);
            assert!(tag.is_empty() || text(3) == tag, "{address}");
            let signed = signed.replace("{id}", &id).replace("{user}", "2088102146931393").replace("{tag}", tag);
            let sign = text(pairs.len() - 1);
            let signed = charset.encode(&signed).expect("in the charset");
            assert!(signer.public_key().verify_base64(sign_type, &signed, &sign), "{address}");
        }
    }

    #[test]
    fn what_is_not_to_be_signed_is_not() {
        let signer = Signer::new(PrivateKey::generate());
        let id = voucher().id.to_text();
        let address = link("http://a/").address(&voucher(), &signer);
        assert_eq!(address, Some(format!("http://a/?voucherId={id}&userId=2088102146931393")));
        let gbk = UseLink { charset: Charset::Gbk, tag: Some("😀".to_owned()), ..link("http://a/") };
        assert_eq!(gbk.address(&voucher(), &signer), None);
    }

    #[test]
    fn hosts_are_compared_whole() {
        let hosts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let leads = |url: &str, names: &[&str]| link(url).leads_to_one_of(&hosts(names));
        assert!(leads("https://a.example.com/use", &[]));
        assert!(leads("https://A.example.com:8443/use", &["b.example.com", "a.Example.com"]));
        assert!(!leads("https://a.example.com.evil.example/use", &["a.example.com"]));
        assert!(!leads("https://b.a.example.com/use", &["a.example.com"]));
    }
}
