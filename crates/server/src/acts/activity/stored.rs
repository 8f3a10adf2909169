//! A merchant's description of an activity, read back from the store.

use super::plan::Plan;
use super::plan::budget_info::BudgetInfo;
use super::plan::channel::{Channel, ChannelType};
use super::plan::constraint_info::ConstraintInfo;
use super::plan::coupon_plan::CouponPlan;
use super::plan::promo_tool::PromoTool;
use crate::biz::{Biz, Field, Objects, Wrong};
use domain::activity::{Activity, Budget, Limits, Tool};
use domain::coupon::{Terms, Validity};
use serde_json::{Map, Value};
use store::Fault;
use wire::time;

/// What decides about taking part in an activity, beside its times.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How many prizes there are, if that is bounded.
    pub budget: Option<Budget>,
    /// How often one user may take part.
    pub limits: Limits,
    /// Of whom it is.
    pub constraint: ConstraintInfo,
}

/// The rules of an activity.
pub fn rules(activity: &Activity) -> Result<Rules, Fault> {
    let content = object(&activity.content)?;
    let part = |name: &str| content.get(name).and_then(Value::as_object);
    let constraint: ConstraintInfo = read(part("constraint_info").unwrap_or(&Map::new()))?;
    let budget = match part("budget_info") {
        Some(members) => Some(read::<BudgetInfo>(members)?.budget().map_err(misfit)?),
        None => None,
    };
    Ok(Rules { budget, limits: constraint.limits(), constraint })
}

/// A tool as it was described, without its shops.
pub fn tool(tool: &Tool) -> Result<PromoTool, Fault> {
    read(&object(&tool.content)?)
}

/// What a coupon takes off, and when it can be used.
pub fn terms(coupon: &CouponPlan) -> Result<(Terms, Validity), Fault> {
    let terms = coupon.terms("voucher").map_err(misfit)?;
    Ok((terms, coupon.validity("voucher").map_err(misfit)?))
}

/// Whether the coupons of an activity are claimed on the coupon page, by whoever has a token.
pub fn takes_tokens(activity: &Activity) -> Result<bool, Fault> {
    let channels = object(&activity.content)?.shift_remove("publish_channels");
    let channels: Option<Objects<Channel>> = Field::read(channels.as_ref()).map_err(unreadable)?;
    Ok(channels.is_some_and(|list| list.0.iter().any(|channel| channel.r#type == ChannelType::UrlWithToken)))
}

/// The activity as it was described, without its shops; the end is the one that it has now.
pub fn plan(activity: &Activity, tools: &[Tool]) -> Result<Plan, Fault> {
    read(&members(activity, tools)?)
}

/// What was said of an activity as members, in the order of the contract, without its shops.
pub fn members(activity: &Activity, tools: &[Tool]) -> Result<Map<String, Value>, Fault> {
    let mut content = object(&activity.content)?;
    let mut tool_members = Vec::with_capacity(tools.len());
    for tool in tools {
        let mut members = object(&tool.content)?;
        members.insert("voucher_no".to_owned(), tool.voucher_no().into());
        tool_members.push(members);
    }
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("name", activity.name.as_str().into());
    put("type", activity.kind.name().into());
    put("start_time", time::format(activity.starts_at).into());
    put("end_time", time::format(activity.ends_at).into());
    for name in ["desc", "budget_info"] {
        content.shift_remove(name).and_then(|value| put(name, value));
    }

    put("constraint_info", content.shift_remove("constraint_info").unwrap_or_else(|| Map::new().into()));
    put("promo_tools", Value::from_iter(tool_members));
    for name in ["publish_channels", "recruit_tool"] {
        content.shift_remove(name).and_then(|value| put(name, value));
    }
    put("auto_delay_flag", if activity.auto_delay { "Y" } else { "N" }.into());
    content.shift_remove("ext_info").and_then(|value| put("ext_info", value));
    Ok(members)
}

fn object(text: &str) -> Result<Map<String, Value>, Fault> {
    serde_json::from_str(text).map_err(unreadable)
}

fn read<T: Biz>(members: &Map<String, Value>) -> Result<T, Fault> {
    T::fields(members).map_err(|Wrong { field, reason }| unreadable(format!("{field} {reason}")))
}

/// It was checked before it was kept.
fn unreadable(why: impl std::fmt::Display) -> Fault {
    Fault::bug(format!("an activity that cannot be read back: {why}"))
}

fn misfit(rejection: wire::Rejection) -> Fault {
    unreadable(rejection.sub_msg)
}
