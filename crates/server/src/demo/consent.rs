//! A second app of the demo's service provider, which nobody has authorised yet: its consent pages are there to be
//! tried.

use super::{Demo, ISV_PID, LOGIN, USER_LOGIN};
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use wire::percent_encoded;

/// The app. Its key is that of the provider's other app.
pub(super) const APP_ID: &str = "2021000000000004";
/// What a client needs to know to call as this app, as `punchcard call --app` reads it.
pub(super) const FILE: &str = "consent.json";

/// The pages, and who may agree there, as `demo.json` tells.
#[derive(Serialize, Deserialize)]
pub(super) struct ConsentApp {
    app_id: String,
    /// Where the merchant lets the app act for it.
    pub(super) merchant_page: String,
    merchant_login_id: String,
    /// Where a member lets the app know who they are.
    member_page: String,
    member_login_id: String,
    /// The PIN of both.
    pay_pin: String,
}

/// `consent.json`.
#[derive(Serialize)]
pub(super) struct Identity<'a> {
    gateway_url: &'a str,
    app_id: &'a str,
    app_private_key_pkcs8: &'a str,
    alipay_public_key: &'a str,
}

/// The app's table of the demo's world.
pub(super) fn table(key: &str) -> String {
    format!("[[app]]\napp_id = \"{APP_ID}\"\npid = \"{ISV_PID}\"\npublic_key = \"{key}\"\nisv = true\n")
}

/// The pages at this address; browsers come back to the page at `/`.
pub(super) fn describe(address: SocketAddr) -> ConsentApp {
    let back = percent_encoded(&format!("http://{address}/"));
    let page = |name: &str, scope: &str| {
        format!("http://{address}/oauth2/{name}.htm?app_id={APP_ID}{scope}&redirect_uri={back}&state=demo")
    };
    ConsentApp {
        app_id: APP_ID.to_owned(),
        merchant_page: page("appToAppAuth", ""),
        merchant_login_id: LOGIN.to_owned(),
        member_page: page("publicAppAuthorize", "&scope=auth_base"),
        member_login_id: USER_LOGIN.to_owned(),
        pay_pin: "111111".to_owned(),
    }
}

/// What a client needs to know.
pub(super) fn identity(demo: &Demo) -> Identity<'_> {
    Identity {
        gateway_url: &demo.gateway_url,
        app_id: APP_ID,
        app_private_key_pkcs8: &demo.isv.app_private_key_pkcs8,
        alipay_public_key: &demo.alipay_public_key,
    }
}
