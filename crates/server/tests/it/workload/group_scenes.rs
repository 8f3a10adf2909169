//! What is done with crowd groups: conditions near what users have done, questions beside what changes the answer, and
//! beside the moment at which something leaves a window. And the history that a merchant brings.

use super::choices::{customers, newcomers, shops, sponsor};
use super::facts::{Imported, Record};
use super::groups::{self, Condition, Content, Operation, Rule};
use super::model::{DAY, MINUTE, Model, Step};
use super::trades::{self, Status};
use super::{HOUR_MINUTES, Play, app_id, pid};
use serde_json::Value;
use std::collections::BTreeSet;
use wire::{money, time};

/// How many there should be.
const GROUPS: usize = 4;
/// How many ids a shop has.
const IDS: u8 = 4;
const PERIODS: [i64; 5] = [30, 60, 90, 180, 365];
const OPS: [&str; 5] = ["EQ", "GT", "GTEQ", "LT", "LTEQ"];
const STRANGER: &str = "2088999999999999";
/// How much of imported history there is.
const IMPORTED: usize = 12;
/// More than all that is given back of it.
const BACK: i64 = 36_000;

impl Play<'_> {
    pub(super) fn wants_groups(&self) -> bool {
        self.book().groups.values().map(|groups| groups.live.len()).sum::<usize>() < GROUPS
    }

    pub(super) fn some_group_id(&mut self) -> String {
        format!("g{}", self.rng.u8(..IDS))
    }

    pub(super) fn some_group_step(&mut self) -> Step {
        let (shop, id) = match self.group.clone() {
            // All about one, so that it is known which of several were made first.
            Some(group) => group,
            None => (self.some_shop(), self.some_group_id()),
        };
        let known = self.book().groups.get(&shop).and_then(|groups| groups.live(&id)).cloned();
        let operation = match (&known, self.rng.u8(..10)) {
            (None, 0) | (Some(_), 3) => Operation::Retrieve,
            (None, 1) | (Some(_), 4..) => Operation::Update,
            (None, 2) | (Some(_), 2) => Operation::Delete,
            (None, _) | (Some(_), _) => Operation::Create,
        };
        let content = match (operation, known) {
            (Operation::Create, Some(group)) if !self.once_in(3) => {
                let mut conditions = group.conditions;
                conditions.iter_mut().for_each(|condition| condition.is_long = self.rng.bool());
                Content { describe: Some(group.describe), conditions: Some(conditions) }
            }
            (Operation::Retrieve | Operation::Delete, _) if !self.once_in(4) => Content::default(),
            _ => self.some_content(&id),
        };
        let shop = (!self.once_in(20)).then_some(shop);
        Step::Group(groups::Step::Set { operation, shop, id, content })
    }

    fn some_content(&mut self, id: &str) -> Content {
        let many = self.rng.choice([1, 1, 1, 2, 3]).expect("there are some");
        let mut conditions: Vec<_> = (0..many).map(|_| self.some_condition()).collect();
        let mut describe = Some(if self.once_in(8) { format!("{id}的客人") } else { format!("分组{id}") });
        // Now and then one that cannot be.
        match self.rng.u8(..72) {
            0 => describe = None,
            1 => conditions.clear(),
            2 => return Content { describe, conditions: None },
            3 => conditions[0].operand = 0,
            4 => conditions[0].period = None,
            5 => conditions[0].period = Some(31),
            _ => {}
        }
        Content { describe, conditions: Some(conditions) }
    }

    /// What somebody just meets, or just does not.
    fn some_condition(&mut self) -> Condition {
        let user = self.some_user();
        let (record, now) = (self.book().record(&user), self.book().now);
        let nearby = self.once_in(12);
        let rules = if nearby { &Rule::ALL[7..] } else { &Rule::ALL[..7] };
        let rule = *self.rng.choice(rules).expect("there are some");
        let days = self.rng.choice(PERIODS).expect("there are some");
        let last = record.last_payments().first().copied();
        let value = record.value(rule, days, last, now).map_or(0, |amount| amount.whole / amount.parts);
        let more = match self.rng.u8(..6) {
            0 => -1,
            1 => 1,
            2 => self.rng.i64(1..3),
            _ => 0,
        };
        let has_period = rule.looks_back() || self.once_in(4);
        Condition { is_long: self.rng.bool(), ..self.condition(rule, has_period.then_some(days), value + more) }
    }

    /// With whatever operator, and mostly the rule's own unit.
    fn condition(&mut self, rule: Rule, period: Option<i64>, operand: i64) -> Condition {
        let op = self.rng.choice(OPS).expect("there are some");
        let any = self.once_in(6).then(|| self.rng.choice(Rule::ALL)).flatten();
        let unit = any.unwrap_or(rule).unit();
        Condition { rule, op, period, operand: operand.max(1), is_long: false, unit }
    }

    /// Makes the group that calls at once are about what this condition says; its shop.
    fn have_group(&mut self, condition: Condition) -> Option<String> {
        let (shop, id) = self.group.clone()?;
        let is_there = self.book().groups.get(&shop).is_some_and(|groups| groups.live(&id).is_some());
        let operation = if is_there { Operation::Update } else { Operation::Create };
        let content = Content { describe: Some(format!("分组{id}")), conditions: Some(vec![condition]) };
        let set = groups::Step::Set { operation, shop: Some(shop.clone()), id, content };
        self.race(&[Step::Group(set)], false);
        Some(shop)
    }

    /// Which groups somebody falls into.
    pub(super) fn some_question(&mut self) -> Step {
        let user = match self.rng.u8(..12) {
            0 => self.rng.choice(newcomers(self.nth)).expect("there are some"),
            1 => self.rng.choice([sponsor(self.nth), STRANGER.to_owned()]).expect("there are some"),
            _ => self.some_user(),
        };
        let shop = self.group.as_ref().map(|(shop, _)| shop.clone());
        let shop = shop.unwrap_or_else(|| self.some_shop());
        let is_known = !self.once_in(25);
        Step::Group(groups::Step::Query { shop: is_known.then_some(shop), user })
    }

    /// Somebody pays and gets money back, and it is asked into which groups that brings.
    pub(super) fn facts_scene(&mut self) -> Option<Vec<Step>> {
        let user = self.some_user();
        let trade = self.fresh_trade(&user);
        let order = self.order_of(trade);
        let (record, now) = (self.book().record(&user), self.book().now);
        let days = self.rng.choice(PERIODS)?;
        let value = |rule| record.value(rule, days, None, now).map_or(0, |amount| amount.whole / amount.parts);
        let (rule, op, operand) = match self.rng.u8(..7) {
            0 => (Rule::TradeAmt, "GTEQ", value(Rule::TradeAmt) + order.total),
            1 => (Rule::TradeCnt, "GT", value(Rule::TradeCnt)),
            2 => (Rule::LastPayAmt, "EQ", order.total),
            3 => (Rule::TradeAmt, "LT", value(Rule::TradeAmt)),
            4 => (Rule::TradeCnt, "LT", value(Rule::TradeCnt)),
            5 => (Rule::PctAmt, "EQ", value(Rule::PctAmt)),
            _ => (Rule::VerifyVoucherCnt, "GT", value(Rule::VerifyVoucherCnt)),
        };
        let period = rule.looks_back().then_some(days);
        let condition = Condition { op, ..self.condition(rule, period, operand) };
        let shop = self.have_group(condition)?;
        let question = Step::Group(groups::Step::Query { shop: Some(shop), user: user.clone() });
        let mut steps = vec![Step::Trade(trades::Step::Pay(order)), question.clone(), question];
        let own = self.book().trades.iter();
        let own = own.filter(|(_, trade)| trade.buyer == user && trade.status == Status::Success);
        let own: Vec<_> = own.map(|(out_trade_no, _)| out_trade_no.clone()).collect();
        if let Some(out_trade_no) = self.rng.choice(own) {
            let gives_back = self.refund_of(out_trade_no.clone());
            let cancels = Step::Trade(trades::Step::Cancel { out_trade_no });
            steps.push(if self.once_in(3) { cancels } else { gives_back });
        }
        Some(steps)
    }

    /// It is asked for who did something while the clock passes the moment at which that leaves a window.
    pub(super) fn windows_scene(&mut self) -> Option<Vec<Step>> {
        let (now, long) = (self.book().now, if self.once_in(8) { 40 * DAY } else { 8 * DAY });
        let mut edges = Vec::new();
        for user in customers(self.nth) {
            let record = self.book().record(&user);
            let leaves = |(rule, at)| PERIODS.map(|days| (user.clone(), rule, days, at + days * DAY));
            edges.extend(record.times().flat_map(leaves));
        }
        edges.retain(|(.., edge)| now < *edge && *edge < now + long);
        let (user, rule, days, edge) = self.rng.choice(edges)?;
        let before = (edge - now - 1) / MINUTE;
        if 0 < before {
            self.advance(before);
        }
        let record: Record = self.book().record(&user);
        let value = record.value(rule, days, None, self.book().now).map_or(1, |amount| amount.whole);
        let condition = Condition { op: "GTEQ", ..self.condition(rule, Some(days), value) };
        let shop = self.have_group(condition)?;
        let question = Step::Group(groups::Step::Query { shop: Some(shop), user });
        // In that minute nothing else should be due.
        self.race(&[question.clone(), question.clone(), Step::Clock { ms: MINUTE }, question.clone()], false);
        self.hear();
        self.race(std::slice::from_ref(&question), false);
        Some(vec![question])
    }

    /// Every group, as it was made, and who falls into which.
    pub(super) fn all_groups(&self) -> Vec<Step> {
        let set = |shop: &String, id: &String| {
            let (operation, content) = (Operation::Retrieve, Content::default());
            Step::Group(groups::Step::Set { operation, shop: Some(shop.clone()), id: id.clone(), content })
        };
        let sets = self.book().groups.iter().flat_map(|(shop, groups)| {
            let live = groups.live.iter().map(|group| &group.id);
            live.chain(&groups.gone).map(move |id| set(shop, id))
        });
        let users: Vec<_> = customers(self.nth).into_iter().chain(newcomers(self.nth)).collect();
        let users = users.into_iter().chain([sponsor(self.nth), STRANGER.to_owned()]);
        let questions = users.flat_map(|user| {
            let query = move |shop| Step::Group(groups::Step::Query { shop: Some(shop), user: user.clone() });
            shops(self.nth).into_iter().map(query)
        });
        sets.chain(questions).collect()
    }

    /// Of two changes at once, a look tells which was the later.
    pub(super) fn settle_groups(&mut self) {
        let mut unsettled = BTreeSet::new();
        for (model, shop) in self.books.iter().flat_map(|model| shops(self.nth).into_iter().map(move |it| (model, it)))
        {
            let here = self.book().groups.get(&shop).cloned().unwrap_or_default();
            let there = model.groups.get(&shop).cloned().unwrap_or_default();
            let ids: BTreeSet<_> = here.live.iter().chain(&there.live).map(|group| group.id.clone()).collect();
            let differ = ids.into_iter().filter(|id| here.live(id) != there.live(id));
            unsettled.extend(differ.map(|id| (shop.clone(), id)));
        }
        for (shop, id) in unsettled {
            let (operation, content) = (Operation::Retrieve, Content::default());
            self.race(&[Step::Group(groups::Step::Set { operation, shop: Some(shop), id, content })], false);
        }
    }

    /// What the merchant's members did months before the platform was theirs; much of it is about to leave a window.
    pub(super) fn import_history(&mut self) {
        let (now, mut rows) = (self.book().now, Vec::new());
        for _ in 0..IMPORTED {
            let user = self.some_user();
            let days = self.rng.choice(PERIODS).expect("there are some");
            let left = match self.rng.u8(..4) {
                0 => self.rng.i64(0..7) * 5,
                1 => self.rng.i64(1..20) * HOUR_MINUTES,
                2 => self.rng.i64(1..20) * 12 * HOUR_MINUTES,
                _ => self.rng.i64(1..20 * 24 * HOUR_MINUTES),
            };
            let at = now - days * DAY + left * MINUTE;
            rows.push(if self.rng.bool() {
                let total = self.rng.i64(1..3_000);
                let refunded = if self.once_in(3) { self.rng.i64(1..=total) } else { 0 };
                Imported::Trade { user, paid_at: at, total, refunded, refunded_at: now }
            } else {
                let redeemed_at = self.rng.bool().then(|| at + self.rng.i64(0..9) * DAY);
                Imported::Voucher { user, received_at: at, redeemed_at }
            });
        }
        // Which of two imported trades of one moment is the later, nobody can know.
        let mut paid = BTreeSet::new();
        rows.retain(|row| match row {
            Imported::Trade { user, paid_at, .. } => paid.insert((user.clone(), *paid_at)),
            Imported::Voucher { .. } => true,
        });
        let number = |nth: usize| format!("88{:05}{nth:03}", self.nth);
        let rows: Vec<_> = rows.into_iter().enumerate().map(|(nth, row)| (number(nth), row)).collect();
        self.import_rows(&rows);
    }

    /// The history comes again, some of it with more refunded and redeemed since.
    pub(super) fn import_again(&mut self) {
        let now = self.book().now;
        let mut rows: Vec<_> = (*self.book().imported).clone().into_iter().collect();
        for (_, row) in &mut rows {
            if !self.once_in(4) {
                continue;
            }
            match row {
                Imported::Trade { total, refunded, refunded_at, .. } => {
                    let more = if self.once_in(3) { *total - *refunded } else { self.rng.i64(0..=*total - *refunded) };
                    // The merchant gives back what it has.
                    if 0 < more && self.books.iter().all(|model| BACK < model.seller) {
                        (*refunded, *refunded_at) = (*refunded + more, now);
                    }
                }
                Imported::Voucher { received_at, redeemed_at, .. } => {
                    let days = (now - *received_at) / DAY;
                    redeemed_at.get_or_insert(*received_at + self.rng.i64(0..=days) * DAY);
                }
            }
        }
        self.import_rows(&rows);
    }

    fn import_rows(&mut self, rows: &[(String, Imported)]) {
        let pid = pid(self.nth);
        let mut trades = "trade_no,user_id,shop_id,total_amount,paid_at,refunded_amount,refunded_at\n".to_owned();
        let mut vouchers = "voucher_no,user_id,received_at,redeemed_at\n".to_owned();
        for (number, row) in rows {
            match row {
                Imported::Trade { user, paid_at, total, refunded, refunded_at } => {
                    let back = if *refunded == 0 {
                        ",".to_owned()
                    } else {
                        format!("{},{}", money::format(*refunded), time::format(*refunded_at))
                    };
                    let (total, paid_at) = (money::format(*total), time::format(*paid_at));
                    trades.push_str(&format!("{number},{user},,{total},{paid_at},{back}\n"));
                }
                Imported::Voucher { user, received_at, redeemed_at } => {
                    let redeemed_at = redeemed_at.map(time::format).unwrap_or_default();
                    let received_at = time::format(*received_at);
                    vouchers.push_str(&format!("{number},{user},{received_at},{redeemed_at}\n"));
                }
            }
        }
        for (what, text) in [("trades", trades), ("vouchers", vouchers)] {
            let path = self.running.folder.path().join(format!("{what}.csv"));
            std::fs::write(&path, text).expect("the folder is ours");
            self.punchcard(&["import", what, "--pid", &pid, &path.display().to_string()]);
        }
        self.history.push(format!("imported {rows:?}"));
        for model in &mut self.books {
            rows.iter().for_each(|(number, row)| model.import(number, row));
        }
    }

    /// An operator counts the groups as the books do.
    pub(super) fn count_groups(&mut self) {
        let app = app_id(self.nth);
        for shop in shops(self.nth) {
            let groups = self.book().groups.get(&shop).cloned().unwrap_or_default();
            if groups.live.is_empty() {
                continue;
            }
            let mut arguments = vec!["crowd", "count", "--json", "--shop", &shop, "--app", &app];
            arguments.extend(groups.live.iter().flat_map(|group| ["--group", &*group.id]));
            let printed = self.punchcard(&arguments);
            let lines = printed.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
            let count = |line: Value| {
                let sum = line["sum"].as_str().map(|sum| money::parse(sum).expect("an amount"));
                let id = line["crowd_group_id"].as_str().expect("an id").to_owned();
                (id, (line["total"].as_i64().expect("a count"), sum))
            };
            let counted: Vec<_> = lines.map(count).collect();
            assert!(counted.iter().map(|(id, _)| id).eq(groups.live.iter().map(|group| &group.id)), "{printed}");
            let fits = |model: &Model| {
                let of = |id: &String| model.count_group(&shop, id).unwrap_or_default();
                counted.iter().all(|(id, count)| of(id).contains(count))
            };
            let right: Vec<_> = self.books.iter().filter(|model| fits(model)).cloned().collect();
            assert!(!right.is_empty(), "counted {counted:?}\n{:#?}\n{:#?}", self.books, self.history);
            self.books = right;
        }
    }
}
