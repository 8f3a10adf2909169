//! How an activity may be changed: it may only grow (只可延长、只可追加). All else must be as it was.

use super::plan::Plan;
use super::plan::budget_info::BudgetInfo;
use super::plan::promo_tool::PromoTool;
use crate::biz::{Biz, Object, WholeNumber, invalid};
use domain::activity::{Budget, Kind, Limits, Tool};
use serde_json::{Map, Value};
use wire::Rejection;

/// Why something may not be as it is said now.
const FIXED: &str = "不允许修改，必须与活动详情查询的结果一致";
const LATER: &str = "只允许延长";
const MORE: &str = "只允许追加";
const HIGHER: &str = "只允许提高";

/// The new tools in the order of those that there are: by `voucher_no` where it is said, else by their place.
pub fn arranged(plan: &Plan, tools: &[Tool]) -> Result<Vec<PromoTool>, Rejection> {
    let new = &plan.promo_tools.0;
    if new.len() != tools.len() {
        return Err(invalid("promo_tools", FIXED));
    }
    let mut arranged: Vec<Option<PromoTool>> = vec![None; tools.len()];
    for (index, tool) in new.iter().enumerate() {
        let place = match &tool.voucher_no {
            None => Some(index),
            Some(no) => tools.iter().position(|tool| tool.voucher_no() == **no),
        };
        match place.map(|place| &mut arranged[place]) {
            Some(free @ None) => *free = Some(tool.0.clone()),
            _ => return Err(invalid(&format!("promo_tools[{index}].voucher_no"), FIXED)),
        }
    }
    // As many as there are places, and no place twice.
    Ok(arranged.into_iter().flatten().collect())
}

/// Refuses what has not only grown. `stored` is what was said before and `shops` for which shops, ascending; the tools
/// of `new` are [`arranged`].
pub fn check(kind: Kind, stored: &Plan, shops: &[String], new: &Plan) -> Result<(), Rejection> {
    let (stored, mut settled) = (stored.settled(), new.settled());
    if new.end_time.0 < stored.end_time.0 {
        return Err(invalid("end_time", LATER));
    }
    settled.end_time = stored.end_time;
    grow_budget(&stored, &mut settled)?;
    grow_limits(&stored, &mut settled)?;
    if !new.constraint_info.suit_shops.as_ref().is_some_and(|new| new.hold(shops)) {
        return Err(invalid("constraint_info.suit_shops", MORE));
    }
    for (index, (old, new)) in stored.promo_tools.0.iter().zip(&mut settled.promo_tools.0).enumerate() {
        prolong(&format!("promo_tools[{index}]"), old, &mut new.0)?;
    }
    if kind == Kind::PointSend {
        // The detail that a caller gives back has the card in it.
        settled.ext_info.clone_from(&stored.ext_info);
    }
    match difference(&stored.canonical(), &settled.canonical()) {
        Some(field) => Err(invalid(&field, FIXED)),
        None => Ok(()),
    }
}

fn grow_budget(stored: &Plan, settled: &mut Plan) -> Result<(), Rejection> {
    let (Some(Object(old)), Some(Object(new))) = (&stored.budget_info, &mut settled.budget_info) else { return Ok(()) };
    let daily = |info: &BudgetInfo| info.sub_value.map(WholeNumber::number);
    let (old_total, new_total) = (old.budget_total.number(), new.budget_total.number());
    let grows = |old: Budget, new: Budget| old.grows_to(new);
    if !grows(Budget { total: old_total, daily: None }, Budget { total: new_total, daily: None }) {
        return Err(invalid("budget_info.budget_total", MORE));
    }
    if !grows(Budget { total: 0, daily: daily(old) }, Budget { total: 0, daily: daily(new) }) {
        return Err(invalid("budget_info.sub_value", MORE));
    }
    (new.budget_total, new.sub_value) = (old.budget_total, old.sub_value);
    Ok(())
}

