//! What the open platform itself offers: certificates, and what merchants have authorised apps for.

pub mod alipaycert_download;
pub mod auth_token_app;
pub mod auth_token_app_query;

use super::{Answer, Call, refusals};
use store::Tx;
use store::world::{self, App};

/// The calling app, which must be a service provider's.
fn provider(call: &Call, tx: &mut Tx) -> Answer<App> {
    let app = world::app(tx, &call.caller.app_id)?.filter(|app| app.isv);
    Ok(app.ok_or(refusals::APP_NOT_ISV)?)
}
