//! How a sponsor pays for a template: with the form of the template's page.

use std::io::{Error, Result};

use crate::server::Server;

/// What every user of a stand-in has.
const PIN: &str = "111111";

/// Pays at the address that the template's maker was told.
pub(super) fn pay(server: &mut Server, confirm_uri: &str) -> Result<()> {
    let target = confirm_uri.splitn(4, '/').nth(3).unwrap_or_default();
    let page = server.ask(format!("GET /{target} HTTP/1.1\r\nhost: bench\r\n\r\n").as_bytes())?;
    let page = String::from_utf8_lossy(&page);
    let csrf = page.split_once("name=\"csrf\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let Some((csrf, _)) = csrf else { return Err(Error::other(format!("no form in {page}"))) };
    let form = format!("csrf={csrf}&pin={PIN}");
    let head = format!("POST /{target} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded");
    let request = format!("{head}\r\ncontent-length: {}\r\n\r\n{form}", form.len());
    let answer = server.ask(request.as_bytes())?;
    if answer.starts_with(b"HTTP/1.1 303") {
        return Ok(());
    }
    Err(Error::other(String::from_utf8_lossy(&answer).into_owned()))
}
