//! What one transaction finds when another commits at the worst moment: on PostgreSQL, step by step.
//!
//! The other one is this test's own. It holds what a call wants until that call waits for it.

use crate::giveaway::{self, Campaign, Giveaway, SHOPS, STUDENT, USER};
use crate::running::{OTHER_PID, PID, Running, call, refuse, succeed};
use crate::shop::{CUSTOMER, OTHER_CUSTOMER, OTHER_PIN, PIN, Shop, header};
use crate::wallet::NOON;
use domain::activity::ToolKind;
use domain::id::{TradeNoText, VoucherIdText};
use domain::issued_coupon::IssuedCoupon;
use domain::tag::{Tag, TagKind};
use domain::trade::TradeDeduction;
use serde_json::json;
use std::process::Output;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use store::account_key::{self, Kind};
use store::testing::{Engine, block_on};
use store::world::{self, Account};
use store::{Fault, Open, Store, Tx, bucket_of, params};

const PATIENCE: Duration = Duration::from_secs(20);
const SHOP_ID: &str = "2015121600077000000002388200";

type Work = fn(&mut Tx) -> Result<(), Fault>;

/// A transaction that has done the first part of its work, and waits to be let on.
struct Held {
    on: Arc<AtomicBool>,
    runs: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Held {
    /// Lets it do the rest; how often it ran: more than once, if the database had to untie it from another.
    fn end(self) -> usize {
        self.on.store(true, Ordering::Relaxed);
        self.thread.join().expect("it is kept");
        self.runs.load(Ordering::Relaxed)
    }
}

/// The server's store, as another process has it.
fn store(server: &Running) -> Store {
    Store::open(&server.place(), Open::default()).expect("it is there")
}

/// Begins a transaction, and holds it after `first`.
fn hold<F, R>(store: &Store, first: F, rest: R) -> Held
where
    F: Fn(&mut Tx) -> Result<(), Fault> + Send + 'static,
    R: Fn(&mut Tx) -> Result<(), Fault> + Send + 'static,
{
    let (on, runs, begun): (Arc<AtomicBool>, Arc<AtomicUsize>, Arc<AtomicBool>) = Default::default();
    let (go, count, done, store) = (on.clone(), runs.clone(), begun.clone(), store.clone());
    let thread = thread::spawn(move || {
        let work = move |tx: &mut Tx| {
            count.fetch_add(1, Ordering::Relaxed);
            first(tx)?;
            done.store(true, Ordering::Relaxed);
            until(|| go.load(Ordering::Relaxed));
            rest(tx)
        };
        block_on(store.write::<_, Fault, _>(work)).expect("it is kept");
    });
    until(|| begun.load(Ordering::Relaxed));
    Held { on, runs, thread }
}

const NOTHING: Work = |_| Ok(());

fn until(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "it does not come");
        thread::sleep(Duration::from_millis(5));
    }
}

/// How many transactions wait for others.
fn waiting(store: &Store) -> i64 {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    block_on(store.read::<_, Fault, _>(move |tx| tx.query_one::<(i64,)>(sql, &[]))).expect("it can be asked").0
}

/// Holds a transaction, has somebody else do `then` until that waits for it, and lets it end before that.
pub(crate) fn meet<T: Send>(
    store: &Store,
    first: impl Fn(&mut Tx) -> Result<(), Fault> + Send + 'static,
    rest: impl Fn(&mut Tx) -> Result<(), Fault> + Send + 'static,
    then: impl FnOnce() -> T + Send,
) -> (T, usize) {
    let held = hold(store, first, rest);
    thread::scope(|scope| {
        let other = scope.spawn(then);
        until(|| 0 < waiting(store) || other.is_finished());
        let runs = held.end();
        (other.join().expect("no panic"), runs)
    })
}

fn apply(server: &Running, world: &str) -> Output {
    let path = server.folder.path().join("change.toml");
    std::fs::write(&path, world).expect("the folder is ours");
    server.command(&["apply", &path.display().to_string()])
}

fn account(tx: &mut Tx, user_id: &str) -> Result<Account, Fault> {
    Ok(world::account(tx, user_id)?.expect("the shop's customer"))
}

