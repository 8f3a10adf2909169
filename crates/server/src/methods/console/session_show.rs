//! `punchcard.session.show`: who is signed in, and what that operator may see and do.

use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::dispatch::may_call;
use crate::methods::entry::Entry;
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::{Tx, world};

/// See the module.
pub struct SessionShow;

biz! {
    /// The request.
    pub struct Request {}
}

/// An operator who is signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SessionView {
    /// The operator's name; `local` for whoever sits at a stand-in's own machine.
    name: String,
    /// `stand-in` or `platform`.
    mode: String,
    /// The build's version.
    version: String,
    /// The merchants that the operator may see, by PID.
    merchants: Vec<MerchantGrant>,
    /// The methods that the operator may call for one of them or for the whole store, by name.
    methods: Vec<String>,
}

/// A merchant that an operator may see.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MerchantGrant {
    pid: String,
    /// Its name; its PID if it has none.
    name: String,
    /// The rights that the operator has for it: `read`, `market`, `money`, `develop`, `own`.
    rights: Vec<String>,
}

impl Method for SessionShow {
    const NAME: &'static str = "punchcard.session.show";
    const DOORS: Doors = Doors::CONSOLE;
    const NEED: Need = Need::Nothing;
    type Request = Request;
    type Response = SessionView;
}

impl OperatorRead for SessionShow {
    async fn run(call: OperatorCall, _: Request) -> Answer<SessionView> {
        let actor = call.actor.clone();
        let merchants = move |tx: &mut Tx| {
            let seen = world::merchants(tx)?.into_iter().filter_map(|pid| Some((actor.rights_for(&pid)?, pid)));
            let named = seen.map(|(rights, pid)| {
                let rights = Need::RIGHTS.into_iter().filter(|&need| rights.allow(need));
                let rights = rights.map(|need| need.name().to_owned()).collect();
                Ok::<_, store::Fault>(MerchantGrant { name: world::merchant_label(tx, &pid)?, pid, rights })
            });
            named.collect::<Result<Vec<_>, _>>()
        };
        let OperatorCall { app, actor, .. } = call;
        let methods = Entry::all(Doors::CONSOLE).filter(|entry| may_call(&actor, entry));
        Ok(SessionView {
            name: actor.name.clone(),
            mode: app.store.mode().name().to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            merchants: app.store.read(merchants).await?,
            methods: methods.map(|entry| entry.name.to_owned()).collect(),
        })
    }
}
