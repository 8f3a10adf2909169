//! Crowds, the members that they are of, and whom else an offer may be restricted to.

use super::activities::{Named, Status};
use super::model::{Expect, Model};
use super::terms::{Restriction, Terms};
use std::collections::BTreeMap;

/// The cards that a restriction may name.
pub(crate) const CARDS: [&str; 3] =
    ["20160504000000000000000001", "20160504000000000000000002", "20160504000000000000000003"];

/// Who is in a crowd, by the level of consumption: those who have one of these, or all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) takes: bool,
    pub(crate) levels: Vec<u8>,
}

/// A crowd as its merchant knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crowd {
    made: Rule,
    pub(crate) rule: Rule,
    pub(crate) live: bool,
    /// What it was made to be under which key.
    done: BTreeMap<String, Rule>,
}

/// One call, or a file of members.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Create {
        key: String,
        rule: Rule,
    },
    Modify {
        crowd: Named,
        key: String,
        to: Rule,
    },
    Delete {
        crowd: Named,
    },
    /// The levels of these users, or that nothing is known of them any more.
    Import {
        rows: Vec<(String, Option<u8>)>,
    },
}

/// Whether the world file calls this user a student.
pub(crate) fn is_student(user: &str) -> bool {
    matches!(last_digit(user), 1 | 5)
}

/// The cards that this user holds.
pub(crate) fn cards_of(user: &str) -> &'static [&'static str] {
    match last_digit(user) {
        2 | 6 => &CARDS[..1],
        3 => &CARDS[1..],
        _ => &[],
    }
}

fn last_digit(user: &str) -> u32 {
    user.chars().last().and_then(|digit| digit.to_digit(10)).expect("a number")
}

impl Rule {
    /// Whether a member with this level is in it: who has none, is where others are not named.
    fn has(&self, level: Option<u8>) -> bool {
        level.is_some_and(|level| self.levels.contains(&level)) == self.takes
    }
}

impl Model {
    pub(crate) fn crowd(&mut self, step: &Step) -> Expect {
        let done = || Expect::Done(Vec::new());
        match step {
            Step::Create { key, rule } => match self.crowds.get(key) {
                Some(known) if known.made == *rule => done(),
                Some(_) => Expect::refused("OUT_BIZ_NO_CONFLICT"),
                None => {
                    let crowd = Crowd { made: rule.clone(), rule: rule.clone(), live: true, done: BTreeMap::new() };
                    self.crowds.insert(key.clone(), crowd);
                    done()
                }
            },
            Step::Modify { crowd, key, to } => {
                let known = self.crowds.get_mut(&crowd.key).filter(|_| crowd.number.is_some());
                let Some(known) = known else { return Expect::refused("CROWD_GROUP_NOT_EXIST") };
                match known.done.get(key) {
                    Some(before) if before == to => return done(),
                    Some(_) => return Expect::refused("OUT_BIZ_NO_CONFLICT"),
                    None if !known.live => return Expect::refused("CROWD_GROUP_NOT_EXIST"),
                    None => {}
                }
                known.rule = to.clone();
                known.done.insert(key.clone(), to.clone());
                done()
            }
            Step::Delete { crowd } => {
                let used = self.activities.values().filter(|activity| activity.status == Status::Started);
                let mut used = used.filter_map(|activity| activity.terms()?.crowd.as_ref());
                let in_use = used.any(|used| used.key == crowd.key);
                let known = self.crowds.get_mut(&crowd.key).filter(|_| crowd.number.is_some());
                let Some(known) = known else { return Expect::refused("CROWD_GROUP_NOT_EXIST") };
                if known.live && in_use {
                    return Expect::refused("CROWD_GROUP_IN_USE");
                }
                known.live = false;
                done()
            }
            Step::Import { rows } => {
                self.members.extend(rows.iter().cloned());
                done()
            }
        }
    }

    pub(crate) fn is_live(&self, crowd: &Named) -> bool {
        crowd.number.is_some() && self.crowds.get(&crowd.key).is_some_and(|crowd| crowd.live)
    }

    /// What keeps this user from a coupon with these terms, if anything does: by its name.
    pub(crate) fn kept_out(&self, terms: &Terms, user: &str) -> Option<&'static str> {
        let member = self.members.get(user);
        let is_in = |crowd: &Named| {
            let crowd = self.crowds.get(&crowd.key).filter(|crowd| crowd.live);
            crowd.is_some_and(|crowd| member.is_some_and(|level| crowd.rule.has(*level)))
        };
        if terms.crowd.as_ref().is_some_and(|crowd| !is_in(crowd)) {
            return Some("crowd");
        }
        let lets = match &terms.restriction {
            None => true,
            Some(Restriction::NewMember) => !self.payers.contains(user),
            Some(Restriction::Student) => is_student(user),
            Some(Restriction::MemberCard(cards)) => cards_of(user).iter().any(|card| cards.contains(card)),
        };
        if lets { None } else { terms.restriction.as_ref().map(Restriction::name) }
    }

    /// How many members a crowd has; nobody counts one that was deleted.
    pub(crate) fn count(&self, key: &str) -> Option<usize> {
        let crowd = self.crowds.get(key).filter(|crowd| crowd.live)?;
        Some(self.members.values().filter(|level| crowd.rule.has(**level)).count())
    }

    pub(crate) fn become_member(&mut self, user: &str) {
        if !self.members.contains_key(user) {
            self.members.insert(user.to_owned(), None);
        }
    }
}
