//! What the page says, whatever it is told.

use super::*;
use crate::pages::coupon::{MoreShops, Place};

const NOON: i64 = 1_767_240_000_000;
const HOSTILE: &str = "<script>alert(1)</script>\"'&";
const SHELL: Shell<'_> = Shell { lang: Lang::En, title: "", address: "", in_other_lang: "?lang=zh", stand_in: true };

fn page(stage: Stage, verify: Verify) -> VoucherPage {
    VoucherPage {
        merchant: HOSTILE.to_owned(),
        name: HOSTILE.to_owned(),
        brand: HOSTILE.to_owned(),
        offer: Offer::Exchange { verify },
        cash: None,
        id: "2026010100073000000000007168".to_owned(),
        starts_at: NOON,
        ends_at: NOON,
        stage,
    }
}

fn cash(stage: Stage, cash: Cash) -> VoucherPage {
    VoucherPage { offer: Offer::Money { worth_fen: 880 }, cash: Some(cash), ..page(stage, Verify::MerchantScan) }
}

fn onward() -> Stage {
    Stage::Onward { address: format!("https://a/?b={HOSTILE}") }
}

#[test]
fn each_standing_is_told_and_one_has_a_button() {
    let button = || Stage::Button { action: "/h5/voucher".to_owned(), csrf: "c".to_owned() };
    for (stage, verify, expect) in [
        (button(), Verify::UserClick, "Use it now"),
        (Stage::Usable, Verify::UserClick, "cannot be used at this hour"),
        (Stage::Usable, Verify::MerchantScan, "used by itself"),
        (Stage::Unactive, Verify::UserClick, "from 1 Jan 2026, 12:00 on"),
        (Stage::Held, Verify::MerchantScan, "waits for payment holds it"),
        (Stage::Used { at: NOON + 5_000 }, Verify::UserClick, "1 Jan 2026, 12:00:05"),
        (Stage::Refunded, Verify::MerchantScan, "does not come back"),
        (Stage::Barred, Verify::MerchantScan, "cannot be used at present"),
        (Stage::Expired, Verify::UserClick, "not used in time"),
    ] {
        let html = page(stage.clone(), verify).page(&SHELL);
        assert!(html.contains(expect), "no {expect} in {html}");
        assert_eq!(html.contains("<form"), stage == button(), "{stage:?}");
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "{html}");
    }
}

#[test]
fn a_cash_voucher_shows_its_worth_in_each_standing_and_a_button_in_one() {
    for (stage, title, expect) in [
        (onward(), "Your voucher", "Use it now"),
        (Stage::Usable, "Your voucher", "nothing to do here"),
        (Stage::Unactive, "Your voucher", "from 1 Jan 2026, 12:00 on"),
        (Stage::Held, "Your voucher", "waits for payment holds it"),
        (Stage::Used { at: NOON + 5_000 }, "Used", "1 Jan 2026, 12:00:05"),
        (Stage::Refunded, "Refunded", "does not come back"),
        (Stage::Barred, "Barred", "cannot be used at present"),
        (Stage::Expired, "Expired", "not used in time"),
    ] {
        let html = cash(stage.clone(), Cash { floor_fen: 5_000, ..Cash::default() }).page(&SHELL);
        for text in [expect, &format!("<title>{title}</title>"), "8.80", "When you spend ¥50 or more"] {
            assert!(html.contains(text), "no {text} in {html}");
        }
        assert_eq!(html.contains("rel=\"noreferrer\""), stage == onward(), "{html}");
        assert!(!html.contains("<form") && !html.contains("<script"), "{html}");
    }
}

#[test]
fn where_a_cash_voucher_can_be_used_is_told_and_nothing_of_it_runs() {
    let names = |first: &[&str], more| Some(Names { first: first.iter().map(|&name| name.to_owned()).collect(), more });
    let place = Place { name: HOSTILE.to_owned(), address: None, near: false };
    let told = Cash {
        floor_fen: 0,
        merchants: names(&["花果山超市", HOSTILE], 0),
        shops: Some((vec![place], MoreShops::Exactly(12))),
        payees: names(&["2088201914979011"], 3),
        products: names(&[], 0),
        utilities_only: true,
        terms: vec![HOSTILE.to_owned(), "不可找零".to_owned()],
    };
    let html = cash(onward(), told).page(&SHELL);
    for text in [
        "No minimum spend",
        "花果山超市, &lt;script&gt;",
        "2088201914979011 and 3 more",
        ">None<",
        "Bills of public utilities",
        "and 12 more shops",
        "不可找零",
        "href=\"https://a/?b=&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;\"",
    ] {
        assert!(html.contains(text), "no {text} in {html}");
    }
    assert!(!html.contains("<script"), "{html}");
    // Of no shop at all, and of any.
    let none = Cash { shops: Some((Vec::new(), MoreShops::Exactly(0))), ..Cash::default() };
    assert!(cash(Stage::Usable, none).page(&SHELL).contains("Shops"));
    assert!(!cash(Stage::Usable, Cash::default()).page(&SHELL).contains("Shops"));
}
