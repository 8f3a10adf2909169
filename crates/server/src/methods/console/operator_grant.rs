//! `punchcard.operator.grant`: gives an operator a role for a merchant or for all, or takes it. The operator's sessions
//! end.

use super::Argument;
use super::operator::{OperatorView, end_ways_in, give, granted_pid, keeping_an_owner, of_merchant, role, view};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use domain::operator::Grant;
use store::{Tx, operator};

/// See the module.
pub struct OperatorGrant;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant; all when absent.
        pid: Option<Argument>,
        /// The operator.
        name: Argument,
        /// The role; none takes what the operator is there.
        role: Option<Argument>,
        /// The app that the operator acts as; whichever may act for the merchant when absent.
        app_id: Option<Argument>,
    }
}

impl Method for OperatorGrant {
    const NAME: &'static str = "punchcard.operator.grant";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = OperatorView;
}

impl OperatorWrite for OperatorGrant {
    fn action(request: &Request) -> (&'static str, String) {
        ("change an operator's role", request.name.to_string())
    }

    fn outcome(view: &OperatorView) -> String {
        view.grants.iter().map(|grant| format!("{} of {}", grant.role, grant.pid)).collect::<Vec<_>>().join(", ")
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<OperatorView> {
        let Request { pid, name, role: named, app_id } = request;
        let [pid, app_id] = [pid, app_id].map(|text| text.map(|text| text.to_string()));
        let name = name.to_string();
        let role = named.map(|text| role(&text)).transpose()?;
        let OperatorCall { app, actor, .. } = call;
        let write = move |tx: &mut Tx| {
            keeping_an_owner(tx, &actor, |tx| {
                let operator = of_merchant(tx, &name, pid.as_deref())?;
                let for_pid = granted_pid(tx, pid.as_deref())?;
                match role {
                    Some(role) => {
                        let grant = Grant { pid: for_pid, role, app_id: app_id.clone() };
                        give(tx, &name, &grant)?;
                    }
                    None => drop(operator::ungrant(tx, &name, &for_pid)?),
                }
                end_ways_in(tx, &name)?;
                Ok(view(tx, operator, pid.as_deref())?)
            })
        };
        app.store.write(write).await
    }
}
