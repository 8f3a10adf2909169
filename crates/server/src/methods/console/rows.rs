//! What the imports share: the file comes as the call's input.

use super::{Argument, wrong};
use crate::answer::{Answer, CallError};
use crate::biz::{Flag, biz};
use crate::import::{Import, ImportError, Report};
use wire::Charset;

biz! {
    /// The request.
    pub struct Request {
        /// The merchant.
        pid: Argument,
        /// Whether every row is checked, and nothing is imported.
        check: Flag,
        /// The file's charset, `utf-8` or `GBK`.
        charset: Argument,
    }
}

/// How the rows are imported.
pub fn how(request: &Request) -> Answer<Import> {
    let charset = Charset::from_name(request.charset.as_bytes());
    let charset = charset.ok_or_else(|| wrong("a charset that this build does not read"))?;
    Ok(Import { check: request.check.0, charset })
}

/// The log's words for an import of rows of that kind.
pub fn action(request: &Request, kind: &str) -> (&'static str, String) {
    let act = if request.check.0 { "check an import" } else { "import" };
    (act, format!("{kind} of {}", &*request.pid))
}

/// The log's words for what came of an import.
pub fn outcome(report: &Report) -> String {
    format!("{} rows, {} bad", report.rows, report.bad)
}

impl From<ImportError> for CallError {
    fn from(error: ImportError) -> CallError {
        match error {
            ImportError::Store(fault) => fault.into(),
            refused => wrong(refused.to_string()),
        }
    }
}
