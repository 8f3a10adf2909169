//! A saved crowd or crowd group, as an operator names it: whose it is, and what its members meet.

use super::conditions::Conditions;
use crate::acts::crowd_group;
use domain::condition::Condition;
use domain::crowd_group::CrowdGroup;
use domain::id::CrowdIdText;
use domain::tag::{self, Tag};
use serde_json::Value;
use store::{Fault, Tx};
use wire::Rejection;

/// What an operator names: a crowd by its id, or a crowd group by the id that its app has chosen.
#[derive(Clone, Debug)]
pub enum AudienceName {
    /// A crowd.
    Crowd(String),
    /// A crowd group. The shop and the app tell apart what has the same id.
    Group {
        /// The group's id.
        id: String,
        /// Only a group of this shop.
        shop_id: Option<String>,
        /// Only a group of this app.
        app_id: Option<String>,
    },
}

/// A crowd or crowd group that exists.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The merchant.
    pub pid: String,
    /// The group's app and shop; a crowd has neither.
    pub group: Option<CrowdGroup>,
    /// The crowd's name, or what the group's app says of it.
    pub name: String,
    /// All that a member meets.
    pub conditions: Vec<Condition>,
    /// The same as they were saved, one for one.
    pub saved: Vec<Value>,
    /// The tags of the merchant.
    pub tags: Vec<Tag>,
}

/// Why there is no audience of a name.
#[derive(Debug)]
pub enum NoAudience {
    /// None has the id, or it was deleted.
    Unknown,
    /// Several groups have the id: each with its shop and app.
    Several(Vec<(String, String)>),
    /// The tags that its conditions are about are no longer the merchant's.
    Outdated,
}

impl Audience {
    /// Finds what an operator names; with a merchant, among that merchant's alone.
    pub fn find(tx: &mut Tx, name: &AudienceName, pid: Option<&str>) -> Result<Result<Audience, NoAudience>, Fault> {
        let is_owner = |owner: &str| pid.is_none_or(|pid| pid == owner);
        match name {
            AudienceName::Crowd(id) => {
                let found = Audience::of_crowd(tx, id)?;
                Ok(found
                    .and_then(|audience| if is_owner(&audience.pid) { Ok(audience) } else { Err(NoAudience::Unknown) }))
            }
            AudienceName::Group { id, shop_id, app_id } => {
                let is_meant = |group: &CrowdGroup| {
                    is_owner(&group.pid)
                        && shop_id.as_ref().is_none_or(|shop_id| *shop_id == group.shop_id)
                        && app_id.as_ref().is_none_or(|app_id| *app_id == group.app_id)
                };
                let mut found = store::crowd_group::with_id(tx, id)?;
                found.retain(is_meant);
                match found.len() {
                    0 => Ok(Err(NoAudience::Unknown)),
                    1 => Audience::of_group(tx, found.remove(0)).map(Ok),
                    _ => {
                        let owner = |group: CrowdGroup| (group.shop_id, group.app_id);
                        Ok(Err(NoAudience::Several(found.into_iter().map(owner).collect())))
                    }
                }
            }
        }
    }

    fn of_crowd(tx: &mut Tx, id: &str) -> Result<Result<Audience, NoAudience>, Fault> {
        let Some(text) = CrowdIdText::parse(id) else { return Ok(Err(NoAudience::Unknown)) };
        let is_live = |crowd: &domain::crowd::Crowd| text.names(crowd.id) && crowd.clone().live().is_ok();
        let Some(crowd) = store::crowd::whoever(tx, text.number)?.filter(is_live) else {
            return Ok(Err(NoAudience::Unknown));
        };
        let tags = all_tags(tx, &crowd.pid)?;
        let conditions = Conditions::from_stored(&crowd.conditions)
            .map_err(|reason| Fault::bug(format!("stored conditions: {reason}")))?;
        let saved = conditions.elements();
        let Ok(conditions) = conditions.rule(&tags) else { return Ok(Err(NoAudience::Outdated)) };
        Ok(Ok(Audience { pid: crowd.pid, group: None, name: crowd.name, conditions, saved, tags }))
    }

    fn of_group(tx: &mut Tx, group: CrowdGroup) -> Result<Audience, Fault> {
        let conditions = crowd_group::conditions::Conditions::stored_conditions(&group.conditions)?;
        let (pid, name) = (group.pid.clone(), group.describe.clone());
        let tags = all_tags(tx, &pid)?;
        let saved = serde_json::from_str(&group.conditions).map_err(|error| Fault::bug(error.to_string()))?;
        Ok(Audience { pid, group: Some(group), name, conditions, saved, tags })
    }

    /// Conditions that nobody has saved yet, of a merchant with these tags, as if they were a crowd; without any, all
    /// members.
    pub fn of_draft(pid: &str, conditions: Option<&Conditions>, tags: Vec<Tag>) -> Result<Audience, Rejection> {
        let (mut rule, mut saved) = (Vec::new(), Vec::new());
        if let Some(conditions) = conditions {
            conditions.check(&tags)?;
            (rule, saved) = (conditions.rule(&tags)?, conditions.elements());
        }
        Ok(Audience { pid: pid.to_owned(), group: None, name: String::new(), conditions: rule, saved, tags })
    }
}

/// The platform's eight tags, then the merchant's own.
pub fn all_tags(tx: &mut Tx, pid: &str) -> Result<Vec<Tag>, Fault> {
    let mut tags = tag::built_in();
    tags.extend(store::world::tags(tx, pid)?);
    Ok(tags)
}