/// Locks an account's row, as whoever moves its money does.
fn lock(tx: &mut Tx, user_id: &str) -> Result<(), Fault> {
    let sql = "UPDATE account SET student = student WHERE bucket = $1 AND user_id = $2";
    tx.execute(sql, params![bucket_of("", user_id), user_id]).map(drop)
}

#[test]
fn a_pin_that_was_replaced_while_a_try_waited_pays_nothing() {
    let shop = Shop::open(Engine::Postgres);
    let (store, sale) = (store(&shop.server), shop.sell(OTHER_CUSTOMER, "苹果", "88.00"));
    let csrf = shop.csrf(&sale);
    let held = hold(&store, |tx| store::pin::hold(tx, OTHER_CUSTOMER).map(drop), NOTHING);
    let place = thread::scope(|scope| {
        let payment = scope.spawn(|| shop.send(&sale, &csrf, OTHER_PIN));
        until(|| waiting(&store) == 1);
        let user = format!("[[user]]\nuser_id = \"{OTHER_CUSTOMER}\"\nbalance = \"100.00\"\npay_pin = \"314159\"\n");
        assert!(apply(&shop.server, &user).status.success());
        held.end();
        payment.join().expect("it is answered")
    });
    assert!(place.ends_with("&said=wrong-pin"), "{place}");
    shop.pay(&sale, "314159");
    assert_eq!(shop.status(&sale), "TRADE_SUCCESS");
}

#[test]
fn a_payment_at_the_last_moment_and_the_end_of_its_time_do_not_wait_for_each_other() {
    let shop = Shop::open(Engine::Postgres);
    let (store, sale) = (store(&shop.server), shop.sell(CUSTOMER, "苹果", "88.00"));
    let number = TradeNoText::parse(&sale.trade_no).expect("a number").number;
    let csrf = shop.csrf(&sale);
    let close = move |tx: &mut Tx| {
        let trade = store::trade::get(tx, number)?.expect("it was made");
        let end = trade.expires_at.expect("it has an end");
        store::trade::update(tx, &trade.expire(end).expect("nobody has paid it"))
    };
    let expire = move |tx: &mut Tx| store::job::take(tx, "trade_expire", number).map(drop);
    let (place, runs) = meet(&store, expire, close, || shop.send(&sale, &csrf, PIN));
    assert_eq!((place, runs), (sale.target.clone(), 1));
    assert_eq!((shop.status(&sale).as_str(), shop.balance(CUSTOMER)), ("TRADE_CLOSED", 10_000));
}

#[test]
fn who_finds_the_coupon_spent_by_the_trade_itself_finds_the_trade_paid() {
    let shop = Shop::open(Engine::Postgres);
    let (store, wallet) = (store(&shop.server), shop.wallet());
    let coupon = wallet.give_new(CUSTOMER, ToolKind::Money, &json!({"name": "八元券", "worth_value": "8"}));
    let sale = shop.sell(CUSTOMER, "苹果", "88.00");
    let (trade_no, coupon) = (TradeNoText::parse(&sale.trade_no), VoucherIdText::parse(&coupon));
    let (number, coupon) = (trade_no.expect("a number").number, coupon.expect("an id").number);
    let form = format!("csrf={}&pin={PIN}&coupon={coupon}", shop.csrf(&sale));
    // As alipay.trade.pay does it, but for the money.
    let pay = move |tx: &mut Tx| {
        tx.execute("LOCK TABLE voucher IN ACCESS EXCLUSIVE MODE", &[])?;
        let trade = store::trade::get(tx, number)?.expect("it was made");
        store::trade::update(
            tx,
            &trade.pay(TradeDeduction { seller_fen: 800, others_fen: 0 }, NOON).expect("it waits"),
        )?;
        let issued = store::coupon::get(tx, coupon)?.expect("it was given");
        let redemption = issued.redemption.spend(number, NOON).expect("it can be used");
        store::coupon::update(tx, &IssuedCoupon { redemption, ..issued })
    };
    let (answer, _) = meet(&store, pay, NOTHING, || shop.post(&sale.target, &form));
    assert_eq!(answer.status, 303);
    assert!(header(&answer, "location").ends_with("&said=paid-already"), "{}", answer.headers);
}

