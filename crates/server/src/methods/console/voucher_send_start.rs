//! `punchcard.voucher.send.start`: begins to send a template's vouchers to all members of a crowd, or to the recipients
//! that a file lists.
//!
//! The list is read whole before anything is sent, and kept: who joins the crowd later gets nothing. The runner of jobs
//! sends; `punchcard.voucher.send.show` tells how far it is. The same list gets vouchers of the same template once: a
//! call that comes again is answered with the batch that there is, unless it asks for another round.

use super::batch::BatchView;
use super::{Argument, not_found, read_long, wrong};
use crate::acts::crowd::membership;
use crate::acts::voucher::batch::{Listed, NewBatch, Prospect, begin, examine, pages};
use crate::acts::voucher::recipient::Recipient;
use crate::answer::Answer;
use crate::app::App;
use crate::biz::{Flag, Text, biz};
use crate::import;
use crate::methods::access::{Doors, Need};
use crate::methods::method::{Method, OperatorCall, OperatorWrite};
use domain::Refusal;
use domain::id::{CrowdIdText, TemplateIdText};
use domain::template::Template;
use domain::voucher_batch::RECIPIENTS_MAX;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use store::{Bucket, Fault, Stop, Tx, crowd, template};
use wire::Charset;

/// See the module.
pub struct VoucherSendStart;

biz! {
    /// The request. The file comes as the call's input.
    pub struct Request {
        /// The template.
        template_id: Argument,
        /// The crowd; absent where there is a file.
        crowd_group_id: Option<Argument>,
        /// What the file is called.
        file: Option<Argument>,
        /// The file's charset, `utf-8` or `GBK`.
        charset: Option<Argument>,
        /// A note on each voucher, as `memo` of `voucher.send`.
        memo: Option<Text<128>>,
        /// Whether a list that has got vouchers of the template before gets them once more.
        again: Flag,
        /// Whether it is begun although fewer vouchers are left than there are recipients.
        partial: Flag,
        /// Whether a recipient that is listed more than once gets as many vouchers.
        repeats: Flag,
        /// Whether only the answer is made, and nothing is begun.
        check: Flag,
    }
}

/// What would be sent, or is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Started {
    /// How many recipients the list has.
    pub recipients: i64,
    /// How many vouchers of the template are left.
    pub left: i64,
    /// Whether the list had a batch of this template before this call.
    pub known: bool,
    /// The batch; absent where nothing was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchView>,
}

impl Method for VoucherSendStart {
    const NAME: &'static str = "punchcard.voucher.send.start";
    const DOORS: Doors = Doors::CONTROL.and(Doors::CONSOLE);
    const NEED: Need = Need::Money;
    type Request = Request;
    type Response = Started;
}

impl OperatorWrite for VoucherSendStart {
    fn action(request: &Request) -> (&'static str, String) {
        let list = request.crowd_group_id.as_ref().map_or("a file".to_owned(), |crowd| format!("crowd {}", &**crowd));
        let act = if request.check.0 { "check sending vouchers" } else { "send vouchers" };
        (act, format!("{} to {list}", &*request.template_id))
    }

    fn outcome(response: &Started) -> String {
        format!("{} recipients", response.recipients)
    }

    async fn run(call: OperatorCall, request: Request) -> Answer<Started> {
        let (app, now) = (call.app.clone(), call.app.clock.now());
        let no_template = || not_found("no such template");
        let id = TemplateIdText::parse(&request.template_id).ok_or_else(no_template)?;
        let found = move |tx: &mut Tx| template::get(tx, id.number);
        let found = app.store.read::<_, Fault, _>(found).await?.filter(|template| id.names(template.id));
        let template = found.ok_or_else(no_template)?;
        let (source, name, list) = match &request.crowd_group_id {
            Some(crowd) => of_crowd(&app, &template, crowd, now).await?,
            None => of_file(call, &request).await?,
        };
        if list.is_empty() {
            return Err(wrong(format!("{name} has no recipient")));
        }
        let recipients = i64::try_from(list.len()).expect("fewer than memory has bytes");
        let buckets = app.store.buckets();
        let pages = tokio::task::spawn_blocking(move || pages_of(&list, buckets)).await;
        let pages = Arc::new(pages.map_err(|error| wrong(error.to_string()))?);
        let number = app.store.next_numbers(1).await?;
        let new = NewBatch {
            number: Bucket::of_id(id.number).id(number),
            template: id.number,
            source,
            name,
            memo: request.memo.as_deref().map(str::to_owned),
            recipients,
            is_again: request.again.0,
            is_partial: request.partial.0,
        };
        let is_check = request.check.0;
        let work = move |tx: &mut Tx| {
            let (batch, known) = match examine(tx, &new, now)? {
                Prospect::New(_) if is_check => (None, false),
                Prospect::New(round) => (Some(begin(tx, &new, round, &pages, now)?), false),
                Prospect::Known(batch) => (Some(batch), true),
                Prospect::TooFew(left) => return Ok(Err(left)),
            };
            let left = template::totals(tx, template.id.number)?.left(&template);
            let batch = batch.map(|batch| BatchView::of(tx, batch)).transpose()?;
            Ok::<_, Stop>(Ok(Started { recipients, left, known, batch }))
        };
        let done = if is_check { app.store.read(work).await } else { app.store.write(work).await };
        match done {
            Ok(Ok(started)) => Ok(started),
            Ok(Err(left)) => Err(wrong(format!(
                "the template has {left} vouchers left for {recipients} recipients; --partial sends as many as there are"
            ))),
            Err(Stop::Refused(refusal)) => Err(wrong(why(refusal))),
            Err(Stop::Fault(fault)) => Err(fault.into()),
        }
    }
}

