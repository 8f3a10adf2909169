//! `punchcard import`: rows of a file become members, or trades.

use super::{Failure, StoreArgs, output, progress};
use crate::control::Operator;
use crate::import::{Import as How, Report};
use crate::world::account_id;
use clap::{Args, Subcommand};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// Import from CSV or NDJSON, gzipped or not; `-` is standard input.
#[derive(Args)]
#[command(after_help = "\
Examples:
  punchcard import members --pid 2088201914979011 members.csv.gz
  punchcard import trades  --pid 2088201914979011 trades.csv

Members: a header (or NDJSON keys) of user_id, any tag codes of the merchant, and home_longitude, home_latitude,
work_longitude, work_latitude. An empty cell takes a value away; a column that is not there leaves it.

Trades: trade_no, user_id, shop_id, total_amount, paid_at, and if you like out_trade_no, refunded_amount, refunded_at. Times
are yyyy-MM-dd HH:mm:ss in UTC+8, amounts yuan. Who paid becomes a member; the money comes from outside/PID.

A bad row is reported with its line, the rest is imported. Importing a file twice changes nothing.")]
pub struct Import {
    #[command(subcommand)]
    what: What,
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// A merchant's members with their tags.
    Members(Rows),
    /// Trades that a merchant made elsewhere.
    Trades(Rows),
}

/// Which rows, for whom, and how.
#[derive(Args)]
struct Rows {
    /// The merchant
    #[arg(long)]
    pid: String,
    /// The file, or - for standard input
    file: PathBuf,
    /// Check the whole file first, and import nothing unless every row is good
    #[arg(long)]
    strict: bool,
}

impl Import {
    pub(super) async fn run(self, store: &StoreArgs) -> Result<(), Failure> {
        match self.what {
            What::Members(rows) => rows.run(Kind::Members, self.json, store).await,
            What::Trades(rows) => rows.run(Kind::Trades, self.json, store).await,
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Members,
    Trades,
}

impl Rows {
    async fn run(self, kind: Kind, json: bool, store: &StoreArgs) -> Result<(), Failure> {
        let import = async |operator: &Operator, input: Box<dyn Read + Send>, how| match kind {
            Kind::Members => operator.import_members(&self.pid, input, how).await,
            Kind::Trades => operator.import_trades(&self.pid, input, how).await,
        };
        account_id("--pid", &self.pid).map_err(Failure)?;
        let mut input = self.input()?;
        let (operator, _lock) = store.operator().await?;
        if self.strict {
            let (checked, again) = input.twice().map_err(|error| self.unreadable(&error))?;
            let report = import(&operator, checked, How::Check).await?;
            if 0 < report.bad {
                self.print(kind, json, &report);
                return Err(Failure(format!("nothing imported: {} bad rows", report.bad)));
            }
            input = again;
        }
        let bar = progress(input.len());
        let report = import(&operator, Box::new(bar.wrap_read(input.read)), How::Write).await?;
        bar.finish_and_clear();
        self.print(kind, json, &report);
        Ok(())
    }

    fn print(&self, kind: Kind, json: bool, report: &Report) {
        if json {
            return output::json(report);
        }
        for bad in &report.bad_rows {
            output::note(format!("{}:{}: {}", self.file.display(), bad.line, bad.reason));
        }
        let unnamed = report.bad - report.bad_rows.len() as u64;
        if 0 < unnamed {
            output::note(format!("and {unnamed} more bad rows"));
        }
        let Report { rows, new, changed, bad, .. } = report;
        match kind {
            Kind::Members => output::line(format!("{rows} rows: {new} new members, {changed} changed; {bad} bad rows")),
            Kind::Trades => output::line(format!("{rows} rows: {new} new trades; {bad} bad rows")),
        }
    }

    fn input(&self) -> Result<Input, Failure> {
        if self.file.as_os_str() == "-" {
            return Ok(Input { read: Box::new(std::io::stdin()), file: None });
        }
        let file = File::open(&self.file).map_err(|error| self.unreadable(&error))?;
        let copy = file.try_clone().map_err(|error| self.unreadable(&error))?;
        Ok(Input { read: Box::new(file), file: Some(copy) })
    }

    fn unreadable(&self, error: &std::io::Error) -> Failure {
        Failure(format!("{}: {error}", self.file.display()))
    }
}

/// What is imported: a stream, and the file behind it when it is one.
struct Input {
    read: Box<dyn Read + Send>,
    file: Option<File>,
}

impl Input {
    fn len(&self) -> Option<u64> {
        Some(self.file.as_ref()?.metadata().ok()?.len())
    }

    /// The same bytes two times; standard input is kept in a temporary file meanwhile.
    fn twice(mut self) -> std::io::Result<(Box<dyn Read + Send>, Input)> {
        let file = match self.file {
            Some(file) => file,
            None => {
                let mut file = tempfile::tempfile()?;
                std::io::copy(&mut self.read, &mut file)?;
                file
            }
        };
        // Two handles of one file share one position, so each reads from a position of its own.
        let from_start = |file: &File| std::io::Result::Ok(Box::new(Positioned { file: file.try_clone()?, at: 0 }));
        Ok((from_start(&file)?, Input { read: from_start(&file)?, file: Some(file) }))
    }
}

/// Reads a file from its own position, whatever other handles do.
struct Positioned {
    file: File,
    at: u64,
}

impl Read for Positioned {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = std::os::unix::fs::FileExt::read_at(&self.file, buffer, self.at)?;
        self.at += len as u64;
        Ok(len)
    }
}
