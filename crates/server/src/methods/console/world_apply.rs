//! `punchcard.world.apply`: a world file's text is applied to the store, all of it or nothing.

use super::wrong;
use crate::answer::Answer;
use crate::biz::{Text, biz};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use crate::world::{self, ApplyError, ApplyReport, WorldText};
use serde::{Deserialize, Serialize};

/// See the module.
pub struct WorldApply;

biz! {
    /// The request.
    pub struct Request {
        /// The text, with every file in it that the file names.
        text: Option<Text<{ 1 << 30 }>>,
    }
}

/// What came of a world file. A refusal is part of the answer: it names the table that it is about, whose line the
/// reader of the file knows.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// It was applied.
    Applied(ApplyReport),
    /// It contradicts what the store has, and nothing was applied.
    Refused {
        /// The kind of the table that is meant.
        table: String,
        /// That table's id.
        id: String,
        /// What is wrong.
        message: String,
    },
}

impl Method for WorldApply {
    const NAME: &'static str = "punchcard.world.apply";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Own;
    /// A world file has PINs in it.
    const HIDDEN: &'static [&'static str] = &["text"];
    type Request = Request;
    type Response = Response;
}

impl OperatorWrite for WorldApply {
    fn action(_: &Request) -> (&'static str, String) {
        ("apply a world", String::new())
    }

    fn is_refused(response: &Response) -> bool {
        matches!(response, Response::Refused { .. })
    }

    fn outcome(response: &Response) -> String {
        match response {
            Response::Applied(applied) => format!("{} things, {} changed", applied.things, applied.changed),
            Response::Refused { message, .. } => format!("refused: {message}"),
        }
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<Response> {
        let text = request.text.map_or_else(String::new, |text| text.to_string());
        let world = WorldText::new(text).world().map_err(|error| wrong(error.to_string()))?;
        match world::apply(&call.app, world).await {
            Ok(applied) => Ok(Response::Applied(applied)),
            Err(ApplyError::Refused { table, id, message }) => {
                Ok(Response::Refused { table: table.to_owned(), id, message })
            }
            Err(ApplyError::Store(fault)) => Err(fault.into()),
        }
    }
}
