//! Claims on the coupon page, as a browser without script makes them, among the calls of the writers.

use super::writes::text;
use crate::raw::{Answer, Connection};
use crate::running::{ISV_APP_ID, Running};
use client::Client;
use serde_json::{Value, json};
use std::fmt;
use std::net::SocketAddr;

/// How many coupons a claim gives.
pub(super) const COUPONS: usize = 2;

/// Where calls are sent, and pages are.
pub(super) struct Door {
    pub(super) client: Client,
    /// The provider's.
    pub(super) provider: Client,
    pub(super) address: SocketAddr,
}

impl Door {
    pub(super) fn of(running: &Running) -> Door {
        Door { client: running.client(), provider: running.client_of(ISV_APP_ID, None), address: running.address }
    }
}

/// Why a call is not acknowledged.
pub(super) enum Reply {
    /// It was refused because it has been done.
    DoneBefore,
    /// It was answered with 20000 or what a page has for that, which leaves open whether it was kept.
    Failed,
    /// There was no answer.
    Broken(String),
    /// It should not have been refused.
    Refused(String),
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::DoneBefore => f.write_str("it has been done"),
            Reply::Failed => f.write_str("it failed"),
            Reply::Broken(error) => write!(f, "no answer: {error}"),
            Reply::Refused(answer) => f.write_str(answer),
        }
    }
}

/// What a claim's page shows: the numbers of what its token has given, or nothing where there is a button to press; as
/// JSON, and what vouches for that button.
fn look(address: SocketAddr, page: &str) -> Result<(Value, Option<String>), Reply> {
    let seen = ask(address, &format!("GET {page} HTTP/1.1\r\nhost: shop\r\n\r\n"))?;
    let html = String::from_utf8_lossy(&seen.body);
    let after = |mark: &str| html.split(mark).skip(1).map(str::to_owned).collect::<Vec<_>>();
    let until = |text: &str, end: char| text.split(end).next().unwrap_or_default().to_owned();
    let numbers: Vec<_> = after("class=\"number\">").iter().map(|rest| until(rest, '<')).collect();
    let csrf = after("name=\"csrf\" value=\"").first().map(|rest| until(rest, '"'));
    match (seen.status, numbers.len()) {
        (200, 0 | COUPONS) => Ok((json!(numbers), csrf)),
        (500.., _) => Err(Reply::Failed),
        _ => Err(Reply::Refused(html.into_owned())),
    }
}

/// What the page shows of what was given: nothing before it was.
pub(super) fn seen_on(address: SocketAddr, page: &str) -> Option<String> {
    let (numbers, _) = look(address, page).unwrap_or_else(|reply| panic!("{page}: {reply}"));
    (numbers != json!([])).then(|| numbers.to_string())
}

/// Looks, presses, and looks again.
pub(super) fn claim(address: SocketAddr, request: &Value) -> Result<Value, Reply> {
    let page = text(&request["page"]);
    let (_, csrf) = look(address, &page)?;
    if let Some(csrf) = csrf {
        let (kind, form) = ("content-type: application/x-www-form-urlencoded", format!("csrf={csrf}"));
        let length = form.len();
        let pressed = ask(
            address,
            &format!("POST {page} HTTP/1.1\r\nhost: shop\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{form}"),
        )?;
        match pressed.status {
            303 => {}
            500.. => return Err(Reply::Failed),
            _ => return Err(Reply::Refused(String::from_utf8_lossy(&pressed.body).into_owned())),
        }
    }
    match look(address, &page)? {
        (numbers, None) => Ok(json!({"given": numbers})),
        (_, Some(_)) => Err(Reply::Refused("it was pressed and gives nothing".to_owned())),
    }
}

pub(super) fn ask(address: SocketAddr, request: &str) -> Result<Answer, Reply> {
    let broken = |error: std::io::Error| Reply::Broken(error.to_string());
    Connection::try_open(address).map_err(broken)?.exchange(request.as_bytes()).map_err(broken)
}
