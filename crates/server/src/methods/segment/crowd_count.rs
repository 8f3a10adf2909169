//! `koubei.marketing.campaign.crowd.count`: how many members meet the conditions, and how they spread over dimensions.
//!
//! `conditions` win over `crowd_group_id`, which is then not looked up. Members without a value for a tag match only
//! NEQ and NOTIN, and stand in no bucket of a dimension; buckets without members are left out. The count holds every
//! write that was answered before the call.
//!
//! # Repeats
//!
//! The call changes nothing and can be repeated.

use crate::acts::crowd::breakdown::breakdown;
use crate::acts::crowd::conditions::Conditions;
use crate::biz::{self, Field, Member, Shape, Text, answer, biz, invalid};
use crate::index::{self, column};
use crate::methods::{Answer, Call, CallError, Doors, Method, Need, Read, SubCode, refusals};
use domain::tag::{Tag, is_dimension};
use serde_json::{Value, json};
use store::{Fault, Tx};
use wire::money;

/// See the module.
pub struct CrowdCount;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The conditions to count by. They win over `crowd_group_id`.
        conditions: Option<Conditions>,
        /// The crowd to count. One of both fields is required.
        crowd_group_id: Option<Text<32>>,
        /// The tags to break the count down by.
        dimensions: Option<Dimensions>,
    }
}

answer! {
    /// The answer.
    pub struct Response {
        /// How many members meet the conditions; and what they paid, once the merchant has trades.
        summary_values: String = Shape::Json { of: &Shape::Object(SUMMARY), max: None },
        /// The members by each dimension, in the order asked for; where dimensions were asked for.
        #[serde(skip_serializing_if = "Option::is_none")]
        dimension_values: Option<String> =
            Shape::Json { of: &Shape::List { of: &Shape::Object(DIMENSION), max: None }, max: None },
    }
}

/// The members of `summary_values`.
const SUMMARY: &[Member] = &[
    Member { shape: Shape::Count, ..Member::text("total", "How many members.") },
    Member { required: false, shape: Shape::Amount(None), ..Member::text("sum", "What they paid the merchant, yuan.") },
];

/// The members of one element of `dimension_values`.
const DIMENSION: &[Member] = &[
    Member::text("label", "The dimension, by its tag's code."),
    Member {
        shape: Shape::Counts,
        ..Member::text(
            "value",
            "How many members have each value: by the value's label, or by the value where it has none.",
        )
    },
];

/// The most characters of `dimensions`.
const TEXT_MAX: usize = 1_024;

/// The codes of the tags to break down by: a JSON array in a string.
#[derive(Clone, Debug)]
pub struct Dimensions(Vec<String>);

impl Field for Dimensions {
    const SHAPE: Shape = Shape::Json {
        of: &Shape::List { of: &Shape::Form("the code of a built-in tag"), max: None },
        max: Some(TEXT_MAX),
    };

    fn read(value: Option<&Value>) -> Result<Self, String> {
        let value = value.ok_or(biz::ABSENT)?;
        if value.as_str().is_some_and(|text| TEXT_MAX < text.chars().count()) {
            return Err(format!("长度不能超过{TEXT_MAX}"));
        }
        let Value::Array(codes) = biz::embedded(value)? else { return Err("必须是JSON数组".to_owned()) };
        let code = |(index, code): (usize, &Value)| match code.as_str() {
            Some(code) if is_dimension(code) => Ok(code.to_owned()),
            _ => Err(format!("[{index}] 不支持的维度: {}", code.as_str().unwrap_or(&code.to_string()))),
        };
        codes.iter().enumerate().map(code).collect::<Result<_, _>>().map(Dimensions)
    }

    fn canonical(&self) -> Option<Value> {
        Some(Value::from(self.0.clone()))
    }
}

/// What is counted, with all tags to read it by.
pub struct Loaded {
    tags: Vec<Tag>,
    conditions: Conditions,
    dimensions: Vec<String>,
}

impl Method for CrowdCount {
    const NAME: &'static str = "koubei.marketing.campaign.crowd.count";
    const DOORS: Doors = Doors::SIGNED.and(Doors::CONSOLE);
    const NEED: Need = Need::Read;
    type Request = Request;
    type Response = Response;
    const REFUSALS: &'static [SubCode] = &[refusals::CROWD_NOT_EXIST];
}

impl Read for CrowdCount {
    type Loaded = Loaded;

    fn load(call: &Call, tx: &mut Tx, request: &Request) -> Answer<Loaded> {
        let tags = super::tags(call, tx)?;
        let conditions = match (&request.conditions, &request.crowd_group_id) {
            (Some(conditions), _) => {
                conditions.check(&tags)?;
                conditions.clone()
            }
            (None, Some(id)) => {
                let crowd = super::crowd(call, tx, id)?.live()?;
                Conditions::from_stored(&crowd.conditions)
                    .map_err(|reason| CallError::Error(Fault::bug(format!("stored conditions: {reason}"))))?
            }
            (None, None) => return Err(invalid("conditions", "和crowd_group_id不能同时为空").into()),
        };
        let dimensions = request.dimensions.as_ref().map_or_else(Vec::new, |dimensions| dimensions.0.clone());
        Ok(Loaded { tags, conditions, dimensions })
    }

    fn answer(call: &Call, Loaded { tags, conditions, dimensions }: Loaded) -> Answer<Response> {
        let columns: Vec<_> = tags.iter().map(column).collect();
        let rule = conditions.rule(&tags)?;
        let counts = call.index.count(call.pid(), &columns, call.now, |columns| {
            let expr = index::expr(rule, columns).ok_or_else(|| Fault::bug("a condition without a column"))?;
            let column =
                |code: &String| columns.iter().position(|tag| tag.code == *code).expect("dimensions are built in");
            Ok::<_, Fault>((expr, dimensions.iter().map(column).collect()))
        })?;
        let values = breakdown(&tags, &dimensions, &counts.histograms);
        let mut summary = json!({"total": counts.total});
        if let Some(fen) = counts.sum {
            summary["sum"] = json!(money::format_sum(fen));
        }
        Ok(Response {
            summary_values: summary.to_string(),
            dimension_values: (!dimensions.is_empty()).then(|| Value::from(values).to_string()),
        })
    }
}
