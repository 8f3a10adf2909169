//! `punchcard.key.owner`: whose key one is, by its fingerprint: the platform's, or which apps'.

use super::Argument;
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct KeyOwner;

biz! {
    /// The request.
    pub struct Request {
        /// The SHA-256 of the key's SubjectPublicKeyInfo, in hexadecimal digits.
        fingerprint: Argument,
    }
}

/// Whose key it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OwnerView {
    /// Whether the platform signs with it.
    pub is_platform: bool,
    /// The apps whose calls are verified with it.
    pub app_ids: Vec<String>,
}

impl Method for KeyOwner {
    const NAME: &'static str = "punchcard.key.owner";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Develop;
    type Request = Request;
    type Response = OwnerView;
}

impl OperatorRead for KeyOwner {
    async fn run(call: OperatorCall, request: Request) -> Answer<OwnerView> {
        let fingerprint = request.fingerprint.to_string();
        let keys = call.app.directory.keys(usize::MAX);
        let of_apps = keys.into_iter().filter(|(_, key)| key.fingerprint() == fingerprint);
        Ok(OwnerView {
            is_platform: call.app.signer.public_key().fingerprint() == fingerprint,
            app_ids: of_apps.map(|(app_id, _)| app_id).collect(),
        })
    }
}
