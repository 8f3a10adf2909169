//! What a buyer holds that lowers a price: coupons of activities and cash vouchers.
//!
//! Coupons are the merchant's, so they are asked for by merchant and member; a cash voucher may be used wherever its
//! template says, so all of the user's are asked for.

use crate::acts::coupon::tool::Coupon;
use domain::cash_voucher::CashVoucher;
use domain::coupon::choice::Class;
use domain::id::VoucherId;
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::Redemption;
use domain::template::Template;
use store::{Fault, Tx, cash_voucher, coupon};

/// A coupon or a cash voucher in its buyer's hands.
#[derive(Clone, Debug)]
pub enum Holding {
    /// A coupon that an activity gave; the seller pays for it.
    Coupon(IssuedCoupon),
    /// A cash voucher; its template's fund pays for it.
    Cash(CashVoucher),
}

impl Holding {
    /// Its id on the wire.
    pub fn id(&self) -> VoucherId {
        match self {
            Holding::Coupon(issued) => issued.id,
            Holding::Cash(voucher) => voucher.id,
        }
    }

    /// What kind it is: a trade takes one of each.
    pub fn class(&self) -> Class {
        match self {
            Holding::Coupon(_) => Class::Coupon,
            Holding::Cash(_) => Class::Cash,
        }
    }

    /// How far it is used.
    pub fn redemption(&self) -> Redemption {
        match self {
            Holding::Coupon(issued) => issued.redemption,
            Holding::Cash(voucher) => voucher.redemption,
        }
    }

    /// What it is one of: those of one kind are worth the same. The store's number of a tool or a template.
    pub fn kind(&self) -> Option<i64> {
        match self {
            Holding::Coupon(issued) => issued.tool,
            Holding::Cash(voucher) => Some(voucher.template),
        }
    }

    /// Keeps how far it is used now. Should another operation have changed it since it was loaded, this one runs again.
    pub fn keep(&self, tx: &mut Tx, redemption: Redemption) -> Result<(), Fault> {
        match self {
            Holding::Coupon(issued) => coupon::update(tx, &IssuedCoupon { redemption, ..issued.clone() }),
            Holding::Cash(voucher) => cash_voucher::update(tx, &CashVoucher { redemption, ..voucher.clone() }),
        }
    }
}

/// What a holding is called, and what it is worth.
#[derive(Clone, Debug)]
pub enum Worth {
    /// A coupon's name and terms.
    Coupon(Coupon),
    /// A cash voucher's template, and the name of its vouchers.
    Cash(Template, String),
}

impl Worth {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Worth::Coupon(coupon) => &coupon.name,
            Worth::Cash(_, name) => name,
        }
    }

    /// What callers are told that it is (alipay.trade.pay, `voucher_detail_list[].type`).
    pub fn type_name(&self) -> &'static str {
        match self {
            Worth::Coupon(coupon) => coupon.kind(),
            Worth::Cash(..) => "ALIPAY_CASH_VOUCHER",
        }
    }
}
