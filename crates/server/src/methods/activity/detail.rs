//! `camp_detail`: an activity in full, with all that the platform knows it by.

use super::order_view::OrderView;
use crate::acts::activity::plan::budget_info::BudgetInfo;
use crate::acts::activity::plan::channel::Channel;
use crate::acts::activity::plan::constraint_info::ConstraintInfo;
use crate::acts::activity::plan::promo_tool::PromoTool;
use crate::acts::activity::plan::recruit_tool::RecruitTool;
use crate::acts::activity::plan::{CampType, YN};
use crate::acts::activity::stored;
use crate::biz::{AnswerField, Biz, Field, Member, Object, Objects, Part, Shape, count, joined};
use crate::links;
use domain::activity::{Activity, ActivityOrder, Kind, Tool};
use serde_json::{Map, Value, json};
use store::Fault;

/// What `camp_detail` holds.
pub const SHAPE: Shape = Shape::Object(&[
    Member::text("id", "The id of the activity."),
    Member::text("status", "CREATED, STARTED, CLOSED, FINISHED or DISABLED."),
    optional(
        "audit_status",
        "AUDITING while an audit is waited for, REJECT after one that rejected.",
        Shape::Text(None),
    ),
    Member::text("name", "The name of the activity."),
    Member { shape: CampType::SHAPE, ..Member::text("type", "The kind of activity.") },
    Member { shape: Shape::Date, ..Member::text("start_time", "When the activity begins.") },
    Member { shape: Shape::Date, ..Member::text("end_time", "When the activity ends.") },
    optional("desc", "The description.", Shape::Text(None)),
    optional("budget_info", "How many prizes there are.", Object::<BudgetInfo>::SHAPE),
    Member {
        shape: Object::<ConstraintInfo>::SHAPE,
        ..Member::text("constraint_info", "The shops that the activity is for, and who may take part.")
    },
    Member {
        shape: Shape::List { of: &Shape::Object(TOOL), max: None },
        ..Member::text("promo_tools", "What the activity gives.")
    },
    optional("publish_channels", "Where members find the activity.", Objects::<Channel>::SHAPE),
    Member { shape: YN::SHAPE, ..Member::text("auto_delay_flag", "Whether the end moves on instead of ending it.") },
    optional(
        "ext_info",
        "What the request had; of POINT_SEND JSON text with the `activity_account` of the card.",
        Shape::Text(None),
    ),
    Member {
        shape: Vec::<OrderView>::SHAPE,
        ..Member::text("activity_orders", "What was done to the activity, oldest first.")
    },
    optional("recruit_info", "`recruit_tool` of the request, without `pid_shops`.", Object::<RecruitTool>::SHAPE),
]);

/// The members of one element of `promo_tools`.
const TOOL: &[Member] = {
    const PARTS: &[Part] = &[
        Part { members: PromoTool::MEMBERS, always: true },
        Part { members: &[Member::text("status", "ENABLED.")], always: true },
    ];
    const MEMBERS: [Member; count(PARTS)] = joined(PARTS);
    &MEMBERS
};

const fn optional(name: &'static str, meaning: &'static str, shape: Shape) -> Member {
    Member { required: false, shape, ..Member::text(name, meaning) }
}

/// What is shown of an activity, as the store has it.
pub struct Detail {
    pub activity: Activity,
    pub tools: Vec<Tool>,
    pub shops: Vec<String>,
    pub orders: Vec<ActivityOrder>,
    /// Where pages are.
    pub base_url: String,
}

impl Detail {
    /// The members of `camp_detail`, in the order of the contract.
    pub fn members(&self) -> Result<Map<String, Value>, Fault> {
        let Detail { activity, tools, .. } = self;
        let mut said = stored::members(activity, tools)?;
        let mut members = Map::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("id", activity.id.to_text().into());
        put("status", activity.status.name().into());
        if let Some(audit) = activity.status.audit_name() {
            put("audit_status", audit.into());
        }
        let shops: Value = self.shops.iter().map(String::as_str).collect();
        for part in said.get_mut("constraint_info").into_iter() {
            put_first(part, "suit_shops", &shops);
        }
        for tool in said.get_mut("promo_tools").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(rule) = tool.pointer_mut("/voucher/use_rule") {
                put_first(rule, "suit_shops", &shops);
            }
            tool["status"] = "ENABLED".into();
        }
        for channel in said.get_mut("publish_channels").and_then(Value::as_array_mut).into_iter().flatten() {
            if channel["type"] == "URL_WITH_TOKEN" {
                channel["config"] = json!({ "URL": links::coupon(&self.base_url, activity) }).to_string().into();
            }
        }
        if activity.kind == Kind::PointSend {
            let account = tools.first().map(Tool::voucher_no);
            let said_info = said.get("ext_info").and_then(Value::as_str);
            said.insert("ext_info".to_owned(), point_info(said_info, account.as_deref()).into());
        }
        let recruit = said.shift_remove("recruit_tool");
        let info = said.shift_remove("ext_info");
        members.append(&mut said);
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        info.and_then(|info| put("ext_info", info));
        let orders: Vec<OrderView> = self.orders.iter().map(OrderView::new).collect();
        put("activity_orders", serde_json::to_value(orders).expect("texts serialise"));
        if let Some(Value::Object(mut recruit)) = recruit {
            // The shops that were asked are not told.
            recruit.shift_remove("pid_shops");
            put("recruit_info", recruit.into());
        }
        Ok(members)
    }
}

/// Puts a member before those that are there.
fn put_first(object: &mut Value, name: &str, value: &Value) {
    if let Value::Object(members) = object {
        members.shift_insert(0, name.to_owned(), value.clone());
    }
}

/// What a point card's activity has in `ext_info`: what the merchant put there, and the card.
fn point_info(said: Option<&str>, account: Option<&str>) -> String {
    let mut members: Map<String, Value> = said.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    members.insert("activity_account".to_owned(), account.into());
    Value::Object(members).to_string()
}
