//! What a template of cash vouchers keeps to be shown: a JSON text in the store.

use domain::template::Template;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use store::Fault;
use store::cash_voucher::LabelledVoucher;
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
        read(&template.content, template.id.number)
    }

    /// As the store keeps it.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("texts serialise")
    }

    /// What a template's vouchers are called (templatedetail.query, `voucher_name`): 四川移动8.8元代金券.
    pub fn voucher_name(&self, amount_fen: i64) -> String {
        named(self.slogan.as_deref(), amount_fen)
    }
}

/// What a voucher of this template is called, and nothing else of the content read.
pub fn voucher_name(voucher: &LabelledVoucher) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Slogan<'a> {
        #[serde(borrow, default)]
        slogan: Option<Cow<'a, str>>,
    }
    let content: Slogan<'_> = read(&voucher.content, voucher.template.number)?;
    Ok(named(content.slogan.as_deref(), voucher.amount_fen))
}

fn named(slogan: Option<&str>, amount_fen: i64) -> String {
    let amount = money::format(amount_fen);
    let amount = amount.trim_end_matches('0').trim_end_matches('.');
    format!("{}{amount}元代金券", slogan.unwrap_or_default())
}

fn read<'a, T: Deserialize<'a>>(content: &'a str, template: i64) -> Result<T, Fault> {
    serde_json::from_str(content).map_err(|error| Fault::bug(format!("content of template {template}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::cash_voucher::CashVoucher;
    use domain::id::{TemplateId, VoucherId};
    use domain::redemption::Redemption;

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
            let template = TemplateId::new(0, 1);
            let redemption = Redemption::new(0, 1);
            let user_id = "2088102146931393".to_owned();
            let voucher =
                CashVoucher { id: VoucherId::new(0, 2), template: 1, user_id, memo: None, redemption, version: 1 };
            let content = content(slogan).to_text();
            let labelled = LabelledVoucher { voucher, template, pid: String::new(), amount_fen: fen, content };
            assert_eq!(voucher_name(&labelled).ok().as_deref(), Some(expect));
        }
    }
}
