//! `punchcard.crowd.list`: a merchant's crowds, the newest first: what each asks for, in words, how many members it has
//! now, and what uses it.

use super::audience::TagCondition;
use super::crowd::{conditions, count_steps, load};
use super::member::expect_merchant;
use super::{Argument, Limit, wrong};
use crate::acts::crowd::audience::all_tags;
use crate::acts::crowd::words::{Words, words};
use crate::answer::{Answer, CallError};
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use domain::crowd::Crowd;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, activity, crowd, voucher_batch};
use wire::time;

/// See the module.
pub struct CrowdList;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// Only crowds whose name contains this.
        name: Option<Argument>,
        /// Only what is behind this place, the `next` of an answer.
        after: Option<Argument>,
        /// How many at most; 100 are the most of a page.
        limit: Limit,
    }
}

/// The most crowds of a page: each is counted.
const PAGE_MAX: u32 = 100;
/// More uses of a crowd are not counted.
const USES_MAX: u32 = 1_000;

/// A page of crowds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Crowds {
    /// The newest first.
    pub crowds: Vec<CrowdView>,
    /// The place to go on from; absent at the end.
    pub next: Option<String>,
}

/// A crowd.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CrowdView {
    /// Its id.
    pub crowd_id: String,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: String,
    /// Its conditions, as they are saved.
    pub conditions: Vec<TagCondition>,
    /// The same in words.
    pub words: Vec<Words>,
    /// How many members it has now; absent where its conditions no longer fit the merchant's tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many activities are for it, those that are over among them.
    pub activities: usize,
    /// How many times vouchers were sent to it.
    pub batches: usize,
}

impl Method for CrowdList {
    const NAME: &'static str = "punchcard.crowd.list";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Crowds;
}

impl OperatorRead for CrowdList {
    async fn run(call: OperatorCall, request: Request) -> Answer<Crowds> {
        let app = &call.app;
        let limit = super::limit(request.limit).min(PAGE_MAX);
        let before = request.after.as_deref().map(place).transpose()?.unwrap_or((i64::MAX, i64::MAX));
        let pid = request.pid.to_string();
        let read = move |tx: &mut Tx| {
            expect_merchant(tx, &request.pid)?;
            let name = request.name.as_deref().unwrap_or_default();
            let mut found = crowd::older(tx, &request.pid, name, before, limit + 1)?;
            let has_more = (limit as usize) < found.len();
            found.truncate(limit as usize);
            let uses = found.iter().map(|crowd| uses(tx, crowd)).collect::<Result<Vec<_>, Fault>>()?;
            Ok::<_, CallError>((found, uses, all_tags(tx, &request.pid)?, has_more))
        };
        let (found, uses, tags, has_more) = app.store.read(read).await?;
        load(app, &pid).await?;
        let next = found.last().filter(|_| has_more).map(|last| format!("{}.{}", last.id.created_at, last.id.number));
        let view = |(crowd, (activities, batches)): (Crowd, (usize, usize))| {
            let conditions = conditions(&crowd)?;
            let total = match conditions.rule(&tags) {
                Ok(rule) => Some(count_steps(app, &pid, &tags, &[], &rule, &[])?.1.total),
                Err(_) => None,
            };
            Ok(CrowdView {
                crowd_id: crowd.id.to_text(),
                name: crowd.name,
                created_at: time::format(crowd.id.created_at),
                words: words(&conditions, &tags),
                conditions: TagCondition::all(&conditions),
                total,
                activities,
                batches,
            })
        };
        let crowds = found.into_iter().zip(uses).map(view).collect::<Result<_, Fault>>()?;
        Ok(Crowds { crowds, next })
    }
}

fn uses(tx: &mut Tx, crowd: &Crowd) -> Result<(usize, usize), Fault> {
    let activities = activity::of_crowd(tx, crowd.id.number, USES_MAX)?.len();
    let batches = voucher_batch::of_source(tx, &format!("crowd {}", crowd.id.to_text()), USES_MAX.into())?.len();
    Ok((activities, batches))
}

fn place(text: &str) -> Answer<(i64, i64)> {
    let read = || {
        let (at, number) = text.split_once('.')?;
        Some((at.parse().ok()?, number.parse().ok()?))
    };
    read().ok_or_else(|| wrong("after: a place is the next of an answer"))
}
