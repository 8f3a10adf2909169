//! Sending a template's vouchers to the recipients of a list. A batch is made with all its recipients, and then done a
//! page a transaction: whatever process does it, and whenever one dies, each recipient gets one voucher or one refusal.

use super::recipient::Recipient;
use super::send::{NewVoucher, vouchers};
use domain::id::{BatchId, VoucherId};
use domain::voucher_batch::{Batch, Outcome, PAGE_RECIPIENTS, Status, decide};
use std::collections::HashSet;
use store::{Bucket, Fault, Stop, Tx, cash_voucher, job, template, voucher_batch, world};

/// A recipient with its place in the list, from 1: for a file, its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// The place.
    pub place: u64,
    /// Who it is.
    pub recipient: Recipient<'a>,
}

impl<'a> Listed<'a> {
    /// As a page keeps it: one line.
    pub fn to_line(self) -> String {
        format!("{} {}", self.place, self.recipient.to_text())
    }

    /// Reads a page's line.
    pub fn parse(line: &'a str) -> Result<Listed<'a>, Fault> {
        let listed = line
            .split_once(' ')
            .and_then(|(place, name)| Some(Listed { place: place.parse().ok()?, recipient: Recipient::parse(name)? }));
        listed.ok_or_else(|| Fault::bug("a line of a batch is no recipient"))
    }
}

/// A list in the order in which it is sent, in pages of lines. Recipients whose vouchers and accounts lie side by side
/// in a store of so many buckets are done together: a page then writes few places of it.
pub fn pages(mut list: Vec<Listed<'_>>, buckets: u16) -> Vec<String> {
    let place_in_store = |listed: &Listed<'_>| match listed.recipient {
        Recipient::UserId(user_id) if 1 < buckets => cash_voucher::bucket(user_id).number(),
        _ => 0,
    };
    list.sort_by_cached_key(|listed| (place_in_store(listed), listed.recipient));
    let page = |page: &[Listed<'_>]| page.iter().map(|listed| listed.to_line()).collect::<Vec<_>>().join("\n");
    list.chunks(PAGE_RECIPIENTS).map(page).collect()
}

/// What is to be begun.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// The number of the new batch.
    pub number: i64,
    /// The store's number of the template.
    pub template: i64,
    /// Which list it is: see [`Batch`].
    pub source: String,
    /// What a person calls the list.
    pub name: String,
    /// What is noted on each voucher.
    pub memo: Option<String>,
    /// How many recipients the list has.
    pub recipients: i64,
    /// Whether a list that was sent before, to the end, is sent once more.
    pub is_again: bool,
    /// Whether it is begun although fewer vouchers are left than the list has recipients.
    pub is_partial: bool,
}

/// What comes of beginning a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prospect {
    /// A new one, in this round.
    New(i64),
    /// There is one of this list already.
    Known(Batch),
    /// So few vouchers are left, and nothing is begun.
    TooFew(i64),
}

/// What comes of beginning a batch at `now`, UTC milliseconds. Refused where the template's vouchers cannot be sent.
pub fn examine(tx: &mut Tx, new: &NewBatch, now: i64) -> Result<Prospect, Stop> {
    let latest = voucher_batch::latest(tx, new.template, &new.source)?;
    let round = latest.as_ref().map_or(1, |latest| latest.round + 1);
    if let Some(known) = latest.filter(|latest| !new.is_again || latest.status != Status::Done) {
        return Ok(Prospect::Known(known));
    }
    let template = template::get(tx, new.template)?.ok_or_else(|| Fault::bug("a template that is gone"))?;
    template.send(now)?;
    let left = template::totals(tx, new.template)?.left(&template);
    if left < new.recipients && !new.is_partial {
        return Ok(Prospect::TooFew(left));
    }
    Ok(Prospect::New(round))
}

/// Begins a batch that was found to be new in this transaction, in this round, with these pages.
pub fn begin(tx: &mut Tx, new: &NewBatch, round: i64, pages: &[String], now: i64) -> Result<Batch, Fault> {
    let batch = Batch {
        id: BatchId::new(now, new.number),
        template: new.template,
        source: new.source.clone(),
        round,
        name: new.name.clone(),
        memo: new.memo.clone(),
        status: Status::Running,
        recipients: new.recipients,
        pages: i64::try_from(pages.len()).expect("fewer than memory has bytes"),
        next_page: 0,
        sent: 0,
        refused: 0,
        ended_at: None,
        version: 1,
    };
    job::put(tx, job::VOUCHER_BATCH, new.number, now)?;
    voucher_batch::insert(tx, &batch, pages)?;
    Ok(batch)
}

