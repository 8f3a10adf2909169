//! `punchcard.clock.show`: the clock's time, and when the next job is due.

use crate::answer::Answer;
use crate::biz::biz;
use crate::clock_driver::{self, ClockView};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};

/// See the module.
pub struct ClockShow;

biz! {
    /// The request.
    pub struct Request {}
}

impl Method for ClockShow {
    const NAME: &'static str = "punchcard.clock.show";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = ClockView;
}

impl OperatorRead for ClockShow {
    async fn run(call: OperatorCall, _: Request) -> Answer<ClockView> {
        Ok(clock_driver::show(&call.app).await?)
    }
}
