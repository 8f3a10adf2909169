//! Activities: point cards and coupons that a merchant offers for a time, and takes off line.

use super::model::{Expect, Model};
use super::terms::{Terms, Valid};
use std::collections::BTreeMap;

/// What `koubei.marketing.campaign.activity.create` says of an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) out_biz_no: String,
    pub(crate) name: String,
    pub(crate) shops: Vec<String>,
    pub(crate) starts_at: i64,
    pub(crate) ends_at: i64,
    /// Whether its end moves on instead of ending it.
    pub(crate) delays: bool,
    pub(crate) kind: Kind,
}

/// What it offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A point card, good until then.
    Card { ends_at: i64 },
    /// A coupon.
    Coupon(Box<Terms>),
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Create(Offer),
    /// Extends it: the whole offer as it is to be.
    Modify {
        camp: Named,
        key: String,
        to: Offer,
    },
    Offline {
        camp: Named,
        key: String,
    },
    Look {
        camp: Named,
    },
}

/// A thing that we call by a key of ours and the platform by a number; no number while it has told none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) key: String,
    pub(crate) number: Option<String>,
}

/// An activity as its merchant knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Activity {
    /// As it was made, which a repeat must say again.
    pub(crate) made: Offer,
    /// As it is.
    pub(crate) offer: Offer,
    pub(crate) status: Status,
    /// What was done to it under which key: what it was to be, or nothing where it was taken off line.
    done: BTreeMap<String, Option<Offer>>,
    /// How often coupons were taken.
    pub(crate) taken: i64,
}

/// Of those that there are, the ones that a merchant's own activity comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Started,
    Closed,
    Finished,
}

impl Status {
    fn name(self) -> &'static str {
        match self {
            Status::Started => "STARTED",
            Status::Closed => "CLOSED",
            Status::Finished => "FINISHED",
        }
    }
}

impl Activity {
    /// Whether one may take part now.
    pub(crate) fn runs(&self, now: i64) -> bool {
        self.status == Status::Started && self.offer.starts_at <= now && now <= self.offer.ends_at
    }

    /// What a call about it that succeeds is told.
    fn said(&self) -> Expect {
        Expect::Done(vec![("camp_status", self.status.name().to_owned())])
    }

    pub(crate) fn terms(&self) -> Option<&Terms> {
        self.offer.terms()
    }

    pub(crate) fn card_ends_at(&self) -> Option<i64> {
        match self.offer.kind {
            Kind::Card { ends_at } => Some(ends_at),
            Kind::Coupon(_) => None,
        }
    }
}

impl Model {
    pub(crate) fn activity(&mut self, step: &Step) -> Expect {
        match step {
            Step::Create(offer) => self.offer(offer),
            Step::Modify { camp, key, to } => self.extend(camp, key, to),
            Step::Offline { camp, key } => self.take_off_line(camp, key),
            Step::Look { camp } => self.look(camp),
        }
    }

    fn offer(&mut self, offer: &Offer) -> Expect {
        let over = offer.ends_at <= self.now || !offer.holds();
        let crowd = offer.terms().and_then(|terms| terms.crowd.as_ref());
        let no_crowd = crowd.is_some_and(|crowd| !self.is_live(crowd));
        match self.activities.get(&offer.out_biz_no) {
            Some(known) if known.made == *offer => Expect::Done(vec![("camp_status", known.status.name().to_owned())]),
            // Nothing says which of the two is looked at first.
            Some(_) if over => Expect::Refused(vec!["OUT_BIZ_NO_CONFLICT", "INVALID_PARAMETER"]),
            Some(_) => Expect::refused("OUT_BIZ_NO_CONFLICT"),
            None if over && no_crowd => Expect::Refused(vec!["INVALID_PARAMETER", "CROWD_GROUP_NOT_EXIST"]),
            None if over => Expect::refused("INVALID_PARAMETER"),
            None if no_crowd => Expect::refused("CROWD_GROUP_NOT_EXIST"),
            None => {
                let (made, status) = (offer.clone(), Status::Started);
                let activity = Activity { offer: made.clone(), made, status, done: BTreeMap::new(), taken: 0 };
                self.activities.insert(offer.out_biz_no.clone(), activity);
                Expect::Done(vec![("camp_status", "STARTED".to_owned())])
            }
        }
    }

