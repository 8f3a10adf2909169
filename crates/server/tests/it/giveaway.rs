//! A supermarket that gives coupons: its activities, the tokens that its system asks for, and the page behind each.

use crate::raw::{Answer, Connection};
use crate::running::{PID, Running, TOKEN, succeed, world};
use crate::shop::{header, text};
use client::Client;
use domain::issued_coupon::IssuedCoupon;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use store::testing::{Engine, block_on};
use store::{Fault, Open, Store, Tx};

/// Members, one a student, one with a card.
pub(crate) const USER: &str = "2088102146931393";
pub(crate) const STUDENT: &str = "2088102146931394";
pub(crate) const CARD_HOLDER: &str = "2088102146931395";
/// The card.
pub(crate) const CARD: &str = "20160504000000000000000001";
/// Five shops.
pub(crate) const SHOPS: [&str; 5] = [
    "2015121600077000000002388200",
    "2015121600077000000002388201",
    "2015121600077000000002388202",
    "2015121600077000000002388203",
    "2015121600077000000002388204",
];
/// Pictures of the world file.
pub(crate) const LOGO: &str = "1T8Pp00AT7eo9NoAJkMR3AAAACMAAQEC";
pub(crate) const BANNER: &str = "1T8Pp00AT7eo9NoAJkMR3AAAACMAAQED";

/// The supermarket.
pub(crate) struct Giveaway {
    pub(crate) server: Running,
    pub(crate) isv: Client,
    next: AtomicU32,
}

/// An activity with one prize.
#[derive(Clone)]
pub(crate) struct Campaign {
    pub(crate) camp_id: String,
    pub(crate) prize_id: String,
    /// The page's path and query as `activity.query` tells them.
    pub(crate) page: String,
}

/// The tests' world with shops, pictures and these users.
pub(crate) fn world_of_shops(users: &str) -> String {
    let names = [
        ("证大五道口店", "浦东新区长柳路100号证大五道口广场1楼"),
        ("水帘洞店", "花果山路1号"),
        ("南天门店", "凌霄大道9号南天门广场B1"),
        ("东海店", "龙宫路36号"),
        ("高老庄店", "高老庄村口"),
    ];
    let shops: String = SHOPS
        .iter()
        .zip(names)
        .map(|(shop_id, (name, address))| {
            format!("[[merchant.shop]]\nshop_id = \"{shop_id}\"\nname = \"{name}\"\naddress = \"{address}\"\n")
        })
        .collect();
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"\n");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/giveaway");
    let images = format!(
        "[[image]]\nid = \"{LOGO}\"\nfile = \"{folder}/logo.png\"\n[[image]]\nid = \"{BANNER}\"\nfile = \"{folder}/banner.png\"\n"
    );
    format!("{}\n{users}\n{images}", world().replace(&merchant, &format!("{merchant}{shops}")))
}

impl Giveaway {
    /// Opens at noon, 2026-01-01.
    pub(crate) fn open(engine: Engine) -> Giveaway {
        Giveaway::open_at(engine, "2026-01-01T12:00:00+08:00")
    }

    /// The same at this moment.
    pub(crate) fn open_at(engine: Engine, now: &str) -> Giveaway {
        let user =
            |user_id: &str, more: &str| format!("[[user]]\nuser_id = \"{user_id}\"\nbalance = \"1000.00\"\n{more}\n");
        let users = [
            user(USER, "login_id = \"13196215350\""),
            user(STUDENT, "student = true"),
            user(CARD_HOLDER, &format!("member_cards = [\"{CARD}\"]")),
        ];
        Giveaway::start(engine, &world_of_shops(&users.concat()), now)
    }

    /// Opens at noon, 2026-01-01, with this world.
    pub(crate) fn open_in(engine: Engine, world: &str) -> Giveaway {
        Giveaway::start(engine, world, "2026-01-01T12:00:00+08:00")
    }

    fn start(engine: Engine, world: &str, now: &str) -> Giveaway {
        let server = Running::start_with(engine, world, &["--clock", &format!("manual:{now}")]);
        let isv = server.client_of(crate::running::ISV_APP_ID, Some(TOKEN));
        Giveaway { server, isv, next: AtomicU32::new(1) }
    }

