//! What an index counts is what a naive recount of the store's rows gives, whoever wrote them and whenever the question
//! comes; and so is what is decided of one user.

use super::naive::{Facts, nearest};
use super::*;
use crate::acts::crowd::why::Known;
use crate::index;
use domain::condition::{Condition, Fact as DomainFact, Op, Period};
use domain::id::TradeNo;
use domain::trade::{Status, Trade, TradeDeduction};
use domain::voucher_history::ImportedVoucher;
use store::member::{MemberRow, Patch, Position, put_chunk};
use store::testing::{Engine, TestStore, block_on};
use store::voucher_history::VoucherChunk;
use store::world::{Merchant as WorldMerchant, Shop, put_merchant, put_shop};
use store::{Change, sales, trade, voucher_history};

const PID: &str = "2088201914979011";
const NOW: i64 = 1_767_225_600_000;
const DAY_MS: i64 = 86_400_000;
const USERS: u64 = 12;

/// An index, and the process's store that tells it of changes.
struct Process {
    store: Store,
    index: Arc<Index>,
}

impl Process {
    fn new(store: Store) -> Process {
        let index = Arc::new(Index::default());
        let own = index.clone();
        let listener = move |change: &Change| match change {
            Change::Members { pid, rows } => own.put(pid, rows),
            Change::Sales { pid, rows } => own.put_sums(pid, rows),
            Change::Events { pid, rows } => own.put_events(pid, rows),
            Change::Shop(shop) => own.shop_changed(&shop.pid),
            _ => {}
        };
        store.on_change(listener).expect("nobody else listens");
        Process { store, index }
    }

    fn write(&self, write: impl Fn(&mut Tx) -> Result<(), store::Stop> + Send + 'static) {
        block_on(self.store.write::<_, store::Stop, _>(write)).expect("it is kept");
    }

    /// How many members meet each condition.
    fn counts(&self, conditions: &[Condition], now: i64) -> Vec<u64> {
        let count = |condition: &Condition| {
            let one = std::slice::from_ref(condition);
            let facts = index::facts(one);
            let ask = |columns: &[segment::Tag]| (index::expr(one.to_vec(), columns).expect("facts"), Vec::new());
            let counting = self.index.count_behavior(&self.store, PID, now, &facts, ask);
            block_on(counting).expect("the store answers").total
        };
        conditions.iter().map(count).collect()
    }

    /// The same, from what the store has of each.
    fn recount(&self, conditions: &[Condition], now: i64) -> Vec<u64> {
        let known: Vec<Known> = (0..USERS).map(|nth| self.known(&user(nth))).collect();
        let is_member = |known: &&Known| {
            let is_payer = known.events.iter().any(|event| event.kind == history::Kind::Paid);
            known.row.is_some() || is_payer
        };
        let members: Vec<&Known> = known.iter().filter(is_member).collect();
        let meets = |known: &&&Known, condition: &Condition| {
            let shops: Vec<_> = known.shops.iter().filter_map(|shop| shop.position).collect();
            let place = |place: Option<Position>| place.and_then(|place| nearest(place, &shops));
            let (home, work) = known.row.as_ref().map_or((None, None), |row| (place(row.home), place(row.work)));
            let meets = Facts { events: &known.events, home, work }.meet(condition, now);
            let mut person = known.person(now).expect("a member");
            assert_eq!(person.meets(std::slice::from_ref(condition)), meets, "{} {condition:?}", known.user_id);
            meets
        };
        let count = |condition: &Condition| members.iter().filter(|known| meets(known, condition)).count() as u64;
        conditions.iter().map(count).collect()
    }

    fn known(&self, user_id: &str) -> Known {
        let user_id = user_id.to_owned();
        block_on(self.store.read::<_, Fault, _>(move |tx| Known::read(tx, PID, &user_id, Vec::new())))
            .expect("the store answers")
    }
}

fn user(nth: u64) -> String {
    (2_088_102_146_931_000 + nth).to_string()
}

fn conditions() -> Vec<Condition> {
    let (short, long) = (Period::Days30, Period::Days90);
    [
        (DomainFact::TradeAmount(short), Op::GtEq, "50"),
        (DomainFact::TradeAmount(long), Op::Lt, "120.5"),
        (DomainFact::TradeCount(short), Op::Gt, "1"),
        (DomainFact::AverageAmount(long), Op::LtEq, "40"),
        (DomainFact::VouchersReceived(short), Op::Eq, "1"),
        (DomainFact::VouchersRedeemed(long), Op::GtEq, "1"),
        (DomainFact::DaysSincePayment, Op::LtEq, "20"),
        (DomainFact::LastPaymentAmount, Op::Gt, "30"),
        (DomainFact::HomeDistance, Op::Lt, "5"),
    ]
    .map(|(fact, op, value)| Condition::on_fact(fact, op, value).expect("it fits"))
    .to_vec()
}

