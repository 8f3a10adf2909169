//! Revoking a consent: whatever tokens there are of it work no more, and codes that wait for being exchanged are worth
//! nothing.

use crate::directory;
use crate::keys::token_key;
use store::world::{self, Authorization};
use store::{Fault, Tx, auth_code, user_authorization};

/// Whose consent it is, and whom it was given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A merchant's.
    ByMerchant {
        /// The service provider's app.
        app_id: String,
        /// The merchant.
        pid: String,
    },
    /// A member's.
    ByMember {
        /// The app.
        app_id: String,
        /// The user.
        user_id: String,
    },
}

/// The first digits of a token's hash, by which a list names it without telling it.
pub const NAME_DIGITS: usize = 16;

/// The name of an authorization in a list: digits of its token's hash, whatever it is kept by.
pub fn name(authorization: &Authorization) -> String {
    let key = &authorization.token_key;
    let hash = if key.len() <= directory::TOKEN_BYTES_MAX { token_key(key) } else { key.clone() };
    hash.chars().take(NAME_DIGITS).collect()
}

/// The consent that a token is of, or that a list calls so: an `app_auth_token`, an access token, or a refresh token of
/// either.
pub fn find(tx: &mut Tx, token_or_name: &str) -> Result<Option<Given>, Fault> {
    let by_merchant = |found: Authorization| Given::ByMerchant { app_id: found.app_id, pid: found.pid };
    if let Some(found) = directory::authorization(tx, token_or_name)? {
        return Ok(Some(by_merchant(found)));
    }
    let key = token_key(token_or_name);
    if let Some(found) = world::authorization_of_refresh(tx, &key)? {
        return Ok(Some(by_merchant(found)));
    }
    if let Some(found) = user_authorization::of_key(tx, &key)? {
        return Ok(Some(Given::ByMember { app_id: found.app_id, user_id: found.user_id }));
    }
    if token_or_name.len() != NAME_DIGITS {
        return Ok(None);
    }
    if let Some(found) = world::authorizations(tx)?.into_iter().find(|one| name(one) == token_or_name) {
        return Ok(Some(by_merchant(found)));
    }
    let found = user_authorization::newest(tx, None, None, u32::MAX)?;
    let found = found.into_iter().find(|one| one.access_key.starts_with(token_or_name));
    Ok(found.map(|found| Given::ByMember { app_id: found.app_id, user_id: found.user_id }))
}

/// Ends it at `at`, UTC milliseconds; how many tokens and codes worked until now.
pub fn revoke(tx: &mut Tx, given: &Given, at: i64) -> Result<u64, Fault> {
    match given {
        Given::ByMerchant { app_id, pid } => {
            world::hold_authorizations(tx, app_id)?;
            let ended = world::revoke_authorizations(tx, app_id, pid)?;
            Ok(ended + auth_code::void(tx, app_id, pid, true, at)?)
        }
        Given::ByMember { app_id, user_id } => {
            world::hold_account(tx, user_id)?;
            let codes = auth_code::void(tx, app_id, user_id, false, at)?;
            Ok(codes + user_authorization::end_all(tx, app_id, user_id, at)?)
        }
    }
}
