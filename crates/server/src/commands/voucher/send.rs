//! `punchcard voucher send`: begins a batch, waits for it, and writes a file with a line for each recipient.
//!
//! The running server sends, page by page; the command looks at how far it is. A command that is killed stops nothing:
//! started again with the same list, it finds the batch that there is. Where no server runs, the command does what is
//! due.

use crate::commands::file_input::{CharsetArg, FileInput};
use crate::commands::{Failure, StoreArgs, at_least_one, folder_of, output, progress_of, with_jobs};
use crate::control::{Lock, Operator};
use crate::methods::console::batch::BatchView;
use crate::methods::console::voucher_send_list::VoucherSendList;
use crate::methods::console::voucher_send_page::{RecipientView, VoucherSendPage};
use crate::methods::console::voucher_send_show::VoucherSendShow;
use crate::methods::console::voucher_send_start::{Started, VoucherSendStart};
use crate::methods::console::voucher_send_stop::VoucherSendStop;
use clap::Args;
use domain::voucher_batch::Status;
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The first line of a result.
const HEADER: &str = "place,recipient,voucher_id,error";
/// The pause between two looks at how far a batch is.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Send vouchers of a template to many.
#[derive(Args)]
#[command(after_help = "\
A file is CSV with a header, or NDJSON, gzipped or not; its columns are user_id, login_id and taobao_nick, of which the first
that is not empty decides. A file with a bad row is refused whole.

Each recipient gets one voucher, under the rules of alipay.marketing.voucher.send. The server sends, and goes on if this command
is killed, or is killed itself and started again. The same list, in whatever order, is sent once: the same command again waits
for the batch that there is, and writes its result once more.

The result is CSV: place (in a file, the line), recipient, voucher_id, and the error of who got none. It replaces only a result
of an earlier run. The exit status is 1 if anybody got none.")]
pub struct Send {
    /// The template
    #[arg(long, value_name = "TEMPLATE_ID")]
    template: String,
    #[command(flatten)]
    list: ListArgs,
    #[command(flatten)]
    charset: CharsetArg,
    /// Note this on each voucher
    #[arg(long, value_name = "TEXT")]
    memo: Option<String>,
    /// Send as many as there are, where the template has fewer vouchers left than there are recipients
    #[arg(long)]
    partial: bool,
    /// Send as many vouchers to an account as the file has rows for it; without this such a file is refused
    #[arg(long)]
    repeats: bool,
    /// Send once more to a list that got vouchers of this template before
    #[arg(long)]
    again: bool,
    /// Send nothing: only say how many would get a voucher, or why none would
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    result: ResultArg,
}

/// Whom vouchers are sent to.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct ListArgs {
    /// All members of this crowd of the template's merchant
    #[arg(long, value_name = "CROWD_GROUP_ID")]
    crowd: Option<String>,
    /// The recipients of this file; - for standard input
    #[arg(long)]
    file: Option<PathBuf>,
}

/// Where the result goes.
#[derive(Args)]
struct ResultArg {
    /// The file for the result [default: ./voucher-batch-BATCH_ID.csv]
    #[arg(long, value_name = "FILE")]
    result: Option<PathBuf>,
}

impl ResultArg {
    /// Refuses, before anything is sent, a place where no result can go.
    fn check(&self, list: Option<&Path>) -> Result<(), Failure> {
        self.result.as_deref().map_or(Ok(()), |path| check(path, list))
    }
}

/// Refuses to replace what is no result of an earlier run: a device, the list itself, or any other file.
fn check(path: &Path, list: Option<&Path>) -> Result<(), Failure> {
    let refused = |why: &str| Err(Failure(format!("{} {why}: name another file for the result", path.display())));
    if path.as_os_str() == "-" {
        return refused("is standard output");
    }
    let Ok(found) = std::fs::metadata(path) else { return Ok(()) };
    if !found.is_file() {
        return refused("is no regular file");
    }
    if list.is_some_and(|list| list.canonicalize().ok() == path.canonicalize().ok()) {
        return refused("is the list of recipients");
    }
    let mut begin = vec![0; HEADER.len()];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    if 0 < found.len() && (read.is_err() || begin != HEADER.as_bytes()) {
        return refused("is there and holds something else");
    }
    Ok(())
}

