//! Coupons in members' hands, as activities and claims leave them in the store.

use crate::running::{APP_ID, PID, Running};
use domain::activity::{Activity, ActivityOrder, Kind, OrderKind, Status, Tool, ToolKind};
use domain::id::{CampId, OrderId, VoucherId};
use domain::issued_coupon::IssuedCoupon;
use domain::redemption::Redemption;
use domain::trade::Origin;
use serde_json::{Value, json};
use store::testing::block_on;
use store::{Fault, Open, Store, Tx};

/// Where the coupons are for.
pub(crate) const SHOP: &str = "2015121600077000000002388200";
/// Noon of 2026-01-01, a Thursday, in UTC+8: when the tests' clock stands.
pub(crate) const NOON: i64 = 1_767_240_000_000;
/// A day.
pub(crate) const DAY: i64 = 86_400_000;

/// The tests' world with the shop, and these users.
pub(crate) fn world_with_shop(users: &str) -> String {
    let merchant = format!("pid = \"{PID}\"\nname = \"花果山超市\"");
    let shop = format!("[[merchant.shop]]\nshop_id = \"{SHOP}\"\nstore_id = \"NJ_001\"\nname = \"证大五道口店\"");
    crate::running::world().replace(&merchant, &format!("{merchant}\n{shop}")) + "\n" + users
}

/// A server's store, beside the server.
pub(crate) struct Wallet {
    store: Store,
    pid: &'static str,
}

impl Wallet {
    pub(crate) fn of(running: &Running) -> Wallet {
        Wallet::of_merchant(running, PID)
    }

    /// With the coupons of this merchant.
    pub(crate) fn of_merchant(running: &Running, pid: &'static str) -> Wallet {
        Wallet { pid, store: Store::open(&running.place(), Open::default()).expect("the server's store") }
    }

    fn numbers(&self, count: u16) -> i64 {
        let numbers: Result<i64, Fault> = block_on(self.store.next_numbers(count));
        numbers.expect("numbers")
    }

    /// A coupon of an activity for the shop; the number of its tool.
    pub(crate) fn coupon(&self, kind: ToolKind, voucher: &Value) -> i64 {
        let (pid, bucket) = (self.pid, store::activity::bucket(self.pid));
        let first = self.numbers(4);
        let [number, tool, created, enabled] = [0, 1, 2, 3].map(|nth| bucket.id(first + nth));
        let origin = Origin {
            app_id: APP_ID.to_owned(),
            auth_app_id: APP_ID.to_owned(),
            notify_url: None,
            sign_type: "RSA2".to_owned(),
        };
        let activity = Activity {
            id: CampId::new(NOON, number),
            pid: pid.to_owned(),
            name: "发券".to_owned(),
            kind: Kind::DirectSend,
            status: Status::Started,
            starts_at: NOON - DAY,
            ends_at: NOON + 30 * DAY,
            length_ms: 31 * DAY,
            auto_delay: false,
            crowd: None,
            content: "{}".to_owned(),
            origin,
            version: 1,
        };
        let mut said = json!({"type": kind.name(), "name": "满减券", "brand_name": "8个集点兑换", "logo": "logo",
            "validate_type": "RELATIVE", "relative_time": "30", "use_rule": {}});
        for (member, value) in voucher.as_object().expect("an object") {
            said[member] = value.clone();
        }
        let tool_row = Tool {
            number: tool,
            created_at: NOON,
            activity: number,
            place: 0,
            kind,
            content: json!({"voucher": said}).to_string(),
            starts_at: None,
            ends_at: None,
        };
        let orders = [(created, OrderKind::Create), (enabled, OrderKind::Enable)]
            .map(|(id, kind)| ActivityOrder::by_system(OrderId::new(NOON, id), number, kind));
        let write = move |tx: &mut Tx| {
            let scope = format!("koubei.marketing.campaign.activity.create/{pid}");
            store::idempotency::claim(tx, &scope, &number.to_string(), &[0; 32], number, NOON)?;
            store::activity::insert(tx, &activity)?;
            orders.iter().try_for_each(|order| store::activity::insert_order(tx, order))?;
            store::job::put(tx, "activity_finish", number, activity.finishes_at())?;
            store::activity::add_shops(tx, number, pid, &[SHOP.to_owned()])?;
            store::activity::insert_tool(tx, &tool_row)
        };
        let done: Result<(), Fault> = block_on(self.store.write(write));
        done.expect("it is kept");
        tool
    }

    /// Gives a user one of that coupon until `ends_at`; its id.
    pub(crate) fn give(&self, user_id: &str, tool: i64, ends_at: i64) -> String {
        let number = store::coupon::bucket(self.pid, user_id).id(self.numbers(1));
        let id = VoucherId::new(NOON, number);
        let (pid, user_id) = (self.pid, user_id.to_owned());
        let write = move |tx: &mut Tx| {
            let tool = store::activity::tool(tx, tool)?.expect("it was made");
            let issued = IssuedCoupon {
                id,
                pid: pid.to_owned(),
                user_id: user_id.clone(),
                activity: Some(tool.activity),
                tool: Some(tool.number),
                token: None,
                redemption: Redemption::new(NOON - DAY, ends_at),
                version: 1,
            };
            store::coupon::insert(tx, &[issued])
        };
        let done: Result<(), Fault> = block_on(self.store.write(write));
        done.expect("it is kept");
        id.to_text()
    }

    /// A coupon of its own for a user, for a month.
    pub(crate) fn give_new(&self, user_id: &str, kind: ToolKind, voucher: &Value) -> String {
        self.give(user_id, self.coupon(kind, voucher), NOON + 30 * DAY)
    }

    /// Its holder uses it, as the voucher page does.
    pub(crate) fn click(&self, voucher_id: &str) {
        let number = domain::id::VoucherIdText::parse(voucher_id).expect("an id").number;
        let bill = store::Bucket::of_id(number).id(self.numbers(1));
        let write = move |tx: &mut Tx| {
            let issued = store::coupon::get(tx, number)?.expect("it is there");
            let redemption = issued.redemption.click(NOON).expect("it can be used");
            let issued = IssuedCoupon { redemption, ..issued };
            store::coupon::update(tx, &issued)?;
            store::trade::enter_click(tx, issued.id, bill, NOON)
        };
        let done: Result<(), Fault> = block_on(self.store.write(write));
        done.expect("it is kept");
    }

    /// What was last done with a coupon, and the number of the trade that has it.
    pub(crate) fn status(&self, voucher_id: &str) -> (&'static str, Option<i64>) {
        let number = domain::id::VoucherIdText::parse(voucher_id).expect("an id").number;
        let found: Result<_, Fault> = block_on(self.store.read(move |tx: &mut Tx| store::coupon::get(tx, number)));
        let issued = found.expect("it can be read").expect("it is there");
        (issued.redemption.status.name(), issued.redemption.trade)
    }
}