    fn extend(&mut self, camp: &Named, key: &str, to: &Offer) -> Expect {
        let Some(activity) = self.known(camp) else { return Expect::refused("CAMPAIGN_NOT_EXIST") };
        let wrong = (!to.holds()).then_some("INVALID_PARAMETER");
        if let Some(before) = activity.done.get(key) {
            let same = before.as_ref() == Some(to);
            let conflict = || Expect::Refused(wrong.into_iter().chain(["OUT_BIZ_NO_CONFLICT"]).collect());
            return if same { activity.said() } else { conflict() };
        }
        let grows = activity.offer.may_become(to);
        let mut reasons = Vec::new();
        if activity.status != Status::Started {
            reasons.push("CAMPAIGN_STATUS_ERROR");
        }
        if !grows {
            reasons.push("INVALID_PARAMETER");
        }
        if !reasons.is_empty() {
            return Expect::Refused(reasons);
        }
        activity.offer = to.clone();
        activity.done.insert(key.to_owned(), Some(to.clone()));
        activity.said()
    }

    fn take_off_line(&mut self, camp: &Named, key: &str) -> Expect {
        let Some(activity) = self.known(camp) else { return Expect::refused("CAMPAIGN_NOT_EXIST") };
        if activity.done.get(key) == Some(&None) {
            return activity.said();
        }
        if activity.status != Status::Started {
            return Expect::refused("CAMPAIGN_STATUS_ERROR");
        }
        activity.status = Status::Closed;
        activity.done.insert(key.to_owned(), None);
        activity.said()
    }

    fn look(&mut self, camp: &Named) -> Expect {
        let Some(activity) = self.known(camp) else { return Expect::refused("CAMPAIGN_NOT_EXIST") };
        let budget = activity.terms().map_or_else(String::new, |terms| terms.budget.to_string());
        Expect::Done(vec![
            ("/camp_detail/name", activity.offer.name.clone()),
            ("/camp_detail/status", activity.status.name().to_owned()),
            ("/camp_detail/end_time", wire::time::format(activity.offer.ends_at)),
            ("/camp_detail/auto_delay_flag", if activity.offer.delays { "Y" } else { "N" }.to_owned()),
            ("/camp_detail/budget_info/budget_total", budget),
        ])
    }

    /// The activity of that number, if it is one.
    fn known(&mut self, camp: &Named) -> Option<&mut Activity> {
        camp.number.as_ref()?;
        self.activities.get_mut(&camp.key)
    }

    /// An activity ends when its last moment has passed, or that moves on by the length that it was made with.
    pub(crate) fn end_activities(&mut self) {
        for activity in self.activities.values_mut().filter(|activity| activity.status == Status::Started) {
            let Offer { ends_at, delays, .. } = &mut activity.offer;
            if self.now <= *ends_at {
                continue;
            }
            if *delays {
                let length = activity.made.ends_at - activity.made.starts_at;
                while *ends_at < self.now {
                    *ends_at += length;
                }
                self.marks.count("an end moved on");
            } else {
                activity.status = Status::Finished;
            }
        }
    }
}

impl Offer {
    pub(crate) fn terms(&self) -> Option<&Terms> {
        match &self.kind {
            Kind::Coupon(terms) => Some(terms),
            Kind::Card { .. } => None,
        }
    }

    /// Ends may come later, budget, chances and shops may be more; nothing else may change.
    fn may_become(&self, to: &Offer) -> bool {
        let Offer { ends_at, shops, kind, .. } = self;
        let grows = *ends_at <= to.ends_at && shops.iter().all(|shop| to.shops.contains(shop));
        let kind_grows = match (kind, &to.kind) {
            (Kind::Card { ends_at }, Kind::Card { ends_at: after }) => ends_at <= after,
            (Kind::Coupon(terms), Kind::Coupon(after)) => terms.may_become(after),
            _ => false,
        };
        let same = Offer { ends_at: to.ends_at, shops: to.shops.clone(), kind: to.kind.clone(), ..self.clone() } == *to;
        grows && kind_grows && same && to.holds()
    }

    /// Whether its times agree with each other, and there is something of all that there must be.
    fn holds(&self) -> bool {
        self.starts_at < self.ends_at
            && match &self.kind {
                Kind::Card { ends_at } => self.ends_at < *ends_at && !self.delays,
                Kind::Coupon(terms) => {
                    terms.holds(self.ends_at) && !(self.delays && matches!(terms.valid, Valid::Fixed { .. }))
                }
            }
    }
}
