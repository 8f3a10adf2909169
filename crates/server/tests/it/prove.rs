//! `punchcard prove` names whatever is not what its parts come to: one row of each kind, corrupted by hand.

use crate::running::{APP_ID, ISV_APP_ID, NOW, PID, Running, UPLOAD, each_engine, picture, succeed};
use crate::stamps::{AUTH, UPDATE, card_activity, made, prize_activity, tool_of, with};
use crate::wallet::{DAY, NOON, SHOP, Wallet, world_with_shop};
use client::Client;
use domain::activity::ToolKind;
use domain::authorization::{Code, Consent, UserTokens};
use serde_json::{Value, json};
use store::prove::{Row, prove};
use store::testing::block_on;
use store::world::{self, Authorization, Refresh};
use store::{Fault, Open, Store, Tx, auth_code, user_authorization};

const BUYER: &str = "2088102146931393";
const MERCHANT: &str = "2088201914979011";

/// What is done to the store, which line of the proof says so, and of whom.
const CORRUPTIONS: &[(&str, &str, &str)] = &[
    ("UPDATE account SET balance_fen = balance_fen + 1 WHERE user_id = '2088102146931393'", "account balances", BUYER),
    ("UPDATE image_total SET bytes = bytes + 1", "uploaded pictures", MERCHANT),
    ("DELETE FROM image_total", "uploaded pictures", MERCHANT),
    ("DELETE FROM image WHERE pid IS NOT NULL", "uploaded pictures", MERCHANT),
    ("UPDATE account SET opening_fen = opening_fen + 1 WHERE user_id = '2088102146931393'", "account balances", BUYER),
    (
        "UPDATE account SET balance_fen = balance_fen - 1 WHERE user_id = '2088201914979011'",
        "the sum of all money",
        "all",
    ),
    ("UPDATE fund SET balance_fen = balance_fen - 1", "fund balances", "outside/2088201914979011"),
    ("UPDATE transfer SET amount_fen = amount_fen + 1 WHERE kind = 'pay'", "account balances", BUYER),
    ("UPDATE transfer SET amount_fen = amount_fen + 1 WHERE kind = 'pay'", "payments of trades", "/p_1"),
    ("UPDATE transfer SET credit = 'nobody' WHERE kind = 'pay'", "transfers between known accounts", ""),
    ("DELETE FROM transfer WHERE kind = 'refund'", "money paid back", "/p_1"),
    ("UPDATE transfer SET amount_fen = amount_fen + 1 WHERE kind = 'import'", "entries of imports", MERCHANT),
    ("DELETE FROM transfer WHERE kind = 'import'", "entries of imports", MERCHANT),
    ("UPDATE trade SET receipt_fen = receipt_fen - 1 WHERE imported_no = 't1'", "entries of imports", MERCHANT),
    ("UPDATE trade SET refunded_fen = refunded_fen - 1 WHERE imported_no = 't2'", "entries of imports", MERCHANT),
    ("DELETE FROM trade WHERE imported_no = 't1'", "entries of imports", MERCHANT),
    ("DELETE FROM once WHERE key = 'v1'", "numbers of imported vouchers", "/v1"),
    ("DELETE FROM voucher_history", "numbers of imported vouchers", "/v1"),
    (
        "INSERT INTO voucher_history (bucket, pid, user_id, voucher_no, received_at)
            SELECT bucket, pid, '2088102146931394', voucher_no, received_at FROM voucher_history",
        "numbers of imported vouchers",
        "/v1",
    ),
    ("UPDATE trade SET receipt_fen = receipt_fen - 1 WHERE out_trade_no = 'p_1'", "payments of trades", "/p_1"),
    ("UPDATE trade SET refunded_fen = refunded_fen - 1 WHERE out_trade_no = 'p_1'", "refunds of trades", "/p_1"),
    ("UPDATE trade SET status = 'TRADE_SUCCESS' WHERE out_trade_no = 'p_2'", "statuses of trades", "/p_2"),
    ("UPDATE trade SET status = 'TRADE_CLOSED' WHERE out_trade_no = 'p_1'", "statuses of trades", "/p_1"),
    ("DELETE FROM once WHERE key = 'p_1'", "numbers of trades", "/p_1"),
    ("UPDATE refund SET amount_fen = amount_fen + 1", "refunds of trades", "/p_1"),
    ("DELETE FROM refund", "refunds of trades", "/p_1"),
    ("UPDATE member_sales SET net_fen = net_fen + 1", "members' net payments", BUYER),
    ("DELETE FROM member_sales", "members' net payments", BUYER),
    ("DELETE FROM job WHERE kind = 'trade_expire'", "ends of unpaid trades", "/p_2"),
    ("DELETE FROM job WHERE kind = 'trade_finish'", "ends of refund periods", "/p_1"),
    ("DELETE FROM job WHERE kind = 'notice_deliver'", "deliveries that wait", "trade_status_sync"),
    ("UPDATE notice SET attempts = attempts + 1", "attempts of deliveries", "trade_status_sync"),
    ("DELETE FROM notice_attempt", "attempts of deliveries", "trade_status_sync"),
    ("UPDATE point_account SET available = available - 1, frozen = frozen + 1", "point accounts", BUYER),
    ("UPDATE point_account SET total = total + 1, spent = spent + 1", "point accounts", BUYER),
    ("DELETE FROM point_account", "point accounts", BUYER),
    ("UPDATE point_log SET amount = amount + 1 WHERE kind = 'DEPOSIT'", "point accounts", BUYER),
    ("DELETE FROM point_log WHERE kind = 'COMMIT'", "point accounts", BUYER),
    ("DELETE FROM point_log WHERE kind = 'COMMIT'", "freezes that wait", ""),
    ("DELETE FROM point_freeze", "freezes that wait", ""),
    ("UPDATE point_freeze SET amount = amount + 1", "freezes that wait", ""),
    ("UPDATE point_log SET freeze_id = NULL", "freezes that wait", "no freeze"),
    ("DELETE FROM job WHERE kind = 'card_end'", "ends of freezes", ""),
    ("DELETE FROM once WHERE scope LIKE 'point_deposit/%'", "deposits of trades", "/2026"),
    ("UPDATE prize_token SET used_at = 1", "prize tokens", BUYER),
    ("UPDATE app_authorization SET enabled = 1", "merchants' consents", PID),
    (
        "INSERT INTO app_authorization (app_auth_token, app_id, pid, auth_app_id, methods, expires_at, enabled, version,
                refresh_key)
            SELECT 'another', app_id, pid, auth_app_id, methods, expires_at, 1, 1, 'another' FROM app_authorization
            WHERE refresh_key IS NOT NULL AND enabled = 1",
        "merchants' consents",
        PID,
    ),
    ("UPDATE auth_code SET used_at = expires_at", "codes of consents", PID),
    ("UPDATE user_authorization SET refresh_until = expires_at - 1", "members' consents", BUYER),
    ("UPDATE voucher_bill SET amount_fen = amount_fen + 1 WHERE kind = 'V_USE'", "bills of vouchers", " in trade "),
    ("DELETE FROM voucher_bill WHERE kind = 'V_REFUND'", "bills of vouchers", " in trade "),
    ("UPDATE trade_voucher SET deducted_fen = deducted_fen + 1", "what vouchers took off trades", "/p_3"),
    ("UPDATE trade_voucher SET merchant_fen = merchant_fen - 1", "what vouchers took off trades", "/p_3"),
    ("DELETE FROM trade_voucher", "what vouchers took off trades", "/p_3"),
    (
        "UPDATE trade SET buyer_pay_fen = buyer_pay_fen - 1 WHERE out_trade_no = 'p_1'",
        "what vouchers took off trades",
        "/p_1",
    ),
    ("UPDATE trade_voucher SET refunded_fen = refunded_fen - 1", "money paid back", "/p_3"),
    ("UPDATE refund SET buyer_fen = buyer_fen - 1", "buyers' part of refunds", "/p_3"),
    ("DELETE FROM trade_voucher", "statuses of vouchers", BUYER),
    ("DELETE FROM voucher_bill WHERE kind = 'V_USE'", "statuses of vouchers", BUYER),
    ("UPDATE voucher SET used_at = NULL WHERE status = 'USED'", "statuses of vouchers", BUYER),
    ("UPDATE voucher SET status = 'REFUNDED' WHERE status = 'USED'", "statuses of vouchers", BUYER),
    ("UPDATE voucher SET status = 'ENABLED', used_at = NULL, trade = NULL", "statuses of vouchers", BUYER),
    ("UPDATE voucher SET status = 'USED', used_at = 1 WHERE status = 'ENABLED'", "statuses of vouchers", BUYER),
    ("DELETE FROM voucher_bill WHERE trade IS NULL", "statuses of vouchers", BUYER),
    ("UPDATE voucher_bill SET trade = NULL", "statuses of vouchers", BUYER),
    (
        "UPDATE voucher SET status = 'USING', held_until = 1, trade = (SELECT id FROM trade WHERE out_trade_no = 'p_1')
            WHERE status = 'ENABLED'",
        "statuses of vouchers",
        BUYER,
    ),
    ("UPDATE activity SET status = 'CLOSED'", "statuses of activities", "发券"),
    ("UPDATE activity SET audit_status = 'REJECT'", "statuses of activities", "发券"),
    ("DELETE FROM activity_order WHERE kind = 'CAMPAIGN_ENABLE_ORDER'", "statuses of activities", "发券"),
    ("UPDATE activity_order SET kind = 'CAMPAIGN_FINISH_ORDER'", "statuses of activities", "发券"),
    ("UPDATE activity_order SET audit_status = 'AUDITING'", "statuses of activities", "发券"),
    ("UPDATE tool SET kind = 'POINT_CARD'", "tools and shops of activities", "发券"),
    ("UPDATE activity SET kind = 'POINT_SEND'", "tools and shops of activities", "发券"),
    ("DELETE FROM activity_shop", "tools and shops of activities", "发券"),
    ("UPDATE once SET subject = NULL", "keys of activities", "发券"),
    ("UPDATE activity SET ends_at = ends_at + 1", "ends of activities", "发券"),
    ("DELETE FROM job WHERE kind = 'activity_finish'", "ends of activities", "发券"),
];

