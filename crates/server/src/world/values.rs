//! The values of a world file that stand in one field: account ids, balances, degrees.

use serde::de::{Deserialize, Deserializer, Error};
use store::world::BALANCE_FEN_MAX;
use wire::money;

/// What is wrong with one table.
pub(super) type Checked<T> = Result<T, String>;

/// A merchant's or a person's account id: 16 digits that begin with 2088.
pub fn account_id(name: &str, text: &str) -> Checked<String> {
    if text.len() == 16 && text.starts_with("2088") && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(format!("{name} {text:?} must be 16 digits that begin with 2088"))
}

/// A balance, where one is stated.
pub(super) fn fen(balance: Option<&str>) -> Checked<Option<i64>> {
    let Some(text) = balance else { return Ok(None) };
    let fen = money::parse(text).ok_or_else(|| format!("balance {text:?} must be yuan with at most two decimals"))?;
    if BALANCE_FEN_MAX < fen {
        return Err(format!(
            "balance {text:?} is above {}, the most that an account can have",
            money::format(BALANCE_FEN_MAX)
        ));
    }
    Ok(Some(fen))
}

/// Degrees as integers of 1e-7, about a centimetre.
pub fn degrees_e7(name: &str, text: Option<&str>, limit: i32) -> Checked<Option<i32>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let degrees: f64 = text.trim().parse().map_err(|_| format!("{name} {text:?} must be degrees"))?;
    if degrees.is_nan() || f64::from(limit) < degrees.abs() {
        return Err(format!("{name} {text:?} must be within ±{limit}"));
    }
    #[expect(clippy::cast_possible_truncation, reason = "±180e7 fits")]
    Ok(Some((degrees * 1e7).round() as i32))
}

/// Names of hosts, or IP addresses: without scheme, port, path and brackets.
pub(super) fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let hosts = Vec::<String>::deserialize(deserializer)?;
    let is_host = |host: &&String| {
        let is_name = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        !host.is_empty() && (is_name || host.parse::<std::net::Ipv6Addr>().is_ok())
    };
    match hosts.iter().find(|host| !is_host(host)) {
        Some(host) => Err(D::Error::custom(format!("{host:?} must be the name of a host, as shop.example.com"))),
        None => Ok(hosts),
    }
}
