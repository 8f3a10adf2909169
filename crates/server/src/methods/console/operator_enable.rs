//! `punchcard.operator.enable`: lets an operator sign in, or not any more. The operator's sessions end.

use super::Argument;
use super::operator::{OperatorView, end_ways_in, keeping_an_owner, of_merchant, view};
use crate::answer::Answer;
use crate::biz::{Flag, biz};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use store::operator::Operator;
use store::{Tx, operator};

/// See the module.
pub struct OperatorEnable;

biz! {
    /// The request.
    pub struct Request {
        /// Only if the operator is this merchant's alone.
        pid: Option<Argument>,
        /// The operator.
        name: Argument,
        /// Whether the operator may sign in.
        enabled: Flag,
    }
}

impl Method for OperatorEnable {
    const NAME: &'static str = "punchcard.operator.enable";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    type Request = Request;
    type Response = OperatorView;
}

impl OperatorWrite for OperatorEnable {
    fn action(request: &Request) -> (&'static str, String) {
        (if request.enabled.0 { "enable an operator" } else { "disable an operator" }, request.name.to_string())
    }

    fn outcome(view: &OperatorView) -> String {
        if view.enabled { "enabled".to_owned() } else { "disabled".to_owned() }
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<OperatorView> {
        let Request { pid, name, enabled } = request;
        let (pid, name) = (pid.map(|text| text.to_string()), name.to_string());
        let OperatorCall { app, actor, .. } = call;
        let write = move |tx: &mut Tx| {
            keeping_an_owner(tx, &actor, |tx| {
                let operator = of_merchant(tx, &name, pid.as_deref())?;
                operator::enable(tx, &name, enabled.0)?;
                end_ways_in(tx, &name)?;
                Ok(view(tx, Operator { is_enabled: enabled.0, ..operator }, pid.as_deref())?)
            })
        };
        app.store.write(write).await
    }
}