/// What is said of a list that has a batch.
fn known_note(batch: &BatchView) -> String {
    let BatchView { batch_id, status, sent, recipients, .. } = batch;
    match Status::from_name(status) {
        Some(Status::Running) => format!("batch {batch_id} sends to this list already"),
        Some(Status::Stopped) => format!(
            "this list has batch {batch_id}, which was stopped with {sent} of {recipients} sent; punchcard voucher resume \
             {batch_id} goes on"
        ),
        _ => format!(
            "this list got vouchers of the template before, as batch {batch_id}: {sent} of {recipients} sent; --again sends \
             once more"
        ),
    }
}

/// List batches.
#[derive(Args)]
pub struct Batches {
    /// How many at most, the newest first
    #[arg(long, default_value = "20", value_name = "N", value_parser = at_least_one::<u32>)]
    limit: u32,
}

/// Wait for a batch.
#[derive(Args)]
pub struct Resume {
    /// The batch's id
    batch_id: String,
    #[command(flatten)]
    result: ResultArg,
}

/// Stop a batch.
#[derive(Args)]
pub struct StopBatch {
    /// The batch's id
    batch_id: String,
}

impl Send {
    pub(super) async fn run(self, as_json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let Send { template, list, memo, partial, repeats, again, check, .. } = &self;
        let mut request = json!({"template_id": template, "memo": memo, "partial": partial, "repeats": repeats,
            "again": again, "check": check});
        self.result.check(list.file.as_deref())?;
        let input = match (&list.crowd, &list.file) {
            (Some(crowd), _) => {
                request["crowd_group_id"] = json!(crowd);
                None
            }
            (None, file) => {
                let input = FileInput::open(file.as_deref().unwrap_or(Path::new("-")))?;
                let found = self.charset.detect(&input, "nothing sent")?;
                if let Some(doubt) = found.doubt {
                    return Err(Failure(format!("nothing sent: {doubt}")));
                }
                request["charset"] = json!(found.charset.name());
                request["file"] = json!(file.as_ref().map(|file| file.display().to_string()));
                Some(input)
            }
        };
        let (operator, lock) = store.operator().await?;
        let started = match input {
            Some(input) => operator.send::<VoucherSendStart>(request, input.read()).await?,
            None => operator.call::<VoucherSendStart>(request).await?,
        };
        let Started { recipients, left, known, batch } = &started;
        let Some(batch) = batch.as_ref().filter(|_| !check) else {
            output::result(as_json, &started, |_| vec![format!("{recipients} recipients, {left} vouchers left")]);
            if let Some(batch) = batch {
                output::note(known_note(batch));
            }
            return Ok(());
        };
        if *known {
            output::note(known_note(batch));
        }
        finish(&batch.batch_id, &self.result, as_json, operator, lock).await
    }
}

impl Batches {
    pub(super) async fn run(self, as_json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.onlooker().await?;
        let newest = operator.call::<VoucherSendList>(json!({"limit": self.limit})).await?;
        output::result(as_json, &newest, |newest| newest.iter().map(line).collect());
        Ok(())
    }
}

impl Resume {
    pub(super) async fn run(self, as_json: bool, store: &StoreArgs) -> Result<(), Failure> {
        self.result.check(None)?;
        let (operator, lock) = store.operator().await?;
        let request = json!({"batch_id": self.batch_id, "stopped": false});
        let batch = operator.call::<VoucherSendStop>(request).await?;
        finish(&batch.batch_id, &self.result, as_json, operator, lock).await
    }
}

impl StopBatch {
    pub(super) async fn run(self, as_json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let (operator, _lock) = store.operator().await?;
        let request = json!({"batch_id": self.batch_id, "stopped": true});
        let batch = operator.call::<VoucherSendStop>(request).await?;
        output::result(as_json, &batch, |batch| vec![line(batch)]);
        Ok(())
    }
}