fn grow_limits(stored: &Plan, settled: &mut Plan) -> Result<(), Rejection> {
    let (old, new) = (&stored.constraint_info.0, &mut settled.constraint_info.0);
    let (old_limits, new_limits) = (old.limits(), new.limits());
    let in_all = |limits: Limits| Limits { frequency: None, ..limits };
    let frequency = |limits: Limits| Limits { in_all: None, ..limits };
    if !in_all(old_limits).grow_to(in_all(new_limits)) {
        return Err(invalid("constraint_info.user_win_count", HIGHER));
    }
    if !frequency(old_limits).grow_to(frequency(new_limits)) {
        return Err(invalid("constraint_info.user_win_frequency", HIGHER));
    }
    new.user_win_count = old.user_win_count;
    new.user_win_frequency.clone_from(&old.user_win_frequency);
    Ok(())
}

/// A card's or a coupon's validity may grow.
fn prolong(at: &str, old: &PromoTool, new: &mut PromoTool) -> Result<(), Rejection> {
    let shorter = |field: &str| Err(invalid(&format!("{at}.{field}"), LATER));
    if let (Some(Object(old)), Some(Object(new))) = (&old.point_card, &mut new.point_card) {
        if new.end_time.0 < old.end_time.0 {
            return shorter("point_card.end_time");
        }
        new.end_time = old.end_time;
    }
    if let (Some(Object(old)), Some(Object(new))) = (&old.voucher, &mut new.voucher) {
        match (old.end_time, new.end_time) {
            (Some(before), Some(after)) if after.0 < before.0 => return shorter("voucher.end_time"),
            (Some(_), Some(_)) => new.end_time = old.end_time,
            _ => {}
        }
        match (old.relative_time, new.relative_time) {
            (Some(before), Some(after)) if after.0 < before.0 => return shorter("voucher.relative_time"),
            (Some(_), Some(_)) => new.relative_time = old.relative_time,
            _ => {}
        }
    }
    Ok(())
}

/// The path of the first member that is not the same in both.
fn difference(old: &Map<String, Value>, new: &Map<String, Value>) -> Option<String> {
    let names = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name)));
    for name in names {
        match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => {
                if let Some(rest) = inner_difference(old, new) {
                    return Some(format!("{name}{rest}"));
                }
            }
            _ => return Some(name.clone()),
        }
    }
    None
}

/// The same of two values: what to go on with after their name; empty where they differ as wholes.
fn inner_difference(old: &Value, new: &Value) -> Option<String> {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => difference(old, new).map(|path| format!(".{path}")),
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            let inner = |(index, (old, new))| inner_difference(old, new).map(|rest| format!("[{index}]{rest}"));
            old.iter().zip(new).enumerate().find_map(inner)
        }
        _ => (old != new).then(String::new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named_by_its_path() {
        let old = json!({"a": "1", "b": [{"c": "1", "d": ["x"]}], "e": "1"});
        for (new, expect) in [
            (json!({"e": "1", "b": [{"d": ["x"], "c": "1"}], "a": "1"}), None),
            (json!({"a": "2", "b": [{"c": "1", "d": ["x"]}], "e": "1"}), Some("a")),
            (json!({"a": "1", "b": [{"c": "2", "d": ["x"]}], "e": "1"}), Some("b[0].c")),
            (json!({"a": "1", "b": [{"c": "1", "d": ["y"]}], "e": "1"}), Some("b[0].d[0]")),
            (json!({"a": "1", "b": [], "e": "1"}), Some("b")),
            (json!({"a": "1", "b": [{"d": ["x"]}], "e": "1"}), Some("b[0].c")),
            (json!({"a": "1", "b": [{"c": "1", "d": ["x"]}], "e": "1", "f": "1"}), Some("f")),
        ] {
            let (Value::Object(old), Value::Object(new)) = (&old, &new) else { panic!("objects") };
            assert_eq!(difference(old, new).as_deref(), expect, "{new:?}");
        }
    }
}
