//! What the store has of a user, as the columns of members take it.

use segment::{EventKind, Place};
use store::history::{Event, Kind};
use store::member::Position;

/// What a user did, as a member's event.
pub fn event(row: &Event) -> segment::Event {
    let kind = match row.kind {
        Kind::Paid => EventKind::Paid,
        Kind::Received => EventKind::Received,
        Kind::Redeemed => EventKind::Redeemed,
    };
    segment::Event { at: row.at, kind, id: row.id, net_fen: row.net_fen }
}

/// A position as the columns of distances take it.
pub fn place(position: Position) -> Place {
    Place { lon_e7: position.lon_e7, lat_e7: position.lat_e7 }
}
