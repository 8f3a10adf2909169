//! What the page says, whatever it is told.

use super::*;

const SHELL: Shell<'_> = Shell { lang: Lang::Zh, title: "", address: "", in_other_lang: "?lang=en", stand_in: true };
const NOON: i64 = 1_767_240_000_000; // 2026-01-01 12:00:00 in UTC+8

fn coupon(stage: Stage) -> Coupon {
    Coupon {
        merchant: "花果山超市".to_owned(),
        name: "全场代金券".to_owned(),
        brand: "8个集点兑换".to_owned(),
        logo: Some("/h5/image/logo".to_owned()),
        picture: None,
        offer: Offer::Money { worth_fen: 2_000 },
        min_consume_fen: 1_000,
        original_price_fen: None,
        goods: None,
        validity: Validity::Fixed { starts_at: NOON, ends_at: NOON + 86_400_000 },
        hours: Vec::new(),
        forbidden: Vec::new(),
        notes: Vec::new(),
        shops: Vec::new(),
        more_shops: MoreShops::Exactly(0),
        stage,
    }
}

fn to_take() -> Stage {
    Stage::ToTake { action: "/h5/coupon".to_owned(), csrf: "c".to_owned() }
}

fn held(stand: Standing) -> OwnCoupon {
    OwnCoupon {
        id: "2026010100073000000000007168".to_owned(),
        page: "/h5/voucher?voucherId=2026010100073000000000007168".to_owned(),
        starts_at: NOON + 1,
        ends_at: NOON + 3,
        received_at: NOON,
        stand,
    }
}

#[test]
fn a_reason_is_told_in_the_words_of_the_contract() {
    for (why, expect) in [
        (Obstacle::Ended, "活动已结束"),
        (Obstacle::SoldOut, "券已领完"),
        (Obstacle::SoldOutToday, "券已领完"),
        (Obstacle::TooOften, "超过参与次数限制"),
        (Obstacle::NotEligible(Audience::Crowd), "不满足领取条件"),
        (Obstacle::NotEligible(Audience::NewMembers), "不满足领取条件"),
        (Obstacle::NotEligible(Audience::Students), "不满足领取条件"),
        (Obstacle::NotEligible(Audience::CardHolders), "不满足领取条件"),
        (Obstacle::HoldsUnredeemed, "已领取未使用的同款券"),
        (Obstacle::NotYet(NOON), "活动未开始"),
    ] {
        let html = coupon(Stage::Not(why)).page(&SHELL);
        assert!(
            html.contains(&format!("<title>{expect}</title>"))
                && html.contains(&format!("<h2 class=\"title\"><bdi>{expect}</bdi></h2>"))
        );
        assert!(!html.contains("<form") && html.contains("¥"), "{html}");
    }
}

#[test]
fn one_button_and_only_while_it_can_be_taken() {
    let html = coupon(to_take()).page(&SHELL);
    assert_eq!((html.matches("<button").count(), html.matches("<form").count()), (1, 1));
    for (stand, expect) in [
        (Standing::Usable, "付款时自动抵扣"),
        (Standing::Unactive, "2026年1月1日 12:00 起可以使用"),
        (Standing::Held, "待付款的订单"),
        (Standing::Used, "已经使用"),
        (Standing::Refunded, "款项已退回"),
        (Standing::Expired, "已经过期"),
    ] {
        let html = coupon(Stage::Taken(vec![held(stand)])).page(&SHELL);
        assert!(html.contains(expect) && html.contains("2026010100073000000000007168"), "{html}");
        assert!(!html.contains("<form"), "{html}");
    }
}

#[test]
fn while_one_of_several_can_be_used_that_is_what_is_told() {
    for (stands, expect) in [
        ([Standing::Used, Standing::Usable], "领取成功"),
        ([Standing::Expired, Standing::Held], "领取成功"),
        ([Standing::Used, Standing::Used], "券已使用"),
        ([Standing::Refunded, Standing::Used], "券已退"),
        ([Standing::Expired, Standing::Expired], "券已过期"),
    ] {
        let html = coupon(Stage::Taken(stands.map(held).to_vec())).page(&SHELL);
        assert!(html.contains(&format!("<title>{expect}</title>")), "{stands:?}: {html}");
        assert_eq!(html.contains("ticket gone"), expect != "领取成功", "{stands:?}");
    }
}

#[test]
fn other_peoples_texts_are_shown_and_never_run_and_fit_on_a_page() {
    let text = "<script>alert(1)</script>\"'&";
    let long = |chars: usize| text.repeat(chars / text.len() + 1)[..chars].to_owned();
    let mut page = coupon(to_take());
    (page.merchant, page.name, page.brand) = (long(64), long(64), long(64));
    page.goods = Some(long(256));
    page.hours = vec![Opening { values: text.to_owned(), times: text.to_owned() }];
    page.forbidden = vec![(text.to_owned(), text.to_owned())];
    page.notes = vec![Note { title: None, lines: vec![long(500); 7] }];
    page.notes.push(Note { title: Some(long(64)), lines: vec![long(256); 20] });
    page.shops = vec![Place { name: long(500), address: Some(long(500)), near: true }; 3];
    for stage in [to_take(), Stage::Taken(vec![held(Standing::Usable); 5]), Stage::Not(Obstacle::SoldOut)] {
        let html = Coupon { stage, ..page.clone() }.page(&SHELL);
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&amp;"));
        assert!(html.len() <= 30 << 10, "{} bytes", html.len());
    }
}

#[test]
fn shops_are_the_given_one_first_and_how_many_more() {
    let place = |name: &str, near| Place { name: name.to_owned(), address: None, near };
    let mut page = coupon(to_take());
    page.shops = vec![place("水帘洞店", true), place("南天门店", false)];
    for (more, expect) in [
        (MoreShops::Exactly(0), None),
        (MoreShops::Exactly(1), Some("另有 1 家门店适用")),
        (MoreShops::Exactly(98), Some("另有 98 家门店适用")),
        (MoreShops::AtLeast(999), Some("另有 999 多家门店适用")),
    ] {
        let html = Coupon { more_shops: more, ..page.clone() }.page(&SHELL);
        assert_eq!((html.contains("另有"), html.matches("离你最近").count()), (expect.is_some(), 1));
        assert!(html.contains(expect.unwrap_or_default()), "{html}");
        assert!(html.find("水帘洞店") < html.find("南天门店"));
    }
}
