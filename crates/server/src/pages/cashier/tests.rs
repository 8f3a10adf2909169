//! What the page says, whatever it is told.

use super::*;

const SHELL: Shell<'_> = Shell { lang: Lang::En, title: "", address: "", in_other_lang: "?lang=zh", stand_in: true };

fn cashier(stage: Stage) -> Cashier {
    Cashier {
        seller: "花果山超市".to_owned(),
        subject: "Iphone6 16G".to_owned(),
        total_fen: 8_800,
        off: Off::default(),
        buyer: "131****6215".to_owned(),
        trade_no: "2026010121000000000000007168".to_owned(),
        stage,
    }
}

fn to_pay(left: u32, outcome: Option<FormOutcome>) -> Stage {
    let entry = Entry::Form {
        action: "/h5/cashier".to_owned(),
        csrf: "c".to_owned(),
        coupon: "none".to_owned(),
        cash: "none".to_owned(),
        left,
    };
    Stage::ToPay { entry, coupons: Vec::new(), cash: Vec::new(), outcome, until: None }
}

#[test]
fn other_peoples_texts_are_shown_and_never_run() {
    let text = "<script>alert(1)</script>\"'&";
    let mut page = cashier(to_pay(5, None));
    (page.seller, page.subject, page.buyer) = (text.to_owned(), text.to_owned(), text.to_owned());
    for stage in [page.stage.clone(), Stage::Closed { expired: false }] {
        let html = Cashier { stage, ..page.clone() }.page(&SHELL);
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;").count(), 3, "{html}");
    }
}

#[test]
fn a_notice_says_what_is_so_now() {
    for (stage, expect) in [
        (to_pay(5, None), None),
        (to_pay(5, Some(FormOutcome::WrongPin)), None),
        (to_pay(3, None), Some("A wrong PIN was entered before. 3 tries left.")),
        (to_pay(1, Some(FormOutcome::WrongPin)), Some("Wrong PIN. 1 try left.")),
        (to_pay(5, Some(FormOutcome::NoPin)), Some("Please enter the six digits")),
        (to_pay(2, Some(FormOutcome::ShortBalance)), Some("The balance is too low")),
        (to_pay(5, Some(FormOutcome::CouponGone)), Some("can no longer be used, and nothing was charged")),
    ] {
        let html = cashier(stage).page(&SHELL);
        assert_eq!(html.contains("id=\"notice\""), expect.is_some(), "{html}");
        assert!(html.contains(expect.unwrap_or_default()), "{html}");
    }
    for entry in [Entry::Locked(1_767_240_900_000), Entry::Unset] {
        let html = cashier(Stage::ToPay { entry, coupons: Vec::new(), cash: Vec::new(), outcome: None, until: None })
            .page(&SHELL);
        assert!(html.contains("id=\"notice\"") && !html.contains("<form"), "{html}");
    }
}

#[test]
fn a_chosen_coupon_lowers_what_is_due() {
    let coupon = ("<b>满减</b>".to_owned(), 800, 1_767_240_000_000);
    let with = PayOption { holding: Some(coupon), address: "/h5/cashier?coupon=1".to_owned(), chosen: true };
    let without = PayOption { holding: None, address: "/h5/cashier?coupon=none".to_owned(), chosen: false };
    let Stage::ToPay { entry, .. } = to_pay(5, None) else { unreachable!("it waits") };
    let stage = Stage::ToPay { entry, coupons: vec![with, without], cash: Vec::new(), outcome: None, until: None };
    let html = Cashier { off: Off { coupon_fen: 800, cash_fen: 0 }, ..cashier(stage) }.page(&SHELL);
    for text in [
        "Pay <span class=\"money\">¥80.00</span>",
        "<bdi>¥88.00</bdi>",
        "<bdi>−¥8.00</bdi>",
        "&lt;b&gt;满减&lt;/b&gt;",
        "Valid until 1 Jan 2026, 12:00",
        "Pay without a coupon",
        "href=\"/h5/cashier?coupon=1\" aria-current=\"true\"",
        "href=\"/h5/cashier?coupon=none\"><span",
    ] {
        assert!(html.contains(text), "no {text} in {html}");
    }
    let paid = Stage::Paid { at: 1_767_240_000_000, refunded_fen: 0, again: false };
    let html = Cashier { off: Off { coupon_fen: 8_000, cash_fen: 800 }, ..cashier(paid) }.page(&SHELL);
    for text in ["<span class=\"yuan\">¥</span>0.00", "<bdi>−¥80.00</bdi>", "<bdi>−¥8.00</bdi>"] {
        assert!(html.contains(text), "no {text} in {html}");
    }
    let plain = cashier(to_pay(5, None)).page(&SHELL);
    assert!(!plain.contains("Order total") && !plain.contains("class=\"way\""), "{plain}");
}