fn a_trade(number: i64, user_id: &str, total_fen: i64, at: i64) -> Trade {
    let trade = Trade {
        no: TradeNo::new(at, trade::bucket(PID, user_id).id(number)),
        pid: PID.to_owned(),
        seller_id: PID.to_owned(),
        buyer_id: user_id.to_owned(),
        out_trade_no: format!("out {number}"),
        imported_no: None,
        status: Status::WaitBuyerPay,
        subject: String::new(),
        total_fen,
        discountable_fen: total_fen,
        buyer_pay_fen: 0,
        receipt_fen: 0,
        refunded_fen: 0,
        shop_id: None,
        detail: "{}".to_owned(),
        origin: None,
        page_token: None,
        expires_at: None,
        paid_at: None,
        closed_at: None,
        refunded_at: None,
        version: 1,
    };
    trade.pay(TradeDeduction::default(), at).expect("it waits")
}

/// One thing that somebody does; `trades` are those that may be refunded.
fn happen(process: &Process, rng: &mut fastrand::Rng, trades: &mut Vec<Trade>, step: i64, now: i64) {
    let who = user(rng.u64(..USERS));
    match rng.u8(..7) {
        0..=2 => {
            let late = [0, rng.i64(0..100 * DAY_MS)][rng.usize(..2)];
            let trade = a_trade(step, &who, rng.i64(1..9_000), now - late);
            trades.push(trade.clone());
            process.write(move |tx| {
                sales::add(tx, PID, &trade.buyer_id, trade.total_fen)?;
                Ok(trade::insert(tx, &trade)?)
            });
        }
        3 if !trades.is_empty() => {
            let chosen = rng.usize(..trades.len());
            let trade = &mut trades[chosen];
            let left = trade.total_fen - trade.refunded_fen;
            if 0 < left {
                let fen = if rng.bool() { left } else { rng.i64(1..=left) };
                let refunded = trade.clone().refund(fen, now).expect("less than was paid");
                *trade = Trade { version: trade.version + 1, ..refunded.clone() };
                process.write(move |tx| {
                    sales::hold(tx, PID, &refunded.buyer_id)?;
                    trade::update(tx, &refunded)?;
                    Ok(sales::add(tx, PID, &refunded.buyer_id, -fen)?)
                });
            }
        }
        4 | 5 => {
            let received_at = now - rng.i64(0..95 * DAY_MS);
            let redeemed_at = rng.bool().then_some(now);
            let voucher_no = format!("V{step}");
            let voucher = ImportedVoucher { voucher_no, user_id: who, received_at, redeemed_at };
            let chunk = VoucherChunk::new(PID, vec![voucher], |_| [7; 32]);
            process.write(move |tx| Ok(voucher_history::import(tx, &chunk).map(drop)?));
        }
        _ => {
            let home = Position { lon_e7: 1_200_000_000, lat_e7: 300_000_000 + rng.i32(0..1_000_000) };
            let row = MemberRow::new(&who, []).at(Patch::Set(home), Patch::Keep);
            process.write(move |tx| Ok(put_chunk(tx, PID, std::slice::from_ref(&row)).map(drop)?));
        }
    }
}

fn agree(engine: Engine) {
    let test = TestStore::new(engine);
    let mut processes = vec![Process::new(test.store().clone())];
    if engine == Engine::Postgres {
        processes.push(Process::new(test.open_again().expect("it is there")));
    }
    let merchant = WorldMerchant {
        pid: PID.to_owned(),
        name: String::new(),
        mid: None,
        options: Default::default(),
        login_id: None,
        opening_fen: 0,
    };
    let shop = |lat_e7| Shop {
        shop_id: "2015121600077000000002388200".to_owned(),
        pid: PID.to_owned(),
        store_id: None,
        name: String::new(),
        address: None,
        shop_type: None,
        position: Some(Position { lon_e7: 1_200_000_000, lat_e7 }),
    };
    processes[0].write(move |tx| {
        put_merchant(tx, &merchant)?;
        Ok(put_shop(tx, &shop(300_000_000)).map(drop)?)
    });
    let (mut rng, mut trades, mut now) = (fastrand::Rng::with_seed(14), Vec::new(), NOW);
    let conditions = conditions();
    for step in 1..=120 {
        // An id of a trade is above those that the store gives.
        happen(&processes[0], &mut rng, &mut trades, 1_000_000 + step, now);
        if step % 17 == 0 {
            let lat_e7 = 300_000_000 + rng.i32(0..1_000_000);
            processes[0].write(move |tx| Ok(put_shop(tx, &shop(lat_e7)).map(drop)?));
        }
        if step % 3 != 0 {
            continue;
        }
        now += [0, 1, DAY_MS, rng.i64(0..40 * DAY_MS)][rng.usize(..4)];
        let expect = processes[0].recount(&conditions, now);
        for (nth, process) in processes.iter().enumerate() {
            let began = std::time::Instant::now();
            let mut counts = process.counts(&conditions, now);
            // What one process commits another learns soon.
            while nth != 0 && counts != expect && began.elapsed().as_secs() < 10 {
                std::thread::sleep(std::time::Duration::from_millis(10));
                counts = process.counts(&conditions, now);
            }
            assert_eq!(counts, expect, "process {nth}, step {step}");
        }
    }
}

#[test]
fn an_index_counts_what_the_store_says_on_sqlite() {
    agree(Engine::Sqlite);
}

#[test]
fn two_processes_count_what_the_store_says_on_postgres() {
    agree(Engine::Postgres);
}
