//! Ids: an `i64` inside, the platform's shapes outside (`docs/decisions.md`, "Ids").
//!
//! Outside, an id is the UTC+8 day it was made on, its product's digits, and its number in fixed width. Inside, the
//! number carries its bucket in the low ten bits, so an id alone tells where its row is.

use crate::calendar::zoned;

/// The number of low bits of an id that hold its bucket.
pub const BUCKET_BITS: u32 = 10;

/// Declares a kind of id, and the same as a caller sends it.
macro_rules! ids {
    ($($(#[$doc:meta])* $id:ident, $text:ident = $product:literal, $width:literal $(, $suffix:literal)?;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $id {
            /// When the thing was made, UTC milliseconds; only its UTC+8 day is part of the id.
            pub created_at: i64,
            /// The store's number, with the bucket in its low [`BUCKET_BITS`] bits where its table has buckets.
            pub number: i64,
        }

        #[doc = concat!("A [`", stringify!($id), "`] as a caller sent it: the number, and the day that a genuine id names.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $text {
            /// The store's number, as in the id.
            pub number: i64,
            day: u32,
        }

        impl $id {
            const SHAPE: Shape = Shape { product: $product, width: $width, suffix: concat!($($suffix)?) };

            /// Names a thing made at `created_at` (UTC milliseconds) by its store number.
            pub fn new(created_at: i64, number: i64) -> $id {
                $id { created_at, number }
            }

            /// A key that sorts ids as their texts are sorted: the UTC+8 day, as 20260104, then the number. Numbers
            /// alone do not: processes lease them in blocks, so that a later day may have lower ones.
            pub fn text_order(self) -> (u32, i64) {
                (day_number(self.created_at), self.number)
            }

            /// The id on the wire: digits alone, always of the same length.
            pub fn to_text(self) -> String {
                Self::SHAPE.write(self.created_at, self.number)
            }
        }

        impl $text {
            /// Reads an id; `None` for what can be none of this kind.
            pub fn parse(text: &str) -> Option<$text> {
                $id::SHAPE.read(text).map(|(day, number)| $text { number, day })
            }

            /// Whether this text names `id`: with a wrong day it is an unknown id, not a second name of the same thing.
            pub fn names(self, id: $id) -> bool {
                self.number == id.number && self.day == day_number(id.created_at)
            }
        }
    )*};
}

ids! {
    /// A crowd's id: 32 digits on the wire, as `20260104000020000000000000000007`.
    CrowdId, CrowdIdText = "00002", 32;
    /// A trade's number: 28 digits on the wire, as `2026010421000000000000007168`.
    TradeNo, TradeNoText = "2100", 28;
    /// An activity's id, `camp_id`: 32 digits.
    CampId, CampIdText = "00001", 32;
    /// The id of what was done to an activity, `order_id`: 32 digits.
    OrderId, OrderIdText = "00003", 32;
    /// A coupon that an activity gives, `prize_id`: 32 digits.
    PrizeId, PrizeIdText = "00004", 32;
    /// A point card, `activity_account`: 32 digits.
    CardId, CardIdText = "00005", 32;
    /// A change of points, `point_log_no`: 32 digits.
    PointLogNo, PointLogNoText = "00006", 32;
    /// What an auditor said of an activity, `audit_id`: 32 digits.
    AuditId, AuditIdText = "00008", 32;
    /// An activity as its coupon page calls it, `itemId`: 28 digits, with the activity's number.
    ItemId, ItemIdText = "00077", 28;
    /// A template of cash vouchers, `template_id`: 28 characters, as `20260104000700000000007168EB`.
    TemplateId, TemplateIdText = "0007", 28, "EB";
    /// The order under which a template is paid for, `fund_order_no`: 28 characters, with the template's number.
    FundOrderNo, FundOrderNoText = "0007", 28, "EC";
    /// What a member holds, `voucher_id`: 28 digits.
    VoucherId, VoucherIdText = "00073", 28;
    /// A batch of cash vouchers that an operator sends: 28 digits.
    BatchId, BatchIdText = "00074", 28;
    /// A notification's id: 34 digits on the wire, the same over all deliveries.
    NotifyId, NotifyIdText = "00222", 34;
}

