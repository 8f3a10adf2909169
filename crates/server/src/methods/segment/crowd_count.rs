//! `koubei.marketing.campaign.crowd.count`: how many members meet the conditions, and how they spread over dimensions.

use crate::acts::crowd::conditions::{Conditions, column};
use crate::biz::{self, Field, Text, biz, invalid};
use crate::methods::{Answer, Call, Method, Read, Stop};
use domain::tag::{Tag, is_dimension};
use serde::Serialize;
use serde_json::{Map, Value, json};
use store::Tx;
use wire::money;

/// See the module.
pub struct CrowdCount;

biz! {
    /// What the caller sends.
    pub struct Request {
        /// The conditions to count; they win over a crowd.
        conditions: Option<Conditions>,
        /// The crowd to count.
        crowd_group_id: Option<Text<32>>,
        /// The tags to break the count down by.
        dimensions: Option<Dimensions>,
    }
}

/// The answer.
#[derive(Serialize)]
pub struct Response {
    /// `{"total":100}`, in a string; with `"sum"`, what they paid in yuan, once the merchant has trades.
    summary_values: String,
    /// A JSON array in a string, one element a dimension in the order asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    dimension_values: Option<String>,
}

/// The codes of the tags to break down by: a JSON array in a string.
#[derive(Clone, Debug)]
pub struct Dimensions(Vec<String>);

impl Field for Dimensions {
    fn read(value: Option<&Value>) -> Result<Self, String> {
        let value = value.ok_or(biz::ABSENT)?;
        if value.as_str().is_some_and(|text| 1024 < text.chars().count()) {
            return Err("长度不能超过1024".to_owned());
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
    type Request = Request;
    type Response = Response;
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
                    .map_err(|reason| Stop::Failed(store::Fault::bug(format!("stored conditions: {reason}"))))?
            }
            (None, None) => return Err(invalid("conditions", "和crowd_group_id不能同时为空").into()),
        };
        let dimensions = request.dimensions.as_ref().map_or_else(Vec::new, |dimensions| dimensions.0.clone());
        Ok(Loaded { tags, conditions, dimensions })
    }

    fn answer(call: &Call, Loaded { tags, conditions, dimensions }: Loaded) -> Answer<Response> {
        let columns: Vec<_> = tags.iter().map(column).collect();
        let counts = call.app.index.count(call.pid(), &columns, call.now, |columns| {
            let expr = conditions.compile(columns)?;
            let column =
                |code: &String| columns.iter().position(|tag| tag.code == *code).expect("dimensions are built in");
            Ok::<_, wire::Fault>((expr, dimensions.iter().map(column).collect()))
        })?;
        let histogram = |(code, counts): (&String, &Vec<(String, u64)>)| {
            let tag = tags.iter().find(|tag| tag.code == *code).expect("dimensions are built in");
            let mut buckets = Map::new();
            for (value, count) in counts {
                // Two values may share a label: their members are one bucket.
                let bucket = buckets.entry(tag.label(value)).or_insert(Value::from(0));
                *bucket = Value::from(bucket.as_u64().expect("a count") + count);
            }
            json!({"label": code, "value": buckets})
        };
        let values: Vec<_> = dimensions.iter().zip(&counts.histograms).map(histogram).collect();
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
