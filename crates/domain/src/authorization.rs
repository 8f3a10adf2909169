//! Consent: a merchant lets a service provider's app act for it, a member lets an app know who they are.
//!
//! A page hands out a code, which its app exchanges once for a pair of tokens: one to call with, one to have a new pair
//! for (`docs/decisions.md`, "Consent"). Times are UTC milliseconds. A code or token is known by a hash of it alone.

use crate::Refusal;

/// How long a code can be exchanged.
pub const CODE_LIFE_MS: i64 = 10 * 60 * SECOND_MS;
/// How long a code that is over, or a pair that can be had anew no more, is told from one that never was.
pub const REMEMBERED_MS: i64 = 24 * 60 * 60 * SECOND_MS;
/// How long an app may act for a merchant with one token: a year.
pub const APP_TOKEN_LIFE_MS: i64 = 31_536_000 * SECOND_MS;
/// How long a new pair can be had for the refresh token of a merchant's consent: a week more.
pub const APP_REFRESH_LIFE_MS: i64 = 32_140_800 * SECOND_MS;
/// How long an app knows a member with one token: fifteen days.
pub const USER_TOKEN_LIFE_MS: i64 = 1_296_000 * SECOND_MS;
/// How long a new pair can be had for the refresh token of a member's consent: thirty days.
pub const USER_REFRESH_LIFE_MS: i64 = 2_592_000 * SECOND_MS;

const SECOND_MS: i64 = 1_000;

/// What somebody has agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// A merchant: the app acts for it.
    Merchant {
        /// The merchant's own app.
        auth_app_id: String,
        /// What the app may call; `*` is everything.
        methods: Vec<String>,
    },
    /// A member: the app knows who they are.
    Member {
        /// What more it may know.
        scopes: Vec<String>,
    },
}

/// What a consent page has handed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The app that may exchange it.
    pub app_id: String,
    /// The merchant or the user who has agreed.
    pub account_id: String,
    /// To what.
    pub consent: Consent,
    /// When it was handed out.
    pub created_at: i64,
    /// The first moment at which it is worth nothing.
    pub expires_at: i64,
    /// Whether it was used up.
    pub used: bool,
}

impl Code {
    /// A code that is handed out at `now` to whoever `app_id` is.
    pub fn new(app_id: &str, account_id: &str, consent: Consent, now: i64) -> Code {
        let (app_id, account_id) = (app_id.to_owned(), account_id.to_owned());
        Code { app_id, account_id, consent, created_at: now, expires_at: now + CODE_LIFE_MS, used: false }
    }

    /// Whether this app may exchange it at `now`. Whose it is comes before what became of it.
    pub fn exchange(&self, app_id: &str, now: i64) -> Result<(), Refusal> {
        if self.app_id != app_id {
            return Err(Refusal::AuthOfAnotherApp);
        }
        if self.used || self.expires_at <= now { Err(Refusal::AuthCodeNotValid) } else { Ok(()) }
    }
}

/// The refresh token of a merchant's consent, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppRefresh<'a> {
    /// The app that has it.
    pub app_id: &'a str,
    /// Whether the pair that it belongs to works.
    pub enabled: bool,
    /// Whether a newer pair has taken its place.
    pub replaced: bool,
    /// The first moment at which it is worth nothing.
    pub until: i64,
}

impl AppRefresh<'_> {
    /// Whether this app may have a new pair for it at `now`.
    pub fn exchange(&self, app_id: &str, now: i64) -> Result<(), Refusal> {
        if self.app_id != app_id {
            Err(Refusal::AuthOfAnotherApp)
        } else if self.replaced {
            Err(Refusal::RefreshTokenNotValid)
        } else if !self.enabled {
            Err(Refusal::AuthorizationRevoked)
        } else if self.until <= now {
            Err(Refusal::RefreshTokenTimeOut)
        } else {
            Ok(())
        }
    }
}

/// A pair of tokens by which an app knows a member. Both are known by a hash alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserTokens {
    /// What the refresh token is found by.
    pub refresh_key: String,
    /// What the access token is found by.
    pub access_key: String,
    /// The app.
    pub app_id: String,
    /// The user.
    pub user_id: String,
    /// What the app may know.
    pub scopes: Vec<String>,
    /// When the pair was given.
    pub granted_at: i64,
    /// The first moment at which the access token is worth nothing.
    pub expires_at: i64,
    /// The first moment at which the refresh token is worth nothing.
    pub refresh_until: i64,
    /// Whether it was revoked, or a newer pair was had for it.
    pub ended: bool,
}