/// How one kind of id looks outside: `width` characters, of which eight digits are the day, `product` follows it, and
/// `suffix` ends it.
struct Shape {
    product: &'static str,
    width: usize,
    suffix: &'static str,
}

impl Shape {
    fn write(&self, at: i64, number: i64) -> String {
        let digits = self.width - 8 - self.product.len() - self.suffix.len();
        format!("{:08}{}{number:0digits$}{}", day_number(at), self.product, self.suffix)
    }

    fn read(&self, text: &str) -> Option<(u32, i64)> {
        let is_long_enough = text.len() == self.width;
        let text = text.strip_suffix(self.suffix).filter(|_| is_long_enough)?;
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let rest = text[8..].strip_prefix(self.product)?;
        Some((text[..8].parse().ok()?, rest.parse().ok()?))
    }
}

/// The UTC+8 calendar day of a moment as a number: 20260104.
fn day_number(at: i64) -> u32 {
    let date = zoned(at).date();
    // No year is below 1.
    let part = |value: i16| u32::from(value.unsigned_abs());
    part(date.year()) * 10_000 + part(date.month().into()) * 100 + part(date.day().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YEARS_EVE_LATE: i64 = 1_767_196_800_000; // 2026-01-01 00:00:00 in UTC+8

    #[test]
    fn an_id_is_32_digits_and_reads_back() {
        for number in [1, 7 << BUCKET_BITS, i64::MAX] {
            let id = CrowdId::new(NEW_YEARS_EVE_LATE, number);
            let text = id.to_text();
            assert_eq!((text.len(), &text[..13]), (32, "2026010100002"));
            assert!(CrowdIdText::parse(&text).expect("its own text").names(id));
        }
        // Sixteen digits hold nine trillion trades.
        for number in [1, 7 << BUCKET_BITS, 9_999_999_999_999_999] {
            let no = TradeNo::new(NEW_YEARS_EVE_LATE, number);
            let text = no.to_text();
            assert_eq!((text.len(), &text[..12]), (28, "202601012100"));
            assert!(TradeNoText::parse(&text).expect("its own text").names(no));
        }
        let id = TemplateId::new(NEW_YEARS_EVE_LATE, 7 << BUCKET_BITS);
        assert_eq!(id.to_text(), "20260101000700000000007168EB");
        let order = FundOrderNo::new(NEW_YEARS_EVE_LATE, id.number).to_text();
        assert_eq!(order, "20260101000700000000007168EC");
        assert!(TemplateIdText::parse(&id.to_text()).expect("its own text").names(id));
        assert_eq!(TemplateIdText::parse(&order), None);
        assert_eq!(NotifyId::new(NEW_YEARS_EVE_LATE, 7).to_text(), "2026010100222000000000000000000007");
    }

    #[test]
    fn another_day_another_product_or_another_shape_is_unknown() {
        let id = CrowdId::new(NEW_YEARS_EVE_LATE, 5);
        let yesterday = CrowdId::new(NEW_YEARS_EVE_LATE - 1, 5).to_text();
        assert!(!CrowdIdText::parse(&yesterday).expect("well formed").names(id));
        for bad in ["", "131313", "20160504000000000002402000158699", "2026010100002000000000000000000５"] {
            assert_eq!(CrowdIdText::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ids_ascend_with_their_numbers_within_a_day() {
        let ids: Vec<_> = (1..100).map(|n| CrowdId::new(NEW_YEARS_EVE_LATE, n << BUCKET_BITS).to_text()).collect();
        assert!(ids.is_sorted());
    }
}