/// Waits until the batch has ended, and writes what its recipients got.
async fn finish(
    batch_id: &str,
    result: &ResultArg,
    as_json: bool,
    operator: Operator,
    _lock: Option<Lock>,
) -> Result<(), Failure> {
    output::note(format!("batch {batch_id}: if this command ends before it, punchcard voucher resume {batch_id}"));
    let path = result.result.clone().unwrap_or_else(|| PathBuf::from(format!("voucher-batch-{batch_id}.csv")));
    let batch = with_jobs(&operator, written(batch_id, &path, &operator)).await?;
    output::result(as_json, &batch, |batch| vec![line(batch), path.display().to_string()]);
    let BatchView { recipients, sent, refused, .. } = batch;
    match (recipients - sent - refused, refused) {
        (0, 0) => Ok(()),
        (0, _) => Err(Failure(format!("{refused} of {recipients} got no voucher: see {}", path.display()))),
        (left, _) => Err(Failure(format!(
            "the batch was stopped with {left} of {recipients} to go; punchcard voucher resume {batch_id} goes on"
        ))),
    }
}

/// Waits until the batch has ended, and writes its result: once more, should somebody have let it go on meanwhile.
async fn written(batch_id: &str, path: &Path, operator: &Operator) -> Result<BatchView, Failure> {
    loop {
        let batch = wait(batch_id, operator).await?;
        write(&batch, path, operator).await?;
        if operator.call::<VoucherSendShow>(json!({"batch_id": batch_id})).await? == batch {
            return Ok(batch);
        }
    }
}

async fn wait(batch_id: &str, operator: &Operator) -> Result<BatchView, Failure> {
    let look = async || operator.call::<VoucherSendShow>(json!({"batch_id": batch_id})).await;
    let mut batch = look().await?;
    let bar = progress_of(u64::try_from(batch.recipients).unwrap_or_default());
    while !batch.has_ended() {
        bar.set_position(u64::try_from(batch.sent + batch.refused).unwrap_or_default());
        tokio::time::sleep(LOOK_EVERY).await;
        batch = look().await?;
    }
    bar.finish_and_clear();
    Ok(batch)
}

/// Writes the result beside its place, and then puts it there whole.
async fn write(batch: &BatchView, path: &Path, operator: &Operator) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure(format!("{}: {error}", path.display()));
    check(path, None)?;
    // Where a link leads, not in its place.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let temporary = tempfile::NamedTempFile::new_in(folder_of(&target)).map_err(failed)?;
    let mut out = BufWriter::new(temporary);
    writeln!(out, "{HEADER}").map_err(failed)?;
    for page in 1..=batch.pages {
        let request = json!({"batch_id": batch.batch_id, "page": page.to_string()});
        for recipient in operator.call::<VoucherSendPage>(request).await? {
            writeln!(out, "{}", csv_line(&recipient)).map_err(failed)?;
        }
    }
    let temporary = out.into_inner().map_err(|error| failed(error.into_error()))?;
    temporary.persist(&target).map_err(|error| failed(error.error))?;
    Ok(())
}

fn csv_line(RecipientView { place, recipient, voucher_id, error }: &RecipientView) -> String {
    let not_yet = if voucher_id.is_none() { "not sent yet" } else { "" };
    let voucher_id = voucher_id.as_deref().unwrap_or_default();
    let [recipient, voucher_id, error] = [recipient, voucher_id, error.as_deref().unwrap_or(not_yet)].map(quoted);
    format!("{place},{recipient},{voucher_id},{error}")
}

/// A field of CSV, in quotes where it needs them.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn line(batch: &BatchView) -> String {
    let BatchView { batch_id, template_id, name, round, status, recipients, sent, refused, .. } = batch;
    let again = if *round == 1 { String::new() } else { format!(", time {round}") };
    format!("{batch_id} {status}: {sent} of {recipients} sent, {refused} refused; {template_id} to {name}{again}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_result_is_csv() {
        let mut row = RecipientView {
            place: 2,
            recipient: "taobao_nick:a\",b".to_owned(),
            voucher_id: Some("2026010400073000000000007168".to_owned()),
            error: None,
        };
        assert_eq!(csv_line(&row), "2,\"taobao_nick:a\"\",b\",2026010400073000000000007168,");
        row.voucher_id = None;
        assert_eq!(csv_line(&row), "2,\"taobao_nick:a\"\",b\",,not sent yet");
        row.error = Some("未知的错误码CIF_USER_NOT_EXIST".to_owned());
        assert_eq!(csv_line(&row), "2,\"taobao_nick:a\"\",b\",,未知的错误码CIF_USER_NOT_EXIST");
    }
}
