//! Who operates, beside the merchant: what many Koubei methods are told alike.

use crate::biz::{choice, invalid};
use wire::Rejection;

choice! {
    /// What an operator is.
    pub enum OperatorType {
        /// The merchant.
        Mer = "MER",
        /// One of the merchant's staff.
        MerOperator = "MER_OPERATOR",
        /// The service provider that acts for the merchant.
        Provider = "PROVIDER",
        /// One of the service provider's staff.
        ProviderStaff = "PROVIDER_STAFF",
    }
}

/// operator_id and operator_type appear together or not at all (必须和operator_type配对出现).
pub fn is_paired(id: Option<&str>, operator_type: Option<OperatorType>) -> Result<(), Rejection> {
    match (id, operator_type) {
        (Some(_), None) => Err(invalid("operator_type", "必须和operator_id配对出现")),
        (None, Some(_)) => Err(invalid("operator_id", "必须和operator_type配对出现")),
        _ => Ok(()),
    }
}
