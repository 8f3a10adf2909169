//! A shop with customers, one of them short of money, and trades that wait on the cashier page.

use crate::raw::{Answer, Connection};
use crate::running::{Running, succeed};
use crate::wallet::{SHOP, Wallet, world_with_shop};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use store::testing::{Engine, block_on};
use store::world::Account;
use store::{Fault, Open, Store, Tx};

/// A customer with 100 yuan and the PIN of every user of a stand-in.
pub(crate) const CUSTOMER: &str = "2088102146931393";
/// A customer with 1 yuan.
pub(crate) const SHORT_CUSTOMER: &str = "2088102146931394";
/// A customer with 100 yuan and this PIN.
pub(crate) const OTHER_CUSTOMER: &str = "2088102146931395";
pub(crate) const OTHER_PIN: &str = "270828";
/// The PIN of whoever has set none.
pub(crate) const PIN: &str = "111111";

/// The shop.
pub(crate) struct Shop {
    pub(crate) server: Running,
    next: AtomicU32,
}

/// A trade that was made to be paid on the page, within half an hour.
pub(crate) struct Sale {
    pub(crate) trade_no: String,
    /// The page's path and query.
    pub(crate) target: String,
}

impl Shop {
    /// Opens one at noon, 2026-01-01.
    pub(crate) fn open(engine: Engine) -> Shop {
        Shop::open_with(engine, &["--clock", "manual:2026-01-01T12:00:00+08:00"])
    }

    /// Opens one with these arguments of the server.
    pub(crate) fn open_with(engine: Engine, arguments: &[&str]) -> Shop {
        let user = |user_id: &str, login_id: &str, balance: &str, more: &str| {
            format!("[[user]]\nuser_id = \"{user_id}\"\nlogin_id = \"{login_id}\"\nbalance = \"{balance}\"\n{more}\n")
        };
        let customers = [
            user(CUSTOMER, "13196215350", "100.00", ""),
            user(SHORT_CUSTOMER, "13196215351", "1.00", ""),
            user(OTHER_CUSTOMER, "wukong@example.com", "100.00", &format!("pay_pin = \"{OTHER_PIN}\"")),
        ];
        Shop::of(Running::start_with(engine, &world_with_shop(&customers.join("\n")), arguments))
    }

    /// The shop of a server's world.
    pub(crate) fn of(server: Running) -> Shop {
        Shop { server, next: AtomicU32::new(1) }
    }

    /// Sells something to a customer, who has not paid yet.
    pub(crate) fn sell(&self, buyer: &str, subject: &str, total_amount: &str) -> Sale {
        let out_trade_no = format!("out{}", self.next.fetch_add(1, Ordering::Relaxed));
        let request = json!({
            "out_trade_no": out_trade_no, "buyer_id": buyer, "subject": subject, "total_amount": total_amount,
            "timeout_express": "30m", "store_id": SHOP,
        });
        let made = succeed(&self.server.client(), "alipay.trade.create", &request);
        let address = made["cashier_uri"].as_str().expect("an address");
        let (_, target) = address.split_once("/h5/").expect("a page");
        Sale { trade_no: made["trade_no"].as_str().expect("a number").to_owned(), target: format!("/h5/{target}") }
    }

    /// Closes a sale that nobody has paid.
    pub(crate) fn close(&self, sale: &Sale) {
        self.call("alipay.trade.close", sale, &json!({}));
    }

    /// Gives back a part of a sale.
    pub(crate) fn refund(&self, sale: &Sale, amount: &str) {
        self.call("alipay.trade.refund", sale, &json!({"refund_amount": amount, "out_request_no": amount}));
    }

    /// Where the sale stands.
    pub(crate) fn status(&self, sale: &Sale) -> String {
        let found = self.call("alipay.trade.query", sale, &json!({}));
        found["trade_status"].as_str().expect("a status").to_owned()
    }

    fn call(&self, method: &str, sale: &Sale, more: &Value) -> Value {
        let mut request = more.clone();
        request["trade_no"] = json!(sale.trade_no);
        succeed(&self.server.client(), method, &request)
    }