    fn number(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes an activity: the usual one with this change, told to this address.
    pub(crate) fn campaign_told(&self, notify_url: &str, change: impl Fn(&mut Value)) -> Campaign {
        let mut request = json!({
            "out_biz_no": format!("campaign{}", self.number()), "name": "8个集点兑换", "type": "DIRECT_SEND",
            "start_time": "2026-01-01 00:00:00", "end_time": "2026-01-31 23:59:59",
            "budget_info": {"budget_total": "100", "budget_type": "QUANTITY"},
            "constraint_info": {"suit_shops": SHOPS},
            "promo_tools": [{
                "voucher": {
                    "type": "MONEY", "name": "全场代金券", "brand_name": "8个集点兑换", "logo": LOGO, "worth_value": "20",
                    "validate_type": "FIXED", "start_time": "2026-01-01 00:00:00", "end_time": "2026-02-28 23:59:59",
                    "use_instructions": ["每次消费限用一张，不找零、不兑现", "特价商品、烟酒除外"],
                    "use_rule": {"suit_shops": SHOPS, "min_consume": "10"},
                },
            }],
            "publish_channels": [{"type": "URL_WITH_TOKEN", "name": "URL_WITH_TOKEN"}],
        });
        change(&mut request);
        let more = [("notify_url", notify_url)];
        let answer = self.isv.call_with(
            "koubei.marketing.campaign.activity.create",
            &request.to_string(),
            crate::running::NOW,
            &more,
        );
        let answer = answer.expect("an answer");
        assert_eq!(answer.code, "10000", "{request}: {}", answer.raw);
        self.found(answer.node["camp_id"].as_str().expect("an id"))
    }

    /// The same, told to nobody.
    pub(crate) fn campaign(&self, change: impl Fn(&mut Value)) -> Campaign {
        self.campaign_told("", change)
    }

    /// What the merchant's system finds out about its activity.
    pub(crate) fn found(&self, camp_id: &str) -> Campaign {
        let detail = succeed(&self.isv, "koubei.marketing.campaign.activity.query", &json!({"camp_id": camp_id}));
        let detail = &detail["camp_detail"];
        let channel = detail["publish_channels"][0]["config"].as_str().expect("a channel");
        let channel: Value = serde_json::from_str(channel).expect("JSON");
        let (_, page) = channel["URL"].as_str().expect("an address").split_once("/h5/").expect("a page");
        let prize_id = detail["promo_tools"][0]["voucher_no"].as_str().expect("a prize").to_owned();
        Campaign { camp_id: camp_id.to_owned(), prize_id, page: format!("/h5/{page}") }
    }

    /// Has one user authorised to take the prize.
    pub(crate) fn token(&self, campaign: &Campaign, user_id: &str) -> String {
        let request = json!({"req_id": self.number().to_string(), "prize_id": campaign.prize_id, "user_id": user_id});
        let answer = succeed(&self.isv, "koubei.marketing.tool.prizesend.auth", &request);
        answer["token"].as_str().expect("a token").to_owned()
    }

    /// The page of a new token, for a user.
    pub(crate) fn page(&self, campaign: &Campaign, user_id: &str) -> String {
        self.page_of(campaign, &self.token(campaign, user_id))
    }

    /// The page of this token.
    pub(crate) fn page_of(&self, campaign: &Campaign, token: &str) -> String {
        format!("{}&token={token}&outBizNo=hhe-test1-{}&type=pointcard", campaign.page, self.number())
    }

    /// The page's whole address.
    pub(crate) fn address(&self, target: &str) -> String {
        format!("http://{}{target}", self.server.address)
    }

    /// Asks for a page, with these lines in the head.
    pub(crate) fn get(&self, target: &str, lines: &str) -> Answer {
        get(&self.server, target, lines)
    }

    /// Sends a form.
    pub(crate) fn post(&self, target: &str, form: &str) -> Answer {
        post(&self.server, target, form)
    }

    /// Presses the page's button, whatever comes of it.
    pub(crate) fn press(&self, target: &str) {
        press(&self.server, target, &self.csrf(target));
    }

    /// What shows that the page made its form.
    pub(crate) fn csrf(&self, target: &str) -> String {
        csrf(&self.server, target).unwrap_or_else(|page| panic!("no form in {page}"))
    }

    /// Sees this on the page, and a button or none.
    pub(crate) fn sees(&self, target: &str, text: &str, button: bool) {
        let page = self.get(target, "");
        let html = crate::shop::text(&page);
        assert!(html.contains(text) && html.contains("<form") == button, "no {text:?}, or a button: {html}");
    }

    /// What a user holds of the merchant's and can use now or later.
    pub(crate) fn coupons(&self, user_id: &'static str) -> Vec<IssuedCoupon> {
        let store = Store::open(&self.server.place(), Open::default()).expect("the server's store");
        let now = wire::time::parse("2026-01-01 12:00:00").expect("a time");
        let found: Result<_, Fault> =
            block_on(store.read(move |tx: &mut Tx| store::coupon::of_member(tx, PID, user_id, now)));
        found.expect("it can be read")
    }

    /// Changes the store past the server.
    pub(crate) fn change(&self, change: impl Fn(&mut Tx) -> Result<(), Fault> + Send + 'static) {
        let store = Store::open(&self.server.place(), Open::default()).expect("the server's store");
        block_on(store.write::<_, Fault, _>(change)).expect("it is kept");
    }

    /// Lets time go by, and what is due on the way happen.
    pub(crate) fn wait(&self, duration: &str) {
        self.command(&["clock", "advance", duration]);
    }

    /// Runs a command that must succeed.
    pub(crate) fn command(&self, arguments: &[&str]) {
        let output = self.server.command(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// All sums are what their parts come to.
    pub(crate) fn proves(&self) {
        let output = self.server.command(&["prove"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

/// Asks a server for a page.
pub(crate) fn get(server: &Running, target: &str, lines: &str) -> Answer {
    let request = format!("GET {target} HTTP/1.1\r\nhost: shop\r\n{lines}\r\n");
    Connection::open(server.address).exchange(request.as_bytes()).expect("an answer")
}

/// Sends a form to a server.
pub(crate) fn post(server: &Running, target: &str, form: &str) -> Answer {
    let request = format!(
        "POST {target} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    );
    Connection::open(server.address).exchange(request.as_bytes()).expect("an answer")
}

/// What shows that a page made its form; the page, if it has none.
pub(crate) fn csrf(server: &Running, target: &str) -> Result<String, String> {
    let page = text(&get(server, target, ""));
    let found = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    found.map(|(csrf, _)| csrf.to_owned()).ok_or(page)
}

/// Presses a page's button: the answer leads back to the page.
pub(crate) fn press(server: &Running, target: &str, csrf: &str) {
    let answer = post(server, target, &format!("csrf={csrf}"));
    assert_eq!(answer.status, 303, "{}", text(&answer));
    assert!(header(&answer, "location").starts_with("/h5/coupon?"), "{}", answer.headers);
}
