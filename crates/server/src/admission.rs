//! What a call with a good signature must meet before it runs, where the operator asks for it: how often an app may
//! call, how old a call may be, that it was not received before. All of it is off unless it is set.
//!
//! Counted in this process, as every [`RateLimit`](crate::rate_limit::RateLimit) is: behind several processes each
//! allows its own share, and knows only the calls that it has received itself.

mod freshness;
mod limits;
mod received;

pub use freshness::Freshness;
pub use limits::{CallLimit, CallLimits};
pub use received::Received;

/// The settings of `serve`.
#[derive(Default)]
pub struct Admission {
    /// How often apps may call.
    pub limits: CallLimits,
    /// How old calls may be, and whether one may come again.
    pub freshness: Freshness,
}
