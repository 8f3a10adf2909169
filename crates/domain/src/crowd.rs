//! A saved crowd: a named set of conditions over a merchant's members.
//!
//! ENABLE → DISABLE by deletion, with no way back (contract: koubei.marketing.campaign.crowd.delete, rule 1).

use crate::Refusal;
use crate::id::CrowdId;

/// The status of a crowd: ENABLE → DISABLE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The crowd is listed, can be counted and changed.
    Enable,
    /// Deleted; kept so that a repeated deletion can be told from an unknown id.
    Disable,
}

/// A crowd that a merchant has saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// The crowd's id, `crowd_group_id` on the wire.
    pub id: CrowdId,
    /// The account id of the merchant that it belongs to.
    pub pid: String,
    /// What the merchant calls it; need not be unique and never changes.
    pub name: String,
    /// The conditions, already checked, as normalised JSON text: what `crowd.detail.query` gives back.
    pub conditions: String,
    /// Whether the crowd still exists for callers.
    pub status: Status,
}

impl Crowd {
    /// Makes a new crowd, in ENABLE.
    pub fn create(id: CrowdId, pid: &str, name: &str, conditions: String) -> Crowd {
        Crowd { id, pid: pid.to_owned(), name: name.to_owned(), conditions, status: Status::Enable }
    }

    /// Replaces the conditions whole; a deleted crowd cannot be changed.
    pub fn modify(self, conditions: String) -> Result<Crowd, Refusal> {
        match self.status {
            Status::Enable => Ok(Crowd { conditions, ..self }),
            Status::Disable => Err(Refusal::CrowdNotExist),
        }
    }

    /// Deletes the crowd; deleting it again changes nothing and is no error.
    pub fn delete(self, in_use: bool) -> Result<Crowd, Refusal> {
        match self.status {
            Status::Enable if in_use => Err(Refusal::CrowdInUse),
            Status::Enable | Status::Disable => Ok(Crowd { status: Status::Disable, ..self }),
        }
    }

    /// The crowd, if it can still be read and counted.
    pub fn live(self) -> Result<Crowd, Refusal> {
        match self.status {
            Status::Enable => Ok(self),
            Status::Disable => Err(Refusal::CrowdNotExist),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(status: Status) -> Crowd {
        let id = CrowdId::new(1_767_225_600_000, 7 << 10);
        Crowd { status, ..Crowd::create(id, "2088201914979011", "白领", "[]".to_owned()) }
    }

    #[test]
    fn every_status_has_an_answer_to_every_command() {
        use Status::{Disable, Enable};
        let status = |result: Result<Crowd, Refusal>| result.map(|crowd| crowd.status);
        for (before, in_use, deleted) in [
            (Enable, false, Ok(Disable)),
            (Enable, true, Err(Refusal::CrowdInUse)),
            (Disable, false, Ok(Disable)),
            (Disable, true, Ok(Disable)),
        ] {
            assert_eq!(status(crowd(before).delete(in_use)), deleted);
        }
        assert_eq!(crowd(Enable).modify("[1]".to_owned()).map(|crowd| crowd.conditions), Ok("[1]".to_owned()));
        assert_eq!(status(crowd(Disable).modify(String::new())), Err(Refusal::CrowdNotExist));
        assert_eq!(status(crowd(Enable).live()), Ok(Enable));
        assert_eq!(status(crowd(Disable).live()), Err(Refusal::CrowdNotExist));
    }
}