    /// Lets time go by, and what is due on the way happen.
    pub(crate) fn wait(&self, duration: &str) {
        let output = self.server.command(&["clock", "advance", duration]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// What is on an account, in fen.
    pub(crate) fn balance(&self, user_id: &'static str) -> i64 {
        self.account(user_id).balance_fen
    }

    /// An account as the store has it.
    pub(crate) fn account(&self, user_id: &'static str) -> Account {
        let store = self.store();
        let found = block_on(store.read::<_, Fault, _>(move |tx: &mut Tx| store::world::account(tx, user_id)));
        found.expect("it can be read").expect("an account")
    }

    /// Changes the store past the server.
    pub(crate) fn change(&self, change: impl Fn(&mut Tx) -> Result<(), Fault> + Send + 'static) {
        block_on(self.store().write::<_, Fault, _>(change)).expect("it is kept");
    }

    fn store(&self) -> Store {
        Store::open(&self.server.place(), Open::default()).expect("the server's store")
    }

    /// The page's whole address.
    pub(crate) fn address(&self, sale: &Sale) -> String {
        format!("http://{}{}", self.server.address, sale.target)
    }

    /// Asks for a page, with these lines in the head.
    pub(crate) fn get(&self, target: &str, lines: &str) -> Answer {
        let request = format!("GET {target} HTTP/1.1\r\nhost: shop\r\n{lines}\r\n");
        Connection::open(self.server.address).exchange(request.as_bytes()).expect("an answer")
    }

    /// Sends a form.
    pub(crate) fn post(&self, target: &str, form: &str) -> Answer {
        let request = format!(
            "POST {target} HTTP/1.1\r\nhost: shop\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n\r\n{form}",
            form.len()
        );
        Connection::open(self.server.address).exchange(request.as_bytes()).expect("an answer")
    }

    /// Sends the page's own form with this PIN; where it leads to.
    pub(crate) fn pay(&self, sale: &Sale, pin: &str) -> String {
        self.send(sale, &self.csrf(sale), pin)
    }

    /// The coupons in its customers' hands.
    pub(crate) fn wallet(&self) -> Wallet {
        Wallet::of(&self.server)
    }

    /// A voucher as its operator sees it.
    pub(crate) fn voucher(&self, voucher_id: &str) -> Value {
        let output = self.server.command(&["voucher", "show", voucher_id, "--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Sends a page's form with what it has hidden and these members; where it leads to.
    pub(crate) fn submit(&self, target: &str, more: &str) -> String {
        let page = text(&self.get(target, ""));
        let hidden: String = page
            .split("type=\"hidden\" name=\"")
            .skip(1)
            .filter_map(|field| {
                let (name, rest) = field.split_once("\" value=\"")?;
                Some(format!("{name}={}&", rest.split_once('"')?.0))
            })
            .collect();
        assert!(!hidden.is_empty(), "no form in {page}");
        let answer = self.post(target, &(hidden + more));
        assert_eq!(answer.status, 303, "{}", text(&answer));
        let place = header(&answer, "location");
        place
            .replace("tradeno=", "tradeNo=")
            .replace("voucherid=", "voucherId=")
            .replace("fundorderno=", "fundOrderNo=")
    }

    /// The same with what shows that the page made the form.
    pub(crate) fn send(&self, sale: &Sale, csrf: &str, pin: &str) -> String {
        let answer = self.post(&sale.target, &format!("csrf={csrf}&pin={pin}"));
        assert_eq!(answer.status, 303, "{}", text(&answer));
        // The header has been written small.
        header(&answer, "location").replace("tradeno=", "tradeNo=")
    }

    /// What shows that the page made a form.
    pub(crate) fn csrf(&self, sale: &Sale) -> String {
        let page = text(&self.get(&sale.target, ""));
        let found = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        found.unwrap_or_else(|| panic!("no form in {page}")).0.to_owned()
    }
}

/// An answer's body.
pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8(answer.body.clone()).expect("UTF-8")
}

/// A header, in lower case.
pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let found = answer.headers.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.unwrap_or_else(|| panic!("no {name} in {}", answer.headers))
}
