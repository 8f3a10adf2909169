//! Reading again what a row of `changes` is about.

use super::change::Change;
use super::parts::Parts;
use crate::engine::fault::Fault;
use crate::engine::tx::Tx;
use crate::{control, history, member, sales, world};

/// The subject of a row as this snapshot has it, with what must be known before it; and of which users it has still an
/// earlier version than the row says.
pub(super) fn read(tx: &mut Tx, kind: &str, subject: &str, parts: &Parts) -> Result<(Vec<Change>, Parts), Fault> {
    let tags =
        |tx: &mut Tx| Ok::<_, Fault>(Change::Tags { pid: subject.into(), tags: world::tags(tx, subject)?.into() });
    let change = match kind {
        "app" => world::app(tx, subject)?.map(|app| Change::App(app.into())),
        "authorization" => world::authorization(tx, subject)?.map(|found| Change::Authorization(found.into())),
        "merchant" => world::merchant(tx, subject)?.map(|merchant| Change::Merchant(merchant.into())),
        "shop" => world::shop(tx, subject)?.map(|shop| Change::Shop(shop.into())),
        "tags" => Some(tags(tx)?),
        "setting" => {
            control::get(tx, subject)?.map(|value| Change::Setting { name: subject.into(), value: value.into() })
        }
        "members" => {
            let rows = member::get_many(tx, subject, &parts.users())?;
            let behind = parts.not_yet(rows.iter().map(|row| (row.user_id.as_str(), row.version)));
            let members = Change::Members { pid: subject.into(), rows: rows.into() };
            // Whoever holds a member's values knows their tags: a new tag and its first values may come at once.
            return Ok((vec![tags(tx)?, members], behind));
        }
        "sales" => {
            let rows = sales::get_many(tx, subject, &parts.users())?;
            let behind = parts.not_yet(rows.iter().map(|row| (row.user_id.as_str(), row.version)));
            return Ok((vec![Change::Sales { pid: subject.into(), rows: rows.into() }], behind));
        }
        "events" => {
            // A newer node may tell of what this build does not know, and so does not hold.
            let rows = parts.users().into_iter().filter_map(history::from_text).collect();
            Some(Change::Events { pid: subject.into(), rows })
        }
        other => {
            // A newer node may announce what this build does not know, and so does not cache.
            tracing::debug!(kind = other, "a change of an unknown kind");
            None
        }
    };
    Ok((change.into_iter().collect(), Parts::default()))
}
