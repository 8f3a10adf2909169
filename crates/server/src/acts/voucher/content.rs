//! What a template of cash vouchers keeps to be shown: a JSON text in the store.

use domain::template::Template;
use serde::{Deserialize, Serialize};
use store::Fault;
use wire::money;

/// What a template was made with that decides nothing. Texts of JSON are as answers show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// `voucher_use_scene`.
    pub use_scene: String,
    /// The login id of the account that pays, as the caller gave it.
    pub fund_account: String,
    /// What stands below the merchant's logo.
    pub brand_name: String,
    /// `voucher_valid_period` in its canonical form.
    pub valid_period: String,
    /// `voucher_description`: a JSON list of texts.
    pub description: String,
    /// What vouchers' names begin with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slogan: Option<String>,
    /// Where the payer's browser goes afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// `extension_info`: how the button of a voucher's page leads on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension_info: Option<String>,
}

impl Content {
    /// That of a template. One that cannot be read is a fault: it was written when the template was made.
    pub fn of(template: &Template) -> Result<Content, Fault> {
        serde_json::from_str(&template.content)
            .map_err(|error| Fault::bug(format!("content of template {}: {error}", template.id.number)))
    }

    /// As the store keeps it.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("texts serialise")
    }

    /// What a template's vouchers are called (templatedetail.query, `voucher_name`): 四川移动8.8元代金券.
    pub fn voucher_name(&self, amount_fen: i64) -> String {
        let amount = money::format(amount_fen);
        let amount = amount.trim_end_matches('0').trim_end_matches('.');
        format!("{}{amount}元代金券", self.slogan.as_deref().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voucher_is_called_by_slogan_and_amount() {
        let content = |slogan: Option<&str>| Content {
            use_scene: "ALIPAY_COMMON".to_owned(),
            fund_account: "13040045386".to_owned(),
            brand_name: "支付宝".to_owned(),
            valid_period: "{}".to_owned(),
            description: "[]".to_owned(),
            slogan: slogan.map(str::to_owned),
            redirect_uri: None,
            extension_info: None,
        };
        for (slogan, fen, expect) in [
            (None, 880, "8.8元代金券"),
            (Some("四川移动"), 880, "四川移动8.8元代金券"),
            (None, 1_000, "10元代金券"),
            (None, 10, "0.1元代金券"),
            (None, 100_005, "1000.05元代金券"),
        ] {
            assert_eq!(content(slogan).voucher_name(fen), expect);
        }
    }
}
