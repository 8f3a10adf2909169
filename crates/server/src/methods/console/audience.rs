//! A saved crowd or crowd group, as operators name it and see it.

use super::member::expect_merchant;
use super::{Argument, not_found, wrong};
use crate::acts::crowd::audience::{Audience, AudienceName, NoAudience, all_tags};
use crate::acts::crowd::conditions::Conditions;
use crate::acts::crowd::words::{Words, words};
use crate::answer::{Answer, CallError};
use crate::app::App;
use serde::{Deserialize, Serialize};
use store::{Fault, Tx};

/// What an answer is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AudienceView {
    /// The merchant.
    pub pid: String,
    /// The crowd's name, or what the group's app says of it.
    pub name: String,
    /// The group's own id; a crowd's stands in the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crowd_group_id: Option<String>,
    /// The group's shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop_id: Option<String>,
    /// The group's app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
}

impl AudienceView {
    /// Of one that was found.
    pub fn of(audience: &Audience) -> AudienceView {
        let group = audience.group.as_ref();
        AudienceView {
            pid: audience.pid.clone(),
            name: audience.name.clone(),
            crowd_group_id: group.map(|group| group.crowd_group_id.clone()),
            shop_id: group.map(|group| group.shop_id.clone()),
            app_id: group.map(|group| group.app_id.clone()),
        }
    }
}

/// A condition as it is saved.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum SavedCondition {
    /// A crowd's.
    OfCrowd(TagCondition),
    /// A crowd group's.
    OfGroup(FactCondition),
}

/// What a crowd asks of its members.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TagCondition {
    /// The operator.
    pub op: String,
    /// The tag.
    pub tag_code: String,
    /// What the member's value is compared with.
    pub value: String,
}

/// What a crowd group asks of its members.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FactCondition {
    /// What is looked at.
    pub operator_rule: String,
    /// How many days before now count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// How it is compared.
    pub logical_operator: String,
    /// What it is compared with.
    pub operation_value: String,
    /// What that counts.
    pub rule_unit: String,
}

impl SavedCondition {
    /// All of an audience, one for one with what they mean.
    pub fn all(audience: &Audience) -> Result<Vec<SavedCondition>, Fault> {
        let saved = serde_json::Value::from(audience.saved.clone());
        serde_json::from_value(saved).map_err(|error| Fault::bug(format!("stored conditions: {error}")))
    }
}

impl TagCondition {
    /// Those of a crowd, in their order.
    pub fn all(conditions: &Conditions) -> Vec<TagCondition> {
        let owned = |(op, code, value): (&str, &str, &str)| TagCondition {
            op: op.to_owned(),
            tag_code: code.to_owned(),
            value: value.to_owned(),
        };
        conditions.elements_in_parts().map(owned).collect()
    }
}

/// Finds what a request names; with a merchant, among that merchant's alone.
pub async fn find(
    app: &App,
    pid: Option<Argument>,
    crowd: Option<Argument>,
    group: Option<Argument>,
    shop_id: Option<Argument>,
    app_id: Option<Argument>,
) -> Answer<Audience> {
    let text = |argument: Argument| argument.to_string();
    let name = match (crowd.map(text), group.map(text)) {
        (Some(id), None) => AudienceName::Crowd(id),
        (None, Some(id)) => AudienceName::Group { id, shop_id: shop_id.map(text), app_id: app_id.map(text) },
        _ => return Err(wrong("name either a crowd or a crowd group")),
    };
    let read = move |tx: &mut Tx| Audience::find(tx, &name, pid.as_deref());
    let found: Result<_, Fault> = app.store.read(read).await;
    found.map_err(CallError::from)?.map_err(|none| match none {
        NoAudience::Unknown => not_found("there is no such crowd or crowd group"),
        NoAudience::Outdated => wrong("the crowd's conditions are about tags that the merchant no longer has"),
        NoAudience::Several(owners) => {
            let owners: Vec<_> = owners.iter().map(|(shop, app)| format!("shop {shop} of app {app}")).collect();
            wrong(format!("several crowd groups have this id, say which shop and app: {}", owners.join("; ")))
        }
    })
}

/// Conditions of a merchant that nobody has saved yet, as if they were a crowd; without any, all members.
pub async fn draft(app: &App, pid: Argument, conditions: Option<Conditions>) -> Answer<Audience> {
    let read = move |tx: &mut Tx| {
        expect_merchant(tx, &pid)?;
        let tags = all_tags(tx, &pid)?;
        Ok::<_, CallError>(Audience::of_draft(&pid, conditions.as_ref(), tags)?)
    };
    app.store.read(read).await
}

/// A crowd's conditions in words; those of a crowd group are told by their own.
pub fn words_of(audience: &Audience) -> Vec<Words> {
    let text = serde_json::Value::from(audience.saved.clone()).to_string();
    match Conditions::from_stored(&text) {
        Ok(conditions) if audience.group.is_none() => words(&conditions, &audience.tags),
        _ => Vec::new(),
    }
}
