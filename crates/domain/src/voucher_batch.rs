//! A batch: vouchers of one template are sent to all recipients of a list, page by page, each of them once.
//!
//! RUNNING ⇄ STOPPED, by an operator; RUNNING → DONE with the last page.

use crate::Refusal;
use crate::id::BatchId;

/// How many recipients a page has: so many as one transaction sends to while calls wait.
pub const PAGE_RECIPIENTS: usize = 1_000;
/// The most recipients of a batch.
pub const RECIPIENTS_MAX: usize = 10_000_000;

/// How far a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its pages are done one after the other.
    Running,
    /// An operator has stopped it; it can go on.
    Stopped,
    /// Every recipient has a voucher or a refusal.
    Done,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 3] = [Status::Running, Status::Stopped, Status::Done];

    /// The status's name, in capitals.
    pub fn name(self) -> &'static str {
        match self {
            Status::Running => "RUNNING",
            Status::Stopped => "STOPPED",
            Status::Done => "DONE",
        }
    }

    /// The status with that name; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// A batch. Times are UTC milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its id, which holds the day it was made on.
    pub id: BatchId,
    /// The store's number of the template.
    pub template: i64,
    /// Which list it is, in a form that the same list has again.
    pub source: String,
    /// How often the list was sent before, and once more: from 1.
    pub round: i64,
    /// What a person calls the list.
    pub name: String,
    /// What is noted on each voucher.
    pub memo: Option<String>,
    /// How far it is.
    pub status: Status,
    /// How many recipients it has, at least one.
    pub recipients: i64,
    /// On how many pages they are.
    pub pages: i64,
    /// The first page that is not done, from 0.
    pub next_page: i64,
    /// How many got a voucher.
    pub sent: i64,
    /// How many were refused.
    pub refused: i64,
    /// When the last page was done.
    pub ended_at: Option<i64>,
    /// The number of its changes, from 1; an update names the version that it was decided on.
    pub version: i64,
}

impl Batch {
    /// After its next page, of whose recipients so many got a voucher and so many were refused, was done at `now`.
    #[must_use]
    pub fn after_page(self, sent: i64, refused: i64, now: i64) -> Batch {
        let next_page = self.next_page + 1;
        let is_done = next_page == self.pages;
        Batch {
            next_page,
            sent: self.sent + sent,
            refused: self.refused + refused,
            status: if is_done { Status::Done } else { self.status },
            ended_at: is_done.then_some(now),
            ..self
        }
    }

    /// Stopped, or going on; `None` where there is nothing to change.
    pub fn set_running(self, is_running: bool) -> Option<Batch> {
        let status = match (self.status, is_running) {
            (Status::Running, false) => Status::Stopped,
            (Status::Stopped, true) => Status::Running,
            _ => return None,
        };
        Some(Batch { status, ..self })
    }
}

/// What a recipient got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The voucher with this id.
    Sent(String),
    /// None, and why.
    Refused(Refusal),
}

/// The refusals that a recipient may meet, and their names in the store.
const REFUSALS: [(Refusal, &str); 6] = [
    (Refusal::RecipientNotExist, "NO_ACCOUNT"),
    (Refusal::TemplateNotSendable, "NOT_SENDABLE"),
    (Refusal::BeforePublication, "BEFORE_PUBLICATION"),
    (Refusal::AfterPublication, "AFTER_PUBLICATION"),
    (Refusal::VoucherPeriodOver, "PERIOD_OVER"),
    (Refusal::TemplateSoldOut, "SOLD_OUT"),
];

impl Outcome {
    /// One word: the voucher's id, or the refusal's name. `None` for a refusal that no recipient meets.
    pub fn to_text(&self) -> Option<&str> {
        match self {
            Outcome::Sent(voucher_id) => Some(voucher_id),
            Outcome::Refused(refusal) => REFUSALS.iter().find(|(known, _)| known == refusal).map(|(_, name)| *name),
        }
    }

    /// The outcome of that text; `None` for any other.
    pub fn parse(text: &str) -> Option<Outcome> {
        if let Some((refusal, _)) = REFUSALS.iter().find(|(_, name)| *name == text) {
            return Some(Outcome::Refused(*refusal));
        }
        let is_id = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| Outcome::Sent(text.to_owned()))
    }
}

/// Who of a page's recipients gets a voucher: in their order, as long as some are `left`. `exists` says of each whether
/// there is such an account, `sendable` whether the template's vouchers can be sent now. The order of the refusals is
/// that of `voucher.send`.
pub fn decide(exists: &[bool], sendable: Result<(), Refusal>, left: i64) -> Vec<Result<(), Refusal>> {
    let mut left = left;
    let decide_one = |exists: &bool| {
        if !exists {
            return Err(Refusal::RecipientNotExist);
        }
        sendable?;
        if left <= 0 {
            return Err(Refusal::TemplateSoldOut);
        }
        left -= 1;
        Ok(())
    };
    exists.iter().map(decide_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_get_vouchers_in_their_order_until_none_is_left() {
        let (none, sold_out) = (Err(Refusal::RecipientNotExist), Err(Refusal::TemplateSoldOut));
        for (left, expect) in [
            (9, [Ok(()), none, Ok(()), Ok(())]),
            (2, [Ok(()), none, Ok(()), sold_out]),
            (0, [sold_out, none, sold_out, sold_out]),
        ] {
            assert_eq!(decide(&[true, false, true, true], Ok(()), left), expect, "{left} left");
        }
        let over = Err(Refusal::AfterPublication);
        assert_eq!(decide(&[true, false], over, 9), [over, none]);
    }

    #[test]
    fn an_outcome_reads_back() {
        let sent = Outcome::Sent("2026010400073000000000007168".to_owned());
        for outcome in REFUSALS.map(|(refusal, _)| Outcome::Refused(refusal)).into_iter().chain([sent]) {
            let text = outcome.to_text().expect("it can be met");
            assert_eq!(Outcome::parse(text), Some(outcome.clone()), "{text}");
        }
        assert_eq!(Outcome::Refused(Refusal::TradePaid).to_text(), None);
        assert_eq!((Outcome::parse(""), Outcome::parse("NO")), (None, None));
    }

    #[test]
    fn the_last_page_ends_a_batch_and_an_operator_stops_it_before() {
        let batch = Batch {
            id: BatchId::new(0, 1),
            template: 1,
            source: "crowd 1".to_owned(),
            round: 1,
            name: String::new(),
            memo: None,
            status: Status::Running,
            recipients: 1_500,
            pages: 2,
            next_page: 0,
            sent: 0,
            refused: 0,
            ended_at: None,
            version: 1,
        };
        let half = batch.after_page(990, 10, 5);
        assert_eq!((half.status, half.next_page, half.sent, half.refused), (Status::Running, 1, 990, 10));
        let stopped = half.clone().set_running(false).expect("it runs");
        assert_eq!(stopped.clone().set_running(false), None);
        // A page that was being done when it was stopped is done.
        let done = stopped.after_page(500, 0, 7);
        assert_eq!((done.status, done.sent, done.ended_at), (Status::Done, 1_490, Some(7)));
        assert_eq!((done.clone().set_running(true), done.set_running(false)), (None, None));
    }
}
