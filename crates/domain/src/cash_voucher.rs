//! A cash voucher that a user holds: a template's, which its sponsor has paid for in advance.

use crate::coupon::{Days, Hours, MultiUse, Offer, Rounding, Terms};
use crate::id::VoucherId;
use crate::redemption::Redemption;

/// A cash voucher in a user's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CashVoucher {
    /// The voucher's id, which holds the day it was sent on.
    pub id: VoucherId,
    /// The store's number of its template.
    pub template: i64,
    /// The user that holds it.
    pub user_id: String,
    /// What its sender noted (`memo` of voucher.send).
    pub memo: Option<String>,
    /// How far it is used.
    pub redemption: Redemption,
    /// The number of its changes, from 1; an update names the version that it was decided on.
    pub version: i64,
}

/// What a voucher takes off, and from which orders: an amount, at any hour.
pub fn terms(amount_fen: i64, floor_fen: i64) -> Terms {
    Terms {
        offer: Offer::Money { worth_fen: amount_fen },
        min_consume_fen: floor_fen,
        items: None,
        hours: Hours::default(),
        forbidden: Days::default(),
        rounding: Rounding::None,
        multi_use: MultiUse::WithOthers,
        card_only: false,
    }
}

/// Where a template's vouchers can be used (`rule_conf`): every list that there is must name the payment's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UseRules {
    /// Merchants, by account id (`PID`).
    pub pids: Option<Vec<String>>,
    /// Shops, by the platform's id (`STORE`).
    pub shops: Option<Vec<String>>,
    /// Accounts that are paid (`payeeUserId`).
    pub payees: Option<Vec<String>>,
    /// Products, by `product_code` (`bizProduct`).
    pub products: Option<Vec<String>>,
    /// Whether they are for bills of public utilities alone (`CUSTOMBUSINESS`, `EBPPUSERNUM`), which no trade here is.
    pub utilities_only: bool,
}

/// What of a payment decides whether a voucher can be used for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The merchant's account id.
    pub pid: &'a str,
    /// The account that is paid.
    pub seller_id: &'a str,
    /// The shop's id.
    pub shop_id: Option<&'a str>,
    /// `product_code` of the trade.
    pub product: Option<&'a str>,
}

impl UseRules {
    /// Whether vouchers can be used for that payment.
    pub fn allow(&self, place: Place<'_>) -> bool {
        let names = |list: &Option<Vec<String>>, one: Option<&str>| {
            list.as_ref().is_none_or(|list| one.is_some_and(|one| list.iter().any(|listed| listed == one)))
        };
        !self.utilities_only
            && names(&self.pids, Some(place.pid))
            && names(&self.shops, place.shop_id)
            && names(&self.payees, Some(place.seller_id))
            && names(&self.products, place.product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coupon::Sale;

    const SHOP: Place<'_> = Place {
        pid: "2088201914979011",
        seller_id: "2088201914979012",
        shop_id: Some("2015121600077000000002388200"),
        product: Some("FACE_TO_FACE_PAYMENT"),
    };

    #[test]
    fn every_list_that_there_is_names_the_payments() {
        let list = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        let all = UseRules::default;
        let both = UseRules { pids: list(&[SHOP.pid]), shops: list(&["1", "2015121600077000000002388200"]), ..all() };
        for (rules, place, expect) in [
            (all(), SHOP, true),
            (both.clone(), SHOP, true),
            (both.clone(), Place { shop_id: None, ..SHOP }, false),
            (both.clone(), Place { shop_id: Some("2"), ..SHOP }, false),
            (both, Place { pid: SHOP.seller_id, ..SHOP }, false),
            (UseRules { payees: list(&[SHOP.seller_id]), ..all() }, SHOP, true),
            (UseRules { payees: list(&[SHOP.pid]), ..all() }, SHOP, false),
            (UseRules { products: list(&["FACE_TO_FACE_PAYMENT"]), ..all() }, SHOP, true),
            (UseRules { products: list(&["QUICK_MSECURITY_PAY"]), ..all() }, SHOP, false),
            (UseRules { products: list(&["FACE_TO_FACE_PAYMENT"]), ..all() }, Place { product: None, ..SHOP }, false),
            (UseRules { utilities_only: true, ..all() }, SHOP, false),
            (UseRules { pids: list(&[]), ..all() }, SHOP, false),
        ] {
            assert_eq!(rules.allow(place), expect, "{rules:?} {place:?}");
        }
    }

    #[test]
    fn it_takes_its_worth_at_most_and_from_orders_that_are_large_enough() {
        for (amount_fen, floor_fen, total_fen, discountable_fen, expect) in [
            (880, 5_000, 5_000, 5_000, 880),
            (880, 5_000, 4_999, 4_999, 0),
            // What may not be lowered counts for nothing.
            (880, 5_000, 9_000, 4_999, 0),
            (880, 0, 500, 500, 500),
            (880, 0, 500, 300, 300),
        ] {
            let sale = Sale::new(total_fen, discountable_fen, &[]);
            assert_eq!(terms(amount_fen, floor_fen).takes(&sale), expect);
        }
    }
}
