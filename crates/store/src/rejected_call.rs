//! The last calls that something was wrong with, for `doctor`: in rings by what it took to send them, so that whoever
//! has no key pushes out nothing of those who have one. Their table is named `signature_trouble`, and stores hold that
//! name.

use crate::engine::fault::Fault;
use crate::engine::sql::statements;
use crate::engine::table::{Module, Table};
use crate::engine::tx::Tx;
use crate::params;

/// One of the rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ring {
    /// Of calls that were verified.
    Verified,
    /// Of signatures that were refused to an app's `app_id`, made with a key of that app.
    Signature,
    /// Of those made with any other key, which anybody can send.
    OtherKey,
    /// Of calls with an app's `app_id` that were refused before their signature was looked at.
    Unsigned,
    /// Of calls with any other `app_id`, or none.
    UnknownApp,
}

impl Ring {
    const ALL: [Ring; 5] = [Ring::Verified, Ring::Signature, Ring::OtherKey, Ring::Unsigned, Ring::UnknownApp];

    /// The name of its counter, its first slot, and how many slots it has.
    fn place(self) -> (&'static str, i64, i64) {
        match self {
            Ring::Signature => ("signature_trouble", 0, 1_000),
            Ring::UnknownApp => ("signature_trouble_unknown_app", 1_000, 200),
            Ring::Unsigned => ("signature_trouble_unsigned", 1_200, 200),
            Ring::Verified => ("signature_trouble_verified", 1_400, 1_000),
            Ring::OtherKey => ("signature_trouble_other_key", 2_400, 1_000),
        }
    }

    /// The ring that a slot is in.
    fn of(slot: i64) -> Ring {
        let has = |ring: &Ring| {
            let (_, first, slots) = ring.place();
            (first..first + slots).contains(&slot)
        };
        Ring::ALL.into_iter().find(has).unwrap_or(Ring::UnknownApp)
    }
}

pub(crate) static MODULE: Module = Module {
    // A refused call repeats what was sent, secrets too: a backup has none of them.
    tables: &[Table { dumped_rows: Some("slot < 0"), ..Table::on_coordinator("signature_trouble") }],
    proofs: &[],
};

statements! {
    TURN = "INSERT INTO id_lease (name, next) VALUES ($1, 1)
        ON CONFLICT (name) DO UPDATE SET next = id_lease.next + 1 RETURNING next";
    PUT = "INSERT INTO signature_trouble (slot, trace_id, at, app_id, method, cause, detail)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (slot) DO UPDATE SET trace_id = excluded.trace_id, at = excluded.at, app_id = excluded.app_id,
        method = excluded.method, cause = excluded.cause, detail = excluded.detail";
    FIND = "SELECT trace_id, at, app_id, method, cause, detail FROM signature_trouble WHERE trace_id = $1
        ORDER BY at DESC LIMIT 1";
    LAST_TURN = "SELECT next FROM id_lease WHERE name = $1";
    ALL = "SELECT slot, trace_id, at, app_id, method, cause, detail FROM signature_trouble";
}

/// A refused signature, or another call whose caller has most likely made a mistake.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "testing", derive(schemars::JsonSchema))]
pub struct RejectedCall {
    /// The call's trace id, which its caller was told.
    pub trace_id: String,
    /// When, UTC milliseconds.
    pub at: i64,
    /// Whose key did not fit.
    pub app_id: String,
    /// What was called.
    pub method: String,
    /// A short name of what is likely wrong; empty if nothing was found.
    pub cause: String,
    /// What to tell whoever asks.
    pub detail: String,
}

/// Keeps it in the place of the ring's oldest.
pub fn record(tx: &mut Tx, ring: Ring, call: &RejectedCall) -> Result<(), Fault> {
    let (counter, first, slots) = ring.place();
    let (turn,) = tx.query_one::<(i64,)>(TURN, params![counter])?;
    let slot = first + turn % slots;
    let RejectedCall { trace_id, at, app_id, method, cause, detail } = call;
    // A caller's text, of which PostgreSQL does not take every character.
    let [app_id, method, detail] = [app_id, method, detail].map(|text| text.replace('\0', "\u{fffd}"));
    tx.execute(PUT, params![slot, trace_id, *at, &app_id, &method, cause, &detail]).map(drop)
}

/// The newest `limit` of them, the newest first; of one time by their turns, for a clock may stand still.
pub fn latest(tx: &mut Tx, limit: usize) -> Result<Vec<RejectedCall>, Fault> {
    let mut last = [0; Ring::ALL.len()];
    for (last, ring) in last.iter_mut().zip(Ring::ALL) {
        let (counter, ..) = ring.place();
        *last = tx.query_opt::<(i64,)>(LAST_TURN, params![counter])?.map_or(0, |(turn,)| turn);
    }
    let mut rows: Vec<(i64, String, i64, String, String, String, String)> = tx.query(ALL, &[])?;
    rows.sort_by_cached_key(|&(slot, _, at, ..)| {
        let ring = Ring::of(slot);
        let (_, first, slots) = ring.place();
        (std::cmp::Reverse(at), ring, (last[ring as usize] - (slot - first)).rem_euclid(slots))
    });
    let newest = rows.into_iter().take(limit);
    let read =
        |(_, trace_id, at, app_id, method, cause, detail)| RejectedCall { trace_id, at, app_id, method, cause, detail };
    Ok(newest.map(read).collect())
}

/// The one of that trace id, if it is still kept.
pub fn find(tx: &mut Tx, trace_id: &str) -> Result<Option<RejectedCall>, Fault> {
    let row = tx.query_opt(FIND, params![trace_id])?;
    Ok(row.map(|(trace_id, at, app_id, method, cause, detail)| RejectedCall {
        trace_id,
        at,
        app_id,
        method,
        cause,
        detail,
    }))
}
