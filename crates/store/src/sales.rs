//! What each member paid a merchant, less what was refunded: the sums that a count of members adds up.

pub(crate) mod add;
mod read;
pub(crate) mod row;

pub use add::{add, hold};
pub(crate) use add::{hold_many, move_many};
pub(crate) use read::payers;
pub use read::{get, get_many, scan};
pub use row::Sales;
