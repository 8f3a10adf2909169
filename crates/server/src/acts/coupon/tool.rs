//! A coupon as its activity's tool keeps it: what it is called, and what decides.

use crate::acts::activity::stored;
use crate::biz::Object;
use domain::activity::Tool;
use domain::coupon::{Offer, Terms};
use store::Fault;

/// What a coupon is called, and what it takes off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// Its name.
    pub name: String,
    /// What stands under its name.
    pub brand_name: String,
    /// What tills are told of it (`voucher_note`).
    pub note: Option<String>,
    /// What decides.
    pub terms: Terms,
}

impl Coupon {
    /// The coupon of this tool. One that cannot be read is a fault: it was read when the activity was made.
    pub fn of(tool: &Tool) -> Result<Coupon, Fault> {
        let Some(Object(plan)) = stored::tool(tool)?.voucher else {
            return Err(Fault::bug(format!("tool {} is no coupon", tool.number)));
        };
        let terms = plan
            .terms("voucher")
            .map_err(|rejection| Fault::bug(format!("tool {}: {}", tool.number, rejection.sub_msg)))?;
        Ok(Coupon {
            name: plan.name.to_string(),
            brand_name: plan.brand_name.to_string(),
            note: plan.voucher_note.as_deref().map(str::to_owned),
            terms,
        })
    }

    /// What callers are told that it is (alipay.trade.pay, `voucher_detail_list[].type`).
    pub fn kind(&self) -> &'static str {
        match self.terms.offer {
            _ if self.terms.items.is_some() => "ALIPAY_ITEM_VOUCHER",
            Offer::Money { .. } | Offer::PerFullCut { .. } => "ALIPAY_FIX_VOUCHER",
            Offer::Rate { .. } => "ALIPAY_DISCOUNT_VOUCHER",
            Offer::ReduceTo { .. } | Offer::Exchange { .. } => "ALIPAY_ITEM_VOUCHER",
        }
    }
}
