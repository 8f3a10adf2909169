//! The names of the open platform's methods, answered here or not, of the families that callers are likely to want.

/// A name a line, sorted. `open_platform.py` writes them.
const NAMES: &str = include_str!("open_platform.txt");

/// Every name.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.lines()
}

#[cfg(test)]
mod tests {
    use super::names;
    use crate::methods::THE_LIST;

    #[test]
    fn what_the_platform_has_is_known() {
        for name in THE_LIST.iter().map(|entry| entry.name).chain([
            "alipay.fund.trans.uni.transfer",
            "alipay.marketing.cashvoucher.template.create",
            "alipay.marketing.cashvoucher.template.modify",
            "alipay.marketing.userule.pid.query",
            "alipay.marketing.voucher.list.query",
            "alipay.marketing.voucher.query",
            "alipay.marketing.voucher.send",
            "alipay.marketing.voucher.template.delete",
            "alipay.marketing.voucher.templatedetail.query",
            "alipay.marketing.voucher.templatelist.query",
            "alipay.open.auth.token.app",
            "alipay.open.auth.token.app.query",
            "alipay.system.oauth.token",
            "alipay.trade.app.pay",
            "alipay.trade.fastpay.refund.query",
            "alipay.trade.order.settle",
            "alipay.trade.page.pay",
            "alipay.trade.precreate",
            "alipay.trade.wap.pay",
            "alipay.user.info.share",
            "ant.merchant.expand.merchant.storelist.query",
            "koubei.catering.crowdgroup.condition.query",
            "koubei.catering.crowdgroup.condition.set",
        ]) {
            assert!(names().any(|known| known == name), "{name}");
        }
        assert!(names().is_sorted() && 1_000 < names().count());
    }
}