/// How the transaction that corrupts is ended: with what was proved, and nothing kept.
struct Proved(Vec<Row>);

impl From<Fault> for Proved {
    fn from(fault: Fault) -> Proved {
        panic!("{fault}")
    }
}

/// A paid trade, refunded in part, that told somebody who does not listen; an unpaid one; two from elsewhere, and a
/// voucher from there.
fn fill(running: &Running) {
    let client = running.client();
    succeed(&client, UPLOAD, &picture("logo"));
    let pay = json!({"out_trade_no": "p_1", "scene": "bar_code", "buyer_id": BUYER, "subject": "桃子", "total_amount": "88.00"});
    let paid = client.call_with("alipay.trade.pay", &pay.to_string(), NOW, &[("notify_url", "http://127.0.0.1:9/")]);
    assert_eq!(paid.expect("an answer").code, "10000");
    let part = json!({"out_trade_no": "p_1", "refund_amount": "8.00", "out_request_no": "part"});
    succeed(&client, "alipay.trade.refund", &part);
    let open = json!({"out_trade_no": "p_2", "buyer_id": BUYER, "subject": "桃子", "total_amount": "1.00"});
    succeed(&client, "alipay.trade.create", &open);
    // One with a coupon, a part of which went back; and a coupon that nobody has used.
    let wallet = Wallet::of(running);
    let coupon = wallet.coupon(ToolKind::Money, &json!({"worth_value": "10"}));
    wallet.give(BUYER, coupon, NOON + DAY);
    let more = json!({"out_trade_no": "p_3", "scene": "bar_code", "buyer_id": BUYER, "subject": "桃子",
        "total_amount": "15.00", "store_id": SHOP});
    let trade = succeed(&client, "alipay.trade.pay", &more);
    let part = json!({"out_trade_no": "p_3", "refund_amount": "5.00", "out_request_no": "part"});
    succeed(&client, "alipay.trade.refund", &part);
    wallet.give(BUYER, coupon, NOON + DAY);
    wallet.click(&wallet.give(BUYER, coupon, NOON + DAY));
    let header = "trade_no,user_id,shop_id,total_amount,paid_at,refunded_amount,refunded_at";
    let (paid, refunded) = ("2025-12-01 10:00:00", "2025-12-02 10:00:00");
    let rows = format!("{header}\nt1,{BUYER},,5.00,{paid},,\nt2,{BUYER},,6.00,{paid},1.00,{refunded}\n");
    import(running, "trades", &rows);
    import(running, "vouchers", &format!("voucher_no,user_id,received_at\nv1,{BUYER},{paid}\n"));
    collect(&client, &trade["trade_no"]);
    consents(running);
    // The first delivery has failed; the next waits.
    let output = running.command(&["clock", "advance", "1m"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A merchant's consent that took another one's place, and a member's.
fn consents(running: &Running) {
    let store = Store::open(&running.place(), Open::default()).expect("the server's store");
    let change = |tx: &mut Tx| {
        for nth in ["1", "2"] {
            let methods = vec!["*".to_owned()];
            let consent = Consent::Merchant { auth_app_id: APP_ID.to_owned(), methods: methods.clone() };
            auth_code::insert(tx, nth, &Code::new(ISV_APP_ID, PID, consent, NOON), 0)?;
            let given = Authorization {
                token_key: format!("token {nth}"),
                app_id: ISV_APP_ID.to_owned(),
                pid: PID.to_owned(),
                auth_app_id: APP_ID.to_owned(),
                methods,
                expires_at: NOON + DAY,
                enabled: true,
                granted_at: NOON,
                refresh: Some(Refresh { key: format!("refresh {nth}"), until: NOON + DAY }),
                replaced_at: None,
                version: 1,
            };
            world::give_authorization(tx, &given)?;
        }
        let keys = ["access".to_owned(), "refresh".to_owned()];
        user_authorization::insert(tx, &UserTokens::new(keys, APP_ID, BUYER, Vec::new(), NOON), 0)
    };
    block_on(store.write::<_, Fault, _>(change)).expect("it is kept");
}

fn import(running: &Running, what: &str, rows: &str) {
    let path = running.folder.path().join("rows.csv");
    std::fs::write(&path, rows).expect("the folder is ours");
    let output = running.command(&["import", what, "--pid", PID, &path.display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Points for a payment, some of them frozen, some spent; and a token for a prize.
fn collect(client: &Client, trade_no: &Value) {
    let [card, prize] = [card_activity("card"), prize_activity("prize")].map(|it| tool_of(client, &made(client, &it)));
    let change = |req_id: &str, trans_type: &str, more: &Value| {
        let change = json!({"req_id": req_id, "user_id": BUYER, "activity_account": card, "trans_type": trans_type});
        succeed(client, UPDATE, &with(change, more))
    };
    change("1", "DEPOSIT", &json!({"trans_amount": 10, "shop_id": SHOP, "biz_no": trade_no}));
    let ended = change("2", "FREEZE", &json!({"trans_amount": 3}));
    change("3", "FREEZE", &json!({"trans_amount": 4}));
    change("4", "COMMIT", &json!({"biz_no": ended["point_log_no"]}));
    succeed(client, AUTH, &json!({"req_id": "1", "prize_id": prize, "user_id": BUYER}));
}

/// That the proof names each of these: what is done to the store, which line of the proof says so, and of whom.
pub(crate) fn names(store: &Store, corruptions: &'static [(&str, &str, &str)]) {
    for &(sql, name, subject) in corruptions {
        let corrupt = move |tx: &mut Tx| {
            assert_ne!(tx.execute(sql, &[])?, 0, "{sql}");
            Err::<(), _>(Proved(prove(tx)?))
        };
        let Proved(rows) = block_on(store.write(corrupt)).expect_err("it is rolled back");
        let row = rows.iter().find(|row| row.name == name).unwrap_or_else(|| panic!("no row {name}"));
        let named = row.named.iter().any(|difference| difference.subject.contains(subject));
        assert!(named, "{sql}: {row:?}");
    }
}

each_engine!(a_corrupted_row_of_each_kind_is_named, |engine| {
    let world = world_with_shop(&format!("[[user]]\nuser_id = \"{BUYER}\"\nbalance = \"100.00\"\n"));
    let mut running = Running::start_with(engine, &world, &["--clock", "manual:2026-01-01T12:00:00+08:00"]);
    fill(&running);
    let sound = running.command(&["prove"]);
    assert!(sound.status.success(), "{}", String::from_utf8_lossy(&sound.stderr));
    running.terminate();
    let store = Store::open(&running.place(), Open::default()).expect("it is there");
    names(&store, CORRUPTIONS);
    let (sql, ..) = CORRUPTIONS[0];
    block_on(store.write::<_, Fault, _>(move |tx: &mut Tx| tx.execute(sql, &[]))).expect("corrupted for good");
    drop(store);
    let found = running.command(&["prove"]);
    let told = String::from_utf8_lossy(&found.stderr).into_owned();
    assert!(found.status.code() == Some(1) && told.contains(BUYER), "{told}");
});