impl UserTokens {
    /// The pair that is given at `now` under these keys.
    pub fn new(keys: [String; 2], app_id: &str, user_id: &str, scopes: Vec<String>, now: i64) -> UserTokens {
        let [access_key, refresh_key] = keys;
        UserTokens {
            refresh_key,
            access_key,
            app_id: app_id.to_owned(),
            user_id: user_id.to_owned(),
            scopes,
            granted_at: now,
            expires_at: now + USER_TOKEN_LIFE_MS,
            refresh_until: now + USER_REFRESH_LIFE_MS,
            ended: false,
        }
    }

    /// Whether this app may have a new pair for its refresh token at `now`.
    pub fn refresh(&self, app_id: &str, now: i64) -> Result<(), Refusal> {
        if self.app_id != app_id {
            Err(Refusal::AuthOfAnotherApp)
        } else if self.ended {
            Err(Refusal::RefreshTokenNotValid)
        } else if self.refresh_until <= now {
            Err(Refusal::RefreshTokenTimeOut)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_767_240_000_000;

    #[test]
    fn a_code_is_exchanged_by_its_app_in_its_time_once() {
        let consent = Consent::Member { scopes: vec!["auth_base".to_owned()] };
        let code = Code::new("2021a", "2088a", consent, NOW);
        let used = Code { used: true, ..code.clone() };
        for (code, app_id, at, expect) in [
            (&code, "2021a", NOW, Ok(())),
            (&code, "2021a", NOW + CODE_LIFE_MS - 1, Ok(())),
            (&code, "2021a", NOW + CODE_LIFE_MS, Err(Refusal::AuthCodeNotValid)),
            (&used, "2021a", NOW, Err(Refusal::AuthCodeNotValid)),
            (&code, "2021b", NOW, Err(Refusal::AuthOfAnotherApp)),
            (&used, "2021b", NOW + CODE_LIFE_MS, Err(Refusal::AuthOfAnotherApp)),
        ] {
            assert_eq!(code.exchange(app_id, at), expect, "{app_id} {at}");
        }
    }

    #[test]
    fn a_refresh_token_of_a_merchants_consent_says_what_became_of_it() {
        let live = AppRefresh { app_id: "2021a", enabled: true, replaced: false, until: NOW + 1 };
        for (refresh, app_id, at, expect) in [
            (live, "2021a", NOW, Ok(())),
            (live, "2021a", NOW + 1, Err(Refusal::RefreshTokenTimeOut)),
            (AppRefresh { enabled: false, ..live }, "2021a", NOW, Err(Refusal::AuthorizationRevoked)),
            (
                AppRefresh { enabled: false, replaced: true, ..live },
                "2021a",
                NOW + 1,
                Err(Refusal::RefreshTokenNotValid),
            ),
            (AppRefresh { enabled: false, ..live }, "2021b", NOW, Err(Refusal::AuthOfAnotherApp)),
        ] {
            assert_eq!(refresh.exchange(app_id, at), expect, "{refresh:?} {app_id} {at}");
        }
    }

    #[test]
    fn a_refresh_token_of_a_members_consent_too() {
        let keys = ["access".to_owned(), "refresh".to_owned()];
        let live = UserTokens::new(keys, "2021a", "2088a", Vec::new(), NOW);
        let ended = UserTokens { ended: true, ..live.clone() };
        let late = NOW + USER_REFRESH_LIFE_MS;
        assert_eq!((live.access_key.as_str(), live.refresh_key.as_str()), ("access", "refresh"));
        for (tokens, app_id, at, expect) in [
            (&live, "2021a", late - 1, Ok(())),
            (&live, "2021a", late, Err(Refusal::RefreshTokenTimeOut)),
            (&ended, "2021a", NOW, Err(Refusal::RefreshTokenNotValid)),
            (&ended, "2021b", NOW, Err(Refusal::AuthOfAnotherApp)),
        ] {
            assert_eq!(tokens.refresh(app_id, at), expect, "{app_id} {at}");
        }
    }
}