/// Stops a batch, or lets it go on at `now`, unless it is so already, or done.
pub fn set_running(tx: &mut Tx, batch: Batch, is_running: bool, now: i64) -> Result<(), Fault> {
    let number = batch.id.number;
    let Some(batch) = batch.set_running(is_running) else { return Ok(()) };
    if is_running {
        job::put(tx, job::VOUCHER_BATCH, number, now)?;
    } else {
        job::take(tx, job::VOUCHER_BATCH, number)?;
    }
    voucher_batch::update(tx, &batch)
}

/// Sends to the recipients of the next page of the batch with this number, and plans the page after it. `new_id` gives
/// the nth of at most [`PAGE_RECIPIENTS`] new numbers.
pub fn send_page(tx: &mut Tx, number: i64, now: i64, new_id: impl Fn(u16, Bucket) -> i64) -> Result<(), Fault> {
    let found = voucher_batch::get(tx, number)?.filter(|batch| batch.status == Status::Running);
    let Some(batch) = found else { return Ok(()) };
    let (page, memo) = (batch.next_page, batch.memo.clone());
    let missing = || Fault::bug("a batch without its page or template");
    let recipients = voucher_batch::page(tx, number, page)?.ok_or_else(missing)?.recipients;
    let list = recipients.lines().map(Listed::parse).collect::<Result<Vec<_>, _>>()?;
    let accounts = accounts(tx, &list)?;
    let template = template::get(tx, batch.template)?.ok_or_else(missing)?;
    let sendable = template.send(now);
    let left = template::totals(tx, batch.template)?.left(&template);
    let exists: Vec<bool> = accounts.iter().map(Option::is_some).collect();
    let decided = decide(&exists, sendable.map(drop), left);

    let (mut new, mut results) = (Vec::new(), Vec::with_capacity(decided.len()));
    for ((nth, account), decision) in (0_u16..).zip(&accounts).zip(decided) {
        results.push(match (decision, account) {
            (Err(refusal), _) => Outcome::Refused(refusal),
            (Ok(()), None) => return Err(Fault::bug("a voucher for nobody")),
            (Ok(()), Some(user_id)) => {
                let number = new_id(nth, cash_voucher::bucket(user_id));
                new.push(NewVoucher { user_id, number, memo: memo.as_deref() });
                Outcome::Sent(VoucherId::new(now, number).to_text())
            }
        });
    }
    let sent = i64::try_from(new.len()).expect("a page is small");
    let refused = i64::try_from(results.len()).expect("a page is small") - sent;
    let lines: Option<Vec<&str>> = results.iter().map(Outcome::to_text).collect();
    let lines = lines.ok_or_else(|| Fault::bug("a refusal that no recipient meets"))?.join("\n");
    let batch = batch.after_page(sent, refused, now);
    if batch.status == Status::Running {
        job::put(tx, job::VOUCHER_BATCH, number, now)?;
    }
    voucher_batch::update(tx, &batch)?;
    voucher_batch::end_page(tx, number, page, &lines, sent, refused)?;
    match sendable {
        Ok(period) if 0 < sent => {
            cash_voucher::insert(tx, &template.pid, &vouchers(&template, period, &new, now))?;
            template::publish_left(tx, &template, sent)
        }
        _ => Ok(()),
    }
}

/// The account of each recipient, where there is one.
fn accounts(tx: &mut Tx, list: &[Listed<'_>]) -> Result<Vec<Option<String>>, Fault> {
    let ids: Vec<&str> = list
        .iter()
        .filter_map(|listed| match listed.recipient {
            Recipient::UserId(user_id) => Some(user_id),
            _ => None,
        })
        .collect();
    let existing: HashSet<String> = world::existing_accounts(tx, &ids)?;
    let account = |listed: &Listed<'_>| match listed.recipient {
        Recipient::UserId(user_id) => Ok(existing.get(user_id).cloned()),
        named => named.find(tx),
    };
    list.iter().map(account).collect()
}
