//! A call of the request log, as an operator sees it.

use serde::{Deserialize, Serialize};
use store::call_log::KeptCall;
use wire::time;

/// A call in short. What is not known is absent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CallSummary {
    /// Its place in the log.
    pub place: i64,
    /// When it was answered by the store's clock.
    pub at: String,
    /// Microseconds from its head to its answer.
    pub took_us: i64,
    /// Its trace id.
    pub trace_id: String,
    /// The calling app, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_id: Option<String>,
    /// The merchant that it acts for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<String>,
    /// The method, or what was sent as its name.
    pub method: String,
    /// The door that it came through.
    pub door: String,
    /// `10000` for a success.
    pub code: String,
    /// Which refusal it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sub_code: String,
    /// What its caller has most likely done wrong.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cause: String,
    /// The caller's address; on a platform its network.
    pub address: String,
    /// Bytes of query and body.
    pub bytes_in: i64,
    /// Bytes of the answer.
    pub bytes_out: i64,
}

impl From<KeptCall> for CallSummary {
    fn from(kept: KeptCall) -> CallSummary {
        let call = kept.call;
        CallSummary {
            place: kept.id,
            at: time::format(call.at),
            took_us: call.took_us,
            trace_id: call.trace_id,
            app_id: call.app_id,
            pid: call.pid,
            method: call.method,
            door: call.door,
            code: call.code,
            sub_code: call.sub_code,
            cause: call.cause,
            address: call.address,
            bytes_in: call.bytes_in,
            bytes_out: call.bytes_out,
        }
    }
}
