//! A saved crowd or crowd group, as operators name it and see it.

use super::{Argument, not_found, wrong};
use crate::acts::crowd::audience::{Audience, AudienceName, NoAudience};
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

/// Finds what a request names.
pub async fn find(
    app: &App,
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
    let read = move |tx: &mut Tx| Audience::find(tx, &name);
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