/// A list: its source, what a person calls it, and its recipients with their places.
type List = (String, String, Vec<(u64, String)>);

async fn of_crowd(app: &App, template: &Template, crowd_group_id: &str, now: i64) -> Answer<List> {
    let no_crowd = || not_found("the template's merchant has no such crowd");
    let id = CrowdIdText::parse(crowd_group_id).ok_or_else(no_crowd)?;
    let pid = template.pid.clone();
    let read = move |tx: &mut Tx| {
        let Some(crowd) = crowd::find(tx, &pid, id)?.and_then(|crowd| crowd.live().ok()) else { return Ok(None) };
        let users = membership::all(tx, &crowd, now)?;
        Ok(Some((crowd, users)))
    };
    let (crowd, users) = read_long(app, read).await??.ok_or_else(no_crowd)?;
    if RECIPIENTS_MAX < users.len() {
        return Err(wrong(format!("the crowd has more than {RECIPIENTS_MAX} members")));
    }
    let list = (1..).zip(users).collect();
    Ok((format!("crowd {}", crowd.id.to_text()), format!("crowd {}", crowd.name), list))
}

async fn of_file(call: OperatorCall, request: &Request) -> Answer<List> {
    let charset = request.charset.as_deref().map_or(Some(Charset::Utf8), |name| Charset::from_name(name.as_bytes()));
    let charset = charset.ok_or_else(|| wrong("a charset that this build does not read"))?;
    let OperatorCall { app, input, .. } = call;
    let read = tokio::task::spawn_blocking(move || {
        let list = import::recipients(input, charset, RECIPIENTS_MAX)?;
        // The same recipients in another order are the same list.
        let mut names: Vec<&str> = list.iter().map(|(_, recipient)| recipient.as_str()).collect();
        names.sort_unstable();
        let hash = wire::sha256(names.join("\n").as_bytes());
        Ok::<_, import::ImportError>((list, hash))
    });
    let (list, hash) = read.await.map_err(|error| wrong(error.to_string()))??;
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = request.file.as_deref().unwrap_or("the list").to_owned();
    let list = Arc::new(list);
    if !request.repeats.0 {
        let looked_at = list.clone();
        let repeat = read_long(&app, move |tx: &mut Tx| first_repeat(tx, &looked_at)).await??;
        if let Some((one, other)) = repeat {
            let them = if one == other {
                format!("{one} more than once")
            } else {
                format!("one account as {one} and {other}")
            };
            return Err(wrong(format!("{name} lists {them}; --repeats sends as many vouchers")));
        }
    }
    Ok((format!("file {hash}"), name, Arc::unwrap_or_clone(list)))
}

/// The pages of a list.
fn pages_of(list: &[(u64, String)], buckets: u16) -> Vec<String> {
    let recipient = |text| Recipient::parse(text).expect("its own text");
    let listed = list.iter().map(|(place, text)| Listed { place: *place, recipient: recipient(text) });
    pages(listed.collect(), buckets)
}

/// An account that a list has more than once, as two of its rows call it.
fn first_repeat(tx: &mut Tx, list: &[(u64, String)]) -> Result<Option<(String, String)>, Fault> {
    let mut seen: HashMap<String, &str> = HashMap::with_capacity(list.len());
    for (_, text) in list {
        let account = match Recipient::parse(text) {
            None | Some(Recipient::UserId(_)) => None,
            Some(named) => named.find(tx)?,
        };
        if let Some(before) = seen.insert(account.unwrap_or_else(|| text.clone()), text) {
            return Ok(Some((before.to_owned(), text.clone())));
        }
    }
    Ok(None)
}

/// Why a template's vouchers cannot be sent.
fn why(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::BeforePublication => "vouchers of the template cannot be sent yet: see its publish_start_time",
        Refusal::AfterPublication => "vouchers of the template can be sent no longer: see its publish_end_time",
        Refusal::VoucherPeriodOver => "a voucher that is sent now could never be used: see voucher_valid_period",
        _ => "the template is not paid for, or was deleted",
    }
}
