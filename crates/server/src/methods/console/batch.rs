//! A batch of cash vouchers, as operators see it.

use super::not_found;
use crate::answer::Answer;
use domain::id::{BatchIdText, TemplateId};
use domain::voucher_batch::{Batch, Status};
use serde::{Deserialize, Serialize};
use store::{Fault, Tx, template, voucher_batch};
use wire::time;

/// How far a batch is. Times are as the wire has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BatchView {
    /// Its id.
    pub batch_id: String,
    /// The template whose vouchers are sent.
    pub template_id: String,
    /// The merchant whose template it is.
    pub pid: String,
    /// The crowd or file.
    pub name: String,
    /// Which time it is that this list gets vouchers of this template, from 1.
    pub round: i64,
    /// `RUNNING`, `STOPPED` or `DONE`.
    pub status: String,
    /// How many recipients it has.
    pub recipients: i64,
    /// How many of them got a voucher.
    pub sent: i64,
    /// How many were refused.
    pub refused: i64,
    /// How many pages it has.
    pub pages: i64,
    /// How many of them are done.
    pub pages_done: i64,
    /// When it was begun.
    pub gmt_create: String,
    /// When its last page was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gmt_end: Option<String>,
}

impl BatchView {
    /// How the batch stands.
    pub fn of(tx: &mut Tx, batch: Batch) -> Result<BatchView, Fault> {
        let template = template::get(tx, batch.template)?.ok_or_else(|| Fault::bug("a batch without its template"))?;
        Ok(BatchView {
            batch_id: batch.id.to_text(),
            template_id: TemplateId::to_text(template.id),
            pid: template.pid,
            name: batch.name,
            round: batch.round,
            status: batch.status.name().to_owned(),
            recipients: batch.recipients,
            sent: batch.sent,
            refused: batch.refused,
            pages: batch.pages,
            pages_done: batch.next_page,
            gmt_create: time::format(batch.id.created_at),
            gmt_end: batch.ended_at.map(time::format),
        })
    }

    /// How the batch with that id stands.
    pub fn find(tx: &mut Tx, id: BatchIdText) -> Result<Option<BatchView>, Fault> {
        voucher_batch::find(tx, id)?.map(|batch| BatchView::of(tx, batch)).transpose()
    }

    /// Whether there is nothing to wait for.
    pub fn has_ended(&self) -> bool {
        self.status != Status::Running.name()
    }
}

/// Reads a batch's id.
pub fn id(text: &str) -> Answer<BatchIdText> {
    BatchIdText::parse(text).ok_or_else(|| not_found("no such batch"))
}
