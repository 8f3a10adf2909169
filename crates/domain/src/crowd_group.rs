//! A crowd group of a shop: conditions on what a user did, under an id that an app has chosen.
//!
//! ENABLE → DISABLE by deletion. A group that is made again after that is a new one, the last of its shop and app
//! (`docs/decisions.md`, "Crowd groups").

use crate::Refusal;

/// How many groups a shop has at most, for one app.
pub const GROUPS_MAX: i64 = 1_000;

/// The status of a group: ENABLE → DISABLE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Users are looked up in it.
    Enable,
    /// Deleted; kept so that a repeated deletion can be told from an unknown id.
    Disable,
}

/// A crowd group that an app has saved for a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrowdGroup {
    /// The account id of the merchant that it belongs to.
    pub pid: String,
    /// The id of the shop, one of the merchant's.
    pub shop_id: String,
    /// The app that saved it; other apps have groups of their own.
    pub app_id: String,
    /// Which of the shop's and the app's it is, in the order in which they were made, from 1.
    pub place: i64,
    /// What the app calls it, unique among those that are not deleted.
    pub crowd_group_id: String,
    /// What the app says of it.
    pub describe: String,
    /// The conditions, already checked, as JSON text: what is given back.
    pub conditions: String,
    /// Whether it still exists for callers.
    pub status: Status,
    /// When it was made, UTC milliseconds.
    pub created_at: i64,
    /// The number of its changes, from 1; an update names the version that it was decided on.
    pub version: i64,
}

/// What making a group comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It is new.
    New(CrowdGroup),
    /// It is there, with the same content.
    Again(CrowdGroup),
}

impl CrowdGroup {
    /// Makes this group. `known` is the last one with its id, `is_same` whether that has the same content, and `live`
    /// how many the shop and the app have that are not deleted.
    pub fn create(self, known: Option<CrowdGroup>, is_same: bool, live: i64) -> Result<Creation, Refusal> {
        match known.filter(|known| known.status == Status::Enable) {
            Some(known) if is_same => Ok(Creation::Again(known)),
            Some(_) => Err(Refusal::CrowdGroupExists),
            None if GROUPS_MAX <= live => Err(Refusal::CrowdGroupsTooMany),
            None => Ok(Creation::New(self)),
        }
    }

    /// Replaces conditions and description whole; a deleted group cannot be changed.
    pub fn update(self, describe: String, conditions: String) -> Result<CrowdGroup, Refusal> {
        Ok(CrowdGroup { describe, conditions, ..self.live()? })
    }

    /// Deletes the group; deleting it again changes nothing and is no error.
    #[must_use]
    pub fn delete(self) -> CrowdGroup {
        CrowdGroup { status: Status::Disable, ..self }
    }

    /// The group, if it still exists.
    pub fn live(self) -> Result<CrowdGroup, Refusal> {
        match self.status {
            Status::Enable => Ok(self),
            Status::Disable => Err(Refusal::CrowdGroupNotExist),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(status: Status) -> CrowdGroup {
        CrowdGroup {
            pid: "2088201914979011".to_owned(),
            shop_id: "2015121600077000000002388200".to_owned(),
            app_id: "2014072300007148".to_owned(),
            place: 1,
            crowd_group_id: "regulars".to_owned(),
            describe: "常客".to_owned(),
            conditions: "[]".to_owned(),
            status,
            created_at: 1_767_225_600_000,
            version: 1,
        }
    }

    #[test]
    fn a_group_is_made_once_and_again_after_it_was_deleted() {
        use Status::{Disable, Enable};
        let new = || CrowdGroup { place: 2, describe: "new".to_owned(), ..group(Enable) };
        let is_new = || Ok(Creation::New(new()));
        for (known, is_same, live, expect) in [
            (None, false, 0, is_new()),
            (None, false, GROUPS_MAX - 1, is_new()),
            (None, false, GROUPS_MAX, Err(Refusal::CrowdGroupsTooMany)),
            (Some(Enable), true, GROUPS_MAX, Ok(Creation::Again(group(Enable)))),
            (Some(Enable), false, 1, Err(Refusal::CrowdGroupExists)),
            (Some(Disable), true, 0, is_new()),
            (Some(Disable), false, 0, is_new()),
            (Some(Disable), true, GROUPS_MAX, Err(Refusal::CrowdGroupsTooMany)),
        ] {
            assert_eq!(new().create(known.map(group), is_same, live), expect, "{known:?} {is_same} {live}");
        }
    }

    #[test]
    fn every_status_has_an_answer_to_every_command() {
        use Status::{Disable, Enable};
        let replaced = |status| group(status).update("b".to_owned(), "[1]".to_owned());
        let expect = CrowdGroup { describe: "b".to_owned(), conditions: "[1]".to_owned(), ..group(Enable) };
        assert_eq!(replaced(Enable), Ok(expect));
        assert_eq!(replaced(Disable), Err(Refusal::CrowdGroupNotExist));
        assert_eq!(group(Enable).live(), Ok(group(Enable)));
        assert_eq!(group(Disable).live(), Err(Refusal::CrowdGroupNotExist));
        for before in [Enable, Disable] {
            assert_eq!(group(before).delete(), group(Disable));
        }
    }
}
