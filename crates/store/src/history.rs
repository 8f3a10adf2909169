//! What users did with a merchant and when, as plain facts: what they paid, and which vouchers they received and
//! redeemed.
//!
//! Read from the tables that are the truth, of which there is no second copy. Who holds facts in memory is told of new
//! ones by [`Change::Events`](crate::Change::Events), which the functions announce that write those tables.

mod announce;
mod event;
mod read;

pub(crate) use announce::announce;
pub use event::{Event, Kind};
pub(crate) use event::{from_text, to_text};
pub use read::of_users;
