//! `koubei.marketing.campaign.activity.batchquery`: the merchant's activities, newest first, a page at a time.
//!
//! All criteria must hold. `STARTING`, `MODIFYING` and `CLOSING` are accepted as statuses, and no activity has them.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use super::order_view::OrderView;
use crate::biz::{Objects, Positive, Shape, Text, answer, biz, choice, invalid};
use crate::methods::operator::{self, OperatorType};
use crate::methods::{Answer, Call, Doors, Method, Need, Read, SubCode};
use domain::activity::{Activity, ActivityOrder, Status};
use store::Tx;
use store::activity::{self, Wanted};
use wire::{Rejection, time};

/// See the module.
pub struct ActivityBatchquery;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The account id of who operates; the merchant when absent. With `operator_type` or not at all.
        operator_id: Option<Text<32>>,
        /// What the operator is.
        operator_type: Option<OperatorType>,
        /// The page, counted from 1; 1 when absent.
        page_number: Option<Positive<9_999_999_999>>,
        /// Activities on a page; 20 when absent.
        page_size: Option<Positive<100>>,
        /// Criteria that an activity must meet, all of them; every activity when absent.
        query_criterias: Option<Objects<Criterion>>,
    }
}

biz! {
    /// What they must meet.
    pub struct Criterion {
        /// The field that is compared.
        field_name: FieldName,
        /// How the field is compared.
        operator: Operator,
        /// What the field is compared with. For `IN`, several values joined by `|`.
        field_value: Text<256>,
    }
}

choice! {
    /// A field that is compared.
    pub enum FieldName {
        /// The name; equal.
        Name = "name",
        /// The start; at that time or later.
        StartTime = "startTime",
        /// The end; at that time or earlier.
        EndTime = "endTime",
        /// The status; one of several.
        Status = "status",
    }
}

choice! {
    /// How it is compared.
    pub enum Operator {
        /// For `name`, `startTime` and `endTime`.
        Equal = "EQUAL",
        /// For `status`.
        In = "IN",
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// The activities, newest first.
        camp_sets: Vec<Camp>,
        /// How many activities there are on all pages.
        total_number: String,
    }
}

answer! {
    /// One activity.
    struct Camp {
        /// The id of the activity.
        id: String,
        /// The name of the activity.
        name: String,
        /// POINT_SEND or DIRECT_SEND.
        r#type: &'static str,
        /// CREATED, STARTED, CLOSED, FINISHED or DISABLED.
        status: &'static str,
        /// AUDITING while an audit is waited for, REJECT after one that rejected.
        #[serde(skip_serializing_if = "Option::is_none")]
        audit_status: Option<&'static str>,
        /// Whether the end moves on instead of ending the activity: Y or N.
        auto_delay_flag: &'static str,
        /// When the activity begins.
        start_time: String = Shape::Date,
        /// When the activity ends.
        end_time: String = Shape::Date,
        /// What was done to the activity, oldest first.
        activity_orders: Vec<OrderView>,
    }
}

impl Method for ActivityBatchquery {
    const NAME: &'static str = "koubei.marketing.campaign.activity.batchquery";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[];
}

impl Read for ActivityBatchquery {
    type Loaded = Response;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Response> {
        operator::is_paired(request.operator_id.as_deref(), request.operator_type)?;
        let criteria = Criteria::of(request)?;
        let size = row_count(request.page_size.map_or(20, |size| size.0));
        let offset = (row_count(request.page_number.map_or(1, |number| number.0)) - 1) * size;
        let (activities, total) = match criteria {
            Some(criteria) => activity::page(tx, call.pid(), &criteria.wanted(), size, offset)?,
            None => (Vec::new(), 0),
        };
        let mut camp_sets = Vec::with_capacity(activities.len());
        for activity in activities {
            let orders = activity::orders(tx, activity.id.number)?;
            camp_sets.push(camp(activity, &orders));
        }
        Ok(Response { camp_sets, total_number: total.to_string() })
    }

    fn answer(_: &Call, response: Response) -> Answer<Response> {
        Ok(response)
    }
}

fn camp(activity: Activity, orders: &[ActivityOrder]) -> Camp {
    Camp {
        id: activity.id.to_text(),
        name: activity.name,
        r#type: activity.kind.name(),
        status: activity.status.name(),
        audit_status: activity.status.audit_name(),
        auto_delay_flag: if activity.auto_delay { "Y" } else { "N" },
        start_time: time::format(activity.starts_at),
        end_time: time::format(activity.ends_at),
        activity_orders: orders.iter().map(OrderView::new).collect(),
    }
}

/// What all criteria come to.
struct Criteria {
    name: String,
    starts_from: i64,
    ends_until: i64,
    statuses: Vec<Status>,
}

impl Criteria {
    /// `None` when nothing can meet them all.
    fn of(request: &Request) -> Result<Option<Criteria>, Rejection> {
        let mut all = Criteria {
            name: String::new(),
            starts_from: i64::MIN,
            ends_until: i64::MAX,
            statuses: Status::ALL.to_vec(),
        };
        let mut is_possible = true;
        let criteria = request.query_criterias.as_ref().map_or(&[][..], |list| &list.0);
        for (index, criterion) in criteria.iter().enumerate() {
            let wrong = |field: &str, reason: &str| invalid(&format!("query_criterias[{index}].{field}"), reason);
            let value = &*criterion.field_value;
            let moment =
                || time::parse(value).ok_or_else(|| wrong("field_value", "必须是yyyy-MM-dd HH:mm:ss格式的有效时间"));
            match (criterion.field_name, criterion.operator) {
                (FieldName::Status, Operator::Equal) => return Err(wrong("operator", "field_name为status时只能为IN")),
                (FieldName::Status, Operator::In) => {
                    let named = statuses(value).map_err(|reason| wrong("field_value", &reason))?;
                    all.statuses.retain(|status| named.contains(status));
                }
                (_, Operator::In) => return Err(wrong("operator", "仅field_name为status时可为IN")),
                (FieldName::Name, Operator::Equal) => {
                    is_possible &= all.name.is_empty() || all.name == value;
                    value.clone_into(&mut all.name);
                }
                (FieldName::StartTime, Operator::Equal) => all.starts_from = all.starts_from.max(moment()?),
                (FieldName::EndTime, Operator::Equal) => all.ends_until = all.ends_until.min(moment()?),
            }
        }
        Ok(Some(all).filter(|all| is_possible && !all.statuses.is_empty()))
    }

    fn wanted(&self) -> Wanted<'_> {
        let Criteria { name, starts_from, ends_until, statuses } = self;
        Wanted { name, starts_from: *starts_from, ends_until: *ends_until, statuses }
    }
}

/// The statuses that a text names, joined by `|`; those in which nothing ever stands here are none.
fn statuses(text: &str) -> Result<Vec<Status>, String> {
    let mut statuses = Vec::new();
    for name in text.split('|').map(str::trim) {
        match (name, Status::from_name(name)) {
            ("STARTING" | "MODIFYING" | "CLOSING", _) => {}
            ("STARTED" | "CLOSED" | "DISABLED" | "FINISHED", Some(status)) => statuses.push(status),
            _ => return Err(format!("状态不支持: {name}")),
        }
    }
    Ok(statuses)
}

/// At most a page's number times a page's size: far below the bounds of both types.
fn row_count(rows: u64) -> i64 {
    i64::try_from(rows).expect("the fields are bounded")
}
