//! `punchcard.crowd.sample`: some members of a crowd, or of conditions that nobody has saved yet, each with the values
//! for which it is in. The same seed gives the same ones, while the members stay as they are.

use super::crowd::{conditions, find};
use super::member::{MemberName, expect_merchant};
use super::{Argument, wrong};
use crate::acts::crowd::audience::all_tags;
use crate::acts::crowd::conditions::Conditions;
use crate::acts::crowd::sample::sample;
use crate::acts::crowd::words::{Words, words};
use crate::answer::Answer;
use crate::biz::{Positive, biz};
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::tag::Tag;
use serde::{Deserialize, Serialize};
use store::member::Member;
use store::{Fault, Tx, world};

/// See the module.
pub struct CrowdSample;

/// How many members a sample has, where so many are found.
const MEMBERS: usize = 20;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// The crowd.
        crowd: Option<Argument>,
        /// The conditions of a draft, as `crowd.create` takes them. One of both is required.
        conditions: Option<Conditions>,
        /// Which sample: another number, other members. 1 when absent.
        seed: Option<Positive<4_294_967_295>>,
    }
}

/// A sample.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SampleView {
    /// The conditions in words.
    pub words: Vec<Words>,
    /// Up to twenty members. A crowd of very few among very many may have some that were not found.
    pub members: Vec<SampledMember>,
    /// How many of the merchant's members were looked at to find these.
    pub looked_at: usize,
}

/// A member of the sample.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SampledMember {
    /// Who it is.
    #[serde(flatten)]
    pub name: MemberName,
    /// For each condition the member's value, by its label where it has one; nothing where it is unknown.
    pub values: Vec<Option<String>>,
}

impl Method for CrowdSample {
    const NAME: &'static str = "punchcard.crowd.sample";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = SampleView;
}

impl OperatorRead for CrowdSample {
    async fn run(call: OperatorCall, request: Request) -> Answer<SampleView> {
        let now = call.app.clock.now();
        super::read_in(&call.app, move |tx: &mut Tx| view(tx, &request, now)).await
    }
}

fn view(tx: &mut Tx, request: &Request, now: i64) -> Answer<SampleView> {
    let pid: &str = &request.pid;
    expect_merchant(tx, pid)?;
    let tags = all_tags(tx, pid)?;
    let conditions = match (&request.crowd, &request.conditions) {
        (Some(crowd), None) => conditions(&find(tx, pid, crowd)?)?,
        (None, Some(draft)) => {
            draft.check(&tags)?;
            draft.clone()
        }
        _ => return Err(wrong("name either a crowd or the conditions of a draft")),
    };
    let seed = request.seed.map_or(1, |Positive(seed)| seed);
    let found = sample(tx, pid, &conditions.rule(&tags)?, &tags, seed, MEMBERS, now)?;
    let codes: Vec<&str> = conditions.elements_in_parts().map(|(_, code, _)| code).collect();
    let member = |row: &Member| {
        let account = world::account(tx, &row.user_id)?;
        let values = codes.iter().map(|code| value(row, code, &tags)).collect();
        Ok(SampledMember { name: MemberName::of(&row.user_id, account.as_ref()), values })
    };
    let members = found.members.iter().map(member).collect::<Result<_, Fault>>()?;
    Ok(SampleView { words: words(&conditions, &tags), members, looked_at: found.looked_at })
}

fn value(row: &Member, code: &str, tags: &[Tag]) -> Option<String> {
    let value = row.tags.get(code)?;
    let tag = tags.iter().find(|tag| tag.code == code);
    Some(tag.map_or_else(|| value.to_string(), |tag| tag.label(&value).to_owned()))
}
