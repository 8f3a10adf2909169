//! A member's sum as the table has it.

use crate::engine::fault::Fault;
use crate::engine::row::{FromRow, Row};

/// A member's net payments with a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sales {
    /// Whose.
    pub user_id: String,
    /// Paid less refunded, fen.
    pub net_fen: i64,
    /// 1 with the first payment, one more with each change.
    pub version: i64,
}

impl FromRow for Sales {
    fn from_row(row: &dyn Row) -> Result<Sales, Fault> {
        let (user_id, net_fen, version) = FromRow::from_row(row)?;
        Ok(Sales { user_id, net_fen, version })
    }
}