#[test]
fn an_activity_that_is_taken_off_line_at_its_end_and_that_end_do_not_wait_for_each_other() {
    const KIND: &str = "activity_finish";
    let shop = Shop::open(Engine::Postgres);
    let (store, client) = (store(&shop.server), shop.server.client());
    let tool = shop.wallet().coupon(ToolKind::Money, &json!({"worth_value": "8"}));
    let plan = move |tx: &mut Tx| {
        let number = store::activity::tool(tx, tool)?.expect("it was made").activity;
        let activity = store::activity::get(tx, number)?.expect("it was made");
        store::job::put(tx, KIND, number, activity.finishes_at())?;
        Ok(activity.id)
    };
    let id = block_on(store.write::<_, Fault, _>(plan)).expect("it is kept");
    let finish = move |tx: &mut Tx| {
        let activity = store::activity::get(tx, id.number)?.expect("it was made");
        let at = activity.finishes_at();
        store::activity::update(tx, &activity.finish(at).expect("it runs"))
    };
    let request = json!({"out_biz_no": "late", "camp_id": id.to_text()});
    let due = move |tx: &mut Tx| store::job::take(tx, KIND, id.number).map(drop);
    let offline = || call(&client, "koubei.marketing.campaign.activity.offline", &request);
    let (answer, runs) = meet(&store, due, finish, offline);
    assert_eq!((answer.sub_code.as_deref(), runs), (Some("CAMPAIGN_STATUS_ERROR"), 1));
}

#[test]
fn a_cancel_waits_for_the_payment_that_its_merchant_has_lost_sight_of() {
    let shop = Shop::open(Engine::Postgres);
    let store = store(&shop.server);
    let client = shop.server.client();
    let order = json!({"scene": "bar_code", "buyer_id": CUSTOMER, "out_trade_no": "lost", "subject": "苹果",
        "total_amount": "88.00"});
    let held = hold(&store, |tx| lock(tx, CUSTOMER), NOTHING);
    let (paid, cancelled) = thread::scope(|scope| {
        let payment = scope.spawn(|| succeed(&client, "alipay.trade.pay", &order));
        until(|| waiting(&store) == 1);
        let cancel = scope.spawn(|| succeed(&client, "alipay.trade.cancel", &json!({"out_trade_no": "lost"})));
        until(|| waiting(&store) == 2 || cancel.is_finished());
        held.end();
        (payment.join().expect("it is answered"), cancel.join().expect("it is answered"))
    });
    assert_eq!((&cancelled["action"], &cancelled["trade_no"]), (&json!("refund"), &paid["trade_no"]));
    assert_eq!(shop.balance(CUSTOMER), 10_000);
    // A number of which nobody has heard stays free.
    let unknown = json!({"out_trade_no": "unknown"});
    assert!(succeed(&client, "alipay.trade.cancel", &unknown).get("action").is_none());
    let order = json!({"scene": "bar_code", "buyer_id": CUSTOMER, "out_trade_no": "unknown", "subject": "苹果",
        "total_amount": "88.00"});
    succeed(&client, "alipay.trade.pay", &order);
}

#[test]
fn what_two_files_state_at_once_is_whose_was_first() {
    let server = Running::start(Engine::Postgres);
    let store = store(&server);
    let theirs = |tx: &mut Tx| {
        let tag = Tag { code: "both".to_owned(), name: String::new(), kind: TagKind::Text, values: Vec::new() };
        world::put_tag(tx, PID, &tag).map(drop)
    };
    let tag = format!("[[merchant]]\npid = \"{PID}\"\n[[merchant.tag]]\ncode = \"both\"\ntype = \"number\"\n");
    let (applied, _) = meet(&store, theirs, NOTHING, || apply(&server, &tag));
    let said = String::from_utf8_lossy(&applied.stderr).into_owned();
    assert!(said.contains("tag both is of type text and members carry its values"), "{said}");

    let theirs = |tx: &mut Tx| {
        let shop = world::Shop {
            shop_id: SHOP_ID.to_owned(),
            pid: OTHER_PID.to_owned(),
            store_id: None,
            name: String::new(),
            address: None,
            shop_type: None,
            position: None,
        };
        world::put_shop(tx, &shop).map(drop)
    };
    let shop = format!("[[merchant]]\npid = \"{PID}\"\n[[merchant.shop]]\nshop_id = \"{SHOP_ID}\"\n");
    let (applied, _) = meet(&store, theirs, NOTHING, || apply(&server, &shop));
    let said = String::from_utf8_lossy(&applied.stderr).into_owned();
    assert!(said.contains(&format!("shop {SHOP_ID} is another merchant's")), "{said}");
    let kept = block_on(store.read::<_, Fault, _>(|tx| world::shop(tx, SHOP_ID))).expect("it can be read");
    assert_eq!(kept.map(|shop| shop.pid).as_deref(), Some(OTHER_PID));
}

