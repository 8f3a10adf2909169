//! What the page says, whatever it is told.

use super::*;

const SHELL: Shell<'_> = Shell { lang: Lang::En, title: "", address: "", in_other_lang: "?lang=zh", stand_in: true };

fn cashier(stage: Stage) -> Cashier {
    Cashier {
        seller: "花果山超市".to_owned(),
        subject: "Iphone6 16G".to_owned(),
        total_fen: 8_800,
        buyer: "131****6215".to_owned(),
        trade_no: "2026010121000000000000007168".to_owned(),
        stage,
    }
}

fn to_pay(left: u32, said: Option<Said>) -> Stage {
    let entry = Entry::Form { action: "/h5/cashier".to_owned(), csrf: "c".to_owned(), left };
    Stage::ToPay { entry, said, until: None }
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
        (to_pay(5, Some(Said::WrongPin)), None),
        (to_pay(3, None), Some("A wrong PIN was entered before. 3 tries left.")),
        (to_pay(1, Some(Said::WrongPin)), Some("Wrong PIN. 1 try left.")),
        (to_pay(5, Some(Said::NoPin)), Some("Please enter the six digits")),
        (to_pay(2, Some(Said::ShortBalance)), Some("The balance is too low")),
    ] {
        let html = cashier(stage).page(&SHELL);
        assert_eq!(html.contains("id=\"notice\""), expect.is_some(), "{html}");
        assert!(html.contains(expect.unwrap_or_default()), "{html}");
    }
    for entry in [Entry::Locked(1_767_240_900_000), Entry::Unset] {
        let html = cashier(Stage::ToPay { entry, said: None, until: None }).page(&SHELL);
        assert!(html.contains("id=\"notice\"") && !html.contains("<form"), "{html}");
    }
}

#[test]
fn names_of_what_is_said_read_back() {
    for (said, name) in Said::NAMES {
        assert_eq!((Said::parse(name), said.name()), (Some(said), name));
    }
    assert_eq!(Said::parse("anything"), None);
}
