//! The reference of methods: docs/api, a page for each method of THE LIST, which `punchcard methods NAME` prints too.
//!
//! The pages are made from what the methods declare, from the documentation of their files, and from the cases that
//! official SDKs run in the tests. A test makes them anew and compares: see `tests`.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod page;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod typescript;

macro_rules! pages {
    ($($name:literal)+) => {
        /// Each page by its method's name.
        const PAGES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../docs/api/", $name, ".md")))),+];
    };
}

pages! {
    "alipay.marketing.cashvoucher.template.create"
    "alipay.marketing.cashvoucher.template.modify"
    "alipay.marketing.userule.pid.query"
    "alipay.marketing.voucher.list.query"
    "alipay.marketing.voucher.query"
    "alipay.marketing.voucher.send"
    "alipay.marketing.voucher.template.delete"
    "alipay.marketing.voucher.templatedetail.query"
    "alipay.marketing.voucher.templatelist.query"
    "alipay.offline.material.image.upload"
    "alipay.open.app.alipaycert.download"
    "alipay.open.auth.token.app"
    "alipay.open.auth.token.app.query"
    "alipay.system.oauth.token"
    "alipay.trade.cancel"
    "alipay.trade.close"
    "alipay.trade.create"
    "alipay.trade.pay"
    "alipay.trade.query"
    "alipay.trade.refund"
    "ant.merchant.expand.merchant.storelist.query"
    "koubei.catering.crowdgroup.condition.query"
    "koubei.catering.crowdgroup.condition.set"
    "koubei.marketing.campaign.activity.batchquery"
    "koubei.marketing.campaign.activity.create"
    "koubei.marketing.campaign.activity.modify"
    "koubei.marketing.campaign.activity.offline"
    "koubei.marketing.campaign.activity.query"
    "koubei.marketing.campaign.crowd.batchquery"
    "koubei.marketing.campaign.crowd.count"
    "koubei.marketing.campaign.crowd.create"
    "koubei.marketing.campaign.crowd.delete"
    "koubei.marketing.campaign.crowd.detail.query"
    "koubei.marketing.campaign.crowd.modify"
    "koubei.marketing.campaign.tags.query"
    "koubei.marketing.tool.points.query"
    "koubei.marketing.tool.points.update"
    "koubei.marketing.tool.prizesend.auth"
}

/// The page of the method of that name.
pub fn page(name: &str) -> Option<&'static str> {
    PAGES.iter().find(|(known, _)| *known == name).map(|(_, page)| *page)
}
