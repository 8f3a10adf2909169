//! How a crowd spreads over dimensions, as callers and operators are told.

use domain::tag::Tag;
use serde_json::{Map, Value, json};

/// For each dimension, by its tag's code: how many members have each value, by the value's label.
///
/// # Panics
/// When a dimension is no tag of `tags`.
pub fn breakdown(tags: &[Tag], dimensions: &[String], histograms: &[Vec<(String, u64)>]) -> Vec<Value> {
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
    dimensions.iter().zip(histograms).map(histogram).collect()
}
