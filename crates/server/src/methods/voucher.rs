//! Cash vouchers: sent, looked up, and where they can be used. What their methods share is here.

pub mod list_query;
pub mod query;
pub mod send;
pub mod storelist_query;
pub mod userule_pid_query;

use domain::Refusal;
use domain::id::TemplateIdText;
use domain::template::Template;
use store::{Stop, Tx};
use wire::{Rejection, code};

/// The merchant's template by its `template_id`. A foreign one is as unknown as none.
fn template(tx: &mut Tx, pid: &str, template_id: &str) -> Result<Template, Stop> {
    let found = match TemplateIdText::parse(template_id) {
        Some(id) => store::template::find(tx, pid, id)?,
        None => None,
    };
    found.ok_or(Stop::Refused(Refusal::TemplateNotExist))
}

/// The refusal of a `pid` that is not the merchant's own. Its text is not that of the gateway, which is about the app.
fn foreign_pid() -> Rejection {
    code::INSUFFICIENT_ISV_PERMISSIONS.with_msg("ISV权限不足")
}
