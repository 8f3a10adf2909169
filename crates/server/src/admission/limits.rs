//! How often an app may call, altogether or one method: `--call-limit`.

use crate::rate_limit::RateLimit;
use std::str::FromStr;
use std::time::{Duration, Instant};
use wire::{Rejection, code};

/// The most calls in a unit of time that a limit can allow: each is remembered for that long.
const CALLS_MAX: usize = 100_000;
/// What stands for every app, or for all methods together.
const ALL: &str = "*";

/// A limit as it is written: `METHOD=N/s` for every app, or `APP:METHOD=N/s` for one. `*` for METHOD counts all calls
/// of an app together. The unit is `s`, `m` or `h`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLimit {
    /// The app; `None` is each app by itself.
    app_id: Option<String>,
    /// The method; `None` counts all of them together.
    method: Option<String>,
    /// How many calls.
    calls: usize,
    /// In which time.
    window: Duration,
}

impl FromStr for CallLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<CallLimit, String> {
        let wrong = || format!("{text:?} is no limit: it is like *=100/s, alipay.trade.pay=20/s or APP_ID:*=5/m");
        let (subject, rate) = text.split_once('=').ok_or_else(wrong)?;
        let (app_id, method) = subject.split_once(':').unwrap_or((ALL, subject));
        let (calls, unit) = rate.split_once('/').ok_or_else(wrong)?;
        let window = Duration::from_secs(match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            _ => return Err(wrong()),
        });
        let is_digits = calls.bytes().all(|byte| byte.is_ascii_digit());
        let calls = calls.parse().ok().filter(|_| is_digits).ok_or_else(wrong)?;
        if !(1..=CALLS_MAX).contains(&calls) {
            return Err(format!("{text:?}: a limit allows 1 to {CALLS_MAX} calls"));
        }
        if app_id.is_empty() || method.is_empty() {
            return Err(wrong());
        }
        let name = |name: &str| (name != ALL).then(|| name.to_owned());
        Ok(CallLimit { app_id: name(app_id), method: name(method), calls, window })
    }
}

/// All limits, with what each app has called.
#[derive(Default)]
pub struct CallLimits(Vec<(CallLimit, RateLimit<String>)>);

impl CallLimits {
    /// All of these limits; those that name an app stand in place of the general ones on the same method.
    pub fn new(limits: &[CallLimit]) -> CallLimits {
        CallLimits(limits.iter().map(|limit| (limit.clone(), RateLimit::new(limit.calls, limit.window))).collect())
    }

    /// The apps that limits name.
    pub fn apps(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(limit, _)| limit.app_id.as_deref())
    }

    /// The methods that limits name.
    pub fn methods(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(limit, _)| limit.method.as_deref())
    }

    /// Counts a call at `now`. What is refused is not counted: whoever keeps to the limit on average is served.
    ///
    /// # Errors
    ///
    /// [`code::METHOD_CALL_LIMITED`] beyond a limit on the method, [`code::APP_CALL_LIMITED`] beyond one on all calls.
    pub fn take(&self, app_id: &String, method: &str, now: Instant) -> Result<(), Rejection> {
        let is_for = |limit: &CallLimit| {
            let own = |other: &CallLimit| other.app_id.as_ref() == Some(app_id) && other.method == limit.method;
            let is_of_app = match &limit.app_id {
                Some(named) => named == app_id,
                None => !self.0.iter().any(|(other, _)| own(other)),
            };
            is_of_app && limit.method.as_deref().is_none_or(|named| named == method)
        };
        let refusal = |limit: &CallLimit| match &limit.method {
            Some(_) => code::METHOD_CALL_LIMITED,
            None => code::APP_CALL_LIMITED,
        };
        let asked = || self.0.iter().filter(|(limit, _)| is_for(limit));
        // None is counted where another is over.
        if let Some((limit, _)) = asked().find(|(_, calls)| calls.is_over(app_id, now)) {
            return Err(refusal(limit));
        }
        match asked().find(|(_, calls)| !calls.take(app_id, now)) {
            Some((limit, _)) => Err(refusal(limit)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(texts: &[&str]) -> CallLimits {
        CallLimits::new(&texts.iter().map(|text| text.parse().expect("a limit")).collect::<Vec<_>>())
    }

    #[test]
    fn a_limit_is_read() {
        let check = |text: &str, app_id: Option<&str>, method: Option<&str>, calls, seconds| {
            let limit = CallLimit {
                app_id: app_id.map(str::to_owned),
                method: method.map(str::to_owned),
                calls,
                window: Duration::from_secs(seconds),
            };
            assert_eq!(text.parse(), Ok(limit), "{text}");
        };
        check("*=100/s", None, None, 100, 1);
        check("alipay.trade.pay=20/m", None, Some("alipay.trade.pay"), 20, 60);
        check("2021000000000001:*=1/h", Some("2021000000000001"), None, 1, 3_600);
        check("2021:alipay.trade.pay=100000/s", Some("2021"), Some("alipay.trade.pay"), 100_000, 1);
        for wrong in
            ["", "*", "100", "=1/s", "*=1", "*=/s", "*=1/d", "*=0/s", "*=100001/s", "*=-1/s", "*=+1/s", ":*=1/s"]
        {
            assert!(wrong.parse::<CallLimit>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_app_has_its_own_share_and_the_nearest_limit_counts() {
        let (one, other, now) = ("1".to_owned(), "2".to_owned(), Instant::now());
        let limits = limits(&["*=3/s", "*=9/m", "2:*=1/s", "pay=2/m"]);
        let check = |app_id: &String, method: &str, at: u64, expect: Result<(), Rejection>| {
            assert_eq!(limits.take(app_id, method, now + Duration::from_secs(at)), expect, "{app_id} {method} {at}");
        };
        check(&one, "pay", 0, Ok(()));
        check(&one, "pay", 0, Ok(()));
        check(&one, "pay", 0, Err(code::METHOD_CALL_LIMITED));
        check(&one, "query", 0, Ok(()));
        check(&one, "query", 0, Err(code::APP_CALL_LIMITED));
        check(&other, "query", 0, Ok(()));
        check(&other, "query", 0, Err(code::APP_CALL_LIMITED));
        check(&other, "pay", 1, Ok(()));
        check(&one, "pay", 59, Err(code::METHOD_CALL_LIMITED));
        check(&one, "pay", 60, Ok(()));
        // Two limits on one thing both hold.
        for at in [61, 62] {
            (0..3).for_each(|_| check(&one, "query", at, Ok(())));
            check(&one, "query", at, Err(code::APP_CALL_LIMITED));
        }
        (0..2).for_each(|_| check(&one, "query", 63, Ok(())));
        check(&one, "query", 63, Err(code::APP_CALL_LIMITED));
        check(&one, "query", 64, Err(code::APP_CALL_LIMITED));
        assert_eq!(CallLimits::default().take(&one, "pay", now), Ok(()));
    }
}