#[test]
fn an_account_is_found_by_what_was_stated_last() {
    let shop = Shop::open(Engine::Postgres);
    let store = store(&shop.server);
    let stated = "13196215350";
    // Somebody takes the login id away; who states it again meanwhile has the last word.
    let away = |tx: &mut Tx| {
        let other = Account { login_id: Some("13900000000".to_owned()), ..account(tx, CUSTOMER)? };
        world::put_account(tx, &other).map(drop)
    };
    let user = format!("[[user]]\nuser_id = \"{CUSTOMER}\"\nlogin_id = \"{stated}\"\nbalance = \"100.00\"\n");
    let (applied, _) = meet(&store, away, NOTHING, || apply(&shop.server, &user));
    assert!(applied.status.success());
    let found = block_on(store.read::<_, Fault, _>(move |tx| account_key::find(tx, Kind::Login, stated)));
    assert_eq!(found.expect("it can be read").map(|found| found.user_id).as_deref(), Some(CUSTOMER));
}

#[test]
fn a_login_id_that_moves_from_one_account_to_another_is_somebodys_at_every_moment() {
    let shop = Shop::open(Engine::Postgres);
    let (store, client) = (store(&shop.server), shop.server.client());
    let moves = |tx: &mut Tx| {
        // Holds off even those who only read.
        tx.execute("LOCK TABLE account IN ACCESS EXCLUSIVE MODE", &[])?;
        let (one, other) = (account(tx, CUSTOMER)?, account(tx, OTHER_CUSTOMER)?);
        world::put_account(tx, &Account { login_id: None, ..one.clone() })?;
        world::put_account(tx, &Account { login_id: one.login_id, ..other }).map(drop)
    };
    let order =
        json!({"out_trade_no": "moved", "buyer_logon_id": "13196215350", "subject": "苹果", "total_amount": "1.00"});
    let (made, _) = meet(&store, moves, NOTHING, || call(&client, "alipay.trade.create", &order));
    assert_eq!(made.code, "10000", "{}", made.raw);
    let found = succeed(&client, "alipay.trade.query", &json!({"out_trade_no": "moved"}));
    assert_eq!(found["buyer_user_id"], OTHER_CUSTOMER);
    let nobody = json!({"out_trade_no": "none", "buyer_logon_id": "nobody", "subject": "苹果", "total_amount": "1.00"});
    refuse(&client, "alipay.trade.create", &nobody, "ACQ.BUYER_NOT_EXIST");
}

/// Has the member take the campaign's coupon, who has read of the activity and waits for the token when `meanwhile` is
/// done; the address of the page.
fn while_taking(giveaway: &Giveaway, campaign: &Campaign, meanwhile: impl FnOnce(&str)) -> String {
    let (store, token) = (store(&giveaway.server), giveaway.token(campaign, USER));
    let page = giveaway.page_of(campaign, &token);
    let csrf = giveaway.csrf(&page);
    let sql = "UPDATE prize_token SET used_at = used_at WHERE token = $1";
    let held = hold(&store, move |tx| tx.execute(sql, params![&token]).map(drop), NOTHING);
    thread::scope(|scope| {
        let taking = scope.spawn(|| giveaway::press(&giveaway.server, &page, &csrf));
        until(|| waiting(&store) == 1);
        meanwhile(&page);
        held.end();
        taking.join().expect("it is answered");
    });
    page
}

