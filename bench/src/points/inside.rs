//! FREEZE as the server runs it, without HTTP, JSON and signatures.

use std::io;
use std::sync::Arc;

use domain::id::PointLogNo;
use domain::points::{Amount, Kind};
use store::idempotency::{Claim, claim};
use store::ledger::Cause;
use store::points::{self, Entry};
use store::testing::{block_on, fresh};
use store::{Fault, Place, Stop, Store, Tx};

use super::fill::{activity_account, fill};
use super::{ACCOUNTS, CARD};
use crate::inside::{check_caller, put_caller};
use crate::server::{APP_ID, NOW, PID, scratch, user_id};

/// A store with a million accounts.
#[derive(Clone)]
pub(super) struct Inside {
    store: Store,
    scope: Arc<str>,
}

impl Inside {
    pub(super) fn prepare() -> io::Result<Inside> {
        let place = Place::Folder(scratch("points-inside")?.join("data"));
        let store = Store::open(&place, fresh()).map_err(io::Error::other)?;
        block_on(store.write::<_, Fault, _>(put_caller)).map_err(io::Error::other)?;
        fill(&store, ACCOUNTS)?;
        let scope = format!("koubei.marketing.tool.points.update/{PID}/{}", activity_account());
        Ok(Inside { store, scope: scope.into() })
    }

    /// One call, of an account that is drawn at random.
    pub(super) async fn freeze(self, serial: i64) {
        let Inside { store, scope } = self;
        let user_id = user_id(fastrand::i64(0..ACCOUNTS));
        let number = store.next_numbers(1).await.expect("a number");
        let no = PointLogNo::new(NOW, points::bucket(PID, &user_id).id(number));
        let (req_id, trace_id) = (format!("{serial:012}"), format!("{serial:032x}"));
        let write = move |tx: &mut Tx| -> Result<(), Stop> {
            check_caller(tx)?;
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
}
