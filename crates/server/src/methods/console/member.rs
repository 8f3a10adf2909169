//! A member of a merchant, as operators see one: by whom, and masked.

use super::not_found;
use crate::answer::{Answer, CallError};
use domain::login::masked;
use serde::{Deserialize, Serialize};
use store::world::Account;
use store::{Tx, world};

/// Who a member is. What people call themselves is masked: `132****6350`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MemberName {
    /// The account id.
    pub user_id: String,
    /// The login id; absent where the account has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_id: Option<String>,
    /// The nickname on Taobao; absent where the account has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taobao_nick: Option<String>,
}

impl MemberName {
    /// Of a user, whose account there may be.
    pub fn of(user_id: &str, account: Option<&Account>) -> MemberName {
        let hidden = |text: &Option<String>| text.as_deref().map(masked);
        MemberName {
            user_id: user_id.to_owned(),
            login_id: account.and_then(|account| hidden(&account.login_id)),
            taobao_nick: account.and_then(|account| hidden(&account.taobao_nick)),
        }
    }
}

/// Refuses a merchant that does not exist.
pub fn expect_merchant(tx: &mut Tx, pid: &str) -> Answer<()> {
    let found = world::merchant(tx, pid).map_err(CallError::from)?;
    found.map(drop).ok_or_else(|| not_found("no such merchant"))
}