#[test]
fn a_budget_of_the_day_that_is_raised_while_the_first_of_the_day_is_taken_is_the_raised_one() {
    let giveaway = Giveaway::open(Engine::Postgres);
    let budget = |daily: &str| json!({"budget_total": "3", "budget_type": "QUANTITY", "sub_budget_dimension": "D", "sub_value": daily});
    let campaign = giveaway.campaign(|request| request["budget_info"] = budget("1"));
    let page = while_taking(&giveaway, &campaign, |_| {
        let asked = json!({"camp_id": campaign.camp_id});
        let answer = succeed(&giveaway.isv, "koubei.marketing.campaign.activity.query", &asked);
        let mut more = answer["camp_detail"].clone();
        let members = more.as_object_mut().expect("an activity");
        members.retain(|name, _| !["id", "status", "activity_orders", "recruit_info"].contains(&name.as_str()));
        members.extend([
            ("camp_id".to_owned(), json!(campaign.camp_id)),
            ("out_biz_no".to_owned(), json!("more")),
            ("budget_info".to_owned(), budget("2")),
        ]);
        succeed(&giveaway.isv, "koubei.marketing.campaign.activity.modify", &more);
    });
    giveaway.sees(&page, "领取成功", false);
    let page = giveaway.page(&campaign, STUDENT);
    giveaway.sees(&page, "立即领取", true);
    giveaway.press(&page);
    giveaway.sees(&page, "领取成功", false);
    giveaway.proves();
}

#[test]
fn nothing_is_given_once_an_activity_was_taken_off_line() {
    let giveaway = Giveaway::open(Engine::Postgres);
    let campaign = giveaway.campaign(|_| {});
    let page = while_taking(&giveaway, &campaign, |page| {
        let offline = json!({"camp_id": campaign.camp_id, "out_biz_no": "off"});
        succeed(&giveaway.isv, "koubei.marketing.campaign.activity.offline", &offline);
        giveaway.sees(page, "活动已结束", false);
    });
    giveaway.sees(&page, "活动已结束", false);
    giveaway.proves();
}

#[test]
fn a_first_payment_and_a_claim_by_a_newcomer_at_once_know_of_each_other() {
    let giveaway = Giveaway::open(Engine::Postgres);
    let store = store(&giveaway.server);
    let campaign =
        giveaway.campaign(|request| request["constraint_info"]["crowd_restriction"] = json!("NEW_MEMBER_PROMO"));
    let client = giveaway.server.client();
    let pay = |user: &str| {
        let request = json!({"out_trade_no": user, "scene": "bar_code", "buyer_id": user, "subject": "桃子",
            "total_amount": "88.00", "alipay_store_id": SHOPS[0]});
        succeed(&client, "alipay.trade.pay", &request)["buyer_pay_amount"].clone()
    };
    // The claim has been decided when the payment begins: then that has its coupon.
    let token = giveaway.token(&campaign, USER);
    let page = giveaway.page_of(&campaign, &token);
    let csrf = giveaway.csrf(&page);
    let sql = "UPDATE prize_token SET used_at = used_at WHERE token = $1";
    let held = hold(&store, move |tx| tx.execute(sql, params![&token]).map(drop), NOTHING);
    let paid = thread::scope(|scope| {
        let taking = scope.spawn(|| giveaway::press(&giveaway.server, &page, &csrf));
        until(|| waiting(&store) == 1);
        let paying = scope.spawn(|| pay(USER));
        until(|| waiting(&store) == 2 || paying.is_finished());
        held.end();
        taking.join().expect("it is answered");
        paying.join().expect("it is answered")
    });
    assert_eq!(paid, "68.00");
    giveaway.sees(&page, "券已使用", false);
    // The payment has been decided when the claim begins: then nothing is given.
    let page = giveaway.page(&campaign, STUDENT);
    let csrf = giveaway.csrf(&page);
    let held = hold(&store, |tx| lock(tx, STUDENT), NOTHING);
    thread::scope(|scope| {
        let paying = scope.spawn(|| pay(STUDENT));
        until(|| waiting(&store) == 1);
        let taking = scope.spawn(|| giveaway::press(&giveaway.server, &page, &csrf));
        until(|| waiting(&store) == 2 || taking.is_finished());
        held.end();
        taking.join().expect("it is answered");
        assert_eq!(paying.join().expect("it is answered"), "88.00");
    });
    giveaway.sees(&page, "不满足领取条件", false);
    giveaway.proves();
}
