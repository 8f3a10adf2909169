//! FREEZE as the server runs it, without HTTP, JSON and signatures.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use domain::id::PointLogNo;
use domain::points::{Amount, Kind};
use store::idempotency::{Claim, claim};
use store::ledger::Cause;
use store::points::{self, Entry};
use store::testing::{block_on, fresh};
use store::world::{App, Merchant};
use store::{Fault, Place, Stop, Store, Tx, world};

use super::fill::{NOW, activity_account, fill, user_id};
use super::{ACCOUNTS, CARD, WAITING};
use crate::samples::Samples;
use crate::server::{PID, scratch};

/// The calling app.
const APP_ID: &str = "2021000000000001";

/// A store with a million accounts.
pub(super) struct Inside {
    store: Store,
    scope: Arc<str>,
    next: Arc<AtomicI64>,
}

/// The figures of one measurement.
pub(super) struct Measurement {
    /// FREEZEs a second.
    pub(super) rate: f64,
    /// How long the median waited.
    pub(super) p50_ms: f64,
    /// How long the slowest hundredth waited at least.
    pub(super) p99_ms: f64,
}

impl Inside {
    pub(super) fn prepare() -> io::Result<Inside> {
        let place = Place::Folder(scratch("points-inside")?.join("data"));
        let store = Store::open(&place, fresh()).map_err(io::Error::other)?;
        block_on(store.write::<_, Fault, _>(caller)).map_err(io::Error::other)?;
        fill(&store, ACCOUNTS)?;
        let scope = format!("koubei.marketing.tool.points.update/{PID}/{}", activity_account());
        Ok(Inside { store, scope: scope.into(), next: Arc::default() })
    }

    /// So many wait at once, for so long; each draws another account each time.
    pub(super) fn measure(&self, seconds: u64) -> Measurement {
        block_on(async {
            let (begin, time) = (Instant::now(), Duration::from_secs(seconds));
            let callers: Vec<_> = (0..WAITING)
                .map(|_| {
                    let (store, scope, next) = (self.store.clone(), self.scope.clone(), self.next.clone());
                    tokio::spawn(async move {
                        let mut waits_ms = Vec::new();
                        while begin.elapsed() < time {
                            let asked = Instant::now();
                            freeze(&store, &scope, next.fetch_add(1, Ordering::Relaxed)).await;
                            waits_ms.push(asked.elapsed().as_secs_f64() * 1e3);
                        }
                        waits_ms
                    })
                })
                .collect();
            let mut waits_ms = Vec::new();
            for caller in callers {
                waits_ms.extend(caller.await.expect("a caller ends"));
            }
            let rate = waits_ms.len() as f64 / begin.elapsed().as_secs_f64();
            let waits_ms = Samples::new(waits_ms);
            Measurement { rate, p50_ms: waits_ms.percentile(50.0), p99_ms: waits_ms.percentile(99.0) }
        })
    }
}

/// One call.
async fn freeze(store: &Store, scope: &Arc<str>, serial: i64) {
    let user_id = user_id(fastrand::i64(0..ACCOUNTS));
    let number = store.next_numbers(1).await.expect("a number");
    let no = PointLogNo::new(NOW, points::bucket(PID, &user_id).id(number));
    let (scope, req_id, trace_id) = (scope.clone(), format!("{serial:012}"), format!("{serial:032x}"));
    let write = move |tx: &mut Tx| -> Result<(), Stop> {
        let app = world::guard(tx, APP_ID, None)?;
        assert!(app.is_some_and(|app| app.app_enabled), "it may call");
        let claimed = claim(tx, &scope, &req_id, &[7; 32], no.number, NOW)?;
        assert_eq!(claimed, Claim::New);
        let card = points::card(tx, CARD)?.expect("it is there");
        assert!(card.pid == PID && card.is_open(NOW).is_ok());
        let entry = Entry {
            no,
            pid: PID,
            card: CARD,
            user_id: &user_id,
            kind: Kind::Freeze,
            amount: Amount::new(1).expect("an amount"),
            biz_no: None,
            freeze: None,
            shop_id: None,
            memo: Some("兑换"),
            ext_info: None,
            cause: Cause { app_id: Some(APP_ID), trace_id: Some(&trace_id) },
        };
        points::change(tx, &entry)
    };
    store.write(write).await.expect("there is a point");
}

/// The merchant and the app that calls for it.
fn caller(tx: &mut Tx) -> Result<(), Fault> {
    let merchant = Merchant {
        pid: PID.to_owned(),
        name: String::new(),
        mid: None,
        login_id: None,
        opening_fen: 0,
        options: "{}".to_owned(),
    };
    world::put_merchant(tx, &merchant)?;
    let app = App {
        app_id: APP_ID.to_owned(),
        pid: PID.to_owned(),
        public_key: String::new(),
        aes_key: None,
        isv: false,
        methods: vec!["*".to_owned()],
        notify_charset: "utf-8".to_owned(),
        enabled: true,
        version: 0,
    };
    world::put_app(tx, &app).map(drop)
}
