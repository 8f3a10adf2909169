//! `punchcard.points.outstanding`: the points that members have on each of a merchant's cards.

use super::page::{self, PageLimit};
use super::{Argument, known_merchant};
use crate::answer::Answer;
use crate::biz::biz;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorRead};
use serde::{Deserialize, Serialize};
use store::points::{self, ListedCard, Outstanding};
use store::{Fault, Tx};
use wire::time;

/// See the module.
pub struct PointsOutstanding;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// Where to go on: `next` of the page before.
        after: Option<Argument>,
        /// How many cards at most; 50 when absent.
        limit: Option<PageLimit>,
    }
}

/// Cards, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CardsView {
    /// The cards.
    pub cards: Vec<CardView>,
    /// Where the next page begins; `null` with the last one.
    pub next: Option<String>,
}

/// What all accounts of a card have together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CardView {
    /// The card.
    pub activity_account: String,
    /// The activity that it is of.
    pub camp_id: String,
    /// The activity's name.
    pub name: String,
    /// The activity's status.
    pub status: String,
    /// When the card ends.
    pub card_ends: String,
    /// How many members have an account.
    pub members: i64,
    /// Points that can be spent.
    pub available: i64,
    /// Points that wait for COMMIT or CANCEL.
    pub frozen: i64,
    /// Points that are gone.
    pub spent: i64,
}

impl Method for PointsOutstanding {
    const NAME: &'static str = "punchcard.points.outstanding";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = CardsView;
}

impl OperatorRead for PointsOutstanding {
    async fn run(call: OperatorCall, request: Request) -> Answer<CardsView> {
        let (after, limit) = (page::place(request.after.as_ref())?, page::limit(request.limit));
        let read = move |tx: &mut Tx| {
            if !known_merchant(tx, &request.pid)? {
                return Ok(None);
            }
            let cards = points::cards(tx, &request.pid, after, limit)?;
            let with_sums = cards.into_iter().map(|card| Ok((points::outstanding(tx, card.card.number)?, card)));
            Ok::<_, Fault>(Some(with_sums.collect::<Result<Vec<_>, Fault>>()?))
        };
        let cards = super::read_long(&call.app, read).await??.ok_or_else(super::no_merchant)?;
        let last = cards.last().map(|(_, card)| (card.card.created_at, card.card.number));
        Ok(CardsView { next: page::next_of(last, cards.len(), limit), cards: cards.iter().map(card).collect() })
    }
}

fn card((sums, of): &(Outstanding, ListedCard)) -> CardView {
    CardView {
        activity_account: of.card.to_text(),
        camp_id: of.activity.to_text(),
        name: of.name.clone(),
        status: of.status.clone(),
        card_ends: time::format(of.ends_at),
        members: sums.members,
        available: sums.available,
        frozen: sums.frozen,
        spent: sums.spent,
    }
}
